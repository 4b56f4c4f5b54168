#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A member of a deployment, in its enclave: its key is made here and never leaves. Standard input and output are carried by the host,
# which is not trusted: name of the deployment, role and nonce in, the request out, the certificate in.
set -e
umask 077
read -r deployment role nonce
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem 2>/dev/null
openssl req -new -key key.pem -subj /CN=member -out request.pem
key=$(openssl pkey -in key.pem -pubout -outform DER | base64 -w0)
# Report data is each process's own, so that the shell itself must write it; its children start with a copy.
data=$(printf 'cloister deployment member 1\n%s\n%s\n%s\n%s\n' "$deployment" "$role" "$nonce" "$key" |
    openssl dgst -sha512 -binary | od -An -v -b | tr -d '\n' | tr ' ' '\\')
# shellcheck disable=SC2059
printf "$data" >/dev/attestation/user_report_data
quote=$(base64 -w0 </dev/attestation/quote)
request=
while read -r line; do request="$request$line\\n"; done <request.pem
printf '{"role":"%s","csr":"%s","evidence":{"quote":"%s"}}\n' "$role" "$request" "$quote"
read -r certificate
echo "$certificate" | base64 -d >certificate.pem
[ "$(openssl x509 -in certificate.pem -pubkey -noout)" = "$(openssl pkey -in key.pem -pubout)" ]
echo "it is mine"
