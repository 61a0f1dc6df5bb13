CREATE OR REPLACE VIEW portal.kinerja_riwayat WITH (security_barrier) AS
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
    tolok_ukur,
    satuan_tolok_ukur,
    arah,
    tolok_ukur_dapat_dijumlah,
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
    kode_produsen,
    jenis_periode,
    akhir_periode,
    indikator_id,
    wilayah_id,
    skpd_id,
    kegiatan_id
FROM dw.angka_kinerja
WHERE terbuka;
COMMENT ON VIEW portal.kinerja_riwayat IS 'Semua versi setiap angka kinerja. Keadaan pada waktu T: berlaku_dari <= T AND T < berlaku_sampai.';

CREATE OR REPLACE VIEW portal.kinerja AS
SELECT
    dataset, indikator, nama_indikator, besaran, skpd, nama_skpd, kegiatan, nama_kegiatan, tingkat_kegiatan, tolok_ukur,
    satuan_tolok_ukur, arah, tolok_ukur_dapat_dijumlah, tahap, wilayah, nama_wilayah, periode, tahun, rincian, rincian_json,
    nilai, penanda, satuan, status_data, berlaku_dari AS dirilis_pada, kiriman
FROM portal.kinerja_riwayat
WHERE berlaku_sampai = 'infinity';
COMMENT ON VIEW portal.kinerja IS 'Target, capaian, fisik, penghambat dan tindak lanjut yang berlaku sekarang, satu angka atau teks per baris.';

CREATE OR REPLACE FUNCTION portal.kinerja_pada(waktu timestamptz) RETURNS SETOF portal.kinerja
LANGUAGE sql STABLE AS $$
    SELECT
        n.dataset, n.indikator, coalesce(i.isi ->> 'nama', n.nama_indikator), n.besaran,
        n.skpd, coalesce(s.isi ->> 'nama', n.nama_skpd),
        n.kegiatan, coalesce(k.isi ->> 'nama', n.nama_kegiatan), n.tingkat_kegiatan,
        n.tolok_ukur, n.satuan_tolok_ukur, n.arah, n.tolok_ukur_dapat_dijumlah, n.tahap,
        n.wilayah, coalesce(w.isi ->> 'nama', n.nama_wilayah),
        n.periode, n.tahun, n.rincian, n.rincian_json, n.nilai, n.penanda, coalesce(i.isi ->> 'satuan', n.satuan),
        n.status_data, n.berlaku_dari, n.kiriman
    FROM portal.kinerja_riwayat AS n
    LEFT JOIN LATERAL portal.isi_pada('dim_dataset', n.dataset, waktu) AS d ON true
    LEFT JOIN LATERAL portal.isi_pada('dim_indikator', n.indikator_id::text, waktu) AS i ON true
    LEFT JOIN LATERAL portal.isi_pada('dim_skpd', n.skpd_id::text, waktu) AS s ON true
    LEFT JOIN LATERAL portal.isi_pada('dim_kegiatan', n.kegiatan_id::text, waktu) AS k ON true
    LEFT JOIN LATERAL portal.isi_pada('dim_wilayah', n.wilayah_id::text, waktu) AS w ON true
    WHERE n.berlaku_dari <= waktu AND n.berlaku_sampai > waktu AND coalesce(d.isi ->> 'akses', 'terbuka') = 'terbuka'
$$;
COMMENT ON FUNCTION portal.kinerja_pada IS 'portal.kinerja sebagaimana terbaca pada waktu itu, dengan nama saat itu.';

-- The target of a year stands beside each of its quarters when a quarter has none of its own.
CREATE OR REPLACE VIEW portal.kinerja_triwulan AS
SELECT
    dataset, skpd, nama_skpd, kegiatan, nama_kegiatan, tolok_ukur, satuan, arah, dapat_dijumlah, wilayah, rincian, tahun, periode,
    coalesce(target, target_tahun) AS target,
    capaian,
    round(CASE WHEN arah = 'turun' THEN 100 * coalesce(target, target_tahun) / nullif(capaian, 0)
        ELSE 100 * capaian / nullif(coalesce(target, target_tahun), 0) END, 2) AS capaian_persen,
    fisik,
    penghambat,
    tindak_lanjut
FROM (
    SELECT
        *,
        max(target) FILTER (WHERE jenis_periode = 'tahunan')
            OVER (PARTITION BY dataset, skpd, tahun, kegiatan, tolok_ukur, wilayah, rincian) AS target_tahun
    FROM (
        SELECT
            dataset, skpd, max(nama_skpd) AS nama_skpd, kegiatan, max(nama_kegiatan) AS nama_kegiatan, tolok_ukur,
            max(satuan_tolok_ukur) AS satuan, max(arah) AS arah, bool_and(tolok_ukur_dapat_dijumlah) AS dapat_dijumlah,
            wilayah, rincian, tahun, periode, jenis_periode,
            max(nilai) FILTER (WHERE besaran = 'target') AS target,
            max(nilai) FILTER (WHERE besaran = 'capaian') AS capaian,
            max(nilai) FILTER (WHERE besaran = 'fisik') AS fisik,
            max(penanda) FILTER (WHERE besaran = 'penghambat') AS penghambat,
            max(penanda) FILTER (WHERE besaran = 'tindak_lanjut') AS tindak_lanjut
        FROM portal.kinerja_riwayat
        WHERE berlaku_sampai = 'infinity'
        GROUP BY dataset, skpd, tahun, kegiatan, tolok_ukur, wilayah, rincian, periode, jenis_periode
    ) AS berdampingan
) AS setahun;
COMMENT ON VIEW portal.kinerja_triwulan IS
    'Per tolok ukur dan periode: target, capaian, fisik, penghambat, tindak lanjut berdampingan. Persen: capaian/target, atau target/capaian bila arahnya turun.';

CREATE OR REPLACE VIEW portal.asal_kinerja WITH (security_barrier) AS
SELECT
    dataset, indikator, besaran, skpd, kegiatan, tolok_ukur, tahap, wilayah, periode, rincian,
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
FROM dw.angka_kinerja
WHERE terbuka;
COMMENT ON VIEW portal.asal_kinerja IS 'Pertanggungjawaban setiap angka kinerja terbuka, juga versi lamanya: berkas, lembar, baris, kolom, pemeriksaan, peran perilis.';
