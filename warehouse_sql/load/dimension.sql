-- name: regions
SELECT kode, kode_bps, nama, tingkat, induk
FROM dw.dim_wilayah
WHERE wilayah_id <> 0 AND current_date >= berlaku_dari AND current_date < berlaku_sampai
ORDER BY kode;

-- name: aliases
SELECT alias, kode, tingkat FROM dw.wilayah_alias ORDER BY alias, tingkat, kode;

-- name: indikator
SELECT kode, indikator_id FROM dw.dim_indikator WHERE dataset = %(dataset)s;

-- name: periode
SELECT kode, periode_id FROM dw.dim_periode WHERE kode = ANY(%(codes)s);

-- name: add_periode
INSERT INTO dw.dim_periode (kode, jenis, mulai, selesai, tahun)
SELECT kode, jenis, mulai, selesai, CASE WHEN jenis <> 'multitahun' THEN extract(year FROM mulai) END
FROM unnest(%(codes)s::text[], %(kinds)s::text[], %(starts)s::date[], %(ends)s::date[]) AS baru (kode, jenis, mulai, selesai)
ORDER BY kode
ON CONFLICT (kode) DO NOTHING;

-- name: rincian
SELECT kode, rincian_id FROM dw.dim_rincian WHERE kode = ANY(%(codes)s);

-- name: add_rincian
INSERT INTO dw.dim_rincian (kode, rincian)
SELECT kode, rincian FROM unnest(%(codes)s::text[], %(details)s::jsonb[]) AS baru (kode, rincian)
ORDER BY kode
ON CONFLICT (kode) DO NOTHING;

-- name: all_codes
SELECT 'indikator', indikator_id, kode FROM dw.dim_indikator WHERE dataset = %(dataset)s
UNION ALL
SELECT 'wilayah', wilayah_id, kode FROM dw.dim_wilayah
UNION ALL
SELECT 'periode', periode_id, kode FROM dw.dim_periode
UNION ALL
SELECT 'rincian', rincian_id, kode FROM dw.dim_rincian;
