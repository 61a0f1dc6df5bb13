-- name: create
CREATE ROLE {role} {login} NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT {limit};

-- name: lend
GRANT {group} TO {role};

-- name: set
ALTER ROLE {role} SET {name} = {values};
