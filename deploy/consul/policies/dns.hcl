# What DNS may tell, to whoever asks: for the anonymous token.
service_prefix "" { policy = "read" }
node_prefix "" { policy = "read" }
