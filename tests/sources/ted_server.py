"""A server that speaks TED as documented: search, notices, packages, and the calendar.

It refuses what TED refuses. Faults are told to it one request at a time.
"""

import io
import json
import re
import tarfile
from dataclasses import dataclass, field

from werkzeug import Response

from pipeline.sources._ted_search import FIELDS, HOSTS

KEYS = {
    *("query", "fields", "page", "limit", "scope", "paginationMode"),
    *("iterationNextToken", "checkQuerySyntax", "onlyLatestVersions"),
}
CONDITION = re.compile(
    r"(?:buyer-country=(?P<country>[A-Z]{3}) AND )?"
    r"publication-date>=(?P<first>\d{8}) AND publication-date<=(?P<last>\d{8})"
    r"(?P<newest> SORT BY publication-date DESC)?"
)


def notice_xml(country="NLD", *, text=""):
    """The least of an eForms notice that has a buyer from a country."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<ContractNotice xmlns="urn:example:notice" xmlns:c="urn:example:parts">'
        "<c:Organizations><c:Organization><c:Company>"
        "<c:PartyIdentification><c:ID>ORG-0001</c:ID></c:PartyIdentification><c:PostalAddress>"
        f"<c:Country><c:IdentificationCode>{country}</c:IdentificationCode></c:Country>"
        "</c:PostalAddress></c:Company></c:Organization></c:Organizations>"
        "<c:ContractingParty><c:Party><c:PartyIdentification><c:ID>ORG-0001</c:ID>"
        f"</c:PartyIdentification></c:Party></c:ContractingParty><c:Note>{text}</c:Note>"
        "</ContractNotice>"
    ).encode()


def archive(files, *, link=None):
    """A tar.gz of names and contents, and perhaps a link."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, body in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(body)
            tar.addfile(info, io.BytesIO(body))
        if link:
            info = tarfile.TarInfo(link)
            info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(info)
    return packed.getvalue()


@dataclass
class TedServer:
    """What the server holds and what it was asked.

    Attributes:
        index: Entries of the search index, with ``buyer-country`` besides the fields.
        calls: Bodies of the searches, in order.
        faults: What the next searches are answered instead; ``None`` is the truth.
        most: Notices on a page at most, whatever is asked for.
    """

    index: list = field(default_factory=list)
    calls: list = field(default_factory=list)
    faults: list = field(default_factory=list)
    most: int = 250

    def add(self, day, *numbers, country="NLD", **more):
        """Put notices in the index, shaped as in a real answer."""
        for number in numbers:
            entry = {
                "publication-number": number,
                "publication-date": f"{day.isoformat()}+02:00",
                "notice-identifier": "a8fc628a-a8c5-4954-bc54-cccbfc855ded",
                "notice-type": "cn-standard",
                "buyer-country": country,
            }
            self.index.append(entry | more)

    def install(self, httpserver):
        """Serve searches at their path; the hosts that it plays, by name."""
        httpserver.expect_request("/v3/notices/search", method="POST").respond_with_handler(
            self._search
        )
        return {host: httpserver.url_for("") for host in HOSTS}

    def _search(self, request):
        asked = json.loads(request.data)
        self.calls.append(asked)
        if self.faults and (fault := self.faults.pop(0)) is not None:
            return fault
        if refused := self._refusal(asked):
            return page({"message": refused}, status=400)
        if asked.get("checkQuerySyntax"):
            return page({"notices": [], "totalNoticeCount": None, "timedOut": False})
        return self._answer(asked)

    @staticmethod
    def _refusal(asked):
        unknown, refused = sorted(set(asked) - KEYS), sorted(set(asked["fields"]) - set(FIELDS))
        syntax = asked.get("checkQuerySyntax") or CONDITION.fullmatch(asked["query"])
        faults = {
            f"JSON parse error: Unrecognized field {unknown}": unknown,
            "fields: must not be empty": not asked["fields"],
            f"QUERY_UNKNOWN_FIELD: {refused} of {FIELDS}": refused,
            "SEARCH_EXCEEDS_MAX_LIMIT": asked["limit"] > 250,
            "SEARCH_FIELDS_PER_PAGE_EXCEEDS_MAX_LIMIT": (
                asked["limit"] * len(asked["fields"]) > 10_000
            ),
            "QUERY_SYNTAX_ERROR": not syntax,
        }
        return next((message for message, applies in faults.items() if applies), None)

    def _answer(self, asked):
        condition = CONDITION.fullmatch(asked["query"])
        found = [
            entry
            for entry in self.index
            if condition["first"]
            <= entry["publication-date"][:10].replace("-", "")
            <= condition["last"]
            and condition["country"] in {None, entry["buyer-country"]}
        ]
        found.sort(key=lambda x: x["publication-date"], reverse=bool(condition["newest"]))
        start = int(asked.get("iterationNextToken", "0").removeprefix("after "))
        shown = found[start : start + min(asked["limit"], self.most)]
        answer = {
            "notices": [{k: v for k, v in x.items() if k in asked["fields"]} for x in shown],
            "totalNoticeCount": len(found),
            "timedOut": False,
        }
        # As measured: the page after the last one is empty, and the last one has a token.
        iterates = asked["paginationMode"] == "ITERATION"
        token = f"after {start + len(shown)}" if iterates and shown else None
        return page(answer | {"iterationNextToken": token})


def page(answer, *, status=200):
    return Response(json.dumps(answer), status=status, content_type="application/json")
