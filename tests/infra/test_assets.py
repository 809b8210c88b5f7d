"""The assets come by lock file, from wherever the machine's registry is."""

from __future__ import annotations

import json
import re

from infra.machine import assets


def test_the_lock_names_no_host() -> None:
    lock = (assets.SOURCE / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in lock
    assert "resolved" not in lock


def test_every_asset_is_wanted_in_exactly_one_version_and_locked_by_its_hash() -> None:
    wanted = json.loads((assets.SOURCE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    locked = json.loads((assets.SOURCE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name, version in wanted.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert locked[f"node_modules/{name}"]["version"] == version
    assert all(entry["integrity"].startswith("sha512-") for path, entry in locked.items() if path)


def test_a_pointer_to_a_source_map_that_is_not_served_is_cut_off() -> None:
    assert assets.without_source_map(b"a{}\n/*# sourceMappingURL=a.css.map */") == b"a{}\n"
    assert assets.without_source_map(b"f()\n//# sourceMappingURL=f.js.map\n") == b"f()\n"
    assert assets.without_source_map(b"plain") == b"plain"


def test_a_program_that_is_no_npm_counts_as_too_old() -> None:
    assert assets.npm_version("/bin/false") == 0
