-- Temuan, karantina dan perbedaan menunjuk kiriman yang ada.
SELECT 'temuan' AS jenis, f.submission_id, count(*) AS jumlah
FROM audit.finding AS f
LEFT JOIN audit.submission AS s ON s.id = f.submission_id
WHERE s.id IS NULL
GROUP BY f.submission_id
UNION ALL
SELECT 'karantina', q.submission_id, count(*)
FROM audit.quarantine AS q
LEFT JOIN audit.submission AS s ON s.id = q.submission_id
WHERE s.id IS NULL
GROUP BY q.submission_id
UNION ALL
SELECT 'perbedaan', d.submission_id, count(*)
FROM audit.difference AS d
LEFT JOIN audit.submission AS s ON s.id = d.submission_id
WHERE s.id IS NULL
GROUP BY d.submission_id;
