"""Checking scenes: every string with its neighbours, every problem with its line and its mending."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from readme2video.claims.claim import Claim, Fault
from readme2video.claims.clauses import content, covered, sentences
from readme2video.claims.compositions import composition_faults
from readme2video.claims.evidence import Evidence
from readme2video.claims.normal import fold
from readme2video.claims.verdicts import Shown, SlotKind, judge, quoted_in
from readme2video.model.scene import ChartScene, FeatureScene, FeaturesScene, Scene, StatsScene, TerminalScene, strings
from readme2video.model.storyboard import Storyboard


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
    for path, fault in composition_faults(scene, evidence):
        _add(found, _composed(scene, place, path, fault))
    return tuple(found)


def _composed(scene: Scene, place: int, path: str, fault: Fault) -> Claim:
    """What is wrong with a scene as a whole, told of the string that stands for it."""
    told = dict(strings(scene))
    at = path
    if isinstance(scene, ChartScene) and path not in told:
        at = f"bars.{scene.highlight if path == 'highlight' else 0}.{'label' if path == 'highlight' else 'value'}"
    words = told[at]
    return Claim(
        place,
        scene.id,
        path,
        words.text,
        words.source,
        "paraphrase",
        _sentence(words.source, fault),
        fault.rule,
        fault.fix,
    )


def _add(found: list[Claim], claim: Claim) -> None:
    """A string has one claim, with the first that is wrong with it."""
    for index, other in enumerate(found):
        if other.path == claim.path:
            if not other.problem:
                found[index] = replace(claim, kind=other.kind)
            return
    found.append(claim)


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
        if isinstance(scene, (StatsScene, ChartScene)) and name in ("value", "label"):
            partner = told[f"{group}.{'label' if name == 'value' else 'value'}"]
            beside = told["headline"].text
        yield (
            path,
            Shown(
                text=words.text,
                source=words.source,
                slot=_slot(scene, path),
                beside=beside if isinstance(scene, _TOGETHER) or path != "headline" else "",
                partner=partner.text if partner else "",
            ),
        )


_TOGETHER = (FeatureScene, FeaturesScene, StatsScene, ChartScene)
_VERBATIM = ("code", "diff", "before.code", "after.code")


def _slot(scene: Scene, path: str) -> SlotKind:
    name = path.rpartition(".")[2]
    if path in _VERBATIM:
        return "code"
    if isinstance(scene, TerminalScene) and path.startswith("lines."):
        return scene.lines[int(path.split(".")[1])].role
    if isinstance(scene, (StatsScene, ChartScene)) and name in ("value", "label"):
        return "value" if name == "value" else "label"
    if path == "command" or path.startswith("others."):
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
