-- What is asked of the catalogue comes as: cari (words that every hit has, '' for all), and lists that are NULL when not asked.

-- name: found
WITH tanya AS (
    SELECT websearch_to_tsquery('indonesian', %(cari)s) || websearch_to_tsquery('simple', %(cari)s) AS q
)
SELECT
    k.dataset, k.judul, k.deskripsi, k.skpd, k.nama_skpd, k.urusan, k.nama_urusan, k.akses, k.frekuensi, k.status_data, k.fakta,
    k.rilis_terakhir, k.jumlah_angka, k.jumlah_indikator, k.tahun, k.tingkat, k.periode_terakhir,
    CASE WHEN %(cari)s = '' THEN 0 ELSE ts_rank_cd(k.teks, tanya.q) END AS peringkat,
    count(*) OVER () AS banyaknya
FROM portal.katalog AS k
CROSS JOIN tanya
WHERE (%(cari)s = '' OR k.teks @@ tanya.q)
    AND (%(skpd)s::text[] IS NULL OR k.skpd = ANY(%(skpd)s))
    AND (%(urusan)s::text[] IS NULL OR k.urusan = ANY(%(urusan)s))
    AND (%(tahun)s::smallint[] IS NULL OR k.tahun && %(tahun)s::smallint[])
    AND (%(tingkat)s::text[] IS NULL OR k.tingkat && %(tingkat)s)
    AND (%(akses)s::text[] IS NULL OR k.akses = ANY(%(akses)s))
    AND (%(frekuensi)s::text[] IS NULL OR k.frekuensi = ANY(%(frekuensi)s))
ORDER BY
    CASE WHEN %(urut)s = 'judul' THEN k.judul END,
    CASE WHEN %(urut)s = 'terbaru' THEN k.rilis_terakhir END DESC NULLS LAST,
    peringkat DESC, k.jumlah_angka = 0, k.judul, k.dataset
LIMIT %(limit)s OFFSET %(offset)s;

-- name: facets
WITH tanya AS (
    SELECT websearch_to_tsquery('indonesian', %(cari)s) || websearch_to_tsquery('simple', %(cari)s) AS q
), hasil AS (
    SELECT k.skpd, k.nama_skpd, k.urusan, k.nama_urusan, k.tahun, k.tingkat, k.akses, k.frekuensi
    FROM portal.katalog AS k
    CROSS JOIN tanya
    WHERE (%(cari)s = '' OR k.teks @@ tanya.q)
        AND (%(skpd)s::text[] IS NULL OR k.skpd = ANY(%(skpd)s))
        AND (%(urusan)s::text[] IS NULL OR k.urusan = ANY(%(urusan)s))
        AND (%(tahun)s::smallint[] IS NULL OR k.tahun && %(tahun)s::smallint[])
        AND (%(tingkat)s::text[] IS NULL OR k.tingkat && %(tingkat)s)
        AND (%(akses)s::text[] IS NULL OR k.akses = ANY(%(akses)s))
        AND (%(frekuensi)s::text[] IS NULL OR k.frekuensi = ANY(%(frekuensi)s))
)
SELECT segi, kode, nama, count(*) AS banyaknya
FROM hasil
CROSS JOIN LATERAL (
    VALUES ('urusan', urusan, nama_urusan), ('skpd', skpd, nama_skpd), ('frekuensi', frekuensi, frekuensi), ('akses', akses, akses)
    UNION ALL
    SELECT 'tahun', t::text, t::text FROM unnest(tahun) AS t
    UNION ALL
    SELECT 'tingkat', t, t FROM unnest(tingkat) AS t
) AS s (segi, kode, nama)
WHERE kode IS NOT NULL
GROUP BY segi, kode, nama
ORDER BY segi, banyaknya DESC, kode;

-- name: vocabulary
SELECT DISTINCT k.kata FROM (SELECT unnest(kata) AS kata FROM portal.katalog) AS k;

-- name: places
SELECT jenis, kode, nama
FROM (
    SELECT 'wilayah' AS jenis, w.kode, w.nama FROM portal.wilayah AS w WHERE w.kode_induk = %(kabkota)s AND w.berlaku_sampai IS NULL
    UNION ALL
    SELECT 'skpd', s.nama_pendek, s.nama FROM portal.skpd AS s WHERE s.nama_pendek IS NOT NULL
    UNION ALL
    SELECT 'skpd', s.nama_pendek, s.singkatan FROM portal.skpd AS s WHERE s.nama_pendek IS NOT NULL AND s.singkatan IS NOT NULL
) AS p
WHERE lower(nama) LIKE lower(%(cari)s)
ORDER BY jenis DESC, length(nama), nama
LIMIT 5;

-- name: topics
SELECT urusan, min(nama_urusan) AS nama, count(*) AS banyaknya, sum(jumlah_angka) AS jumlah_angka
FROM portal.katalog
GROUP BY urusan
ORDER BY urusan;

-- name: latest
-- Of each dataset its last release.
SELECT r.dataset, d.judul, d.nama_skpd, r.label, r.dirilis_pada, r.angka_baru, r.angka_berubah
FROM portal.dataset AS d
JOIN LATERAL (
    SELECT * FROM portal.rilis WHERE dataset = d.dataset ORDER BY dirilis_pada DESC, kiriman DESC LIMIT 1
) AS r ON true
ORDER BY r.dirilis_pada DESC, r.dataset
LIMIT %(limit)s;

-- name: upcoming
SELECT k.dataset, d.judul, d.nama_skpd, k.periode, k.jatuh_tempo, k.status
FROM portal.kalender AS k
JOIN portal.dataset AS d ON d.dataset = k.dataset
WHERE k.berikutnya
ORDER BY k.jatuh_tempo, k.dataset
LIMIT %(limit)s;
