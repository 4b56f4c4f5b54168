#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds the example's image twice, with all different that must not matter: folder, umask, permissions and times of the files, order in
# which they were made, time zone, locale, HOME, number of jobs, other variables. With one Ed25519 key the two files must be equal.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
cloister=${CLOISTER:-$root/bin/cloister}
export CLOISTER_KERNEL=${CLOISTER_KERNEL:-$root/bin/cloister-kernel}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$cloister" keys new "$work/key.pem" >/dev/null
example=$root/Examples/sales-report
[[ -f $example/orders.csv ]] || "$example/generate.py" "$example/orders.csv"

# build FOLDER JOBS FILE...: a copy of the example in FOLDER, made in this order and built there; prints the measurement.
build() {
    local folder=$1 jobs=$2
    mkdir -p "$folder/home"
    shift 2
    for file in "$@"; do cat "$example/$file" >"$folder/$file"; done
    HOME=$folder/home "$cloister" build --json --key "$work/key.pem" --output "$folder/out.img" --jobs "$jobs" "$folder" |
        jq -er .measurement
}

first=$(
    umask 022
    export TZ=UTC LC_ALL=C
    build "$work/one" 1 cloister.yaml job.sh report.py orders.csv
)
second=$(
    umask 077
    export TZ=Pacific/Auckland LC_ALL=C.UTF-8 LANGUAGE=de LANG=de_DE.UTF-8 NOISE=1
    folder="$work/a second folder/with ümlaut"
    mkdir -p "$folder"
    for file in orders.csv report.py job.sh cloister.yaml; do touch -d 1985-10-26 "$folder/$file"; done
    chmod 0600 "$folder"/*
    build "$folder" 7 orders.csv report.py job.sh cloister.yaml
)
if [[ $first != "$second" ]]; then
    echo "reproducible: error: measurement $first became $second:" >&2
    "$cloister" explain "$work/one/out.img" "$work/a second folder/with ümlaut/out.img" >&2 || true
    exit 1
fi
cmp "$work/one/out.img" "$work/a second folder/with ümlaut/out.img"

# One byte more is another measurement: the comparison above can fail.
echo >>"$work/one/report.py"
third=$(HOME=$work "$cloister" build --json --key "$work/key.pem" --output "$work/one/out.img" "$work/one" | jq -er .measurement)
[[ $third != "$first" ]] || {
    echo "reproducible: error: a changed file did not change the measurement" >&2
    exit 1
}
echo "reproducible: ok, $first"
