"""Addresses: which ones a text shows, and whether they are the project's own."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from readme2video.claims.claim import Fault
from readme2video.claims.evidence import Evidence

_DOMAINS = (
    "com|org|net|io|dev|app|sh|ai|rs|co|me|info|xyz|site|cloud|page|edu|gov|de|fr|uk|cn|jp|kr|ru|eu|nl|ch|at|it|es|br|in|to"
    "|gg|tech|so|is|test|example"
)
_SHOWN = re.compile(
    r"(?:https?|ssh|git|ftp)://[^\s\"'<>()]+"
    rf"|(?<![\w@/.-])(?:www\.(?:[a-z0-9-]+\.)+[a-z]{{2,}}|(?:[a-z0-9-]+\.)+(?:{_DOMAINS})(?=/\w))(?:/[^\s\"'<>()]*)?",
    re.IGNORECASE,
)
_REGISTRIES = re.compile(
    r"^(?:pypi\.org/project|npmjs\.com/package|crates\.io/crates|rubygems\.org/gems|hub\.docker\.com/r|packagist\.org/packages"
    r"|pkg\.go\.dev|nuget\.org/packages|hex\.pm/packages|pub\.dev/packages|docs\.rs|anaconda\.org|jsr\.io)/"
)
_FORGES = ("github.com", "gitlab.com", "codeberg.org", "bitbucket.org", "gitee.com")


def addresses(text: str) -> list[str]:
    """Addresses of the net in a text, bare ones such as ``kestrel.dev/docs`` too."""
    return [found.rstrip(".,;:!?") for found in _SHOWN.findall(text)]


def bare(address: str) -> str:
    """An address as it is shown: no scheme, no ``www.``, no slash or ``.git`` at its end, no query."""
    text = re.sub(r"^(?:[a-z+]+://)?(?:www\.)?", "", address.strip(), flags=re.IGNORECASE)
    text = re.split(r"[?#]", text, maxsplit=1)[0].rstrip("/").removesuffix(".git")
    host, slash, path = text.partition("/")
    return host.lower() + slash + path


def address_fault(address: str, evidence: Evidence) -> Fault | None:
    """Whether an address stands in the README or the facts, and is the project's own."""
    shown = bare(address)
    known = {bare(value) for value in (evidence.facts.url, evidence.facts.homepage) if value}
    if shown in known:
        return None
    written = {bare(link.href) for link in evidence.document.links}
    for text in evidence.texts:
        for line in text.lines:
            written.update(map(bare, addresses(line)))
    if shown not in written:
        return Fault(
            "claim-url",
            f"has no address {address}",
            f"Show {max(known)}." if known else "Show an address that the README links to.",
        )
    if _own(shown, evidence, known):
        return None
    return Fault(
        "claim-url", f"links to {address}, but it does not belong to the project", "Show the project's own page."
    )


def _own(shown: str, evidence: Evidence, known: set[str]) -> bool:
    if any(shown.startswith(f"{address}/") for address in known):
        return True
    parts = [part for part in re.split(r"[/.]", shown.lower()) if part]
    folded = {re.sub(r"[^\w]", "", part) for part in parts}
    names = {re.sub(r"[^\w]", "", name.lower()) for name in (evidence.project, evidence.facts.name)}
    carries = any(len(name) >= 2 and name in folded for name in names)
    owner = (evidence.facts.owner or "").lower()
    host = urlsplit(f"//{shown}").hostname or ""
    if host in _FORGES and owner:
        return carries and len(parts) > 2 and owner in parts
    if _REGISTRIES.match(shown):
        return any(len(name) >= 2 and name in part for name in names for part in folded)
    return carries
