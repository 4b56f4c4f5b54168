#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# redis in one enclave, a python client in another, neither changed: their ports are wrapped in mutually attested TLS. Strangers are refused
# with the reason, nothing leads around the shield, and certificates are renewed while a connection lives.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
here=$root/Tests/Integration/shield
cloister=${CLOISTER:-$root/bin/cloister}
for program in gcc redis-server python3 openssl ss; do
    command -v "$program" >/dev/null || { echo "SKIPPED: this host has no $program" >&2; exit 0; }
done
# An address of this machine that is not the loopback's.
address=$(hostname -I | tr ' ' '\n' | grep -m 1 -E '^[0-9]+\.' || true)
[[ -n $address ]] || { echo "SKIPPED: this host has no IPv4 address but the loopback's" >&2; exit 0; }
work=$(mktemp -d)
export XDG_DATA_HOME=$work/data XDG_RUNTIME_DIR=$work/runtime XDG_CACHE_HOME=$work/cache
mkdir -m 0700 "$work/runtime"
started=()
cleanup() {
    local one
    "$cloister" stop --all --now >/dev/null 2>&1 || true
    for one in "${started[@]}"; do { kill -9 "$one" && wait "$one"; } 2>/dev/null || true; done
    rm -rf "$work"
}
trap cleanup EXIT
cd "$work"

fail() {
    echo "shield: error: $1" >&2
    [[ ! -s server.log ]] || grep -v '^[0-9]*:[CM] ' server.log | tail -n 20 >&2
    exit 1
}

read -r port proxy_port < <(/usr/bin/python3 "$here/host.py" ports 2)
"$cloister" keys new key.pem >/dev/null
"$cloister" keys new stranger.pem >/dev/null
signer=$("$cloister" keys show key.pem | sed -n 's/^signer *//p')
cp "$here/client.py" .

policy() { printf 'policy: 1\nrules:\n  - {%s, insecure_allow_simulation: true}\n' "$1"; }
policy "signers: [$signer]" >ours.yaml
build() { "$cloister" build --offline --key "$2" --output "$1.img" "$1.yaml" >/dev/null; }
cat >server.yaml <<MANIFEST
name: server
entry_point: /usr/bin/redis-server
args: [--port, "$port", --bind, 0.0.0.0, --protected-mode, "no", --save, "", --dir, /tmp]
packages: [redis-server]
essential: false
shield: {policy: ours.yaml, listen: [{port: $port}], certificate_lifetime: 10}
MANIFEST
build server key.pem
measurement=$("$cloister" inspect server.img --json | jq -r .identity.measurement)
other=$(tr 0-9a-f 1-9a-f0 <<<"$measurement")
client() { # NAME KEY POLICY
    cat >"$1.yaml" <<MANIFEST
name: $1
entry_point: /usr/bin/python3
args: [/app/client.py]
passed_through: [arguments]
packages: [python3]
essential: false
files: {client.py: /app/client.py}
shield: {policy: $3, connect: [{port: $proxy_port}]}
MANIFEST
    build "$1" "$2"
}
policy "measurements: [$measurement]" >exactly.yaml
policy "measurements: [$other]" >wrong.yaml
client mine key.pem exactly.yaml
client deceived key.pem wrong.yaml
client theirs stranger.pem ours.yaml
"$cloister" inspect mine.img | grep -q "shield *connects to port $proxy_port" || fail "inspect does not show the shield"

: >server.log
"$cloister" run --quiet server.img >server.log 2>&1 </dev/null &
started+=($!)
for _ in $(seq 300); do
    grep -q 'Ready to accept' server.log && break
    sleep 0.1
done
grep -q 'Ready to accept' server.log || fail "redis does not start: $(cat server.log)"
/usr/bin/python3 "$here/host.py" proxy "$proxy_port" "$port" traffic >proxy.up &
started+=($!)
for _ in $(seq 100); do
    [[ -s proxy.up ]] && break
    sleep 0.1
done

run() { # IMAGE WORDS...
    local image=$1
    shift
    code=0
    timeout -k 2 120 "$cloister" run --quiet "$image.img" -- /usr/bin/python3 /app/client.py "$@" >out 2>err </dev/null || code=$?
}

