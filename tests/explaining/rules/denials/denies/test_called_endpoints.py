"""A Deny on VPC endpoints is compared with the endpoint in the host name of the call."""

from __future__ import annotations

import pytest

from iamtriage import explain

_DENIED = '{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu-central-1:********3333:a1b2c3d4e5/live/GET/films with an explicit deny"}\n'
_POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"*"},{"Effect":"Deny","Principal":"*","Action":"execute-api:Invoke","Resource":"*","Condition":{"StringNotEquals":{"aws:SourceVpce":"vpce-0aaa1111aaa1111aa"}}}]}'


@pytest.mark.parametrize(
    ("url", "verdict", "at", "step"),
    [
        (
            "https://a1b2c3d4e5-vpce-0bbb2222bbb2222bb.execute-api.eu-central-1.amazonaws.com/live/films",
            "because aws:SourceVpce is vpce-0bbb2222bbb2222bb, not vpce-0aaa1111aaa1111aa",
            1,
            "add vpce-0bbb2222bbb2222bb to aws:SourceVpce, next to vpce-0aaa1111aaa1111aa. Redeploy the API afterwards: a changed resource policy takes effect with the next deployment.",
        ),
        (
            "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/live/films",
            "unless aws:SourceVpce is vpce-0aaa1111aaa1111aa",
            0,
            "scope the Deny down, and to deploy the API: aws apigateway create-deployment --rest-api-id a1b2c3d4e5 --stage-name live --region eu-central-1.",
        ),
    ],
    ids=["endpoint in the host", "public host"],
)
def test_endpoint_of_the_call(url: str, verdict: str, at: int, step: str) -> None:
    explanation = explain(f"$ curl {url}\n{_DENIED}\nresource policy:\n{_POLICY}\n")
    assert verdict in explanation.summary
    assert explanation.remedies[0].title == "Call through the VPC endpoint vpce-0aaa1111aaa1111aa"
    assert explanation.remedies[at].steps[-1].endswith(step)
    assert explanation.remedies[0].steps[0].startswith("The host in the URL names the endpoint.") is (at == 1)


@pytest.mark.parametrize(
    ("source", "is_of_terraform"),
    [
        ("resource policy, from our Terraform:", True),
        ("resource policy (aws_api_gateway_rest_api_policy.this):", True),
        ("resource policy, not in Terraform:", False),
        ("Terraform runs elsewhere. The resource policy:", False),
    ],
)
def test_policy_of_terraform_is_changed_there(source: str, *, is_of_terraform: bool) -> None:
    url = "https://a1b2c3d4e5-vpce-0bbb2222bbb2222bb.execute-api.eu-central-1.amazonaws.com/live/films"
    change = explain(f"$ curl {url}\n{_DENIED}\n{source}\n{_POLICY}\n").remedies[1]
    assert (change.commands == ("terraform apply",)) is is_of_terraform
    assert ("triggers of aws_api_gateway_deployment" in change.steps[0]) is is_of_terraform


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
    call, change = explanation.remedies[:2]
    assert call.steps[0].startswith("aws:SourceIp must be in 192.0.2.0/24")
    assert "have no aws:SourceIp" not in call.steps[0]
    # Only the owner's remedy has the change.
    assert len(call.steps) == 1
    assert f"set aws:SourceIp to [{networks}]. Redeploy the API" in change.steps[0]
    assert "Signing alone does not lift the Deny." in explanation.to_text(detail="full")
