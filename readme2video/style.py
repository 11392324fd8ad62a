"""Which style suits a repository: told from what it is, and where that says nothing, spread by its name.

The same repository always gets the same one.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import get_args

from readme2video.model.document import CodeBlock, Picture, ReadmeDocument, Table
from readme2video.model.source import RepositoryFacts
from readme2video.model.vocabulary import Style

STYLES: tuple[Style, ...] = get_args(Style)

_LISTED: dict[Style, str] = {
    "terminal": "cli command-line commandline command terminal shell console tui prompt bash zsh fish posix unix "
    "linux kernel daemon devops sysadmin dotfiles ssh dns proxy vpn firewall filesystem disk storage key-value "
    "database embedded firmware compiler interpreter linter formatter debugger profiler parser emulator bytecode "
    "container containers docker kubernetes ansible terraform packet binary grep sed awk tmux vim neovim systemd",
    "editorial": "data dataset datasets dataframe dataframes csv parquet science scientific statistics statistical "
    "research academic paper papers bibliography citation machine-learning deep-learning bioinformatics genomics "
    "physics chemistry astronomy economics mathematics numerical notebook notebooks jupyter pandas numpy sql "
    "documentation docs writing writer prose markdown latex typesetting book books ebook blog notes note-taking "
    "knowledge knowledge-base wiki encyclopedia reading translation linguistics nlp corpus journal newsletter "
    "education course tutorial tutorials curriculum analytics visualization plotting",
    "poster": "web website frontend front-end browser react vue svelte angular nextjs css html tailwind "
    "component components mobile ios android flutter app apps game games gamedev game-engine godot unity shader "
    "graphics webgl canvas animation design design-system designer ui ux icon icons font fonts typography color "
    "colour palette theme themes photo photos image-editor video music audio synth creative art board chat social",
    "aurora": "library framework sdk api async asyncio http rpc grpc queue jobs event events stream streaming "
    "middleware orm cache auth authentication security encryption cloud serverless saas platform ai llm agent "
    "agents automation workflow testing tests test mock fixtures integration monitoring observability",
}
_WORDS: dict[Style, frozenset[str]] = {style: frozenset(listed.split()) for style, listed in _LISTED.items()}
_LANGUAGES: dict[str, Style] = {
    **dict.fromkeys(("c", "rust", "go", "zig", "shell", "assembly", "nix", "lua", "perl", "v", "hcl"), "terminal"),
    **dict.fromkeys(("r", "julia", "jupyter notebook", "tex", "fortran", "typst", "stata", "sas"), "editorial"),
    **dict.fromkeys(
        ("css", "scss", "html", "svelte", "vue", "dart", "swift", "kotlin", "gdscript", "glsl", "astro"), "poster"
    ),
}
_INSTALLS: tuple[tuple[re.Pattern[str], Style, float], ...] = (
    (
        re.compile(r"\b(?:cargo install|go install|pipx install|uv tool install|brew install|curl .*\| *(?:ba)?sh)\b"),
        "terminal",
        1.5,
    ),
    (
        re.compile(
            r"\b(?:(?:apt|apt-get|dnf|pacman|apk|snap|scoop|winget|nix-env)\b.* (?:install|-S|add)|make install)\b"
        ),
        "terminal",
        1.5,
    ),
    (re.compile(r"\b(?:(?:conda|mamba) install|install\.packages\(|Pkg\.add\()"), "editorial", 1.5),
    (re.compile(r"\b(?:flutter pub add|pod install|expo install)\b"), "poster", 1.5),
    (re.compile(r"\b(?:npm (?:install|i)|pnpm add|yarn add|bun add)\b"), "poster", 0.5),
)
_HEADINGS: tuple[tuple[re.Pattern[str], Style], ...] = (
    (
        re.compile(r"\b(?:cli|command[- ]line|commands?|subcommands|flags|options|man page|shell completions?)\b"),
        "terminal",
    ),
    (
        re.compile(r"\b(?:citation|citing|cite|datasets?|methodology|references|bibliography|papers?|chapters)\b"),
        "editorial",
    ),
    (
        re.compile(r"\b(?:gallery|screenshots?|components?|themes?|showcase|playground|design|browser support)\b"),
        "poster",
    ),
    (re.compile(r"\b(?:middleware|webhooks|authentication|plugins?|integrations?|self[- ]hosting)\b"), "aurora"),
)
_SESSIONS = frozenset({"console", "shell-session", "terminal", "sh-session", "bash-session"})
_TYPED = re.compile(r"^\s*[$❯›%] \S", re.MULTILINE)  # noqa: RUF001 # a prompt that shells show

_TOPIC, _SAID, _LANGUAGE, _HEADING, _SESSION = 2.5, 1.5, 1.0, 1.0, 1.0
_MOST_WORDS, _MOST_SESSIONS = 3, 2
_PRIOR = 1.5
"""What a project of no clear character begins with: it is a library, and those are aurora's."""
_NEAR = 0.6
"""Styles that score this much less than the best are as good."""


