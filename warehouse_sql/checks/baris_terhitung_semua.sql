-- Baris masuk sama dengan baris dimuat, tidak berubah, dikarantina dan dikembalikan; karantina tersimpan seluruhnya.
SELECT s.id, s.status, s.n_received, s.n_loaded, s.n_unchanged, s.n_quarantined, s.n_returned, coalesce(q.jumlah, 0) AS tersimpan
FROM audit.submission AS s
LEFT JOIN (
    SELECT submission_id, count(*) AS jumlah FROM audit.quarantine GROUP BY submission_id
) AS q ON q.submission_id = s.id
WHERE s.n_received <> s.n_loaded + s.n_unchanged + s.n_quarantined + s.n_returned
    OR s.n_quarantined <> coalesce(q.jumlah, 0);
