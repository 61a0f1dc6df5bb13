-- Setiap angka berasal dari kiriman yang dirilis, untuk dataset pemilik indikatornya.
SELECT 'indikator' AS fakta, f.submission_id, s.status, s.dataset, count(*) AS jumlah
FROM dw.fakta_indikator AS f
JOIN dw.dim_indikator AS i ON i.indikator_id = f.indikator_id
LEFT JOIN audit.submission AS s ON s.id = f.submission_id
WHERE s.id IS NULL OR s.status <> 'dirilis' OR s.dataset <> i.dataset
GROUP BY f.submission_id, s.status, s.dataset
UNION ALL
SELECT 'anggaran' AS fakta, f.submission_id, s.status, s.dataset, count(*) AS jumlah
FROM dw.fakta_anggaran AS f
JOIN dw.dim_indikator AS i ON i.indikator_id = f.indikator_id
LEFT JOIN audit.submission AS s ON s.id = f.submission_id
WHERE s.id IS NULL OR s.status <> 'dirilis' OR s.dataset <> i.dataset
GROUP BY f.submission_id, s.status, s.dataset
UNION ALL
SELECT 'kinerja' AS fakta, f.submission_id, s.status, s.dataset, count(*) AS jumlah
FROM dw.fakta_kinerja AS f
JOIN dw.dim_indikator AS i ON i.indikator_id = f.indikator_id
LEFT JOIN audit.submission AS s ON s.id = f.submission_id
WHERE s.id IS NULL OR s.status <> 'dirilis' OR s.dataset <> i.dataset
GROUP BY f.submission_id, s.status, s.dataset;
