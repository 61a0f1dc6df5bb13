-- name: begin
SELECT pg_advisory_lock(hashtextextended('satudata:kumpul:' || %(dataset)s, 0));

-- name: end
SELECT pg_advisory_unlock(hashtextextended('satudata:kumpul:' || %(dataset)s, 0));

-- name: known
SELECT path, size, mtime_ns, sha256, contract_sha256, submission_id, checked_at, problem
FROM audit.source_state
WHERE dataset = %(dataset)s AND sha256 IS NOT NULL;

-- name: remember
INSERT INTO audit.source_state AS lama (dataset, path, size, mtime_ns, sha256, contract_sha256, submission_id)
SELECT %(dataset)s, %(path)s, %(size)s, %(mtime_ns)s, %(sha256)s, s.contract_sha256, s.id
FROM audit.submission AS s
WHERE s.id = %(submission_id)s
ON CONFLICT (dataset, path) DO UPDATE SET
    size = excluded.size, mtime_ns = excluded.mtime_ns, sha256 = excluded.sha256,
    contract_sha256 = excluded.contract_sha256, submission_id = excluded.submission_id, checked_at = now(),
    problem = NULL
WHERE lama.submission_id IS NULL OR lama.submission_id <= excluded.submission_id;

-- name: problem
INSERT INTO audit.source_state AS lama (dataset, path, problem) VALUES (%(dataset)s, %(path)s, %(problem)s)
ON CONFLICT (dataset, path) DO UPDATE SET problem = excluded.problem, checked_at = now();

-- name: forget
WITH unread AS (DELETE FROM audit.source_state WHERE dataset = %(dataset)s AND sha256 IS NULL)
UPDATE audit.source_state SET problem = NULL
WHERE dataset = %(dataset)s AND sha256 IS NOT NULL AND problem IS NOT NULL;
