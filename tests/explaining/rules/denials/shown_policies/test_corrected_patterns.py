"""A pasted policy with one wrong element: the explanation names the element, why it does not match, and the corrected line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iamtriage import explain
from tests.tables import check_rows

_ACCOUNT = "111122223333"
_ID = "7c1f0d52-3f0e-4b1c-9a40-5d8e2f6b7a11-4"


def _policy(*statements: dict[str, Any]) -> str:
    return "\n" + json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=1)


def _arn(rest: str, *, region: str = "eu-west-1", account: str = _ACCOUNT) -> str:
    service, _, resource = rest.partition(":")
    region = "" if service == "iam" else region
    return f"arn:aws:{service}:{region}:{account}:{resource}"


@check_rows(
    ("action", "denied", "written", "why"),
    [
        ("events:PutRule", "events:rule/nightly", _arn("events:rule:nightly"), "a slash after rule, not a colon"),
        ("lambda:InvokeFunction", "lambda:function:cart", _arn("lambda:function/cart"), "a colon after function"),
        ("kafka-cluster:DescribeGroup", f"kafka:group/events/{_ID}/g1", _arn("kafka:group/events/g1"), f"lacks the generated ID {_ID} after events"),
        ("ssm:GetParameter", "ssm:parameter/prod/db", _arn("ssm:/prod/db"), "lacks parameter/ before the name"),
        ("s3:GetObject", "s3:accesspoint/reports/object/2026/*", _arn("s3:accesspoint/reports/2026/*"), "it lacks /object/, which precedes the key"),
        ("sqs:SendMessage", "sqs:jobs", _arn("sqs:queue/jobs"), "has no queue/ before the name"),
        ("sqs:SendMessage", "sqs:jobs", _arn("sqs:jobs", account="111122223332"), "most likely, digit 12 is wrong"),
        ("ecs:RunTask", "ecs:task-definition/web:3", _arn("ecs:task-definition/web:*").replace("arn:aws:", "arn:aws-cn:"), "the partition is aws, not aws-cn"),
        ("sts:AssumeRole", "iam:role/deploy", "arn:aws:sts::111122223333:assumed-role/deploy", "the ARN of a session, not of its role"),
        ("sts:AssumeRole", "iam:role/deploy", f"arn:aws:iam:eu-west-1:{_ACCOUNT}:role/deploy", "an ARN of this type has no Region"),
        ("sts:AssumeRole", "iam:role/ci/eu/deploy", _arn("iam:role/deploy"), "that lacks the role's path, ci/eu/."),
        ("iam:PassRole", "iam:role/service-role/octo-crawler", _arn("iam:role/octo-crawler"), "that lacks the role's path, service-role/."),
        ("iam:GetUser", "iam:user/eng/ana", _arn("iam:user/ana"), "that lacks the user's path, eng/."),
        # Another resource, and patterns for others.
        ("sts:AssumeRole", "iam:role/ci/deploy", _arn("iam:role/ops"), None),
        ("sts:AssumeRole", "iam:role/ci/deploy", _arn("iam:role/ops/deploy"), None),
        ("sts:AssumeRole", "iam:role/deploy", _arn("iam:role/ci/deploy"), None),
        ("sts:AssumeRole", "iam:role/deploy", "arn:aws:sts::111122223333:assumed-role/other", None),
        ("sqs:SendMessage", "sqs:jobs", _arn("sqs:mail"), None),
        ("s3:GetObject", "s3:accesspoint/reports/object/2026/1.csv", _arn("s3:accesspoint/reports/2025/*"), None),
        ("eks:DescribeNodegroup", f"eks:nodegroup/prod/blue/{_ID[:36]}", _arn("eks:cluster/*"), None),
        ("sqs:SendMessage", "sqs:jobs", _arn("sqs:jobs", account="444455556666"), None),
    ],
)  # fmt: skip
def test_resource_that_nothing_has(action: str, denied: str, written: str, why: str | None) -> None:
    arn = _arn(denied)
    text = f"An error occurred (AccessDenied) when calling the X operation: User: arn:aws:sts::{_ACCOUNT}:assumed-role/app/s is not authorized to perform: {action} on resource: {arn} because no identity-based policy allows the {action} action"
    policy = _policy({"Effect": "Allow", "Action": [action, "s3:GetObject"], "Resource": written})
    explanation = explain(text + policy)
    first = explanation.remedies[0]
    assert (f"names {written}, but " in explanation.summary) is (why is not None)
    assert why is None or why in explanation.summary
    assert first.title.startswith("Correct the Resource") is (why is not None)
    # Nothing is opened to all, and no second policy repeats the statement.
    assert "put-role-policy" not in str(first.commands) or why is None
    if why is not None and first.policy is not None:
        assert first.policy["Statement"][0]["Resource"] in {arn, arn.replace("web:3", "web:*")}


@pytest.mark.parametrize(
    ("denied", "others", "corrected"),
    [
        # Only images and snapshots have no account.
        ("arn:aws:ec2:eu-west-1::image/ami-0a1b2c3d4e5f60718", [_arn("ec2:instance/*"), _arn("ec2:subnet/subnet-0a1b2c3d")], 0),
        ("arn:aws:ec2:eu-west-1::image/ami-0a1b2c3d4e5f60718", [], 0),
        # A digit is wrong in all of them.
        (_arn("ec2:image/i"), [_arn("ec2:instance/*", account="111122223332")], 1),
    ],
)  # fmt: skip
def test_other_resources_of_the_statement(denied: str, others: list[str], corrected: int) -> None:
    wrong = _arn("ec2:image/*", account=_ACCOUNT if "::" in denied else "111122223332")
    text = f"User: arn:aws:sts::{_ACCOUNT}:assumed-role/app/s is not authorized to perform: ec2:DeregisterImage on resource: {denied} because no identity-based policy allows the ec2:DeregisterImage action"
    policy = _policy({"Effect": "Allow", "Action": "ec2:DeregisterImage", "Resource": [*others, wrong]})
    document = explain(text + policy).remedies[0].policy
    assert document is not None
    shown = document["Statement"][0]["Resource"]
    listed = [shown] if isinstance(shown, str) else shown
    assert listed[-1] == wrong.replace(
        _ACCOUNT if "::" in denied else "111122223332", "" if "::" in denied else _ACCOUNT
    )
    assert sum(new != old for new, old in zip(listed, others, strict=False)) == corrected


_ALARM = f'Failed to execute action arn:aws:sns:eu-west-1:{_ACCOUNT}:oncall. Received error: "Resource: arn:aws:cloudwatch:eu-west-1:{_ACCOUNT}:alarm:cpu is not authorized to perform: SNS:Publish on resource: arn:aws:sns:eu-west-1:{_ACCOUNT}:oncall"\n'
_TEMPLATE = """
  OncallPolicy:
    Type: AWS::SNS::TopicPolicy
    Properties:
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal:
              Service: cloudwatch.amazonaws.com
            Action: sns:Publish
            Resource: !Ref Oncall
            Condition:
              ArnLike:
                aws:SourceArn: !Sub arn:aws:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*
