-- Setiap angka menunjuk anggota setiap dimensinya yang ada dan diketahui.
SELECT 'indikator' AS fakta, 'indikator' AS dimensi, f.indikator_id AS anggota, count(*) AS jumlah
FROM dw.fakta_indikator AS f
LEFT JOIN dw.dim_indikator AS d ON d.indikator_id = f.indikator_id AND d.indikator_id <> 0
WHERE d.indikator_id IS NULL
GROUP BY f.indikator_id
UNION ALL
SELECT 'indikator' AS fakta, 'wilayah' AS dimensi, f.wilayah_id AS anggota, count(*) AS jumlah
FROM dw.fakta_indikator AS f
LEFT JOIN dw.dim_wilayah AS d ON d.wilayah_id = f.wilayah_id AND d.wilayah_id <> 0
WHERE d.wilayah_id IS NULL
GROUP BY f.wilayah_id
UNION ALL
SELECT 'indikator' AS fakta, 'periode' AS dimensi, f.periode_id AS anggota, count(*) AS jumlah
FROM dw.fakta_indikator AS f
LEFT JOIN dw.dim_periode AS d ON d.periode_id = f.periode_id AND d.periode_id <> 0
WHERE d.periode_id IS NULL
GROUP BY f.periode_id
UNION ALL
SELECT 'indikator' AS fakta, 'rincian' AS dimensi, f.rincian_id AS anggota, count(*) AS jumlah
FROM dw.fakta_indikator AS f
LEFT JOIN dw.dim_rincian AS d ON d.rincian_id = f.rincian_id AND d.rincian_id <> 0
WHERE d.rincian_id IS NULL
GROUP BY f.rincian_id
UNION ALL
SELECT 'anggaran' AS fakta, 'indikator' AS dimensi, f.indikator_id AS anggota, count(*) AS jumlah
FROM dw.fakta_anggaran AS f
LEFT JOIN dw.dim_indikator AS d ON d.indikator_id = f.indikator_id AND d.indikator_id <> 0
WHERE d.indikator_id IS NULL
GROUP BY f.indikator_id
UNION ALL
SELECT 'anggaran' AS fakta, 'wilayah' AS dimensi, f.wilayah_id AS anggota, count(*) AS jumlah
FROM dw.fakta_anggaran AS f
LEFT JOIN dw.dim_wilayah AS d ON d.wilayah_id = f.wilayah_id AND d.wilayah_id <> 0
WHERE d.wilayah_id IS NULL
GROUP BY f.wilayah_id
UNION ALL
SELECT 'anggaran' AS fakta, 'periode' AS dimensi, f.periode_id AS anggota, count(*) AS jumlah
FROM dw.fakta_anggaran AS f
LEFT JOIN dw.dim_periode AS d ON d.periode_id = f.periode_id AND d.periode_id <> 0
WHERE d.periode_id IS NULL
GROUP BY f.periode_id
UNION ALL
SELECT 'anggaran' AS fakta, 'rincian' AS dimensi, f.rincian_id AS anggota, count(*) AS jumlah
FROM dw.fakta_anggaran AS f
LEFT JOIN dw.dim_rincian AS d ON d.rincian_id = f.rincian_id AND d.rincian_id <> 0
WHERE d.rincian_id IS NULL
GROUP BY f.rincian_id
UNION ALL
SELECT 'anggaran' AS fakta, 'skpd' AS dimensi, f.skpd_id AS anggota, count(*) AS jumlah
FROM dw.fakta_anggaran AS f
LEFT JOIN dw.dim_skpd AS d ON d.skpd_id = f.skpd_id AND d.skpd_id <> 0
WHERE d.skpd_id IS NULL
GROUP BY f.skpd_id
UNION ALL
SELECT 'anggaran' AS fakta, 'kegiatan' AS dimensi, f.kegiatan_id AS anggota, count(*) AS jumlah
FROM dw.fakta_anggaran AS f
LEFT JOIN dw.dim_kegiatan AS d ON d.kegiatan_id = f.kegiatan_id AND d.kegiatan_id <> 0
WHERE d.kegiatan_id IS NULL
GROUP BY f.kegiatan_id
UNION ALL
SELECT 'anggaran' AS fakta, 'rekening' AS dimensi, f.rekening_id AS anggota, count(*) AS jumlah
FROM dw.fakta_anggaran AS f
LEFT JOIN dw.dim_rekening AS d ON d.rekening_id = f.rekening_id AND d.rekening_id <> 0
WHERE d.rekening_id IS NULL
GROUP BY f.rekening_id
UNION ALL
SELECT 'anggaran' AS fakta, 'sumber_dana' AS dimensi, f.sumber_dana_id AS anggota, count(*) AS jumlah
FROM dw.fakta_anggaran AS f
LEFT JOIN dw.dim_sumber_dana AS d ON d.sumber_dana_id = f.sumber_dana_id AND d.sumber_dana_id <> 0
WHERE d.sumber_dana_id IS NULL
GROUP BY f.sumber_dana_id
UNION ALL
SELECT 'kinerja' AS fakta, 'indikator' AS dimensi, f.indikator_id AS anggota, count(*) AS jumlah
FROM dw.fakta_kinerja AS f
LEFT JOIN dw.dim_indikator AS d ON d.indikator_id = f.indikator_id AND d.indikator_id <> 0
WHERE d.indikator_id IS NULL
GROUP BY f.indikator_id
UNION ALL
SELECT 'kinerja' AS fakta, 'wilayah' AS dimensi, f.wilayah_id AS anggota, count(*) AS jumlah
FROM dw.fakta_kinerja AS f
LEFT JOIN dw.dim_wilayah AS d ON d.wilayah_id = f.wilayah_id AND d.wilayah_id <> 0
WHERE d.wilayah_id IS NULL
GROUP BY f.wilayah_id
UNION ALL
SELECT 'kinerja' AS fakta, 'periode' AS dimensi, f.periode_id AS anggota, count(*) AS jumlah
FROM dw.fakta_kinerja AS f
LEFT JOIN dw.dim_periode AS d ON d.periode_id = f.periode_id AND d.periode_id <> 0
WHERE d.periode_id IS NULL
GROUP BY f.periode_id
UNION ALL
SELECT 'kinerja' AS fakta, 'rincian' AS dimensi, f.rincian_id AS anggota, count(*) AS jumlah
FROM dw.fakta_kinerja AS f
LEFT JOIN dw.dim_rincian AS d ON d.rincian_id = f.rincian_id AND d.rincian_id <> 0
WHERE d.rincian_id IS NULL
GROUP BY f.rincian_id
UNION ALL
SELECT 'kinerja' AS fakta, 'skpd' AS dimensi, f.skpd_id AS anggota, count(*) AS jumlah
FROM dw.fakta_kinerja AS f
LEFT JOIN dw.dim_skpd AS d ON d.skpd_id = f.skpd_id AND d.skpd_id <> 0
WHERE d.skpd_id IS NULL
GROUP BY f.skpd_id
UNION ALL
SELECT 'kinerja' AS fakta, 'kegiatan' AS dimensi, f.kegiatan_id AS anggota, count(*) AS jumlah
FROM dw.fakta_kinerja AS f
LEFT JOIN dw.dim_kegiatan AS d ON d.kegiatan_id = f.kegiatan_id AND d.kegiatan_id <> 0
WHERE d.kegiatan_id IS NULL
GROUP BY f.kegiatan_id
UNION ALL
SELECT 'kinerja' AS fakta, 'tolok_ukur' AS dimensi, f.tolok_ukur_id AS anggota, count(*) AS jumlah
FROM dw.fakta_kinerja AS f
LEFT JOIN dw.dim_tolok_ukur AS d ON d.tolok_ukur_id = f.tolok_ukur_id AND d.tolok_ukur_id <> 0
WHERE d.tolok_ukur_id IS NULL
GROUP BY f.tolok_ukur_id;
