CREATE OR REPLACE VIEW portal.kegiatan AS
SELECT
    kegiatan_id,
    kode,
    tingkat,
    nama,
    induk AS kode_induk,
    kewenangan,
    kode_sebelumnya,
    kinerja,
    indikator,
    satuan,
    berlaku_dari,
    berlaku_sampai,
    sumber,
    keyakinan
FROM dw.dim_kegiatan
WHERE kegiatan_id > 1;
COMMENT ON VIEW portal.kegiatan IS 'Program, kegiatan dan sub kegiatan menurut nomenklatur pada masanya.';

CREATE OR REPLACE VIEW portal.tahap AS
SELECT kode, nama, urutan FROM dw.dim_tahap;
COMMENT ON VIEW portal.tahap IS 'Tahap anggaran menurut urutannya: pokok, pergeseran, perubahan; kosong bagi angka tanpa tahap.';
