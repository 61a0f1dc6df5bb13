CREATE VIEW portal.skpd AS
SELECT
    s.kode,
    r.skpd AS nama_pendek,
    s.nama,
    s.singkatan,
    s.jenis,
    s.bidang_urusan,
    s.tupoksi,
    s.situs,
    s.keyakinan_urusan
FROM dw.dim_skpd AS s
LEFT JOIN dw.skpd_register AS r ON r.kode = s.kode
WHERE s.skpd_id <> 0 AND s.berlaku_sampai > current_date AND s.keyakinan_nama <> 'belum dikenal';
COMMENT ON VIEW portal.skpd IS 'Satuan kerja perangkat daerah. `nama_pendek` terisi bagi yang sudah menyetor data.';
