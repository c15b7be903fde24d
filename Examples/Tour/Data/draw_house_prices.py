#!/usr/bin/env python3
"""Draws house-prices.csv: houses that do not exist, at prices by a formula with noise.

    price = 40000 + 2900·area + 9000·rooms − 700·age − 4500·distance + 22000·garden + noise

area in m², rooms about area/28, age in years, distance to the town's centre in km, garden 0 or 1, price and noise in euros; the
noise is normal with a deviation of 25,000. Eight values are left out.
"""
import pathlib
import random

ROWS = 400
draw = random.Random(5)

lines = ["area,rooms,age,distance,garden,price"]
missing = {draw.randrange(ROWS): draw.choice(["area", "age", "distance"]) for _ in range(8)}
for row in range(ROWS):
    area = min(max(draw.gauss(115, 32), 35), 230)
    rooms = max(1, round(area / 28 + draw.gauss(0, 0.9)))
    age = int(95 * draw.random() ** 1.4)
    distance = min(draw.gammavariate(2.2, 3.4), 30)
    garden = int(draw.random() < 0.25 + 0.5 * min(distance / 15, 1))
    price = 40_000 + 2_900 * area + 9_000 * rooms - 700 * age - 4_500 * distance + 22_000 * garden
    price += draw.gauss(0, 25_000)
    values = {
        "area": f"{area:.0f}", "rooms": str(rooms), "age": str(age), "distance": f"{distance:.1f}",
        "garden": str(garden), "price": f"{max(price, 30_000):.0f}",
    }
    if row in missing:
        values[missing[row]] = ""
    lines.append(",".join(values.values()))
pathlib.Path(__file__).with_name("house-prices.csv").write_text("\n".join(lines) + "\n")
