"""Shot requests for tests: every kind with realistic words."""

from __future__ import annotations

from typing import Any

from readme2video.model.record import Artifact
from readme2video.model.shot import Aspect, ShotRequest, SlotText
from readme2video.model.storyboard import Theme
from readme2video.model.vocabulary import SceneKind
from readme2video.theme import make_theme

DARK = make_theme("#3f7fbf", turn=75)
LIGHT = make_theme("#dd7a4e", turn=-110, light=True)
ASPECTS: tuple[Aspect, ...] = ("16:9", "9:16", "1:1")

CODE = """import httpx

async def main() -> None:
    # One client, many requests
    async with httpx.AsyncClient(timeout=5) as client:
        reply = await client.get("https://example.org/")
        print(reply.status_code, len(reply.text))"""

DIFF = """-import requests
+import kestrel
 def load(url):
-    return requests.get(url).text
+    return kestrel.get(url).text"""

WORDS: dict[SceneKind, dict[str, str]] = {
    "title": {
        "eyebrow": "v2.4.0",
        "headline": "Ship docs that move",
        "subline": "A promo film from your README, on release day.",
    },
    "problem": {
        "headline": "Release day, and nobody saw it",
        "points.0": "A changelog is a wall of text",
        "points.1": "A screen recording takes an afternoon",
        "points.2": "A designer takes a week",
    },
    "features": {
        "headline": "What you get",
        "items.0.title": "Crisp words",
        "items.0.detail": "AI moves light and camera, never letters.",
        "items.1.title": "Paid once",
        "items.1.detail": "No scene is ever bought twice by accident.",
        "items.2.title": "Always a film",
    },
    "code": {"headline": "Async from the first line", "code": CODE},
    "terminal": {
        "headline": "One command",
        "lines.0.text": "readme2video encode/httpx --length 30",
        "lines.1.text": "storyboard  7 scenes, 28.5 s",
        "lines.2.text": "film        output/promo.mp4",
        "lines.3.text": "readme2video publish",
    },
    "stats": {
        "headline": "Measured, not promised",
        "stats.0.value": "3.1 s",
        "stats.0.label": "from the last clip to the film",
        "stats.1.value": "42 dB",
        "stats.1.label": "mean PSNR against a re-encode",
        "stats.2.value": "0",
        "stats.2.label": "keys needed",
    },
    "before_after": {
        "headline": "The same request, half the lines",
        "before.title": "With urllib",
        "before.points.0": "Open, read, decode by hand",
        "before.points.1": "Close it yourself",
        "after.title": "With kestrel",
        "after.points.0": "One call gives text",
        "after.points.1": "Closed when the block ends",
    },
    "feature": {
        "headline": "Crisp words",
        "detail": "AI moves light and camera, never letters.",
    },
    "diff": {
        "headline": "One line to switch",
        "diff": DIFF,
    },
    "chart": {
        "headline": "Time to parse 1 GB of CSV",
        "bars.0.label": "kestrel",
        "bars.0.value": "0.9 s",
        "bars.1.label": "polars",
        "bars.1.value": "1.4 s",
        "bars.2.label": "pandas",
        "bars.2.value": "11.8 s",
    },
    "quote": {"headline": "It is the first thing I install", "by": "a maintainer, in an issue"},
    "release": {
        "headline": "Faster, and quieter",
        "version": "2.4.0",
        "items.0": "Streams clips instead of waiting for them",
        "items.1": "Logs one line per scene",
        "items.2": "Resumes after a power cut",
    },
    "install": {
        "headline": "Get it in a minute",
        "command": "pip install readme2video",
        "others.0": "pipx install readme2video",
    },
    "image": {"headline": "See it before you post it"},
    "call_to_action": {
        "headline": "readme2video",
        "subline": "Make the film of your next release.",
        "command": "pip install readme2video",
        "url": "github.com/example/readme2video",
    },
}
KINDS = tuple(WORDS)


def request(
    kind: SceneKind,
    aspect: Aspect = "16:9",
    *,
    words: dict[str, str] | None = None,
    theme: Theme = DARK,
    scale: float = 2 / 3,
    picture: Artifact | None = None,
    **more: Any,
) -> ShotRequest:
    words = WORDS[kind] if words is None else words
    if kind == "terminal":
        more.setdefault(
            "roles",
            tuple(
                "output" if text.startswith(("storyboard", "film")) else "command"
                for path, text in words.items()
                if path.startswith("lines.")
            ),
        )
    more.setdefault("language", "python" if kind in ("code", "diff") else "")
    if kind == "chart":
        more.setdefault("shares", (0.076, 0.119, 1.0))
        more.setdefault("highlight", 0)
    more.setdefault("variant", KINDS.index(kind))
    return ShotRequest(
        kind=kind,
        slots=tuple(SlotText(path=path, text=text) for path, text in words.items()),
        brand="readme2video",
        theme=theme,
        aspect=aspect,
        scale=scale,
        picture=picture,
        **more,
    )
