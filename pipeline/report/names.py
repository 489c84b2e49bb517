"""Codes in Dutch, as a reader of the report sees them; an unknown code is shown as it is."""

from __future__ import annotations

from pipeline.codebook import Codebook
from pipeline.errors import CorpusError
from pipeline.notices.provinces import PROVINCES
from pipeline.records import INNOVATION
from pipeline.sources import sources

BUYER_KINDS = {
    "central": "Rijk",
    "municipality": "Gemeenten",
    "province": "Provincies",
    "water_board": "Waterschappen",
    "utility": "Speciale sectoren (nutsbedrijven en vervoer)",
    "education": "Onderwijs",
    "care": "Zorg",
    "other": "Overige opdrachtgevers",
    "unknown": "Soort opdrachtgever onbekend",
}

# Divisions of the CPV (Regulation (EC) 213/2008, annex I), shortened.
DIVISIONS = {
    "03": "Landbouw, visserij en bosbouw",
    "09": "Brandstof, elektriciteit en andere energie",
    "14": "Mijnbouw en basismetalen",
    "15": "Voeding en dranken",
    "16": "Landbouwmachines",
    "18": "Kleding en schoeisel",
    "19": "Leer, textiel, kunststof en rubber",
    "22": "Drukwerk",
    "24": "Chemische producten",
    "30": "Computers en kantoormachines",
    "31": "Elektrische apparatuur en verlichting",
    "32": "Telecommunicatieapparatuur",
    "33": "Medische apparatuur en geneesmiddelen",
    "34": "Vervoermiddelen",
    "35": "Veiligheid, brandweer, politie en defensie",
    "37": "Sport, spel en muziekinstrumenten",
    "38": "Laboratorium- en meetapparatuur",
    "39": "Meubelen, inrichting en schoonmaakmiddelen",
    "41": "Water",
    "42": "Industriële machines",
    "43": "Machines voor mijnbouw en bouw",
    "44": "Bouwconstructies en bouwmaterialen",
    "45": "Bouwwerkzaamheden",
    "48": "Softwarepakketten en informatiesystemen",
    "50": "Reparatie en onderhoud",
    "51": "Installatiediensten",
    "55": "Hotel, restaurant en catering",
    "60": "Vervoersdiensten",
    "63": "Ondersteunende vervoersdiensten en reisbureaus",
    "64": "Post en telecommunicatie",
    "65": "Openbare nutsvoorzieningen",
    "66": "Financiële diensten en verzekeringen",
    "70": "Vastgoeddiensten",
    "71": "Architectuur, bouwkunde en inspectie",
    "72": "IT-diensten",
    "73": "Onderzoek en ontwikkeling",
    "75": "Openbaar bestuur, defensie en sociale zekerheid",
    "76": "Diensten voor olie- en gasindustrie",
    "77": "Diensten voor landbouw, groen en natuur",
    "79": "Zakelijke dienstverlening",
    "80": "Onderwijs en opleiding",
    "85": "Gezondheidszorg en maatschappelijk werk",
    "90": "Afval, riolering, reiniging en milieu",
    "92": "Cultuur, sport en recreatie",
    "98": "Overige diensten",
    "unknown": "Sector onbekend",
}

RUNGS = {
    "lot": "Gegunde waarde van het perceel",
    "total": "Gegunde waarde van het geheel, verdeeld over de percelen",
    "framework": "Maximum van de raamovereenkomst (één keer geteld)",
    "estimate": "Raming vooraf",
    "missing": "Geen bruikbare waarde (bijgeschat)",
}

FLAGS = {
    "above_maximum": "Gegunde waarde boven het maximum van de raamovereenkomst",
    "award_date": "Gunningsdatum niet geloofwaardig; datum van publicatie gebruikt",
    "currency": "Omgerekend uit een andere munt",
    "dynamic_purchasing": "Gegund in een dynamisch aankoopsysteem",
    "factor_1000": "Waarde wijkt een factor 1.000 af van de raming",
    "no_rate": "Munt of jaar zonder wisselkoers; waarde niet gebruikt",
    "placeholder": "Waarde tot en met 1.000 euro; waarschijnlijk een loze invulling",
    "repeated_digits": "Waarde met alleen gelijke cijfers (zoals 999.999.999)",
    "several_awards": "Meer gunningen voor één perceel; één keer geteld",
    "spread": "Bedrag verdeeld over meer percelen",
    "total_differs": "Totaal wijkt af van de som van de percelen",
    "unit_price": "Waarschijnlijk een prijs per stuk of per uur",
    "winners_repeated": "Zelfde bedrag bij elke winnaar herhaald; één keer geteld",
}

