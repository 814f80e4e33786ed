#!/bin/sh
# start.sh server queue|cache HOST [--replicaof HOST PORT] · start.sh sentinel HOST · start.sh ping [PORT]
# Redis and Sentinel write to their own configuration, so it is put together in /data, once; passwords come from a file.
set -eu
password=$(cat /run/secrets/redis_password)
case $1 in
  ping)
    [ "${2:-6379}" != 26379 ] || exec redis-cli -p 26379 ping
    REDISCLI_AUTH=$password exec redis-cli -p "${2:-6379}" ping
    ;;
  server)
    role=$2 host=$3
    shift 3
    conf=/data/redis.conf
    if [ ! -f "$conf" ]; then
      umask 077
      {
        echo "include /etc/redis/$role.conf"
        echo "dir /data"
        echo "requirepass $password"
        echo "masterauth $password"
        echo "replica-announce-ip $host"
        [ "${1:-}" != --replicaof ] || echo "replicaof $2 $3"
      } > "$conf"
    fi
    # A failover makes Redis write its configuration anew, with the users of the files it includes: it would find them
    # twice, and not start.
    sed -i '/^user /d' "$conf"
    # Whoever comes back asks who is master by now: Sentinel would tell it only after ten seconds, and meanwhile there
    # would be two who say so.
    for sentinel in sentinel-1 sentinel-2 sentinel-3; do
      master=$(timeout 1 redis-cli -h "$sentinel" -p 26379 --raw sentinel get-master-addr-by-name "$role" 2> /dev/null |
        head -n 1) || continue
      case $master in
        '' | *' '*) ;;
        "$host") break ;;
        *) exec redis-server "$conf" --replicaof "$master" 6379 ;;
      esac
    done
    exec redis-server "$conf"
    ;;
  sentinel)
    conf=/data/sentinel.conf
    if [ ! -f "$conf" ]; then
      umask 077
      {
        cat /etc/redis/sentinel.conf
        echo "dir /data"
        echo "sentinel announce-ip $2"
        for master in queue=redis-queue-1 cache=redis-cache-1; do
          role=${master%%=*}
          echo "sentinel monitor $role ${master#*=} 6379 2"
          echo "sentinel auth-pass $role $password"
          echo "sentinel down-after-milliseconds $role 2000"
          echo "sentinel failover-timeout $role 10000"
          echo "sentinel parallel-syncs $role 1"
        done
      } > "$conf"
    fi
    exec redis-sentinel "$conf"
    ;;
esac
