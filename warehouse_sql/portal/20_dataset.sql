CREATE VIEW portal.dataset AS
SELECT
    d.dataset,
    d.judul,
    d.deskripsi,
    d.skpd,
    r.nama AS nama_skpd,
    d.urusan,
    u.nama AS nama_urusan,
    d.akses,
    d.dasar_akses,
    d.lisensi,
    d.status_data,
    d.metode,
    d.frekuensi,
    d.tenggat_hari,
    d.cara_rilis,
    l.rilis_pertama,
    l.rilis_terakhir,
    coalesce(l.jumlah_rilis, 0) AS jumlah_rilis
FROM dw.dim_dataset AS d
JOIN dw.skpd_register AS r ON r.skpd = d.skpd
LEFT JOIN dw.dim_urusan AS u ON u.kode = d.urusan
LEFT JOIN (
    SELECT dataset, min(released_at) AS rilis_pertama, max(released_at) AS rilis_terakhir, count(*) AS jumlah_rilis
    FROM audit.release
    GROUP BY dataset
) AS l ON l.dataset = d.dataset
WHERE d.aktif;
COMMENT ON VIEW portal.dataset IS 'Katalog: semua dataset, juga yang terbatas dan dikecualikan (hanya keterangannya, bukan angkanya).';
