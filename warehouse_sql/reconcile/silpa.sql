-- Pendapatan − Belanja + (penerimaan 6.1 − pengeluaran 6.2) = SiLPA, which is zero at budget time. A record of one agency
-- among others does not balance alone: with agencies as a dimension, the submission must hold several and every one that
-- is held, so that files that come agency by agency are not added up half way.
-- Only the lowest accounts held are added up. Amounts rounded to thousands or more may differ by what rounding adds up to.
WITH angka AS (
    SELECT
        left(w.kode, 5) AS kabupaten, p.tahun, p.mulai, p.selesai, t.tahap_id, t.nama AS tahap, s.kode AS skpd, k.kode AS kegiatan,
        r.kode AS rekening, u.nilai, u.skpd_id = ANY(%(skpd)s::int[]) AS disebut
    FROM {usulan} AS u
    JOIN dw.dim_wilayah AS w ON w.wilayah_id = u.wilayah_id
    JOIN dw.dim_periode AS p ON p.periode_id = u.periode_id
    JOIN dw.dim_skpd AS s ON s.skpd_id = u.skpd_id
    JOIN dw.dim_kegiatan AS k ON k.kegiatan_id = u.kegiatan_id
    JOIN dw.dim_rekening AS r ON r.rekening_id = u.rekening_id
    JOIN dw.dim_tahap AS t ON t.tahap_id = u.tahap_id
    JOIN dw.dim_indikator AS i ON i.indikator_id = u.indikator_id AND i.besaran = 'pagu'
    WHERE u.indikator_id = ANY(%(own)s::int[])
        AND u.periode_id = ANY(%(years)s::int[])
        AND u.nilai IS NOT NULL
        AND r.kode ~ '^[456]([.]|$)'
),
terakhir AS (
    SELECT *, rank() OVER (PARTITION BY kabupaten, tahun, tahap_id, skpd ORDER BY selesai DESC, mulai DESC) AS urut FROM angka
),
rekening AS (
    SELECT
        kabupaten, tahun, tahap_id, tahap, skpd, rekening, sum(nilai) AS nilai, bool_or(disebut) AS disebut,
        coalesce(starts_with(
            lead(rekening) OVER (PARTITION BY kabupaten, tahun, tahap_id, skpd, kegiatan ORDER BY rekening), rekening || '.'
        ), false) AS induk
    FROM terakhir
    WHERE urut = 1
    GROUP BY kabupaten, tahun, tahap_id, tahap, skpd, kegiatan, rekening
),
jumlah AS (
    SELECT
        kabupaten, tahun, tahap_id, tahap,
        sum(nilai) FILTER (WHERE starts_with(rekening, '4')) AS pendapatan,
        sum(nilai) FILTER (WHERE starts_with(rekening, '5')) AS belanja,
        sum(CASE WHEN starts_with(rekening, '6.2') THEN -nilai ELSE nilai END) FILTER (WHERE rekening ~ '^6[.]') AS pembiayaan,
        CASE
            WHEN bool_and(nilai %% 10000000 = 0) THEN 10000000 WHEN bool_and(nilai %% 1000000 = 0) THEN 1000000
            WHEN bool_and(nilai %% 1000 = 0) THEN 1000 ELSE 0
        END * ceil(sqrt(count(*))) + 1 AS toleransi,
        count(DISTINCT skpd) AS banyak_skpd, bool_and(disebut) AS semua_disebut
    FROM rekening
    WHERE NOT induk
    GROUP BY kabupaten, tahun, tahap_id, tahap
)
SELECT
    tahun::text, jsonb_strip_nulls(jsonb_build_object('wilayah', kabupaten, 'tahap', nullif(tahap_id, 0))),
    'Pendapatan − belanja + (penerimaan − pengeluaran pembiayaan)' || CASE WHEN tahap_id = 0 THEN '' ELSE ' · ' || tahap END,
    'SiLPA', pendapatan - belanja + pembiayaan, 'seharusnya', 0, toleransi, abs(pendapatan - belanja + pembiayaan) <= toleransi,
    CASE WHEN abs(pendapatan - belanja + pembiayaan) <= toleransi THEN '' ELSE
        'Anggaran tidak seimbang. Periksa tanda pengeluaran pembiayaan (6.2 dikurangkan), dan apakah setiap akun lengkap.' END
FROM jumlah
WHERE pendapatan IS NOT NULL AND belanja IS NOT NULL AND pembiayaan IS NOT NULL
    AND (NOT %(by_agency)s OR (banyak_skpd > 1 AND semua_disebut))
ORDER BY 9, tahun, kabupaten, tahap_id
