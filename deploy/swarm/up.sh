#!/bin/sh
# Starts the stack of a region, or brings it to what the files and BTCF_VERSION say by a rolling update.
#   deploy/swarm/up.sh REGION      on a manager; nodes of the region have the label region=REGION
#   SECRETS_DIR      default deploy/secrets (deploy/scripts/make-secrets.sh)
#   NETWORK_OPTIONS  of the overlay networks, default "--opt encrypted": what passes between hosts is encrypted
#   RESOLVE_IMAGE    always (default), changed, or never, where images are on the nodes and in no registry
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
region=${1:?give a region}
SECRETS_DIR=$(CDPATH='' cd -- "${SECRETS_DIR:-$here/../secrets}" && pwd)
for network in "$region-edge" "$region-app" "$region-data" wan; do
  docker network inspect "$network" > /dev/null 2>&1 && continue
  # shellcheck disable=SC2086 # several options
  docker network create --driver overlay --attachable ${NETWORK_OPTIONS---opt encrypted} "$network" > /dev/null
done
# Swarm keeps secrets and configurations as they were made, so what has changed gets a new name.
version() { cat "$@" | sha256sum | cut -c 1-12; }
SECRETS_VERSION=$(version "$SECRETS_DIR"/*)
CONFIGS_VERSION=$(version "$here"/../../nginx/nginx.conf "$here"/../../nginx/includes/*.conf "$here"/../../haproxy/haproxy.cfg)
export SECRETS_DIR SECRETS_VERSION CONFIGS_VERSION
exec docker stack deploy --resolve-image "${RESOLVE_IMAGE:-always}" --prune -c "$here/$region.yml" "btcforecast-$region"
