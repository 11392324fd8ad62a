"""What the strings of a scene say together: charts, quotations, releases, and what is copied word for word."""

from __future__ import annotations

import pytest

from claim_cases import evidence_of
from readme2video.claims import Claim, Evidence, check_scene
from readme2video.model.brief import SourceText
from readme2video.model.scene import (
    Bar,
    BeforeAfterScene,
    ChartScene,
    CodeScene,
    DiffScene,
    Feature,
    FeatureScene,
    FeaturesScene,
    InstallScene,
    Note,
    QuoteScene,
    ReleaseScene,
    Scene,
    Side,
)
from readme2video.model.words import Code, Headline, Words

README = """\
# kestrel

Sends mail later.

## Benchmark

Time to start, lower is better.

| Queue | Start | Memory | Jobs ↑ |
| --- | --- | --- | --- |
| broker | 1.4 s | 210 MB | 900/s |
| kestrel | 40 ms | 12 MB | 11,400/s |
| cron | 2 s | 8 MB | 30/s |

| Question | Reading all | kestrel |
| --- | --- | --- |
| One day | 41.0 s | 6.2 s |
| One week | 44.6 s | 7.3 s |

- Cold start: 3 s
- Warm start: 1 s

> Simplicity is prerequisite for reliability.
>
> — Edsger W. Dijkstra

> [!TIP]
> Keep the file on a fast disk.

As one user put it: "It simply works on my old laptop." Others agree.

## What is new

- Pause and resume queues

## Install

```sh
npm install kestrel
```

```sh
yarn add kestrel
```

```diff
-import broker
+import kestrel
 run()
```
"""
LINES = README.split("\n")


def at(words: str) -> str:
    """The source of the first line that has these words."""
    return f"README.md:{next(number for number, line in enumerate(LINES, 1) if words in line)}"


def wrong(scene: Scene, evidence: Evidence | None = None) -> dict[str, str]:
    claims: tuple[Claim, ...] = check_scene(scene, 0, evidence or evidence_of(README, tag="v2.0.0"))
    assert len({claim.path for claim in claims}) == len(claims)
    return {claim.path: claim.rule for claim in claims if claim.problem}


def row_of(label: str) -> str:
    return at(label if "start" in label else f"| {label} |")


def chart(*rows: tuple[str, str], highlight: int | None = None, better: str | None = None) -> ChartScene:
    return ChartScene.model_validate(
        {
            "id": "proof",
            "duration_s": 5,
            "headline": {"text": "At a glance", "source": "copy"},
            "bars": [
                {
                    "label": {"text": label, "source": row_of(label)},
                    "value": {"text": value, "source": row_of(label)},
                }
                for label, value in rows
            ],
            "highlight": highlight,
            "better": better,
        }
    )


CHARTS = [
    (chart(("broker", "1.4 s"), ("kestrel", "40 ms"), ("cron", "2 s"), highlight=1, better="less"), {}),
    (chart(("broker", "1.4 s"), ("kestrel", "40 ms"), highlight=0), {"highlight": "claim-chart"}),
    (chart(("broker", "1.4 s"), ("kestrel", "40 ms"), better="more"), {"better": "claim-chart"}),
    (chart(("broker", "1.4 s"), ("kestrel", "12 MB")), {"bars": "claim-unit"}),
    (chart(("broker", "1.4 s"), ("One day", "6.2 s")), {"bars": "claim-chart"}),
    (chart(("broker", "1.4 s"), ("kestrel", "41 ms")), {"bars.1.value": "claim-number", "bars": "claim-chart"}),
    (chart(("broker", "1.4 s"), ("kestrel", "2 s")), {"bars.1.value": "claim-number", "bars": "claim-chart"}),
    (chart(("One day", "6.2 s"), ("One week", "7.3 s")), {}),
    (chart(("One day", "6.2 s"), ("One week", "44.6 s")), {"bars": "claim-chart"}),
    (chart(("Cold start", "3 s"), ("Warm start", "1 s")), {}),
    (chart(("Cold start", "3 s"), ("Warm start", "1 s"), better="less"), {"better": "claim-chart"}),
]


