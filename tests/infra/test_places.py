"""Where the servers' data lie when their user cannot reach the clone."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from infra.machine import places

STRANGER = 54321


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    root = tmp_path / "closed" / "clone"
    (root / ".local").mkdir(parents=True)
    return root


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    folder = tmp_path / "var-tmp"
    folder.mkdir()
    return folder


@pytest.fixture
def shut_out(monkeypatch: pytest.MonkeyPatch) -> places.ServiceUser:
    """A service user who cannot reach the clone; our own number, so that handing over works without root."""
    monkeypatch.setattr(places, "can_enter", lambda folder, **_: False)
    return places.ServiceUser("somebody", os.geteuid(), (os.getegid(),))


def test_a_stranger_passes_an_open_folder_and_not_a_closed_one(tmp_path: Path) -> None:
    inside = tmp_path / "closed" / "inside"
    inside.mkdir(parents=True)
    for folder in (tmp_path / "closed", inside):
        folder.chmod(0o755)
    open_to_all = places.can_enter(tmp_path, uid=STRANGER, groups=())
    assert places.can_enter(inside, uid=STRANGER, groups=()) is open_to_all
    (tmp_path / "closed").chmod(0o700)
    assert not places.can_enter(inside, uid=STRANGER, groups=())


def test_the_owner_passes_where_strangers_do_not(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert not places.can_enter(tmp_path, uid=STRANGER, groups=(STRANGER,))
    assert places.can_enter(Path("/"), uid=STRANGER, groups=())


def test_an_ordinary_user_keeps_the_data_in_the_clone(clone: Path, elsewhere: Path) -> None:
    folder = places.data_folder(None, local=clone / ".local", root=clone, elsewhere=elsewhere)
    assert folder == clone / ".local" / "data"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert list(elsewhere.iterdir()) == []


def test_a_closed_clone_links_its_data_from_elsewhere_and_no_folder_is_opened(
    clone: Path, elsewhere: Path, shut_out: places.ServiceUser
) -> None:
    clone.parent.chmod(0o700)
    before = [folder.stat().st_mode for folder in (clone, *clone.parents)]
    folder = places.data_folder(shut_out, local=clone / ".local", root=clone, elsewhere=elsewhere)
    assert folder.parent == elsewhere
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (clone / ".local" / "data").resolve() == folder
    assert [place.stat().st_mode for place in (clone, *clone.parents)] == before
    assert places.data_folder(shut_out, local=clone / ".local", root=clone, elsewhere=elsewhere) == folder


def test_a_copy_of_the_clone_gets_data_of_its_own(clone: Path, elsewhere: Path, shut_out: places.ServiceUser) -> None:
    first = places.data_folder(shut_out, local=clone / ".local", root=clone, elsewhere=elsewhere)
    copy = clone.with_name("copy")
    shutil.copytree(clone, copy, symlinks=True)
    second = places.data_folder(shut_out, local=copy / ".local", root=copy, elsewhere=elsewhere)
    assert second != first
    places.remove_data(local=copy / ".local", root=copy)
    assert first.exists()
    assert not second.exists()


def test_a_copy_removes_only_its_link_to_the_original_data(
    clone: Path, elsewhere: Path, shut_out: places.ServiceUser
) -> None:
    first = places.data_folder(shut_out, local=clone / ".local", root=clone, elsewhere=elsewhere)
    copy = clone.with_name("copy")
    shutil.copytree(clone, copy, symlinks=True)
    places.remove_data(local=copy / ".local", root=copy)
    assert first.exists()
    assert not (copy / ".local" / "data").is_symlink()


def test_data_swept_away_by_the_system_are_made_anew(
    clone: Path, elsewhere: Path, shut_out: places.ServiceUser
) -> None:
    first = places.data_folder(shut_out, local=clone / ".local", root=clone, elsewhere=elsewhere)
    shutil.rmtree(first)
    second = places.data_folder(shut_out, local=clone / ".local", root=clone, elsewhere=elsewhere)
    assert second.is_dir()


def test_data_move_along_when_an_open_clone_is_closed(
    clone: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = places.ServiceUser("somebody", os.geteuid(), (os.getegid(),))
    monkeypatch.setattr(places, "can_enter", lambda folder, **_: True)
    open_place = places.data_folder(user, local=clone / ".local", root=clone, elsewhere=elsewhere)
    (open_place / "rows").write_text("kept")
    monkeypatch.setattr(places, "can_enter", lambda folder, **_: False)
    closed_place = places.data_folder(user, local=clone / ".local", root=clone, elsewhere=elsewhere)
    assert closed_place.parent == elsewhere
    assert (closed_place / "rows").read_text() == "kept"
