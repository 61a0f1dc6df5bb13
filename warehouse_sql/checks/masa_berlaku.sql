-- Setiap versi mulai berlaku sebelum berakhir, dan tidak mulai di masa depan.
SELECT 'indikator' AS fakta, submission_id, valid_from, valid_to, count(*) AS jumlah
FROM dw.fakta_indikator
WHERE valid_from >= valid_to OR valid_from > now() + interval '1 minute'
GROUP BY submission_id, valid_from, valid_to
UNION ALL
SELECT 'anggaran' AS fakta, submission_id, valid_from, valid_to, count(*) AS jumlah
FROM dw.fakta_anggaran
WHERE valid_from >= valid_to OR valid_from > now() + interval '1 minute'
GROUP BY submission_id, valid_from, valid_to
UNION ALL
SELECT 'kinerja' AS fakta, submission_id, valid_from, valid_to, count(*) AS jumlah
FROM dw.fakta_kinerja
WHERE valid_from >= valid_to OR valid_from > now() + interval '1 minute'
GROUP BY submission_id, valid_from, valid_to;
