-- Every period from the first that was ever sent (at least the last one that is due) up to the one running now, by the
-- regency's own date; of several years those that have begun and that the contract awaits or that came. A returned submission was not received; one replaced by a newer was.
CREATE OR REPLACE VIEW portal.kalender WITH (security_barrier) AS
SELECT
    dataset,
    periode,
    mulai,
    akhir_periode,
    jatuh_tempo,
    batas_akhir,
    diterima_pada,
    dirilis_pada,
    status,
    mulai = min(mulai) FILTER (WHERE status IN ('belum jatuh tempo', 'ditunggu')) OVER (PARTITION BY dataset) IS TRUE AS berikutnya
FROM (
    SELECT
        d.dataset,
        p.kode AS periode,
        p.mulai,
        p.akhir AS akhir_periode,
        t.jatuh_tempo,
        t.jatuh_tempo + d.masa_tenggang_hari AS batas_akhir,
        k.diterima_pada,
        k.dirilis_pada,
        CASE
            WHEN (k.diterima_pada AT TIME ZONE 'Asia/Makassar')::date <= t.jatuh_tempo + d.masa_tenggang_hari THEN 'tepat waktu'
            WHEN k.diterima_pada IS NOT NULL THEN 'terlambat'
            WHEN h.ini <= t.jatuh_tempo THEN 'belum jatuh tempo'
            WHEN h.ini <= t.jatuh_tempo + d.masa_tenggang_hari THEN 'ditunggu'
            ELSE 'terlambat'
        END AS status
    FROM dw.dim_dataset AS d
    CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE 'Asia/Makassar')::date AS ini) AS h
    CROSS JOIN LATERAL (
        SELECT
            g.mulai::date AS mulai,
            (g.mulai + f.langkah)::date - 1 AS akhir,
            CASE d.frekuensi
                WHEN 'tahunan' THEN to_char(g.mulai, 'YYYY')
                WHEN 'semesteran' THEN to_char(g.mulai, 'YYYY') || CASE WHEN extract(month FROM g.mulai) < 7 THEN '-S1' ELSE '-S2' END
                WHEN 'triwulanan' THEN to_char(g.mulai, 'YYYY"-Q"Q')
                WHEN 'bulanan' THEN to_char(g.mulai, 'YYYY-MM')
                ELSE to_char(g.mulai, 'YYYY-MM-DD')
            END AS kode
        FROM (
            VALUES
                ('tahunan', 'year', interval '1 year'), ('semesteran', 'year', interval '6 months'),
                ('triwulanan', 'quarter', interval '3 months'), ('bulanan', 'month', interval '1 month'), ('harian', 'day', interval '1 day')
        ) AS f (frekuensi, potong, langkah)
        CROSS JOIN LATERAL (
            SELECT date_trunc(f.potong, least(
                h.ini - d.tenggat_hari - d.masa_tenggang_hari - f.langkah,
                (
                    SELECT min(p.mulai)
                    FROM audit.submission AS s
                    JOIN dw.dim_periode AS p ON p.kode = ANY(s.periods) AND p.jenis = d.frekuensi
                    WHERE s.dataset = d.dataset
                )
            )) AS mulai
        ) AS awal
        CROSS JOIN LATERAL generate_series(awal.mulai, h.ini, f.langkah) AS g (mulai)
        WHERE f.frekuensi = d.frekuensi
        UNION ALL
        SELECT make_date(left(kode, 4)::int, 1, 1), make_date(right(kode, 4)::int, 12, 31), kode
        FROM (
            SELECT unnest(d.periode_terjadwal) AS kode
            UNION
            SELECT p.kode
            FROM audit.submission AS s
            JOIN dw.dim_periode AS p ON p.kode = ANY(s.periods) AND p.jenis = d.frekuensi
            WHERE s.dataset = d.dataset
        ) AS r
        WHERE d.frekuensi = 'multitahun' AND make_date(left(kode, 4)::int, 1, 1) <= h.ini
    ) AS p
    CROSS JOIN LATERAL (
        SELECT CASE d.tenggat_dari WHEN 'awal' THEN p.mulai ELSE p.akhir END + d.tenggat_hari AS jatuh_tempo
    ) AS t
    LEFT JOIN (
        SELECT s.dataset, k.periode, min(s.received_at) AS diterima_pada, min(rel.released_at) AS dirilis_pada
        FROM audit.submission AS s
        CROSS JOIN unnest(s.periods) AS k (periode)
        LEFT JOIN audit.release AS rel ON rel.submission_id = s.id
        WHERE s.status <> 'dikembalikan'
        GROUP BY s.dataset, k.periode
    ) AS k ON k.dataset = d.dataset AND k.periode = p.kode
    WHERE d.akses = 'terbuka' AND d.aktif
) AS jadwal;
COMMENT ON VIEW portal.kalender IS
    'Jadwal setiap dataset terbuka per periode: jatuh tempo, masa tenggang, kapan diterima dan dirilis, dan statusnya hari ini.';
