#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The static busybox: its shell and its applets.
. "$(dirname "$0")/../lib.sh"
need busybox
compare_script busybox sh <<'JOB'
set -e
b=busybox
for i in 1 2 3; do echo "line $i"; done > a
$b ls -l a | $b awk '{ print $1, $5, $NF }'
$b sed 's/line/row/' a | $b tac | $b sort -r
$b awk 'BEGIN { for (i = 0; i < 5; i++) s += i * i; printf "%d %.3f\n", s, 3.14159 }'
$b mkdir -p d/e/f && $b cp a d/e/f/b && $b find d | $b sort
$b tar cf t.tar d && $b tar tf t.tar
$b gzip -c a | $b gunzip | $b cmp - a && echo same
$b sha256sum a; $b md5sum a; $b sha1sum a
$b vi --help 2>&1 | $b head -n 3
x=$(echo nested $(echo $(echo deep))); echo "$x"
( exit 3 ) || echo "subshell ended with $?"
$b seq 1 2000 | $b xargs -n 100 $b echo | $b wc
$b printf '%s\n' c a b | $b sort | $b tr abc ABC
sleep 0.1 & wait $! && echo waited
trap 'echo trapped' USR1; kill -USR1 $$; echo after
$b ln -s a l; $b readlink l; $b rm -r d; $b ls
$b dd if=/dev/zero of=z bs=4096 count=16 2>/dev/null; $b wc -c < z
$b env -i A=1 $b env
JOB
