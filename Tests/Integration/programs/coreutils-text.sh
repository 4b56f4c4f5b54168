#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# coreutils: text.
. "$(dirname "$0")/../lib.sh"
compare_script bash <<'JOB'
seq 1 20 > n; printf '%s\n' pear apple fig apple plum fig apple > f
sort f; sort -u f; sort f | uniq -c; sort -k1,1 -r f; sort -n -r n | head -n 3; seq 1 300000 | shuf --random-source=/dev/zero | sort -n | sha256sum
seq 1 500000 | sort --parallel=4 -S 1M -r | sha256sum
cut -c1-2 f; echo a:b:c | cut -d: -f2; tr a-z A-Z < f | head -n 2; wc f; wc -l < n
head -c 5 n | od -c; tail -n 2 n; tail -c 4 n; tail -f n --pid=$$ -s 0.1 & p=$!; sleep 0.3; kill $p; wait 2>/dev/null
tac n | paste - - - ; paste -d, n f | head -n 3; echo x | tee t1 t2; cat t1 t2
sort f | join - <(printf 'apple red\nfig green\n'); comm <(sort -u f) <(printf 'apple\nkiwi\n')
split -l 7 n part; ls part*; cat part* | cmp - n; csplit -s n 5 10 && wc -l xx*
nl f; fold -w 3 f; fmt -w 20 <<<"a few words that make a line too long"; expand <<<$'a\tb'; unexpand -a <<<'a        b'
od -A x -t x1z n | head -n 2; base64 n | tee b64; base64 -d b64 | cmp - n; base32 <<<x; basenc --base16 <<<x
sha256sum n; sha1sum n; md5sum n; sha512sum n; b2sum n; cksum n; sum n; sha256sum n > s; sha256sum -c s
seq -s, 1 0.5 3; factor 1234567890123 97; expr 6 \* 7; numfmt --to=iec 1048576; printf '%05.2f|%-5s|%x\n' 3.14159 ab 255
echo a b c | tsort 2>&1; ptx <<<'one two' ; pr -t -2 n; date -u -d @86400 +%F; date -u -d '2024-02-30' 2>&1; dirname /a/b; basename /a/b.c .c
yes x | head -n 3; echo "$(( $(date +%s) > 1700000000 ))"; shuf -i 1-3 | sort; shuf -n 1 -e same; rev <<<abc; look app /dev/null; cal 2 2024 2>/dev/null; true
JOB
