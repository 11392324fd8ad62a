"""Writing one scene's HTML: every word escaped, every element marked with its id, sheet and type group."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from readme2video.model.shot import ElementRole, Sheet, ShotRequest, Zone

TEMPLATES = Path(__file__).with_name("templates")

_BREAKABLE = re.compile(r"(?<=\w[/.\-_=&?:@])(?=\w)|(?<=://)")
_FLAG = re.compile(r"(?<![\w-])-{1,2}\w[\w-]{0,30}")
_PATH = re.compile(r"(?<=\w/)(?=\w)|(?<=://)")
_LONG_PART = 24
_LONG_WORD = 16
_SHORT_WORD, _SHORT_PAIR = 8, 16
_COUNTED = re.compile(r"(?<!\S)(\d[\d.,]*) (?=[^\W\d_]{1,9}\b)")
_SHEETS: dict[ElementRole, Sheet] = {"panel": "panels", "mark": "marks", "bar": "marks"}


def sheet_of(role: ElementRole) -> Sheet:
    """On which transparent sheet an element of this role is drawn."""
    return _SHEETS.get(role, "ink")


@dataclass(frozen=True)
class Mark:
    """What the page does not need to know about an element."""

    role: ElementRole
    order: int
    must_read: bool
    text: str = ""
    path: str = ""
    cells: int = 0


@dataclass
class Markup:
    """A scene's body and what is known about its elements by id."""

    html: str = ""
    zone: Zone = "top"
    marks: dict[str, Mark] = field(default_factory=dict)


def _kept(flag: str) -> str:
    """A command-line flag: line breaking would part ``--`` from its name."""
    return f'<span class="kept">{escape(flag)}</span>'


def pieces(text: str) -> str:
    """Escaped code that may break where addresses and paths do, and never inside a flag."""
    parts, end = [], 0
    for flag in _FLAG.finditer(text):
        parts += [_address(text[end : flag.start()]), _kept(flag.group())]
        end = flag.end()
    return "".join(parts) + _address(text[end:])


def _address(text: str) -> str:
    """Broken after slashes; only a part that is long by itself breaks at other signs too."""
    broken = []
    for part in _PATH.split(text):
        broken += _BREAKABLE.split(part) if len(part) > _LONG_PART else [part]
    return "<wbr>".join(map(escape, broken))


def words(text: str) -> str:
    """Escape text, allow long words to break after ``/ . - _`` and the like, and keep together what belongs together.

    That is a number with what it counts, and the last two words.
    """

    def word(match: re.Match[str]) -> str:
        found = match.group()
        if _FLAG.fullmatch(found):
            return _kept(found)
        parts = _BREAKABLE.split(found) if len(found) > _LONG_WORD else [found]
        return "<wbr>".join(escape(part) for part in parts)

    return re.sub(r"\S+", word, _COUNTED.sub("\\1\u00a0", _paired(text)))


def _paired(text: str) -> str:
    """The last two of three and more words kept on one line, where they are short: no line is one short word."""
    *before, one, last = text.rsplit(" ", 2) if text.count(" ") > 1 else ("", text, "")
    if before == [""] or len(last) > _SHORT_WORD or len(one) + len(last) > _SHORT_PAIR:
        return text
    return f"{before[0]} {one}\u00a0{last}"


@cache
def template(name: str) -> Template:
    """A file of ``templates/``."""
    return Template((TEMPLATES / name).read_text("utf-8"))


class SceneWriter:
    """One scene being written: slots by path, elements in reading order."""

    def __init__(self, request: ShotRequest) -> None:
        self.request = request
        self.slots = {slot.path: slot.text for slot in request.slots}
        self.markup = Markup()
        self.order = 0
        self.wide = request.aspect == "16:9"
        self.split = False
        self.zone: Zone = "top"

    def count(self, name: str) -> int:
        """How many entries a list of the scene has."""
        start = f"{name}."
        return len({path.removeprefix(start).split(".")[0] for path in self.slots if path.startswith(start)})

    def mark(
        self,
        name: str,
        role: ElementRole,
        *,
        must_read: bool,
        text: str = "",
        path: str = "",
        cells: int = 0,
        joined: bool = False,
    ) -> str:
        """Register an element and give its attributes. ``joined`` elements enter with the one before."""
        if not joined:
            self.order += 1
        self.markup.marks[name] = Mark(role, self.order, must_read, text, path, cells)
        sheet = sheet_of(role)
        return f'data-element="{escape(name)}" data-role="{role}" data-sheet="{sheet}"'

    def text(
        self,
        name: str,
        role: ElementRole,
        text: str | None = None,
        *,
        fit: str,
        must_read: bool = True,
        joined: bool = False,
        before: str = "",
        tag: str = "p",
    ) -> str:
        """A block of words as one element of the ink sheet; nothing when the scene has no such slot."""
        path = name if text is None else ""
        text = self.slots.get(name) if text is None else text
        if text is None:
            return ""
        attributes = self.mark(name, role, must_read=must_read, text=text, path=path, joined=joined)
        sized = f' data-fit="{fit}"' if fit else ""
        return f'<{tag} class="{role}" {attributes}{sized}>{before}{words(text)}</{tag}>'

    def panel(self, name: str, *, classes: str = "surface", inner: str = "", joined: bool = False) -> str:
        """A surface; it lies behind its parent's other children."""
        return f'<div class="{classes}" {self.mark(name, "panel", must_read=False, joined=joined)}>{inner}</div>'

    def pointer(self, name: str, *, classes: str, share: float | None = None, joined: bool = True) -> str:
        """What points at something on a panel: a line's ground; with a ``share`` of its room, a chart's bar."""
        attributes = self.mark(name, "mark" if share is None else "bar", must_read=False, joined=joined)
        length = "" if share is None else f' data-share="{share:.5f}"'
        return f'<div class="{classes}" {attributes}{length}></div>'

    def fill(self, **values: str) -> str:
        """The kind's template with its parts; a style may have one of its own."""
        own = f"{self.request.style}/{self.request.kind}.html"
        return template(own if (TEMPLATES / own).is_file() else f"{self.request.kind}.html").substitute(values)
