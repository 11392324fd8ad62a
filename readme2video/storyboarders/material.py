"""What a storyboarder draws on: the brief with its passages, headings and names made ready."""

# ruff: noqa: RUF001 # typographic punctuation is what is matched

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from readme2video.claims import Evidence, check_scene
from readme2video.claims.phrases import Phrase, phrase
from readme2video.claims.vocabulary import word_set
from readme2video.model.brief import Brief
from readme2video.model.document import Lines, ListBlock, Paragraph, Quote, Section
from readme2video.model.scene import Scene
from readme2video.model.storyboard import Theme
from readme2video.model.vocabulary import Style
from readme2video.model.words import Headline, Words
from readme2video.storyboarders.languages import language_of
from readme2video.storyboarders.taste import is_hype
from readme2video.storyboarders.words import (
    Passage,
    bare,
    capitalised,
    cells,
    clean,
    fits,
    folded,
    stands_alone,
    without_emoji,
    word_count,
)

_GENERIC = word_set(
    "usage use example examples quickstart quickstartguide gettingstarted getstarted basicusage "
    "basicexample demo demos install installation installing setup introduction intro overview about why "
    "features featurelist keyfeatures mainfeatures highlights readme documentation tutorial guide "
    "motivation background thebasics simpleexample screenshots screenshot preview description howtouse "
    "howtoinstall synopsis benchmarks benchmark performance"
)


@dataclass(frozen=True)
class Material:
    """A brief ready for writing.

    Attributes:
        language: Language of the film, told from the text.
        theme: The film's colours.
        style: How the film looks beside its colours.
    """

    brief: Brief
    language: str
    theme: Theme
    style: Style = "aurora"

    @classmethod
    def of(cls, brief: Brief) -> Material:
        """Make a brief ready."""
        from readme2video.style import style_of
        from readme2video.theme import theme_for

        style = brief.style or style_of(brief.facts, brief.document)
        theme = theme_for(brief.facts, brief.document, style=style)
        return cls(brief, language_of(brief.document), theme, style)

    @property
    def english(self) -> bool:
        """Whether clause words may be looked at."""
        return self.language == "en"

    @cached_property
    def name(self) -> str:
        """The project's name as shown: as the settings say, or the README's title, or the repository's name."""
        if self.brief.facts.shown_name:
            return self.brief.facts.shown_name
        title = without_emoji(self.brief.document.title)
        for separator in (": ", " - ", " – ", " — ", " | ", "：", "——", " ("):
            head = title.split(separator, 1)[0].strip()
            if head:
                title = head
        if not title or not any(c.isalnum() for c in title):
            title = clean(self.brief.facts.name) or clean(self.brief.document.title)
        if cells(title) > 40:
            title = _cut_name(title)
        return title

    @cached_property
    def name_source(self) -> str:
        """Where the name stands."""
        if self.brief.facts.shown_name:
            return "fact:shown_name"
        document = self.brief.document
        if document.title_lines is not None and folded(self.name) in folded(document.title):
            return self.at(document.title_lines)
        return "fact:name"

    @cached_property
    def evidence(self) -> Evidence:
        """What the film may say."""
        return Evidence.of(self.brief, self.name)

    def bears_out(self, scene: Scene) -> bool:
        """Whether the README supports every string of a scene; nothing is known of a brief without texts."""
        return not self.brief.texts or not any(claim.problem for claim in check_scene(scene, 0, self.evidence))

    def capital(self, text: str) -> str:
        """A cut-out text with a capital to begin with, the project's own name spelt as it is."""
        return capitalised(text, self.name, self.brief.facts.name)

    def mentions_itself(self, text: str) -> bool:
        """Whether a text names the project, by its whole name or a part of it."""
        fold = folded(text)
        parts = {folded(self.name), folded(self.brief.facts.name), *(folded(part) for part in self.name.split())}
        return any(part in fold for part in parts if len(part) >= 3 or (len(part) == 2 and not part.isascii()))

    def at(self, lines: Lines | int) -> str:
        """The source that names lines of the README."""
        path = self.brief.document.path.replace("\n", " ").rsplit(":", 1)[-1].strip()[-200:] or "README"
        if isinstance(lines, int):
            return f"{path}:{lines}"
        last = max(lines.first, lines.last)
        return f"{path}:{lines.first}" + (f"-{last}" if last > lines.first else "")

    def heading(self, section: Section, *, width: int = 44, generic: bool = True) -> Headline | None:
        """A section's own heading as a headline, if it is short and says something."""
        text = heading_text(section.title)
        if section.level == 0 or not text or is_hype(text) or folded(text) in (folded(self.name), ""):
            return None
        if not generic and is_generic(text):
            return None
        if (
            not fits(text, self.language, width=width, read_s=5.0)
            or word_count(text) > 8
            or not stands_alone(text, english=False)
        ):
            return None
        return Headline(text=self.capital(text), source=self.at(section.lines.first))

    def phrase(self, name: Phrase) -> Headline:
        """One of our own connective words as a headline."""
        return Headline(text=phrase(self.language, name), source="copy")

    def label(self, name: Phrase) -> Words:
        """One of our own connective words as a label."""
        return Words(text=phrase(self.language, name), source="copy")

    def intro(self) -> Iterator[Passage]:
        """Paragraphs and short quotes that say what the project is, in README order, the tagline first."""
        document = self.brief.document
        seen: set[str] = set()
        if document.tagline is not None:
            seen.add(folded(document.tagline.text))
            yield Passage(clean(document.tagline.text), self.at(document.tagline.lines))
        for section in document.sections:
            if section.kind != "intro" and section.level > 1:
                break
            for block in section.blocks:
                if not isinstance(block, (Paragraph, Quote)) or (isinstance(block, Quote) and not _own_words(block)):
                    continue
                text = clean(block.text)
                if folded(text) not in seen and not is_navigation(text) and not text.endswith((":", "：")):
                    seen.add(folded(text))
                    yield Passage(text, self.at(block.lines))
        description = clean(self.brief.facts.description or "")
        if description and folded(description) not in seen:
            yield Passage(description, "fact:description")

    def sections(self, *kinds: str) -> Iterator[Section]:
        """Sections of these kinds, or below one of them."""
        for section in self.brief.document.sections:
            if section.kind in kinds or (section.parent in kinds and section.kind == "other"):
                yield section


