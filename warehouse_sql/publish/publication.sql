-- name: lock
SELECT pg_advisory_lock(hashtextextended('satudata publish', 0));

-- name: unlock
SELECT pg_advisory_unlock(hashtextextended('satudata publish', 0));

-- name: datasets
SELECT dataset FROM portal.dataset ORDER BY dataset COLLATE "C";

-- name: published
SELECT dataset, released_at, description_sha256, folder, files, first_day, last_day
FROM audit.publication
ORDER BY dataset COLLATE "C";

-- name: contacts
SELECT skpd, kontak FROM dw.skpd_register;

-- name: record
INSERT INTO audit.publication AS lama
    (dataset, released_at, description_sha256, folder, files, n_rows, first_day, last_day)
VALUES (
    %(dataset)s, %(released_at)s, %(description_sha256)s, %(folder)s, %(files)s::jsonb, %(n_rows)s, %(first_day)s, %(last_day)s
)
ON CONFLICT (dataset) DO UPDATE SET
    released_at = excluded.released_at,
    description_sha256 = excluded.description_sha256,
    folder = excluded.folder,
    files = excluded.files,
    n_rows = excluded.n_rows,
    first_day = excluded.first_day,
    last_day = excluded.last_day,
    published_at = now();

-- name: forget
DELETE FROM audit.publication WHERE dataset = %(dataset)s;
