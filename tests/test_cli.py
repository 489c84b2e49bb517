"""Every command explains itself, and a wrong argument is explained."""

import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from pipeline import cli, settings
from pipeline.errors import ModelNotFound, SettingsError


def commands(group=None, before=()):
    group = group or typer.main.get_command(cli.app)
    for name, command in sorted(group.commands.items()):
        if hasattr(command, "commands"):
            yield from commands(command, (*before, name))
        else:
            yield (*before, name)


@pytest.mark.parametrize("names", list(commands()), ids=" ".join)
def test_every_command_explains_itself_with_an_example(names):
    shown = CliRunner().invoke(cli.app, [*names, "--help"])
    assert shown.exit_code == 0
    assert "Examples:" in shown.output
    assert f"innovatiemonitor {' '.join(names)}" in shown.output


def test_help_loads_no_heavy_library():
    code = (
        "import sys; from pipeline.cli import app; from typer.testing import CliRunner;"
        "CliRunner().invoke(app, ['--help']);"
        "print([m for m in ('spacy', 'sklearn', 'pandas', 'numpy') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_explaining_a_notice_loads_neither_what_trains_nor_what_reads_tables(classifier):
    home = settings.load().home
    notice = next((home / "corpora" / "demo" / "eforms").iterdir())
    heavy = ("sklearn", "skops", "scipy.stats", "pandas", "openpyxl", "pyarrow")
    code = (
        "import sys; from pipeline.cli import app; from typer.testing import CliRunner;"
        f"CliRunner().invoke(app, ['explain', {str(notice)!r}], catch_exceptions=False);"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (["classify", "nowhere", "-o", "x.csv"], SettingsError, "nowhere"),
        (["classify", ".", "-o", "x.docx"], SettingsError, "cannot write 'x.docx'"),
        (["classify", ".", "-o", "x.csv", "--column", "title"], SettingsError, "ours=theirs"),
        (["classify", ".", "-o", "x.csv", "--model", "m0"], ModelNotFound, "no model 'm0'"),
        (["explain", "no-such-notice"], SettingsError, "no notice 'no-such-notice'"),
    ],
)
def test_a_wrong_argument_is_explained(arguments, error, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli.app, arguments)
    assert isinstance(result.exception, error), result.output
    assert message in str(result.exception)


def test_unknown_settings_are_named(tmp_path):
    path = tmp_path / "s.toml"
    path.write_text("analyser = 'x'\n")
    with pytest.raises(SettingsError, match=r"unknown setting 'analyser'; known: .*analyzer"):
        settings.load(path)
    path.write_text("max_unreadable = 'much'\n")
    with pytest.raises(SettingsError, match="max_unreadable is 'much'; expected float"):
        settings.load(path)
