# Whoever rotates the key of the track record (btcf track-record rotate-key): an operator, for as long as that takes.
path "transit/sign/track-record" { capabilities = ["update"] }
path "transit/keys/track-record" { capabilities = ["read"] }
path "transit/keys/track-record/rotate" { capabilities = ["update"] }
