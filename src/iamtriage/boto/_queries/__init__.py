"""Query AWS about failures, with the session that you pass."""
