-- Of these comparisons (the other dataset, the agency whose figures are compared) those whose other side the producer may
-- not see, with whom it asks instead. A number is for another producer's eyes when it is for everybody's: released, of a
-- dataset that is open and hides no cells. And a budget figure is for both who keep it, whatever the access of their
-- datasets: the agency spends it and the treasurer pays it, and each signs for both sides (PP 12/2019; Permendagri
-- 77/2020; Berita Acara Rekonsiliasi SKPKD-SKPD). Whoever else holds such figures is no party.
SELECT p.no::int, format('%%s (%%s)', l.nama, l.kontak)
FROM unnest(%(others)s::text[], %(agencies)s::text[]) WITH ORDINALITY AS p (dataset, skpd, no)
JOIN dw.dim_dataset AS d ON d.dataset = p.dataset
JOIN dw.skpd_register AS l ON l.skpd = d.skpd
JOIN dw.skpd_register AS m ON m.skpd = %(producer)s
WHERE d.skpd <> %(producer)s
    AND (d.akses <> 'terbuka' OR NOT d.aktif OR d.penyamaran IS NOT NULL)
    AND NOT coalesce(p.skpd <> 'KT00' AND m.kode IN (p.skpd, %(treasurer)s) AND l.kode IN (p.skpd, %(treasurer)s), false)
