CREATE OR REPLACE VIEW portal.satuan AS
SELECT satuan, dasar, faktor, string_to_array(nullif(varian, ''), '|') AS varian FROM dw.satuan;
COMMENT ON VIEW portal.satuan IS 'Satuan dengan cara tulis lainnya dan konversi persis ke satuan dasar: 1 satuan = faktor × dasar.';
