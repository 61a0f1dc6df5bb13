-- name: programmes
SELECT dw.segarkan_program(
    ARRAY(SELECT DISTINCT tahun FROM dw.dim_periode WHERE periode_id = ANY(%(periods)s) AND tahun IS NOT NULL),
    ARRAY(SELECT DISTINCT kode FROM dw.dim_skpd WHERE skpd_id = ANY(%(agencies)s))
);

-- name: dataset
SELECT dw.segarkan_dataset(ARRAY[%(dataset)s]);

-- name: all
SELECT dw.segarkan_program() + dw.segarkan_dataset();
