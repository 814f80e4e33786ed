#!/bin/sh
# Builds all images of btcforecast: npm run images [-- --local] [TARGET…]
#   --local   on a base from Debian's mirror and with the servers of others from Debian's packages, where no registry
#             can be reached; needs root and debootstrap. See base.sh for DEBIAN_MIRROR, CA_CERTIFICATES and APT_CONF.
#   BTCF_REGISTRY, BTCF_VERSION   what they are called, as in the compose files (default btcforecast and dev)
#   BUILD_OPTIONS                 further options of docker build, such as --no-cache
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
local=
if [ "${1:-}" = --local ]; then local=yes && shift; fi
[ $# -gt 0 ] || set -- gateway market-data prediction worker btcf postgres
docker buildx version > /dev/null 2>&1 || export DOCKER_BUILDKIT=0
bases=
if [ -n "$local" ]; then
  docker image inspect btcforecast/base:local btcforecast/debian:local > /dev/null 2>&1 ||
    "$here/base.sh" "$(node -p process.execPath)"
  bases='--network host --build-arg BASE=btcforecast/base:local --build-arg DEBIAN=btcforecast/debian:local'
fi
for target in "$@"; do
  name=${BTCF_REGISTRY:-btcforecast}/$target:${BTCF_VERSION:-dev}
  # shellcheck disable=SC2086 # several options each
  docker build -q $bases ${BUILD_OPTIONS:-} -f "$here/Dockerfile" --target "$target" -t "$name" "$root" > /dev/null
  docker image inspect --format "$name {{.Size}} bytes" "$name"
done
[ -z "$local" ] || "$here/stand-in-images.sh" "$root/docker-compose.multi-region.yml"
