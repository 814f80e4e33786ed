# The cache in front of all regions, for what needs no key: pages of the documentation, the API's documents, public
# keys. Answers to somebody's key never come here: they are counted, and the key can be revoked at any moment.
# VCL 4.1; Varnish 7.1 and later.
vcl 4.1;

import directors;
import std;

probe region {
  .request = "GET /health/live HTTP/1.1" "Host: varnish" "User-Agent: varnish-probe" "Connection: close";
  .interval = 2s;
  .timeout = 1s;
  .window = 5;
  .threshold = 3;
}

backend first {
  .host = "global-haproxy";
  .port = "8081";
  .connect_timeout = 1s;
  .first_byte_timeout = 10s;
  .between_bytes_timeout = 5s;
  .probe = region;
}

backend second {
  .host = "global-haproxy-2";
  .port = "8081";
  .connect_timeout = 1s;
  .first_byte_timeout = 10s;
  .between_bytes_timeout = 5s;
  .probe = region;
}

# The second while the first is gone.
sub vcl_init {
  new regions = directors.fallback();
  regions.add_backend(first);
  regions.add_backend(second);
}

sub vcl_recv {
  set req.backend_hint = regions.backend();
  if (req.url == "/varnish/health") {
    return (synth(200, "ok"));
  }
  if (req.method != "GET" && req.method != "HEAD") {
    return (pass);
  }
  # Whoever shows who they are is answered for themselves.
  if (req.http.Authorization || req.http.Cookie) {
    return (pass);
  }
  if (req.url !~ "^/(docs|openapi\.json|asyncapi\.json|\.well-known/)") {
    return (pass);
  }
  unset req.http.Cookie;
  # Unknown parameters would make a new object each time.
  set req.url = regsub(req.url, "\?.*$", "");
  if (std.healthy(req.backend_hint)) {
    set req.grace = 10s;
  }
  return (hash);
}

sub vcl_backend_response {
  # Old pages while every region is away are better than none.
  set beresp.grace = 24h;
  if (beresp.status >= 500) {
    return (abandon);
  }
  if (beresp.status != 200 || beresp.http.Set-Cookie) {
    set beresp.uncacheable = true;
    set beresp.ttl = 10s;
    return (deliver);
  }
  # Key sets are looked at again soon: a new key has to be known everywhere within a minute.
  set beresp.ttl = 30s;
  if (bereq.url ~ "^/docs") {
    set beresp.ttl = 5m;
  }
  return (deliver);
}

sub vcl_deliver {
  if (obj.hits > 0) {
    set resp.http.X-Cache = "hit";
  } else {
    set resp.http.X-Cache = "miss";
  }
  unset resp.http.Via;
  unset resp.http.X-Varnish;
}

sub vcl_synth {
  if (resp.status == 200) {
    set resp.http.Content-Type = "text/plain";
    synthetic("ok");
    return (deliver);
  }
}
