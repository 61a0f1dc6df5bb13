-- name: entry
SELECT
    k.dataset, k.judul, k.deskripsi, k.skpd, k.nama_skpd, k.kode_skpd, k.urusan, k.nama_urusan, k.akses, k.dasar_akses, k.lisensi,
    k.status_data, k.frekuensi, k.fakta, k.kata_kunci, k.rilis_pertama, k.rilis_terakhir, k.jumlah_rilis, k.jumlah_angka,
    k.jumlah_indikator, k.tahun, k.periode_terakhir, k.tingkat, k.rincian, d.metode, d.jadwal, d.cara_rilis, d.menyamarkan,
    m.akurasi_persen, m.ketepatan_waktu_persen, m.kelengkapan_persen, m.metadata_persen, m.konsistensi_persen,
    d.kumulatif, m.baris_diterima, m.baris_lolos, m.jumlah_pemeriksaan, m.jumlah_lolos, m.periode_jatuh_tempo, m.periode_tepat_waktu
FROM portal.katalog AS k
JOIN portal.dataset AS d ON d.dataset = k.dataset
LEFT JOIN portal.mutu AS m ON m.dataset = k.dataset
WHERE k.dataset = %(dataset)s;

-- name: indicators
SELECT indikator, nama, konsep, definisi, satuan, arah, dapat_dijumlah, besaran, rumus, ukuran, interpretasi, klasifikasi, dssd, mendukung
FROM portal.indikator
WHERE dataset = %(dataset)s
ORDER BY indikator_id;

-- name: revisions
SELECT
    r.indikator, r.wilayah, w.nama AS nama_wilayah, r.periode, r.rincian, r.jenis, r.nilai_lama, r.nilai_baru, r.persen, r.penanda_lama,
    r.penanda_baru, r.status_lama, r.status_baru, r.alasan, r.oleh, r.direvisi_pada
FROM portal.revisi AS r
LEFT JOIN LATERAL (SELECT nama FROM portal.wilayah WHERE kode = r.wilayah ORDER BY berlaku_dari DESC LIMIT 1) AS w ON true
WHERE r.dataset = %(dataset)s
ORDER BY r.direvisi_pada DESC, r.indikator, r.wilayah, r.periode, r.rincian
LIMIT %(limit)s;

-- name: next_release
SELECT periode, jatuh_tempo, status
FROM portal.kalender
WHERE dataset = %(dataset)s AND berikutnya;

-- name: files
SELECT berkas, ukuran, dirilis_pada
FROM portal.publikasi
WHERE dataset = %(dataset)s AND berkas <> 'datapackage.json'
ORDER BY berkas;
