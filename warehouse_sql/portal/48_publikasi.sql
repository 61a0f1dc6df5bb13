CREATE OR REPLACE VIEW portal.publikasi WITH (security_barrier) AS
SELECT
    p.dataset,
    b.berkas ->> 'name' AS berkas,
    (b.berkas ->> 'size')::bigint AS ukuran,
    b.berkas ->> 'sha256' AS sha256,
    p.released_at AS dirilis_pada,
    p.published_at AS ditulis_pada
FROM audit.publication AS p
JOIN dw.dim_dataset AS d ON d.dataset = p.dataset
CROSS JOIN LATERAL jsonb_array_elements(p.files) AS b (berkas)
WHERE d.akses = 'terbuka' AND d.aktif;
COMMENT ON VIEW portal.publikasi IS 'Berkas ekspor setiap dataset terbuka: nama, besar, sidik, dan rilis yang dimuatnya.';
