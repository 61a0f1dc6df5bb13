CREATE OR REPLACE VIEW portal.nilai_riwayat WITH (security_barrier) AS
SELECT
    dataset,
    indikator,
    wilayah,
    periode,
    rincian,
    nilai_umum AS nilai,
    penanda_umum AS penanda,
    satuan,
    status_data,
    valid_from AS berlaku_dari,
    valid_to AS berlaku_sampai,
    submission_id AS kiriman,
    nama_indikator,
    nama_wilayah,
    tingkat,
    tahun,
    rincian_json,
    indikator_id,
    wilayah_id,
    tersembunyi_selama
FROM dw.angka_indikator
WHERE terbuka;
COMMENT ON VIEW portal.nilai_riwayat IS
    'Semua versi setiap angka. Keadaan pada waktu T: berlaku_dari <= T AND T < berlaku_sampai. Versi yang pernah disembunyikan tetap tersembunyi.';

CREATE OR REPLACE FUNCTION portal.nilai_pada(waktu timestamptz) RETURNS SETOF portal.nilai
LANGUAGE sql STABLE AS $$
    SELECT
        n.dataset,
        n.indikator,
        coalesce(i.isi ->> 'nama', n.nama_indikator),
        n.wilayah,
        coalesce(w.isi ->> 'nama', n.nama_wilayah),
        n.tingkat,
        n.periode,
        n.tahun,
        n.rincian,
        n.rincian_json,
        CASE WHEN n.tersembunyi_selama @> waktu THEN NULL ELSE n.nilai END,
        CASE WHEN n.tersembunyi_selama @> waktu THEN '*' ELSE n.penanda END,
        coalesce(i.isi ->> 'satuan', n.satuan),
        n.status_data,
        n.berlaku_dari,
        n.kiriman
    FROM portal.nilai_riwayat AS n
    LEFT JOIN LATERAL portal.isi_pada('dim_dataset', n.dataset, waktu) AS d ON true
    LEFT JOIN LATERAL portal.isi_pada('dim_indikator', n.indikator_id::text, waktu) AS i ON true
    LEFT JOIN LATERAL portal.isi_pada('dim_wilayah', n.wilayah_id::text, waktu) AS w ON true
    WHERE n.berlaku_dari <= waktu AND n.berlaku_sampai > waktu AND coalesce(d.isi ->> 'akses', 'terbuka') = 'terbuka'
$$;
COMMENT ON FUNCTION portal.nilai_pada (timestamptz) IS
    'portal.nilai sebagaimana terbaca pada waktu itu, dengan nama dan satuan saat itu. Yang sekarang tidak terbuka atau disembunyikan tetap tidak tampil.';

CREATE OR REPLACE FUNCTION portal.nilai_pada(dataset text, waktu timestamptz) RETURNS SETOF portal.nilai
LANGUAGE sql STABLE AS $$
    SELECT n.* FROM portal.nilai_pada(nilai_pada.waktu) AS n WHERE n.dataset = nilai_pada.dataset
$$;
COMMENT ON FUNCTION portal.nilai_pada (text, timestamptz) IS 'portal.nilai_pada(waktu) satu dataset.';
