#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# bash: job control without a terminal.
. "$(dirname "$0")/../lib.sh"
need bash
compare_script bash <<'JOB'
set -m
stopped() { until [[ $(jobs) == *Stopped* ]]; do sleep 0.02; done; }
sleep 30 & jobs; kill %1; wait %1 2>/dev/null; echo "job: $?"
sleep 0.5 & kill -STOP $!; stopped; jobs; fg > /dev/null; echo "continued: $?"
(sleep 0.2; echo background) & fg > /dev/null; echo "fg: $?"
(sleep 0.1; exit 7) & wait -n; echo "wait -n: $?"
sleep 32 & a=$!; sleep 33 & kill $a $!; wait 2>/dev/null; jobs > /dev/null; jobs | wc -l
(kill -STOP $BASHPID; echo continued) & stopped; bg > /dev/null; wait; echo done
sleep 34 | cat & kill -- -$(jobs -p); wait $! 2>/dev/null; echo "group: $?"
[[ $(ps -o pgid= -p $$ | tr -d ' ') == $(ps -o pgid= -p $BASHPID | tr -d ' ') ]] && echo same group
JOB
