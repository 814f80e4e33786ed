#!/bin/sh
# Starts Patroni with passwords that it reads from files; `start post-bootstrap URL` makes the roles of a new cluster;
# `start role-change …` is Patroni's callback.
set -eu
secret() { cat "/run/secrets/$1"; }

if [ "${1:-}" = post-bootstrap ]; then
  # Runs once for a cluster, as the superuser. psql quotes the passwords.
  psql -v ON_ERROR_STOP=1 -q "$2" \
    -v app="$(secret postgres_app)" -v monitor="$(secret postgres_monitor)" \
    -v vault="$(secret postgres_vault)" <<'SQL'
CREATE ROLE btcforecast LOGIN PASSWORD :'app' CONNECTION LIMIT 250;
CREATE ROLE monitor LOGIN PASSWORD :'monitor' CONNECTION LIMIT 10 IN ROLE pg_monitor;
-- Makes and drops users that act as btcforecast, if Vault is used; see docs/secrets.md.
CREATE ROLE vault LOGIN CREATEROLE PASSWORD :'vault' CONNECTION LIMIT 10 IN ROLE pg_signal_backend;
GRANT btcforecast TO vault WITH ADMIN OPTION;
CREATE DATABASE btcforecast OWNER btcforecast;
REVOKE ALL ON DATABASE btcforecast FROM PUBLIC;
GRANT CONNECT ON DATABASE btcforecast TO monitor;
SQL
  pgbackrest --config=/run/patroni/pgbackrest.conf --stanza=btcforecast stanza-create
  exit 0
fi

if [ "${1:-}" = role-change ]; then
  # Each region has a repository of its own. That of a new primary has to know the cluster, or nothing is archived.
  case $3 in master | primary | promoted) ;; *) exit 0 ;; esac
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
    pgbackrest --config=/run/patroni/pgbackrest.conf --stanza=btcforecast stanza-create && exit 0
    sleep 5 # it is a standby until its promotion has ended
  done
  exit 1
fi

# PostgreSQL wants its key to be its own and closed to others, which a mounted secret is not.
install -d -m 0700 "${TLS_COPY:=/run/patroni}"
install -m 0600 /run/secrets/data.pem /run/secrets/data-key.pem "$TLS_COPY/"
/etc/patroni/backup.py configure
# Beside Patroni, with its rights on the data, and started anew whatever ends it.
if [ "${BACKUP_AT:-02:00}" != never ]; then
  (while sleep 5; do /etc/patroni/backup.py schedule; done) &
fi
(while sleep 5; do /etc/patroni/etcd_leader.py; done) &
PATRONI_SUPERUSER_USERNAME=postgres PATRONI_SUPERUSER_PASSWORD=$(secret postgres_superuser)
PATRONI_REPLICATION_USERNAME=replicator PATRONI_REPLICATION_PASSWORD=$(secret postgres_replication)
PATRONI_REWIND_USERNAME=rewind PATRONI_REWIND_PASSWORD=$(secret postgres_rewind)
export PATRONI_SUPERUSER_USERNAME PATRONI_SUPERUSER_PASSWORD PATRONI_REPLICATION_USERNAME
export PATRONI_REPLICATION_PASSWORD PATRONI_REWIND_USERNAME PATRONI_REWIND_PASSWORD
exec python3 /etc/patroni/run-patroni.py /etc/patroni/patroni.yml
