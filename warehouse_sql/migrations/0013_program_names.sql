-- Who names a node, and under which code its series goes on, is kept with it: looking both up was four fifths of the time
-- in which a year's whole tree was read. The name itself is still read beside it. Same text as in 0009, two columns more.

-- What the function below reads; made anew, with those columns, at the end of the same run.
DROP VIEW IF EXISTS dw.program_hitung;
ALTER TABLE dw.rekap_program ADD COLUMN kegiatan_id int, ADD COLUMN kode_seri text COLLATE "C";
COMMENT ON COLUMN dw.rekap_program.kegiatan_id IS
    'Anggota dw.dim_kegiatan yang namanya dipakai: kode itu sendiri atau bentuk X.XX-nya, yang berlaku pada akhir tahun itu.';
COMMENT ON COLUMN dw.rekap_program.kode_seri IS 'Kode yang menggantikannya dalam nomenklatur terbaru; tanpa pengganti: kodenya sendiri.';

CREATE OR REPLACE FUNCTION dw.segarkan_program(untuk_tahun int[] DEFAULT NULL, untuk_skpd text[] DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
DECLARE
    kolom CONSTANT text := 'skpd_id, pagu_pokok, pagu_perubahan, pagu, urutan_tahap, kas, realisasi, fisik, capaian, '
        'jumlah_tolok_ukur, sumber_pagu, sumber_kas, sumber_realisasi, sumber_kinerja, kegiatan_id, kode_seri';
    lama CONSTANT text := regexp_replace(kolom, '\w+', 'lama.\&', 'g');
    baru CONSTANT text := regexp_replace(kolom, '\w+', 'baru.\&', 'g');
    cakupan text := 'true';
    berubah bigint;
BEGIN
    IF to_regclass('dw.program_hitung') IS NULL THEN
        RETURN 0;  -- a migration has dropped the views; making them anew refreshes everything
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('satudata:rekap_program', 0));
    -- Written into the text, so that the plan is made for these years and agencies.
    IF untuk_tahun IS NOT NULL THEN
        cakupan := cakupan || format(' AND tahun = ANY(%L::int[])', untuk_tahun);
    END IF;
    IF untuk_skpd IS NOT NULL THEN
        cakupan := cakupan || format(' AND skpd = ANY(%L::text[])', untuk_skpd);
    END IF;
    EXECUTE format($gabung$
        MERGE INTO dw.rekap_program AS lama
        USING (SELECT * FROM dw.program_hitung WHERE %1$s) AS baru
        ON (lama.tahun, lama.skpd, lama.kode, lama.tingkat) = (baru.tahun, baru.skpd, baru.kode, baru.tingkat)
        WHEN MATCHED AND (%3$s) IS DISTINCT FROM (%4$s) THEN
            UPDATE SET (%2$s) = ROW(%4$s)
        WHEN NOT MATCHED BY TARGET THEN
            INSERT (tahun, skpd, kode, tingkat, %2$s) VALUES (baru.tahun, baru.skpd, baru.kode, baru.tingkat, %4$s)
        WHEN NOT MATCHED BY SOURCE AND %1$s THEN
            DELETE
    $gabung$, cakupan, kolom, lama, baru);
    GET DIAGNOSTICS berubah = ROW_COUNT;
    RETURN berubah;
END
$$;

DROP TRIGGER program_ikut_berubah ON dw.dim_kegiatan;
CREATE TRIGGER program_ikut_berubah AFTER UPDATE ON dw.dim_kegiatan REFERENCING OLD TABLE AS lama NEW TABLE AS baru
    FOR EACH STATEMENT EXECUTE FUNCTION
        dw.program_ikut_berubah('kegiatan_id', 'kode', 'tingkat', 'kode_sebelumnya', 'berlaku_dari', 'berlaku_sampai');

-- A member that comes later (a nomenclature, a code that no list had) may name nodes that are already kept. A release that
-- brings both refreshes the tree itself, after its figures.
CREATE FUNCTION dw.program_ikut_bertambah() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM baru AS b
        CROSS JOIN LATERAL (VALUES (b.kode), (b.kode_sebelumnya)) AS v (kode)
        JOIN dw.rekap_program AS p ON v.kode IN (p.kode, 'X.XX' || substr(p.kode, 5))
    ) THEN
        PERFORM dw.segarkan_program();
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION dw.program_ikut_bertambah IS
    'Menyegarkan dw.rekap_program bila anggota baru dw.dim_kegiatan menamai atau melanjutkan simpul yang sudah ada.';
CREATE TRIGGER program_ikut_bertambah AFTER INSERT ON dw.dim_kegiatan REFERENCING NEW TABLE AS baru
    FOR EACH STATEMENT EXECUTE FUNCTION dw.program_ikut_bertambah();
