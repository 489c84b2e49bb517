"""From notices to documents: cleaned, identified and analysed text."""
