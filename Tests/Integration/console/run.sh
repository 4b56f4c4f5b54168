#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The web console in Debian's Chromium, with a broker that has real data: enclaves of the simulated platform attested, policies decided,
# approvals wait. CLOISTER_SCREENSHOTS=FOLDER keeps the pictures (docs/images are made so).
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
here=$(cd "$(dirname "$0")" && pwd)
cloister=${CLOISTER:-$root/bin/cloister}
export CLOISTER_KERNEL=${CLOISTER_KERNEL:-$root/bin/cloister-kernel}
folder=${CLOISTER_WORK:-/var/lib/cloister-integration}
mkdir -p "$folder"
work=$(mktemp -d "$folder/console.XXXXXX")
export CLOISTER_STATE="$work/state" XDG_DATA_HOME="$work/data" HOME="$work"
broker=
finish() {
    [[ -z $broker ]] || kill -9 "$broker" 2>/dev/null || true
    "$cloister" stop --all --now >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap finish EXIT

fail() {
    echo "console: error: $1" >&2
    [[ ! -s $work/log ]] || tail -n 20 "$work/log" >&2
    exit 1
}

chromium=$(command -v chromium) || { echo "console: error: chromium is missing; run make deps" >&2; exit 1; }
cd "$work"

# A broker with TLS, its master key in shares, operators with different roles.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -out tls.pem -days 2 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
spki=$(openssl x509 -in tls.pem -pubkey -noout | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | openssl base64)
port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >broker.yaml <<CONFIG
listen: localhost:$port
database: broker.db
tls_certificate: tls.pem
tls_key: tls.key
insecure_allow_simulation: true
CONFIG
"$cloister" broker master-key new --threshold 2 --shares 3 shares >/dev/null
"$cloister" broker operator new ann --role secrets --role policies --role approver --role auditor --role unlocker ann.key >/dev/null
"$cloister" broker operator new bob --role approver --role unlocker bob.key >/dev/null
"$cloister" broker operator new eve --role secrets --repository web eve.key >/dev/null
export CLOISTER_BROKER_URL=https://localhost:$port CLOISTER_BROKER_CA=tls.pem CLOISTER_BROKER_KEY=ann.key
"$root/bin/cloister-broker" serve --config broker.yaml 2>>log &
broker=$!
for _ in $(seq 200); do
    "$cloister" broker status >status 2>/dev/null && break
    kill -0 "$broker" 2>/dev/null || fail "the broker ended"
    sleep 0.1
done
"$cloister" broker unlock shares/share-1 >/dev/null
[[ $("$cloister" broker unlock --key bob.key shares/share-2) == unlocked* ]] || fail "two shares do not unlock"

# Two images of one signer; the older version is refused by the policy.
"$cloister" keys new key.pem >/dev/null
signer=$("$cloister" keys show key.pem | sed -n 's/^signer *//p')
for name in payments-4 payments-3; do
    mkdir "$name"
    printf 'name: %s\nfiles:\n  - { from: /bin/busybox, to: /bin/busybox, mode: "0755" }\npassed_through: [command]\nproduct_id: 3\nsecurity_version: %s\n' \
        "$name" "${name#payments-}" >"$name/cloister.yaml"
    "$cloister" build --key key.pem "$name" >/dev/null
    "$cloister" start -q --name "$name" "$name/$name.img" -- /bin/busybox sleep 100000 >/dev/null
done

measurement=$("$cloister" inspect payments-4/payments-4.img --json | jq -r .identity.measurement)
cat >payments.yaml <<POLICY
policy: 1
name: payments
rules:
  - name: production
    backends: [tdx, snp]
    signers: [$signer]
    measurements: [$measurement]
    tcb:
      statuses: [UpToDate, SWHardeningNeeded]

  - name: rehearsal
    backends: [tdx, snp, sgx]
    signers: [$signer]
    measurements: [$measurement]
    insecure_allow_simulation: true
POLICY
cat >ledger.yaml <<POLICY
policy: 1
name: ledger, with the consent of two
rules:
  - name: with consent
    signers: [$signer]
    insecure_allow_simulation: true
    approvals: {required: 2, of: [ann, bob, carol]}
POLICY
"$cloister" broker policy set payments payments.yaml >/dev/null
"$cloister" broker policy set payments/key/ledger ledger.yaml >/dev/null
for path in payments/key/db payments/key/db payments/key/ledger payments/tls/server web/key/session; do
    printf 'a secret of %s' "$path" | "$cloister" broker secret put "$path" >/dev/null
done
round() { /usr/bin/python3 "$here/rounds.py" "$CLOISTER_BROKER_URL" tls.pem "$cloister" "$@"; }
for format in tdx sgx; do
    round payments-4 "$format" payments/key/db payments/tls/server payments/key/ledger >rounds
    grep -q 'payments/key/db: 200' rounds || fail "$format: $(cat rounds)"
    grep -q 'payments/key/ledger: 403' rounds || fail "$format: $(cat rounds)"
done
round payments-4 tdx payments/key/db web/key/session >rounds
round payments-3 tdx payments/key/db >rounds
grep -q 'payments/key/db: 403' rounds || fail "the old version: $(cat rounds)"
round payments-4 tdx --spoil >rounds
grep -q 'attest tdx: 401' rounds || fail "spoiled evidence: $(cat rounds)"
"$cloister" attest payments-4 --nonce 00ff --format tdx >evidence.json

/usr/bin/python3 "$here/browse.py" "$chromium" "$CLOISTER_BROKER_URL" "$spki" "$cloister" "${CLOISTER_SCREENSHOTS:-$work}"
# What was approved in the browser counts, but not the word of bob, who was removed at the end; with another's it is released.
round payments-4 tdx payments/key/ledger >rounds
grep -q 'payments/key/ledger: 403 .*but ann has' rounds || fail "after one approval that counts: $(cat rounds)"
"$cloister" broker operator new carol --role approver carol.key >/dev/null
"$cloister" broker approve --key carol.key payments/key/ledger >/dev/null
round payments-4 tdx payments/key/ledger >rounds
grep -q 'payments/key/ledger: 200' rounds || fail "after two approvals: $(cat rounds)"
# Evidence that the host has made for a key of its own opens nothing.
round payments-4 tdx --outside >rounds
grep -q 'attest tdx: 401 .*report data' rounds || fail "evidence asked for from outside: $(cat rounds)"
"$cloister" broker audit verify broker.db >/dev/null || fail "the log does not verify after all"
kill -TERM "$broker"
wait "$broker" || fail "the broker ended with $?"
broker=
echo "console: ok"
