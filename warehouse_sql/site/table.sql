-- An axis is 'wilayah', 'periode', 'indikator', '' (none) or the name of a breakdown; a breakdown that a figure does not
-- have is '' on it. `saring` holds the breakdowns asked for, as JSON: {"jenis_kelamin": "L"}; '' asks for figures without it.

-- name: members
SELECT DISTINCT indikator, wilayah, nama_wilayah, tingkat, periode, rincian_json
FROM portal.nilai
WHERE dataset = %(dataset)s;

-- name: pivot
WITH angka AS (
    SELECT
        CASE %(baris)s WHEN 'wilayah' THEN wilayah WHEN 'periode' THEN periode WHEN 'indikator' THEN indikator WHEN '' THEN ''
            ELSE coalesce(rincian_json ->> %(baris)s, '') END AS baris,
        CASE %(kolom)s WHEN 'wilayah' THEN wilayah WHEN 'periode' THEN periode WHEN 'indikator' THEN indikator WHEN '' THEN ''
            ELSE coalesce(rincian_json ->> %(kolom)s, '') END AS kolom,
        indikator, wilayah, periode, rincian, nilai, penanda, status_data, dirilis_pada
    FROM portal.nilai
    WHERE dataset = %(dataset)s
        AND (%(indikator)s::text[] IS NULL OR indikator = ANY(%(indikator)s))
        AND (%(tingkat)s::text[] IS NULL OR tingkat = ANY(%(tingkat)s))
        AND (%(wilayah)s::text[] IS NULL OR wilayah = ANY(%(wilayah)s))
        AND (%(periode)s::text[] IS NULL OR periode = ANY(%(periode)s))
        AND NOT EXISTS (
            SELECT FROM jsonb_each_text(%(saring)s::jsonb) AS s WHERE coalesce(rincian_json ->> s.key, '') <> s.value
        )
)
SELECT
    baris, kolom, count(*) AS banyaknya,
    -- A sum with a part that is not told is not told: it would tell the part.
    CASE WHEN count(nilai) = count(*) THEN sum(nilai) END AS nilai,
    CASE WHEN count(*) = 1 THEN min(penanda) WHEN bool_or(penanda = '*') THEN '*' END AS penanda,
    min(status_data) AS status_data,
    min(indikator) AS indikator, min(wilayah) AS wilayah, min(periode) AS periode, min(rincian) AS rincian
FROM angka
GROUP BY baris, kolom
ORDER BY baris, kolom;

-- name: selected
SELECT
    dataset, indikator, nama_indikator, wilayah, nama_wilayah, tingkat, periode, tahun, rincian, nilai, penanda, satuan, status_data,
    dirilis_pada, kiriman
FROM portal.nilai
WHERE dataset = %(dataset)s
    AND (%(indikator)s::text[] IS NULL OR indikator = ANY(%(indikator)s))
    AND (%(tingkat)s::text[] IS NULL OR tingkat = ANY(%(tingkat)s))
    AND (%(wilayah)s::text[] IS NULL OR wilayah = ANY(%(wilayah)s))
    AND (%(periode)s::text[] IS NULL OR periode = ANY(%(periode)s))
    AND NOT EXISTS (
        SELECT FROM jsonb_each_text(%(saring)s::jsonb) AS s WHERE coalesce(rincian_json ->> s.key, '') <> s.value
    )
ORDER BY indikator, periode, wilayah, rincian;

-- name: labels
SELECT daftar, kode, nama, urutan FROM portal.rincian WHERE daftar = ANY(%(breakdowns)s);
