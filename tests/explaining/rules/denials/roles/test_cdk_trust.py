"""Bootstrap roles of the CDK trust only their own account unless cdk bootstrap gets --trust."""

from __future__ import annotations

from typing import Any

from iamtriage import explain
from tests.tables import check_rows

ROLE = "arn:aws:iam::444455556666:role/cdk-hnb659fds-deploy-role-444455556666-eu-west-1"
DENIED = f"User: arn:aws:sts::111122223333:assumed-role/ci/s1 is not authorized to perform: sts:AssumeRole on resource: {ROLE}"


def _trust(*accounts: str) -> dict[str, Any]:
    named = [f"arn:aws:iam::{each}:root" for each in accounts]
    statement = {"Effect": "Allow", "Principal": {"AWS": named}, "Action": "sts:AssumeRole"}
    return {"trust_policy": {"Statement": [statement]}}


@check_rows(
    ("text", "facts", "verdict", "command"),
    [
        (DENIED, _trust("444455556666"), "trusts only account 444455556666", "--trust 111122223333 --cloud"),
        (
            DENIED,
            _trust("444455556666", "777788889999"),
            "trusts only account 444455556666 and 777788889999",
            "--trust 777788889999,111122223333",
        ),
        (
            f"We ran `npx cdk bootstrap aws://444455556666/eu-west-1 --profile prod`.\n{DENIED}",
            {},
            "trusts only its own account, because the environment was bootstrapped without --trust",
            "--profile prod aws://444455556666/eu-west-1",
        ),
        (
            f"$ cdk bootstrap aws://444455556666/eu-west-1\nUsing default execution policy of 'arn:aws:iam::aws:policy/AdministratorAccess'. Pass\n{DENIED}",
            {},
            "--trust requires --cloudformation-execution-policies: the text has AdministratorAccess.",
            "--cloudformation-execution-policies arn:aws:iam::aws:policy/AdministratorAccess",
        ),
        (
            f"$ cdk bootstrap aws://444455556666/eu-west-1 --cloudformation-execution-policies arn:aws:iam::aws:policy/PowerUserAccess,arn:aws:iam::444455556666:policy/Keys\n{DENIED}",
            {},
            "the text has PowerUserAccess and Keys.",
            "arn:aws:iam::aws:policy/PowerUserAccess,arn:aws:iam::444455556666:policy/Keys",
        ),
        (
            f"$ cdk bootstrap aws://444455556666/eu-west-1\n$ cdk bootstrap aws://111122223333/eu-west-1 --cloudformation-execution-policies arn:aws:iam::aws:policy/PowerUserAccess\n{DENIED}",
            {},
            "trusts only its own account",
            "policy/POLICY_NAME",
        ),
        (
            f"{DENIED}\nThe role ci has AdministratorAccess.",
            _trust("444455556666"),
            "AdministratorAccess allows it on the caller's side, where nothing is missing",
            "npx cdk bootstrap",
        ),
    ],
    ids=[
        "trust policy",
        "other account",
        "command",
        "default policy",
        "policies",
        "policy elsewhere",
        "administrator",
    ],
)
def test_roles_without_trust(text: str, facts: dict[str, Any], verdict: str, command: str) -> None:
    explanation = explain(text, facts=facts)
    shown = " ".join(explanation.to_text(detail="full").split()).replace(" \\ ", " ")
    assert verdict in shown
    assert command in shown
    assert "put-role-policy" not in shown
    assert "update-assume-role-policy" not in shown


@check_rows(
    ("text", "facts"),
    [
        (f"$ npx cdk bootstrap aws://444455556666/eu-west-1 --trust 111122223333\n{DENIED}", {}),
        (f"$ npx cdk bootstrap aws://777788889999/eu-west-1\n{DENIED}", {}),
        (DENIED, _trust("111122223333")),
        (DENIED, {}),
        (DENIED.replace("sts::111122223333", "sts::444455556666"), _trust("444455556666")),
    ],
    ids=["trust", "other environment", "trusted", "unknown", "same account"],
)
def test_roles_that_may_trust(text: str, facts: dict[str, Any]) -> None:
    assert "cdk-roles-without-trust" not in {each.code for each in explain(text, facts=facts).causes}


_OWN_ROLE = "arn:aws:iam::111122223333:role/cdk-hnb659fds-deploy-role-111122223333-eu-west-1"
_WENT_ON = (
    f"current credentials could not be used to assume '{_OWN_ROLE}', but are for the right account. Proceeding anyway.\n"
    "AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/ci-cdk/job-1 is not authorized to perform: ssm:GetParameter on resource: "
    "arn:aws:ssm:eu-west-1:111122223333:parameter/cdk-bootstrap/hnb659fds/version because no identity-based policy allows the ssm:GetParameter action\n"
)
_STATEMENT = '{{"Effect": "Allow", "Action": "{}", "Resource": "{}"}}'
_IS_BOOTSTRAPPED, _LACKS = (
    "is bootstrapped, so the role ci-cdk is not allowed",
    "does not have sts:AssumeRole on this role",
)


@check_rows(
    ("text", "shown", "first", "others"),
    [
        ("From my laptop the same deploy works.", _IS_BOOTSTRAPPED, "Allow sts:AssumeRole", ()),
        ("It deploys fine locally.", _IS_BOOTSTRAPPED, "Allow sts:AssumeRole", ()),
        (
            "The role ci-cdk has cloudformation:* and s3:*, nothing else.",
            _LACKS,
            "Allow sts:AssumeRole",
            ("Check whether",),
        ),
        (_STATEMENT.format("s3:*", "*"), _LACKS, "Allow sts:AssumeRole", ("Check whether",)),
        (
            _STATEMENT.format("sts:AssumeRole", "arn:aws:iam::111122223333:role/other"),
            _LACKS,
            "Allow sts:AssumeRole",
            ("Check whether",),
        ),
        (f"{_STATEMENT.format('s3:*', '*')}\nThe deploy works locally.", _LACKS, "Allow sts:AssumeRole", ()),
        (
            _STATEMENT.format("sts:AssumeRole", "arn:aws:iam::111122223333:role/cdk-*"),
            "allows the role ci-cdk sts:AssumeRole on this role, so the environment",
            "Check whether",
            (),
        ),
        # Nothing decides.
        (
            "",
            "is only the consequence",
            "Allow sts:AssumeRole",
            ("Check whether", "Or allow ssm:GetParameter"),
        ),
        ("The deploy to the dev account works.", "is only", "Allow sts:AssumeRole", ("Check", "Or allow")),
        ("Does the same deploy work locally?", "is only", "Allow sts:AssumeRole", ("Check", "Or allow")),
        ("cdk synth works.", "is only", "Allow sts:AssumeRole", ("Check", "Or allow")),
    ],
)
def test_what_the_text_shows_decides(text: str, shown: str, first: str, others: tuple[str, ...]) -> None:
    """A deployment that works elsewhere shows the bootstrap, and a policy whether the caller may assume its roles."""
    explanation = explain(f"{_WENT_ON}\n{text}")
    remedy, *more = explanation.remedies
    assert shown in explanation.causes[0].text
    assert remedy.title.startswith(first)
    assert [each.title.startswith(start) for each, start in zip(more, others, strict=True)] == [True] * len(
        more
    )
