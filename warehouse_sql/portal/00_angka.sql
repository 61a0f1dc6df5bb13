-- The base that every reading of figures stands on: a figure of a fact, all its versions, with what its dimensions say and
-- where it came from. One text for the three facts, which differ in the further dimensions of their keys only.
-- Joins are outer and by a unique key, so that a query pays for those whose columns it names. Nothing is hidden here:
-- `terbuka` and `tersembunyi` say what the public may see, `nilai_umum` what it sees; the views in portal obey.
DO $$
DECLARE
    -- %1 fact, %2 ids, %3 columns and %4 joins of its further dimensions, %5 and %6 those of hidden cells.
    dasar CONSTANT text := $dasar$
        CREATE OR REPLACE VIEW dw.angka_%1$s AS
        SELECT
            f.kode_kabkota, f.indikator_id, f.wilayah_id, f.periode_id, f.rincian_id, %2$s
            i.dataset, i.kode AS indikator, i.nama AS nama_indikator, i.satuan, i.besaran, i.dapat_dijumlah,
            d.akses = 'terbuka' AND d.aktif AS terbuka, d.kumulatif, b.kode AS kode_produsen,
            w.kode AS wilayah, w.nama AS nama_wilayah, w.tingkat,
            p.kode AS periode, p.jenis AS jenis_periode, p.selesai AS akhir_periode, p.tahun,
            r.kode AS rincian, r.rincian AS rincian_json, %3$s
            f.nilai, f.penanda, t.nama AS status_data, f.valid_from, f.valid_to,
            f.submission_id, k.path, regexp_replace(k.path, '^.*/', '') AS berkas, k.skpd AS pengirim, k.sha256,
            k.contract_sha256, k.received_at, k.submitted_by, l.name AS lembar, sel.baris,
            CASE WHEN sel.kolom > 702 THEN chr(65 + (sel.kolom - 703) / 676) ELSE '' END
            || CASE WHEN sel.kolom > 26 THEN chr(65 + ((sel.kolom - 27) / 26) %% 26) ELSE '' END
            || CASE WHEN sel.kolom > 0 THEN chr(65 + (sel.kolom - 1) %% 26) ELSE '' END AS kolom,
            c.decided_by, c.decided_at, c.reason,
            CASE WHEN c.automatic THEN 'aturan otomatis' WHEN NOT c.automatic THEN 'walidata' END AS perilis,
            uji.pemeriksaan, uji.jumlah_pemeriksaan, uji.jumlah_lolos,
            %5$s
        FROM dw.fakta_%1$s AS f
        JOIN dw.dim_indikator AS i ON i.kode_kabkota = f.kode_kabkota AND i.indikator_id = f.indikator_id
        JOIN dw.dim_dataset AS d ON d.dataset = i.dataset
        LEFT JOIN dw.dim_wilayah AS w ON w.wilayah_id = f.wilayah_id
        LEFT JOIN dw.dim_periode AS p ON p.periode_id = f.periode_id
        LEFT JOIN dw.dim_rincian AS r ON r.rincian_id = f.rincian_id
        LEFT JOIN dw.skpd_register AS b ON b.skpd = d.skpd
        %4$s
        LEFT JOIN dw.status_data AS t ON t.status = f.status
        LEFT JOIN audit.submission AS k ON k.id = f.submission_id
        LEFT JOIN audit.sheet AS l ON l.submission_id = f.submission_id AND l.sheet_no = f.sheet_no
        LEFT JOIN audit.release AS rel ON rel.submission_id = f.submission_id
        LEFT JOIN audit.decision AS c ON c.id = rel.decision_id
        CROSS JOIN LATERAL (
            SELECT
                CASE WHEN l.transposed THEN f.col_no ELSE f.row_no END AS baris,
                CASE WHEN l.transposed THEN f.row_no ELSE f.col_no END AS kolom
        ) AS sel
        LEFT JOIN LATERAL (
            SELECT
                count(*) AS jumlah_pemeriksaan,
                count(*) FILTER (WHERE failed = 0) AS jumlah_lolos,
                coalesce(jsonb_agg(jsonb_build_object(
                    'pemeriksaan', title, 'tingkat', severity, 'diperiksa', checked, 'gagal', failed) ORDER BY no), '[]') AS pemeriksaan
            FROM audit.check_result
            WHERE submission_id = f.submission_id
        ) AS uji ON true
        %6$s
    $dasar$;
    tampak CONSTANT text := 'false AS tersembunyi, NULL::tstzmultirange AS tersembunyi_selama, f.nilai AS nilai_umum, f.penanda AS penanda_umum';
    -- The current version is hidden while it is; an earlier one stays hidden once it was.
    samar CONSTANT text := $samar$
        h.ya AS tersembunyi, h.selama AS tersembunyi_selama,
        CASE WHEN NOT h.ya THEN f.nilai END AS nilai_umum, CASE WHEN h.ya THEN '*' ELSE f.penanda END AS penanda_umum
    $samar$;
    sembunyi CONSTANT text := $sembunyi$
        LEFT JOIN LATERAL (
            SELECT
                count(*) FILTER (WHERE f.valid_to < 'infinity' OR s.valid_to = 'infinity') > 0 AS ya,
                range_agg(tstzrange(s.valid_from, s.valid_to)) AS selama
            FROM dw.penyamaran AS s
            WHERE s.kode_kabkota = f.kode_kabkota AND s.indikator_id = f.indikator_id AND s.wilayah_id = f.wilayah_id
                AND s.periode_id = f.periode_id AND s.rincian_id = f.rincian_id
                AND s.valid_from < f.valid_to AND s.valid_to > f.valid_from
        ) AS h ON true
    $sembunyi$;
    fakta text;
    dimensi text[];
    ids text;
    kolom text;
    gabung text;
