#!/bin/sh
# Makes what each service needs of the database: a role that can log in and a schema that only it can enter. The image of PostgreSQL
# runs it when the server has no data yet; passwords, of letters and digits only, are in <SERVICE>_PASSWORD.
set -eu

sql() { psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" "$@"; }

sql --dbname postgres --command 'CREATE DATABASE platform'
# As many as the instances may have; it counts from when the server is started with what is made here.
sql --dbname postgres --command 'ALTER SYSTEM SET max_connections = 300'
sql --dbname platform --command 'REVOKE ALL ON DATABASE platform FROM PUBLIC; REVOKE ALL ON SCHEMA public FROM PUBLIC'
for service in quoteservice riskservice bridgeservice utilizationservice gateway; do
    eval "password=\$$(printf %s "$service" | tr '[:lower:]' '[:upper:]')_PASSWORD"
    sql --dbname platform <<END
CREATE ROLE $service LOGIN PASSWORD '$password';
ALTER ROLE $service SET search_path = $service;
ALTER ROLE $service SET idle_in_transaction_session_timeout = '5s';
GRANT CONNECT ON DATABASE platform TO $service;
CREATE SCHEMA $service AUTHORIZATION $service;
END
done
