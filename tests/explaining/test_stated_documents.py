"""Tests for policies that a text contains in other forms than a JSON document."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage import explain
from iamtriage.explaining._context.readers.documents import find_documents
from iamtriage.policies._readers.terraform_code import find_policies_in_code

TRUST = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
ENCODED = """\
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    # for the tasks
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })"""
PLAN = """\
      ~ assume_role_policy = jsonencode(
          ~ {
              ~ Statement = [
                  ~ {
                      ~ Action    = "sts:TagSession" -> "sts:AssumeRole"
                        Effect    = "Allow"
                      - Condition = {
                          - StringEquals = {
                              - "aws:SourceAccount" = "111122223333"
                            }
                        }
                        Principal = {
                            Service = "ecs-tasks.amazonaws.com"
                        }
                    },
                ]
            }
        )"""
DATA = """\
data "aws_iam_policy_document" "this" {
  statement {
    sid       = "Read"
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::orders/*"]
    principals {
      type        = "AWS"
      identifiers = ["111122223333"]
    }
    condition {
      test     = "StringLike"
      variable = "aws:userid"
      values   = ["&{aws:username}"]
    }
  }
  statement {
    effect      = "Deny"
    not_actions = ["s3:*"]
    resources   = ["*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}"""
OF_DATA = [
    {
        "Effect": "Allow",
        "Sid": "Read",
        "Action": ["s3:GetObject"],
        "Resource": ["arn:aws:s3:::orders/*"],
        "Principal": {"AWS": ["111122223333"]},
        "Condition": {"StringLike": {"aws:userid": ["${aws:username}"]}},
    },
    {"Effect": "Deny", "NotAction": ["s3:*"], "Resource": ["*"], "Principal": "*"},
]


@pytest.mark.parametrize(
    ("code", "statements"),
    [
        (ENCODED, [[TRUST]]),
        (PLAN, [[TRUST]]),
        (DATA, [OF_DATA]),
        (ENCODED.replace('"ecs-tasks.amazonaws.com"', "var.service"), []),
        (DATA.replace("orders/*", "${var.bucket}/*"), []),
        (PLAN.replace("Effect    =", "# (1 unchanged attribute hidden)\n"), []),
        (ENCODED[:150], []),
        ("Statement = [{ Effect = ", []),
        ("Statement = " + "[" * 40, []),
    ],
    ids=["jsonencode", "plan", "data source", "reference", "template", "hidden", "cut", "end", "nested"],
)
def test_policy_in_terraform(code: str, statements: list[Any]) -> None:
    assert [dict(each)["Statement"] for each in find_policies_in_code(f"{code}\n")] == statements


@given(st.text(alphabet='[]{}=,:"$#/+-~> \n\\aStement', max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    for each in find_policies_in_code(f"Statement = [{text}"):
        assert isinstance(each["Statement"], list)


@pytest.mark.parametrize(
    "error",
    [
        "creating Lambda Function (x): operation error Lambda: CreateFunction, https response error StatusCode: 400, InvalidParameterValueException: The role defined for the function cannot be assumed by Lambda.",
        "creating CodeBuild Project (x): operation error CodeBuild: CreateProject, https response error StatusCode: 400, InvalidInputException: CodeBuild is not authorized to perform: sts:AssumeRole on service role. Please verify that: 1) The provided service role exists, 2) The role can be assumed by CodeBuild",
    ],
    ids=["Lambda", "CodeBuild"],
)
def test_trust_policy_in_terraform_decides(error: str) -> None:
    code = f'resource "aws_iam_role" "this" {{\n  name = "jobs"\n{ENCODED}\n}}'
    text = f"aws_iam_role.this: Creation complete after 1s [id=jobs]\nError: {error}\n\n  with aws_x.y,\n\n{code}"
    explanation = explain(text)
    assert 'its trust policy trusts "ecs-tasks.amazonaws.com"' in explanation.summary
    assert "--role-name jobs" in " ".join(explanation.remedies[0].commands)
    assert "assume_role_policy" in explanation.remedies[0].steps[0]


def test_statements_without_a_policy_are_one_policy() -> None:
    other = TRUST | {"Action": "sts:TagSession"}
    whole = {"Version": "2012-10-17", "Statement": [TRUST]}
    text = f"{json.dumps(whole)}\n{json.dumps(TRUST)}, {json.dumps(other)}"
    found = [document["Statement"] for _, document in find_documents(text)]
    assert found == [[TRUST], [TRUST, other]]
