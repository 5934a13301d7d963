"""A configuration that signs for another service than the endpoint's: the line is corrected, and the endpoint stays."""

from __future__ import annotations

import pytest

from iamtriage import explain

_REJECTED = (
    'HTTP status 403 Forbidden: {{"message":"Credential should be scoped to correct service: \'{}\'. "}}\n'
)
_SEARCH = "search-octo-abc123.eu-west-1.es.amazonaws.com"


@pytest.mark.parametrize(
    ("expected", "configuration", "line"),
    [
        # The right service, and settings that say nothing about the signature.
        ("es", f"extensions:\n  sigv4auth:\n    service: es\nendpoint: https://{_SEARCH}\n", None),
        ("es", f"kind: Service\nservice: web\nendpoint: https://{_SEARCH}\n", None),
    ],
    ids=["right", "other"],
)  # fmt: skip
def test_service_in_a_configuration(expected: str, configuration: str, line: str | None) -> None:
    explanation = explain(_REJECTED.format(expected) + configuration)
    first = explanation.remedies[0]
    assert (first.manifest == line) is (line is not None or first.manifest is None)
    codes = {each.code for each in explanation.causes if each.evidence == "derived"}
    assert ("custom-signing" in codes) is (line is not None)
    assert line is None or not any(each.title.startswith("Remove") for each in explanation.remedies)
