"""Tests for policies that a text contains in other forms than a JSON document."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage import explain
from iamtriage.explaining._context.readers.documents import find_documents
from iamtriage.policies._readers.policy_code import find_policies_in_code
from iamtriage.policies._readers.policy_rows import find_policies_in_rows
from iamtriage.policies._readers.policy_yaml import find_policies_in_yaml
from tests.tables import check_rows

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
OF_DATA: list[dict[str, Any]] = [
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


@check_rows(
    ("code", "statements"),
    [
        (ENCODED, [[TRUST]]),
        (PLAN, [[TRUST]]),
        (DATA, [OF_DATA]),
        (
            ENCODED.replace('"ecs-tasks.amazonaws.com"', "var.service"),
            [[TRUST | {"Principal": {"Service": "${var.service}"}}]],
        ),
        (
            DATA.replace("orders/*", "${var.bucket}/*"),
            [[OF_DATA[0] | {"Resource": ["arn:aws:s3:::${var.bucket}/*"]}, OF_DATA[1]]],
        ),
        (PLAN.replace("Effect    =", "# (1 unchanged attribute hidden)\n"), []),
        (ENCODED[:150], []),
        ("Statement = [{ Effect = ", []),
        ("Statement = " + "[" * 40, []),
    ],
    ids=["jsonencode", "plan", "data source", "reference", "template", "hidden", "cut", "end", "nested"],
)
def test_policy_in_terraform(code: str, statements: list[Any]) -> None:
    assert [each.content["Statement"] for each in find_policies_in_code(f"{code}\n")] == statements


def _allow(action: object, resource: object, **more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


CDK = """\
fn.addToRolePolicy(new iam.PolicyStatement({
  sid: 'Read', // of the shop
  actions: ['s3:GetObject'],
  resources: [bucket.bucketArn, `${bucket.bucketArn}/*`, 'arn:aws:s3:::orders'],
  conditions: { StringEquals: { 'aws:PrincipalTag/team': 'shop' } },
}));
fn.addToRolePolicy(new iam.PolicyStatement({ effect: iam.Effect.DENY, actions, resources: ['*'] }));
"""
CDK_PYTHON = """\
fn.add_to_role_policy(iam.PolicyStatement(
    effect=iam.Effect.DENY,
    actions=["s3:PutObject"],
    resources=[bucket.arn_for_objects("*"), f"{bucket.bucket_arn}/logs", bucket.bucket_arn + "/x"],
))
"""
PULUMI = """\
const policy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: ["s3:GetObject"], Resource: [bucket.arn, "arn:aws:s3:::orders"], },],
});
"""
PULUMI_PYTHON = """\
policy = aws.iam.get_policy_document(statements=[aws.iam.GetPolicyDocumentStatementArgs(
    actions=["s3:GetObject"], resources=["arn:aws:s3:::orders"],
)])
"""


@check_rows(
    ("code", "statements"),
    [
        (
            CDK,
            [
                _allow(
                    ["s3:GetObject"],
                    ["${bucket.bucketArn}", "${bucket.bucketArn}/*", "arn:aws:s3:::orders"],
                    Sid="Read",
                    Condition={"StringEquals": {"aws:PrincipalTag/team": "shop"}},
                ),
                _allow("${actions}", ["*"], Effect="Deny"),
            ],
        ),
        (
            CDK_PYTHON,
            [
                _allow(
                    ["s3:PutObject"],
                    [
                        '${bucket.arn_for_objects("*")}',
                        "${bucket.bucket_arn}/logs",
                        '${bucket.bucket_arn + "/x"}',
                    ],
                    Effect="Deny",
                )
            ],
        ),
        (PULUMI, [_allow(["s3:GetObject"], ["${bucket.arn}", "arn:aws:s3:::orders"])]),
        (PULUMI_PYTHON, [_allow(["s3:GetObject"], ["arn:aws:s3:::orders"])]),
        # Some statements or elements are not known.
        (PULUMI.replace("[{ Effect", "[...others, { Effect"), None),
        (CDK.replace("sid: 'Read'", "...shared"), [_allow("${actions}", ["*"], Effect="Deny")]),
        (
            CDK.replace("{ StringEquals", "when || { StringEquals"),
            [_allow("${actions}", ["*"], Effect="Deny")],
        ),
        (DATA.replace("  statement {", "  source_policy_documents = [local.base]\n  statement {", 1), None),
        (ENCODED.replace("Statement = [{", "Statement = [for each in var.roles : {"), None),
        ("class PolicyStatement(Base):\n    actions = []", None),
        ("interface Policy { Statement: { Action: string[]; }[] }", None),
    ],
    ids=[
        "CDK",
        "CDK in Python",
        "Pulumi",
        "Pulumi in Python",
        "spread statements",
        "spread elements",
        "computed condition",
        "other documents",
        "loop",
        "class",
        "type",
    ],
)
def test_policy_in_code(code: str, statements: list[Any] | None) -> None:
    found = [each.content["Statement"] for each in find_policies_in_code(code)]
    assert found == ([] if statements is None else [statements])


SAM = """\
Resources:
  Role:
    Properties:
      AssumeRolePolicyDocument:
        Statement:
        - Effect: Allow
          Principal: {Service: lambda.amazonaws.com}
          Action: sts:AssumeRole
      Policies:
        - PolicyDocument:
            Statement:
              - Sid: Read # of the shop
                Effect: Allow
                Action: [s3:GetObject, 's3:ListBucket']
                Resource:
                  - !GetAtt Bucket.Arn
                  - !Sub "${Bucket.Arn}/*"
                  - arn:aws:s3:::orders
                  - Fn::Join: ["", [a, b]]
                Condition:
                  StringEquals:
                    aws:PrincipalTag/team: shop
              - Action: "s3:Put*"
                Effect: Deny
                Resource: '*'
