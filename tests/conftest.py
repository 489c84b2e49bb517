"""What all tests share: no network, and the real notices where they are present."""

import importlib.util
import shutil
import socket
from pathlib import Path

import hypothesis
import pytest

from pipeline import Classifier

pytest_plugins = ["stage_quarter"]

# A busy machine is no fault: no example is timed.
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")

SHARED = Path(__file__).parent.parent.parent / "shared"


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Refuse every connection that does not stay on this machine."""
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in {
            "127.0.0.1",
            "localhost",
            "::1",
        }:
            raise AssertionError(f"a test reached for the network: {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    """The promoted model of this checkout."""
    return Classifier.load()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real notices, which lies beside the checkout and is not part of it."""
    if not SHARED.is_dir():
        pytest.skip(f"the real notices are not at {SHARED.name}/ beside the checkout")
    return SHARED


@pytest.fixture(scope="session")
def browser():
    """One headless browser for all tests, the one that the system has; it knows no other hosts."""
    playwright = pytest.importorskip("playwright.sync_api")
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip("no browser is installed: chromium or google-chrome")
    rules = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with playwright.sync_playwright() as running:
        yield running.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu", rules]
        )


@pytest.fixture(scope="session")
def axe():
    """What axe-core finds on an open page: rule, number of elements, the first, and why."""
    found = importlib.util.find_spec("axe_core_python")
    if found is None:
        pytest.skip("axe-core-python is not installed: pip install -e '.[dev]'")
    script = Path(found.origin).with_name("axe.min.js").read_text(encoding="utf-8")

    def run(page):
        # Evaluated from outside, so that the page's own policy on scripts stays as it is.
        page.evaluate(script)
        told = page.evaluate(RUN_AXE)
        assert told["passes"] > 10
        return told["violations"]

    return run


RUN_AXE = """() => axe.run(
    document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
).then(found => ({passes: found.passes.length, violations: found.violations
    .map(x => [x.id, x.nodes.length, x.nodes[0].html, x.nodes[0].failureSummary])}))"""
