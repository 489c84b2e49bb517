"""A run over files: every notice comes out once, labelled or in quarantine."""

import csv
import datetime as dt
import json
import sys
from dataclasses import replace

import pandas as pd
import pytest

from pipeline import cli, settings
from pipeline.corpus.analyzer import assemble
from pipeline.errors import SettingsError
from pipeline.labels.batches import predictions_of
from pipeline.labels.find import find
from pipeline.labels.run import Run
from pipeline.labels.table import columns, line
from pipeline.store import Store

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
COLUMNS = """
notice_id source_format published_on language title buyer procedure innovation_oriented
p_innovation degree degree_rank p_none p_incremental p_disruptive p_transformative
aspect p_rd p_solution openness p_asked p_room p_closed forms p_sbir p_pcp
p_innovation_partnership p_design_contest p_competitive_dialogue p_market_consultation
p_challenge p_hackathon p_living_lab p_functional_specification p_variants
p_innovation_clause p_launching_customer p_buyer_group evidence abstained model_id
codebook_version codebook_fingerprint rules differs
""".split()  # noqa: SIM905 - a list of forty lines reads worse


@pytest.fixture(scope="module")
def demo():
    return Store(settings.load().home).demo_notices()


@pytest.fixture(scope="module")
def lines(classifier, demo):
    return [line(x, classifier.codebook) for x in predictions_of(classifier, demo)]


def table(path, count, **changes):
    names = ["notice_id", "title", "description"]
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(names)
        for number in range(count):
            text = f"De gemeente koopt {number} stoelen met leuning voor het stadhuis in het dorp."
            writer.writerow([str(number), f"Levering {number} stoelen", text])
    return path


def small(classifier, batch_size=4):
    """The same classifier with small batches, so that few notices make many."""
    other = object.__new__(type(classifier))
    other.__dict__.update(classifier.__dict__)
    other.settings = replace(classifier.settings, batch_size=batch_size)
    return other


def test_the_columns_stand_in_the_promised_order(classifier):
    assert list(columns(classifier.codebook)) == COLUMNS


def test_every_line_says_by_which_model_and_codebook(lines, classifier):
    said = {(x["model_id"], x["codebook_version"], x["codebook_fingerprint"]) for x in lines}
    book = classifier.codebook
    assert said == {(classifier.card.model_id, book.version, book.fingerprint)}


def test_probabilities_add_up_and_labels_agree_with_each_other(lines):
    judged = [x for x in lines if not x["abstained"]]
    assert len(judged) > 40
    for x in judged:
        degrees = x["p_none"] + x["p_incremental"] + x["p_disruptive"] + x["p_transformative"]
        assert degrees == pytest.approx(1, abs=1e-5)
        assert x["p_asked"] + x["p_room"] + x["p_closed"] == pytest.approx(1, abs=1e-5)
        assert x["p_closed"] == x["p_none"]
        assert (x["degree"] == "none") == (x["openness"] == "closed") == (x["aspect"] == "")


def test_every_positive_label_has_evidence_that_stands_where_it_says(lines, demo):
    texts = {}
    for x in lines:
        wanted = {*x["aspect"].split(";"), x["degree"], x["openness"]} if x["aspect"] else set()
        wanted |= set((x["forms"] or "").split(";")) - {"conventional", ""}
        found = json.loads(x["evidence"])
        assert wanted <= {one["label"] for one in found}, x["notice_id"]
        for one in found:
            if "field" in one:
                assert one["value"]
                continue
            if x["notice_id"] not in texts:
                texts[x["notice_id"]] = assemble(find(x["notice_id"], demo, now=NOW))
            text, sections = texts[x["notice_id"]]
            start = next(s.start for s in sections if s.name == one["section"])
            assert text[start + one["start"] : start + one["end"]] == one["text"]


def test_a_notice_in_another_language_keeps_its_structured_labels_and_says_why(lines):
    english = [x for x in lines if x["language"] == "en"]
    assert english
    for x in english:
        assert x["abstained"] == "text is not Dutch: en"
        assert x["degree"] is None
        assert x["p_none"] is None


def test_a_notice_without_a_word_of_text_is_left_open_with_the_reason(classifier):
    table_of_one = pd.DataFrame([{"notice_id": "1", "title": "12345", "description": "-"}])
    (found,) = classifier.predict(table_of_one).to_dict("records")
    assert found["abstained"] == "no text"
    assert pd.isna(found["p_none"])


