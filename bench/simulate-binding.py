#!/usr/bin/env python3
"""How long buyers wait at the bind desk at a given rate of orders: a queue whose server takes all that wait, at most 64, at once.

The service time of a round is FIXED + orders x EACH. Both are from the bench of binding: at 64 connections it binds 571 policies a second,
so a full round takes 64 / 571 = 112 ms; of that the write to disk and the round trips are taken as 4 ms, the rest is per order. Orders come
at random (Poisson). Seeded, so the same table every time.
"""
import random

FIXED = 0.004
EACH = (64 / 571 - FIXED) / 64
MOST = 64
ORDERS = 200_000


def waits(rate, each=EACH, seed=20260101):
    """Seconds from arrival to answer of each order, at `rate` orders per second."""
    chance = random.Random(seed)
    arrival, arrivals = 0.0, []
    for _ in range(ORDERS):
        arrival += chance.expovariate(rate)
        arrivals.append(arrival)
    free, first, took = 0.0, 0, []
    while first < ORDERS:
        begin = max(free, arrivals[first])
        last = first
        while last < ORDERS and last - first < MOST and arrivals[last] <= begin:
            last += 1
        free = begin + FIXED + (last - first) * each
        took += [free - a for a in arrivals[first:last]]
        first = last
    return took


def show(title, each):
    print(f"\n{title}: at most {MOST / (FIXED + MOST * each):.0f}/s\n")
    print("| orders/s | p50 ms | p99 ms |\n|---|---|---|")
    for rate in (1, 10, 100, 300, 500, 550, 1000, 2000):
        if rate * (FIXED / MOST + each) >= 1:
            print(f"| {rate} | more than it can take | |")
            continue
        took = sorted(waits(rate, each))
        print(f"| {rate} | {took[len(took) // 2] * 1e3:.0f} | {took[len(took) * 99 // 100] * 1e3:.0f} |")


show("Two cores shared with everything, as measured", EACH)
show("Four times the processor for each order", EACH / 4)
