-- The one way in: the facts as they would be with a submission. Of one that waits, the current facts outside what it
-- replaces, and its waiting figures; of one that was merged, the facts themselves. Every identity reads {usulan}, or the
-- budget table that is made of it.

-- name: usulan
(
    SELECT {ids}, nilai, submission_id
    FROM {table}
    WHERE kode_kabkota = %(kabkota)s
        AND valid_to = 'infinity'
        AND NOT (
            %(waiting)s
            AND indikator_id = ANY(%(own)s::int[])
            AND (
                (NOT %(by_key)s AND (%(whole)s OR {covered}))
                OR (%(by_key)s AND ({ids}) IN (SELECT {ids} FROM {staging} WHERE submission_id = %(id)s))
            )
        )
    UNION ALL
    SELECT {ids}, nilai, submission_id FROM {staging} WHERE %(waiting)s AND submission_id = %(id)s
)

-- name: covered_indikator
periode_id = ANY(%(periode)s::int[])

-- name: covered
-- As the merge has it: of a budget the periods of the agencies and stages that the submission contains.
(periode_id, skpd_id, tahap_id) IN (SELECT periode_id, skpd_id, tahap_id FROM {staging} WHERE submission_id = %(id)s)

-- name: merged
SELECT {ids} FROM {table}
WHERE kode_kabkota = %(kabkota)s AND valid_to = 'infinity' AND indikator_id = ANY(%(own)s::int[])
    AND periode_id IN (SELECT periode_id FROM dw.dim_periode WHERE kode = ANY(%(codes)s))

-- name: budget_scope
-- Indicators of budgets, the periods of the submission's years, and every version of its agencies.
SELECT
    (SELECT array_agg(indikator_id) FROM dw.dim_indikator WHERE besaran IN ('pagu', 'kas', 'realisasi')),
    (SELECT array_agg(periode_id) FROM dw.dim_periode WHERE tahun IN (
        SELECT tahun FROM dw.dim_periode WHERE periode_id = ANY(%(periode)s::int[]))),
    (SELECT array_agg(skpd_id) FROM dw.dim_skpd WHERE kode IN (
        SELECT kode FROM dw.dim_skpd WHERE skpd_id = ANY(%(skpd)s::int[])));

-- name: drop_budget
DROP TABLE IF EXISTS pg_temp.usulan_anggaran;

-- name: budget
-- Budget figures of these agencies and years, of every dataset, without location, source of funds and breakdown.
-- terbaru: of the newest stage and, of that, the last period held. sendiri: the agency's own record.
CREATE TEMP TABLE usulan_anggaran ON COMMIT DROP AS
SELECT
    a.*, d.kumulatif, g.kode = a.skpd AS sendiri,
    rank() OVER (
        PARTITION BY a.dataset, a.besaran, a.kabupaten, a.tahun, a.skpd ORDER BY a.tahap DESC, a.selesai DESC, a.mulai DESC
    ) = 1 AS terbaru,
    a.tahap = max(a.tahap) OVER (PARTITION BY a.dataset, a.besaran, a.kabupaten, a.tahun, a.skpd) AS tahap_terbaru
FROM (
    SELECT
        i.dataset, i.besaran, left(w.kode, 5) AS kabupaten, p.tahun, p.periode_id, p.kode AS periode, p.mulai, p.selesai,
        s.kode AS skpd, k.kode AS kegiatan, r.kode AS rekening, t.urutan AS tahap,
        max(s.nama) AS nama_skpd, sum(u.nilai) AS nilai, bool_or(u.submission_id = %(id)s) AS baru
    FROM {usulan} AS u
    JOIN dw.dim_indikator AS i ON i.indikator_id = u.indikator_id
    JOIN dw.dim_wilayah AS w ON w.wilayah_id = u.wilayah_id
    JOIN dw.dim_periode AS p ON p.periode_id = u.periode_id
    JOIN dw.dim_skpd AS s ON s.skpd_id = u.skpd_id
    JOIN dw.dim_kegiatan AS k ON k.kegiatan_id = u.kegiatan_id
    JOIN dw.dim_rekening AS r ON r.rekening_id = u.rekening_id
    JOIN dw.dim_tahap AS t ON t.tahap_id = u.tahap_id
    WHERE u.indikator_id = ANY(%(budget)s::int[])
        AND u.periode_id = ANY(%(years)s::int[])
        AND u.skpd_id = ANY(%(agencies)s::int[])
        AND u.nilai IS NOT NULL
    GROUP BY i.dataset, i.besaran, left(w.kode, 5), p.periode_id, s.kode, k.kode, r.kode, t.urutan
) AS a
JOIN dw.dim_dataset AS d ON d.dataset = a.dataset
JOIN dw.skpd_register AS g ON g.skpd = d.skpd;

-- name: analyze_budget
ANALYZE pg_temp.usulan_anggaran;

