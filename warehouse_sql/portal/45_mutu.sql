CREATE OR REPLACE VIEW portal.mutu AS
SELECT
    d.dataset,
    l.kiriman AS kiriman_terakhir,
    l.diterima_pada AS diterima_terakhir,
    d.rilis_terakhir AS dirilis_terakhir,
    l.baris_diterima,
    l.baris_lolos,
    round(100.0 * l.baris_lolos / nullif(l.baris_diterima, 0), 2) AS akurasi_persen,
    l.jumlah_pemeriksaan,
    l.jumlah_lolos,
    k.periode_jatuh_tempo,
    k.periode_tepat_waktu,
    round(100.0 * k.periode_tepat_waktu / nullif(k.periode_jatuh_tempo, 0), 2) AS ketepatan_waktu_persen,
    round(100.0 * k.periode_dirilis / nullif(k.periode_jatuh_tempo, 0), 2) AS kelengkapan_persen,
    m.metadata_persen,
    round(100.0 * r.cocok / nullif(r.jumlah, 0), 2) AS konsistensi_persen
FROM portal.dataset AS d
LEFT JOIN LATERAL (
    SELECT
        s.id AS kiriman, s.received_at AS diterima_pada, s.n_received AS baris_diterima, s.n_loaded + s.n_unchanged AS baris_lolos,
        c.jumlah_pemeriksaan, c.jumlah_lolos
    FROM audit.submission AS s
    CROSS JOIN LATERAL (
        SELECT count(*) AS jumlah_pemeriksaan, count(*) FILTER (WHERE failed = 0) AS jumlah_lolos
        FROM audit.check_result
        WHERE submission_id = s.id
    ) AS c
    WHERE s.dataset = d.dataset AND s.status IN ('dirilis', 'tidak_berubah')
    ORDER BY s.id DESC
    LIMIT 1
) AS l ON true
CROSS JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE status IN ('tepat waktu', 'terlambat')) AS periode_jatuh_tempo,
        count(*) FILTER (WHERE status = 'tepat waktu') AS periode_tepat_waktu,
        count(*) FILTER (WHERE status IN ('tepat waktu', 'terlambat') AND dirilis_pada IS NOT NULL) AS periode_dirilis
    FROM portal.kalender
    WHERE dataset = d.dataset
) AS k
CROSS JOIN LATERAL (
    SELECT round(100 * avg(num_nonnulls(
        nullif(i.konsep, '-'), nullif(i.definisi, '-'), nullif(i.satuan, '-'), i.interpretasi, i.ukuran, i.klasifikasi, i.rumus, d.metode
    ) / 8.0), 2) AS metadata_persen
    FROM portal.indikator AS i
    WHERE i.dataset = d.dataset
) AS m
CROSS JOIN LATERAL (
    SELECT sum(mewakili) AS jumlah, sum(mewakili) FILTER (WHERE cocok) AS cocok
    FROM portal.rekonsiliasi
    WHERE dataset = d.dataset
) AS r
WHERE d.akses = 'terbuka';
COMMENT ON VIEW portal.mutu IS
    'Mutu dataset terbuka menurut catatan pengolahan, mengikuti dimensi EPSS yang dapat dihitung: akurasi, ketepatan waktu, kelengkapan, metadata, konsistensi. Relevansi dan aksesibilitas dinilai orang.';
