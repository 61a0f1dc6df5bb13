-- The three facts in one shape, a view each, for readers that lay out any dataset: what a budget's or a plan's figure has
-- beside indicator, region and period becomes a breakdown. One view of all three was measured and left: planning what is
-- then thrown away took twenty times as long as planning one.
CREATE OR REPLACE VIEW portal.angka_indikator AS
SELECT
    dataset, indikator, nama_indikator, wilayah, nama_wilayah, tingkat, periode, tahun, rincian, rincian_json,
    '{}'::jsonb AS nama_rincian, nilai, penanda, satuan, status_data, dirilis_pada, kiriman
FROM portal.nilai;
COMMENT ON VIEW portal.angka_indikator IS 'portal.nilai dalam bentuk yang sama dengan angka_anggaran dan angka_kinerja.';

-- Revenue, spending, and financing in and out are never one sum: `akun` tells them apart without a code list.
CREATE OR REPLACE VIEW portal.angka_anggaran AS
SELECT
    n.dataset, n.indikator, n.nama_indikator, n.wilayah, n.nama_wilayah, 'kabupaten'::text AS tingkat, n.periode, n.tahun,
    concat_ws('|', 'akun=' || nullif(a.akun, ''), 'kegiatan=' || nullif(n.kegiatan, ''), 'rekening=' || nullif(n.rekening, ''),
        nullif(n.rincian, ''), 'skpd=' || n.skpd, 'sumber_dana=' || nullif(n.sumber_dana, ''), 'tahap=' || nullif(n.tahap, '')) AS rincian,
    n.rincian_json || jsonb_build_object('akun', a.akun, 'skpd', n.skpd, 'kegiatan', n.kegiatan, 'rekening', n.rekening,
        'sumber_dana', n.sumber_dana, 'tahap', n.tahap) AS rincian_json,
    jsonb_build_object('skpd', n.nama_skpd, 'kegiatan', n.nama_kegiatan, 'rekening', n.nama_rekening,
        'sumber_dana', n.nama_sumber_dana) AS nama_rincian,
    n.nilai, n.penanda, n.satuan, n.status_data, n.dirilis_pada, n.kiriman
FROM portal.anggaran AS n
CROSS JOIN LATERAL (SELECT CASE WHEN n.rekening LIKE '6%' THEN left(n.rekening, 3) ELSE left(n.rekening, 1) END AS akun) AS a;
COMMENT ON VIEW portal.angka_anggaran IS
    'portal.anggaran dalam bentuk portal.nilai: skpd, kegiatan, rekening, akun (4 pendapatan, 5 belanja, 6.1 dan 6.2 pembiayaan), sumber_dana dan tahap menjadi rincian.';

CREATE OR REPLACE VIEW portal.angka_kinerja AS
SELECT
    dataset, indikator, nama_indikator, wilayah, nama_wilayah, 'kabupaten'::text AS tingkat, periode, tahun,
    concat_ws('|', 'kegiatan=' || nullif(kegiatan, ''), nullif(rincian, ''), 'skpd=' || skpd, 'tahap=' || nullif(tahap, ''),
        'tolok_ukur=' || nullif(tolok_ukur, '')) AS rincian,
    rincian_json || jsonb_build_object('skpd', skpd, 'kegiatan', kegiatan, 'tolok_ukur', tolok_ukur, 'tahap', tahap) AS rincian_json,
    jsonb_build_object('skpd', nama_skpd, 'kegiatan', nama_kegiatan) AS nama_rincian,
    nilai, penanda, CASE WHEN besaran IN ('target', 'capaian') THEN coalesce(nullif(satuan_tolok_ukur, ''), satuan) ELSE satuan END AS satuan,
    status_data, dirilis_pada, kiriman
FROM portal.kinerja;
COMMENT ON VIEW portal.angka_kinerja IS
    'portal.kinerja dalam bentuk portal.nilai: skpd, kegiatan, tolok_ukur dan tahap menjadi rincian; satuan target dan capaian adalah satuan tolok ukurnya.';
