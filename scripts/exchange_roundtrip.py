"""Label Studio and doccano as they are: start them, judge in them, and take the judgements back.

    .venv/bin/python scripts/exchange_roundtrip.py --label-studio VENV --doccano VENV \
        --output docs/exchange_roundtrip.md

Each environment holds one of the programs (docs/exchange.md says how to make them). They run on
loopback in a folder of their own, which is thrown away, and report nothing to their makers. With
Playwright and Chromium the colours of passages are looked at in a browser too.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import requests

from pipeline.codebook import Codebook
from pipeline.corpus import annotations as judging
from pipeline.corpus.corrections import corrected
from pipeline.corpus.exchange import EXCHANGES, Sitting, tasks
from pipeline.errors import CorpusError
from pipeline.home import Home
from pipeline.labels.find import notices_of
from pipeline.records import Annotation, Evidence, Notice
from pipeline.settings import load

NOW = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
SITTING = Sitting(annotator=None, annotated_at=NOW.date())
TOKEN = "0123456789abcdef0123456789abcdef01234567"
PASSWORD = "of-no-use-at-all"
CHROMIUM = "/usr/bin/chromium"
TASK = "IntentDetectionAndSlotFilling"


@dataclass(kw_only=True)
class Trial:
    """What is sent, and what was seen."""

    codebook: Codebook
    notices: dict[str, Notice]
    judged: tuple[Annotation, ...]
    seen: list[tuple[str, str, str]] = field(default_factory=list)

    def see(self, tool: str, what: str, found: object) -> None:
        self.seen.append((tool, what, str(found)))
        print(f"{tool}: {what}: {found}", flush=True)

    def export(self, tool: str, judged: tuple[Annotation, ...] | None = None) -> bytes:
        known = self.judged if judged is None else judged
        return EXCHANGES[tool].export(list(tasks(self.notices.values(), known)), self.codebook)

    def take(self, tool: str, body: bytes) -> tuple[Annotation, ...]:
        import_ = EXCHANGES[tool].import_
        return import_(body, self.codebook, notices=self.notices, sitting=SITTING)

    def refused(self, tool: str, body: bytes) -> str:
        try:
            return f"TAKEN: {len(self.take(tool, body))}"
        except CorpusError as error:
            return f"refused: {str(error).splitlines()[0][:60]} ({error.hint})"


def material() -> Trial:
    """The fictional notices and their judgements, one of them with overlapping passages."""
    home = Home(settings=load())
    notices = notices_of([str(x) for x in home.store.demo_notices()], home=home, now=NOW)
    judged = list(judging.read(home.store.annotations("demo"), home.codebook, name="demo.csv"))
    first = next(i for i, x in enumerate(judged) if x.judgement.degree != "none")
    passages = [("rd", 0, 30), ("solution", 20, 50), ("asked", 50, 60)]
    judged[first] = replace(
        judged[first],
        evidence=tuple(
            Evidence(label=label, section="description", start=start, end=end)
            for label, start, end in passages
        ),
    )
    return Trial(codebook=home.codebook, notices=notices, judged=tuple(judged))


# --- Programs


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def running(
    commands: list[list[str]], *, url: str, env: dict[str, str], cwd: Path
) -> Iterator[None]:
    log = (cwd / "log.txt").open("wb")
    started = [
        subprocess.Popen(
            ["nice", "-n", "12", *command],
            cwd=cwd,
            env=os.environ | env,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        for command in commands
    ]
    try:
        deadline = time.monotonic() + 600
        while not answers(url):
            if time.monotonic() > deadline:
                raise SystemExit(f"{url} does not answer; see {log.name}")
            time.sleep(2)
        yield
    finally:
        for one in started:
            os.killpg(one.pid, signal.SIGTERM)
            one.wait(30)


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=20).status_code < 500
    except requests.RequestException:
        return False


@dataclass(kw_only=True)
class Server:
    """A program's interface."""

    url: str
    session: requests.Session = field(default_factory=requests.Session)

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        answer = self.session.request(method, self.url + path, timeout=120, **options)
        if not answer.ok:
            raise SystemExit(f"{method} {path}: {answer.status_code} {answer.text[:400]}")
        return answer


# --- Label Studio


def choice(box: str, *labels: str) -> dict[str, object]:
    value = {"choices": [*labels]}
    return {"from_name": box, "to_name": "text", "type": "choices", "value": value}


NOTHING = [choice("degree", "none"), choice("openness", "closed"), choice("forms", "conventional")]


