"""The scenes that show it at work: a picture, a terminal, code."""

# ruff: noqa: RUF001 # dashes are what is matched

from __future__ import annotations

import re

from readme2video.model.document import Block, CodeBlock, Lines, Paragraph, Picture, Section
from readme2video.model.picture import Footage
from readme2video.model.scene import CodeScene, FeatureScene, ImageScene, TerminalLine, TerminalScene
from readme2video.model.words import Code, Headline, Words
from readme2video.storyboarders.commands import ecosystem, names_project
from readme2video.storyboarders.material import Material, is_generic
from readme2video.storyboarders.opening import headline_form
from readme2video.storyboarders.pacing import Draft, Take
from readme2video.storyboarders.shell import ShellLine, session
from readme2video.storyboarders.snippets import focus_lines, section_worth, snippets
from readme2video.storyboarders.taste import is_hype
from readme2video.storyboarders.words import (
    bare,
    clean,
    folded,
    sentences,
    shortened,
    stands_alone,
    without_emoji,
    word_count,
)

_ARRIVING_S = 1.4
"""What a scene takes beside its footage: to arrive, and to go."""

TERMINAL_LINES = 8
TERMINAL_CELLS = 64

_LOGO = re.compile(
    r"\b(?:logo|icon|badge|banner|avatar|sponsors?|shield|button|favicon|wordmark|brand|contributors?|backers?|donate|coffee"
    r"|star.?history|coverage|header|heading|title|divider|separator|footer|qr)\b",
    re.IGNORECASE,
)
_SHOWS = re.compile(
    r"screen|shot|demo|preview|example|usage|capture|recording|tui|gui|ui\b|dashboard|window|interface|output|overview"
    r"|截图|演示|预览|界面|スクリーン|デモ|画面|스크린샷|데모|captura|pantalla|capture|écran|снимок|экран|ekran|لقطة|צילום",
    re.IGNORECASE,
)
_BUILDING = re.compile(r"\b(?:build|compil|develop|from source|hacking|running (?:the )?tests|testing)", re.IGNORECASE)
_OTHER_HEADINGS = ("features", "benchmark", "install", "problem", "intro")
"""Sections whose heading announces something else than what is shown from them."""
_SESSION_WORTH = {"demo": 4.0, "usage": 4.0, "intro": 3.0, "features": 2.0, "other": 2.0, "install": 1.0, "api": 0.5}
_RUNS = re.compile(r"(?:npx|bunx|uvx|pipx\s+run|uv\s+tool\s+run|docker\s+run|deno\s+run|go\s+run|nix\s+run)\b")
_HOUSEKEEPING = re.compile(
    r"^(?:sudo\s+)?(?:cd|mkdir|git\s+clone|export|source|npm\s+(?:i|install|ci|test|start|run)|yarn|make|cmake|rm|cp|mv"
    r"|\./configure|(?:cargo|go|swift|dotnet|zig)\s+(?:build|test|fmt|vet|clippy)|mvn|(?:\./)?gradlew?|pre-commit|tox|nox)(?!\S)"
)


def pictures(material: Material, said: set[str]) -> Draft | None:
    """The screenshot, if the README has one whose bytes were gathered."""
    brief = material.brief
    gathered = {picture.src: picture.artifact for picture in brief.pictures}
    moving = {picture.src: picture.footage for picture in brief.pictures if picture.footage is not None}
    best: tuple[float, Picture, str, Section | None] | None = None
    for place, picture in enumerate(brief.document.pictures):
        src = picture.src
        if material.theme.mode == "dark" and picture.dark_src in gathered:
            src = picture.dark_src or src
        if (
            src not in gathered
            or gathered[src].suffix not in (".png", ".jpg", ".jpeg", ".webp", ".gif")
            or len(src) > 500
        ):
            continue
        score = _picture_score(material, picture, src)
        if score is None and src in moving and picture.video:
            score = 1.0  # nobody puts a video of a logo there
        if score is None:
            continue
        score += 2.0 if src in moving else 0.0
        score -= 0.3 * place
        if best is None or score > best[0]:
            best = (score, picture, src, _section_at(material, picture.lines))
    if best is None:
        return None
    score, picture, src, section = best
    scene = ImageScene(
        id="demo", duration_s=1, headline=_picture_headline(material, picture, section, said), picture=src
    )
    hold_s = footage_s(moving[src]) if src in moving else 4.0
    return Draft("demo", (Take(scene, 12.5 if score >= 3 else 8.0),), weight=1.3, hold_s=hold_s)


