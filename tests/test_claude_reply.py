"""How an answer's newer kinds of scenes are judged: what falls out of them, and when a scene goes with it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from claim_cases import evidence_of
from readme2video.model.scene import (
    BeforeAfterScene,
    ChartScene,
    CodeScene,
    FeaturesScene,
    InstallScene,
    ReleaseScene,
    Scene,
)
from readme2video.storyboarders.claude.reply import Judged, judge

README = """\
# kestrel

Sends mail later.

## Benchmark

| Queue | Start | Memory |
| --- | --- | --- |
| broker | 1.4 s | 210 MB |
| kestrel | 40 ms | 12 MB |
| cron | 2 s | 8 MB |

## Before

- Three services to run
- A page of settings

## After

- One file beside your code
- Three lines of settings

> Simplicity is prerequisite for reliability.
> — Edsger W. Dijkstra

```js
import { queue } from "kestrel";
queue("mail");
```

```sh
npm install kestrel
```

```sh
yarn add kestrel
```

## What is new

- Pause and resume queues
- Reads old files
"""
LINES = README.split("\n")


def words(text: str, line: str = "") -> dict[str, str]:
    """A string that cites the line which has these words."""
    number = next(number for number, one in enumerate(LINES, 1) if (line or text) in one)
    return {"text": text, "source": f"README.md:{number}"}


def judged(**scene: Any) -> Judged:
    told = {"id": "it", "headline": {"text": "In practice", "source": "copy"}, **scene}
    opening = {"kind": "title", "id": "hook", "headline": words("Sends mail later")}
    answer = json.dumps({"hooks": [], "scenes": [opening, told]})
    evidence = evidence_of(README, tag="v2.0.0")
    return judge(answer, evidence, pictures=frozenset(["docs/a.png"]), language="en", translated=False)


def kept(**scene: Any) -> Scene | None:
    found = judged(**scene).scenes[1:]
    return found[0] if found else None


def bars(*rows: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"label": words(label, f"| {label} |"), "value": words(value, f"| {label} |")} for label, value in rows]


def test_a_bar_falls_out_and_the_highlight_stays_with_its_own() -> None:
    rows = bars(("broker", "1.4 s"), ("kestrel", "40 ms"), ("cron", "2 s"))
    scene = kept(kind="chart", bars=rows, highlight=1)
    assert isinstance(scene, ChartScene)
    assert (len(scene.bars), scene.highlight) == (3, 1)
    rows[0]["label"] = words("bulldozer", "| broker |")
    scene = kept(kind="chart", bars=rows, highlight=1)
    assert isinstance(scene, ChartScene)
    assert ([bar.label.text for bar in scene.bars], scene.highlight) == (["kestrel", "cron"], 0)


def test_what_a_chart_claims_of_itself_falls_out_alone() -> None:
    scene = kept(kind="chart", bars=bars(("broker", "1.4 s"), ("kestrel", "40 ms")), highlight=0, better="less")
    assert isinstance(scene, ChartScene)
    assert (scene.highlight, scene.better) == (None, None)


@pytest.mark.parametrize(
    "rows",
    [
        (("broker", "1.4 s"), ("kestrel", "12 MB")),
        (("broker", "1.4 s"), ("kestrel", "41 ms")),
    ],
)
def test_bars_that_cannot_be_compared_are_no_scene(rows: tuple[tuple[str, str], ...]) -> None:
    answer = judged(kind="chart", bars=bars(*rows))
    assert len(answer.scenes) == 1
    assert any(problem.path.startswith("scenes.1.bars") for problem in answer.problems)


def side(title: str, *points: str) -> dict[str, Any]:
    return {"title": words(title, f"## {title}"), "points": [words(point) for point in points]}


def test_a_point_of_one_side_falls_out() -> None:
    before = side("Before", "Three services to run", "A page of settings")
    after = side("After", "One file beside your code", "Three lines of settings")
    after["points"][1]["text"] = "Two lines of settings"
    scene = kept(kind="before_after", before=before, after=after)
    assert isinstance(scene, BeforeAfterScene)
    assert (len(scene.before.points), len(scene.after.points)) == (2, 1)
    after["points"][0]["text"] = "Two files beside your code"
    answer = judged(kind="before_after", before=before, after=after)
    assert len(answer.scenes) == 1
    assert {problem.path for problem in answer.problems} == {"scenes.1.after.points.0", "scenes.1.after.points.1"}
    after["title"]["text"] = "Ten times better"
    assert kept(kind="before_after", before=before, after=after) is None


def test_a_quotation_goes_whole() -> None:
    said = words("Simplicity is prerequisite for reliability")
    by = words("Edsger W. Dijkstra")
    assert kept(kind="quote", headline=said, by=by) is not None
    assert kept(kind="quote", headline=said) is None
    assert kept(kind="quote", headline=said, by={**by, "text": "A happy user"}) is None
    assert kept(kind="quote", headline={**said, "text": "Simplicity is all you need"}, by=by) is None
    assert kept(kind="quote", headline=words("Sends mail later"), by=by) is None


def test_another_way_to_install_falls_out_but_not_the_first() -> None:
    npm, yarn = words("npm install kestrel"), words("yarn add kestrel")
    scene = kept(kind="install", command=npm, others=[yarn, {**yarn, "text": "pnpm add kestrel"}])
    assert isinstance(scene, InstallScene)
    assert [other.text for other in scene.others] == ["yarn add kestrel"]
    assert kept(kind="install", command={**npm, "text": "npm i kestrel"}, others=[yarn]) is None


def test_a_note_falls_out_and_the_code_stays() -> None:
    first, last = words('import { queue } from "kestrel";'), words('queue("mail");')
    source = f"{first['source']}-{last['source'].rpartition(':')[2]}"
    code = {"text": f"{first['text']}\n{last['text']}", "source": source}
    note = {"line": 2, "text": {"text": "Ten times faster", "source": code["source"]}}
    scene = kept(kind="code", code=code, language="js", focus=[2], notes=[note])
    assert isinstance(scene, CodeScene)
    assert (scene.focus, scene.notes) == ((2,), ())
    assert kept(kind="code", code=code, focus=[3]) is None


def test_a_change_falls_out_of_a_release() -> None:
    items = [words("Pause and resume queues"), words("Speaks twelve languages", "Reads old files")]
    scene = kept(kind="release", version={"text": "v2.0.0", "source": "fact:tag"}, items=items)
    assert isinstance(scene, ReleaseScene)
    assert [item.text for item in scene.items] == ["Pause and resume queues"]
    scene = kept(kind="release", version={"text": "v3.0.0", "source": "fact:tag"}, items=items[:1])
    assert isinstance(scene, ReleaseScene)
    assert scene.version is None


def test_a_features_picture_must_be_one_of_those_listed() -> None:
    assert kept(kind="feature", headline=words("One file beside your code"), picture="docs/a.png") is not None
    scene = kept(kind="feature", headline=words("One file beside your code"), picture="docs/b.png")
    assert scene is not None
    assert getattr(scene, "picture", "") is None


def test_a_feature_goes_with_its_detail_and_takes_no_other_with_it() -> None:
    good = {"title": words("One file beside your code"), "detail": words("Three lines of settings")}
    bad = {"title": words("Ten times faster", "Sends mail"), "detail": words("Loved by thousands", "Sends mail")}
    scene = kept(kind="features", items=[bad, good])
    assert isinstance(scene, FeaturesScene)
    assert [(item.title.text, item.detail is None) for item in scene.items] == [("One file beside your code", False)]
