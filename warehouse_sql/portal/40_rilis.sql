CREATE OR REPLACE VIEW portal.rilis WITH (security_barrier) AS
SELECT
    rel.dataset,
    rel.submission_id AS kiriman,
    k.label,
    k.periods AS periode,
    rel.released_at AS dirilis_pada,
    CASE WHEN c.automatic THEN 'aturan otomatis' ELSE 'walidata' END AS dirilis_oleh,
    c.reason AS alasan,
    c.automatic AS otomatis,
    rel.n_new AS angka_baru,
    rel.n_changed AS angka_berubah,
    rel.n_removed AS angka_dihapus
FROM audit.release AS rel
JOIN audit.submission AS k ON k.id = rel.submission_id
JOIN audit.decision AS c ON c.id = rel.decision_id
JOIN dw.dim_dataset AS d ON d.dataset = rel.dataset
WHERE d.akses = 'terbuka' AND d.aktif;
COMMENT ON VIEW portal.rilis IS 'Catatan rilis dataset terbuka: kapan angka berubah, menurut peran siapa, mengapa, dan berapa banyak.';
