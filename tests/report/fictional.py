"""A made-up quarter, large enough to fill every section of the report."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

from pipeline import codebook
from pipeline.estimates import reference
from pipeline.estimates.counted import Counted
from pipeline.estimates.extent import FrameFacts, Size
from pipeline.estimates.series import Point
from pipeline.estimates.shares import Suppressed
from pipeline.estimates.signs import PURPOSE
from pipeline.notices.indicators import Count, Indicator
from pipeline.records import Check, Estimate, Period, Provenance
from pipeline.report import facts as f
from pipeline.store import Store

STORE = Store(Path(__file__).parents[2])
BOOK = codebook.load(STORE)
PERIOD = Period.parse("2026Q3")


def estimate(quantity, share, low, high, *, domain="all", weighting="value", **others):
    """An estimate of the period; ``share`` etc. as fractions."""
    return Estimate(
        **{
            "quantity": quantity,
            "period": "2026Q3",
            "domain": domain,
            "weighting": weighting,
            "share": share,
            "low": low,
            "high": high,
            "confidence": 0.95,
            "labelled": 412,
            "frame_size": 3412,
            "method": "difference",
            **others,
        }
    )


def both(quantity, value, number, **others):
    return (
        estimate(quantity, *value, **others),
        estimate(quantity, *number, weighting="number", **others),
    )


RARE = ("upper_bound_only",)
ESTIMATES = (
    *both("innovation_oriented", (0.1043, 0.0891, 0.1198), (0.0712, 0.0551, 0.0896)),
    estimate("innovation_oriented", 0.0987, 0.0849, 0.1131, flags=("winsorised",)),
    *both(
        "innovation_oriented",
        (0.1012, 0.0858, 0.1169),
        (0.0703, 0.0543, 0.0887),
        domain="without_defence",
    ),
    *both("solution", (0.0921, 0.0773, 0.1069), (0.0634, 0.0481, 0.0812)),
    *both("solution", (0.0889, 0.0741, 0.1039), (0.0622, 0.0470, 0.0801), domain="without_defence"),
    *both("rd", (0.0183, 0.0098, 0.0312), (0.0141, 0.0072, 0.0249)),
    *both("none", (0.8957, 0.8802, 0.9109), (0.9288, 0.9104, 0.9449)),
    *both("incremental", (0.0731, 0.0601, 0.0868), (0.0522, 0.0389, 0.0683)),
    *both("disruptive", (0.0287, 0.0181, 0.0429), (0.0177, 0.0096, 0.0299)),
    *both("transformative", (0.0025, 0.0004, 0.0092), (0.0013, 0.0002, 0.0071)),
    *both("sbir", (0.0, 0.0, 0.0089), (0.0, 0.0, 0.0073), flags=RARE),
    *both("pcp", (0.0004, 0.0001, 0.0061), (0.0003, 0.0001, 0.0052), flags=("rare",)),
    *both("innovation_partnership", (0.0042, 0.0011, 0.0121), (0.0021, 0.0004, 0.0083)),
    *both("competitive_dialogue", (0.0312, 0.0214, 0.0441), (0.0108, 0.0052, 0.0198)),
    *both("market_consultation", (0.0811, 0.0663, 0.0967), (0.0533, 0.0399, 0.0694)),
    *both("living_lab", (0.0199, 0.0108, 0.0331), (0.0166, 0.0089, 0.0281)),
    *both("functional_specification", (0.1401, 0.1211, 0.1602), (0.1122, 0.0923, 0.1348)),
    *both("variants", (0.0609, 0.0477, 0.0761), (0.0471, 0.0346, 0.0624)),
    *both("innovation_clause", (0.0402, 0.0289, 0.0542), (0.0297, 0.0196, 0.0430)),
    *both("energy_climate", (0.0877, 0.0688, 0.1101), (0.0711, 0.0533, 0.0922)),
    *both("innovation_oriented&energy_climate", (0.0188, 0.0101, 0.0311), (0.0122, 0.0061, 0.0233)),
    *both("mobility_infrastructure", (0.2811, 0.2466, 0.3177), (0.1988, 0.1701, 0.2288)),
    *both(
        "innovation_oriented&mobility_infrastructure",
        (0.0, 0.0, 0.0088),
        (0.0, 0.0, 0.0071),
        flags=RARE,
    ),
    *both("health_care", (0.1322, 0.1088, 0.1577), (0.1499, 0.1233, 0.1788)),
    estimate("health_care", 0.3122, 0.2688, 0.3577, domain="buyer_kind=municipality"),
    estimate("innovation_oriented", 0.1066, 0.0871, 0.1274, method="ht_ratio"),
    *(
        estimate("innovation_oriented", x, x, x, method=name, flags=("diagnostic", "no_interval"))
        for name, x in (("classify_and_count", 0.1612), ("probability_sum", 0.1194))
    ),
    estimate(
        "innovation_oriented",
        0.0741,
        0.0502,
        0.1011,
        method="pacc",
        weighting="number",
        flags=("diagnostic",),
    ),
)
PARTS = {
    "buyer_kind=central": (611, 4.13e9, (0.1433, 0.1102, 0.1788), (0.1021, 0.0688, 0.1433)),
    "buyer_kind=municipality": (1288, 2.67e9, (0.0702, 0.0521, 0.0914), (0.0561, 0.0377, 0.0799)),
    "buyer_kind=utility": (402, 1.88e9, (0.1198, 0.0811, 0.1652), (0.0812, 0.0477, 0.1271)),
    "buyer_kind=water_board": (219, 0.71e9, (0.1611, 0.0912, 0.2433), (0.1301, 0.0733, 0.2081)),
    "buyer_kind=education": (333, 0.84e9, (0.0498, 0.0201, 0.1002), (0.0444, 0.0188, 0.0871)),
    "buyer_kind=care": (301, 0.69e9, (0.0611, 0.0244, 0.1231), (0.0533, 0.0226, 0.1043)),
    "buyer_kind=province": (141, 0.52e9, (0.1099, 0.0413, 0.2244), (0.0912, 0.0341, 0.1899)),
    "buyer_kind=unknown": (117, 0.09e9, None, None),
    "cpv_division=45": (912, 5.01e9, (0.0911, 0.0688, 0.1166), (0.0699, 0.0466, 0.0998)),
    "cpv_division=72": (301, 1.22e9, (0.1788, 0.1233, 0.2431), (0.1466, 0.0966, 0.2099)),
    "cpv_division=71": (402, 0.92e9, (0.1122, 0.0723, 0.1633), (0.0899, 0.0533, 0.1398)),
    "cpv_division=85": (288, 1.01e9, (0.0301, 0.0088, 0.0733), (0.0277, 0.0091, 0.0641)),
    "cpv_division=34": (188, 0.88e9, (0.1533, 0.0877, 0.2366), (0.1198, 0.0644, 0.1971)),
    "cpv_division=90": (311, 0.79e9, (0.0688, 0.0322, 0.1233), (0.0541, 0.0255, 0.0988)),
    "cpv_division=73": (61, 0.14e9, (0.4912, 0.3022, 0.6811), (0.4533, 0.2899, 0.6255)),
    "cpv_division=79": (422, 0.61e9, (0.0, 0.0, 0.0412), (0.0, 0.0, 0.0399)),
    "cpv_division=unknown": (527, 0.95e9, None, None),
    "province=NL31": (402, 1.44e9, (0.1122, 0.0722, 0.1622), (0.0822, 0.0477, 0.1299)),
    "province=NL32": (588, 2.31e9, (0.1288, 0.0911, 0.1733), (0.0911, 0.0588, 0.1333)),
    "province=NL33": (711, 2.88e9, (0.0988, 0.0711, 0.1322), (0.0699, 0.0444, 0.1033)),
    "province=NL41": (444, 1.32e9, (0.1233, 0.0799, 0.1777), (0.0888, 0.0533, 0.1366)),
    "province=NL22": (388, 0.98e9, (0.0766, 0.0399, 0.1288), (0.0577, 0.0299, 0.0977)),
    "province=NL34": (71, 0.11e9, None, None),
    "province=unknown": (808, 2.49e9, (0.0899, 0.0566, 0.1311), (0.0611, 0.0366, 0.0933)),
}


def parts():
    for domain, (lots, _, value, number) in PARTS.items():
        if value:
            flags = ("small_domain",) if lots < 225 else ()
            flags += RARE if value[0] == 0 else ()
            yield from both(
                "innovation_oriented", value, number, domain=domain, flags=flags, frame_size=lots
            )


SIZES = {"all": (3412, 11.53e9), "without_defence": (3361, 10.97e9)} | {
    domain: x[:2] for domain, x in PARTS.items()
}
FRAME = FrameFacts(
    procedures=2104,
    calls_only=False,
    sizes={name: Size(lots=lots, volume=volume) for name, (lots, volume) in SIZES.items()},
    rungs={
        "lot": Size(lots=1633, volume=5.82e9),
        "total": Size(lots=402, volume=1.71e9),
        "framework": Size(lots=288, volume=2.44e9),
        "estimate": Size(lots=611, volume=1.56e9),
        "missing": Size(lots=478, volume=0.0),
    },
    flags={"factor_1000": 4, "placeholder": 63, "repeated_digits": 9, "spread": 402},
    excluded={"cancelled": 211, "no_award": 1290, "not_awarded": 96, "outside_period": 4120},
)


def points(names, shares, width, *, change=True):
    found = []
    for index, (name, share) in enumerate(zip(names, shares, strict=True)):
        period = Period.parse(name)
        first = Period.parse("2023Q4").first_day
        flags = ("break",) if period.first_day <= first <= period.last_day else ()
        before = found[-1].share if found else None
        found.append(
            Point(
                period=period,
                quarters=(),
                share=share,
                low=share - width,
                high=share + width,
                flags=flags,
                change=share - before if change and index else None,
                detectable=0.0121 if change and index else None,
            )
        )
    return tuple(found)


QUARTERS = [f"{2023 + n // 4}Q{n % 4 + 1}" for n in range(1, 15)]
SINGLE = (
    *(0.083, 0.071, 0.094, 0.079, 0.088, 0.101, 0.092),
    *(0.085, 0.097, 0.111, 0.093, 0.104, 0.089, 0.1043),
)
ENDS = [Period.parse(x).last_day for x in QUARTERS[3:]]
STARTS = [Period.parse(x).first_day for x in QUARTERS[:-3]]
WINDOWS = [f"{start}..{end}" for start, end in zip(STARTS, ENDS, strict=True)]
ROLLING = (0.082, 0.083, 0.0905, 0.0901, 0.0912, 0.0937, 0.0963, 0.0966, 0.1012, 0.0994, 0.0977)

PARTNERSHIPS = Indicator(
    name="Aangekondigde innovatiepartnerschappen per jaar",
    description="Procedures met als procedure het innovatiepartnerschap.",
    source="TenderNed, nieuwsbericht 15-09-2022",
    count="procedures",
    per="year",
    published={"2016": 1, "2017": 7, "2018": 12, "2019": 8, "2020": 7, "2021": 3},
)
SBIR = Indicator(
    name="Aangekondigde SBIR-oproepen per jaar",
    description="Procedures waarvan een vooraankondiging of oproep als vorm SBIR heeft.",
    source="RVO, SBIR 2011-2021",
    remark="De jaren tellen op tot 55.",
    count="procedures",
    per="year",
    published={
        str(2011 + index): number for index, number in enumerate((2, 2, 3, 7, 3, 12, 4, 3, 4, 9, 6))
    },
)


def counts(indicator, ours):
    years = [*indicator.published, "2022", "2023"]
    return tuple(
        Count(value=year, ours=n, published=indicator.published.get(year), notice_ids=())
        for year, n in zip(years, ours, strict=True)
    )


INDICATORS = (
    f.Reconciled(
        indicator_id="innovatiepartnerschappen",
        indicator=PARTNERSHIPS,
        counts=counts(PARTNERSHIPS, (1, 7, 11, 8, 7, 4, 5, 6)),
    ),
    f.Reconciled(
        indicator_id="sbir",
        indicator=SBIR,
        counts=counts(SBIR, (0, 1, 2, 4, 2, 7, 3, 2, 2, 5, 4, 3, 6)),
    ),
)
BY_PROVINCE = Indicator(
    name="Innovatievriendelijke procedures per provincie",
    description="Procedures met onderhandeling en dergelijke.",
    source="TenderNed, nieuwsbericht 17-01-2024",
    count="procedures",
    per="province",
    published={"Noord-Holland": 26, "Utrecht": 22, "Zuid-Holland": 19, "Gelderland": 12},
)
PROVINCES = f.Reconciled(
    indicator_id="provincies",
    indicator=BY_PROVINCE,
    counts=tuple(
        Count(value=name, ours=number - 2, published=number, notice_ids=())
        for name, number in BY_PROVINCE.published.items()
    ),
)
DECLARED = tuple(
    f.Declared(field=field, code=code, state=state, lots=lots, labelled=labelled)
    for field, code, state, lots, labelled in (
        ("BT-06", None, "declared", 143, 81),
        ("BT-06", None, "none", 1204, 71),
        ("BT-06", None, "absent", 2065, 103),
        ("BT-776", "prod-innov", "declared", 61, 39),
        ("BT-776", "proc-innov", "declared", 58, 30),
        ("BT-776", "rd-act", "declared", 17, 15),
    )
)
EXAMPLES = (
    f.Example(
        notice_id="99000104-2025",
        title="Fietsbrug van vlascomposiet over de Verzonnen Vaart",
        buyer="Gemeente Voorbeelddam",
        url="https://example.org/aankondiging/99000104-2025",
        published_on=dt.date(2026, 8, 12),
        labels=("disruptive", "solution", "innovation_partnership"),
        value_eur=2_450_000.0,
        judged_by="people",
        passages=(
            f.Passage(
                before="De gemeente zoekt een brugdek dat ",
                marked="nog niet op de markt verkrijgbaar is",
                after=" en dat zonder groot onderhoud vijftig jaar meegaat.",
                label="disruptive",
            ),
        ),
    ),
    f.Example(
        notice_id="99000301",
        title='=HYPERLINK("http://kwaad.example") <script>alert(1)</script>',
        buyer=None,
        url="javascript:alert(1)",
        published_on=None,
        labels=("incremental", "solution"),
        value_eur=None,
        judged_by="model",
        passages=(
            f.Passage(
                before="Extra punten voor ",
                marked="de mate van innovatie",
                after=" <b>in het plan</b>.",
                label="incremental",
            ),
        ),
    ),
)
CHECKS = (
    Check(name="there_are_notices", severity="stop", passed=True, finding="3498 notices"),
    Check(name="counts_agree_with_the_source", severity="stop", passed=True, finding="0 of 92"),
    Check(
        name="values_are_filled",
        severity="look",
        passed=False,
        finding="41.2% without value; expected 33.0% give or take 5.0%",
    ),
    Check(name="few_are_quarantined", severity="stop", passed=True, finding="12 of 3510"),
)
REVISIONS = (
    f.Revised(
        old=estimate("innovation_oriented", 0.0871, 0.0712, 0.1043, period="2026Q2"),
        new=estimate("innovation_oriented", 0.0894, 0.0738, 0.1061, period="2026Q2"),
        published_on=dt.date(2026, 8, 20),
        causes={"lot entered": 41, "value": 7},
    ),
)
FACTS = f.Facts(
    period=PERIOD,
    as_of=dt.date(2026, 11, 2),
    fictional=True,
    codebook=BOOK,
    frame=FRAME,
    model_id="2026-10-linear",
    provenance=Provenance(
        made_by="innovatiemonitor report 2026Q3",
        code_version="0.1.0",
        settings_fingerprint="0" * 64,
        inputs={"frame": "1" * 64},
    ),
    draw=f.DrawFacts(draw_id="2026Q3-a", drawn=420, judged=412, take_all=104, agreement=0.78),
    estimates=(*ESTIMATES, *parts()),
    suppressed=(
        Suppressed(domain="buyer_kind=unknown", labelled=4, procedures=3),
        Suppressed(domain="province=NL34", labelled=7, procedures=6),
    ),
    missing_bounds=(0.0812, 0.1533),
    extremes={
        "innovation_oriented": (0.0660, 0.1688),
        "solution": (0.0541, 0.1520),
        "rd": (0.0061, 0.0911),
    },
    quarters=(
        *points(QUARTERS, SINGLE, 0.021, change=False)[:-1],
        # The last quarter is the headline itself.
        replace(points(QUARTERS, SINGLE, 0.021, change=False)[-1], low=0.0891, high=0.1198),
    ),
    rolling=points(WINDOWS, ROLLING, 0.009),
    indicators=INDICATORS,
    declared=DECLARED,
    examples=EXAMPLES,
    checks=CHECKS,
    sources=(
        f.SourceFacts(source="ted", notices=1893, unreadable=3, days=64, workdays=66),
        f.SourceFacts(source="tenderned", notices=1605, unreadable=9, days=66, workdays=66),
    ),
    revisions=REVISIONS,
    counted={
        "competitive_dialogue": Counted(
            lots=31, by_number=31 / 3412, by_value=0.0298, low=0.0251, high=0.0443
        ),
        "innovation_partnership": Counted(lots=0, by_number=0.0, by_value=0.0, low=0.0, high=0.011),
        PURPOSE: Counted(lots=143, by_number=143 / 3412, by_value=None, low=0.0, high=1.0),
    },
    imprint=f.Imprint(
        responsible="Voorbeelddienst",
        contact="vragen@example.org",
        next_release=dt.date(2027, 2, 19),
        final_from=dt.date(2027, 9, 30),
    ),
    yardsticks=reference.yardsticks(STORE.reference("yardsticks")),
)


def _low(share):
    """Shares of which the largest is a fifth: 1 to 3%, as in real quarters."""
    return share / 5


LOW = replace(
    FACTS,
    estimates=tuple(
        replace(x, share=_low(x.share), low=_low(x.low), high=_low(x.high)) for x in FACTS.estimates
    ),
    missing_bounds=(0.016, 0.031),
    extremes={
        "innovation_oriented": (0.013, 0.034),
        "solution": (0.011, 0.03),
        "rd": (0.001, 0.018),
    },
    quarters=tuple(
        replace(x, share=_low(x.share), low=_low(x.low), high=_low(x.high)) for x in FACTS.quarters
    ),
    rolling=tuple(
        replace(
            x,
            share=_low(x.share),
            low=_low(x.low),
            high=_low(x.high),
            change=None if x.change is None else _low(x.change),
            detectable=None if x.detectable is None else _low(x.detectable),
        )
        for x in FACTS.rolling
    ),
    indicators=(*FACTS.indicators, PROVINCES),
)
