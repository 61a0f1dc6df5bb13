-- Setiap program, kegiatan, sub kegiatan dan rekening memiliki induk yang ada.
SELECT 'kegiatan' AS daftar, k.kode, k.nama, k.induk
FROM dw.dim_kegiatan AS k
WHERE k.tingkat IN ('kegiatan', 'sub_kegiatan')
    AND NOT EXISTS (SELECT FROM dw.dim_kegiatan AS i WHERE i.kode = k.induk)
UNION ALL
SELECT 'rekening', r.kode, r.nama, r.induk
FROM dw.dim_rekening AS r
WHERE r.induk IS NOT NULL AND NOT EXISTS (SELECT FROM dw.dim_rekening AS i WHERE i.kode = r.induk);
