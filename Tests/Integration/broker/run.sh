#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The broker as its users run it: a master key in shares, operators, TLS. Killed again and again under load it loses nothing that it
# acknowledged; many idle connections keep nobody out. CLOISTER_KILL_ROUNDS (20) and CLOISTER_IDLE_CONNECTIONS (10000) say how much.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
work=$(mktemp -d)
broker=
trap '[[ -z $broker ]] || kill -9 "$broker" 2>/dev/null || true; rm -rf "$work"' EXIT
broker_command=$root/bin/cloister-broker
cd "$work"

fail() {
    echo "broker: error: $1" >&2
    [[ ! -s $work/log ]] || tail -n 20 "$work/log" >&2
    exit 1
}

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -out tls.pem -days 2 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >broker.yaml <<CONFIG
listen: localhost:$port
database: broker.db
tls_certificate: tls.pem
tls_key: tls.key
insecure_allow_sample: true
limits: {requests_per_second: 0, idle_milliseconds: 120000}
CONFIG
"$broker_command" master-key new --threshold 2 --shares 3 shares >/dev/null
"$broker_command" operator new ann --role secrets --role policies --role unlocker ann.key >/dev/null
"$broker_command" operator new bob --role auditor --role unlocker bob.key >/dev/null
export CLOISTER_BROKER_URL=https://localhost:$port CLOISTER_BROKER_CA=tls.pem CLOISTER_BROKER_KEY=ann.key

start() {
    "$broker_command" serve --config broker.yaml 2>>log &
    broker=$!
    for _ in $(seq 500); do
        "$broker_command" status >status 2>/dev/null && return
        kill -0 "$broker" 2>/dev/null || fail "the broker ended"
        sleep 0.02
    done
    fail "the broker does not answer"
}

unlock() {
    "$broker_command" unlock shares/share-1 >status
    grep -q 'locked: 1 of 2' status || fail "one share gives: $(cat status)"
    [[ $("$broker_command" unlock --key bob.key shares/share-3) == unlocked* ]] || fail "two shares do not unlock"
}

start
grep -q 'locked: 0 of 2' status || fail "it starts as: $(cat status)"
grep -q '^Max core file size  *0  *0 ' "/proc/$broker/limits" || fail "core files may be written: $(cat "/proc/$broker/limits")"
# What goes wrong on the way is one line with what to try.
refused_with() {
    local words=$1
    shift
    if "$@" >refused 2>&1; then fail "no refusal that says: $words"; fi
    if [[ $(wc -l <refused) -ne 1 ]] || ! grep -q -e "$words" refused; then fail "instead of '$words': $(cat refused)"; fi
}
refused_with '--ca' env -u CLOISTER_BROKER_CA "$broker_command" status
refused_with 'another name' "$broker_command" status --url "https://127.0.0.1:$port"
refused_with 'begins with https' "$broker_command" status --url "http://localhost:$port"
"$broker_command" master-key new --database other.db --insecure-key-file other.key >/dev/null 2>&1
"$broker_command" serve --database other.db --listen "localhost:$port" --insecure-http --log-level error 2>refused && fail "two brokers share a port"
grep -q "error: cannot listen at localhost:$port" refused || fail "the refusal is: $(cat refused)"
"$root/bin/cloister" broker status | cmp - status || fail "cloister broker says something else"
if echo x | "$broker_command" secret put team/key/db 2>refused; then fail "a locked broker took a secret"; fi
grep -q 'not unlocked' refused || fail "the refusal is: $(cat refused)"
unlock
printf 'policy: 1\nrules:\n  - {insecure_allow_any_program: true, insecure_allow_sample: true}\n' >policy.yaml
"$broker_command" policy set default policy.yaml >/dev/null
printf hunter2 | "$broker_command" secret put team/key/db >/dev/null
if "$broker_command" secret list --key bob.key | grep -q hunter2; then fail "a listing shows a secret"; fi

# An operator locks it; who is no unlocker may not.
"$broker_command" operator new eve --role secrets eve.key >/dev/null
if "$broker_command" lock --key eve.key 2>refused; then fail "it was locked by one who may not"; fi
grep -q unlocker refused || fail "the refusal is: $(cat refused)"
[[ $("$broker_command" lock) == 'locked: 0 of 2'* ]] || fail "lock says: $("$broker_command" status)"
if echo x | "$broker_command" secret put team/key/db 2>refused; then fail "a locked broker took a secret"; fi
"$broker_command" unlock shares/share-2 >status
[[ $("$broker_command" lock --key bob.key) == 'locked: 0 of 2'* ]] || fail "a share was not forgotten"
unlock

# Idle connections.
/usr/bin/python3 "$root/Tests/Integration/broker/clients.py" idle "$port" "${CLOISTER_IDLE_CONNECTIONS:-10000}"

# kill -9 under load.
rounds=${CLOISTER_KILL_ROUNDS:-20}
for round in $(seq "$rounds"); do
    token=$("$broker_command" operator token)
    /usr/bin/python3 "$root/Tests/Integration/broker/clients.py" write "$port" "$token" "$round" acknowledged &
    writers=$!
    sleep "0.$((RANDOM % 5 + 2))"
    # It was killed: 137 is what wait says.
    { kill -9 "$broker"; wait "$broker"; } 2>/dev/null || true
    wait "$writers" || fail "the writers failed"
    start
    unlock
done
"$broker_command" secret list --json --key bob.key >listing
"$broker_command" audit list broker.db >audit
/usr/bin/python3 "$root/Tests/Integration/broker/clients.py" compare acknowledged listing audit
"$broker_command" audit verify broker.db
echo "broker: killed $rounds times under load"

# Another master key: what runs must be unlocked with the new shares; the old ones are of no use.
if "$broker_command" master-key rotate --share shares/share-1 --threshold 1 --shares 1 other 2>refused; then fail "one share rotated the key"; fi
grep -q '2 are needed, 1 were given' refused || fail "the refusal is: $(cat refused)"
[[ $("$broker_command" master-key rotate --share shares/share-1 --share shares/share-3 --threshold 2 --shares 2 new) == *'versions of secrets'* ]] ||
    fail "the key was not rotated"
if echo x | "$broker_command" secret put team/key/db 2>refused; then fail "a secret was sealed with the old key"; fi
grep -q 'the master key was changed' refused || fail "the refusal is: $(cat refused)"
if "$broker_command" unlock shares/share-1 2>/dev/null; then fail "an old share was taken"; fi
"$broker_command" unlock new/share-1 >/dev/null
[[ $("$broker_command" unlock --key bob.key new/share-2) == unlocked* ]] || fail "two new shares do not unlock"
printf hunter2 | "$broker_command" secret put team/key/db >/dev/null
"$broker_command" audit verify broker.db

# An orderly end.
kill -TERM "$broker"
wait "$broker" || fail "it ended with $? after SIGTERM"
broker=
if grep -rqa hunter2 broker.db* log; then fail "a secret is in the clear in a file"; fi
echo "broker: ok"
