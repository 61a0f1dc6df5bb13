-- Twelve months of the cash plan are the budget: per agency and sub kegiatan, and per account where both have them.
WITH kas AS (
    SELECT * FROM pg_temp.usulan_anggaran WHERE besaran = 'kas' AND tahap_terbaru AND (rekening = '' OR starts_with(rekening, '5'))
),
setahun AS (
    SELECT dataset, kabupaten, tahun, skpd
    FROM (SELECT DISTINCT dataset, kabupaten, tahun, skpd, mulai, selesai FROM kas) AS masa
    GROUP BY dataset, kabupaten, tahun, skpd
    HAVING sum(selesai - mulai + 1) = make_date(tahun + 1, 1, 1) - make_date(tahun, 1, 1)
),
kiri AS (
    SELECT dataset, '' AS besaran, kabupaten, tahun, tahun::text AS periode, skpd, nama_skpd, kegiatan, rekening, nilai
    FROM kas
    JOIN setahun USING (dataset, kabupaten, tahun, skpd)
),
kanan AS (
    SELECT dataset, '' AS besaran, kabupaten, tahun, tahun::text AS periode, skpd, nama_skpd, kegiatan, rekening, nilai
    FROM pg_temp.usulan_anggaran
    WHERE besaran = 'pagu' AND terbaru AND (rekening = '' OR starts_with(rekening, '5'))
),
{comparable}
SELECT
    periode, subject, label, 'anggaran kas 12 bulan', coalesce(kiri, 0), 'pagu', coalesce(kanan, 0), 0,
    coalesce(kiri, 0) = coalesce(kanan, 0),
    CASE
        WHEN coalesce(kiri, 0) = coalesce(kanan, 0) THEN ''
        WHEN kanan IS NULL THEN 'Direncanakan pada anggaran kas, tetapi tidak ada pagunya. Periksa kode sub kegiatan dan rekeningnya.'
        WHEN kiri IS NULL THEN 'Ada pagunya, tetapi tidak direncanakan pada anggaran kas. Periksa kodenya, atau lengkapi anggaran kas.'
        ELSE 'Anggaran kas dibuat dari tahap anggaran yang lain, atau satu bulan salah angka. Samakan dengan pagu tahap terakhir.'
    END
FROM sebutan
ORDER BY 9, abs(coalesce(kiri, 0) - coalesce(kanan, 0)) DESC, label
