"""The storyboard as a file: written to be read, read back the same, every mistake told with its place."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readme2video.errors import StoryboardError
from readme2video.model.scene import (
    Bar,
    BeforeAfterScene,
    CallToActionScene,
    ChartScene,
    CodeScene,
    DiffScene,
    Feature,
    FeatureScene,
    FeaturesScene,
    ImageScene,
    InstallScene,
    Note,
    ProblemScene,
    QuoteScene,
    ReleaseScene,
    Scene,
    Side,
    Stat,
    StatsScene,
    TerminalLine,
    TerminalScene,
    TitleScene,
    strings,
)
from readme2video.model.slots import SCENES, SLOTS, slot
from readme2video.model.storyboard import Storyboard, Theme
from readme2video.model.vocabulary import SceneKind
from readme2video.model.words import Code, Headline, Words
from readme2video.storyboard_file import (
    LIMIT_BYTES,
    SCHEMA_FILE,
    load_storyboard,
    schema_text,
    storyboard_schema,
    to_yaml,
)

THEME = Theme(
    background="#0b1020", surface="#16203a", ink="#f5f7ff", muted="#a9b4d0", accent="#3fb6ff", accent_2="#ff7ac6"
)


def words(text: str, source: str = "README.md:1") -> Words:
    return Words(text=text, source=source)


def headline(text: str, source: str = "README.md:1") -> Headline:
    return Headline(text=text, source=source)


BOARD = Storyboard(
    project="tidepool",
    theme=THEME,
    scenes=(
        TitleScene(
            id="hook", duration_s=4.5, headline=headline("See what grew: today"), subline=words('no "digging" #1')
        ),
        ProblemScene(id="promise", duration_s=3, headline=headline("yes"), points=(words("1.10"), words("null"))),
        CodeScene(
            id="demo",
            duration_s=6,
            headline=headline("In practice", "copy"),
            language="python",
            code=Code(text="  import tide\n\n  tide.rise()  ", source="README.md:3-5"),
        ),
        TerminalScene(
            id="example",
            duration_s=6,
            headline=headline("使い方"),
            lines=(
                TerminalLine(role="command", text=words("tidepool since yesterday")),
                TerminalLine(role="output", text=words("  +14.2 GB  ~/projects")),
            ),
        ),
        FeaturesScene(
            id="features",
            duration_s=6,
            headline=headline("Features"),
            items=(Feature(title=words("Fast"), detail=words("- not a list: really")), Feature(title=words("Small"))),
        ),
        StatsScene(
            id="proof",
            duration_s=3,
            headline=headline("Numbers"),
            stats=(Stat(value=words("9 MB"), label=words("size")),),
        ),
        ImageScene(id="picture", duration_s=3, headline=headline("Look"), picture="docs/a b.png"),
        CallToActionScene(
            id="end",
            duration_s=4,
            motion="still",
            headline=headline("tidepool"),
            command=words("cargo install tidepool"),
        ),
    ),
)


FULL: tuple[Scene, ...] = (
    TitleScene(id="a", duration_s=3, eyebrow=words("e"), headline=headline("h"), subline=words("s")),
    ProblemScene(id="b", duration_s=3, headline=headline("h"), points=(words("p"),)),
    FeaturesScene(id="c", duration_s=3, headline=headline("h"), items=(Feature(title=words("t"), detail=words("d")),)),
    BeforeAfterScene(
        id="i",
        duration_s=3,
        headline=headline("h"),
        before=Side(title=words("b"), points=(words("p"),)),
        after=Side(title=words("a"), points=(words("q"),)),
    ),
    BeforeAfterScene(
        id="j",
        duration_s=3,
        headline=headline("h"),
        before=Side(title=words("b"), code=Code(text="c", source="README.md:1")),
        after=Side(title=words("a"), code=Code(text="d", source="README.md:1")),
    ),
    FeatureScene(id="k", duration_s=3, headline=headline("h"), detail=words("d")),
    DiffScene(id="l", duration_s=3, headline=headline("h"), diff=Code(text="-a\n+b", source="README.md:1")),
    ChartScene(
        id="m",
        duration_s=3,
        headline=headline("h"),
        bars=(Bar(label=words("l"), value=words("1")), Bar(label=words("m"), value=words("2"))),
    ),
    QuoteScene(id="n", duration_s=3, headline=headline("h"), by=words("b")),
    ReleaseScene(id="o", duration_s=3, headline=headline("h"), version=words("v"), items=(words("i"),)),
    InstallScene(id="p", duration_s=3, headline=headline("h"), command=words("c"), others=(words("o"),)),
    CodeScene(
        id="d",
        duration_s=3,
        headline=headline("h"),
        code=Code(text="c", source="README.md:1"),
        notes=(Note(line=1, text=words("n")),),
    ),
    TerminalScene(id="e", duration_s=3, headline=headline("h"), lines=(TerminalLine(role="command", text=words("c")),)),
    StatsScene(id="f", duration_s=3, headline=headline("h"), stats=(Stat(value=words("1"), label=words("l")),)),
    ImageScene(id="g", duration_s=3, headline=headline("h"), picture="a.png", alt=words("a")),
    CallToActionScene(
        id="h", duration_s=3, headline=headline("h"), subline=words("s"), command=words("c"), url=words("u")
    ),
)


def text_of(board: Storyboard = BOARD) -> str:
    return to_yaml(board)


def load(tmp_path: Path, content: str | bytes, name: str = "storyboard.yaml") -> Storyboard:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return load_storyboard(path)


def refusal(tmp_path: Path, content: str | bytes, name: str = "storyboard.yaml") -> StoryboardError:
    with pytest.raises(StoryboardError) as caught:
        load(tmp_path, content, name)
    return caught.value


def test_a_storyboard_comes_back_the_same(tmp_path: Path) -> None:
    assert load(tmp_path, text_of()) == BOARD
    assert text_of(load(tmp_path, text_of())) == text_of()


def test_the_file_teaches_and_reads_well() -> None:
    lines = text_of().split("\n")
    comments = [line for line in lines[: lines.index("format: 1")] if line.startswith("#")]
    assert 6 <= len(comments) <= 10
    assert any("readme2video make SOURCE --storyboard storyboard.yaml" in line for line in comments)
    assert "  headline: {text: 'See what grew: today', source: 'README.md:1'}" in lines
    assert "使い方" in text_of()
    assert lines.index("- id: hook") + 1 == lines.index("  kind: title")
    assert "null" not in text_of().replace("text: 'null'", "")


def test_every_slot_says_what_it_is_for_and_where_its_words_come_from(tmp_path: Path) -> None:
    hooks = (headline("Deep water, one file: today"), headline("使い方 #2", "README.md:7"))
    quotes = {"README.md:1": "# tidepool\n\tSee what\u2028grew: today", "README.md:3-5": "x" * 300}
    text = to_yaml(BOARD, quotes=quotes, hooks=hooks)
    assert load(tmp_path, text) == BOARD
    for scene in BOARD.scenes:
        assert f"# {scene.id}: {SCENES[scene.kind]}." in text
        for path, _ in strings(scene):
            place = slot(scene.kind, path)
            assert place is not None, f"{scene.kind}.{path} has no words for a person"
            assert f"{place.says}; reads best up to {place.cells} characters" in text
    assert "  # README.md:1 says: # tidepool See what grew: today\n" in text
    assert f"says: {'x' * 100}…" in text
    assert "It may also have: eyebrow.\n- id: hook" in text
    # A hook is chosen by taking its comment mark away and the old line out.
    chosen = text.replace("  headline: {text: 'See what grew: today', source: 'README.md:1'}\n", "", 1)
    chosen = chosen.replace("  # headline: {text: '使い方 #2'", "  headline: {text: '使い方 #2'", 1)
    assert load(tmp_path, chosen).scenes[0].headline == hooks[1]


@pytest.mark.parametrize("kind", get_args(SceneKind))
def test_the_table_of_slots_names_every_string_a_scene_can_have(kind: SceneKind) -> None:
    paths = {re.sub(r"\.\d+(?=\.|$)", "", path) for scene in FULL if scene.kind == kind for path, _ in strings(scene)}
    assert paths == set(SLOTS[kind])


def test_code_is_written_as_a_block() -> None:
    scene = CodeScene(
        id="demo", duration_s=3, headline=headline("x"), code=Code(text="if a:\n    b()\n\nc()", source="README.md:1-4")
    )
    text = to_yaml(Storyboard(project="x", theme=THEME, scenes=(scene,)))
    assert "    text: |-\n      if a:\n          b()\n\n      c()\n" in text


@pytest.mark.parametrize(
    "change",
    [lambda raw: b"\xef\xbb\xbf" + raw, lambda raw: raw.replace(b"\n", b"\r\n"), lambda raw: raw.replace(b"\n", b"\r")],
    ids=["BOM", "CRLF", "CR"],
)
def test_odd_line_ends_and_marks_are_fine(tmp_path: Path, change: Any) -> None:
    assert load(tmp_path, change(text_of().encode())) == BOARD


def test_json_is_read_too(tmp_path: Path) -> None:
    assert load(tmp_path, BOARD.model_dump_json(indent=2), "board.json") == BOARD
    assert load(tmp_path, BOARD.model_dump_json(), "board.yaml") == BOARD


def test_bare_words_are_the_authors_own_and_stay_words(tmp_path: Path) -> None:
    text = text_of().replace("headline: {text: 'yes', source: 'README.md:1'}", "headline: no")
    board = load(tmp_path, text)
    assert board.scenes[1].headline == Headline(text="no", source="author")
    version = text_of().replace("headline: {text: 'yes', source: 'README.md:1'}", "headline: 1.10")
    assert load(tmp_path, version).scenes[1].headline.text == "1.10"


def test_order_is_the_lists_and_ids_are_kept(tmp_path: Path) -> None:
    turned = BOARD.model_copy(update={"scenes": BOARD.scenes[::-1]})
    assert [scene.id for scene in load(tmp_path, text_of(turned)).scenes] == [scene.id for scene in BOARD.scenes[::-1]]


COLOURS = {"background": "#000000", "surface": "#111111", "ink": "#ffffff", "muted": "#aaaaaa", "accent": "#00ff00"}
HEAD = f"project: x\ntheme: {json.dumps(COLOURS | {'accent_2': '#ff00ff'})}\n"
SCENE = "scenes:\n- id: hook\n  kind: title\n  duration_s: 3\n  headline: {text: Hello, source: author}\n"

SYNTAX = {
    "tab": (HEAD + "scenes:\n- id: hook\n\tkind: title\n", "line 5, column 1", "tab"),
    "colon in words": (HEAD + "scenes:\n- id: hook\n  headline: What: now\n", "line 5, column 17", "colon"),
    "open bracket": (HEAD + "scenes: [\n", "line 4, column 1", "never closed|bracket"),
    "open quote": (HEAD + 'scenes: "a\n', "line 4", "never closed"),
    "wrong indentation": (HEAD + "scenes:\n - id: a\n- id: b\n", "line 5, column 1", "indentation"),
    "alias": ("a: &x [1]\nb: *x\n", "line 1, column 4", "anchors"),
    "bomb": ("a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n", "line 1", "anchors"),
    "tag": (HEAD + "scenes: !!python/object/apply:os.system [x]\n", "line 3, column 9", "tags"),
    "duplicate key": (HEAD + SCENE + "  duration_s: 4\n", "line 8, column 3", "scenes.0.duration_s stands twice"),
    "two documents": (HEAD + SCENE + "---\n" + HEAD, "line 8", "more than one document"),
    "deep": ("a: " + "[" * 50 + "]" * 50, "line 1", "deeply"),
    "very deep": ("[" * 100_000, "line 1", "deeply"),
    "control character": (HEAD + "scenes: \x07\n", "line 3, column 9", "U\\+0007"),
    "many nodes": ("a: [" + "1," * 30_000 + "]", "line 1", "far too much"),
}


@pytest.mark.parametrize("case", SYNTAX)
def test_syntax_errors_have_line_and_column(tmp_path: Path, case: str) -> None:
    content, where, message = SYNTAX[case]
    error = refusal(tmp_path, content)
    assert where in error.message
    assert re.search(message, error.message), error.message
    assert "storyboard.yaml" in error.message


JSON = {
    "trailing comma": ('{\n  "project": "x",\n}', "line 2, column 17|line 3, column 1"),
    "comment": ('{\n  // words\n  "project": "x"}', "line 2, column 3"),
    "NaN": ('{"project": NaN}', "NaN"),
    "twice": ('{"project": "x", "project": "y"}', "twice"),
    "deep": ("[" * 100_000, "deeply"),
    "huge number": ('{"project": ' + "9" * 5_000 + "}", "number"),
}


@pytest.mark.parametrize("case", JSON)
def test_json_errors_have_line_and_column(tmp_path: Path, case: str) -> None:
    content, message = JSON[case]
    error = refusal(tmp_path, content, "board.json")
    assert re.search(message, error.message), error.message


def scene(**changes: str) -> str:
    fields = {"id": "hook", "kind": "title", "duration_s": "3", "headline": "{text: Hello, source: author}"} | changes
    return "scenes:\n- " + "\n  ".join(f"{key}: {value}" for key, value in fields.items() if value != "-") + "\n"


FORM = {
    "headline too long": (
        scene(headline="{text: " + "x" * 120 + ", source: copy}"),
        "scenes.0.headline.text",
        "has 120 characters; at most 90 fit",
    ),
    "headline missing": (scene(headline="-"), "scenes.0.headline", "is missing"),
    "headline empty": (scene(headline=""), "scenes.0.headline", "is empty"),
    "words empty": (scene(headline='"  "'), "scenes.0.headline.text", "is empty"),
    "control characters": (scene(headline='"a\\u202eb"'), "scenes.0.headline.text", "has control characters (U+202E)"),
    "two lines": (scene(headline='"a\\nb"'), "scenes.0.headline.text", "must be one line"),
    "no such source": (
        scene(headline="{text: Hi, source: somewhere}"),
        "scenes.0.headline.source",
        "is not a source; write README.md:12",
    ),
    "no such kind": (scene(kind="film"), "scenes.0.kind", "is 'film'; choose one of title, problem"),
    "kind missing": (scene(kind="-"), "scenes.0.kind", "is missing; choose one of title, problem"),
    "no such key": (scene(duraton_s="3"), "scenes.0.duraton_s", "is not known here; did you mean duration_s?"),
    "no such motion": (scene(motion="spin"), "scenes.0.motion", "is 'spin'; choose 'push_in'"),
    "duration 10s": (scene(duration_s="10s"), "scenes.0.duration_s", "is '10s'; must be a number"),
    "duration 0": (scene(duration_s="0"), "scenes.0.duration_s", "is 0; must be at least 1"),
    "duration 1e9": (scene(duration_s="1e9"), "scenes.0.duration_s", "is 1e9; must be at most 20"),
    "duration NaN": (scene(duration_s="nan"), "scenes.0.duration_s", "must be"),
    "id with slash": (scene(id="a/b"), "scenes.0.id", "'a/b' must be lower-case letters"),
    "id with dots": (scene(id="../a"), "scenes.0.id", "must be lower-case letters"),
    "same id": (scene() + scene().removeprefix("scenes:\n"), "scenes", "two scenes have the id 'hook'"),
    "no scenes": ("scenes: []\n", "scenes", "is empty; a film needs at least 1 scene"),
    "scenes missing": ("", "scenes", "is missing"),
    "scenes no list": ("scenes: x\n", "scenes", "must be a list"),
    "scene no mapping": ("scenes: [x]\n", "scenes.0", "must be a mapping"),
    "500 scenes": (
        "scenes:\n" + "".join(scene(id=f"s{i}")[8:] for i in range(500)),
        "scenes",
        "has 500 entries; at most 12 fit",
    ),
    "too many lines of code": (
        scene(kind="code", code="{text: " + json.dumps("\n".join("abcdefghijklmno")) + ", source: author}"),
        "scenes.0.code.text",
        "has 15 lines; at most 14 fit",
    ),
    "five features": (
        scene(kind="features", items="[" + "{title: a}," * 5 + "]"),
        "scenes.0.items",
        "has 5 entries; at most 4 fit",
    ),
    "no features": (scene(kind="features", items="[]"), "scenes.0.items", "has 0 entries; at least 1 needed"),
    "other version": (scene() + "format: 2\n", "format", "is 2; this readme2video reads format 1"),
}


@pytest.mark.parametrize("case", FORM)
def test_what_does_not_fit_is_told_with_its_path(tmp_path: Path, case: str) -> None:
    content, path, message = FORM[case]
    error = refusal(tmp_path, HEAD + content)
    assert error.path == path
    assert message in error.message
    assert error.message.startswith(f"{path}: ")
    for word in ("validation error", "Input should", "pydantic", "title.headline"):
        assert word not in error.message


def test_the_line_and_the_scene_are_named(tmp_path: Path) -> None:
    error = refusal(tmp_path, HEAD + scene(motion="spin", transition="jump"))
    assert error.message.endswith("(line 8)")
    assert error.scene == "hook"
    assert "scenes.0.transition" in error.hint


def test_colours_are_checked(tmp_path: Path) -> None:
    error = refusal(tmp_path, HEAD.replace("#00ff00", "green") + scene())
    assert error.path == "theme.accent"
    assert "'green' must be a colour such as #1a2b3c" in error.message


FILES = {
    "empty": (b"", "is empty"),
    "only a mark": (b"\xef\xbb\xbf\n", "is empty"),
    "only comments": (b"# words\n", "is empty"),
    "UTF-16": ("project: x".encode("utf-16"), "UTF-16"),
    "UTF-16 without mark": ("project: x".encode("utf-16-le"), "UTF-16"),
    "Latin-1": (b"project: x\nname: caf\xe9\n", r"not UTF-8 \(line 2\)"),
    "too large": (b"#" + b"x" * LIMIT_BYTES, "larger than 1 MB"),
    "a list": (b"- a\n- b\n", "must be a mapping"),
    "a word": (b"hello\n", "must be a mapping"),
}


@pytest.mark.parametrize("case", FILES)
def test_files_that_are_no_storyboard(tmp_path: Path, case: str) -> None:
    content, message = FILES[case]
    error = refusal(tmp_path, content)
    assert re.search(message, error.message), error.message


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoryboardError, match="There is no storyboard file"):
        load_storyboard(tmp_path / "none.yaml")
    with pytest.raises(StoryboardError, match="cannot be read"):
        load_storyboard(tmp_path)


line_st = st.text(
    st.characters(
        blacklist_categories=["Cs", "Cc"], blacklist_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    ),
    min_size=1,
    max_size=60,
).filter(lambda text: text.strip() != "")
source_st = st.sampled_from(["README.md:1", "docs/a b.rst:12-14", "fact:stars", "copy", "author"])
words_st = st.builds(Words, text=line_st, source=source_st)
headline_st = st.builds(Headline, text=line_st, source=source_st)
code_st = st.builds(
    Code,
    text=st.lists(st.text(st.sampled_from("ab 0:#-|>'\"\t\\{}[]&*!%é漢"), max_size=20), min_size=1, max_size=14)
    .map("\n".join)
    .filter(lambda text: text.strip() != ""),
    source=source_st,
)
times = {"duration_s": st.floats(1, 20), "motion": st.sampled_from(["still", "pan_left"])}
scenes_st = st.lists(
    st.one_of(
        st.builds(TitleScene, id=st.just("x"), headline=headline_st, subline=st.none() | words_st, **times),
        st.builds(CodeScene, id=st.just("x"), headline=headline_st, code=code_st, **times),
        st.builds(
            FeaturesScene,
            id=st.just("x"),
            headline=headline_st,
            items=st.lists(st.builds(Feature, title=words_st, detail=st.none() | words_st), min_size=1, max_size=4).map(
                tuple
            ),
            **times,
        ),
    ),
    min_size=1,
    max_size=4,
).map(lambda scenes: tuple(scene.model_copy(update={"id": f"s{index}"}) for index, scene in enumerate(scenes)))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.builds(Storyboard, project=line_st, theme=st.just(THEME), scenes=scenes_st))
def test_any_storyboard_comes_back_the_same(tmp_path: Path, board: Storyboard) -> None:
    assert load(tmp_path, to_yaml(board)) == board


def test_the_schema_is_the_checked_in_one() -> None:
    assert SCHEMA_FILE.read_text("utf-8") == schema_text(), "write it anew: SCHEMA_FILE.write_text(schema_text())"


def test_the_schema_names_what_it_describes() -> None:
    schema = storyboard_schema()
    assert schema["title"] == "readme2video storyboard"
    assert "$id" not in schema
    assert schema["$defs"]["Headline"]["anyOf"][0] == {"type": "string", "minLength": 1}


def test_nothing_is_written_that_the_reader_refuses() -> None:
    twice = words("same", "copy")
    board = Storyboard(
        project="x",
        theme=THEME,
        scenes=(ProblemScene(id="a", duration_s=3, headline=headline("x"), points=(twice, twice)),),
    )
    assert "&" not in to_yaml(board)
    assert yaml.safe_load(to_yaml(board))["scenes"][0]["points"] == [{"text": "same", "source": "copy"}] * 2
