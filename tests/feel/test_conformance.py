"""The public DMN conformance kit, where it lies beside the project: level 2 whole, level 3 never below its figure."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KIT = ROOT.parent / "shared" / "tck"
ADAPTER = Path(__file__).with_name("tck_adapter.py")
LEVEL_2, LEVEL_3, LEVEL_3_VALUED = 41, 1258, 903


@pytest.mark.data
@pytest.mark.skipif(not KIT.exists(), reason="the DMN conformance kit is not at ../shared/tck")
def test_conformance() -> None:
    command = [sys.executable, str(KIT / "run_tck.py"), str(KIT), "--adapter", str(ADAPTER), "--quiet", "--show", "20"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300, check=False)
    total = re.search(r"^tck: CL2 (\d+)/(\d+) CL3 (\d+)/(\d+)", done.stdout, re.M)
    valued = re.search(r"^valued: CL2 \d+/\d+ CL3 (\d+)/", done.stdout, re.M)
    assert total is not None and valued is not None, done.stdout + done.stderr
    assert (int(total[1]), int(total[2])) == (LEVEL_2, LEVEL_2), done.stdout
    assert int(total[3]) >= LEVEL_3, done.stdout
    assert int(valued[1]) >= LEVEL_3_VALUED, done.stdout
