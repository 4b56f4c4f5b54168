#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes orders.csv: two years of a shop's orders, the same bytes on every machine.

usage: generate.py FILE [ROWS]
"""
import sys

REGIONS = ["Nordics", "DACH", "Benelux", "Iberia", "Italy", "France", "UK & Ireland", "Poland"]
WEIGHTS = [9, 22, 11, 10, 12, 17, 14, 5]
# name, list price in cents, how often it sells
PRODUCTS = [
    ("Desk lamp", 3990, 14), ("Office chair", 24900, 6), ("Standing desk", 54900, 3), ("Monitor arm", 8950, 9),
    ("USB-C dock", 17900, 10), ("Webcam", 7490, 12), ("Headset", 11900, 13), ("Mouse, wireless", 2990, 18),
    ("Keyboard", 6490, 15), ("Cable set", 1290, 20), ("Whiteboard", 13900, 2), ("Footrest", 4590, 4),
]
MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


class Source:
    """A 64-bit linear congruential generator (Knuth's MMIX constants): no dependence on Python's own."""

    def __init__(self, seed: int) -> None:
        self.state = seed

    def below(self, limit: int) -> int:
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % limit

    def weighted(self, weights: list[int]) -> int:
        point = self.below(sum(weights))
        for index, weight in enumerate(weights):
            point -= weight
            if point < 0:
                return index
        raise AssertionError("the point lies below the sum of the weights")


def date(day: int) -> str:
    year, day = 2023 + day // 365, day % 365
    for month, days in enumerate(MONTH_DAYS, start=1):
        if day < days:
            return f"{year}-{month:02}-{day + 1:02}"
        day -= days
    raise AssertionError("a day of the year lies within its months")


def main() -> int:
    if not 2 <= len(sys.argv) <= 3:
        print(__doc__.strip().splitlines()[-1], file=sys.stderr)
        return 2
    rows = int(sys.argv[2]) if len(sys.argv) == 3 else 60_000
    source = Source(20230101)
    sells = [product[2] for product in PRODUCTS]
    with open(sys.argv[1], "w", encoding="utf-8", newline="") as out:
        out.write("order_id,date,region,product,quantity,unit_price\n")
        for number in range(rows):
            # Orders come in order of time; the busy season is the last quarter.
            day = number * 730 // rows
            region = REGIONS[source.weighted(WEIGHTS)]
            name, cents, _ = PRODUCTS[source.weighted(sells)]
            quantity = 1 + source.below(3) + (source.below(40) if source.below(25) == 0 else 0)
            price = cents * (100 - min(20, quantity // 2)) // 100
            name = f'"{name}"' if "," in name else name
            out.write(f"{100000 + number},{date(day)},{region},{name},{quantity},{price // 100}.{price % 100:02}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
