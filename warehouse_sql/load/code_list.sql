-- name: stage
DROP TABLE IF EXISTS pg_temp.code_list;
CREATE TEMP TABLE code_list ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA;

-- name: merge
INSERT INTO {table} AS lama ({columns})
SELECT {columns} FROM pg_temp.code_list
ON CONFLICT ({key}) DO UPDATE SET {changes}
WHERE ({old}) IS DISTINCT FROM ({new});
