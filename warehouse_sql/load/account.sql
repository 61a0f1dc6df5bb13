-- name: fact_of
SELECT fakta FROM dw.dim_dataset WHERE dataset = %(dataset)s;

-- name: why
SELECT
    indikator, nama_indikator, satuan, wilayah, nama_wilayah, periode, rincian, ARRAY[{columns}]::text[] AS anggota,
    nilai, penanda, status_data, valid_from, nullif(valid_to, 'infinity') AS valid_to, submission_id, berkas, coalesce(lembar, ''),
    baris, kolom, sha256, received_at, submitted_by, decided_by, decided_at, reason, pengirim
FROM {view}
WHERE kode_kabkota = %(kabkota)s
    AND dataset = %(dataset)s
    AND wilayah = %(wilayah)s
    AND periode = %(periode)s
    AND (%(rincian)s::text IS NULL OR rincian = %(rincian)s)
    AND (%(indikator)s::text IS NULL OR indikator = %(indikator)s)
    {members}
ORDER BY indikator, rincian, anggota, valid_from DESC
LIMIT 5000

-- name: checks
SELECT submission_id, no, rule, title, severity, checked, failed, failed_rows
FROM audit.check_result
WHERE submission_id = ANY(%(ids)s)
ORDER BY submission_id, no;

-- name: replaced_by
SELECT rel.submission_id, rel.released_at, c.decided_by, c.reason
FROM audit.release AS rel
JOIN audit.decision AS c ON c.id = rel.decision_id
WHERE rel.dataset = %(dataset)s AND rel.released_at = ANY(%(moments)s);

-- name: dataset
SELECT
    d.dataset, d.judul, d.deskripsi, d.skpd, r.nama AS nama_skpd, r.kontak, d.urusan, u.nama AS nama_urusan, d.akses,
    d.status_data, d.metode, d.cara_muat, d.cara_rilis, d.ambang_karantina_persen
FROM dw.dim_dataset AS d
JOIN dw.skpd_register AS r ON r.skpd = d.skpd
LEFT JOIN dw.dim_urusan AS u ON u.kode = d.urusan
WHERE d.dataset = %(dataset)s;

-- name: more_of_submission
SELECT skipped, n_corrected, started_at, finished_at, read_as, submitted_by FROM audit.submission WHERE id = %(id)s;

-- name: sheets
SELECT sheet_no, name FROM audit.sheet WHERE submission_id = %(id)s ORDER BY sheet_no;

-- name: findings
SELECT rule, message, cause, action, severity, owner, file, sheet, row_no, col, header, value
FROM audit.finding
WHERE submission_id = %(id)s
ORDER BY severity = 'catatan', no
LIMIT %(limit)s;

-- name: finding_totals
SELECT
    f.rule, f.severity, f.owner, min(c.title) AS title, count(*) AS kept,
    greatest(count(*), coalesce(max(c.failed), 0)) AS cells, greatest(count(DISTINCT f.row_no), coalesce(max(c.failed_rows), 0)) AS n_rows
FROM audit.finding AS f
LEFT JOIN (
    SELECT rule, severity, min(title) AS title, sum(failed) AS failed, sum(failed_rows) AS failed_rows
    FROM audit.check_result
    WHERE submission_id = %(id)s
    GROUP BY rule, severity
) AS c ON c.rule = f.rule AND c.severity = f.severity
WHERE f.submission_id = %(id)s
GROUP BY f.rule, f.severity, f.owner
ORDER BY f.severity = 'catatan', cells DESC, f.rule;

-- name: differences
SELECT
    d.kind, i.kode AS indikator, i.nama, i.satuan, w.kode AS wilayah, w.nama AS nama_wilayah, p.kode AS periode,
    r.kode AS rincian, d.old_value, d.new_value, d.old_mark, d.new_mark, d.row_no,
    (
        SELECT coalesce(jsonb_agg(jsonb_build_array(a.dimensi, a.kode, a.nama) ORDER BY a.urutan), '[]')
        FROM (
            SELECT 1 AS urutan, 'skpd' AS dimensi, kode, nama FROM dw.dim_skpd WHERE skpd_id = (d.members ->> 'skpd')::int
            UNION ALL
            SELECT 2, 'kegiatan', kode, nama FROM dw.dim_kegiatan WHERE kegiatan_id = (d.members ->> 'kegiatan')::int
            UNION ALL
            SELECT 3, 'rekening', kode, nama FROM dw.dim_rekening WHERE rekening_id = (d.members ->> 'rekening')::int
            UNION ALL
            SELECT 4, 'sumber_dana', kode, nama FROM dw.dim_sumber_dana
            WHERE sumber_dana_id = (d.members ->> 'sumber_dana')::int
            UNION ALL
            SELECT 5, 'tolok_ukur', kode, nama FROM dw.dim_tolok_ukur
            WHERE tolok_ukur_id = (d.members ->> 'tolok_ukur')::int
            UNION ALL
            SELECT 6, 'tahap', kode, nama FROM dw.dim_tahap WHERE tahap_id = (d.members ->> 'tahap')::int
        ) AS a
        WHERE a.kode <> ''
    ) AS anggota
