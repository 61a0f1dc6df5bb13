-- The tree of programmes, plan beside realisation. One text computes it: as it is now, which is kept in dw.rekap_program,
-- and as it was published on a date. Nothing is added up that two datasets both state: amounts are rolled up within each
-- dataset, then one dataset is chosen per node. Filters on tahun and skpd reach the facts: both stand in every GROUP BY and
-- PARTITION BY. What else a dimension says that is read here has its trigger in the migrations that made dw.rekap_program; every order is total, so
-- that computing twice gives the same.
DO $$
DECLARE
    -- %1 condition on the versions, twice
    simpul CONSTANT text := $simpul$
        SELECT
            skpd, tahun, kode, tingkat, max(skpd_id) AS skpd_id,
            max(pagu_pokok) AS pagu_pokok, max(pagu_perubahan) AS pagu_perubahan, max(pagu) AS pagu, max(urutan_tahap) AS urutan_tahap,
            max(kas) AS kas, max(realisasi) AS realisasi, max(fisik) AS fisik, max(capaian) AS capaian,
            max(jumlah_tolok_ukur) AS jumlah_tolok_ukur, max(sumber_pagu) AS sumber_pagu, max(sumber_kas) AS sumber_kas,
            max(sumber_realisasi) AS sumber_realisasi, max(sumber_kinerja) AS sumber_kinerja
        FROM (
            SELECT
                skpd, tahun, kode, tingkat, max(skpd_id) AS skpd_id,
                (array_agg(pagu_pokok ORDER BY pihak, dataset) FILTER (WHERE pagu IS NOT NULL))[1] AS pagu_pokok,
                (array_agg(pagu_perubahan ORDER BY pihak, dataset) FILTER (WHERE pagu IS NOT NULL))[1] AS pagu_perubahan,
                (array_agg(pagu ORDER BY pihak, dataset) FILTER (WHERE pagu IS NOT NULL))[1] AS pagu,
                (array_agg(urutan_tahap ORDER BY pihak, dataset) FILTER (WHERE pagu IS NOT NULL))[1] AS urutan_tahap,
                (array_agg(kas ORDER BY pihak, dataset) FILTER (WHERE kas IS NOT NULL))[1] AS kas,
                (array_agg(realisasi ORDER BY pihak, dataset) FILTER (WHERE realisasi IS NOT NULL))[1] AS realisasi,
                NULL::numeric AS fisik, NULL::numeric AS capaian, NULL::bigint AS jumlah_tolok_ukur,
                (array_agg(dataset ORDER BY pihak, dataset) FILTER (WHERE pagu IS NOT NULL))[1] AS sumber_pagu,
                (array_agg(dataset ORDER BY pihak, dataset) FILTER (WHERE kas IS NOT NULL))[1] AS sumber_kas,
                (array_agg(dataset ORDER BY pihak, dataset) FILTER (WHERE realisasi IS NOT NULL))[1] AS sumber_realisasi,
                NULL AS sumber_kinerja
            FROM (
                SELECT
                    a.skpd, a.tahun, v.kode, v.tingkat, a.dataset, a.pihak, max(a.skpd_id) AS skpd_id,
                    sum(a.jumlah) FILTER (WHERE a.besaran = 'pagu' AND a.urutan_tahap = 1) AS pagu_pokok,
                    sum(a.jumlah) FILTER (WHERE a.besaran = 'pagu' AND a.urutan_tahap = 3) AS pagu_perubahan,
                    sum(a.jumlah) FILTER (WHERE a.besaran = 'pagu' AND a.urutan_tahap = a.tahap_terakhir) AS pagu,
                    max(a.urutan_tahap) FILTER (WHERE a.besaran = 'pagu' AND a.urutan_tahap = a.tahap_terakhir) AS urutan_tahap,
                    sum(a.jumlah) FILTER (WHERE a.besaran = 'kas' AND a.urutan_tahap = a.tahap_terakhir) AS kas,
                    sum(a.jumlah) FILTER (WHERE a.besaran = 'realisasi') AS realisasi
                FROM (
                    SELECT
                        *,
                        max(urutan_tahap) OVER (PARTITION BY skpd, tahun, dataset, besaran) AS tahap_terakhir,
                        max(akhir_periode) OVER (PARTITION BY skpd, tahun, dataset, besaran, urutan_tahap) AS terakhir
                    FROM (
                        SELECT
                            n.skpd, n.tahun, n.dataset, CASE WHEN n.kode_produsen = n.skpd THEN 2 ELSE 1 END AS pihak,
                            n.kegiatan, n.tingkat_kegiatan, n.besaran, n.kumulatif, n.urutan_tahap, n.akhir_periode,
                            max(n.skpd_id) AS skpd_id, sum(n.nilai) AS jumlah
                        FROM portal.anggaran_riwayat AS n
                        WHERE %1$s AND n.kegiatan <> '' AND n.tahun IS NOT NULL
                        GROUP BY n.skpd, n.tahun, n.dataset, n.kode_produsen, n.kegiatan, n.tingkat_kegiatan, n.besaran, n.kumulatif,
                            n.urutan_tahap, n.akhir_periode
                    ) AS per_periode
                ) AS a
                CROSS JOIN LATERAL (
                    VALUES
                        (a.kegiatan, a.tingkat_kegiatan),
                        (CASE WHEN a.tingkat_kegiatan = 'sub_kegiatan' THEN left(a.kegiatan, 12) END, 'kegiatan'),
                        (CASE WHEN a.tingkat_kegiatan IN ('sub_kegiatan', 'kegiatan') THEN left(a.kegiatan, 7) END, 'program')
                ) AS v (kode, tingkat)
                WHERE v.kode IS NOT NULL
                    AND (a.akhir_periode = a.terakhir OR a.besaran = 'kas' OR (a.besaran = 'realisasi' AND NOT a.kumulatif))
                GROUP BY a.skpd, a.tahun, v.kode, v.tingkat, a.dataset, a.pihak
            ) AS per_dataset
            GROUP BY skpd, tahun, kode, tingkat
            UNION ALL
            SELECT
                k.skpd, k.tahun, v.kode, v.tingkat, max(k.skpd_id), NULL, NULL, NULL, NULL, NULL, NULL,
                coalesce(avg(k.fisik) FILTER (WHERE v.sendiri), avg(k.fisik)),
                coalesce(avg(k.persen) FILTER (WHERE v.sendiri), avg(k.persen)),
                count(DISTINCT k.tolok_ukur) FILTER (WHERE k.tolok_ukur <> ''),
                NULL, NULL, NULL,
                string_agg(DISTINCT k.dataset, ', ')
            FROM (
                SELECT
                    *,
                    CASE WHEN arah = 'turun' THEN 100 * target / nullif(capaian, 0) ELSE 100 * capaian / nullif(target, 0) END AS persen
                FROM (
                    SELECT DISTINCT ON (skpd, tahun, kegiatan, tolok_ukur, wilayah)
                        skpd, tahun, kegiatan, tingkat_kegiatan, tolok_ukur, dataset,
                        max(skpd_id) AS skpd_id, max(arah) AS arah,
                        coalesce(
                            max(target) FILTER (WHERE setahun),
                            CASE WHEN bool_and(dapat_dijumlah) THEN sum(target)
                                ELSE (array_agg(target ORDER BY capaian IS NULL, akhir_periode DESC, jenis_periode)
                                    FILTER (WHERE target IS NOT NULL))[1] END
                        ) AS target,
                        coalesce(
                            max(capaian) FILTER (WHERE setahun),
                            CASE WHEN bool_and(dapat_dijumlah) THEN sum(capaian)
                                ELSE (array_agg(capaian ORDER BY akhir_periode DESC, jenis_periode) FILTER (WHERE capaian IS NOT NULL))[1] END
                        ) AS capaian,
                        (array_agg(fisik ORDER BY akhir_periode DESC, setahun DESC, jenis_periode)
                            FILTER (WHERE fisik IS NOT NULL))[1] AS fisik
                    FROM (
                        SELECT
                            n.skpd, n.tahun, n.dataset, CASE WHEN n.kode_produsen = n.skpd THEN 2 ELSE 1 END AS pihak, n.kegiatan,
                            n.tingkat_kegiatan, n.tolok_ukur, n.wilayah, n.akhir_periode, n.jenis_periode,
                            n.jenis_periode = 'tahunan' AS setahun,
                            max(n.skpd_id) AS skpd_id, max(n.arah) AS arah,
                            bool_and(n.tolok_ukur_dapat_dijumlah) AS dapat_dijumlah,
                            max(n.nilai) FILTER (WHERE n.besaran = 'target') AS target,
                            max(n.nilai) FILTER (WHERE n.besaran = 'capaian') AS capaian,
                            max(n.nilai) FILTER (WHERE n.besaran = 'fisik') AS fisik
                        FROM portal.kinerja_riwayat AS n
                        WHERE %1$s AND n.kegiatan <> '' AND n.tahun IS NOT NULL AND n.rincian = '' AND n.besaran IN ('target', 'capaian', 'fisik')
                        GROUP BY n.skpd, n.tahun, n.dataset, n.kode_produsen, n.kegiatan, n.tingkat_kegiatan, n.tolok_ukur, n.wilayah,
                            n.akhir_periode, n.jenis_periode
                    ) AS per_periode
                    GROUP BY skpd, tahun, kegiatan, tingkat_kegiatan, tolok_ukur, wilayah, dataset, pihak
                    ORDER BY skpd, tahun, kegiatan, tolok_ukur, wilayah, pihak, dataset
                ) AS per_tolok_ukur
            ) AS k
            CROSS JOIN LATERAL (
                VALUES
                    (k.kegiatan, k.tingkat_kegiatan, true),
                    (CASE WHEN k.tingkat_kegiatan = 'sub_kegiatan' THEN left(k.kegiatan, 12) END, 'kegiatan', false),
                    (CASE WHEN k.tingkat_kegiatan IN ('sub_kegiatan', 'kegiatan') THEN left(k.kegiatan, 7) END, 'program', false)
            ) AS v (kode, tingkat, sendiri)
            WHERE v.kode IS NOT NULL
            GROUP BY k.skpd, k.tahun, v.kode, v.tingkat
        ) AS berdampingan
        GROUP BY skpd, tahun, kode, tingkat
    $simpul$;
    -- %1 the nodes. Which member of dw.dim_kegiatan names a node, and under which code a series goes on
    bernama CONSTANT text := $bernama$
        SELECT p.*, nama.kegiatan_id, coalesce(left(p.kode, 4) || substr(baru.kode, 5), p.kode) COLLATE "C" AS kode_seri
        FROM (%1$s) AS p
        LEFT JOIN LATERAL (
            SELECT g.kegiatan_id
            FROM portal.kegiatan AS g
            WHERE g.kode IN (p.kode, 'X.XX' || substr(p.kode, 5))
            ORDER BY
                g.kode = p.kode DESC,
                make_date(p.tahun, 12, 31) >= g.berlaku_dari AND make_date(p.tahun, 12, 31) < g.berlaku_sampai DESC,
                g.berlaku_dari DESC
            LIMIT 1
        ) AS nama ON true
        LEFT JOIN LATERAL (
            SELECT g.kode
            FROM portal.kegiatan AS g
            WHERE g.kode_sebelumnya IN (p.kode, 'X.XX' || substr(p.kode, 5))
            ORDER BY g.berlaku_dari DESC, g.kode DESC
            LIMIT 1
        ) AS baru ON true
    $bernama$;
    -- %1 the named nodes, %2 further joins, %3 names of the agency and the node
    pohon CONSTANT text := $pohon$
        SELECT
            p.skpd,
            %3$s AS nama_skpd,
            p.tahun,
            p.kode,
            p.tingkat,
            %4$s AS nama,
            CASE p.tingkat WHEN 'sub_kegiatan' THEN left(p.kode, 12) WHEN 'kegiatan' THEN left(p.kode, 7)
                WHEN 'program' THEN left(p.kode, 4) END AS kode_induk,
            p.kode_seri,
            p.pagu_pokok,
            p.pagu_perubahan,
            p.pagu,
            t.kode AS tahap,
            p.kas,
            p.realisasi,
            round(100 * p.realisasi / nullif(p.pagu, 0), 2) AS realisasi_persen,
            round(p.fisik, 2) AS fisik,
            round(p.capaian, 2) AS capaian_persen,
            CASE
                WHEN p.capaian < 51 THEN 'sangat rendah'
                WHEN p.capaian < 66 THEN 'rendah'
                WHEN p.capaian < 76 THEN 'sedang'
                WHEN p.capaian < 91 THEN 'tinggi'
                WHEN p.capaian >= 91 THEN 'sangat tinggi'
            END AS predikat,
            p.jumlah_tolok_ukur,
            p.sumber_pagu,
            p.sumber_kas,
            p.sumber_realisasi,
            p.sumber_kinerja
        FROM %1$s AS p
        LEFT JOIN dw.dim_skpd AS s ON s.skpd_id = p.skpd_id
        LEFT JOIN portal.tahap AS t ON t.urutan = p.urutan_tahap
        LEFT JOIN dw.dim_kegiatan AS nama ON nama.kegiatan_id = p.kegiatan_id
        %2$s
    $pohon$;