def test_explained_documents_stay_readable_however_many_follow(classifier, demo, monkeypatch):
    notice = find("99000102-2025", demo, now=NOW)
    monkeypatch.setattr("pipeline.corpus.embedded.MOST_PIECES", 0)
    kept = [classifier.explain(replace(notice, title=f"Woord{n}abc"))[1] for n in range(3)]
    for n, document in enumerate(kept):
        assert f"Woord{n}abc" in document.tokens.forms()


def test_a_broken_off_run_continues_to_the_same_bytes(classifier, tmp_path):
    source = table(tmp_path / "in.csv", 150)
    whole = Run(inputs=[source], path=tmp_path / "a.csv", classifier=small(classifier), now=NOW)
    whole.go()

    broken = Run(inputs=[source], path=tmp_path / "b.csv", classifier=small(classifier), now=NOW)

    def stop(progress):
        if progress.taken >= 90:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken.go(tell=stop)
    assert not (tmp_path / "b.csv").exists()
    # What was written beyond the last progress must not survive.
    with (tmp_path / "b.csv.part").open("ab") as lines:
        lines.write(b"half a li")
    taken = []
    done = broken.go(resume=True, tell=lambda progress: taken.append(progress.taken))
    assert taken[0] > 4, "it began again"
    assert (done.labelled, done.quarantined) == (150, 0)
    assert (tmp_path / "b.csv").read_bytes() == (tmp_path / "a.csv").read_bytes()
    assert sorted(x.name for x in tmp_path.glob("b.csv*")) == ["b.csv", "b.csv.quarantine.csv"]


def test_a_run_is_not_continued_with_other_inputs(classifier, tmp_path):
    source = table(tmp_path / "in.csv", 60)
    run = Run(inputs=[source], path=tmp_path / "a.csv", classifier=small(classifier), now=NOW)
    with pytest.raises(KeyboardInterrupt):
        run.go(tell=lambda p: (_ for _ in ()).throw(KeyboardInterrupt) if p.taken > 40 else None)
    table(source, 61)
    with pytest.raises(SettingsError, match="belongs to a run of other inputs"):
        run.go(resume=True)


def test_any_number_of_processes_and_size_of_batch_write_what_one_writes(
    classifier, demo, tmp_path
):
    one = tmp_path / "one.jsonl"
    Run(inputs=demo, path=one, classifier=classifier, now=NOW).go()
    for jobs, batch_size in ((1, 1), (2, 7), (8, 64)):
        path = tmp_path / f"{jobs}.jsonl"
        given = small(classifier, batch_size)
        Run(inputs=demo, path=path, classifier=given, now=NOW, jobs=jobs).go()
        assert path.read_bytes() == one.read_bytes()


