"""Code tables of eForms: OP-TED/eForms-SDK, tags 1.3 to 1.15.1, codelists and notice types."""

from __future__ import annotations

from pipeline.records import Kind

SUBTYPES: dict[str, Kind] = {
    **{str(n): "planning" for n in range(1, 10)},
    **{str(n): "competition" for n in range(10, 25)},
    # Voluntary ex-ante notices (25-28) announce a result.
    **{str(n): "result" for n in range(25, 38)},
    **{str(n): "change" for n in range(38, 41)},
    "CEI": "competition",
    "E1": "consultation",
    "E2": "planning",
    "E3": "competition",
    "E4": "result",
    "E5": "change",
    "E6": "change",
    "T01": "planning",
    "T02": "result",
}
# BT-03, in NoticeTypeCode/@listName: what drafts without a subtype still tell.
FORM_TYPES: dict[str, Kind] = {
    "planning": "planning",
    "competition": "competition",
    "consultation": "consultation",
    "result": "result",
    "dir-awa-pre": "result",
    "cont-modif": "change",
    "completion": "change",
    "change": "change",
}
NOTICE_TYPES: dict[str, Kind] = {
    **dict.fromkeys(("pin-buyer", "pin-only", "pin-rtl", "pin-tran"), "planning"),
    **dict.fromkeys(("pin-cfc-standard", "pin-cfc-social", "qu-sy", "subco"), "competition"),
    **dict.fromkeys(("cn-standard", "cn-social", "cn-desg"), "competition"),
    **dict.fromkeys(("veat", "can-standard", "can-social", "can-desg", "can-tran"), "result"),
    **dict.fromkeys(("can-modif", "compl", "corr"), "change"),
    "pmc": "consultation",
}

PROCEDURES = frozenset(
    [
        "open",
        "restricted",
        "neg-w-call",
        "neg-wo-call",
        "comp-dial",
        "innovation",
        "oth-single",
        "oth-mult",
        "comp-tend",
        "exp-int-rail",
    ]
)
NATURES = frozenset({"works", "supplies", "services"})
VARIANTS = frozenset({"allowed", "not-allowed", "required"})
OUTCOMES = frozenset({"selec-w", "clos-nw", "open-nw"})

# Per @listName of ProcurementTypeCode: BT-06, BT-774, BT-775 and BT-776, retired codes included.
STRATEGIC = {
    "strategic-procurement": frozenset({"inn-pur", "env-imp", "soc-obj", "none"}),
    "environmental-impact": frozenset(
        [
            "biodiv-eco",
            "circ-econ",
            "clim-adapt",
            "clim-mitig",
            "pollu-prev",
            "water-mar",
            "other",
            "none",
            "emas-com",
            "ene-ef-com",
            "iso-14001-com",
            "iso-14024-com",
            "reg-834-2007-com",
        ]
    ),
    "social-objective": frozenset(
        {
            "acc-all",
            "et-eq",
            "gen-eq",
            "hum-right",
            "opp",
            "work-cond",
            "other",
            "none",
        }
    ),
    "innovative-acquisition": frozenset(
        [
            "mar-nov",
            "proc-innov",
            "prod-innov",
            "rd-act",
            "buy-eff",
            "fp-requ",
            "org-nov",
            "other",
            "none",
        ]
    ),
}
FRAMEWORKS = {"fa-w-rc": True, "fa-wo-rc": True, "fa-mix": True, "none": False}
DYNAMIC = {"dps-list": True, "dps-nlist": True, "none": False}

# ISO 639-2/T and -3 to 639-1: the official languages of the Union, Norwegian and Icelandic.
LANGUAGES = {
    "BUL": "bg", "CES": "cs", "DAN": "da", "DEU": "de", "ELL": "el", "ENG": "en", "EST": "et",
    "FIN": "fi", "FRA": "fr", "GLE": "ga", "HRV": "hr", "HUN": "hu", "ISL": "is", "ITA": "it",
    "LAV": "lv", "LIT": "lt", "MLT": "mt", "NLD": "nl", "NOR": "no", "POL": "pl", "POR": "pt",
    "RON": "ro", "SLK": "sk", "SLV": "sl", "SPA": "es", "SWE": "sv",
}  # fmt: skip
