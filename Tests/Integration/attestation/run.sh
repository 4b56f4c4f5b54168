#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Programs that ask for evidence as they do elsewhere, in an image and on the host's root; evidence from outside, verified; sealing keys
# of an older and a newer version of one program.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
here=$(cd "$(dirname "$0")" && pwd)
cloister=${CLOISTER:-$root/bin/cloister}
export CLOISTER_KERNEL=${CLOISTER_KERNEL:-$root/bin/cloister-kernel}
folder=${CLOISTER_WORK:-/var/lib/cloister-integration}
mkdir -p "$folder"
work=$(mktemp -d "$folder/attestation.XXXXXX")
export CLOISTER_STATE="$work/state" XDG_DATA_HOME="$work/data" HOME="$work"
# On the way out nothing may run any more, so that stopping finds nothing: no failure of the test.
trap '"$cloister" stop --all --now >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

fail() {
    echo "attestation: error: $1" >&2
    exit 1
}

cd "$work"
gcc -static -O1 -Wall -Werror -o evidence "$here/evidence.c"
"$cloister" keys new key.pem >/dev/null

# image NAME PRODUCT VERSION: an image of the program and busybox.
image() {
    mkdir -p "$1"
    cp evidence "$1/"
    cat >"$1/cloister.yaml" <<YAML
name: $1
files:
  - { from: evidence, to: /bin/evidence, mode: "0755" }
  - { from: /bin/busybox, to: /bin/busybox, mode: "0755" }
passed_through: [command]
product_id: $2
security_version: $3
YAML
    "$cloister" build --key key.pem "$1" >/dev/null
}

measurement() { "$cloister" inspect "$1/$1.img" --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["identity"]["measurement"])'; }

# On the host's root nothing is measured.
[[ $("$cloister" run -q --insecure-host-root -- "$work/evidence" 2>/dev/null) == $(printf '0%.0s' {1..96}) ]] || fail "the host's root has an identity"

image old 1 4
stated=$("$cloister" run -q old/old.img -- /bin/evidence)
[[ $stated == "$(measurement old)" ]] || fail "the quote states $stated, not what inspect prints"

# From outside, in each format, verified under a policy that allows simulation.
signer=$("$cloister" keys show key.pem | sed -n 's/^signer *//p')
printf 'policy: 1\nrules:\n  - {signers: [%s], insecure_allow_simulation: true}\n' "$signer" >policy.yaml
"$cloister" start -q --name box old/old.img >/dev/null
for format in tdx sgx snp; do
    "$cloister" attest box --nonce 00ff --format $format >"$format.json"
    "$cloister" verify "$format.json" --policy policy.yaml --nonce 00ff >verdict || fail "$format: $(cat verdict)"
    ! "$cloister" verify "$format.json" --nonce 00ff >verdict || fail "$format is accepted without a policy"
done
# What it was started with is bound to the evidence, and a policy may ask for it.
"$cloister" start -q --name job old/old.img -- /bin/busybox sleep 600 >/dev/null
for format in tdx sgx snp; do
    "$cloister" attest job --format $format >job.json
    for seconds in 600 601; do
        printf 'policy: 1\nrules:\n  - {signers: [%s], insecure_allow_simulation: true, arguments: [/bin/busybox, sleep, "%s"]}\n' \
            "$signer" $seconds >arguments.yaml
        if "$cloister" verify job.json --policy arguments.yaml >verdict; then answer=600; else answer=601; fi
        [[ $answer == "$seconds" ]] || fail "$format, arguments sleep $seconds: $(cat verdict)"
    done
    python3 -c '
import base64, json, sys
bundle = json.load(open("job.json"))
text = base64.urlsafe_b64decode(bundle["launch"][1] + "==").replace(b"600", b"601")
bundle["launch"][1] = base64.urlsafe_b64encode(text).decode().rstrip("=")
json.dump(bundle, open("changed.json", "w"))'
    ! "$cloister" verify changed.json --policy arguments.yaml >verdict || fail "$format: a changed start is accepted"
    grep -q launch-data verdict || fail "$format: $(cat verdict)"
done
# A program in python, as those for Gramine are written.
quote=$("$cloister" run -q --insecure-host-root -- /usr/bin/python3 -c '
with open("/dev/attestation/user_report_data", "wb") as f: f.write(b"python")
with open("/dev/attestation/quote", "rb") as f: quote = f.read()
print(len(quote) > 1000, quote[368:374])' 2>/dev/null)
[[ $quote == "True b'python'" ]] || fail "python got $quote"

# A newer version has another measurement and another key of its own; keys by measurement differ, too.
key() { "$cloister" run -q "$1/$1.img" -- /bin/busybox od -An -tx1 "/dev/attestation/keys/$2"; }
image new 1 5
image other 2 4
[[ $(key old _sgx_mrsigner) == "$(key old _sgx_mrsigner)" ]] || fail "a key does not stay"
[[ $(key old _sgx_mrsigner) != "$(key new _sgx_mrsigner)" ]] || fail "versions share a key"
[[ $(key old _sgx_mrsigner) != "$(key other _sgx_mrsigner)" ]] || fail "products share a key"
[[ $(key old _sgx_mrenclave) != "$(key new _sgx_mrenclave)" ]] || fail "measurements share a key"
# The newer version opens what the older one sealed; the older one has no way to the newer's key.
[[ $(key new _cloister_signer_4) == "$(key old _cloister_signer_4)" ]] || fail "the newer version has lost the older one's key"
[[ -n $(key new _cloister_signer_4) ]] || fail "no key"
! key old _cloister_signer_5 >/dev/null 2>&1 || fail "the older version gets the newer one's key"
echo "attestation: ok"
