"""A year of TenderNed's dataset, with two publications."""

import datetime as dt

from tenderned_server import FILES, HOST, PAGE, package, page, release

NAME = "Dataset_Tenderned-2025-01-01-2025-12-31.json"


def install(httpserver):
    httpserver.expect_request(PAGE).respond_with_data(page((FILES + NAME, "2025 (JSON)")))
    releases = release("401-11"), release("402-12"), release("401-13")
    httpserver.expect_request(FILES + NAME).respond_with_data(package(*releases))
    return {HOST: httpserver.url_for("")}, dt.date(2025, 1, 1)
