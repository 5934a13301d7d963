"""A principal that the same run creates is referred to, not written as a string."""

from __future__ import annotations

import pytest

from iamtriage import explain

ERROR = (
    'MalformedPolicyDocument: Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:{}/etl-runner"'
)
CREATED = "aws_iam_role.etl: Creating...\naws_iam_role.etl: Creation complete after 2s [id=etl-runner]\n"
BLOCK = 'resource "aws_iam_user" "etl" {\n  name = "etl-runner"\n}\n'
TEMPLATE = "Resources:\n  EtlRole:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleName: etl-runner\n  Key:\n    Type: AWS::KMS::Key\n"
STRING = '  identifiers = ["arn:aws:iam::${local.account}:role/etl-runner"]\n'


LINKED = (
    "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
)
INVALID_KEY = (
    "MalformedPolicyDocumentException: Policy contains a statement with one or more invalid principals.\n\n"
)
KEY_MODULE = f'module "key" {{\n  key_service_roles_for_autoscaling = ["{LINKED}", module.eks.cluster_iam_role_arn]\n}}'
PUT_POLICY = "An error occurred (MalformedPolicy) when calling the PutBucketPolicy operation: Invalid principal in policy: "


@pytest.mark.parametrize(
    ("text", "command"),
    [
        (f"Error: creating KMS Key: operation error KMS: CreateKey, https response error StatusCode: 400, RequestID: 1, {INVALID_KEY}{KEY_MODULE}", " --aws-service-name autoscaling.amazonaws.com"),
        (f'{PUT_POLICY}"AWS" : "{LINKED.replace("autoscaling", "rds").replace("AutoScaling", "RDS")}"', " --aws-service-name rds.amazonaws.com"),
        (f'{PUT_POLICY}"AWS" : "{LINKED}_shop"', " --custom-suffix shop"),
    ],
)  # fmt: skip
def test_service_linked_role_of_a_new_account(text: str, command: str) -> None:
    explanation = explain(text)
    assert explanation.causes[0].code == "linked-role-absent"
    assert command in explanation.remedies[0].commands[1]
    assert ("module.eks.cluster_iam_role_arn" in str(explanation)) is ("module" in text)


@pytest.mark.parametrize(
    "shown",
    [
        f'{INVALID_KEY}"{LINKED}"\n$ aws iam get-role --role-name AWSServiceRoleForAutoScaling\n{{"Role": {{"RoleName": "AWSServiceRoleForAutoScaling"}}}}',
        f'{PUT_POLICY}"AWS" : "arn:aws:iam::111122223333:role/app"\n"{LINKED}"',
    ],
)
def test_other_principal_than_the_service_linked_role(shown: str) -> None:
    assert "linked-role-absent" not in {each.code for each in explain(shown).causes}


@pytest.mark.parametrize(
    ("kind", "command"),
    [
        ("group", "aws iam get-group --group-name etl-runner"),
        ("instance-profile", "aws iam get-instance-profile --instance-profile-name etl-runner"),
    ],
)
def test_arn_that_no_principal_has(kind: str, command: str) -> None:
    """It is not looked up: it is never valid, whether it exists or not."""
    explanation = explain(ERROR.format(kind))
    assert explanation.causes[0].code == "not-a-principal"
    assert f"{kind.replace('-', ' ')} cannot be a principal" in explanation.summary
    assert command in explanation.remedies[0].commands[0]


_OF_SHIPPER = f'{PUT_POLICY}"AWS" : "arn:aws:iam::111122223333:role/ship"\n'


@pytest.mark.parametrize(
    ("said", "new"),
    [
        ("They renamed it last week to ship-v2.", "ship-v2"),
        ("The role ship was replaced by parcels on Monday", "parcels"),
        ("the old role is now called 'shipper'", "shipper"),
        # Something else has a new name.
        ("We renamed the bucket last week to parcels.", None),
        ("The bucket ship-logs was renamed to ship-archive.", None),
        ("We renamed the service to ship-web.", None),
        ("They renamed it to ship-v2, then it was renamed to ship-v3.", None),
    ],
)
def test_principal_with_a_new_name(said: str, new: str | None) -> None:
    explanation = explain(_OF_SHIPPER + said)
    assert ("which is now" in explanation.summary) is (new is not None)
    if new is not None:
        assert f'role/{new}"' in " ".join(explanation.remedies[0].steps)
        assert f"which is now {new}," in explanation.summary
