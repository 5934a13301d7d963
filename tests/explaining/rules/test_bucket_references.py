"""Tests for policies in code that refer to the ARN of a bucket."""

from __future__ import annotations

import pytest

from iamtriage import explain

DENIED = 'An error occurred (AccessDenied) when calling the {0} operation: User: arn:aws:sts::111122223333:assumed-role/etl/run is not authorized to perform: s3:{0} on resource: "arn:aws:s3:::raw{1}" because no identity-based policy allows the s3:{0} action'
ONLY_BUCKET = "the policy in the text allows it only on arn:aws:s3:::raw."


def _terraform(resource: str) -> str:
    return f"""resource "aws_iam_role_policy" "etl" {{
  policy = jsonencode({{
    Statement = [{{ Effect = "Allow", Action = ["s3:GetObject", "s3:ListBucket"], Resource = [{resource}] }}]
  }})
}}"""


CLOUDFORMATION = "- Effect: Allow\n  Action: s3:GetObject\n  Resource: !GetAtt RawBucket.Arn\n"
OTHER_RESOURCE = CLOUDFORMATION.replace("RawBucket", "Raw")


@pytest.mark.parametrize(
    ("denied", "code", "is_bucket"),
    [
        pytest.param(("GetObject", "/a.csv"), _terraform("aws_s3_bucket.raw.arn"), True, id="terraform"),
        pytest.param(("GetObject", "/a.csv"), CLOUDFORMATION, True, id="cloudformation"),
        pytest.param(("GetObject", "/a.csv"), OTHER_RESOURCE, False, id="cloudformation-any-resource"),
        pytest.param(
            ("GetObject", "/a.csv"), _terraform('"${aws_s3_bucket.raw.arn}/*"'), False, id="objects"
        ),
        pytest.param(("GetObject", "/a.csv"), _terraform("var.bucket_arn"), False, id="variable"),
        pytest.param(("ListBucket", ""), _terraform("aws_s3_bucket.raw.arn"), False, id="bucket"),
    ],
)
def test_bucket_covers_no_object(denied: tuple[str, str], code: str, *, is_bucket: bool) -> None:
    explanation = explain(f"{DENIED.format(*denied)}\n\n{code}")
    assert explanation.summary.endswith(ONLY_BUCKET) == is_bucket
    steps = [step for remedy in explanation.remedies[:1] for step in remedy.steps]
    assert any("Add arn:aws:s3:::raw/* to the resources" in step for step in steps) == is_bucket
