CREATE OR REPLACE VIEW portal.skpd AS
SELECT
    s.kode,
    r.skpd AS nama_pendek,
    s.nama,
    s.singkatan,
    s.jenis,
    s.bidang_urusan,
    s.tupoksi,
    s.situs,
    s.keyakinan_urusan,
    s.kode_sipd,
    s.induk AS kode_induk,
    nullif(s.berlaku_dari, '-infinity') AS berlaku_dari,
    ARRAY(
        SELECT lama.nama FROM dw.dim_skpd AS lama
        WHERE lama.kode = s.kode AND lama.berlaku_sampai <= s.berlaku_dari
        ORDER BY lama.berlaku_dari
    ) AS nama_sebelumnya,
    ARRAY(
        SELECT p.kode_lama FROM dw.padanan AS p
        WHERE p.dimensi = 'skpd' AND p.kode_baru = s.kode AND p.kode_lama <> s.kode
        ORDER BY p.berlaku_dari, p.kode_lama
    ) AS kode_sebelumnya,
    r.kontak
FROM dw.dim_skpd AS s
LEFT JOIN dw.skpd_register AS r ON r.kode = s.kode
WHERE s.skpd_id <> 0 AND s.berlaku_sampai > current_date AND s.keyakinan_nama <> 'belum dikenal';
COMMENT ON VIEW portal.skpd IS
    'Satuan kerja perangkat daerah yang ada sekarang, dengan nama dan kode sebelumnya. `nama_pendek` terisi bagi yang sudah menyetor data.';