def footage_s(footage: Footage) -> float:
    """How long a scene should last that plays footage: until its end, or a short loop twice, 4 to 12 seconds."""
    rounds = 2 if footage.loops and footage.duration_s < 3 else 1
    return min(12.0, max(4.0, footage.duration_s * rounds + _ARRIVING_S))


def pictured_feature(material: Material, shown: str) -> Draft | None:
    """A feature with a picture of its own: a section that says something, with a picture the film does not show yet.

    Args:
        shown: The picture the film shows.
    """
    brief = material.brief
    gathered = {picture.src: picture.artifact for picture in brief.pictures}
    for picture in brief.document.pictures:
        artifact = gathered.get(picture.src)
        section = _section_at(material, picture.lines)
        if (
            picture.src == shown
            or artifact is None
            or artifact.suffix == ".svg"
            or section is None
            or section.level < 2
        ):
            continue
        heading = material.heading(section, generic=False)
        if heading is None or word_count(heading.text) < 2 or _picture_score(material, picture, picture.src) is None:
            continue
        details = (
            (cut, block.lines)
            for block in section.blocks
            if isinstance(block, Paragraph)
            for sentence in sentences(clean(block.text))[:1]
            if (cut := shortened(sentence, material.language, width=90, read_s=6.0, least=4)) and not is_hype(cut)
        )
        detail = next(details, None)
        scene = FeatureScene(
            id="feature",
            duration_s=1,
            headline=heading,
            detail=Words(text=material.capital(detail[0]), source=material.at(detail[1])) if detail else None,
            picture=picture.src,
        )
        return Draft("feature", (Take(scene, 8.0),), weight=1.1, hold_s=3.5)
    return None


def _picture_score(material: Material, picture: Picture, src: str) -> float | None:
    """How surely a picture shows the thing at work; None for logos and other decoration."""
    file = re.sub(r"[_\-.]", " ", src.split("?", 1)[0].rsplit("/", 1)[-1])
    alt = clean(picture.alt)
    shows = bool(_SHOWS.search(file) or _SHOWS.search(alt))
    if _LOGO.search(file) or (_LOGO.search(alt) and not shows):
        return None
    if not shows and (folded(alt) in ("", folded(material.name)) or word_count(alt) < 2):
        section = _section_at(material, picture.lines)
        if section is None or section.kind not in ("demo", "usage", "features"):
            return None
        return 1.0
    return (4.0 if shows else 2.0) + (0.5 if word_count(alt) >= 4 else 0.0)


def _picture_headline(material: Material, picture: Picture, section: Section | None, said: set[str]) -> Headline:
    if section is not None and (heading := material.heading(section, generic=False)) is not None:
        return heading
    candidates = []
    for passage in material.intro():
        for sentence in sentences(passage.text)[:3]:
            text = shortened(sentence, material.language, width=42, read_s=3.2, least=4)
            if text is not None and word_count(text) <= 7 and not is_hype(text):
                candidates.append(Headline(text=headline_form(material, text), source=passage.source))
    own = rf"(?:{re.escape(material.name)}\s*)"
    alt = re.sub(
        rf"^(?:(?:an?|the)\s+)?{own}?(?:demo|screenshot|preview|gif|image|animation|example)"
        rf"\s*(?:of\s+{own}?|showing)?[:–-]?\s*",
        "",
        clean(picture.alt),
        flags=re.IGNORECASE,
    )
    text = shortened(alt, material.language, width=42, read_s=3.2, least=3) if alt else None
    if text is not None and 2 <= word_count(text) <= 7:
        candidates.append(Headline(text=material.capital(text), source=material.at(picture.lines)))
    for candidate in candidates:
        fold = folded(candidate.text)
        known = any(fold in other or (len(other) > 12 and other in fold) for other in said)
        if not known and not fold.startswith(folded(material.name)):
            return candidate
    return material.phrase("practice")


def _section_at(material: Material, lines: Lines) -> Section | None:
    for section in material.brief.document.sections:
        if section.lines.first <= lines.first <= section.lines.last and section.level > 0:
            return section if section.kind != "intro" else None
    return None


