"""The command line as a user meets it: real processes, exit codes, clear messages, no traceback."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from makers import project

COMMAND = [str(Path(sys.executable).with_name("readme2video"))]


def small(home: Path) -> list[str]:
    return ["--quality", "draft", "--storyboard", str(home / "board.yaml")]


def least(home: Path) -> list[str]:
    return ["--quality", "draft", "--storyboard", str(home / "least.yaml")]


def call(*arguments: str | Path, cwd: Path | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, **environ},
        check=False,
        timeout=150,
    )


def test_help_is_instant_and_loads_nothing_heavy():
    script = "import sys, readme2video.cli\nprint(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = set(
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    )
    heavy = {"pydantic", "rich", "httpx", "playwright", "moviepy", "numpy", "cv2", "av", "PIL", "anthropic", "yaml"}
    assert not loaded & heavy
    done = call("--help")
    assert done.returncode == 0
    for verb in ("make", "plan", "check", "status", "doctor", "install-browser"):
        assert verb in done.stdout


@pytest.mark.parametrize("verb", ["make", "plan", "check", "status", "doctor", "install-browser"])
def test_every_verb_explains_itself(verb: str):
    done = call(verb, "--help")
    assert done.returncode == 0
    assert "Usage: readme2video" in done.stdout


@pytest.fixture(scope="module")
def made(
    tiny_film: tuple[Path, subprocess.CompletedProcess[str]], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    film, done = tiny_film
    base = tmp_path_factory.mktemp("cli") / "copy"
    shutil.copytree(film, base)
    return base, done


def test_a_bare_source_makes_the_film_and_stdout_is_one_object(made: tuple[Path, subprocess.CompletedProcess[str]]):
    _, done = made
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert set(said) == {
        "exit_code",
        "videos",
        "poster",
        "storyboard",
        "report",
        "scenes",
        "cost",
        "checks",
        "writing",
        "engines",
    }
    assert said["exit_code"] == 0
    assert set(said["videos"][0]) == {"aspect", "path", "duration_s", "size_px"}
    assert set(said["scenes"][0]) == {
        "id", "kind", "headline", "duration_s", "animator", "model", "task_id", "credits", "fallback", "source_lines",
        "legibility",
    }  # fmt: skip
    assert set(said["cost"]) == {"spent_credits", "in_doubt_credits", "spent_usd", "claude_usd", "cap_usd"}
    assert said["engines"] == {"storyboarder": "offline", "animator": "local"}
    for path in (said["videos"][0]["path"], said["poster"], said["storyboard"], said["report"]):
        assert Path(path).is_file()


def test_progress_goes_to_stderr_and_says_the_engines_first(made: tuple[Path, subprocess.CompletedProcess[str]]):
    _, done = made
    first = done.stderr.splitlines()[:4]
    assert any("offline" in line for line in first)
    assert any("local" in line for line in first)


def test_a_second_run_prints_the_same_path_quietly(made: tuple[Path, subprocess.CompletedProcess[str]]):
    base, _ = made
    done = call("make", base / "tinyproject", "-o", base / "out", *small(base / "tinyproject"), "-q")
    assert done.returncode == 0
    assert done.stdout == f"{base / 'out' / 'tinyproject' / 'promo.mp4'}\n"
    assert done.stderr == ""


def test_make_tells_the_verdict_and_strict_makes_a_failed_check_count(
    made: tuple[Path, subprocess.CompletedProcess[str]],
):
    base, done = made
    assert "Checks: " in done.stderr
    assert "FAIL  P2 reading time" in done.stderr
    strict = call("make", base / "tinyproject", "-o", base / "out", *small(base / "tinyproject"), "--strict", "-q")
    assert strict.returncode == 2
    assert strict.stdout.endswith("promo.mp4\n"), "the film is there all the same"
    assert "P2 reading time" in strict.stderr


def test_check_and_status_tell_what_stands(made: tuple[Path, subprocess.CompletedProcess[str]]):
    base, _ = made
    done = call("check", base / "out" / "tinyproject")
    # The tiny film's scenes are shorter than their words need; nothing else of it may fail.
    assert {line.split("  ")[2] for line in done.stdout.splitlines() if "FAIL" in line} == {"P2 reading time"}
    assert done.returncode == 2, done.stdout + done.stderr
    heads = [line for line in done.stdout.splitlines() if not line.startswith(" ")]
    assert heads[:-1] == ["Words", "Story", "Picture", "Sound and captions", "File", "Money"]
    assert "F1 container" in done.stdout
    rows = json.loads(call("check", base / "out" / "tinyproject", "--json", "--strict").stdout)["checks"]
    seen = [row for row in rows if row["rule"] == "P2 reading time" and row["level"] == "fail"]
    assert seen[0]["scene"]
    assert seen[0]["fix"]
    assert (base / "out" / "tinyproject" / seen[0]["picture"]).is_file()
    shown = json.loads((base / "out" / "tinyproject" / "report.json").read_text())["checks"]
    there = {row["picture"] for row in shown if row["picture"]}
    assert there
    assert seen[0]["picture"] not in there, "what the report shows is not written over"
    assert all((base / "out" / "tinyproject" / name).is_file() for name in there)
    status = call("status", "-o", base / "out")
    assert "tinyproject" in status.stdout
    assert "promo.mp4" in status.stdout
    assert json.loads(call("status", "-o", base / "out", "--json").stdout)["projects"][0]["run"] is None
    assert "Nothing stands in" in call("status", "-o", base / "nowhere").stdout


def test_check_fails_on_a_film_that_was_harmed(made: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path):
    base, _ = made
    folder = tmp_path / "tinyproject"
    shutil.copytree(base / "out" / "tinyproject", folder)
    (folder / "promo.mp4").unlink()
    done = call("check", folder)
    assert done.returncode == 2
    assert "FAIL" in done.stdout


BROKEN = {
    "syntax": ("scenes: [\n", "line"),
    "unknown": ("format: 1\nspeed: 3\n", "speed"),
    "empty": ("", "empty"),
}


def bad_cases(base: Path) -> dict[str, tuple[list[str | Path], int, str]]:
    home = project(base / "good")
    empty = project(base / "empty", "")
    binary = base / "binary"
    binary.mkdir()
    (binary / "README.md").write_bytes(bytes(range(256)) * 40)
    bare = base / "bare"
    bare.mkdir()
    board = base / "broken.yaml"
    board.write_text("format: 1\nproject: x\nscenes: nonsense\n")
    taken = base / "taken"
    taken.write_text("a file")
    return {
        "nonexistent": (["/nonexistent"], 3, "/nonexistent"),
        "no readme": ([bare], 3, "README"),
        "empty readme": ([empty], 3, "empty"),
        "binary readme": ([binary], 3, "text"),
        "broken storyboard": ([home, "--storyboard", board], 2, "scenes"),
        "missing storyboard": ([home, "--storyboard", base / "no.yaml"], 2, "no.yaml"),
        "output is a file": ([home, "-o", taken], 9, "taken"),
        "wrong quality": ([home, "--quality", "ultra"], 2, "--quality"),
        "wrong length": ([home, "--length", "0"], 2, "--length"),
        "wrong aspect": ([home, "--aspect", "16:10"], 2, "--aspect"),
        "wrong stage": ([home, "--again", "cook"], 2, "cook"),
        "hostile url": (["https://github.com@evil.example/o/n"], 2, "github.com"),
        "option-like": (["--upload-pack=x"], 2, "upload-pack"),
        "no source": (["make"], 2, "SOURCE"),
        "check nothing": (["check", base / "nothing"], 3, "nothing"),
    }


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[list[str | Path], int, str]]:
    return bad_cases(tmp_path_factory.mktemp("bad"))


@pytest.mark.parametrize(
    "name",
    [
        "nonexistent", "no readme", "empty readme", "binary readme", "broken storyboard", "missing storyboard",
        "output is a file", "wrong quality", "wrong length", "wrong aspect", "wrong stage", "hostile url",
        "option-like", "no source", "check nothing",
    ],
)  # fmt: skip
def test_bad_input_is_one_clear_message(bad: dict[str, tuple[list[str | Path], int, str]], name: str, tmp_path: Path):
    arguments, code, said = bad[name]
    done = call(*arguments, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere; a read-only file system stands in below")
def test_f82_a_read_only_output_folder(tmp_path: Path):
    home = project(tmp_path / "tiny")
    out = tmp_path / "out"
    out.mkdir(mode=0o555)
    done = call(home, "-o", out / "inside")
    assert done.returncode == 9
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a file system that root cannot write")
def test_f82_an_output_folder_nobody_can_write(tmp_path: Path):
    home = project(tmp_path / "tiny")
    done = call(home, "-o", "/proc/readme2video")
    assert done.returncode == 9
    assert "cannot be" in done.stderr
    assert "Traceback" not in done.stderr


def test_json_errors_are_objects_too(tmp_path: Path):
    done = call("/nonexistent", "--json", cwd=tmp_path)
    assert done.returncode == 3
    assert json.loads(done.stdout)["exit_code"] == 3


def test_f87_the_second_run_in_a_folder_names_the_first(tmp_path: Path):
    home = project(tmp_path / "tinyproject")
    first = subprocess.Popen(
        [*COMMAND, str(home), "-o", str(tmp_path / "out"), *small(home)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        about = tmp_path / "out" / ".store" / "locks" / "tinyproject.json"
        deadline = time.monotonic() + 30
        while not about.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        second = call(home, "-o", tmp_path / "out", *small(home))
        assert second.returncode == 10
        assert f"process {first.pid}" in second.stderr
    finally:
        first.send_signal(signal.SIGTERM)
        _, said = first.communicate(timeout=60)
    assert first.returncode == 143
    assert b"Traceback" not in said
    assert _left_over(first.pid) == []


def _left_over(pid: int) -> list[str]:
    """Processes still alive whose parent was ``pid``."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            if f"PPid:\t{pid}\n" in status.read_text():
                found.append(status.parent.name)
        except OSError:
            continue
    return found


