"""From judged lots to published shares: frame, estimators, scenarios, series."""
