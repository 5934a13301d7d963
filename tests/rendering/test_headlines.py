"""Test how short explanations shorten a verdict of more than three lines."""

from __future__ import annotations

import pytest

from iamtriage import explain
from iamtriage._rendering.explanations.headlines import add_details, shorten
from tests.tables import check_rows

_ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders/db-AbCdEf"
_ROLE = "role orders-" + "x" * 60
# Two lines.
_VERDICT = "the policy in the text allows it only with the tag team = orders, which it lacks" + ", too" * 15


@check_rows(
    ("summary", "shown", "short", "details"),
    [
        pytest.param(
            f"The {_ROLE} was denied s3:GetObject on {_ARN}: no.",
            "",
            f"The {_ROLE} was denied s3:GetObject on {_ARN}: no.",
            (),
            id="short",
        ),
        pytest.param(
            f"The {_ROLE} was denied s3:GetObject on {_ARN}: {_VERDICT}.",
            _ARN,
            f"The {_ROLE} was denied s3:GetObject on the secret orders/db-AbCdEf: {_VERDICT}.",
            (),
            id="ARN in a command",
        ),
        pytest.param(
            f"The {_ROLE} was denied s3:GetObject on {_ARN}: {_VERDICT}.",
            "",
            f"The {_ROLE} was denied s3:GetObject on orders/db-AbCdEf: {_VERDICT}.",
            (f"The resource is {_ARN}.",),
            id="ARN",
        ),
        pytest.param(
            f"The {_ROLE} was denied it: {_VERDICT}. This is why make failed. No other permission is missing.",
            "",
            f"The {_ROLE} was denied it: {_VERDICT}. This is why make failed.",
            ("No other permission is missing.",),
            id="last sentence",
        ),
        pytest.param(
            f"The {_ROLE} was denied it: {_VERDICT}{', too' * 7} (its tags: team = shop and stage = live).",
            "",
            f"The {_ROLE} was denied it: {_VERDICT}{', too' * 7}.",
            ("The tags of the resource: team = shop and stage = live.",),
            id="remark",
        ),
        pytest.param(
            f"The {_ROLE}, which ECS uses to start the task, was denied it: {_VERDICT}{', too' * 7}.",
            "",
            f"The {_ROLE} was denied it: {_VERDICT}{', too' * 7}.",
            ("ECS uses this role to start the task.",),
            id="user of the role",
        ),
        pytest.param(f"It failed {'x ' * 200}", "", f"It failed {'x ' * 200}", (), id="nothing to omit"),
    ],
)
def test_long_verdict(summary: str, shown: str, short: str, details: tuple[str, ...]) -> None:
    assert shorten(summary, [shown]) == (short, details)


def test_details_are_derived() -> None:
    """They follow what AWS reports, and precede what is only possible."""
    details = ("ECS uses this role.",)
    assert add_details([("Derived", "It is so.")], details) == [("Derived", "It is so. ECS uses this role.")]
    assert add_details([("Possible", "It is so.")], details)[0] == ("Derived", "ECS uses this role.")
    assert add_details([("Reported", "It is so.")], ()) == [("Reported", "It is so.")]


def test_no_secret_is_removed_from_the_name_of_one() -> None:
    """A name behind secret: would look like a secret."""
    shown = str(
        explain(
            f"User: arn:aws:sts::111122223333:assumed-role/{'orders-' * 8}execution/0a1b2c3d4e5f60718293a4b5c6d7e8f9 is not authorized to perform: secretsmanager:GetSecretValue on resource: {_ARN} with an explicit deny in a VPC endpoint policy"
        )
    )
    assert "REDACTED" not in shown


@check_rows(
    ("words", "name"),
    [
        ("on arn:aws:sqs:eu-west-1:111122223333:jobs", "on the queue jobs"),
        ("on arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d", "on key/0a1b2c3d"),
        ("on arn:aws:iam::111122223333:role/apps/web", "on the role web"),
        ("by its boundary arn:aws:iam::111122223333:policy/Fence", "by its boundary Fence"),
        ("on arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy", "on AmazonEKSViewPolicy"),
        ("on arn:aws:states:eu-west-1:111122223333:jobs", None),
        ("because of arn:aws:sqs:eu-west-1:111122223333:jobs", None),
    ],
)
def test_shown_arn_is_named(words: str, name: str | None) -> None:
    """A name is enough if the remedy has the ARN, and saves a line."""
    verdict = "The {role} was denied it {words}: no policy allows it."
    role = "x" * (100 - len(verdict.format(role="", words=name or words[:30])))
    summary = verdict.format(role=role, words=words)
    named = verdict.format(role=role, words=name or words)
    assert shorten(summary, [words.rpartition(" ")[2]]) == (named, ())
    assert shorten(summary, []) == (summary, ())


def test_arns_that_differ_in_more_than_the_name() -> None:
    """A name alone would hide the difference."""
    arns = ("arn:aws:sqs:eu-west-1:111122223333:jobs", "arn:aws:sqs:eu-north-1:111122223333:jobs")
    summary = f"The role {'x' * 50} was denied it on {arns[0]}: the policy allows it only on {arns[1]}."
    assert shorten(summary, arns)[0] == summary
