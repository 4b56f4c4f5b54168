#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# PostgreSQL: a cluster made, started, used by several clients, stopped; as a plain user.
. "$(dirname "$0")/../lib.sh"
bin=$(echo /usr/lib/postgresql/*/bin)
[[ -x $bin/initdb ]] || { echo "SKIPPED: this host has no PostgreSQL server" >&2; exit 77; }
export job_user=65534
compare_script bash <<JOB
export PATH=$bin:\$PATH
$(cat <<'BODY'
d=$(mktemp -d /tmp/pg.XXXXXX); cd "$d"; trap 'cd /; rm -rf "$d"' EXIT
initdb -D data -A trust > init 2>&1; echo "initdb $?"
pg_ctl -D data -o "-k $d -h 127.0.0.1 -p 15432" -l log -w start > /dev/null; echo "start $?"
q() { psql -h "$d" -p 15432 postgres -qAtc "$1"; }
q "create table t as select g, md5(g::text) m from generate_series(1,20000) g"; q "create index on t(m)"; q "select count(*), max(m) from t"; q "analyze t"
q "set max_parallel_workers_per_gather=2; set parallel_setup_cost=0; set parallel_tuple_cost=0; set min_parallel_table_scan_size=0; select sum(length(m)) from t"
for i in 1 2 3 4; do q "begin; update t set m = m || 'x' where g = 1; select pg_sleep(0.05); commit" & done; wait; q "select length(m) from t where g = 1"
psql -h 127.0.0.1 -p 15432 postgres -Atc 'vacuum t' -c checkpoint
pg_ctl -D data -m fast -w stop > /dev/null; echo "stop $?"; grep -c 'database system is shut down' log; grep -E 'PANIC|FATAL' log
pg_ctl -D data -o "-k $d -h '' -p 15432" -l log -w start > /dev/null; q 'select count(*) from t'; pg_ctl -D data -m immediate -w stop > /dev/null; echo "stop $?"
BODY
)
JOB
