-- Who may read what. The public reads portal; the walidata reads everything; a produsen reads what became of its own
-- agency's submissions, and whose they are is said by one function that policy and views share.

-- ── the walidata ─────────────────────────────────────────────────────────────────────────────────────────────────────

GRANT USAGE ON SCHEMA staging, dw, audit, portal TO walidata_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA staging, dw, audit, portal TO walidata_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA staging, dw, audit, portal GRANT SELECT ON TABLES TO walidata_reader;

-- Functions of the portal (as published on a date); PostgreSQL's own grant to PUBLIC was taken away in 0001.
ALTER DEFAULT PRIVILEGES IN SCHEMA portal
    GRANT EXECUTE ON FUNCTIONS TO satudata_loader, portal_reader, walidata_reader, produsen_reader;

-- ── a produsen ───────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE SCHEMA produsen;
COMMENT ON SCHEMA produsen IS 'Yang boleh dilihat produsen data: keadaan kiriman SKPD-nya sendiri. Dibaca melalui produsen_reader.';
GRANT USAGE ON SCHEMA produsen TO produsen_reader, walidata_reader;
GRANT USAGE ON SCHEMA portal, audit TO produsen_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA produsen GRANT SELECT ON TABLES TO produsen_reader, walidata_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA portal TO produsen_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA portal GRANT SELECT ON TABLES TO produsen_reader;

-- session_user: SET ROLE does not change whose login it is, and inside this function current_user is its owner.
CREATE FUNCTION produsen.skpd_saya() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$ SELECT skpd FROM audit.account WHERE login = session_user $$;
COMMENT ON FUNCTION produsen.skpd_saya IS 'SKPD pemilik akun yang sedang masuk; kosong bila akun itu bukan milik SKPD mana pun.';
GRANT EXECUTE ON FUNCTION produsen.skpd_saya TO produsen_reader, walidata_reader, satudata_loader;

-- Row-level security stands on the submission alone: the loader COPYs into the tables below it, which PostgreSQL refuses
-- where it is on. Those are reached through the views of schema produsen, which ask the same function.
ALTER TABLE audit.submission ENABLE ROW LEVEL SECURITY;
CREATE POLICY pemuat ON audit.submission TO satudata_loader USING (true) WITH CHECK (true);
CREATE POLICY walidata ON audit.submission FOR SELECT TO walidata_reader USING (true);
CREATE POLICY produsen ON audit.submission FOR SELECT TO produsen_reader USING (skpd = (SELECT produsen.skpd_saya()));
GRANT SELECT ON audit.submission TO produsen_reader;

-- Who maps a login to an agency decides what it reads: not the loader.
REVOKE INSERT, UPDATE, DELETE ON audit.account FROM satudata_loader;

-- ── views ────────────────────────────────────────────────────────────────────────────────────────────────────────────

-- Views are made from warehouse_sql/portal, never by a migration. Where one must change a table that they read, it drops
-- them with this; they are made anew at the end of the same run.
CREATE PROCEDURE audit.drop_views() LANGUAGE plpgsql AS $$
DECLARE
    names text;
BEGIN
    SELECT string_agg(p.oid::regprocedure::text, ', ') INTO names
    FROM pg_proc AS p
    WHERE p.pronamespace = 'portal'::regnamespace;
    IF names IS NOT NULL THEN
        EXECUTE 'DROP FUNCTION ' || names;
    END IF;
    SELECT string_agg(c.oid::regclass::text, ', ') INTO names
    FROM pg_class AS c
    WHERE c.relkind = 'v' AND c.relnamespace IN ('dw'::regnamespace, 'portal'::regnamespace, 'produsen'::regnamespace);
    IF names IS NOT NULL THEN
        EXECUTE 'DROP VIEW ' || names;
    END IF;
    DELETE FROM audit.migration WHERE name = 'portal';
END
$$;
COMMENT ON PROCEDURE audit.drop_views IS
    'Drops every view and function that warehouse_sql/portal made. Refused while an object of others depends on one.';
