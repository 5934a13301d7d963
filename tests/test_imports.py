"""No module of the package imports another one in a circle, and every import keeps to the layers.

The graph is built from the source. It has every import: at the top of a module, in a function, and below
``TYPE_CHECKING``, also in the ``__init__`` of a package whose names are lazy. Such a name loads its module when it is
used, so whoever imports the name depends on the module, just later. Two things are not counted: that Python runs
``iamtriage.arns`` before ``iamtriage.arns._names`` (a module does not use its package's names), and modules that are
looked up by a string at run time.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter, defaultdict
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).resolve().parents[1]
_CONTRACTS: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
    "tool"
]["importlinter"]["contracts"]
_LAYERS = [contract for contract in _CONTRACTS if contract["type"] == "layers"]
_MAX_MODULES_WITHOUT_CONTRACT = 4
_MAX_MODULES = 15
_MAX_MODULES_AT_THE_TOP = 8
# They have one module per subject.
_FOLDERS_OF_SUBJECTS = (
    "iamtriage._reading.readers",
    "iamtriage.explaining._context.readers",
)

Graph = dict[str, set[str]]


def find_modules(package: Path) -> dict[str, Path]:
    """Return the files of a package by the names of their modules."""
    modules: dict[str, Path] = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return modules


def _statements(body: list[Any]) -> Iterator[Any]:
    """Return statements and those in them. Expressions contain no import, and most of a tree."""
    for node in body:
        yield node
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from _statements(getattr(node, part, []))


@cache
def _imports(code: str) -> tuple[ast.Import | ast.ImportFrom, ...]:
    statements = _statements(ast.parse(code).body)
    return tuple(each for each in statements if isinstance(each, (ast.Import, ast.ImportFrom)))


def build_graph(package: Path) -> Graph:
    """Return the imports of each module within a package."""
    modules = find_modules(package)
    graph: Graph = {}
    for name, path in modules.items():
        imported: set[str] = set()
        for node in _imports(path.read_text(encoding="utf-8")):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            else:
                # `from iamtriage.sts import _pods` imports a module, `from iamtriage.sts import sts_host` a name.
                assert node.level == 0, f"{path} has a relative import"
                assert node.module in modules or str(node.module).split(".")[0] != package.name, (
                    f"{path} imports {node.module}, which does not exist"
                )
                targets = {f"{node.module}.{alias.name}" for alias in node.names}
                imported |= {target if target in modules else str(node.module) for target in targets}
        graph[name] = (imported & modules.keys()) - {name}
    return graph


def merge_packages(graph: Graph) -> Graph:
    """Return the imports between top-level packages; the root module is left out, as it imports all of them."""
    packages: defaultdict[str, set[str]] = defaultdict(set)
    for name, imported in graph.items():
        for target in imported:
            importer, package = ([*each.split("."), ""][1] for each in (name, target))
            if importer and package and importer != package:
                packages[importer].add(package)
    return packages


def find_circle(graph: Graph) -> list[str]:
    """Return the modules of a circle in order, or an empty list."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return circle
    return []


@pytest.fixture(scope="module")
def graph() -> Graph:
    return build_graph(ROOT / "src" / "iamtriage")


@pytest.mark.unmeasured
def test_modules_do_not_import_in_a_circle(graph: Graph) -> None:
    assert len(graph) > 200
    assert find_circle(graph) == []


def test_packages_do_not_import_in_a_circle(graph: Graph) -> None:
    packages = merge_packages(graph)
    assert {"boto", "explaining", "failures", "_reading"} <= packages.keys()
    assert find_circle(packages) == []