EXCLUSIONS = {
    "awarded_as_whole": "Als één geheel gegund; het geheel is geteld",
    "cancelled": "Ingetrokken of niet doorgegaan",
    "ex_ante_superseded": "Vrijwillige aankondiging vooraf, gevolgd door een gunning",
    "foreign_buyer": "Opdrachtgever buiten Nederland",
    "no_award": "Nog geen gunning",
    "not_awarded": "Niet gegund",
    "outside_period": "Gegund buiten deze periode",
    "undated": "Zonder datum",
}

CHECKS = {
    "there_are_notices": "Er zijn aankondigingen in de periode",
    "counts_agree_with_the_source": "Aantallen per dag kloppen met die van de bron",
    "no_workday_is_empty": "Geen werkdag zonder aankondigingen",
    "texts_are_filled": "Omschrijvingen zijn zo vaak gevuld als eerder",
    "values_are_filled": "Waarden zijn zo vaak gevuld als eerder",
    "buyers_are_filled": "Opdrachtgevers zijn zo vaak gevuld als eerder",
    "cpv_is_filled": "CPV-codes zijn zo vaak gevuld als eerder",
    "nothing_new_is_unread": "Geen nieuwe velden of codes die niet gelezen zijn",
    "notices_are_not_double": "Geen dubbele aankondigingen",
    "few_are_quarantined": "Weinig onleesbare aankondigingen",
}

METHODS = {
    "difference": "Verschilschatter (gepubliceerd)",
    "ht_ratio": "Alleen de beoordeelde percelen (controle)",
    "classify_and_count": "Oordelen van het model geteld",
    "probability_sum": "Kansen van het model opgeteld",
    "adjusted_count": "Telling gecorrigeerd voor foutkansen",
    "pacc": "Kansen gecorrigeerd voor foutkansen",
    "em_prior": "Aandeel herschat uit de kansen (EM)",
}

STATES = {
    "declared": "Innovatie aangegeven",
    "none": "Ingevuld, geen innovatie",
    "absent": "Niet ingevuld",
}

# BT-776, code list innovative-acquisition of the eForms.
INNOVATION_CODES = {
    "mar-nov": "Nieuw voor de markt",
    "proc-innov": "Procesinnovatie",
    "prod-innov": "Productinnovatie",
    "rd-act": "Onderzoek en ontwikkeling",
    "buy-eff": "Vervallen code buy-eff",
    "fp-requ": "Vervallen code fp-requ",
    "org-nov": "Vervallen code org-nov",
    "other": "Vervallen code other",
    "none": "Geen innovatie",
}

CAUSES = {
    "model": "een ander model",
    "lot entered": "percelen erbij",
    "lot left": "percelen eraf",
    "value": "gewijzigde waarden",
    "judgement": "gewijzigde oordelen",
}

DOMAINS = {"buyer_kind": BUYER_KINDS, "cpv_division": DIVISIONS, "province": PROVINCES}
REMARKS = {
    "small_domain": "weinig gegevens",
    "upper_bound_only": "niets gevonden",
    "lower_bound_only": "alles heeft dit label",
    "rare": "zelden gevonden",
    "incomplete_draw": "trekking niet af",
    "frame_grew": "percelen erbij",
    "single_judged": "één beoordelaar",
}


def source_in_dutch(name: str) -> str:
    """Write what a source calls itself; notices of files have none."""
    return sources()[name].in_dutch if name in sources() else "Eigen bestanden"


def domain(name: str) -> str:
    """Write a domain: ``province=NL31`` becomes "Utrecht", ``=unknown`` says so."""
    kind, _, code = name.partition("=")
    if kind == "province" and code == "unknown":
        return "Geen of meer dan één provincie"
    return DOMAINS[kind].get(code, code)


def quantity(name: str, codebook: Codebook) -> str:
    """Write what is counted, with a capital; a label that is not in the codebook as it is."""
    if name == INNOVATION:
        return "Innovatiegericht"
    try:
        label = codebook.label(name).name
    except CorpusError:
        return name
    return label[0].upper() + label[1:]


def remarks(flags: tuple[str, ...]) -> str:
    """Write the flags that a reader should know of."""
    return "; ".join(REMARKS[flag] for flag in flags if flag in REMARKS)
