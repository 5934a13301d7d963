"""Query AWS about a failure, with the session that the caller passes."""
