-- Raised by whoever changes what is below: the first number when a view, a column or a function goes or becomes another,
-- the second when one is added. tests/warehouse/portal_interface.csv has the interface, line by line.
CREATE OR REPLACE VIEW portal.versi AS
SELECT 1 AS utama, 4 AS tambahan;
COMMENT ON VIEW portal.versi IS 'Versi antarmuka ini: `utama` naik bila sesuatu hilang atau berubah arti, `tambahan` bila ada yang baru.';
