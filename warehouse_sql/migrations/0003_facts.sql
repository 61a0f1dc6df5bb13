-- One row per version of a figure. The current version has valid_to = infinity and lives in its own partition: closing a
-- version moves it to the history, and whoever reads what is current reads one partition. Only released figures are
-- here: valid_from is the moment the public could see it, so any instant of the past can be read again.
CREATE TABLE dw.fakta_indikator (
    kode_kabkota text COLLATE "C" NOT NULL DEFAULT '64.08',
    indikator_id int NOT NULL,
    wilayah_id int NOT NULL,
    periode_id int NOT NULL,
    rincian_id int NOT NULL,
    nilai numeric,
    penanda text,
    status smallint NOT NULL DEFAULT 3,
    submission_id bigint NOT NULL,
    sheet_no smallint NOT NULL,
    row_no int NOT NULL,
    col_no smallint NOT NULL,
    valid_from timestamptz NOT NULL DEFAULT now(),
    valid_to timestamptz NOT NULL DEFAULT 'infinity',
    PRIMARY KEY (kode_kabkota, indikator_id, wilayah_id, periode_id, rincian_id, valid_to)
) PARTITION BY LIST (valid_to);

CREATE TABLE dw.fakta_indikator_kini PARTITION OF dw.fakta_indikator FOR VALUES IN ('infinity');
CREATE TABLE dw.fakta_indikator_riwayat PARTITION OF dw.fakta_indikator DEFAULT;
CREATE INDEX ON dw.fakta_indikator_riwayat (submission_id);

COMMENT ON TABLE dw.fakta_indikator IS
    'Angka statistik yang dirilis, semua versi: indikator x wilayah x periode x rincian, dengan asal berkas, lembar, baris dan kolomnya.';
COMMENT ON COLUMN dw.fakta_indikator.kode_kabkota IS 'Kode Kemendagri kabupaten pemilik gudang: bagian pertama setiap kunci, kolom sebaran pada Citus.';
COMMENT ON COLUMN dw.fakta_indikator.nilai IS 'Angka persis seperti desimal yang diterima; NULL bila berkas menulis penanda.';
COMMENT ON COLUMN dw.fakta_indikator.penanda IS 'Yang tertulis sebagai ganti angka: - atau … atau NA atau kosong.';
COMMENT ON COLUMN dw.fakta_indikator.submission_id IS 'Kiriman yang pertama menyatakan versi ini.';
COMMENT ON COLUMN dw.fakta_indikator.valid_from IS 'Sejak kapan umum melihat versi ini (waktu rilis).';
COMMENT ON COLUMN dw.fakta_indikator.valid_to IS 'Sampai kapan; infinity bila masih berlaku.';

-- Keys are unique per version by the primary key; a submission's figures wait here, by submission.
CREATE TABLE staging.figur (
    submission_id bigint NOT NULL,
    indikator_id int NOT NULL,
    wilayah_id int NOT NULL,
    periode_id int NOT NULL,
    rincian_id int NOT NULL,
    nilai numeric,
    penanda text,
    sheet_no smallint NOT NULL,
    row_no int NOT NULL,
    col_no smallint NOT NULL
);
CREATE INDEX ON staging.figur (submission_id);
COMMENT ON TABLE staging.figur IS 'Angka kiriman yang menunggu keputusan walidata; dihapus begitu dirilis, dikembalikan atau digantikan.';
