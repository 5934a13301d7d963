"""The path of COPY and UNLOAD of Amazon Redshift is a prefix, in the role's policy and in the bucket policy."""

from __future__ import annotations

import pytest

from iamtriage import explain

_ERROR = "ERROR:  S3ServiceException:Access Denied,Status 403,Error AccessDenied,Rid 1A2B3C4D5E6F7A8B,ExtRid abcd=,CanRetry 1\n"
_ROLE = "iam_role 'arn:aws:iam::111122223333:role/Loader'"


@pytest.mark.parametrize(
    ("statement", "actions"),
    [
        (f"unload ('select 1') to 's3://acme-films/2026/part_' {_ROLE};\n", ["s3:PutObject", "s3:GetObject"]),
        (f"copy films from 's3://acme-films/2026/part_' {_ROLE};\n", "s3:GetObject"),
    ],
)
def test_path_is_a_prefix_in_both_policies(statement: str, actions: object) -> None:
    explanation = explain(statement + _ERROR)
    policies = [each.policy for each in explanation.remedies if each.policy is not None]
    assert len(policies) == 2
    for policy in policies:
        of_objects, of_bucket = policy["Statement"]
        assert (of_objects["Action"], of_objects["Resource"]) == (
            actions,
            "arn:aws:s3:::acme-films/2026/part_*",
        )
        assert (of_bucket["Action"], of_bucket["Resource"]) == ("s3:ListBucket", "arn:aws:s3:::acme-films")
        assert of_bucket.get("Principal") == of_objects.get("Principal")
    assert "run to run" not in explanation.to_text(detail="full")
