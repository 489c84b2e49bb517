"""What belongs together stays together."""

from pipeline.corpus.analyzer import NO_TOKENS
from pipeline.learning.groups import groups
from pipeline.records import Document, Notice

CALL = "Levering van vierhonderd bureaustoelen voor het stadhuis, met garantie en onderhoud."
AWARD = "Gegund: levering van vierhonderd bureaustoelen voor het stadhuis, met garantie."
OTHER = "Herstel van kademuren en beschoeiing langs de singel in het centrum van de stad."


def document(number, text, *, buyer=None, key=None):
    notice = Notice(
        notice_id=str(number),
        source="t",
        format="t",
        kind="result",
        title=text,
        buyer=buyer,
        procedure_key=key,
    )
    return Document(
        notice=notice, text=text, tokens=NO_TOKENS, sections=(), language="nl", analyzer="x"
    )


def together(*documents):
    return groups(documents).tolist()


def test_near_duplicates_share_a_group_and_others_do_not():
    assert together(document(1, CALL), document(2, OTHER), document(3, AWARD)) == [0, 1, 0]


def test_a_buyer_or_a_procedure_joins_and_joins_carry_on():
    first = document(1, CALL, buyer="Gemeente A")
    second = document(2, OTHER, buyer="gemeente a", key="p1")
    third = document(3, "Iets heel anders over zwembaden en sportvelden.", key="p1")
    fourth = document(4, "Verzekering van het wagenpark tegen schade.")
    assert together(first, second, third, fourth) == [0, 0, 0, 1]


def test_unknown_buyers_are_not_one_buyer():
    assert together(document(1, CALL), document(2, OTHER)) == [0, 1]