def in_label_studio(trial: Trial, venv: Path, folder: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = {
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder),
        "LABEL_STUDIO_USERNAME": "admin@example.org",
        "LABEL_STUDIO_PASSWORD": PASSWORD,
        "LABEL_STUDIO_USER_TOKEN": TOKEN,
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
        "COLLECT_ANALYTICS": "0",
        "LATEST_VERSION_CHECK": "0",
    }
    start = [str(venv / "bin/label-studio"), "start", "--no-browser"]
    commands = [[*start, "--internal-host", "127.0.0.1", "--port", str(port)]]
    with running(commands, url=f"{url}/health", env=env, cwd=folder):
        server = Server(url=url)
        server.session.headers["Authorization"] = f"Token {TOKEN}"
        version = server.ask("GET", "/api/version").json()["release"]
        trial.see("Label Studio", "version", version)
        label_studio(trial, server)


def label_studio(trial: Trial, server: Server) -> None:
    number = new_project(trial, server)
    trial.see("Label Studio", "takes our labelling interface", "yes")
    counted = upload(server, number, trial.export("label-studio"))
    trial.see("Label Studio", "tasks and judgements that arrive", counted)
    back = trial.take("label-studio", download(server, number))
    trial.see("Label Studio", "they come back the same", set(back) == set(trial.judged))
    listed = json.loads(download(server, number))
    colours(trial, server, number, listed)
    judge_there(trial, server, number, [x["id"] for x in listed][:3])
    for name in ("JSON_MIN", "CSV", "TSV", "CONLL2003"):
        trial.see(
            "Label Studio",
            f"its export {name}",
            trial.refused("label-studio", download(server, number, name)),
        )


def passages(task: dict[str, Any]) -> bool:
    return any(y["type"] == "labels" for x in task["annotations"] for y in x["result"])


def upload(server: Server, number: int, body: bytes) -> str:
    headers = {"Content-Type": "application/json"}
    path = f"/api/projects/{number}/import"
    got = server.ask("POST", path, data=body, headers=headers).json()
    return f"{got['task_count']} tasks, {got['annotation_count']} judgements"


def download(server: Server, number: int, kind: str = "JSON") -> bytes:
    path = f"/api/projects/{number}/export?download_all_tasks=true&exportType={kind}"
    return server.ask("GET", path).content


def judge_there(trial: Trial, server: Server, number: int, chosen: list[int]) -> None:
    """Judge as the pages of the program do: anew, corrected, and deleted."""
    made = server.ask("POST", f"/api/tasks/{chosen[0]}/annotations/", json={"result": NOTHING})
    first = trial.take("label-studio", download(server, number))
    mine = [x for x in first if x.annotator.startswith("label-studio-")]
    trial.see(
        "Label Studio",
        "a new judgement is of its user, at a moment, in a round",
        ", ".join(f"{x.annotator}, {type(x.annotated_at).__name__}, {x.round}" for x in mine),
    )
    changed = [
        choice("degree", "incremental"),
        choice("aspect", "solution"),
        choice("openness", "asked"),
        choice("forms", "conventional"),
    ]
    own = made.json()["id"]
    server.ask("PATCH", f"/api/annotations/{own}/", json={"result": changed})
    second = corrected(first, trial.take("label-studio", download(server, number)))
    trial.see("Label Studio", "a correction in the tool", second.summary)
    server.ask("DELETE", f"/api/annotations/{own}/")
    server.ask("POST", f"/api/tasks/{chosen[1]}/annotations/", json={"result": NOTHING})
    third = corrected(second.annotations, trial.take("label-studio", download(server, number)))
    names = ", ".join(f"{x.notice_id} by {x.annotator}" for x in third.missing)
    trial.see("Label Studio", "a judgement deleted in the tool", f"stays, and is named: {names}")
    refused = [{**x, "value": {"choices": ["x"]}} for x in NOTHING[:1]]
    for task in chosen[1:]:
        server.ask("POST", f"/api/tasks/{task}/annotations/", json={"result": refused})
    try:
        trial.take("label-studio", download(server, number))
    except CorpusError as error:
        places = re.findall(r"^task \d+", str(error), re.MULTILINE)
        expected = [f"task {x}" for x in chosen[1:]]
        trial.see("Label Studio", "all errors at once, by its own numbers", places == expected)


