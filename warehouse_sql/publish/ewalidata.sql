-- name: indicators
-- One agency's indicators with the e-Walidata element that they answer (empty: not coded yet), and the sub kegiatan that
-- work on them.
SELECT
    i.kode,
    i.nama,
    i.satuan,
    i.definisi,
    i.dapat_dijumlah,
    coalesce(i.metadata ->> 'dssd', '') AS dssd,
    d.akses,
    u.kode AS urusan,
    u.nama AS nama_urusan,
    ARRAY(
        SELECT k.kode || coalesce(' ' || n.nama, '')
        FROM jsonb_array_elements_text(coalesce(i.metadata -> 'mendukung', '[]')) WITH ORDINALITY AS k (kode, urutan)
        LEFT JOIN LATERAL (
            SELECT nama FROM dw.dim_kegiatan
            WHERE kode = k.kode AND berlaku_dari <= %(last_day)s AND %(last_day)s < berlaku_sampai
        ) AS n ON true
        ORDER BY k.urutan
    ) AS sub_kegiatan
FROM dw.dim_indikator AS i
JOIN dw.dim_dataset AS d ON d.dataset = i.dataset AND d.aktif AND d.skpd = %(skpd)s
LEFT JOIN LATERAL (
    SELECT kode, nama FROM dw.dim_urusan
    WHERE kode = d.urusan AND berlaku_dari <= %(last_day)s AND %(last_day)s < berlaku_sampai
) AS u ON true
WHERE i.aktif AND i.besaran IS NULL
ORDER BY i.metadata ->> 'dssd' COLLATE "C", i.kode;

-- name: figures
-- What the public sees of them in that year, for the regency and its kecamatan.
SELECT indikator, wilayah, periode, rincian <> '' AS dirinci, nilai, penanda
FROM portal.nilai
WHERE indikator = ANY (%(indikator)s) AND tahun = %(year)s
    AND (wilayah = %(kabkota)s OR wilayah = ANY (%(kecamatan)s));

-- name: kecamatan
SELECT kode FROM dw.dim_wilayah
WHERE tingkat = 'kecamatan' AND induk = %(kabkota)s AND berlaku_dari <= %(last_day)s AND %(last_day)s < berlaku_sampai
ORDER BY kode;
