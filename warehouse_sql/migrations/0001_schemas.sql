CREATE SCHEMA staging;
CREATE SCHEMA dw;
CREATE SCHEMA portal;

COMMENT ON SCHEMA staging IS 'Figures of submissions that wait for the walidata: not published, not part of the facts.';
COMMENT ON SCHEMA dw IS 'Released figures with their history, and the dimensions that make them comparable.';
COMMENT ON SCHEMA audit IS 'What was received, checked, decided and loaded: the account of every figure.';
COMMENT ON SCHEMA portal IS 'Antarmuka umum: hanya angka yang sudah dirilis, dari dataset terbuka. Dibaca portal melalui portal_reader.';

-- Whatever is made later in these schemas is open to the loader; what is in portal, to readers. Functions are open to
-- PUBLIC by PostgreSQL's default: not here.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA staging, dw, audit
    GRANT SELECT, INSERT, UPDATE, DELETE, MAINTAIN ON TABLES TO satudata_loader;
ALTER DEFAULT PRIVILEGES IN SCHEMA staging, dw, audit GRANT USAGE, SELECT ON SEQUENCES TO satudata_loader;
ALTER DEFAULT PRIVILEGES IN SCHEMA portal GRANT SELECT ON TABLES TO satudata_loader, portal_reader;

GRANT USAGE ON SCHEMA staging, dw, audit, portal TO satudata_loader;
GRANT USAGE ON SCHEMA portal TO portal_reader;
