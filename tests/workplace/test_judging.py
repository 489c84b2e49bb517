"""People judge with keys; nothing is lost, nothing contradicts itself, nothing steers them."""

import csv
import datetime as dt
import io
import json
import re
from contextlib import contextmanager
from dataclasses import replace

import pytest

from pipeline.corpus import annotations as judging
from pipeline.estimates import drawing
from pipeline.quarter import PeriodWork
from pipeline.records import Period
from pipeline.settings import load
from pipeline.store import Store
from pipeline.workplace.answers import label_keys, mission_keys, progress_of, read_missions
from pipeline.workplace.duties import Claims, duties, make_list, readings_of

DAY = dt.date(2026, 11, 30)


@pytest.fixture
def listed(site):
    """A list of six notices."""
    rows = site.work.rows("SELECT notice_id FROM notices WHERE kind = 'competition' LIMIT 6")
    return make_list(
        site.work.store,
        "Een lijst",
        [x["notice_id"] for x in rows],
        length=6,
        order="list",
        by="anna",
        on=DAY,
    )


@pytest.fixture
def drawn(site):
    work = PeriodWork(period=Period.parse("2026Q3"), settings=site.work.settings)
    found, _ = drawing.draw_lots(
        work.material, work.scores, labels=100, seed=1, store=site.work.store
    )
    return duties(site.work.store)[found.draw_id]


def kept(site, name):
    """All lines of a file of judgements, superseded ones too."""
    text = site.work.store.annotations(name)
    return judging.read_all(text, site.home.codebook, name=name)


def sent(site, notice_id, **form):
    """What a form of a judgement sends; without more, that there is no innovation."""
    notice = site.work.notice(notice_id)
    plain = {"degree": "none", "openness": "closed", "text_hash": judging.text_hash(notice)}
    return plain | form


def judge_path(duty, notice_id):
    return f"/beoordelen/{duty.name}/{notice_id}"


PRESSED = {
    "0": ("none", (), "closed", ()),
    "1ir": ("incremental", ("solution",), "room", ()),
    "2oef": ("disruptive", ("rd",), "asked", ("living_lab",)),
    # An innovation partnership has both aspects.
    "2ve": ("disruptive", ("rd", "solution"), "asked", ("innovation_partnership",)),
}


def test_a_judgement_takes_at_most_six_keys_and_is_kept_with_hash_annotator_and_moment(
    site, listed, browser
):
    page = site.opened(browser)
    page.goto(f"{site.origin}/beoordelen/{listed.name}")
    for keys, said in PRESSED.items():
        here = page.url
        pressed(page, keys)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url, here=here: url != here)  # and until it is loaded
        one = kept(site, listed.file)[-1]
        found = {x.notice_id: x for x in kept(site, listed.file)}
        one = found[listed.notice_ids[len(found) - 1]]
        judged = one.judgement
        assert (judged.degree, judged.aspect, judged.openness, judged.forms) == said
        assert one.annotator == "anna"
        assert one.text_hash == judging.text_hash(site.work.notice(one.notice_id))
        assert isinstance(one.annotated_at, dt.datetime)
        assert one.draw_id is None
        assert len(keys) + 1 <= 6
    assert "4 gedaan, 2 te gaan" in page.locator(".standing").inner_text()


SERVED = {
    "0E": ("energy_climate",),
    "0N": (),
    # None and a mission do not go together: the last one holds.
    "0NGM": ("mobility_infrastructure", "health_care"),
    "0": None,
}


def test_missions_have_capitals_and_may_stay_open(site, listed, browser):
    page = site.opened(browser)
    page.goto(f"{site.origin}/beoordelen/{listed.name}")
    for number, (keys, served) in enumerate(SERVED.items()):
        here = page.url
        pressed(page, keys)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url, here=here: url != here)
        read = {
            x.notice_id: x for x in read_missions(site.work.store, listed.file, site.work.codebook)
        }
        found = read.get(listed.notice_ids[number])
        assert (found and found.missions) == served
    page.goto(f"{site.origin}{judge_path(listed, listed.notice_ids[0])}")
    assert "energy_climate" in ticked(page)
    pressed(page, "E")
    pressed(page, "N")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: listed.notice_ids[0] not in url)
    read = read_missions(site.work.store, listed.file, site.work.codebook)
    assert [x.missions for x in read if x.notice_id == listed.notice_ids[0]] == [()]
    assert {(x.annotator, x.round) for x in read} == {("anna", "first")}


