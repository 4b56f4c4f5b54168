#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two brokers on one PostgreSQL database. One is killed under load, again and again: clients go to the other, every request is answered
# in the end, every acknowledged write is there, and the audit log is one chain. CLOISTER_FAILOVER_ROUNDS (4) says how often.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
programs=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
if [[ ! -x $programs/postgres ]]; then
    echo "broker-postgresql: SKIPPED: PostgreSQL is not installed; make deps installs it" >&2
    exit 1
fi
work=$(mktemp -d)
processes=()
trap 'kill -9 "${processes[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
broker=$root/bin/cloister-broker

fail() {
    echo "broker-postgresql: error: $1" >&2
    for log in "$work"/log-*; do [[ ! -s $log ]] || tail -n 10 "$log" >&2; done
    exit 1
}

# The server refuses to run as root.
as=()
if [[ $(id -u) -eq 0 ]]; then
    as=(setpriv --reuid postgres --regid postgres --clear-groups)
    chown postgres "$work"
    chmod 755 "$work"
fi
"${as[@]}" "$programs/initdb" -D "$work/data" -U postgres -A trust --no-sync >log-initdb 2>&1 || fail "initdb failed"
"${as[@]}" "$programs/postgres" -D "$work/data" -k "$work" -c listen_addresses= >log-postgres 2>&1 &
processes+=($!)
database="postgresql://postgres@/postgres?host=$work"
for _ in $(seq 100); do
    "$programs/psql" -h "$work" -U postgres -c 'SELECT 1' >/dev/null 2>&1 && break
    sleep 0.1
done

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -out tls.pem -days 2 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
"$broker" master-key new --database "$database" --insecure-key-file master.key >/dev/null 2>&1
"$broker" operator new ann --database "$database" --role secrets --role auditor ann.key >/dev/null
export CLOISTER_BROKER_CA=tls.pem CLOISTER_BROKER_KEY=ann.key
mapfile -t ports < <(/usr/bin/python3 -c '
import socket
held = [socket.socket() for _ in range(2)]
for one in held: one.bind(("127.0.0.1", 0))
for one in held: print(one.getsockname()[1])')

declare -A serving
start() {
    "$broker" serve --listen "localhost:$1" --database "$database" --tls-certificate tls.pem --tls-key tls.key \
        --insecure-master-key-file master.key --config limits.yaml 2>>"log-$1" &
    serving[$1]=$!
    processes+=($!)
    for _ in $(seq 200); do
        "$broker" status --url "https://localhost:$1" >/dev/null 2>&1 && return
        sleep 0.1
    done
    fail "the broker on port $1 does not answer"
}

echo 'limits: {requests_per_second: 0}' >limits.yaml
for port in "${ports[@]}"; do start "$port"; done
token=$("$broker" operator token)
rounds=${CLOISTER_FAILOVER_ROUNDS:-4}
/usr/bin/python3 "$root/Tests/Integration/broker/clients.py" failover "${ports[0]}" "${ports[1]}" "$token" "$((rounds * 3))" acknowledged &
clients=$!
for round in $(seq "$rounds"); do
    sleep 1
    port=${ports[$((round % 2))]}
    kill -9 "${serving[$port]}"
    wait "${serving[$port]}" 2>/dev/null || true
    start "$port"
done
wait "$clients" || fail "a client was not answered"
export CLOISTER_BROKER_URL=https://localhost:${ports[0]}
"$broker" secret list --json >listing
"$broker" audit list "$database" >audit
/usr/bin/python3 "$root/Tests/Integration/broker/clients.py" compare acknowledged listing audit
"$broker" audit verify "$database"
echo "broker-postgresql: ok"
