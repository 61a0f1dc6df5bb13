-- The tree of programmes is kept, not summed anew for every reader: half a million amounts of a year become some thousand
-- nodes. What is kept is what dw.program_hitung computes; names are read beside it, so that a corrected name needs nothing.

CREATE TABLE dw.rekap_program (
    kode_kabkota text COLLATE "C" NOT NULL DEFAULT '64.08',
    tahun smallint NOT NULL,
    skpd text COLLATE "C" NOT NULL,
    kode text COLLATE "C" NOT NULL,
    tingkat text NOT NULL,
    skpd_id int NOT NULL,
    pagu_pokok numeric,
    pagu_perubahan numeric,
    pagu numeric,
    urutan_tahap smallint,
    kas numeric,
    realisasi numeric,
    fisik numeric,
    capaian numeric,
    jumlah_tolok_ukur bigint,
    sumber_pagu text COLLATE "C",
    sumber_kas text COLLATE "C",
    sumber_realisasi text COLLATE "C",
    sumber_kinerja text COLLATE "C",
    PRIMARY KEY (kode_kabkota, tahun, skpd, kode, tingkat)
);
CREATE INDEX ON dw.rekap_program (skpd, tahun);
CREATE INDEX ON dw.rekap_program (tahun, tingkat);
COMMENT ON TABLE dw.rekap_program IS
    'Pohon program dari dataset terbuka: isi dw.program_hitung, disimpan dalam transaksi yang merilis angkanya. Dibaca melalui portal.program.';
COMMENT ON COLUMN dw.rekap_program.skpd_id IS 'Anggota dw.dim_skpd yang terbaru di antara angka simpul itu.';
COMMENT ON COLUMN dw.rekap_program.urutan_tahap IS 'Tahap pagu dan kas: dw.dim_tahap.urutan.';
COMMENT ON COLUMN dw.rekap_program.capaian IS 'Persen capaian kinerja, belum dibulatkan.';

-- Whoever changes what the tree is made of calls this before its commit. One at a time: the statement after the lock sees
-- what those before it committed, so the last one to commit has seen everybody's.
CREATE FUNCTION dw.segarkan_program(untuk_tahun int[] DEFAULT NULL, untuk_skpd text[] DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
DECLARE
    kolom CONSTANT text := 'skpd_id, pagu_pokok, pagu_perubahan, pagu, urutan_tahap, kas, realisasi, fisik, capaian, '
        'jumlah_tolok_ukur, sumber_pagu, sumber_kas, sumber_realisasi, sumber_kinerja';
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
COMMENT ON FUNCTION dw.segarkan_program IS
    'Menyamakan dw.rekap_program dengan dw.program_hitung bagi tahun dan SKPD itu (kosong: semua). Mengembalikan jumlah simpul yang berubah.';
GRANT EXECUTE ON FUNCTION dw.segarkan_program TO satudata_loader;

CREATE FUNCTION dw.program_ikut_berubah() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    kolom CONSTANT text[] := TG_ARGV[1:];
    ada boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM lama JOIN baru USING (%I) WHERE (%s) IS DISTINCT FROM (%s))', TG_ARGV[0],
        (SELECT string_agg(format('lama.%I', k), ', ') FROM unnest(kolom) AS k),
        (SELECT string_agg(format('baru.%I', k), ', ') FROM unnest(kolom) AS k)) INTO ada;
    IF ada THEN
        PERFORM dw.segarkan_program();
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION dw.program_ikut_berubah IS
    'Menyegarkan dw.rekap_program bila salah satu kolom yang disebut berubah; argumennya kolom kunci, lalu kolom-kolom itu.';

-- Of every dimension what dw.program_hitung reads and somebody may change. A dataset that is no longer open leaves the
-- tree in the transaction that closes it, whoever does it.
DO $$
DECLARE
    dimensi text;
    kolom text[];
BEGIN
    FOR dimensi, kolom IN VALUES
        ('dim_dataset', '{dataset, akses, aktif, kumulatif, skpd}'::text[]),
        ('dim_indikator', '{indikator_id, dataset, besaran}'),
        ('skpd_register', '{skpd, kode}'),
        ('dim_skpd', '{skpd_id, kode}'),
        ('dim_kegiatan', '{kegiatan_id, kode, tingkat}'),
        ('dim_tolok_ukur', '{tolok_ukur_id, kode, arah, dapat_dijumlah}')
    LOOP
        EXECUTE format('CREATE TRIGGER program_ikut_berubah AFTER UPDATE ON dw.%I REFERENCING OLD TABLE AS lama NEW TABLE AS baru '
            'FOR EACH STATEMENT EXECUTE FUNCTION dw.program_ikut_berubah(%s)', dimensi,
            (SELECT string_agg(quote_literal(k), ', ') FROM unnest(kolom) AS k));
    END LOOP;
END
$$;