def coloured(server: Server, number: int, task: int) -> str:
    """Open a task in a browser and look at what its passages are marked with."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return "not looked at: no Playwright"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM)
        page = browser.new_page()
        page.goto(f"{server.url}/user/login/")
        page.fill("input[name=email]", "admin@example.org")
        page.fill("input[name=password]", PASSWORD)
        page.click("button[type=submit]")
        page.goto(f"{server.url}/projects/{number}/data?task={task}")
        page.wait_for_selector(".htx-highlight", timeout=120_000)
        page.wait_for_timeout(3000)
        marked = page.eval_on_selector_all(
            ".htx-highlight", "all => all.map(x => getComputedStyle(x).backgroundColor)"
        )
        browser.close()
    shown = [x for x in marked if x not in {"rgba(0, 0, 0, 0)", "transparent"}]
    return f"{len(shown)} of {len(marked)} parts"


def colours(trial: Trial, server: Server, number: int, listed: list[dict[str, Any]]) -> None:
    """Look at ours, and at passages that are named otherwise."""
    task = next(x for x in listed if passages(x))
    seen = coloured(server, number, task["id"])
    trial.see("Label Studio", "passages with a colour, in a browser", seen)
    for what, first in (("holds a /", "first/"), ("begins with a digit", "1")):
        renamed = json.loads(json.dumps(task["annotations"][0]["result"]))
        for one in renamed:
            one["id"] = f"{first}{one['id']}"
        other = new_project(trial, server)
        body = [{"data": task["data"], "annotations": [{"result": renamed}]}]
        upload(server, other, json.dumps(body).encode())
        (only,) = json.loads(download(server, other))
        seen = coloured(server, other, only["id"])
        trial.see("Label Studio", f"control: the same where their id {what}", seen)


def new_project(trial: Trial, server: Server) -> int:
    setup = EXCHANGES["label-studio"].beside(trial.codebook)[".xml"].decode()
    facts = {"title": "round trip", "label_config": setup, "maximum_annotations": 2}
    return int(server.ask("POST", "/api/projects", json=facts).json()["id"])


# --- doccano


def in_doccano(trial: Trial, venv: Path, folder: Path) -> None:
    port = free_port()
    (backend,) = venv.glob("lib/python*/site-packages/backend")
    env = {
        "DOCCANO_HOME": str(folder),
        "STANDALONE": "True",
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "MEDIA_ROOT": str(folder / "media"),
    }
    command = str(venv / "bin/doccano")
    users = [
        ["createuser", "--username", name, "--password", "no-use"] for name in ("admin", "lezer-2")
    ]
    for first in (["init"], *users):
        subprocess.run(
            [command, *first],
            env=os.environ | env,
            check=True,
            cwd=folder,
            capture_output=True,
        )
    # Its own `webserver` listens on all addresses.
    commands = [
        [
            str(venv / "bin/gunicorn"),
            "config.wsgi",
            "--workers",
            "1",
            "--chdir",
            str(backend),
            "--bind",
            f"127.0.0.1:{port}",
        ],
        [str(venv / "bin/celery"), "--app=config", f"--workdir={backend}", "worker", "--pool=solo"],
    ]
    url = f"http://127.0.0.1:{port}"
    with running(commands, url=f"{url}/v1/health/", env=env, cwd=folder):
        server = signed_in(f"{url}/v1", "admin")
        listed = subprocess.run(
            [str(venv / "bin/pip"), "show", "doccano"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        trial.see("doccano", "version", re.search(r"^Version: (.*)$", listed, re.MULTILINE)[1])
        doccano(trial, server)


def doccano(trial: Trial, server: Server) -> None:
    number = doccano_project(server)
    for ending, body in EXCHANGES["doccano"].beside(trial.codebook).items():
        kind = "category-type-upload" if "category" in ending else "span-type-upload"
        server.ask("POST", f"/projects/{number}/{kind}", files={"file": (f"x{ending}", body)})
    trial.see("doccano", "takes both files of labels", "yes")
    send(server, number, trial.export("doccano"))
    texts = {x["text"] for x in examples(server, number)}
    expected = {x.text for x in tasks(trial.notices.values())}
    trial.see("doccano", "texts arrive as they are, encoding left to it", texts == expected)
    back = trial.take("doccano", fetched(server, number))
    trial.see(
        "doccano",
        "judgements come back the same, overlaps included",
        set(back) == set(trial.judged),
    )
    readers(trial, server)
    controls(trial, server, expected)


def readers(trial: Trial, server: Server) -> None:
    """Let two people judge the same notice, each with their own labels."""
    number = doccano_project(server)
    for ending, body in EXCHANGES["doccano"].beside(trial.codebook).items():
        kind = "category-type-upload" if "category" in ending else "span-type-upload"
        server.ask("POST", f"/projects/{number}/{kind}", files={"file": (f"x{ending}", body)})
    send(server, number, trial.export("doccano", ()))
    users = {x["username"]: x["id"] for x in server.ask("GET", "/users").json()}
    roles = {x["name"]: x["id"] for x in server.ask("GET", "/roles").json()}
    member = {"user": users["lezer-2"], "role": roles["annotator"]}
    server.ask("POST", f"/projects/{number}/members", json=member)
    example = examples(server, number)[0]["id"]
    ticked(server, number, example, ["none", "closed", "conventional"])
    other = signed_in(server.url, "lezer-2")
    ticked(other, number, example, ["incremental", "solution", "asked", "conventional"])
    archive = fetched(server, number)
    names = ", ".join(sorted(zipfile.ZipFile(io.BytesIO(archive)).namelist()))
    trial.see("doccano", "its archive of two readers", names)
    read = trial.take("doccano", archive)
    found = ", ".join(f"{x.judgement.degree} by {x.annotator}" for x in read)
    trial.see("doccano", "taken over from it", found)


def controls(trial: Trial, server: Server, expected: set[str]) -> None:
    """Send what would go wrong: not escaped, with passages that overlap."""
    number = doccano_project(server)
    plain = [json.loads(x) for x in trial.export("doccano").splitlines()]
    wanted = 0
    for entry, task in zip(plain, tasks(trial.notices.values(), trial.judged), strict=True):
        spans = [list(x) for a in task.annotations for x in task.spans(a.evidence)]
        wanted += len(spans)
        entry["entities"] = spans
    send(server, number, "\n".join(json.dumps(x, ensure_ascii=False) for x in plain).encode())
    texts = [x["text"] for x in examples(server, number)]
    wrong = sum(x not in expected for x in texts)
    trial.see("doccano", "control: texts that arrive wrong as UTF-8", f"{wrong} of {len(texts)}")
    lines = archive_lines(fetched(server, number))
    kept = sum(len(x.get("entities", [])) for x in lines)
    what = "control: passages kept of those sent with overlaps"
    trial.see("doccano", what, f"{kept} of {wanted}")
    short = doccano_project(server)
    send(
        server,
        short,
        json.dumps({"text": "Een café", "cats": [], "entities": []}, ensure_ascii=False).encode(),
    )
    (text,) = [x["text"] for x in examples(server, short)]
    trial.see("doccano", "control: `Een café` in a short file as UTF-8", text)


def signed_in(url: str, name: str) -> Server:
    server = Server(url=url)
    server.ask("POST", "/auth/login/", json={"username": name, "password": "no-use"})
    server.session.headers["X-CSRFToken"] = server.session.cookies["csrftoken"]
    return server


def doccano_project(server: Server) -> int:
    facts = {
        "name": "round trip",
        "description": "-",
        "guideline": "",
        "project_type": TASK,
        "resourcetype": f"{TASK}Project",
        "collaborative_annotation": False,
    }
    return int(server.ask("POST", "/projects", json=facts).json()["id"])


def ready(server: Server, task: str) -> dict[str, Any]:
    for _ in range(240):
        state = server.ask("GET", f"/tasks/status/{task}").json()
        if state["ready"]:
            return dict(state)
        time.sleep(0.5)
    raise SystemExit("doccano does not finish its task")


def send(server: Server, number: int, body: bytes) -> None:
    place = server.ask("POST", "/fp/process/", files={"filepond": ("x.jsonl", body)}).text
    facts = {
        "format": "JSONL",
        "task": TASK,
        "uploadIds": [place],
        "column_data": "text",
        "column_label": "cats",
        "encoding": "Auto",
    }
    task = server.ask("POST", f"/projects/{number}/upload", json=facts).json()["task_id"]
    if wrong := ready(server, task)["result"]["error"]:
        raise SystemExit(f"doccano: {wrong[:3]}")


def examples(server: Server, number: int) -> list[dict[str, Any]]:
    return list(server.ask("GET", f"/projects/{number}/examples?limit=1000").json()["results"])


def fetched(server: Server, number: int) -> bytes:
    facts = {"format": "JSONL", "exportApproved": False}
    task = server.ask("POST", f"/projects/{number}/download", json=facts).json()["task_id"]
    ready(server, task)
    return server.ask("GET", f"/projects/{number}/download", params={"taskId": task}).content


def archive_lines(body: bytes) -> list[dict[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        inside = [archive.read(name).decode() for name in archive.namelist()]
    return [json.loads(line) for text in inside for line in text.splitlines()]


def ticked(server: Server, number: int, example: int, labels: list[str]) -> None:
    """Tick labels as the pages of the program do, after what was ticked is taken away."""
    place = f"/projects/{number}/examples/{example}/categories"
    known = server.ask("GET", f"/projects/{number}/category-types").json()
    for each in server.ask("GET", place).json():
        server.ask("DELETE", f"{place}/{each['id']}")
    for label in labels:
        (found,) = [x["id"] for x in known if x["text"] == label]
        server.ask("POST", place, json={"label": found})


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--label-studio", type=Path)
    options.add_argument("--doccano", type=Path)
    options.add_argument("--output", type=Path, required=True)
    given = options.parse_args()
    trial = material()
    for venv, run in ((given.doccano, in_doccano), (given.label_studio, in_label_studio)):
        if venv:
            with tempfile.TemporaryDirectory() as folder:
                run(trial, venv.absolute(), Path(folder))
    lines = ["| program | what | seen |", "|---|---|---|"]
    lines += [f"| {tool} | {what} | {found} |" for tool, what, found in trial.seen]
    given.output.write_text("\n".join([*lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
