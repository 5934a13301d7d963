"""Test that a marker is no sign of a secret."""

from __future__ import annotations

from typing import get_args

from iamtriage import redact
from iamtriage.redaction._vocabulary.markers import Secret, make_marker
from tests.tables import check_rows


@check_rows("what", get_args(Secret))
@check_rows("url", [False, True])
def test_marker_announces_nothing(what: Secret, *, url: bool) -> None:
    """A marker contains names of secrets, but what follows it is not their value."""
    text = f"?key={make_marker(what, url=url)} ?n=t2B9fGh4Lm7Q\t'aB3dE6fG9hJ2'"
    assert redact(text) == text
