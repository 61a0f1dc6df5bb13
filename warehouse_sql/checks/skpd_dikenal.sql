-- Setiap SKPD pada kontrak memiliki kode yang ada pada daftar SKPD.
SELECT skpd, nama FROM dw.skpd_register WHERE kode = 'KT00';
