"""``python -m crmrules`` is the command ``crmrules``."""

from __future__ import annotations

from crmrules.cli.main import main

main()
