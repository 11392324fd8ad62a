"""How well claims are told apart: precision and recall over ``fixtures/claims.toml``, per kind of claim.

A trap that is refused is a hit. Recall is the share of traps that are refused, precision the share of refusals that are
traps; supported strings that pass are counted beside them, since a refused truth costs a person's time.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

from claim_cases import Case, cases, judged

KINDS = ("number", "version", "command", "name", "other")
NEVER_WRONG = KINDS[:4]
LEAST = 0.95


@dataclass(frozen=True)
class Score:
    """How the cases of one kind came out."""

    kind: str
    traps: int
    refused_traps: int
    supported: int
    passed: int

    @property
    def recall(self) -> float:
        return self.refused_traps / max(1, self.traps)

    @property
    def precision(self) -> float:
        return self.refused_traps / max(1, self.refused_traps + self.supported - self.passed)

    @property
    def met(self) -> bool:
        least = 1.0 if self.kind in NEVER_WRONG else LEAST
        return self.recall >= least and self.precision >= LEAST and self.passed >= LEAST * self.supported

    def told(self) -> str:
        return (
            f"precision {self.precision:.3f}, recall {self.recall:.3f}; {self.refused_traps} of {self.traps} traps "
            f"refused, {self.passed} of {self.supported} supported strings pass"
        )

    def target(self) -> str:
        return "no false pass, precision ≥ 0.95" if self.kind in NEVER_WRONG else "both ≥ 0.95"


def scores() -> list[Score]:
    table: dict[str, list[tuple[Case, bool]]] = {kind: [] for kind in KINDS}
    for case in cases():
        table[case.kind].append((case, bool(judged(case).problem)))
    return [
        Score(
            kind=kind,
            traps=sum(case.trap for case, _ in rows),
            refused_traps=sum(case.trap and refused for case, refused in rows),
            supported=sum(not case.trap for case, _ in rows),
            passed=sum(not case.trap and not refused for case, refused in rows),
        )
        for kind, rows in table.items()
    ]


if __name__ == "__main__":
    for score in scores():
        print(f"{score.kind}: {score.told()}")
