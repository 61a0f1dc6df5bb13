-- name: stage
DROP TABLE IF EXISTS pg_temp.code_list;
CREATE TEMP TABLE code_list ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA;

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
