-- name: skpd
-- An agency by its short name in datasets/skpd.yaml, as it is called at the end of the quarter.
SELECT s.kode, s.nama
FROM dw.skpd_register AS r
JOIN dw.dim_skpd AS s ON s.kode = r.kode AND s.berlaku_dari <= %(day)s AND %(day)s < s.berlaku_sampai
WHERE r.skpd = %(skpd)s;

-- name: money
-- Released spending figures of the agency, by the dataset that states them: its own book and the treasurer's stand side
-- by side, and are never added. Periods of several years that hold this one are the Renstra's own.
SELECT
    d.dataset,
    b.kode IS NOT DISTINCT FROM s.kode AS sendiri,
    d.kumulatif,
    i.besaran,
    t.urutan AS tahap,
    p.kode AS periode,
    g.kode AS kegiatan,
    sum(f.nilai) AS nilai
FROM dw.fakta_anggaran AS f
JOIN dw.dim_indikator AS i ON i.kode_kabkota = f.kode_kabkota AND i.indikator_id = f.indikator_id
    AND i.besaran IN ('pagu', 'realisasi')
JOIN dw.dim_dataset AS d ON d.dataset = i.dataset
LEFT JOIN dw.skpd_register AS b ON b.skpd = d.skpd
JOIN dw.dim_skpd AS s ON s.skpd_id = f.skpd_id AND s.kode = %(kode)s
JOIN dw.dim_periode AS p ON p.periode_id = f.periode_id
    AND (p.tahun BETWEEN %(first_year)s AND %(year)s
        OR p.jenis = 'multitahun' AND p.mulai <= make_date(%(year)s, 1, 1) AND p.selesai >= make_date(%(year)s, 12, 31))
JOIN dw.dim_kegiatan AS g ON g.kegiatan_id = f.kegiatan_id AND g.kegiatan_id > 1
JOIN dw.dim_rekening AS a ON a.rekening_id = f.rekening_id AND (a.rekening_id = 1 OR a.kode LIKE '5%%')
JOIN dw.dim_tahap AS t ON t.tahap_id = f.tahap_id
WHERE f.kode_kabkota = %(kabkota)s AND f.valid_to = 'infinity' AND f.nilai IS NOT NULL
GROUP BY d.dataset, sendiri, d.kumulatif, i.besaran, t.urutan, p.kode, g.kode;

-- name: performance
-- For the whole regency, not broken down. Where two datasets state the same, that of another than the agency, as in
-- portal.program.
SELECT DISTINCT ON (g.kode, u.kode, i.besaran, p.kode, t.urutan)
    g.kode AS kegiatan,
    u.kode AS tolok_ukur,
    u.nama,
    u.satuan,
    u.arah,
    u.dapat_dijumlah,
    i.besaran,
    t.urutan AS tahap,
    p.kode AS periode,
    f.nilai,
    f.penanda
FROM dw.fakta_kinerja AS f
JOIN dw.dim_indikator AS i ON i.kode_kabkota = f.kode_kabkota AND i.indikator_id = f.indikator_id
    AND i.besaran IN ('target', 'capaian', 'penghambat', 'tindak_lanjut')
JOIN dw.dim_dataset AS d ON d.dataset = i.dataset
LEFT JOIN dw.skpd_register AS b ON b.skpd = d.skpd
JOIN dw.dim_wilayah AS w ON w.wilayah_id = f.wilayah_id AND w.kode = %(kabkota)s
JOIN dw.dim_skpd AS s ON s.skpd_id = f.skpd_id AND s.kode = %(kode)s
JOIN dw.dim_periode AS p ON p.periode_id = f.periode_id
    AND (p.tahun BETWEEN %(first_year)s AND %(year)s
        OR p.jenis = 'multitahun' AND p.mulai <= make_date(%(year)s, 1, 1) AND p.selesai >= make_date(%(year)s, 12, 31))
JOIN dw.dim_kegiatan AS g ON g.kegiatan_id = f.kegiatan_id AND g.kegiatan_id > 1
JOIN dw.dim_tolok_ukur AS u ON u.tolok_ukur_id = f.tolok_ukur_id
JOIN dw.dim_tahap AS t ON t.tahap_id = f.tahap_id
WHERE f.kode_kabkota = %(kabkota)s AND f.valid_to = 'infinity' AND f.rincian_id = 1
ORDER BY g.kode, u.kode, i.besaran, p.kode, t.urutan, (b.kode IS NOT DISTINCT FROM s.kode), d.dataset;

-- name: names
-- What urusan, bidang, program, kegiatan and sub kegiatan are called on that day. X.XX.01… stands in the nomenclature for
-- the programme that every agency has under its own bidang.
SELECT c.kode, n.nama
FROM unnest(%(codes)s::text[]) AS c (kode)
CROSS JOIN LATERAL (
    SELECT g.nama FROM dw.dim_kegiatan AS g
    WHERE g.kode IN (c.kode, 'X.XX' || substr(c.kode, 5)) AND g.berlaku_dari <= %(day)s AND %(day)s < g.berlaku_sampai
    ORDER BY g.kode = c.kode DESC
    LIMIT 1
) AS n
UNION ALL
SELECT kode, nama FROM dw.dim_urusan
WHERE kode = ANY (%(codes)s) AND berlaku_dari <= %(day)s AND %(day)s < berlaku_sampai
UNION ALL
SELECT DISTINCT kode_urusan, nama_urusan FROM dw.dim_urusan
WHERE kode_urusan = ANY (%(codes)s) AND berlaku_dari <= %(day)s AND %(day)s < berlaku_sampai;
