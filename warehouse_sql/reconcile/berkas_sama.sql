-- The same bytes under another name: a year's or a region's file offered as another's, or a copy. Not where the other name
-- has been given another file since: that mistake is mended, and no fault of this one.
SELECT DISTINCT ON (l.dataset, l.path)
    coalesce(s.periods[1], ''), jsonb_build_object('sha256', s.sha256, 'kiriman', l.id, 'dataset_kanan', l.dataset),
    'Berkas yang sama persis dengan kiriman ' || l.id, s.path, s.size,
    CASE WHEN l.skpd = s.skpd THEN l.path ELSE 'dataset ' || l.dataset END, l.size, 0, false,
    CASE
        WHEN l.dataset <> s.dataset THEN format('Berkas ini juga dikirim untuk dataset %%s. Pastikan mana yang benar.', l.dataset)
        WHEN l.periods <> %(period_codes)s THEN format('Berkas ini juga dikirim untuk %%s. Satu berkas tidak mungkin memuat dua periode.', array_to_string(l.periods, ', '))
        ELSE 'Berkas ini sudah pernah dikirim dengan nama lain. Bila seharusnya untuk wilayah atau tahun lain, kirim berkas yang benar.'
    END
FROM audit.submission AS s
JOIN audit.submission AS l ON l.sha256 = s.sha256 AND l.path <> s.path AND l.id < s.id
WHERE s.id = %(id)s AND l.status IN ('menunggu', 'dirilis', 'tidak_berubah')
    AND NOT EXISTS (
        SELECT FROM audit.submission AS n
        WHERE n.dataset = l.dataset AND n.path = l.path AND n.id > l.id AND n.sha256 <> l.sha256
            AND n.status IN ('menunggu', 'dirilis', 'tidak_berubah')
    )
ORDER BY l.dataset, l.path, l.id DESC
