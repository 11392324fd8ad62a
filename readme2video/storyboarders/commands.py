"""Recognising install commands of the common ecosystems, and which one a repository's readers expect first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from readme2video.model.document import Block, CodeBlock, Lines, ListBlock, Paragraph, ReadmeDocument, Section, Table
from readme2video.storyboarders.material import Material
from readme2video.storyboarders.shell import ShellLine, shell_lines
from readme2video.storyboarders.words import Passage, cells, clean, folded

COMMAND_CELLS = 96
"""The longest install command that is shown; typical ``curl … | sh`` lines have 60 to 90 characters."""

_FLAGS = r"(?:-[\w=.:/@-]+\s+)*"
_PACKAGE = r"(?![-.])\S+"
_INSTALLERS: tuple[tuple[str, str], ...] = (
    ("pip", r"(?:(?:python3?|py)\s+-m\s+)?pip3?\s+install\s+(?:(?!-r|-e|--editable)-\S+\s+)*(?![-.])\S+"),
    ("pip", rf"pipx\s+(?:install|run)\s+{_FLAGS}{_PACKAGE}"),
    ("pip", rf"uv\s+(?:tool\s+install|tool\s+run|add|pip\s+install)\s+{_FLAGS}{_PACKAGE}"),
    ("pip", rf"uvx\s+{_FLAGS}{_PACKAGE}"),
    ("pip", rf"(?:poetry|pdm|rye|hatch)\s+add\s+{_FLAGS}{_PACKAGE}"),
    ("pip", rf"pipenv\s+install\s+{_FLAGS}{_PACKAGE}"),
    (
        "conda",
        rf"(?:conda|mamba|micromamba|pixi)\s+(?:install|add|global\s+install)\s+(?:-\S+\s+(?:[\w-]+\s+)?)*{_PACKAGE}",
    ),
    ("npm", rf"npm\s+(?:install|i|add|create|init|exec)\s+{_FLAGS}{_PACKAGE}"),
    ("npm", rf"(?:npx|bunx)\s+{_FLAGS}{_PACKAGE}"),
    ("npm", rf"yarn\s+(?:global\s+)?(?:add|create|dlx)\s+{_FLAGS}{_PACKAGE}"),
    ("npm", rf"pnpm\s+(?:add|install|i|dlx|create)\s+{_FLAGS}{_PACKAGE}"),
    ("npm", rf"bun\s+(?:add|install|i|x|create)\s+{_FLAGS}{_PACKAGE}"),
    ("npm", rf"bower\s+install\s+{_FLAGS}{_PACKAGE}"),
    ("deno", rf"deno\s+(?:add|install|run)\s+{_FLAGS}{_PACKAGE}"),
    ("cargo", rf"cargo\s+(?:install|add|binstall)\s+{_FLAGS}{_PACKAGE}"),
    ("go", rf"go\s+(?:install|get|run)\s+{_FLAGS}{_PACKAGE}"),
    ("gem", rf"(?:gem\s+install|bundle\s+add)\s+{_FLAGS}{_PACKAGE}"),
    ("brew", rf"brew\s+(?:install|tap)\s+{_FLAGS}{_PACKAGE}"),
    (
        "system",
        rf"(?:apt|apt-get|dnf|yum|zypper|pkg|port|snap|xbps-install)\s+(?:-\S+\s+)*(?:install\s+)?{_FLAGS}{_PACKAGE}",
    ),
    ("system", rf"(?:pacman|yay|paru)\s+-S\w*\s+{_FLAGS}{_PACKAGE}"),
    ("system", rf"apk\s+add\s+{_FLAGS}{_PACKAGE}"),
    ("system", rf"(?:emerge|flatpak\s+install)\s+{_FLAGS}{_PACKAGE}"),
    ("nix", rf"nix(?:-env\s+-i\w*|-shell\s+-p|\s+(?:profile\s+(?:install|add)|run|shell))\s+{_FLAGS}{_PACKAGE}"),
    ("windows", rf"(?:scoop|choco|winget)\s+install\s+{_FLAGS}{_PACKAGE}"),
    ("windows", r"(?:iwr|irm|Invoke-\w+)\s+.*\|\s*(?:iex|Invoke-Expression)"),
    ("windows", rf"Install-(?:Module|Package|PSResource)\s+{_FLAGS}{_PACKAGE}"),
    ("docker", rf"(?:docker|podman)\s+(?:run|pull)\s+(?:-\S+\s+(?:\S+[:=]\S*\s+)?)*{_PACKAGE}"),
    ("docker", r"docker(?:-|\s+)compose\s+(?:-\S+\s+\S+\s+)?up\b"),
    ("helm", rf"helm\s+(?:install|upgrade|repo\s+add)\s+{_FLAGS}{_PACKAGE}"),
    ("helm", r"kubectl\s+(?:apply|krew\s+install)\s+\S+"),
    ("composer", rf"composer\s+(?:global\s+)?(?:require|create-project)\s+{_FLAGS}{_PACKAGE}"),
    ("dotnet", rf"dotnet\s+(?:add(?:\s+\S+)?\s+package|tool\s+install|new\s+install)\s+{_FLAGS}{_PACKAGE}"),
    ("dotnet", rf"nuget\s+install\s+{_FLAGS}{_PACKAGE}"),
    ("jvm", r"(?:sdk\s+install|jbang|mvn\s+dependency:get|coursier\s+install|cs\s+install)\s+\S+"),
    ("swift", r"(?:swift\s+package\s+(?:add\S*)|mint\s+install|pod\s+install|pod\s+try)(?:\s+\S+)?"),
    ("dart", rf"(?:dart|flutter)\s+pub\s+(?:global\s+activate|add)\s+{_FLAGS}{_PACKAGE}"),
    ("hex", r"mix\s+(?:archive\.install|escript\.install|igniter\.install|phx\.new)\s+\S+"),
    ("haskell", rf"(?:cabal|stack)\s+install\s+{_FLAGS}{_PACKAGE}"),
    ("opam", rf"opam\s+install\s+{_FLAGS}{_PACKAGE}"),
    ("lua", rf"luarocks\s+install\s+{_FLAGS}{_PACKAGE}"),
    ("perl", rf"(?:cpanm?|cpan\s+-i)\s+{_FLAGS}{_PACKAGE}"),
    ("r", r"(?:install\.packages|(?:remotes|devtools|pak)::(?:install_github|pkg_install|pak))\(.+\)"),
    ("julia", r"(?:\(?\]?\s*add\s+[A-Z]\w+|(?:using\s+Pkg;\s*)?Pkg\.add\(.+\))"),
    ("cpp", rf"(?:vcpkg\s+(?:install|add\s+port)|conan\s+install)\s+{_FLAGS}{_PACKAGE}"),
    ("nim", r"(?:nimble\s+install|zig\s+fetch|raco\s+pkg\s+install|shards\s+install)\s+\S+"),
    ("editor", r"(?:gh\s+extension\s+install|code\s+--install-extension|mise\s+use|asdf\s+plugin\s+add)\s+\S+.*"),
    ("script", r"(?:curl|wget)\s+.*(?:\|\s*(?:sudo\s+)?(?:-\S+\s+)?(?:ba|z|da)?sh\b|-[oO]\b).*"),
    ("script", r"(?:ba|z)?sh\s+(?:-c\s+\"\$\(|<\()\s*(?:curl|wget)\s.*"),
    ("script", r"(?:curl|wget)\s+\S*https?://\S+.*"),
    ("source", r"git\s+clone\s+\S+.*"),
    ("source", r"(?:make|ninja|just)\s+(?:-\S+\s+)*install\b.*"),
    ("source", r"cmake\s+--install\s+\S+.*"),
)
_COMPILED = tuple((name, re.compile(rf"(?:sudo\s+)?{pattern}(?:\s.*)?$")) for name, pattern in _INSTALLERS)

_EXPECTED: dict[str, tuple[str, ...]] = {
    "python": ("pip", "conda"),
    "jupyter notebook": ("pip", "conda"),
    "javascript": ("npm", "deno"),
    "typescript": ("npm", "deno"),
    "vue": ("npm",),
    "svelte": ("npm",),
    "astro": ("npm",),
    "css": ("npm",),
    "rust": ("cargo",),
    "go": ("go",),
    "ruby": ("gem",),
    "php": ("composer",),
    "c#": ("dotnet",),
    "f#": ("dotnet",),
    "java": ("jvm",),
    "kotlin": ("jvm",),
    "scala": ("jvm",),
    "swift": ("swift",),
    "dart": ("dart",),
    "elixir": ("hex",),
    "erlang": ("hex",),
    "haskell": ("haskell",),
    "ocaml": ("opam",),
    "lua": ("lua",),
    "perl": ("perl",),
    "r": ("r",),
    "julia": ("julia",),
    "c": ("cpp", "brew", "system"),
    "c++": ("cpp", "brew", "system"),
    "nim": ("nim",),
    "zig": ("nim",),
    "shell": ("script", "brew"),
    "nix": ("nix",),
    "powershell": ("windows",),
}

_SNIPPET = re.compile(
    r"<dependency>|\b(?:implementation|api|testImplementation|classpath)[ (]['\"]|libraryDependencies\s*\+="
    r"|\.package\(\s*url:|\{:\w+,\s*\"|FetchContent_Declare|^\s*gem\s+['\"]|find_package\(|\[dependencies\]"
    r"|^\s*pod\s+['\"]|^\s*[\w-]+\s*=\s*\{?\s*(?:version\s*=\s*)?\"\d|build-depends:",
    re.MULTILINE,
)
_HTML_LINK = re.compile(r"\s*<(?:script\s[^>]*src=|link\s[^>]*href=)")
_INLINE = re.compile(
    r"\b(?:pipx? install|pip3 install|uv tool install|uv add|uvx|npm (?:install|i)(?: -g| --global| -D| --save-dev)?"
    r"|npx|yarn add|pnpm add|bun add|cargo (?:install|add)|go (?:install|get)|gem install|brew install"
    r"|docker (?:pull|run)|composer require|dotnet add package|dotnet tool install(?: -g| --global)?"
    r"|apt(?:-get)? install"
    r"|scoop install"
    r"|choco install|winget install|luarocks install|opam install|cabal install|cpanm|conda install(?: -c [\w-]+)?)"
    r"\s+(?P<package>@?[\w][\w@/.:+-]*[\w])"
)
_NOT_FOR_USERS = ("contributing", "licence", "credits", "faq", "api", "configuration")


@dataclass(frozen=True)
class Install:
    """An install command: exact text, its source, its ecosystem and how well it suits; higher is better."""

    passage: Passage
    ecosystem: str
    score: float
    section: Section
    block: CodeBlock | None


def ecosystem(command: str) -> str | None:
    """The ecosystem an install command belongs to; None for other commands."""
    for name, pattern in _COMPILED:
        if pattern.match(command):
            return name
    return None


def installs(material: Material) -> list[Install]:
    """All install commands of a README, best first: from install sections, of the repository's language, naming it."""
    found: list[Install] = []
    for line, section, block in _shell(material.brief.document):
        kind = ecosystem(line.text)
        if kind is not None and cells(line.text) <= COMMAND_CELLS:
            passage = Passage(line.text, material.at(line.number))
            found.append(Install(passage, kind, _score(line.text, kind, section, material), section, block))
    if not found:
        found.extend(_inline(material))
    return sorted(found, key=lambda install: -install.score)


