"""A Deny on VPC endpoints is compared with the endpoint in the host name of the call."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

_DENIED = '{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu-central-1:********3333:a1b2c3d4e5/live/GET/films with an explicit deny"}\n'
_POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"*"},{"Effect":"Deny","Principal":"*","Action":"execute-api:Invoke","Resource":"*","Condition":{"StringNotEquals":{"aws:SourceVpce":"vpce-0aaa1111aaa1111aa"}}}]}'


@pytest.mark.parametrize(
    ("url", "verdict", "change"),
    [
        (
            "https://a1b2c3d4e5-vpce-0bbb2222bbb2222bb.execute-api.eu-central-1.amazonaws.com/live/films",
            "because aws:SourceVpce is vpce-0bbb2222bbb2222bb, not vpce-0aaa1111aaa1111aa",
            "Or add vpce-0bbb2222bbb2222bb to aws:SourceVpce in the API's resource policy, and deploy the API",
        ),
        (
            "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/live/films",
            "unless aws:SourceVpce is vpce-0aaa1111aaa1111aa",
            "scope the Deny down, and to deploy the API: aws apigateway create-deployment --rest-api-id a1b2c3d4e5 --stage-name live --region eu-central-1.",
        ),
    ],
    ids=["endpoint in the host", "public host"],
)
def test_endpoint_of_the_call(url: str, verdict: str, change: str) -> None:
    explanation = explain(f"$ curl {url}\n{_DENIED}\nresource policy:\n{_POLICY}\n")
    assert verdict in explanation.summary
    assert explanation.remedies[0].title == "Call through the VPC endpoint vpce-0aaa1111aaa1111aa"
    first, second = explanation.remedies[:2]
    assert second.title == change or first.steps[-1].endswith(change)
    assert explanation.remedies[0].steps[0].startswith("The host in the URL names the endpoint.") is (
        "vpce-0bbb" in change
    )


@check_rows(
    ("source", "is_of_terraform"),
    [
        ("resource policy, from our Terraform:", True),
        ("resource policy (aws_api_gateway_rest_api_policy.this):", True),
        ("resource policy, not in Terraform:", False),
        ("The policy is from the console, Terraform only makes the functions. The resource policy:", False),
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
    assert (
        change.title
        == f"Or set aws:SourceIp to [{networks}] in the API's resource policy, and deploy the API"
    )
    assert networks not in str(change.steps)
    assert "Signing does not lift the Deny." in explanation.to_text(detail="full")


def test_a_signature_can_lift_a_deny_on_principals() -> None:
    policy = _POLICY.replace("aws:SourceVpce", "aws:PrincipalOrgID")
    explanation = explain(f"{_DENIED}resource policy:\n{policy}\n")
    assert "Signing alone does not lift the Deny." in explanation.to_text(detail="full")


_ROLE = "arn:aws:sts::111122223333:assumed-role/nightly/run"
_EXPLICIT = (
    "User: {} is not authorized to perform: {} on resource: {} with an explicit deny\n$ curl -s https://checkip.amazonaws.com"
    "\n198.51.100.7\n{}:\n{}\n"
)
_DENY = '{{"Version":"2012-10-17","Statement":[{{"Sid":"Office","Effect":"Deny","Principal":"*","Action":"{}","Resource":"*","Condition":{{"NotIpAddress":{{"aws:SourceIp":["192.0.2.0/24"]}}}}}}]}}'


@pytest.mark.parametrize(
    ("action", "resource", "policy"),
    [
        (
            "execute-api:Invoke",
            "arn:aws:execute-api:eu-central-1:********3333:a1b2c3d4e5/live/GET/films",
            "the API's resource policy",
        ),
        ("s3:GetObject", "arn:aws:s3:::acme-films/a.mp4", "the bucket policy"),
        ("sqs:SendMessage", "arn:aws:sqs:eu-central-1:111122223333:films", "the queue policy"),
    ],
)
def test_policy_of_the_resource_with_a_deny_that_the_message_does_not_name(
    action: str, resource: str, policy: str
) -> None:
    text = _EXPLICIT.format(_ROLE, action, resource, "its policy", _DENY.format(action))
    explanation = explain(text)
    said = " ".join(str(explanation).split())
    assert f"the statement Office of {policy} in the text denies it" in said
    assert "does not name the policy with the Deny" not in said
    assert said.count("An Allow does not override it") == 1
    owner = next(each for each in explanation.remedies if each.title.startswith("Or set aws:SourceIp"))
    assert owner.who == "resource owner"
    # Without the API's deployment, the whole policy can be replaced by the changed one.
    assert (owner.policy is None) is action.startswith("execute-api:")
    shown = owner.manifest or json.dumps(owner.policy)
    assert '"aws:SourceIp": ["192.0.2.0/24", "198.51.100.7/32"]' in shown


@check_rows("heading", ["VPC endpoint policy", "the endpoint's policy", "policy on our S3 endpoint", "RCP"])
def test_policy_with_principals_that_is_not_that_of_the_resource(heading: str) -> None:
    action = "s3:GetObject"
    text = _EXPLICIT.format(_ROLE, action, "arn:aws:s3:::acme-films/a.mp4", heading, _DENY.format(action))
    assert "of the bucket policy" not in " ".join(str(explain(text)).split())


@pytest.mark.parametrize(
    ("session", "title"),
    [("GitHubActions", "Set aws:SourceIp to ["), ("ana", "Call from a network that the Deny exempts")],
)
def test_job_of_ci_has_no_vpn(session: str, title: str) -> None:
    policy = _POLICY.replace(
        '"StringNotEquals":{"aws:SourceVpce":"vpce-0aaa1111aaa1111aa"}',
        '"NotIpAddress":{"aws:SourceIp":["192.0.2.0/24"]}',
    )
    denied = _DENIED.replace(
        _DENIED.split(" is not authorized", maxsplit=1)[0],
        f"User: arn:aws:sts::111122223333:assumed-role/ci/{session}",
    )
    explanation = explain(
        f"{denied}$ curl -s https://checkip.amazonaws.com\n198.51.100.7\nresource policy:\n{policy}\n"
    )
    first = explanation.remedies[0]
    assert first.title.startswith(title)
    assert any("create-deployment" in each for each in first.commands) is (session != "ana")
    assert ("VPN" in str(explanation)) is (session == "ana")
