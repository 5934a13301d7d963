"""KMS rejects a key policy with which nobody could change it, and a Deny wants tags on the volumes of Terraform."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain

_MESSAGE = "The new key policy will not allow you to update the key policy in the future."
_ERROR = f"An error occurred (MalformedPolicyDocumentException) when calling the {{}} operation: {_MESSAGE}\n"


def _policy(*statements: tuple[dict[str, str], str]) -> str:
    rows = [
        {"Effect": "Allow", "Principal": who, "Action": what, "Resource": "*"} for who, what in statements
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": rows})


_SERVICE = ({"Service": "sns.amazonaws.com"}, "kms:Decrypt")
_APP = ({"AWS": "arn:aws:iam::444455556666:role/app"}, "kms:Decrypt")
_ADMIN = ({"AWS": "arn:aws:iam::444455556666:role/admin"}, "kms:*")


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (_policy(_SERVICE), "only principal is sns.amazonaws.com"),
        (_policy(_SERVICE, _APP), "No statement in it allows kms:PutKeyPolicy"),
        (_policy(_ADMIN, _APP), "only to arn:aws:iam::444455556666:role/admin"),
        (_policy(({"AWS": "${aws_iam_role.admin.arn}"}, "kms:*")), "would lock everyone out."),
        ("", "would lock everyone out."),
    ],
    ids=["service", "two", "administrator", "reference", "none"],
)
def test_key_policy_that_nobody_could_change(policy: str, words: str) -> None:
    explanation = explain(f"{_ERROR.format('PutKeyPolicy')}{policy}")
    assert words in explanation.summary
    document = explanation.remedies[0].policy
    assert document is not None
    assert document["Statement"][0]["Action"] == "kms:*"
    assert "previous one stays" in explanation.notes[0]


def test_key_policy_in_terraform() -> None:
    explanation = explain(
        f'Error: creating KMS Key: MalformedPolicyDocumentException: {_MESSAGE}\ndata "aws_iam_policy_document" "k" {{}}\nrole/ci in 444455556666'
    )
    assert 'identifiers = ["arn:aws:iam::444455556666:root"]' in (explanation.remedies[0].manifest or "")
    assert "did not create the key" in explanation.to_text()


_OF_QUEUE = {
    "Sid": "Owner",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::444455556666:root"},
    "Action": "kms:*",
    "Resource": "arn:aws:sqs:eu-west-1:444455556666:jobs",
}


@pytest.mark.parametrize(
    ("resource", "is_cause"),
    [
        ("arn:aws:sqs:eu-west-1:444455556666:jobs", True),
        ("arn:aws:kms:eu-west-1:444455556666:alias/jobs", True),
        ("arn:aws:kms:eu-west-1:444455556666:key/*", False),
        ("arn:aws:kms:*", False),
        ("*", False),
    ],
)
def test_resource_that_is_no_key(resource: str, *, is_cause: bool) -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{**_OF_QUEUE, "Resource": resource}]})
    explanation = explain(_ERROR.format("PutKeyPolicy") + policy)
    assert (f"the statement Owner has the resource {resource}" in explanation.summary) == is_cause
    assert (explanation.remedies[0].title == 'Write "Resource": "*" in the statement Owner') == is_cause
    assert ("an IAM policy must allow the caller" in explanation.summary) != is_cause


def test_scanner_and_caller_of_a_wrong_resource() -> None:
    text = f"""Error: MalformedPolicyDocumentException: {_MESSAGE}
data "aws_iam_policy_document" "k" {{
  statement {{
    actions   = ["kms:*"]
    resources = ["arn:aws:sqs:*"]
    principals {{
      type        = "AWS"
      identifiers = ["arn:aws:iam::444455556666:root"]
    }}
  }}
}}
checkov reports the asterisk.
$ aws sts get-caller-identity --query Arn --output text
arn:aws:sts::444455556666:assumed-role/ci/run
"""
    shown = " ".join(str(explain(text)).split())
    assert 'Write resources = ["*"] in its statement' in shown
    assert "KMS checks that the role ci could call kms:PutKeyPolicy" in shown
    assert "CKV_AWS_109" in shown


_LAUNCH = "An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not authorized to perform this operation. User: arn:aws:sts::111122223333:assumed-role/ci/x is not authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:eu-west-1:111122223333:{}/* with an explicit deny in a service control policy\n"
_DENY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Action": "ec2:RunInstances",
            "Resource": "*",
            "Condition": {"Null": {"aws:RequestTag/team": "true"}},
        }
    ],
}
_INSTANCE = 'resource "aws_instance" "web" {{\n  tags = {{ team = "web" }}\n  root_block_device {{\n    {}\n  }}\n}}\n'


@pytest.mark.parametrize(
    ("resource", "block", "expected"),
    [
        ("volume", 'tags = { team = "data" }', 'volume_tags = { team = "data" }'),
        ("volume", "volume_size = 20", 'volume_tags = { team = "web" }'),
        ("network-interface", "volume_size = 20", "--tag-specifications"),
    ],
)
def test_tags_of_volumes_in_terraform(resource: str, block: str, expected: str) -> None:
    text = f"{_LAUNCH.format(resource)}{_INSTANCE.format(block)}{json.dumps(_DENY)}"
    first = explain(text).remedies[0]
    assert expected in f"{first.manifest} {' '.join(first.steps)}"
