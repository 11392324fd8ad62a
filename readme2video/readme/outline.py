"""What every format is read into first: headings and blocks in order, with badges, pictures and links set apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from readme2video.model.document import (
    Badge,
    Block,
    CodeBlock,
    Lines,
    Link,
    ListBlock,
    ListItem,
    Paragraph,
    Picture,
    Quote,
    Table,
)
from readme2video.model.record import Finding
from readme2video.readme.headings import without_leading_emoji
from readme2video.readme.limits import TABLE_COLUMNS, TABLE_ROWS
from readme2video.readme.text import fold, scrub

_CODE_LINES = 400
_LEAD_WORDS = 5
_MARKED_LEAD_WORDS = 8
_LEAD_CHARACTERS = 60
_NAVIGATION_WORDS = 4
_NAVIGATION_CHARACTERS = 30
_UNLINKED_CHARACTERS = 20

_BADGE_HOST = re.compile(
    r"^(?:https?:)?//(?:[\w-]+\.)*(?:shields\.io|badge\.fury\.io|badgen\.net|codecov\.io|travis-ci\.(?:org|com)|coveralls\.io"
    r"|circleci\.com|ci\.appveyor\.com|pepy\.tech|snyk\.io|bestpractices\.coreinfrastructure\.org|bestpractices\.dev"
    r"|opencollective\.com|discordapp\.com|discord\.com|gitter\.im|deepsource\.(?:io|com)|codacy\.com|codeclimate\.com"
    r"|sonarcloud\.io|zenodo\.org|repology\.org|star-history\.com|isitmaintained\.com"
    r"|hits\.\w+\.\w+|cirrus-ci\.com|dev\.azure\.com|api\.netlify\.com|contrib\.rocks|scan\.coverity\.com"
    r"|api\.securityscorecards\.dev|api\.scorecard\.dev|goreportcard\.com|godoc\.org|pkg\.go\.dev|deps\.rs|docs\.rs"
    r"|crates\.io|nodei\.co|david-dm\.org|packagephobia\.\w+|bundlephobia\.com|results\.pre-commit\.ci|osrank\.com"
    r"|trendshift\.io|producthunt\.com|colab\.research\.google\.com|mybinder\.org|vercel\.com|ko-fi\.com|buymeacoffee\.com)/",
    re.IGNORECASE,
)
_BADGE_PATH = re.compile(
    r"(?:^|[/._-])(?:badges?|shields?)(?:[/._?-]|$)|/actions/workflows/[^/]+/badge|[/.]badge\.svg|/workflows/[^?#]+/badge",
    re.IGNORECASE,
)
_SPONSOR = re.compile(
    r"(?:^|[/._\s-])(?:sponsor(?:s|ed|ship)?|backers?|patreon|donat(?:e|ion))(?:[/._\s?-]|$)", re.IGNORECASE
)
_PLAYED = re.compile(
    r"https://(?:github\.com/(?:user-attachments/assets/[0-9a-f-]{36}|[\w.-]+/[\w.-]+/assets/\d+/[0-9a-f-]{36})"
    r"|user-images\.githubusercontent\.com/\S+\.(?:mp4|mov|webm))",
    re.IGNORECASE,
)
"""Addresses that GitHub shows as a player when they stand alone."""
_VIDEO = re.compile(r"\.(?:mp4|mov|webm)(?:\?|$)", re.IGNORECASE)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_SEPARATOR = re.compile(r"^\s*(?:[:\uff1a]\s*|[-\u2013—]+(?:>)?\s+|→\s*)")
_PLAIN_LEAD = re.compile(rf"^(.{{1,{_LEAD_CHARACTERS}}}?)(?:\s?\uff1a\s*|:\s+|\s+[-\u2013—]+\s+)(\S.*)$")
_NAVIGATION_MARKS = re.compile(r"[\s|·•∙⋅◦●・/,;:&+«»<>()\[\]\\\u2013—‖\uff5c↗→-]+")
_MARK = re.compile(r"[|·•∙⋅◦●・/\uff5c]")
_SHORTCODE = re.compile(r"(?<![\w:]):(?:\+1|-1|[a-z][a-z0-9_+-]+):(?![\w:])")


@dataclass(frozen=True)
class Run:
    """A stretch of text of one look."""

    text: str
    line: int
    strong: bool = False
    code: bool = False
    linked: bool = False


@dataclass(frozen=True)
class Image:
    """An image inside a text."""

    src: str
    alt: str
    line: int
    dark_src: str | None = None
    href: str | None = None
    video: bool = False


@dataclass
class Prose:
    """The inline content of one block."""

    runs: list[Run] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Plain text: markup gone, white space folded, emoji shortcodes dropped."""
        return _plain(self.runs)

    @property
    def lines(self) -> Lines | None:
        """The lines the words stand on; None when there are none."""
        spoken = [run.line for run in self.runs if run.text.strip()]
        return Lines(first=min(spoken), last=max(spoken)) if spoken else None

    @property
    def is_navigation(self) -> bool:
        """Whether this is a row of links ("Docs • Website • Discord") and no sentence."""
        if not self.links:
            return False
        between = _plain(run for run in self.runs if not run.linked)
        words = _NAVIGATION_MARKS.sub("", between)
        short = all(
            len(link.text.split()) <= _NAVIGATION_WORDS and len(link.text) <= _NAVIGATION_CHARACTERS
            for link in self.links
        )
        # A few words may stand unlinked, such as the language one is reading, but then marks set the links apart.
        return short and (not words or (len(words) <= _UNLINKED_CHARACTERS and bool(_MARK.search(between))))

    @property
    def is_one_link(self) -> bool:
        """Whether all words are links."""
        return bool(self.links) and not _plain(run for run in self.runs if not run.linked)


