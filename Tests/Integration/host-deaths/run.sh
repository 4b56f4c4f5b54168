#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The host kills one host process of an enclave: the enclave stops with 71. The host kills the supervisor: nothing is left.
# The host stops all of them and lets them go on, as a freezer does: nothing happens.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cloister=${CLOISTER:-$here/../../../bin/cloister}

# start: an enclave with two sleeping processes; sets `launcher` and `supervisor`.
start() {
    "$cloister" run --quiet --insecure-host-root -- /bin/sh -c 'sleep 60 & sleep 60' >/dev/null 2>&1 &
    launcher=$!
    sleep 2
    supervisor=$(pgrep -P "$launcher" | head -n 1)
    [[ -n $supervisor ]] || { echo "no supervisor" >&2; exit 1; }
}
wait_gone() {
    for _ in $(seq 50); do
        kill -0 "$@" 2>/dev/null || return 0
        sleep 0.1
    done
    echo "host processes are left: $*" >&2
    exit 1
}

start
mapfile -t others < <(pgrep -P "$supervisor")
((${#others[@]} >= 2)) || { echo "expected two host processes, found ${#others[@]}" >&2; exit 1; }
kill -9 "${others[-1]}"
status=0
wait "$launcher" || status=$?
((status == 71)) || { echo "exit status $status after a host process was killed, expected 71" >&2; exit 1; }
for process in "${others[@]}"; do wait_gone "$process"; done
echo "a killed host process stops the enclave with 71"

start
mapfile -t others < <(pgrep -P "$supervisor")
kill -9 "$supervisor"
if wait "$launcher"; then
    echo "the command reports success after its supervisor was killed" >&2
    exit 1
fi
for process in "${others[@]}"; do wait_gone "$process"; done
echo "a killed supervisor leaves no host process"

"$cloister" run --quiet --insecure-host-root -- /bin/sh -c 'sleep 3 & sleep 3; wait; exit 5' >/dev/null 2>&1 &
launcher=$!
sleep 1
supervisor=$(pgrep -P "$launcher" | head -n 1)
mapfile -t others < <(pgrep -P "$supervisor")
((${#others[@]} >= 2)) || { echo "expected two host processes, found ${#others[@]}" >&2; exit 1; }
for _ in 1 2 3; do
    kill -STOP "$supervisor" "${others[@]}"
    sleep 0.1
    kill -CONT "$supervisor" "${others[@]}"
    sleep 0.1
done
status=0
wait "$launcher" || status=$?
((status == 5)) || { echo "exit status $status after the host stopped the enclave for a while, expected 5" >&2; exit 1; }
echo "an enclave goes on after the host stopped it"
