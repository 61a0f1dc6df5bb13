CREATE OR REPLACE VIEW portal.rekonsiliasi WITH (security_barrier) AS
SELECT
    r.dataset,
    r.periode,
    r.kind AS jenis,
    r.no,
    r.label AS uraian,
    r.subject AS subjek,
    r.left_name AS nama_kiri,
    r.left_value AS nilai_kiri,
    r.right_name AS nama_kanan,
    r.right_value AS nilai_kanan,
    r.difference AS selisih,
    r.tolerance AS toleransi,
    r.agrees AS cocok,
    r.explanation AS penjelasan,
    r.stands_for AS mewakili,
    r.submission_id AS kiriman,
    r.reconciled_at AS diperiksa_pada
FROM audit.reconciliation AS r
JOIN dw.dim_dataset AS d ON d.dataset = r.dataset
WHERE r.public AND d.akses = 'terbuka' AND d.aktif;
COMMENT ON VIEW portal.rekonsiliasi IS 'Dua angka yang seharusnya sama dan apakah keduanya sama: selisih ditampilkan, tidak disembunyikan.';
