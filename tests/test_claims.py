"""Claims compile: the table of cases, what holds for any line, and storyboards that must have nothing wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from claim_cases import Case, cases, evidence_of, judged
from readme2video.claims import Claim, Evidence, check_claims, check_scene, is_hype, refusal
from readme2video.model.brief import Brief, SourceText
from readme2video.model.scene import CodeScene, ProblemScene, Stat, StatsScene, TerminalLine, TerminalScene, TitleScene
from readme2video.model.source import RepositoryFacts
from readme2video.model.storyboard import Storyboard
from readme2video.model.words import Code, Headline, Words
from readme2video.readme import cited_text, parse_readme
from readme2video.storyboarders import write_storyboard
from readme2video.theme import make_theme

ROOT = Path(__file__).parents[1]
READMES = sorted([*ROOT.glob("fixtures/*/README.*"), ROOT / "README.md"])
CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}-{case.text[:40]}")
def test_the_table_of_cases(case: Case) -> None:
    claim = judged(case)
    if case.trap:
        assert claim.problem, f"{claim.kind}, although {case.note or case.span!r}"
        assert claim.rule == case.rule, claim.problem
    else:
        assert not claim.problem, claim.problem
        assert case.verdict in ("any", claim.kind)


def test_the_table_is_large_and_half_of_it_traps() -> None:
    assert len(CASES) >= 80
    assert sum(case.trap for case in CASES) * 2 >= len(CASES)
    assert {case.kind for case in CASES} == {"number", "version", "command", "name", "other"}
    assert sum(not case.text.isascii() for case in CASES) >= 20


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.parent.name)
def test_what_our_own_rules_write_is_supported(path: Path) -> None:
    document = parse_readme(path.read_text("utf-8"), path.name)
    facts = RepositoryFacts(
        owner="someone", name=path.parent.name, version="1.4.0", licence="MIT", stars=12_345, language="Python",
        url=f"https://github.com/someone/{path.parent.name}",
    )  # fmt: skip
    texts = (cited_text(path.read_bytes(), path.name),)
    for length_s in (8.0, 15.0, 30.0, 45.0, 90.0):
        for scenes in (2, 4, 7, 12):
            brief = Brief(document=document, texts=texts, facts=facts, length_s=length_s, scene_limit=scenes)
            board = write_storyboard(brief)
            claims = check_claims(board, Evidence.of(brief, board.project))
            assert [claim for claim in claims if claim.problem] == []
            assert {claim.kind for claim in claims} <= {"quote", "copy"}


def headline(text: str, source: str, evidence: Evidence) -> Claim:
    scene = TitleScene(id="hook", duration_s=4, headline=Headline(text=text, source=source))
    return check_scene(scene, 0, evidence)[0]


SOURCES = {
    "README.md:1": None,
    "README.md:1-3": None,
    "README.md:61": "beyond the last line, 3",
    "README.md:3-1": "ends before it begins",
    "OTHER.md:1": "is not in README.md or release, which this film is made from",
    "release:40": None,
    "release:39": "before the first line that may be cited, 40",
    "release:41": "beyond the last line, 40",
    "fact:stars": None,
    "fact:licence": "is not known for this repository",
    "fact:private": "there is no fact 'private'",
    "fact:starz": "there is no fact 'starz'; did you mean stars?",
}


@pytest.mark.parametrize("source", SOURCES)
def test_sources_are_looked_up(source: str) -> None:
    evidence = evidence_of("# kestrel\n\nkestrel\n", stars=0)
    notes = SourceText(name="release", lines=("kestrel",), first=40)
    evidence = Evidence((*evidence.texts, notes), evidence.document, evidence.facts, evidence.project)
    text = "0" if source == "fact:stars" else "kestrel"
    claim = headline(text, source, evidence)
    message = SOURCES[source]
    assert (evidence.span(source) is not None) is (message is None)
    assert claim.problem == "" if message is None else message in claim.problem


def test_a_span_is_no_whole_readme() -> None:
    evidence = evidence_of("# kestrel\n\n" + "Small.\n" * 60)
    claim = headline("Small", "README.md:3-50", evidence)
    assert claim.rule == "source-lines"
    assert "at most 40" in claim.problem
    assert not headline("Small", "README.md:3-40", evidence).problem


def test_a_problem_names_the_line_and_the_mending() -> None:
    evidence = evidence_of("# kestrel\n\nScans a disk in 9.8 s.\n\nNeeds Python 3.11.\n")
    claim = headline("Scans a disk in 10 s", "README.md:3", evidence)
    assert (claim.place, claim.scene, claim.path, claim.rule) == (0, "hook", "headline", "claim-number")
    assert claim.problem == "README.md:3 has no 10 s, but 9.8 s."
    assert claim.fix == "Write 9.8 s."
    assert headline("Needs Python 3.11", "README.md:3", evidence).fix == "Cite README.md:5, where it stands."
    nearest = headline("A free disk scanner", "README.md:3", evidence)
    assert "Scans a disk in 9.8 s" in nearest.fix


def test_the_paragraph_around_a_line_counts() -> None:
    evidence = evidence_of("# kestrel\n\nThis does not\nsupport Windows.\n")
    assert headline("Support Windows", "README.md:4", evidence).rule == "claim-negation"
    assert headline("This does not support Windows", "README.md:3-4", evidence).kind == "quote"


def test_neighbours_may_name_whose_number_it_is() -> None:
    evidence = evidence_of("# kestrel\n\nripgrep takes 9 s, kestrel 2 s.\n")
    scene = ProblemScene(
        id="proof", duration_s=4, headline=Headline(text="ripgrep", source="README.md:3"),
        points=(Words(text="9 s", source="README.md:3"),),
    )  # fmt: skip
    assert [claim.problem for claim in check_scene(scene, 0, evidence)] == ["", ""]


def test_labels_and_facts_go_together() -> None:
    evidence = evidence_of("# kestrel\n\nSmall.\n", stars=1234)
    stat = Stat(value=Words(text="1,234", source="fact:stars"), label=Words(text="stars on GitHub", source="copy"))
    scene = StatsScene(id="proof", duration_s=4, headline=Headline(text="At a glance", source="copy"), stats=(stat,))
    assert [claim.kind for claim in check_scene(scene, 0, evidence)] == ["copy", "quote", "copy"]


def test_a_storyboard_cannot_call_the_project_by_a_rivals_name() -> None:
    readme = "# kestrel\n\nripgrep takes 9 s, kestrel 2 s.\n"
    scene = TitleScene(id="hook", duration_s=4, headline=Headline(text="hyperfind: 9 s", source="README.md:3"))
    board = Storyboard(project="hyperfind", theme=make_theme("#3f7fbf"), scenes=(scene,))
    assert check_claims(board, evidence_of(readme, stars=1))[0].problem


def test_eight_problems_are_told_and_the_rest_counted() -> None:
    evidence = evidence_of("# kestrel\n\nSmall.\n")
    claims = [headline(f"{number} clouds", "README.md:3", evidence) for number in range(2, 13)]
    error = refusal(claims)
    assert error.message.startswith("11 strings say what the README does not:")
    assert error.message.count("scenes.0.headline (hook)") == 8
    assert error.message.endswith("and 3 more.")
    assert (error.path, error.scene) == ("scenes.0.headline", "hook")
    assert "--allow-unsupported" in error.hint


def test_hype() -> None:
    assert is_hype("A blazing fast queue")
    assert not is_hype("A queue in one file")


PLAIN = ["boards", "merge", "cards", "read", "paper", "train", "stone", "copy", "window", "words", "green", "river"]
line_st = st.lists(st.sampled_from(PLAIN), min_size=3, max_size=14).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(line_st, st.data())
def test_any_run_of_whole_words_is_a_quote(line: str, data: st.DataObject) -> None:
    words = line.split()
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first + 1, len(words)))
    text = " ".join(words[first:last])
    marked = " ".join(
        data.draw(st.sampled_from([word, f"**{word}**", f"`{word}`", f"[{word}](x.md)"])) for word in words
    )
    claim = headline(
        data.draw(st.sampled_from([text, text.capitalize()])), "README.md:3", evidence_of(f"# k\n\n{marked}.\n")
    )
    assert (claim.kind, claim.problem) == ("quote", "")


number_st = st.one_of(
    st.integers(2, 99_999).map(str),
    st.integers(1000, 9_999_999).map("{:,}".format),
    st.tuples(st.integers(0, 99), st.integers(1, 99)).map(lambda pair: f"{pair[0]}.{pair[1]}"),
    st.tuples(st.integers(0, 9), st.integers(0, 30), st.integers(0, 9)).map(lambda v: f"{v[0]}.{v[1]}.{v[2]}"),
)


@settings(max_examples=300, deadline=None)
@given(number_st, st.sampled_from(["", " ms", " MB", "%", "x", " files", " rows a second"]), line_st, st.data())
def test_one_changed_digit_is_never_supported(number: str, unit: str, line: str, data: st.DataObject) -> None:
    evidence = evidence_of(f"# k\n\n{line} {number}{unit}.\n")
    digits = [at for at, character in enumerate(number) if character.isdigit()]
    at = data.draw(st.sampled_from(digits))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[at]]))
    changed = number[:at] + other + number[at + 1 :]
    assume(changed.replace(",", "").strip("0.") not in ("", "1"))
    for source in ("README.md:3", "author"):
        assert not headline(f"{line[:60]} {number}{unit}", source, evidence).problem
        assert headline(f"{line[:60]} {changed}{unit}", source, evidence).problem


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["--pre", "-U", "--user", "--no-deps"]),
    st.sampled_from(["kestrel", "kestrel-jobs", "kes"]),
    st.data(),
)
def test_a_changed_flag_or_package_is_never_supported(flag: str, package: str, data: st.DataObject) -> None:
    command = f"pip install {flag} {package}"
    evidence = evidence_of(f"# k\n\n```sh\n$ {command}\n```\n")

    def typed(text: str) -> str:
        line = TerminalLine(role="command", text=Words(text=text, source="README.md:4"))
        scene = TerminalScene(id="x", duration_s=4, headline=Headline(text="Install", source="copy"), lines=(line,))
        return check_scene(scene, 0, evidence)[1].problem

    assert not typed(command)
    other = data.draw(st.sampled_from(["--pre", "-U", "--upgrade", "", "-u"]))
    assume(other != flag)
    assert typed(" ".join(f"pip install {other} {package}".split()))
    assert typed(f"pip install {flag} {package}x")
    assert typed(f"pip install {flag}")


def test_code_keeps_its_indentation_and_order() -> None:
    evidence = evidence_of("# k\n\n```python\nwith a:\n    b()\n\n    c()\n```\n")

    def shown(text: str) -> Claim:
        scene = CodeScene(
            id="x", duration_s=4, headline=Headline(text="Usage", source="copy"),
            code=Code(text=text, source="README.md:4-7"),
        )  # fmt: skip
        return check_scene(scene, 0, evidence)[1]

    assert shown("b()\n\nc()").kind == "quote"
    assert shown("with a:\n    b()").kind == "quote"
    assert shown("c()\nb()").rule == "claim-code"
    assert shown("with a:\n  b()").rule == "claim-code"


def test_every_shape_of_markup_is_read_as_it_is_shown() -> None:
    readme = (
        "# k\n\n<p><b>No broker</b> &ndash; one file is <code>queue</code></p>\n\n- [ ] ~~old~~ \\*stars\\*\n\n"
        "> [!TIP]\n> Read it ![shot](a.png) **now** and [go](b.md).\n"
    )
    evidence = evidence_of(readme)
    assert headline("No broker – one file is queue", "README.md:3", evidence).kind == "quote"
    assert headline("Read it shot now and go", "README.md:7-8", evidence).kind == "quote"
    assert not re.search(r"[*`<\[]", evidence.passage("README.md:3-8").text.replace("*stars*", ""))  # type: ignore[union-attr] # it is there
