-- Setiap wilayah di bawah provinsi memiliki induk yang ada, dan kodenya diawali kode induknya.
SELECT w.kode, w.nama, w.induk
FROM dw.dim_wilayah AS w
LEFT JOIN dw.dim_wilayah AS i ON i.kode = w.induk
WHERE w.wilayah_id <> 0
    AND w.induk IS NOT NULL
    AND (i.kode IS NULL OR NOT starts_with(w.kode, w.induk || '.'));