@pytest.mark.parametrize("served", [["no_mission", "health_care"], ["magic"]])
def test_missions_that_cannot_be_said_are_refused_and_nothing_is_kept(site, listed, served):
    notice = listed.notice_ids[0]
    answer = site.client().write(judge_path(listed, notice), **sent(site, notice, missions=served))
    assert answer.status_code == 409
    assert not site.work.store.has_annotations(listed.file)
    assert listed.file not in site.work.store.mission_files()


def test_every_mission_has_a_capital_of_its_own(codebook):
    found = mission_keys(codebook)
    assert len(set(found.values())) == len(codebook.missions) + 1
    assert all(x.isupper() for x in found.values())


def test_every_label_has_a_key_of_its_own(codebook):
    found = label_keys(codebook)
    assert set(found) == {x.label_id for x in codebook.labels}
    assert len({*found.values(), "t"}) == len(found) + 1


# A browser that is busy drops what is pressed before the page has been painted.
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def pressed(page, keys):
    page.evaluate(PAINTED)
    for key in keys:
        page.keyboard.press(key)


def ticked(page):
    return page.evaluate(
        "[...document.querySelectorAll('input[data-key]:checked')].map(x => x.value)"
    )


def test_what_contradicts_itself_cannot_be_entered(site, listed, browser):
    page = site.opened(browser)
    page.goto(f"{site.origin}/beoordelen/{listed.name}")
    message = page.get_by_role("alert")
    pressed(page, "0")
    assert ticked(page) == ["none", "closed"]
    pressed(page, "s")
    assert "SBIR vraagt minstens graad incrementeel" in message.inner_text()
    pressed(page, "oe")
    assert ticked(page) == ["none", "closed"]
    pressed(page, "1s")
    assert ticked(page) == ["incremental", "rd", "sbir"]
    pressed(page, "p")
    assert "precommerciële inkoop gaat niet samen met SBIR" in message.inner_text()
    pressed(page, "0n")
    assert ticked(page) == ["incremental", "rd", "sbir"]
    here = page.url
    page.keyboard.press("Enter")
    assert "Kies ook de openheid" in message.inner_text()
    assert page.url == here
    assert not site.work.store.has_annotations(listed.file)


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"degree": "none", "openness": "asked"}, "Kies een graad"),
        ({"degree": "disruptive", "openness": "asked", "aspect": []}, "Kies een graad"),
        ({"degree": "none", "forms": ["sbir"]}, "SBIR, geen"),
        ({"degree": "x"}, "Kies een graad"),
        ({"evidence": '[{"label": "sbir", "section": "title", "start": 0, "end": 3}]'}, "SBIR"),
        ({"evidence": "[1]"}, "onleesbaar"),
        ({"evidence": '{"a"'}, "onleesbaar"),
        (
            {
                "evidence": json.dumps(
                    [{"label": "none", "section": "title", "start": 0, "end": 999}]
                )
            },
            "langer dan",
        ),
    ],
)
def test_what_contradicts_itself_is_refused_by_the_server_too(site, listed, form, told):
    notice = listed.notice_ids[0]
    answer = site.client().write(judge_path(listed, notice), **sent(site, notice, **form))
    assert answer.status_code == 409
    assert told in answer.text
    assert not site.work.store.has_annotations(listed.file)


def test_a_judgement_of_a_text_that_has_changed_is_refused(site, listed):
    notice = listed.notice_ids[0]
    form = sent(site, notice, text_hash="0" * 16)
    answer = site.client().write(judge_path(listed, notice), **form)
    assert answer.status_code == 409
    assert "has changed since it was judged" in answer.text


