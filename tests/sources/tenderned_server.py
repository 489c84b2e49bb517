"""A server that speaks TenderNed as measured: list, detail, parts, and the page of the dataset.

It refuses what TenderNed refuses, and ignores what TenderNed ignores. Faults are set as
attributes.
"""

import io
import json
from dataclasses import dataclass, field

import openpyxl
from werkzeug import Response

HOST = "www.tenderned.nl"
API = "/papi/tenderned-rs-tns/v2/publicaties"
PAGE = "/cms/nl/aanbesteden-in-cijfers/datasets-aanbestedingen"
FILES = "/cms/sites/default/files/2026-07/"
FILTERS = {"nationaalOfEuropees": lambda x: "EU" if x["europees"] else "NL"}


def element(publication, day, *, europees=False, **more):
    """An element of the list, with the fields that were seen."""
    return {
        "publicatieId": str(publication),
        "publicatieDatum": day.isoformat(),
        "typePublicatie": {"code": "AAO", "omschrijving": "Aankondiging opdracht"},
        "aanbestedingNaam": f"Aanbesteding {publication}",
        "opdrachtgeverNaam": "Gemeente Voorbeeldstad",
        "sluitingsDatum": "2026-08-14T11:00:00",
        "aantalDagenTotSluitingsDatum": 45,
        "procedure": {"code": "OPE", "omschrijving": "Openbaar"},
        "typeOpdracht": {"code": "D", "omschrijving": "Diensten"},
        "digitaal": True,
        "europees": europees,
        "publicatiecode": {"code": "EF16", "omschrijving": "Aankondiging opdracht"},
        "publicatiestatus": {"code": "PUB", "omschrijving": "Gepubliceerd"},
        "isVroegtijdigeBeeindiging": False,
        "opdrachtBeschrijving": "Onderhoud van bruggen.",
        "kenmerk": 600_000 + int(publication),
        "link": {"href": f"https://{HOST}/aankondigingen/overzicht/{publication}", "title": ""},
        "score": 1.0,
        **more,
    }


def detail(listed, *, ted=None):
    """The detail that goes with an element."""
    return {
        "publicatieId": int(listed["publicatieId"]),
        "kenmerk": listed["kenmerk"],
        "aanbestedingNaam": listed["aanbestedingNaam"],
        "opdrachtgeverNaam": listed["opdrachtgeverNaam"],
        "opdrachtBeschrijving": listed["opdrachtBeschrijving"],
        "publicatieDatum": f"{listed['publicatieDatum']}T10:26:00.637087",
        "typePublicatie": "Aankondiging van een opdracht",
        "publicatieCode": "EF16",
        "aankondigingCode": listed["typePublicatie"],
        "procedureCode": listed["procedure"],
        "cpvCodes": [{"isHoofdOpdracht": True, "code": "50230000-6", "omschrijving": "Onderhoud"}],
        "formType": "competition",
        "gerelateerdePublicaties": [],
        "pbNummerTed": ted,
    }


RENDERING = (
    '<table><tr class="header1"><th>1. <span class="label">Koper</span></th></tr>'
    '<tr class="header1"><th>2. <span class="label">Procedure</span></th></tr>'
    '<tr><td><span class="label">Titel</span></td><td><span class="value">Brug</span></td></tr>'
    '<tr class="header2"><th>5.1 <span class="label">Perceel</span>: LOT-0001</th></tr>'
    '<tr><td><span class="label">Doel van strategische aanbestedingen</span></td>'
    '<td><span class="value">Innovatieve aankoop</span></td></tr></table>'
)


