#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Three images as one deployment, in enclaves of the simulated platform: approved by two of three, each member gets its certificate and an
# image that does not belong is refused; an upgrade; a broker that is killed again and again; a broker that is lost with its keys.
# CLOISTER_KILL_ROUNDS (5) says how often it is killed.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
here=$root/Tests/Integration/deployment
cloister=${CLOISTER:-$root/bin/cloister}
export CLOISTER_KERNEL=${CLOISTER_KERNEL:-$root/bin/cloister-kernel}
folder=${CLOISTER_WORK:-/var/lib/cloister-integration}
mkdir -p "$folder"
work=$(mktemp -d "$folder/deployment.XXXXXX")
export CLOISTER_STATE="$work/state" XDG_DATA_HOME="$work/data" HOME="$work"
broker=
cleanup() {
    "$cloister" stop --all --now >/dev/null 2>&1 || true
    [[ -z $broker ]] || { kill -9 "$broker" && wait "$broker"; } 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
cd "$work"

fail() {
    echo "deployment: error: $1" >&2
    [[ ! -s $work/broker.log ]] || tail -n 20 "$work/broker.log" >&2
    exit 1
}

# refused CODE WORDS COMMAND...: ends with CODE and says WORDS.
refused() {
    local code=0 expected=$1 words=$2
    shift 2
    "$@" >said 2>&1 || code=$?
    [[ $code == "$expected" ]] || fail "$* ended with $code, not $expected: $(cat said)"
    grep -q -- "$words" said || fail "$*: '$words' is not in: $(cat said)"
}

# --- approvers, images, the deployment
for name in ann bob eve build; do "$cloister" keys new "$name.pem" >/dev/null; done
cp "$here/member.sh" member.sh
chmod 755 member.sh
image() { # NAME [WORD THAT MAKES IT ANOTHER ONE]
    cat >"$1.yaml" <<MANIFEST
name: $1
entry_point: /app/member.sh
packages: [dash, coreutils, openssl]
essential: false
files: {member.sh: /app/member.sh}
environment: {trusted: {PROGRAM: $1${2:-}}}
MANIFEST
    "$cloister" build --offline --key build.pem --output "$1.img" "$1.yaml" >/dev/null
}
for name in web worker database stranger; do image "$name"; done
printf 'policy: 1\nrules:\n  - insecure_allow_simulation: true\n' >policy.yaml
deployment() { # VERSION
    cat >deployment.yaml <<YAML
deployment: 1
name: shop
version: $1
approvers:
  threshold: 2
  keys: {ann: ann.pub.pem, bob: bob.pub.pem, eve: eve.pub.pem}
policy: policy.yaml
roles:
  web: {image: web.img, names: [shop.example]}
  worker: {image: worker.img}
  database: {image: database.img, count: 1000}
links:
  - {from: web, to: worker, port: 8443}
  - {from: worker, to: database, port: 6379}
YAML
}
deployment 1
"$cloister" deployment build deployment.yaml --output shop.json >/dev/null
"$cloister" deployment sign shop.json --key ann.pem >/dev/null

# Collateral of the simulated machine, which every quote of it needs.
printf 'name: box\npackages: [dash, coreutils]\nessential: false\nentry_point: /bin/sleep\nargs: ["1000"]\n' >box.yaml
"$cloister" build --offline --key build.pem --output box.img box.yaml >/dev/null
"$cloister" start -q --name box box.img >/dev/null
"$cloister" attest box --nonce 00 --format sgx >collateral.json
"$cloister" stop box --now >/dev/null

# --- a broker
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -out tls.pem -days 2 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >broker.yaml <<CONFIG
listen: localhost:$port
database: broker.db
tls_certificate: tls.pem
tls_key: tls.key
insecure_allow_simulation: true
CONFIG
export CLOISTER_BROKER_URL=https://localhost:$port CLOISTER_BROKER_CA=tls.pem CLOISTER_BROKER_KEY=joe.key
make_broker() {
    rm -rf broker.db* shares joe.key
    "$cloister" broker master-key new --threshold 1 --shares 1 shares >/dev/null
    "$cloister" broker operator new joe --role policies --role auditor --role unlocker joe.key >/dev/null
}
serve() {
    "$cloister" broker serve --config broker.yaml 2>>broker.log &
    broker=$!
    for _ in $(seq 200); do
        "$cloister" broker unlock shares/share-1 >status 2>&1 && return
        sleep 0.1
    done
    fail "the broker does not answer: $(cat status)"
}
die() {
    kill -9 "$broker"
    wait "$broker" 2>/dev/null || true
}
make_broker
serve
put() { "$cloister" broker deployment put "$1"; }
enrol() { /usr/bin/python3 "$here/carrier.py" "$cloister" "$1.img" shop "$2" collateral.json "$3"; }

# --- one approval too few; then two; then the certificate
refused 77 'needs the approval of 2 of ann, bob, eve; approved by ann' put shop.json
"$cloister" deployment sign shop.json --key bob.pem >/dev/null
put shop.json | grep -q 'no certificate of this broker' || fail "the broker is authorized by nobody"
refused 3 'have not named a certificate of this broker' enrol web web answer.json
authorize() { # FILE REASON APPROVER...
    local file=$1 reason=$2 name
    shift 2
    "$cloister" broker deployment authority shop >ca.pem
    "$cloister" deployment authorize "$file" --certificate ca.pem --reason "$reason" >/dev/null
    for name in "$@"; do "$cloister" deployment sign "$file" --key "$name.pem" >/dev/null; done
}
authorize shop.json first ann eve
put shop.json >/dev/null

# --- every member in its enclave
for role in web worker database; do enrol "$role" "$role" "$role.json" || fail "$role did not get its certificate"; done
for role in web worker database; do
    /usr/bin/python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["certificate"])' "$role.json" >"$role.pem"
    # Another tool reads the same in it.
    openssl verify -CAfile ca.pem -purpose sslserver -verify_hostname "$role" "$role.pem" >/dev/null || fail "openssl refuses $role.pem"
    openssl x509 -in "$role.pem" -noout -ext subjectAltName | grep -q "URI:cloister://deployment/shop/role/$role" || fail "$role.pem has another name"
