CREATE VIEW portal.asal_angka AS
SELECT
    i.dataset,
    i.kode AS indikator,
    w.kode AS wilayah,
    p.kode AS periode,
    r.kode AS rincian,
    f.nilai,
    f.penanda,
    f.valid_from AS berlaku_dari,
    f.valid_to AS berlaku_sampai,
    f.submission_id AS kiriman,
    regexp_replace(k.path, '^.*/', '') AS berkas,
    l.name AS lembar,
    sel.baris,
    CASE WHEN sel.kolom > 702 THEN chr(65 + (sel.kolom - 703) / 676) ELSE '' END
    || CASE WHEN sel.kolom > 26 THEN chr(65 + ((sel.kolom - 27) / 26) % 26) ELSE '' END
    || CASE WHEN sel.kolom > 0 THEN chr(65 + (sel.kolom - 1) % 26) ELSE '' END AS kolom,
    k.sha256,
    k.skpd,
    k.received_at AS diterima_pada,
    c.jumlah_pemeriksaan,
    c.jumlah_lolos,
    d2.decided_by AS dirilis_oleh,
    d2.decided_at AS dirilis_pada,
    d2.reason AS alasan
FROM dw.fakta_indikator AS f
JOIN dw.dim_indikator AS i ON i.indikator_id = f.indikator_id
JOIN dw.dim_dataset AS d ON d.dataset = i.dataset AND d.akses = 'terbuka'
JOIN dw.dim_wilayah AS w ON w.wilayah_id = f.wilayah_id
JOIN dw.dim_periode AS p ON p.periode_id = f.periode_id
JOIN dw.dim_rincian AS r ON r.rincian_id = f.rincian_id
JOIN audit.submission AS k ON k.id = f.submission_id
LEFT JOIN audit.sheet AS l ON l.submission_id = f.submission_id AND l.sheet_no = f.sheet_no
CROSS JOIN LATERAL (
    SELECT
        CASE WHEN l.transposed THEN f.col_no ELSE f.row_no END AS baris,
        CASE WHEN l.transposed THEN f.row_no ELSE f.col_no END AS kolom
) AS sel
LEFT JOIN audit.release AS rel ON rel.submission_id = f.submission_id
LEFT JOIN audit.decision AS d2 ON d2.id = rel.decision_id
LEFT JOIN LATERAL (
    SELECT count(*) AS jumlah_pemeriksaan, count(*) FILTER (WHERE failed = 0) AS jumlah_lolos
    FROM audit.check_result
    WHERE submission_id = f.submission_id
) AS c ON true;
COMMENT ON VIEW portal.asal_angka IS
    'Pertanggungjawaban setiap angka terbuka: berkas, lembar, baris, kolom, kapan diterima, pemeriksaan, siapa merilis.';
COMMENT ON COLUMN portal.asal_angka.sha256 IS 'Sidik berkas sebagaimana diterima; arsip menyimpannya di bawah nama ini.';
