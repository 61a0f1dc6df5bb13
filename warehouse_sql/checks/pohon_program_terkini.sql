-- Pohon program yang tersimpan sama dengan yang dihitung dari angka terbuka yang berlaku.
WITH tersimpan AS (
    SELECT
        tahun, skpd, kode, tingkat, skpd_id, pagu_pokok, pagu_perubahan, pagu, urutan_tahap, kas, realisasi, fisik, capaian,
        jumlah_tolok_ukur, sumber_pagu, sumber_kas, sumber_realisasi, sumber_kinerja, kegiatan_id, kode_seri
    FROM dw.rekap_program
),
dihitung AS (
    SELECT
        tahun, skpd, kode, tingkat, skpd_id, pagu_pokok, pagu_perubahan, pagu, urutan_tahap, kas, realisasi, fisik, capaian,
        jumlah_tolok_ukur, sumber_pagu, sumber_kas, sumber_realisasi, sumber_kinerja, kegiatan_id, kode_seri
    FROM dw.program_hitung
)
SELECT tahun, skpd, kode, 'tersimpan' AS hanya FROM (SELECT * FROM tersimpan EXCEPT SELECT * FROM dihitung) AS a
UNION ALL
SELECT tahun, skpd, kode, 'dihitung' FROM (SELECT * FROM dihitung EXCEPT SELECT * FROM tersimpan) AS b;
