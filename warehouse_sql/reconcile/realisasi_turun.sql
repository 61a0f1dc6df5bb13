-- Cumulative realisation never falls: a month of a monthly source is not negative, a month of a cumulative one is not
-- below the month before it. A fall is a correction (STS) that somebody must explain.
WITH deret AS (
    SELECT
        *, CASE WHEN kumulatif THEN lag(nilai) OVER w ELSE 0 END AS batas, lag(periode_id) OVER w AS periode_sebelumnya
    FROM pg_temp.usulan_anggaran
    WHERE dataset = %(dataset)s AND besaran = 'realisasi' AND NOT tahun = ANY(%(unclear)s::int[])
    WINDOW w AS (PARTITION BY kabupaten, tahun, skpd, kegiatan, rekening, tahap ORDER BY selesai)
),
diperiksa AS (
    SELECT * FROM deret WHERE batas IS NOT NULL AND (periode_id = ANY(%(periode)s::int[]) OR periode_sebelumnya = ANY(%(periode)s::int[]))
),
baris AS (
    SELECT periode, skpd, nama_skpd, kegiatan, rekening, kumulatif, nilai, batas, false AS cocok
    FROM diperiksa
    WHERE nilai < batas
    UNION ALL
    SELECT periode, skpd, max(nama_skpd), '', '', kumulatif, sum(nilai), sum(batas), true
    FROM diperiksa
    GROUP BY periode, skpd, kumulatif
    HAVING bool_and(nilai >= batas)
)
SELECT
    periode,
    jsonb_strip_nulls(jsonb_build_object('skpd', skpd, 'kegiatan', nullif(kegiatan, ''), 'rekening', nullif(rekening, ''))),
    concat_ws(' · ', nama_skpd, nullif(kegiatan, ''), nullif(rekening, '')),
    CASE WHEN kumulatif THEN 'realisasi s.d. bulan ini' ELSE 'realisasi bulan ini' END, nilai,
    CASE WHEN kumulatif THEN 's.d. bulan sebelumnya' ELSE 'paling sedikit' END, batas, 0, cocok,
    CASE WHEN cocok THEN ''
        WHEN kumulatif THEN 'Realisasi kumulatif turun. Bila ada koreksi (STS, salah rekening), sebutkan pada alasan rilis; bila tidak, perbaiki.'
        ELSE 'Realisasi bulan ini negatif. Bila ada pengembalian (STS) atau koreksi, sebutkan pada alasan rilis; bila tidak, perbaiki.' END
FROM baris
ORDER BY 9, nilai - batas, periode, skpd, kegiatan, rekening