def test_ctrl_c_ends_in_order_and_loses_nothing(tmp_path: Path):
    home = project(tmp_path / "tinyproject")
    arguments = [*COMMAND, str(home), "-o", str(tmp_path / "out"), *least(home)]
    first = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not list((tmp_path / "out").glob(".store/records/shoot/*.json")) and time.monotonic() < deadline:
        time.sleep(0.02)
    first.send_signal(signal.SIGINT)
    _, said = first.communicate(timeout=60)
    assert first.returncode == 130, said
    assert b"Nothing finished is lost" in said
    assert b"Traceback" not in said
    assert call(home, "-o", tmp_path / "out", *least(home)).returncode == 0


def killed_and_resumed(folder: Path, seed: int, flags: Callable[[Path], list[str]] = small) -> None:
    """Kill -9 at a random moment, run the same command again: a film, and nothing finished was redone."""
    home = project(folder / "tinyproject")
    out = folder / "out"
    arguments = [*COMMAND, str(home), "-o", str(out), *flags(home)]
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    time.sleep(random.Random(seed).uniform(0.3, 9.0))  # noqa: S311 - a moment, not a secret
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    kept = {path: path.stat().st_mtime_ns for path in (out / ".store" / "records").rglob("*.json")}
    done = call(home, "-o", out, *flags(home), "--json")
    assert done.returncode == 0, f"seed {seed}: {done.stderr}"
    assert Path(json.loads(done.stdout)["videos"][0]["path"]).is_file()
    after = {path: path.stat().st_mtime_ns for path in (out / ".store" / "records").rglob("*.json")}
    assert {path: after[path] for path in kept} == kept, f"seed {seed}: a finished result was made again"
    assert not list((out / ".store" / "work").iterdir()), f"seed {seed}: scratch was left"


@pytest.mark.parametrize("seed", [1, 2])
def test_f86_kill_9_at_a_random_moment(tmp_path: Path, seed: int):
    killed_and_resumed(tmp_path, seed, least)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(100, 140))
def test_kill_9_many_times(tmp_path: Path, seed: int):
    killed_and_resumed(tmp_path, seed)


def test_a_bug_is_reported_without_a_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    from readme2video.cli.run import guarded

    def broken() -> int:
        raise IndexError("a secret place")

    assert guarded(broken) == 1
    said = capsys.readouterr().err
    assert "has a bug" in said
    assert "Traceback" not in said
    report = Path(said.split("details are in ")[1].split(";")[0])
    assert "IndexError" in report.read_text()
    report.unlink()
