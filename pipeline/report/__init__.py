"""From finished facts to files in Dutch."""
