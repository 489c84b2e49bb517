"""README, documents and hints name only what exists."""

import ast
import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
import typer

from pipeline import cli
from pipeline.sources import source_names

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
MODULES = sorted((ROOT / "pipeline").rglob("*.py"))

# At the start of a line, in backticks or quotes, or behind a path: a command, and no prose.
COMMAND = re.compile(r"(?:^\s*|[`\"/])innovatiemonitor ([a-z][^`\"\n#]*)", re.M)


def named(path):
    """The commands that a text names, each as its words."""
    return [found.split() for found in COMMAND.findall(path.read_text(encoding="utf-8"))]


def command_of(words):
    """The command, and the words that follow it."""
    group, rest = typer.main.get_command(cli.app), list(words)
    while hasattr(group, "commands"):
        assert rest, f"{' '.join(words)}: a group of commands"
        assert rest[0] in group.commands, f"{' '.join(words)}: no command {rest[0]!r}"
        group = group.commands[rest.pop(0)]
    return group, rest


def shown(paths):
    return {str(path.relative_to(ROOT)): path for path in paths if named(path)}


@pytest.mark.parametrize("name", shown([*DOCUMENTS, *MODULES]))
def test_every_command_and_option_that_is_named_exists(name):
    for words in named(ROOT / name):
        if "|" in words[-1] or (len(words) > 1 and "|" in words[1]):
            continue  # several commands in one: `annotations import|export`
        command, rest = command_of(words)
        options = {x for parameter in command.params for x in parameter.opts}
        for word in rest:
            if re.fullmatch(r"--?[a-z][a-z-]*", word.strip(".,;:)")):
                assert word.strip(".,;:)") in options, f"{' '.join(words)}: no option {word}"


# A command about a period: what is put into it follows its name, up to the end of the command.
FILLED = re.compile(r"innovatiemonitor ([a-z]+) ([^`]*\{[^`]*)")


def filled(path):
    """The commands of a module into which a period is put, with what is put into them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            yield from FILLED.findall(
                "".join(
                    x.value if isinstance(x, ast.Constant) else f"{{{ast.unparse(x.value)}}}"
                    for x in node.values
                )
            )


def test_a_command_that_is_advised_names_country_and_language_of_the_one_that_it_answers():
    commands = typer.main.get_command(cli.app).commands
    asked = {name for name, x in commands.items() if any("--country" in y.opts for y in x.params)}
    advised = [(path, *told) for path in MODULES for told in filled(path) if told[0] in asked]
    assert len(advised) > 10
    assert [(path.name, name) for path, name, rest in advised if ".options}" not in rest] == []


def test_many_commands_are_found():
    assert sum(len(named(path)) for path in DOCUMENTS) > 30
    assert sum(len(named(path)) for path in MODULES) > 40


def test_the_readme_names_every_source_and_no_other():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    sentence = re.search(r"Sources are (.*?)\[docs/sources.md\]", text, re.S)[1]
    assert sorted(re.findall(r"`([a-z_]+)`", sentence)) == source_names()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda x: x.name)
def test_files_that_are_named_exist(path):
    text = path.read_text(encoding="utf-8")
    links = [x for x in re.findall(r"\]\(([^)#]+)[^)]*\)", text) if "://" not in x]
    modules = re.findall(r"`((?:pipeline|scripts|tests|docs)/[\w./]+\w)`", text)
    for name in links:
        assert (path.parent / name).exists(), name
    for name in modules:
        assert (ROOT / name).exists(), name


ENTRIES = dict(
    part.split("\n", 1)
    for part in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("\n## ")[1:]
)
# "`READ` or `WRITE` of `pipeline/workplace/app.py`", over the end of a line or not.
OF_MODULE = re.compile(r"((?:`\w+`[^`.;:]{1,40})*`\w+`),?(?: both)? of\s+`(pipeline/[\w/]+\.py)`")


def test_each_kind_of_addition_has_an_entry_that_names_where_it_goes():
    wanted = {"source", "format", "label", "language", "estimator", "section of the report"}
    wanted |= {"page of the workplace", "page of the report", "threshold", "output column"}
    assert {x.removeprefix("An ").removeprefix("A ") for x in ENTRIES} == wanted | {"classifier"}
    for title, text in ENTRIES.items():
        assert re.search(r"`(pipeline|corpora)/[\w/<>*]+\.(py|toml)`", text), title


@pytest.mark.parametrize("title", ENTRIES)
def test_what_an_entry_names_in_a_module_is_defined_there(title):
    for names, module in OF_MODULE.findall(ENTRIES[title]):
        tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
        defined = {
            *(x.name for x in tree.body if hasattr(x, "name")),
            *(y.id for x in tree.body for y in ast.walk(x) if isinstance(y, ast.Name)),
        }
        assert set(re.findall(r"`(\w+)`", names)) <= defined, f"{title}: {names} of {module}"


def test_many_places_in_modules_are_named():
    assert sum(len(OF_MODULE.findall(text)) for text in ENTRIES.values()) >= 14


def test_every_dependency_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    wanted = [*project["dependencies"], *chain.from_iterable(extras)]

    def plain(name):
        return re.split(r"[=<>\[]", name)[0].lower().replace("_", "-")

    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    locked = {plain(x) for x in lines if "==" in x}
    assert {plain(x) for x in wanted} - {project["name"]} <= locked
