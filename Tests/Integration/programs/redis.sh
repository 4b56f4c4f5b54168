#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Redis: clients over TCP and a Unix socket, a background save, an append-only file.
. "$(dirname "$0")/../lib.sh"
need redis-server redis-cli redis-benchmark
compare_script bash <<'JOB'
redis-server --port 16379 --unixsocket ./s --save '' --appendonly yes --daemonize no --logfile log &
p=$!
for i in $(seq 100); do redis-cli -p 16379 ping >/dev/null 2>&1 && break; sleep 0.05; done
redis-cli -p 16379 set a 1; redis-cli -p 16379 incrby a 41; redis-cli -s ./s get a
for i in $(seq 1000); do echo "set k$i v$i"; done | redis-cli -p 16379 | sort | uniq -c
redis-cli -p 16379 dbsize; redis-cli -p 16379 bgsave; sleep 0.5; redis-cli -p 16379 lastsave | wc -l; ls -R
redis-benchmark -p 16379 -n 10000 -c 20 -t set,get -q | sed 's/:.*//' | tr '\r' '\n' | sort -u | head -5
redis-cli -p 16379 shutdown nosave; wait $p; echo "server $?"
JOB
