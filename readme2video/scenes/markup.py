"""From a shot request to HTML: every word escaped, every element marked with its id, sheet and type group."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from readme2video.model.shot import LAYOUT_PX, ElementRole, ShotRequest, Zone
from readme2video.model.storyboard import Bullet
from readme2video.scenes.highlight import tokens
from readme2video.scenes.icons import icon
from readme2video.scenes.plates import plate_svg

TEMPLATES = Path(__file__).with_name("templates")

_BREAKABLE = re.compile(r"(?<=\w[/.\-_=&?:@])(?=\w)|(?<=://)")
_FLAG = re.compile(r"(?<![\w-])-{1,2}\w[\w-]{0,30}")
_LONG_WORD = 16


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


def build(request: ShotRequest) -> Markup:
    """Write the body of a scene's page."""
    scene = _Scene(request)
    inner = _LAYOUTS[request.kind](scene)
    if request.kind not in ("title", "call_to_action"):
        brand = scene.text("brand", "brand", request.brand, fit="", must_read=False, before='<i class="mark"></i>')
    else:
        brand = ""
    scene.markup.zone = scene.zone
    arrangement = "split" if scene.split else "stack"
    art = plate_svg(request.theme, LAYOUT_PX[request.aspect], request.variant, scene.zone)
    scene.markup.html = (
        f'<div class="plate">{art}</div><div class="grain"></div><div class="scrim"></div>{brand}'
        f'<main class="stage {request.kind} {arrangement}"><div class="content">{inner}</div></main>'
    )
    return scene.markup


def _kept(flag: str) -> str:
    """A command-line flag: line breaking would part ``--`` from its name."""
    return f'<span class="kept">{escape(flag)}</span>'


def _pieces(text: str) -> str:
    """Escaped code that may break where addresses and paths do, and never inside a flag."""
    parts, end = [], 0
    for flag in _FLAG.finditer(text):
        parts += ["<wbr>".join(map(escape, _BREAKABLE.split(text[end : flag.start()]))), _kept(flag.group())]
        end = flag.end()
    return "".join(parts) + "<wbr>".join(map(escape, _BREAKABLE.split(text[end:])))


def words(text: str) -> str:
    """Escape text and allow long words to break after ``/ . - _`` and the like."""

    def word(match: re.Match[str]) -> str:
        found = match.group()
        if _FLAG.fullmatch(found):
            return _kept(found)
        parts = _BREAKABLE.split(found) if len(found) > _LONG_WORD else [found]
        return "<wbr>".join(escape(part) for part in parts)

    return re.sub(r"\S+", word, text)


@cache
def template(name: str) -> Template:
    """A file of ``templates/``."""
    return Template((TEMPLATES / name).read_text("utf-8"))


class _Scene:
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
        return len({path.split(".")[1] for path in self.slots if path.startswith(f"{name}.")})

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
        sheet = "panels" if role == "panel" else "ink"
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

    def fill(self, **values: str) -> str:
        """The kind's template with its parts."""
        return template(f"{self.request.kind}.html").substitute(values)


def _title(scene: _Scene) -> str:
    scene.zone = "side"
    eyebrow = ""
    if "eyebrow" in scene.slots:
        pill = scene.panel("eyebrow.panel")
        eyebrow = f'<div class="pill">{pill}{scene.text("eyebrow", "eyebrow", fit="label", joined=True)}</div>'
    return scene.fill(
        eyebrow=eyebrow,
        headline=scene.text("headline", "headline", fit="hero", tag="h1"),
        subline=scene.text("subline", "subline", fit="lead"),
    )


def _problem(scene: _Scene) -> str:
    count = scene.count("points")
    scene.split = scene.wide and count > 0
    scene.zone = "top" if count else "side"
    headline = scene.text("headline", "headline", fit="headline" if count else "statement", tag="h1")
    drawn = scene.request.roles[0] if scene.request.roles else "cross"
    bullet: Bullet = drawn if drawn in ("check", "dot") else "cross"
    points = ""
    for index in range(count):
        name = f"points.{index}"
        card = scene.panel(f"{name}.panel")
        text = scene.slots[name]
        attributes = scene.mark(name, "item", must_read=True, text=text, path=name, joined=True)
        points += (
            f'<li class="card">{card}<div class="point" {attributes}>{icon(bullet, index)}'
            f'<p class="detail" data-fit="body">{words(text)}</p></div></li>'
        )
    return scene.fill(headline=headline, points=f'<ul class="points">{points}</ul>' if points else "")


def _features(scene: _Scene) -> str:
    count = scene.count("items")
    headline = scene.text("headline", "headline", fit="headline", tag="h1")
    items = ""
    for index in range(count):
        name = f"items.{index}"
        card = scene.panel(f"{name}.panel")
        title, detail = scene.slots[f"{name}.title"], scene.slots.get(f"{name}.detail")
        text = f"{title} {detail}" if detail else title
        attributes = scene.mark(name, "item", must_read=True, text=text, path=f"{name}.title", joined=True)
        extra = f'<p class="detail" data-fit="body">{words(detail)}</p>' if detail else ""
        items += (
            f'<li class="card">{card}<div class="feature" {attributes}>{icon("feature", index + scene.request.variant)}'
            f'<div class="words"><p class="name" data-fit="name">{words(title)}</p>{extra}</div></div></li>'
        )
    return scene.fill(headline=headline, items=items, count=str(count))


