"""Every row of the fault catalogue has a test that carries its number.

A row stands in a test's name (``test_f12_…``, ``test_f21_to_f27_…``) or in the id of a case (``F16-cut_headers``).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROWS = range(1, 100)

_IN_NAME = re.compile(r"_f(\d{1,2})(?:_to_f(\d{1,2}))?(?=_)")
_IN_ID = re.compile(r"F(\d{1,2})-")


def rows_of(text: str) -> Iterator[tuple[int, str]]:
    """Row and place of everything in a test file that carries a row."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            for first, last in _IN_NAME.findall(node.name):
                yield from ((row, node.name) for row in range(int(first), int(last or first) + 1))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and (found := _IN_ID.match(node.value)):
            yield int(found[1]), node.value  # also the head of an f-string


@cache
def covered() -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for file in sorted(Path(__file__).parent.glob("test_*.py")):
        if file != Path(__file__):
            for row, place in rows_of(file.read_text("utf-8")):
                found[row] = (*found.get(row, ()), f"{file.name}: {place}")
    return found


@pytest.mark.parametrize("row", ROWS)
def test_every_row_has_a_test(row: int) -> None:
    assert row in covered(), f"no test carries F{row}"


def test_the_reader_of_names_reads_names() -> None:
    text = """
async def test_f12_f13_lost(): ...
def test_f21_to_f23_answers(): ...
def helper_f30_x(): "F31- also counts"
CASES = [param(1, id="F16-cut"), *(param(n, id=f"F28-{n}") for n in ROWS), "see F40-x"]
def test_off5_f(): ...
"""
    assert sorted({row for row, _ in rows_of(text)}) == [12, 13, 16, 21, 22, 23, 28, 31]