BEGIN
    FOR fakta, dimensi IN VALUES
        ('indikator', '{}'::text[]),
        ('anggaran', '{skpd, kegiatan, rekening, sumber_dana, tahap}'),
        ('kinerja', '{skpd, kegiatan, tolok_ukur, tahap}')
    LOOP
        SELECT
            string_agg(format('f.%s_id, ', q.nama), '' ORDER BY q.no),
            string_agg(format('%1$s.kode AS %1$s, %1$s.nama AS nama_%1$s, ', q.nama) || coalesce(lebih.kolom, ''), '' ORDER BY q.no),
            string_agg(format('LEFT JOIN dw.dim_%1$s AS %1$s ON %1$s.%1$s_id = f.%1$s_id ', q.nama), '' ORDER BY q.no)
        INTO ids, kolom, gabung
        FROM unnest(dimensi) WITH ORDINALITY AS q (nama, no)
        LEFT JOIN (
            VALUES
                ('kegiatan', 'kegiatan.tingkat AS tingkat_kegiatan, '),
                ('tahap', 'tahap.urutan AS urutan_tahap, '),
                ('tolok_ukur', 'tolok_ukur.satuan AS satuan_tolok_ukur, tolok_ukur.arah, tolok_ukur.dapat_dijumlah AS tolok_ukur_dapat_dijumlah, ')
        ) AS lebih (nama, kolom) ON lebih.nama = q.nama;
        EXECUTE format(dasar, fakta, ids, kolom, gabung,
            CASE fakta WHEN 'indikator' THEN samar ELSE tampak END,
            CASE fakta WHEN 'indikator' THEN sembunyi END);
        EXECUTE format('COMMENT ON VIEW dw.angka_%s IS %L', fakta,
            'Dasar semua bacaan angka ' || fakta || ': setiap versi dengan dimensi dan asalnya, juga yang tidak terbuka dan yang tersembunyi.');
    END LOOP;
END
$$;
