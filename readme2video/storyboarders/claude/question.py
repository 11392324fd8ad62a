"""What Claude is asked: the craft, and the repository's texts as numbered lines between markers nobody can foresee."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from readme2video.model.brief import Brief, SourceText
from readme2video.model.document import CodeBlock, ReadmeDocument, SectionKind, Table
from readme2video.model.scene import Scene, strings
from readme2video.model.source import RepositoryFacts
from readme2video.prompts import load_prompt

TEXT_CHARACTERS = 60_000
"""How much of a README is sent, about 15,000 tokens; what matters least for a film is left out first."""

LANGUAGES = {
    "ar": "Arabic", "de": "German", "en": "English", "es": "Spanish", "fa": "Persian", "fr": "French", "he": "Hebrew",
    "hi": "Hindi", "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "pl": "Polish",
    "pt": "Portuguese", "ru": "Russian", "sv": "Swedish", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu",
    "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
"""Languages by code, as they are named in a request."""

_LEAST_FIRST: tuple[SectionKind, ...] = (
    "licence",
    "credits",
    "contributing",
    "faq",
    "configuration",
    "api",
    "other",
    "usage",
    "benchmark",
    "problem",
    "demo",
    "install",
    "features",
)
_LONG_BLOCK = 40  # lines of a code block or table that are sent when the text is too long
_LINE_CHARACTERS = 600


@dataclass(frozen=True)
class Question:
    """A request in words.

    Attributes:
        system: The craft, the same for all repositories.
        user: What is asked for, with the texts.
        cut: Names of texts that were shortened.
    """

    system: str
    user: str
    cut: tuple[str, ...] = ()


def question(brief: Brief, *, project: str, spoken: str, original: str, marker: str) -> Question:
    """Put a brief into words.

    Args:
        project: The project's name as shown.
        spoken: Code of the film's language.
        original: Code of the README's language.
        marker: A code that no text can hold on purpose: random, new for every run.
    """
    blocks, cut = [], []
    for text in brief.texts:
        lines, shortened = _told(text, brief.document if text.name == brief.document.path else None)
        if shortened:
            cut.append(text.name)
        blocks.append(_block(text.name, marker, [f"{number}| {line}" for number, line in lines]))
    blocks.append(_block("facts", marker, _fact_lines(brief.facts)))
    twins = {picture.dark_src for picture in brief.pictures}
    pictures = [
        f"`{picture.src}`" + (f" (moves for {picture.footage.duration_s:.0f} s)" if picture.footage else "")
        for picture in brief.pictures
        if picture.src not in twins  # shown by themselves in dark films
    ]
    user = load_prompt("request").render(
        project=_one_line(project),
        scenes=str(brief.scene_limit),
        length=f"{brief.length_s:g}",
        language=LANGUAGES.get(spoken, spoken),
        release="".join(f"\n{part}\n" for part in _extras(brief, spoken, original)),
        pictures=", ".join(pictures) or "none",
        marker=marker,
        texts="\n\n".join(blocks),
    )
    return Question(load_prompt("storyboard").render(), user, tuple(cut))


def _extras(brief: Brief, spoken: str, original: str) -> Iterator[str]:
    if brief.news is not None:
        yield load_prompt("release").render(
            tag=_one_line(brief.news.tag),
            published_on=brief.news.published_on or "a date that is not known",
            previous_tag=_one_line(brief.news.previous_tag or "none"),
            previous_scenes=_previous(brief.previous),
        )
    if spoken.partition("-")[0] != original.partition("-")[0]:
        yield load_prompt("translation").render(
            language=LANGUAGES.get(spoken, spoken), original=LANGUAGES.get(original, original)
        )


def _previous(scenes: tuple[Scene, ...]) -> str:
    """The film of the release before, one scene a line."""
    rows = [
        f"- `{scene.id}` ({scene.kind}): " + " / ".join(_one_line(text.text) for _, text in strings(scene))
        for scene in scenes
    ]
    return "\n".join(rows) or "- there is none"


def _block(name: str, marker: str, lines: list[str]) -> str:
    return "\n".join([f"=== BEGIN {_one_line(name)} {marker} ===", *lines, f"=== END {_one_line(name)} {marker} ==="])


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]


def _fact_lines(facts: RepositoryFacts) -> list[str]:
    """Known facts a string may cite; what serves the program only is left out."""
    rows = []
    for name in RepositoryFacts.model_fields:
        value = getattr(facts, name)
        if name in ("origins", "private", "default_branch") or value is None or value in ("", ()):
            continue
        shown = value.tag if name == "release" else ", ".join(value) if isinstance(value, tuple) else str(value)
        rows.append(f"fact:{name} = {_one_line(shown)}")
    return rows


def _told(text: SourceText, document: ReadmeDocument | None) -> tuple[list[tuple[int, str]], bool]:
    """The lines that are sent with their numbers, and whether some were left out."""
    numbered = [(number, line[:_LINE_CHARACTERS]) for number, line in enumerate(text.lines, text.first)]
    size = sum(len(line) + 8 for _, line in numbered)
    if size <= TEXT_CHARACTERS:
        return numbered, False
    dropped = _dropped(document, numbered, size) if document is not None else set()
    kept, room, gap = [], TEXT_CHARACTERS, False
    for number, line in numbered:
        if number in dropped or room < len(line) + 8:
            gap = True
            continue
        if gap:
            kept.append((number, "[lines above were left out]"))
            gap = False
            continue
        room -= len(line) + 8
        kept.append((number, line))
    return kept, True


def _dropped(document: ReadmeDocument, numbered: list[tuple[int, str]], size: int) -> set[int]:
    """Numbers of the lines a film can do without: ends of long blocks, then sections, those of least worth first."""
    length = {number: len(line) + 8 for number, line in numbered}
    dropped: set[int] = set()

    def drop(first: int, last: int) -> None:
        nonlocal size
        for number in range(first, last + 1):
            if number in length and number not in dropped:
                dropped.add(number)
                size -= length[number]

    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, (CodeBlock, Table)):
                drop(block.lines.first + _LONG_BLOCK, block.lines.last)
    for kind in _LEAST_FIRST:
        for section in reversed(document.sections):
            if size <= TEXT_CHARACTERS:
                return dropped
            if section.kind == kind:
                drop(section.lines.first, section.lines.last)
    return dropped
