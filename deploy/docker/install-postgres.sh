#!/bin/sh
# Run once while the image of PostgreSQL is built. What it leaves is the same each time it is run with the same packages:
# no logs, no caches, no key that an installation made, and nothing dated later than SOURCE_DATE_EPOCH.
set -eu
: "${SOURCE_DATE_EPOCH:?}"
export SOURCE_DATE_EPOCH DEBIAN_FRONTEND=noninteractive PYTHONHASHSEED=0
touch /tmp/before
groupadd --gid 10002 postgres
useradd --uid 10002 --gid 10002 --home-dir /var/lib/postgresql --shell /bin/bash postgres
# Patroni makes the cluster; Debian's would only be thrown away.
mkdir -p /etc/postgresql-common
echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
apt-get update
apt-get install -y --no-install-recommends \
  postgresql-15 patroni python3-etcd3 python3-urllib3 pgbackrest curl ca-certificates
install -d -o postgres -g postgres -m 0750 /var/lib/postgresql /var/lib/pgbackrest /var/log/pgbackrest
# Compiled Python differs from one installation to the next; what Patroni needs it compiles when it starts.
find / -xdev -name __pycache__ -prune -exec rm -rf {} +
rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/apt/archives/*.deb \
  /etc/ssl/private/ssl-cert-snakeoil.key /etc/ssl/certs/ssl-cert-snakeoil.pem
# Emptied, not removed: the mark that a layer has for a file which the base has and it has not carries the time of day.
find /var/cache/debconf /var/cache/ldconfig /var/log /var/lib/dpkg/*-old -type f -exec truncate --size=0 {} +
find -L /etc/ssl/certs -maxdepth 1 -type l -exec rm {} +
find / -xdev -newer /tmp/before ! -path '/proc/*' ! -path '/sys/*' ! -path '/dev/*' \
  -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
rm /tmp/before
touch --date="@$SOURCE_DATE_EPOCH" /tmp
