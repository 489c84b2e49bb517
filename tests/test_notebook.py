"""The example notebook runs from top to bottom and says what it promises."""

import json
from pathlib import Path

import matplotlib as mpl
import pytest

NOTEBOOK = Path(__file__).parent.parent / "docs" / "notebook.ipynb"


@pytest.fixture(scope="module")
def ran():
    mpl.use("Agg")
    names = {"__name__": "notebook"}
    for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
    return names


def test_the_notebook_labels_its_frame_and_keeps_the_index(ran):
    assert ran["labels"].notice_id.tolist() == ran["notices"].notice_id.tolist()
    assert ran["recent"].degree.notna().any()
    assert len(ran["recent"]) < len(ran["notices"])
    assert [x["index"] for x in ran["quarantine"]] == [1]


def test_the_notebook_shows_evidence_and_a_plot(ran):
    assert {"label", "section"} & set(ran["evidence"].columns)
    assert ran["axes"].patches


def test_the_notebook_shows_that_a_share_without_a_draw_is_refused(ran):
    with pytest.raises(ran["NoDraw"], match="no lots were drawn and judged"):
        ran["difference"](ran["undrawn"])


def test_the_notebook_holds_no_results_of_one_machine():
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    assert not [cell["id"] for cell in cells if cell.get("outputs")]
