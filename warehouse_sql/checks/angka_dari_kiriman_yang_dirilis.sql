-- Setiap angka berasal dari kiriman yang dirilis, untuk dataset pemilik indikatornya.
SELECT f.submission_id, s.status, s.dataset, count(*) AS jumlah
FROM dw.fakta_indikator AS f
JOIN dw.dim_indikator AS i ON i.indikator_id = f.indikator_id
LEFT JOIN audit.submission AS s ON s.id = f.submission_id
WHERE s.id IS NULL OR s.status <> 'dirilis' OR s.dataset <> i.dataset
GROUP BY f.submission_id, s.status, s.dataset;
