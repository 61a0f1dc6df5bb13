-- Codes that figures brought and no list has. The walidata puts each into its list, or has the agency correct it.
CREATE OR REPLACE VIEW audit.anggota_baru AS
SELECT kode, 'skpd' AS dimensi, nama, sumber FROM dw.dim_skpd WHERE keyakinan_nama = 'belum dikenal'
UNION ALL
SELECT kode, 'kegiatan', nama, sumber FROM dw.dim_kegiatan WHERE keyakinan = 'belum dikenal'
UNION ALL
SELECT kode, 'rekening', nama, sumber FROM dw.dim_rekening WHERE keyakinan = 'belum dikenal'
UNION ALL
SELECT kode, 'sumber_dana', nama, sumber FROM dw.dim_sumber_dana WHERE keyakinan = 'belum dikenal';
COMMENT ON VIEW audit.anggota_baru IS 'Kode yang dibawa angka dan belum ada dalam daftarnya: menunggu walidata.';
