"""Replace references to the ARN of a bucket in code by the bucket that a request is for.

A reference without ``/*`` is the ARN of some bucket, which covers no object, whatever bucket it is. Source:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-arn-format.html.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, cast

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

# In Terraform, the CDK and Pulumi, and the attribute of a resource that is called a bucket in CloudFormation.
_REFERENCE = lazy_pattern(
    r"\"\$\{(?:(?:data\.)?aws_s3_bucket\.[\w-]{1,80}(?:\[[^\]{}\"]{0,80}\])?\.arn|[\w.]{0,80}\.bucketArn|\w{0,60}[bB]ucket\w{0,20}\.(?:Arn|arn))\}\"",
    re.ASCII,
)
_OBJECT = lazy_pattern(r"(arn:[\w-]{3,12}:s3:::[\w.-]{3,63})/.", re.ASCII | re.DOTALL)


def name_bucket(policy: Mapping[str, Any], resource: str | None) -> Mapping[str, Any]:
    """Return a policy with the bucket of an object in place of references to the ARN of a bucket.

    >>> policy = {"Statement": {"Effect": "Allow", "Resource": ["${aws_s3_bucket.orders.arn}", "${aws_s3_bucket.logs.arn}/*"]}}
    >>> name_bucket(policy, "arn:aws:s3:::orders/1.csv")["Statement"]["Resource"]
    ['arn:aws:s3:::orders', '${aws_s3_bucket.logs.arn}/*']
    """
    found = _OBJECT.match(resource or "")
    if found is None or "ucket" not in (document := json.dumps(policy)):
        return policy
    return cast("Mapping[str, Any]", json.loads(_REFERENCE.sub(f'"{found[1]}"', document)))
