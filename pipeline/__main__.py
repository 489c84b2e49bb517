"""``python -m pipeline`` is the same as ``innovatiemonitor``."""

from pipeline.cli import main

main()