@pytest.mark.parametrize(
    "imports",
    [
        "from package.b import f",
        "import package.b",
        "from package import b",
        "if TYPE_CHECKING:\n    from package.b import F",
        "def load():\n    from package.b import f",
    ],
)
def test_every_kind_of_import_can_close_a_circle(imports: str, tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("from package.a import f\n")
    (package / "a.py").write_text(f"{imports}\n")
    (package / "b.py").write_text("x = 1\n")
    assert find_circle(build_graph(package)) == []
    (package / "b.py").write_text("from package.a import g\n")
    assert set(find_circle(build_graph(package))) == {"package.a", "package.b"}


def test_lazy_names_can_close_a_circle(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("if TYPE_CHECKING:\n    from package.a import f\n")
    (package / "a.py").write_text("from package import f\n")
    assert set(find_circle(build_graph(package))) == {"package", "package.a"}


@pytest.mark.unmeasured
@pytest.mark.parametrize("contract", _LAYERS, ids=lambda contract: contract["id"])
def test_every_import_keeps_to_the_layers(graph: Graph, contract: dict[str, Any]) -> None:
    """import-linter says the same, as long as no option excludes imports that are only for types."""
    [container] = contract["containers"]
    depths = {
        f"{container}.{name.strip()}": depth
        for depth, layer in enumerate(contract["layers"])
        for name in layer.split("|")
    }

    def find_member(module: str) -> str | None:
        prefix = ".".join(module.split(".")[: container.count(".") + 2])
        return prefix if prefix in depths else None

    wrong = [
        f"{name} imports {target}"
        for name, imported in graph.items()
        for target in imported
        if (member := find_member(name))
        and (target_member := find_member(target))
        and member != target_member
        and depths[member] >= depths[target_member]
    ]
    assert wrong == []
    assert {find_member(name) for name in graph} >= depths.keys()


def count_modules(modules: Iterable[str]) -> Counter[str]:
    """Return how many modules and packages are directly in each package."""
    return Counter(name.rpartition(".")[0] for name in modules)


def test_no_package_has_too_many_modules() -> None:
    modules = find_modules(ROOT / "src" / "iamtriage")
    files = (name for name, path in modules.items() if path.name != "__init__.py")
    too_large = {
        package: size
        for package, size in count_modules(files).items()
        if size > _MAX_MODULES and not package.startswith(_FOLDERS_OF_SUBJECTS)
    }
    assert too_large == {}
    assert len(list((ROOT / "src" / "iamtriage").glob("*.py"))) <= _MAX_MODULES_AT_THE_TOP


_SHARED = ROOT / "src" / "iamtriage" / "explaining" / "_rules" / "shared"


@check_rows("file", sorted(_SHARED.rglob("__init__.py")), ids=lambda file: str(file.parent.name))
def test_map_of_the_shared_rules_is_complete(file: Path) -> None:
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    assert docstring is not None
    children = {path.stem for path in file.parent.iterdir() if not path.name.startswith("__")}
    assert set(re.findall(r"``(\w+)``", docstring)) == children


def test_every_larger_package_has_a_contract(graph: Graph) -> None:
    sizes = count_modules(graph)
    larger = {package for package, size in sizes.items() if size > _MAX_MODULES_WITHOUT_CONTRACT}
    containers = {container for contract in _LAYERS for container in contract["containers"]}
    assert larger <= containers
    assert all(contract["exhaustive"] for contract in _LAYERS)


def test_every_module_is_in_a_layer() -> None:
    """import-linter checks it, too, but it is not among the tests."""
    missing: list[str] = []
    for contract in _LAYERS:
        listed = {name for layer in contract["layers"] for name in layer.replace("|", " ").split()}
        for container in contract["containers"]:
            folder = ROOT / "src" / container.replace(".", "/")
            children = {path.stem for path in folder.glob("*.py")} | {
                path.parent.name for path in folder.glob("*/__init__.py")
            }
            prefixes = (name.removeprefix(f"{container}.").strip("()") for name in listed)
            missing += [f"{container}.{name}" for name in children - set(prefixes) - {"__init__"}]
    assert not missing


@pytest.mark.unmeasured
def test_named_tuples_compile_no_annotations() -> None:
    """Those of typing do: a twentieth of a short command."""
    wrong = [
        f"{path.name}:{node.lineno}"
        for path in find_modules(ROOT / "src" / "iamtriage").values()
        if path.name != "_typing.py" and "NamedTuple" in (text := path.read_text(encoding="utf-8"))
        for node in _imports(text)
        if isinstance(node, ast.ImportFrom)
        and node.module == "typing"
        and "NamedTuple" in {alias.name for alias in node.names}
    ]
    assert wrong == []


def test_contracts_have_no_exceptions() -> None:
    """Imports for types count, and only the packages for boto3 and for tests may import an SDK."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    assert not settings.get("exclude_type_checking_imports", False)
    exceptions = {
        contract["id"]: contract["ignore_imports"] for contract in _CONTRACTS if "ignore_imports" in contract
    }
    assert exceptions == {
        "pure": [
            "iamtriage.boto.** -> botocore",
            "iamtriage.inputs._sources.clients -> botocore",
            "iamtriage.inputs._sources.s3 -> botocore",
            "iamtriage.testing.** -> botocore",
        ]
    }
