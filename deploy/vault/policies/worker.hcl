# What worker may do in Vault: read its own part of the configuration, and be lent a user of PostgreSQL.
path "secret/data/btcforecast/common" { capabilities = ["read"] }
path "secret/data/btcforecast/worker" { capabilities = ["read"] }
path "database/creds/btcforecast" { capabilities = ["read"] }
# It signs the track record. It cannot make a new version of the key, nor take the key out.
path "transit/sign/track-record" { capabilities = ["update"] }
path "transit/keys/track-record" { capabilities = ["read"] }
