#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A broker whose master key is wrapped by a PKCS #11 token (SoftHSM): it unlocks itself at its start, an operator locks it and has it ask the
# token again, and the PIN is nowhere but in its file.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
module=/usr/lib/softhsm/libsofthsm2.so
if [[ ! -e $module ]]; then
    echo "broker-token: error: it did not run: SoftHSM is not installed; make deps installs it" >&2
    exit 1
fi
work=$(mktemp -d)
broker=
trap '[[ -z $broker ]] || kill -9 "$broker" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
command=$root/bin/cloister-broker
pin=8317624405

fail() {
    echo "broker-token: error: $1" >&2
    [[ ! -s $work/log ]] || tail -n 10 "$work/log" >&2
    exit 1
}

mkdir tokens
printf 'directories.tokendir = %s/tokens\nlog.level = ERROR\n' "$work" >softhsm.conf
export SOFTHSM2_CONF=$work/softhsm.conf
softhsm2-util --init-token --free --label broker --so-pin 5123 --pin "$pin" >/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -out tls.pem -days 2 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >broker.yaml <<CONFIG
listen: localhost:$port
tls_certificate: tls.pem
tls_key: tls.key
pkcs11: {module: $module, token: broker, key: cloister master, pin_file: pin}
CONFIG
(umask 077 && printf '%s\n' "$pin" >pin)
[[ $("$command" master-key new --config broker.yaml) == *"made in the token 'broker'"*"the token unlocks it" ]] || fail "no master key was made"
"$command" operator new ann --role secrets --role unlocker ann.key >/dev/null
export CLOISTER_BROKER_URL=https://localhost:$port CLOISTER_BROKER_CA=tls.pem CLOISTER_BROKER_KEY=ann.key

start() {
    "$command" serve --config broker.yaml 2>>log &
    broker=$!
    for _ in $(seq 200); do
        "$command" status >status 2>/dev/null && return
        kill -0 "$broker" 2>/dev/null || fail "the broker ended"
        sleep 0.05
    done
    fail "the broker does not answer"
}

start
grep -q '^unlocked$' status || fail "it starts as: $(cat status)"
printf hunter2 | "$command" secret put team/key/db >/dev/null
[[ $("$command" lock) == 'locked: the PKCS #11 token has the key' ]] || fail "lock says: $("$command" status)"
if echo x | "$command" secret put team/key/db 2>/dev/null; then fail "a locked broker took a secret"; fi
# The PIN is read again; while it cannot be, the broker stays locked.
chmod 644 pin
if "$command" unlock --token 2>refused; then fail "a PIN that others may read was used"; fi
grep -q 'chmod 600' refused || fail "the refusal is: $(cat refused)"
chmod 600 pin
[[ $("$command" unlock --token) == unlocked ]] || fail "the token does not unlock it"
printf hunter3 | "$command" secret put team/key/db >/dev/null
kill -TERM "$broker"
wait "$broker" || fail "it ended with $? after SIGTERM"
start
grep -q '^unlocked$' status || fail "it starts again as: $(cat status)"
kill -TERM "$broker"
wait "$broker" || fail "it ended with $? after SIGTERM"
broker=

# Another master key, by the same token's key.
[[ $("$command" master-key rotate --config broker.yaml) == *'2 versions of secrets'* ]] || fail "the key was not rotated"

# The PIN on standard input.
sed 's/pin_file: pin/pin_file: "-"/' broker.yaml >stdin.yaml
"$command" serve --config stdin.yaml 2>>log <pin &
broker=$!
for _ in $(seq 200); do
    "$command" status >status 2>/dev/null && break
    sleep 0.05
done
grep -q '^unlocked$' status || fail "with the PIN on standard input it starts as: $(cat status)"
kill -TERM "$broker"
wait "$broker" || fail "it ended with $? after SIGTERM"
broker=

# It does not start without the token, or with a wrong PIN, and says what to do.
refused() {
    if "$command" serve --config "$1" 2>refused; then fail "it served with $1"; fi
    grep -q "$2" refused || fail "with $1 it says: $(cat refused)"
}
cp broker.yaml wrong.yaml
sed -i 's/pin_file: pin/pin_file: wrong/' wrong.yaml
(umask 077 && echo 00000000 >wrong)
refused wrong.yaml 'the PIN is wrong'
grep -v pkcs11 broker.yaml >without.yaml
refused without.yaml 'name it by pkcs11'
sed 's/token: broker/token: elsewhere/' broker.yaml >elsewhere.yaml
refused elsewhere.yaml "no token 'elsewhere'"
"$command" audit verify broker.db
if grep -rqa "$pin" log refused broker.db* status; then fail "the PIN is in a file"; fi
if grep -qa hunter log broker.db*; then fail "a secret is in the clear in a file"; fi
echo "broker-token: ok"