FROM audit.difference AS d
JOIN dw.dim_indikator AS i ON i.indikator_id = d.indikator_id
JOIN dw.dim_wilayah AS w ON w.wilayah_id = d.wilayah_id
JOIN dw.dim_periode AS p ON p.periode_id = d.periode_id
JOIN dw.dim_rincian AS r ON r.rincian_id = d.rincian_id
WHERE d.submission_id = %(id)s
ORDER BY d.no;

-- name: new_members
SELECT dimensi, kode, nama, sumber FROM audit.anggota_baru ORDER BY dimensi, kode LIMIT %(limit)s;

-- name: decisions
SELECT decision, decided_by, reason, decided_at, automatic
FROM audit.decision
WHERE submission_id = %(id)s
ORDER BY id;

-- name: previous
SELECT max(l.id)
FROM audit.submission AS s
JOIN audit.submission AS l ON l.dataset = s.dataset AND l.path = s.path AND l.id < s.id
WHERE s.id = %(id)s;

-- name: quarantined
SELECT coalesce(l.name, ''), q.row_no, q.content, q.rules
FROM audit.quarantine AS q
LEFT JOIN audit.sheet AS l ON l.submission_id = q.submission_id AND l.sheet_no = q.sheet_no
WHERE q.submission_id = %(id)s
ORDER BY q.sheet_no, q.row_no
LIMIT %(limit)s;

-- name: recent
SELECT
    s.id, coalesce(d.judul, s.dataset), coalesce(r.nama, s.skpd),
    (SELECT count(*) FROM audit.finding AS f WHERE f.submission_id = s.id),
    c.decided_by, c.decided_at, c.reason
FROM audit.submission AS s
LEFT JOIN dw.dim_dataset AS d ON d.dataset = s.dataset
LEFT JOIN dw.skpd_register AS r ON r.skpd = s.skpd
LEFT JOIN LATERAL (
    SELECT decided_by, decided_at, reason FROM audit.decision WHERE submission_id = s.id ORDER BY id DESC LIMIT 1
) AS c ON true
ORDER BY s.id DESC
LIMIT %(limit)s;

-- name: summary
WITH terbaru AS (
    SELECT DISTINCT ON (dataset, path) *
    FROM audit.submission
    WHERE status NOT IN ('digantikan', 'diterima')
    ORDER BY dataset, path, id DESC
),
jumlah AS (
    SELECT
        skpd,
        count(*) AS kiriman,
        sum(n_received) AS received,
        sum(n_loaded) FILTER (WHERE status IN ('dirilis', 'tidak_berubah')) AS loaded,
        sum(n_unchanged) FILTER (WHERE status IN ('dirilis', 'tidak_berubah')) AS unchanged,
        sum(n_quarantined) AS quarantined,
        sum(n_loaded + n_unchanged) FILTER (WHERE status = 'menunggu') AS waiting_rows,
        sum(n_returned) AS returned_rows,
        count(*) FILTER (WHERE status = 'menunggu') AS waiting,
        count(*) FILTER (WHERE status = 'dikembalikan') AS returned
    FROM terbaru
    GROUP BY skpd
),
selisih AS (
    SELECT t.skpd, sum(r.stands_for) AS disagreeing, count(r.known_by) AS known
    FROM terbaru AS t
    JOIN audit.reconciliation AS r ON r.submission_id = t.id AND NOT r.agrees
    WHERE t.status <> 'dikembalikan'
    GROUP BY t.skpd
),
belum AS (
    SELECT skpd, count(*) AS unprocessed FROM audit.submission WHERE status = 'diterima' GROUP BY skpd
),
masalah AS (
    SELECT split_part(dataset, '.', 1) AS skpd, array_agg(problem ORDER BY dataset, path) AS problems
    FROM audit.source_state
    WHERE problem IS NOT NULL
    GROUP BY 1
),
asing AS (
    SELECT skpd, array_agg(path ORDER BY path) AS strays FROM audit.stray_file WHERE dataset IS NULL GROUP BY skpd
)
SELECT
    a.skpd, coalesce(r.nama, a.skpd), coalesce(j.kiriman, 0)::int, coalesce(j.received, 0)::int, coalesce(j.loaded, 0)::int,
    coalesce(j.unchanged, 0)::int, coalesce(j.quarantined, 0)::int, coalesce(j.waiting, 0)::int, coalesce(j.returned, 0)::int,
    coalesce(j.waiting_rows, 0)::int, coalesce(j.returned_rows, 0)::int, coalesce(b.unprocessed, 0)::int,
    coalesce(c.disagreeing, 0)::int, coalesce(c.known, 0)::int, coalesce(m.problems, '{}'), coalesce(t.strays, '{}')
FROM (
    SELECT split_part(dataset, '.', 1) AS skpd FROM dw.dim_dataset WHERE aktif
    UNION SELECT skpd FROM jumlah
    UNION SELECT skpd FROM masalah
    UNION SELECT skpd FROM asing
) AS a
LEFT JOIN belum AS b ON b.skpd = a.skpd
LEFT JOIN selisih AS c ON c.skpd = a.skpd
LEFT JOIN dw.skpd_register AS r ON r.skpd = a.skpd
LEFT JOIN jumlah AS j ON j.skpd = a.skpd
LEFT JOIN masalah AS m ON m.skpd = a.skpd
LEFT JOIN asing AS t ON t.skpd = a.skpd
ORDER BY a.skpd;
