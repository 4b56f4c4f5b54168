#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Connections over the loopback stay in the enclave: the host has no such socket, its own services are not reached
# unless that was asked for, and a listener at the wildcard serves both.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../../..
cloister=${CLOISTER:-$root/bin/cloister}
port=16399

fail() {
    echo "$*" >&2
    exit 1
}
for program in redis-server redis-cli python3 ss; do
    command -v "$program" >/dev/null || { echo "SKIPPED: this host has no $program" >&2; exit 0; }
done

# Not under /tmp, which is an empty file system of the enclave.
folder=${CLOISTER_WORK:-/var/lib/cloister-integration}
mkdir -p "$folder"
work=$(mktemp -d "$folder/loopback.XXXXXX")
service=
trap '[[ -z $service ]] || kill "$service" 2>/dev/null; rm -rf "$work"' EXIT
cp "$here/inside.py" "$work"
python=/usr/bin/python3

enclave() { timeout -k 2 60 "$cloister" run --quiet --insecure-host-root "${options[@]}" -- "$python" "$work/inside.py" "$@" 2>"$work/errors"; }
options=()

# Redis and its clients, while the host looks.
coproc enclave redis /tmp "$port"
# The variable goes away with the process.
exec 5<&"${COPROC[0]}" 6>&"${COPROC[1]}"
read -r -u 5 line || fail "no answer: $(cat "$work/errors")"
[[ $line == up ]] || fail "expected 'up', got '$line'"
if ss -Htuan | grep -q ":$port\b"; then fail "the host has a socket at port $port: $(ss -Htuan | grep ":$port\b")"; fi
echo go >&6
said=$(cat <&5)
[[ $said == "plainly-readable-text
listed True
redis 0" ]] || fail "redis: $said"
echo "redis and its clients talk over 127.0.0.1, and the host has no socket at that port"

[[ $(enclave many) == "asyncio 100" ]] || fail "asyncio: $(cat "$work/errors")"
echo "an asyncio server and a hundred clients"

# A service of the host.
"$python" - >"$work/port" <<'PYTHON' &
import select
import socket
listener = socket.create_server(("127.0.0.1", 0))
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
datagrams.bind(listener.getsockname())
print(listener.getsockname()[1], flush=True)
while True:
    for ready in select.select([listener, datagrams], [], [])[0]:
        if ready is listener:
            listener.accept()[0].sendall(b"the host")
        else:
            datagrams.sendto(b"the host", datagrams.recvfrom(100)[1])
PYTHON
service=$!
for _ in $(seq 100); do [[ -s $work/port ]] && break; sleep 0.05; done
hosts_port=$(cat "$work/port")
said=$(enclave reach "$hosts_port") || fail "reach: $(cat "$work/errors")"
[[ $said == "tcp Connection refused
udp Connection refused" ]] || fail "a service of the host was reached: $said"
options=(--insecure-host-loopback)
said=$(enclave reach "$hosts_port") || fail "reach: $(cat "$work/errors")"
[[ $said == "tcp the host
udp the host" ]] || fail "with --insecure-host-loopback: $said"
grep -q 'insecure_host_loopback is in use' "$work/errors" || fail "the start does not say insecure_host_loopback"
options=()
echo "the host's services are reached with --insecure-host-loopback alone"

coproc enclave both
exec 5<&"${COPROC[0]}"
read -r -u 5 wildcard || fail "no answer: $(cat "$work/errors")"
"$python" - "$wildcard" <<'PYTHON'
import socket
import sys
port = int(sys.argv[1])
with socket.create_connection(("127.0.0.1", port), 10) as client:
    client.sendall(b"the host")
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"the host", ("127.0.0.1", port))
PYTHON
said=$(cat <&5)
[[ $said == "tcp ['inside', 'the host']
udp ['inside', 'the host']" ]] || fail "at the wildcard: $said"
echo "a listener at the wildcard serves the enclave and the host"
