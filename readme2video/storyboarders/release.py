"""The film about a release: what is new first, then what the project is. Nothing that is not written at the tag."""

# ruff: noqa: RUF001 # dashes are what is matched

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from readme2video.claims.phrases import Phrase
from readme2video.model.brief import Brief, ReleaseNews
from readme2video.model.document import ReadmeDocument
from readme2video.model.scene import FeaturesScene, ProblemScene, ReleaseScene, TitleScene
from readme2video.model.vocabulary import Bullet
from readme2video.model.words import Headline, Words
from readme2video.storyboarders.changes import Change, Kind, changes, own_heading, statement
from readme2video.storyboarders.closing import end, install
from readme2video.storyboarders.languages import language_of
from readme2video.storyboarders.listing import card_takes, points_of
from readme2video.storyboarders.material import Material
from readme2video.storyboarders.opening import best_candidate, hook, hooks, promise
from readme2video.storyboarders.pacing import Draft, Take
from readme2video.storyboarders.showing import code, terminal
from readme2video.storyboarders.taste import is_hype
from readme2video.storyboarders.words import bare, cells, clean, fits, folded, stands_alone, without_emoji, word_count

_HEADLINE_CELLS = 60
_ITEM_CELLS = 64
_PHRASES: dict[Kind, Phrase] = {
    "breaking": "breaking",
    "added": "new",
    "changed": "changed",
    "security": "security",
    "fixed": "fixed",
    "minor": "changed",
}
_WORTH: dict[Kind, float] = {"added": 2.0, "changed": 1.2, "security": 1.2, "fixed": 1.0, "minor": 1.0}
"""What a scene is worth for how it is told is taken times this: what is new comes before what was mended."""
_ORDER: tuple[tuple[Kind, ...] | None, ...] = (("added",), ("changed", "minor"), None, ("security",), ("fixed",))
"""How changes follow each other; at None comes the code that is shown."""
_ROOM_S = 20.0
"""From this length on there is always time to say what the project is."""
_LATIN = ("en", "es", "fr", "de", "pt")


@dataclass(frozen=True)
class _Told:
    """A text on the release, made ready, and what it tells."""

    material: Material
    changes: tuple[Change, ...]

    def of(self, kinds: Sequence[Kind]) -> list[Change]:
        """The changes of these kinds."""
        return [change for change in self.changes if change.kind in kinds]


def release_drafts(material: Material, news: ReleaseNews) -> Iterator[Draft]:
    """The story of a release in order; what is not written has no scene.

    Args:
        material: The brief made ready.
        news: The brief's news.
    """
    material = _without_description(material)
    told = [_ready(material, document) for document in news.documents]
    main = next((one for one in told if one.changes), None)
    needed = True  # the first of what is new
    opened = _hook(material, news, main)
    yield opened
    said = {folded(text) for text in opened.texts()}
    if main is not None:
        promised = promise(main.material, opened)
        if promised is not None and not _is_change(main, promised.takes[0].scene.headline.text):
            said |= {folded(text) for text in promised.texts()}
            yield promised
        for kinds in _ORDER:
            if kinds is None:
                yield from _example(main, said)
                continue
            for draft in _group(material, main, main.of(kinds), said):
                yield replace(draft, needed=needed)
                needed = False
    yield from _breaking(material, told)
    about = _about(material)
    if about is not None:
        yield replace(about, needed=material.brief.length_s >= _ROOM_S)
    if (installing := install(material)) is not None:
        yield installing
    yield _end(material, about)


def release_hooks(material: Material, news: ReleaseNews, said: str) -> tuple[Headline, ...]:
    """Other headlines for the first scene out of what is written about the release.

    Args:
        said: The headline it has.
    """
    material = _without_description(material)
    return tuple(one for document in news.documents for one in hooks(_ready(material, document).material, said))[:3]


def _ready(material: Material, document: ReadmeDocument) -> _Told:
    """A text about the release read like a README: its own lines, but the project's name."""
    brief = material.brief
    title = document.model_copy(update={"title": material.name, "title_lines": None})
    # German notes may be too short to be told from English ones; the README says what is likely.
    language = language_of(document)
    if language == "en" and material.language in _LATIN:
        language = material.language
    own = Material(brief.model_copy(update={"document": title}), language, material.theme, material.style)
    return _Told(own, tuple(changes(own)))


def _without_description(material: Material) -> Material:
    """A host's description is today's, not the one at the tag."""
    facts = material.brief.facts.model_copy(update={"description": None})
    return replace(material, brief=material.brief.model_copy(update={"facts": facts}))


def _hook(material: Material, news: ReleaseNews, main: _Told | None) -> Draft:
    """Name, version and date, and the release's own headline if it has a good one."""
    name = Words(text=material.name, source=material.name_source)
    tag = _tag(material.brief, news)
    headline = _headline(material, main)
    takes: list[Take] = []
    if headline is None:
        plain = Headline(text=material.name, source=material.name_source)
        takes.append(Take(TitleScene(id="hook", duration_s=1, headline=plain, subline=tag), 16.0))
    elif folded(material.name) in folded(headline.text):
        takes.append(Take(TitleScene(id="hook", duration_s=1, eyebrow=tag, headline=headline), 16.0))
    else:
        takes.append(Take(TitleScene(id="hook", duration_s=1, eyebrow=name, headline=headline, subline=tag), 16.0))
    return Draft("hook", tuple(takes), weight=1.0, needed=True)


