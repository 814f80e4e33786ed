#!/bin/sh
# make-secrets.sh [FOLDER]: every secret that the compose files name, made here and nowhere else; what is there stays.
#   REGIONS    regions whose names the certificates carry (default: those of deploy/regions)
#   ADDRESSES  further IP addresses that the certificates carry, separated by spaces (default none)
#   DAYS       for how long certificates count (default 90); run it again before they end: the authority stays, and so do
#              the files, which containers hold on to. What clients see is renewed when edge.pem is empty.
# For production put certificates of your own authority in their place: ca.pem, data*.pem, service*.pem, balancer.pem.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
folder=${1:-$here/../secrets}
regions=${REGIONS:-$(cd "$here/../regions" && for file in *.env; do printf '%s ' "${file%.env}"; done)}
days=${DAYS:-90}
umask 077
mkdir -p "$folder"
cd "$folder"
[ ! -e ca.pem ] || chmod u+w ./* # of an earlier run, which closed them

random() { [ -s "$1" ] || openssl rand -hex 24 | tr -d '\n' > "$1"; }
given() { [ -e "$1" ] || printf '%s' "$2" > "$1"; }

for name in postgres_superuser postgres_replication postgres_rewind postgres_app postgres_monitor postgres_vault redis_password \
  rpc_token backup_key grafana_password; do
  random "$name"
done
[ -s secrets_key ] || openssl rand -base64 32 | tr -d '\n' > secrets_key
[ -s track_record_key ] || openssl genpkey -algorithm ed25519 -out track_record_key 2> /dev/null
given database_url "postgres://btcforecast:$(cat postgres_app)@haproxy:5000/btcforecast?sslmode=verify-full&sslrootcert=/run/secrets/ca.pem"
given database_replica_url "postgres://btcforecast:$(cat postgres_app)@haproxy:5001/btcforecast?sslmode=verify-full&sslrootcert=/run/secrets/ca.pem"
given redis_url "redis://:$(cat redis_password)@haproxy:6379"
given redis_cache_url "redis://:$(cat redis_password)@haproxy:6380"
password=$(cat redis_password)
given redis_exporter "{\"redis://redis-queue-1:6379\":\"$password\",\"redis://redis-queue-2:6379\":\"$password\",\"redis://redis-cache-1:6379\":\"$password\",\"redis://redis-cache-2:6379\":\"$password\"}"
# What services log in to Vault with (never empty, which Swarm does not take): written by deploy/vault/bootstrap.sh, if you use it. And their token of Consul.
for name in gateway market-data prediction worker; do
  given "vault_${name}_role_id" none
  given "vault_${name}_secret_id" none
done
# An empty line: none, and still something for Swarm.
given consul_token '
'
# Where alerts go: empty until you say. An empty receiver is told nothing.
for name in slack_url pagerduty_key smtp_password alert_webhook_token dead_man_token; do given "$name" ''; done

if [ ! -s ca.pem ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj '/CN=btcforecast' \
    -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' -addext 'keyUsage=critical,keyCertSign,cRLSign' \
    -keyout ca-key.pem -out ca.pem 2> /dev/null
fi

# certificate NAME SUBJECT_ALTERNATIVE_NAMES
certificate() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" -keyout "$1-key.pem" -out "$1.csr" \
    2> /dev/null
  printf 'subjectAltName=%s\nbasicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=serverAuth,clientAuth\n' "$2" > "$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days "$days" -extfile "$1.ext" \
    -out "$1.pem" 2> /dev/null
  rm "$1.csr" "$1.ext"
}

names() { for host in "$@"; do printf 'DNS:%s,' "$host"; for region in $regions; do printf 'DNS:%s-%s,' "$host" "$region"; done; done; }
instances() { for host in gateway market-data prediction worker; do printf 'DNS:%s,' "$host"; for n in 1 2 3 4 5 6 7 8; do printf 'DNS:%s-%s,' "$host" "$n"; done; done; }
addresses=$(for address in ${ADDRESSES:-}; do printf ',IP:%s' "$address"; done)
data=$(names postgres etcd haproxy)
balancer=$(names haproxy nginx global-haproxy)
service=$(instances)
certificate data "${data}DNS:localhost,IP:127.0.0.1$addresses"
certificate service "${service}DNS:vault,DNS:consul,DNS:localhost,IP:127.0.0.1"
certificate balancer "${balancer}DNS:localhost,IP:127.0.0.1$addresses"
cat balancer-key.pem >> balancer.pem
# What clients see: of your own certificate authority in production.
[ -s edge.pem ] || certificate edge "DNS:${PUBLIC_NAME:-localhost},DNS:localhost,IP:127.0.0.1"
cat edge.pem edge-key.pem > edge-bundle.pem
# Containers run under users of their own, in the group 10000: what is secret is for that group.
if [ "$(id -u)" = 0 ]; then
  chgrp 10000 . ./*
  chmod 0750 .
  chmod 0440 ./*
else
  echo "not root, so the files cannot be given to the group 10000: whoever gets into $folder can read them" >&2
  chmod 0711 .
  chmod 0444 ./*
fi
chmod 0400 ca-key.pem
echo "secrets are in $folder"
