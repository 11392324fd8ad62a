"""A sign for a feature, chosen by what its words mean; none where no word is clear enough."""

from __future__ import annotations

import re
from collections.abc import Iterable

from readme2video.model.vocabulary import Icon

_MEANINGS: tuple[tuple[Icon, str], ...] = (
    ("lock", r"privat\w*|privacy|encrypt\w*|secrets?|passwords?|yours|never leaves|local[- ]only"),
    ("key", r"keyboard|shortcuts?|hotkeys?|keys?|auth\w*|log ?in|sso|oauth|tokens?|licen[cs]es?"),
    (
        "shield",
        r"secur\w*|safe\w*|protect\w*|survives?|crash\w*|never deletes?|sandbox\w*|hardened|reliab\w*|robust|audit\w*",
    ),
    ("cloud", r"cloud|host(?:ed|ing)|serverless|deploy\w*|s3|offline|without a network"),
    ("database", r"databases?|tables?|sqlite|postgres\w*|sql|stor(?:e|es|age)|redis|persist\w*|one file"),
    ("plug", r"plug-?ins?|integrat\w*|extensions?|extensible|adapters?|connect\w*|hooks?|mail|webhooks?"),
    ("puzzle", r"modul\w*|compos\w*|components?|building blocks?|mix and match|custom\w*"),
    ("clock", r"time\w*|clock|schedul\w*|wait\w*|delay\w*|history|timers?|cron|calendar|retries|retry|queues?"),
    ("bolt", r"fast\w*|instant\w*|speed|quick\w*|in (?:an?|one|under an?|\d+) (?:milli)?seconds?|performance|rapid"),
    ("search", r"search\w*|find\w*|query|queries|filter\w*|lookup|grep|discover\w*|both directions"),
    ("chart", r"charts?|graphs?|metrics|statistics|dashboards?|plots?|growth|trends?|benchmarks?|analytics"),
    ("sync", r"sync\w*|merg\w*|real-?time|live|undo|reload\w*|updates?|replicat\w*|refresh\w*|both ways|async\w*"),
    ("users", r"teams?|people|collaborat\w*|users?|everybody|everyone|communit\w*|shared?|sharing|vote"),
    (
        "globe",
        r"languages?|translat\w*|locales?|i18n|unicode|worldwide|web|browsers?|rtl|platforms?|ssh|networks?|http",
    ),
    ("terminal", r"cli|command[- ]lines?|terminals?|shells?|one command|console|exit codes?"),
    ("code", r"typed|types?|typescript|python|api|code|functions?|syntax|decorators?|async await|plain python|json"),
    ("file", r"files?|markdown|csv|documents?|notes?|reports?|pdf|yaml|toml|export\w*|text"),
    ("package", r"packages?|binary|binaries|dependenc\w*|no dependencies|bundle\w*|install\w*|wheels?|static"),
    ("box", r"container\w*|docker|archive\w*|self-contained|small|tiny|kb|mb|lightweight"),
    ("layers", r"layers?|styles?|themes?|variants?|levels?|threads?|stack\w*|grid"),
    ("tools", r"config\w*|settings?|build\w*|tool\w*|set ?up|maintenance|refactor\w*|zero-?config"),
    ("check", r"tests?|check\w*|valid\w*|lint\w*|correct\w*|verif\w*|pytest|assert\w*|accura\w*|exact\w*|proposals?"),
    ("eye", r"preview\w*|inspect\w*|views?|visual\w*|shows?|watch\w*|see|accessib\w*|transparent|explain\w*|says"),
    ("link", r"links?|urls?|chain\w*|relations?|cites?|sources?|traceab\w*"),
    ("cube", r"3d|models?|objects?|schemas?|structs?"),
    ("spark", r"ai|smart\w*|automatic\w*|magic\w*|suggest\w*|generat\w*"),
)
_COMPILED = tuple((icon, re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE)) for icon, words in _MEANINGS)


def signs(features: Iterable[tuple[str, str]]) -> list[Icon | None]:
    """A sign for each feature, none twice: the title's first telling word decides, then the detail's.

    Where fewer than half have one, none has: a single sign among forms looks like a mistake.

    Args:
        features: Title and detail of each.
    """
    found: list[Icon | None] = []
    for title, detail in features:
        found.append(next((icon for text in (title, detail) for icon in _meant(text) if icon not in found), None))
    return found if 2 * sum(icon is not None for icon in found) >= len(found) else [None] * len(found)


def _meant(text: str) -> list[Icon]:
    """The signs that a text's words call for, in the order of the words."""
    places = [(match.start(), icon) for icon, pattern in _COMPILED if (match := pattern.search(text)) is not None]
    return [icon for _, icon in sorted(places, key=lambda place: place[0])]
