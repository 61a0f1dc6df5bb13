-- Versions of the members with these codes, the latest last: code as asked, id, from, to. And the adding of codes that no
-- list has: they are marked `belum dikenal` until the walidata puts them in a list or has them corrected.

-- name: wilayah
SELECT kode, wilayah_id, berlaku_dari, berlaku_sampai
FROM dw.dim_wilayah
WHERE kode = ANY(%(codes)s)
ORDER BY kode, berlaku_dari;

-- name: skpd
SELECT tanya.kode, s.skpd_id, s.berlaku_dari, s.berlaku_sampai
FROM unnest(%(codes)s::text[]) AS tanya (kode)
LEFT JOIN dw.skpd_register AS r ON '@' || r.skpd = tanya.kode
JOIN dw.dim_skpd AS s ON s.kode = coalesce(r.kode, tanya.kode) OR s.kode_sipd = tanya.kode
ORDER BY tanya.kode, s.berlaku_dari;

-- name: add_skpd
INSERT INTO dw.dim_skpd (kode, nama, singkatan, jenis, bidang_urusan, sumber, keyakinan_nama, keyakinan_urusan)
SELECT kode, kode, kode, 'tidak diketahui', '', %(source)s, 'belum dikenal', 'belum dikenal'
FROM unnest(%(codes)s::text[]) AS baru (kode)
WHERE NOT starts_with(kode, '@')
ON CONFLICT DO NOTHING;

-- name: kegiatan
SELECT kode, kegiatan_id, berlaku_dari, berlaku_sampai
FROM dw.dim_kegiatan
WHERE kode = ANY(%(codes)s)
ORDER BY kode, berlaku_dari;

-- name: add_kegiatan
-- X.XX.01… of the nomenclature is every agency's own bidang in the data (2.16.01…): the name is known, the code is new.
INSERT INTO dw.dim_kegiatan (kode, tingkat, nama, induk, kewenangan, kinerja, indikator, satuan, sumber, keyakinan)
SELECT
    baru.kode,
    coalesce(x.tingkat, CASE length(baru.kode) - length(replace(baru.kode, '.', ''))
        WHEN 2 THEN 'program' WHEN 4 THEN 'kegiatan' WHEN 5 THEN 'sub_kegiatan' ELSE 'tidak diketahui' END),
    coalesce(x.nama, baru.kode),
    CASE WHEN x.tingkat = 'program' THEN left(baru.kode, 4)
        ELSE coalesce(left(baru.kode, 4) || substr(x.induk, 5), substring(baru.kode FROM '^(.*)\.[^.]+$')) END,
    x.kewenangan, x.kinerja, x.indikator, x.satuan,
    coalesce(x.sumber, %(source)s),
    coalesce(x.keyakinan, 'belum dikenal')
FROM unnest(%(codes)s::text[]) AS baru (kode)
LEFT JOIN dw.dim_kegiatan AS x
    ON x.kode = 'X.XX' || substr(baru.kode, 5) AND x.berlaku_sampai = 'infinity' AND baru.kode ~ '^\d\.\d\d\.01'
ON CONFLICT DO NOTHING;

-- name: rekening
SELECT kode, rekening_id, berlaku_dari, berlaku_sampai
FROM dw.dim_rekening
WHERE kode = ANY(%(codes)s)
ORDER BY kode, berlaku_dari;

-- name: add_rekening
INSERT INTO dw.dim_rekening (kode, nama, tingkat, induk, kelompok_apbd, sumber, keyakinan)
SELECT
    kode, kode,
    CASE length(kode) - length(replace(kode, '.', ''))
        WHEN 0 THEN 'akun' WHEN 1 THEN 'kelompok' WHEN 2 THEN 'jenis' WHEN 3 THEN 'objek' WHEN 4 THEN 'rincian objek'
        WHEN 5 THEN 'sub rincian objek' ELSE 'tidak diketahui' END,
    substring(kode FROM '^(.*)\.[^.]+$'),
    CASE left(kode, 1) WHEN '4' THEN 'pendapatan' WHEN '5' THEN 'belanja' WHEN '6' THEN 'pembiayaan' END,
    %(source)s, 'belum dikenal'
FROM unnest(%(codes)s::text[]) AS baru (kode)
ON CONFLICT DO NOTHING;

-- name: sumber_dana
SELECT tanya.kode, d.sumber_dana_id, d.berlaku_dari, d.berlaku_sampai
FROM unnest(%(codes)s::text[]) AS tanya (kode)
JOIN dw.dim_sumber_dana AS d
    ON d.kode = tanya.kode
    OR lower(d.nama) = lower(tanya.kode)
    OR lower(tanya.kode) = ANY(string_to_array(lower(d.varian), '|'))
WHERE d.sumber_dana_id <> 0
ORDER BY tanya.kode, d.berlaku_dari;

-- name: add_sumber_dana
INSERT INTO dw.dim_sumber_dana (kode, nama, sumber, keyakinan)
SELECT kode, kode, %(source)s, 'belum dikenal'
FROM unnest(%(codes)s::text[]) AS baru (kode)
ON CONFLICT DO NOTHING;

-- name: tahap
SELECT kode, tahap_id, '-infinity'::date, 'infinity'::date FROM dw.dim_tahap WHERE kode = ANY(%(codes)s);

-- name: tolok_ukur
SELECT kode, tolok_ukur_id, berlaku_dari, berlaku_sampai
FROM dw.dim_tolok_ukur
WHERE kode = ANY(%(codes)s)
ORDER BY kode, berlaku_dari;

-- name: add_tolok_ukur
INSERT INTO dw.dim_tolok_ukur (kode, nama, sumber, keyakinan)
SELECT kode, kode, %(source)s, 'dari dokumen rencana'
FROM unnest(%(codes)s::text[]) AS baru (kode)
ON CONFLICT DO NOTHING;
