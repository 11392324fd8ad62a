"""The deliberate bugs of `make mutants` can still be made, each is another program, and each is Python."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mutants import MUTANTS, PACKAGE, ROOT, Mutant, broken


def test_there_are_ten() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == 10


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_bug_can_be_made(mutant: Mutant, tmp_path: Path) -> None:
    for file in {edit.file for edit in mutant.edits}:
        (tmp_path / PACKAGE / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / PACKAGE / file, tmp_path / PACKAGE / file)
    broken(mutant, tmp_path)
    for file in {edit.file for edit in mutant.edits}:
        text = (tmp_path / PACKAGE / file).read_text()
        compile(text, file, "exec")
        assert text != (ROOT / PACKAGE / file).read_text()
    assert all((ROOT / test).is_file() for test in mutant.tests if test.endswith(".py"))
