"""The output folder: whole files, no stale ones, and a person's edits are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from makers import shot, storyboard
from readme2video.errors import OutputError
from readme2video.events import ignore
from readme2video.publish import OutputFolder
from readme2video.report import Take
from readme2video.store import Store
from readme2video.timeline import arrange


@pytest.fixture
def store(tmp_path: Path):
    made = Store(tmp_path / ".store", ignore)
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path, store: Store) -> OutputFolder:
    return OutputFolder(tmp_path / "acme-tool", store)


def test_an_edited_storyboard_is_moved_aside_and_ours_is_not(folder: OutputFolder):
    assert folder.storyboard("one", None) is None
    assert folder.storyboard("two", None) is None
    target = folder.folder / "storyboard.yaml"
    target.write_text("edited by hand")
    assert folder.storyboard("three", None) == "storyboard.edited-1.yaml"
    assert (folder.folder / "storyboard.edited-1.yaml").read_text() == "edited by hand"
    target.write_text("edited again")
    assert folder.storyboard("three", None) == "storyboard.edited-2.yaml"
    assert target.read_text() == "three"


def test_the_given_storyboard_is_left_as_it_is(folder: OutputFolder):
    target = folder.folder / "storyboard.yaml"
    target.write_text("# my comment\nedited")
    assert folder.storyboard("generated", target) is None
    assert target.read_text() == "# my comment\nedited"


def test_pictures_are_named_by_place_and_stale_ones_go(folder: OutputFolder, store: Store):
    board = storyboard()
    (folder.folder / "scenes" / "09-old-scene.png").write_bytes(b"stale")
    (folder.folder / "scenes" / "my-own.png").write_bytes(b"mine")
    takes = [
        Take(aspect=aspect, timeline=arrange(board, 30), shots=tuple(shot(store.keep_bytes, n) for n in range(3)))
        for aspect in ("16:9", "9:16")
    ]
    rows = folder.pictures(board, takes)
    assert [picture.image for picture in rows[0]] == ["scenes/01-hook.png", "scenes/01-hook-9x16.png"]
    names = {path.name for path in (folder.folder / "scenes").iterdir()}
    assert {"01-hook.png", "01-hook-plate.png", "01-hook-ink.png", "03-end-9x16.png", "my-own.png"} <= names
    assert "09-old-scene.png" not in names


def test_f97_a_file_that_was_changed_is_restored(folder: OutputFolder, store: Store):
    board = storyboard()
    take = Take(aspect="16:9", timeline=arrange(board, 30), shots=tuple(shot(store.keep_bytes, n) for n in range(3)))
    folder.pictures(board, [take])
    file = folder.folder / "scenes" / "01-hook.png"
    good = file.read_bytes()
    file.write_bytes(b"x" * len(good))
    folder.pictures(board, [take])
    assert file.read_bytes() == good
    assert store.path(take.shots[0].full).read_bytes() == good


def test_f97_nothing_half_written_is_left(folder: OutputFolder):
    folder.data("report.json", b"{}")
    assert not [path for path in folder.folder.iterdir() if path.name.startswith(".partial")]


def test_f97_a_folder_that_is_a_file_is_a_clear_error(tmp_path: Path, store: Store):
    (tmp_path / "taken").write_text("")
    with pytest.raises(OutputError, match="taken"):
        OutputFolder(tmp_path / "taken", store)
