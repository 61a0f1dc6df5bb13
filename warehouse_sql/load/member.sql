-- Versions of the members with these codes, the latest last: code as asked, id, from, to. And the adding of codes that no
-- list has: they are marked `belum dikenal` until the walidata puts them in a list or has them corrected.

-- name: wilayah
SELECT kode, wilayah_id, berlaku_dari, berlaku_sampai
FROM dw.dim_wilayah
WHERE kode = ANY(%(codes)s)
ORDER BY kode, berlaku_dari;

-- name: skpd
-- By our code, the producer's register, SIPD's code, or the exact official name; an old code or name by padanan where no
-- agency has it any more. What figures brought counts only where nothing else is meant.
WITH cocok AS (
    SELECT tanya.kode, s.skpd_id, s.berlaku_dari, s.berlaku_sampai, s.keyakinan_nama = 'belum dikenal' AS baru
    FROM unnest(%(codes)s::text[]) AS tanya (kode)
    LEFT JOIN dw.skpd_register AS r ON '@' || r.skpd = tanya.kode
    LEFT JOIN dw.padanan AS p
        ON p.dimensi = 'skpd' AND p.jenis IN ('ganti kode', 'ganti nama') AND lower(p.kode_lama) = lower(tanya.kode)
    JOIN dw.dim_skpd AS s
        ON lower(s.kode) IN (lower(coalesce(r.kode, tanya.kode)), lower(p.kode_baru))
        OR s.kode_sipd = tanya.kode
        OR (lower(tanya.kode) IN (lower(s.nama), lower(s.singkatan)) AND s.keyakinan_nama <> 'belum dikenal')
    WHERE s.skpd_id <> 0
)
SELECT DISTINCT kode, skpd_id, berlaku_dari, berlaku_sampai
FROM cocok AS c
WHERE NOT baru OR NOT EXISTS (SELECT FROM cocok AS lain WHERE lain.kode = c.kode AND NOT lain.baru)
ORDER BY kode, berlaku_dari;

-- name: add_skpd
INSERT INTO dw.dim_skpd (kode, nama, singkatan, jenis, bidang_urusan, sumber, keyakinan_nama, keyakinan_urusan)
SELECT kode, nama, nama, 'tidak diketahui', '', %(source)s, 'belum dikenal', 'belum dikenal'
FROM unnest(%(codes)s::text[], %(names)s::text[]) AS baru (kode, nama)
WHERE NOT starts_with(kode, '@')
ON CONFLICT DO NOTHING;

-- name: kegiatan
SELECT kode, kegiatan_id, berlaku_dari, berlaku_sampai
FROM dw.dim_kegiatan
WHERE kode = ANY(%(codes)s)
ORDER BY kode, berlaku_dari;

-- name: add_kegiatan
-- X.XX.01… of the nomenclature is every agency's own bidang in the data (2.16.01…): the name is known, the code is new.
-- What stands above a code is added with it: a program's tree has no holes.
WITH semua AS (
    SELECT kode, nama, true AS tertulis FROM unnest(%(codes)s::text[], %(names)s::text[]) AS baru (kode, nama)
    UNION
    SELECT array_to_string((string_to_array(kode, '.'))[:panjang], '.'), NULL, false
    FROM unnest(%(codes)s::text[]) AS baru (kode), (VALUES (3), (5)) AS p (panjang)
    WHERE cardinality(string_to_array(kode, '.')) > panjang
),
baru AS (
    SELECT DISTINCT ON (kode) kode, nama, cardinality(string_to_array(kode, '.')) AS segmen
    FROM semua
    WHERE NOT EXISTS (SELECT FROM dw.dim_kegiatan AS lama WHERE lama.kode = semua.kode)
    ORDER BY kode, tertulis DESC
)
INSERT INTO dw.dim_kegiatan (kode, tingkat, nama, induk, kewenangan, kinerja, indikator, satuan, sumber, keyakinan)
SELECT
    baru.kode,
    CASE baru.segmen WHEN 3 THEN 'program' WHEN 5 THEN 'kegiatan' WHEN 6 THEN 'sub_kegiatan' ELSE 'tidak diketahui' END,
    coalesce(x.nama, baru.nama, baru.kode),
    CASE baru.segmen
        WHEN 3 THEN array_to_string((string_to_array(baru.kode, '.'))[:2], '.')
        WHEN 5 THEN array_to_string((string_to_array(baru.kode, '.'))[:3], '.')
        WHEN 6 THEN array_to_string((string_to_array(baru.kode, '.'))[:5], '.')
    END,
    x.kewenangan, x.kinerja, x.indikator, x.satuan,
    coalesce(x.sumber, %(source)s),
    coalesce(x.keyakinan, 'belum dikenal')
