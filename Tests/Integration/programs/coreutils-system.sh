#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# coreutils: processes and the system.
. "$(dirname "$0")/../lib.sh"
compare_script bash <<'JOB'
env -i A=1 B=2 env; env -u HOME printenv HOME; printenv LC_ALL; timeout 0.2 sleep 5; echo "timeout: $?"; { timeout -s KILL 0.2 sleep 5; echo "timeout -s KILL: $?"; } 2>/dev/null; timeout 5 true; echo $?
nohup echo hi 2>/dev/null; nice -n 5 nice; id; id -u; id -un; whoami; groups; who | wc -l; users; logname 2>&1; tty; uname -s -m; arch; nproc --all > /dev/null && echo nproc; hostid | wc -c; uptime > /dev/null && echo uptime; pwd -P | wc -l
sleep 0.1; test 1 -lt 2; echo $?; [ abc = abd ]; echo $?; kill -l TERM; kill -l | wc -l; stdbuf -oL echo buffered; chroot / echo rooted; setsid -w echo session; taskset -p $$ > /dev/null && echo affinity; stty size 2>&1; ps -e > /dev/null && echo ps; ps -o comm= -p $$; pgrep -x nothing; echo $?; free > /dev/null && echo free; cat /proc/self/comm; xargs -P 4 -n 1 echo < <(seq 1 8) | sort; seq 1 5 | xargs -I{} echo "<{}>"; time -p true 2>&1 | awk '{ print $1 }'; getent passwd root; getent hosts localhost | awk '{ print $2 }'; hostname | wc -l; mount | grep -c ' / '; prlimit --nofile --raw --noheadings | wc -l; ionice true; renice -n 1 $$ >/dev/null && nice; (ulimit -n 10; ulimit -n); unshare --help > /dev/null; watch --version > /dev/null; script -qc 'tty | sed s,[0-9]*$,N,; echo in script' /dev/null < /dev/null | tr -d '\r'
JOB
