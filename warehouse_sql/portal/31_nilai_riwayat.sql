CREATE VIEW portal.nilai_riwayat AS
SELECT
    i.dataset,
    i.kode AS indikator,
    w.kode AS wilayah,
    p.kode AS periode,
    r.kode AS rincian,
    f.nilai,
    f.penanda,
    i.satuan,
    s.nama AS status_data,
    f.valid_from AS berlaku_dari,
    f.valid_to AS berlaku_sampai,
    f.submission_id AS kiriman
FROM dw.fakta_indikator AS f
JOIN dw.dim_indikator AS i ON i.indikator_id = f.indikator_id
JOIN dw.dim_dataset AS d ON d.dataset = i.dataset AND d.akses = 'terbuka'
JOIN dw.dim_wilayah AS w ON w.wilayah_id = f.wilayah_id
JOIN dw.dim_periode AS p ON p.periode_id = f.periode_id
JOIN dw.dim_rincian AS r ON r.rincian_id = f.rincian_id
JOIN dw.status_data AS s ON s.status = f.status;
COMMENT ON VIEW portal.nilai_riwayat IS
    'Semua versi setiap angka. Keadaan pada waktu T: berlaku_dari <= T AND T < berlaku_sampai.';
