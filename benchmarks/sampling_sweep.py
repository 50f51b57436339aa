"""Every strategy held to brute force on small frames: every size up to 5, up to three rules and all of them, with and
without ids that are required or forbidden.

What one case must keep, and the oracle that looks at all samples, are those of the tests (tests/sampling).
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from itertools import islice

from tests.sampling.brute_force import DESIGNS, cases, held

ROWS = (5, 7, 9, 12)
QUICK = (7,)
EVERY_NTH = 97
"""Of a quick sweep only every so many-th case is tried."""


def sweep(*, quick: bool) -> int:
    """Print for each design how many cases agreed; 1 when one did not, with the case to be tried again."""
    found: dict[str, Counter[str]] = {name: Counter() for name in DESIGNS}
    wrong = 0
    began = time.perf_counter()
    for name in DESIGNS:
        for rows in QUICK if quick else ROWS:
            for frame, design in islice(cases(name, rows, seed=rows), 0, None, EVERY_NTH if quick else 1):
                try:
                    found[name][held(frame, design).partition(":")[0]] += 1
                except AssertionError as error:
                    wrong += 1
                    rules = ", ".join(rule.name for rule in design.rules)
                    case = f"{rows} rows, size {design.size}, rules ({rules}), {design.required}, {design.forbidden}"
                    print(f"{name}, {case}: {error}", file=sys.stderr, flush=True)
    print("| design | best of all samples | no sample, rightly refused | refused for the frame or the ids |")
    print("|---|---|---|---|")
    for name, counts in found.items():
        print(f"| {name} | {counts['best']:,} | {counts['infeasible']:,} | {counts['refused']:,} |")
    every = sum(sum(counts.values()) for counts in found.values()) + wrong
    print(f"\n{every:,} cases in {time.perf_counter() - began:,.0f} s; {wrong:,} disagree with brute force.")
    return 1 if wrong else 0
