-- name: last_finding
SELECT coalesce(max(no), 0) FROM audit.finding WHERE submission_id = %(id)s;

-- name: add_sheet
INSERT INTO audit.sheet (submission_id, sheet_no, name, transposed)
SELECT %(id)s, no, name, transposed
FROM unnest(%(numbers)s::int[], %(names)s::text[], %(transposed)s::boolean[]) AS l (no, name, transposed)
ON CONFLICT DO NOTHING;

-- name: clear_differences
DELETE FROM audit.difference WHERE submission_id = %(id)s;