-- name: comparable
-- kiri and kanan (dataset, besaran, kabupaten, tahun, periode, skpd, nama_skpd, kegiatan, rekening, nilai) side by side,
-- one of them this dataset's. Two sources go to different depths: codes are cut to the depth that both have.
pasangan AS (
    SELECT
        a.dataset AS dataset_kiri, b.dataset AS dataset_kanan, a.besaran, a.kabupaten, a.tahun, a.periode, a.skpd,
        a.nama_skpd, least(a.segmen_kegiatan, b.segmen_kegiatan) AS segmen_kegiatan,
        least(a.segmen_rekening, b.segmen_rekening) AS segmen_rekening
    FROM (
        SELECT
            dataset, besaran, kabupaten, tahun, periode, skpd, max(nama_skpd) AS nama_skpd,
            coalesce(min(cardinality(string_to_array(kegiatan, '.'))) FILTER (WHERE kegiatan <> ''), 0) AS segmen_kegiatan,
            coalesce(min(cardinality(string_to_array(rekening, '.'))) FILTER (WHERE rekening <> ''), 0) AS segmen_rekening
        FROM kiri
        GROUP BY dataset, besaran, kabupaten, tahun, periode, skpd
    ) AS a
    JOIN (
        SELECT
            dataset, besaran, kabupaten, tahun, periode, skpd,
            coalesce(min(cardinality(string_to_array(kegiatan, '.'))) FILTER (WHERE kegiatan <> ''), 0) AS segmen_kegiatan,
            coalesce(min(cardinality(string_to_array(rekening, '.'))) FILTER (WHERE rekening <> ''), 0) AS segmen_rekening
        FROM kanan
        GROUP BY dataset, besaran, kabupaten, tahun, periode, skpd
    ) AS b USING (besaran, kabupaten, tahun, periode, skpd)
    WHERE %(dataset)s IN (a.dataset, b.dataset)
),
sepadan AS (
    SELECT
        dataset_kiri, dataset_kanan, besaran, kabupaten, tahun, periode, skpd, nama_skpd,
        array_to_string((string_to_array(kegiatan, '.'))[:segmen_kegiatan], '.') AS kegiatan,
        array_to_string((string_to_array(rekening, '.'))[:segmen_rekening], '.') AS rekening,
        sum(kiri) AS kiri, sum(kanan) AS kanan
    FROM (
        SELECT p.*, k.kegiatan, k.rekening, k.nilai AS kiri, NULL::numeric AS kanan
        FROM pasangan AS p
        JOIN kiri AS k USING (besaran, kabupaten, tahun, periode, skpd)
        WHERE k.dataset = p.dataset_kiri
        UNION ALL
        SELECT p.*, k.kegiatan, k.rekening, NULL, k.nilai
        FROM pasangan AS p
        JOIN kanan AS k USING (besaran, kabupaten, tahun, periode, skpd)
        WHERE k.dataset = p.dataset_kanan
    ) AS keduanya
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
),
sebutan AS (
    SELECT
        *,
        jsonb_strip_nulls(jsonb_build_object(
            'skpd', skpd, 'kegiatan', nullif(kegiatan, ''), 'rekening', nullif(rekening, ''), 'besaran', nullif(besaran, ''),
            'dataset_kiri', dataset_kiri, 'dataset_kanan', dataset_kanan
        )) AS subject,
        concat_ws(' · ',
            nama_skpd,
            nullif(concat_ws(' ', nullif(kegiatan, ''),
                (SELECT nama FROM dw.dim_kegiatan AS d WHERE d.kode = sepadan.kegiatan AND d.kode <> '' AND d.nama <> d.kode
                    ORDER BY berlaku_sampai DESC LIMIT 1)), ''),
            nullif(concat_ws(' ', nullif(rekening, ''),
                (SELECT nama FROM dw.dim_rekening AS d WHERE d.kode = sepadan.rekening AND d.kode <> '' AND d.nama <> d.kode
                    ORDER BY berlaku_sampai DESC LIMIT 1)), '')
        ) AS label
    FROM sepadan
)

-- name: capped
-- Of lines with what disagrees first: at most so many of either kind, and how many there were.
SELECT
    periode, subject, label, left_name, left_value, right_name, right_value, tolerance, agrees, explanation,
    CASE WHEN agrees THEN semua - tidak_cocok ELSE tidak_cocok END
FROM (
    SELECT row_number() OVER () AS no, count(*) FILTER (WHERE NOT agrees) OVER () AS tidak_cocok, count(*) OVER () AS semua, q.*
    FROM ({query}) AS q (
        periode, subject, label, left_name, left_value, right_name, right_value, tolerance, agrees, explanation
    )
) AS bernomor
WHERE no - CASE WHEN agrees THEN tidak_cocok ELSE 0 END <= CASE WHEN agrees THEN %(most_agreeing)s ELSE %(most_disagreeing)s END
ORDER BY no

-- name: about
-- Of the submission's dataset: whether its contract names agencies, its indicators, those that may be added up.
SELECT jsonb_path_exists(c.contract, '$.columns.*.list ? (@ == "skpd")'),
    (SELECT coalesce(array_agg(indikator_id), array[]::int[]) FROM dw.dim_indikator AS i WHERE i.dataset = s.dataset),
    (SELECT coalesce(array_agg(indikator_id), array[]::int[]) FROM dw.dim_indikator AS i WHERE i.dataset = s.dataset AND i.dapat_dijumlah)
FROM audit.submission AS s
JOIN audit.contract AS c ON c.sha256 = s.contract_sha256
WHERE s.id = %(id)s;

-- name: period_codes
SELECT coalesce(array_agg(kode ORDER BY kode), array[]::text[]) FROM dw.dim_periode WHERE periode_id = ANY(%(periode)s::int[]);
