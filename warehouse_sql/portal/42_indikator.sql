CREATE OR REPLACE VIEW portal.indikator AS
SELECT
    i.kode AS indikator,
    i.dataset,
    i.nama,
    i.konsep,
    i.definisi,
    i.satuan,
    i.arah,
    i.dapat_dijumlah,
    i.rumus,
    i.besaran,
    i.metadata ->> 'interpretasi' AS interpretasi,
    i.metadata ->> 'ukuran' AS ukuran,
    i.metadata ->> 'klasifikasi' AS klasifikasi,
    i.metadata ->> 'level_estimasi' AS level_estimasi,
    i.metadata ->> 'dssd' AS dssd,
    ARRAY(SELECT jsonb_array_elements_text(coalesce(i.metadata -> 'mendukung', '[]'))) AS mendukung,
    ARRAY(SELECT jsonb_array_elements_text(coalesce(i.metadata -> 'sama_dengan', '[]'))) AS sama_dengan,
    i.indikator_id
FROM dw.dim_indikator AS i
JOIN dw.dim_dataset AS d ON d.dataset = i.dataset
WHERE i.aktif AND d.aktif;
COMMENT ON VIEW portal.indikator IS 'Indikator dengan keterangan MS-Ind: konsep, definisi, rumus, satuan, arah, dan sub kegiatan yang mendukungnya.';

CREATE OR REPLACE FUNCTION portal.indikator_pada(waktu timestamptz) RETURNS SETOF portal.indikator
LANGUAGE sql STABLE AS $$
    SELECT
        i.indikator,
        i.dataset,
        coalesce(h.isi ->> 'nama', i.nama),
        coalesce(h.isi ->> 'konsep', i.konsep),
        coalesce(h.isi ->> 'definisi', i.definisi),
        coalesce(h.isi ->> 'satuan', i.satuan),
        coalesce(h.isi ->> 'arah', i.arah),
        coalesce((h.isi ->> 'dapat_dijumlah')::boolean, i.dapat_dijumlah),
        CASE WHEN h.isi IS NULL THEN i.rumus ELSE h.isi ->> 'rumus' END,
        i.besaran,
        CASE WHEN h.isi IS NULL THEN i.interpretasi ELSE h.isi #>> '{metadata,interpretasi}' END,
        CASE WHEN h.isi IS NULL THEN i.ukuran ELSE h.isi #>> '{metadata,ukuran}' END,
        CASE WHEN h.isi IS NULL THEN i.klasifikasi ELSE h.isi #>> '{metadata,klasifikasi}' END,
        CASE WHEN h.isi IS NULL THEN i.level_estimasi ELSE h.isi #>> '{metadata,level_estimasi}' END,
        CASE WHEN h.isi IS NULL THEN i.dssd ELSE h.isi #>> '{metadata,dssd}' END,
        CASE WHEN h.isi IS NULL THEN i.mendukung
            ELSE ARRAY(SELECT jsonb_array_elements_text(coalesce(h.isi #> '{metadata,mendukung}', '[]'))) END,
        CASE WHEN h.isi IS NULL THEN i.sama_dengan
            ELSE ARRAY(SELECT jsonb_array_elements_text(coalesce(h.isi #> '{metadata,sama_dengan}', '[]'))) END,
        i.indikator_id
    FROM portal.indikator AS i
    LEFT JOIN LATERAL portal.isi_pada('dim_indikator', i.indikator_id::text, waktu) AS h ON true
$$;
COMMENT ON FUNCTION portal.indikator_pada IS 'Indikator dengan nama, definisi dan keterangan sebagaimana terbaca pada waktu itu.';
