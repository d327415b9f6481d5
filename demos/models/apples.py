#!/usr/bin/env python3
"""apples.py - makes apples.csv, the made-up table of messy_table.c: 400 apples, and whether they kept over winter.

It has what tables from real life have: texts, quotes, dates, missing values under several names, columns that are of no
use.  Firm and sour apples keep; a variety keeps better or worse; a twentieth of the answers is turned around."""
import math
import random

random.seed(5)
keeping = {"Boskoop": 1.5, "Cox Orange": -0.5, "Gravenstein, red": -2.0, "Jonagold": 0.3}
with open("apples.csv", "w", newline="\n") as file:
    file.write('number,picked,variety,"weight (g)",sugar,acid,firmness,keeps\n')
    for i in range(400):
        variety = random.choice(list(keeping))
        weight, sugar = random.gauss(170, 30), random.gauss(12.5, 1.2)
        acid, firmness = random.gauss(6 + 0.5 * keeping[variety], 1.1), random.gauss(7, 1.2)
        score = keeping[variety] + 1.3 * (firmness - 7) + 0.9 * (acid - 6) - 0.01 * (weight - 170)
        keeps = random.random() < 1 / (1 + math.exp(-2 * score))
        if random.random() < 0.05:
            keeps = not keeps
        fields = [str(i + 1), f"2024-{random.choice([9, 10]):02d}-{random.randint(1, 28):02d}",
                  f'"{variety}"' if "," in variety else variety, f"{weight:.0f}", f"{sugar:.1f}", f"{acid:.1f}",
                  f"{firmness:.1f}", "yes" if keeps else "no"]
        for k in (3, 4, 5, 6):
            if random.random() < 0.06:
                fields[k] = random.choice(["", "NA", "n/a", "null"])
        file.write(",".join(fields) + "\n")
