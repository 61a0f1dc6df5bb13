-- Peran berlaku untuk seluruh klaster dan mungkin sudah ada, atau sedang dibuat oleh gudang lain di klaster yang sama.
-- Roles belong to the whole cluster: another warehouse on it may have them already, or be making them at this moment.
DO $$
DECLARE
    peran text;
BEGIN
    FOREACH peran IN ARRAY ARRAY['satudata_owner', 'satudata_loader', 'portal_reader', 'walidata_reader', 'produsen_reader'] LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = peran);
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', peran);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END LOOP;
    IF NOT pg_has_role(current_user, 'satudata_owner', 'SET') THEN
        EXECUTE format('GRANT satudata_owner TO %I', current_user);
    END IF;
END
$$;

DO $$
BEGIN
    IF NOT has_database_privilege('satudata_owner', current_database(), 'CREATE') THEN
        EXECUTE format('GRANT CREATE, CONNECT, TEMPORARY ON DATABASE %I TO satudata_owner', current_database());
        EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
        EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO satudata_loader', current_database());
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO portal_reader', current_database());
        REVOKE ALL ON SCHEMA public FROM PUBLIC;
    END IF;
    IF NOT has_database_privilege('produsen_reader', current_database(), 'CONNECT') THEN
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO walidata_reader, produsen_reader', current_database());
    END IF;
END
$$;