def select(page, section, start, end):
    page.evaluate(
        """([name, start, end]) => {
            const text = document.querySelector(`[data-section="${name}"]`).firstChild;
            getSelection().setBaseAndExtent(text, start, text, end);
        }""",
        [section, start, end],
    )


def test_words_that_are_selected_become_evidence_with_offsets_that_hold(site, listed, browser):
    page = site.opened(browser)
    page.goto(f"{site.origin}/beoordelen/{listed.name}")
    notice = site.work.notice(listed.notice_ids[0])
    pressed(page, "1re")
    select(page, "description", 4, 30)
    pressed(page, "i")
    select(page, "description", 10, 40)
    pressed(page, "f")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{listed.notice_ids[1]}")
    (one,) = kept(site, listed.file)
    assert [x.label for x in one.evidence] == ["solution", "living_lab"]
    # Passages may overlap.
    assert one.evidence[0].end > one.evidence[1].start
    # It holds against the text; blanks at its ends fall off.
    judging.check(one, notice)
    assert one.evidence[0].text.strip() == one.evidence[0].text


def test_offsets_count_characters_and_not_what_a_browser_counts(site, listed, browser, everything):
    from stage_quarter import shelve

    from pipeline.workplace.stock import refresh

    one = site.work.notice(listed.notice_ids[0])
    odd = replace(
        one,
        notice_id="emoji",
        description="😀😀 é\u0301 een proef op straat. Nog een zin.",
        published_on=dt.date(2024, 5, 1),
    )
    shelve(site.work.store, [odd])
    refresh(site.work)
    duty = make_list(
        site.work.store, "Tekens", ["emoji"], length=1, order="list", by="anna", on=DAY
    )
    page = site.opened(browser)
    page.goto(f"{site.origin}/beoordelen/{duty.name}")
    # Without a mouse: to the first sentence of the description, the second of the text.
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    pressed(page, "2")
    pressed(page, "oe")
    page.keyboard.press("Enter")
    page.get_by_text("U bent klaar").wait_for()
    (kept_one,) = kept(site, duty.file)
    (passage,) = kept_one.evidence
    assert passage.label == "disruptive"
    assert passage.start == 0
    assert passage.text.endswith("een proef op straat.")
    judging.check(kept_one, odd)


def test_an_own_answer_is_opened_again_and_the_change_supersedes_it(site, listed, browser):
    page = site.opened(browser)
    page.goto(f"{site.origin}/beoordelen/{listed.name}")
    first = page.url
    pressed(page, "1ie")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != first)
    page.keyboard.press("Backspace")
    page.wait_for_url(first)
    assert ticked(page) == ["incremental", "solution", "asked"]
    assert "uw eerdere oordeel blijft bewaard" in page.content()
    pressed(page, "2")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != first)
    assert [x.judgement.degree for x in kept(site, listed.file)] == ["incremental", "disruptive"]
    (holds,) = site.work.annotations(listed.file)
    assert holds.judgement.degree == "disruptive"


def test_what_is_sent_twice_is_kept_once(site, listed):
    notice = listed.notice_ids[0]
    client = site.client()
    for _ in range(3):
        client.write(judge_path(listed, notice), **sent(site, notice))
    assert len(kept(site, listed.file)) == 1


def test_a_draft_outlives_the_window_and_goes_when_it_is_kept(site, listed, browser):
    page = site.opened(browser)
    page.goto(f"{site.origin}/beoordelen/{listed.name}")
    pressed(page, "2o")
    page.reload()
    assert ticked(page) == ["disruptive", "rd"]
    here = page.url
    pressed(page, "e")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != here)
    (one,) = kept(site, listed.file)
    assert one.judgement.labels == ("disruptive", "rd", "asked")
    page.goto(here)
    assert page.evaluate("localStorage.length") == 0


@contextmanager
def away(page, answer):
    """Whatever is sent to the server meets this instead, until the end."""
    page.route(
        "**/beoordelen/**", lambda route: answer(route) if sends(route) else route.continue_()
    )
    yield
    page.unroute("**/beoordelen/**")


