CREATE OR REPLACE VIEW portal.urusan AS
SELECT
    kode,
    nama,
    kode_urusan AS kode_induk,
    nama_urusan AS nama_induk,
    nullif(berlaku_dari, '-infinity') AS berlaku_dari,
    nullif(berlaku_sampai, 'infinity') AS berlaku_sampai,
    sumber,
    keyakinan
FROM dw.dim_urusan
WHERE kode <> '?';
COMMENT ON VIEW portal.urusan IS 'Bidang urusan pemerintahan beserta unsur penunjangnya, dan kelompok urusannya.';

CREATE OR REPLACE VIEW portal.rekening AS
SELECT
    kode,
    nama,
    tingkat,
    induk AS kode_induk,
    nullif(berlaku_dari, '-infinity') AS berlaku_dari,
    nullif(berlaku_sampai, 'infinity') AS berlaku_sampai,
    sumber,
    keyakinan
FROM dw.dim_rekening
WHERE rekening_id > 1;
COMMENT ON VIEW portal.rekening IS 'Rekening anggaran dari akun sampai sub rincian objek, menurut klasifikasi pada masanya.';
