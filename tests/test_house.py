"""The house is in order: what its papers promise is there, and nothing of one computer is left in it."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
BINARY = {".sqlite", ".otf", ".ttf", ".png", ".webp", ".gif", ".ico", ".icns", ".npz", ".safetensors"}

# Written in pieces, or this file would be the first to be found.
TRACES = {
    "a home folder": r"(?<![\w.])/(?:home/\w|" + "ro" + r"ot/|Users/\w)",
    "a workplace": r"(?<![\w.])/(?:work|opt)/\w|(?<![\w.])/tmp/\w+/",
    "a Windows user's folder": r"[A-Z]:\\+Users\\+\w",
    "a package registry": r"(?:py"
    + r"pi\.org|python"
    + r"hosted\.org|registry\.np"
    + r"mjs|deb\.deb"
    + r"ian\.org)",
    "a pip option that names a registry": r"--(?:extra-)?index-[u]rl|--trusted-[h]ost|--find-[l]inks",
}


@cache
def tracked_files() -> tuple[Path, ...]:
    """Return what is, or would be, in the repository; outside a repository, everything but hidden folders."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        hidden = re.compile(r"/(\.[^/]+|__pycache__)(/|$)")
        paths = [p for p in ROOT.rglob("*") if not hidden.search("/" + p.relative_to(ROOT).as_posix())]
    return tuple(path for path in paths if path.is_file())


def text_files() -> list[Path]:
    return [path for path in tracked_files() if path.suffix not in BINARY]


@cache
def project() -> dict[str, object]:
    found = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert isinstance(found, dict)
    return found


# --------------------------------------------------------------------------------------------------- traces


@pytest.mark.parametrize("what", TRACES)
def test_no_file_names_one_computer(what: str) -> None:
    pattern = re.compile(TRACES[what])
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in text_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert not found, f"{what} is named"


def test_the_search_for_traces_finds_them() -> None:
    samples = {
        "a home folder": "/ho" + "me/ada/x.py",
        "a workplace": "see /op" + "t/wheels",
        "a Windows user's folder": "C:" + r"\Users" + r"\ada",
        "a package registry": "https://py" + "pi.org/simple",
        "a pip option that names a registry": "pip install --ind" + "ex-url x",
    }
    assert samples.keys() == TRACES.keys()
    for what, sample in samples.items():
        assert re.search(TRACES[what], sample), what


def test_text_files_are_utf8_with_unix_line_ends() -> None:
    wrong = []
    for path in text_files():
        if path.is_relative_to(ROOT / "tests" / "data" / "banks"):
            continue  # banks as people write them, with whatever line ends and encodings they have
        data = path.read_bytes()
        data.decode("utf-8")
        if b"\r" in data or (data and not data.endswith(b"\n")):
            wrong.append(str(path.relative_to(ROOT)))
    assert not wrong, "carriage returns, or no line end at the end"


# --------------------------------------------------------------------------------------------- dependencies


def _pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    for line in pins:
        assert re.fullmatch(r"[A-Za-z0-9.-]+==[A-Za-z0-9.]+", line), f"not a plain pin: {line}"
    return {canonicalize_name(name): version for name, version in (line.split("==") for line in pins)}


def test_every_dependency_is_pinned_to_a_version_that_it_allows() -> None:
    pins = _pins()
    extras = project()["optional-dependencies"]
    assert isinstance(extras, dict)
    wanted = project()["dependencies"]
    assert isinstance(wanted, list)
    for line in [*wanted, *extras["dev"]]:
        requirement = Requirement(line)
        name = canonicalize_name(requirement.name)
        assert name in pins, f"{name} is not in constraints.txt"
        assert requirement.specifier.contains(pins[name]), f"{requirement} does not allow {pins[name]}"


# ------------------------------------------------------------------------------------------------- licences


def test_the_licences_are_there_in_full() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "END OF TERMS AND CONDITIONS" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Section 8 -- Interpretation." in (ROOT / "content" / "LICENSE").read_text(encoding="utf-8")


def test_every_shipped_font_has_its_licence_beside_it() -> None:
    fonts = [path for path in tracked_files() if path.suffix in (".otf", ".ttf")]
    assert fonts
    for font in fonts:
        family = font.stem.split("-")[0].lower()
        texts = [path for path in font.parent.glob("*.txt") if family in path.name.lower().replace(" ", "")]
        assert texts, f"no licence text for {font.name}"
        assert any("SIL OPEN FONT LICENSE" in path.read_text(encoding="utf-8").upper() for path in texts)


def test_every_folder_of_icons_has_its_licence() -> None:
    folders = {path.parent for path in tracked_files() if path.suffix == ".svg" and "assets" in path.parts}
    assert folders
    assert all(list(folder.glob("LICENSE*")) for folder in folders)


# ------------------------------------------------------------------------------------------------ documents


def _without_code(document: Path) -> str:
    return re.sub(r"```.*?```|`[^`\n]*`", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_links_in_the_documents_lead_somewhere() -> None:
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in tracked_files()
        if path.suffix == ".md"
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", _without_code(path))
        if not re.match(r"[a-z]+:", target) and not (path.parent / target).exists()
    ]
    assert not broken


def test_the_first_question_of_the_readme_passes_the_checker(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (bank,) = re.findall(r"^```yaml\n(.*?)^```$", readme, flags=re.MULTILINE | re.DOTALL)
    path = tmp_path / "my-bank.yaml"
    path.write_text(bank, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "content", "check", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_make_targets_named_in_the_documents_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, flags=re.MULTILINE))
    for name in ("README.md", "CONTRIBUTING.md"):
        for target in re.findall(r"`make ([a-z][a-z-]*)", (ROOT / name).read_text(encoding="utf-8")):
            assert target in targets, f"{name} names `make {target}`"


def test_the_changelog_knows_this_version() -> None:
    version = re.search(r'__version__ = "(.+)"', (ROOT / "app" / "version.py").read_text(encoding="utf-8"))
    assert version is not None
    assert f"## [{version[1]}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