def sends(route):
    return route.request.method == "POST"


GONE = {
    "no connection": lambda route: route.abort("connectionrefused"),
    "cut off": lambda route: route.abort("connectionreset"),
    "a proxy whose server is away": lambda route: route.fulfill(status=502, body="Bad Gateway"),
    "a page of somebody else": lambda route: route.fulfill(status=200, body="<p>Log in</p>"),
}


@pytest.mark.parametrize("how", GONE)
def test_while_the_server_is_away_a_judgement_waits_and_is_sent_when_it_is_back(
    site, listed, browser, how
):
    page = site.opened(browser)
    page.goto(f"{site.origin}/beoordelen/{listed.name}")
    first = page.url
    with away(page, GONE[how]):
        pressed(page, "2oe")
        page.keyboard.press("Enter")
        page.locator("#judgement[data-state=away]").wait_for()
        told = page.locator("#saved").inner_text()
        assert told.startswith("Geen verbinding. Uw oordeel staat op dit apparaat")
        # Nothing can be changed that is on its way, and nothing was kept by the server.
        pressed(page, "1")
        assert ticked(page) == ["disruptive", "rd", "asked"]
        assert not site.work.store.has_annotations(listed.file)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != first)
    (one,) = kept(site, listed.file)
    assert one.judgement.labels == ("disruptive", "rd", "asked")
    assert page.evaluate("localStorage.length") == 0


@pytest.mark.parametrize("width", [1280, 400])
def test_that_the_server_is_away_is_told_where_one_looks(site, listed, browser, axe, width):
    page = site.opened(browser, width=width)
    page.goto(f"{site.origin}/beoordelen/{listed.name}")
    with away(page, GONE["no connection"]):
        pressed(page, "2oe")
        page.keyboard.press("Enter")
        page.locator("#judgement[data-state=away]").wait_for()
        button, told = (page.locator(x).bounding_box() for x in ("#save", "#saved"))
        # It stands with the button, which is always in view.
        assert told["y"] + told["height"] <= button["y"] + button["height"] + 120
        assert axe(page) == []
        page.goto("about:blank")


def test_it_is_sent_again_without_a_key_and_once_the_page_is_opened_again(site, listed, browser):
    page = site.opened(browser)
    page.clock.install()
    page.goto(f"{site.origin}/beoordelen/{listed.name}")
    first = page.url
    with away(page, GONE["no connection"]):
        pressed(page, "2oe")
        page.keyboard.press("Enter")
        page.locator("#judgement[data-state=away]").wait_for()
        with page.expect_request(lambda sent: sent.method == "POST"):
            page.clock.run_for(1500)
        page.goto("about:blank")
    page.goto(first)
    page.wait_for_url(lambda url: url != first)
    (one,) = kept(site, listed.file)
    assert one.judgement.labels == ("disruptive", "rd", "asked")


@pytest.mark.parametrize(
    ("status", "told"),
    [(401, "Uw link geldt niet meer"), (413, "neemt het oordeel niet aan (413)")],
)
def test_what_the_server_refuses_stays_in_the_browser_and_is_not_sent_by_itself(
    site, listed, browser, status, told
):
    page = site.opened(browser)
    page.goto(f"{site.origin}/beoordelen/{listed.name}")
    here = page.url
    with away(page, lambda route: route.fulfill(status=status, body="nee")):
        pressed(page, "0")
        page.keyboard.press("Enter")
        page.locator("#judgement[data-state=refused]").wait_for()
        assert told in page.locator("#message").inner_text()
        page.reload()
        page.locator("#judgement[data-state=ready]").wait_for()
        assert ticked(page) == ["none", "closed"]
    assert page.url == here
    assert not site.work.store.has_annotations(listed.file)


