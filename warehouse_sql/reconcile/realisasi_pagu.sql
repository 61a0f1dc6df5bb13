-- What was spent is not more than the budget; income may exceed it. A cumulative source's last month, a monthly one's sum.
WITH kiri AS (
    SELECT dataset, '' AS besaran, kabupaten, tahun, tahun::text AS periode, skpd, nama_skpd, kegiatan, rekening, nilai
    FROM pg_temp.usulan_anggaran
    WHERE besaran = 'realisasi'
        AND (terbaru OR NOT kumulatif)
        AND (rekening = '' OR starts_with(rekening, '5'))
        AND NOT (dataset = %(dataset)s AND tahun = ANY(%(unclear)s::int[]))
),
kanan AS (
    SELECT dataset, '' AS besaran, kabupaten, tahun, tahun::text AS periode, skpd, nama_skpd, kegiatan, rekening, nilai
    FROM pg_temp.usulan_anggaran
    WHERE besaran = 'pagu' AND terbaru AND (rekening = '' OR starts_with(rekening, '5'))
),
{comparable}
SELECT
    periode, subject, label, 'realisasi', kiri, 'pagu', coalesce(kanan, 0), 0, kiri <= coalesce(kanan, 0),
    CASE
        WHEN kiri <= coalesce(kanan, 0) THEN ''
        WHEN kanan IS NULL THEN 'Ada realisasi tanpa pagu. Periksa kode sub kegiatan dan rekeningnya.'
        ELSE 'Realisasi melebihi pagu. Periksa tahap anggaran yang dikirim (pergeseran, perubahan) dan pembukuannya.'
    END
FROM sebutan
WHERE kiri IS NOT NULL
ORDER BY 9, kiri - coalesce(kanan, 0) DESC, label