def _code(scene: _Scene) -> str:
    code = scene.slots["code"]
    scene.split = _fits_beside(scene, code.split("\n"))
    headline = scene.text("headline", "headline", fit="headline", tag="h1")
    window = scene.panel("window", classes="surface window-surface", inner=_BAR)
    rows = []
    for index, line in enumerate(tokens(code, scene.request.language)):
        text = "".join(part for _, part in line)
        rows.append(_row(scene, f"code.{index}", "code_line", text, line, path="code"))
    return scene.fill(headline=headline, window=window, rows="".join(rows))


def _terminal(scene: _Scene) -> str:
    count = scene.count("lines")
    texts = [scene.slots[f"lines.{index}.text"] for index in range(count)]
    scene.split = _fits_beside(scene, [f"$ {text}" for text in texts])
    headline = scene.text("headline", "headline", fit="headline", tag="h1")
    window = scene.panel("window", classes="surface window-surface", inner=_BAR)
    rows = []
    for index, text in enumerate(texts):
        output = scene.request.roles[index : index + 1] == ("output",)
        name = f"lines.{index}"
        rows.append(
            _row(
                scene,
                name,
                "output" if output else "command",
                text,
                [("", text)],
                path=f"{name}.text",
                prompt=not output,
            )
        )
    return scene.fill(headline=headline, window=window, rows="".join(rows))


def _stats(scene: _Scene) -> str:
    count = scene.count("stats")
    headline = scene.text("headline", "headline", fit="headline", tag="h1")
    stats = ""
    for index in range(count):
        name = f"stats.{index}"
        card = scene.panel(f"{name}.panel")
        value = scene.text(f"{name}.value", "value", fit="value", joined=True)
        label = scene.text(f"{name}.label", "label", fit="label", joined=True)
        stats += f'<li class="card">{card}<div class="words">{value}{label}</div></li>'
    return scene.fill(headline=headline, stats=stats, count=str(count))


def _image(scene: _Scene) -> str:
    headline = scene.text("headline", "headline", fit="headline", tag="h1")
    frame = scene.panel("picture.panel", classes="surface frame-surface")
    attributes = scene.mark("picture", "picture", must_read=False, joined=True)
    return scene.fill(headline=headline, frame=frame, attributes=attributes)


def _call_to_action(scene: _Scene) -> str:
    scene.zone = "centre"
    headline = scene.text("headline", "headline", fit="hero", tag="h1")
    subline = scene.text("subline", "subline", fit="lead")
    command = ""
    if "command" in scene.slots:
        panel = scene.panel("command.panel")
        text = scene.slots["command"]
        row = _row(scene, "command", "command", text, [("", text)], path="command", prompt=True, joined=True)
        command = f'<div class="pill command-pill">{panel}<div class="rows" dir="ltr">{row}</div></div>'
    url = scene.text("url", "url", fit="label")
    return scene.fill(headline=headline, subline=subline, command=command, url=url)


_LAYOUTS = {
    "title": _title,
    "problem": _problem,
    "features": _features,
    "code": _code,
    "terminal": _terminal,
    "stats": _stats,
    "image": _image,
    "call_to_action": _call_to_action,
}
_BAR = '<div class="bar"><i></i><i></i><i></i></div>'


def _fits_beside(scene: _Scene, lines: list[str]) -> bool:
    """Whether code is narrow and tall enough to stand beside its headline on a wide picture."""
    return scene.wide and len(lines) >= 5 and max(map(len, lines)) <= 46


def _row(
    scene: _Scene,
    name: str,
    role: ElementRole,
    text: str,
    line: list[tuple[str, str]],
    *,
    path: str,
    prompt: bool = False,
    joined: bool = False,
) -> str:
    """One line of code or of a terminal; a line that is too long wraps between tokens under a hanging indent."""
    text = text.expandtabs(4)
    if not text.strip():
        return '<div class="row"><span class="line">&nbsp;</span></div>'
    cells = len(text) if text.isascii() else 0  # other scripts are not one cell wide
    attributes = scene.mark(name, role, must_read=True, text=text, path=path, cells=cells, joined=joined)
    sign = ""
    if prompt:
        mark = scene.mark(f"{name}.prompt", "label", must_read=False, joined=True)
        sign = f'<span class="prompt"><span {mark}>$</span></span>'
    indent = len(text) - len(text.lstrip())
    spans: list[str] = []
    column, before = 0, ("", "")
    for kind, part in line:
        shown = part
        if "\t" in part:  # tabs advance to the next multiple of four from where the token starts
            shown = (" " * (column % 4) + part).expandtabs(4)[column % 4 :]
        column += len(shown)
        inner = _pieces(shown)
        span = f'<span class="t-{kind}">{inner}</span>' if kind else inner
        # Break before a word, a quote or a dot; never before a closing sign, after a dot or inside a string.
        may_break = kind != before[0] and re.match(r"[\w\"'.]", shown) and not before[1].endswith(".")
        spans.append(f"<wbr>{span}" if may_break else span)
        before = (kind, shown)
    return (
        f'<div class="row {role}">{sign}<span class="line" data-fit="code" data-indent="{indent}">'
        f"<span {attributes}>{''.join(spans)}</span></span></div>"
    )
