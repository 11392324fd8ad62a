"""The film's first words: the hook, and the pain or promise after it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from readme2video.model.document import Paragraph
from readme2video.model.scene import ProblemScene, TitleScene
from readme2video.model.words import Headline, Words
from readme2video.storyboarders.material import Material
from readme2video.storyboarders.pacing import Draft, Take
from readme2video.storyboarders.taste import is_hype, tells_nothing
from readme2video.storyboarders.words import (
    LINE_CELLS,
    Cut,
    Passage,
    bare,
    cells,
    clean,
    fits,
    folded,
    openings,
    predicate,
    sentences,
    shortened,
    stands_alone,
    without_article,
    without_emoji,
    without_subject,
    word_count,
)

_LONGEST_HEADLINE = 60
_GLANCE = LINE_CELLS + 6  # a subline that is still read in one go
_ENOUGH = 5.0  # a candidate below this is no better than the name itself


@dataclass(frozen=True)
class Candidate:
    """A possible headline: the quote, the sentence it is from, and how good it is."""

    text: str
    sentence: str
    rest: str
    passage: Passage
    score: float


def hook(material: Material) -> Draft:
    """The first scene: what it does in a few words, the name above, one more line below."""
    best = best_candidate(material)
    name = Words(text=material.name, source=material.name_source)
    if best is None:
        headline = Headline(text=material.name, source=material.name_source)
        eyebrow = _release(material)
        subline = _plain_subline(material)
    else:
        headline = Headline(text=best.text, source=best.passage.source)
        eyebrow = name
        subline = _subline(material, best)
    takes = []
    if subline is not None:
        takes.append(
            Take(TitleScene(id="hook", duration_s=1, eyebrow=eyebrow, headline=headline, subline=subline), 16.0)
        )
    takes.append(Take(TitleScene(id="hook", duration_s=1, eyebrow=eyebrow, headline=headline), 10))
    return Draft("hook", tuple(takes), weight=1.0, needed=True)


def best_candidate(material: Material) -> Candidate | None:
    """The best headline its text offers; None when none is better than the name itself."""
    good = sorted((c for c in _candidates(material) if c.score >= _ENOUGH), key=lambda c: -c.score)
    return next((candidate for candidate in good if material.bears_out(_plainly(candidate))), None)


def hooks(material: Material, said: str, most: int = 3) -> tuple[Headline, ...]:
    """Other headlines for the first scene, best first, each from another sentence; fewer where the README has fewer.

    Args:
        said: The headline it has.
    """
    found: list[Headline] = []
    sentences_used: set[str] = set()
    known = {folded(said)}
    for candidate in sorted(_candidates(material), key=lambda candidate: -candidate.score):
        fold = folded(candidate.text)
        near = any(fold in other or other in fold for other in known)
        if near or candidate.sentence in sentences_used or len(candidate.text) > 90:
            continue
        if not material.bears_out(_plainly(candidate)):
            continue
        known.add(fold)
        sentences_used.add(candidate.sentence)
        found.append(Headline(text=candidate.text, source=candidate.passage.source))
    return tuple(found[:most])


def _plainly(candidate: Candidate) -> TitleScene:
    return TitleScene(id="hook", duration_s=1, headline=Headline(text=candidate.text, source=candidate.passage.source))


def _release(material: Material) -> Words | None:
    facts = material.brief.facts
    for name, value in (("tag", facts.tag), ("version", facts.version)):
        text = clean(value or "")[:40].strip()
        if text:
            return Words(text=text, source=f"fact:{name}")
    return None


def _candidates(material: Material) -> Iterator[Candidate]:
    place = 0
    for passage in material.intro():
        telling = [sentence for sentence in sentences(passage.text)[:3] if not tells_nothing(sentence)]
        for index, sentence in enumerate(telling):
            yield from _of_sentence(material, passage, sentence, penalty=4.0 * place + 2.0 * index)
        place += bool(telling)


def _of_sentence(material: Material, passage: Passage, sentence: str, penalty: float) -> Iterator[Candidate]:
    told = without_subject(sentence, material.name)
    told = without_emoji(told)
    shapes: list[tuple[str, str, float]] = [(told, "", 3.0)]
    shapes += [
        (cut.text, re.sub(r"^(?:that|which)\s+", "", cut.rest), _cut_bonus(cut))
        for cut in openings(told, english=material.english)
    ]
    if material.english and (clause := predicate(told)) is not None:
        head = re.split(r"\s(?:that|which)\s", told, maxsplit=1)[0]
        subject = head if cells(head) >= 20 else ""
        shapes.append((clause, subject, 2.0))
        shapes += [(cut.text, cut.rest if cut.strong else subject, 1.5) for cut in openings(clause)]
    for text, rest, bonus in shapes:
        quote = headline_form(material, text)
        score = _score(material, quote)
        if score is not None:
            yield Candidate(quote, sentence, rest, passage, score + bonus - penalty)


def _cut_bonus(cut: Cut) -> float:
    """``Find the settings`` is not what ``Find the settings that nobody reads`` says: the clause tells which."""
    if (
        not cut.strong
        and re.match(r"(?:that|which|who)\s", cut.rest)
        and not re.match(r"(?:an?|the)\s", cut.text, re.IGNORECASE)
    ):
        return -3.0
    return 2.0 if cut.strong else 1.0


def headline_form(material: Material, text: str) -> str:
    """A quote as a headline: no article before a noun phrase, no full stop, a capital to begin with."""
    text = bare(without_emoji(text))
    return material.capital(without_article(text) if material.english else text)


def _score(material: Material, text: str) -> float | None:
    """How good a quote is as a headline; None if it cannot be one."""
    count, width = word_count(text), cells(text)
    if count < 3 and (text.isascii() or width < 12):
        return None
    if is_hype(text) or not stands_alone(text, english=material.english) or folded(text) == folded(material.name):
        return None
    if not fits(text, material.language, width=_LONGEST_HEADLINE, read_s=7.5):
        return None
    score = 1.0
    if 3 <= count <= 6:
        score = 10.0
    elif count <= 8 and width <= LINE_CELLS + 4:
        score = 6.0
    elif count <= 12:
        score = 3.0
    if any(c.isdigit() for c in text):
        score += 0.5
    if folded(text).startswith(folded(material.name)):
        score -= 3.0
    return score


def _subline(material: Material, best: Candidate) -> Words | None:
    """The line below the headline: the next sentence, what the headline left out, or another opening."""
    passage = best.passage
    said = folded(best.text)
    parts = sentences(passage.text)
    place = parts.index(best.sentence) if best.sentence in parts else 0
    # A headline from further on needs what stands before it; one from the beginning goes on with the next.
    beside = parts[:1] if place else parts[1:2]
    options = [Passage(without_subject(text, material.name), passage.source) for text in beside]
    options += [
        Passage(without_subject(sentences(other.text)[0], material.name), other.source)
        for other in material.intro()
        if other.source != passage.source and sentences(other.text)
    ]
    if best.rest and material.english:
        options.insert(len(beside), Passage(best.rest, passage.source))
    for option in options:
        text = _line(material, option.text)
        if text is None or tells_nothing(text) or folded(text) in said or said in folded(text):
            continue
        if is_hype(text):
            continue
        return Words(text=text, source=option.source)
    return None


def _plain_subline(material: Material) -> Words | None:
    for passage in material.intro():
        for sentence in [sentence for sentence in sentences(passage.text) if not tells_nothing(sentence)][:1]:
            text = _line(material, without_subject(sentence, material.name))
            if text is not None and folded(text) != folded(material.name):
                return Words(text=text, source=passage.source)
    return None


def _line(material: Material, text: str) -> str | None:
    read_s = 9.0 if material.language in ("ja", "zh") else 5.6
    cut = None
    glance = _GLANCE if material.language not in ("ja", "zh", "ko") else LINE_CELLS - 2
    for width in (glance, _LONGEST_HEADLINE, 2 * LINE_CELLS):
        cut = cut or shortened(text, material.language, width=width, read_s=read_s, least=3, relative=True)
    return material.capital(cut) if cut is not None and word_count(cut) >= 2 else None


def value_line(material: Material, said: str = "") -> Words | None:
    """What it is in one line, for the end card; rather not what the hook ``said``."""
    best: tuple[float, Words] | None = None
    for place, passage in enumerate(material.intro()):
        for index, sentence in enumerate(sentences(passage.text)[:2]):
            text = _line(material, without_subject(sentence, material.name))
            if text is None or folded(text) == folded(material.name) or tells_nothing(sentence):
                continue
            score = 4.0 - 2.5 * place - 2.0 * index - (8.0 if is_hype(text) else 0.0)
            score += 2.0 if cells(text) <= _GLANCE else 0.0
            score -= 1.5 if folded(text) == folded(said) else 0.0
            score += 1.5 if re.match(r"an?\s", text, re.IGNORECASE) else 0.0
            if best is None or score > best[0]:
                best = (score, Words(text=text, source=passage.source))
    return best[1] if best else None


def promise(material: Material, hooked: Draft) -> Draft | None:
    """The second scene: the pain the README describes, or else a statement of its introduction not said yet."""
    said = {folded(text) for text in hooked.texts()}
    return _pain(material) or _statement(material, said)


def _pain(material: Material) -> Draft | None:
    for section in material.sections("problem"):
        told: list[Passage] = []
        for block in section.blocks:
            if not isinstance(block, Paragraph):
                continue
            for sentence in sentences(block.text):
                if material.mentions_itself(sentence):
                    break
                told.append(Passage(sentence, material.at(block.lines)))
            else:
                continue
            break
        if told:
            draft = _pain_scene(material, told)
            if draft is not None:
                return draft
    return None


def _pain_scene(material: Material, told: list[Passage]) -> Draft | None:
    english = material.english
    headline: Headline | None = None
    statement: Headline | None = None
    points: list[Words] = []
    for passage in told[:6]:
        whole = bare(passage.text)
        if headline is None:
            cut = _pain_headline(material, whole)
            if cut is None:
                continue
            headline = Headline(text=cut[0], source=passage.source)
            if fits(whole, material.language, width=_LONGEST_HEADLINE + 10, read_s=5.0) and stands_alone(
                whole, english=english
            ):
                statement = Headline(text=whole, source=passage.source)
            elif word_count(cut[0]) >= 5:
                statement = headline
            rest = shortened(cut[1], material.language, width=_GLANCE, read_s=4, least=4)
            if rest is not None and word_count(rest) >= 3:
                points.append(Words(text=material.capital(rest), source=passage.source))
            continue
        text = _point(material, whole)
        if text is not None:
            points.append(Words(text=text, source=passage.source))
    if headline is None:
        return None
    takes = [
        Take(
            ProblemScene(id="promise", duration_s=1, headline=headline, points=tuple(points[:count])), 6.0 + 1.5 * count
        )
        for count in range(min(2, len(points)), 0, -1)
    ]
    if statement is not None:
        takes.append(Take(ProblemScene(id="promise", duration_s=1, headline=statement), 6.5))
    return Draft("promise", tuple(takes), weight=1.0) if takes else None


def _pain_headline(material: Material, sentence: str) -> tuple[str, str] | None:
    english = material.english
    options = [(sentence, "")]
    options += [(bare(cut.text), cut.rest if cut.strong else "") for cut in openings(sentence, english=english)]
    good = [
        (text, rest)
        for text, rest in options
        if stands_alone(text, english=english)
        and not is_hype(text)
        and word_count(text) >= 3
        and fits(text, material.language, width=_LONGEST_HEADLINE + (10 if text == sentence else 0), read_s=5.0)
    ]
    short = [pair for pair in good if word_count(pair[0]) <= 6]
    return short[0] if short else (good[0] if good else None)


def _point(material: Material, sentence: str) -> str | None:
    text = sentence
    for opener in ("And ", "But ", "So "):
        text = text.removeprefix(opener)
    cut = shortened(text, material.language, width=100, read_s=6.5, least=4)
    if cut is None or word_count(cut) < 3:
        return None
    return cut if text == sentence else material.capital(cut)


def _statement(material: Material, said: set[str]) -> Draft | None:
    for passage in material.intro():
        for sentence in sentences(passage.text)[:4]:
            told = without_subject(sentence, material.name)
            text = shortened(told, material.language, width=_LONGEST_HEADLINE + 10, read_s=6.0, least=3)
            if text is None or word_count(text) < 3 or is_hype(text) or tells_nothing(sentence):
                continue
            quote = headline_form(material, text)
            fold = folded(quote)
            if any(
                fold in other or other in fold for other in said if len(other) > 3 and other != folded(material.name)
            ):
                continue
            if fold == folded(material.name) or len(quote) > 90:
                continue
            scene = ProblemScene(id="promise", duration_s=1, headline=Headline(text=quote, source=passage.source))
            return Draft("promise", (Take(scene, 5.5),), weight=0.9)
    return None
