CREATE VIEW portal.indikator AS
SELECT
    i.kode AS indikator,
    i.dataset,
    i.nama,
    i.konsep,
    i.definisi,
    i.satuan,
    i.arah,
    i.dapat_dijumlah,
    i.rumus
FROM dw.dim_indikator AS i
JOIN dw.dim_dataset AS d ON d.dataset = i.dataset
WHERE i.aktif AND d.aktif;
COMMENT ON VIEW portal.indikator IS 'Indikator dengan konsep, definisi dan satuannya.';
