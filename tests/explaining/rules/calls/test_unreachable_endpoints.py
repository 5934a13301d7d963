"""Tests for calls that cannot reach an endpoint from a private subnet."""

from __future__ import annotations

from iamtriage import explain

FAILED = 'Could not connect to the endpoint URL: "https://{}.eu-west-1.amazonaws.com/"\n'


def test_endpoint_with_the_name_of_its_region() -> None:
    text = 'Could not connect to the endpoint URL: "https://sts.amazonaws.com/"\nThe VPC has the interface endpoint com.amazonaws.eu-west-1.sts.'
    explanation = explain(text)
    assert "has only the name of its Region, sts.eu-west-1.amazonaws.com" in explanation.summary
    assert explanation.remedies[0].commands == (
        "export AWS_REGION=eu-west-1 AWS_STS_REGIONAL_ENDPOINTS=regional",
    )
    assert not any("service account" in each.title for each in explanation.remedies)
