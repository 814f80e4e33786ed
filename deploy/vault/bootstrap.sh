#!/bin/sh
# bootstrap.sh: sets up in Vault what the services need, over its HTTP API. May be run again at any time: what is there
# stays, policies and roles are brought to what the files beside this one say, and no value of an operator is written over.
# bootstrap.sh secret-id ROLE TTL: prints the token that a new secret id of ROLE is wrapped in, which opens it once.
#   VAULT_ADDR     address of Vault, unsealed
#   VAULT_TOKEN    of an operator (the root token right after `vault operator init`), or VAULT_TOKEN_FILE
#   VAULT_CACERT   authority that signed its certificate (default: those of the system)
#   SECRETS_DIR    folder of make-secrets.sh: passwords are read from it, and the logins of services written into it
#                  (default deploy/secrets)
#   DATABASE       where Vault makes users, with {{username}} and {{password}} in it
#                  (default postgresql://{{username}}:{{password}}@haproxy:5000/btcforecast?sslmode=verify-full&sslrootcert=/run/secrets/ca.pem)
#   DATABASE_USER  who may make them (default vault); password in SECRETS_DIR/postgres_vault
#   NEW_SECRET_IDS not empty: new secret ids for all, where they are kept until they end otherwise (90 days)
#   DATABASE_OWNER role that all of them act as (default btcforecast)
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
secrets=${SECRETS_DIR:-$here/../secrets}
database=${DATABASE:-'postgresql://{{username}}:{{password}}@haproxy:5000/btcforecast?sslmode=verify-full&sslrootcert=/run/secrets/ca.pem'}
services='gateway market-data prediction worker'
: "${VAULT_ADDR:?must be the address of Vault}"
token=${VAULT_TOKEN:-$(cat "${VAULT_TOKEN_FILE:?must be given, or VAULT_TOKEN}")}

# Not in the arguments of curl, which everybody on this machine can read.
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf 'header = "X-Vault-Token: %s"\nheader = "Content-Type: application/json"\nsilent\nshow-error\nmax-time = 30\n' "$token" > "$work/curl"
[ -z "${VAULT_CACERT:-}" ] || printf 'cacert = "%s"\n' "$VAULT_CACERT" >> "$work/curl"

# ask METHOD PATH [BODY]: the answer is in $work/answer, its status in $status
ask() {
  status=$(printf '%s' "${3:-}" | curl -K "$work/curl" -X "$1" ${3:+--data-binary @-} -o "$work/answer" -w '%{http_code}' "$VAULT_ADDR/v1/$2")
}
# must METHOD PATH [BODY]: as ask, and ends when it is refused
must() {
  ask "$@"
  case $status in
    2??) ;;
    *)
      printf '%s %s was refused with status %s: ' "$1" "$2" "$status" >&2
      cat "$work/answer" >&2
      exit 1
      ;;
  esac
}
field() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" "$work/answer"; }
# A file, or what comes in, as a string of JSON.
quoted() { sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' "$@" | awk 'NR > 1 { printf "\\n" } { printf "%s", $0 }'; }
# enabled KIND PATH
enabled() {
  must GET "sys/$1"
  grep -q "\"$2/\"" "$work/answer"
}

if [ "${1:-}" = secret-id ]; then
  printf 'header = "X-Vault-Wrap-TTL: %s"\n' "${3:?how long the token counts, e.g. 10m}" >> "$work/curl"
  must POST "auth/approle/role/btcforecast-${2:?of which role}/secret-id" '{}'
  field token
  exit 0
fi

# First of all, so that everything else is written down. It goes to the log of the container.
enabled audit stdout || must POST sys/audit/stdout '{"type":"file","options":{"file_path":"stdout"}}'
enabled auth approle || must POST sys/auth/approle '{"type":"approle"}'
enabled mounts secret || must POST sys/mounts/secret '{"type":"kv","options":{"version":"2"}}'
enabled mounts database || must POST sys/mounts/database '{"type":"database"}'
enabled mounts transit || must POST sys/mounts/transit '{"type":"transit"}'

for role in $services key-keeper; do
  must PUT "sys/policies/acl/btcforecast-$role" "{\"policy\":\"$(quoted "$here/policies/$role.hcl")\"}"
done
# Tokens of services are renewed for as long as the service lives; an operator's ends.
for role in $services; do
  must POST "auth/approle/role/btcforecast-$role" \
    "{\"token_policies\":\"btcforecast-$role\",\"token_period\":\"1h\",\"secret_id_ttl\":\"2160h\",\"secret_id_num_uses\":0}"
done
must POST auth/approle/role/btcforecast-key-keeper \
  '{"token_policies":"btcforecast-key-keeper","token_ttl":"10m","token_max_ttl":"10m","secret_id_ttl":"10m","secret_id_num_uses":1}'

must POST database/config/btcforecast "{\"plugin_name\":\"postgresql-database-plugin\",\"allowed_roles\":\"btcforecast\",\"password_authentication\":\"scram-sha-256\",\"connection_url\":\"$(printf '%s' "$database" | quoted)\",\"username\":\"${DATABASE_USER:-vault}\",\"password\":\"$(quoted "$secrets/postgres_vault")\"}"
must POST database/roles/btcforecast "$(sed "s/@owner@/${DATABASE_OWNER:-btcforecast}/g" "$here/database-role.json")"
must POST transit/keys/track-record '{"type":"ed25519"}'

# first PATH VARIABLE=FILE...: writes a secret that is not there yet
first() {
  path=secret/data/btcforecast/$1
  shift
  ask GET "$path"
  [ "$status" = 404 ] || return 0
  pairs=''
  for each in "$@"; do
    pairs="$pairs${pairs:+,}\"${each%%=*}\":\"$(quoted "$secrets/${each#*=}")\""
  done
  must POST "$path" "{\"data\":{$pairs}}"
}
first common RPC_TOKEN=rpc_token REDIS_URL=redis_url REDIS_CACHE_URL=redis_cache_url
first gateway SECRETS_KEY=secrets_key
first market-data
first prediction
first worker SECRETS_KEY=secrets_key

# keep FILE: takes what comes in, for the group of the containers
keep() {
  cat > "$secrets/$1.new"
  chmod 0440 "$secrets/$1.new"
  chgrp 10000 "$secrets/$1.new" 2> /dev/null || chmod 0444 "$secrets/$1.new"
  mv "$secrets/$1.new" "$secrets/$1"
}
for role in $services; do
  must GET "auth/approle/role/btcforecast-$role/role-id"
  field role_id | keep "vault_${role}_role_id"
  # make-secrets.sh begins with `none`.
  case $(cat "$secrets/vault_${role}_secret_id" 2> /dev/null) in
    '' | none) ;;
    *) [ -n "${NEW_SECRET_IDS:-}" ] || continue ;;
  esac
  must POST "auth/approle/role/btcforecast-$role/secret-id" '{}'
  field secret_id | keep "vault_${role}_secret_id"
done
echo "Vault is ready for: $services"
