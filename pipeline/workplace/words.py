"""Values as people read them: the Dutch of facets, labels and fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.codebook import Codebook
from pipeline.countries import Country, region_name
from pipeline.errors import CorpusError
from pipeline.records import Annotation
from pipeline.report import dutch, names
from pipeline.spreadsheet import NO_MISSION
from pipeline.workplace.catalogue import cell_labels
from pipeline.workplace.search import NO, UNKNOWN, YES, quarter_of

CONVENTIONAL = "conventional"
# What a cell says that has no label.
WITHOUT = {CONVENTIONAL: "conventioneel", NO_MISSION: "geen opgave"}

FACET_NAMES = {
    "period": ("periode", "Periode"),
    "degree": ("graad", "Innovatiegraad volgens het model"),
    "forms": ("vorm", "Inkoopvorm volgens het model"),
    "aspect": ("soort", "Soort innovatie-inkoop volgens het model"),
    "missions": ("opgave", "Maatschappelijke opgave volgens het model"),
    "buyer_kind": ("opdrachtgever", "Soort opdrachtgever"),
    "province": ("provincie", "{region}"),
    "cpv_division": ("sector", "Sector (CPV)"),
    "source": ("bron", "Bron"),
    "declared": ("opgegeven", "Innovatie opgegeven door de inkoper"),
    "differs": ("verschil", "Model en regels verschillen"),
    "judged": ("beoordeeld", "Beoordeeld door mensen"),
}
SORTINGS = {
    "relevance": ("relevantie", "Relevantie"),
    "newest": ("nieuwste", "Nieuwste eerst"),
    "oldest": ("oudste", "Oudste eerst"),
    "value": ("waarde", "Hoogste waarde eerst"),
    "probability": ("kans", "Meeste kans op innovatie eerst"),
}
KINDS = {
    "planning": "vooraankondiging",
    "consultation": "marktconsultatie",
    "competition": "aankondiging van een opdracht",
    "result": "gegunde opdracht",
    "change": "wijziging of rectificatie",
}
ORDERS = {
    "list": "in de volgorde van de zoekresultaten",
    "uncertain": "waar het model het meest over twijfelt",
    "novel": "wat het minst lijkt op wat al beoordeeld is",
    "disagreement": "waar model en regels verschillen",
    "suspect": "wat al beoordeeld is en verdacht lijkt",
}
ROLE_NAMES: Mapping[str, tuple[str, str]] = {
    "annotator": ("beoordelaar", "zoekt, leest en beoordeelt"),
    "decider": ("beslisser", "beslist ook waar lezers verschillen"),
    "keeper": (
        "beheerder",
        "maakt en sluit ook lijsten en trekkingen, nodigt mensen uit, leert het model bij, neemt "
        "het in gebruik en maakt het rapport",
    ),
}
QUANTITIES = {"innovation_oriented": "innovatiegericht", "rd": "onderzoek en ontwikkeling"}
QUALITIES = {
    "right": "als het model gelijk heeft",
    "measured": "als het is zoals gemeten",
    "useless": "als het model niets waard is",
}
PAGES = {"/beslissen": "Beslissen", "/trekking/{period}": "Trekkingen"}
FETCHING = ("fetch {source} {period}", "collect {period}")
# What stops publication: what to do, the page for it, and the commands, given the period; one that
# names a source is for each of the country's.
MEND: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "there_are_notices": (
        "Haal de aankondigingen van het kwartaal op en lees ze in.",
        "",
        FETCHING,
    ),
    "counts_agree_with_the_source": (
        "Kijk welke dagen verschillen, haal het kwartaal opnieuw op en lees het in. Alleen wat "
        "ontbreekt of gewijzigd is, wordt opgevraagd.",
        "",
        ("reconcile {period}", *FETCHING),
    ),
    "notices_are_not_double": (
        "Kijk welke dubbel zijn, en lees het kwartaal opnieuw in. Blijven zij dubbel, meld het dan "
        "aan wie het programma beheert.",
        "",
        ("check {period}", "collect {period}"),
    ),
    "few_are_quarantined": (
        "Kijk waarom zij onleesbaar zijn. Komt dat door een veld dat de bron heeft veranderd, meld "
        "het dan aan wie het programma beheert.",
        "",
        ("check {period}", "doctor"),
    ),
    "late_lots_are_drawn": (
        "Maak een aanvullende trekking uit de percelen die erbij kwamen, en beoordeel die.",
        "/trekking/{period}",
        (),
    ),
    "judges_agree": (
        "Beslis waar lezers verschillen en bespreek samen de definities. Oordelen die daarna "
        "worden gewijzigd, tellen mee zoals ze dan zijn.",
        "/beslissen",
        (),
    ),
    "large_values_are_decided": (
        "Beslis per perceel of de waarde klopt. De eerste opdracht noemt de percelen, de tweede "
        "legt de beslissing vast: keep (klopt), drop (klopt niet) of value (de juiste waarde).",
        "",
        (
            "audit {period} --output percelen.csv",
            'decide {period} PERCEEL keep --reason "nagekeken bij de inkoper" --by schuilnaam',
        ),
    ),
}
PROCEDURES = {
    "open": "openbaar",
    "restricted": "niet-openbaar",
    "neg-w-call": "onderhandeling met aankondiging",
    "neg-wo-call": "onderhandeling zonder aankondiging",
    "comp-dial": "concurrentiegerichte dialoog",
    "comp-tend": "concurrentiegerichte procedure",
    "innovation": "innovatiepartnerschap",
    "oth-mult": "andere procedure in meer stappen",
    "oth-single": "andere procedure in één stap",
}
REASONS = {
    "BT-04": "zelfde procedurenummer (BT-04)",
    "BT-701": "zelfde aankondigingsnummer (BT-701)",
    "kenmerk": "zelfde kenmerk op TenderNed",
    "ocid": "zelfde OCID",
    "pbNummerTed": "de TED-publicatie van de aankondiging op TenderNed",
    "changes": "wijzigt de andere aankondiging",
    "modifies": "wijzigt het contract van de andere",
    "previous": "noemt de andere als eerdere publicatie",
    "likeness": "zelfde inkoper en een titel die erop lijkt (afgeleid)",
}


def value_name(facet: str, value: str, codebook: Codebook, *, country: Country) -> str:
    """Write a value of a facet in Dutch, as it is called in a country."""
    if value == UNKNOWN:
        return "Niet bekend"
    if value in (YES, NO) and facet in ("differs", "judged"):
        return {YES: "Ja", NO: "Nee"}[value]
    if facet == "period" and (quarter := quarter_of(value)):
        return dutch.quarter(quarter)
    if facet in ("degree", "forms", "aspect", "missions"):
        return label_name(value, codebook)
    tables = {
        "buyer_kind": names.buyer_kinds(country),
        "cpv_division": names.DIVISIONS,
        "declared": names.STATES,
    }
    called = {"province": region_name, "source": names.source_in_dutch}
    if facet in called:
        return called[facet](value)
    return tables[facet].get(value, value)


def label_name(label: str, codebook: Codebook) -> str:
    """Write a label in Dutch; one that the codebook lacks as it is."""
    if label in WITHOUT:
        return WITHOUT[label]
    try:
        return codebook.label(label).name
    except CorpusError:
        return label


def label_names(cell: str | None, codebook: Codebook) -> str:
    """Write a cell of labels in Dutch, with commas; a dash where there is none."""
    return ", ".join(label_name(x, codebook) for x in cell_labels(cell)) or "–"


def judged_as(one: Annotation) -> Sequence[str]:
    """Return the labels of a judgement, ``conventional`` where it has no form."""
    judged = one.judgement
    return (judged.degree, *judged.aspect, judged.openness, *(judged.forms or (CONVENTIONAL,)))
