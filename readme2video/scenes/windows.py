"""Scenes with a window: code, changes, terminals, and the lines in them."""

from __future__ import annotations

import re
from html import escape

from readme2video.model.shot import ElementRole
from readme2video.scenes.highlight import tokens
from readme2video.scenes.writer import SceneWriter, pieces

BAR = '<div class="bar"><i></i><i></i><i></i></div>'
FRAME_BAR = '<div class="bar"><i></i><i></i><i></i><b></b></div>'
"""The bar above a picture; the last part is where a browser shows an address, and stays empty."""
_SPACE = re.compile(r"\s+")
_COLUMNS = re.compile(r"\s{2,}")
_SHORT_WORD = 20
"""Cells of a word of code that is never broken."""
_WHOLE_ATOM = 24
"""The same of what lies between two places where a longer word may break; more would leave a narrow window."""
_JOINING = (".", "/", "<", "@", "$", "#", "&", "-", ":", "~", "!")


def code(scene: SceneWriter) -> str:
    """Code in a window; the lines in focus have a ground of their own, notes stand below with their line's number."""
    text = scene.slots["code"]
    scene.split = fits_beside(scene, text.split("\n"))
    headline = scene.text("headline", "headline", fit="headline", tag="h1")
    window = scene.panel("window", classes="surface window-surface", inner=BAR)
    rows = code_rows(scene, "code", text, focus=scene.request.focus, noted=scene.request.note_lines)
    notes = ""
    for index in range(scene.count("notes")):
        chip = _chip(scene, f"notes.{index}.number", index + 1, joined=False)
        said = scene.text(f"notes.{index}.text", "note", fit="label", joined=True)
        notes += f'<li class="noted">{chip}{said}</li>'
    return scene.fill(
        headline=headline, window=window, rows=rows, notes=f'<ul class="notes">{notes}</ul>' if notes else ""
    )


def diff(scene: SceneWriter) -> str:
    """A change in a window: what goes and what comes has a ground of its own."""
    text = scene.slots["diff"]
    scene.split = fits_beside(scene, text.split("\n"))
    headline = scene.text("headline", "headline", fit="headline", tag="h1")
    window = scene.panel("window", classes="surface window-surface", inner=BAR)
    return scene.fill(headline=headline, window=window, rows=code_rows(scene, "diff", text, signed=True))


def code_rows(
    scene: SceneWriter,
    path: str,
    text: str,
    *,
    focus: tuple[int, ...] = (),
    noted: tuple[int, ...] = (),
    signed: bool = False,
) -> str:
    """The lines of a piece of code, each an element; a mark after the last where its source goes on.

    Args:
        focus: Lines, from 1, that get a ground.
        noted: Lines, from 1, that carry the number of a note.
        signed: Whether the first character of a line says what becomes of it.
    """
    rows = []
    lines = text.split("\n")
    shown = "\n".join(line[1:] for line in lines) if signed else text
    for index, line in enumerate(tokens(shown, scene.request.language)):
        sign = lines[index][:1] if signed else ""
        state = {"+": "added", "-": "removed"}.get(sign, "focused" if index + 1 in focus else "")
        if index and not state and not lines[index].strip() and not lines[index - 1].strip():
            continue  # one empty line parts as well as two, and costs less height
        ground = scene.pointer(f"{path}.{index}.ground", classes="ground") if state else ""
        parts = [("sign", sign), *line] if sign else line
        row = row_of(scene, f"{path}.{index}", "code_line", lines[index], parts, path=path, joined=bool(ground))
        number = next((at + 1 for at, where in enumerate(noted) if where == index + 1), 0)
        chip = _chip(scene, f"{path}.{index}.number", number) if number else ""
        rows.append(f'<div class="held {state}">{ground}{row}{chip}</div>')
    if path in scene.request.cut:
        attributes = scene.mark(f"{path}.cut", "label", must_read=False)
        rows.append(f'<div class="row cut"><span class="line"><span {attributes}>⋯</span></span></div>')
    return "".join(rows)


def _chip(scene: SceneWriter, name: str, number: int, *, joined: bool = True) -> str:
    """The number that ties a note to its line; a mark, because it is cut out with its disc."""
    return f'<i class="number" {scene.mark(name, "mark", must_read=False, joined=joined)}>{number}</i>'