_ATTRIBUTED = re.compile(r"^(?P<words>.+?)\s*(?:—|–|―|--|~|\s-)\s*(?P<by>[^\W\d_][^—–―\"“”]{1,80})$")


def attribution(quote: Quote) -> tuple[str, str] | None:
    """A block quote's words and who said them, where it ends with a dash and a name; notes and warnings have none."""
    found = None if quote.alert is not None else _ATTRIBUTED.match(clean(quote.text))
    # A name begins with a capital, or in scripts without any; what goes on in small letters is the sentence itself.
    if found is None or found["by"][0].islower() or word_count(found["by"]) > 8 or word_count(found["words"]) < 3:
        return None
    return found["words"], found["by"]


def _own_words(quote: Quote) -> bool:
    """Whether a block quote is the README's own, neither a note nor what somebody else said."""
    return quote.alert is None and attribution(quote) is None


def heading_text(title: str) -> str:
    """A heading without emoji, numbering and the colon at its end."""
    text = without_emoji(title)
    text = re.sub(r"^(?:\d+(?:\.\d+)*[.)]|[IVX]+\.)\s+", "", text)
    return text if text.endswith(("?", "？")) else bare(text)


def is_generic(text: str) -> bool:
    """Whether a heading is one that any README has."""
    return folded(text) in _GENERIC


def is_navigation(text: str) -> bool:
    """Whether a paragraph is a row of links or languages rather than a sentence."""
    return len(re.findall(r"\s[|•·／/]\s|\s[–—-]\s", text)) >= 2 or (
        cells(text) < 40 and bool(re.search(r"\s[|•·]\s", text))
    )


def has_lists(section: Section) -> Iterator[ListBlock]:
    """The lists of a section."""
    for block in section.blocks:
        if isinstance(block, ListBlock):
            yield block


def _cut_name(title: str) -> str:
    words = title.split(" ")
    while len(words) > 1 and cells(" ".join(words)) > 40:
        words.pop()
    text = bare(" ".join(words))
    while cells(text) > 40:
        text = text[:-1]
    return text
