-- Yang tersimpan untuk mencari dataset sama dengan yang dihitung dari keterangan dan angka yang berlaku.
SELECT dataset, 'tersimpan' AS hanya FROM (SELECT * FROM dw.rekap_dataset EXCEPT SELECT * FROM dw.dataset_hitung) AS a
UNION ALL
SELECT dataset, 'dihitung' FROM (SELECT * FROM dw.dataset_hitung EXCEPT SELECT * FROM dw.rekap_dataset) AS b;
