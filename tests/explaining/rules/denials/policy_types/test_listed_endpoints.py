"""A list of VPC endpoints in the text tells the ID of the endpoint whose policy denies, and what that policy allows."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

_DENIED = "User: arn:aws:sts::111122223333:assumed-role/mailer/s is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:mail because no VPC endpoint policy allows the sqs:SendMessage action\n"
_OWN, _OTHER = "vpce-0a1b2c3d4e5f60718", "vpce-0f1e2d3c4b5a69788"
_RUN = "$ aws ec2 describe-vpc-endpoints --region eu-west-1\n"


def _policy(resource: str, action: str = "sqs:SendMessage", **more: object) -> dict[str, object]:
    statement = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource, **more}
    return {"Statement": [statement]}


def _rows(*rows: tuple[str, str, dict[str, object] | None]) -> str:
    lines = (
        f"{endpoint}\tcom.amazonaws.eu-west-1.{service}\t{json.dumps(policy) if policy else 'available'}\n"
        for endpoint, service, policy in rows
    )
    return _RUN + "".join(lines)


_JOBS = "arn:aws:sqs:eu-west-1:111122223333:jobs"
_AS_JSON = _RUN + json.dumps(
    {
        "VpcEndpoints": [
            {"VpcEndpointId": each, "ServiceName": f"com.amazonaws.eu-west-1.{name}", "PolicyDocument": json.dumps(_policy(_JOBS))}
            for each, name in ((_OTHER, "sns"), (_OWN, "sqs"))
        ]
    },
    indent=2,
)  # fmt: skip


@check_rows(
    ("shown", "is_compared"),
    [
        (_rows((_OTHER, "s3", _policy("*", "*")), (_OWN, "sqs", _policy(_JOBS))), True),
        (_rows((_OWN, "sqs", _policy(_JOBS)), (_OTHER, "sns", _policy("*", "*"))), True),
        (_AS_JSON, True),
        (f"{_RUN}com.amazonaws.eu-west-1.sns\t{_OTHER}\ncom.amazonaws.eu-west-1.sqs\t{_OWN}\n", False),
        (_rows((_OTHER, "s3", None), (_OWN, "sqs", None)), False),
        (_rows((_OTHER, "s3", None), (_OWN, "sqs", _policy("*"))), False),
        (_rows((_OTHER, "s3", None), (_OWN, "sqs", _policy(_JOBS, Condition={"Bool": {"aws:SecureTransport": "true"}}))), False),
        (_rows((_OTHER, "s3", _policy(_JOBS)), (_OWN, "sqs", _policy("*", "sqs:ReceiveMessage"))), False),
    ],
)  # fmt: skip
def test_endpoint_of_the_service_in_a_list(shown: str, *, is_compared: bool) -> None:
    remedy = explain(f"{_DENIED}{shown}").remedies[0]
    lines = "\n".join(remedy.commands)
    assert _OWN in lines
    assert _OTHER not in lines
    assert "ENDPOINT_ID" not in lines
    allowed = f"The policy of {_OWN} in the text allows it only on {_JOBS}, which the commands keep."
    assert (allowed in remedy.steps[0]) is is_compared


_SQS = "sqs.eu-west-1.amazonaws.com"


@check_rows(
    ("shown", "addresses"),
    [
        (f"$ getent hosts {_SQS}\n10.4.7.21      {_SQS}\n", "10.4.7.21"),
        (f"$ dig +short {_SQS}\n10.4.7.21\n10.4.8.22\n", "10.4.7.21"),
        (f"{_SQS}. 60 IN A 10.4.7.21\n{_SQS}. 60 IN A 10.4.8.22\n", "10.4.7.21,10.4.8.22"),
        (f"Server:\t10.0.0.2\nAddress:\t10.0.0.2#53\n\nName:\t{_SQS}\nAddress: 172.20.3.4\n", "172.20.3.4"),
        (f"* Connected to {_SQS} (192.168.3.4) port 443\n", "192.168.3.4"),
        # A public address, that of another service, and the server that answered.
        (f"54.239.1.2      {_SQS}\n", None),
        ("10.4.7.21      sts.eu-west-1.amazonaws.com\n", None),
        (f"54.239.1.2 {_SQS}\n10.4.7.21 sts.eu-west-1.amazonaws.com\n", None),
        (f"$ nslookup -type=A {_SQS} 10.0.0.2\nName:\t{_SQS}\nAddress: 54.239.1.2\n", None),
        (f"PS C:\\> Resolve-DnsName -Name {_SQS} -Server 10.0.0.2\n\n{_SQS} A 60 Answer 54.239.1.2\n", None),
        (f"$ cat /etc/hosts\n# 10.0.12.7 {_SQS}\n", None),
        ("$ dig +short sqs.us-east-1.amazonaws.com\n10.0.12.8\n", None),
        (f"$ nslookup {_SQS} 10.0.0.2\nName:\t{_SQS}\nAddress: 54.239.1.2\n", None),
        (f"$ dig @10.0.0.2 {_SQS} +short\n54.239.1.2\n", None),
    ],
)  # fmt: skip
def test_private_address_of_the_called_host(shown: str, addresses: str | None) -> None:
    explanation = explain(f"{_DENIED}{shown}")
    lines = "\n".join(explanation.remedies[0].commands)
    assert ("describe-network-interfaces" in lines) is (addresses is not None)
    if addresses is not None:
        assert f"Values={addresses} " in lines
        assert f"as the private address of {_SQS} shows ({addresses.replace(',', ', ')})" in " ".join(
            str(explanation).split()
        )


@pytest.mark.parametrize(
    "shown",
    [
        _rows((_OTHER, "sqs", None), (_OWN, "sqs", None)),
        _rows((_OTHER, "s3", None), (_OWN, "sns", None)),
        f"{_RUN}com.amazonaws.eu-west-1.sqs\t{_OTHER}\t{_OWN}\n",
    ],
)
def test_list_without_one_endpoint_of_the_service(shown: str) -> None:
    assert "ENDPOINT_ID" in "\n".join(explain(f"{_DENIED}{shown}").remedies[0].commands)


@check_rows(
    ("changes", "is_limited"),
    [
        ({}, False),
        ({"Principal": {"AWS": "*"}}, False),
        ({"Condition": {"StringEquals": {"aws:PrincipalAccount": "111122223333"}}}, True),
        ({"Principal": {"AWS": "arn:aws:iam::111122223333:role/mailer"}}, True),
    ],
)
def test_policy_as_a_string_in_a_list(changes: dict[str, object], *, is_limited: bool) -> None:
    """A policy of an endpoint that limits no principals gets a statement that limits none: it grants them nothing."""
    shown = json.dumps([[_OWN, json.dumps(_policy(_JOBS, "sqs:SendMessage", **changes))]])
    explanation = explain(f"{_DENIED}$ aws ec2 describe-vpc-endpoints --vpc-endpoint-ids {_OWN}\n{shown}")
    assert f"the policy of the VPC endpoint {_OWN} allows it only on {_JOBS}" in explanation.summary
    first = explanation.remedies[0]
    assert first.statement is not None
    assert ("Condition" in first.statement) is is_limited
    assert any("STS omits a role's path" in each for each in first.steps) is is_limited
    assert not any(_JOBS in each for each in first.steps)


@check_rows(
    ("policy", "is_wide"),
    [
        (_policy(_JOBS, "sqs:*"), True),
        (_policy(_JOBS, "sqs:SendMessage"), False),
        (_policy(_JOBS, "sns:*"), False),
        (_policy(_JOBS, "sqs:*", Condition={"StringEquals": {"aws:PrincipalAccount": "111122223333"}}), False),
        (_policy(_JOBS, "sqs:*", Principal={"AWS": "arn:aws:iam::111122223333:role/mailer"}), False),
        (_policy("*", "sqs:*"), False),
    ],
)  # fmt: skip
def test_policy_that_allows_all_of_the_service_elsewhere(policy: dict[str, object], *, is_wide: bool) -> None:
    """A program that sends to a queue often makes other calls, too, which such a policy means to allow."""
    shown = f"{_DENIED}{_rows((_OWN, 'sqs', policy))}"
    for text in (shown, f"{_DENIED}Policy of the endpoint {_OWN}:\n{json.dumps(policy)}\n"):
        steps = " ".join(explain(text).remedies[0].steps)
        step = "Its policy allows sqs:* on the other resource. If the program makes other calls than sqs:SendMessage, add"
        assert (step in steps) is is_wide
