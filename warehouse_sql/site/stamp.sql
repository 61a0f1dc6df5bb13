-- name: stamp
SELECT nomor, (now() AT TIME ZONE 'Asia/Makassar')::date AS hari_ini FROM portal.stempel;
