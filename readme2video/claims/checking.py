"""Checking scenes: every string with its neighbours, every problem with its line and its mending."""

from __future__ import annotations

from collections.abc import Iterator

from readme2video.claims.claim import Claim, Fault
from readme2video.claims.clauses import content, covered, sentences
from readme2video.claims.evidence import Evidence
from readme2video.claims.normal import fold
from readme2video.claims.verdicts import Shown, Slot, judge, quoted_in
from readme2video.model.storyboard import (
    CodeScene,
    FeaturesScene,
    Scene,
    StatsScene,
    Storyboard,
    TerminalScene,
    strings,
)


def check_claims(storyboard: Storyboard, evidence: Evidence, *, translated: bool = False) -> tuple[Claim, ...]:
    """Every string of a storyboard as a claim, in the order of the film.

    Args:
        translated: The words on screen are in another language than what they cite.
    """
    return tuple(
        claim
        for place, scene in enumerate(storyboard.scenes)
        for claim in check_scene(scene, place, evidence, translated=translated)
    )


def check_scene(scene: Scene, place: int, evidence: Evidence, *, translated: bool = False) -> tuple[Claim, ...]:
    """Every string of a scene as a claim, in reading order."""
    found = []
    for path, shown in _shown(scene):
        kind, fault = judge(shown, evidence, translated=translated)
        problem = fix = rule = ""
        if fault is not None:
            rule, problem = fault.rule, _sentence(shown.source, fault)
            fix = _mending(shown, fault, evidence)
        found.append(Claim(place, scene.id, path, shown.text, shown.source, kind, problem, rule, fix))
    return tuple(found)


def _shown(scene: Scene) -> Iterator[tuple[str, Shown]]:
    """The strings of a scene with their slots, and what each is read together with."""
    told = dict(strings(scene))
    for path, words in told.items():
        group, _, name = path.rpartition(".")
        beside = " ".join(
            other.text
            for at, other in told.items()
            if at != path and (at == "headline" or (group and at.rpartition(".")[0] == group))
        )
        partner = None
        if isinstance(scene, StatsScene) and name in ("value", "label"):
            partner = told[f"{group}.{'label' if name == 'value' else 'value'}"]
            beside = told["headline"].text
        yield (
            path,
            Shown(
                text=words.text,
                source=words.source,
                slot=_slot(scene, path),
                beside=beside if isinstance(scene, (FeaturesScene, StatsScene)) or path != "headline" else "",
                partner=partner.text if partner else "",
                partner_source=partner.source if partner else "",
            ),
        )


def _slot(scene: Scene, path: str) -> Slot:
    name = path.rpartition(".")[2]
    if isinstance(scene, CodeScene) and path == "code":
        return "code"
    if isinstance(scene, TerminalScene) and path.startswith("lines."):
        return scene.lines[int(path.split(".")[1])].role
    if isinstance(scene, StatsScene) and name in ("value", "label"):
        return "value" if name == "value" else "label"
    if path == "command":
        return "command"
    return "address" if path == "url" else "words"


def _sentence(source: str, fault: Fault) -> str:
    if fault.rule.startswith("source-") or source == "copy":
        text = fault.says
    elif source == "author":
        text = f"no line of the README bears this out: it {fault.says}"
    else:
        text = f"{source} {fault.says}"
    return f"{text[:1].upper()}{text[1:]}." if source in ("copy", "author") else f"{text}."


def _mending(shown: Shown, fault: Fault, evidence: Evidence) -> str:
    """Where the words do stand, or what stands where they should."""
    text = fold(shown.text)
    elsewhere = quoted_in(text, evidence)
    if elsewhere is not None and elsewhere != shown.source:
        return f"Cite {elsewhere}, where it stands."
    if fault.fix:
        return fault.fix
    passage = None if fault.rule.startswith("source-") else evidence.passage(shown.source)
    if passage is None:  # the words are ours or the author's own, or cite nothing
        return "Say only what a line of the README says, and cite that line."
    units = content(text)
    told = [sentence.text for sentence in sentences(passage.text)]
    nearest = max(told, key=lambda line: len(units) - len(covered(units, frozenset(content(line)))), default="")
    shortened = nearest if len(nearest) <= 120 else f"{nearest[:117]}…"
    return f"The nearest it says: {shortened!r}."
