"""A Deny on Regions is compared with the Region of the call, and with the services that have one endpoint."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

_LOCK = {
    "Sid": "Lock",
    "Effect": "Deny",
    "Resource": "*",
    "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["sa-east-1"]}},
}
_ROLE = "arn:aws:sts::111122223333:assumed-role/build/7"


def _denied(
    action: str,
    resource: str | None = None,
    reason: str = "with an explicit deny in a service control policy",
) -> str:
    on = f" on resource: {resource}" if resource else ""
    return f"An error occurred (AccessDenied) when calling the {action.partition(':')[2]} operation: User: {_ROLE} is not authorized to perform: {action}{on} {reason}\n"


def _policy(**statement: object) -> str:
    return f"SCP: {json.dumps({'Version': '2012-10-17', 'Statement': [{**_LOCK, **statement}]})}"


_GROUP = _denied("iam:CreateGroup", "arn:aws:iam::111122223333:group/ops")
_CERTIFICATE = _denied("acm:RequestCertificate", "arn:aws:acm:us-east-1:111122223333:certificate/*")
_CASES = (
    ("one service", _GROUP + _policy(Action="*"), "denies it because aws:RequestedRegion is us-east-1, not sa-east-1", "Have the Deny exempt IAM, which has"),
    ("several services", _GROUP + _denied("route53:CreateHealthCheck") + _policy(Action="*"), "route53:CreateHealthCheck was denied for the same reason", "Have the Deny exempt IAM and Route 53, which have"),
    ("exempt", _GROUP + _policy(NotAction=["iam:*"]), "The statement Lock of the service control policy in the text is not the one: its NotAction exempts iam:*.", "Have the service"),
    ("allowed Region", _denied("sqs:CreateQueue", "arn:aws:sqs:sa-east-1:111122223333:a") + _policy(Action="*"), "is not the one: it does not match aws:RequestedRegion sa-east-1.", "Have the service"),
    ("global and allowed", _GROUP + _policy(Action="*").replace("sa-east-1", "us-east-1"), "is not the one: it does not match aws:RequestedRegion us-east-1.", "Have the service"),
    ("another Region", _denied("sqs:CreateQueue", "arn:aws:sqs:eu-west-3:111122223333:a") + _policy(Action="*"), "is eu-west-3, not sa-east-1", "Call in sa-east-1"),
    ("China", _GROUP.replace("arn:aws:", "arn:aws-cn:") + _policy(Action="*"), "unless aws:RequestedRegion is sa-east-1", "Have the Deny exempt IAM"),
    ("certificate for CloudFront", _CERTIFICATE + _policy(NotAction=["iam:*"]) + "\nIt is for our CloudFront distribution.", 'The statement with acm:* in NotAction: {"Sid": "Lock", "Effect": "Deny", "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["sa-east-1"]}}, "NotAction": ["iam:*", "acm:*"]}', "Have the Deny exempt acm"),
    ("certificate for a load balancer", _CERTIFICATE + _policy(NotAction=["iam:*"]), "is us-east-1, not sa-east-1", "Call in sa-east-1"),
    ("certificate not for CloudFront", _CERTIFICATE + _policy(NotAction=["iam:*"]) + "\nIt is for a load balancer, not for CloudFront.", "is us-east-1, not sa-east-1", "Call in sa-east-1"),
    ("function at the edge", _denied("lambda:CreateFunction", "arn:aws:lambda:us-east-1:111122223333:function:films") + _policy(NotAction=["iam:*"]) + "\nIt is for Lambda@Edge.", '"NotAction": ["iam:*", "lambda:CreateFunction"]}', "Have the Deny exempt lambda:CreateFunction"),
    ("certificate in another Region", _CERTIFICATE.replace("us-east-1", "eu-west-3") + _policy(Action="*") + "\nIt is for our CloudFront distribution.", "is eu-west-3, not sa-east-1", "Call in sa-east-1"),
    ("web ACL for CloudFront", _denied("wafv2:CreateWebACL", "arn:aws:wafv2:us-east-1:111122223333:global/webacl/*") + _policy(Action="*"), "web ACLs for CloudFront are in us-east-1", "Have the Deny exempt wafv2"),
    ("words on the Region", _GROUP + _policy(Action="*") + "\nAs you see, it works in sa-east-1. With AWS_REGION=us-west-2, it fails.", "denies it because aws:RequestedRegion is us-east-1, not sa-east-1", "Have the Deny exempt IAM, which has"),
    ("words without the policy", _GROUP + "It works in sa-east-1. With AWS_REGION=us-west-2, it fails.", "a service control policy explicitly denies it.", "Have the service"),
    ("no policy", _GROUP, "a service control policy explicitly denies it.", "Have the service"),
)  # fmt: skip


@check_rows(("text", "verdict", "title"), [each[1:] for each in _CASES], ids=[each[0] for each in _CASES])
def test_region_lock(text: str, verdict: str, title: str) -> None:
    explanation = explain(text)
    assert verdict in " ".join(explanation.to_text().split())
    assert explanation.remedies[0].title.startswith(title)


@pytest.mark.parametrize(
    ("stated", "exempt"),
    [
        ({"Action": "*"}, {"iam:*", "route53:*", "sts:*"}),
        ({"NotAction": ["sts:*", "kms:*"]}, {"sts:*", "kms:*", "iam:*"}),
        ({"Action": ["iam:*", "sqs:*"]}, None),
    ],
)
def test_statement_that_exempts_services(stated: dict[str, object], exempt: set[str] | None) -> None:
    shown = explain(_GROUP + _policy(**stated)).remedies[0].manifest
    if exempt is None:
        assert shown is None
        return
    statement = json.loads(shown or "")
    assert exempt <= set(statement["NotAction"])
    assert statement["Condition"] == _LOCK["Condition"]
    assert "Action" not in statement


_CERTIFICATE = _denied("acm:RequestCertificate", "arn:aws:acm:us-east-1:111122223333:certificate/*")


@check_rows(
    ("text", "expected"),
    [
        (f"{_CERTIFICATE}It is for a CloudFront distribution. Only eu-west-1 is allowed, where the call works.", True),
        (f"{_CERTIFICATE}It is for a load balancer.", False),
        (f"{_denied('logs:CreateLogGroup', 'arn:aws:logs:us-east-1:111122223333:log-group:/aws/route53/films')}For Route 53 query logging.", True),
        (f"{_CERTIFICATE.replace('us-east-1', 'us-east-2')}It is for a CloudFront distribution.", False),
        (f"{_denied('wafv2:CreateWebACL', 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/*')}--scope CLOUDFRONT", True),
    ],
)  # fmt: skip
def test_what_must_be_in_one_region(text: str, expected: bool) -> None:  # noqa: FBT001
    """Another Region is no way out for what CloudFront uses."""
    shown = " ".join(str(explain(text)).split())
    assert ("another Region is no way out" in shown) is expected
    assert ("use one that it allows" in shown) is not expected


_OF_SDK = f"User: {_ROLE} is not authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:eu-west-3:111122223333:a with an explicit deny in a service control policy"


@check_rows(
    ("error", "step"),
    [
        (f"app.rb:7:in 'call': {_OF_SDK} (Aws::SQS::Errors::AccessDeniedException)\n", 'or region: "sa-east-1" of the client if its code sets the Region'),
        (f"Stack | CREATE_FAILED | AWS::SQS::Queue | Jobs | {_OF_SDK} (Service: Sqs, Status Code: 403, Request ID: 0a1b)\n", "Change the Region of the call"),
        (_denied("sqs:CreateQueue", "arn:aws:sqs:eu-west-3:111122223333:a"), "Change the Region of the call"),
        (_denied("sqs:CreateQueue", "arn:aws:sqs:eu-west-3:111122223333:a") + "env:\n  AWS_REGION: eu-west-3\n", '"AWS_REGION: eu-west-3" in the text sets the Region: change it.'),
        (_denied("sqs:CreateQueue", "arn:aws:sqs:eu-west-3:111122223333:a") + "env:\n  AWS_REGION: eu-west-1\n", "Change the Region of the call"),
        (f"aws:sqs:Queue (a):\n  error: {_OF_SDK}: provider=aws@6.83.0\nPulumi.live.yaml\n", "pulumi config set aws:region sa-east-1 --stack live."),
        (f"│ Error: creating SQS Queue (a): {_OF_SDK}\n│   with aws_sqs_queue.a,\n", 'Change region in the block provider "aws"'),
        (f'│ Error: creating SQS Queue (a): {_OF_SDK}\n│   with aws_sqs_queue.a,\nprovider "aws" {{\n  region = "eu-west-3"\n}}\n', 'region = "eu-west-3" in the text sets the Region: change it.'),
        (f"$ cdk deploy Stack\nStack | CREATE_FAILED | AWS::SQS::Queue | Jobs | {_OF_SDK} (Service: Sqs, Status Code: 403, Request ID: 0a1b)\n", "In the CDK app, set region in env of the stack to sa-east-1."),
        (f"sam deploy --stack-name jobs\nCREATE_FAILED  AWS::SQS::Queue  Jobs  {_OF_SDK} (Service: Sqs, Status Code: 403, Request ID: 0a1b)\n", "If the stack jobs is new, delete what is left of it in eu-west-3."),
        (f"sam deploy --stack-name jobs\nUPDATE_FAILED  AWS::SQS::Queue  Jobs  {_OF_SDK} (Service: Sqs, Status Code: 403, Request ID: 0a1b)\n", "or region in the profile or provider."),
    ],
    ids=["Ruby", "CloudFormation", "boto3 or the AWS CLI", "set in the text", "other setting", "Pulumi", "Terraform", "provider in the text", "CDK", "new stack", "updated stack"],
)  # fmt: skip
def test_where_a_program_sets_its_region(error: str, step: str) -> None:
    first = explain(error + _policy(Action="*")).remedies[0]
    assert first.title == "Call in sa-east-1"
    assert step in first.steps[0]
    assert ("what is left of it" in first.steps[0]) is ("what is left of it" in step)


@check_rows(
    ("setting", "is_exported"),
    [
        ("", True),
        ("$ AWS_REGION=eu-west-3 python jobs.py\n", True),
        # What the code or a file sets takes precedence over variables of the shell.
        ("boto3.client('sqs', region_name='eu-west-3')\n", False),
        ("serverless.yml\nprovider:\n  region: eu-west-3\n", False),
    ],
)
def test_variable_that_has_an_effect(setting: str, is_exported: bool) -> None:  # noqa: FBT001 (a table)
    denied = _denied("sqs:CreateQueue", "arn:aws:sqs:eu-west-3:111122223333:a")
    lines = explain(denied + setting + _policy(Action="*")).remedies[0].commands
    assert any(each.startswith("export AWS_REGION=sa-east-1") for each in lines) is is_exported


@check_rows(
    ("said", "region"),
    [
        ("All our queues are in eu-west-2.", "eu-west-2"),
        ("Are all our queues in eu-west-2?", "sa-east-1 or eu-west-2"),
        ("We have nothing in eu-west-2, and run some things in sa-east-1 and eu-west-2.", "sa-east-1 or eu-west-2"),
        ("", "sa-east-1 or eu-west-2"),
    ],
)  # fmt: skip
def test_region_of_the_rest(said: str, region: str) -> None:
    """Of several Regions, the one is used in which the rest is."""
    denied = _denied("sqs:CreateQueue", "arn:aws:sqs:eu-west-3:111122223333:a")
    policy = _policy(Action="*").replace('["sa-east-1"]', '["sa-east-1", "eu-west-2"]')
    explanation = explain(f"{denied}{said}\n{policy}")
    assert explanation.remedies[0].title == f"Call in {region}"
    assert "Next " not in str(explanation)