def _plain(runs: Iterable[Run]) -> str:
    pieces = (run.text if run.code else _SHORTCODE.sub("", run.text) for run in runs)
    return fold(scrub("".join(pieces)))


def safe_url(url: str) -> str | None:
    """A URL or relative path as written, or None for what no reader of a README should be sent to."""
    url = scrub(url).strip()
    if not url or re.match(r"(?:\\|%5c|/)(?:\\|%5c)|\\/", url, re.IGNORECASE):
        return None
    scheme = _SCHEME.match(url)
    if scheme and scheme.group().lower() not in ("http:", "https:", "mailto:"):
        return None
    return url[:2000]


def is_badge(src: str) -> bool:
    """Whether an image is a status badge, by its host or its path."""
    return bool(_BADGE_HOST.match(src) or _BADGE_PATH.search(src))


def split_lead(runs: list[Run], text: str) -> tuple[str | None, str]:
    """Split a list item into its opening and what follows: bold, linked or code openings, or a few words and a colon.

    Returns:
        The lead (None when there is none, then the rest is ``text``) and the rest; leading emoji are in neither.
    """
    body = without_leading_emoji(text)
    marked = _marked_opening(runs)
    if marked and body.startswith(marked[0]):
        opening, strong = marked
        rest = body[len(opening) :]
        separator = _SEPARATOR.match(rest)
        lead = opening.rstrip(" .:\uff1a-\u2013—!")
        closed = opening.endswith((":", ".", "\uff1a", "!"))  # the separator stands inside the bold text
        if lead and len(lead.split()) <= _MARKED_LEAD_WORDS and (separator or strong):
            if separator:
                return lead, rest[separator.end() :].strip()
            if closed or not rest.strip() or rest[0].isspace():
                return lead, rest.strip()
    plain = _PLAIN_LEAD.match(body)
    if plain and len(plain[1].split()) <= _LEAD_WORDS and not re.search(r"[.!?。]\s|https?:|[.。!?]$", plain[1]):
        return plain[1].strip(), plain[2].strip()
    return None, text


def _marked_opening(runs: list[Run]) -> tuple[str, bool] | None:
    opening: list[Run] = []
    look: tuple[bool, bool, bool] | None = None
    for run in runs:
        if not opening and not without_leading_emoji(_plain([run])):
            continue
        here = (run.strong, run.linked, run.code)
        if look is None:
            look = here
        # A link or code inside bold text is still the bold opening.
        if here != look and not (look[0] and run.strong):
            break
        opening.append(run)
    if look is None or not any(look):
        return None
    text = without_leading_emoji(_plain(opening))
    return (text, look[0]) if text else None


