# Vault with its own storage; unsealed by its operators. deploy/vault/bootstrap.sh sets up what services need.
ui            = false
disable_mlock = true
api_addr      = "https://vault:8200"
cluster_addr  = "https://vault:8201"

storage "raft" {
  path    = "/vault/data"
  node_id = "vault"
}

listener "tcp" {
  address         = "0.0.0.0:8200"
  tls_cert_file   = "/run/secrets/service.pem"
  tls_key_file    = "/run/secrets/service-key.pem"
  tls_min_version = "tls12"
}

telemetry {
  prometheus_retention_time = "60s"
  disable_hostname          = true
}
