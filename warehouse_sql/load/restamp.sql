-- name: facts_opened
UPDATE {table} SET valid_from = %(at)s
WHERE valid_to = 'infinity' AND submission_id = %(id)s AND valid_from = now();

-- name: facts_closed
UPDATE {table} SET valid_to = %(at)s WHERE valid_to = now();

-- name: decision
UPDATE audit.decision SET decided_at = %(at)s WHERE submission_id = %(id)s AND decided_at = now();

-- name: release
UPDATE audit.release SET released_at = %(at)s WHERE submission_id = %(id)s AND released_at = now();

-- name: hidden
UPDATE dw.penyamaran
SET valid_from = CASE WHEN valid_from = now() THEN %(at)s ELSE valid_from END, ditetapkan_pada = %(at)s
WHERE submission_id = %(id)s AND ditetapkan_pada = now();

-- name: shown
UPDATE dw.penyamaran SET valid_to = %(at)s WHERE valid_to = now();

-- name: reconciliation
UPDATE audit.reconciliation SET reconciled_at = %(at)s WHERE submission_id = %(id)s AND reconciled_at = now();
