#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs the job natively and in an enclave, compares the answers, and says who the enclave was and what it cost.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cloister=${CLOISTER:-$root/bin/cloister}
out=${OUT:-$root/out/sales-report}
image=$out/sales-report.img
key=$out/key.pem

mkdir -p "$out"
if [[ ! -x $cloister ]]; then
    echo "sales-report: error: $cloister is missing; run make build" >&2
    exit 1
fi

[[ -f $here/orders.csv ]] || "$here/generate.py" "$here/orders.csv"
# A key for the example only; a real one is kept apart from the machine that runs the image.
[[ -f $key ]] || "$cloister" keys new "$key" >/dev/null
"$cloister" build --key "$key" --output "$image" "$here/cloister.yaml"

now() { date +%s%N; }
milliseconds() { echo $((($2 - $1) / 1000000)); }

start=$(now)
env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin /bin/bash "$here/job.sh" "$here" >"$out/native.txt"
native_ms=$(milliseconds "$start" "$(now)")

start=$(now)
status=0
"$cloister" run --json --image "$image" >"$out/enclave.txt" 2>"$out/enclave.err" || status=$?
enclave_ms=$(milliseconds "$start" "$(now)")
if [[ $status -ne 0 ]]; then
    cat "$out/enclave.err" >&2
    echo "sales-report: error: the job in the enclave ended with code $status" >&2
    exit 1
fi
# Warnings of the command, where there are any: grep says 1 when there are none.
grep -v '^{' "$out/enclave.err" >&2 || [[ $? -eq 1 ]]
tail -n 1 "$out/enclave.err" >"$out/enclave.json"

cat "$out/enclave.txt"
echo
if ! diff -u "$out/native.txt" "$out/enclave.txt" >&2; then
    echo "sales-report: error: native run and enclave give different answers" >&2
    exit 1
fi

field() { jq -er "$1" "$out/enclave.json"; }
echo "answers        identical, natively and in the enclave"
echo "measurement    $(field .identity.measurement)"
echo "signer         $(field .identity.signer)"
echo "backend        $(field .identity.backend) (no hardware protection)"
echo "system calls   $(field .statistics.syscalls) served, $(field .statistics.host_calls) calls to the host"
echo "time           native $native_ms ms, enclave $enclave_ms ms (start included)"
