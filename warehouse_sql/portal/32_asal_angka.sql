CREATE OR REPLACE VIEW portal.asal_angka WITH (security_barrier) AS
SELECT
    f.dataset,
    f.indikator,
    f.wilayah,
    f.periode,
    f.rincian,
    f.nilai_umum AS nilai,
    f.penanda_umum AS penanda,
    f.valid_from AS berlaku_dari,
    f.valid_to AS berlaku_sampai,
    f.submission_id AS kiriman,
    f.berkas,
    f.lembar,
    f.baris,
    f.kolom,
    f.sha256,
    f.pengirim AS skpd,
    f.received_at AS diterima_pada,
    f.jumlah_pemeriksaan,
    f.jumlah_lolos,
    f.perilis AS dirilis_oleh,
    f.decided_at AS dirilis_pada,
    f.reason AS alasan,
    f.pemeriksaan,
    CASE WHEN f.submitted_by IS NULL THEN 'diambil dari sumber SKPD' ELSE 'diserahkan petugas' END AS cara_terima
FROM dw.angka_indikator AS f
WHERE f.terbuka;
COMMENT ON VIEW portal.asal_angka IS
    'Pertanggungjawaban setiap angka terbuka, juga versi lamanya: berkas, lembar, baris, kolom, kapan diterima, pemeriksaan, peran perilis.';
