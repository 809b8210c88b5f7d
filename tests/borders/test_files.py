"""S1, S2, H3: a committee's files stay in its own folder whatever they are called, and a ticket opens one at home only."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import UUID

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from core import storage, tenancy
from core.errors import NotFound
from core.tenancy import Context, OutsideCommittee

WHO = UUID(int=1)
PIECES = st.sampled_from(
    ["..", ".", "/", "\\", "%2e%2e", "%2f", "%s", "\0", "\n", " ", "a", "b.txt", "~", "430921", "．．", "‥", "／", "é", "界", ":", "CON", "C:"]
)  # fmt: skip
NAMES = st.lists(PIECES, min_size=1, max_size=8).map("".join) | st.text(min_size=1, max_size=30)


class At:
    """Stand in a committee without a database."""

    def __init__(self, code: str) -> None:
        self.context = Context(role=None, committee=tenancy.Committee(code, "", "", "county", None, "active", 1))

    def __enter__(self) -> None:
        self.token = tenancy._context.set(self.context)

    def __exit__(self, *_: object) -> None:
        tenancy._context.reset(self.token)


@pytest.fixture
def root(tmp_path, settings) -> Path:
    settings.MEDIA_ROOT = str(tmp_path / "files")
    (tmp_path / "secret.txt").write_text("外面")
    return tmp_path


def _files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


@given(name=NAMES)
@how(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_a_file_is_called_it_lands_in_its_committees_folder_or_is_refused(root, name):
    before = _files(root)
    with At("430923"):
        try:
            saved = default_storage.save(name, ContentFile(b"x"))
            assert default_storage.open(saved).read() == b"x"
        except (SuspiciousFileOperation, ValueError, OSError):
            saved = None
        uploaded = default_storage.save(f"photos/{default_storage.get_valid_name(name)}", ContentFile(b"y"))
        assert default_storage.open(uploaded).read() == b"y"
    home = root / "files" / "430923"
    for path in _files(root) - before:
        assert path.resolve().is_relative_to(home.resolve())
    with At("430921"):
        assert not default_storage.exists(uploaded)
        if saved:
            assert not default_storage.exists(saved)


@given(name=NAMES)
@how(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_name_is_asked_for_nothing_outside_is_read_listed_or_removed(root, name):
    outside = {root / "secret.txt", root / "files" / "430921" / "b.txt"}
    outside_now = [path for path in outside if path.is_file()]
    with At("430921"):
        if not default_storage.exists("b.txt"):
            default_storage.save("b.txt", ContentFile("南县".encode()))
    with At("430923"):
        for act in (default_storage.open, default_storage.listdir, default_storage.size, default_storage.delete):
            try:
                found = act(name)
            except (SuspiciousFileOperation, ValueError, OSError):
                continue
            assert act is default_storage.delete or "外面" not in str(found)
    assert all(path.is_file() for path in outside_now)


@pytest.mark.parametrize(
    "name", ["../430921/b.txt", "a/../../x", "/etc/passwd", "..", ".", "", "a//b", "a\\b", "a\0", "%2e%2e/x", "a/" * 9 + "b", ".env"]
)  # fmt: skip
def test_names_that_are_not_ours_are_refused_not_mended(root, name):
    with At("430923"), pytest.raises(SuspiciousFileOperation):
        default_storage.path(name)


def test_a_link_out_of_the_folder_is_not_followed(root):
    with At("430923"):
        default_storage.save("a.txt", ContentFile(b"x"))
        (root / "files" / "430923" / "link.txt").symlink_to(root / "secret.txt")
        (root / "files" / "430923" / "up").symlink_to(root)
        for name in ("link.txt", "up/secret.txt"):
            with pytest.raises(SuspiciousFileOperation):
                default_storage.open(name)
            with pytest.raises(NotFound):
                storage.send(name, called="x.txt")


def test_outside_a_committee_there_is_no_folder(root):
    for act in (default_storage.open, default_storage.exists, default_storage.path, default_storage.delete):
        with pytest.raises(OutsideCommittee):
            act("a.txt")
    with pytest.raises(OutsideCommittee):
        default_storage.save("a.txt", ContentFile(b"x"))
    with pytest.raises(OutsideCommittee):
        storage.ticket("a.txt", user=WHO)


def test_one_storage_object_serves_each_committee_from_its_own_folder(root):
    for code in ("430923", "430921"):
        with At(code):
            default_storage.save("a.txt", ContentFile(code.encode()))
    for code in ("430923", "430921"):
        with At(code):
            assert default_storage.open("a.txt").read() == code.encode()


def test_files_are_for_the_process_alone_and_have_no_address(root):
    with At("430923"):
        saved = default_storage.save("photos/a.jpg", ContentFile(b"x"))
        path = default_storage.path(saved)
        assert (os.stat(path).st_mode & 0o777, os.stat(os.path.dirname(path)).st_mode & 0o777) == (0o600, 0o700)
        with pytest.raises(ValueError, match="no address"):
            default_storage.url(saved)


def test_a_ticket_opens_its_file_for_its_user_at_its_committee_for_five_minutes(root, settings, monkeypatch):
    with At("430923"):
        word = storage.ticket("photos/a.jpg", user=WHO)
        assert storage.redeem(word, user=WHO) == "photos/a.jpg"
        for altered in (word[:-1], word.replace(":", ";"), "", "x:y:z"):
            with pytest.raises(NotFound):
                storage.redeem(altered, user=WHO)
        with pytest.raises(NotFound):
            storage.redeem(word, user=UUID(int=2))
        with monkeypatch.context() as patch:
            patch.setattr(storage, "TICKET_SECONDS", -1)
            with pytest.raises(NotFound):
                storage.redeem(word, user=WHO)
    with At("430921"), pytest.raises(NotFound):
        storage.redeem(word, user=WHO)
    settings.DEPLOYMENT = "elsewhere"
    with At("430923"), pytest.raises(NotFound):
        storage.redeem(word, user=WHO)


def test_a_sent_file_is_a_download_nobody_keeps(root):
    with At("430923"):
        saved = default_storage.save(default_storage.get_valid_name("报告.html"), ContentFile(b"<script>"))
        answer = storage.send(saved, called="报告.html")
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["Cache-Control"] == "private, no-store"
        assert b"".join(answer.streaming_content) == b"<script>"
