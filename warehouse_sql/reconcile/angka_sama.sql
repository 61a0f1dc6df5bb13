-- The same numbers again: every figure of a period stands at another year too, or every figure of a region at another.
-- One figure, the largest, finds whom to compare with; twenty numbers that are not zero, ten of them different, can hardly
-- agree by chance. The indicators are named again at every reading: given as numbers they are found by key, while from
-- the join alone PostgreSQL read everybody's figures.

-- name: year
a.tahun <> b.tahun

-- name: region
NOT starts_with(a.kode || '.', b.kode || '.') AND NOT starts_with(b.kode || '.', a.kode || '.')

-- name: compare
WITH semua AS MATERIALIZED (
    SELECT {ids}, nilai FROM {usulan} AS u
    WHERE indikator_id = ANY(%(indikator)s::int[]) AND periode_id = ANY(%(periode)s::int[]) AND nilai <> 0
),
kelompok AS (
    SELECT {member} AS anggota, count(*) AS banyak, sum(nilai) AS jumlah
    FROM semua
    GROUP BY {member}
    HAVING count(*) >= 20 AND count(DISTINCT nilai) >= 10
),
contoh AS (
    SELECT DISTINCT ON (s.{member}) s.*
    FROM semua AS s
    JOIN kelompok AS k ON k.anggota = s.{member}
    ORDER BY s.{member}, abs(s.nilai) DESC, {s_rest}
),
calon AS (
    SELECT DISTINCT c.{member} AS anggota, u.{member} AS lain
    FROM contoh AS c
    JOIN {usulan} AS u ON ({u_rest}) = ({c_rest}) AND u.nilai = c.nilai AND u.{member} <> c.{member}
    WHERE u.indikator_id = ANY(%(indikator)s::int[])
),
sama AS (
    SELECT k.anggota, n.lain, k.banyak, k.jumlah
    FROM calon AS n
    JOIN kelompok AS k USING (anggota)
    JOIN semua AS c ON c.{member} = n.anggota
    JOIN {usulan} AS u ON u.{member} = n.lain AND ({u_rest}) = ({c_rest}) AND u.nilai = c.nilai
    WHERE u.indikator_id = ANY(%(indikator)s::int[]) AND u.{member} IN (SELECT lain FROM calon)
    GROUP BY k.anggota, n.lain, k.banyak, k.jumlah
    HAVING count(*) = k.banyak
)
SELECT
    CASE {what} WHEN 'periode' THEN a.kode ELSE '' END, jsonb_build_object({what}, a.kode, {what} || '_lain', b.kode),
    format('%%s angka pada %%s sama seluruhnya', s.banyak, a.{titled}),
    format('jumlah %%s', a.{titled}), s.jumlah, format('jumlah %%s', b.{titled}), s.jumlah, 0, false,
    format('Semua angka bukan nol sama dengan %%s. Tabel yang sama tampaknya dikirim dua kali; periksa dan kirim yang benar.', b.{titled})
FROM sama AS s
JOIN {dimension} AS a ON a.{member} = s.anggota
JOIN {dimension} AS b ON b.{member} = s.lain
WHERE {differs}
    AND (s.anggota < s.lain OR NOT EXISTS (SELECT FROM sama AS z WHERE (z.anggota, z.lain) = (s.lain, s.anggota)))
ORDER BY s.banyak DESC, a.kode, b.kode
