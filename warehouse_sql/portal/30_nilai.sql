-- security_barrier: without it a reader's own condition could be tried on rows of datasets that are not open, before they
-- are left out, and its error message would tell what they say.
CREATE OR REPLACE VIEW portal.nilai WITH (security_barrier) AS
SELECT
    f.dataset,
    f.indikator,
    f.nama_indikator,
    f.wilayah,
    f.nama_wilayah,
    f.tingkat,
    f.periode,
    f.tahun,
    f.rincian,
    f.rincian_json,
    CASE WHEN s.indikator_id IS NULL THEN f.nilai END AS nilai,
    CASE WHEN s.indikator_id IS NULL THEN f.penanda ELSE '*' END AS penanda,
    f.satuan,
    f.status_data,
    f.valid_from AS dirilis_pada,
    f.submission_id AS kiriman
FROM dw.angka_indikator AS f
LEFT JOIN dw.penyamaran AS s
    ON s.kode_kabkota = f.kode_kabkota AND s.indikator_id = f.indikator_id AND s.wilayah_id = f.wilayah_id
    AND s.periode_id = f.periode_id AND s.rincian_id = f.rincian_id AND s.valid_to = 'infinity'
WHERE f.valid_to = 'infinity' AND f.terbuka;
COMMENT ON VIEW portal.nilai IS 'Angka yang berlaku sekarang: sudah dirilis, dari dataset terbuka; sel yang disembunyikan tampil kosong dengan penanda *.';
