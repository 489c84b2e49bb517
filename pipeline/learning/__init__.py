"""From documents and judgements to a model."""
