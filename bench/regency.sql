-- A regency made up in the warehouse's own tables. Dataset d belongs to agency (d - 1) % 55, so that every size has all
-- agencies; its shape is d % 4; of every fifth dataset a quarter of the figures was revised once.

-- name: members
CREATE SCHEMA bench;
SELECT dw.siapkan_partisi_riwayat(y) FROM generate_series(2016, 2025) AS y;
INSERT INTO dw.skpd_register (skpd, kode, nama, kontak)
SELECT 's' || lpad(n::text, 2, '0'), kode, nama, 'data@' || lower(kode) || '.example.go.id'
FROM (SELECT kode, nama, row_number() OVER (ORDER BY kode) AS n FROM dw.dim_skpd WHERE skpd_id <> 0) AS s
WHERE n <= 55;
INSERT INTO dw.dim_periode (kode, jenis, mulai, selesai, tahun)
SELECT y::text, 'tahunan', make_date(y, 1, 1), make_date(y, 12, 31), y FROM generate_series(2015, 2025) AS y
UNION ALL
SELECT to_char(m, 'YYYY-MM'), 'bulanan', m::date, (m + interval '1 month - 1 day')::date, 2025
FROM generate_series('2025-01-01'::timestamp, '2025-12-01', '1 month') AS m
UNION ALL
SELECT '2025-Q' || q, 'triwulanan', make_date(2025, q * 3 - 2, 1), (make_date(2025, q * 3, 1) + interval '1 month - 1 day')::date, 2025
FROM generate_series(1, 4) AS q;
INSERT INTO dw.dim_rincian (kode, rincian)
SELECT format('jenis_kelamin=%s|kelompok_umur=%s', j, u), jsonb_build_object('jenis_kelamin', j, 'kelompok_umur', u)
FROM unnest(ARRAY['L', 'P']) AS j, unnest(ARRAY['0-9', '10-19', '20-29', '30-39', '40-49', '50-59', '60-69', '70+']) AS u;
INSERT INTO audit.contract (sha256, contract) VALUES ('bench', '{}');
ALTER TABLE audit.submission ALTER id RESTART WITH 1000000;
ALTER TABLE audit.decision ALTER id RESTART WITH 1000000;
ALTER TABLE dw.dim_indikator ALTER indikator_id RESTART WITH 1000000;

CREATE TABLE bench.periode AS
SELECT periode_id, tahun::int AS tahun FROM dw.dim_periode WHERE jenis = 'tahunan' AND tahun BETWEEN 2015 AND 2024;
CREATE TABLE bench.shape AS
WITH wilayah AS (
    SELECT wilayah_id, tingkat, row_number() OVER (ORDER BY kode) AS nomor
    FROM dw.dim_wilayah
    WHERE kode = '64.08' OR kode LIKE '64.08.%' AND berlaku_sampai = 'infinity'
),
rincian AS (SELECT rincian_id, row_number() OVER (ORDER BY rincian_id) AS nomor FROM dw.dim_rincian WHERE rincian_id > 1)
SELECT b.shape, k AS indikator, w.wilayah_id, r.rincian_id, (2 + w.nomor)::int AS row_no, (2 + k * 16 + r.nomor)::smallint AS col_no
FROM (VALUES (0, 2, false, 8), (1, 1, true, 2), (2, 3, false, 5), (3, 1, false, 16)) AS b (shape, indikator, desa, rincian)
CROSS JOIN LATERAL generate_series(1, b.indikator) AS k
JOIN wilayah AS w ON b.desa OR w.tingkat IN ('kabupaten', 'kecamatan')
JOIN rincian AS r ON r.nomor <= b.rincian;
ANALYZE bench.shape;

CREATE FUNCTION bench.kiriman(d int, tahun int, revisi boolean) RETURNS bigint LANGUAGE sql IMMUTABLE
    RETURN ((d - 1) * 10 + tahun - 2015) * 2 + 1 + revisi::int;
CREATE FUNCTION bench.dirilis(d int, tahun int, revisi boolean) RETURNS timestamptz LANGUAGE sql IMMUTABLE
    RETURN (make_date(tahun + 1, CASE WHEN revisi THEN 10 ELSE 4 END, 1) + interval '1 second' * d) AT TIME ZONE 'UTC';
CREATE FUNCTION bench.nilai(d int, tahun int, k int, w int, r int) RETURNS int LANGUAGE sql IMMUTABLE
    RETURN (d * 7919::bigint + tahun * 15485863::bigint + k * 104729 + w * 1299709 + r * 32452843) % 100003;

