"""The table ``fixtures/claims.toml`` as scenes: each case becomes a small README and one string of a scene of it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from readme2video.claims import Claim, Evidence, check_scene
from readme2video.model.scene import (
    CallToActionScene,
    CodeScene,
    Scene,
    Stat,
    StatsScene,
    TerminalLine,
    TerminalScene,
    TitleScene,
)
from readme2video.model.source import RepositoryFacts
from readme2video.model.words import Code, Headline, Words
from readme2video.readme import cited_text, parse_readme

TABLE = Path(__file__).parents[1] / "fixtures" / "claims.toml"


@dataclass(frozen=True)
class Case:
    """A string, the lines it cites, and what must come of it."""

    kind: str
    text: str
    verdict: str
    span: str = ""
    rule: str = ""
    note: str = ""
    slot: str = "words"
    source: str = "lines"
    label: str = ""
    lines: str = ""
    section: str = ""
    translated: bool = False
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def trap(self) -> bool:
        return self.verdict == "refused"


def cases() -> list[Case]:
    return [Case(**row) for row in tomllib.loads(TABLE.read_text("utf-8"))["case"]]


def evidence_of(readme: str, project: str = "kestrel", **facts: object) -> Evidence:
    document = parse_readme(readme, "README.md")
    known = RepositoryFacts.model_validate({"name": project, **facts})
    return Evidence((cited_text(readme.encode(), "README.md"),), document, known, project)


def judged(case: Case) -> Claim:
    """The claim that a case's string becomes."""
    head = "# kestrel\n\n" + (f"## {case.section}\n\n" if case.section else "")
    evidence = evidence_of(f"{head}{case.span}\n", **case.facts)
    source = case.source
    if source == "lines":
        first = head.count("\n") + 1
        last = first + case.span.count("\n")
        source = f"README.md:{first + int(case.lines) - 1}" if case.lines else f"README.md:{first}-{last}"
    scene, path = _scene(case, source)
    return next(c for c in check_scene(scene, 0, evidence, translated=case.translated) if c.path == path)


def _scene(case: Case, source: str) -> tuple[Scene, str]:
    headline = Headline(text="At a glance", source="copy")
    words = Words(text=case.text if case.slot != "code" else "x", source=source)
    common = {"id": "scene", "duration_s": 5.0}
    match case.slot:
        case "code":
            return CodeScene(**common, headline=headline, code=Code(text=case.text, source=source)), "code"
        case "command" | "output":
            lines = (TerminalLine(role=case.slot, text=words),)
            return TerminalScene(**common, headline=headline, lines=lines), "lines.0.text"
        case "url":
            return CallToActionScene(**common, headline=headline, url=words), "url"
        case "value":
            stat = Stat(value=words, label=Words(text=case.label, source=source))
            return StatsScene(**common, headline=headline, stats=(stat,)), "stats.0.value"
    return TitleScene(**common, headline=headline, subline=words), "subline"
