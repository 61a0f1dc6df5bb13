-- What somebody has answered for is not asked again; what a contract hides is hidden in every state of the past; and what
-- was written down before another producer's numbers had a wall is taken back.

-- ── known differences ────────────────────────────────────────────────────────────────────────────────────────────────

ALTER TABLE audit.reconciliation ADD COLUMN known_by bigint;
COMMENT ON COLUMN audit.reconciliation.known_by IS
    'The decision of a person who was told this difference (same kind, subject and values) and released it; NULL: new, or none.';

UPDATE audit.reconciliation AS r
SET known_by = c.id
FROM audit.submission AS s
JOIN LATERAL (
    SELECT id FROM audit.decision WHERE submission_id = s.id AND decision = 'dirilis' AND NOT automatic ORDER BY id DESC LIMIT 1
) AS c ON true
WHERE s.id = r.submission_id AND s.status = 'dirilis' AND r.kind <> 'jumlah_anak' AND NOT r.agrees AND r.stands_for = 1;

-- ── walls between producers ──────────────────────────────────────────────────────────────────────────────────────────

-- Such findings named numbers of the other dataset; both are still in audit.reconciliation, for the walidata.
UPDATE audit.finding AS f
SET
    message = 'Ada angka yang tidak cocok dengan dataset lain; lihat bagian Rekonsiliasi laporan ini.',
    cause = 'Angkanya tidak sama di sana.'
FROM audit.submission AS s
WHERE s.id = f.submission_id
    AND f.rule = 'rekonsiliasi'
    AND EXISTS (
        SELECT FROM audit.reconciliation AS r
        WHERE r.submission_id = s.id
            AND NOT r.agrees
            AND (r.kind = 'pagu_tahap' OR nullif(r.subject ->> 'dataset_kanan', s.dataset) IS NOT NULL
                OR nullif(r.subject ->> 'dataset_kiri', s.dataset) IS NOT NULL)
    );

-- These lines did not say whose budget the later stage was.
UPDATE audit.reconciliation SET public = false WHERE kind = 'pagu_tahap';

-- ── every state of the past ──────────────────────────────────────────────────────────────────────────────────────────

ALTER TABLE dw.penyamaran ADD COLUMN ditetapkan_pada timestamptz NOT NULL DEFAULT now();
UPDATE dw.penyamaran SET ditetapkan_pada = valid_from;
COMMENT ON COLUMN dw.penyamaran.ditetapkan_pada IS
    'Kapan ditetapkan. Lebih lambat daripada valid_from: sebelum itu angkanya masih terbaca umum.';
ALTER TABLE dw.dim_dataset ADD COLUMN riwayat_disamarkan boolean NOT NULL DEFAULT true;
UPDATE dw.dim_dataset SET riwayat_disamarkan = false WHERE penyamaran IS NOT NULL;
COMMENT ON COLUMN dw.dim_dataset.riwayat_disamarkan IS
    'Salah bila versi lamanya belum disamarkan menurut aturan `penyamaran`: dikerjakan saat kontraknya dibaca lagi.';
