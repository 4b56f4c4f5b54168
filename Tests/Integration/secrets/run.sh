#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Secrets before the program begins: an image of the right signer gets them from a broker over TLS, another's is refused with 77 and the
# reason. A proxy between the two records the traffic; it, host files, and command lines, variables and memory of processes
# outside the enclave must not hold the secrets. Under `sim` the enclave's own processes hold them: those are not looked at.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
work=$(mktemp -d)
export XDG_DATA_HOME=$work/data XDG_RUNTIME_DIR=$work/runtime XDG_CACHE_HOME=$work/cache
mkdir -m 0700 "$work/runtime"
started=()
cleanup() {
    local one
    "$root/bin/cloister" stop --all --now >/dev/null 2>&1 || true
    for one in "${started[@]}"; do { kill -9 "$one" && wait "$one"; } 2>/dev/null || true; done
    rm -rf "$work"
}
trap cleanup EXIT
cloister=$root/bin/cloister
here=$root/Tests/Integration/secrets
cd "$work"

fail() {
    echo "secrets: error: $1" >&2
    [[ ! -s $work/broker.log ]] || tail -n 20 "$work/broker.log" >&2
    exit 1
}

# The words that must not be found anywhere, made here and known to nobody before.
file_secret=file-$(openssl rand -hex 24)
variable_secret=variable-$(openssl rand -hex 24)

# A broker with TLS; its master key comes in a share.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -out tls.pem -days 2 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout other.key -out other.pem -days 2 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null
read -r port proxy_port closed_port < <(/usr/bin/python3 "$here/helper.py" ports 3)
cat >broker.yaml <<CONFIG
listen: 127.0.0.1:$port
database: broker.db
tls_certificate: tls.pem
tls_key: tls.key
insecure_allow_simulation: true
CONFIG
"$cloister" broker master-key new --threshold 1 --shares 1 shares >/dev/null
"$cloister" broker operator new ann --role secrets --role policies --role unlocker --role auditor ann.key >/dev/null
export CLOISTER_BROKER_URL=https://localhost:$port CLOISTER_BROKER_CA=tls.pem CLOISTER_BROKER_KEY=ann.key

# Images of two signers, which differ in nothing else, and one that wants a secret that nobody stored.
"$cloister" keys new key.pem >/dev/null
"$cloister" keys new stranger.pem >/dev/null
signer=$("$cloister" keys show key.pem | sed -n 's/^signer *//p')
cp "$here/program.sh" program.sh
image() { # NAME KEY SECRET CA
    cat >"$1.yaml" <<MANIFEST
name: $1
entry_point: /app/program.sh
args: [first, "second word"]
packages: [dash, coreutils]
essential: false
user: 1000
files: {program.sh: /app/program.sh}
secrets:
  broker_ca: $4
  files: {/secrets/db: $3, /secrets/again/db: $3}
  environment: {APP_TOKEN: team/key/token}
# The broker of this test is on the host's loopback.
insecure_host_loopback: true
MANIFEST
    "$cloister" build --offline --key "$2" --output "$1.img" "$1.yaml" >/dev/null
}
image mine key.pem team/key/db tls.pem
image theirs stranger.pem team/key/db tls.pem
image nothing key.pem team/key/absent tls.pem
image elsewhere key.pem team/key/db other.pem

serve() {
    "$root/bin/cloister-broker" serve --config broker.yaml 2>>broker.log &
    server=$!
    started+=("$server")
    for _ in $(seq 200); do
        "$cloister" broker status >status 2>/dev/null && break
        sleep 0.1
    done
    grep -q '^locked' status || fail "the broker does not answer, or is not locked: $(cat status)"
}
serve
/usr/bin/python3 "$here/helper.py" proxy "$proxy_port" "$port" traffic &
started+=($!)
broker=https://127.0.0.1:$proxy_port

run() { # IMAGE [OPTION...]
    local image=$1
    shift
    code=0
    "$cloister" run --quiet "$image.img" "$@" >out 2>err </dev/null || code=$?
}

"$cloister" broker unlock shares/share-1 >/dev/null
policy() { # the last argument that is accepted
    printf 'policy: 1\nrules:\n  - {signers: [%s], insecure_allow_simulation: true, arguments: [/app/program.sh, first, %s]}\n' "$signer" "$1" >policy.yaml
    "$cloister" broker policy set default policy.yaml >/dev/null
}
policy "second word"
printf %s "$file_secret" | "$cloister" broker secret put team/key/db >/dev/null
printf %s "$variable_secret" | "$cloister" broker secret put team/key/token >/dev/null
expected=$(/usr/bin/python3 "$here/helper.py" expected "$file_secret" "$variable_secret")
run mine --broker "$broker"
[[ $code == 0 ]] || fail "the run ended with $code: $(cat err)"
[[ $(cat out) == "$expected" ]] || fail "the program saw: $(cat out), not: $expected"
run mine --broker "$broker" -- /app/program.sh first "second word"
[[ $code == 0 && $(cat out) == "$expected" ]] || fail "the same program named at the start ends with $code: $(cat out err)"

