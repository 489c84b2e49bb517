"""Measuring a model: its judgements held against those of people."""
