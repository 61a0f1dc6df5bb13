-- name: stamp
SELECT nomor, pada, (now() AT TIME ZONE 'Asia/Makassar')::date AS hari_ini FROM portal.stempel;
