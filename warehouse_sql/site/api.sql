-- What the API lists: one row per thing, a filter is NULL when not asked. Order, page and form are put around a listing by
-- `page`, `csv` and `one`: {rows} is the listing, {columns} what is shown of it, {order} its order, total, {turned} the other
-- way round, {after} what comes after the page before, {keys} the order's columns as text.

-- name: page
WITH halaman AS MATERIALIZED (
    SELECT r.* FROM ({rows}) AS r WHERE {after} ORDER BY {order} LIMIT %(ukuran)s + 1
), tampil AS MATERIALIZED (
    SELECT h.* FROM halaman AS h ORDER BY {order} LIMIT %(ukuran)s
)
SELECT
    -- Written here, where a number is exact, and as one text: nothing is read in between.
    (
        SELECT coalesce(string_agg((SELECT row_to_json(b) FROM (SELECT {columns}) AS b)::text, E',\n' ORDER BY {order}), '') FROM tampil
    ) AS isi,
    CASE WHEN (SELECT count(*) FROM halaman) > %(ukuran)s
        THEN (SELECT jsonb_build_array({keys}) FROM tampil ORDER BY {turned} LIMIT 1) END AS akhir;

-- name: csv
SELECT {columns} FROM ({rows}) AS r WHERE {after} ORDER BY {order} LIMIT %(ukuran)s

-- name: last
-- The last row of a full page, where another one follows.
SELECT jsonb_build_array({keys}) AS akhir, count(*) OVER () AS banyaknya
FROM ({rows}) AS r
WHERE {after}
ORDER BY {order}
LIMIT 2 OFFSET %(ukuran)s - 1;

-- name: count
SELECT count(*) AS jumlah FROM ({rows}) AS r;

-- name: one
SELECT row_to_json(r)::text AS isi FROM ({rows}) AS r;

-- name: figures
-- {source}: portal.angka_<fakta> of the dataset, or the function of a time.
SELECT
    dataset, indikator, nama_indikator, wilayah, nama_wilayah, tingkat, periode, tahun, rincian, rincian_json, nilai, penanda, satuan,
    status_data, dirilis_pada, kiriman
FROM {source}
WHERE dataset = %(dataset)s
    AND (%(indikator)s::text[] IS NULL OR indikator = ANY(%(indikator)s))
    AND (%(wilayah)s::text[] IS NULL OR wilayah = ANY(%(wilayah)s))
    AND (%(tingkat)s::text[] IS NULL OR tingkat = ANY(%(tingkat)s))
    AND (%(periode)s::text[] IS NULL OR periode = ANY(%(periode)s))
    -- Several years have no year of their own: 2021-2026 is asked for by any of them.
    AND (%(dari)s::int IS NULL OR coalesce(tahun, right(periode, 4)::int) >= %(dari)s)
    AND (%(sampai)s::int IS NULL OR coalesce(tahun, left(periode, 4)::int) <= %(sampai)s)
    AND (%(rincian)s::jsonb IS NULL OR NOT EXISTS (
        SELECT FROM jsonb_each(%(rincian)s::jsonb) AS s WHERE NOT s.value ? coalesce(rincian_json ->> s.key, '')
    ))

-- name: breakdowns
SELECT DISTINCT jsonb_object_keys(rincian_json) AS nama FROM {source} WHERE dataset = %(dataset)s ORDER BY nama;

-- name: members
SELECT DISTINCT rincian_json ->> %(nama)s AS kode
FROM {source}
WHERE dataset = %(dataset)s AND coalesce(rincian_json ->> %(nama)s, '') <> ''
ORDER BY kode
LIMIT 200;

-- name: head
-- What a listing of a dataset's figures needs to know of it.
SELECT dataset, fakta, akses, dasar_akses, jumlah_angka, rincian, rilis_terakhir::text AS rilis_terakhir FROM portal.katalog WHERE dataset = %(dataset)s;

