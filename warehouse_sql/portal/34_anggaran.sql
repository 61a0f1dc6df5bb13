CREATE OR REPLACE VIEW portal.anggaran_riwayat WITH (security_barrier) AS
SELECT
    dataset,
    indikator,
    nama_indikator,
    besaran,
    skpd,
    nama_skpd,
    kegiatan,
    nama_kegiatan,
    tingkat_kegiatan,
    rekening,
    nama_rekening,
    sumber_dana,
    nama_sumber_dana,
    tahap,
    wilayah,
    nama_wilayah,
    periode,
    tahun,
    rincian,
    rincian_json,
    nilai_umum AS nilai,
    penanda_umum AS penanda,
    satuan,
    status_data,
    valid_from AS berlaku_dari,
    valid_to AS berlaku_sampai,
    submission_id AS kiriman,
    kumulatif,
    kode_produsen,
    urutan_tahap,
    akhir_periode,
    indikator_id,
    wilayah_id,
    skpd_id,
    kegiatan_id,
    rekening_id,
    sumber_dana_id
FROM dw.angka_anggaran
WHERE terbuka;
COMMENT ON VIEW portal.anggaran_riwayat IS 'Semua versi setiap angka anggaran. Keadaan pada waktu T: berlaku_dari <= T AND T < berlaku_sampai.';

CREATE OR REPLACE VIEW portal.anggaran AS
SELECT
    dataset, indikator, nama_indikator, besaran, skpd, nama_skpd, kegiatan, nama_kegiatan, tingkat_kegiatan, rekening,
    nama_rekening, sumber_dana, nama_sumber_dana, tahap, wilayah, nama_wilayah, periode, tahun, rincian, rincian_json,
    nilai, penanda, satuan, status_data, berlaku_dari AS dirilis_pada, kiriman
FROM portal.anggaran_riwayat
WHERE berlaku_sampai = 'infinity';
COMMENT ON VIEW portal.anggaran IS
    'Pagu, anggaran kas dan realisasi keuangan yang berlaku sekarang, satu angka per baris. Dataset yang berbeda (SKPD dan bendahara) berdampingan: jangan dijumlahkan.';

CREATE OR REPLACE FUNCTION portal.anggaran_pada(waktu timestamptz) RETURNS SETOF portal.anggaran
LANGUAGE sql STABLE AS $$
    SELECT
        n.dataset, n.indikator, coalesce(i.isi ->> 'nama', n.nama_indikator), n.besaran,
        n.skpd, coalesce(s.isi ->> 'nama', n.nama_skpd),
        n.kegiatan, coalesce(k.isi ->> 'nama', n.nama_kegiatan), n.tingkat_kegiatan,
        n.rekening, coalesce(r.isi ->> 'nama', n.nama_rekening),
        n.sumber_dana, coalesce(a.isi ->> 'nama', n.nama_sumber_dana), n.tahap,
        n.wilayah, coalesce(w.isi ->> 'nama', n.nama_wilayah),
        n.periode, n.tahun, n.rincian, n.rincian_json, n.nilai, n.penanda, coalesce(i.isi ->> 'satuan', n.satuan),
        n.status_data, n.berlaku_dari, n.kiriman
    FROM portal.anggaran_riwayat AS n
    LEFT JOIN LATERAL portal.isi_pada('dim_dataset', n.dataset, waktu) AS d ON true
    LEFT JOIN LATERAL portal.isi_pada('dim_indikator', n.indikator_id::text, waktu) AS i ON true
    LEFT JOIN LATERAL portal.isi_pada('dim_skpd', n.skpd_id::text, waktu) AS s ON true
    LEFT JOIN LATERAL portal.isi_pada('dim_kegiatan', n.kegiatan_id::text, waktu) AS k ON true
    LEFT JOIN LATERAL portal.isi_pada('dim_rekening', n.rekening_id::text, waktu) AS r ON true
    LEFT JOIN LATERAL portal.isi_pada('dim_sumber_dana', n.sumber_dana_id::text, waktu) AS a ON true
    LEFT JOIN LATERAL portal.isi_pada('dim_wilayah', n.wilayah_id::text, waktu) AS w ON true
    WHERE n.berlaku_dari <= waktu AND n.berlaku_sampai > waktu AND coalesce(d.isi ->> 'akses', 'terbuka') = 'terbuka'
$$;
COMMENT ON FUNCTION portal.anggaran_pada IS 'portal.anggaran sebagaimana terbaca pada waktu itu, dengan nama saat itu.';

CREATE OR REPLACE VIEW portal.asal_anggaran WITH (security_barrier) AS
SELECT
    dataset, indikator, besaran, skpd, kegiatan, rekening, sumber_dana, tahap, wilayah, periode, rincian,
    nilai_umum AS nilai,
    penanda_umum AS penanda,
    valid_from AS berlaku_dari,
    valid_to AS berlaku_sampai,
    submission_id AS kiriman,
    berkas,
    lembar,
    baris,
    kolom,
    sha256,
    pengirim,
    received_at AS diterima_pada,
    CASE WHEN submitted_by IS NULL THEN 'diambil dari sumber SKPD' ELSE 'diserahkan petugas' END AS cara_terima,
    jumlah_pemeriksaan,
    jumlah_lolos,
    pemeriksaan,
    perilis AS dirilis_oleh,
    decided_at AS dirilis_pada,
    reason AS alasan
FROM dw.angka_anggaran
WHERE terbuka;
COMMENT ON VIEW portal.asal_anggaran IS 'Pertanggungjawaban setiap angka anggaran terbuka, juga versi lamanya: berkas, lembar, baris, kolom, pemeriksaan, peran perilis.';
