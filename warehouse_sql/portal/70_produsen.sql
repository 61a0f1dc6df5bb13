-- What a produsen sees of its own agency. Whose a submission is, is asked once, in produsen.kiriman; the others stand on it.
CREATE OR REPLACE VIEW produsen.kiriman WITH (security_barrier) AS
SELECT
    s.id AS kiriman,
    s.dataset,
    s.fact AS fakta,
    regexp_replace(s.path, '^.*/', '') AS berkas,
    s.sha256,
    s.received_at AS diterima_pada,
    s.submitted_by AS diserahkan_oleh,
    s.status,
    s.label,
    s.periods AS periode,
    s.n_received AS baris_diterima,
    s.n_loaded AS baris_dimuat,
    s.n_unchanged AS baris_tidak_berubah,
    s.n_quarantined AS baris_dikarantina,
    s.n_returned AS baris_dikembalikan
FROM audit.submission AS s
WHERE s.skpd = (SELECT produsen.skpd_saya());
COMMENT ON VIEW produsen.kiriman IS 'Kiriman SKPD ini dan apa yang terjadi padanya.';

CREATE OR REPLACE VIEW produsen.temuan WITH (security_barrier) AS
SELECT
    k.kiriman, k.dataset, f.no, f.rule AS aturan, f.severity AS tingkat, f.owner AS pemilik, f.message AS pesan, f.cause AS sebab,
    f.action AS tindakan, f.file AS berkas, f.sheet AS lembar, f.row_no AS baris, f.col AS kolom, f.header AS kepala, f.value AS nilai
FROM produsen.kiriman AS k
JOIN audit.finding AS f ON f.submission_id = k.kiriman;
COMMENT ON VIEW produsen.temuan IS 'Temuan pada kiriman SKPD ini, dengan sebab dan tindakannya.';

CREATE OR REPLACE VIEW produsen.karantina WITH (security_barrier) AS
SELECT k.kiriman, k.dataset, l.name AS lembar, q.row_no AS baris, q.content AS isi, q.rules AS aturan
FROM produsen.kiriman AS k
JOIN audit.quarantine AS q ON q.submission_id = k.kiriman
LEFT JOIN audit.sheet AS l ON l.submission_id = q.submission_id AND l.sheet_no = q.sheet_no;
COMMENT ON VIEW produsen.karantina IS 'Baris kiriman SKPD ini yang ditahan, sebagaimana diterima.';

CREATE OR REPLACE VIEW produsen.pemeriksaan WITH (security_barrier) AS
SELECT k.kiriman, k.dataset, c.no, c.rule AS aturan, c.title AS pemeriksaan, c.severity AS tingkat, c.checked AS diperiksa, c.failed AS gagal
FROM produsen.kiriman AS k
JOIN audit.check_result AS c ON c.submission_id = k.kiriman;
COMMENT ON VIEW produsen.pemeriksaan IS 'Pemeriksaan yang dilalui kiriman SKPD ini, juga yang lolos.';

CREATE OR REPLACE VIEW produsen.keputusan WITH (security_barrier) AS
SELECT k.kiriman, k.dataset, c.decision AS keputusan, c.decided_by AS diputuskan_oleh, c.automatic AS otomatis, c.reason AS alasan, c.decided_at AS diputuskan_pada
FROM produsen.kiriman AS k
JOIN audit.decision AS c ON c.submission_id = k.kiriman;
COMMENT ON VIEW produsen.keputusan IS 'Keputusan atas kiriman SKPD ini: dirilis atau dikembalikan, oleh siapa, mengapa.';

CREATE OR REPLACE VIEW produsen.perubahan WITH (security_barrier) AS
SELECT
    k.kiriman, k.dataset, d.no, d.kind AS jenis, i.kode AS indikator, w.kode AS wilayah, p.kode AS periode, r.kode AS rincian,
    d.old_value AS nilai_lama, d.new_value AS nilai_baru, d.old_mark AS penanda_lama, d.new_mark AS penanda_baru, d.row_no AS baris
FROM produsen.kiriman AS k
JOIN audit.difference AS d ON d.submission_id = k.kiriman
LEFT JOIN dw.dim_indikator AS i ON i.indikator_id = d.indikator_id
LEFT JOIN dw.dim_wilayah AS w ON w.wilayah_id = d.wilayah_id
LEFT JOIN dw.dim_periode AS p ON p.periode_id = d.periode_id
LEFT JOIN dw.dim_rincian AS r ON r.rincian_id = d.rincian_id;
COMMENT ON VIEW produsen.perubahan IS 'Perbedaan terbesar antara kiriman SKPD ini dan yang sudah dirilis sebelumnya.';

CREATE OR REPLACE VIEW produsen.angka_menunggu WITH (security_barrier) AS
SELECT
    k.kiriman, k.dataset, i.kode AS indikator, w.kode AS wilayah, p.kode AS periode, r.kode AS rincian,
    s.kode AS skpd, g.kode AS kegiatan, a.kode AS rekening, n.kode AS sumber_dana, u.kode AS tolok_ukur, t.kode AS tahap,
    f.nilai, f.penanda, f.row_no AS baris
FROM produsen.kiriman AS k
JOIN (
    SELECT
        submission_id, indikator_id, wilayah_id, periode_id, rincian_id, NULL::int AS skpd_id, NULL::int AS kegiatan_id,
        NULL::int AS rekening_id, NULL::int AS sumber_dana_id, NULL::int AS tolok_ukur_id, NULL::int AS tahap_id, nilai, penanda, row_no
    FROM staging.figur
    UNION ALL
    SELECT
        submission_id, indikator_id, wilayah_id, periode_id, rincian_id, skpd_id, kegiatan_id, rekening_id, sumber_dana_id, NULL, tahap_id,
        nilai, penanda, row_no
    FROM staging.figur_anggaran
    UNION ALL
    SELECT
        submission_id, indikator_id, wilayah_id, periode_id, rincian_id, skpd_id, kegiatan_id, NULL, NULL, tolok_ukur_id, tahap_id,
        nilai, penanda, row_no
    FROM staging.figur_kinerja
) AS f ON f.submission_id = k.kiriman
JOIN dw.dim_indikator AS i ON i.indikator_id = f.indikator_id
JOIN dw.dim_wilayah AS w ON w.wilayah_id = f.wilayah_id
JOIN dw.dim_periode AS p ON p.periode_id = f.periode_id
JOIN dw.dim_rincian AS r ON r.rincian_id = f.rincian_id
LEFT JOIN dw.dim_skpd AS s ON s.skpd_id = f.skpd_id
LEFT JOIN dw.dim_kegiatan AS g ON g.kegiatan_id = f.kegiatan_id
LEFT JOIN dw.dim_rekening AS a ON a.rekening_id = f.rekening_id
LEFT JOIN dw.dim_sumber_dana AS n ON n.sumber_dana_id = f.sumber_dana_id
LEFT JOIN dw.dim_tolok_ukur AS u ON u.tolok_ukur_id = f.tolok_ukur_id
LEFT JOIN dw.dim_tahap AS t ON t.tahap_id = f.tahap_id;
COMMENT ON VIEW produsen.angka_menunggu IS 'Angka kiriman SKPD ini yang menunggu keputusan walidata.';