@dataclass
class TenderNedServer:
    """What the server holds, and its faults.

    Attributes:
        ted: Publication to number on TED.
        ignored: Parameters that no longer do anything, as if they were renamed.
        absent: Paths under the list that are not there.
        answers: Path under the list to the answer that is given instead.
        credentials: What public-xml asks for.
        asked: Paths and parameters, in order.
    """

    elements: list = field(default_factory=list)
    ted: dict = field(default_factory=dict)
    ignored: set = field(default_factory=lambda: {"publicatieType"})
    absent: set = field(default_factory=set)
    answers: dict = field(default_factory=dict)
    credentials: tuple = ("gebruiker", "geheim")
    asked: list = field(default_factory=list)

    def add(self, day, *publications, **more):
        """Publish something."""
        self.elements += [element(x, day, **more) for x in publications]

    def install(self, httpserver):
        """Let a server play TenderNed; return the hosts it plays."""
        httpserver.expect_request(API).respond_with_handler(self._list)
        for one in self.elements:
            self._install(httpserver, one)
        return {HOST: httpserver.url_for("")}

    def _install(self, httpserver, one):
        path = f"{API}/{one['publicatieId']}"
        parts = {
            "": lambda: detail(one, ted=self.ted.get(one["publicatieId"])),
            "/gerelateerd": list,
            "/html": lambda: {"html": RENDERING},
        }
        for part, make in parts.items():
            httpserver.expect_request(path + part).respond_with_handler(self._part(make))
        httpserver.expect_request(f"{path}/public-xml").respond_with_handler(self._xml)

    def _part(self, make):
        def answer(request):
            path = request.path.removeprefix(API + "/")
            self.asked.append((path, {}))
            if path in self.absent:
                return Response("", 404)
            return self.answers.get(path) or as_json(make())

        return answer

    def _xml(self, request):
        self.asked.append((request.path.removeprefix(API + "/"), {}))
        given = request.authorization
        if given is None or (given.username, given.password) != self.credentials:
            return Response("", 403)
        return self.answers.get("public-xml") or Response("<ContractNotice/>")

    def _list(self, request):
        asked = request.args.to_dict()
        self.asked.append(("", asked))
        number, size = int(asked.get("page", 0)), int(asked.get("size", 10))
        if number >= 100 or not 1 <= size <= 100:
            return Response('{"status": 400}', 400, content_type="application/json")
        if (number, "list") in self.answers:
            return self.answers[number, "list"]
        found = [x for x in self.elements if self._selected(x, asked)]
        found.sort(key=lambda x: x["publicatieDatum"], reverse=True)
        content = found[number * size :][:size]
        return as_json(
            {
                "content": content,
                "first": number == 0,
                "last": (number + 1) * size >= len(found),
                "totalElements": len(found),
                "totalPages": -(-len(found) // size),
                "size": size,
                "numberOfElements": len(content),
                "number": number,
            }
        )

    def _selected(self, one, asked):
        asked = {name: value for name, value in asked.items() if name not in self.ignored}
        day = one["publicatieDatum"][:10]
        return asked.get("publicatieDatumVanaf", "0") <= day <= asked.get(
            "publicatieDatumTot", "9"
        ) and all(of(one) == asked.get(name, of(one)) for name, of in FILTERS.items())


def as_json(value):
    return Response(json.dumps(value), content_type="application/json")


def page(*links):
    """The page of the dataset, around links of (address, text)."""
    items = "".join(f'<li><a href="{url}">{text}</a></li>' for url, text in links)
    return f"<!DOCTYPE html><html><body><article><ul>{items}</ul></article></body></html>"


def release(release_id, date="2025-03-04T00:00:00Z", **more):
    """A release as the transformer of the dataset makes them."""
    return {
        "ocid": f"ocds-1l04xe-{release_id.partition('-')[0]}9",
        "id": release_id,
        "date": date,
        "tag": ["tender"],
        "language": "nl",
        "buyer": {"id": "12345678", "name": "Gemeente Voorbeeldstad"},
        "tender": {
            "id": release_id,
            "title": "Beweegbare brug",
            "procurementMethod": "open",
            "procurementMethodDetails": "Innovatiepartnerschap",
            "mainProcurementCategory": "works",
        },
        **more,
    }


def package(*releases):
    return json.dumps({"uri": "https://example.org", "version": "1.1", "releases": releases})


def workbook(header, *rows, sheet="OpenData sheet", above=()):
    """A workbook with an explanatory sheet in front of that of the publications."""
    book = openpyxl.Workbook()
    book.active.title = "Leeswijzer"
    book.active.append(["Veldnaam TenderNed", "Toelichting"])
    lines = book.create_sheet(sheet)
    for cells in (*above, header, *rows):
        lines.append(cells)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()
