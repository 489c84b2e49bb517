"""Names and codes of TED_EXPORT, and what they are in eForms.

Source: real files of R2.0.7 to R2.0.9 and, for procedures and buyers, the mappings of
OP-TED/ted-xml-data-converter. Elements that have no eForms code stand with ``None``.
"""

from __future__ import annotations

from pipeline.records import Kind

# Bodies of the 2004 directives by the number that the same form has had since; OTH_NOT is the
# free text of older notices and of the Union's institutions.
OLD_FORMS = {
    "PRIOR_INFORMATION": "F01",
    "CONTRACT": "F02",
    "CONTRACT_AWARD": "F03",
    "PERIODIC_INDICATIVE_UTILITIES": "F04",
    "CONTRACT_UTILITIES": "F05",
    "CONTRACT_AWARD_UTILITIES": "F06",
    "QUALIFICATION_SYSTEM_UTILITIES": "F07",
    "BUYER_PROFILE": "F08",
    "SIMPLIFIED_CONTRACT": "F09",
    "CONCESSION": "F10",
    "CONTRACT_CONCESSIONAIRE": "F11",
    "DESIGN_CONTEST": "F12",
    "RESULT_DESIGN_CONTEST": "F13",
    "ADDITIONAL_INFORMATION_CORRIGENDUM": "F14",
    "VOLUNTARY_EX_ANTE_TRANSPARENCY_NOTICE": "F15",
    "PRIOR_INFORMATION_DEFENCE": "F16",
    "CONTRACT_DEFENCE": "F17",
    "CONTRACT_AWARD_DEFENCE": "F18",
    "CONTRACT_CONCESSIONAIRE_DEFENCE": "F19",
    "OTH_NOT": "OTH_NOT",
    "EEIG": "EEIG",
}
FORMS: dict[str, Kind] = {
    **dict.fromkeys(("F01", "F04", "F07", "F08", "F16", "T01"), "planning"),
    **dict.fromkeys(("F02", "F05", "F09", "F10", "F11", "F12", "F17", "F19", "F24"), "competition"),
    **dict.fromkeys(("F03", "F06", "F13", "F15", "F18", "F25", "T02"), "result"),
    **dict.fromkeys(("F14", "F20"), "change"),
}
# Forms with several purposes, told apart by NOTICE/@TYPE or, in old bodies, by the coded data.
MANIFOLD = frozenset({"F01", "F04", "F07", "F21", "F22", "F23", "OTH_NOT"})
UTILITY_FORMS = frozenset({"F04", "F05", "F06", "F07", "F22"})
NOTICE_TYPES: dict[str, Kind] = {
    **dict.fromkeys(("PRI_ONLY", "PER_ONLY", "QSU_ONLY"), "planning"),
    **dict.fromkeys(("PRI_REDUCING_TIME_LIMITS", "PER_REDUCING_TIME_LIMITS"), "planning"),
    **dict.fromkeys(
        ("PRI_CALL_COMPETITION", "PER_CALL_COMPETITION", "QSU_CALL_COMPETITION", "CONTRACT"),
        "competition",
    ),
    # Concessions for social services are called for by a prior information notice (Directive
    # 2014/23/EU, article 31(3); eForms subtype 14).
    "PRI": "competition",
    **dict.fromkeys(("AWARD_CONTRACT", "CONCESSION_AWARD_CONTRACT"), "result"),
}
# TD_DOCUMENT_TYPE, for bodies that do not tell it themselves.
DOCUMENT_TYPES: dict[str, Kind] = {
    # 6 general information.
    **dict.fromkeys(("0", "6", "B", "P", "Q"), "planning"),
    # 4 prequalification, 5 request for proposals, E works awarded by a concessionaire, I call for
    # expressions of interest: all ask for a reply.
    **dict.fromkeys(
        ("3", "4", "5", "A", "C", "D", "E", "F", "H", "I", "M", "O", "Y"), "competition"
    ),
    **dict.fromkeys(("7", "J", "R", "V"), "result"),
    # 1 corrigendum, 2 additional information, which corrigenda are since.
    **dict.fromkeys(("1", "2", "K"), "change"),
}

