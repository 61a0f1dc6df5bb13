INSERT INTO {table} AS lama ({columns})
SELECT {columns} FROM pg_temp.code_list
ON CONFLICT ({key}) DO UPDATE SET {changes}
WHERE ({old}) IS DISTINCT FROM ({new});
