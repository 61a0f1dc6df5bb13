-- name: idle_staging
-- Figures that wait although their submission does not.
SELECT f.submission_id, count(*)
FROM {staging} AS f
WHERE NOT EXISTS (SELECT FROM audit.submission AS s WHERE s.id = f.submission_id AND s.status = 'menunggu')
GROUP BY 1
ORDER BY 1;

-- name: clear_staging
DELETE FROM {staging} AS f
WHERE f.submission_id = %(id)s
    AND NOT EXISTS (SELECT FROM audit.submission AS s WHERE s.id = f.submission_id AND s.status = 'menunggu');

-- name: vanished_sources
-- What is remembered of sources whose dataset has had no contract for long.
SELECT q.dataset, q.path
FROM audit.source_state AS q
LEFT JOIN dw.dim_dataset AS d ON d.dataset = q.dataset
WHERE d.aktif IS NOT TRUE AND q.checked_at < %(before)s
ORDER BY 1, 2;

-- name: forget_source
DELETE FROM audit.source_state WHERE dataset = %(dataset)s AND path = %(path)s AND checked_at < %(before)s;

-- name: unneeded_bytes
-- Bytes that only returned and replaced submissions brought, all of them long ago, and that no source still stands for.
SELECT s.sha256, max(s.size), array_agg(s.event_id ORDER BY s.id)
FROM audit.submission AS s
GROUP BY s.sha256
HAVING bool_and(s.status IN ('dikembalikan', 'digantikan') AND s.received_at < %(before)s)
    AND NOT EXISTS (SELECT FROM audit.source_state AS q WHERE q.sha256 = s.sha256)
    AND NOT EXISTS (SELECT FROM audit.submission AS c WHERE c.contract_sha256 = s.sha256)
ORDER BY min(s.id);

-- name: old_reports
-- Reports of deliveries that changed nothing; those of released and waiting ones stay.
SELECT id, skpd, dataset
FROM audit.submission
WHERE status IN ('dikembalikan', 'digantikan', 'tidak_berubah') AND finished_at < %(before)s
ORDER BY id;
