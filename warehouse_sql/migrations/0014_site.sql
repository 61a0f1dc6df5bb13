-- What the portal's pages stand on: a number that rises with every change of what the public sees, and one row per dataset
-- by which it is found.

-- ── the stamp ────────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE dw.stempel (
    satu boolean PRIMARY KEY DEFAULT true CHECK (satu),
    nomor bigint NOT NULL,
    pada timestamptz NOT NULL
);
INSERT INTO dw.stempel (nomor, pada) VALUES (1, now());
COMMENT ON TABLE dw.stempel IS 'Nomor yang naik setiap kali yang dilihat umum berubah. Halaman yang disimpan berlaku selama nomornya sama.';

-- Deferred to the commit, so that the one row is locked for that moment only, and risen once per transaction.
CREATE FUNCTION dw.naikkan_stempel() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF current_setting('satudata.stempel', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
        UPDATE dw.stempel SET nomor = nomor + 1, pada = clock_timestamp();
        PERFORM set_config('satudata.stempel', pg_current_xact_id()::text, true);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION dw.naikkan_stempel IS 'Menaikkan dw.stempel pada akhir transaksi yang mengubah tabel pemicunya.';

-- Of each thing that portal.* reads the table that every change of it writes to: figures change with a release, a
-- corrected dimension leaves its old words in riwayat_dimensi, files with a publication, the calendar with a submission.
DO $$
DECLARE
    tabel text;
BEGIN
    FOREACH tabel IN ARRAY ARRAY[
        'audit.release', 'audit.submission', 'audit.decision', 'audit.publication',
        'dw.dim_dataset', 'dw.dim_indikator', 'dw.dim_skpd', 'dw.dim_wilayah', 'dw.dim_urusan', 'dw.riwayat_dimensi', 'dw.penyamaran'
    ] LOOP
        EXECUTE format('CREATE CONSTRAINT TRIGGER stempel AFTER INSERT OR UPDATE OR DELETE ON %s DEFERRABLE INITIALLY DEFERRED '
            'FOR EACH ROW EXECUTE FUNCTION dw.naikkan_stempel()', tabel);
    END LOOP;
END
$$;

-- ── finding a dataset ────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE dw.rekap_dataset (
    dataset text COLLATE "C" PRIMARY KEY,
    jumlah_angka bigint NOT NULL,
    jumlah_indikator bigint NOT NULL,
    tahun smallint[] NOT NULL,
    periode_terakhir text,
    tingkat text[] NOT NULL,
    rincian text[] NOT NULL,
    teks tsvector NOT NULL,
    kata text[] NOT NULL
);
CREATE INDEX ON dw.rekap_dataset USING gin (teks);
COMMENT ON TABLE dw.rekap_dataset IS
    'Satu baris per dataset untuk mencarinya: isi dw.dataset_hitung, disimpan dalam transaksi yang merilis atau mengubah keterangannya. Dibaca melalui portal.katalog.';

-- As dw.segarkan_program, and under the same lock: one at a time, the last to commit has seen everybody's.
CREATE FUNCTION dw.segarkan_dataset(untuk text[] DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
DECLARE
    kolom CONSTANT text := 'jumlah_angka, jumlah_indikator, tahun, periode_terakhir, tingkat, rincian, teks, kata';
    lama CONSTANT text := regexp_replace(kolom, '\w+', 'lama.\&', 'g');
    baru CONSTANT text := regexp_replace(kolom, '\w+', 'baru.\&', 'g');
    cakupan text := 'true';
    berubah bigint;
BEGIN
    IF to_regclass('dw.dataset_hitung') IS NULL THEN
        RETURN 0;  -- a migration has dropped the views; making them anew refreshes everything
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('satudata:rekap_program', 0));
    IF untuk IS NOT NULL THEN
        cakupan := format('dataset = ANY(%L::text[])', untuk);
    END IF;
    EXECUTE format($gabung$
        MERGE INTO dw.rekap_dataset AS lama
        USING (SELECT * FROM dw.dataset_hitung WHERE %1$s) AS baru
        ON lama.dataset = baru.dataset
        WHEN MATCHED AND (%3$s) IS DISTINCT FROM (%4$s) THEN
            UPDATE SET (%2$s) = ROW(%4$s)
        WHEN NOT MATCHED BY TARGET THEN
            INSERT (dataset, %2$s) VALUES (baru.dataset, %4$s)
        WHEN NOT MATCHED BY SOURCE AND %1$s THEN
            DELETE
    $gabung$, cakupan, kolom, lama, baru);
    GET DIAGNOSTICS berubah = ROW_COUNT;
    RETURN berubah;
END
$$;
COMMENT ON FUNCTION dw.segarkan_dataset IS
    'Menyamakan dw.rekap_dataset dengan dw.dataset_hitung bagi dataset itu (kosong: semua). Mengembalikan jumlah baris yang berubah.';
GRANT EXECUTE ON FUNCTION dw.segarkan_dataset TO satudata_loader;

-- A release refreshes its own dataset; a changed entry is followed by these. Names of agencies and of urusan stand in all.
CREATE FUNCTION dw.dataset_ikut_berubah() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    berubah text[];
BEGIN
    IF TG_ARGV[0] = 'semua' THEN
        IF EXISTS (SELECT FROM baru) THEN
            PERFORM dw.segarkan_dataset();
        END IF;
        RETURN NULL;
    END IF;
    SELECT array_agg(DISTINCT dataset) INTO berubah FROM baru WHERE dataset IS NOT NULL;
    IF berubah IS NOT NULL THEN
        PERFORM dw.segarkan_dataset(berubah);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION dw.dataset_ikut_berubah IS 'Menyegarkan dw.rekap_dataset bagi dataset dari baris yang ditulis; argumen `semua`: seluruhnya.';

DO $$
DECLARE
    tabel text;
    lingkup text;
    kejadian text;
BEGIN
    FOR tabel, lingkup IN VALUES ('dim_dataset', 'dataset'), ('dim_indikator', 'dataset'), ('skpd_register', 'semua'), ('dim_urusan', 'semua')
    LOOP
        FOREACH kejadian IN ARRAY ARRAY['INSERT', 'UPDATE'] LOOP
            EXECUTE format('CREATE TRIGGER rekap_dataset_%1$s AFTER %2$s ON dw.%3$I REFERENCING NEW TABLE AS baru '
                'FOR EACH STATEMENT EXECUTE FUNCTION dw.dataset_ikut_berubah(%4$L)', lower(kejadian), kejadian, tabel, lingkup);
        END LOOP;
    END LOOP;
END
$$;
GRANT SELECT ON dw.stempel, dw.rekap_dataset TO satudata_loader, walidata_reader;
