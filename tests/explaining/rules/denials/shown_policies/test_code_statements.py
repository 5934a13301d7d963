"""Check that a statement which a policy in code lacks is added in that code."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_DENIED = "An error occurred (AccessDenied) when calling the SendMessage operation: User: arn:aws:sts::111122223333:assumed-role/films-api/run is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:films because no {} policy allows the sqs:SendMessage action\n\n"
_ENCODED = 'resource "{}" "{}" {{\n  {}\n  policy = jsonencode({{\n    Statement = [{{\n      Effect = "Allow"\n      {}Action = "sqs:ReceiveMessage"\n      Resource = "*"\n    }}]\n  }})\n}}\n'
_DOCUMENT = 'data "aws_iam_policy_document" "queue" {\n  statement {\n    actions = ["sqs:ReceiveMessage"]\n    resources = ["*"]\n    principals {\n      type = "*"\n      identifiers = ["*"]\n    }\n  }\n}\n'
_TEMPLATE = "  QueuePolicy:\n    Type: AWS::SQS::QueuePolicy\n    Properties:\n      PolicyDocument:\n        Statement:\n          - Effect: Allow\n            Principal: '*'\n            Action: sqs:ReceiveMessage\n            Resource: '*'\n"
_OF_ENDPOINT = _ENCODED.format("aws_vpc_endpoint", "sqs", "", 'Principal = "*"\n      ')
_OF_ROLE = _ENCODED.format("aws_iam_role_policy", "films", "role = aws_iam_role.ROLE.id", "")


@check_rows(
    ("policy_type", "code", "place", "line", "command"),
    [
        ("VPC endpoint", _OF_ENDPOINT, "aws_vpc_endpoint.sqs", 'Action    = "sqs:SendMessage"', "terraform apply"),
        ("resource-based", _DOCUMENT, "data.aws_iam_policy_document.queue", 'actions   = ["sqs:SendMessage"]', "terraform apply"),
        ("resource-based", _TEMPLATE, "QueuePolicy", 'Action: "sqs:SendMessage"', None),
        ("identity-based", _OF_ROLE.replace("ROLE", "films_api"), "aws_iam_role_policy.films", 'Action    = "sqs:SendMessage"', "terraform apply"),
        ("identity-based", 'resource "aws_iam_role" "api" {\n  name = "films-api"\n}\n' + _OF_ROLE.replace("ROLE", "api"), "aws_iam_role_policy.films", 'Action    = "sqs:SendMessage"', "terraform apply"),
        ("identity-based", 'resource "aws_iam_role" "films_api" {\n  name = "films-api"\n}\n' + _OF_ROLE.replace("ROLE", "web"), None, "", None),
        ("identity-based", f"# not aws_iam_role.films_api\n{_OF_ROLE.replace('ROLE', 'web')}", None, "", None),
        # The code is of another role, it has two policies, or it is only a document.
        ("identity-based", _OF_ROLE.replace("ROLE", "web"), None, "", None),
        ("VPC endpoint", _OF_ENDPOINT + _OF_ROLE.replace("ROLE", "web"), None, "", None),
        ("resource-based", '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:ReceiveMessage", "Resource": "*"}]}', None, "", None),
    ],
)  # fmt: skip
def test_statement_in_code(
    policy_type: str, code: str, place: str | None, line: str, command: str | None
) -> None:
    first = explain(f"{_DENIED.format(policy_type)}{code}").remedies[0]
    assert (f"Allow sqs:SendMessage in {place}" in first.title) is (place is not None)
    if place is None:
        assert first.manifest is None
    else:
        assert line in (first.manifest or "")
        assert (command in first.commands) is (command is not None)
        assert "policy.json" not in " ".join(first.commands)


_METRICS = "An error occurred (AccessDenied) when calling the PutMetricData operation: User: arn:aws:sts::111122223333:assumed-role/carts/run is not authorized to perform: cloudwatch:PutMetricData because no identity-based policy allows the cloudwatch:PutMetricData action\n\n{}\n{}"
_METRICS_DOCUMENT = 'data "aws_iam_policy_document" "metrics" {{\n  statement {{\n    actions   = {}\n    resources = ["{}"]\n  }}\n}}\n'
_ARN = "arn:aws:cloudwatch:eu-west-1:111122223333:*"


@check_rows(
    ("heading", "actions", "verdict", "step"),
    [
        ("# carts/iam.tf, applied last week", '["cloudwatch:PutMetricData"]', "the policy in carts/iam.tf allows it only on", "Replace the statement for cloudwatch:PutMetricData in data."),
        ("// carts/iam.tf (attached to carts)", '["cloudwatch:PutMetricData"]', "the policy in carts/iam.tf allows it only on", "Replace the statement for cloudwatch:PutMetricData in data."),
        ("# we apply what is in iam.tf, as always", '["cloudwatch:PutMetricData"]', "the policy in the text allows it only on", "Replace the statement for"),
        # The statement stays for its other actions.
        ("# carts/iam.tf", '["cloudwatch:PutMetricData", "cloudwatch:PutMetricAlarm"]', "the policy in carts/iam.tf allows it only on", "Add the statement to those of data."),
    ],
)  # fmt: skip
def test_statement_on_an_arn_for_a_call_without_a_resource(
    heading: str, actions: str, verdict: str, step: str
) -> None:
    explanation = explain(_METRICS.format(heading, _METRICS_DOCUMENT.format(actions, _ARN)))
    assert verdict in explanation.summary
    assert "where it has no effect" in explanation.summary
    first = explanation.remedies[0]
    assert first.steps[0].startswith(step)
    assert 'resources = ["*"]' in (first.manifest or "")
    assert first.commands == ("terraform apply",)