def is_dependency(code: str) -> bool:
    """Whether code declares the project in a build file rather than uses it."""
    told = [line for line in code.split("\n") if line.strip()]
    return _SNIPPET.search(code) is not None or (bool(told) and all(map(_HTML_LINK.match, told)))


def snippet(document: ReadmeDocument) -> tuple[Section, CodeBlock] | None:
    """A build-file snippet that adds the project as a dependency, for ecosystems without a command."""
    for section in document.sections:
        if "install" not in (section.kind, section.parent) and section.kind not in ("usage", "intro"):
            continue
        for block in section.blocks:
            if isinstance(block, CodeBlock) and is_dependency(block.code):
                lines = block.code.split("\n")
                if len(lines) <= 9 and max(map(len, lines)) <= 72 and all(map(str.isprintable, lines)):
                    return section, block
    return None


def _shell(document: ReadmeDocument) -> Iterator[tuple[ShellLine, Section, CodeBlock]]:
    for section in document.sections:
        if section.kind in _NOT_FOR_USERS or (section.parent in _NOT_FOR_USERS and section.kind == "other"):
            continue
        for block in section.blocks:
            if isinstance(block, CodeBlock):
                for line in shell_lines(block):
                    if line.role == "command" and not line.broken:
                        yield line, section, block


