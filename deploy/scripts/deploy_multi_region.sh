#!/bin/sh
# deploy_multi_region.sh [COMMAND] [OPTIONS]: the same as `btcf deploy`, for whoever has no btcf on the path.
#   deploy/scripts/deploy_multi_region.sh --env staging --release 1.4.0          (as btcf deploy up)
#   deploy/scripts/deploy_multi_region.sh update --env production --release 1.4.0 --yes
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
case ${1:-} in
  '' | --[!h]*) set -- up "$@" ;;
esac
exec node "$here/../../apps/cli/bin/btcf.mjs" deploy "$@"
