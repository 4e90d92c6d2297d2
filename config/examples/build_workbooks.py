"""Write the workbook of every example from its YAML: ``python config/examples/build_workbooks.py``."""

from __future__ import annotations

import sys
from pathlib import Path

from crmrules.rulesets.excel.writer import write_excel
from crmrules.rulesets.loader import read_ruleset


def main() -> int:
    """Rewrite each ``rules.xlsx`` that stands, or should stand, beside a ``rules.yaml``."""
    failed = False
    for source in sorted(Path(__file__).parent.glob("*/rules.yaml")):
        ruleset, issues = read_ruleset(source)
        for problem in issues:
            print(problem.render())
        if ruleset is None:
            failed = True
        else:
            write_excel(ruleset, source.with_suffix(".xlsx"), ruleset.language)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
