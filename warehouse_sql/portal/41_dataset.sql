CREATE OR REPLACE VIEW portal.dataset AS
SELECT
    d.dataset,
    d.judul,
    d.deskripsi,
    d.skpd,
    r.nama AS nama_skpd,
    d.urusan,
    u.nama AS nama_urusan,
    d.akses,
    d.dasar_akses,
    d.lisensi,
    d.status_data,
    d.metode,
    d.frekuensi,
    d.tenggat_hari,
    d.cara_rilis,
    l.rilis_pertama,
    l.rilis_terakhir,
    coalesce(l.jumlah_rilis, 0) AS jumlah_rilis,
    r.kode AS kode_skpd,
    d.fakta,
    d.kumulatif,
    d.kata_kunci,
    d.masa_tenggang_hari,
    format('%s, paling lambat %s hari sesudah %s periode', d.frekuensi, d.tenggat_hari, d.tenggat_dari)
    || CASE WHEN d.masa_tenggang_hari > 0 THEN format(' (masa tenggang %s hari)', d.masa_tenggang_hari) ELSE '' END AS jadwal,
    d.penyamaran IS NOT NULL AS menyamarkan,
    d.periode_terjadwal
FROM dw.dim_dataset AS d
JOIN dw.skpd_register AS r ON r.skpd = d.skpd
LEFT JOIN LATERAL (
    SELECT nama
    FROM dw.dim_urusan
    WHERE kode = d.urusan AND berlaku_dari <= current_date
    ORDER BY berlaku_dari DESC
    LIMIT 1
) AS u ON true
LEFT JOIN (
    SELECT dataset, min(released_at) AS rilis_pertama, max(released_at) AS rilis_terakhir, count(*) AS jumlah_rilis
    FROM audit.release
    GROUP BY dataset
) AS l ON l.dataset = d.dataset
WHERE d.aktif;
COMMENT ON VIEW portal.dataset IS 'Katalog: semua dataset, juga yang terbatas dan dikecualikan (hanya keterangannya, bukan angkanya).';

CREATE OR REPLACE FUNCTION portal.dataset_pada(waktu timestamptz) RETURNS SETOF portal.dataset
LANGUAGE sql STABLE AS $$
    SELECT
        d.dataset,
        coalesce(h.isi ->> 'judul', d.judul),
        coalesce(h.isi ->> 'deskripsi', d.deskripsi),
        coalesce(h.isi ->> 'skpd', d.skpd),
        d.nama_skpd,
        coalesce(h.isi ->> 'urusan', d.urusan),
        d.nama_urusan,
        coalesce(h.isi ->> 'akses', d.akses),
        CASE WHEN h.isi IS NULL THEN d.dasar_akses ELSE h.isi ->> 'dasar_akses' END,
        coalesce(h.isi ->> 'lisensi', d.lisensi),
        coalesce(h.isi ->> 'status_data', d.status_data),
        CASE WHEN h.isi IS NULL THEN d.metode ELSE h.isi ->> 'metode' END,
        coalesce(h.isi ->> 'frekuensi', d.frekuensi),
        coalesce((h.isi ->> 'tenggat_hari')::int, d.tenggat_hari),
        coalesce(h.isi ->> 'cara_rilis', d.cara_rilis),
        d.rilis_pertama,
        l.rilis_terakhir,
        l.jumlah_rilis,
        d.kode_skpd,
        d.fakta,
        coalesce((h.isi ->> 'kumulatif')::boolean, d.kumulatif),
        CASE WHEN h.isi ? 'kata_kunci' THEN ARRAY(SELECT jsonb_array_elements_text(h.isi -> 'kata_kunci')) ELSE d.kata_kunci END,
        coalesce((h.isi ->> 'masa_tenggang_hari')::int, d.masa_tenggang_hari),
        d.jadwal,
        CASE WHEN h.isi IS NULL THEN d.menyamarkan ELSE coalesce(h.isi -> 'penyamaran', 'null') <> 'null' END,
        CASE WHEN h.isi ? 'periode_terjadwal' THEN ARRAY(SELECT jsonb_array_elements_text(h.isi -> 'periode_terjadwal'))
            ELSE d.periode_terjadwal END
    FROM portal.dataset AS d
    CROSS JOIN LATERAL (
        SELECT max(r.dirilis_pada) AS rilis_terakhir, count(*) AS jumlah_rilis
        FROM portal.rilis AS r
        WHERE r.dataset = d.dataset AND r.dirilis_pada <= waktu
    ) AS l
    LEFT JOIN LATERAL portal.isi_pada('dim_dataset', d.dataset, waktu) AS h ON true
    WHERE d.rilis_pertama <= waktu
$$;
COMMENT ON FUNCTION portal.dataset_pada IS
    'Katalog sebagaimana terbaca pada waktu itu: dataset yang sudah pernah dirilis, dengan judul dan keterangan saat itu. Yang tidak aktif lagi sekarang tidak tampil.';
