#!/bin/sh
# Whether this node is a part of the cluster, as its primary or as a standby that follows.
exec curl -fsS --max-time 2 --cacert /run/secrets/ca.pem --resolve "$PATRONI_NAME:8008:127.0.0.1" "https://$PATRONI_NAME:8008/readiness"
