#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# bash: pipelines, subshells, here-documents, traps, job control, coprocesses.
. "$(dirname "$0")/../lib.sh"
need bash
compare_script bash <<'JOB'
set -u
cat <<END
here $(echo document) $((6 * 7))
END
cat <<<"here string"
seq 1 100000 | grep 7 | sed 's/7/x/g' | sort | uniq -c | wc -l
(cd / && pwd); pwd | sed 's/.*cloister/cloister/; s/\..*\//.X\//'
false | true; echo "${PIPESTATUS[@]}"
( exit 42 ); echo "code $?"
( kill -TERM $BASHPID ); echo "signal $?"
trap 'echo got USR1' USR1
kill -USR1 $$; echo after the signal
(trap 'echo exit trap' EXIT; echo in subshell)
sleep 5 & p=$!; kill $p; wait $p 2>/dev/null; echo "killed: $?"
for i in 1 2 3; do (sleep 0.0$i; echo "child $i") & done; wait
diff <(echo one) <(echo two)
mapfile -t lines < <(seq 1 5); echo "${#lines[@]} ${lines[2]}"
coproc C { tr a-z A-Z; }; echo shout >&"${C[1]}"; exec {C[1]}>&-; cat <&"${C[0]}"; wait
exec 5>file; echo to five >&5; exec 5>&-; cat file
set -o pipefail; yes | head -n 2; echo "yes ended with $?"; set +o pipefail
declare -A map=([a]=1 [b]=2); for k in a b; do echo "$k=${map[$k]}"; done
[[ abc =~ ^a(.)c$ ]] && echo "${BASH_REMATCH[1]}"
read -r -t 0.1 line < <(sleep 1); echo "read timed out: $(( $? > 128 ))"
printf '%(%Y)T\n' 0
ulimit -n >/dev/null && echo limits
f() { local i=$1; (( i == 0 )) && return; echo -n "$i "; f $((i - 1)); }; f 20; echo
for i in {1..50}; do : "$(echo $i)"; done; echo substitutions
echo glob > g1; echo glob > g2; echo g*; test -e g3 || echo none
exec 3< <(echo from descriptor); cat <&3
exec bash -c 'echo exec "$0" "$1"' zero one
JOB