def _tag(brief: Brief, news: ReleaseNews) -> Words:
    """Version and date exactly as tagged and published."""
    if brief.facts.released and brief.facts.released.startswith(news.tag):
        return Words(text=brief.facts.released[:200], source="fact:released")
    return Words(text=news.tag[:200], source="fact:tag")


def _headline(material: Material, main: _Told | None) -> Headline | None:
    named = _release_name(material)
    if named is not None and word_count(named.text) >= 3:
        return named
    if main is not None:
        best = best_candidate(main.material)
        if best is not None and not _is_change(main, best.text):
            return Headline(text=best.text, source=best.passage.source)
    return named


def _is_change(told: _Told, text: str) -> bool:
    """Whether a text is told as a change anyway."""
    return any(folded(text) in folded(change.text) or folded(change.text) in folded(text) for change in told.changes)


def _release_name(material: Material) -> Headline | None:
    """The release's name without the project and the version in it, if anything is left that tells something."""
    text = without_emoji(clean(material.brief.facts.release_name or ""))
    tag = re.escape(material.brief.facts.tag or "")
    version = rf"(?:{tag}|[vV]?\d+(?:\.\d+)+\S*)" if tag else r"[vV]?\d+(?:\.\d+)+\S*"
    own = rf"(?:{re.escape(material.name)}|{re.escape(material.brief.facts.name)})"
    text = re.sub(rf"^(?:(?:release|version|{own})\s+)*{version}(?:\s*[:,–—-]\s*|\s+|$)", "", text, flags=re.IGNORECASE)
    text = re.sub(rf"[\s(\[–—:,-]+{version}[)\]]?$", "", text, flags=re.IGNORECASE)
    text = bare(re.sub(r"^[(\[\"“](.*)[)\]\"”]$", r"\1", text))
    if not text or is_hype(text) or re.search(r"\[redacted\]|@\w|#\d|https?:", text):
        return None
    if word_count(text) == 1 and (not text.isalpha() or len(text) < 3 or _says_nothing(material, text)):
        return None
    if not fits(text, material.language, width=_HEADLINE_CELLS, read_s=7.5) or not stands_alone(text, english=False):
        return None
    return None if _says_nothing(material, text) else Headline(text=material.capital(text), source="fact:release_name")


def _says_nothing(material: Material, text: str) -> bool:
    plain = {folded(material.name), folded(material.brief.facts.name)}
    return folded(text) in plain or bool(
        re.fullmatch(
            r"(?:the\s+)?(?:new|latest|stable|final|patch|hotfix|bugfix|minor|major|release|version|update"
            r"|bug ?fix(?:es)?)(?:\s+(?:release|version|update))?",
            text,
            re.IGNORECASE,
        )
    )


def _group(material: Material, told: _Told, group: Sequence[Change], said: set[str]) -> Iterator[Draft]:
    """The changes of a kind, as cards where they have short titles, else as lines."""
    group = [change for change in group if folded(change.text) not in said]
    if not group:
        return
    kind: Kind = group[0].kind
    phrase = _PHRASES[kind]
    headline = _group_headline(told, group) or material.phrase(phrase)
    raw = ((change.title or change.text, change.detail if change.title else "", change.lines) for change in group)
    points = list(points_of(told.material, raw))
    detailed = [point for point in points if point.detail]
    takes: list[Take] = []
    if 2 * len(points) >= len(group):  # cards only where most have a title
        takes += card_takes(told.material, headline, points)
        if 2 <= len(detailed) < len(points):
            takes += card_takes(told.material, headline, detailed)
    takes += _lines(told, group, headline, "dot" if phrase == "changed" else "check")
    if kind == "added":
        takes += _news(material, told, group, headline)
    takes = [Take(_named(take, phrase).scene, _worth(take, bool(detailed)) * _WORTH[kind]) for take in takes]
    takes.sort(key=lambda take: -take.worth)
    yield Draft(phrase, tuple(takes), weight=1.1, hold_s=3.0)


def _worth(take: Take, detailed: bool) -> float:
    """A name alone tells little where there was more to say."""
    bare_cards = isinstance(take.scene, FeaturesScene) and all(item.detail is None for item in take.scene.items)
    return take.worth * (0.85 if detailed and bare_cards else 1.0)


