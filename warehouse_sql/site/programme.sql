-- name: years
SELECT DISTINCT tahun FROM portal.program WHERE tingkat = 'program' AND pagu IS NOT NULL ORDER BY tahun DESC;

-- name: programmes
SELECT
    p.skpd, s.nama_pendek, coalesce(s.nama, p.nama_skpd) AS nama_skpd, s.singkatan, p.kode, p.nama, left(p.kode, 4) AS urusan,
    coalesce(u.nama, left(p.kode, 4)) AS nama_urusan, p.pagu_pokok, p.pagu_perubahan, p.pagu, p.tahap, p.kas, p.realisasi, p.fisik,
    p.capaian_persen, p.predikat, p.sumber_pagu, p.sumber_kas, p.sumber_realisasi, p.sumber_kinerja
FROM portal.program AS p
LEFT JOIN portal.skpd AS s ON s.kode = p.skpd
LEFT JOIN LATERAL (SELECT nama FROM portal.urusan WHERE kode = left(p.kode, 4) ORDER BY berlaku_dari DESC NULLS LAST LIMIT 1) AS u ON true
WHERE p.tahun = %(tahun)s AND p.tingkat = 'program'
ORDER BY p.skpd, p.kode;

-- name: cash
-- What was planned to be paid and what was paid, by period; panjang: 7 by programme, 17 by sub kegiatan.
SELECT
    skpd, left(kegiatan, %(panjang)s) AS kode, dataset, besaran, akhir_periode, kumulatif, urutan_tahap, sum(nilai) AS jumlah
FROM portal.anggaran_riwayat
WHERE berlaku_sampai = 'infinity' AND tahun = %(tahun)s AND besaran IN ('kas', 'realisasi') AND kegiatan <> ''
    AND (%(skpd)s::text IS NULL OR skpd = %(skpd)s)
GROUP BY skpd, left(kegiatan, %(panjang)s), dataset, besaran, akhir_periode, kumulatif, urutan_tahap;

-- name: agency
SELECT kode, nama_pendek, nama, singkatan, jenis
FROM portal.skpd
WHERE kode = %(skpd)s OR nama_pendek = %(skpd)s
ORDER BY nama_pendek = %(skpd)s DESC
LIMIT 1;

-- name: tree
SELECT
    p.tahun, p.kode, p.tingkat, p.nama, p.nama_skpd, p.kode_induk, p.kode_seri, p.pagu_pokok, p.pagu_perubahan, p.pagu, p.tahap, p.kas,
    p.realisasi, p.realisasi_persen, p.fisik, p.capaian_persen, p.predikat, p.sumber_pagu, p.sumber_kas, p.sumber_realisasi,
    p.sumber_kinerja
FROM portal.program AS p
WHERE p.skpd = %(skpd)s
ORDER BY p.tahun DESC, p.kode;

-- name: measures
SELECT
    dataset, kegiatan, nama_kegiatan, tolok_ukur, satuan, arah, dapat_dijumlah, wilayah, rincian, periode, target, capaian, fisik,
    penghambat, tindak_lanjut
FROM portal.kinerja_triwulan
WHERE skpd = %(skpd)s AND tahun = %(tahun)s;

-- name: accounts
-- The accounts of a node, as stated: of the last stage, pagu of the year and what was paid by period.
SELECT
    a.rekening, a.nama_rekening, coalesce(k.nama, left(a.rekening, 3)) AS kelompok, left(a.rekening, 3) AS kode_kelompok, a.dataset, a.besaran,
    a.akhir_periode, a.kumulatif, a.urutan_tahap, sum(a.nilai) AS jumlah
FROM portal.anggaran_riwayat AS a
LEFT JOIN LATERAL (
    SELECT nama FROM portal.rekening WHERE kode = left(a.rekening, 3) ORDER BY berlaku_dari DESC NULLS LAST LIMIT 1
) AS k ON true
WHERE a.berlaku_sampai = 'infinity' AND a.skpd = %(skpd)s AND a.tahun = %(tahun)s AND a.besaran IN ('pagu', 'realisasi')
    AND starts_with(a.kegiatan, %(kode)s)
GROUP BY a.rekening, a.nama_rekening, k.nama, a.dataset, a.besaran, a.akhir_periode, a.kumulatif, a.urutan_tahap
ORDER BY a.rekening;

-- name: supports
SELECT m.kode, i.indikator, i.nama, i.dataset, k.judul, k.jumlah_angka
FROM portal.indikator AS i
CROSS JOIN LATERAL unnest(i.mendukung) AS m (kode)
JOIN portal.katalog AS k ON k.dataset = i.dataset
WHERE m.kode = ANY(%(kode)s)
ORDER BY i.nama, m.kode;

-- name: titles
SELECT dataset, judul FROM portal.dataset WHERE dataset = ANY(%(dataset)s);

-- name: reconciled
SELECT
    jenis, sum(mewakili) AS jumlah, coalesce(sum(mewakili) FILTER (WHERE cocok), 0) AS cocok,
    coalesce(sum(mewakili) FILTER (WHERE NOT cocok), 0) AS berbeda
FROM portal.rekonsiliasi
WHERE left(periode, 4) = %(tahun)s::text AND subjek ? 'skpd'
    AND (%(skpd)s::text IS NULL OR subjek ->> 'skpd' = %(skpd)s)
    AND (%(kode)s::text IS NULL OR starts_with(subjek ->> 'kegiatan', %(kode)s))
GROUP BY jenis
ORDER BY jenis;

-- name: differences
SELECT
    dataset, periode, jenis, uraian, nama_kiri, nilai_kiri, nama_kanan, nilai_kanan, selisih, penjelasan, diketahui_pada, alasan
FROM portal.rekonsiliasi
WHERE NOT cocok AND left(periode, 4) = %(tahun)s::text AND subjek ? 'skpd'
    AND (%(skpd)s::text IS NULL OR subjek ->> 'skpd' = %(skpd)s)
    AND (%(kode)s::text IS NULL OR starts_with(subjek ->> 'kegiatan', %(kode)s))
ORDER BY abs(selisih) DESC NULLS LAST, periode DESC, no
LIMIT %(limit)s;
