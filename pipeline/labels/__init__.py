"""From documents and a model to predictions."""
