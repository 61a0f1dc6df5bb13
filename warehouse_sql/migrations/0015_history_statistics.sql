-- A year's history begins with whichever dataset is revised first. Measured of that alone, the planner takes any indicator to
-- be all of it, and reads the whole year for a page as of an older date: five times the current page at 275,000 rows of one
-- indicator, 1.4 times with this. Same text as in 0008, one statement more.
CREATE OR REPLACE FUNCTION dw.siapkan_partisi_riwayat(tahun int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    fakta text;
    dibuat int := 0;
BEGIN
    FOREACH fakta IN ARRAY ARRAY['fakta_indikator', 'fakta_anggaran', 'fakta_kinerja'] LOOP
        CONTINUE WHEN to_regclass(format('dw.%s_riwayat_%s', fakta, tahun)) IS NOT NULL;
        EXECUTE format('LOCK TABLE dw.%s_riwayat_lain IN ACCESS EXCLUSIVE MODE', fakta);
        CONTINUE WHEN to_regclass(format('dw.%s_riwayat_%s', fakta, tahun)) IS NOT NULL;  -- made while this one waited
        EXECUTE format($buat$
            CREATE TABLE dw.%1$s_riwayat_%2$s (LIKE dw.%1$s_riwayat INCLUDING ALL);
            WITH pindah AS (
                DELETE FROM dw.%1$s_riwayat_lain WHERE valid_to >= %3$L AND valid_to < %4$L RETURNING *
            )
            INSERT INTO dw.%1$s_riwayat_%2$s SELECT * FROM pindah;
            ALTER TABLE dw.%1$s_riwayat ATTACH PARTITION dw.%1$s_riwayat_%2$s FOR VALUES FROM (%3$L) TO (%4$L)
        $buat$, fakta, tahun, make_timestamptz(tahun, 1, 1, 0, 0, 0), make_timestamptz(tahun + 1, 1, 1, 0, 0, 0));
        IF fakta = 'fakta_indikator' THEN
            EXECUTE format('ALTER TABLE dw.fakta_indikator_riwayat_%s ALTER COLUMN indikator_id SET (n_distinct = 5000)', tahun);
        END IF;
        dibuat := dibuat + 1;
    END LOOP;
    RETURN dibuat;
END
$$;
DO $$
DECLARE
    partisi regclass;
BEGIN
    FOR partisi IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'dw.fakta_indikator_riwayat'::regclass LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN indikator_id SET (n_distinct = 5000)', partisi);
    END LOOP;
END
$$;
