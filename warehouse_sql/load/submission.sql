-- name: lock
SELECT pg_advisory_xact_lock(hashtextextended('satudata:' || %(dataset)s, 0));

-- name: clock_is_ahead
SELECT coalesce(max(released_at), '-infinity') < now() FROM audit.release WHERE dataset = %(dataset)s;

-- name: add_contract
INSERT INTO audit.contract (sha256, contract) VALUES (%(contract_sha256)s, %(contract_json)s)
ON CONFLICT (sha256) DO NOTHING;

-- name: add
INSERT INTO audit.submission (
    dataset, skpd, path, sha256, size, mtime_ns, contract_sha256, event_id, received_at, label, submitted_by, fact
)
VALUES (
    %(dataset)s, %(skpd)s, %(path)s, %(sha256)s, %(size)s, %(mtime_ns)s, %(contract_sha256)s, %(event_id)s,
    coalesce(%(received_at)s, now()), %(label)s, %(submitted_by)s, %(fact)s
)
ON CONFLICT (dataset, path, sha256, contract_sha256) WHERE status = 'diterima' DO NOTHING
RETURNING id;

-- name: received
SELECT id FROM audit.submission
WHERE dataset = %(dataset)s AND path = %(path)s AND sha256 = %(sha256)s AND contract_sha256 = %(contract_sha256)s
    AND status = 'diterima';

-- name: describe
SELECT
    id, dataset, skpd, path, sha256, size, contract_sha256, event_id, received_at, status, label, periods, load_mode, status_data,
    n_received, n_loaded, n_unchanged, n_quarantined, n_returned, n_figures, n_new, n_changed, n_removed, fact
FROM audit.submission
WHERE id = ANY(%(ids)s)
ORDER BY id DESC;

-- name: findings
SELECT rule, message, cause, action, severity, file FROM audit.finding WHERE submission_id = %(id)s ORDER BY no;

-- name: of_event
SELECT id FROM audit.submission WHERE event_id = %(event_id)s;

-- name: unprocessed
SELECT id, path FROM audit.submission WHERE dataset = %(dataset)s AND status = 'diterima' ORDER BY id;

-- name: newer_of_same_source
SELECT max(n.id)
FROM audit.submission AS s
JOIN audit.submission AS n ON n.dataset = s.dataset AND n.path = s.path AND n.id > s.id
WHERE s.id = %(id)s AND n.status IN ('menunggu', 'dirilis', 'tidak_berubah');

-- name: supersede
WITH lama AS (
    UPDATE audit.submission AS l SET
        status = 'digantikan', n_returned = l.n_loaded + l.n_unchanged, n_loaded = 0, n_unchanged = 0
    FROM audit.submission AS s
    WHERE s.id = %(id)s AND l.dataset = s.dataset AND l.path = s.path AND l.id < s.id AND l.status = 'menunggu'
    RETURNING l.id
)
DELETE FROM {staging} WHERE submission_id IN (SELECT id FROM lama);

-- name: before_release
SAVEPOINT rilis;

-- name: take_back
ROLLBACK TO SAVEPOINT rilis;

-- name: finish
UPDATE audit.submission SET
    status = %(status)s, label = %(label)s, periods = %(periods)s, load_mode = %(load_mode)s,
    status_data = %(status_data)s, n_received = %(n_received)s, n_loaded = %(n_loaded)s, n_unchanged = %(n_unchanged)s,
    n_quarantined = %(n_quarantined)s, n_returned = %(n_returned)s, n_figures = %(n_figures)s, n_new = %(n_new)s,
    n_changed = %(n_changed)s, n_removed = %(n_removed)s, n_corrected = %(n_corrected)s, skipped = %(skipped)s, read_as = %(read_as)s,
    directions = %(directions)s, started_at = now(), finished_at = clock_timestamp()
WHERE id = %(id)s;