@pytest.mark.parametrize(("scene", "rules"), CHARTS)
def test_bars_are_of_one_scale_and_one_table(scene: ChartScene, rules: dict[str, str]) -> None:
    found = wrong(scene)
    assert set(rules) <= set(found) if rules else found == {}
    assert {path: found[path] for path in rules} == rules


def test_a_row_may_be_compared_across_its_columns() -> None:
    row, head = at("| One day |"), at("| Question |")
    bars = tuple(
        Bar(label=Words(text=label, source=head), value=Words(text=value, source=row))
        for label, value in (("Reading all", "41.0 s"), ("kestrel", "6.2 s"))
    )
    headline = Headline(text="One day", source=row)
    scene = ChartScene(id="proof", duration_s=5, headline=headline, bars=bars, highlight=1)
    assert wrong(scene) == {}
    assert wrong(scene.model_copy(update={"highlight": 0})) == {"highlight": "claim-chart"}


def test_values_of_two_units_are_refused_before_they_are_drawn() -> None:
    scene = chart(("broker", "1.4 s"), ("kestrel", "12 MB"))
    told = {claim.path: claim for claim in check_scene(scene, 0, evidence_of(README)) if claim.problem}
    assert told["bars"].rule == "claim-unit"
    assert "one column" in told["bars"].fix


def quoted(words: str, source: str, by: str | None = "Edsger W. Dijkstra", by_source: str = "") -> QuoteScene:
    speaker = Words(text=by, source=by_source or at("Edsger")) if by else None
    return QuoteScene(id="voice", duration_s=5, headline=Headline(text=words, source=source), by=speaker)


USER = "It simply works on my old laptop"
WHOLE = f"{at('> Simpl')}-{at('Edsger').rpartition(':')[2]}"
QUOTES = [
    (quoted("Simplicity is prerequisite for reliability.", at("Simplicity")), set()),
    (
        quoted(
            "Simplicity is prerequisite for reliability",
            f"{at('Simplicity')}-{LINES.index('> — Edsger W. Dijkstra') + 1}",
        ),
        set(),
    ),
    (quoted("Simplicity is prerequisite for reliability", at("Simplicity"), by=None), {"headline"}),
    (quoted("Simplicity is prerequisite for speed", at("Simplicity")), {"headline"}),
    (quoted("Reliability needs simplicity", at("Simplicity")), {"headline"}),
    (quoted("Sends mail later", at("Sends")), {"headline", "by"}),
    (quoted("Keep the file on a fast disk", at("fast disk")), {"headline"}),
    (quoted(USER, at("one user"), "one user", at("one user")), set()),
    (quoted("Others agree", at("one user"), "one user", at("one user")), {"headline"}),
    (
        quoted("Simplicity is prerequisite for reliability", at("Simplicity"), "kestrel", at("# kestrel")),
        {"by"},
    ),
    (quoted("The best queue there is", "author", "A Reader", "author"), {"headline", "by"}),
    (quoted("We moved all our mail to it", "author", "A Reader", "author"), {"headline", "by"}),
    (quoted("Made with care", "copy"), {"headline"}),
]


@pytest.mark.parametrize(("scene", "rules"), QUOTES)
def test_a_quotation_is_somebodys(scene: QuoteScene, rules: set[str]) -> None:
    assert set(wrong(scene)) == rules


def released(version: str, source: str, item: str = "Pause and resume queues", item_source: str = "") -> ReleaseScene:
    return ReleaseScene(
        id="new",
        duration_s=5,
        headline=Headline(text="What is new", source="copy"),
        version=Words(text=version, source=source),
        items=(Words(text=item, source=item_source or at("Pause")),),
    )


