"""A name exists once, so that a search finds one thing."""

import ast
from collections import defaultdict
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "pipeline"

# What every module of a kind must offer under the same name.
PROTOCOLS = {
    "notices/formats": {"matches", "read"},
    "sources": {"source", "listed", "raw_notices", "count", "earliest"},
    "corpus/exchange": {"export", "import_"},
}

# Of rooms that have not been put right yet; a name leaves this list when it is mended.
TWICE = {
    *("Question", "check", "chosen", "evidence", "judgement", "known", "load", "measured"),
    *("outcomes", "read", "table", "write"),
}


def named(path: Path):
    """Public classes and functions of a module, without commands and registered functions."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        # What a decorator registers is found by it, and nothing calls it by name.
        registers = isinstance(node, ast.FunctionDef) and any(
            isinstance(x, ast.Call) for x in node.decorator_list
        )
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not registers:
            yield node.name


def homes() -> dict[str, list[str]]:
    """Per public name the modules that define it."""
    found = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        place = str(path.relative_to(PACKAGE))
        protocol = PROTOCOLS.get(str(path.parent.relative_to(PACKAGE)), set())
        for name in named(path):
            if not name.startswith("_") and name not in protocol:
                found[name].append(place)
    return found


def test_a_class_or_public_function_name_exists_once():
    twice = {name: places for name, places in homes().items() if len(places) > 1}
    assert {x: places for x, places in twice.items() if x not in TWICE} == {}


def test_a_protocol_is_followed_by_more_than_one_module():
    for folder, names in PROTOCOLS.items():
        offered = [set(named(path)) for path in (PACKAGE / folder).glob("*.py")]
        for name in names:
            assert sum(name in x for x in offered) > 1, f"{folder}: {name}"
