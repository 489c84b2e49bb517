"""A workplace on made-up notices, on a port of this machine, and people who are let in."""

import datetime as dt
import shutil
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests
import uvicorn

from pipeline.settings import Settings
from pipeline.workplace.app import COOKIE, application
from pipeline.workplace.people import form_token, invite, people
from pipeline.workplace.serve import LOOPBACK, Reached, listening
from pipeline.workplace.stock import refresh
from pipeline.workplace.visit import Workplace


class Client(requests.Session):
    """One person who is let in, without a browser."""

    def __init__(self, origin, secret):
        super().__init__()
        self.origin, self.secret = origin, secret
        self.trust_env = False
        self.cookies.set(COOKIE, secret)

    def read(self, path, **options):
        return self.get(f"{self.origin}{path}", timeout=30, **options)

    def write(self, path, **form):
        return self.post(
            f"{self.origin}{path}",
            data={"token": form_token(self.secret), **form},
            timeout=30,
            allow_redirects=False,
        )


@dataclass
class Site:
    origin: str
    work: Workplace
    home: object

    def invited(self, name="anna", role="keeper"):
        # Somebody always keeps the workplace.
        if "beheer" not in people(self.work.store):
            invite(self.work.store, "beheer", role="keeper", now=self.work.clock())
        return invite(self.work.store, name, role=role, now=self.work.clock())

    def client(self, name="anna", role="keeper"):
        return Client(self.origin, self.invited(name, role))

    def opened(self, browser, name="anna", width=1280, role="keeper"):
        """A window of somebody who opened their link."""
        page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
        # A machine that is busy is slow, and that is no fault of the page.
        page.set_default_timeout(120_000)
        page.goto(f"{self.origin}/toegang/{self.invited(name, role)}")
        return page


@contextmanager
def running(work):
    place = Reached(port=0)
    with listening(place) as taken:
        config = uvicorn.Config(
            application(work, hosts=LOOPBACK, secure=False), log_level="error", lifespan="off"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
        thread.start()
        try:
            yield place.origin(taken.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join()


def work_at(settings, **options):
    return Workplace(settings=settings, clock=lambda: dt.datetime.now(dt.UTC), **options)


@pytest.fixture(scope="session")
def indexed(stocked, tmp_path_factory):
    """A home with its index, which is made once."""
    folder = shutil.copytree(stocked, tmp_path_factory.mktemp("indexed") / "home")
    refresh(work_at(Settings(home=folder)))
    return folder


@pytest.fixture
def site(tmp_path, indexed, codebook):
    """A workplace for one test."""
    folder = Path(shutil.copytree(indexed, tmp_path / "site"))
    work = work_at(Settings(home=folder))
    with running(work) as origin:
        yield Site(
            origin,
            work,
            SimpleNamespace(settings=work.settings, store=work.store, codebook=codebook),
        )


@pytest.fixture
def at():
    """Opens a workplace of one's own for the length of a test."""
    with ExitStack() as stack:
        yield lambda work: Site(stack.enter_context(running(work)), work, None)


@pytest.fixture(scope="module")
def shown(tmp_path_factory, indexed, codebook):
    """One workplace for all tests of a module that change nothing but who is let in."""
    folder = Path(shutil.copytree(indexed, tmp_path_factory.mktemp("shown") / "home"))
    work = work_at(Settings(home=folder))
    with running(work) as origin:
        yield Site(
            origin,
            work,
            SimpleNamespace(settings=work.settings, store=work.store, codebook=codebook),
        )