-- name: datasets
INSERT INTO dw.dim_dataset (
    dataset, skpd, judul, deskripsi, urusan, akses, lisensi, status_data, frekuensi, tenggat_hari, masa_tenggang_hari,
    cara_muat, cara_rilis, ambang_karantina_persen, kontrak_sha256
)
SELECT
    format('%%s.d%%s', skpd, lpad(((d - 1) / 55 + 1)::text, 3, '0')), skpd, 'Dataset rekaan ' || d, 'Angka rekaan untuk mengukur kecepatan.',
    '2.16', CASE WHEN d %% 10 = 7 THEN 'terbatas' ELSE 'terbuka' END, 'CC-BY-4.0', 'tetap', 'tahunan', 90, 0, 'periode', 'otomatis', 5, 'bench'
FROM (SELECT d, 's' || lpad(((d - 1) %% 55 + 1)::text, 2, '0') AS skpd FROM generate_series(%(first)s, %(last)s) AS d) AS n;
INSERT INTO dw.dim_indikator (indikator_id, kode, dataset, nama, konsep, definisi, satuan, arah, dapat_dijumlah)
SELECT DISTINCT d * 10 + s.indikator, n.dataset || '_' || s.indikator, n.dataset, 'Indikator rekaan ' || d || '/' || s.indikator,
    'Rekaan', 'Angka rekaan.', 'orang', 'netral', true
FROM (
    SELECT d, format('s%%s.d%%s', lpad(((d - 1) %% 55 + 1)::text, 2, '0'), lpad(((d - 1) / 55 + 1)::text, 3, '0')) AS dataset
    FROM generate_series(%(first)s, %(last)s) AS d
) AS n
JOIN bench.shape AS s ON s.shape = d %% 4;

-- name: submissions
CREATE TEMP TABLE baru ON COMMIT DROP AS
SELECT d, p.tahun, revisi, bench.kiriman(d, p.tahun, revisi) AS id, bench.dirilis(d, p.tahun, revisi) AS pada,
    's' || lpad(((d - 1) %% 55 + 1)::text, 2, '0') AS skpd, lpad(((d - 1) / 55 + 1)::text, 3, '0') AS nomor,
    CASE WHEN d %% 4 = 1 THEN 160 ELSE 19 END AS n_baris, (SELECT count(*)::int FROM bench.shape WHERE shape = d %% 4) AS n_angka
FROM generate_series(%(first)s, %(last)s) AS d, bench.periode AS p, unnest(ARRAY[false, true]) AS revisi
WHERE NOT revisi OR d %% 5 = 0;
INSERT INTO audit.submission (
    id, dataset, skpd, path, sha256, size, mtime_ns, contract_sha256, received_at, status, label, periods, load_mode, status_data,
    n_received, n_loaded, n_figures, n_new, n_changed, started_at, finished_at
)
OVERRIDING SYSTEM VALUE
SELECT id, skpd || '.d' || nomor, skpd, format('%%s/d%%s-%%s%%s.xlsx', skpd, nomor, tahun, CASE WHEN revisi THEN '-revisi' ELSE '' END),
    encode(sha256(id::text::bytea), 'hex'), 20480, 1, 'bench', pada - interval '1 day', 'dirilis', tahun::text, ARRAY[tahun::text],
    'periode', 3, n_baris, n_baris, n_angka, CASE WHEN revisi THEN 0 ELSE n_angka END, CASE WHEN revisi THEN n_angka / 4 ELSE 0 END, pada, pada
FROM baru ORDER BY id;
INSERT INTO audit.sheet SELECT id, 0, 'Data', false FROM baru ORDER BY id;
INSERT INTO audit.decision (id, submission_id, decision, decided_by, reason, automatic, decided_at)
OVERRIDING SYSTEM VALUE SELECT id, id, 'dirilis', 'aturan otomatis', 'tidak ada temuan', true, pada FROM baru ORDER BY id;
INSERT INTO audit.release (submission_id, decision_id, dataset, released_at, n_new, n_changed, n_removed)
SELECT id, id, skpd || '.d' || nomor, pada, CASE WHEN revisi THEN 0 ELSE n_angka END, CASE WHEN revisi THEN n_angka / 4 ELSE 0 END, 0
FROM baru ORDER BY id;
INSERT INTO audit.check_result (submission_id, no, rule, title, severity, columns, checked, failed, failed_rows)
SELECT id, no, 'aturan_' || no, 'Aturan rekaan ' || no, 'tolak', '{jumlah}', n_baris, 0, 0 FROM baru, generate_series(1, 6) AS no ORDER BY id, no;

