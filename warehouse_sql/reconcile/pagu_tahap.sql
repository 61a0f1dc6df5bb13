-- A budget of a stage older than one that is held already arrives later: it stands beside the newer one, which stays.
WITH tahap AS (
    SELECT
        kabupaten, tahun, skpd, max(nama_skpd) AS nama_skpd, max(tahap) FILTER (WHERE baru) AS datang,
        max(tahap) FILTER (WHERE NOT baru) AS dipegang
    FROM pg_temp.usulan_anggaran
    WHERE besaran = 'pagu' AND tahap > 0
    GROUP BY kabupaten, tahun, skpd
),
jumlah AS (
    SELECT
        t.*,
        (SELECT sum(nilai) FROM pg_temp.usulan_anggaran AS a
            WHERE (a.kabupaten, a.tahun, a.skpd, a.tahap) = (t.kabupaten, t.tahun, t.skpd, t.datang)
                AND a.besaran = 'pagu' AND a.baru) AS nilai_datang,
        c.dataset AS dataset_dipegang,
        c.nilai AS nilai_dipegang
    FROM tahap AS t
    CROSS JOIN LATERAL (
        SELECT a.dataset, sum(a.nilai) AS nilai
        FROM pg_temp.usulan_anggaran AS a
        WHERE (a.kabupaten, a.tahun, a.skpd, a.tahap) = (t.kabupaten, t.tahun, t.skpd, t.dipegang)
            AND a.besaran = 'pagu' AND NOT a.baru
        GROUP BY a.dataset, a.periode_id
        ORDER BY a.dataset = %(dataset)s DESC, nilai DESC, a.dataset
        LIMIT 1
    ) AS c
    WHERE datang < dipegang
)
SELECT
    j.tahun::text, jsonb_strip_nulls(jsonb_build_object(
        'skpd', j.skpd, 'tahap', d.kode, 'tahap_terbaru', p.kode, 'dataset_kanan', nullif(j.dataset_dipegang, %(dataset)s))), j.nama_skpd,
    'pagu ' || d.nama || ' yang datang', j.nilai_datang, 'pagu ' || p.nama || ' yang sudah ada', j.nilai_dipegang, 0, false,
    format('Tahap %%s datang sesudah %%s. Tidak ada yang ditimpa: yang berlaku tetap %%s. Pastikan berkasnya bukan yang lama.', d.nama, p.nama, p.nama)
FROM jumlah AS j
JOIN dw.dim_tahap AS d ON d.urutan = j.datang
JOIN dw.dim_tahap AS p ON p.urutan = j.dipegang
ORDER BY j.tahun, j.skpd
