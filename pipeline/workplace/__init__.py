"""The pages in the browser: search, judge, decide, train; a door to the other rooms.

One function is one page: it takes a ``Visit`` and returns an answer. What a page shows was
calculated elsewhere, what it changes is written by the functions that commands use as well.
"""
