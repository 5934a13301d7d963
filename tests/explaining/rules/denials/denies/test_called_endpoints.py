"""A Deny on VPC endpoints is compared with the endpoint in the host name of the call."""

from __future__ import annotations

import pytest

from iamtriage import explain

_DENIED = '{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu-central-1:********3333:a1b2c3d4e5/live/GET/films with an explicit deny"}\n'
_POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"*"},{"Effect":"Deny","Principal":"*","Action":"execute-api:Invoke","Resource":"*","Condition":{"StringNotEquals":{"aws:SourceVpce":"vpce-0aaa1111aaa1111aa"}}}]}'


@pytest.mark.parametrize(
    ("url", "verdict", "step"),
    [
        (
            "https://a1b2c3d4e5-vpce-0bbb2222bbb2222bb.execute-api.eu-central-1.amazonaws.com/live/films",
            "because aws:SourceVpce is vpce-0bbb2222bbb2222bb, not vpce-0aaa1111aaa1111aa",
            "add vpce-0bbb2222bbb2222bb to aws:SourceVpce, next to vpce-0aaa1111aaa1111aa, and to deploy the API: aws apigateway create-deployment --rest-api-id a1b2c3d4e5 --stage-name live.",
        ),
        (
            "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/live/films",
            "unless aws:SourceVpce is vpce-0aaa1111aaa1111aa",
            "scope the Deny down, and to deploy the API: aws apigateway create-deployment --rest-api-id a1b2c3d4e5 --stage-name live.",
        ),
    ],
    ids=["endpoint in the host", "public host"],
)
def test_endpoint_of_the_call(url: str, verdict: str, step: str) -> None:
    explanation = explain(f"$ curl {url}\n{_DENIED}\nresource policy:\n{_POLICY}\n")
    assert verdict in explanation.summary
    assert explanation.remedies[0].title == "Call through the VPC endpoint vpce-0aaa1111aaa1111aa"
    assert explanation.remedies[0].steps[-1].endswith(step)


@pytest.mark.parametrize(
    ("allowed", "address", "networks"),
    [
        ('"192.0.2.0/24"', "198.51.100.7", '"192.0.2.0/24", "198.51.100.7/32"'),
        (
            '["192.0.2.0/24", "2001:db8:1::/48"]',
            "198.51.100.7",
            '"192.0.2.0/24", "2001:db8:1::/48", "198.51.100.7/32"',
        ),
    ],
)
def test_list_of_networks_with_the_address_of_the_call(allowed: str, address: str, networks: str) -> None:
    policy = _POLICY.replace(
        '"StringNotEquals":{"aws:SourceVpce":"vpce-0aaa1111aaa1111aa"}',
        f'"NotIpAddress":{{"aws:SourceIp":{allowed}}}',
    )
    explanation = explain(
        f"{_DENIED}$ curl -s https://checkip.amazonaws.com\n{address}\nresource policy:\n{policy}\n"
    )
    steps = " ".join(explanation.remedies[0].steps)
    assert "aws:SourceIp must be in 192.0.2.0/24" in steps
    assert f"to set aws:SourceIp to [{networks}], and to deploy the API" in steps
