"""Read the policy templates of AWS SAM, such as ``SQSSendMessagePolicy``, as the policies that they stand for.

Source: samtranslator/policy_templates_data/policy_templates.json in https://github.com/aws/serverless-application-model.
Only literal parameters are read, and of the templates those that name one resource.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._typing import NamedTuple
from iamtriage.policies._documents import allow

if TYPE_CHECKING:
    from typing import Any

__all__ = ("PolicyTemplate", "find_policy_templates")

_TABLE = """
SQSPollerPolicy QueueName sqs:*:*: ChangeMessageVisibility ChangeMessageVisibilityBatch DeleteMessage DeleteMessageBatch GetQueueAttributes ReceiveMessage
SQSSendMessagePolicy QueueName sqs:*:*: SendMessage*
SNSPublishMessagePolicy TopicName sns:*:*: Publish
DynamoDBCrudPolicy TableName dynamodb:*:*:table/ GetItem DeleteItem PutItem Scan Query UpdateItem BatchWriteItem BatchGetItem DescribeTable ConditionCheckItem
DynamoDBReadPolicy TableName dynamodb:*:*:table/ GetItem Scan Query BatchGetItem DescribeTable
DynamoDBWritePolicy TableName dynamodb:*:*:table/ PutItem UpdateItem BatchWriteItem
S3ReadPolicy BucketName s3::: GetObject ListBucket GetBucketLocation GetObjectVersion GetLifecycleConfiguration
S3WritePolicy BucketName s3::: PutObject PutObjectAcl PutLifecycleConfiguration
S3CrudPolicy BucketName s3::: GetObject ListBucket GetBucketLocation GetObjectVersion PutObject PutObjectAcl GetLifecycleConfiguration PutLifecycleConfiguration DeleteObject
SESCrudPolicy IdentityName ses:*:*:identity/ GetIdentityVerificationAttributes SendEmail SendRawEmail VerifyEmailIdentity
SESSendBouncePolicy IdentityName ses:*:*:identity/ SendBounce
SESBulkTemplatedCrudPolicy IdentityName ses:*:*:identity/ GetIdentityVerificationAttributes SendEmail SendRawEmail SendTemplatedEmail SendBulkTemplatedEmail VerifyEmailIdentity
KMSDecryptPolicy KeyId kms:*:*:key/ Decrypt
KMSEncryptPolicy KeyId kms:*:*:key/ Encrypt
StepFunctionsExecutionPolicy StateMachineName states:*:*:stateMachine: StartExecution
FirehoseWritePolicy DeliveryStreamName firehose:*:*:deliverystream/ PutRecord PutRecordBatch
"""
_ROWS = {row[0]: (row[1], row[2], row[3:]) for row in map(str.split, _TABLE.strip().splitlines())}
# What a template allows in addition to the resource that it names.
_PARTS = {"dynamodb": "/index/*", "s3": "/*"}
_TEMPLATE = lazy_pattern(
    r"(?<![\w.])[\"']?(?P<name>[A-Z][A-Za-z0-9]{2,40}Policy)[\"']?:\s{1,60}(?:\{\s{0,40})?[\"']?(?P<parameter>[A-Z][A-Za-z]{2,30})[\"']?:\s{1,4}[\"']?(?P<value>[\w@.:/+-]{1,300}(?=[\"'\s},#]|\Z))?"
)
_MAX_TEMPLATES = 8


class PolicyTemplate(NamedTuple):
    """A policy template in the list of a function's policies.

    Attributes:
        name: The name of the template.
        parameter: Its parameter.
        value: The literal value of that.
    """

    name: str
    parameter: str
    value: str

    @property
    def statement(self) -> dict[str, Any]:
        """The statement that it stands for, in any partition, Region and account."""
        _, prefix, actions = _ROWS[self.name]
        service, arn = _service_of(self.name), f"arn:*:{prefix}{self.value}"
        parts = [arn, f"{arn}{_PARTS[service]}"] if service in _PARTS else [arn]
        return {**allow([f"{service}:{each}" for each in actions]), "Resource": parts}

    def value_for(self, resource: str) -> str | None:
        """Return the value of the parameter for another resource, by its ARN."""
        start = _ROWS[self.name][1].split(":", 3)[-1]
        rest = resource.split(":", 5)[-1]
        value = rest.removeprefix(start).partition("/")[0]
        return value if value and rest.startswith(start) else None


def find_policy_templates(text: str) -> list[PolicyTemplate]:
    r"""Return the policy templates that a text contains, without those of a service for which one has a reference.

    >>> find_policy_templates("Policies:\n  - SQSSendMessagePolicy:\n      QueueName: jobs\n")
    [PolicyTemplate(name='SQSSendMessagePolicy', parameter='QueueName', value='jobs')]
    """
    matches = _TEMPLATE.finditer(text) if "Policy" in text else iter(())
    found = [each for each in matches if _ROWS.get(each["name"], ("",))[0] == each["parameter"]]
    unknown = {_service_of(each["name"]) for each in found if each["value"] is None}
    known = [each for each in found[:_MAX_TEMPLATES] if _service_of(each["name"]) not in unknown]
    return [PolicyTemplate(*each.group("name", "parameter", "value")) for each in known]


def _service_of(name: str) -> str:
    return _ROWS[name][1].partition(":")[0]
