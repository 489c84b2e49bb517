"""A day of two notices on TED."""

import datetime as dt

from ted_server import TedServer, notice_xml

DAY = dt.date(2026, 6, 30)


def install(httpserver):
    server = TedServer()
    server.add(DAY, "497150-2026", "497151-2026")
    for number in ("497150-2026", "497151-2026"):
        httpserver.expect_request(f"/en/notice/{number}/xml").respond_with_data(notice_xml())
    return server.install(httpserver), DAY
