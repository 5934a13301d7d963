"""Explain requests that are unsigned, changed after signing, or sent to no route."""
