"""Find values of aws:SourceArn that no request of a service has, and correct them.

Sources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudfront.html (ARNs without a
Region), https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html (ARNs for managing and
for calling an API), https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html,
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html (ARNs of log groups end with ``:*``) and
https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudwatch_log_group (where they do not).
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._rules.shared.policies.corrected_patterns import Correction

_S3, _LOGS = "s3.amazonaws.com", "logs.amazonaws.com"
_PARTITION = r"(?:aws[a-z-]{0,12}|\$\{AWS::Partition\})"
_REFERENCE = r"\$\{[^{}]{1,100}\}"
# CloudFront is global, and the ARN of a bucket has neither Region nor account.
_DISTRIBUTION = lazy_pattern(
    rf"(?P<start>arn:{_PARTITION}:cloudfront):(?P<region>[a-z0-9-]{{5,30}}|{_REFERENCE}):(?P<rest>(?:[0-9]{{12}}|{_REFERENCE}):distribution/\S{{1,100}})"
)
_BUCKET = lazy_pattern(
    r"(?P<start>arn:aws[a-z-]{0,12}:s3):(?P<region>[a-z0-9-]{0,30}):(?P<account>[0-9]{0,12}):(?P<bucket>[a-z0-9.-]{3,63})(?P<objects>/\*)?"
)
_MANAGED_API = lazy_pattern(
    rf"arn:(?P<partition>{_PARTITION}):apigateway:(?P<region>[a-z0-9-]{{5,30}}|{_REFERENCE}):(?:[0-9]{{12}}|{_REFERENCE})?:/(?:rest)?apis/(?P<api>[a-z0-9]{{5,20}}|{_REFERENCE})(?P<rest>/\S{{0,200}})?"
)
# The attribute with the ARN for managing an API, and the reference to a bucket with the keys of its objects.
_MANAGED_ATTRIBUTE = lazy_pattern(
    r"(?P<start>\$\{aws_api(?:_gateway_rest_api|gatewayv2_api)\.[\w-]{1,64}\.)arn\}(?P<rest>/\S{0,200})?"
)
_OBJECTS = lazy_pattern(
    r"(?P<bucket>\$\{aws_s3_bucket\.[\w-]{1,64}\.arn\}|arn:aws[a-z-]{0,12}:s3:::\$\{[^{}]{1,100}\}|\$\{[A-Za-z0-9]{1,64}\.Arn\})/\*"
)
# A log group without its streams, which the attribute of Terraform lacks, too.
_LOG_GROUP = lazy_pattern(
    rf"arn:{_PARTITION}:logs:(?:[a-z0-9-]{{5,30}}|{_REFERENCE}):(?:[0-9]{{12}}|{_REFERENCE}):log-group:(?:[\w./#-]|{_REFERENCE}){{1,512}}"
    r"|\$\{(?:data\.)?aws_cloudwatch_log_group\.[\w\[\].-]{1,80}\.arn\}"
)


def correct_source(value: str, account: str | None, service: str | None = None) -> Correction | None:
    """Return the ARN with which a service calls, if a policy has one that it never has.

    Args:
        value: The value of aws:SourceArn in the policy.
        account: The account of the API, if the value is the ARN of one.
        service: The service that calls.

    >>> correct_source("arn:aws:s3:eu-west-1:111122223333:uploads", None).value
    'arn:aws:s3:::uploads'
    >>> correct_source("arn:aws:apigateway:eu-west-1::/restapis/a1b2c3d4e5/*/*", "111122223333").value
    'arn:aws:execute-api:eu-west-1:111122223333:a1b2c3d4e5/*/*'
    """
    if (found := _DISTRIBUTION.fullmatch(value)) is not None:
        reason = "the ARN of a CloudFront distribution has no Region, so the condition never matches"
        return Correction(f"{found['start']}::{found['rest']}", reason)
    if (found := _BUCKET.fullmatch(value)) is not None and (
        found["region"] or found["account"] or found["objects"]
    ):
        reason = "S3 sends the ARN of the bucket, which has no Region, no account and no key"
        return Correction(f"{found['start']}:::{found['bucket']}", reason)
    managed = "that is the ARN for managing the API, and its requests have {}"
    if (found := _MANAGED_ATTRIBUTE.fullmatch(value)) is not None:
        fixed = f"{found['start']}execution_arn}}{found['rest'] or '/*/*'}"
        return Correction(fixed, managed.format("execution_arn"))
    if service == _S3 and (found := _OBJECTS.fullmatch(value)) is not None:
        return Correction(found["bucket"], "S3 sends the ARN of the bucket, without /*")
    if service == _LOGS and _LOG_GROUP.fullmatch(value):
        lacking = ", which the attribute does not have" if value.startswith("$") else ""
        reason = f"CloudWatch Logs calls with the ARN of the log group and :* at its end{lacking}"
        return Correction(f"{value}:*", reason)
    if (found := _MANAGED_API.fullmatch(value)) is not None:
        of_account = "${AWS::AccountId}" if "${AWS::" in value else account or "ACCOUNT_ID"
        api = f"arn:{found['partition']}:execute-api:{found['region']}:{of_account}:{found['api']}"
        return Correction(f"{api}{found['rest'] or '/*/*'}", managed.format("one of execute-api"))
    return None