def terminal(scene: SceneWriter) -> str:
    """Commands and their output in a window."""
    count = scene.count("lines")
    texts = [scene.slots[f"lines.{index}.text"] for index in range(count)]
    scene.split = fits_beside(scene, [f"$ {text}" for text in texts])
    headline = scene.text("headline", "headline", fit="headline", tag="h1")
    window = scene.panel("window", classes="surface window-surface", inner=BAR)
    rows = []
    for index, text in enumerate(texts):
        output = scene.request.roles[index : index + 1] == ("output",)
        name = f"lines.{index}"
        rows.append(
            row_of(
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


def fits_beside(scene: SceneWriter, lines: list[str]) -> bool:
    """Whether code is narrow and tall enough to stand beside its headline on a wide picture."""
    return scene.wide and len(lines) >= 5 and max(map(len, lines)) <= 46


def row_of(
    scene: SceneWriter,
    name: str,
    role: ElementRole,
    text: str,
    line: list[tuple[str, str]],
    *,
    path: str,
    prompt: bool = False,
    joined: bool = False,
    fit: str = "code",
) -> str:
    """One line of code or of a terminal; a line that is too long wraps between tokens under a hanging indent."""
    text = text.expandtabs(4)
    if not text.strip():
        return '<div class="row blank"><span class="line">&nbsp;</span></div>'
    cells = len(text) if text.isascii() else 0  # other scripts are not one cell wide
    attributes = scene.mark(name, role, must_read=True, text=text, path=path, cells=cells, joined=joined)
    sign = ""
    if prompt:
        mark = scene.mark(f"{name}.prompt", "label", must_read=False, joined=True)
        sign = f'<span class="prompt"><span {mark}>$</span></span>'
    indent = len(text) - len(text.lstrip())
    shown, column = [], 0
    for kind, part in line:
        expanded = part
        if "\t" in part:  # tabs advance to the next multiple of four from where the token starts
            expanded = (" " * (column % 4) + part).expandtabs(4)[column % 4 :]
        column += len(expanded)
        shown.append((kind, expanded))
    # A table that a program prints is broken between its columns, not inside of them.
    columns = role == "output" and bool(_COLUMNS.search(text.strip()))
    return (
        f'<div class="row {role}">{sign}<span class="line" data-fit="{fit}" data-indent="{indent}">'
        f"<span {attributes}>{_breakable(shown, _COLUMNS if columns else _SPACE)}</span></span></div>"
    )


def _breakable(line: list[tuple[str, str]], gap: re.Pattern[str]) -> str:
    """Coloured code that may break at gaps, in long words also between tokens, and never inside a token or a name."""
    html = []
    word: list[tuple[str, str]] = []
    for kind, text in line:
        end = 0
        for space in gap.finditer(text):
            word.append((kind, text[end : space.start()]))
            html += [_word(word), escape(space.group())]
            word, end = [], space.end()
        word.append((kind, text[end:]))
    return "".join([*html, _word(word)])


def _word(tokens_of: list[tuple[str, str]]) -> str:
    atoms: list[list[tuple[str, str]]] = [[]]
    short = sum(len(text) for _, text in tokens_of) <= _SHORT_WORD
    before = ("", "")
    for kind, text in tokens_of:
        if not text:
            continue
        # Break before a word, a quote, a dot or a tag; never before a closing sign, after a joining one or in a string.
        opens = text.startswith("<") or (kind != before[0] and re.match(r"[\w\"'.]", text))
        if not short and opens and not before[1].endswith(_JOINING):
            atoms.append([])
        atoms[-1].append((kind, text))
        before = (kind, text)
    return "<wbr>".join(_atom(atom) for atom in atoms if atom)


def _atom(tokens_of: list[tuple[str, str]]) -> str:
    whole = sum(len(text) for _, text in tokens_of) <= _WHOLE_ATOM
    spans = []
    for kind, text in tokens_of:
        inner = escape(text) if whole else pieces(text)
        spans.append(f'<span class="t-{kind}">{inner}</span>' if kind else inner)
    return f'<span class="kept">{"".join(spans)}</span>' if whole else "".join(spans)
