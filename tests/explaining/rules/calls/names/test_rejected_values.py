"""A message about a constraint names the parameter, the value and what the value must be."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_CALL = (
    "An error occurred (ValidationException) when calling the {} operation: 1 validation error detected: {}"
)
_ROLE = r"Member must satisfy regular expression pattern: ^arn:aws[a-z\-]*:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+$"


@check_rows(
    ("message", "summary", "reason", "title"),
    [
        (
            f"Value 'reef-run' at 'roleArn' failed to satisfy constraint: {_ROLE}",
            "roleArn must be the ARN of a role, and the call has reef-run.",
            r"must match ^arn:aws[a-z\-]*:iam::\d{12}:role/",
            "Pass the ARN of the role in roleArn",
        ),
        (
            "Value 'Reef One' at 'jobs.1.member.name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z-]+",
            "The value Reef One of jobs.1.member.name does not have the form that the call requires.",
            "must match [a-z-]+.",
            "Correct name in the call",
        ),
        (
            "Value 'big' at 'instanceType' failed to satisfy constraint: Member must satisfy enum value set: [ml.m5.large, ml.t3.medium]",
            "The call does not accept the value big of instanceType.",
            "one of [ml.m5.large, ml.t3.medium]",
            "Correct instanceType in the call",
        ),
        (
            "Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1",
            "The value of name is empty.",
            "must have length greater than or equal to 1",
            "Correct name in the call",
        ),
        (
            "Value null at 'clusterName' failed to satisfy constraint: Member must not be null",
            "The call has no value for clusterName, which it requires.",
            "must not be null",
            "Correct clusterName in the call",
        ),
        (
            "Value '5000' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100",
            "The value 5000 of maxResults must have a value less than or equal to 100.",
            "less than or equal to 100",
            "Correct maxResults in the call",
        ),
        # A secret is not repeated.
        (
            "Value 'reef' at 'masterUserPassword' failed to satisfy constraint: Member must have length greater than or equal to 8",
            "The value of masterUserPassword must have a length greater than or equal to 8.",
            "greater than or equal to 8",
            "Correct masterUserPassword in the call",
        ),
        # Another message.
        (
            "Parameter name failed to satisfy the check",
            "AWS rejected the request as invalid",
            "A parameter is missing",
            "Correct the value that the message names",
        ),
    ],
)
def test_value_that_a_constraint_excludes(message: str, summary: str, reason: str, title: str) -> None:
    explanation = explain(_CALL.format("CreateModel", message))
    assert summary in explanation.summary
    assert reason in explanation.causes[0].text
    assert explanation.remedies[0].title == title
    assert explanation.topic == "invalid-request"


@check_rows(
    ("text", "summary"),
    [
        (
            "2026/01/02 03:04:05 FATAL Error getting credentials: InvalidParameter: 1 validation error(s) found.\n- minimum field size of 20, AssumeRoleWithSAMLInput.PrincipalArn.\n\nAvailable role ARNs:\n  arn:aws:iam::111122223333:role/orders-admin",
            "The SDK sent no request: PrincipalArn of the call AssumeRoleWithSAML is shorter than 20 characters, so most likely empty.",
        ),
        (
            "operation error SQS: ReceiveMessage, 1 validation error(s) found.\n- missing required field, ReceiveMessageInput.QueueUrl.",
            "The SDK sent no request: QueueUrl of the call ReceiveMessage is empty or missing.",
        ),
        (
            "operation error SQS: SendMessage, https response error StatusCode: 400, RequestID: 00000000-0000-0000-0000-000000000001, api error InvalidParameterValue: The value is not valid.",
            "AWS rejected the request as invalid: The value is not valid.",
        ),
    ],
)
def test_value_that_the_sdk_rejects(text: str, summary: str) -> None:
    explanation = explain(text)
    assert explanation is not None
    assert explanation.summary == summary
