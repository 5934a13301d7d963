"""Tests for calls of FIPS endpoints that do not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from iamtriage import explain

if TYPE_CHECKING:
    from collections.abc import Callable


def _go(host: str) -> str:
    return f'operation error X: GetItem, https response error StatusCode: 0, RequestID: , request send failed, Post "https://{host}/": dial tcp: lookup {host} on 10.100.0.10:53: no such host'


def _botocore(host: str) -> str:
    return f'botocore.exceptions.EndpointConnectionError: Could not connect to the endpoint URL: "https://{host}/"'


@pytest.mark.parametrize("text", [_go, _botocore])
@pytest.mark.parametrize(
    ("host", "called"),
    [
        ("sts-fips.eu-west-3.amazonaws.com", "sts.eu-west-3.amazonaws.com"),
        ("sts-fips.ca-central-1.amazonaws.com", "sts.ca-central-1.amazonaws.com"),
        ("orders.s3-fips.ap-south-1.amazonaws.com", "orders.s3.ap-south-1.amazonaws.com"),
        ("s3-fips.dualstack.eu-west-1.amazonaws.com", "s3.dualstack.eu-west-1.amazonaws.com"),
        ("dynamodb-fips.sa-east-1.amazonaws.com", "dynamodb.sa-east-1.amazonaws.com"),
    ],
)
def test_no_such_endpoint(text: Callable[[str], str], host: str, called: str) -> None:
    explanation = explain(text(host))
    assert f"{host} does not exist" in explanation.summary
    assert called in explanation.remedies[0].steps[0]
    assert "AWS_USE_FIPS_ENDPOINT" in explanation.remedies[0].steps[0]


@pytest.mark.parametrize(
    "host",
    [
        "sts-fips.us-west-2.amazonaws.com",
        "s3-fips.ca-central-1.amazonaws.com",
        "kms-fips.eu-west-1.amazonaws.com",
        "sts.eu-west-1.amazonaws.com",
    ],
)
def test_endpoint_that_exists(host: str) -> None:
    assert "FIPS" not in explain(_go(host)).summary


def test_stated_switch_and_pods() -> None:
    host = "sts-fips.eu-west-1.amazonaws.com"
    assert "The text has use_fips_endpoint" in str(explain(f"use_fips_endpoint = true\n{_botocore(host)}"))
    first = explain(_go(host), facts={"namespace": "orders", "service_account": "api"}).remedies[0]
    assert first.commands[-1] == "kubectl set env $workload --namespace orders AWS_USE_FIPS_ENDPOINT-"
