"""A day of two publications on TenderNed, one of them European."""

import datetime as dt

from tenderned_server import TenderNedServer

DAY = dt.date(2026, 6, 30)


def install(httpserver):
    server = TenderNedServer(ted={"480002": "497150-2026"})
    server.add(dt.date(2026, 6, 29), 479999)
    server.add(DAY, 480001)
    server.add(DAY, 480002, europees=True)
    return server.install(httpserver), DAY
