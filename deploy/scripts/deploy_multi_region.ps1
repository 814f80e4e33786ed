# deploy_multi_region.ps1 [COMMAND] [OPTIONS]: the same as `btcf deploy`, for whoever has no btcf on the path.
#   deploy/scripts/deploy_multi_region.ps1 --env staging --release 1.4.0          (as btcf deploy up)
#   deploy/scripts/deploy_multi_region.ps1 update --env production --release 1.4.0 --yes
$ErrorActionPreference = 'Stop'
$words = @($args)
if ($words.Count -eq 0 -or ($words[0] -like '--*' -and $words[0] -ne '--help')) {
  $words = @('up') + $words
}
$btcf = Join-Path $PSScriptRoot '../../apps/cli/bin/btcf.mjs'
& node $btcf deploy @words
exit $LASTEXITCODE