def test_bad_input_goes_to_quarantine_and_the_rest_goes_on(classifier, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    table(folder / "good.csv", 5)
    (folder / "again.jsonl").write_text(
        '{"notice_id": "3", "title": "Nog eens", "description": "Dezelfde sleutel."}\n'
    )
    (folder / "bomb.xml").write_text('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    (folder / "empty.xml").write_bytes(b"")
    (folder / "noise.bin").write_bytes(bytes(range(256)) * 4)
    progress = Run(inputs=[folder], path=tmp_path / "out.csv", classifier=classifier, now=NOW).go()
    assert (progress.taken, progress.labelled, progress.quarantined) == (9, 5, 3)
    assert (progress.duplicates, progress.unreadable) == (1, 3 / 9)
    with (tmp_path / "out.csv.quarantine.csv").open(encoding="utf-8", newline="") as handle:
        told = {x["file"].rsplit("/", 1)[-1]: x for x in csv.DictReader(handle)}
    assert set(told) == {"good.csv#4", "bomb.xml", "empty.xml", "noise.bin"}
    assert told["good.csv#4"]["notice_id"] == "3"
    assert told["good.csv#4"]["reason"].startswith("duplicate")
    assert all(x["reason"] for x in told.values())


@pytest.mark.parametrize(("limit", "code"), [("0.5", 0), ("0.4", 1)])
def test_the_exit_code_tells_whether_too_much_was_unreadable(
    tmp_path, monkeypatch, capsys, limit, code
):
    folder = tmp_path / "in"
    folder.mkdir()
    table(folder / "good.csv", 1)
    (folder / "bad.xml").write_text("<a/>")
    arguments = ["classify", str(folder), "-o", str(tmp_path / "out.csv")]
    monkeypatch.setattr(sys, "argv", ["innovatiemonitor", *arguments, "--max-unreadable", limit])
    with pytest.raises(SystemExit) as exit_:
        cli.main()
    assert exit_.value.code == code
    assert "1 notices labelled, 1 in quarantine" in capsys.readouterr().err


def test_an_output_that_would_become_input_is_refused(classifier, tmp_path):
    table(tmp_path / "good.csv", 1)
    run = Run(inputs=[tmp_path], path=tmp_path / "out.csv", classifier=classifier, now=NOW)
    with pytest.raises(SettingsError, match="would be read as input"):
        run.go()


def test_a_frame_gives_what_the_same_file_gives(classifier, tmp_path):
    source = table(tmp_path / "in.csv", 6)
    from_path = classifier.predict(source)
    from_frame = classifier.predict(pd.read_csv(source, dtype=str))
    pd.testing.assert_frame_equal(from_path, from_frame)
    assert from_frame.notice_id.tolist() == ["0", "1", "2", "3", "4", "5"]
    assert from_frame.p_none.between(0, 1).all()
    assert from_frame.innovation_oriented.dtype == "boolean"


@pytest.mark.parametrize(
    ("source", "output"),
    [
        ("x.csv", "x.csv"),
        ("x.csv.part", "x.csv"),
        ("x.csv.part.quarantine", "x.csv"),
        ("x.csv.quarantine.csv", "x.csv"),
        ("x.csv.progress.json", "x.csv"),
        (".x.parquet.ready", "x.parquet"),
    ],
)
@pytest.mark.parametrize("link", ["none", "symbolic", "hard", "folder"])
def test_an_output_or_part_that_is_an_input_is_refused_untouched(
    classifier, tmp_path, source, output, link
):
    folder = tmp_path / "in"
    folder.mkdir()
    held = table(tmp_path / source, 2)
    given = held if link == "none" else folder / "other.csv"
    if link == "hard":
        given.hardlink_to(held)
    elif link != "none":
        given.symlink_to(held)
    before = held.read_bytes()
    run = Run(
        inputs=[folder if link == "folder" else given],
        path=tmp_path / output,
        classifier=classifier,
        now=NOW,
    )
    with pytest.raises(SettingsError, match="would be overwritten, and it is an input"):
        run.go()
    assert held.read_bytes() == before
    assert {x.name for x in tmp_path.iterdir()} == {"in", source}


def test_a_page_is_not_written_over_the_notice_it_explains(tmp_path, monkeypatch, capsys):
    source = table(tmp_path / "in.csv", 1)
    before = source.read_bytes()
    arguments = ["explain", str(source), "--html", str(source)]
    monkeypatch.setattr(sys, "argv", ["innovatiemonitor", *arguments])
    with pytest.raises(SystemExit):
        cli.main()
    assert "would be overwritten" in capsys.readouterr().err
    assert source.read_bytes() == before


def test_a_table_that_breaks_off_fails_the_run_however_little_is_unreadable(
    tmp_path, monkeypatch, capsys
):
    source = table(tmp_path / "in.csv", 60)
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace("Levering 30", '"Levering 30'), encoding="utf-8")
    arguments = ["classify", str(source), "-o", str(tmp_path / "out.csv")]
    monkeypatch.setattr(sys, "argv", ["innovatiemonitor", *arguments, "--max-unreadable", "1"])
    with pytest.raises(SystemExit) as exit_:
        cli.main()
    told = capsys.readouterr().err
    assert exit_.value.code == 1
    assert "30 notices labelled, 1 in quarantine" in told
    assert "line 32: not CSV" in told
    assert "the 29 lines after it, up to line 61, were left unread" in told


def test_repeats_are_not_unreadable(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "in"
    folder.mkdir()
    table(folder / "a.csv", 2)
    table(folder / "b.csv", 2)
    arguments = ["classify", str(folder), "-o", str(tmp_path / "out.csv")]
    monkeypatch.setattr(sys, "argv", ["innovatiemonitor", *arguments])
    with pytest.raises(SystemExit) as exit_:
        cli.main()
    assert exit_.value.code == 0
    assert "2 notices labelled, 0 in quarantine, 2 read before" in capsys.readouterr().err