BEGIN
    EXECUTE 'CREATE OR REPLACE VIEW dw.program_hitung AS ' || format(bernama, format(simpul, $syarat$n.berlaku_sampai = 'infinity'$syarat$));
    EXECUTE 'CREATE OR REPLACE VIEW portal.program AS '
        || format(pohon, 'dw.rekap_program', '', 's.nama', 'coalesce(nama.nama, p.kode)');
    EXECUTE format(
        -- As its owner, as a view is read: what names a node is in dw.
        'CREATE OR REPLACE FUNCTION portal.program_pada(waktu timestamptz) RETURNS SETOF portal.program LANGUAGE sql STABLE '
        'SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS %L',
        format(pohon,
            '(' || format(bernama, format(simpul, 'n.berlaku_dari <= waktu AND n.berlaku_sampai > waktu')) || ')',
            $gabung$
            LEFT JOIN LATERAL portal.isi_pada('dim_skpd', p.skpd_id::text, waktu) AS hs ON true
            LEFT JOIN LATERAL portal.isi_pada('dim_kegiatan', p.kegiatan_id::text, waktu) AS hk ON true
            $gabung$,
            $nama$coalesce(hs.isi ->> 'nama', s.nama)$nama$,
            $nama$coalesce(hk.isi ->> 'nama', nama.nama, p.kode)$nama$));
END
$$;
COMMENT ON VIEW dw.program_hitung IS 'Pohon program dihitung dari angka terbuka yang berlaku; dw.rekap_program menyimpannya.';
COMMENT ON VIEW portal.program IS
    'Rencana dan realisasi per SKPD, tahun dan program, kegiatan atau sub kegiatan. Setiap simpul menjumlahkan isinya menurut satu dataset: catatan bendahara (produsennya bukan SKPD itu) didahulukan, dan sumber_* menyebutnya. Predikat E.81 memakai selang setengah terbuka: [0,51) sangat rendah, [51,66) rendah, [66,76) sedang, [76,91) tinggi, [91,∞) sangat tinggi.';
COMMENT ON FUNCTION portal.program_pada IS 'portal.program sebagaimana terbaca pada waktu itu, dengan nama saat itu.';

SELECT dw.segarkan_program();