def test_a_release_has_its_own_version_and_its_own_changes() -> None:
    assert wrong(released("v2.0.0", "fact:tag")) == {}
    assert wrong(released("2.0.0", "fact:tag"))  # a fact is quoted
    assert wrong(released("v2.1.0", "fact:tag"))
    assert wrong(released("v2.0.0", "fact:tag", "Sends mail later", at("Sends"))) == {"items.0": "claim-release"}
    base = evidence_of(README, tag="v2.0.0")
    notes = SourceText(name="release", lines=("## v2.0.0", "", "- Reads old files"))
    both = Evidence((*base.texts, notes), base.document, base.facts, base.project)
    assert wrong(released("v2.0.0", "release:1", "Reads old files", "release:3"), both) == {}
    assert wrong(released("v2.0.0", "release:1"), both) == {"items.0": "claim-release"}
    assert "version" in wrong(released("3", "release:3", "Reads old files", "release:3"), both)


def test_what_is_copied_stands_there_word_for_word() -> None:
    headline = Headline(text="At a glance", source="copy")
    diff = "-import broker\n+import kestrel\n run()"
    span = f"README.md:{LINES.index('-import broker') + 1}-{LINES.index(' run()') + 1}"
    common = {"id": "scene", "duration_s": 5.0, "headline": headline}
    assert wrong(DiffScene(**common, diff=Code(text=diff, source=span))) == {}
    changed = Code(text=diff.replace("broker", "bull"), source=span)
    assert wrong(DiffScene(**common, diff=changed)) == {"diff": "claim-code"}
    install = InstallScene(
        **common,
        command=Words(text="npm install kestrel", source=at("npm install")),
        others=(Words(text="yarn add kestrel", source=at("yarn add")),),
    )
    assert wrong(install) == {}
    other = install.model_copy(update={"others": (Words(text="pnpm add kestrel", source=at("yarn add")),)})
    assert wrong(other) == {"others.0": "claim-command"}
    sides = [
        Side(title=Words(text="Before", source="copy"), code=Code(text=text, source=span))
        for text in ("-import broker", "+import falcon")
    ]
    assert wrong(BeforeAfterScene(**common, before=sides[0], after=sides[1])) == {"after.code": "claim-code"}
    note = Note(line=1, text=Words(text="Ten times faster", source=span))
    code = CodeScene(**common, code=Code(text="npm install kestrel", source=at("npm install")), notes=(note,))
    assert set(wrong(code)) == {"notes.0.text"}


def test_a_feature_alone_is_held_like_one_of_many() -> None:
    detail = Words(text="11,400/s", source=at("| kestrel |"))
    title = {"text": "kestrel", "source": at("| kestrel |")}
    alone = FeatureScene(id="feature", duration_s=5, headline=Headline(**title), detail=detail)
    item = Feature(title=Words(**title), detail=detail)
    headline = Headline(text="At a glance", source="copy")
    many = FeaturesScene(id="features", duration_s=5, headline=headline, items=(item,))
    assert list(wrong(alone).values()) == list(wrong(many).values())


def test_a_table_of_release_notes_is_read_by_its_lines() -> None:
    base = evidence_of(README, tag="v2.0.0")
    rows = ("| Queue | Start | Stop |", "| --- | --- | --- |", "| before | 3 s | 1 s |", "| now | 1 s | 2 s |")
    notes = SourceText(name="release", lines=rows)
    both = Evidence((*base.texts, notes), base.document, base.facts, base.project)

    def bar(label: str, value: str, line: int) -> Bar:
        return Bar(label=Words(text=label, source=f"release:{line}"), value=Words(text=value, source=f"release:{line}"))

    headline = Headline(text="At a glance", source="copy")
    good = ChartScene(id="a", duration_s=5, headline=headline, bars=(bar("before", "3 s", 3), bar("now", "1 s", 4)))
    assert "bars" not in wrong(good, both)
    mixed = good.model_copy(update={"bars": (bar("before", "3 s", 3), bar("now", "2 s", 4))})
    assert wrong(mixed, both)["bars"] == "claim-chart"
