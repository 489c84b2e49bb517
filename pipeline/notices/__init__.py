"""From raw notices to notices."""
