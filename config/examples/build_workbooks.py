"""Write the workbooks of the examples from their YAML: ``python config/examples/build_workbooks.py [EXAMPLE …]``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from crmrules.rulesets.excel.writer import write_excel
from crmrules.rulesets.loader import read_ruleset


def main(names: Sequence[str] = ()) -> int:
    """Rewrite each ``rules.xlsx`` that stands, or should stand, beside a ``rules.yaml``; or those named."""
    failed = False
    for source in sorted(Path(__file__).parent.glob("*/rules.yaml")):
        if names and source.parent.name not in names:
            continue
        ruleset, issues = read_ruleset(source)
        for problem in issues:
            print(problem.render())
        if ruleset is None:
            failed = True
        else:
            write_excel(ruleset, source.with_suffix(".xlsx"), ruleset.language)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
