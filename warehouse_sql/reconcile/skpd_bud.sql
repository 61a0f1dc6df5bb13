-- The agency's record against the treasurer's, per account, as in a Berita Acara Rekonsiliasi. The same month of both;
-- a monthly source also adds up to the month, when it holds every month from January on.
WITH catatan AS (
    SELECT dataset, sendiri, besaran, kabupaten, tahun, tahun::text AS periode, skpd, nama_skpd, rekening, nilai
    FROM pg_temp.usulan_anggaran
    WHERE besaran = 'pagu' AND terbaru
    UNION ALL
    SELECT
        dataset, sendiri, CASE WHEN besaran = 'kas' THEN 'kas' WHEN kumulatif THEN 'realisasi s.d. bulan ini' ELSE 'realisasi bulan ini' END,
        kabupaten, tahun, periode, skpd, nama_skpd, rekening, nilai
    FROM pg_temp.usulan_anggaran
    WHERE besaran IN ('kas', 'realisasi') AND tahap_terbaru AND periode_id = ANY(%(periode)s::int[])
        AND NOT (besaran = 'realisasi' AND dataset = %(dataset)s AND tahun = ANY(%(unclear)s::int[]))
    UNION ALL
    SELECT
        a.dataset, a.sendiri, 'realisasi s.d. bulan ini', a.kabupaten, a.tahun, m.periode, a.skpd, a.nama_skpd, a.rekening, a.nilai
    FROM (
        SELECT
            dataset, kabupaten, tahun, skpd, periode_id, periode, selesai,
            sum(selesai - mulai + 1) OVER (PARTITION BY dataset, kabupaten, tahun, skpd ORDER BY selesai) AS hari
        FROM (
            SELECT DISTINCT dataset, kabupaten, tahun, skpd, periode_id, periode, mulai, selesai
            FROM pg_temp.usulan_anggaran
            WHERE besaran = 'realisasi' AND NOT kumulatif
        ) AS masa
    ) AS m
    JOIN pg_temp.usulan_anggaran AS a
        ON (a.dataset, a.kabupaten, a.tahun, a.skpd) = (m.dataset, m.kabupaten, m.tahun, m.skpd)
        AND a.besaran = 'realisasi' AND a.selesai <= m.selesai
    WHERE m.periode_id = ANY(%(periode)s::int[])
        AND m.hari = m.selesai - make_date(m.tahun, 1, 1) + 1
        AND NOT (a.dataset = %(dataset)s AND a.tahun = ANY(%(unclear)s::int[]))
),
kiri AS (SELECT *, '' AS kegiatan FROM catatan WHERE sendiri),
kanan AS (SELECT *, '' AS kegiatan FROM catatan WHERE NOT sendiri),
{comparable}
SELECT
    periode, subject, label || ' · ' || besaran, 'catatan SKPD', coalesce(kiri, 0), 'catatan BUD', coalesce(kanan, 0), 0,
    coalesce(kiri, 0) = coalesce(kanan, 0),
    CASE
        WHEN coalesce(kiri, 0) = coalesce(kanan, 0) THEN ''
        WHEN kanan IS NULL THEN 'Dicatat SKPD, tidak dicatat BUD. Cocokkan SP2D dan STS rekening ini.'
        WHEN kiri IS NULL THEN 'Dicatat BUD, tidak dicatat SKPD. Cocokkan SP2D dan STS rekening ini.'
        ELSE 'Catatan SKPD dan BUD berselisih. Cocokkan SP2D (LS, UP/GU/TU), STS dan jurnal koreksi rekening ini.'
    END
FROM sebutan
ORDER BY 9, abs(coalesce(kiri, 0) - coalesce(kanan, 0)) DESC, label, besaran
