-- The facts for a hundred million rows. What is current stays one table: the server's own pruning reads the current
-- partition alone, and splitting that by hash was measured: planning took longer and no clear gain was seen. What is past
-- stands by the year in which it ended: a year that is over is never written again, and "as published on T" passes by the
-- years that ended before T.

-- The key of each partition is its own. A key of the whole must contain valid_to, and where it does PostgreSQL takes
-- `valid_to = 'infinity'` for something to look for in every branch of the index and prefers to read everything. Periods
-- come before regions: a submission adds and a page shows one period of an indicator, which then stands together.
CREATE UNIQUE INDEX fakta_indikator_kini_kunci ON dw.fakta_indikator_kini
    (kode_kabkota, indikator_id, periode_id, wilayah_id, rincian_id);
CREATE UNIQUE INDEX fakta_anggaran_kini_kunci ON dw.fakta_anggaran_kini
    (kode_kabkota, indikator_id, periode_id, skpd_id, kegiatan_id, wilayah_id, rincian_id, rekening_id, sumber_dana_id, tahap_id);
CREATE UNIQUE INDEX fakta_kinerja_kini_kunci ON dw.fakta_kinerja_kini
    (kode_kabkota, indikator_id, periode_id, skpd_id, kegiatan_id, wilayah_id, rincian_id, tolok_ukur_id, tahap_id);

-- A tree of programmes is read by agency and year.
CREATE INDEX ON dw.fakta_anggaran_kini (skpd_id, periode_id);
CREATE INDEX ON dw.fakta_kinerja_kini (skpd_id, periode_id);

-- Only from here on do readers wait.
DO $$
DECLARE
    fakta text;
    kunci text;
BEGIN
    FOR fakta, kunci IN VALUES
        ('indikator', 'kode_kabkota, indikator_id, valid_to, periode_id, wilayah_id, rincian_id'),
        ('anggaran', 'kode_kabkota, indikator_id, valid_to, periode_id, skpd_id, kegiatan_id, wilayah_id, rincian_id, rekening_id, sumber_dana_id, tahap_id'),
        ('kinerja', 'kode_kabkota, indikator_id, valid_to, periode_id, skpd_id, kegiatan_id, wilayah_id, rincian_id, tolok_ukur_id, tahap_id')
    LOOP
        EXECUTE format($ubah$
            ALTER TABLE dw.fakta_%1$s DROP CONSTRAINT fakta_%1$s_pkey;
            ALTER TABLE dw.fakta_%1$s_kini ADD CONSTRAINT fakta_%1$s_kini_pkey PRIMARY KEY USING INDEX fakta_%1$s_kini_kunci;
            ALTER TABLE dw.fakta_%1$s DETACH PARTITION dw.fakta_%1$s_riwayat;
            DROP INDEX dw.fakta_%1$s_riwayat_submission_id_idx;
            ALTER TABLE dw.fakta_%1$s_riwayat RENAME TO fakta_%1$s_riwayat_lain;
            CREATE TABLE dw.fakta_%1$s_riwayat PARTITION OF dw.fakta_%1$s DEFAULT PARTITION BY RANGE (valid_to);
            ALTER TABLE dw.fakta_%1$s_riwayat ATTACH PARTITION dw.fakta_%1$s_riwayat_lain DEFAULT;
            ALTER TABLE dw.fakta_%1$s_riwayat ADD PRIMARY KEY (%2$s);
            CREATE INDEX ON dw.fakta_%1$s_riwayat (submission_id);
            CREATE INDEX ON dw.fakta_%1$s_riwayat (valid_to)
        $ubah$, fakta, kunci);
    END LOOP;
END
$$;
COMMENT ON TABLE dw.fakta_indikator_kini IS 'Angka yang berlaku: satu baris per angka.';
COMMENT ON TABLE dw.fakta_indikator_riwayat IS
    'Versi yang sudah digantikan, menurut tahun berakhirnya (UTC). Tahun tanpa partisi sendiri ada di _riwayat_lain.';

CREATE FUNCTION dw.siapkan_partisi_riwayat(tahun int) RETURNS int
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
        dibuat := dibuat + 1;
    END LOOP;
    RETURN dibuat;
END
$$;
COMMENT ON FUNCTION dw.siapkan_partisi_riwayat IS
    'Partisi riwayat bagi versi yang berakhir pada tahun itu, untuk setiap fakta; yang sudah ada dibiarkan. Mengembalikan jumlah yang dibuat.';
GRANT EXECUTE ON FUNCTION dw.siapkan_partisi_riwayat TO satudata_loader;

-- Years of the versions that are there, this one and the next.
SELECT dw.siapkan_partisi_riwayat(tahun::int)
FROM (
    SELECT extract(year FROM valid_to AT TIME ZONE 'UTC') AS tahun FROM dw.fakta_indikator_riwayat
    UNION SELECT extract(year FROM valid_to AT TIME ZONE 'UTC') FROM dw.fakta_anggaran_riwayat
    UNION SELECT extract(year FROM valid_to AT TIME ZONE 'UTC') FROM dw.fakta_kinerja_riwayat
    UNION SELECT extract(year FROM now() AT TIME ZONE 'UTC') + n FROM generate_series(0, 1) AS n
) AS t
ORDER BY tahun;

-- ── storage ──────────────────────────────────────────────────────────────────────────────────────────────────────────
-- PostgreSQL's defaults wait for a fifth of a table to change: ten million rows of these. Released figures are added and
-- moved, never updated in place, so pages stay full (fillfactor 100, the default).

ALTER TABLE dw.fakta_indikator_kini SET (
    autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02
);
ALTER TABLE dw.fakta_anggaran_kini SET (
    autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02
);
-- How many figures an indicator has is guessed from a sample. Of 18 million figures the default one missed a third of the
-- indicators, one three times as large a tenth.
ALTER TABLE dw.fakta_indikator_kini ALTER indikator_id SET STATISTICS 300;
-- A million figures wait and go at once.
ALTER TABLE staging.figur SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
ALTER TABLE staging.figur_anggaran SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
ALTER TABLE staging.figur_kinerja SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
ALTER TABLE audit.check_result SET (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE audit.finding SET (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE audit.quarantine SET (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);