-- name: figures
INSERT INTO dw.fakta_indikator (
    indikator_id, wilayah_id, periode_id, rincian_id, nilai, penanda, submission_id, sheet_no, row_no, col_no, valid_from
)
SELECT d * 10 + s.indikator, s.wilayah_id, p.periode_id, s.rincian_id, CASE WHEN n.nilai %% 100 > 0 THEN n.nilai / 10.0 END,
    CASE WHEN n.nilai %% 100 = 0 THEN '-' END, bench.kiriman(d, p.tahun, n.revisi), 0, s.row_no, s.col_no, bench.dirilis(d, p.tahun, n.revisi)
FROM generate_series(%(first)s, %(last)s) AS d
JOIN bench.shape AS s ON s.shape = d %% 4
JOIN bench.periode AS p ON p.tahun = %(year)s
CROSS JOIN LATERAL (
    SELECT v AS nilai, d %% 5 = 0 AND v %% 4 = 0 AS revisi FROM bench.nilai(d, p.tahun, s.indikator, s.wilayah_id, s.rincian_id) AS v
) AS n
ORDER BY d, s.row_no, s.col_no;

-- name: revised
INSERT INTO dw.fakta_indikator (
    indikator_id, wilayah_id, periode_id, rincian_id, nilai, status, submission_id, sheet_no, row_no, col_no, valid_from, valid_to
)
SELECT d * 10 + s.indikator, s.wilayah_id, p.periode_id, s.rincian_id, n.nilai / 10.0 + 1, 1, bench.kiriman(d, p.tahun, false), 0, s.row_no,
    s.col_no, bench.dirilis(d, p.tahun, false), bench.dirilis(d, p.tahun, true)
FROM generate_series(%(first)s, %(last)s) AS d
JOIN bench.shape AS s ON s.shape = d %% 4
JOIN bench.periode AS p ON p.tahun = %(year)s
CROSS JOIN LATERAL (SELECT bench.nilai(d, p.tahun, s.indikator, s.wilayah_id, s.rincian_id) AS nilai) AS n
WHERE d %% 5 = 0 AND n.nilai %% 4 = 0
ORDER BY d, s.row_no, s.col_no;

-- name: budget_members
INSERT INTO dw.dim_kegiatan (kode, tingkat, nama, induk, kewenangan, sumber, keyakinan)
SELECT DISTINCT ON (t.kode) t.kode, t.tingkat, 'Rekaan ' || t.kode, t.induk, 'kabupaten/kota', 'rekaan', 'rendah'
FROM generate_series(1, 55) AS b, generate_series(1, 3) AS p, generate_series(1, 3) AS k, generate_series(1, 5) AS s
CROSS JOIN LATERAL (SELECT format('R.%s.%s', lpad(b::text, 2, '0'), lpad(p::text, 2, '0')) AS program) AS a
CROSS JOIN LATERAL (VALUES
    (program, 'program', NULL), (format('%s.2.0%s', program, k), 'kegiatan', program),
    (format('%s.2.0%s.000%s', program, k, s), 'sub_kegiatan', format('%s.2.0%s', program, k))
) AS t (kode, tingkat, induk);
INSERT INTO dw.dim_rekening (kode, nama, tingkat, induk, kelompok_apbd, sumber, keyakinan)
SELECT '5.1.99.01.01.' || lpad(n::text, 4, '0'), 'Belanja rekaan ' || n, 'sub rincian objek', '5.1.99.01.01', 'belanja', 'rekaan', 'rendah'
FROM generate_series(1, 40) AS n;
INSERT INTO dw.dim_tolok_ukur (kode, nama, satuan, dapat_dijumlah, sumber, keyakinan)
VALUES ('jumlah dokumen', 'Jumlah dokumen', 'dokumen', true, 'rekaan', 'rendah'), ('persentase selesai', 'Persentase selesai', 'persen', false, 'rekaan', 'rendah');
INSERT INTO dw.dim_dataset (
    dataset, skpd, judul, deskripsi, urusan, akses, lisensi, status_data, frekuensi, tenggat_hari, masa_tenggang_hari,
    cara_muat, cara_rilis, ambang_karantina_persen, kontrak_sha256, fakta
)
SELECT skpd || '.' || fakta, skpd, initcap(fakta) || ' ' || skpd, 'Angka rekaan untuk mengukur kecepatan.', '2.16', 'terbuka', 'CC-BY-4.0', 'tetap',
    'bulanan', 30, 0, 'periode', 'otomatis', 5, 'bench', fakta
