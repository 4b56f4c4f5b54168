#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two brokers on one PostgreSQL database. One is killed under load, again and again: clients go to the other, every write and every
# attest-and-release round is answered in the end, every acknowledged write is there, every release is audited, and the audit log of
# both is one chain. CLOISTER_FAILOVER_ROUNDS (4) says how often. It brings its own server, in a folder of its own.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
programs=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
if [[ ! -x $programs/postgres ]]; then
    echo "broker-postgresql: error: it did not run: PostgreSQL is not installed; make deps installs it" >&2
    exit 1
fi
work=$(mktemp -d)
cd "$work"
broker=$root/bin/cloister-broker

# The server refuses to run as root.
as=()
if [[ $(id -u) -eq 0 ]]; then
    as=(setpriv --reuid postgres --regid postgres --clear-groups)
    chown postgres "$work"
    chmod 755 "$work"
fi

declare -A serving
clients=
# On the way out what was to be ended may have ended by itself: that is no failure of the test.
cleanup() {
    [[ -z $clients ]] || kill "$clients" 2>/dev/null || true
    for each in "${serving[@]}"; do { kill -9 "$each" && wait "$each"; } 2>/dev/null || true; done
    [[ ! -d data ]] || "${as[@]}" "$programs/pg_ctl" -D "$work/data" -m immediate -s stop >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap cleanup EXIT

fail() {
    echo "broker-postgresql: error: $1" >&2
    for log in "$work"/log-*; do [[ ! -s $log ]] || tail -n 10 "$log" >&2; done
    exit 1
}

"${as[@]}" "$programs/initdb" -D "$work/data" -U postgres -A trust --no-sync >log-initdb 2>&1 || fail "initdb failed"
"${as[@]}" "$programs/pg_ctl" -D "$work/data" -o "-k $work -c listen_addresses=" -l "$work/data/log" -w -t 60 start >log-start 2>&1 ||
    fail "the server does not start"
database="postgresql://postgres@/postgres?host=$work"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -out tls.pem -days 2 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
openssl ecparam -name prime256v1 -genkey -noout -out token.key
"$broker" master-key new --database "$database" --insecure-key-file master.key >/dev/null 2>&1
"$broker" operator new ann --database "$database" --role secrets --role policies --role auditor ann.key >/dev/null
export CLOISTER_BROKER_CA=tls.pem CLOISTER_BROKER_KEY=ann.key
mapfile -t ports < <(/usr/bin/python3 -c '
import socket
held = [socket.socket() for _ in range(2)]
for one in held: one.bind(("127.0.0.1", 0))
for one in held: print(one.getsockname()[1])')

start() {
    "$broker" serve --listen "localhost:$1" --config broker.yaml 2>>"log-$1" &
    serving[$1]=$!
    for _ in $(seq 200); do
        "$broker" status --url "https://localhost:$1" >/dev/null 2>&1 && return
        kill -0 "${serving[$1]}" 2>/dev/null || fail "the broker on port $1 ended"
        sleep 0.1
    done
    fail "the broker on port $1 does not answer"
}

cat >broker.yaml <<CONFIG
database: $database
tls_certificate: tls.pem
tls_key: tls.key
token_key: token.key
insecure_allow_sample: true
insecure_master_key_file: master.key
limits: {requests_per_second: 0}
CONFIG
for port in "${ports[@]}"; do start "$port"; done
printf 'policy: 1\nrules:\n  - {insecure_allow_any_program: true, insecure_allow_sample: true}\n' >policy.yaml
"$broker" policy set --url "https://localhost:${ports[0]}" default policy.yaml >/dev/null
printf hunter2 | "$broker" secret put --url "https://localhost:${ports[0]}" team/key/db >/dev/null
token=$("$broker" operator token)
rounds=${CLOISTER_FAILOVER_ROUNDS:-4}
/usr/bin/python3 "$root/Tests/Integration/broker/clients.py" failover "${ports[0]}" "${ports[1]}" "$token" acknowledged stop &
clients=$!
for round in $(seq "$rounds"); do
    sleep 1
    port=${ports[$((round % 2))]}
    # It was killed: 137 is what wait says.
    { kill -9 "${serving[$port]}"; wait "${serving[$port]}"; } 2>/dev/null || true
    start "$port"
done
touch stop
wait "$clients" || fail "a request was lost"
clients=
"$broker" secret list --url "https://localhost:${ports[0]}" --json >listing
"$broker" audit list "$database" >audit
/usr/bin/python3 "$root/Tests/Integration/broker/clients.py" compare acknowledged listing audit
"$broker" audit verify "$database"

# An entry that someone changed in the database is found, and named.
"$programs/psql" -q -h "$work" -U postgres -c "UPDATE audit SET entry = replace(entry, 'released', 'denied') WHERE sequence = (
    SELECT min(sequence) FROM audit WHERE entry LIKE '%released%')"
if "$broker" audit verify "$database" 2>refused; then fail "a changed entry was not found"; fi
grep -q 'its text was changed' refused || fail "the reason is: $(cat refused)"
if grep -qa hunter2 log-* audit listing; then fail "a secret is in the clear in a file"; fi
if grep -rqa hunter2 data; then fail "a secret is in the clear in the database"; fi
echo "broker-postgresql: ok"