FROM baru
LEFT JOIN dw.dim_kegiatan AS x
    ON x.kode = 'X.XX' || substr(baru.kode, 5) AND x.berlaku_sampai = 'infinity' AND baru.kode ~ '^\d\.\d\d\.01'
ORDER BY baru.kode
ON CONFLICT DO NOTHING;

-- name: rekening
SELECT kode, rekening_id, berlaku_dari, berlaku_sampai
FROM dw.dim_rekening
WHERE kode = ANY(%(codes)s)
ORDER BY kode, berlaku_dari;

-- name: add_rekening
WITH semua AS (
    SELECT kode, nama, true AS tertulis FROM unnest(%(codes)s::text[], %(names)s::text[]) AS baru (kode, nama)
    UNION
    SELECT array_to_string((string_to_array(kode, '.'))[:panjang], '.'), NULL, false
    FROM unnest(%(codes)s::text[]) AS baru (kode)
    CROSS JOIN LATERAL generate_series(1, cardinality(string_to_array(kode, '.')) - 1) AS panjang
),
baru AS (
    SELECT DISTINCT ON (kode) kode, nama, cardinality(string_to_array(kode, '.')) AS segmen
    FROM semua
    WHERE NOT EXISTS (SELECT FROM dw.dim_rekening AS lama WHERE lama.kode = semua.kode)
    ORDER BY kode, tertulis DESC
)
INSERT INTO dw.dim_rekening (kode, nama, tingkat, induk, kelompok_apbd, sumber, keyakinan)
SELECT
    kode, coalesce(nama, kode),
    CASE segmen WHEN 1 THEN 'akun' WHEN 2 THEN 'kelompok' WHEN 3 THEN 'jenis' WHEN 4 THEN 'objek'
        WHEN 5 THEN 'rincian objek' WHEN 6 THEN 'sub rincian objek' ELSE 'tidak diketahui' END,
    substring(kode FROM '^(.*)\.[^.]+$'),
    CASE left(kode, 1) WHEN '4' THEN 'pendapatan' WHEN '5' THEN 'belanja' WHEN '6' THEN 'pembiayaan' END,
    %(source)s, 'belum dikenal'
FROM baru
ORDER BY kode
ON CONFLICT DO NOTHING;

-- name: sumber_dana
SELECT tanya.kode, d.sumber_dana_id, d.berlaku_dari, d.berlaku_sampai
FROM unnest(%(codes)s::text[]) AS tanya (kode)
JOIN dw.dim_sumber_dana AS d
    ON lower(d.kode) = lower(tanya.kode)
    OR lower(d.nama) = lower(tanya.kode)
    OR lower(tanya.kode) = ANY(string_to_array(lower(d.varian), '|'))
WHERE d.sumber_dana_id <> 0
ORDER BY tanya.kode, d.berlaku_dari;

-- name: add_sumber_dana
INSERT INTO dw.dim_sumber_dana (kode, nama, sumber, keyakinan)
SELECT kode, nama, %(source)s, 'belum dikenal'
FROM unnest(%(codes)s::text[], %(names)s::text[]) AS baru (kode, nama)
ON CONFLICT DO NOTHING;

-- name: tahap
SELECT kode, tahap_id, '-infinity'::date, 'infinity'::date FROM dw.dim_tahap WHERE kode = ANY(%(codes)s);

-- name: tolok_ukur
SELECT kode, tolok_ukur_id, berlaku_dari, berlaku_sampai
FROM dw.dim_tolok_ukur
WHERE kode = ANY(%(codes)s)
ORDER BY kode, berlaku_dari;

-- name: add_tolok_ukur
-- What is counted may be added up over the quarters; a percentage, ratio, index or score never. Without a unit nobody knows.
INSERT INTO dw.dim_tolok_ukur (kode, nama, satuan, arah, dapat_dijumlah, sumber, keyakinan)
SELECT
    kode, nama, satuan, coalesce(arah, 'naik'),
    coalesce(satuan !~* '(%%|persen|per\M|/|indeks|rasio|rata|nilai|skor|level|tingkat|predikat|angka|poin)', false),
    %(source)s, 'dari dokumen rencana'
FROM unnest(%(codes)s::text[], %(names)s::text[], %(units)s::text[], %(directions)s::text[]) AS baru (kode, nama, satuan, arah)
ON CONFLICT DO NOTHING;

-- name: directions
SELECT kode, arah FROM dw.dim_tolok_ukur WHERE arah <> 'naik';

-- name: follow_directions
-- What a released file says of its indicators, of those that were there before it too.
UPDATE dw.dim_tolok_ukur AS lama
SET arah = baru.arah
FROM audit.submission AS s
CROSS JOIN LATERAL jsonb_each_text(s.directions) AS baru (kode, arah)
WHERE s.id = %(id)s AND lama.kode = baru.kode AND lama.arah <> baru.arah;
