-- What a dataset is found by. dw.dataset_hitung computes it, from the current rows of the facts themselves: a dataset of a
-- million figures is summed up within the release of its next ones. It is kept in dw.rekap_dataset.
CREATE OR REPLACE VIEW dw.dataset_hitung AS
SELECT
    d.dataset,
    coalesce(a.jumlah_angka, 0) AS jumlah_angka,
    i.jumlah AS jumlah_indikator,
    coalesce(a.tahun, '{}') AS tahun,
    a.periode_terakhir,
    coalesce(a.tingkat, '{}') AS tingkat,
    coalesce(r.rincian, '{}') AS rincian,
    setweight(to_tsvector('indonesian', kunci), 'A') || setweight(to_tsvector('simple', kunci), 'A')
    || setweight(to_tsvector('indonesian', i.nama), 'B') || setweight(to_tsvector('simple', i.nama), 'B')
    || setweight(to_tsvector('indonesian', uraian), 'C') || setweight(to_tsvector('simple', uraian), 'C')
    || setweight(to_tsvector('indonesian', i.keterangan), 'D') AS teks,
    ARRAY(
        SELECT DISTINCT k
        FROM regexp_split_to_table(lower(concat_ws(' ', kunci, i.nama, uraian)), '[^[:alnum:]]+') AS k
        WHERE length(k) > 2 AND k !~ '^\d+$'
        ORDER BY k
    ) AS kata
FROM portal.dataset AS d
CROSS JOIN LATERAL (
    SELECT
        concat_ws(' ', d.judul, array_to_string(d.kata_kunci, ' '), translate(d.dataset, '._', '  ')) AS kunci,
        concat_ws(' ', d.deskripsi, d.nama_skpd, d.nama_urusan, d.skpd) AS uraian
) AS t
CROSS JOIN LATERAL (
    SELECT
        count(*) AS jumlah,
        coalesce(string_agg(nama, ' ' ORDER BY indikator), '') AS nama,
        coalesce(string_agg(concat_ws(' ', konsep, definisi, indikator), ' ' ORDER BY indikator), '') AS keterangan
    FROM portal.indikator
    WHERE dataset = d.dataset
) AS i
LEFT JOIN LATERAL (
    SELECT
        sum(n.jumlah)::bigint AS jumlah_angka,
        array_agg(DISTINCT p.tahun ORDER BY p.tahun) FILTER (WHERE p.tahun IS NOT NULL) AS tahun,
        (array_agg(p.kode ORDER BY p.selesai DESC, p.kode DESC))[1] AS periode_terakhir,
        array_agg(DISTINCT w.tingkat ORDER BY w.tingkat) AS tingkat
    FROM (
        SELECT f.periode_id, f.wilayah_id, count(*) AS jumlah
        FROM dw.fakta_indikator AS f
        JOIN dw.dim_indikator AS x ON x.indikator_id = f.indikator_id
        WHERE x.dataset = d.dataset AND f.valid_to = 'infinity' AND d.fakta = 'indikator'
        GROUP BY f.periode_id, f.wilayah_id
        UNION ALL
        SELECT f.periode_id, f.wilayah_id, count(*)
        FROM dw.fakta_anggaran AS f
        JOIN dw.dim_indikator AS x ON x.indikator_id = f.indikator_id
        WHERE x.dataset = d.dataset AND f.valid_to = 'infinity' AND d.fakta = 'anggaran'
        GROUP BY f.periode_id, f.wilayah_id
        UNION ALL
        SELECT f.periode_id, f.wilayah_id, count(*)
        FROM dw.fakta_kinerja AS f
        JOIN dw.dim_indikator AS x ON x.indikator_id = f.indikator_id
        WHERE x.dataset = d.dataset AND f.valid_to = 'infinity' AND d.fakta = 'kinerja'
        GROUP BY f.periode_id, f.wilayah_id
    ) AS n
    JOIN dw.dim_periode AS p ON p.periode_id = n.periode_id
    JOIN dw.dim_wilayah AS w ON w.wilayah_id = n.wilayah_id
) AS a ON d.akses = 'terbuka'
LEFT JOIN LATERAL (
    SELECT array_agg(DISTINCT k ORDER BY k) AS rincian
    FROM (
        SELECT DISTINCT f.rincian_id
        FROM dw.fakta_indikator AS f
        JOIN dw.dim_indikator AS x ON x.indikator_id = f.indikator_id
        WHERE x.dataset = d.dataset AND f.valid_to = 'infinity' AND d.fakta = 'indikator'
    ) AS n
    JOIN dw.dim_rincian AS q ON q.rincian_id = n.rincian_id
    CROSS JOIN LATERAL jsonb_object_keys(q.rincian) AS k
) AS r ON d.akses = 'terbuka';
COMMENT ON VIEW dw.dataset_hitung IS 'Isi dw.rekap_dataset sebagaimana dihitung sekarang.';

CREATE OR REPLACE VIEW portal.katalog AS
SELECT
    d.dataset, d.judul, d.deskripsi, d.skpd, d.nama_skpd, d.kode_skpd, d.urusan, d.nama_urusan, d.akses, d.dasar_akses, d.lisensi,
    d.status_data, d.frekuensi, d.fakta, d.kata_kunci, d.rilis_pertama, d.rilis_terakhir, d.jumlah_rilis,
    coalesce(r.jumlah_angka, 0) AS jumlah_angka,
    coalesce(r.jumlah_indikator, 0) AS jumlah_indikator,
    coalesce(r.tahun, '{}') AS tahun,
    r.periode_terakhir,
    coalesce(r.tingkat, '{}') AS tingkat,
    coalesce(r.rincian, '{}') AS rincian,
    coalesce(r.teks, '') AS teks,
    coalesce(r.kata, '{}') AS kata
FROM portal.dataset AS d
LEFT JOIN dw.rekap_dataset AS r ON r.dataset = d.dataset;
COMMENT ON VIEW portal.katalog IS 'Katalog untuk dicari: portal.dataset dengan isi angkanya (tahun, tingkat wilayah, rincian) dan kata-katanya.';

CREATE OR REPLACE VIEW portal.stempel AS
SELECT nomor, pada FROM dw.stempel;
COMMENT ON VIEW portal.stempel IS 'Nomor yang naik setiap kali yang dilihat umum berubah: salinan yang disimpan berlaku selama nomornya sama.';

-- An account is a breakdown too where a statistic is given by account.
CREATE OR REPLACE VIEW portal.rincian AS
SELECT daftar, kode, nama, urutan FROM dw.daftar_rincian
UNION ALL
SELECT 'kode_rekening', kode, nama, NULL
FROM (
    SELECT kode, nama, row_number() OVER (PARTITION BY kode ORDER BY berlaku_dari DESC) AS n FROM dw.dim_rekening WHERE rekening_id > 1
) AS r
WHERE n = 1;
COMMENT ON VIEW portal.rincian IS 'Nama anggota rincian: daftar (nama rincian, misalnya jenis_kelamin), kode, nama dan urutannya.';

SELECT dw.segarkan_dataset();

-- Other views, other pages.
UPDATE dw.stempel SET nomor = nomor + 1, pada = clock_timestamp();