def terminal(material: Material, said: set[str]) -> Draft | None:
    """Commands with the answers the README shows."""
    best: tuple[float, tuple[ShellLine, ...], Section, CodeBlock] | None = None
    place = 0
    for section in material.brief.document.sections:
        worth = section_worth(_SESSION_WORTH, section)
        for block in section.blocks:
            if not worth or not isinstance(block, CodeBlock) or _BUILDING.search(section.title):
                continue
            lines = _telling(session(block, most_lines=TERMINAL_LINES, width=TERMINAL_CELLS))
            if not lines:
                continue
            score = worth - 0.5 * place + _session_score(material, lines)
            place += 1
            if best is None or score > best[0]:
                best = (score, lines, section, block)
    if best is None or best[0] < 2.0:
        return None
    score, lines, section, block = best
    answered = any(line.role == "output" for line in lines)
    headline = code_headline(material, section, block, said)
    takes = [Take(_terminal_scene(material, headline, lines), 12.0 if answered else 7.0)]
    short = _first_exchange(lines)
    # Two short exchanges may make their point together, as before and after; only a long answer stands alone.
    if len(short) < len(lines) and (len(short) >= 3 or len(lines) > 6):
        takes.append(Take(_terminal_scene(material, headline, short), 9.0 if answered else 5.0))
    return Draft("demo", tuple(takes), weight=1.3, hold_s=3.5)


def _terminal_scene(material: Material, headline: Headline, lines: tuple[ShellLine, ...]) -> TerminalScene:
    return TerminalScene(
        id="demo",
        duration_s=1,
        headline=headline,
        lines=tuple(
            TerminalLine(role=line.role, text=Words(text=line.text, source=material.at(line.number))) for line in lines
        ),
    )


def _telling(lines: tuple[ShellLine, ...]) -> tuple[ShellLine, ...]:
    """A session without installing and housekeeping; lines that cannot be shown end it."""
    kept: list[ShellLine] = []
    dropping = False
    for index, line in enumerate(lines):
        if line.role == "command":
            answered = index + 1 < len(lines) and lines[index + 1].role == "output"
            installing = ecosystem(line.text) is not None and not (answered and _RUNS.match(line.text))
            dropping = installing or _HOUSEKEEPING.match(line.text) is not None
        if not line.text.isprintable():
            break
        if not dropping:
            kept.append(line)
    return tuple(kept)


def _session_score(material: Material, lines: tuple[ShellLine, ...]) -> float:
    score = 4.0 if any(line.role == "output" for line in lines) else 0.0
    if any(line.role == "command" and names_project(line.text, material) for line in lines):
        score += 2.0
    return score + (1.0 if 3 <= len(lines) <= 7 else 0.0)


def _first_exchange(lines: tuple[ShellLine, ...]) -> tuple[ShellLine, ...]:
    for index, line in enumerate(lines[1:], 1):
        if line.role == "command" and any(other.role == "output" for other in lines[:index]):
            return lines[:index]
    return lines if any(line.role == "output" for line in lines) else lines[:2]


def code(material: Material, said: set[str]) -> Draft | None:
    """A piece of code."""
    facts = material.brief.facts
    found = snippets(material.brief.document, material.name, (facts.language or "").lower())
    if not found or found[0].score < 1.0:
        return None
    best = found[0]
    scene = CodeScene(
        id="demo",
        duration_s=1,
        headline=code_headline(material, best.section, best.block, said),
        language=best.language[:30],
        code=Code(text=best.code, source=material.at(best.lines)),
        focus=focus_lines(best.code, (material.name, facts.name)),
    )
    return Draft("demo", (Take(scene, 10.0 if best.score >= 4 else 7.0),), weight=1.3, hold_s=4.0)


def code_headline(material: Material, section: Section, block: Block, said: set[str]) -> Headline:
    """The sentence that introduces a block if it is short, else the section's heading, else our own words."""
    leading = _sentence_before(section, block)
    options: list[Headline] = []
    if leading is not None:
        for sentence in sentences(clean(leading.text))[-1:]:
            text = shortened(sentence, material.language, width=60, read_s=4.2, least=3)
            if text is None or is_hype(text) or any(folded(text) in other or other in folded(text) for other in said):
                continue
            if stands_alone(text, english=material.english):
                quote = bare(without_emoji(text))
                options.append(Headline(text=quote, source=material.at(leading.lines)))
    heading = material.heading(section) if section.kind not in _OTHER_HEADINGS else None
    for option in options:
        if 3 <= word_count(option.text) <= 7:
            return option
    if heading is not None and not is_generic(heading.text):
        return heading
    if options and word_count(options[0].text) <= 9:
        return options[0]
    return heading or material.phrase("practice")


def _sentence_before(section: Section, block: Block) -> Paragraph | None:
    before: Block | None = None
    for other in section.blocks:
        if other is block or (other.kind == block.kind and other.lines == block.lines):
            return before if isinstance(before, Paragraph) else None
        before = other
    return None
