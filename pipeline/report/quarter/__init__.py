"""From collected notices to the figures of a period and their report, one module per step.

``material`` (notices, procedures, frame) and ``scores`` (what the model says of their texts) go
into ``draws`` and, with the judgements of a draw, into ``estimating``; ``facts`` brings it all
together for the report; ``published`` keeps what left the house. ``run`` does all of it, and
``fictional`` makes up a quarter for the demonstration.
"""
