# SPDX-License-Identifier: Apache-2.0
"""CPU-bound Python: what an enclave must not slow down, for no system call is made while the clock runs."""
import sys
import time


def primes_below(limit):
    sieve = bytearray([1]) * limit
    for number in range(2, int(limit ** 0.5) + 1):
        if sieve[number]:
            for multiple in range(number * number, limit, number):
                sieve[multiple] = 0
    return sum(sieve[2:])


def word_counts(rounds):
    counts = {}
    for index in range(rounds):
        word = f"word{index * 7919 % 1009}"
        counts[word] = counts.get(word, 0) + 1
    return len(counts)


def work(scale):
    return primes_below(60_000 * scale), word_counts(60_000 * scale)


name, scale = sys.argv[1], int(sys.argv[2])
work(1)
start = time.perf_counter()
work(scale)
print(f"{name} {(time.perf_counter() - start) * 1e3:.6g} ms")