word=word-$(openssl rand -hex 24)
run mine talk "$address" "$proxy_port" "$word"
[[ $code == 0 && $(cat out) == "True
PONG OK $word
OK True
b'+PONG\r\n'" ]] || fail "the client ended with $code and said: $(cat out err)"
[[ $(wc -c <traffic) -gt 6000000 ]] || fail "the traffic did not pass the proxy"
for needle in "$word" PING PONG; do
    if grep -qF "$needle" traffic; then fail "$needle is on the wire"; fi
done
echo "redis and its client talk, each verified by the other; the wire shows nothing of it"

refused() { # IMAGE WORDS-OF-THE-CLIENT WORDS-OF-THE-SERVER
    run "$1" refused "$address" "$proxy_port" -
    [[ $code == 0 && $(cat out) == refused* ]] || fail "$1 was not refused: $(cat out err)"
    grep -q "cloister-shield: .*$2" err || fail "$1 does not have its reason '$2': $(cat err)"
    grep -q "cloister-shield: .*$3" server.log || fail "the server does not have its reason '$3'"
}
refused deceived 'refused: .*measurement' 'refusedByPeer: .*measurement'
refused theirs 'refusedByPeer: .*signer' 'refused: the policy does not accept it: .*signer'
[[ $(/usr/bin/python3 "$here/host.py" plain "$port") == refused ]] || fail "a client without TLS was answered"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -out tls.pem -days 2 -subj /CN=nobody 2>/dev/null
/usr/bin/python3 "$here/host.py" tls "$port" tls.pem tls.key >said
grep -q 'the peer has no evidence of what it is' said || fail "a client without evidence is told: $(cat said)"
echo "a wrong measurement, another signer, no evidence and no TLS are refused with their reasons"

run mine around "$address" "$proxy_port" -
[[ $code == 0 && $(cat out) == "EPERM EPERM ENOPROTOOPT 
shields 1
EPERM ECHILD -1 ESRCH
PONG" ]] || fail "around the shield: $code $(cat out err)"
[[ $(ss -Htlnp "sport = :$port" | wc -l) == 1 ]] || fail "the host has: $(ss -Htlnp "sport = :$port")"
echo "nothing leads around the shield, and the program does not meet it"

# Certificates live ten seconds and are renewed after five.
coproc live { timeout -k 2 120 "$cloister" run --quiet mine.img -- /usr/bin/python3 /app/client.py live "$address" "$proxy_port" - 2>live.err; }
exec 5<&"${live[0]}" 6>&"${live[1]}"
seen=()
for round in 1 2 3; do
    echo "round$round" >&6
    read -r -t 60 line <&5 || fail "no answer in round $round: $(cat live.err)"
    [[ $line == "PONG round$round" ]] || fail "round $round: $line"
    seen+=("$(/usr/bin/python3 "$here/host.py" tls "$port" tls.pem tls.key | sed -n 1p)")
    [[ $round == 3 ]] || sleep 6
done
exec 6>&-
[[ ${seen[0]} != "${seen[1]}" && ${seen[1]} != "${seen[2]}" ]] || fail "the certificate is not renewed: ${seen[*]}"
echo "the certificate is renewed twice while one connection lives"

# The C library, in an enclave without a shield.
gcc -Wall -Wextra -Werror -O2 -I "$root/Sources/CloisterAttestedTLS/include" -o client "$here/client.c" -L "$root/bin" -lcloister-attested-tls
library() { # NAME POLICY
    cat >"$1.yaml" <<MANIFEST
name: $1
entry_point: /app/client
args: ["$address", "$port", /app/policy.yaml]
packages: [libc6, libgcc-s1, libssl3, libstdc++6]
essential: false
files: {client: /app/client, $root/bin/libcloister-attested-tls.so: /usr/lib/libcloister-attested-tls.so, $2: /app/policy.yaml}
MANIFEST
    build "$1" key.pem
    code=0
    timeout -k 2 60 "$cloister" run --quiet "$1.img" >out 2>err </dev/null || code=$?
}
library plain exactly.yaml
[[ $code == 0 && $(cat out) == "+PONG valid" ]] || fail "the C client ended with $code: $(cat out err)"
library suspicious wrong.yaml
grep -q '^refused: .*measurement' out || fail "the C client ended with $code: $(cat out err)"
[[ $code == 77 ]] || fail "the C client ended with $code"
echo "a C program with the library talks with the shield, and refuses a wrong measurement"

# Where the machine gives no evidence the shield says so, and the program does not begin.
mkdir bare
cp "$cloister" "${CLOISTER_KERNEL:-$root/bin/cloister-kernel}" bare/
code=0
CLOISTER_KERNEL=$work/bare/cloister-kernel bare/cloister run --quiet mine.img -- /usr/bin/python3 /app/client.py refused "$address" 1 - >out 2>err || code=$?
[[ $code == 78 && ! -s out ]] || fail "without evidence it ended with $code: $(cat out err)"
grep -q 'cloister-shield: error: evidence' err || fail "no reason: $(cat err)"

"$cloister" start --quiet --name box mine.img >/dev/null
[[ $("$cloister" exec box -- /usr/bin/python3 /app/client.py talk "$address" "$proxy_port" "$word" | sed -n 2p) == "PONG OK $word" ]] ||
    fail "a program of exec does not talk"
"$cloister" stop box >/dev/null || fail "stop"
echo "shield: ok"
