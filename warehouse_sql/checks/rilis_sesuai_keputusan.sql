-- Kiriman yang dirilis memiliki keputusan dan catatan rilis, yang lain tidak.
SELECT s.id, s.status, r.released_at, d.decision
FROM audit.submission AS s
LEFT JOIN audit.release AS r ON r.submission_id = s.id
LEFT JOIN audit.decision AS d ON d.id = r.decision_id
WHERE (s.status = 'dirilis') <> (r.submission_id IS NOT NULL)
    OR (r.submission_id IS NOT NULL AND (d.submission_id <> s.id OR d.decision <> 'dirilis'))
    OR (s.status = 'dikembalikan' AND NOT EXISTS (
        SELECT FROM audit.decision AS k WHERE k.submission_id = s.id AND k.decision = 'dikembalikan'
    ));
