"""Tests of the names of the files in which commands save policies."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_DENIED = (
    "An error occurred (AccessDenied) when calling the PutItem operation: "
    "User: arn:aws:sts::111122223333:assumed-role/app/i-0 is not authorized to perform: dynamodb:PutItem on resource: "
    "arn:aws:dynamodb:eu-west-1:111122223333:table/t because no identity-based policy allows the dynamodb:PutItem action"
)


@check_rows(
    ("before", "file"),
    [
        ("$ cat policy.json", "policy-2.json"),
        ("$ aws iam create-policy --policy-document file://policy.json", "policy-2.json"),
        ("$ cat iam_policy.json", "policy.json"),
        ("policy = data.aws_iam_policy_document.policy.json", "policy.json"),
        ("", "policy.json"),
    ],
)
def test_file_of_text_is_not_overwritten(before: str, file: str) -> None:
    text = str(explain(f"{before}\n{_DENIED}"))
    assert f"> {file}" in text
    assert f"file://{file}" in text


@pytest.mark.parametrize("service", ["glue", "ec2"])
def test_statement_for_another_service_passes_no_role(service: str) -> None:
    policy = (
        '{"Version": "2012-10-17", "Statement": ['
        '{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::111122223333:role/glue-*",'
        ' "Condition": {"StringEquals": {"iam:PassedToService": "glue.amazonaws.com"}}},'
        '{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::111122223333:role/ec2-*",'
        ' "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}}]}'
    )
    command = {
        "glue": "aws glue create-job --name n --role etl",
        "ec2": "aws ec2 run-instances --iam-instance-profile Name=etl",
    }[service]
    operation = {"glue": "CreateJob", "ec2": "RunInstances"}[service]
    denied = (
        f"An error occurred (AccessDeniedException) when calling the {operation} operation: User: "
        "arn:aws:iam::111122223333:user/mara is not authorized to perform: iam:PassRole on resource: "
        "arn:aws:iam::111122223333:role/etl because no identity-based policy allows the iam:PassRole action"
    )
    text = str(explain(f"$ {command}\n{denied}\n\nThe policy of mara:\n{policy}"))
    headline = text.split("\n\n", maxsplit=1)[0]
    assert f"role/{service}-*" in headline
    assert f"role/{'ec2' if service == 'glue' else 'glue'}-*" not in headline