def _score(command: str, kind: str, section: Section, material: Material) -> float:
    score = 0.0
    if "install" in (section.kind, section.parent):
        score += 4
    elif section.kind in ("usage", "demo", "intro"):
        score += 2
    if kind in _EXPECTED.get((material.brief.facts.language or "").lower(), ()):
        score += 3
    elif kind == "brew":
        score += 1
    if names_project(command, material):
        score += 3
    if kind == "source":
        score -= 2
    if re.search(r"\s(?:\.|-r|-e|\./\S*)(?:\s|$)|<[\w-]+>|\byour[-_]", command):
        score -= 5
    return score


def names_project(command: str, material: Material) -> bool:
    """Whether a command carries the project's name, however it is spelt."""
    text = folded(command)
    name = material.name
    names = {folded(name), folded(material.brief.facts.name), *(folded(part) for part in name.split())}
    return any(len(known) >= 3 and known in text for known in names)


def _inline(material: Material) -> Iterator[Install]:
    """Commands within sentences; their end is not marked, so only those that end in the project's own name count."""
    for section in material.brief.document.sections:
        if section.kind in _NOT_FOR_USERS:
            continue
        for block in section.blocks:
            for text, lines in _texts_of(block):
                for match in _INLINE.finditer(clean(text)):
                    kind = ecosystem(match[0])
                    if kind is not None and names_project(match["package"], material):
                        score = _score(match[0], kind, section, material)
                        yield Install(Passage(match[0], material.at(lines)), kind, score, section, None)


def _texts_of(block: Block) -> Iterator[tuple[str, Lines]]:
    if isinstance(block, Paragraph):
        yield block.text, block.lines
    elif isinstance(block, ListBlock):
        for item in block.items:
            yield item.text, item.lines
    elif isinstance(block, Table):
        for row, line in zip(block.rows, block.row_lines, strict=False):
            for cell in row:
                yield cell, Lines(first=line, last=line)
