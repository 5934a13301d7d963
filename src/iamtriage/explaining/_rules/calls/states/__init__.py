"""Explain calls that the state of a resource rejects, and no policy: a lock, a protection or an archived object."""
