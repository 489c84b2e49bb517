"""Data flows one way; so do imports."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "pipeline"

GROUND = [
    *(
        "records",
        "errors",
        "codec",
        "codes",
        "countries",
        "listed",
        "sourcecode",
        "spreadsheet",
        "shown",
        "settings",
        "writing",
        "store",
        "plain",
        "shelved",
        "rawstore",
    ),
    *("codebook", "parallel", "prepared", "stamps", "storage", "home"),
]
ROOMS = [
    "sources",
    "notices",
    "corpus",
    "features",
    "learning",
    "labels",
    "evaluation",
    "estimates",
    "report",
    "workplace",
    "quarter",
    "demo",
    "cli",
]


def floor(module: str) -> int:
    room = module.split(".")[1]
    return -1 if room in GROUND else ROOMS.index(room)


def imported(path: Path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports from the top: pipeline.…"
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE))
)
def test_a_room_imports_only_what_lies_upstream(path):
    parts = ("pipeline", *path.relative_to(PACKAGE).with_suffix("").parts)
    if len(parts) == 2 and parts[1] in {"__init__", "__main__"}:
        return
    here = ".".join(parts)
    for module in imported(path):
        if module.startswith("pipeline."):
            assert floor(module) <= floor(here), f"{here} imports {module}, which is downstream"


def test_records_and_errors_import_nothing_of_ours():
    for path in [PACKAGE / "errors.py", *(PACKAGE / "records").glob("*.py")]:
        ours = [m for m in imported(path) if m.startswith("pipeline")]
        assert all(m.startswith("pipeline.records") for m in ours)


@pytest.mark.parametrize(
    ("module", "homes"),
    [
        pytest.param("requests", {"sources/_http.py"}, id="only one module opens connections"),
        pytest.param("pickle", set(), id="nothing is ever unpickled"),
    ],
)
def test_a_risky_library_has_one_home(module, homes):
    users = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if module in {name.split(".")[0] for name in imported(path)}
    }
    assert users <= homes
