"""How long it takes to start: ``import crmrules`` beyond the bare interpreter, and the whole of ``crmrules --help``.

    python benchmarks/startup.py [repetitions]

Prints medians and the targets; ends with 1 when one is missed.
"""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median

IMPORT_TARGET = 0.15
HELP_TARGET = 0.35


def seconds(command: list[str], repetitions: int) -> float:
    """The median wall time of a command, after one run that warms the caches."""
    times = []
    for _ in range(repetitions + 1):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return median(times[1:])


def main() -> int:
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    bare = seconds([sys.executable, "-c", "pass"], repetitions)
    importing = seconds([sys.executable, "-c", "import crmrules"], repetitions) - bare
    helping = seconds([sys.executable, "-m", "crmrules", "--help"], repetitions)
    print(f"median of {repetitions} runs; a bare interpreter takes {bare:.3f} s")
    print(f"import crmrules   {importing:6.3f} s   target ≤ {IMPORT_TARGET} s")
    print(f"crmrules --help   {helping:6.3f} s   target ≤ {HELP_TARGET} s")
    return int(importing > IMPORT_TARGET or helping > HELP_TARGET)


if __name__ == "__main__":
    sys.exit(main())
