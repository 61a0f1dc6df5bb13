-- {angka} is portal.angka_<fakta>. An axis is 'wilayah', 'periode', 'indikator', '' (none) or the name of a breakdown; a
-- breakdown that a figure does not have is '' on it. `rincian` holds the members asked for, as JSON; `tanpa` names the
-- breakdowns that the figures are without.

-- name: contents
-- regions: [code, name, level]. shapes: [indicator, level, period, breakdowns, names of their members, how many figures].
WITH angka AS MATERIALIZED (
    SELECT indikator, wilayah, nama_wilayah, tingkat, periode, rincian, rincian_json, nama_rincian
    FROM {angka}
    WHERE dataset = %(dataset)s
)
SELECT
    coalesce((
        SELECT jsonb_agg(jsonb_build_array(wilayah, nama, tingkat) ORDER BY wilayah)
        FROM (SELECT wilayah, max(nama_wilayah) AS nama, max(tingkat) AS tingkat FROM angka GROUP BY wilayah) AS w
    ), '[]') AS regions,
    coalesce((
        SELECT jsonb_agg(jsonb_build_array(indikator, tingkat, periode, rincian_json, nama_rincian, banyaknya))
        FROM (
            SELECT indikator, tingkat, periode, any_value(rincian_json) AS rincian_json, any_value(nama_rincian) AS nama_rincian, count(*) AS banyaknya
            FROM angka
            GROUP BY indikator, tingkat, periode, rincian
        ) AS s
    ), '[]') AS shapes;

-- name: pivot
WITH angka AS (
    SELECT
        CASE %(baris)s WHEN 'wilayah' THEN wilayah WHEN 'periode' THEN periode WHEN 'indikator' THEN indikator WHEN '' THEN ''
            ELSE coalesce(rincian_json ->> %(baris)s, '') END AS baris,
        CASE %(anak)s WHEN 'wilayah' THEN wilayah WHEN 'periode' THEN periode WHEN 'indikator' THEN indikator WHEN '' THEN ''
            ELSE coalesce(rincian_json ->> %(anak)s, '') END AS anak,
        CASE %(kolom)s WHEN 'wilayah' THEN wilayah WHEN 'periode' THEN periode WHEN 'indikator' THEN indikator WHEN '' THEN ''
            ELSE coalesce(rincian_json ->> %(kolom)s, '') END AS kolom,
        indikator, wilayah, periode, rincian, nilai, penanda, satuan, status_data, dirilis_pada
    FROM {angka}
    WHERE dataset = %(dataset)s
        AND (%(indikator)s::text[] IS NULL OR indikator = ANY(%(indikator)s))
        AND (%(tingkat)s::text[] IS NULL OR tingkat = ANY(%(tingkat)s))
        AND (%(wilayah)s::text[] IS NULL OR wilayah = ANY(%(wilayah)s))
        AND (%(periode)s::text[] IS NULL OR periode = ANY(%(periode)s))
        AND (%(rincian)s::jsonb IS NULL OR rincian_json @> %(rincian)s::jsonb)
        AND (%(tanpa)s::text[] IS NULL OR NOT EXISTS (
            SELECT FROM unnest(%(tanpa)s::text[]) AS t (nama) WHERE rincian_json ->> t.nama <> ''
        ))
)
SELECT
    baris, anak, kolom, count(*) AS banyaknya,
    -- A sum with a part that is not told is not told: it would tell the part.
    CASE WHEN count(nilai) = count(*) THEN sum(nilai) END AS nilai,
    CASE WHEN count(*) = 1 THEN min(penanda) WHEN bool_or(penanda = '*') THEN '*' END AS penanda,
    min(satuan) AS satuan, string_agg(DISTINCT status_data, ', ') AS status_data, max(dirilis_pada) AS dirilis_pada,
    min(indikator) AS indikator, min(wilayah) AS wilayah, min(periode) AS periode, min(rincian) AS rincian
FROM angka
GROUP BY baris, anak, kolom
ORDER BY baris, anak, kolom;

-- name: labels
SELECT daftar, kode, nama, urutan FROM portal.rincian WHERE daftar = ANY(%(breakdowns)s)
UNION ALL
SELECT 'tahap', kode, nama, urutan FROM portal.tahap WHERE 'tahap' = ANY(%(breakdowns)s)
UNION ALL
SELECT 'akun', kode, nama, NULL FROM portal.rincian
WHERE 'akun' = ANY(%(breakdowns)s) AND daftar = 'kode_rekening' AND kode IN ('4', '5', '6.1', '6.2');
