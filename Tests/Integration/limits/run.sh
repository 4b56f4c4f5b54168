#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An image with limits: a fork bomb, memory hogs and fillers of files run into them with the right errno; the enclave answers
# afterwards, stops cleanly and leaves no host process.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cloister=${CLOISTER:-$here/../../../bin/cloister}
work=$(mktemp -d /var/lib/cloister-limits.XXXXXX)
enclave=limits-$$
finish() {
    "$cloister" stop "$enclave" >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap finish EXIT
fail() {
    echo "$*" >&2
    exit 1
}

cp "$here/cloister.yaml" "$work/"
gcc -O1 -static -Wall -Wextra -Werror -o "$work/greedy" "$here/greedy.c"
"$cloister" keys new "$work/key.pem" >/dev/null
"$cloister" build --key "$work/key.pem" --output "$work/limits.img" "$work" >/dev/null

"$cloister" start --quiet --name "$enclave" "$work/limits.img" >/dev/null
# expect TEXT COMMAND...: every line of TEXT is a pattern that one line of the output meets, in order.
expect() {
    local wanted=$1 output
    shift
    output=$(timeout 120 "$cloister" exec "$enclave" -- /bin/greedy "$@" 2>&1) || fail "greedy $*: ended with $?: $output"
    # shellcheck disable=SC2053
    while IFS= read -r pattern && IFS= read -r line <&3; do
        [[ $line == $pattern ]] || fail "greedy $*: '$line' where '$pattern' was expected; all: $output"
    done <<<"$wanted" 3<<<"$output"
    [[ $(wc -l <<<"$wanted") == $(wc -l <<<"$output") ]] || fail "greedy $*: $output"
    [[ $(timeout 60 "$cloister" exec "$enclave" -- /bin/greedy hello) == hello ]] || fail "the enclave does not answer after greedy $*"
    echo "greedy $*: $(head -n 1 <<<"$output")"
}
expect $'fork: EAGAIN after 5?\nfork after all ended: works' forks
expect $'memory: ENOMEM after 2??\na reservation is made\nusing the reservation: ENOMEM after 0' memory
again=$'after truncation: as much again\nafter unlink: as much again'
expect "/tmp/file: ENOSPC after 2??"$'\n'"$again" file /tmp/file
expect "/mem/file: ENOSPC after 2??"$'\n'"$again" file /mem/file
expect "/root/file: ENOSPC after 2??"$'\n'"$again" file /root/file
expect $'memfd: ENOSPC after 2??\nshared memory: ENOMEM after 2??' anonymous
expect 'names: ENOMEM after *' names
expect $'timers: EAGAIN after *\nlocks: many\nsignals: EAGAIN after *' kernel
# Twice, so that what the first left behind would show.
expect 'names: ENOMEM after *' names
expect "/tmp/file: ENOSPC after 2??"$'\n'"$again" file /tmp/file

"$cloister" exec "$enclave" -- /bin/greedy bomb >/dev/null 2>&1 &
bomb=$!
sleep 3
"$cloister" ps --json >"$work/ps.json" || fail "ps fails beside a fork bomb"
supervisor=$(jq -er --arg name "$enclave" '.. | objects | select(.name? == $name) | .pid' "$work/ps.json" | head -n 1)
[[ -n $supervisor ]] || fail "ps does not list the enclave: $(cat "$work/ps.json")"
"$cloister" ps "$enclave" --json | jq -e 'length > 40 and any(.[]; .rss_kb > 0)' >/dev/null || fail "ps tells no resident memory"
mapfile -t hosts < <(pgrep -P "$supervisor")
((${#hosts[@]} > 40 && ${#hosts[@]} <= 60)) || fail "a fork bomb under a limit of 60 has ${#hosts[@]} host processes"
said=$(timeout 60 "$cloister" stop "$enclave" 2>&1) || fail "an enclave with a fork bomb does not stop: $said"
[[ $said != *killed* ]] || fail "an enclave with a fork bomb had to be killed: $said"
wait "$bomb" && fail "a bomb that was stopped ended with 0"
for process in "$supervisor" "${hosts[@]}"; do
    for _ in $(seq 100); do
        kill -0 "$process" 2>/dev/null || continue 2
        sleep 0.1
    done
    fail "host process $process is left"
done
echo "a fork bomb of ${#hosts[@]} processes is stopped with its enclave"