done
refused 3 'does not fit the role shop/web: measurement must be' enrol stranger web answer.json
refused 3 'does not fit the role shop/database: measurement must be' enrol web database answer.json

# --- one verification, with nothing but what anybody may have and the approvers' keys
"$cloister" broker deployment show shop >live.json
verify() { "$cloister" deployment verify "$@"; }
members=(--member web.json --member worker.json --member database.json)
trust=(--approver ann.pub.pem --approver bob.pub.pem)
verify live.json "${trust[@]}" "${members[@]}" --all-roles >said 2>&1 || fail "not valid: $(cat said)"
grep -q 'insecure_allow_simulation weakens' said || fail "nobody was warned: $(cat said)"
sed 's/"role":"web"/"role":"worker"/g' web.json >forged.json
refused 77 'its certificate is for web, and it says that it is worker' verify live.json "${trust[@]}" --member forged.json
refused 77 'approved by 0 of the keys' verify live.json --approver build.pub.pem --member web.json
cp shop.json before.json

# --- an upgrade of one image
image web -2
deployment 2
"$cloister" deployment build deployment.yaml --after shop.json | grep -q 'role web: program: measurement' || fail "the upgrade does not say what changes"
"$cloister" deployment sign shop.json --key bob.pem >/dev/null
refused 77 'version 2 of shop needs the approval of 2 of ann, bob, eve; approved by bob' put shop.json
"$cloister" deployment sign shop.json --key eve.pem >/dev/null
cp web.img new.img && image web && mv web.img old.img && mv new.img web.img
put shop.json | grep -q 'version 2 is in force' || fail "the upgrade is not in force"
refused 65 'does not go on from the one that is in force' put before.json
refused 3 'measurement must be' enrol old web answer.json
enrol web web web2.json || fail "the new image did not get its certificate"
"$cloister" broker deployment show shop >live.json
verify live.json --known before.json --member web2.json >/dev/null 2>&1 || fail "the upgraded deployment is not valid"
# What ran the old program is not a member any more, though its certificate has not expired.
refused 77 'measurement must be' verify live.json --known before.json --member web.json

