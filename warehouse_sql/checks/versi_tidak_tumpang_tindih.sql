-- Pada setiap saat paling banyak satu versi sebuah angka yang berlaku.
SELECT h.kode_kabkota, h.indikator_id, h.wilayah_id, h.periode_id, h.rincian_id, h.valid_from, h.valid_to
FROM (
    SELECT
        *,
        lead(valid_from) OVER (
            PARTITION BY kode_kabkota, indikator_id, wilayah_id, periode_id, rincian_id ORDER BY valid_from, valid_to
        ) AS berikutnya
    FROM dw.fakta_indikator_riwayat
) AS h
LEFT JOIN dw.fakta_indikator_kini AS k
    ON (k.kode_kabkota, k.indikator_id, k.wilayah_id, k.periode_id, k.rincian_id)
    = (h.kode_kabkota, h.indikator_id, h.wilayah_id, h.periode_id, h.rincian_id)
WHERE h.valid_to > least(coalesce(h.berikutnya, 'infinity'), coalesce(k.valid_from, 'infinity'));
