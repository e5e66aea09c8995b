"""Makes .venv from a lock file and does it again only when the lock has changed.

Run by the Makefile with the machine's own Python, so it uses the standard library only.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from importlib.util import find_spec
from pathlib import Path

VENV = Path(".venv")
PYTHON = VENV / "bin" / "python"
SERVER_LOCK = Path("requirements.txt")


def main(lock: Path) -> int:
    """Bring .venv to what the lock says. The development lock holds all of the server's, too."""
    if _is_installed(lock) and _works():
        return 0
    if not _can_make_venv():
        return 2
    print(f"Installing {lock} into {VENV} ...", flush=True)
    if _is_outdated():
        venv.create(VENV, with_pip=True, clear=True)
    if not _install(lock):
        return 2
    for installed in {lock, SERVER_LOCK}:
        _stamp(installed).write_text(_digest(installed))
    return 0


def _stamp(lock: Path) -> Path:
    return VENV / f"installed-{lock.stem}.sha256"


def _digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def _is_installed(lock: Path) -> bool:
    return _stamp(lock).is_file() and _stamp(lock).read_text() == _digest(lock)


def _is_outdated() -> bool:
    """An older lock left packages behind, or the Python it was made with is gone."""
    stamped = [Path(f"{stamp.name[10:-7]}.txt") for stamp in VENV.glob("installed-*.sha256")]
    return not all(lock.is_file() and _is_installed(lock) for lock in stamped) or not _works()


def _works() -> bool:
    enough = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([PYTHON, "-c", enough], capture_output=True).returncode == 0
    except OSError:
        return False


def _can_make_venv() -> bool:
    """Debian keeps the part of Python that makes environments in a package of its own."""
    if find_spec("ensurepip"):
        return True
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing {package} with apt-get ...", flush=True)
        _apt_get("update")
        if _apt_get("install", "-y", "--no-install-recommends", package):
            return True
    print(f"{sys.executable} cannot make a venv: install {package}.", file=sys.stderr)
    return False


def _apt_get(*arguments: str) -> bool:
    command = ["apt-get", "-qq", *arguments]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    nothing = subprocess.DEVNULL
    return subprocess.run(command, env=environment, stdin=nothing, stdout=nothing).returncode == 0


def _install(lock: Path) -> bool:
    """Wheels only: nothing is compiled here and nothing without a hash is taken."""
    only = ["--require-hashes", "--only-binary", ":all:", "--no-deps"]
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    pip = [str(PYTHON), "-m", "pip", "install", *quiet, *only, "-r", str(lock)]
    if subprocess.run(pip).returncode == 0:
        return True
    print(f"pip could not install {lock}: see above.", file=sys.stderr)
    return False


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
