# SPDX-License-Identifier: Apache-2.0
"""SQLite over the in-memory layer, in five steps: inserts in small transactions, index, select, update, aggregate."""
import os
import sqlite3
import sys
import time

ROWS_PER_TRANSACTION = 50


def insert(connection, rows):
    for first in range(0, rows, ROWS_PER_TRANSACTION):
        with connection:
            connection.executemany(
                "insert into sale values (?, ?, ?, ?)",
                ((n, f"region-{n % 17}", f"product-{n * 31 % 997}", n * 7919 % 10007)
                 for n in range(first, first + ROWS_PER_TRANSACTION)))


def index(connection, rows):
    with connection:
        connection.execute("create index by_product on sale (product, price)")


def select(connection, rows):
    for n in range(rows // 10):
        connection.execute("select count(*), max(price) from sale where product = ?", (f"product-{n % 997}",)).fetchone()


def update(connection, rows):
    for n in range(rows // 50):
        with connection:
            connection.execute("update sale set price = price + 1 where id = ?", (n * 37 % rows,))


def aggregate(connection, rows):
    for _ in range(5):
        connection.execute("select region, sum(price), avg(price), count(*) from sale group by region").fetchall()


scratch, rows = sys.argv[1], int(sys.argv[2])
os.makedirs(scratch, exist_ok=True)
path = os.path.join(scratch, "sale.db")
if os.path.exists(path):
    os.unlink(path)
connection = sqlite3.connect(path)
connection.execute("create table sale (id integer primary key, region text, product text, price integer)")
connection.execute("pragma cache_size = -1000")  # 1 MB, so that pages are read from the file and not only from the heap
for step in (insert, index, select, update, aggregate):
    start = time.perf_counter()
    step(connection, rows)
    print(f"sqlite-{step.__name__} {(time.perf_counter() - start) * 1e3:.6g} ms")
connection.close()
os.unlink(path)
