-- name: last_released
WITH angka AS (
    SELECT f.*, i.kode AS indikator
    FROM dw.fakta_indikator AS f
    JOIN dw.dim_indikator AS i ON i.indikator_id = f.indikator_id
    WHERE f.kode_kabkota = %(kabkota)s AND f.valid_to = 'infinity' AND i.dataset = %(dataset)s
),
terakhir AS (
    SELECT p.periode_id
    FROM dw.dim_periode AS p
    WHERE p.jenis = %(kind)s
        AND p.selesai < %(end)s
        AND EXISTS (SELECT FROM angka WHERE angka.periode_id = p.periode_id)
    ORDER BY p.selesai DESC
    LIMIT 1
)
SELECT p.kode, a.indikator, w.kode, r.kode, a.nilai, a.penanda
FROM angka AS a
JOIN dw.dim_periode AS p ON p.periode_id = a.periode_id
JOIN dw.dim_wilayah AS w ON w.wilayah_id = a.wilayah_id
JOIN dw.dim_rincian AS r ON r.rincian_id = a.rincian_id
WHERE p.kode = %(year_before)s OR a.periode_id IN (SELECT periode_id FROM terakhir)
ORDER BY p.selesai DESC, a.submission_id, a.sheet_no, a.row_no, a.col_no
