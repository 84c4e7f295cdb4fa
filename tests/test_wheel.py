"""The wheel: what is in it, and that the program starts from it, far from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from app.version import __version__

ROOT = Path(__file__).resolve().parents[1]


def run(arguments: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | variables
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel with the build backend itself, which needs no network."""
    folder = tmp_path_factory.mktemp("wheel")
    done = run(["-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)], ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> frozenset[str]:
    with zipfile.ZipFile(wheel) as archive:
        return frozenset(archive.namelist())


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_only_one_name_lands_in_site_packages(names: frozenset[str]) -> None:
    assert {name.split("/")[0] for name in names} == {"unrolled", f"unrolled-{__version__}.dist-info"}


def test_every_file_of_the_packages_is_in_it(names: frozenset[str]) -> None:
    left_out = (".pyc", ".pyo")
    expected = {
        f"unrolled/{path.relative_to(ROOT).as_posix()}"
        for package in ("app", "content", "engine")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix not in left_out
    } | {"unrolled/main.py"}
    assert expected == {name for name in names if name.startswith("unrolled/")}
    for suffix in (".yaml", ".svg", ".otf", ".ttf"):
        assert any(name.endswith(suffix) for name in expected), f"no {suffix} file to ship"


def test_the_licences_travel_along(names: frozenset[str]) -> None:
    licences = {name.partition("/licenses/")[2] for name in names if "/licenses/" in name}
    assert {"LICENSE", "NOTICE", "content/LICENSE"} <= licences


def test_it_starts_from_elsewhere(installed: Path, tmp_path: Path) -> None:
    done = run(["-m", "unrolled.main", "--version"], tmp_path, PYTHONPATH=str(installed))
    assert (done.returncode, done.stdout) == (0, f"Unrolled {__version__}\n"), done.stderr


def test_its_packages_find_each_other(installed: Path, tmp_path: Path) -> None:
    """The packages import each other by the names they have in the checkout; the launcher makes that true."""
    program = (
        "import unrolled.main; assert unrolled.main.main(['--version']) == 0\n"
        "import app.run, content.library, engine\n"
        "print(app.run.__file__, content.library.__file__, engine.__file__, sep='\\n')"
    )
    done = run(["-c", program], tmp_path, PYTHONPATH=str(installed))
    assert done.returncode == 0, done.stderr
    for line in done.stdout.splitlines()[1:]:
        assert Path(line).is_relative_to(installed / "unrolled"), line


def test_a_worker_process_finds_them_too(installed: Path, tmp_path: Path) -> None:
    script = tmp_path / "start.py"
    script.write_text(
        "import multiprocessing\n"
        "import unrolled.main\n"
        "def work(queue):\n"
        "    import engine\n"
        "    queue.put(engine.__file__)\n"
        "if __name__ == '__main__':\n"
        "    unrolled.main.main(['--version'])\n"
        "    context = multiprocessing.get_context('spawn')\n"
        "    queue = context.Queue()\n"
        "    process = context.Process(target=work, args=(queue,))\n"
        "    process.start()\n"
        "    print(queue.get(timeout=60))\n"
        "    process.join()\n",
        encoding="utf-8",
    )
    done = run([str(script)], tmp_path, PYTHONPATH=str(installed))
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.splitlines()[-1]).is_relative_to(installed / "unrolled")
