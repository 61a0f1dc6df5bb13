-- Pada setiap saat paling banyak satu versi sebuah angka yang berlaku.
SELECT 'indikator' AS fakta, h.submission_id, h.indikator_id, h.valid_from, h.valid_to
FROM (
    SELECT
        *,
        lead(valid_from) OVER (
            PARTITION BY kode_kabkota, indikator_id, wilayah_id, periode_id, rincian_id
            ORDER BY valid_from, valid_to
        ) AS berikutnya
    FROM dw.fakta_indikator
    WHERE valid_to < 'infinity'
) AS h
LEFT JOIN dw.fakta_indikator_kini AS k
    ON (k.kode_kabkota, k.indikator_id, k.wilayah_id, k.periode_id, k.rincian_id)
    = (h.kode_kabkota, h.indikator_id, h.wilayah_id, h.periode_id, h.rincian_id)
WHERE h.valid_to > least(coalesce(h.berikutnya, 'infinity'), coalesce(k.valid_from, 'infinity'))
UNION ALL
SELECT 'anggaran' AS fakta, h.submission_id, h.indikator_id, h.valid_from, h.valid_to
FROM (
    SELECT
        *,
        lead(valid_from) OVER (
            PARTITION BY kode_kabkota, indikator_id, wilayah_id, periode_id, rincian_id, skpd_id, kegiatan_id, rekening_id, sumber_dana_id, tahap_id
            ORDER BY valid_from, valid_to
        ) AS berikutnya
    FROM dw.fakta_anggaran
    WHERE valid_to < 'infinity'
) AS h
LEFT JOIN dw.fakta_anggaran_kini AS k
    ON (k.kode_kabkota, k.indikator_id, k.wilayah_id, k.periode_id, k.rincian_id, k.skpd_id, k.kegiatan_id, k.rekening_id, k.sumber_dana_id, k.tahap_id)
    = (h.kode_kabkota, h.indikator_id, h.wilayah_id, h.periode_id, h.rincian_id, h.skpd_id, h.kegiatan_id, h.rekening_id, h.sumber_dana_id, h.tahap_id)
WHERE h.valid_to > least(coalesce(h.berikutnya, 'infinity'), coalesce(k.valid_from, 'infinity'))
UNION ALL
SELECT 'kinerja' AS fakta, h.submission_id, h.indikator_id, h.valid_from, h.valid_to
FROM (
    SELECT
        *,
        lead(valid_from) OVER (
            PARTITION BY kode_kabkota, indikator_id, wilayah_id, periode_id, rincian_id, skpd_id, kegiatan_id, tolok_ukur_id, tahap_id
            ORDER BY valid_from, valid_to
        ) AS berikutnya
    FROM dw.fakta_kinerja
    WHERE valid_to < 'infinity'
) AS h
LEFT JOIN dw.fakta_kinerja_kini AS k
    ON (k.kode_kabkota, k.indikator_id, k.wilayah_id, k.periode_id, k.rincian_id, k.skpd_id, k.kegiatan_id, k.tolok_ukur_id, k.tahap_id)
    = (h.kode_kabkota, h.indikator_id, h.wilayah_id, h.periode_id, h.rincian_id, h.skpd_id, h.kegiatan_id, h.tolok_ukur_id, h.tahap_id)
WHERE h.valid_to > least(coalesce(h.berikutnya, 'infinity'), coalesce(k.valid_from, 'infinity'));
