-- A figure is found by its key in the shape of portal.angka_*: what a budget's or a plan's figure has besides stands in rincian.

-- name: indicator
SELECT i.indikator, i.nama, i.dataset, i.konsep, i.definisi, i.satuan, d.judul, d.fakta, w.nama AS nama_wilayah
FROM portal.indikator AS i
JOIN portal.dataset AS d ON d.dataset = i.dataset
LEFT JOIN LATERAL (
    SELECT nama FROM portal.wilayah WHERE kode = %(wilayah)s ORDER BY berlaku_sampai IS NULL DESC, berlaku_dari DESC LIMIT 1
) AS w ON true
WHERE i.indikator = %(indikator)s;

-- name: now_indikator
SELECT satuan, status_data, rincian_json, nama_rincian
FROM portal.angka_indikator
WHERE indikator = %(indikator)s AND wilayah = %(wilayah)s AND periode = %(periode)s AND rincian = %(rincian)s;

-- name: now_anggaran
SELECT satuan, status_data, rincian_json, nama_rincian
FROM portal.angka_anggaran
WHERE indikator = %(indikator)s AND wilayah = %(wilayah)s AND periode = %(periode)s AND rincian = %(rincian)s;

-- name: now_kinerja
SELECT satuan, status_data, rincian_json, nama_rincian
FROM portal.angka_kinerja
WHERE indikator = %(indikator)s AND wilayah = %(wilayah)s AND periode = %(periode)s AND rincian = %(rincian)s;

-- name: versions_indikator
-- Every version of one figure that the public has seen, the latest first.
SELECT
    a.nilai, a.penanda, a.berlaku_dari, a.berlaku_sampai, a.berlaku_sampai > now() AS berlaku, a.kiriman, a.berkas, a.lembar, a.baris,
    a.kolom, a.sha256, s.nama AS nama_skpd, a.diterima_pada, a.jumlah_pemeriksaan, a.jumlah_lolos, a.dirilis_oleh, a.dirilis_pada,
    a.alasan, a.pemeriksaan, a.cara_terima
FROM portal.asal_angka AS a
LEFT JOIN portal.skpd AS s ON s.nama_pendek = a.skpd
WHERE a.indikator = %(indikator)s AND a.wilayah = %(wilayah)s AND a.periode = %(periode)s AND a.rincian = %(rincian)s
ORDER BY a.berlaku_dari DESC;

-- name: versions_anggaran
SELECT
    a.nilai, a.penanda, a.berlaku_dari, a.berlaku_sampai, a.berlaku_sampai > now() AS berlaku, a.kiriman, a.berkas, a.lembar, a.baris,
    a.kolom, a.sha256, s.nama AS nama_skpd, a.diterima_pada, a.jumlah_pemeriksaan, a.jumlah_lolos, a.dirilis_oleh, a.dirilis_pada,
    a.alasan, a.pemeriksaan, a.cara_terima
FROM portal.asal_anggaran AS a
LEFT JOIN portal.skpd AS s ON s.nama_pendek = a.pengirim
WHERE a.indikator = %(indikator)s AND a.wilayah = %(wilayah)s AND a.periode = %(periode)s
    AND a.skpd = %(skpd)s AND a.kegiatan = %(kegiatan)s AND a.rekening = %(rekening)s AND a.sumber_dana = %(sumber_dana)s
    AND a.tahap = %(tahap)s AND a.rincian = %(sisa)s
ORDER BY a.berlaku_dari DESC;

-- name: versions_kinerja
SELECT
    a.nilai, a.penanda, a.berlaku_dari, a.berlaku_sampai, a.berlaku_sampai > now() AS berlaku, a.kiriman, a.berkas, a.lembar, a.baris,
    a.kolom, a.sha256, s.nama AS nama_skpd, a.diterima_pada, a.jumlah_pemeriksaan, a.jumlah_lolos, a.dirilis_oleh, a.dirilis_pada,
    a.alasan, a.pemeriksaan, a.cara_terima
FROM portal.asal_kinerja AS a
LEFT JOIN portal.skpd AS s ON s.nama_pendek = a.pengirim
WHERE a.indikator = %(indikator)s AND a.wilayah = %(wilayah)s AND a.periode = %(periode)s
    AND a.skpd = %(skpd)s AND a.kegiatan = %(kegiatan)s AND a.tolok_ukur = %(tolok_ukur)s AND a.tahap = %(tahap)s AND a.rincian = %(sisa)s
ORDER BY a.berlaku_dari DESC;
