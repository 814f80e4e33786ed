# What market-data may do in Vault: read its own part of the configuration, and be lent a user of PostgreSQL.
path "secret/data/btcforecast/common" { capabilities = ["read"] }
path "secret/data/btcforecast/market-data" { capabilities = ["read"] }
path "database/creds/btcforecast" { capabilities = ["read"] }