@dataclass(frozen=True)
class Heading:
    """A heading, or what a page uses as one."""

    level: int
    title: str
    lines: Lines
    image_alt: str = ""


@dataclass
class Outline:
    """What a parser fills in, in the order of the file."""

    last_line: int
    parts: list[Heading | Block] = field(default_factory=list)
    badges: list[Badge] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def span(self, first: int, last: int) -> Lines:
        """Lines that surely lie within the file and in order."""
        first = min(max(first, 1), self.last_line)
        return Lines(first=first, last=min(max(last, first), self.last_line))

    def within(self, prose: Prose, lines: Lines) -> Lines:
        """Where the words of a prose stand, kept inside its block."""
        spoken = prose.lines
        return lines if spoken is None else clip(spoken, lines)

    def heading(self, level: int, prose: Prose, lines: Lines) -> None:
        """Add a heading; its images count, its link is none."""
        alt = next((image.alt for image in prose.images if image.alt and not is_badge(image.src)), "")
        title = re.sub(r"[\s¶#]+$", "", prose.text) if not prose.text.endswith(("C#", "F#")) else prose.text
        if title or alt:
            self.parts.append(Heading(level, title[:300], lines, fold(scrub(alt))))
        self._set_apart(prose, lines)

    def paragraph(self, prose: Prose, lines: Lines) -> None:
        """Add a paragraph unless it holds only images or a row of links; an address that GitHub plays is a video."""
        text = prose.text
        if len(prose.links) == 1 and prose.links[0].href == text and _PLAYED.fullmatch(text):
            video = Image(text, "", prose.links[0].lines.first, video=True)
            self._set_apart(Prose(images=[*prose.images, video]), lines)
            return
        # Below a heading of its own a single link is an answer ("License: MIT"), at the top it is navigation.
        heading = next((part for part in reversed(self.parts) if isinstance(part, Heading)), None)
        answer = heading is not None and heading.level > 1 and len(prose.links) == 1
        if text and (answer or not prose.is_navigation):
            self.parts.append(Paragraph(text=text, lines=self.within(prose, lines)))
        self._set_apart(prose, lines)

    def quote(self, texts: list[Prose], alert: str | None, lines: Lines) -> None:
        """Add a block quote or alert."""
        text = " ".join(prose.text for prose in texts if prose.text)
        if text:
            self.parts.append(Quote(text=text, alert=alert, lines=lines))
        for prose in texts:
            self._set_apart(prose, lines)

    def items(self, ordered: bool, entries: Sequence[tuple[Prose, bool | None, Lines]], lines: Lines) -> None:
        """Add a list, unless it is a table of contents (nothing but links into the page) or navigation at the top."""
        spoken = [prose for prose, _, _ in entries if prose.text]
        heading = next((part for part in reversed(self.parts) if isinstance(part, Heading)), None)
        at_top = heading is None or heading.level == 1
        contents = all(
            prose.is_one_link
            and (all(link.href.startswith("#") for link in prose.links) or (at_top and prose.is_navigation))
            for prose in spoken
        )
        items = []
        for prose, checked, where in entries:
            text = prose.text
            if text and not contents:
                lead, rest = split_lead(prose.runs, text)
                place = self.within(prose, where)
                items.append(ListItem(text=text, lead=lead, rest=rest, checked=checked, lines=place))
            self._set_apart(prose, where)
        if items:
            self.parts.append(ListBlock(ordered=ordered, items=tuple(items), lines=lines))

    def code(self, info: str, code: str, first: int) -> None:
        """Add a code block that starts at a line, cut to 400 lines."""
        lines = code.split("\n")
        if len(lines) > _CODE_LINES:
            lines = lines[:_CODE_LINES]
            self.say("long-code", f"The code block at line {first} was cut to its first {_CODE_LINES} lines.")
        text = "\n".join(lines)
        if text.strip():
            language = re.split(r"[\s,{}:]", info.strip().lstrip("{.").lower(), maxsplit=1)[0][:30]
            self.parts.append(
                CodeBlock(language=scrub(language), code=text, lines=self.span(first, first + len(lines) - 1))
            )

    def table(self, header: list[Prose], rows: list[tuple[int, list[Prose]]], lines: Lines, *, truncated: bool) -> None:
        """Add a table cut to 20 rows and 8 columns; rows come with their source line."""
        width = max([len(header), *(len(cells) for _, cells in rows)], default=0)
        kept = rows[:TABLE_ROWS]
        cut = truncated or len(rows) > TABLE_ROWS or width > TABLE_COLUMNS
        names = tuple(prose.text for prose in header[:TABLE_COLUMNS])
        texts = tuple(tuple(prose.text for prose in cells[:TABLE_COLUMNS]) for _, cells in kept)
        # A table whose columns beyond the first are empty held badges or pictures.
        if any(any(cells[1:]) for cells in texts) or (width == 1 and any(map(any, texts))):
            where = tuple(self.span(line, line).first for line, _ in kept)
            self.parts.append(Table(header=names, rows=texts, row_lines=where, truncated=cut, lines=lines))
        for line, cells in [(lines.first, header), *kept]:
            for prose in cells:
                self._set_apart(prose, self.span(line, line))

    def say(self, rule: str, message: str) -> None:
        """Add a finding unless its kind was said already."""
        if all(finding.rule != rule for finding in self.findings):
            self.findings.append(Finding(level="warning", rule=rule, message=message))

    def _set_apart(self, prose: Prose, lines: Lines) -> None:
        for image in prose.images:
            where = clip(Lines(first=image.line, last=image.line), lines)
            src, href = safe_url(image.src), safe_url(image.href or "")
            alt = fold(scrub(image.alt))[:300]
            if src is None:
                continue
            if is_badge(src):
                self.badges.append(Badge(src=src, alt=alt, href=href, lines=where))
            elif not (_SPONSOR.search(src) or _SPONSOR.search(alt) or _SPONSOR.search(href or "")):
                dark = safe_url(image.dark_src or "")
                self._picture(Picture(src=src, dark_src=dark, alt=alt, href=href, lines=where, video=image.video))
                linked = safe_url(image.href or "")
                if linked and _names_video(linked):  # a still that leads to the video it is of
                    self._picture(Picture(src=linked, alt=alt, lines=where, video=True))
        for link in prose.links:
            href = safe_url(link.href)
            if href is not None and link.text:
                self.links.append(Link(text=link.text[:300], href=href, lines=clip(link.lines, lines)))
                if _names_video(href):
                    where = clip(link.lines, lines)
                    self._picture(Picture(src=href, alt=link.text[:300], lines=where, video=True))

    def _picture(self, picture: Picture) -> None:
        """Add a picture; GitHub's ``#gh-dark-mode-only`` twins become one."""
        before = self.pictures[-1] if self.pictures else None
        twins = before is not None and {_mode(before.src), _mode(picture.src)} == {"dark", "light"}
        if before is not None and twins:
            light, dark = (before, picture) if _mode(picture.src) == "dark" else (picture, before)
            joined = light.model_copy(update={"dark_src": dark.src})
            self.pictures[-1] = joined
            self.parts = [joined if part is before else part for part in self.parts]
            return
        self.pictures.append(picture)
        self.parts.append(picture)


def _names_video(href: str) -> bool:
    return _VIDEO.search(href.split("#", 1)[0]) is not None and not _SPONSOR.search(href)


def _mode(src: str) -> str:
    return "dark" if src.endswith("#gh-dark-mode-only") else "light" if src.endswith("#gh-light-mode-only") else ""


def clip(lines: Lines, bounds: Lines) -> Lines:
    """Keep a span inside another."""
    first = min(max(lines.first, bounds.first), bounds.last)
    return Lines(first=first, last=min(max(lines.last, first), bounds.last))
