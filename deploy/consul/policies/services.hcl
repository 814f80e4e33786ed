# What services may do: enter themselves, and look for each other.
service "gateway" { policy = "write" }
service "market-data" { policy = "write" }
service "prediction" { policy = "write" }
service "worker" { policy = "write" }
node_prefix "" { policy = "read" }