-- name: dataset
SELECT
    d.dataset, d.judul, d.deskripsi, d.skpd, d.nama_skpd, d.kode_skpd, d.urusan, d.nama_urusan, d.akses, d.dasar_akses, d.lisensi,
    d.status_data, d.metode, d.frekuensi, d.jadwal, d.cara_rilis, d.fakta, d.kumulatif, d.menyamarkan, d.kata_kunci, d.rilis_pertama,
    d.rilis_terakhir, d.jumlah_rilis, k.jumlah_angka, k.jumlah_indikator, k.tahun, k.periode_terakhir, k.tingkat, k.rincian,
    (
        SELECT coalesce(json_agg(i ORDER BY i.indikator), '[]')
        FROM (
            SELECT indikator, nama, konsep, definisi, satuan, arah, dapat_dijumlah, rumus, besaran, interpretasi, ukuran, klasifikasi, dssd, mendukung
            FROM portal.indikator
            WHERE dataset = d.dataset
        ) AS i
    ) AS indikator,
    (
        SELECT row_to_json(m)
        FROM (
            SELECT akurasi_persen, ketepatan_waktu_persen, kelengkapan_persen, metadata_persen, konsistensi_persen, baris_diterima,
                baris_lolos, jumlah_pemeriksaan, jumlah_lolos
            FROM portal.mutu
            WHERE dataset = d.dataset
        ) AS m
    ) AS mutu,
    (
        SELECT coalesce(json_agg(b ORDER BY b.berkas), '[]')
        FROM (SELECT berkas, ukuran, sha256, dirilis_pada, ditulis_pada FROM portal.publikasi WHERE dataset = d.dataset) AS b
    ) AS unduhan,
    (
        SELECT row_to_json(j) FROM (SELECT periode, jatuh_tempo, status FROM portal.kalender WHERE dataset = d.dataset AND berikutnya) AS j
    ) AS rilis_berikutnya
FROM portal.dataset AS d
JOIN portal.katalog AS k ON k.dataset = d.dataset
WHERE d.dataset = %(dataset)s

-- name: releases
SELECT
    r.dataset, d.skpd, r.kiriman, r.label, r.periode, r.dirilis_pada, r.dirilis_oleh, r.alasan, r.otomatis, r.angka_baru, r.angka_berubah,
    r.angka_dihapus
FROM portal.rilis AS r
JOIN portal.dataset AS d ON d.dataset = r.dataset
WHERE (%(dataset)s::text[] IS NULL OR r.dataset = ANY(%(dataset)s))
    AND (%(skpd)s::text[] IS NULL OR d.skpd = ANY(%(skpd)s))
    AND (%(sejak)s::timestamptz IS NULL OR r.dirilis_pada >= %(sejak)s)

-- name: revisions
SELECT
    dataset, indikator, wilayah, periode, rincian, jenis, nilai_lama, nilai_baru, persen, penanda_lama, penanda_baru, status_lama,
    status_baru, alasan, oleh, direvisi_pada, kiriman
FROM portal.revisi
WHERE dataset = %(dataset)s
    AND (%(indikator)s::text[] IS NULL OR indikator = ANY(%(indikator)s))
    AND (%(wilayah)s::text[] IS NULL OR wilayah = ANY(%(wilayah)s))
    AND (%(periode)s::text[] IS NULL OR periode = ANY(%(periode)s))
    AND (%(sejak)s::timestamptz IS NULL OR direvisi_pada >= %(sejak)s)

-- name: indicators
SELECT
    i.indikator, i.dataset, d.skpd, i.nama, i.konsep, i.definisi, i.satuan, i.arah, i.dapat_dijumlah, i.rumus, i.besaran, i.interpretasi,
    i.ukuran, i.klasifikasi, i.level_estimasi, i.dssd, i.mendukung, i.sama_dengan
FROM portal.indikator AS i
JOIN portal.dataset AS d ON d.dataset = i.dataset
WHERE (%(indikator)s::text IS NULL OR i.indikator = %(indikator)s)
    AND (%(dataset)s::text[] IS NULL OR i.dataset = ANY(%(dataset)s))
    AND (%(skpd)s::text[] IS NULL OR d.skpd = ANY(%(skpd)s))

