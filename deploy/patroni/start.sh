#!/bin/sh
# Starts Patroni with passwords that it reads from files; `start post-bootstrap URL` makes the roles of a new cluster.
set -eu
secret() { cat "/run/secrets/$1"; }

if [ "${1:-}" = post-bootstrap ]; then
  # Runs once for a cluster, as the superuser. psql quotes the passwords.
  psql -v ON_ERROR_STOP=1 -q "$2" \
    -v app="$(secret postgres_app)" -v monitor="$(secret postgres_monitor)" <<'SQL'
CREATE ROLE btcforecast LOGIN PASSWORD :'app' CONNECTION LIMIT 250;
CREATE ROLE monitor LOGIN PASSWORD :'monitor' CONNECTION LIMIT 10 IN ROLE pg_monitor;
CREATE DATABASE btcforecast OWNER btcforecast;
REVOKE ALL ON DATABASE btcforecast FROM PUBLIC;
GRANT CONNECT ON DATABASE btcforecast TO monitor;
SQL
  pgbackrest --config=/etc/patroni/pgbackrest.conf --stanza=btcforecast stanza-create
  exit 0
fi

# PostgreSQL wants its key to be its own and closed to others, which a mounted secret is not.
install -d -m 0700 "${TLS_COPY:=/run/patroni}"
install -m 0600 /run/secrets/data.pem /run/secrets/data-key.pem "$TLS_COPY/"
PATRONI_SUPERUSER_USERNAME=postgres PATRONI_SUPERUSER_PASSWORD=$(secret postgres_superuser)
PATRONI_REPLICATION_USERNAME=replicator PATRONI_REPLICATION_PASSWORD=$(secret postgres_replication)
PATRONI_REWIND_USERNAME=rewind PATRONI_REWIND_PASSWORD=$(secret postgres_rewind)
PGBACKREST_REPO1_CIPHER_PASS=$(secret backup_key)
export PATRONI_SUPERUSER_USERNAME PATRONI_SUPERUSER_PASSWORD PATRONI_REPLICATION_USERNAME
export PATRONI_REPLICATION_PASSWORD PATRONI_REWIND_USERNAME PATRONI_REWIND_PASSWORD PGBACKREST_REPO1_CIPHER_PASS
exec patroni /etc/patroni/patroni.yml
