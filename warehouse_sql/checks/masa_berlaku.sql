-- Setiap versi mulai berlaku sebelum berakhir, dan tidak mulai di masa depan.
SELECT kode_kabkota, indikator_id, wilayah_id, periode_id, rincian_id, valid_from, valid_to
FROM dw.fakta_indikator
WHERE valid_from >= valid_to OR valid_from > now() + interval '1 minute';
