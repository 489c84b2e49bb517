"""From documents to cues and to a matrix."""
