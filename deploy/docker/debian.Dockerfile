# The servers of others as Debian 12 packages them, for tests where their own images cannot be had:
# deploy/docker/stand-in-images.sh tags each with the name that the compose files use.
ARG DEBIAN=btcforecast/debian:local
FROM ${DEBIAN} AS servers
RUN printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d \
 && apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      nginx haproxy redis-server redis-sentinel etcd-server etcd-client varnish gcc libc6-dev prometheus \
      prometheus-alertmanager prometheus-redis-exporter prometheus-postgres-exporter prometheus-nginx-exporter \
      prometheus-node-exporter prometheus-blackbox-exporter \
      curl wget socat ca-certificates \
 && rm -rf /var/lib/apt/lists/*

FROM servers AS nginx
CMD ["nginx", "-g", "daemon off;"]

FROM servers AS haproxy
STOPSIGNAL SIGUSR1

FROM servers AS redis

FROM servers AS etcd
CMD ["etcd"]

FROM servers AS varnish
CMD ["sh", "-c", "exec varnishd -F -f /etc/varnish/default.vcl -a http=:${VARNISH_HTTP_PORT},HTTP -p feature=+http2 -s malloc,${VARNISH_SIZE}"]

FROM servers AS prometheus
ENTRYPOINT ["prometheus"]

FROM servers AS alertmanager
ENTRYPOINT ["prometheus-alertmanager"]

FROM servers AS redis-exporter
ENTRYPOINT ["prometheus-redis-exporter"]

FROM servers AS postgres-exporter
ENTRYPOINT ["prometheus-postgres-exporter"]

FROM servers AS nginx-exporter
ENTRYPOINT ["prometheus-nginx-exporter"]

FROM servers AS node-exporter
ENTRYPOINT ["prometheus-node-exporter"]

FROM servers AS blackbox-exporter
ENTRYPOINT ["prometheus-blackbox-exporter"]
