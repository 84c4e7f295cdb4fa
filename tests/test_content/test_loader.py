"""Reading banks: what a field means, what stays usable beside what is broken, the cache, the schema."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from content import concepts
from content.cache import MAX_KEPT
from content.codec import decoder, encode
from content.files import MAX_FILES
from content.library import load
from content.loader import read_bank
from content.model import (
    Bank,
    ConceptMap,
    ExperimentSpec,
    Hint,
    LossSpec,
    NumericAnswer,
    Place,
    Question,
    Veil,
)
from content.nodes import resolve_plain
from content.schema import schema_text
from content.words import LATER_KINDS

ROOT = Path(__file__).parent.parent.parent
MAP = concepts.load()

HEAD = "format: 1\nbank: {id: b, title: T}\n"
CHOICE = """  - id: %s
    kind: single-choice
    concept: forget-gate
    bloom: understand
    stem: Which gate?
    options:
      - {text: The forget gate, correct: true, why: It multiplies the old state.}
      - {text: The input gate, misconception: write-path-is-memory-path, why: It scales new content.}
"""
NUMERIC = """  - id: n
    kind: numeric
    concept: forget-gate
    bloom: apply
    stem: Compute it.
    parameters:
      w: {choose: [0.5, 1]}
    experiment:
      network: {cell: rnn, hidden: 1, weights: {weight_hh_l0: [[w]]}}
      input: {values: [w, 0, 0]}