def _lines(told: _Told, group: Sequence[Change], headline: Headline, mark: Bullet) -> Iterator[Take]:
    """Changes as lines below a headline, or one as a headline of its own."""
    lines = [Words(text=change.text, source=change.source) for change in group]
    first = group[0]
    detail = statement(told.material, first.detail) if first.detail else None
    if detail is not None and len(lines) < 3 and cells(first.text) <= _HEADLINE_CELLS:
        own = Headline(text=first.text[:90], source=first.source)
        below = (Words(text=detail, source=first.source),)
        yield Take(ProblemScene(id="new", duration_s=1, mark=mark, headline=own, points=below), 10.5)
    if len(lines) == 1 and first.told and cells(lines[0].text) <= _HEADLINE_CELLS:
        alone = Headline(text=lines[0].text[:90], source=lines[0].source)
        yield Take(ProblemScene(id="new", duration_s=1, headline=alone), 9.0)
        return
    for count in (3, 2, 1):
        if len(lines) >= count:
            scene = ProblemScene(id="new", duration_s=1, mark=mark, headline=headline, points=tuple(lines[:count]))
            yield Take(scene, 8.0 if len(lines) == 1 else 3.0 + 2.5 * count)


def _news(material: Material, told: _Told, group: Sequence[Change], headline: Headline) -> Iterator[Take]:
    """What is new below the version; only where each change is short enough to stand in a list."""
    tag = material.brief.news.tag if material.brief.news is not None else ""
    version = (
        Words(text=tag, source="fact:tag") if tag and tag == material.brief.facts.tag and cells(tag) <= 20 else None
    )
    items: list[Words] = []
    for change in group:
        text = next(
            (
                text
                for text in (change.text, change.title)
                if text and cells(text) <= _ITEM_CELLS and (text == change.text or word_count(text) >= 2)
            ),
            statement(told.material, change.text, width=_ITEM_CELLS),
        )
        if text is not None:
            items.append(Words(text=text, source=change.source))
    if version is None or 2 * len(items) < len(group):
        return
    for count, worth in ((5, 15.0), (4, 14.5), (3, 14.0), (2, 12.0)):
        if len(items) >= count:
            scene = ReleaseScene(id="new", duration_s=1, headline=headline, version=version, items=tuple(items[:count]))
            yield Take(scene, worth)


def _group_headline(told: _Told, group: Sequence[Change]) -> Headline | None:
    """The heading all of them stand below, if it says more than ``Added`` does."""
    for section in told.material.brief.document.sections:
        inside = all(section.lines.first < change.lines.first <= section.lines.last for change in group)
        if inside and section.level > 1 and own_heading(section):
            return told.material.heading(section)
    return None


def _named(take: Take, role: str) -> Take:
    update: dict[str, Any] = {"id": role}
    return Take(take.scene.model_copy(update=update), take.worth)


def _example(told: _Told, said: set[str]) -> Iterator[Draft]:
    """The code that the text shows."""
    shows = [draft for draft in (terminal(told.material, said), code(told.material, said)) if draft is not None]
    best = max(shows, key=lambda draft: draft.takes[0].worth, default=None)
    if best is not None:
        yield replace(best, role="example", takes=tuple(_named(take, "example") for take in best.takes))


def _breaking(material: Material, told: Sequence[_Told]) -> Iterator[Draft]:
    """What no longer works as before, in a scene of its own whatever else there is time for."""
    found: dict[str, Change] = {}
    for one in told:
        for change in one.of(("breaking",)):
            found.setdefault(folded(change.text), change)
    announced = next(
        (one.material.at(section.lines.first) for one in told for section in one.material.brief.document.sections
         if re.search(r"\bbreaking\b", section.title, re.IGNORECASE)), None
    )  # fmt: skip
    if not found and announced is None:
        return
    scene = ProblemScene(id="breaking", duration_s=1, mark="dot", headline=material.phrase("breaking"))
    lines = [Words(text=change.text, source=change.source) for change in found.values()]
    takes = [
        Take(scene.model_copy(update={"points": tuple(lines[:count])}), 6.0 + 8 * count)
        for count in range(min(3, len(lines)), -1 if not lines else 0, -1)
    ]
    yield Draft("breaking", tuple(takes), weight=1.0, needed=True, hold_s=3.0)


def _about(material: Material) -> Draft | None:
    """What the project is, in the README's words."""
    scene = hook(material).takes[0].scene
    if not isinstance(scene, TitleScene):
        return None
    headline, subline = scene.headline, scene.subline
    if folded(headline.text) == folded(material.name):
        if subline is None:
            return None
        headline, subline = Headline(text=subline.text[:90], source=subline.source), None
    takes = [Take(ProblemScene(id="about", duration_s=1, headline=headline), 6.0)]
    if subline is not None:
        takes.insert(
            0, Take(ProblemScene(id="about", duration_s=1, mark="dot", headline=headline, points=(subline,)), 8.0)
        )
    return Draft("about", tuple(takes), weight=0.9)


def _end(material: Material, about: Draft | None) -> Draft:
    """The end card with the version on it, since what the project is was just said."""
    said = about.takes[0].scene.headline.text if about is not None else ""
    closing = end(material, said)
    news = material.brief.news
    if about is None or news is None:
        return closing
    update: dict[str, Any] = {"subline": _tag(material.brief, news)}
    takes = tuple(
        Take(take.scene.model_copy(update=update), take.worth)
        for take in closing.takes
        if getattr(take.scene, "subline", None) is not None
    )
    return replace(closing, takes=takes or closing.takes)
