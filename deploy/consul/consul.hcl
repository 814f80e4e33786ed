# One server for what is found by name; services enter themselves with a check of their own (docs/discovery.md).
datacenter         = "btcforecast"
server             = true
bootstrap_expect   = 1
client_addr        = "0.0.0.0"
disable_update_check = true

# Tokens are shown to it, so it is asked over TLS; without it only from within.
addresses {
  http = "127.0.0.1"
}

ports {
  https = 8501
}

tls {
  https {
    cert_file = "/run/secrets/service.pem"
    key_file  = "/run/secrets/service-key.pem"
  }
}

enable_script_checks = false

dns_config {
  allow_stale        = true
  max_stale          = "10s"
  service_ttl {
    "*" = "1s"
  }
  enable_truncate = true
  only_passing    = true
}

acl {
  enabled                  = true
  default_policy           = "deny"
  enable_token_persistence = true
}

telemetry {
  prometheus_retention_time = "60s"
}
