#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A broker whose disk fills up while it serves: one clear error, nothing half written, nothing released that is not in the log; once there
# is room it goes on without a restart. The disk is a small tmpfs in a mount namespace of this script's own.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
if [[ ${1-} != inside ]]; then
    if [[ $(id -u) -eq 0 ]]; then space=(unshare --mount); else space=(unshare --map-root-user --mount); fi
    if ! "${space[@]}" mount -t tmpfs none /mnt 2>/dev/null; then
        echo "broker-full-disk: error: it did not run: file systems cannot be mounted here, not even in a namespace of its own" >&2
        exit 1
    fi
    exec "${space[@]}" "$root/Tests/Integration/broker-full-disk/run.sh" inside
fi
work=$(mktemp -d)
broker=
# On the way out the broker may have ended and the disk may not be there yet: neither is a failure of the test.
trap '[[ -z $broker ]] || kill -9 "$broker" 2>/dev/null || true; umount -l "$work/disk" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
command=$root/bin/cloister-broker

fail() {
    echo "broker-full-disk: error: $1" >&2
    [[ ! -s $work/log ]] || tail -n 10 "$work/log" >&2
    exit 1
}

mkdir disk
mount -t tmpfs -o size=8m none disk
head -c 2M /dev/zero >disk/ballast
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -out tls.pem -days 2 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$command" master-key new --database disk/broker.db --insecure-key-file master.key >/dev/null 2>&1
"$command" operator new ann --database disk/broker.db --role secrets --role policies --role auditor ann.key >/dev/null
cat >broker.yaml <<CONFIG
listen: localhost:$port
database: disk/broker.db
tls_certificate: tls.pem
tls_key: tls.key
insecure_allow_sample: true
insecure_master_key_file: master.key
limits: {requests_per_second: 0}
CONFIG
"$command" serve --config broker.yaml 2>>log &
broker=$!
export CLOISTER_BROKER_URL=https://localhost:$port CLOISTER_BROKER_CA=tls.pem CLOISTER_BROKER_KEY=ann.key
for _ in $(seq 200); do
    "$command" status >/dev/null 2>&1 && break
    kill -0 "$broker" 2>/dev/null || fail "the broker ended"
    sleep 0.05
done
printf 'policy: 1\nrules:\n  - {insecure_allow_any_program: true, insecure_allow_sample: true}\n' >policy.yaml
"$command" policy set default policy.yaml >/dev/null
printf hunter2 | "$command" secret put team/key/db >/dev/null

/usr/bin/python3 "$root/Tests/Integration/broker/clients.py" fill "$port" "$("$command" operator token)" acknowledged || fail "see above"
kill -0 "$broker" 2>/dev/null || fail "the broker ended on the full disk"
if head -c 20000 /dev/zero | "$command" secret put team/key/large 2>refused; then fail "there was room after all"; fi
grep -q 'no room left' refused || fail "the command says: $(cat refused)"

# Room again: the same process goes on.
rm disk/ballast
head -c 20000 /dev/zero | "$command" secret put team/key/large >/dev/null || fail "it does not go on when there is room"
"$command" secret list --json >listing
"$command" audit list disk/broker.db >audit
/usr/bin/python3 "$root/Tests/Integration/broker/clients.py" compare acknowledged listing audit
"$command" audit verify disk/broker.db
if grep -qa hunter2 log disk/broker.db*; then fail "a secret is in the clear in a file"; fi
echo "broker-full-disk: ok"
