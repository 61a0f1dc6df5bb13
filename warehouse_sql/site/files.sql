-- name: published
-- Whether an open dataset has this file, and what was made of which release; SHA256SUMS stands for all of them.
SELECT berkas, ukuran, sha256, dirilis_pada, ditulis_pada
FROM portal.publikasi
WHERE dataset = %(dataset)s AND (berkas = %(berkas)s OR %(berkas)s = 'SHA256SUMS')
LIMIT 1;