def style_of(facts: RepositoryFacts, document: ReadmeDocument) -> Style:
    """Choose the style a repository's film has.

    Command-line tools and system software get ``terminal``; data, science and writing ``editorial``; what is looked
    at, such as web, mobile, design and games, ``poster``; libraries ``aurora``. What suits several styles alike is
    spread over them by its name, and what says nothing of itself over all of them.
    """
    scores = dict.fromkeys(STYLES, 0.0)
    for style, worth in _evidence(facts, document):
        scores[style] += worth
    if not any(scores.values()):
        return _spread(facts, STYLES)
    scores["aurora"] += _PRIOR
    best = max(scores.values())
    return _spread(facts, tuple(style for style in STYLES if scores[style] > best - _NEAR))


def _evidence(facts: RepositoryFacts, document: ReadmeDocument) -> Iterator[tuple[Style, float]]:
    topics = {topic.lower() for topic in facts.topics}
    said = _words(facts.description, document.tagline.text if document.tagline else "", document.title)
    for style in STYLES:
        yield style, _TOPIC * min(len(topics & _WORDS[style]), _MOST_WORDS)
        yield style, _SAID * min(len((said - topics) & _WORDS[style]), _MOST_WORDS)
    language = (facts.language or "").lower()
    if language in _LANGUAGES:
        yield _LANGUAGES[language], _LANGUAGE
    headings = "\n".join(section.title.lower() for section in document.sections if section.level)
    for pattern, style in _HEADINGS:
        if pattern.search(headings):
            yield style, _HEADING
    yield from _shown(document)


def _shown(document: ReadmeDocument) -> Iterator[tuple[Style, float]]:
    """What the README holds beside prose: sessions, ways to install, pictures, tables."""
    blocks = [block for section in document.sections for block in section.blocks]
    codes = [block for block in blocks if isinstance(block, CodeBlock)]
    sessions = [block for block in codes if block.language.lower() in _SESSIONS or _TYPED.search(block.code)]
    yield "terminal", _SESSION * min(len(sessions), _MOST_SESSIONS)
    code = "\n".join(block.code for block in codes)
    for pattern, style, worth in _INSTALLS:
        if pattern.search(code):
            yield style, worth
    if sum(isinstance(block, Picture) for block in blocks) >= 2:  # one may be the logo
        yield "poster", 1.0
    if any(isinstance(block, Table) for block in blocks) and not sessions:
        yield "editorial", 0.5


def _words(*texts: str | None) -> set[str]:
    """The words of some texts; those joined by a hyphen also as a whole."""
    found: Counter[str] = Counter()
    for text in texts:
        found.update(re.findall(r"[a-z]+(?:-[a-z]+)*", (text or "").lower()))
    return {*found, *(part for word in found for part in word.split("-"))}


def _spread(facts: RepositoryFacts, among: Iterable[Style]) -> Style:
    """One of several styles by the repository's name."""
    choice = tuple(among)
    seed = hashlib.sha256(f"style:{facts.owner or ''}/{facts.name}".lower().encode()).digest()
    return choice[seed[0] % len(choice)]
