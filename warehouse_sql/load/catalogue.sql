-- name: skpd
INSERT INTO dw.skpd_register AS lama (skpd, kode, nama, kontak)
SELECT baru.skpd, coalesce(daftar.kode, 'KT00'), baru.nama, baru.kontak
FROM jsonb_to_recordset(%(rows)s) AS baru (skpd text, kode text, nama text, kontak text)
LEFT JOIN (SELECT DISTINCT kode FROM dw.dim_skpd) AS daftar ON daftar.kode = baru.kode
ORDER BY baru.skpd
ON CONFLICT (skpd) DO UPDATE SET kode = excluded.kode, nama = excluded.nama, kontak = excluded.kontak
WHERE (lama.kode, lama.nama, lama.kontak) IS DISTINCT FROM (excluded.kode, excluded.nama, excluded.kontak);

-- name: dataset
INSERT INTO dw.dim_dataset AS lama (
    dataset, skpd, judul, deskripsi, urusan, akses, dasar_akses, lisensi, status_data, metode, frekuensi, tenggat_hari,
    masa_tenggang_hari, cara_muat, cara_rilis, ambang_karantina_persen, kontrak_sha256, fakta, kumulatif, kata_kunci,
    penyamaran, ms_keg, periode_terjadwal, tenggat_dari
)
SELECT
    dataset, skpd, judul, deskripsi, urusan, akses, dasar_akses, lisensi, status_data, metode, frekuensi, tenggat_hari,
    masa_tenggang_hari, cara_muat, cara_rilis, ambang_karantina_persen, kontrak_sha256, fakta, kumulatif, kata_kunci,
    penyamaran, ms_keg, periode_terjadwal, tenggat_dari
FROM jsonb_to_recordset(%(rows)s) AS baru (
    dataset text, skpd text, judul text, deskripsi text, urusan text, akses text, dasar_akses text, lisensi text,
    status_data text, metode text, frekuensi text, tenggat_hari int, masa_tenggang_hari int, cara_muat text,
    cara_rilis text, ambang_karantina_persen numeric, kontrak_sha256 text, fakta text, kumulatif boolean,
    kata_kunci text[], penyamaran jsonb, ms_keg jsonb, periode_terjadwal text[], tenggat_dari text
)
ORDER BY dataset
ON CONFLICT (dataset) DO UPDATE SET
    skpd = excluded.skpd, judul = excluded.judul, deskripsi = excluded.deskripsi, urusan = excluded.urusan,
    akses = excluded.akses, dasar_akses = excluded.dasar_akses, lisensi = excluded.lisensi,
    status_data = excluded.status_data, metode = excluded.metode, frekuensi = excluded.frekuensi,
    tenggat_hari = excluded.tenggat_hari, masa_tenggang_hari = excluded.masa_tenggang_hari,
    cara_muat = excluded.cara_muat, cara_rilis = excluded.cara_rilis,
    ambang_karantina_persen = excluded.ambang_karantina_persen, kontrak_sha256 = excluded.kontrak_sha256,
    fakta = excluded.fakta, kumulatif = excluded.kumulatif, kata_kunci = excluded.kata_kunci,
    penyamaran = excluded.penyamaran, ms_keg = excluded.ms_keg,
    periode_terjadwal = excluded.periode_terjadwal, tenggat_dari = excluded.tenggat_dari, aktif = true
WHERE NOT lama.aktif
    OR lama.kontrak_sha256 <> excluded.kontrak_sha256;

-- name: indikator
INSERT INTO dw.dim_indikator AS lama (
    kode, dataset, nama, konsep, definisi, satuan, arah, dapat_dijumlah, rumus, besaran, metadata
)
SELECT kode, dataset, nama, konsep, definisi, satuan, arah, dapat_dijumlah, rumus, besaran, metadata
FROM jsonb_to_recordset(%(rows)s) AS baru (
    kode text, dataset text, nama text, konsep text, definisi text, satuan text, arah text, dapat_dijumlah boolean,
    rumus text, besaran text, metadata jsonb
)
ORDER BY kode
ON CONFLICT (kode) DO UPDATE SET
    dataset = excluded.dataset, nama = excluded.nama, konsep = excluded.konsep, definisi = excluded.definisi,
    satuan = excluded.satuan, arah = excluded.arah, dapat_dijumlah = excluded.dapat_dijumlah, rumus = excluded.rumus,
    besaran = excluded.besaran, metadata = excluded.metadata, aktif = true
WHERE (
    lama.dataset, lama.nama, lama.konsep, lama.definisi, lama.satuan, lama.arah, lama.dapat_dijumlah, lama.rumus,
    lama.besaran, lama.metadata, lama.aktif
) IS DISTINCT FROM (
    excluded.dataset, excluded.nama, excluded.konsep, excluded.definisi, excluded.satuan, excluded.arah,
    excluded.dapat_dijumlah, excluded.rumus, excluded.besaran, excluded.metadata, true
);

-- name: retire
WITH lepas AS (
    UPDATE dw.dim_dataset SET aktif = false
    WHERE aktif AND skpd = ANY(%(skpd)s) AND NOT dataset = ANY(%(datasets)s)
)
UPDATE dw.dim_indikator AS i SET aktif = false
FROM dw.dim_dataset AS d
WHERE d.dataset = i.dataset AND i.aktif AND d.skpd = ANY(%(skpd)s) AND NOT i.kode = ANY(%(indikator)s);

-- name: redefined
SELECT i.kode, i.dataset, i.satuan, baru.satuan AS satuan_baru, i.dapat_dijumlah, baru.dapat_dijumlah
FROM dw.dim_indikator AS i
LEFT JOIN jsonb_to_recordset(%(rows)s) AS baru (kode text, satuan text, dapat_dijumlah boolean) ON baru.kode = i.kode
WHERE i.dataset = ANY(%(datasets)s)
    AND (i.satuan, i.dapat_dijumlah) IS DISTINCT FROM (baru.satuan, baru.dapat_dijumlah)
    AND (
        EXISTS (
            SELECT FROM dw.fakta_indikator AS f
            WHERE f.kode_kabkota = %(kabkota)s AND f.indikator_id = i.indikator_id AND f.valid_to = 'infinity'
        )
        OR EXISTS (
            SELECT FROM dw.fakta_anggaran AS f
            WHERE f.kode_kabkota = %(kabkota)s AND f.indikator_id = i.indikator_id AND f.valid_to = 'infinity'
        )
        OR EXISTS (
            SELECT FROM dw.fakta_kinerja AS f
            WHERE f.kode_kabkota = %(kabkota)s AND f.indikator_id = i.indikator_id AND f.valid_to = 'infinity'
        )
    )
ORDER BY i.kode;

-- name: analyze
-- Autovacuum leaves tables of less than fifty rows alone; the planner then takes a dataset of thousands of figures for one
-- row, and looks each of its dimensions up one by one.
ANALYZE dw.dim_dataset, dw.dim_indikator, dw.skpd_register;