%s
"""


def read(text: str) -> Bank:
    loaded = read_bank(text.encode(), Path("b.yaml"), MAP)
    assert loaded.problems == ()
    assert loaded.bank is not None
    return loaded.bank


def numeric(extra: str) -> Question:
    return read(HEAD + "questions:\n" + NUMERIC % extra).questions[0]


# -- what fields mean


def test_header() -> None:
    bank = read(
        "format: 1\nbank: {id: b, title: T, language: de, license: CC0-1.0, authors: [A, B]}\nquestions:\n"
        + CHOICE % "q"
    )
    assert (bank.id, bank.header.title, bank.header.language) == ("b", "T", "de")
    assert (bank.header.license, bank.header.authors) == ("CC0-1.0", ("A", "B"))


def test_place_of_a_question_is_its_first_field() -> None:
    assert read(HEAD + "questions:\n" + CHOICE % "q").questions[0].place == Place("b.yaml", 4, 5)


def test_hints_are_texts_or_conditions() -> None:
    question = numeric("""    answer: {value: "h[3, 1]"}
    hints:
      - Look at the slope.
      - {when: "h[1, 1] > 0", say: It is positive.}""")
    assert question.hints == (Hint("Look at the slope."), Hint("It is positive.", "h[1, 1] > 0"))


def test_answer_without_tolerance_accepts_one_percent() -> None:
    assert numeric('    answer: {value: "h[3, 1]"}').answer == NumericAnswer("h[3, 1]", relative=0.01)


def test_written_tolerance_replaces_it() -> None:
    assert numeric('    answer: {value: "h[3, 1]", digits: 3}').answer == NumericAnswer("h[3, 1]", digits=3)


def test_veil() -> None:
    question = numeric("""    answer: {value: "h[3, 1]"}
    stage: {view: gates, cursor: 2, veil: {after: 1, quantities: [h, grad(h)], views: [gradient]}}""")
    assert question.stage.veil == Veil(1, frozenset({"h", "grad(h)"}), frozenset({"gradient"}))


def experiment(fields: str) -> ExperimentSpec:
    text = HEAD + "experiments:\n  e:\n" + fields + "questions:\n" + CHOICE % "q" + "    experiment: e\n"
    spec = read(text).questions[0].experiment
    assert spec is not None
    return spec


def test_network_alone_is_a_lane_named_by_its_cell() -> None:
    spec = experiment("    network: {cell: rnn, hidden: 2}\n    input: {zeros: 3}\n")
    assert [(lane.name, lane.network.hidden) for lane in spec.lanes] == [("rnn", 2)]
    assert spec.name == "e"


def test_lanes_keep_their_order() -> None:
    spec = experiment("    lanes: {b: {cell: rnn}, a: {cell: lstm}}\n    input: {zeros: 3}\n")
    assert [lane.name for lane in spec.lanes] == ["b", "a"]


@pytest.mark.parametrize(
    ("written", "at", "target"),
    [
        ("at: last, target: 1", "last", ((1.0,),)),
        ("target: 1", "last", ((1.0,),)),
        ("at: every, target: [1, 2, 3]", "every", ((1.0,), (2.0,), (3.0,))),
        ("at: last, target: [1, 2]", "last", ((1.0, 2.0),)),
        ("at: [1, 3], target: [[1, 2], [3, 4]]", (1, 3), ((1.0, 2.0), (3.0, 4.0))),
    ],
)
def test_loss(written: str, at: str | tuple[int, ...], target: tuple[tuple[float, ...], ...]) -> None:
    fields = (
        f"    network: {{hidden: 2}}\n    input: {{zeros: 3}}\n    loss: {{kind: squared-error, {written}}}\n"
    )
    assert experiment(fields).loss == LossSpec("squared-error", at, target)


def test_problem_of_a_named_experiment_stands_where_it_is_described() -> None:
    text = HEAD + "experiments:\n  e:\n    network: {weights: {weight_hh_l0: [[1]]}}\n    input: {zeros: 3}\n"
    loaded = read_bank(
        (text + "questions:\n" + CHOICE % "q" + "    experiment: e\n").encode(), Path("b.yaml"), MAP
    )
    assert [problem.place.line for problem in loaded.problems] == [5]
    assert "weight_hh_l0" in loaded.problems[0].message


# -- one broken thing beside whole ones


def test_broken_question_leaves_the_others() -> None:
    text = (
        HEAD
        + "questions:\n"
        + CHOICE % "a"
        + (CHOICE % "b").replace("forget-gate", "forget-gat", 1)
        + CHOICE % "c"
    )
    loaded = read_bank(text.encode(), Path("b.yaml"), MAP)
    assert loaded.bank is not None
    assert [question.id for question in loaded.bank.questions] == ["a", "c"]
    assert len(loaded.problems) == 1


def test_problems_of_all_questions_are_reported_in_order() -> None:
    bad = (CHOICE % "a").replace("understand", "think") + (CHOICE % "b").replace("correct: true, ", "")
    loaded = read_bank((HEAD + "questions:\n" + bad).encode(), Path("b.yaml"), MAP)
    lines = [problem.place.line for problem in loaded.problems]
    assert lines == sorted(lines)
    assert lines == [7, 18, 18]


def test_broken_experiment_takes_only_its_questions_along() -> None:
    text = HEAD + "experiments:\n  e: {network: {hiden: 2}, input: {zeros: 3}}\nquestions:\n"
    text += CHOICE % "a" + CHOICE % "b" + "    experiment: e\n"
    loaded = read_bank(text.encode(), Path("b.yaml"), MAP)
    assert loaded.bank is not None
    assert [question.id for question in loaded.bank.questions] == ["a"]
    assert 'Did you mean "hidden"?' in loaded.problems[0].advice


def test_refused_value_is_told_once() -> None:
    text = HEAD + "questions:\n" + (CHOICE % "a").replace("stem: Which gate?", "stem: *s")
    loaded = read_bank(text.encode(), Path("b.yaml"), MAP)
    assert [problem.message for problem in loaded.problems] == ["the alias *s is not read"]
    assert loaded.bank is not None
    assert loaded.bank.questions == ()


def test_broken_file_leaves_the_other_files(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("format: [")
    (tmp_path / "b.yml").write_text(HEAD + "questions:\n" + CHOICE % "q")
    (tmp_path / "c.txt").write_text("not a bank")
    library = load([tmp_path], MAP)
    assert [bank.id for bank in library.banks] == ["b"]
    assert {problem.place.file for problem in library.problems} == {str(tmp_path / "a.yaml")}


def test_banks_with_one_id_are_told_at_both(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(HEAD + "questions:\n" + CHOICE % "q")
    library = load([tmp_path], MAP)
    assert len(library.banks) == 1
    assert [Path(problem.place.file).name for problem in library.problems] == ["a.yaml", "b.yaml"]


def test_file_named_twice_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(HEAD + "questions:\n" + CHOICE % "q")
    library = load([tmp_path, tmp_path / "a.yaml"], MAP)
    assert (len(library.banks), library.problems) == (1, ())


def test_too_many_files_are_told(tmp_path: Path) -> None:
    for number in range(MAX_FILES + 1):
        (tmp_path / f"{number}.yaml").touch()
    problems = load([tmp_path], MAP).problems
    assert any("more than 500 banks" in problem.message for problem in problems)


def test_full_name_finds_a_question(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(HEAD + "questions:\n" + CHOICE % "q")
    library = load([tmp_path], MAP)
    assert library.question("b/q") == library.banks[0].questions[0]
    assert library.question("b/other") is None
    assert library.question("other/q") is None


@pytest.mark.parametrize("kind", LATER_KINDS)
def test_kinds_of_later_are_named(kind: str) -> None:
    text = HEAD + "questions:\n" + (CHOICE % "a").replace("single-choice", kind) + CHOICE % "b"
    loaded = read_bank(text.encode(), Path("b.yaml"), MAP)
    assert [problem.place for problem in loaded.problems] == [Place("b.yaml", 5, 11)]
    assert loaded.problems[0].message == f"the kind {kind} is not part of this version"
    assert loaded.bank is not None
    assert [question.id for question in loaded.bank.questions] == ["b"]


def test_an_option_computed_by_a_wrong_model_is_of_later() -> None:
    text = HEAD + "questions:\n" + CHOICE % "a"
    text = text.replace("misconception: write", "wrong_model: no-forget-gate, misconception: write")
    loaded = read_bank(text.encode(), Path("b.yaml"), MAP)
    assert ['"wrong_model" is not part of this version' in each.message for each in loaded.problems] == [True]


# -- the digest


def test_digest_changes_with_the_question_only() -> None:
    def digest(text: str) -> str:
        return read(text).questions[0].digest

    plain = HEAD + "questions:\n" + CHOICE % "q"
    assert digest(plain) == digest("# moved down\n" + plain)
    assert digest(plain) != digest(plain.replace("Which gate?", "Which?"))
    assert digest(plain) != digest(plain.replace("It multiplies", "It scales"))


# -- the cache


def bank_file(folder: Path) -> Path:
    path = folder / "a.yaml"
    path.write_text(HEAD + "questions:\n" + CHOICE % "q" + NUMERIC % '    answer: {value: "h[3, 1]"}')
    return path


def test_cache_gives_the_same_bank(tmp_path: Path) -> None:
    path, cache = bank_file(tmp_path), tmp_path / "cache"
    assert load([path], MAP) == load([path], MAP, cache) == load([path], MAP, cache)
    assert len(list(cache.iterdir())) == 1


def test_cached_start_reads_no_yaml(tmp_path: Path) -> None:
    path, cache = bank_file(tmp_path), tmp_path / "cache"
    load([path], concepts.load(cache), cache)
    program = (
        "import sys; from pathlib import Path; from content import concepts, library\n"
        f"cache = Path({str(cache)!r})\n"
        f"found = library.load([Path({str(path)!r})], concepts.load(cache), cache)\n"
        "assert len(found.banks[0].questions) == 2\n"
        "assert not {'yaml', 'numpy', 'engine'} & set(sys.modules), sorted(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


def test_file_with_problems_is_not_cached(tmp_path: Path) -> None:
    path, cache = bank_file(tmp_path), tmp_path / "cache"
    path.write_text(path.read_text().replace("forget-gate", "forget-gat", 1))
    assert len(load([path], MAP, cache).problems) == 1
    assert not cache.exists()
    assert len(load([path], MAP, cache).problems) == 1


@pytest.mark.parametrize("damage", [b"", b"{}", b"x\n[]", b"\0" * 100])
def test_damaged_cache_is_rebuilt(damage: bytes, tmp_path: Path) -> None:
    path, cache = bank_file(tmp_path), tmp_path / "cache"
    whole = load([path], MAP, cache)
    (file,) = cache.iterdir()
    good = file.read_bytes()
    file.write_bytes(damage)
    assert load([path], MAP, cache) == whole
    assert file.read_bytes() == good


def test_changed_digit_in_the_cache_is_noticed(tmp_path: Path) -> None:
    path, cache = bank_file(tmp_path), tmp_path / "cache"
    whole = load([path], MAP, cache)
    (file,) = cache.iterdir()
    file.write_bytes(file.read_bytes().replace(b"The forget gate", b"The forgot gate"))
    assert load([path], MAP, cache) == whole


def test_cache_depends_on_file_map_and_version(tmp_path: Path) -> None:
    path, cache = bank_file(tmp_path), tmp_path / "cache"
    load([path], MAP, cache, "1")
    load([path], MAP, cache, "2")
    load([path], replace(MAP, misconceptions=(*MAP.misconceptions, MAP.misconceptions[0])), cache, "2")
    path.write_text(path.read_text() + "\n# changed\n")
    load([path], MAP, cache, "2")
    assert len(list(cache.iterdir())) == 4


def test_cache_that_cannot_be_written_is_not_missed(tmp_path: Path) -> None:
    path, blocked = bank_file(tmp_path), tmp_path / "blocked"
    blocked.write_text("a file stands where the folder should be")
    assert load([path], MAP, blocked).problems == ()


def test_old_files_leave_the_cache(tmp_path: Path) -> None:
    path, cache = bank_file(tmp_path), tmp_path / "cache"
    cache.mkdir()
    for number in range(MAX_KEPT):
        old = cache / f"{number}.json"
        old.touch()
        os.utime(old, (number, number))
    load([path], MAP, cache)
    kept = {file.name for file in cache.iterdir()}
    assert len(kept) == MAX_KEPT
    assert "0.json" not in kept
    assert "1.json" in kept


def test_encoding_is_undone() -> None:
    question = numeric('    answer: {value: "h[3, 1]"}\n    stage: {veil: {quantities: [h]}}')
    assert decoder(Question)(json.loads(json.dumps(encode(question)))) == question
    assert decoder(ConceptMap)(json.loads(json.dumps(encode(MAP)))) == MAP


# -- the schema


def test_committed_schema_is_current() -> None:
    assert (ROOT / "content" / "bank.schema.json").read_text(encoding="utf-8") == schema_text(), (
        "run: python -m content schema > content/bank.schema.json"
    )


def test_every_reference_of_the_schema_leads_somewhere() -> None:
    schema = json.loads(schema_text())
    text = json.dumps(schema)
    named = {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert named == set(schema["$defs"])


def test_every_field_of_the_schema_is_described() -> None:
    for name, table in json.loads(schema_text())["$defs"].items():
        for field, described in table["properties"].items():
            assert described["description"].endswith("."), (name, field)


# -- YAML 1.2


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("True", True),
        ("false", False),
        ("012", 12),
        ("0o17", 15),
        ("0x1F", 31),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("+3", 3),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e-3", 0.001),
        ("1.0e+3", 1000.0),
        ("-.inf", float("-inf")),
        ("~", None),
        ("Null", None),
        ("", None),
        ("2001-01-01", "2001-01-01"),
        ("=", "="),
        ("9" * 30, 1e30),
    ],
)
def test_plain_scalars(raw: str, value: object) -> None:
    found = resolve_plain(raw)
    assert found == value
    assert type(found) is type(value)


# -- anything at all


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=300))
def test_any_bytes_give_located_problems(data: bytes) -> None:
    loaded = read_bank(data, Path("any.yaml"), MAP)
    assert loaded.problems
    assert all(problem.place.line >= 1 and problem.place.column >= 1 for problem in loaded.problems)


_LETTERS = st.sampled_from(list("ab:-?[]{},#&*!|>'\"%@` \n\t0.1$<\\"))


@settings(max_examples=300, deadline=None)
@given(st.text(_LETTERS, max_size=60), st.integers(0, 400))
def test_any_text_within_a_bank_gives_located_problems_or_a_bank(text: str, place: int) -> None:
    whole = HEAD + "questions:\n" + CHOICE % "q"
    place = min(place, len(whole))
    loaded = read_bank((whole[:place] + text + whole[place:]).encode(), Path("any.yaml"), MAP)
    last = (whole + text).count("\n") + 2
    assert loaded.problems or loaded.bank is not None
    assert all(1 <= problem.place.line <= last for problem in loaded.problems)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
_NAMES = st.sampled_from(
    [
        "stem",
        "options",
        "experiment",
        "stage",
        "controls",
        "answer",
        "hints",
        "explain",
        "parameters",
        "expect",
    ]
)


@settings(max_examples=200, deadline=None)
@given(_NAMES, _VALUES)
def test_any_value_of_a_field_gives_located_problems_or_a_question(name: str, value: object) -> None:
    whole = NUMERIC % '    answer: {value: "h[3, 1]"}'
    lines = [line for line in whole.splitlines() if not line.startswith(f"    {name}:")]
    text = HEAD + "questions:\n" + "\n".join(lines) + f"\n    {name}: {json.dumps(value)}\n"
    loaded = read_bank(text.encode("utf-8", "replace"), Path("any.yaml"), MAP)
    assert loaded.problems or (loaded.bank is not None and len(loaded.bank.questions) == 1)