# A broker that started anew is locked, and is waited for: it is unlocked while the agent tries.
kill "$server"
wait "$server" || fail "the broker ended with $?"
serve
"$cloister" run --quiet mine.img --broker "$broker" >out 2>err </dev/null &
waiting=$!
for _ in $(seq 200); do
    grep -q waiting err && break
    sleep 0.1
done
grep -q 'not unlocked' err || fail "the agent does not say what it waits for: $(cat err)"
"$cloister" broker unlock shares/share-1 >/dev/null
wait "$waiting" || fail "the run that waited ended with $?: $(cat err)"
[[ $(cat out) == "$expected" ]] || fail "the program that waited saw: $(cat out)"

refused() { # IMAGE CODE WORDS...
    local image=$1 expect=$2 words
    shift 2
    [[ $code == "$expect" ]] || fail "$image ended with $code, not $expect: $(cat err)"
    [[ ! -s out ]] || fail "$image: the program ran"
    for words in "$@"; do grep -q -- "$words" err || fail "$image: '$words' is not in: $(cat err)"; done
    [[ $(grep -vc insecure_host_loopback err) == 1 ]] || fail "$image: more than one line: $(cat err)"
}
run theirs --broker "$broker"
refused theirs 77 'signer' 'policy set'
policy another
run mine --broker "$broker"
refused mine 77 'arguments must be' 'second word'
policy "second word"
run nothing --broker "$broker"
refused nothing 77 'does not exist' 'secret put'
run elsewhere --broker "$broker"
refused elsewhere 77 'certificate'
run mine
refused mine 64 'no broker is named' '--broker'
run mine --broker http://127.0.0.1
refused mine 125 'not a broker'
run mine -e APP_TOKEN=chosen --broker "$broker"
[[ $code != 0 && ! -s out ]] || fail "the host chose a secret variable"

# Programs made for CoCo's containers ask at 127.0.0.1:8006, as long as they run.
cat >guest.sh <<'PROGRAM'
#!/bin/busybox sh
set -e
get() { /bin/busybox wget -q -O - "http://127.0.0.1:8006$1"; }
get /cdh/resource/team/key/db | /bin/busybox sha256sum
get /cdh/resource/team/key/db | /bin/busybox sha256sum
get '/aa/token?token_type=kbs' | /bin/busybox grep -c '^{"tee_keypair":"-----BEGIN PRIVATE KEY-----.*"token":"ey'
get '/aa/evidence?runtime_data=nonce' | /bin/busybox grep -c '^{"quote":"AwACAA'
get /cdh/resource/team/key/absent || echo "absent $?"
get '/aa/token?token_type=other' || echo "other $?"
# Nobody's child: there is nothing to wait for.
children=
read -r children </proc/$$/task/$$/children || [ -z "$children" ]
echo "children: $children"
PROGRAM
cat >guest.yaml <<MANIFEST
name: guest
entry_point: /app/guest.sh
user: 1000
files:
  - {from: guest.sh, to: /app/guest.sh, mode: "0755"}
  - {from: /bin/busybox, to: /bin/busybox, mode: "0755"}
secrets: {broker_ca: tls.pem, guest_api: true}
insecure_host_loopback: true
MANIFEST
"$cloister" build --offline --key key.pem guest.yaml >/dev/null
printf 'policy: 1\nrules:\n  - {signers: [%s], insecure_allow_simulation: true}\n' "$signer" >policy.yaml
"$cloister" broker policy set default policy.yaml >/dev/null
run guest --broker "$broker"
hash=$(printf %s "$file_secret" | sha256sum)
[[ $code == 0 ]] || fail "the guest API: $code, $(cat out err)"
[[ $(cat out) == "$hash"$'\n'"$hash"$'\n1\n1\nabsent 1\nother 1\nchildren: ' ]] || fail "the guest API gave: $(cat out err)"
policy "second word"

# Names, never values.
"$cloister" inspect mine.img >inspected
grep -q 'files./secrets/db: secret team/key/db' inspected || fail "inspect shows: $(cat inspected)"
"$cloister" explain mine.img | grep -q 'secrets.environment.APP_TOKEN' || fail "explain does not show the secrets"

# The host's side of a running enclave.
printf '#!/bin/sh\nexec sleep 1000\n' >program.sh
image resident key.pem team/key/db tls.pem
"$cloister" start --quiet --name box resident.img --broker "$broker" -- /app/program.sh first "second word" >/dev/null
for _ in $(seq 300); do
    "$cloister" ps box >processes
    grep -q sleep processes && break
    sleep 0.1
done
printf '%s\n%s\n' "$file_secret" "$variable_secret" >needles
grep -q sleep processes || fail "the program does not run: $(cat processes)"
/usr/bin/python3 "$here/helper.py" scan needles "$work" "$("$cloister" ps --json | /usr/bin/python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["pid"])')" ||
    fail "a secret is outside the enclave"
"$cloister" stop box >/dev/null

# Nobody there: bounded patience, and the reason.
run mine --broker "https://127.0.0.1:$closed_port"
[[ $code == 69 ]] || fail "without a broker it ended with $code: $(cat err)"
grep -q 'does not answer' err || fail "no reason: $(cat err)"
echo "secrets: ok"