-- name: regions
SELECT w.kode, w.kode_bps, w.nama, w.tingkat, w.kode_induk, w.berlaku_dari, w.berlaku_sampai, w.sumber, w.keyakinan, {outline} AS batas
FROM portal.wilayah AS w
WHERE (%(kode)s::text IS NULL OR w.kode = %(kode)s)
    AND (%(tingkat)s::text[] IS NULL OR w.tingkat = ANY(%(tingkat)s))
    AND (%(induk)s::text[] IS NULL OR w.kode_induk = ANY(%(induk)s))

-- name: agencies
SELECT
    kode, nama_pendek, nama, singkatan, jenis, bidang_urusan, tupoksi, situs, kode_sipd, kode_induk, berlaku_dari, nama_sebelumnya,
    kode_sebelumnya
FROM portal.skpd
WHERE (%(kode)s::text IS NULL OR kode = %(kode)s OR nama_pendek = %(kode)s)
    AND (%(jenis)s::text[] IS NULL OR jenis = ANY(%(jenis)s))

-- name: programmes
SELECT
    tahun, skpd, nama_skpd, kode, tingkat, nama, kode_induk, pagu_pokok, pagu_perubahan, pagu, tahap, kas, realisasi, realisasi_persen,
    fisik, capaian_persen, predikat, jumlah_tolok_ukur, sumber_pagu, sumber_kas, sumber_realisasi, sumber_kinerja
FROM {source}
WHERE (%(tahun)s::int[] IS NULL OR tahun = ANY(%(tahun)s))
    AND (%(skpd)s::text[] IS NULL OR skpd = ANY(%(skpd)s))
    AND (%(tingkat)s::text[] IS NULL OR tingkat = ANY(%(tingkat)s))
    AND (%(induk)s::text[] IS NULL OR kode_induk = ANY(%(induk)s))

-- name: performance
SELECT
    dataset, skpd, nama_skpd, kegiatan, nama_kegiatan, tolok_ukur, satuan, arah, dapat_dijumlah, wilayah, rincian, tahun, periode, target,
    capaian, capaian_persen, fisik, penghambat, tindak_lanjut
FROM portal.kinerja_triwulan
WHERE (%(tahun)s::int[] IS NULL OR tahun = ANY(%(tahun)s))
    AND (%(skpd)s::text[] IS NULL OR skpd = ANY(%(skpd)s))
    AND (%(kegiatan)s::text[] IS NULL OR kegiatan = ANY(%(kegiatan)s))
    AND (%(periode)s::text[] IS NULL OR periode = ANY(%(periode)s))

-- name: reconciliation
SELECT
    dataset, kiriman, jenis, no, periode, uraian, subjek, nama_kiri, nilai_kiri, nama_kanan, nilai_kanan, selisih, toleransi, cocok,
    penjelasan, mewakili, diperiksa_pada, diketahui_pada, alasan
FROM portal.rekonsiliasi
WHERE (%(dataset)s::text[] IS NULL OR dataset = ANY(%(dataset)s))
    AND (%(jenis)s::text[] IS NULL OR jenis = ANY(%(jenis)s))
    AND (%(periode)s::text[] IS NULL OR periode = ANY(%(periode)s))
    AND (%(cocok)s::boolean IS NULL OR cocok = %(cocok)s)

-- name: calendar
SELECT
    k.dataset, d.skpd, k.periode, k.mulai, k.akhir_periode, k.jatuh_tempo, k.batas_akhir, k.diterima_pada, k.dirilis_pada, k.status,
    k.berikutnya
FROM portal.kalender AS k
JOIN portal.dataset AS d ON d.dataset = k.dataset
WHERE (%(dataset)s::text[] IS NULL OR k.dataset = ANY(%(dataset)s))
    AND (%(skpd)s::text[] IS NULL OR d.skpd = ANY(%(skpd)s))
    AND (%(status)s::text[] IS NULL OR k.status = ANY(%(status)s))
    AND (%(berikutnya)s::boolean IS NULL OR k.berikutnya = %(berikutnya)s)

