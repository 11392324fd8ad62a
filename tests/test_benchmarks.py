"""`make bench` must be there when somebody wants to measure: its own run takes too long for a suite."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

RUN = Path(__file__).resolve().parent.parent / "benchmarks" / "run.py"


def test_the_benchmarks_find_all_their_parts() -> None:
    done = subprocess.run([sys.executable, RUN, "--help"], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "--no-paid" in done.stdout
