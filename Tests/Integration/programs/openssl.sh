#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# openssl: hashing, keys, a certificate, TLS on loopback.
. "$(dirname "$0")/../lib.sh"
need openssl
compare_script bash <<'JOB'
openssl speed -seconds 1 sha256 2>/dev/null | tail -n 1 | awk '{ print $1, NF }'
openssl speed -seconds 1 -multi 2 -evp aes-256-gcm 2>/dev/null | tail -n 1 | awk '{ print $1, NF }'
echo text > t; openssl dgst -sha256 t; openssl rand -hex 16 | wc -c; openssl enc -aes-256-cbc -pbkdf2 -pass pass:x -in t | openssl enc -d -aes-256-cbc -pbkdf2 -pass pass:x
openssl req -x509 -newkey rsa:2048 -nodes -keyout k -out c -days 1 -subj /CN=localhost 2>/dev/null; openssl x509 -in c -noout -subject; openssl genpkey -algorithm ed25519 -out e && openssl pkey -in e -pubout -out p && openssl pkeyutl -sign -inkey e -rawin -in t -out s && openssl pkeyutl -verify -pubin -inkey p -rawin -in t -sigfile s
openssl s_server -accept 127.0.0.1:18443 -key k -cert c -www -quiet & p=$!; for i in $(seq 100); do (echo > /dev/tcp/127.0.0.1/18443) 2>/dev/null && break; sleep 0.05; done
printf 'GET / HTTP/1.0\r\n\r\n' | timeout 10 openssl s_client -connect 127.0.0.1:18443 -quiet -ign_eof 2>/dev/null | head -n 1; kill $p; wait $p 2>/dev/null; echo "server: $?"
JOB