def test_scripts_and_styles_are_kept_by_the_browser_under_the_hash_of_what_they_hold(site, listed):
    client = site.client()
    page = client.read(judge_path(listed, listed.notice_ids[0])).text
    for address in re.findall(r"/vast/[^\"]+", page):
        answer = client.read(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"], address
    assert client.read("/vast/judging.js").headers["Cache-Control"] == "no-store"


def test_a_draw_is_judged_with_its_chances_and_without_any_opinion(site, drawn):
    client, other = site.client("anna"), site.client("bram")
    notice = drawn.notice_ids[0]
    client.write(judge_path(drawn, notice), **sent(site, notice, unsure="yes"))
    (one,) = kept(site, "2026Q3")
    assert one.draw_id == drawn.name
    assert one.inclusion_probability == drawn.chances[notice]
    assert (one.round, one.unsure) == ("first", True)
    # The second reader sees neither the model nor the first.
    page = other.read(judge_path(drawn, notice)).text
    assert "anna" not in page
    assert not re.search(r"checked(?! disabled)", page)
    assert "kans" not in page.lower()
    other.write(judge_path(drawn, notice), **sent(site, notice))
    assert [x.round for x in kept(site, "2026Q3")] == ["first", "second"]


def test_the_second_reader_of_a_draw_sees_nothing_of_what_the_first_said(site, drawn):
    notice = drawn.notice_ids[0]
    said = {"degree": "incremental", "aspect": "solution", "openness": "room"}
    anna, bram = site.client("anna"), site.client("bram", "decider")
    anna.write(judge_path(drawn, notice), **sent(site, notice, **said))
    about = f"/aankondiging/{notice}"
    for path in (judge_path(drawn, notice), about, "/", "/beoordelen", "/zoeken", "/beslissen"):
        page = bram.read(path).text
        # Agreement names who read; nothing says what of.
        assert path == "/beslissen" or "anna" not in page, path
        assert not re.search(r"checked(?! disabled)", page), path
    assert "Mensen</h3>" not in bram.read(about).text
    bram.write(judge_path(drawn, notice), **sent(site, notice))
    # Then the two differ, and whoever decides sees both.
    page = bram.read(f"/beslissen/2026Q3/{notice}").text
    assert "Neem over van anna" in page


def keys_needed(judgement, codebook):
    """The degree, forms, what does not follow from these, and Enter."""
    if judgement.degree == "none":
        return 1 + len(judgement.forms) + 1
    implied = {x for form in judgement.forms for x in codebook.label(form).implies}
    rest = {*judgement.aspect, judgement.openness} - implied
    return 1 + len(judgement.forms) + len(rest) + 1


@pytest.mark.parametrize(("file", "few"), [("real", 1.0), ("authored", 0.98)])
def test_what_people_said_is_said_again_with_six_keys(codebook, file, few):
    store = Store(load().home)
    read = judging.read(store.annotations(file), codebook, name=file)
    needed = [keys_needed(x.judgement, codebook) for x in read]
    assert sum(x <= 6 for x in needed) >= few * len(needed)
    # More takes a notice that is several forms of procurement at once.
    forms = [len(x.judgement.forms) for x, n in zip(read, needed, strict=True) if n > 6]
    assert min(forms, default=3) >= 2


def test_a_draw_is_open_until_all_is_judged_and_no_difference_is_left(site, drawn):
    store = site.work.store
    pilot = {
        "degree": "incremental",
        "aspect": "solution",
        "openness": "room",
        "forms": "living_lab",
    }
    clients = {name: site.client(name) for name in ("anna", "bram")}
    assert set(drawn.notice_ids) <= site.work.withheld("anna")
    for number, notice in enumerate(drawn.notice_ids):
        for name, client in clients.items():
            differs = number == 0 and name == "bram"
            client.write(
                judge_path(drawn, notice), **sent(site, notice, **(pilot if differs else {}))
            )
    # One difference is open.
    assert set(drawn.notice_ids) <= site.work.withheld("carla")
    text = clients["anna"].read("/beoordelen").text
    assert "1 verschil om te beslissen" in " ".join(text.split())
    ours = site.work.annotations("2026Q3")
    decided = replace(
        next(x for x in ours if x.notice_id == drawn.notice_ids[0]), round="adjudicated"
    )
    from pipeline.corpus.adjudication import supersede

    supersede(store, "2026Q3", [decided], site.home.codebook)
    assert site.work.withheld("carla") == frozenset()


def test_one_reader_means_that_two_people_get_different_notices(site):
    rows = site.work.rows("SELECT notice_id FROM notices LIMIT 4")
    duty = make_list(
        site.work.store,
        "Verdeeld",
        [x["notice_id"] for x in rows],
        length=4,
        order="list",
        by="anna",
        on=DAY,
        readers=1,
    )
    claims, now = Claims(), dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
    turns = duty.turns("anna", {})
    assert claims.free(duty, turns, {}, "anna", now) == turns[0]
    assert claims.free(duty, turns, {}, "bram", now) == turns[1]
    assert claims.free(duty, turns, {}, "anna", now) == turns[0]
    later = now + dt.timedelta(minutes=11)
    assert claims.free(duty, turns, {}, "bram", later) == turns[0]


def test_pace_counts_what_was_done_in_one_go(site, listed):
    moment = dt.datetime(2026, 11, 30, 9, 0, tzinfo=dt.UTC)
    client = site.client()
    client.write(judge_path(listed, listed.notice_ids[0]), **sent(site, listed.notice_ids[0]))
    (one,) = kept(site, listed.file)
    # 30, 40 and 50 seconds, and a lunch.
    seconds = [0, 30, 70, 3670, 3720]
    several = [
        replace(one, notice_id=x, annotated_at=moment + dt.timedelta(seconds=s))
        for x, s in zip(listed.notice_ids, seconds, strict=False)
    ]
    found = progress_of(listed, "anna", readings_of(several))
    assert (found.done, found.left, found.seconds) == (5, 1, 40)
    assert found.minutes_left == 1


def test_a_list_is_made_of_what_was_found_and_holds_nothing_that_was_drawn(site, drawn):
    client = site.client()
    form = {"title": "Gemeenten & meer", "query": "opdrachtgever=municipality", "length": "25"}
    answer = client.write("/beoordelen", order="list", readers="2", **form)
    assert answer.headers["location"] == "/beoordelen/gemeenten-meer"
    duty = duties(site.work.store)["gemeenten-meer"]
    assert len(duty.notice_ids) == 25
    assert not set(duty.notice_ids) & set(drawn.notice_ids)
    text = client.read("/zoeken.csv?opdrachtgever=municipality").content.decode("utf-8-sig")
    found = [x["notice_id"] for x in csv.DictReader(io.StringIO(text))]
    assert list(duty.notice_ids) == [x for x in found if x not in drawn.notice_ids][:25]
    # A name is taken once, and those of the repository never.
    for title in ("Gemeenten meer", "authored", "2026Q3", "", "../x"):
        assert client.write("/beoordelen", **(form | {"title": title})).status_code in {303, 409}
    assert {x.name for x in duties(site.work.store).values()} - {"x"} == {
        drawn.name,
        "gemeenten-meer",
    }


@pytest.mark.parametrize("order", ["uncertain", "novel", "disagreement"])
def test_a_list_can_follow_the_queue(site, order):
    client = site.client()
    client.write("/beoordelen", title=f"Op {order}", query="", order=order, length="10")
    duty = duties(site.work.store).get(f"op-{order}")
    assert duty is not None
    assert duty.order == order
    assert len(duty.notice_ids) == 10
    if order == "uncertain":
        rows = site.work.rows("SELECT notice_id, probabilities FROM notices")
        chances = {x["notice_id"]: json.loads(x["probabilities"]) for x in rows}
        nearest = [min(abs(p - 0.5) for p in chances[x].values()) for x in duty.notice_ids[:3]]
        assert max(nearest) < 0.05


@pytest.mark.parametrize("width", [1280, 400])
def test_axe_finds_nothing_while_judging(site, listed, drawn, browser, axe, width):
    page = site.opened(browser, width=width)
    for path in ("/beoordelen", f"/beoordelen/{listed.name}", f"/beoordelen/{drawn.name}"):
        page.goto(f"{site.origin}{path}")
        pressed(page, "0" if page.locator("#judgement").count() else "")
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
