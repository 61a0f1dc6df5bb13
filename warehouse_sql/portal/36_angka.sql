-- The three facts in one shape, a view each, for readers that lay out any dataset: what a budget's or a plan's figure has
-- beside indicator, region and period becomes a breakdown. One view of all three was measured and left: planning what is
-- then thrown away took twenty times as long as planning one.
CREATE OR REPLACE VIEW portal.angka_indikator AS
SELECT
    dataset, indikator, nama_indikator, wilayah, nama_wilayah, tingkat, periode, tahun, rincian, rincian_json,
    '{}'::jsonb AS nama_rincian, nilai, penanda, satuan, status_data, dirilis_pada, kiriman
FROM portal.nilai;
COMMENT ON VIEW portal.angka_indikator IS 'portal.nilai dalam bentuk yang sama dengan angka_anggaran dan angka_kinerja.';


CREATE OR REPLACE FUNCTION portal.angka_indikator_pada(dataset text, waktu timestamptz) RETURNS SETOF portal.angka_indikator
LANGUAGE sql STABLE AS $$
    SELECT
        n.dataset, n.indikator, n.nama_indikator, n.wilayah, n.nama_wilayah, n.tingkat, n.periode, n.tahun, n.rincian, n.rincian_json,
        '{}'::jsonb, n.nilai, n.penanda, n.satuan, n.status_data, n.dirilis_pada, n.kiriman
    FROM portal.nilai_pada(angka_indikator_pada.waktu) AS n
    WHERE n.dataset = angka_indikator_pada.dataset
$$;
COMMENT ON FUNCTION portal.angka_indikator_pada IS 'portal.angka_indikator satu dataset sebagaimana terbaca pada waktu itu.';

DO $$
DECLARE
    -- %1 what is read: the view of now, or the function of a time.
    -- Revenue, spending, and financing in and out are never one sum: `akun` tells them apart without a code list.
    anggaran CONSTANT text := $bentuk$
        SELECT
            n.dataset, n.indikator, n.nama_indikator, n.wilayah, n.nama_wilayah, 'kabupaten'::text AS tingkat, n.periode, n.tahun,
            concat_ws('|', 'akun=' || nullif(a.akun, ''), 'kegiatan=' || nullif(n.kegiatan, ''), 'rekening=' || nullif(n.rekening, ''),
                nullif(n.rincian, ''), 'skpd=' || n.skpd, 'sumber_dana=' || nullif(n.sumber_dana, ''), 'tahap=' || nullif(n.tahap, '')) AS rincian,
            n.rincian_json || jsonb_build_object('akun', a.akun, 'skpd', n.skpd, 'kegiatan', n.kegiatan, 'rekening', n.rekening,
                'sumber_dana', n.sumber_dana, 'tahap', n.tahap) AS rincian_json,
            jsonb_build_object('skpd', n.nama_skpd, 'kegiatan', n.nama_kegiatan, 'rekening', n.nama_rekening,
                'sumber_dana', n.nama_sumber_dana) AS nama_rincian,
            n.nilai, n.penanda, n.satuan, n.status_data, n.dirilis_pada, n.kiriman
        FROM %1$s AS n
        CROSS JOIN LATERAL (SELECT CASE WHEN n.rekening LIKE '6%%' THEN left(n.rekening, 3) ELSE left(n.rekening, 1) END AS akun) AS a
    $bentuk$;
    kinerja CONSTANT text := $bentuk$
        SELECT
            n.dataset, n.indikator, n.nama_indikator, n.wilayah, n.nama_wilayah, 'kabupaten'::text AS tingkat, n.periode, n.tahun,
            concat_ws('|', 'kegiatan=' || nullif(n.kegiatan, ''), nullif(n.rincian, ''), 'skpd=' || n.skpd, 'tahap=' || nullif(n.tahap, ''),
                'tolok_ukur=' || nullif(n.tolok_ukur, '')) AS rincian,
            n.rincian_json || jsonb_build_object('skpd', n.skpd, 'kegiatan', n.kegiatan, 'tolok_ukur', n.tolok_ukur, 'tahap', n.tahap)
                AS rincian_json,
            jsonb_build_object('skpd', n.nama_skpd, 'kegiatan', n.nama_kegiatan) AS nama_rincian,
            n.nilai, n.penanda,
            CASE WHEN n.besaran IN ('target', 'capaian') THEN coalesce(nullif(n.satuan_tolok_ukur, ''), n.satuan) ELSE n.satuan END AS satuan,
            n.status_data, n.dirilis_pada, n.kiriman
        FROM %1$s AS n
    $bentuk$;
    fakta text;
    bentuk text;
BEGIN
    FOR fakta, bentuk IN VALUES ('anggaran', anggaran), ('kinerja', kinerja) LOOP
        EXECUTE format('CREATE OR REPLACE VIEW portal.angka_%s AS ', fakta) || format(bentuk, 'portal.' || fakta);
        EXECUTE format(
            'CREATE OR REPLACE FUNCTION portal.angka_%1$s_pada(dataset text, waktu timestamptz) RETURNS SETOF portal.angka_%1$s '
            'LANGUAGE sql STABLE AS %2$L',
            fakta, format(bentuk, format('portal.%1$s_pada(angka_%1$s_pada.waktu)', fakta)) || format('WHERE n.dataset = angka_%s_pada.dataset', fakta));
        EXECUTE format('COMMENT ON FUNCTION portal.angka_%1$s_pada IS %2$L', fakta,
            format('portal.angka_%s satu dataset sebagaimana terbaca pada waktu itu.', fakta));
    END LOOP;
END
$$;
COMMENT ON VIEW portal.angka_anggaran IS
    'portal.anggaran dalam bentuk portal.nilai: skpd, kegiatan, rekening, akun (4 pendapatan, 5 belanja, 6.1 dan 6.2 pembiayaan), sumber_dana dan tahap menjadi rincian.';
COMMENT ON VIEW portal.angka_kinerja IS
    'portal.kinerja dalam bentuk portal.nilai: skpd, kegiatan, tolok_ukur dan tahap menjadi rincian; satuan target dan capaian adalah satuan tolok ukurnya.';