FROM dw.skpd_register, unnest(ARRAY['anggaran', 'kinerja']) AS fakta
WHERE skpd ~ '^s\d\d$';
INSERT INTO dw.dim_indikator (kode, dataset, nama, konsep, definisi, satuan, arah, dapat_dijumlah, besaran)
SELECT skpd || '.' || b.besaran, skpd || '.' || b.fakta, initcap(b.besaran) || ' ' || skpd, 'Rekaan', 'Angka rekaan.', b.satuan, 'netral', b.fakta = 'anggaran', b.besaran
FROM dw.skpd_register, (VALUES
    ('anggaran', 'pagu', 'rupiah'), ('anggaran', 'kas', 'rupiah'), ('anggaran', 'realisasi', 'rupiah'),
    ('kinerja', 'target', 'dokumen'), ('kinerja', 'capaian', 'dokumen'), ('kinerja', 'fisik', 'persen')
) AS b (fakta, besaran, satuan)
WHERE skpd ~ '^s\d\d$';
INSERT INTO audit.submission (
    dataset, skpd, path, sha256, size, mtime_ns, contract_sha256, status, label, periods, load_mode, status_data, n_received, n_loaded, fact
)
SELECT dataset, skpd, replace(dataset, '.', '/') || '.xlsx', encode(sha256(dataset::bytea), 'hex'), 20480, 1, 'bench', 'dirilis', '2025', '{2025}',
    'periode', 3, 1, 1, fakta
FROM dw.dim_dataset WHERE fakta <> 'indikator' ORDER BY dataset;
INSERT INTO audit.decision (submission_id, decision, decided_by, reason, automatic)
SELECT id, 'dirilis', 'aturan otomatis', 'tidak ada temuan', true FROM audit.submission WHERE fact <> 'indikator' ORDER BY id;
INSERT INTO audit.release (submission_id, decision_id, dataset, n_new, n_changed, n_removed)
SELECT s.id, d.id, s.dataset, 1, 0, 0 FROM audit.submission AS s JOIN audit.decision AS d ON d.submission_id = s.id WHERE s.fact <> 'indikator';

-- name: budget
CREATE TEMP TABLE sub ON COMMIT DROP AS
SELECT k.kegiatan_id, r.skpd, s.skpd_id, row_number() OVER (ORDER BY k.kode)::int AS n
FROM dw.dim_kegiatan AS k
JOIN dw.skpd_register AS r ON r.skpd = 's' || split_part(k.kode, '.', 2)
JOIN dw.dim_skpd AS s ON s.kode = r.kode
WHERE k.kode LIKE 'R.%' AND k.tingkat = 'sub_kegiatan';
INSERT INTO dw.fakta_anggaran (
    indikator_id, wilayah_id, periode_id, rincian_id, skpd_id, kegiatan_id, rekening_id, sumber_dana_id, tahap_id, nilai, submission_id,
    sheet_no, row_no, col_no
)
SELECT i.indikator_id, w.wilayah_id, p.periode_id, 1, s.skpd_id, s.kegiatan_id, r.rekening_id, 1, t.tahap_id,
    CASE b.besaran WHEN 'pagu' THEN 12 WHEN 'kas' THEN 1 ELSE 0.9 END * (s.n % 97 + r.rekening_id % 13 + 1) * 1000000, k.id, 0, s.n, 5
FROM sub AS s
JOIN LATERAL (
    SELECT rekening_id FROM dw.dim_rekening WHERE kode LIKE '5.1.99.%' ORDER BY (rekening_id * 7 + s.n) % 40 LIMIT 8
) AS r ON true
CROSS JOIN (VALUES ('pagu', 'tahunan', 1), ('pagu', 'tahunan', 3), ('kas', 'bulanan', 1), ('realisasi', 'bulanan', 0)) AS b (besaran, jenis, tahap_id)
JOIN dw.dim_indikator AS i ON i.kode = s.skpd || '.' || b.besaran
JOIN dw.dim_wilayah AS w ON w.kode = '64.08'
JOIN dw.dim_periode AS p ON p.tahun = 2025 AND p.jenis = b.jenis
JOIN dw.dim_tahap AS t ON t.tahap_id = b.tahap_id
JOIN audit.submission AS k ON k.dataset = i.dataset AND k.fact = 'anggaran'
ORDER BY p.periode_id, s.n;
INSERT INTO dw.fakta_kinerja (
    indikator_id, wilayah_id, periode_id, rincian_id, skpd_id, kegiatan_id, tolok_ukur_id, tahap_id, nilai, submission_id, sheet_no, row_no, col_no
)
SELECT i.indikator_id, w.wilayah_id, p.periode_id, 1, s.skpd_id, s.kegiatan_id, u.tolok_ukur_id, 0, (s.n % 17 + 1) * right(p.kode, 1)::int, k.id, 0, s.n, 5
FROM sub AS s
JOIN dw.dim_tolok_ukur AS u ON u.kode = CASE WHEN s.n % 2 = 0 THEN 'jumlah dokumen' ELSE 'persentase selesai' END
JOIN dw.dim_indikator AS i ON i.dataset = s.skpd || '.kinerja'
JOIN dw.dim_wilayah AS w ON w.kode = '64.08'
JOIN dw.dim_periode AS p ON p.tahun = 2025 AND p.jenis = 'triwulanan'
JOIN audit.submission AS k ON k.dataset = i.dataset AND k.fact = 'kinerja'
ORDER BY p.periode_id, s.n;
SELECT dw.segarkan_program();

