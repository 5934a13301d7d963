"""KMS rejects a key policy with which nobody could change it, and a Deny wants tags on the volumes of Terraform."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

_MESSAGE = "The new key policy will not allow you to update the key policy in the future."
_ERROR = f"An error occurred (MalformedPolicyDocumentException) when calling the {{}} operation: {_MESSAGE}\n"


def _policy(*statements: tuple[dict[str, str], str]) -> str:
    rows = [
        {"Effect": "Allow", "Principal": who, "Action": what, "Resource": "*"} for who, what in statements
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": rows})


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (_policy(({"AWS": "${aws_iam_role.admin.arn}"}, "kms:*")), "would lock everyone out."),
        ("", "would lock everyone out."),
    ],
    ids=["reference", "none"],
)
def test_key_policy_that_nobody_could_change(policy: str, words: str) -> None:
    explanation = explain(f"{_ERROR.format('PutKeyPolicy')}{policy}")
    assert words in explanation.summary
    document = explanation.remedies[0].policy
    assert document is not None
    assert document["Statement"][0]["Action"] == "kms:*"
    assert "previous one stays" in explanation.notes[0]


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


_UNKNOWN = "An error occurred (MalformedPolicyDocumentException) when calling the PutKeyPolicy operation: Policy contains a statement with one or more invalid principals.\n"
_PUT = "aws kms put-key-policy --key-id 0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9 --policy-name default --policy file://k.json"
_BARE, _WHOLE = "arn:aws:iam::111122223333:role/etl", "arn:aws:iam::111122223333:role/teams/data/etl"
_ROOT = '{\n  "AWS": "arn:aws:iam::111122223333:root"\n}\n'


@pytest.mark.parametrize(
    ("shown", "says", "names_path"),
    [
        (f'{_ROOT}{{\n  "AWS": "{_BARE}"\n}}\n{_WHOLE}', f"principal {_BARE}: the role has the path", True),
        (
            f'{{"AWS": [\n  "{_BARE}",\n  "arn:aws:iam::111122223333:user/li"\n]}}\n{_WHOLE}',
            f"{_BARE}: the",
            True,
        ),
        (
            '{"AWS": "AROA0A1B2C3D4E5F6G7H8"}',
            "AROA0A1B2C3D4E5F6G7H8 is the unique ID of a deleted role",
            False,
        ),
        # Nothing shows that one of these is wrong.
        (f'{_ROOT}{{\n  "AWS": "{_BARE}"\n}}', "cannot find a principal in it", False),
        (f'{{\n  "AWS": "{_WHOLE}"\n}}\n{_WHOLE}', "cannot find a principal in it", False),
        (
            f'{{"AWS": "{_BARE}"}}\n{_WHOLE.replace("111122223333", "444455556666")}',
            "cannot find a principal",
            False,
        ),
        (f'{{"AWS": "{_BARE}"}}\n{_WHOLE}-2', "cannot find a principal in it", False),
        (f"{_BARE}\n{_WHOLE}", "cannot find a principal in it", False),
    ],
)
def test_principals_without_their_statements(shown: str, says: str, *, names_path: bool) -> None:
    explanation = explain(f"$ {_PUT}\n{_UNKNOWN}\n$ jq '.Statement[].Principal' k.json\n{shown}\n")
    assert says in explanation.summary
    first = explanation.remedies[0]
    assert (f'with "{_WHOLE}", and run the command again.' in " ".join(first.steps)) is names_path
    assert (first.commands[-1] == _PUT) is (names_path or "AROA" in shown)


_CONFLICT = "\nAn error occurred (InvalidParameterValue) when calling the AssumeRole operation: One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session."


@check_rows(
    ("text", "named", "is_of_pods"),
    [
        ('Tags=[{"Key": "kubernetes-service-account", "Value": "sync"}, {"Key": "team", "Value": "x"}]', "kubernetes-service-account", True),
        ('Tags: []types.Tag{{Key: aws.String("eks-cluster-name"), Value: aws.String("prod")}}', "eks-cluster-name", True),
        ("$ aws sts assume-role --role-arn arn:aws:iam::444455556666:role/x --role-session-name s --tags Key=team,Value=x", "team", False),
        ('assume_role {\n  tags = {\n    team = "x"\n  }\n}', "team", False),
        ("The pod uses EKS Pod Identity.", "the tag", True),
        # Pod Identity does not set this one.
        ('# EKS Pod Identity\nTags=[{"Key": "team", "Value": "x"}]', "team", False),
        ("", "the tag", False),
    ],
)  # fmt: skip
def test_session_tag_that_the_session_has(text: str, named: str, *, is_of_pods: bool) -> None:
    explanation = explain(f"{text}{_CONFLICT}")
    assert explanation.topic == "transitive-tag-conflict"
    assert explanation.remedies[0].title == f"Leave {named} out of the tags of the call"
    assert ("EKS Pod Identity has set it already" in explanation.summary) is is_of_pods
    lines = [line for each in explanation.remedies for line in each.commands]
    assert any("--disable-session-tags" in line for line in lines) is is_of_pods
