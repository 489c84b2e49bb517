"""What all tests share: no network, and the real notices where they are present."""

import socket
from pathlib import Path

import pytest

from pipeline import Classifier

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
