-- name: packages
-- Every dataset that has been released, or never is because it is closed, with its files.
SELECT
    k.dataset, k.judul, k.deskripsi, k.skpd, k.nama_skpd, k.kode_skpd, k.urusan, k.nama_urusan, k.akses, k.dasar_akses, k.lisensi,
    k.status_data, k.frekuensi, k.fakta, k.kata_kunci, k.rilis_pertama, k.rilis_terakhir, k.jumlah_angka, k.tahun, k.tingkat, k.rincian,
    k.periode_terakhir, d.metode, s.kontak, p.berkas, p.ditulis_pada
FROM portal.katalog AS k
JOIN portal.dataset AS d ON d.dataset = k.dataset
LEFT JOIN portal.skpd AS s ON s.nama_pendek = k.skpd
LEFT JOIN (
    SELECT
        dataset, max(ditulis_pada) AS ditulis_pada,
        jsonb_agg(jsonb_build_object('nama', berkas, 'ukuran', ukuran, 'sha256', sha256) ORDER BY berkas COLLATE "C") AS berkas
    FROM portal.publikasi
    GROUP BY dataset
) AS p ON p.dataset = k.dataset
WHERE k.rilis_terakhir IS NOT NULL
ORDER BY k.dataset COLLATE "C";

-- name: ranked
-- Datasets that have all the words, with how well they fit.
SELECT k.dataset, ts_rank_cd(k.teks, q.kata) AS peringkat
FROM portal.katalog AS k
CROSS JOIN (SELECT websearch_to_tsquery('indonesian', %(cari)s) || websearch_to_tsquery('simple', %(cari)s) AS kata) AS q
WHERE k.teks @@ q.kata;

-- name: names
SELECT dataset FROM portal.dataset ORDER BY dataset COLLATE "C";

-- name: agencies
SELECT s.kode, s.nama_pendek, s.nama, s.singkatan, s.tupoksi, s.situs
FROM portal.skpd AS s
WHERE s.nama_pendek IS NOT NULL
ORDER BY s.nama_pendek COLLATE "C";

-- name: topics
SELECT DISTINCT ON (kode) kode, nama FROM portal.urusan ORDER BY kode, berlaku_dari DESC NULLS LAST;

-- name: columns
SELECT a.attname AS nama, format_type(a.atttypid, NULL) AS jenis, coalesce(col_description(a.attrelid, a.attnum), '') AS keterangan
FROM pg_attribute AS a
WHERE a.attrelid = %(view)s::regclass AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum;

-- name: breakdowns
SELECT DISTINCT k.nama COLLATE "C" AS nama
FROM (SELECT DISTINCT rincian_json FROM {view} WHERE dataset = %(dataset)s) AS r, jsonb_object_keys(r.rincian_json) AS k (nama)
ORDER BY nama;

-- name: records
-- A page of figures as one JSON text, numbers exact; {place} tells each its number in the order of the key.
SELECT coalesce(json_agg({record}), '[]')::text AS records
FROM (
    SELECT {distinct} {shown}
    FROM (SELECT {place} {columns} FROM {view} WHERE dataset = %(dataset)s) AS semua
    WHERE {condition}
    ORDER BY {order}
    LIMIT %(limit)s OFFSET %(offset)s
) AS r;

-- name: total
SELECT count(*) AS banyaknya
FROM (
    SELECT {distinct} {shown}
    FROM (SELECT {place} {columns} FROM {view} WHERE dataset = %(dataset)s) AS semua
    WHERE {condition}
) AS r;
