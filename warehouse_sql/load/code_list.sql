-- name: stage
DROP TABLE IF EXISTS pg_temp.code_list;
CREATE TEMP TABLE code_list ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA;

-- name: adopt
-- A code that figures brought before its list had it: the member stays theirs, and becomes the list's first version.
UPDATE {table} AS lama
SET berlaku_dari = baru.berlaku_dari
FROM (SELECT kode, min(berlaku_dari) AS berlaku_dari FROM pg_temp.code_list GROUP BY kode) AS baru
WHERE lama.kode = baru.kode
    AND lama.{trust} = 'belum dikenal'
    AND lama.berlaku_dari <> baru.berlaku_dari
    AND NOT EXISTS (SELECT FROM {table} AS sudah WHERE sudah.kode = baru.kode AND sudah.berlaku_dari = baru.berlaku_dari);

-- name: merge
INSERT INTO {table} AS lama ({columns})
SELECT {columns} FROM pg_temp.code_list
ON CONFLICT ({key}) DO UPDATE SET {changes}
WHERE ({old}) IS DISTINCT FROM ({new});

-- The lists that codes are held against: code, name, from, to, other spellings, whether somebody put it into the list.

-- name: kegiatan
SELECT kode, nama, berlaku_dari, berlaku_sampai, '', keyakinan <> 'belum dikenal'
FROM dw.dim_kegiatan
WHERE kegiatan_id > 1
ORDER BY kode, berlaku_dari;

-- name: rekening
SELECT kode, nama, berlaku_dari, berlaku_sampai, '', keyakinan <> 'belum dikenal'
FROM dw.dim_rekening
WHERE rekening_id > 1
ORDER BY kode, berlaku_dari;

-- name: sumber_dana
SELECT kode, nama, berlaku_dari, berlaku_sampai, varian, keyakinan <> 'belum dikenal'
FROM dw.dim_sumber_dana
WHERE sumber_dana_id > 1
ORDER BY kode, berlaku_dari;

-- name: skpd
SELECT kode, nama, berlaku_dari, berlaku_sampai, concat_ws('|', kode_sipd, singkatan), keyakinan_nama <> 'belum dikenal'
FROM dw.dim_skpd
WHERE skpd_id <> 0
ORDER BY kode, berlaku_dari;

-- name: tahap
SELECT kode, nama, '-infinity'::date, 'infinity'::date, '', true FROM dw.dim_tahap WHERE tahap_id <> 0 ORDER BY urutan;

-- name: rincian
SELECT kode, nama, berlaku_dari, berlaku_sampai, varian, true
FROM dw.daftar_rincian
WHERE daftar = %(list)s
ORDER BY urutan, berlaku_dari;

-- name: successors
SELECT kode_lama, kode_baru FROM dw.padanan WHERE dimensi = %(list)s ORDER BY kode_lama, kode_baru;

-- name: bidang
SELECT array_remove(ARRAY[kode, kode_sipd, nama, singkatan], NULL), bidang_urusan FROM dw.dim_skpd WHERE skpd_id <> 0;

-- name: producer
SELECT kode FROM dw.skpd_register WHERE skpd = %(skpd)s;
