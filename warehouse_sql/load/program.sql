-- name: refresh
SELECT dw.segarkan_program(
    ARRAY(SELECT DISTINCT tahun FROM dw.dim_periode WHERE periode_id = ANY(%(periods)s) AND tahun IS NOT NULL),
    ARRAY(SELECT DISTINCT kode FROM dw.dim_skpd WHERE skpd_id = ANY(%(agencies)s))
);

-- name: refresh_all
SELECT dw.segarkan_program();
