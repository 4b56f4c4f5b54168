#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# coreutils: files.
. "$(dirname "$0")/../lib.sh"
compare_script bash <<'JOB'
umask 022
mkdir -p a/b/c; echo one > a/1; echo two > a/b/2; chmod 640 a/1; touch -d @1000000000 a/b/2; ln -s ../1 a/b/link; ln a/1 a/hard
cp -a a copy; stat -c '%n %F %a %s %h %Y' copy/b/2; stat -c '%n %F %a %s %h %N' copy/1 copy/b/link; diff -r a copy && echo equal
mv copy moved; mv moved/1 moved/b/; ls -AR moved; ls -l --time-style=+%s moved/b/2 | awk '{ print $1, $2, $3, $4, $5, $6, $7 }'; ls -la | head -n 2 | awk '{ print $1 }' | tail -n 1
rm -r moved; ls; rmdir a/b 2>&1; mkdir a 2>&1; rm nothere 2>&1; cat nothere 2>&1; cd nothere 2>&1 | sed 's/.*: line/line/'; rm -rf nothere; cp -r a b; find b -type f | sort
install -m 700 -D a/1 x/y/z; stat -c %a x/y/z; truncate -s 1M sparse; stat -c '%s %b' sparse; du -k --apparent-size sparse; cp --sparse=always sparse sparse2; cmp sparse sparse2; dd if=/dev/urandom of=r bs=1k count=64 status=none; dd if=r of=r2 bs=7k status=none; cmp r r2; dd if=r bs=1k skip=10 count=3 status=none | wc -c; dd if=/dev/zero bs=1M count=3 2>&1 >/dev/null | head -n 2
touch new; test new -nt a/b/2 && echo newer; test -x x/y/z && echo executable; [ -L a/b/link ] && readlink a/b/link; readlink -f a/b/link | sed "s,$PWD,.,"; realpath --relative-to=. a/b/../1
mkfifo pipe; echo through > pipe & cat pipe; wait; rmdir "$(mktemp -d t.XXXXXX)"; df . | wc -l; df -h / | wc -l; sync; sync r; chgrp 0 new; chown 1:2 new; stat -c '%u %g' new; chown -R 3 b; stat -c %u b/1 b/b
ls -i a/1 a/hard | awk '{ print $1 }' | uniq | wc -l; link a/1 third; stat -c %h third; unlink third; stat -c %h a/1; shred -u -n 1 r2; ls r2 2>&1; pathchk ok; chmod -R u=rwX,go= b; find b -printf '%m %p\n' | sort
mkdir -m 1777 sticky; stat -c %A sticky; mknod null c 1 3 && stat -c '%F %t %T' null; touch 'a b' $'new\nline'; ls -Q; ls -1 --quoting-style=shell-escape; dircolors -b >/dev/null; vdir a | awk '{ print $1 }'; for i in $(seq 1 300); do : > many.$i; done; ls | wc -l; rm many.*; ls | wc -l
echo data > m; mv m m2; mv -n m2 new; ls m2 new; cp -u a/1 new; cp -b a/1 new; ls new*; cp -l a/1 lnk; cp -s "$PWD/a/1" sym; ls -F; rm -rf a b x; ls; flock lockfile echo locked; getconf PAGE_SIZE; stat -f -c %S . ; stat -c %n /proc/self/exe; ls -d /proc/self/fd/0
JOB
