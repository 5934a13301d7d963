"""A placeholder that nobody filled in comes first: in the name of a resource, and in a policy."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

DENIED = 'An error occurred (AccessDenied) when calling the PutObject operation: User: arn:aws:sts::111122223333:assumed-role/films/job is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::{}" because no identity-based policy allows the s3:PutObject action\n'


@check_rows(
    ("placeholder", "where"),
    [
        ("${STAGE}", "Check that STAGE is set"),
        ("$STAGE", "Check that STAGE is set"),
        ("${AWS::AccountId}", "Fn::Sub"),
        ("${var.stage}", "templatefile()"),
        ("${aws:username}", "only in policies"),
        ("{{ .Values.stage }}", "helm template"),
        ("#{stage}", "Check what replaces #{stage}"),
        ("%STAGE%", "Check what replaces %STAGE%"),
        ("$(git rev-parse HEAD)", "outside of single quotes"),
        ("aws_s3_bucket.films.id", "without quotes"),
        ("data.aws_kms_alias.films[0].arn", "without quotes"),
        ("var.bucket_name", "without quotes"),
    ],
)
def test_placeholder_in_a_name(placeholder: str, where: str) -> None:
    explanation = explain(DENIED.format(f"films/{placeholder}"))
    assert explanation.causes[0].code == "placeholder-in-name"
    assert placeholder in explanation.summary
    first = explanation.remedies[0]
    assert (first.title, first.who) == (f"Fill in {placeholder}, and repeat the call", "you")
    assert where in first.steps[0]
    assert not any(each.policy for each in explanation.remedies)


@check_rows(
    "name",
    [
        "films",
        "films/100%/a",
        "films/a$b",
        "films/$latest",
        "films/{a}",
        "films/50%OFF",
        "films/var.tf",
        "aws_films.a.b",
        "films.var.a_b",
    ],
)
def test_names_without_placeholders(name: str) -> None:
    assert explain(DENIED.format(name)).causes[0].code == "no-identity-allow"


@check_rows("mask", ["${ACCOUNT_ID}", "$ACCOUNT", "{{account}}", "#{account}"])
def test_masked_names(mask: str) -> None:
    """AWS has no caller of such a name, so the text masks names like this."""
    error = DENIED.format(f"films-{mask}").replace("111122223333", mask)
    assert "nobody filled in" not in explain(error).summary


SEND = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:films because no identity-based policy allows the sqs:SendMessage action\n"
ALLOW = '{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:{}"}}]}}\n'


@check_rows(
    ("resource", "word"),
    [
        ("eu-west-1:<ACCOUNT_ID>:films", "<ACCOUNT_ID>"),
        ("eu-west-1:ACCOUNT_ID:films", "ACCOUNT_ID"),
        ("REGION:YOUR_ACCOUNT:films", "REGION"),
        ("eu-west-1:<your account>:fil*", "<your account>"),
    ],
)
def test_placeholder_in_a_policy(resource: str, word: str) -> None:
    explanation = explain(ALLOW.format(resource) + SEND)
    assert f"nobody filled in {word}" in explanation.summary
    assert explanation.remedies[0].title.startswith("Correct the Resource")


@pytest.mark.parametrize(
    "resource", ["eu-west-1:<redacted>:films", "eu-west-1:<ACCOUNT_ID>:trips", "eu-west-1:444455556666:films"]
)
def test_policy_for_another_resource(resource: str) -> None:
    assert "nobody filled in" not in explain(ALLOW.format(resource) + SEND).summary
