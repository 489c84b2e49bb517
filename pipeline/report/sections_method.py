"""The last sections: method and uncertainty, revisions, terms."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.codebook import MISSION
from pipeline.report import cells, dutch, names
from pipeline.report.cells import text_cell
from pipeline.report.facts import Facts, Revised
from pipeline.report.outline import (
    Block,
    Cell,
    Chapter,
    Column,
    Definitions,
    Heading,
    Table,
    Text,
)

CHAPTER = Chapter()
section = CHAPTER.section

# Alpha from which conclusions are usual, and tentative ones (Krippendorff 2004, p. 241).
FIRM, TENTATIVE = 0.8, 0.667


@section("Methode en onzekerheid")
def method(facts: Facts) -> Iterable[Block]:
    """How the figures are made, by the quality dimensions of official statistics."""
    read = "in het Nederlands " if facts.unread.many else ""
    yield Text(
        f"Zo komt het cijfer tot stand. Een model leest elke aankondiging {read}en geeft een kans "
        "dat zij innovatiegericht is. Mensen beoordelen een aselecte trekking van percelen. Het "
        "verschil tussen hun oordeel en de kans van het model wordt gebruikt om de som van alle "
        "kansen te verbeteren. Een slecht model maakt het interval breder, niet het cijfer "
        "verkeerd."
    )
    yield Text(
        "Hieronder staat de kwaliteit van de cijfers volgens de kenmerken die ook voor officiële "
        "statistieken gelden."
    )
    for heading, paragraphs in (
        ("Relevantie", _relevance(facts)),
        ("Nauwkeurigheid", _accuracy(facts)),
        ("Tijdigheid", _timeliness(facts)),
        ("Vergelijkbaarheid", _comparability(facts)),
        ("Coherentie", _coherence()),
        ("Toegankelijkheid", _accessibility(facts)),
    ):
        yield Heading(heading)
        yield from (Text(paragraph) for paragraph in paragraphs)


def _relevance(facts: Facts) -> Iterable[str]:
    yield (
        "Het rapport gaat over gepubliceerde gunningen, vooral boven de Europese drempels. Inkoop "
        "onder de drempels en inkoop die niet gepubliceerd hoeft te worden, is niet te zien. Voor "
        "een aandeel van alle inkoop is een aanname over dat deel nodig; dit rapport maakt die "
        "niet. Gemeten wordt wat inkopers vragen, niet of de innovatie er uiteindelijk komt."
    )
    yield from facts.country.notes
    if facts.country.language:
        yield (
            "Alleen opdrachten met een aankondiging in het "
            f"{names.language_in_dutch(facts.country.language)} tellen mee."
        )


def _accuracy(facts: Facts) -> Iterable[str]:
    if facts.draw:
        yield (
            f"Getrokken zijn {dutch.number(facts.draw.drawn)} percelen, waarvan "
            f"{dutch.number(facts.draw.take_all)} met zekerheid: omdat hun waarde groot is, of "
            "omdat hun groep klein is en in haar geheel is getrokken. "
            f"Beoordeeld zijn er {dutch.number(facts.draw.judged)}. De kans om getrokken te worden "
            "is van elk perceel bekend en vooraf vastgelegd."
        )
        yield _agreement(facts.draw.agreement)
    twice = facts.draw is not None and facts.draw.agreement is not None
    judges = (
        ", van het bijschatten van ontbrekende waarden en van verschillen tussen beoordelaars"
        if twice
        else " en van het bijschatten van ontbrekende waarden, niet die van verschillen tussen "
        "beoordelaars: geen perceel is door twee mensen beoordeeld"
    )
    yield (
        f"Het interval van 95% bevat de fout van de trekking{judges}. Het bevat niet wat nooit is "
        "gepubliceerd, "
        "en ook niet fouten in bedragen die niemand is opgevallen. Is in de trekking niets "
        "gevonden, dan staat er een bovengrens: hoogstens zo veel."
    )
    yield (
        "Ontbrekende waarden zijn vaak die van grote opdrachten. Daarom staan naast het aandeel "
        "ook de twee uiterste gevallen, en een aandeel met afgetopte grootste waarden."
    )


def _agreement(alpha: float | None) -> str:
    if alpha is None:
        return "Geen enkel perceel is door twee mensen beoordeeld; hun verschil is niet gemeten."
    verdict = (
        "voldoende voor stevige conclusies"
        if alpha >= FIRM
        else "genoeg voor voorlopige conclusies"
        if alpha >= TENTATIVE
        else "te laag voor stevige conclusies"
    )
    return (
        "De overeenstemming tussen beoordelaars over de innovatiegraad (Krippendorffs alfa) is "
        f"{dutch.number(alpha, 2)}: {verdict}."
    )


def _timeliness(facts: Facts) -> Iterable[str]:
    yield (
        f"Stand van de gegevens: {dutch.date(facts.as_of)}. De verslagperiode eindigde op "
        f"{dutch.date(facts.period.last_day)}. Gunningen worden vaak weken of maanden na de "
        "beslissing gepubliceerd; latere publicaties leiden tot een herziening."
    )


def _comparability(facts: Facts) -> Iterable[str]:
    yield (
        "Kwartalen zijn te vergelijken via de reeks van vier kwartalen. Een verschil heet pas een "
        "verandering als het groter is dan het kleinst aantoonbare verschil. Met de overgang naar "
        "eForms in het vierde kwartaal van 2023 is de reeks gebroken."
    )
    if facts.yardsticks.compared:
        yield facts.yardsticks.compared.history


def _coherence() -> Iterable[str]:
    yield (
        "Waar anderen tellingen hebben gepubliceerd, staan die naast de onze, met het verschil. "
        "Eerst moeten aantallen kloppen, dan waarden, dan aandelen."
    )


def _accessibility(facts: Facts) -> Iterable[str]:
    yield (
        "Dit rapport bestaat als webpagina, PDF en werkmap (XLSX). Alle cijfers staan ook in een "
        "CSV- en een JSON-bestand, elke grafiek als SVG en PNG. Webpagina en PDF zijn gemaakt voor "
        "gebruik met hulpmiddelen; bij elke grafiek staan een beschrijving en een tabel."
    )
    origin = facts.provenance
    yield (
        f"Gemaakt met {origin.made_by}, versie {origin.code_version}; model {facts.model_id}; "
        f"codeboek versie {facts.codebook.version}; "
        f"instellingen {origin.settings_fingerprint[:12]}."
    )


@section("Herzieningen")
def revisions(facts: Facts) -> Iterable[Block]:
    """The policy, and what changed."""
    yield Text(
        "Een gepubliceerd cijfer blijft opvraagbaar zoals het was. Komen er gunningen bij of "
        "worden bedragen of oordelen verbeterd, dan verschijnt een nieuw cijfer naast het "
        "oude, met de oorzaken."
    )
    if not facts.revisions:
        yield Text("Er zijn sinds het vorige rapport geen cijfers herzien.")
        return
    yield Table(
        key="herzieningen",
        caption="Herziene cijfers",
        columns=(
            Column("Cijfer"),
            Column("Gepubliceerd op"),
            Column("Was", "share"),
            Column("Interval was", "interval"),
            Column("Is nu", "share"),
            Column("Interval nu", "interval"),
            Column("Oorzaken"),
        ),
        lines=tuple(_revised(x, facts) for x in facts.revisions),
    )


def _revised(revised: Revised, facts: Facts) -> tuple[Cell, ...]:
    weighting = "waarde" if revised.old.weighting == "value" else "aantal"
    name = names.quantity(revised.old.quantity, facts.codebook)
    causes = (f"{names.CAUSES.get(x, x)} ({n})" for x, n in revised.causes.items())
    return (
        text_cell(f"{name}, naar {weighting}, {revised.old.period}"),
        text_cell(dutch.date(revised.published_on)),
        *cells.share_cell(revised.old),
        *cells.share_cell(revised.new),
        text_cell("; ".join(causes)),
    )


@section("Begrippen")
def terms(facts: Facts) -> Iterable[Block]:
    """Our own terms, then the codebook."""
    yield Definitions(
        (
            (
                "Aandeel naar waarde",
                "Waarde van de innovatiegerichte percelen, gedeeld door de "
                "waarde van alle gegunde percelen in de periode.",
            ),
            ("Innovatiegericht", "Met een innovatiegraad hoger dan geen."),
            (
                "Perceel",
                "Deel van een aanbesteding dat apart wordt gegund. Een aanbesteding zonder "
                "percelen telt als één perceel.",
            ),
            (
                "Trekking",
                "Percelen die door het toeval zijn gekozen om door mensen te worden "
                "beoordeeld, elk met een bekende kans.",
            ),
            (
                "95%-betrouwbaarheidsinterval",
                "Grenzen waartussen het werkelijke aandeel in 95 van de 100 trekkingen ligt.",
            ),
            ("Procentpunt", "Verschil tussen twee percentages: van 10% naar 12% is 2 procentpunt."),
            (
                "Kleinst aantoonbaar verschil",
                "Verschil dat nog door toeval kan komen; pas daarboven "
                "spreken wij van een verandering.",
            ),
            (
                "Aftoppen",
                "De grootste waarden tellen voor niet meer dan een vaste bovengrens, zodat "
                "één typefout het aandeel niet bepaalt.",
            ),
        ),
        compact=True,
    )
    yield Heading("Verklaring van tekens")
    yield Definitions(cells.LEGEND, compact=True)
    asked = {**facts.codebook.judgements, MISSION: "maatschappelijke opgave"}
    for judgement, name in asked.items():
        yield Heading(f"Codeboek: {name}")
        yield Definitions(
            tuple(
                (names.quantity(x, facts.codebook), facts.codebook.label(x).definition)
                for x in facts.codebook.of(judgement)
            ),
            compact=True,
        )
