"""Tables: a number belongs to its row and its column, and the column must be the project's or be named."""

from __future__ import annotations

import re
from collections.abc import Sequence

from readme2video.claims.claim import Fault
from readme2video.claims.clauses import WORD, content, covered
from readme2video.claims.evidence import TableRow
from readme2video.claims.numbers import Number, numbers
from readme2video.claims.ties import is_own


def cell_fault(
    value: Number, label: str, beside: str, rows: Sequence[TableRow], own: frozenset[str], *, comma_is_decimal: bool
) -> Fault | None:
    """Whether a number stands in one of these rows, and the words shown with it name its row or column.

    Args:
        label: What the number is said of.
        beside: Further words shown with both, as the scene's headline.
    """
    faults = [_in_row(value, label, beside, row, own, comma_is_decimal) for row in rows]
    return None if None in faults else faults[0]


def _in_row(
    value: Number, label: str, beside: str, row: TableRow, own: frozenset[str], comma_is_decimal: bool
) -> Fault | None:
    cells = [numbers(_with_unit(cell, row, at), comma_is_decimal=comma_is_decimal) for at, cell in enumerate(row.cells)]
    columns = [
        at
        for at, found in enumerate(cells)
        if any(value.equals(n) and (value.unit, value.bound) == (n.unit, n.bound) for n in found)
    ]
    if not columns:
        given = ", ".join(cell for cell, found in zip(row.cells, cells, strict=True) if found)
        return Fault(
            "claim-number", f"has no {value.literal} {value.unit}".rstrip() + (f", but {given}" if given else "")
        )
    shown = f"{label} {beside}"
    named = _named(label, row)
    if named and not set(named) & set(columns):
        return Fault("claim-number", f"has {row.cells[named[0]]!r} in the column {row.header[named[0]]!r}")
    if not named and not _shares(label, [row.cells[0], *row.header, *row.cells]) and not _means(label, own):
        return Fault("claim-number", f"does not say {value.literal} of {label!r}")
    compared = any(_means(name, own) for name in row.first_column)
    if compared and not _means(row.cells[0], own) and not _shares(shown, [row.cells[0]]):
        return Fault("claim-number", f"says {value.literal} of {row.cells[0]!r}", f"Name {row.cells[0]}.")
    if (
        not compared
        and _means(label, own)
        and not any(_means(row.header[at], own) for at in columns if at < len(row.header))
    ):
        return Fault("claim-number", f"does not say {value.literal} of {label!r}")
    return _column_fault(value, shown, row, cells, columns, own)


def _column_fault(
    value: Number, shown: str, row: TableRow, cells: list[tuple[Number, ...]], columns: list[int], own: frozenset[str]
) -> Fault | None:
    """Several columns of the same unit: which one is it?"""
    for at in columns:
        header = row.header[at] if at < len(row.header) else ""
        rivals = [k for k, found in enumerate(cells) if k not in (0, at) and any(n.unit == value.unit for n in found)]
        told = [unit for unit in content(header) if not is_own(unit, own)]
        mine = _means(header, own) and not _shares(
            shown, [row.header[k] for k in rivals if not _means(row.header[k], own)]
        )
        if (
            at == 0
            or not rivals
            or mine
            or (told and not covered(told[:1], frozenset(content(shown))))
            or header.lower() in shown.lower()
        ):
            return None
    header = row.header[columns[0]] if columns[0] < len(row.header) else ""
    return Fault(
        "claim-number",
        f"has {value.literal} in the column {header!r}, which is not named",
        f"Name the column {header!r}.",
    )


def _with_unit(cell: str, row: TableRow, at: int) -> str:
    """A cell with the unit its column's heading gives in brackets."""
    unit = re.search(r"[(\[]([^()\[\]]{1,12})[)\]]\s*$", row.header[at]) if at < len(row.header) else None
    return f"{cell} {unit[1]}" if unit and re.fullmatch(r"[~<>]?[\d.,]+", cell) else cell


def _named(label: str, row: TableRow) -> list[int]:
    """The columns whose heading the label is, or begins."""
    wanted = label.lower().strip()
    return [at for at, header in enumerate(row.header) if at and header and wanted in header.lower()]


def _shares(text: str, others: Sequence[str]) -> bool:
    told = frozenset(content(" ".join(others)))
    units = content(text)
    plain = {other.lower() for other in others}
    return (
        text.lower().strip() in plain
        or any(not covered([unit], told) for unit in units)
        or any(other and other in text.lower() for other in plain if any(c.isalnum() for c in other))
    )


def _means(text: str, own: frozenset[str]) -> bool:
    return text.lower() in own or any(is_own(word, own) for word in WORD.findall(text))
