-- name: savepoint
SAVEPOINT rekonsiliasi;

-- name: hashed
-- What was written in this transaction the planner has no numbers of: it expects one row, and loops over a million.
SET LOCAL enable_nestloop = off;

-- name: as_before
SET LOCAL enable_nestloop = on;

-- name: rollback
ROLLBACK TO SAVEPOINT rekonsiliasi;

-- name: clear
DELETE FROM audit.reconciliation WHERE submission_id = %(id)s AND NOT kind = ANY(%(keep)s);

-- name: publish
-- A line is public with its figures: released, and of datasets that are open and hide no cells. The portal's view asks
-- again whether they still are.
UPDATE audit.reconciliation AS r
SET public = s.status = 'dirilis'
    AND r.kind <> 'berkas_sama'
    AND NOT EXISTS (
        SELECT FROM dw.dim_dataset AS d
        WHERE d.dataset IN (r.dataset, r.subject ->> 'dataset_kiri', r.subject ->> 'dataset_kanan')
            AND (d.akses <> 'terbuka' OR d.penyamaran IS NOT NULL)
    )
FROM audit.submission AS s
WHERE s.id = r.submission_id AND r.submission_id = %(id)s;

-- name: lines
SELECT kind, periode, subject, label, left_name, left_value, right_name, right_value, tolerance, agrees, explanation, stands_for
FROM audit.reconciliation
WHERE submission_id = %(id)s
ORDER BY kind, no;
