#!/bin/sh
# A base image where no registry can be reached: Debian 12 from its own mirror, with Node.
#   deploy/docker/base.sh NODE_BINARY
# makes btcforecast/debian:local and btcforecast/base:local; needs root, debootstrap and a Docker engine.
#   DEBIAN_MIRROR    default http://deb.debian.org/debian
#   CA_CERTIFICATES  a file of certificates to trust, where a proxy shows its own
#   APT_CONF         a file of apt settings to take along
set -eu
node=${1:?give the path of a Node 24 binary}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
debootstrap --variant=minbase bookworm "$root" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}"
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
[ -z "${APT_CONF:-}" ] || cp "$APT_CONF" "$root/etc/apt/apt.conf.d/90local"
trust=
if [ -n "${CA_CERTIFICATES:-}" ]; then
  mkdir -p "$root/etc/ssl/certs"
  cp "$CA_CERTIFICATES" "$root/etc/ssl/certs/local.pem"
  trust="ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/local.pem SSL_CERT_FILE=/etc/ssl/certs/local.pem"
fi
tar -C "$root" -c . | docker import ${trust:+--change "$trust"} - btcforecast/debian:local
install -m 0755 "$node" "$root/usr/local/bin/node"
npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
mkdir -p "$root/usr/local/lib/node_modules"
cp -a "$npm" "$root/usr/local/lib/node_modules/npm"
ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
ln -sf ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
tar -C "$root" -c . | docker import ${trust:+--change "$trust"} - btcforecast/base:local
