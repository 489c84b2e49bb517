"""A month's package with one issue: one Dutch notice and one Belgian."""

import datetime as dt

from ted_server import TedServer, archive, notice_xml

DAY = dt.date(2026, 6, 30)


def install(httpserver):
    server = TedServer()
    server.add(DAY, "497150-2026")
    server.add(DAY, "497151-2026", country="BEL")
    package = archive(
        {
            "20260630_124/00497150_2026.xml": notice_xml("NLD"),
            "20260630_124/00497151_2026.xml": notice_xml("BEL"),
        }
    )
    httpserver.expect_request("/packages/monthly/2026-6").respond_with_data(package)
    httpserver.expect_request("/en/release-calendar/-/download/file/CSV/2026").respond_with_data(
        "OJS,Publication date\n124,30/06/2026\n125,01/07/2026\n"
    )
    return server.install(httpserver), DAY
