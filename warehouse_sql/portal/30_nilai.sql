CREATE VIEW portal.nilai AS
SELECT
    i.dataset,
    i.kode AS indikator,
    i.nama AS nama_indikator,
    w.kode AS wilayah,
    w.nama AS nama_wilayah,
    w.tingkat,
    p.kode AS periode,
    p.tahun,
    r.kode AS rincian,
    r.rincian AS rincian_json,
    f.nilai,
    f.penanda,
    i.satuan,
    s.nama AS status_data,
    f.valid_from AS dirilis_pada,
    f.submission_id AS kiriman
FROM dw.fakta_indikator AS f
JOIN dw.dim_indikator AS i ON i.indikator_id = f.indikator_id
JOIN dw.dim_dataset AS d ON d.dataset = i.dataset AND d.akses = 'terbuka'
JOIN dw.dim_wilayah AS w ON w.wilayah_id = f.wilayah_id
JOIN dw.dim_periode AS p ON p.periode_id = f.periode_id
JOIN dw.dim_rincian AS r ON r.rincian_id = f.rincian_id
JOIN dw.status_data AS s ON s.status = f.status
WHERE f.valid_to = 'infinity';
COMMENT ON VIEW portal.nilai IS 'Angka yang berlaku sekarang: sudah dirilis, dari dataset terbuka.';
COMMENT ON COLUMN portal.nilai.rincian IS 'Mis. jenis_kelamin=L|umur=0-4; kosong bila angka tanpa rincian.';
COMMENT ON COLUMN portal.nilai.penanda IS 'Yang tertulis sebagai ganti angka bila nilai kosong.';
COMMENT ON COLUMN portal.nilai.dirilis_pada IS 'Sejak kapan versi ini dilihat umum (UTC).';