# --- killed while members come and go
rounds=${CLOISTER_KILL_ROUNDS:-5}
issued=0
puts=$("$cloister" broker audit list broker.db | grep -c '"action":"deployment put"')
for round in $(seq "$rounds"); do
    workers=()
    for index in 1 2; do
        (enrol database database "kill-$round-$index.json" >/dev/null 2>&1 && touch "kill-$round-$index.ok") &
        workers+=($!)
    done
    # An upgrade comes at the same time: it is in force or it is not.
    deployment $((round + 2))
    cp shop.json upgrade.json
    "$cloister" deployment build deployment.yaml --after upgrade.json >/dev/null
    for name in ann bob; do "$cloister" deployment sign upgrade.json --key "$name.pem" >/dev/null 2>&1; done
    sleep "0.$((RANDOM % 9))"
    put upgrade.json >/dev/null 2>&1 &
    workers+=($!)
    sleep "0.0$((RANDOM % 6))"
    die
    for one in "${workers[@]}"; do wait "$one" || true; done
    serve
    "$cloister" broker audit verify broker.db >/dev/null || fail "the audit log is broken after kill $round"
    "$cloister" broker deployment show shop >live.json
    verify live.json --known shop.json --minimum-version $((round + 1)) >/dev/null 2>&1 || fail "half an upgrade after kill $round"
    version=$("$cloister" deployment show live.json --json | /usr/bin/python3 -c 'import json, sys; print(json.load(sys.stdin)["statement"]["version"])')
    audited=$("$cloister" broker audit list broker.db | grep -c '"action":"deployment put"')
    [[ $((version - round - 1)) == $((audited - puts)) ]] || fail "version $version is in force, and $audited are in the audit log"
    put upgrade.json >/dev/null
    puts=$((puts + 1))
    mv upgrade.json shop.json
done
"$cloister" broker audit list broker.db | grep '"action":"member certificate"' | grep '"outcome":"issued"' >issued.txt
for answer in kill-*.ok; do
    [[ -e $answer ]] || continue
    serial=$(openssl x509 -noout -pubkey -in <(/usr/bin/python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["certificate"])' "${answer%.ok}.json") |
        openssl pkey -pubin -outform DER | sha256sum | cut -d' ' -f1)
    grep -q "$serial" issued.txt || fail "a certificate was given and is not in the audit log"
    issued=$((issued + 1))
done
enrol database database answer.json || fail "no certificate after $rounds kills"
"$cloister" broker deployment show shop >live.json
verify live.json --known before.json --member answer.json --member web2.json >/dev/null 2>&1 || fail "not valid after $rounds kills"
echo "deployment: killed $rounds times; $issued certificates given meanwhile are all in the audit log"

# --- the broker is lost with its keys
die
make_broker
serve
put shop.json | grep -q 'no certificate of this broker' || fail "a broker without the key is authorized"
cp shop.json lost.json
authorize shop.json "the broker was lost" bob
refused 77 'the certificate of shop needs the approval of 2' put shop.json
"$cloister" deployment sign shop.json --key eve.pem >/dev/null
put shop.json >/dev/null
enrol worker worker worker2.json || fail "no certificate from the new broker"
"$cloister" broker deployment show shop >live.json
verify live.json --known lost.json --member worker2.json >/dev/null 2>&1 || fail "not valid after the recovery"
refused 77 'not signed by the deployment' verify live.json --known lost.json --member worker.json
"$cloister" broker audit verify broker.db >/dev/null || fail "the audit log is broken"
echo "deployment: ok"
