-- name: last_finding
SELECT coalesce(max(no), 0) FROM audit.finding WHERE submission_id = %(id)s;

-- name: add_sheet
INSERT INTO audit.sheet (submission_id, sheet_no, name)
SELECT %(id)s, no, name FROM unnest(%(numbers)s::int[], %(names)s::text[]) AS l (no, name)
ON CONFLICT DO NOTHING;

-- name: clear_differences
DELETE FROM audit.difference WHERE submission_id = %(id)s;
