"""Correct Deny statements of a text that match more than their author expects."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from iamtriage import Explanation, explain
from tests.tables import check_rows

_ACCOUNT = "111122223333"
_DENIED = "An error occurred (AccessDenied) when calling the {} operation: User: arn:aws:sts::111122223333:assumed-role/nightly/{} is not authorized to perform: {} on resource: {} with an explicit deny in a{} policy{}\n"
_SCP = "arn:aws:organizations::999988887777:policy/o-a1b2c3d4e5/service_control_policy/p-k3x9q2ab"
_IMAGE = "arn:aws:ec2:eu-west-1::image/ami-0a1b2c3d4e5f60718"
_NO_TAG = {"Null": {"aws:RequestTag/CostCenter": "true"}}
_TAGS = "$ aws ec2 run-instances --tag-specifications 'ResourceType=instance,Tags=[{Key=CostCenter,Value=4711}]' 'ResourceType=volume,Tags=[{Key=CostCenter,Value=4711}]'\n"


def _deny(condition: Mapping[str, object], action: str = "*", **more: object) -> str:
    statement = {"Sid": "Guard", "Effect": "Deny", "Action": action, "Resource": "*", "Condition": condition}
    return "\n" + json.dumps({"Version": "2012-10-17", "Statement": [statement | more]})


def _launch(resource: str) -> str:
    return _DENIED.format(
        "RunInstances", "kim", "ec2:RunInstances", resource, " service control", f": {_SCP}"
    )


@check_rows(
    ("resource", "condition", "corrected"),
    [
        (_IMAGE, _NO_TAG, ["arn:aws:ec2:*:*:instance/*", "arn:aws:ec2:*:*:volume/*"]),
        (f"arn:aws:ec2:eu-west-1:{_ACCOUNT}:subnet/subnet-0f1e2d3c", {"StringNotLike": {"aws:RequestTag/CostCenter": "?*"}}, ["arn:aws:ec2:*:*:instance/*", "arn:aws:ec2:*:*:volume/*"]),
        (_IMAGE, {"StringNotEquals": {"ec2:InstanceType": ["t3.micro", "t3.small"]}}, ["arn:aws:ec2:*:*:instance/*"]),
        (f"arn:aws:ec2:eu-west-1:{_ACCOUNT}:instance/*", _NO_TAG, None),
        (f"arn:aws:ec2:eu-west-1:{_ACCOUNT}:instance/*", {"StringNotEquals": {"ec2:InstanceType": "t3.micro"}}, None),
        (_IMAGE, {"StringNotEqualsIfExists": {"ec2:InstanceType": "t3.micro"}}, None),
    ],
    ids=["image", "subnet", "type", "instance", "other-type", "if-exists"],
)  # fmt: skip
def test_key_that_only_some_resources_have(
    resource: str, condition: dict[str, object], corrected: list[str] | None
) -> None:
    explanation = explain(_TAGS + _launch(resource) + _deny(condition, "ec2:RunInstances"))
    first = explanation.remedies[0]
    assert first.title.startswith("Limit the statement Guard to the Resource") is (corrected is not None)
    assert all(each in (first.manifest or "") for each in corrected or ())
    if corrected is not None:
        assert "which never has" in explanation.summary
        assert "The management account 999988887777" in " ".join(first.steps)
        assert "aws organizations update-policy --policy-id p-k3x9q2ab" in first.commands[-1]


@pytest.mark.parametrize(
    ("actions", "kept", "resources"),
    [
        (["ec2:RunInstances", "ec2:CreateVolume"], '["ec2:RunInstances", "ec2:CreateVolume"]', ["instance", "volume"]),
        (["ec2:RunInstances", "rds:CreateDBInstance"], '"ec2:RunInstances"', ["instance"]),
        (["*"], None, []),
    ],
)  # fmt: skip
def test_other_actions_of_the_statement_stay_limited(
    actions: list[str], kept: str | None, resources: list[str]
) -> None:
    first = explain(_launch(_IMAGE) + _deny(_NO_TAG, Action=actions)).remedies[0]
    assert first.title.startswith("Limit the statement") is (kept is not None)
    assert f'"Action": {kept}' in (first.manifest or "") or kept is None
    assert all(f"arn:aws:ec2:*:*:{each}/*" in (first.manifest or "") for each in resources)
    assert any("statement of their own" in each for each in first.steps) is (
        "rds:CreateDBInstance" in actions
    )


_NETWORK = {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
_PARAMETER = f"arn:aws:ssm:eu-west-1:{_ACCOUNT}:parameter/db"


@check_rows(
    ("said", "condition", "title"),
    [
        ("Yesterday we added the endpoint vpce-0c9d8e7f6a5b41230.", _NETWORK, "Exempt the VPC endpoint vpce-0c9d8e7f6a5b41230"),
        ("There is a new interface endpoint for ssm.", _NETWORK, "Exempt a VPC endpoint"),
        ("We have no VPC endpoint.", _NETWORK, None),
        ("Do we need a VPC endpoint?", _NETWORK, None),
        ("Would a hosted runner help?", _NETWORK, None),
        ("We moved away from hosted runners.", _NETWORK, None),
        ("Should we create a VPC endpoint for it?", _NETWORK, None),
        ('{"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-0c9d8e7f6a5b41230"}}}', _NETWORK, None),
        ("vpce-0c9d8e7f6a5b41230", _NETWORK | {"StringNotEquals": {"aws:SourceVpce": "vpce-0aaaaaaaaaaaaaaaa"}}, None),
        ("It runs on a GitHub-hosted runner.", _NETWORK, "Exempt the role nightly in the statement Guard"),
        ("It runs on a self-hosted runner, not on a hosted runner.", _NETWORK, None),
        ("It fails on my laptop.", _NETWORK, None),
    ],
    ids=["id", "words", "none", "asked", "asked-runner", "former", "question", "in-policy", "other", "hosted", "self-hosted", "laptop"],
)  # fmt: skip
def test_networks_without_an_address(said: str, condition: dict[str, object], title: str | None) -> None:
    text = _DENIED.format("GetParameter", "job", "ssm:GetParameter", _PARAMETER, "n identity-based", "")
    explanation = explain(f"{text}{said}{_deny(condition)}")
    first = explanation.remedies[0]
    assert first.title.startswith("Exempt ") is (title is not None)
    assert first.title.startswith(title or "")
    # The statement stays as it is, with one more condition.
    assert title is None or '"aws:SourceIp": "203.0.113.0/24"' in (first.manifest or "")


@check_rows(
    ("addresses", "said", "title"),
    [
        (
            ["10.30.0.0/16", "192.168.4.0/24"],
            "It goes through vpce-0c9d8e7f6a5b41230.",
            "Compare aws:VpcSourceIp",
        ),
        (["172.20.0.0/16"], "It goes through vpce-0c9d8e7f6a5b41230.", "Compare aws:VpcSourceIp"),
        (["172.20.0.0/16"], "It does not go through vpce-0c9d8e7f6a5b41230.", None),
        (["10.30.0.0/16"], "", "Compare addresses that requests have"),
        # A public address, and no endpoint.
        (["10.30.0.0/16", "203.0.113.0/24"], "It goes through vpce-0c9d8e7f6a5b41230.", None),
        (["10.30.0.0/16", "203.0.113.0/24"], "", None),
        (["10.30.0.0/16"], "We have no VPC endpoint.", None),
    ],
)
def test_private_addresses_are_compared_with_the_key_of_endpoints(
    addresses: list[str], said: str, title: str | None
) -> None:
    text = _DENIED.format("GetParameter", "job", "ssm:GetParameter", _PARAMETER, "n identity-based", "")
    first = explain(f"{text}{said}{_deny({'NotIpAddress': {'aws:SourceIp': addresses}})}").remedies[0]
    assert first.title.startswith(title or "Compare ") is (title is not None)
    assert ('"NotIpAddress": {"aws:VpcSourceIp": ["' in (first.manifest or "")) is (title is not None)


_PERIMETER = {
    "NotIpAddressIfExists": {"aws:SourceIp": ["203.0.113.0/24"]},
    "StringNotEqualsIfExists": {"aws:SourceVpc": "vpc-0123456789abcdef0", "aws:PrincipalTag/zone": "open"},
}


@check_rows(
    ("said", "condition", "steps"),
    [
        (
            "My public address is 198.51.100.9.",
            _PERIMETER,
            ("aws:SourceIp must be in 203.0.113.0/24. Connect", "Or call from vpc-0123456789abcdef0, through a VPC endpoint", "Or, if the owner of the policy agrees, tag the caller with zone=open: aws iam tag-role --role-name nightly --tags Key=zone,Value=open."),
        ),
        ("Image: ubuntu-24.04 on a runner (hosted)", _PERIMETER, ("aws:SourceIp must be in 203.0.113.0/24. Hosted runners", "Or call from vpc-", "Or, if")),
        (
            "",
            {"StringNotEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}} | _NETWORK,
            ("Run the call where", "Or call from an address in 203.0.113.0/24 (aws:SourceIp)."),
        ),
        # A Deny of the tag or the VPC is no way out, and a pattern is no tag.
        ("", _NETWORK | {"StringEquals": {"aws:PrincipalTag/zone": "open", "aws:SourceVpc": "vpc-0123456789abcdef0"}}, ("aws:SourceIp must be",)),
        ("", _NETWORK | {"StringNotLike": {"aws:PrincipalTag/zone": "open*"}}, ("aws:SourceIp must be",)),
    ],
    ids=["address", "hosted", "endpoint", "denied", "pattern"],
)  # fmt: skip
def test_other_ways_that_a_deny_on_networks_leaves_open(
    said: str, condition: dict[str, object], steps: tuple[str, ...]
) -> None:
    text = _DENIED.format("GetParameter", "job", "ssm:GetParameter", _PARAMETER, " resource control", "")
    *ways, last = explain(f"{text}{said}{_deny(condition, Principal='*')}").remedies[0].steps
    assert last.startswith("If the call must stay as it is")
    for way, start in zip(ways, steps, strict=True):
        assert way.startswith(start)


@pytest.mark.parametrize(
    ("condition", "clause"),
    [
        (_PERIMETER, "because aws:SourceIp is 198.51.100.9, not in 203.0.113.0/24, and the call did not come through vpc-0123456789abcdef0, unless aws:PrincipalTag/zone is open."),
        (_NETWORK | {"StringEquals": {"aws:PrincipalTag/zone": "closed"}}, "because aws:SourceIp is 198.51.100.9, not in 203.0.113.0/24, and if aws:PrincipalTag/zone is closed."),
    ],
)  # fmt: skip
def test_what_a_deny_exempts_is_told_after_what_it_matched(condition: dict[str, object], clause: str) -> None:
    text = _DENIED.format("GetParameter", "job", "ssm:GetParameter", _PARAMETER, " resource control", "")
    shown = explain(f"{text}My public address is 198.51.100.9.{_deny(condition, Principal='*')}")
    assert shown.summary.endswith(clause)
    assert "Neither an Allow for the caller nor one in the resource's policy" in str(shown.causes[0].because)


@pytest.mark.parametrize(
    ("shown", "name"), [("limits", "the policy limits"), ("limits-old", "the policy in the text")]
)
def test_policy_that_a_command_has_printed_has_its_name(shown: str, name: str) -> None:
    arn = f"arn:aws:iam::{_ACCOUNT}:policy/"
    text = _DENIED.format(
        "PutObject", "run-7", "s3:PutObject", "arn:aws:s3:::lake/a", "n identity-based", f": {arn}limits"
    )
    printed = f"$ aws iam get-policy-version --policy-arn {arn}{shown} --version-id v3"
    summary = explain(f"{text}{printed}{_deny(_NETWORK, 's3:*')}").summary
    assert f"the statement Guard of {name} denies it" in summary


@check_rows(
    ("heading", "name", "is_quoted"),
    [
        ("what the team has (limits, v3):", "the policy limits", False),
        ("from limits.json:", "the policy limits", False),
        ("that's this one, all have it:", "the policy limits", False),
        ("Is that this one? From another team:", "the policy in the text", True),
        ("from our repository:", "the policy in the text", True),
        ("from limits-of-dev:", "the policy in the text", True),
        (
            "limits? $ aws iam get-policy-version --policy-arn arn:aws:iam::111122223333:policy/dev --version-id v1",
            "the policy in the text",
            True,
        ),
    ],
)
def test_policy_that_the_message_names(heading: str, name: str, *, is_quoted: bool) -> None:
    arn = f"arn:aws:iam::{_ACCOUNT}:policy/base/limits"
    text = _DENIED.format(
        "PutObject", "run-7", "s3:PutObject", "arn:aws:s3:::lake/a", "n identity-based", f": {arn}"
    )
    explanation = explain(f"{text}{heading}\n{_deny(_NETWORK, 's3:*')}")
    assert f"the statement Guard of {name} denies it" in explanation.summary
    assert (f"The message names {arn}." in explanation.causes[0].because) is is_quoted


@pytest.mark.parametrize(("owner", "where"), [("555566667777", ", in account 555566667777"), (_ACCOUNT, "")])
def test_network_activity_event_names_the_owner_of_the_endpoint(owner: str, where: str) -> None:
    record = {
        "eventVersion": "1.09",
        "userIdentity": {"type": "AssumedRole", "arn": f"arn:aws:sts::{_ACCOUNT}:assumed-role/etl/job-1"},
        "eventSource": "sqs.amazonaws.com",
        "eventName": "SendMessage",
        "awsRegion": "eu-west-1",
        "errorCode": "VpceAccessDenied",
        "errorMessage": "The request was denied due to a VPC endpoint policy",
        "eventType": "AwsVpceEvent",
        "vpcEndpointId": "vpce-0e1d2c3b4a5f60718",
        "vpcEndpointAccountId": owner,
        "eventCategory": "NetworkActivity",
    }
    first = explain(json.dumps(record)).remedies[0]
    assert first.title == f"Have the VPC endpoint's owner change its policy{where}"
    assert "shows no attack" in first.steps[0]


_ENDPOINT_ID, _VPC_ID = "vpce-0a1b2c3d4e5f67890", "vpc-0a1b2c3d4e5f67890"


@check_rows(
    ("condition", "corrected"),
    [
        ({"StringNotEquals": {"aws:SourceVpce": _VPC_ID}}, {"StringNotEquals": {"aws:SourceVpc": _VPC_ID}}),
        ({"StringNotEquals": {"aws:sourceVpc": [_ENDPOINT_ID]}}, {"StringNotEquals": {"aws:SourceVpce": [_ENDPOINT_ID]}}),
        ({"ArnNotLike": {"aws:PrincipalArn": _ACCOUNT}}, {"StringNotLike": {"aws:PrincipalAccount": _ACCOUNT}}),
        ({"StringNotLike": {"aws:PrincipalOrgID": _ACCOUNT}}, {"StringNotLike": {"aws:PrincipalAccount": _ACCOUNT}}),
        ({"StringNotEquals": {"aws:SourceVpce": _ENDPOINT_ID}}, None),
        ({"StringNotEqualsIfExists": {"aws:SourceVpce": _VPC_ID}}, {"StringNotEqualsIfExists": {"aws:SourceVpc": _VPC_ID}}),
        ({"StringEquals": {"aws:SourceVpce": _VPC_ID}}, None),
        ({"StringNotEquals": {"aws:SourceVpce": [_VPC_ID, _ENDPOINT_ID]}}, None),
    ],
    ids=["vpc", "endpoint", "arn", "account", "right", "if-exists", "never", "mixed"],
)  # fmt: skip
def test_value_of_another_key(condition: dict[str, object], corrected: dict[str, object] | None) -> None:
    denied = _DENIED.format("GetObject", "job", "s3:GetObject", "arn:aws:s3:::acme/k", " resource-based", "")
    explanation = explain(denied + _deny(condition, "s3:*", Principal="*", Resource="arn:aws:s3:::acme/*"))
    first = explanation.remedies[0]
    assert first.title.startswith("Write aws:") is (corrected is not None)
    if corrected is not None:
        assert json.loads(first.manifest or "")["Condition"] == corrected
        assert first.who == "resource owner"
        assert "denies every such call, because aws:" in explanation.summary


@pytest.mark.parametrize(
    ("policy", "is_found"),
    [(_deny({"StringNotEquals": {"aws:SourceVpc": _ENDPOINT_ID}}, "execute-api:Invoke", Principal="*", Resource="execute-api:/*"), True),
     (_deny({"StringNotEquals": {"aws:SourceVpc": _ENDPOINT_ID}}, "execute-api:Invoke", Principal="*", Resource="execute-api:/dev/*"), False)],
)  # fmt: skip
def test_deny_for_anonymous_callers_of_an_api(policy: str, *, is_found: bool) -> None:
    denied = '{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu-west-1:********3333:a1b2c3d4e5/prod/GET/orders with an explicit deny"}'
    first, *others = explain(f"{denied}\n{policy}").remedies
    assert first.title.startswith("Write aws:SourceVpce instead of aws:SourceVpc") is is_found
    if is_found:
        assert any(each.startswith("A signature does not help") for each in first.steps)
        assert any(each.startswith("Redeploy the API") for each in first.steps)
        assert not others


_GONE_ID, _OTHER_ID = "vpce-0f1e2d3c4b5a69788", "vpce-0b2c3d4e5f6a78901"


def _through(endpoint: str) -> str:
    record = {"eventName": "PutObject", "errorCode": "AccessDenied", "vpcEndpointId": endpoint}
    return f"{json.dumps(record)}\n"


def _explain_replaced(words: str, values: str | list[str], actions: str, endpoint: str) -> Explanation:
    denied = _DENIED.format("PutObject", "job", "s3:PutObject", "arn:aws:s3:::acme/k", " resource-based", "")
    resources = ["arn:aws:s3:::acme", "arn:aws:s3:::acme/*"]
    condition = {"StringNotEquals": {"aws:SourceVpce": values}}
    policy = _deny(condition, actions, Principal="*", Resource=resources)
    return explain(f"{denied}{_through(endpoint)}{words}\n{policy}")


@pytest.mark.parametrize(
    "words",
    [
        f'-/+ resource "aws_vpc_endpoint" "s3" {{\n      ~ id = "{_GONE_ID}" -> (known after apply)\n    }}',
        f'  - resource "aws_vpc_endpoint" "s3" {{\n      - id   = "{_GONE_ID}" -> null\n    }}',
        f"aws_vpc_endpoint.s3: Destroying... [id={_GONE_ID}]\naws_vpc_endpoint.s3: Destruction complete after 6s",
        f"the network team replaced the endpoint {_GONE_ID} this morning",
        f"{_GONE_ID} was deleted with the old VPC.",
        f"An error occurred (InvalidVpcEndpointId.NotFound) when calling the DescribeVpcEndpoints operation: The Vpc Endpoint Id '{_GONE_ID}' does not exist",
        f"the endpoint changed from {_GONE_ID} to {_ENDPOINT_ID}",
    ],
    ids=["replaced", "destroyed", "log", "said", "deleted", "not found", "changed"],
)
@pytest.mark.parametrize(
    ("values", "actions", "changed", "says"),
    [
        (_GONE_ID, "s3:*", _ENDPOINT_ID, "nothing is exempt any more"),
        ([_GONE_ID, _OTHER_ID], "s3:*", [_ENDPOINT_ID, _OTHER_ID], "unless a request comes from"),
        (_GONE_ID, "s3:PutObject", _ENDPOINT_ID, None),
    ],
)
def test_replaced_endpoint(
    words: str, values: str | list[str], actions: str, changed: object, says: str | None
) -> None:
    """The Deny of the old endpoint gets the new one, by the root user if nobody else is exempt."""
    explanation = _explain_replaced(words, values, actions, _ENDPOINT_ID)
    first = explanation.remedies[0]
    assert first.title == f"Replace {_GONE_ID} by {_ENDPOINT_ID} in the statement Guard"
    assert json.loads(first.manifest or "")["Condition"] == {"StringNotEquals": {"aws:SourceVpce": changed}}
    assert f"{_GONE_ID}, which is gone" in explanation.summary
    steps = " ".join(first.steps)
    assert ("S3UnlockBucketPolicy" in steps) is (says is not None)
    assert (says or "") in steps


@pytest.mark.parametrize(
    "words",
    [
        "",
        f"{_GONE_ID} was not deleted",
        f"Should the endpoint {_GONE_ID} be replaced?",
        f"{_OTHER_ID} was deleted",
        f"{_GONE_ID} was deleted by mistake, and restored",
        f"I thought {_GONE_ID} was deleted, but no",
        f"In staging, {_GONE_ID} was deleted",
        f"the policy of {_GONE_ID} was replaced",
        f"we removed {_GONE_ID} from the route table",
        f"requests from {_GONE_ID} to the bucket are denied, too",
        f"{_GONE_ID} -> S3 -> bucket",
        f"{_GONE_ID} does not exist in the other Region",
        f'  + resource "aws_vpc_endpoint" "s3" {{\n      + id = (known after apply)\n    }}\n{_GONE_ID}',
    ],
)
def test_endpoint_that_is_still_there(words: str) -> None:
    first = _explain_replaced(words, _GONE_ID, "s3:PutObject", _ENDPOINT_ID).remedies[0]
    assert first.title == f"Call through the VPC endpoint {_GONE_ID}"


@pytest.mark.parametrize(
    ("words", "moved"),
    [
        ("the nightly job was moved to the new VPC", True),
        ("We migrated it to the shared network.", True),
        ("Should it be moved to the other VPC?", False),
        ("It was not moved to another VPC.", False),
        ("the bucket was moved to another account", False),
    ],
)
def test_endpoint_of_a_caller_that_moved(words: str, *, moved: bool) -> None:
    first, second, *_ = _explain_replaced(words, _GONE_ID, "s3:PutObject", _ENDPOINT_ID).remedies
    added = f"dd {_ENDPOINT_ID} to aws:SourceVpce of the statement Guard in the bucket policy"
    called = f"all through the VPC endpoint {_GONE_ID}"
    assert (first.title, second.title) == (
        (f"A{added}", f"Or c{called}") if moved else (f"C{called}", f"Or a{added}")
    )


@check_rows(
    ("words", "title", "value"),
    [
        (f"({_GONE_ID} deleted, {_ENDPOINT_ID} created)", f"Replace {_GONE_ID} by {_ENDPOINT_ID} in", _ENDPOINT_ID),
        (f"{_GONE_ID} is gone, and {_ENDPOINT_ID} is new.", f"Replace {_GONE_ID} by {_ENDPOINT_ID} in", _ENDPOINT_ID),
        (f"{_GONE_ID} no longer exists.", f"Replace {_GONE_ID} by the VPC endpoint of today in", "NEW_ID"),
        (f"{_GONE_ID} was removed for {_ENDPOINT_ID} and {_OTHER_ID}.", f"Replace {_GONE_ID} by the VPC endpoint of today in", "NEW_ID"),
        (f"Is {_GONE_ID} deleted?", "Call through the VPC endpoint", None),
        (f"{_GONE_ID} is gone from the route table.", "Call through the VPC endpoint", None),
        (f"{_GONE_ID} was not deleted.", "Call through the VPC endpoint", None),
        (f"{_GONE_ID} was deleted. Our endpoint of SSM is {_ENDPOINT_ID}.", f"Replace {_GONE_ID} by the VPC endpoint of today in", "NEW_ID"),
        (f"{_GONE_ID} was deleted, and we moved to {_ENDPOINT_ID}.", f"Replace {_GONE_ID} by {_ENDPOINT_ID} in", _ENDPOINT_ID),
        *((words.format(_GONE_ID), "Call through the VPC endpoint", None) for words in (
            "Bob thinks {} is gone.", "The DNS record for {} is gone.", "{} removed the private DNS option.",
            "{} deleted? No.", "We plan to have {} deleted.", "{} is gone, says Bob, but the console lists it.",
        )),
        (f"The route to {_GONE_ID} deleted itself.", "Call through the VPC endpoint", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("call", "resource"), [("GetObject", "acme/k"), ("PutBucketPolicy", "acme")])
def test_endpoint_that_is_gone(words: str, title: str, value: str | None, call: str, resource: str) -> None:
    """No request comes through it: the text need not say which one came, and only the root user changes the policy."""
    denied = _DENIED.format(call, "job", f"s3:{call}", f"arn:aws:s3:::{resource}", " resource-based", "")
    condition = {"StringNotEquals": {"aws:SourceVpce": _GONE_ID}}
    policy = _deny(condition, "s3:*", Principal="*", Resource=["arn:aws:s3:::acme", "arn:aws:s3:::acme/*"])
    explanation = explain(f"{denied}\n{words}\n{policy}")
    first = explanation.remedies[0]
    assert first.title.startswith(title)
    assert ("no request can come through it" in explanation.summary) is (value is not None)
    if value is not None:
        changed = {"StringNotEquals": {"aws:SourceVpce": value}}
        assert json.loads(first.manifest or "")["Condition"] == changed
        steps = " ".join(first.steps)
        assert steps.count("oot user") == 1
        assert ("deny only object actions" in steps) is (call == "PutBucketPolicy")
        assert any("put-bucket-policy" in each for each in first.commands)


_WRITER = f"arn:aws:iam::{_ACCOUNT}:role/nightly"
_ANYBODY = f"arn:aws:iam::{_ACCOUNT}:root"
_SESSION = f"arn:aws:sts::{_ACCOUNT}:assumed-role/nightly/run-7"


@check_rows(
    ("excluded", "missing", "kept"),
    [
        (_WRITER, "the account or the session", _WRITER),
        ([_WRITER, _ANYBODY], "the session", [_WRITER, _ANYBODY]),
        ([_WRITER, _SESSION], "the account", _WRITER),
        ([_WRITER, f"{_WRITER}-2"], "the account or the session", [_WRITER, f"{_WRITER}-2"]),
        ([_WRITER, _SESSION, _ANYBODY], None, None),
        (f"{_WRITER}-2", None, None),
        ([_WRITER, f"arn:aws:sts::{_ACCOUNT}:assumed-role/other/run"], None, None),
        ([_WRITER, "444455556666"], None, None),
    ],
)
def test_role_without_its_session_in_not_principal(
    excluded: object, missing: str | None, kept: object
) -> None:
    statement = {
        "Sid": "Writers",
        "Effect": "Deny",
        "NotPrincipal": {"AWS": excluded},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::lake/*",
    }
    text = _DENIED.format("PutObject", "run-7", "s3:PutObject", "arn:aws:s3:::lake/a", " resource-based", "")
    explanation = explain(f"{text}\n{json.dumps({'Version': '2012-10-17', 'Statement': [statement]})}")
    assert ("names the role nightly without" in explanation.summary) is (missing is not None)
    if missing is not None:
        assert f"without {missing}, so the Deny applies to it, too" in explanation.summary
        corrected = json.loads(explanation.remedies[0].manifest or "")
        assert corrected["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": kept}}
        assert (corrected["Principal"], "NotPrincipal" in corrected) == ("*", False)


_EXEMPT = f"arn:aws:iam::{_ACCOUNT}:role/admin"


@pytest.mark.parametrize(
    ("operator", "exempt", "verdict", "corrected"),
    [
        ("ArnNotEquals", _EXEMPT, f"it exempts only {_EXEMPT}, and the caller is {_WRITER}", None),
        ("StringNotLike", f"{_EXEMPT}-*", f"it exempts only {_EXEMPT}-*, and the caller is {_WRITER}", None),
        (
            "StringNotLike",
            _SESSION.replace("run-7", "*"),
            "but aws:PrincipalArn is always the ARN of the role",
            _WRITER,
        ),
        # The value of this operator is no pattern.
        (
            "StringNotEquals",
            _SESSION.replace("nightly", "night*"),
            "but aws:PrincipalArn is always the ARN of the role",
            _WRITER.replace("nightly", "night*"),
        ),
        (
            "ArnNotLike",
            [_EXEMPT, _SESSION],
            "but aws:PrincipalArn is always the ARN of the role",
            [_EXEMPT, _WRITER],
        ),
        (
            "StringNotEquals",
            _WRITER.replace(_ACCOUNT, "*"),
            "StringNotEquals has no wildcards",
            _WRITER.replace(_ACCOUNT, "*"),
        ),
        # The role may have a path, which STS does not report.
        (
            "ArnNotEquals",
            _WRITER.replace("role/", "role/team/"),
            "denies it unless aws:PrincipalArn is",
            None,
        ),
    ],
)
def test_deny_that_exempts_other_principals(
    operator: str, exempt: object, verdict: str, corrected: object
) -> None:
    policy = _deny({operator: {"aws:PrincipalArn": exempt}}, "s3:PutObject", Principal="*")
    text = _DENIED.format("PutObject", "run-7", "s3:PutObject", "arn:aws:s3:::lake/a", " resource-based", "")
    explanation = explain(text + policy)
    assert verdict in explanation.summary
    if corrected is not None:
        fixed = json.loads(explanation.remedies[0].manifest or "")
        operator = operator.replace("StringNotEquals", "ArnNotLike")
        assert fixed["Condition"] == {operator: {"aws:PrincipalArn": corrected}}


@check_rows(
    ("exempt", "shown", "corrected"),
    [
        ("role/AWSReservedSSO_Sec_*", "", "role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Sec_*"),
        ("role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Sec_*", "", "role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Sec_*"),
        ("role/nightly", f"arn:aws:iam::{_ACCOUNT}:role/team/nightly", "role/team/nightly"),
        ("role/AWSReservedSSO_Ops_*", "", None),
        ("role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Sec_*", "", None),
    ],
)  # fmt: skip
def test_deny_whose_exemption_lacks_a_path(exempt: str, shown: str, corrected: str | None) -> None:
    role = "nightly" if "nightly" in exempt else "AWSReservedSSO_Sec_0123456789abcdef"
    policy = _deny(
        {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::*:{exempt}"}}, "s3:PutObject", Principal="*"
    )
    text = _DENIED.format("PutObject", "run-7", "s3:PutObject", "arn:aws:s3:::lake/a", " resource-based", "")
    explanation = explain(f"{text.replace('/nightly/', f'/{role}/')}{policy}\n{shown}")
    assert ("but does not match it: the ARN of the role has a path" in explanation.summary) is (
        corrected is not None
    )
    if corrected is not None:
        fixed = json.loads(explanation.remedies[0].manifest or "")
        assert fixed["Condition"] == {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::*:{corrected}"}}


def test_not_principal_with_a_service_stays() -> None:
    excluded = {"AWS": _WRITER, "Service": "cloudtrail.amazonaws.com"}
    policy = _deny({}, "s3:PutObject", NotPrincipal=excluded)
    text = _DENIED.format("PutObject", "run-7", "s3:PutObject", "arn:aws:s3:::lake/a", " resource-based", "")
    assert "ArnNotEquals" not in str(explain(text + policy))


@pytest.mark.parametrize(
    ("caller", "corrected"),
    [
        (f"arn:aws:iam::{_ACCOUNT}:user/ann", True),
        # The ARN of a federated user is that of one session.
        (f"arn:aws:sts::{_ACCOUNT}:federated-user/ann", False),
    ],
)
def test_user_without_its_account_in_not_principal(caller: str, *, corrected: bool) -> None:
    policy = _deny({}, "s3:PutObject", NotPrincipal={"AWS": caller}, Resource="arn:aws:s3:::lake/*")
    text = f'An error occurred (AccessDenied) when calling the PutObject operation: User: {caller} is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::lake/a" with an explicit deny in a resource-based policy\n'
    shown = str(explain(text + policy))
    assert ("ArnNotEquals" in shown) is corrected
    assert "all its sessions" not in shown


def test_exemption_of_a_job_keeps_the_others() -> None:
    condition = {
        "NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"},
        "ArnNotLike": {"aws:principalarn": f"arn:aws:iam::{_ACCOUNT}:role/emergency"},
    }
    text = _DENIED.format("PutObject", "run-7", "s3:PutObject", "arn:aws:s3:::lake/a", " resource-based", "")
    policy = _deny(condition, "s3:PutObject", Principal="*", Resource="arn:aws:s3:::lake/*")
    first = explain(f"{text}It runs on a GitHub-hosted runner.{policy}").remedies[0]
    other = explain(f"{text}It does not run on a GitHub-hosted runner.{policy}")
    assert "hosted runners have other addresses" not in other.summary
    exempted = json.loads(first.manifest or "")["Condition"]["ArnNotLike"]["aws:principalarn"]
    assert exempted[0].endswith(":role/emergency")
    assert len(exempted) == len(["emergency", "nightly"])


_TRAIL = "InsufficientS3BucketPolicyException: An error occurred (InsufficientS3BucketPolicyException) when calling the CreateTrail operation: Incorrect S3 bucket policy is detected for bucket: logs\n"
_ORG = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}


@check_rows(
    ("said", "condition", "action", "resource", "is_denied"),
    [
        ("The new RCP:", _ORG, "s3:*", "*", True),
        ("The bucket policy:", {"StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d4e5f60718"}}, "s3:*", "*", True),
        ("The bucket policy:", _ORG, "s3:PutObject", "arn:aws:s3:::logs/*", True),
        ("The bucket policy:", _ORG, "s3:PutObject", "arn:aws:s3:::other/*", False),
        ("The new RCP:", _ORG | {"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}, "s3:*", "*", False),
        ("The new RCP:", {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}, "s3:*", "*", False),
        ("The new RCP:", _ORG, "sqs:*", "*", False),
        ("The endpoint policy:", _ORG, "s3:*", "*", False),
    ],
)  # fmt: skip
def test_deny_without_exception_for_services(
    said: str, condition: Mapping[str, object], action: str, resource: str, *, is_denied: bool
) -> None:
    policy = _deny(condition, action, Principal="*", Resource=resource)
    explanation = explain(f"{_TRAIL}{said}\n{policy}")
    first, is_control = explanation.remedies[0], "RCP" in said
    assert ("it exempts no AWS services" in explanation.summary) is is_denied
    assert ("Exempt AWS services in the statement Guard" in first.title) is is_denied
    if is_denied:
        assert first.who == ("organization administrator" if is_control else "resource owner")
        exception = {"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}
        assert json.loads(first.manifest or "")["Condition"] == {**condition, **exception}
        assert ("put-bucket-policy" in str(first.commands)) is not is_control


SCP_ARN = "arn:aws:organizations::999988887777:policy/o-abc1234567/service_control_policy/p-abcd1234"
PLAIN_DENY = '{"Version": "2012-10-17", "Statement": [{"Sid": "NoUsers", "Effect": "Deny", "Action": ["iam:CreateUser", "iam:CreateAccessKey"], "Resource": "*"}]}\n'
NO_USERS = "An error occurred (AccessDenied) when calling the CreateUser operation: User: arn:aws:sts::111122223333:assumed-role/ops/ana is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::111122223333:user/svc with an explicit deny in {}\n"


@check_rows(
    ("policy_type", "title", "who"),
    [
        (f"a service control policy: {SCP_ARN}", "Have the service control policy p-abcd1234 changed", "organization administrator"),
        ("a service control policy", "Have the service control policy changed", "organization administrator"),
        ("a permissions boundary", "Scope down the statement NoUsers in the permissions boundary", "account administrator"),
        ("an identity-based policy", "Scope down the Deny statement", "account administrator"),
    ],
)  # fmt: skip
def test_owner_of_a_deny_without_condition_changes_it(policy_type: str, title: str, who: str) -> None:
    first = explain(PLAIN_DENY + NO_USERS.format(policy_type)).remedies[0]
    assert (first.title, first.who) == (title, who)
    is_own = "identity" in policy_type
    assert any("list-attached-role-policies" in each for each in first.commands) is is_own
    exempt = '"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/ops"}'
    assert (exempt in (first.manifest or "")) is not is_own
    assert any("update-policy --policy-id p-abcd1234" in each for each in first.commands) is (
        SCP_ARN in policy_type
    )


def test_limit_of_permissions_exempts_nobody() -> None:
    """A caller that may change boundaries could remove its own."""
    deny = PLAIN_DENY.replace("iam:CreateUser", "iam:PutRolePermissionsBoundary")
    error = NO_USERS.replace("iam:CreateUser", "iam:PutRolePermissionsBoundary").replace(
        "CreateUser", "PutRolePermissionsBoundary"
    )
    explanation = explain(deny + error.format("a permissions boundary"))
    assert not any(each.manifest for each in explanation.remedies)


def test_statement_of_the_text_exempts_the_caller() -> None:
    deny = '{"Version": "2012-10-17", "Statement": [{"Sid": "OnlyVpc", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::films", "arn:aws:s3:::films/*"], "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d4e5f60718"}}}]}\n'
    error = 'User: arn:aws:sts::111122223333:assumed-role/ops/ana is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::films/a" with an explicit deny in a resource-based policy\n'
    shown = [each.manifest for each in explain(deny + error).remedies if each.manifest]
    assert len(shown) == 1
    assert json.loads(shown[0])["Condition"] == {
        "StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d4e5f60718"},
        "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/ops"},
    }


def test_policy_of_an_organization_without_its_id() -> None:
    """The commands print and replace the policy: the ones that look for it put nothing into it."""
    text = 'An error occurred (AccessDenied) when calling the DeleteTrail operation: User: arn:aws:sts::111122223333:assumed-role/films/job is not authorized to perform: cloudtrail:DeleteTrail on resource: arn:aws:cloudtrail:eu-west-1:111122223333:trail/all with an explicit deny in a service control policy\n{"Statement": [{"Sid": "Trail", "Effect": "Deny", "Action": "cloudtrail:DeleteTrail", "Resource": "*"}]}'
    remedy = explain(text).remedies[0]
    assert [each.partition(" --policy-id POLICY_ID ")[0] for each in remedy.commands] == [
        "aws organizations describe-policy",
        "aws organizations update-policy",
    ]
    assert sum("POLICY_ID" in each for each in remedy.steps) == 1
    assert not any("list-policies-for-target" in each for each in remedy.steps)


@pytest.mark.parametrize("kind", ["resource-based", "service control"])
def test_short_form_replaces_the_policy_that_it_prints(kind: str) -> None:
    principal = "" if kind == "service control" else '"Principal": "*", '
    deny = f'{{"Sid": "OnlyOps", "Effect": "Deny", {principal}"Action": "secretsmanager:GetSecretValue", "Resource": "*", "Condition": {{"ArnNotLike": {{"aws:PrincipalArn": "arn:aws:sts::111122223333:assumed-role/ops/*"}}}}}}'
    text = f'User: arn:aws:sts::111122223333:assumed-role/ops/ana is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:films-Ab12Cd with an explicit deny in a {kind} policy\n{{"Version": "2012-10-17", "Statement": [{deny}]}}'
    short = str(explain(text))
    assert "Name the role instead of its sessions" in short
    change = "update-policy" if kind == "service control" else "put-resource-policy"
    assert f" {change} " in short.partition("Then, with the statement changed in policy.json:")[2]


_LOCKING = '{{"Version": "2012-10-17", "Statement": [{{"Sid": "OnlyInside", "Effect": "Deny", "Principal": "*", "Action": {}, "Resource": {}, "Condition": {}}}]}}'
_INSIDE = '{"StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d4e5f60718"}}'
_BUCKET = '["arn:aws:s3:::cart-exports", "arn:aws:s3:::cart-exports/*"]'


@pytest.mark.parametrize(
    ("said", "action", "resource", "condition", "first", "locked", "is_intended"),
    [
        ("On the bastion it works.", '"s3:*"', _BUCKET, _INSIDE, 'The text says "On the bastion it works": run it there.', "s3:GetBucketPolicy and s3:PutBucketPolicy", True),
        ("On the bastion it does not work either.", '"s3:*"', _BUCKET, _INSIDE, "Run the call where its traffic goes through that endpoint: ", "s3:GetBucketPolicy and s3:PutBucketPolicy", True),
        ("Does it work from the office?", '["s3:PutBucketPolicy", "s3:GetObject"]', '"*"', _INSIDE, "Run the call where its traffic goes through that endpoint: ", "s3:PutBucketPolicy", True),
        ("", '"s3:*"', _BUCKET, _INSIDE.replace('18"', '18", "vpce-0b"').replace(': "vpce', ': ["vpce').replace('"}}', '"]}}'), "Run the call where its traffic goes through one of these endpoints: ", "s3:GetBucketPolicy and s3:PutBucketPolicy", True),
        ("", '"s3:*"', _BUCKET, _INSIDE.replace("vpce", "vpc").replace("Vpce", "Vpc"), "Run the call where its traffic goes through an endpoint of that VPC: ", "s3:GetBucketPolicy and s3:PutBucketPolicy", True),
        # The statement is not about the bucket itself, or not about its policy.
        ("", '"s3:*"', '"arn:aws:s3:::cart-exports/*"', _INSIDE, "Run the call where its traffic goes through that endpoint: ", None, True),
        ("", '"s3:GetObject"', _BUCKET, _INSIDE, "Run the call where its traffic goes through that endpoint: ", None, True),
        ("", '"s3:GetObject"', _BUCKET, '{"StringNotEquals": {"s3:ExistingObjectTag/team": "cart"}}', "", None, False),
    ],
)  # fmt: skip
def test_deny_that_also_covers_the_change_of_its_policy(
    said: str,
    action: str,
    resource: str,
    condition: str,
    first: str,
    locked: str | None,
    *,
    is_intended: bool,
) -> None:
    denied = "User: arn:aws:sts::111122223333:assumed-role/exporter/run-7 is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::cart-exports/1.csv with an explicit deny in a resource-based policy"
    explanation = explain(f"{denied}\n{said}\n{_LOCKING.format(action, resource, condition)}")
    scoping = next(each for each in explanation.remedies if "cope down the statement" in each.title)
    assert str(explanation.remedies[0].steps).find(first) >= 0
    shown = " ".join(scoping.steps)
    assert ("The Deny covers " in shown) is (locked is not None)
    assert (
        f"The Deny covers {locked}, too: run the commands as a call that it exempts, or as the root user"
        in shown
        or locked is None
    )
    assert ("The restriction looks intended. If its owner agrees, exempt" in shown) is is_intended
    # The command that prints the policy saves it, so that a file that is written before would be lost.
    assert "Save the changed policy" not in shown
    # The other remedy is for the owner already.
    assert "If the call must stay as it is" not in " ".join(explanation.remedies[0].steps)


_INSTANCE_TAG = "'ResourceType=instance,Tags=[{Key=CostCenter,Value=4711}]'"


@check_rows(
    ("kind", "options", "is_met"),
    [
        ("volume", f"--tag-specifications {_INSTANCE_TAG}", True),
        ("volume", f"--tag-specifications {_INSTANCE_TAG} 'ResourceType=volume,Tags=[{{Key=Name,Value=db}}]'", True),
        ("volume", "--tag-specifications 'ResourceType=volume,Tags=[{Key=CostCenter,Value=4711}]'", False),
        ("instance", f"--tag-specifications {_INSTANCE_TAG}", False),
        ("volume", "--image-id ami-0abc12de34f567890 --count 1", True),
        # What else sets tags, or cannot be read, leaves it open.
        ("volume", f"--launch-template LaunchTemplateId=lt-0a1b2c3d4e5f60718 --tag-specifications {_INSTANCE_TAG}", None),
        ("volume", "--tag-specifications file://tags.json", None),
        ("volume", "--count 1", None),
        ("volume", "--image-id ami-0abc12de34f567890 --launch-template LaunchTemplateId=lt-0a1b2c3d4e5f60718", None),
        ("volume", "--image-id ami-0abc12de34f567890 $MORE", None),
    ],
    ids=["other type", "other tag", "tag", "its own", "no tag", "template", "file", "no image", "image and template", "variable"],
)  # fmt: skip
def test_tags_of_a_launch_are_those_of_the_denied_resource(
    kind: str, options: str, *, is_met: bool | None
) -> None:
    denied = _launch(f"arn:aws:ec2:eu-west-1:{_ACCOUNT}:{kind}/*")
    summary = explain(f"$ aws ec2 run-instances {options}\n{denied}{_deny(_NO_TAG)}").summary
    assert ("because the request has no aws:RequestTag/CostCenter" in summary) is (is_met is True)
    assert ("if the request has no aws:RequestTag/CostCenter" in summary) is (is_met is None)


@check_rows(
    ("named", "options", "title", "tagged"),
    [
        (("instance", "volume"), "", "the instance and the volume", ("instance", "volume")),
        (("volume", "network-interface", "instance"), "", "the instance, the volume and the network-interface", ("instance", "network-interface", "volume")),
        # A launch with an interface creates none, and an image or a fleet is nothing that it creates.
        (("instance", "network-interface"), " --network-interfaces DeviceIndex=0,NetworkInterfaceId=eni-0a1b2c3d4e5f60718", "the instance", ("instance",)),
        (("instance", "image", "fleet"), "", "the instance", ("instance",)),
    ],
)  # fmt: skip
def test_a_launch_passes_the_tag_for_each_type_that_the_deny_names(
    named: tuple[str, ...], options: str, title: str, tagged: tuple[str, ...]
) -> None:
    run = f"aws ec2 run-instances --image-id ami-0abc12de34f567890{options}"
    arns = ", ".join(f'"arn:aws:ec2:*:*:{each}/*"' for each in named)
    policy = _deny(_NO_TAG).replace('"Resource": "*"', f'"Resource": [{arns}]')
    assert arns in policy
    denied = _launch(f"arn:aws:ec2:eu-west-1:{_ACCOUNT}:instance/*")
    remedy = explain(f"$ {run}\n{denied}{policy}").remedies[0]
    assert remedy.title == f"Pass the tag CostCenter for {title}"
    option = " ".join(f"'ResourceType={each},Tags=[{{Key=CostCenter,Value=VALUE}}]'" for each in tagged)
    assert remedy.commands == (f"{run} --tag-specifications {option} --region eu-west-1",)


def _record(
    session: str, source: str, action: str = "s3:GetObject", resource: str = "arn:aws:s3:::tide/x"
) -> str:
    service, _, name = action.partition(":")
    identity = {"type": "AssumedRole", "arn": f"arn:aws:sts::{_ACCOUNT}:assumed-role/nightly/{session}"}
    message = f"User: {identity['arn']} is not authorized to perform: {action} on resource: {resource} with an explicit deny in an identity-based policy"
    return json.dumps(
        {
            "eventSource": f"{service}.amazonaws.com",
            "eventName": name,
            "sourceIPAddress": source,
            "userIdentity": identity | ({"invokedBy": source} if source.endswith(".com") else {}),
            "errorCode": "AccessDenied",
            "errorMessage": message,
        }
    )


_KEY = f"arn:aws:kms:eu-west-1:{_ACCOUNT}:key/0a1b2c3d-1111-2222-3333-444455556666"
_OF_VPC = {"StringNotEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}


def _by(session: str) -> str:
    return f"User: arn:aws:sts::{_ACCOUNT}:assumed-role/nightly/{session} is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::tide/x with an explicit deny in an identity-based policy"


_FORWARDED = "Exempt calls that AWS services make for their callers in the statement Guard"


@check_rows(
    ("denied", "condition", "title", "said"),
    [
        (_record("kim", "athena.amazonaws.com"), _NETWORK, _FORWARDED, "because athena.amazonaws.com made the call on the caller's behalf, and not from 203.0.113.0/24"),
        (_record("kim", "cloudformation.amazonaws.com", "ec2:CreateVpc", f"arn:aws:ec2:eu-west-1:{_ACCOUNT}:vpc/*"), _NETWORK | _OF_VPC, _FORWARDED, "not from 203.0.113.0/24 or vpce-0123456789abcdef0"),
        (_record("kim", "athena.amazonaws.com"), _OF_VPC, _FORWARDED, "not from vpce-0123456789abcdef0"),
        (_DENIED.format("GetSecretValue", "kim", "kms:Decrypt", _KEY, "n identity-based", ""), _NETWORK, _FORWARDED, "most likely because the service of GetSecretValue made the call"),
        (f"FAILED: Access denied when writing output to url: s3://tide/x. {_by('kim')}", _NETWORK, _FORWARDED, "most likely because Athena made the call"),
        (f'Resource handler returned message: "{_by("kim")}" (HandlerErrorCode: AccessDenied)', _NETWORK, _FORWARDED, "most likely because CloudFormation made the call"),
        (f'Resource handler returned message: "{_by("AWSCloudFormation")}" (HandlerErrorCode: AccessDenied)', _NETWORK, "Call from a network", ""),
        (_record("kim", "AWS Internal"), _NETWORK, _FORWARDED, "because an AWS service made the call"),
        # The role is the service's own, so nobody is behind it.
        (_record("AWSCloudFormation", "cloudformation.amazonaws.com"), _NETWORK, "Exempt the role nightly in the statement Guard", "cloudformation.amazonaws.com has its own"),
        # The caller's own address, and a statement that spares services.
        (_record("kim", "198.51.100.20"), _NETWORK, "Call from a network", "aws:SourceIp is 198.51.100.20"),
        (_record("kim", "athena.amazonaws.com"), _NETWORK | {"Bool": {"aws:ViaAWSService": "false"}}, "Find the Deny statement", "is not the one: it does not match aws:ViaAWSService true"),
        # A statement that is about services.
        (_DENIED.format("GetSecretValue", "kim", "kms:Decrypt", _KEY, "n identity-based", ""), _NETWORK | {"Bool": {"aws:ViaAWSService": "true"}}, "", "aws:ViaAWSService is true"),
        # AWS checks iam:PassRole in the caller's own request.
        (_DENIED.format("RunInstances", "kim", "iam:PassRole", f"arn:aws:iam::{_ACCOUNT}:role/web", "n identity-based", ""), _NETWORK, "Call from a network", ""),
        (_DENIED.format("GetParameter", "kim", "ssm:GetParameter", _PARAMETER, "n identity-based", ""), _NETWORK, "Call from a network", ""),
    ],
    ids=["address", "both", "endpoint", "key", "query", "stack", "stack-role", "internal", "service-role", "own-address", "spared", "meant", "pass-role", "direct"],
)  # fmt: skip
def test_calls_of_services_for_their_callers(
    denied: str, condition: dict[str, object], title: str, said: str
) -> None:
    explanation = explain(denied + _deny(condition))
    first = explanation.remedies[0]
    assert first.title.startswith(title)
    assert said in explanation.summary
    assert ('"aws:ViaAWSService": "false"' in (first.manifest or "")) is (title == _FORWARDED)


@check_rows(
    ("source", "title"),
    [
        ("athena.amazonaws.com", f"{_FORWARDED.partition(' in the')[0]} in the Deny, as the name DenyOutsideSourceIp suggests"),
        ("AWS Internal", f"{_FORWARDED.partition(' in the')[0]} in the Deny, as the name DenyOutsideSourceIp suggests"),
        ("198.51.100.20", "Call from a network that the Deny exempts, as the name DenyOutsideSourceIp suggests"),
    ],
)  # fmt: skip
def test_calls_of_services_that_a_policy_denies_by_its_name(source: str, title: str) -> None:
    named = f"identity-based policy: arn:aws:iam::{_ACCOUNT}:policy/DenyOutsideSourceIp"
    first = explain(_record("kim", source).replace("identity-based policy", named)).remedies[0]
    assert first.title == title
    assert (first.who == "account administrator") is first.title.startswith("Exempt")
    assert ("aws:ViaAWSService" in " ".join(first.steps)) is first.title.startswith("Exempt")


def test_statement_about_another_service_tells_nothing_of_the_network_of_the_call() -> None:
    denied = _DENIED.format("GetSecretValue", "kim", "kms:Decrypt", _KEY, "n identity-based", "")
    assert explain(denied + _deny(_NETWORK, "kms:*")).remedies[0].title.startswith("Call from a network")
