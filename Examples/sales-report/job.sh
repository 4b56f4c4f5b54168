#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The job: CSV to SQLite in Python, then a pipeline of ordinary tools over the result. Runs the same way natively and in
# an enclave.
#
# usage: job.sh FOLDER-WITH-report.py-AND-orders.csv
set -euo pipefail
export LC_ALL=C
here=$1
work=$(mktemp -d /tmp/sales.XXXXXX)
trap 'rm -rf "$work"' EXIT

/usr/bin/python3 "$here/report.py" "$here/orders.csv" "$work/orders.db" >"$work/report.tsv"

money() { awk -F '\t' -v c="$1" '{ printf "%-16s %12.2f\n", $2, $c / 100 }'; }

cat <<HEADER
Sales report: $(awk -F '\t' '$1 == "orders" { print $2 }' "$work/report.tsv") orders
$(printf '=%.0s' {1..34})
HEADER

echo "Turnover by region"
(grep ^region "$work/report.tsv" | sort -t $'\t' -k5,5nr | money 5)

echo "Best three products"
(grep ^product "$work/report.tsv" | sort -t $'\t' -k4,4nr | head -n 3 | money 4)

echo "Best and worst month"
(
    (grep ^month "$work/report.tsv" | sort -t $'\t' -k4,4nr | head -n 1)
    (grep ^month "$work/report.tsv" | sort -t $'\t' -k4,4n | head -n 1)
) | money 4

# One subshell a month: the share of large orders, asked from the database's own shell through a here-document.
echo "Large orders by month (20 pieces and more)"
for month in $(awk -F '\t' '$1 == "month" { print $2 }' "$work/report.tsv"); do
    (
        count=$(sqlite3 "$work/orders.db" <<SQL
SELECT COUNT(*) FROM orders WHERE date LIKE '$month-%' AND quantity >= 20;
SQL
        )
        printf '%s %4d\n' "$month" "$count"
    )
done | sort -k2,2nr -k1,1 | head -n 5

echo "Check sum of the table"
sqlite3 -separator ' ' "$work/orders.db" 'SELECT id, date, region, product, quantity, price FROM orders ORDER BY id' |
    sort | sha256sum | cut -d ' ' -f 1
