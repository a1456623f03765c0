#!/bin/bash
# SPDX-License-Identifier: MIT
# 10,000 GETs of 2 KB from a local nginx, 1, 100 and 1,000 in flight: the net port against a bare curl_multi program, taking turns; the best of five.
# Skipped with a word where there is no nginx.
set -eu
build=${PILOT_BUILD:-build/release}
count=${1:-10000}
command -v nginx >/dev/null || PATH=$PATH:/usr/sbin
command -v nginx >/dev/null || { echo "bench fanout: skipped, no nginx"; exit 0; }
dir=$(mktemp -d)
port=$((20000 + RANDOM % 20000))
trap 'kill $(cat "$dir/pid" 2>/dev/null) 2>/dev/null || true; rm -rf "$dir"' EXIT
mkdir "$dir/www"
head -c 2048 /dev/zero | tr '\0' x >"$dir/www/two"
chmod -R a+rX "$dir"
cat >"$dir/nginx.conf" <<CONF
pid $dir/pid;
error_log $dir/error.log;
worker_processes 1;
worker_rlimit_nofile 10000;
events { worker_connections 4096; }
http { access_log off; keepalive_requests 1000000; server { listen 127.0.0.1:$port backlog=4096; root $dir/www; } }
CONF
nginx -c "$dir/nginx.conf" -p "$dir" 2>/dev/null
best() { sort -g | head -n 1; }
for flight in 1 100 1000; do
    : >"$dir/curl"; : >"$dir/port"
    for _ in 1 2 3 4 5; do
        "$build/bench/fanout_curl" "http://127.0.0.1:$port/two" "$count" $flight >>"$dir/curl"
        "$build/bench/fanout_port" "http://127.0.0.1:$port" "http://127.0.0.1:$port/two" "$count" $flight >>"$dir/port"
    done
    awk -v flight=$flight -v count="$count" 'FNR == 1 { file++ } { for (i = 1; i <= 2; i++) if (!best[file, i] || $i < best[file, i]) best[file, i] = $i }
        END { printf "bench fanout: %4d in flight: curl %6.0f/s, port %6.0f/s, time x%.2f, cpu x%.2f\n", flight, count / best[1, 1], count / best[2, 1],
              best[2, 1] / best[1, 1], best[2, 2] / best[1, 2] }' "$dir/curl" "$dir/port"
done
