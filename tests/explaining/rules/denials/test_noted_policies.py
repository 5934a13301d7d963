"""Tests for policies that people note in a line: "bucket policy: Deny s3:*, StringNotEquals aws:SourceVpce vpce-…"."""

from __future__ import annotations

import pytest

from iamtriage import explain
from iamtriage.policies._readers.policy_rows import NOTE, find_policies_in_notes
from tests.tables import check_rows

_ROLE = "arn:aws:sts::111122223333:assumed-role/loader/i-0a1b2c3d4e5f60718"
_DENIED = "An error occurred (AccessDenied) when calling the {} operation: User: {} is not authorized to perform: {} on resource: {} {}"
_FLEET = "vpce-0a1b2c3d4e5f60718"


@check_rows(
    ("note", "statement"),
    [
        ("SCP: Deny ec2:RunInstances unless ec2:InstanceType is t3.micro or t3.small", {"Effect": "Deny", "Action": "ec2:RunInstances", "Resource": "*", "Condition": {"StringNotEquals": {"ec2:InstanceType": ["t3.micro", "t3.small"]}}}),
        ("our RCP (p-1a2b3c4d5e): Deny * on s3:*, kms:* if Bool aws:SecureTransport = false", {"Effect": "Deny", "Action": ["s3:*", "kms:*"], "Resource": "*", "Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}),
        ("boundary TeamLimit: Allow s3:*, sqs:* on *", {"Effect": "Allow", "Action": ["s3:*", "sqs:*"], "Resource": "*"}),
        ("inline policy: Allow s3:GetObject on arn:aws:s3:::in/*, arn:aws:s3:::out/* (ticket 12)", {"Effect": "Allow", "Action": "s3:GetObject", "Resource": ["arn:aws:s3:::in/*", "arn:aws:s3:::out/*"]}),
        ("bucket policy: Deny s3:* if aws:SourceIp not in 203.0.113.0/24", {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Principal": "*", "Condition": {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}),
        ("queue policy: Allow sqs:SendMessage to everyone when aws:SourceArn = arn:aws:sns:eu-west-1:111122223333:orders", {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Principal": "*", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:eu-west-1:111122223333:orders"}}}),
        ("The SCP denies ec2:RunInstances on arn:aws:ec2:*:*:instance/* if ec2:InstanceType != t3.micro. Why?", {"Effect": "Deny", "Action": "ec2:RunInstances", "Resource": "arn:aws:ec2:*:*:instance/*", "Condition": {"StringNotEquals": {"ec2:InstanceType": "t3.micro"}}}),
        ("policy: Deny s3:* unless aws:MultiFactorAuthPresent = true", {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}),
        ("bucket policy: Deny s3:PutObject on in/* if s3:x-amz-server-side-encryption != aws:kms", {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::in/*", "Principal": "*", "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}}),
        ("SCP NeedsOwner: Deny ec2:RunInstances on instance/*, volume/* if Null aws:RequestTag/Owner = true", {"Effect": "Deny", "Action": "ec2:RunInstances", "Resource": ["arn:aws:ec2:*:*:instance/*", "arn:aws:ec2:*:*:volume/*"], "Condition": {"Null": {"aws:RequestTag/Owner": "true"}}}),
        ("The bucket policy says Deny s3:* unless aws:PrincipalOrgID = o-a1b2c3d4e5", {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Principal": "*", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}),
        ("SCP p-1a2b3c4d5e has a Deny iam:* unless aws:PrincipalArn = arn:aws:iam::*:role/admin", {"Effect": "Deny", "Action": "iam:*", "Resource": "*", "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}}}),
        ("bucket policy (excerpt):\n  Deny s3:PutObject if s3:x-amz-acl != bucket-owner-full-control", {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*", "Principal": "*", "Condition": {"StringNotEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}}),
        ("endpoint policy -> Allow s3:GetObject on in-*/*", {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::in-*/*", "Principal": "*"}),
        ("policy on reader: Allow dynamodb:GetItem, Query on arn:aws:dynamodb:eu-west-1:111122223333:table/carts", {"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Query"], "Resource": "arn:aws:dynamodb:eu-west-1:111122223333:table/carts"}),
        ('p-1a2b3c4d5e: Deny ec2:CreateVolume, Condition {"Bool": {"ec2:Encrypted": "false"}}', {"Effect": "Deny", "Action": "ec2:CreateVolume", "Resource": "*", "Condition": {"Bool": {"ec2:Encrypted": "false"}}}),
        ("policy of reader: Allow s3:ListBucket on arn:aws:s3:::in", {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::in"}),
    ],
)  # fmt: skip
def test_note(note: str, statement: dict[str, object]) -> None:
    [policy] = find_policies_in_notes(NOTE.finditer(f"It fails.\n# {note}\nunless it is Monday"))
    assert policy.content["Statement"] == [statement]
    assert not policy.is_whole


def test_list_of_statements() -> None:
    listed = "policy of reader:\n  - Allow s3:GetObject on in/*\n  - Allow something else\n  - Deny s3:GetObject on in/secret/*\n\nAllow s3:PutObject on in/*"
    [policy] = find_policies_in_notes(NOTE.finditer(listed))
    assert policy.content["Statement"] == [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::in/*"},
        {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::in/secret/*"},
    ]


def test_note_of_a_trust_policy() -> None:
    denied = _DENIED.format("AssumeRole", _ROLE, "sts:AssumeRole", "arn:aws:iam::444455556666:role/share", "")
    noted = "trust policy of share: Allow sts:AssumeRole to arn:aws:iam::111122223333:role/loader if sts:ExternalId = acme-7"
    passed = 'sts.assume_role(RoleArn="arn:aws:iam::444455556666:role/share", RoleSessionName="s", ExternalId="acme7")'
    assert "acme-7" in explain(f"{denied}\n{noted}\n{passed}").summary


def test_shortened_resource_of_another_partition() -> None:
    noted = "arn:aws-cn:sts::111122223333:assumed-role/a/s. policy: Allow s3:GetObject on in/*"
    [policy] = find_policies_in_notes(NOTE.finditer(noted))
    assert policy.content["Statement"][0]["Resource"] == "arn:aws-cn:s3:::in/*"


@pytest.mark.parametrize(
    "note",
    [
        "policy: Allow everything",
        "policy: Deny all requests that come from the internet",
        "SCP: Deny iam:CreateUser for all but the admins",
        "SCP: Deny iam:CreateUser unless aws:PrincipalArn is one of the admins",
        "trust policy: Allow sts:AssumeRole to the CI role",
        # Where it allows this, or whom, is unknown.
        "policy: Allow s3:GetObject",
        "bucket policy: Allow s3:GetObject",
        "SCP: Deny s3:* unless NumericLessThan s3:max-keys 10",
        "policy: Allow dynamodb:GetItem on table/carts",
        "policy: Deny",
        "The identity policy allows it, the SCP denies it.",
        "The policy with Deny in it",
        "Note: Deny s3:DeleteObject is on purpose",
        "bucket policy: Deny s3:GetObject if aws:SourceVpce",
    ],
)
def test_what_is_not_understood(note: str) -> None:
    assert list(find_policies_in_notes(NOTE.finditer(note))) == []


def _explain(operation: str, action: str, resource: str, reason: str, more: str) -> str:
    explanation = explain(f"{_DENIED.format(operation, _ROLE, action, resource, reason)}\n{more}")
    return f"{explanation.summary}\n{explanation.remedies[0].title}"


@check_rows(
    ("call", "reason", "more", "says"),
    [
        (("SendMessage", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:jobs"), "with an explicit deny in a resource control policy", 'boto3.client("sqs", endpoint_url="http://sqs.eu-west-1.amazonaws.com")\nour RCP: Deny sqs:* if aws:SecureTransport = false', ("because the call goes over HTTP", "Call over HTTPS")),
        (("GetObject", "s3:GetObject", '"arn:aws:s3:::models/a.bin"'), "with an explicit deny in a resource-based policy", f"bucket policy: Deny s3:GetObject, StringNotEquals aws:SourceVpce {_FLEET}\nour endpoint since Tuesday: vpce-0f1e2d3c4b5a69788", (f"aws:SourceVpce is vpce-0f1e2d3c4b5a69788, not {_FLEET}", "Add vpce-0f1e2d3c4b5a69788 to aws:SourceVpce")),
        # Nobody says through which endpoint the call goes.
        (("GetObject", "s3:GetObject", '"arn:aws:s3:::models/a.bin"'), "with an explicit deny in a resource-based policy", f"bucket policy: Deny s3:GetObject, StringNotEquals aws:SourceVpce {_FLEET}", (f"unless aws:SourceVpce is {_FLEET}", f"Call through the VPC endpoint {_FLEET}")),
        (("RunInstances", "ec2:RunInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/*"), "with an explicit deny in a service control policy", "SCP: Deny ec2:RunInstances unless ec2:InstanceType = t3.micro", ("unless ec2:InstanceType is t3.micro", "Use t3.micro")),
        (("GetObject", "s3:GetObject", '"arn:aws:s3:::models/a.bin"'), "with an explicit deny in a resource-based policy", "The bucket policy denies s3:GetObject unless aws:PrincipalOrgID = o-a1b2c3d4e5.", ("unless aws:PrincipalOrgID is o-a1b2c3d4e5",)),
        # A question, another bucket, and no such policy.
        (("GetObject", "s3:GetObject", '"arn:aws:s3:::models/a.bin"'), "with an explicit deny in a resource-based policy", "Do you think that the bucket policy denies s3:GetObject unless aws:PrincipalOrgID = o-a1b2c3d4e5?", ("the bucket policy explicitly denies it",)),
        (("GetObject", "s3:GetObject", '"arn:aws:s3:::models/a.bin"'), "with an explicit deny in a resource-based policy", "The bucket policy denies s3:GetObject on arn:aws:s3:::data/* unless aws:PrincipalOrgID = o-a1b2c3d4e5.", ("the bucket policy explicitly denies it",)),
        (("GetObject", "s3:GetObject", '"arn:aws:s3:::models/a.bin"'), "with an explicit deny in a resource-based policy", "No policy denies s3:GetObject for us.", ("the bucket policy explicitly denies it",)),
        # A policy of another type denies nothing here.
        (("GetObject", "s3:GetObject", '"arn:aws:s3:::models/a.bin"'), "with an explicit deny in a service control policy", f"bucket policy: Deny s3:GetObject, StringNotEquals aws:SourceVpce {_FLEET}", ("a service control policy explicitly denies it", "Have the service control policy changed")),
    ],
)  # fmt: skip
def test_noted_deny(call: tuple[str, str, str], reason: str, more: str, says: tuple[str, ...]) -> None:
    shown = _explain(*call, reason, more)
    assert all(each in shown for each in says)


def test_service_of_a_linked_role() -> None:
    resource = "arn:aws:iam::111122223333:role/aws-service-role/elasticache.amazonaws.com/AWSServiceRoleForElastiCache"
    denied = _DENIED.format(
        "CreateServiceLinkedRole",
        _ROLE,
        "iam:CreateServiceLinkedRole",
        resource,
        "because no identity-based policy allows the iam:CreateServiceLinkedRole action",
    )
    explanation = explain(
        f"{denied}\npolicy: Allow iam:CreateServiceLinkedRole on * if iam:AWSServiceName = rds.amazonaws.com"
    )
    assert "but the request has elasticache.amazonaws.com" in explanation.summary
    assert (
        explanation.remedies[0].title
        == "Let the condition on iam:AWSServiceName accept elasticache.amazonaws.com"
    )


@check_rows(
    ("listed", "title"),
    [
        ("2026", "List below 2026/, which the policy allows"),
        ("", "List below 2026/, which the policy allows"),
        ("2025", "Let the condition on s3:prefix accept 2025"),
    ],
)
def test_prefix_without_its_slash(listed: str, title: str) -> None:
    denied = _DENIED.format(
        "ListObjectsV2",
        _ROLE,
        "s3:ListBucket",
        "arn:aws:s3:::logs",
        "because no identity-based policy allows the s3:ListBucket action",
    )
    noted = 'our policy: Allow s3:ListBucket on arn:aws:s3:::logs, StringLike s3:prefix "2026/*"'
    remedy = explain(f"$ aws s3 ls s3://logs/{listed}\n{denied}\n{noted}").remedies[0]
    assert remedy.title == title
    assert (remedy.commands == ("aws s3 ls s3://logs/2026/",)) is title.startswith("List")