-- name: size
SELECT
    sum(c.reltuples)::bigint, sum(pg_table_size(c.oid))::bigint, sum(pg_indexes_size(c.oid))::bigint
FROM pg_partition_tree(%(name)s) AS t
JOIN pg_class AS c ON c.oid = t.relid
WHERE t.isleaf;

-- name: database_size
SELECT pg_database_size(current_database());

-- name: villages
SELECT kode FROM dw.dim_wilayah WHERE kode LIKE '64.08.%' AND tingkat IN ('desa', 'kelurahan') AND berlaku_sampai = 'infinity' ORDER BY kode;

-- name: plain_table
CREATE TABLE bench.polos AS
SELECT indikator_id, wilayah_id, periode_id, rincian_id, nilai, submission_id FROM dw.fakta_indikator_kini;
ALTER TABLE bench.polos ADD PRIMARY KEY (indikator_id, wilayah_id, periode_id, rincian_id);
ANALYZE bench.polos;

-- name: plain_merge
CREATE TEMP TABLE kiriman ON COMMIT DROP AS
SELECT f.indikator_id, f.wilayah_id, f.periode_id, f.rincian_id, f.nilai + 1 AS nilai
FROM dw.fakta_indikator_kini AS f
WHERE f.indikator_id = (SELECT max(indikator_id) FROM dw.dim_indikator WHERE kode LIKE 'besar%')
    AND f.periode_id = (SELECT periode_id FROM dw.dim_periode WHERE kode = '2024')
LIMIT 10000;
ANALYZE pg_temp.kiriman;
MERGE INTO bench.polos AS p
USING pg_temp.kiriman AS k
ON (p.indikator_id, p.wilayah_id, p.periode_id, p.rincian_id) = (k.indikator_id, k.wilayah_id, k.periode_id, k.rincian_id)
WHEN MATCHED AND p.nilai IS DISTINCT FROM k.nilai THEN UPDATE SET nilai = k.nilai, submission_id = 1
WHEN NOT MATCHED THEN INSERT VALUES (k.indikator_id, k.wilayah_id, k.periode_id, k.rincian_id, k.nilai, 1);

-- name: plain_gone
DROP TABLE bench.polos;

-- name: dataset_page
SELECT * FROM nilai WHERE dataset = %(dataset)s AND periode = %(periode)s;

-- name: dataset_third_page
SELECT * FROM nilai WHERE dataset = %(dataset)s ORDER BY indikator, wilayah, periode, rincian LIMIT 100 OFFSET 200;

-- name: dataset_count
SELECT count(*) FROM nilai WHERE dataset = %(dataset)s;

-- name: indicator
SELECT wilayah, nama_wilayah, periode, rincian, nilai, penanda, status_data FROM nilai WHERE indikator = %(indikator)s;

-- name: page_as_of
SELECT * FROM nilai_pada(%(pada)s) WHERE dataset = %(dataset)s AND periode = %(periode)s;

-- name: programme
SELECT * FROM program WHERE skpd = %(skpd)s AND tahun = 2025;

-- name: programme_year
SELECT * FROM program WHERE tahun = 2025;

-- name: programme_map
SELECT skpd, kode, nama, kode_induk, pagu, realisasi, realisasi_persen FROM program WHERE tahun = 2025;

-- name: programmes
SELECT * FROM program WHERE tahun = 2025 AND tingkat = 'program';

-- name: provenance
SELECT * FROM asal_angka WHERE indikator = %(indikator)s AND periode = %(periode)s AND wilayah = '64.08' LIMIT 1;