-- name: account
-- A statistic as it is now, or was last; and every version that the public has seen, the latest first.
SELECT
    a.dataset, a.indikator, i.nama AS nama_indikator, a.wilayah, w.nama AS nama_wilayah, a.periode, a.rincian, a.nilai, a.penanda,
    i.satuan, n.status_data, a.berlaku, a.versi
FROM (
    SELECT
        dataset, indikator, wilayah, periode, rincian,
        (array_agg(nilai ORDER BY berlaku_dari DESC))[1] AS nilai,
        (array_agg(penanda ORDER BY berlaku_dari DESC))[1] AS penanda,
        bool_or(berlaku_sampai = 'infinity') AS berlaku,
        json_agg(json_build_object(
            'nilai', nilai, 'penanda', penanda, 'berlaku_dari', berlaku_dari, 'berlaku_sampai', nullif(berlaku_sampai, 'infinity'),
            'kiriman', kiriman, 'berkas', berkas, 'lembar', lembar, 'baris', baris, 'kolom', kolom, 'sha256', sha256, 'skpd', skpd,
            'cara_terima', cara_terima, 'diterima_pada', diterima_pada, 'jumlah_pemeriksaan', jumlah_pemeriksaan,
            'jumlah_lolos', jumlah_lolos, 'pemeriksaan', pemeriksaan, 'dirilis_oleh', dirilis_oleh, 'dirilis_pada', dirilis_pada,
            'alasan', alasan
        ) ORDER BY berlaku_dari DESC) AS versi
    FROM {source}
    WHERE indikator = %(indikator)s AND wilayah = %(wilayah)s AND periode = %(periode)s AND rincian = %(rincian)s
    GROUP BY dataset, indikator, wilayah, periode, rincian
) AS a
JOIN portal.indikator AS i ON i.indikator = a.indikator
LEFT JOIN portal.nilai AS n
    ON n.indikator = a.indikator AND n.wilayah = a.wilayah AND n.periode = a.periode AND n.rincian = a.rincian
LEFT JOIN LATERAL (
    SELECT nama FROM portal.wilayah WHERE kode = a.wilayah ORDER BY berlaku_sampai IS NULL DESC, berlaku_dari DESC NULLS LAST LIMIT 1
) AS w ON true

-- name: agencies_named
-- By either of the two names that an agency is asked by.
SELECT kode, nama_pendek FROM portal.skpd WHERE kode = ANY(%(skpd)s) OR nama_pendek = ANY(%(skpd)s);

-- name: codes
-- Which of the codes asked for no list has: [parameter, code].
SELECT 'urusan' AS parameter, k AS kode
FROM unnest(%(urusan)s::text[]) AS k
WHERE NOT EXISTS (SELECT FROM portal.urusan WHERE kode = k)
UNION ALL
SELECT 'dataset', k FROM unnest(%(dataset)s::text[]) AS k WHERE NOT EXISTS (SELECT FROM portal.dataset WHERE dataset = k)
UNION ALL
SELECT 'indikator', k FROM unnest(%(indikator)s::text[]) AS k WHERE NOT EXISTS (SELECT FROM portal.indikator WHERE indikator = k)
UNION ALL
SELECT 'wilayah', k FROM unnest(%(wilayah)s::text[]) AS k WHERE NOT EXISTS (SELECT FROM portal.wilayah WHERE kode = k);

-- name: allowed
SELECT array_agg(kode ORDER BY kode) AS kode
FROM (
    SELECT nama_pendek AS kode FROM portal.skpd WHERE %(parameter)s = 'skpd' AND nama_pendek IS NOT NULL
    UNION
    SELECT kode FROM portal.urusan WHERE %(parameter)s = 'urusan'
    UNION
    SELECT dataset FROM portal.dataset WHERE %(parameter)s = 'dataset'
    UNION
    SELECT indikator FROM portal.indikator WHERE %(parameter)s = 'indikator' AND (%(of)s::text IS NULL OR dataset = %(of)s)
    UNION
    SELECT kode FROM portal.wilayah WHERE %(parameter)s = 'wilayah'
) AS s;
