CREATE OR REPLACE VIEW portal.revisi WITH (security_barrier) AS
SELECT
    f.dataset,
    f.indikator,
    f.wilayah,
    f.periode,
    f.rincian,
    f.nilai_umum AS nilai_lama,
    b.nilai_umum AS nilai_baru,
    round(100 * (b.nilai_umum - f.nilai_umum) / nullif(abs(f.nilai_umum), 0), 2) AS persen,
    f.penanda_umum AS penanda_lama,
    b.penanda_umum AS penanda_baru,
    f.status_data AS status_lama,
    b.status_data AS status_baru,
    CASE WHEN b.indikator_id IS NULL THEN 'dihapus' ELSE 'berubah' END AS jenis,
    c.reason AS alasan,
    CASE WHEN c.automatic THEN 'aturan otomatis' WHEN NOT c.automatic THEN 'walidata' END AS oleh,
    f.valid_to AS direvisi_pada,
    rel.submission_id AS kiriman
FROM dw.angka_indikator AS f
LEFT JOIN dw.angka_indikator AS b
    ON b.kode_kabkota = f.kode_kabkota AND b.indikator_id = f.indikator_id AND b.wilayah_id = f.wilayah_id
    AND b.periode_id = f.periode_id AND b.rincian_id = f.rincian_id AND b.valid_from = f.valid_to
LEFT JOIN audit.release AS rel ON rel.dataset = f.dataset AND rel.released_at = f.valid_to
LEFT JOIN audit.decision AS c ON c.id = rel.decision_id
WHERE f.terbuka AND f.valid_to < 'infinity';
COMMENT ON VIEW portal.revisi IS 'Setiap perubahan angka yang pernah dirilis: lama, baru, persen, alasan, peran pemutus, dan kapan.';
