"""Tests for clients of Kubernetes that the API server of an EKS cluster does not answer."""

from __future__ import annotations

import pytest

from iamtriage import explain

_FACTS = {"cluster": "billing", "region": "eu-west-1"}
_CALL = 'Unable to connect to the server: Get "https://6D1E0F2A9B8C7D6E5F4A3B2C1D0E9F8A.gr7.eu-west-1.eks.amazonaws.com/api?timeout=32s": {}'


@pytest.mark.parametrize(
    ("error", "is_private"),
    [
        ("dial tcp 10.20.31.7:443: i/o timeout", True),
        ("dial tcp 172.20.1.7:443: i/o timeout", True),
        ("dial tcp 54.77.10.20:443: i/o timeout", False),
        ('dial tcp 54.77.10.20:443: i/o timeout\n"endpointPublicAccess": false', True),
        ('dial tcp 54.77.10.20:443: i/o timeout\n"endpointPublicAccess": true', False),
        ("dial tcp 172.40.1.7:443: i/o timeout", False),
    ],
)
def test_private_endpoint(error: str, *, is_private: bool) -> None:
    explanation = explain(_CALL.format(error), facts=_FACTS)
    assert ("its endpoint is private, and this network" in explanation.summary) is is_private
    commands = " ".join(explanation.remedies[0].commands)
    assert ("publicAccessCidrs=YOUR_ADDRESS/32" in commands) is is_private
    assert ("describe-cluster --name billing" in commands) is not is_private
    assert "create-access-entry" not in str(explanation)
