"""Compare a denied call with the policies that the text or the facts contain."""
