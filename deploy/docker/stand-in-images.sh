#!/bin/sh
# Builds the servers of the profile `core` from Debian's packages and gives them the names that a compose file asks for.
#   deploy/docker/stand-in-images.sh COMPOSE_FILE      after deploy/docker/base.sh
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
file=${1:?give a compose file}
stand_in() {
  name=$(sed -n "s#^ *image: ##p" "$file" | grep -E "$2" | sort -u | head -n 1)
  [ -n "$name" ] || return 0
  docker build -q --network host -f "$here/debian.Dockerfile" --target "$1" -t "$name" "$here" > /dev/null
  echo "$name"
}
stand_in nginx 'nginx-unprivileged:'
stand_in haproxy '(^|/)haproxy:'
stand_in redis '(^|/)redis:'
stand_in etcd '/etcd:'
stand_in varnish '(^|/)varnish:'
stand_in prometheus '/prometheus:'
stand_in alertmanager '/alertmanager:'
stand_in redis-exporter 'redis_exporter:'
stand_in postgres-exporter 'postgres-exporter:'
stand_in nginx-exporter 'nginx-prometheus-exporter:'
stand_in node-exporter 'node-exporter:'
stand_in blackbox-exporter 'blackbox-exporter:'
