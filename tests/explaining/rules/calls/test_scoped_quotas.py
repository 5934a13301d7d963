"""Quotas of IAM whose name says of what a role, a user, a group or an account can have how many."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_CLI = "An error occurred (LimitExceeded) when calling the {} operation: Cannot exceed quota for {}"
_TERRAFORM = "Error: attaching IAM Policy (arn:aws:iam::111122223333:policy/push) to IAM Role (deploy): operation error IAM: AttachRolePolicy, https response error StatusCode: 409, RequestID: 0a1b2c3d, LimitExceeded: Cannot exceed quota for PoliciesPerRole: 10"


@check_rows(
    ("text", "says", "command"),
    [
        (_TERRAFORM, "The role deploy has 10 managed policies, the maximum, so push does not fit.", "list-attached-role-policies --role-name deploy"),
        (_CLI.format("AttachUserPolicy", "PoliciesPerUser: 10"), "The user has 10 managed policies, the maximum.", "detach-user-policy --user-name USER_NAME"),
        (_CLI.format("CreateRole", "PoliciesPerRole: 10"), "The role can have at most 10 managed policies.", "detach-role-policy --role-name ROLE_NAME"),
        (_CLI.format("CreateRole", "RolesPerAccount: 1000"), "The account can have at most 1000 roles.", "get-account-summary"),
        (_CLI.format("CreateOpenIDConnectProvider", "OpenIdConnectProvidersPerAccount: 100"), "at most 100 OIDC providers.", "get-account-summary"),
        ("$ aws iam add-user-to-group --user-name sam --group-name gpu\n" + _CLI.format("AddUserToGroup", "GroupsPerUser: 10"), "The user sam has 10 groups, the maximum.", "list-groups-for-user --user-name sam"),
        (_CLI.format("EnableMFADevice", "MFADevicesPerUser: 8"), "The user can have at most 8 MFA devices.", "deactivate-mfa-device --user-name USER_NAME"),
        (_CLI.format("UploadSSHPublicKey", "SSHPublicKeysPerUser: 5"), "The user can have at most 5 SSH public keys.", "delete-ssh-public-key"),
    ],
    ids=["role", "user", "created role", "account", "providers", "groups", "MFA devices", "SSH keys"],
)  # fmt: skip
def test_what_has_how_many(text: str, says: str, command: str) -> None:
    explanation = explain(text)
    assert says in explanation.summary
    assert "not a missing permission" in explanation.summary
    assert command in " ".join(explanation.remedies[0].commands)


@pytest.mark.parametrize(
    ("quota", "is_fixed"),
    [("GroupsPerUser: 10", True), ("PoliciesPerGroup: 10", True), ("PoliciesPerUser: 10", False), ("GroupsPerAccount: 300", False)],
)  # fmt: skip
def test_quota_that_cannot_be_raised(quota: str, *, is_fixed: bool) -> None:
    shown = explain(_CLI.format("AddUserToGroup", quota)).to_text(detail="full")
    assert ("which cannot be raised" in shown) is is_fixed
    assert ("Request a higher quota" not in shown) is is_fixed


def test_a_quota_of_another_service_is_quoted() -> None:
    text = "An error occurred (VcpuLimitExceeded) when calling the RunInstances operation: You have requested more vCPU capacity than your current vCPU limit of 64 allows"
    explanation = explain(text)
    assert "vCPU limit of 64" in explanation.summary
    assert "list-attached" not in str(explanation)
    assert explanation.remedies[0].title.startswith("Stop running instances of the same family")
    assert (
        explanation.remedies[1]
        .commands[0]
        .startswith("aws service-quotas list-service-quotas --service-code ec2 ")
    )
    assert "'Running On-Demand'" in explanation.remedies[1].commands[0]


@pytest.mark.parametrize(("status", "has_name"), [("UPDATE_FAILED", True), ("CREATE_FAILED", False)])
def test_role_of_a_template(status: str, *, has_name: bool) -> None:
    """The template has the logical ID of the role, and IAM another name."""
    event = f'2026-11-20 09:15:40 UTC+0000  {status}  AWS::IAM::Role  BatchRole\nResource handler returned message: "Cannot exceed quota for PoliciesPerRole: 10 (Service: Iam, Status Code: 409, Request ID: a42eda91-33d6-4a53-976c-2948b84c77b5)" (RequestToken: a6dcd513-5b40-32ea-cd39-c272e6373ac5, HandlerErrorCode: ServiceLimitExceeded)\n2026-11-20 09:15:41 UTC+0000  UPDATE_ROLLBACK_IN_PROGRESS  AWS::CloudFormation::Stack  batch-jobs  The following resource(s) failed to update: [BatchRole].'
    first = explain(event).remedies[0]
    assert first.title == (
        "Attach fewer managed policies to the role BatchRole in the template, and update the stack again"
    )
    assert not any("--role-name BatchRole" in each for each in first.commands)
    assert (
        any("--stack-name batch-jobs --logical-resource-id BatchRole" in each for each in first.commands)
        is has_name
    )


_LIST = "aws iam list-attached-{kind}-policies --{kind}-name sync --query AttachedPolicies[].PolicyName --output text\n{names}\n"


@check_rows(
    ("kind", "listed", "covered"),
    [
        ("role", _LIST.format(kind="role", names="AmazonS3ReadOnlyAccess\tAmazonS3FullAccess\tsync-kms"), "AmazonS3ReadOnlyAccess"),
        ("user", _LIST.format(kind="user", names="AWSLambda_FullAccess\tAWSLambda_ReadOnlyAccess"), "AWSLambda_ReadOnlyAccess"),
        # The policy that the call attaches.
        ("group", _LIST.format(kind="group", names="AmazonSQSReadOnlyAccess\tsync-kms"), "AmazonSQSReadOnlyAccess"),
        # Another service, another role, a policy of the account, and one that was detached.
        ("role", _LIST.format(kind="role", names="AmazonSNSReadOnlyAccess\tAmazonS3FullAccess"), None),
        ("user", _LIST.format(kind="role", names="AmazonS3ReadOnlyAccess\tAmazonS3FullAccess"), None),
        ("role", _LIST.format(kind="role", names="sync-ReadOnlyAccess\tsync-FullAccess"), None),
        ("role", _LIST.format(kind="role", names="AmazonS3ReadOnlyAccess\tAmazonS3FullAccess") + "$ aws iam detach-role-policy --role-name sync --policy-arn arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess\n", None),
    ],
)  # fmt: skip
def test_policy_that_another_one_covers(kind: str, listed: str, covered: str | None) -> None:
    call = f"$ aws iam attach-{kind}-policy --{kind}-name sync --policy-arn arn:aws:iam::aws:policy/AmazonSQSFullAccess\n\n"
    error = _CLI.format(f"Attach{kind.capitalize()}Policy", f"PoliciesPer{kind.capitalize()}: 10")
    first = explain(f"{call}{error}\n$ {listed}").remedies[0]
    arn = f"arn:aws:iam::aws:policy/{covered}" if covered else "POLICY_ARN"
    assert f"aws iam detach-{kind}-policy --{kind}-name sync --policy-arn {arn}" in first.commands
    assert ("covers it, judging by the names" in first.title) is (covered is not None)


_IN_TERRAFORM = (
    "│ Error: attaching IAM Policy (arn:aws:iam::111122223333:policy/sync-new) to IAM Role (sync): operation error IAM: "
    "AttachRolePolicy, https response error StatusCode: 409, RequestID: 6b0f5f1e-3c51-4a0c-9a35-0b6d0f2a7f22, "
    "LimitExceeded: Cannot exceed quota for PoliciesPerRole: 10\n│\n"
    '│   with aws_iam_role_policy_attachment.new,\n│   on iam.tf line 8, in resource "aws_iam_role_policy_attachment" "new":\n\n$ '
)
_SHOWN = _LIST.format(kind="role", names="AmazonS3ReadOnlyAccess\tAmazonS3FullAccess")
_CODE = 'resource "aws_iam_role_policy_attachment" "{}" {{\n  role       = "sync"\n  policy_arn = "arn:aws:iam::aws:policy/{}"\n}}\n'


@check_rows(
    ("shown", "entry"),
    [
        ('aws_iam_role_policy_attachment.this["s3_full"]\naws_iam_role_policy_attachment.this["s3_read"]\n', 'aws_iam_role_policy_attachment.this["s3_read"], its attachment,'),
        ("module.sync.aws_iam_role_policy_attachment.s3-readonly\n", "module.sync.aws_iam_role_policy_attachment.s3-readonly, its attachment,"),
        (_CODE.format("a", "AmazonS3FullAccess") + _CODE.format("b", "AmazonS3ReadOnlyAccess"), "aws_iam_role_policy_attachment.b, its attachment,"),
        # Words of both names, of two entries, and of what a user has.
        ("aws_iam_role_policy_attachment.s3\n", "its attachment"),
        ("aws_iam_role_policy_attachment.s3_read\naws_iam_role_policy_attachment.read_s3\n", "its attachment"),
        ("aws_iam_user_policy_attachment.s3_read\n", "its attachment"),
    ],
)  # fmt: skip
def test_attachment_in_terraform(shown: str, entry: str) -> None:
    """What the code attaches must go there, or the next run attaches it again."""
    first = explain(f"{_IN_TERRAFORM}{_SHOWN}\n{shown}").remedies[0]
    assert first.steps[0].startswith(f"Remove {entry} from the Terraform code")


_ADD = "$ aws iam add-role-to-instance-profile --instance-profile-name app --role-name app-2\n\n"
_GET = "\n\n$ aws iam get-instance-profile --instance-profile-name app"


@check_rows(
    ("listed", "role"),
    [
        (f"{_GET} --query InstanceProfile.Roles[].RoleName --output text\napp-1\n", "app-1"),
        (f'{_GET}\n{{"InstanceProfile": {{"InstanceProfileName": "app", "Roles": [{{"Path": "/", "RoleName": "app-1"}}]}}}}', "app-1"),
        ("", None),
    ],
)  # fmt: skip
def test_instance_profile_has_one_role(listed: str, role: str | None) -> None:
    error = _CLI.format("AddRoleToInstanceProfile", "InstanceSessionsPerInstanceProfile: 1")
    explanation = explain(f"{_ADD}{error}{listed}")
    assert f"app has {f'the role {role}' if role else 'a role'} already" in explanation.summary
    assert [each.split(" ", 3)[2] for each in explanation.remedies[0].commands][-2:] == [
        "remove-role-from-instance-profile",
        "add-role-to-instance-profile",
    ]
    assert explanation.remedies[0].commands[-2].endswith(f"--role-name {role or 'OLD_ROLE_NAME'}")
    assert "Service Quotas" not in str(explanation)
