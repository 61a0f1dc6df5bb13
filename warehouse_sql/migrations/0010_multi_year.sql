-- Periods of several years: a plan's (RPJMD 2021-2026) or an average's (2019-2021). Such a period belongs to no one year:
-- `tahun` is NULL, so that nothing that groups, sums or compares by year takes it in.

ALTER TABLE dw.dim_periode
    ALTER tahun DROP NOT NULL,
    ADD CONSTRAINT dim_periode_jenis CHECK (
        jenis IN ('tidak diketahui', 'harian', 'bulanan', 'triwulanan', 'semesteran', 'tahunan', 'multitahun')
    ),
    ADD CONSTRAINT dim_periode_tahun CHECK ((jenis = 'multitahun') = (tahun IS NULL));
COMMENT ON TABLE dw.dim_periode IS
    'Periode data: 2021-2026, 2024, 2024-S1, 2024-Q2, 2024-05, 2024-05-31; `selesai` hari terakhirnya.';
COMMENT ON COLUMN dw.dim_periode.tahun IS 'Tahun periodenya; kosong pada periode beberapa tahun, yang bukan milik satu tahun.';

ALTER TABLE dw.dim_dataset
    ADD COLUMN periode_terjadwal text[] COLLATE "C" NOT NULL DEFAULT '{}',
    ADD COLUMN tenggat_dari text NOT NULL DEFAULT 'akhir' CHECK (tenggat_dari IN ('awal', 'akhir'));
COMMENT ON COLUMN dw.dim_dataset.periode_terjadwal IS 'Periode beberapa tahun yang ditunggu menurut kontrak, mis. 2021-2026.';
COMMENT ON COLUMN dw.dim_dataset.tenggat_dari IS 'Jatuh tempo dihitung dari hari pertama (awal) atau hari terakhir (akhir) periode.';
