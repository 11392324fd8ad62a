"""The film's last words: how to install it, and the end card."""

from __future__ import annotations

import re
from collections.abc import Sequence

from readme2video.model.document import Link
from readme2video.model.scene import CallToActionScene, CodeScene, InstallScene, Scene, TerminalLine, TerminalScene
from readme2video.model.words import Code, Headline, Words
from readme2video.storyboarders.commands import Install, ecosystem, installs, names_project, snippet
from readme2video.storyboarders.material import Material
from readme2video.storyboarders.opening import value_line
from readme2video.storyboarders.pacing import Draft, Take
from readme2video.storyboarders.shell import shell_lines
from readme2video.storyboarders.words import cells, folded

URL_CELLS = 46
LARGE_CELLS = 64
"""The longest command that can be shown large."""
_END_CARDS: tuple[tuple[tuple[str, ...], float], ...] = (
    (("subline", "command", "url"), 20.5),
    (("subline", "command"), 19.5),
    (("command", "url"), 18.0),
    (("subline", "url"), 17.3),
    (("command",), 17.0),
    (("url",), 15.0),
    (("subline",), 8.0),
    ((), 2.0),
)
"""What stands under the name, and its worth: who has seen the film must know where to go."""
_HOME_TEXTS = ("website", "homepage", "home page", "site", "documentation", "docs", "demo", "online", "官网", "文档")


def install(material: Material) -> Draft | None:
    """The exact command, or two or three where the README offers a choice or a short sequence."""
    found = installs(material)
    if not found:
        return _build_file(material)
    best = found[0]
    heading = material.heading(best.section) if "install" in (best.section.kind, best.section.parent) else None
    if heading is None and best.section.kind in ("usage", "demo"):
        heading = material.heading(best.section, generic=False)
    headline = heading or material.phrase("install")
    takes = []
    sequence = _sequence(material, best)
    if sequence:
        takes.append(Take(_typed(headline, sequence), 8.5))
    elif others := _alternatives(material, best, found):
        takes += [
            Take(_install_scene(headline, _words(best), others[:count]), 8.6 + 0.3 * count)
            for count in range(len(others), 0, -1)
        ]
    takes.append(Take(_install_scene(headline, _words(best)), 5.9))
    return Draft("install", tuple(takes), weight=0.8, hold_s=3.0)


def _words(install: Install) -> Words:
    return Words(text=install.passage.text, source=install.passage.source)


def _install_scene(headline: Headline, command: Words, others: Sequence[Words] = ()) -> Scene:
    """One command large; one that is too long for that is typed into a terminal."""
    if cells(command.text) > LARGE_CELLS:
        return _typed(headline, [command])
    return InstallScene(id="install", duration_s=1, headline=headline, command=command, others=tuple(others))


def _typed(headline: Headline, commands: Sequence[Words]) -> TerminalScene:
    lines = tuple(TerminalLine(role="command", text=command) for command in commands)
    return TerminalScene(id="install", duration_s=1, headline=headline, lines=lines)


def _sequence(material: Material, best: Install) -> list[Words]:
    """The whole block the command stands in, if it is short: its lines belong together."""
    if best.block is None:
        return []
    lines = [line for line in shell_lines(best.block) if line.role == "command"]
    if not 2 <= len(lines) <= 3 or any(line.broken or cells(line.text) > 64 for line in lines):
        return []
    packages = [line for line in lines if ecosystem(line.text) not in (None, "source") and " tap " not in line.text]
    if len(packages) > 1:
        return []  # several ways to install it, not one after the other
    return [Words(text=line.text, source=material.at(line.number)) for line in lines]


def _alternatives(material: Material, best: Install, found: list[Install]) -> list[Words]:
    """Up to two commands of other package managers; none beside one that is too long to be shown large."""
    chosen = [best]
    for other in found[1:] if cells(best.passage.text) <= LARGE_CELLS else ():
        same = any(_manager(other) == _manager(one) for one in chosen)
        named = names_project(other.passage.text, material)
        near = "install" in (other.section.kind, other.section.parent)
        if not same and named and near and other.ecosystem != "source" and cells(other.passage.text) <= LARGE_CELLS:
            chosen.append(other)
    return [_words(install) for install in chosen[1:3]]


def _manager(install: Install) -> str:
    """The program that installs it, as ``npm``."""
    words = [word for word in install.passage.text.split() if word != "sudo"]
    return "pip" if words[:1] and words[0].startswith(("pip3", "python", "py")) else words[0]


def _build_file(material: Material) -> Draft | None:
    found = snippet(material.brief.document)
    if found is None:
        return None
    section, block = found
    headline = (material.heading(section) if section.kind == "install" else None) or material.phrase("install")
    code = Code(text=block.code, source=material.at(block.lines))
    scene = CodeScene(id="install", duration_s=1, headline=headline, language=block.language[:30], code=code)
    return Draft("install", (Take(scene, 6.0),), weight=0.8, hold_s=3.0)


def end(material: Material, said: str = "") -> Draft:
    """The end card: name, one line, command, address."""
    headline = Headline(text=material.name, source=material.name_source)
    found = installs(material)
    fitting = [install for install in found[:3] if install.ecosystem != "source"]
    command = _words(fitting[0]) if fitting and cells(fitting[0].passage.text) <= 80 else None
    subline, url = value_line(material, said), address(material)
    known: dict[str, Words | None] = {"subline": subline, "command": command, "url": url}
    takes: list[Take] = []
    for parts, worth in _END_CARDS:
        if all(known[part] for part in parts):
            shown = {part: known[part] for part in parts}
            scene = CallToActionScene(id="end", duration_s=1, headline=headline).model_copy(update=shown)
            takes.append(Take(scene, worth))
    return Draft("end", tuple(takes), weight=0.9, needed=True, hold_s=3.0)


def address(material: Material) -> Words | None:
    """Where to find it: the homepage, the repository, or a link of the README that carries the project's name."""
    facts = material.brief.facts
    if not facts.private:
        for name, value in (("homepage", facts.homepage), ("url", facts.url)):
            text = _shown(value or "")
            if text:
                return Words(text=text, source=f"fact:{name}")
    own = [link for link in material.brief.document.links if _own(material, link)]
    own.sort(
        key=lambda link: _HOME_TEXTS.index(link.text.lower()) if link.text.lower() in _HOME_TEXTS else len(_HOME_TEXTS)
    )
    for link in own:
        text = _shown(link.href)
        if text:
            return Words(text=text, source=material.at(link.lines))
    return None


def _own(material: Material, link: Link) -> bool:
    if not re.match(r"https?://", link.href):
        return False
    rest = link.href.split("://", 1)[1].split("?", 1)[0].split("#", 1)[0]
    if re.search(
        r"\.(?:svg|png|jpe?g|gif|zip|gz|exe|dmg)$|shields\.io|/badge|/actions/|/ci$|/workflows/|/issues|/blob/|/releases",
        rest,
    ):
        return False
    names = {folded(material.name), folded(material.brief.facts.name)}
    parts = {folded(part) for part in re.split(r"[/.]", rest)}
    return any(len(name) >= 3 and name in parts for name in names)


def _shown(address_text: str) -> str:
    text = re.sub(r"^https?://(?:www\.)?", "", address_text.strip()).rstrip("/").removesuffix(".git")
    if not re.fullmatch(r"[\w.-]+(?::\d+)?(?:/[\w.~/@%+-]*)?", text) or cells(text) > URL_CELLS:
        return ""
    return text