"""
SERVERLESS = """\
provider:
  iamRoleStatements:
    - Effect: "Allow"
      Action:
        - dynamodb:GetItem
      Resource:
        Fn::Join:
          - ":"
          - - "arn:aws:dynamodb"
            - Ref: AWS::Region
            - "table/orders"
"""


@check_rows(
    ("template", "policies"),
    [
        (
            SAM,
            [
                (
                    True,
                    [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "lambda.amazonaws.com"},
                            "Action": "sts:AssumeRole",
                        }
                    ],
                ),
                (
                    True,
                    [
                        {
                            "Sid": "Read",
                            "Effect": "Allow",
                            "Action": ["s3:GetObject", "s3:ListBucket"],
                            "Resource": [
                                "${Bucket.Arn}",
                                "${Bucket.Arn}/*",
                                "arn:aws:s3:::orders",
                                {"Fn::Join": ["", ["a", "b"]]},
                            ],
                            "Condition": {"StringEquals": {"aws:PrincipalTag/team": "shop"}},
                        },
                        {"Action": "s3:Put*", "Effect": "Deny", "Resource": "*"},
                    ],
                ),
            ],
        ),
        (
            SERVERLESS,
            [
                (
                    True,
                    [
                        _allow(
                            ["dynamodb:GetItem"],
                            {"Fn::Join": [":", ["arn:aws:dynamodb", {"Ref": "AWS::Region"}, "table/orders"]]},
                        )
                    ],
                )
            ],
        ),
        (
            "- Effect: Allow\n  Action: sts:AssumeRole\n  Principal: { AWS: [a, 'b'] }",
            [(False, [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ["a", "b"]}}])],
        ),
        (
            "- Effect: Allow\n  Action: s3:*\n  Resource: {a: 1, b: 2}",
            [(False, [_allow("s3:*", {"a": 1, "b": 2})])],
        ),
        ("- Effect: Allow\n  Action: s3:*\n  Resource: *all", [(False, [_allow("s3:*", "${*all}")])]),
        ("- Effect: Allow\n  <<: *base\n  Action: s3:*", []),
        (
            "- Effect: Allow\n  Action: s3:*\n- Effect: Allow\n  Action:\n  - s3:Get*\n  - x\n  bad",
            [(False, [{"Effect": "Allow", "Action": "s3:*"}])],
        ),
        ("- Effect: Allow\n  Action: s3:Get*\n    (the one that fails)\n  Resource: x", []),
        ("taints:\n  - effect: NoSchedule\n    key: a", []),
        ('{\n  "Action": "s3:*",\n  "Effect": "Allow"\n}', []),
    ],
    ids=["SAM", "Serverless", "object", "objects", "anchor", "merge", "broken", "remark", "taint", "JSON"],
)
def test_policy_in_yaml(template: str, policies: list[tuple[bool, list[Any]]]) -> None:
    found = [(each.is_whole, each.content["Statement"]) for each in find_policies_in_yaml(template)]
    assert found == policies


GET = (
    "User: arn:aws:sts::111122223333:assumed-role/app/1 is not authorized to perform: s3:GetObject on resource: "
    "arn:aws:s3:::orders/1.csv because no identity-based policy allows the s3:GetObject action"
)


@check_rows(
    ("place", "code", "cause", "words"),
    [
        (
            "# main.tf",
            DATA_ALLOW,
            "stated-policy-other-resource",
            "The policy in main.tf allows s3:GetObject only on arn:aws:s3:::orders,",
        )
        for DATA_ALLOW in (
            'data "aws_iam_policy_document" "x" {\n  statement {\n    actions = ["s3:GetObject"]\n    resources = ["arn:aws:s3:::orders"]\n  }\n}',
            "Statement:\n  - Effect: Allow\n    Action: s3:Get*\n    Resource: arn:aws:s3:::orders",
            PULUMI_PYTHON,
        )
    ]
    + [
        (
            "$ cat lib/stack.ts",
            PULUMI,
            "stated-policy-other-resource",
            "is checked on a resource in the bucket, arn:aws:s3:::orders/",
        ),
        (
            "template.yaml:",
            "Statement:\n  - Effect: Allow\n    Action: s3:List*\n    Resource: !Ref X",
            "stated-policy-other-action",
            "The policy in template.yaml does not allow s3:GetObject: it allows only s3:List*.",
        ),
        # Nothing shows that such code is about this caller, or that it has all statements.
        ("# main.tf", 'Statement = [{ Effect = "Allow", Action = "logs:*", Resource = "*" }]', None, ""),
        ("", "new iam.PolicyStatement({ actions: ['s3:PutObject'], resources: ['*'] })", None, ""),
        ("", 'Statement = [{ Effect = "Allow", Action = var.actions, Resource = "*" }]', None, ""),
        ("", 'Statement = [{ Effect = "Deny", Action = "s3:*", Resource = var.bucket }]', None, ""),
    ],
)
def test_policies_in_code_are_compared(place: str, code: str, cause: str | None, words: str) -> None:
    """Literal values decide, and a reference to the ARN of the bucket, which no object has."""
    explanation = explain(f"{GET}\n\n{place}\n{code}\n")
    found = [each for each in explanation.causes if each.code.startswith("stated-policy")]
    assert [each.code for each in found] == ([] if cause is None else [cause])
    assert all(words in each.text for each in found)
    assert (explanation.causes[0] in found) is any(
        each.evidence == "derived" and cause == "stated-policy-other-resource" for each in found
    )


def test_reference_in_json_decides_nothing() -> None:
    """Terraform fills the references of a heredoc, and CloudFormation those of its functions."""
    for resource in (
        "${aws_s3_bucket.orders.arn}/*",
        {"Ref": "Orders"},
        {"Fn::Sub": "${Orders.Arn}/*"},
    ):
        document = {"Version": "2012-10-17", "Statement": [_allow("s3:GetObject", resource)]}
        causes = explain(f"{GET}\n{json.dumps(document)}").causes
        assert [each.code for each in causes[:2]] == ["no-identity-allow", "stated-policy-other-resource"]


def test_user_with_a_name_like_a_service_is_no_service() -> None:
    explanation = explain(
        "The user Bob is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/jobs"
    )
    assert explanation.summary.startswith("Bob was denied sts:AssumeRole")
    assert (
        "The role that Glue uses was denied"
        in explain("Glue is not authorized to perform: s3:GetObject").summary
    )


def test_trust_policy_with_a_reference_is_not_evaluated() -> None:
    code = ENCODED.replace('"ecs-tasks.amazonaws.com"', "var.service")
    error = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/jobs"
    assert explain(f"{error}\n{code}").causes == explain(error).causes


@given(st.text(alphabet="- []{}:,'\"!&*|>#\n\\aEfectAllowDny", max_size=80))
def test_no_yaml_breaks_the_reader(text: str) -> None:
    for each in find_policies_in_yaml(f"- Effect: Allow\n{text}\n  Effect: Deny\n  {text}"):
        assert isinstance(each.content["Statement"], list)


MFA = {"Sid": "NeedMfa", "Effect": "Deny", "Action": "sts:AssumeRole"}
WITHOUT_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
OF_ANYBODY = {**MFA, "Principal": {"AWS": "*"}, "Condition": WITHOUT_MFA}


@check_rows(
    ("text", "statements"),
    [
        ("  Sid NeedMfa  Deny   Principal AWS *   Action sts:AssumeRole\n     Condition  BoolIfExists  aws:MultiFactorAuthPresent = false\nIt works in the console.", [OF_ANYBODY]),
        ("Sid: NeedMfa; Effect: Deny; Principal: *; Action: sts:AssumeRole; Condition: BoolIfExists aws:MultiFactorAuthPresent: false", [{**OF_ANYBODY, "Principal": "*"}]),
        ("| Sid | Effect | Principal | Action | Condition |\n|---|---|---|---|---|\n| NeedMfa | Deny | * | sts:AssumeRole | BoolIfExists aws:MultiFactorAuthPresent: false |", [{**OF_ANYBODY, "Principal": "*"}]),
        ("Euro | Deny | Action: s3:*, sqs:* | Resource: * | Condition: StringNotEquals aws:RequestedRegion [eu-west-1, eu-west-3]", [{"Sid": "Euro", "Effect": "Deny", "Action": ["s3:*", "sqs:*"], "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-west-3"]}}}]),
        ("Allow  Principal AWS arn:aws:iam::111122223333:user/ada, .../user/ben  Action sts:AssumeRole", [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ["arn:aws:iam::111122223333:user/ada", "arn:aws:iam::111122223333:user/ben"]}}]),
        # A part is missing or not understood.
        ("Sid NeedMfa  Deny  Action sts:AssumeRole", []),
        ("Sid NeedMfa  Deny  Principal everybody else  Action sts:AssumeRole", []),
        ("Sid NeedMfa  Deny  Principal *  Action sts:AssumeRole  Condition only without MFA", []),
        ("Sid NeedMfa  Deny  Principal *  Action sts:AssumeRole  Condition Bool aws:MultiFactorAuthPresent is not true", []),
        ("Sid NeedMfa  Deny  Principal *  Action sts:AssumeRole  Condition Bool aws:MultiFactorAuthPresent false when she calls", []),
        ("The Action is sts:AssumeRole, and I think that the Deny is about the Principal *", []),
        ("Allow or Deny  Principal *  Action sts:AssumeRole", []),
    ],
)  # fmt: skip
def test_policy_in_rows(text: str, statements: list[Any]) -> None:
    found = list(find_policies_in_rows(text))
    assert [statement for each in found for statement in each.content["Statement"]] == statements
    assert not any(each.is_whole for each in found)


TRUST_DENY = "An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::111122223333:user/ada is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/Rescue with an explicit deny in the role trust policy\n"
DEVICE = "My MFA arn:aws:iam::111122223333:mfa/ada-phone, which works in the console."


@check_rows(
    ("row", "verdict"),
    [
        ("Sid NeedMfa  Deny  Principal *  Action sts:AssumeRole\n  Condition BoolIfExists aws:MultiFactorAuthPresent = false", "the statement NeedMfa of the role's trust policy denies it if the caller's credentials carry no MFA."),
        ("- Sid: NeedMfa\n  Effect: Deny\n  Principal: '*'\n  Action: sts:AssumeRole\n  Condition:\n    BoolIfExists:\n      aws:MultiFactorAuthPresent: 'false'", "the statement NeedMfa of the role's trust policy denies it if the caller's credentials carry no MFA."),
        ("Sid Office  Deny  Principal *  Action sts:AssumeRole\n  Condition NotIpAddress aws:SourceIp = 203.0.113.0/24", "the statement Office of the role's trust policy denies it unless aws:SourceIp is 203.0.113.0/24."),
        ("Sid NoCi  Deny  Principal AWS arn:aws:iam::111122223333:user/ci  Action sts:AssumeRole", "the role's trust policy explicitly denies it."),
    ],
)  # fmt: skip
def test_part_of_a_trust_policy_that_denies(row: str, verdict: str) -> None:
    explanation = explain(f"{TRUST_DENY}\nTrust tab:\n{row}\n{DEVICE}")
    assert explanation.summary.endswith(verdict)
    first = explanation.remedies[0]
    if "MFA" in verdict:
        # The user needs nobody else, and a sign-in to the console does not count.
        assert len(explanation.remedies) == 1
        assert (first.who, first.title) == ("you", "Call with MFA")
        assert "--serial-number arn:aws:iam::111122223333:mfa/ada-phone --token-code" in first.commands[0]
        assert "also if you sign in to the console" in first.steps[0]
    # The other statements are unknown.
    assert "whole trust policy" not in explanation.to_text(detail="full")


@given(st.text(alphabet="|:;=-*. \nSidEfectAcionPrpalDyw[]", max_size=80))
def test_no_row_breaks_the_reader(text: str) -> None:
    for each in find_policies_in_rows(f"Sid A Deny Action s3:* {text} Resource * {text}"):
        assert isinstance(each.content["Statement"], list)


@given(st.text(alphabet="[]{}=,:\"$#/+-~> \n\\aStement'`()f.", max_size=80))
def test_no_code_breaks_the_reader(text: str) -> None:
    for start in ("Statement = [", "PolicyStatement(", "statements=[GetPolicyDocumentStatementArgs("):
        for each in find_policies_in_code(f"{start}{text}"):
            assert isinstance(each.content["Statement"], list)


@given(st.text(alphabet='[]{}=,:"$#/+-~> \n\\aStement', max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    for each in find_policies_in_code(f"Statement = [{text}"):
        assert isinstance(each.content["Statement"], list)


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
    assert "cannot assume the role jobs" in explanation.summary
    assert "assume_role_policy = jsonencode({" in (explanation.remedies[0].manifest or "")
    assert "assume_role_policy" in explanation.remedies[0].steps[0]
    assert explanation.remedies[0].steps[-1].startswith("Retry after a few seconds")


def test_statements_without_a_policy_are_one_policy() -> None:
    other = TRUST | {"Action": "sts:TagSession"}
    whole = {"Version": "2012-10-17", "Statement": [TRUST]}
    text = f"{json.dumps(whole)}\n{json.dumps(TRUST)}, {json.dumps(other)}"
    found = [each.content["Statement"] for each in find_documents(text)]
    assert found == [[TRUST], [TRUST, other]]


SECRET = "An error occurred (AccessDeniedException) when calling the GetSecretValue operation: User: arn:aws:sts::111122223333:assumed-role/app/i-1 is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-a1B2c3 with an explicit deny in a resource-based policy"


def test_policy_in_a_string_of_json() -> None:
    policy = {
        "Statement": [
            {
                "Sid": "NoApp",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "secretsmanager:*",
                "Resource": "*",
            }
        ]
    }
    for member in ("ResourcePolicy", "Policy", "policyText"):
        shown = json.dumps({member: json.dumps(policy)})
        assert "the statement NoApp" in explain(f"{SECRET}\n{shown}").summary
    cut = json.dumps({"Policy": json.dumps(policy)[:-4]})
    assert "NoApp" not in explain(f"{SECRET}\n{cut}").summary


_OUTSIDE = "An error occurred (AccessDenied) when calling the CreateQueue operation: User: arn:aws:iam::111122223333:user/kim is not authorized to perform: sqs:createqueue on resource: arn:aws:sqs:us-west-2:111122223333:orders with an explicit deny in a service control policy"
_BY_REGION = "denies it because aws:RequestedRegion is us-west-2, not"


@check_rows(
    ("words", "says"),
    [
        ("Our SCP blocks all actions outside of eu-west-1, exempt: iam:*, sts:*.", f"{_BY_REGION} eu-west-1."),
        ('The wiki says: "Deny everything outside eu-west-1 and eu-west-3 (NotAction: iam:*, sts:*)"', f"{_BY_REGION} eu-west-1 or eu-west-3."),
        ("The guardrail denies everything outside the regions eu-west-1, eu-west-3.", f"{_BY_REGION} eu-west-1 or eu-west-3."),
        ("Does the SCP deny everything outside eu-west-1?", None),
        ("It does not deny everything outside eu-west-1.", None),
        ("It denies everything outside us-west-2.", None),
        ("Deny everything outside eu-west-1, except sqs:*.", None),
        ("We run everything outside eu-west-1.", None),
    ],
)  # fmt: skip
def test_regions_outside_of_which_a_policy_denies(words: str, says: str | None) -> None:
    summary = explain(f"{words}\n{_OUTSIDE}").summary
    assert (says or _BY_REGION) in summary if says else _BY_REGION not in summary


def test_described_deny_has_to_exempt_a_certificate_for_cloudfront() -> None:
    denied = (
        _OUTSIDE.replace("sqs:us-west-2:111122223333:orders", "acm:us-east-1:111122223333:certificate/*")
        .replace("sqs:createqueue", "acm:RequestCertificate")
        .replace("CreateQueue", "RequestCertificate")
    )
    words = "SCP: deny everything outside eu-west-1, NotAction: iam:*, cloudfront:*\nIt is for CloudFront."
    first = explain(f"{words}\n{denied}").remedies[0]
    assert first.title == "Have the Deny exempt acm"
    assert "cloudfront:* covers only calls to CloudFront itself." in " ".join(first.steps)
    assert first.manifest is None
