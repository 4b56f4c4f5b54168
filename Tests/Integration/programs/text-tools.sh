#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# grep, sed, awk, find, xargs.
. "$(dirname "$0")/../lib.sh"
compare_script bash <<'JOB'
mkdir -p t/{a,b,c}/{x,y}; for d in t/*/*; do for i in 1 2 3; do echo "$d file $i" > $d/$i.txt; done; done; ln -s 1.txt t/a/x/link
grep -rc file t | sort; grep -l 'a/x' -r t | sort; grep -rhoE '[abc]/[xy]' t | sort | uniq -c; grep -P '(?<=file )\d' -o -r -h t | sort | uniq -c; grep -n -B1 -A1 5 <(seq 1 10); grep -v -w 1 <(seq 1 3); grep -q nothing t/a/x/1.txt; echo $?; grep x nothere; zgrep file <(gzip -c t/a/x/1.txt); fgrep -e 1 -e 2 <(seq 3)
sed -i 's/file/FILE/' t/a/x/1.txt; cat t/a/x/1.txt; sed -n '2,3p;5q' <(seq 1 9); sed -e '1!G;h;$!d' <(seq 1 4); sed -E 's/([0-9])([0-9])/\2\1/' <(seq 10 13); sed '/2/w out' <(seq 1 3) > /dev/null; cat out; sed -i.bak '$a end' out; ls out*
awk '{ n[$1 % 3] += $1 } END { for (i = 0; i < 3; i++) print i, n[i] }' <(seq 1 100); awk -F/ '{ print $NF | "sort -r" }' <(find t -name '1.txt' | sort); awk 'BEGIN { while (("echo a; echo b" | getline l) > 0) print "got", l; system("echo system"); printf "%c%5.1f\n", 65, 2.25 }'; mawk 'BEGIN { print substr("hello", 2, 3), index("hello", "l"), toupper("x") }'
find t -type f | sort | head -n 3; find t -name '*.txt' -newer t/a/x/1.txt | wc -l; find t -type l -printf '%p -> %l\n'; find t -maxdepth 1 | sort; find t -type f -size -1k | wc -l; find t -type f -exec cat {} + | sort | sha256sum; find t -type f -print0 | sort -z | xargs -0 -n 4 -P 3 cat | sort | sha256sum; find t -path '*/b/*' -prune -o -type f -print | wc -l; find t -name 3.txt -delete; find t -type f | wc -l; find / -maxdepth 1 -name etc; find t -empty; find t -perm -644 | wc -l; find t -name 1.txt -execdir pwd \; | wc -l; locate --help > /dev/null 2>&1; seq 1 50000 | xargs echo | wc -l; find /usr/share -type f 2>/dev/null | wc -l
JOB
