CREATE OR REPLACE VIEW portal.riwayat_dimensi AS
SELECT h.dimensi, h.kunci AS anggota, h.sampai AS berlaku_sampai, h.isi
FROM dw.riwayat_dimensi AS h
WHERE h.dimensi IN (
    'dim_wilayah', 'dim_skpd', 'dim_urusan', 'dim_kegiatan', 'dim_rekening', 'dim_sumber_dana', 'dim_tolok_ukur',
    'dim_indikator', 'dim_dataset', 'satuan'
);
COMMENT ON VIEW portal.riwayat_dimensi IS
    'Nama dan keterangan yang pernah berlaku: keadaan pada waktu T ialah baris dengan `berlaku_sampai` terdini sesudah T; bila tidak ada, keadaan sekarang.';

CREATE OR REPLACE FUNCTION portal.isi_pada(dimensi text, anggota text, waktu timestamptz) RETURNS TABLE (isi jsonb)
LANGUAGE sql STABLE AS $$
    SELECT h.isi
    FROM portal.riwayat_dimensi AS h
    WHERE h.dimensi = isi_pada.dimensi AND h.anggota = isi_pada.anggota AND h.berlaku_sampai > isi_pada.waktu
    ORDER BY h.berlaku_sampai
    LIMIT 1
$$;
COMMENT ON FUNCTION portal.isi_pada IS
    'Isi anggota dimensi pada waktu itu, bila sejak itu berubah; tanpa baris: isinya masih seperti sekarang.';
