#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The sqlite3 shell.
. "$(dirname "$0")/../lib.sh"
need sqlite3
compare_script bash <<'JOB'
sqlite3 db 'create table t(a integer primary key, b text); with recursive c(x) as (select 1 union all select x+1 from c where x < 20000) insert into t select x, hex(x) from c; select count(*), max(b) from t; create index i on t(b); analyze; pragma integrity_check;'
sqlite3 db 'pragma journal_mode=wal; update t set b = b || "x" where a % 7 = 0; select sum(length(b)) from t; pragma wal_checkpoint;'; ls; sqlite3 db .dump | sha256sum; sqlite3 db 'begin; delete from t; rollback; select count(*) from t; vacuum;'; sqlite3 -csv db 'select * from t limit 3'; sqlite3 :memory: 'select sqlite_version() is not null'
for i in 1 2 3 4; do for j in 1 2 3 4 5; do sqlite3 -cmd '.timeout 5000' db "insert into t(b) values('w$i')"; done & done; wait; sqlite3 db "select b, count(*) from t where b like 'w%' group by b"
sqlite3 db '.timeout 100' 'begin exclusive' '.shell sqlite3 db "select 1 from t" 2>&1 | head -c 40' commit 2>&1; sqlite3 db 'pragma journal_mode=delete'; ls
JOB
