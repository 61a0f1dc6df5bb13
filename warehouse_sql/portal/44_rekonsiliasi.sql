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
    r.reconciled_at AS diperiksa_pada,
    c.decided_at AS diketahui_pada,
    c.reason AS alasan
FROM audit.reconciliation AS r
JOIN dw.dim_dataset AS d ON d.dataset = r.dataset
LEFT JOIN audit.decision AS c ON c.id = r.known_by
WHERE r.public AND d.akses = 'terbuka' AND d.aktif AND d.penyamaran IS NULL
    -- Asked at every reading: a dataset may close after it was compared with.
    AND NOT EXISTS (
        SELECT FROM dw.dim_dataset AS l
        WHERE l.dataset IN (r.subject ->> 'dataset_kiri', r.subject ->> 'dataset_kanan')
            AND (l.akses <> 'terbuka' OR NOT l.aktif OR l.penyamaran IS NOT NULL)
    );
COMMENT ON VIEW portal.rekonsiliasi IS 'Dua angka yang seharusnya sama dan apakah keduanya sama: selisih ditampilkan, tidak disembunyikan.';