# Keys without the prefix PT_ and without that of the form (F03_, F15_, ...).
PROCEDURES: dict[str, str | None] = {
    "OPEN": "open",
    "RESTRICTED": "restricted",
    "ACCELERATED_RESTRICTED": "restricted",
    "ACCELERATED_RESTRICTED_CHOICE": "restricted",
    "COMPETITIVE_DIALOGUE": "comp-dial",
    "COMPETITIVE_NEGOTIATION": "neg-w-call",
    "INNOVATION_PARTNERSHIP": "innovation",
    "INVOLVING_NEGOTIATION": "neg-w-call",
    "NEGOTIATED": "neg-w-call",
    "NEGOTIATED_CHOICE": "neg-w-call",
    "NEGOTIATED_WITH_COMPETITION": "neg-w-call",
    "NEGOTIATED_WITH_PRIOR_CALL": "neg-w-call",
    "NEGOTIATED_WITH_PUBLICATION_CONTRACT_NOTICE": "neg-w-call",
    "ACCELERATED_NEGOTIATED": "neg-w-call",
    "ACCELERATED_NEGOTIATED_CHOICE": "neg-w-call",
    "AWARD_CONTRACT_WITHOUT_CALL": "neg-wo-call",
    "AWARD_CONTRACT_WITHOUT_PUBLICATION": "neg-wo-call",
    "AWARD_WITHOUT_PRIOR_PUBLICATION": "neg-wo-call",
    "NEGOTIATED_WITHOUT_COMPETITION": "neg-wo-call",
    "NEGOTIATED_WITHOUT_PUBLICATION": "neg-wo-call",
    "NEGOTIATED_WITHOUT_PUBLICATION_CONTRACT_NOTICE": "neg-wo-call",
    # A concession with a notice may have taken any procedure.
    "AWARD_CONTRACT_WITH_PRIOR_PUBLICATION": None,
    # Public transport; competitive tendering is the only one that eForms names.
    "COMPETITIVE_TENDERING": "comp-tend",
}
PR_PROC: dict[str, str | None] = {
    **dict.fromkeys(("1",), "open"),
    **dict.fromkeys(("2", "3"), "restricted"),
    **dict.fromkeys(("4", "6", "B"), "neg-w-call"),
    **dict.fromkeys(("A", "F", "T", "V"), "neg-wo-call"),
    "C": "comp-dial",
    "G": "innovation",
    # 0 prior information, 8 other, 9 not applicable, E concession, N not said, Z not specified; D
    # design contest and Q qualification system, which are no procedures of award: the form tells.
    **dict.fromkeys(("0", "8", "9", "D", "E", "N", "Q", "Z"), None),
}
# BT-136; resd is purely research and development, rd are the R&D services of defence.
JUSTIFICATIONS: dict[str, str | None] = {
    "D_MANUF_FOR_RESEARCH": "resd",
    "D_PURE_RESEARCH": "resd",
    "D_OTHER_SERVICES": "rd",
    "D_TECHNICAL": "technical",
    "D_ARTISTIC": "artistic",
    "D_PROTECT_RIGHTS": "exclusive",
    "D_EXTREME_URGENCY": "urgency",
    "D_ADD_DELIVERIES_ORDERED": "additional",
    "D_REPETITION_EXISTING": "existing",
    "D_CONTRACT_AWARDED_DESIGN_CONTEST": "contest",
    "D_COMMODITY_MARKET": "commodity",
    "D_BARGAIN_PURCHASE": "bargain",
    "D_NO_TENDERS_REQUESTS": "unsuitable",
    "D_PROC_OPEN": "unsuitable",
    "D_PROC_RESTRICTED": "unsuitable",
    "D_ALL_TENDERS": "irregular",
    "REASONS_PROVIDED_PARTICULAR_TENDERER_TECHNICAL": "technical",
    "REASONS_PROVIDED_PARTICULAR_TENDERER_ARTISTIC": "artistic",
    # Containers and texts around the codes, and one that says that no call was due.
    "D_ACCORDANCE_ARTICLE": None,
    "D_JUSTIFICATION": None,
    "D_OUTSIDE_SCOPE": None,
}

NATURES = {
    "WORKS": "works",
    "SUPPLIES": "supplies",
    "SUPPLY": "supplies",
    "SERVICES": "services",
    "SERVICE": "services",
    "1": "works",
    "2": "supplies",
    "4": "services",
}
# BT-11.
LEGAL_TYPES = {
    "MINISTRY": "cga",
    "NATIONAL_AGENCY": "cga",
    "REGIONAL_AUTHORITY": "ra",
    "REGIONAL_AGENCY": "ra",
    "BODY_PUBLIC": "body-pl",
    "EU_INSTITUTION": "eu-ins-bod-ag",
    "1": "cga",
    "N": "cga",
    "3": "ra",
    "R": "ra",
    "5": "eu-ins-bod-ag",
    "6": "body-pl",
}
# BT-10, as far as it tells the sort of buyer.
ACTIVITIES = {"EDUCATION": "education", "HEALTH": "health", "L": "education", "H": "health"}
