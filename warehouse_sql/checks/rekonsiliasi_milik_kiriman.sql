-- Setiap rekonsiliasi milik kiriman yang ada, untuk datasetnya, dan hanya yang dirilis tampil untuk umum.
SELECT r.submission_id, r.kind, s.status, count(*) AS jumlah
FROM audit.reconciliation AS r
LEFT JOIN audit.submission AS s ON s.id = r.submission_id
WHERE s.id IS NULL OR s.dataset <> r.dataset OR (r.public AND s.status <> 'dirilis')
GROUP BY r.submission_id, r.kind, s.status;
