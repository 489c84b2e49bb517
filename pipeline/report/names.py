"""Codes in Dutch, as a reader of the report sees them; an unknown code is shown as it is."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.codebook import Codebook
from pipeline.corpus.languages import languages
from pipeline.countries import NETHERLANDS, Country, region_name
from pipeline.errors import CorpusError
from pipeline.estimates.signs import CHARACTERISTIC, PURPOSE
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
    "international": "Instellingen van de EU en internationale organisaties",
    "other": "Overige opdrachtgevers",
    "unknown": "Soort opdrachtgever onbekend",
}

# Divisions of the CPV in the words of Regulation (EC) 213/2008, annex I, in Dutch.
DIVISIONS = {
    "03": "Landbouw- en veeteelt-, kwekerij-, visserij-, bosbouw- en aanverwante producten",
    "09": "Aardolieproducten, brandstof, elektriciteit en andere energiebronnen",
    "14": "Mijnbouw, basismetalen en aanverwante producten",
    "15": "Voeding, dranken, tabak en aanverwante producten",
    "16": "Landbouwmachines",
    "18": "Kleding, schoeisel, bagageartikelen en accessoires",
    "19": "Leder, textielweefsels, kunststof en rubber materialen",
    "22": "Drukwerk en aanverwante producten",
    "24": "Chemische producten",
    "30": "Kantoormachines en gegevensverwerkende apparatuur, kantooruitrusting en "
    "-benodigdheden, uitgez. meubilair en softwarepakketten",
    "31": "Elektrische machines, apparaten, uitrusting en verbruiksartikelen; verlichting",
    "32": "Radio-, televisie-, communicatie-, telecommunicatietoestellen en aanverwante apparatuur",
    "33": "Medische apparatuur, farmaceutische artikelen en artikelen voor lichaamsverzorging",
    "34": "Vervoersmaterieel en bijbehorende producten",
    "35": "Uitrusting voor veiligheid, brandweer, politie en leger",
    "37": "Muziekinstrumenten, sportartikelen, spelletjes, speelgoed, handwerk, "
    "kunstartikelen en toebehoren",
    "38": "Laboratoriuminstrumenten, optische en precisie-instrumenten (uitgezonderd brillen)",
    "39": "Meubelen (m.i.v. kantoormeubelen), inrichtingsartikelen, huishoudelijke "
    "apparaten (uitgez. verlichting) en schoonmaakproducten",
    "41": "Verzameld en gezuiverd water",
    "42": "Bedrijfsmachines",
    "43": "Machines voor de mijnbouw, steengroeven en voor de bouw",
    "44": "Structuren en materialen voor de bouw; ondersteunende producten voor de "
    "bouw (uitgezonderd elektrische apparatuur)",
    "45": "Bouwwerkzaamheden",
    "48": "Software en informatiesystemen",
    "50": "Reparatie- en onderhoudsdiensten",
    "51": "Installatiediensten (uitgezonderd software)",
    "55": "Diensten voor hotel, restaurant en detailhandel",
    "60": "Vervoersdiensten (uitg. vervoer van afval)",
    "63": "Ondersteunende en aanvullende vervoersdiensten; reisbureaudiensten",
    "64": "Post- en telecommunicatiediensten",
    "65": "Openbare voorzieningen",
    "66": "Financiële en verzekeringsdiensten",
    "70": "Makelaarsdiensten",
    "71": "Dienstverlening op het gebied van architectuur, bouwkunde, civiele "
    "techniek en inspectie",
    "72": "IT-diensten: adviezen, softwareontwikkeling, internet en ondersteuning",
    "73": "Onderzoek en ontwikkeling, en aanverwante adviezen",
    "75": "Diensten voor openbaar bestuur, defensie en sociale verzekering",
    "76": "Diensten in verband met de olie- en gasindustrie",
    "77": "Diensten voor land-, bos- en tuinbouw, aquicultuur en imkerij",
    "79": "Zakelijke dienstverlening: juridisch, marketing, consulting, drukkerij en beveiliging",
    "80": "Diensten voor onderwijs en opleiding",
    "85": "Gezondheidszorg en maatschappelijk werk",
    "90": "Diensten inzake afvalwater, afval, reiniging en milieu",
    "92": "Cultuur-, sport- en recreatiediensten",
    "98": "Overige gemeenschaps-, sociale en persoonlijke diensten",
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
    "foreign_buyer": "Opdrachtgever buiten {name}",
    "international_buyer": "Instelling van de EU of internationale organisatie",
    "no_award": "Nog geen gunning",
    "not_awarded": "Niet gegund",
    "other_language": "Aankondiging in een andere taal",
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
    "late_lots_are_drawn": "Percelen die er na de trekking bij kwamen, zijn ook getrokken",
    "judges_agree": "Mensen die dezelfde aankondigingen lazen, zijn het genoeg eens",
    "large_values_are_decided": "Over opvallend grote waarden is beslist",
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

# What stands in a field, besides the forms: ``pipeline.estimates.signs``.
SIGNS = {
    PURPOSE: "Innovatie als doel aangegeven (BT-06)",
    CHARACTERISTIC: "Soort innovatie aangegeven (BT-776)",
}

CAUSES = {
    "model": "een ander model",
    "lot entered": "percelen erbij",
    "lot left": "percelen eraf",
    "value": "gewijzigde waarden",
    "judgement": "gewijzigde oordelen",
}

UNKNOWN_LANGUAGE = {"unknown": "taal onbekend"}

# What a reader should know of a share; of the others the table itself tells.
REMARKS = {
    "small_domain": "weinig gegevens",
    "upper_bound_only": "niets gevonden",
    "lower_bound_only": "alles heeft dit label",
    "rare": "zelden gevonden",
    "incomplete_draw": "trekking niet af",
    "frame_grew": "percelen erbij",
    "single_judged": "één beoordelaar",
    "entered_after_draw": "percelen erbij na de trekking",
    "left_after_draw": "getrokken percelen vervallen",
    "at_judged_minimum": "niet lager dan gevonden",
    "within_whole": "begrensd door het geheel",
}


def source_in_dutch(name: str) -> str:
    """Write what a source calls itself; notices of files have none."""
    return sources()[name].in_dutch if name in sources() else "Eigen bestanden"


def buyer_kinds(country: Country) -> Mapping[str, str]:
    """Return the sorts of buyer, as they are called in a country."""
    return BUYER_KINDS | dict(country.buyer_names)


def frame_place(country: Country) -> str:
    """Write where is bought, and in which language it is announced where only that counts."""
    if not country.language:
        return country.name
    return f"{country.name} (aankondigingen in het {language_in_dutch(country.language)})"


def exclusions(country: Country) -> Mapping[str, str]:
    """Return why a lot is not in the frame of a country."""
    return {reason: told.format(name=country.name) for reason, told in EXCLUSIONS.items()}


def domain(name: str, country: Country = NETHERLANDS) -> str:
    """Write a domain: ``province=NL31`` becomes "Utrecht", ``=unknown`` says so."""
    kind, _, code = name.partition("=")
    if kind == "province":
        unknown = f"Geen of meer dan één {country.region}"
        return unknown if code == "unknown" else region_name(code)
    known = DIVISIONS if kind == "cpv_division" else buyer_kinds(country)
    return known.get(code, code)


def language_in_dutch(code: str) -> str:
    """Write a language (ISO 639-1); one without a module here as its code."""
    known = languages()
    return known[code].in_dutch if code in known else UNKNOWN_LANGUAGE.get(code, code)


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
