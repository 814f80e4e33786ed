# One server for what is found by name; services register themselves with a check of their own (docs/operations.md).
datacenter         = "btcforecast"
server             = true
bootstrap_expect   = 1
client_addr        = "0.0.0.0"
disable_update_check = true
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
