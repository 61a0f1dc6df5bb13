-- name: versions
-- Every version of one figure that the public has seen, the current one first.
SELECT
    a.dataset, a.nilai, a.penanda, a.berlaku_dari, a.berlaku_sampai, a.berlaku_sampai > now() AS berlaku, a.kiriman, a.berkas, a.lembar,
    a.baris, a.kolom, a.sha256, a.skpd, s.nama AS nama_skpd, a.diterima_pada, a.jumlah_pemeriksaan, a.jumlah_lolos, a.dirilis_oleh,
    a.dirilis_pada, a.alasan, a.pemeriksaan, a.cara_terima
FROM portal.asal_angka AS a
LEFT JOIN portal.skpd AS s ON s.nama_pendek = a.skpd
WHERE a.indikator = %(indikator)s AND a.wilayah = %(wilayah)s AND a.periode = %(periode)s AND a.rincian = %(rincian)s
ORDER BY a.berlaku_dari DESC;

-- name: figure
-- The figure as it is now, with the words around it.
SELECT
    i.indikator, i.nama, i.dataset, i.konsep, i.definisi, i.satuan, i.rumus, d.judul, d.lisensi, n.nilai, n.penanda, n.status_data,
    n.rincian_json, w.nama AS nama_wilayah, w.tingkat
FROM portal.indikator AS i
JOIN portal.dataset AS d ON d.dataset = i.dataset
LEFT JOIN portal.nilai AS n
    ON n.indikator = i.indikator AND n.wilayah = %(wilayah)s AND n.periode = %(periode)s AND n.rincian = %(rincian)s
LEFT JOIN LATERAL (
    SELECT nama, tingkat FROM portal.wilayah WHERE kode = %(wilayah)s ORDER BY berlaku_sampai IS NULL DESC, berlaku_dari DESC LIMIT 1
) AS w ON true
WHERE i.indikator = %(indikator)s;

-- name: revision
SELECT nilai_lama, nilai_baru, persen, alasan, oleh, direvisi_pada, status_lama, status_baru
FROM portal.revisi
WHERE dataset = %(dataset)s AND indikator = %(indikator)s AND wilayah = %(wilayah)s AND periode = %(periode)s AND rincian = %(rincian)s
ORDER BY direvisi_pada DESC;
