CREATE VIEW portal.wilayah AS
SELECT
    kode,
    kode_bps,
    nama,
    tingkat,
    induk AS kode_induk,
    nullif(berlaku_dari, '-infinity') AS berlaku_dari,
    nullif(berlaku_sampai, 'infinity') AS berlaku_sampai,
    sumber,
    keyakinan
FROM dw.dim_wilayah
WHERE wilayah_id <> 0;
COMMENT ON VIEW portal.wilayah IS 'Wilayah menurut kode Kemendagri, dengan kode BPS.';
