-- Angka di staging hanya milik kiriman yang menunggu, dan lengkap.
WITH menunggu AS (
    SELECT submission_id FROM staging.figur
    UNION ALL
    SELECT submission_id FROM staging.figur_anggaran
    UNION ALL
    SELECT submission_id FROM staging.figur_kinerja
)
SELECT coalesce(s.id, g.submission_id) AS submission_id, s.status, s.n_figures, coalesce(g.jumlah, 0) AS tersimpan
FROM (SELECT * FROM audit.submission WHERE status = 'menunggu') AS s
FULL JOIN (
    SELECT submission_id, count(*) AS jumlah FROM menunggu GROUP BY submission_id
) AS g ON g.submission_id = s.id
WHERE s.id IS NULL OR s.n_figures <> coalesce(g.jumlah, 0);
