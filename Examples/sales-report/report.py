#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Loads orders.csv into a SQLite database and prints what the shop wants to know, tab separated.

usage: report.py ORDERS.csv DATABASE
"""
import csv
import sqlite3
import sys

QUERIES = {
    "region": """SELECT region, COUNT(*), SUM(quantity), SUM(cents) FROM orders GROUP BY region ORDER BY 4 DESC""",
    "product": """SELECT product, SUM(quantity), SUM(cents) FROM orders GROUP BY product ORDER BY 3 DESC""",
    "month": """SELECT substr(date, 1, 7), COUNT(*), SUM(cents) FROM orders GROUP BY 1 ORDER BY 1""",
    "bestday": """
        SELECT date, cents FROM (
            SELECT region, date, SUM(quantity * price) AS cents,
                   RANK() OVER (PARTITION BY region ORDER BY SUM(quantity * price) DESC, date) AS place
            FROM orders GROUP BY region, date)
        WHERE place = 1 ORDER BY cents DESC, date""",
}


def load(path: str, database: sqlite3.Connection) -> int:
    database.execute("""CREATE TABLE orders (id INTEGER PRIMARY KEY, date TEXT, region TEXT, product TEXT,
                        quantity INTEGER, price INTEGER, cents INTEGER GENERATED ALWAYS AS (quantity * price))""")
    with open(path, encoding="utf-8", newline="") as file, database:
        rows = csv.DictReader(file)
        database.executemany(
            "INSERT INTO orders (id, date, region, product, quantity, price) VALUES (?, ?, ?, ?, ?, ?)",
            ((int(row["order_id"]), row["date"], row["region"], row["product"], int(row["quantity"]),
              int(row["unit_price"].replace(".", ""))) for row in rows))
        database.execute("CREATE INDEX by_region ON orders (region, date)")
        database.execute("CREATE INDEX by_product ON orders (product)")
    return database.execute("SELECT COUNT(*) FROM orders").fetchone()[0]


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__.strip().splitlines()[-1], file=sys.stderr)
        return 2
    database = sqlite3.connect(sys.argv[2])
    print("orders", load(sys.argv[1], database), sep="\t")
    for kind, query in QUERIES.items():
        for row in database.execute(query):
            print(kind, *row, sep="\t")
    database.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
