CREATE OR REPLACE VIEW portal.wilayah AS
SELECT
    w.kode,
    w.kode_bps,
    w.nama,
    w.tingkat,
    w.induk AS kode_induk,
    nullif(w.berlaku_dari, '-infinity') AS berlaku_dari,
    nullif(w.berlaku_sampai, 'infinity') AS berlaku_sampai,
    w.sumber,
    w.keyakinan,
    b.geojson AS batas
FROM dw.dim_wilayah AS w
LEFT JOIN dw.wilayah_batas AS b ON b.kode = w.kode
WHERE w.wilayah_id <> 0;
COMMENT ON VIEW portal.wilayah IS 'Wilayah menurut kode Kemendagri, dengan kode BPS dan garis batas untuk peta.';