"""
_RULE = f"User: events.amazonaws.com is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:{_ACCOUNT}:jobs because no resource-based policy allows the sqs:SendMessage action\nrule arn:aws:events:eu-west-1:{_ACCOUNT}:rule/nightly\n"
_CODE = """
resource "aws_sqs_queue_policy" "jobs" {
  policy = jsonencode({
    Statement = [{
      Effect = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action = "sqs:SendMessage"
      Resource = aws_sqs_queue.jobs.arn
      Condition = {
        ArnEquals = {
          "aws:SourceArn" = "arn:aws:events:eu-west-1:${local.account}:nightly"
        }
      }
    }]
  })
}
"""

_FUNCTION = f"arn:aws:lambda:eu-west-1:{_ACCOUNT}:function:cart"
_UPLOAD = f"User: s3.amazonaws.com is not authorized to perform: lambda:InvokeFunction on resource: {_FUNCTION} because no resource-based policy allows the lambda:InvokeFunction action\n"
_PERMISSION = """
resource "aws_lambda_permission" "in" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.cart.function_name
  principal     = "s3.amazonaws.com"
  source_arn    = "${aws_s3_bucket.in.arn}/*"
}
"""
_SHIPPED = "InvalidParameterException: Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function.\n"
_OF_LOGS = _PERMISSION.replace("s3.amazonaws", "logs.eu-west-1.amazonaws").replace(
    "s3_bucket.in.arn}/*", "cloudwatch_log_group.app.arn}"
)
_API = f"Sending request to https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/{_FUNCTION}/invocations\nExecution failed due to configuration error: Invalid permissions on Lambda function\n"
_RESOURCE = """
  Permission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: cart
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub arn:aws:apigateway:${AWS::Region}::/restapis/${Api}/*
"""


@check_rows(
    ("text", "verdict", "line"),
    [
        (_ALARM + _TEMPLATE.replace("alarm:*", "alarm/*"), "a colon after alarm, not a slash", "aws:SourceArn: !Sub arn:aws:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*"),
        (_ALARM + _TEMPLATE.replace("cloudwatch.amazonaws", "events.amazonaws"), "allows only the service events.amazonaws.com", "Service: cloudwatch.amazonaws.com"),
        (_ALARM + _TEMPLATE.replace("ArnLike", "StringEquals"), "takes the * literally", "StringLike:"),
        (_ALARM + _TEMPLATE.replace("sns:Publish", "sns:Subscribe"), "allows cloudwatch.amazonaws.com only sns:Subscribe, not sns:Publish", None),
        (_ALARM + _TEMPLATE.replace("alarm:*", "alarm:disk"), f"and the request has arn:aws:cloudwatch:eu-west-1:{_ACCOUNT}:alarm:cpu", None),
        (_ALARM + _TEMPLATE, "although the code in the text allows", None),
        (_RULE + _CODE, "it lacks rule/ before the name", '"aws:SourceArn" = "arn:aws:events:eu-west-1:${local.account}:rule/nightly"'),
        (_RULE + _CODE.replace(":nightly", ":rule/nightly"), "although the code in the text allows", None),
        (_UPLOAD + _PERMISSION, "S3 sends the ARN of the bucket, without /*", 'source_arn    = "${aws_s3_bucket.in.arn}"'),
        (_UPLOAD + _PERMISSION.replace("}/*", "}"), "although the code in the text allows", None),
        (_UPLOAD + _PERMISSION.replace("s3.amazonaws", "sns.amazonaws"), "allows only the service sns.amazonaws.com", 'principal     = "s3.amazonaws.com"'),
        (_SHIPPED + _OF_LOGS, "with the ARN of the log group and :* at its end", 'source_arn    = "${aws_cloudwatch_log_group.app.arn}:*"'),
        (_SHIPPED + _OF_LOGS.replace("arn}", "arn}:*"), "although the policy in the text allows", None),
        (_API + _RESOURCE, "its requests have one of execute-api", "SourceArn: !Sub arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*"),
        (_ALARM + _TEMPLATE.replace("Service: ", "AWS: "), "a service has to be under Service", "Service: cloudwatch.amazonaws.com"),
    ],
    ids=["separator", "principal", "operator", "action", "other-alarm", "right", "type", "right-code", "objects", "bucket", "permission", "log-group", "right-log-group", "api", "kind"],
)  # fmt: skip
def test_line_of_a_template(text: str, verdict: str, line: str | None) -> None:
    explanation = explain(text)
    first = explanation.remedies[0]
    assert verdict in explanation.summary
    assert first.manifest == line
    assert ("terraform apply" in first.commands) is (line is not None and 'resource "aws' in text)
    # What the AWS CLI changes alone would be undone.
    assert line is None or not any(each.startswith("aws ") for each in first.commands)


def test_policy_in_code_with_an_unknown_condition() -> None:
    """A policy that the AWS CLI changes is changed in the code as well."""
    of_account = "StringLike:\n                aws:SourceAccount: '444455556666'\n"
    explanation = explain(_ALARM + _TEMPLATE.partition("ArnLike")[0] + of_account)
    assert "only for aws:SourceAccount 444455556666: most likely" in explanation.summary
    assert any("in the template or code, too" in each for each in explanation.remedies[0].steps)


@pytest.mark.parametrize(
    ("said", "is_answered"), [("aws sns publish with my role works.", True), ("", False)]
)
def test_call_by_hand(said: str, *, is_answered: bool) -> None:
    text = str(explain(_ALARM + said))
    assert ("A call by hand succeeds because its own caller is allowed" in text) is is_answered


_SECRET = "An error occurred (AccessDeniedException) when calling the GetSecretValue operation: Access to KMS is not allowed\nThe Region is eu-west-1.\n"
_ADMIN = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{_ACCOUNT}:role/KeyAdmin"}, "Action": ["kms:Put*", "kms:Describe*"], "Resource": "*"}  # fmt: skip


def _use(principal: str, action: str = "kms:Decrypt", **values: str) -> dict[str, Any]:
    allowed = {"Sid": "Use", "Effect": "Allow", "Principal": {"AWS": principal}, "Action": action}
    conditions = {f"kms:{name}": value for name, value in values.items()}
    return {**allowed, "Resource": "*", **({"Condition": {"StringEquals": conditions}} if values else {})}


@check_rows(
    ("statements", "verdict", "new"),
    [
        ((_ADMIN, _use("*", ViaService="secretsmanager.amazonaws.com", CallerAccount=_ACCOUNT)), "without the Region, the value matches no request", "secretsmanager.eu-west-1.amazonaws.com"),
        ((_ADMIN, _use(f"arn:aws:iam::{_ACCOUNT}:role/app", ViaService="secretsmanager.us-east-1.amazonaws.com")), "and the request has secretsmanager.eu-west-1.amazonaws.com", "secretsmanager.eu-west-1.amazonaws.com"),
        ((_ADMIN, _use("*", ViaService="ssm.eu-west-1.amazonaws.com")), "and the request has secretsmanager.eu-west-1.amazonaws.com", None),
        ((_ADMIN, _use(f"arn:aws:iam::{_ACCOUNT}:role/app", "kms:Encrypt")), "does not allow this action: it allows only kms:Put*, kms:Describe* and kms:Encrypt", None),
        ((_ADMIN, _use("*", ViaService="secretsmanager.eu-west-1.amazonaws.com")), "is not allowed to use the KMS key", None),
        ((_use(f"arn:aws:iam::{_ACCOUNT}:root", "kms:*"),), "is not allowed to use the KMS key", None),
    ],
    ids=["no-region", "other-region", "other-service", "other-action", "right", "root"],
)  # fmt: skip
def test_key_policy_behind_a_service(
    statements: tuple[dict[str, Any], ...], verdict: str, new: str | None
) -> None:
    """Access to KMS is denied for a request that the message does not name."""
    explanation = explain(_SECRET + _policy(*statements))
    first = explanation.remedies[0]
    assert verdict in explanation.summary
    assert (f"--arg new {new}" in str(first.commands)) is (new is not None)
    is_decided = "key policy in the text" in explanation.summary
    assert ("put-key-policy" in str(first.commands)) is is_decided
    assert ("role/KeyAdmin can change the key policy." in first.steps) is is_decided
    assert ("enables IAM policies (root), so" in str(explanation)) is (statements[0] is not _ADMIN)


_OTHER = f"arn:aws:iam::{_ACCOUNT}:role/other"
_CALLER = f"The caller is arn:aws:sts::{_ACCOUNT}:assumed-role/app/i-1.\n"


@check_rows(
    ("statement", "says", "other"),
    [
        (_use(f"arn:aws:iam::{_ACCOUNT}:root", "kms:*", ViaService="s3.eu-west-1.amazonaws.com"), "does not enable IAM policies for kms:Decrypt", "has no statement for account"),
        (_use(f"arn:aws:iam::{_ACCOUNT}:root", "kms:Put*"), f"The administrators of account {_ACCOUNT} can change the key policy", "has no statement for account"),
        (_use(f"arn:aws:iam::{_ACCOUNT}:root", "kms:Encrypt"), "does not enable IAM policies for kms:Decrypt", "enables IAM policies"),
        (_use("arn:aws:iam::444455556666:root", "kms:*"), f"has no statement for account {_ACCOUNT} (root)", "enables IAM policies"),
        ({**_use(f"arn:aws:iam::{_ACCOUNT}:role/app"), "Effect": "Deny"}, "the statement Use of the key policy in the text denies it", "Allow the role app"),
        ({**_use(f"arn:aws:iam::{_ACCOUNT}:role/web"), "Effect": "Deny"}, "Allow the role app in the key policy", "denies it"),
    ],
    ids=["condition", "administration", "other-action", "other-account", "denied", "denied-to-other"],
)  # fmt: skip
def test_key_policy_for_the_account(statement: dict[str, Any], says: str, other: str) -> None:
    """A statement for the account enables IAM policies only for its own actions and conditions, and no Allow overrides a Deny."""
    explanation = explain(_SECRET + _CALLER + _policy(statement, _use(_OTHER)))
    text = " ".join(explanation.to_text(detail="full").split())
    assert says in text
    assert other not in text


@pytest.mark.parametrize(("principal", "is_said"), [("*", True), (_OTHER, False)])
def test_deny_of_a_key_policy_that_enables_policies(principal: str, *, is_said: bool) -> None:
    denied = _use(principal, ViaService="s3.eu-west-1.amazonaws.com")
    denied = {**denied, "Effect": "Deny", "Condition": {"StringNotEquals": denied["Condition"]["StringEquals"]}}  # fmt: skip
    allowed = _use(f"arn:aws:iam::{_ACCOUNT}:root", "kms:*")
    text = " ".join(str(explain(_SECRET + _CALLER + _policy(allowed, denied))).split())
    assert ("It also has a Deny of kms:Decrypt" in text) is is_said


def test_key_policy_of_an_unnamed_key() -> None:
    """KMS has one message for a key that does not exist and one that may not be used."""
    text = "An error occurred (AccessDeniedException) when calling the GetParameter operation: The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.\nThe Region is eu-west-1.\n"
    used = _use(f"arn:aws:iam::{_ACCOUNT}:role/app", ViaService="ssm.amazonaws.com")
    explanation = explain(text + _policy(_ADMIN, used))
    assert "without the Region, the value matches no request" in explanation.summary
    assert explanation.notes == ()
    shown, *others = explanation.remedies[0].commands
    assert shown.startswith("aws ssm describe-parameters")
    assert "--arg new ssm.eu-west-1.amazonaws.com" in str(others)


@pytest.mark.parametrize(
    ("values", "is_wrong"),
    [
        ({"ViaService": "s3.amazonaws.com", "CallerAccount": _ACCOUNT}, True),
        ({"ViaService": "s3.eu-west-1.amazonaws.com", "CallerAccount": "111122223332"}, True),
        ({"ViaService": "s3.eu-west-1.amazonaws.com", "CallerAccount": _ACCOUNT}, False),
    ],
)
def test_condition_of_a_key_policy(values: dict[str, str], *, is_wrong: bool) -> None:
    key = f"arn:aws:kms:eu-west-1:{_ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    text = f"An error occurred (AccessDenied) when calling the GetObject operation: User: arn:aws:sts::{_ACCOUNT}:assumed-role/app/s is not authorized to perform: kms:Decrypt on resource: {key} because no resource-based policy allows the kms:Decrypt action"
    explanation = explain(text + _policy(_ADMIN, _use("*", **values)))
    assert ("allows it (statement Use) only if kms:" in explanation.summary) is is_wrong
    assert ("--arg new" in str(explanation.remedies[0].commands)) is is_wrong


_EU, _US = "eu-west-1.amazonaws.com", "us-east-1.amazonaws.com"


@check_rows(
    ("region", "via", "kept", "says"),
    [
        # No service uses a key of another Region.
        ("us-east-1", f"s3.{_US}", f"s3.{_EU}", "correct its Resource and its kms:ViaService"),
        ("us-east-1", [f"s3.{_US}", f"ec2.{_US}"], [f"s3.{_EU}", f"ec2.{_EU}"], "with the Region of the key"),
        ("eu-west-1", f"rds.{_US}", [f"rds.{_US}", f"rds.{_EU}"], f"only if kms:ViaService is rds.{_US}, but the request has rds.{_EU}"),
        # These can be right.
        ("us-east-1", f"ec2.{_EU}", f"ec2.{_EU}", "to the Resource of the statement Use"),
        ("us-east-1", "s3.*.amazonaws.com", "s3.*.amazonaws.com", "to the Resource of the statement Use"),
        ("eu-west-1", [f"ec2.{_US}", f"ec2.{_EU}"], None, f"only if kms:ViaService is ec2.{_US} or ec2.{_EU}."),
    ],
)  # fmt: skip
def test_region_of_a_copied_condition(
    region: str, via: str | list[str], kept: str | list[str] | None, says: str
) -> None:
    key = "key/1234abcd-12ab-34cd-56ef-1234567890a{}"
    denied = _arn(f"kms:{key.format(1)}")
    text = f"User: arn:aws:sts::{_ACCOUNT}:assumed-role/app/s is not authorized to perform: kms:Encrypt on resource: {denied} because no identity-based policy allows the kms:Encrypt action"
    resource = denied if region == "eu-west-1" else _arn(f"kms:{key.format(2)}", region=region)
    condition = {"StringLike": {"kms:ViaService": via}}
    policy = _policy(
        {
            "Sid": "Use",
            "Effect": "Allow",
            "Action": "kms:Encrypt",
            "Resource": resource,
            "Condition": condition,
        }
    )
    explanation = explain(text + policy)
    assert says in " ".join(explanation.to_text(detail="full").split())
    documents = [each.policy["Statement"][0] for each in explanation.remedies if each.policy]
    assert [each["Condition"]["StringLike"]["kms:ViaService"] for each in documents] == (
        [] if kept is None else [kept]
    )


_TOKEN = "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity\n"
_ISSUER = "aws_eks_cluster.this.identity[0].oidc[0].issuer"
_GITHUB = """
resource "aws_iam_openid_connect_provider" "gh" {
  url = "https://token.actions.githubusercontent.com"
}
"""


def _trust(provider: str, key: str, action: str = "sts:AssumeRoleWithWebIdentity") -> str:
    return f"""
data "aws_iam_policy_document" "trust" {{
  statement {{
    actions = ["{action}"]
    principals {{
      type        = "Federated"
      identifiers = [{provider}]
    }}
    condition {{
      test     = "StringLike"
      variable = "{key}:sub"
      values   = ["repo:acme/shop:*"]
    }}
  }}
}}
"""


@check_rows(
    ("code", "verdict", "line"),
    [
        (_trust("aws_iam_openid_connect_provider.eks.arn", f"${{{_ISSUER}}}"), "begins with https://", f'variable = "${{replace({_ISSUER}, "https://", "")}}:sub"'),
        (_trust("module.eks.oidc_provider_arn", "${module.eks.cluster_oidc_issuer_url}"), "begins with https://", 'variable = "${replace(module.eks.cluster_oidc_issuer_url, "https://", "")}:sub"'),
        (f"locals {{\n  oidc = {_ISSUER}\n}}" + _trust("module.eks.oidc_provider_arn", "${local.oidc}"), "begins with https://", f'oidc = replace({_ISSUER}, "https://", "")'),
        (_GITHUB + _trust("aws_iam_openid_connect_provider.gh.arn", "https://token.actions.githubusercontent.com"), "begins with https://", 'variable = "token.actions.githubusercontent.com:sub"'),
        (_GITHUB + _trust("aws_iam_openid_connect_provider.gh.arn", "token.actions.githubusercontent.com", "sts:AssumeRole"), "a token requires sts:AssumeRoleWithWebIdentity", 'actions = ["sts:AssumeRoleWithWebIdentity"]'),
        # What has no scheme, or may have none.
        (_trust("module.eks.oidc_provider_arn", "${module.eks.oidc_provider}"), "expects the subject", None),
        (f'locals {{\n  oidc = replace({_ISSUER}, "https://", "")\n}}' + _trust("module.eks.oidc_provider_arn", "${local.oidc}"), "expects the subject", None),
    ],
    ids=["cluster", "module", "local", "literal", "action", "output-without-scheme", "replaced"],
)  # fmt: skip
def test_trust_policy_in_code(code: str, verdict: str, line: str | None) -> None:
    explanation = explain(_TOKEN + code)
    assert verdict in explanation.summary
    assert explanation.remedies[0].manifest == line
    assert (explanation.remedies[0].commands == ("terraform apply",)) is (line is not None)


@pytest.mark.parametrize(("passed", "is_known"), [("KarpenterNodeRole-prod", True), (None, False)])
def test_other_role_of_nodes(passed: str | None, *, is_known: bool) -> None:
    """The cluster admits the nodes with their old role only."""
    role = f"arn:aws:iam::{_ACCOUNT}:role/nodes"
    text = f'{{"level":"ERROR","logger":"controller","controllerGroup":"karpenter.k8s.aws","controllerKind":"EC2NodeClass","error":"adding role \\"nodes\\" to instance profile \\"prod_1\\", AccessDenied: User: arn:aws:sts::{_ACCOUNT}:assumed-role/KarpenterControllerRole-prod/1 is not authorized to perform: iam:PassRole on resource: {role} because no identity-based policy allows the iam:PassRole action"}}\n'
    if passed is not None:
        allowed = f"arn:aws:iam::{_ACCOUNT}:role/{passed}"
        text += "part of KarpenterPolicy-prod:\n" + json.dumps({"Effect": "Allow", "Action": "iam:PassRole", "Resource": allowed})  # fmt: skip
    explanation = explain(text)
    entry = f"aws eks create-access-entry --cluster-name CLUSTER --principal-arn {role} --type EC2_LINUX"
    assert (entry in str(explanation.remedies[0].steps)) is is_known
    assert ("the policy KarpenterPolicy-prod" in explanation.summary) is is_known


_PARTNER = "444455556666"


@check_rows(
    ("service", "denied", "principal", "resource", "condition", "expected"),
    [
        ("s3:GetObject", "arn:aws:s3:::acme-data/a/b.csv", "role/reader", "arn:aws:s3:::acme-data", None, ("s3:GetObject is checked on objects", "arn:aws:s3:::acme-data/*")),
        ("sns:Publish", _arn("sns:alerts"), "role/reader", _arn("sns:alerts", region="eu-central-1"), None, ("the Region is eu-west-1, not eu-central-1", _arn("sns:alerts"))),
        ("sqs:SendMessage", _arn("sqs:jobs"), "role/reader", _arn("sqs:queue/jobs"), None, ("has no queue/ before the name", _arn("sqs:jobs"))),
        ("secretsmanager:GetSecretValue", _arn("secretsmanager:secret:prod/db-AbCdEf"), "role/reader", _arn("secretsmanager:secret:prod/db"), None, ("six random characters", _arn("secretsmanager:secret:prod/db-AbCdEf"))),
        ("sqs:SendMessage", _arn("sqs:jobs"), "assumed-role/reader", _arn("sqs:jobs"), None, ("allows it only to arn:aws:sts", f"arn:aws:iam::{_PARTNER}:role/reader")),
        ("sqs:SendMessage", _arn("sqs:jobs"), "user/reader", _arn("sqs:jobs"), None, ("allows it only to arn:aws:iam", f"arn:aws:iam::{_PARTNER}:role/reader")),
        ("sqs:SendMessage", _arn("sqs:jobs"), "role/reader", _arn("sqs:jobs"), {"aws:PrincipalAccount": "444455556667"}, ("and the request has 444455556666", _PARTNER)),
        ("sqs:SendMessage", _arn("sqs:jobs"), "role/reader", _arn("sqs:jobs"), {"aws:PrincipalArn": f"arn:aws:sts::{_PARTNER}:assumed-role/reader/s"}, ("and the request has arn:aws:iam::444455556666:role/reader", f"arn:aws:iam::{_PARTNER}:role/reader")),
        # Whoever is meant is another one, or the condition decides.
        ("sqs:SendMessage", _arn("sqs:jobs"), "role/writer", _arn("sqs:jobs"), None, ("allows it only to arn:aws:iam", None)),
        ("sqs:SendMessage", _arn("sqs:jobs"), "role/reader", _arn("sqs:mail"), None, ("allows it only on", None)),
        ("sqs:SendMessage", _arn("sqs:jobs"), "role/writer", _arn("sqs:queue/jobs"), None, ("allows it only on", None)),
        ("sqs:SendMessage", _arn("sqs:jobs"), "role/reader", _arn("sqs:jobs"), {"aws:SourceArn": _arn("sns:t")}, ("and the request has no aws:SourceArn", None)),
        ("sqs:SendMessage", _arn("sqs:jobs"), "role/reader", _arn("sqs:jobs"), {"aws:PrincipalOrgID": "o-abc1234567"}, ("allows it only if aws:PrincipalOrgID is o-abc1234567", None)),
    ],
)  # fmt: skip
def test_one_element_of_a_resource_policy(
    service: str,
    denied: str,
    principal: str,
    resource: str,
    condition: dict[str, str] | None,
    expected: tuple[str, str | None],
) -> None:
    verdict, changed = expected
    text = f"An error occurred (AccessDenied) when calling the X operation: User: arn:aws:sts::{_PARTNER}:assumed-role/reader/s is not authorized to perform: {service} on resource: {denied} because no resource-based policy allows the {service} action"
    kind = "sts" if principal.startswith("assumed") else "iam"
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:{kind}::{_PARTNER}:{principal}"},
        "Action": service,
        "Resource": resource,
        **({} if condition is None else {"Condition": {"StringEquals": condition}}),
    }
    explanation = explain(text + _policy(statement))
    first = explanation.remedies[0]
    commands = " ".join(first.commands).replace("'", "")
    assert verdict in explanation.summary
    assert f"--arg new {changed}" in commands or changed is None
    assert ("--arg new" in commands) is (changed is not None)
    # The other account still has to allow it.
    other_side = "an identity-based policy of the caller must allow the action, too."
    assert any(each.endswith(other_side) for each in first.steps) or changed is None
    titles = " ".join(each.title for each in explanation.remedies)
    assert ("without this condition" in titles) is ("aws:PrincipalOrgID" in verdict)


@pytest.mark.parametrize(
    ("operator", "effect", "reason", "verdict", "changed"),
    [
        ("DateLessThan", "Allow", "because no resource-based policy allows the sqs:SendMessage action", "allows it only if aws:CurrentTime is before 2026-05-01", "--arg new NEW_DATE"),
        ("DateGreaterThan", "Allow", "because no resource-based policy allows the sqs:SendMessage action", "allows it only if aws:CurrentTime is after 2026-05-01", None),
        ("DateGreaterThanEquals", "Deny", "with an explicit deny in a resource-based policy", "denies it since 2026-05-01.", None),
    ],
)  # fmt: skip
def test_date_in_a_resource_policy(
    operator: str, effect: str, reason: str, verdict: str, changed: str | None
) -> None:
    queue, reader = _arn("sqs:jobs"), f"arn:aws:iam::{_PARTNER}:role/reader"
    allow = {"Effect": "Allow", "Principal": {"AWS": reader}, "Action": "sqs:SendMessage", "Resource": queue}
    dated = {**allow, "Effect": effect, "Condition": {operator: {"aws:CurrentTime": "2026-05-01"}}}
    text = f"An error occurred (AccessDenied) when calling the SendMessage operation: User: arn:aws:sts::{_PARTNER}:assumed-role/reader/s is not authorized to perform: sqs:SendMessage on resource: {queue} {reason}"
    explanation = explain(text + _policy(*([] if effect == "Allow" else [allow]), dated))
    first = explanation.remedies[0]
    assert verdict in explanation.summary
    assert ("--arg new" in " ".join(first.commands)) is (changed is not None)
    assert ("NEW_DATE" in f"{first.manifest}{first.commands}") is (changed is not None or effect == "Deny")


_KEY_DENIED = f'Failed to execute action arn:aws:sns:eu-west-1:{_ACCOUNT}:oncall. Received error: "null (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; Request ID: 1; Proxy: null)"\n'


@pytest.mark.parametrize(
    ("actions", "other", "verdict"),
    [
        (["kms:Decrypt"], None, "only kms:Decrypt, not kms:GenerateDataKey"),
        (["kms:Decrypt", "kms:GenerateDataKey*"], "config.amazonaws.com", "allows only"),
        (["kms:Decrypt", "kms:GenerateDataKey*"], None, None),
    ],
    ids=["action", "principal", "right"],
)
def test_key_policy_for_a_service(actions: list[str], other: str | None, verdict: str | None) -> None:
    """An encrypted destination requires its key."""
    service = other or "cloudwatch.amazonaws.com"
    used = {"Effect": "Allow", "Principal": {"Service": service}, "Action": actions, "Resource": "*"}
    explanation = explain(_KEY_DENIED + _policy(_ADMIN, used))
    assert verdict is None or verdict in explanation.summary
    assert "put-key-policy" in str(explanation.remedies[0].commands)
