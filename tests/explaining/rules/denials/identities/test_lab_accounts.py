"""The identity of a lab cannot give itself permissions: what the lab provides takes their place."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

IDENTITY = "because no identity-based policy allows the {} action"
ROLE, PROFILE = "arn:aws:iam::111122223333:role/jobs", "arn:aws:iam::111122223333:instance-profile/web"
VOCLABS = "arn:aws:sts::111122223333:assumed-role/voclabs/user1=ana@example.org"
TERRAFORM = (
    '\n  with aws_iam_role.jobs,\nresource "aws_lambda_function" "run" {\n  role = aws_iam_role.jobs.arn\n}\n'
)


def _denied(caller: str, action: str, resource: str, reason: str = IDENTITY) -> str:
    return f"AccessDenied: User: {caller} is not authorized to perform: {action} on resource: {resource} {reason.format(action)}"


@check_rows(
    ("text", "title"),
    [
        (_denied(VOCLABS, "iam:CreateRole", ROLE), "Use the role LabRole"),
        (_denied(VOCLABS, "iam:PassRole", ROLE), "Use the role LabRole"),
        (
            _denied(VOCLABS, "iam:CreateInstanceProfile", PROFILE),
            "Use the instance profile LabInstanceProfile",
        ),
        (
            _denied(
                VOCLABS, "sqs:CreateQueue", "arn:aws:sqs:eu-west-1:111122223333:a", "with an explicit deny"
            ),
            "Use us-east-1 or us-west-2",
        ),
        (
            _denied(
                "arn:aws:iam::111122223333:user/kk_labs_user_123456",
                "ec2:RunInstances",
                "arn:aws:ec2:us-east-1:111122223333:instance/*",
                "with an explicit deny in a service control policy",
            ),
            "Check that the session of the lab still runs",
        ),
    ],
    ids=["role", "pass", "profile", "region", "other lab"],
)
def test_identity_of_a_lab(text: str, title: str) -> None:
    explanation = explain(text)
    assert explanation.causes[0].code == "lab-account"
    assert explanation.remedies[0].title.startswith(title)
    assert not any("put-" in command for each in explanation.remedies for command in each.commands)


def test_code_with_the_role_of_the_lab() -> None:
    first = explain(_denied(VOCLABS, "iam:CreateRole", ROLE) + TERRAFORM).remedies[0]
    assert first.manifest is not None
    assert 'name = "LabRole"' in first.manifest
    assert "# in aws_lambda_function.run\nrole = data.aws_iam_role.lab.arn" in first.manifest


@check_rows(
    "text",
    [
        _denied("arn:aws:iam::111122223333:user/cloud_user_sync", "sqs:SendMessage", "*"),
        # The trust policy of the role can be what lacks the caller.
        "User: arn:aws:iam::111122223333:user/cloud_user is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/x",
        # The student owns the bucket.
        _denied(
            VOCLABS,
            "s3:GetObject",
            "arn:aws:s3:::shop/a",
            "because no resource-based policy allows the {} action",
        ),
        f"{_denied('arn:aws:sts::111122223333:assumed-role/app/s1', 'iam:CreateRole', ROLE)}\nIn the lab it was voclabs.",
    ],
    ids=["other user", "role", "resource policy", "other caller"],
)
def test_no_lab(text: str) -> None:
    assert "lab-account" not in {each.code for each in explain(text).causes}
