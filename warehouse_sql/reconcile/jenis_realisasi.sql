-- Whether a source states each month alone or all months up to it, told by its figures: of what changes over three months
-- or more nearly nothing falls (cumulative), or at least half does (monthly). Nothing is said in between.
WITH deret AS (
    SELECT
        *,
        lag(nilai) OVER (PARTITION BY kabupaten, tahun, skpd, kegiatan, rekening, tahap ORDER BY selesai) AS sebelumnya
    FROM pg_temp.usulan_anggaran
    WHERE dataset = %(dataset)s AND besaran = 'realisasi'
),
rangkaian AS (
    SELECT tahun, kumulatif, bool_or(nilai < sebelumnya) AS turun
    FROM deret
    GROUP BY kabupaten, tahun, skpd, kegiatan, rekening, tahap, kumulatif
    HAVING count(*) >= 3 AND bool_or(nilai <> sebelumnya)
),
hasil AS (
    SELECT
        tahun, kumulatif, count(*) AS semua, count(*) FILTER (WHERE NOT turun) AS tidak_turun,
        10 * count(*) FILTER (WHERE NOT turun) >= 9 * count(*) AS tampak_kumulatif
    FROM rangkaian
    GROUP BY tahun, kumulatif
    HAVING count(*) >= 5
        AND (10 * count(*) FILTER (WHERE NOT turun) >= 9 * count(*) OR 2 * count(*) FILTER (WHERE NOT turun) <= count(*))
)
SELECT
    tahun::text, '{{}}'::jsonb,
    CASE WHEN tampak_kumulatif THEN 'Realisasi sampai dengan bulan itu' ELSE 'Realisasi bulan itu saja' END
    || CASE WHEN tampak_kumulatif = kumulatif THEN ', seperti dinyatakan'
        WHEN kumulatif THEN '; dinyatakan kumulatif' ELSE '; dinyatakan per bulan' END,
    'rangkaian yang tidak pernah turun', tidak_turun, 'rangkaian yang berubah', semua,
    CASE WHEN kumulatif THEN ceil(semua / 10.0) ELSE semua END, tampak_kumulatif = kumulatif,
    CASE WHEN tampak_kumulatif = kumulatif THEN ''
        WHEN tampak_kumulatif THEN 'Hampir semua rangkaian tidak pernah turun: angkanya tampak sudah mencakup bulan sebelumnya. '
            || 'Pastikan dengan SKPD, lalu tulis `cumulative: true` pada kontrak; selama belum, realisasi tidak dibandingkan dengan pagu.'
        ELSE 'Sedikitnya separuh rangkaian turun: angkanya tampak per bulan. Pastikan dengan SKPD, lalu tulis `cumulative: false` '
            || 'pada kontrak; selama belum, realisasi tidak dibandingkan dengan pagu.' END
FROM hasil
ORDER BY 9, tahun
