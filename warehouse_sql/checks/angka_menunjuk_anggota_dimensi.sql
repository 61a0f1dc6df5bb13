-- Setiap angka menunjuk indikator, wilayah, periode dan rincian yang ada dan diketahui.
SELECT 'indikator' AS dimensi, f.indikator_id AS anggota, count(*) AS jumlah
FROM dw.fakta_indikator AS f
LEFT JOIN dw.dim_indikator AS i ON i.indikator_id = f.indikator_id AND i.indikator_id <> 0
WHERE i.indikator_id IS NULL
GROUP BY f.indikator_id
UNION ALL
SELECT 'wilayah', f.wilayah_id, count(*)
FROM dw.fakta_indikator AS f
LEFT JOIN dw.dim_wilayah AS w ON w.wilayah_id = f.wilayah_id AND w.wilayah_id <> 0
WHERE w.wilayah_id IS NULL
GROUP BY f.wilayah_id
UNION ALL
SELECT 'periode', f.periode_id, count(*)
FROM dw.fakta_indikator AS f
LEFT JOIN dw.dim_periode AS p ON p.periode_id = f.periode_id AND p.periode_id <> 0
WHERE p.periode_id IS NULL
GROUP BY f.periode_id
UNION ALL
SELECT 'rincian', f.rincian_id, count(*)
FROM dw.fakta_indikator AS f
LEFT JOIN dw.dim_rincian AS r ON r.rincian_id = f.rincian_id AND r.rincian_id <> 0
WHERE r.rincian_id IS NULL
GROUP BY f.rincian_id;
