-- name: decide
INSERT INTO audit.decision (submission_id, decision, decided_by, reason, automatic)
VALUES (%(id)s, %(decision)s, %(by)s, %(reason)s, %(automatic)s)
RETURNING id;

-- name: release
INSERT INTO audit.release (submission_id, decision_id, dataset, n_new, n_changed, n_removed)
VALUES (%(id)s, %(decision_id)s, %(dataset)s, %(n_new)s, %(n_changed)s, %(n_removed)s);

-- name: last_decision
SELECT decision, decided_by, decided_at FROM audit.decision WHERE submission_id = %(id)s ORDER BY id DESC LIMIT 1;

-- name: newer_released
SELECT n.id, n.path, n.periods
FROM audit.submission AS s
JOIN audit.submission AS n ON n.dataset = s.dataset AND n.id > s.id AND n.status IN ('dirilis', 'tidak_berubah')
WHERE s.id = %(id)s AND ('penuh' IN (s.load_mode, n.load_mode) OR s.periods && n.periods)
ORDER BY n.id DESC;

-- name: released
UPDATE audit.submission SET
    status = %(status)s, n_loaded = %(n_loaded)s, n_unchanged = %(n_unchanged)s,
    n_new = %(n_new)s, n_changed = %(n_changed)s, n_removed = %(n_removed)s
WHERE id = %(id)s;

-- name: returned
UPDATE audit.submission SET
    status = 'dikembalikan', n_returned = n_loaded + n_unchanged, n_loaded = 0, n_unchanged = 0
WHERE id = %(id)s;
