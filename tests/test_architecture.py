"""The walls of the house, as far as the import contracts in pyproject.toml cannot see them.

Everything is read from the syntax trees of the files, so nothing here imports the program.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("app", "content", "engine")
MODULES = [*sorted(path for name in PACKAGES for path in (ROOT / name).rglob("*.py")), ROOT / "main.py"]
LONGEST_MODULE = 600

# Rooms whose results depend on their arguments alone.
TIMELESS = ("engine", "content", "app/tutor", "app/storage")
CLOCKS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
    "time.monotonic",
    "time.perf_counter",
    "time.localtime",
}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def inside(*rooms: str) -> list[Path]:
    """Return the modules in these folders."""
    return [path for path in MODULES if relative(path).startswith(tuple(f"{room}/" for room in rooms))]


def imported_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Give line and full dotted name of everything imported absolutely: `from a.b import c` gives `a.b.c`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` for a chain of attributes, and something without meaning for anything else."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def calls(tree: ast.AST) -> Iterator[tuple[int, str, ast.Call]]:
    """Give line, dotted name and node of every call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.lineno, dotted(node.func), node


def test_there_is_something_to_look_at() -> None:
    for room in (*PACKAGES, *TIMELESS):
        assert inside(room), f"no module found in {room}"


def test_every_module_says_what_it_is_for() -> None:
    silent = [relative(path) for path in MODULES if not ast.get_docstring(tree_of(path))]
    assert not silent, "modules without a docstring"


def test_no_module_grows_without_bound() -> None:
    lengths = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert not {name: n for name, n in lengths.items() if n > LONGEST_MODULE}


def test_no_star_imports() -> None:
    stars = [
        f"{relative(path)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
    ]
    assert not stars


def test_controllers_know_of_qt_only_its_core() -> None:
    wrong = [
        f"{relative(path)}:{line} {name}"
        for path in inside("app/controllers")
        for line, name in imported_names(tree_of(path))
        if name.split(".")[0] in ("PySide6", "shiboken6", "pyqtgraph")
        and not name.startswith("PySide6.QtCore")
    ]
    assert not wrong


def test_the_engine_needs_numpy_and_the_standard_library_only() -> None:
    allowed = {"numpy", "engine", *sys.stdlib_module_names}
    # Asked for when such a file is opened or saved, and only there.
    at_need = {("engine/weight_files.py", "safetensors")}
    wrong = [
        f"{relative(path)}:{line} {name}"
        for path in inside("engine")
        for line, name in imported_names(tree_of(path))
        if name.split(".")[0] not in allowed and (relative(path), name.split(".")[0]) not in at_need
    ]
    assert not wrong


def test_content_needs_no_more_than_it_says() -> None:
    allowed = {
        "numpy",
        "yaml",
        "markdown_it",
        "mdit_py_plugins",
        "content",
        "engine",
        *sys.stdlib_module_names,
    }
    wrong = [
        f"{relative(path)}:{line} {name}"
        for path in inside("content")
        for line, name in imported_names(tree_of(path))
        if name.split(".")[0] not in allowed
    ]
    assert not wrong


def test_logic_reads_no_clock() -> None:
    """`now` is an argument: the same call gives the same result on every day."""
    wrong = [
        f"{relative(path)}:{line} {name}()"
        for path in inside(*TIMELESS)
        for line, name, _ in calls(tree_of(path))
        if ".".join(name.split(".")[-2:]) in CLOCKS
    ]
    wrong += [
        f"{relative(path)}:{line} from time import ..."
        for path in inside(*TIMELESS)
        for line, name in imported_names(tree_of(path))
        if name in CLOCKS
    ]
    assert not wrong


def test_logic_throws_no_dice_of_its_own() -> None:
    """Draws come from a seed or from a generator that is handed in."""
    wrong = [
        f"{relative(path)}:{line} {name}"
        for path in inside(*TIMELESS)
        for line, name in imported_names(tree_of(path))
        if name.split(".")[0] in ("random", "secrets")
    ]
    wrong += [
        f"{relative(path)}:{line} {name}() without a seed"
        for path in inside(*TIMELESS)
        for line, name, call in calls(tree_of(path))
        if name.endswith(("default_rng", "PCG64", "SeedSequence")) and not call.args and not call.keywords
    ]
    assert not wrong


def test_nothing_runs_code_from_a_file() -> None:
    """A bank is a file from a stranger: there is no door through which its text could become code."""
    wrong = [
        f"{relative(path)}:{line} {name}()"
        for path in MODULES
        for line, name, _ in calls(tree_of(path))
        if name in ("eval", "exec", "compile", "__import__", "yaml.load", "yaml.unsafe_load", "os.system")
        and not (name == "yaml.load" and _names_its_loader(path, line))
    ]
    wrong += [
        f"{relative(path)}:{line} {name}"
        for path in MODULES
        for line, name in imported_names(tree_of(path))
        if name.split(".")[0] in ("pickle", "marshal", "shelve", "dill")
    ]
    assert not wrong


def _names_its_loader(path: Path, line: int) -> bool:
    """Tell whether a call of yaml.load gives a loader, and none of PyYAML's unsafe ones."""
    call = next(node for at, name, node in calls(tree_of(path)) if at == line and name == "yaml.load")
    given = [*call.args[1:], *(keyword.value for keyword in call.keywords if keyword.arg == "Loader")]
    return bool(given) and not dotted(given[0]).endswith(("UnsafeLoader", "FullLoader", "yaml.Loader"))


# --------------------------------------------------------------------- are the import contracts aimed well?


@pytest.fixture(scope="module")
def contracts() -> list[dict[str, object]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found = settings["tool"]["importlinter"]["contracts"]
    assert isinstance(found, list)
    return found


def _modules_of(contract: dict[str, object]) -> set[str]:
    named: set[str] = set()
    for key in ("layers", "source_modules", "forbidden_modules"):
        lines = contract.get(key, [])
        assert isinstance(lines, list)
        for line in lines:
            named |= {part.strip(" ()") for part in line.replace("|", ":").split(":")}
    return named


def test_contracts_name_modules_that_exist(contracts: list[dict[str, object]]) -> None:
    """A contract about a module that was renamed would hold for ever and protect nothing."""
    ours = {m for contract in contracts for m in _modules_of(contract) if m.split(".")[0] in PACKAGES}
    gone = [
        name
        for name in sorted(ours)
        if not (ROOT / name.replace(".", "/")).is_dir()
        and not (ROOT / (name.replace(".", "/") + ".py")).is_file()
    ]
    assert not gone


def test_every_room_of_the_application_is_under_contract(contracts: list[dict[str, object]]) -> None:
    rooms = {
        f"app.{path.stem}"
        for path in (ROOT / "app").iterdir()
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").is_file()
    }
    named = {module for contract in contracts for module in _modules_of(contract)}
    assert not rooms - named, "add these rooms to the contracts in pyproject.toml"
