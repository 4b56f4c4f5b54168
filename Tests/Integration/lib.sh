# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Sourced by programs/*.sh. Each runs the same job natively and in an enclave, in a fresh folder at the same path, and compares what
# they print and how they end. Sets `work`: a host folder for what a test prepares; the enclave sees it, copy-on-write.
set -uo pipefail

test_name=$(basename "$0" .sh)
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cloister=${CLOISTER:-$root/bin/cloister}
export CLOISTER_KERNEL=${CLOISTER_KERNEL:-$root/bin/cloister-kernel}
job_seconds=${CLOISTER_JOB_SECONDS:-120}
# Not under /tmp or /var/tmp, which are empty file systems of the enclave.
# It must be reachable for other users as well.
folder=${CLOISTER_WORK:-/var/lib/cloister-integration}
mkdir -p "$folder"
work=$(mktemp -d "$folder/$test_name.XXXXXX")
chmod 755 "$work"
trap 'rm -rf "$work"' EXIT
job_env=(PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin HOME="$work/dir" LC_ALL=C TZ=UTC "work=$work")

# Ends the test as passed, loudly, where the host lacks a program.
need() {
    local program
    for program in "$@"; do
        command -v "$program" >/dev/null && continue
        echo "SKIPPED: this host has no $program" >&2
        exit 77
    done
}

# With job_user set both run as that user and group.
native() {
    local as=()
    [[ -z ${job_user:-} ]] || as=(setpriv --reuid "$job_user" --regid "$job_user" --clear-groups)
    (cd "$work/dir" && timeout -k 2 "$job_seconds" env -i "${job_env[@]}" "${as[@]}" "$@")
}

enclave() {
    local options=() variable
    [[ -z ${job_user:-} ]] || options=(--user "$job_user:$job_user")
    for variable in "${job_env[@]}"; do options+=(-e "$variable"); done
    timeout -k 2 "$job_seconds" "$cloister" run --quiet --insecure-host-root --cwd "$work/dir" "${options[@]}" -- "$@"
}

# compare COMMAND...: standard input is given to both.
compare() {
    cat >"$work/stdin"
    local way
    for way in native enclave; do
        rm -rf "$work/dir" && mkdir "$work/dir"
        "$way" "$@" <"$work/stdin" >"$work/$way.all" 2>&1
        echo "exit code $?" >>"$work/$way.all"
        # The command's own warning about the unmeasured root is not the job's output.
        grep -v '^cloister: warning: insecure_host_root' "$work/$way.all" >"$work/$way.out"
    done
    if ! diff --label native --label enclave -u "$work/native.out" "$work/enclave.out" >"$work/diff"; then
        head -n "${CLOISTER_DIFF_LINES:-40}" "$work/diff"
        exit 1
    fi
    # A job that fails natively as well tests nothing.
    if [[ $(tail -n 1 "$work/native.out") != "exit code ${expected_code:-0}" ]]; then
        echo "the job itself fails:" && tail -n 20 "$work/native.out"
        exit 1
    fi
}

# compare_script INTERPRETER...: the script on standard input is run by both.
compare_script() {
    cat >"$work/job"
    compare "$@" "$work/job" </dev/null
}
