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

-- name: known
-- Of these differences those that a person was told and released, when nothing else was released of them since: the last
-- line of a released submission about the same subject says the same two values. The other dataset's lines are asked
-- too: agency and treasurer have the same difference.
SELECT t.no, c.id, c.decided_by, c.decided_at, c.reason
FROM (
    SELECT DISTINCT ON (b.no)
        b.no, r.known_by,
        NOT r.agrees AND (r.left_value, r.right_value) IS NOT DISTINCT FROM (b.left_value, b.right_value) AS masih_sama
    FROM jsonb_to_recordset(%(lines)s) AS b (
        no int, kind text, periode text, subject jsonb, datasets text[], left_value numeric, right_value numeric
    )
    JOIN audit.reconciliation AS r
        ON r.dataset = ANY(b.datasets) AND r.periode = b.periode AND r.kind = b.kind AND r.subject = b.subject
    JOIN audit.submission AS s ON s.id = r.submission_id AND s.status = 'dirilis'
    ORDER BY b.no, r.reconciled_at DESC, r.submission_id DESC
) AS t
JOIN audit.decision AS c ON c.id = t.known_by
WHERE t.masih_sama;

-- name: accept
-- A person released the submission: the differences that it was told are known from now on. What the file's own totals
-- say is a finding of the file, and found anew in each.
UPDATE audit.reconciliation AS r
SET known_by = (SELECT max(id) FROM audit.decision WHERE submission_id = %(id)s AND decision = 'dirilis' AND NOT automatic)
WHERE r.submission_id = %(id)s AND r.kind <> 'jumlah_anak' AND NOT r.agrees AND r.stands_for = 1 AND r.known_by IS NULL;

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
SELECT
    r.kind, r.periode, r.subject, r.label, r.left_name, r.left_value, r.right_name, r.right_value, r.tolerance, r.agrees,
    r.explanation, r.stands_for, c.id, c.decided_by, c.decided_at, c.reason
FROM audit.reconciliation AS r
LEFT JOIN audit.decision AS c ON c.id = r.known_by
WHERE r.submission_id = %(id)s
ORDER BY r.kind, r.no;
