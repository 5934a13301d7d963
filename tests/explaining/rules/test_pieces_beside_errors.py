"""A piece of the text beside the error decides: a variable in a shell, a setting, a template or what was tried."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

# --------------------------------------------------------------------------------- the variable of an ECS task

NO_CREDENTIALS = "Amazon.Runtime.AmazonServiceException: Unable to get IAM security credentials from EC2 Instance Metadata Service."
IN_SHELL = "PS C:\\> $env:AWS_CONTAINER_CREDENTIALS_RELATIVE_URI\n/v2/credentials/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
ANSWER = ".RoleArn\narn:aws:iam::111122223333:role/shop-task"


def test_application_pool_without_the_variable_of_the_task() -> None:
    image = 'ENTRYPOINT C:\\ServiceMonitor.exe w3svc, application pool "ShopPool"'
    explanation = explain(f"{NO_CREDENTIALS}\n\n{image}\n\n{IN_SHELL}\n{ANSWER}")
    assert "the application pool ShopPool does not have AWS_CONTAINER" in explanation.summary
    assert "the task role shop-task works" in explanation.summary
    assert explanation.causes[0].code == "relative-uri-missing"
    assert explanation.remedies[0].manifest == 'ENTRYPOINT ["C:\\\\ServiceMonitor.exe", "w3svc", "ShopPool"]'
    assert not any("give the" in each.title for each in explanation.remedies)


def test_application_pool_that_gets_the_variable() -> None:
    image = 'ENTRYPOINT C:\\ServiceMonitor.exe w3svc ShopPool, application pool "ShopPool"'
    explanation = explain(f"{NO_CREDENTIALS}\n\n{image}\n\n{IN_SHELL}")
    assert "ShopPool does not have" not in explanation.summary
    assert explanation.causes[0].evidence == "possible"


def test_other_process_without_the_variable_of_the_task() -> None:
    shell = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/credentials/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
    explanation = explain(f"$ env\n{shell}\n\nUnable to locate credentials")
    assert ", most likely because the process does not have" in explanation.summary
    assert explanation.summary.endswith("No permission is missing.")
    assert explanation.causes[0].evidence == "possible"


POOL = "[shop]\nlisten = 9000\npm = static\npm.max_children = 4"


# ------------------------------------------------------------------------------------ trust policies in templates

UNTRUSTED = "An error occurred (InvalidParameterValueException) when calling the CreateFunction operation: The role defined for the function cannot be assumed by Lambda."
YAML = """  SyncRole:
    Type: AWS::IAM::Role
    Properties:
      RoleName: sync
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal:
              Service: {}
            Action: sts:AssumeRole
"""
HCL = """resource "aws_iam_role" "sync" {{
  name = "sync"
  assume_role_policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{ Effect = "Allow", Principal = {{ Service = {} }}, Action = "sts:AssumeRole" }}]
  }})
}}
"""


@check_rows(
    ("template", "step", "line"),
    [
        (YAML.format("ec2.amazonaws.com"), "of SyncRole with this one", "        Service: lambda.amazonaws.com"),
        (f"The role is copied.\n{YAML.format('ec2.amazonaws.com')}", "of SyncRole", "        Service: lambda.amazonaws.com"),
        (HCL.format('"ec2.amazonaws.com"'), "of aws_iam_role.sync", '        "Service": "lambda.amazonaws.com"'),
        # The name or another role in the code says that the role is for somebody else.
        (HCL.format('"ec2.amazonaws.com"').replace('" "sync"', '" "ec2"').replace('"sync"', '"sync-ec2"'), "of aws_iam_role.ec2", '          "lambda.amazonaws.com"'),
        (HCL.format('"ec2.amazonaws.com"') + "role = aws_iam_role.other.arn\n", "of aws_iam_role.sync", '          "lambda.amazonaws.com"'),
        # What a reference stands for is not known, and which of two roles it is.
        (HCL.format("var.service"), "", None),
        (YAML.format('!Sub "ec2.${AWS::URLSuffix}"'), "", None),
        (YAML.format("ec2.amazonaws.com") * 2, "", None),
    ],
    ids=["YAML", "copy", "Terraform", "name", "other role", "variable", "reference", "two roles"],
)  # fmt: skip
def test_trust_policy_of_a_template(template: str, step: str, line: str | None) -> None:
    explanation = explain(f"{template}\n{UNTRUSTED}")
    first = explanation.remedies[0]
    assert (first.manifest is not None) is (line is not None)
    if line is not None:
        assert step in first.steps[0]
        assert line in (first.manifest or "").splitlines()
        assert first.commands == ()
        assert "the role sync" in explanation.summary


@pytest.mark.parametrize("tool", ["AWS CLI"])
def test_role_of_the_account_in_terraform(tool: str) -> None:
    said = "UpdateStage, https response error StatusCode: 400, BadRequestException: CloudWatch Logs role ARN must be set in account settings to enable logging"
    text = f"Error: updating API Gateway Stage (ags-0a1b2c3d4e-live): operation error API Gateway: {said}\n\n  with aws_api_gateway_stage.live,"
    if tool == "AWS CLI":
        text = f"An error occurred (BadRequestException) when calling the UpdateStage operation: {said.partition('Exception: ')[2]}"
    remedy = explain(text).remedies[0]
    assert (remedy.commands == ()) is (tool == "Terraform")
    assert ('resource "aws_api_gateway_account"' in (remedy.manifest or "")) is (tool == "Terraform")
    assert remedy.placeholders == (() if tool == "Terraform" else ("REGION", "ACCOUNT_ID"))


# ------------------------------------------------------------------------------------- keys in settings of Django

UNKNOWN_KEY = "botocore.exceptions.ClientError: An error occurred (InvalidAccessKeyId) when calling the ListObjectsV2 operation: The AWS Access Key Id you provided does not exist in our records."


@pytest.mark.parametrize(
    ("settings", "token"),
    [
        (
            'AWS_ACCESS_KEY_ID = os.environ["AWS_ACCESS_KEY_ID"]\nAWS_SECRET_ACCESS_KEY = os.environ["AWS_SECRET_ACCESS_KEY"]',
            'AWS_SESSION_TOKEN = os.environ.get("AWS_SESSION_TOKEN")',
        ),
        (
            'AWS_S3_ACCESS_KEY_ID = env("AWS_ACCESS_KEY_ID")\nAWS_S3_SECRET_ACCESS_KEY = env("AWS_SECRET_ACCESS_KEY")',
            'AWS_SESSION_TOKEN = env("AWS_SESSION_TOKEN")',
        ),
    ],
    ids=["environ", "env"],
)
def test_settings_without_the_session_token(settings: str, token: str) -> None:
    explanation = explain(
        f'File "/var/task/app/views.py", line 4\n{UNKNOWN_KEY}\n\n{settings}\nThe ID is ASIAIOSFODNN7EXAMPLE'
    )
    assert explanation.summary.startswith("The code passes a key ID and secret of the execution role without")
    assert "IAM lists it under no user" in explanation.causes[1].text
    assert "SECRET_ACCESS_KEY: the SDK" in explanation.remedies[0].steps[0]
    assert token in explanation.remedies[0].steps[1]


@pytest.mark.parametrize(
    "settings",
    [
        "AWS_ACCESS_KEY_ID=$AWS_ACCESS_KEY_ID\nAWS_SECRET_ACCESS_KEY=$AWS_SECRET_ACCESS_KEY",
        "\n".join(
            f'{name} = os.getenv("{name}")'
            for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        ),
    ],
    ids=["shell", "with token"],
)
def test_settings_that_do_not_lack_the_token(settings: str) -> None:
    assert "The code passes" not in explain(f"{UNKNOWN_KEY}\n\n{settings}").summary


# -------------------------------------------------------------------------------------------------- the root user

ROOT = "An error occurred (AccessDenied) when calling the AssumeRole operation: Roles may not be assumed by root accounts."
IDENTITY = (
    '$ aws sts get-caller-identity\n{"Account": "111122223333", "Arn": "arn:aws:iam::111122223333:root"}'
)


def test_root_user_in_a_kubeconfig() -> None:
    kubeconfig = "args:\n  - --region\n  - eu-west-1\n  - eks\n  - get-token\n  - --cluster-name\n  - orders\n  - --role\n  - arn:aws:iam::111122223333:role/orders-admin"
    trust = "The trust policy has arn:aws:iam::111122223333:root as its principal."
    explanation = explain(f"{ROOT}\n\n{kubeconfig}\n\n{IDENTITY}\n\n{trust}")
    assert "stands for the account" in explanation.causes[0].text
    first = explanation.remedies[0]
    assert first.commands == (
        "aws configure sso --profile PROFILE",
        "aws eks update-kubeconfig --name orders --region eu-west-1 --role-arn arn:aws:iam::111122223333:role/orders-admin --profile PROFILE",
        "aws sts get-caller-identity --profile PROFILE --query Arn --output text",
    )
    assert '"Resource": "arn:aws:iam::111122223333:role/orders-admin"' in first.steps[0]
    assert not any("check the control policies" in each for each in explanation.notes)


def test_root_user_repeats_the_call() -> None:
    call = "aws sts assume-role --role-arn arn:aws:iam::444455556666:role/ops --role-session-name me"
    lines = explain(f"$ {call}\n\n{ROOT}").remedies[0].commands
    assert lines[-1] == f"{call} --profile PROFILE"


def test_root_user_of_a_profile() -> None:
    said = "source_profile=main and role/deploy in the same account, the trust policy has arn:aws:iam::111122223333:root"
    first = explain(f"{ROOT}\n\n{said}").remedies[0]
    assert '"Resource": "arn:aws:iam::111122223333:role/deploy"' in first.steps[0]
    assert "set it as source_profile" in first.steps[0]
    # The role can be in another account than the one that it trusts.
    other = explain(f"{ROOT}\n\n{said.replace('the same account', 'account B')}").remedies[0]
    assert '"Resource": "ROLE_ARN"' in other.steps[0]


def test_root_user_without_a_trust_policy() -> None:
    explanation = explain(f"{ROOT}\n\n{IDENTITY}")
    assert "stands for the account" not in explanation.causes[0].text


# ------------------------------------------------------------------------------------- the audiences of a provider

AUDIENCE = "Run aws-actions/configure-aws-credentials@v4\n  with:\n    role-to-assume: arn:aws:iam::111122223333:role/deploy\n    audience: sts.amazonaws.com\nError: Could not assume role with OIDC: Incorrect token audience"


@check_rows(
    ("code", "setting"),
    [
        ("Type: AWS::IAM::OIDCProvider\nProperties:\n  ClientIdList:\n    - sigstore", "ClientIdList"),
        ('"Type": "AWS::IAM::OIDCProvider", "ClientIdList": ["sigstore"]', "ClientIdList"),
        ('client_id_list = ["sigstore"]', "client_id_list"),
        ("new iam.OpenIdConnectProvider(this, 'GitHub', { url, clientIds: ['sigstore'] })", "clientIds"),
    ],
    ids=["yaml", "json", "terraform", "cdk"],
)
def test_audiences_of_a_provider_in_code(code: str, setting: str) -> None:
    explanation = explain(f"{AUDIENCE}\n\n{code}")
    assert (
        explanation.summary
        == "The IAM OIDC provider lists only sigstore as audience, and the token is for sts.amazonaws.com."
    )
    first = explanation.remedies[0]
    assert f"Add it to {setting} in the code of the provider, too" in first.steps[1]
    assert len(first.commands) == 1


# ------------------------------------------------------------------------------------------------- Lambda@Edge

EDGE = {"Effect": "Allow", "Principal": {"Service": "edgelambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
UNASSUMED = "InvalidParameterValueException: The role defined for the function cannot be assumed by Lambda."


def _print_trust(service: str) -> str:
    statement = {**EDGE, "Principal": {"Service": service}}
    return f"$ aws iam get-role --role-name rewrite --query Role.AssumeRolePolicyDocument\n{json.dumps({'Version': '2012-10-17', 'Statement': [statement]})}"


def test_role_of_lambda_at_edge() -> None:
    explanation = explain(f"{UNASSUMED}\n\n{_print_trust('edgelambda.amazonaws.com')}\nI waited 20 minutes.")
    assert "cannot assume the role rewrite" in explanation.summary
    assert "needs both in one role" in explanation.causes[1].text
    [first] = explanation.remedies
    assert "--role-name rewrite" in first.commands[-1]
    assert first.steps[-1].startswith("Retry after a few seconds")


def test_role_of_another_service() -> None:
    explanation = explain(f"{UNASSUMED}\n\n{_print_trust('ec2.amazonaws.com')}")
    assert "needs both" not in explanation.causes[1].text
    assert "Waiting alone" not in str(explanation)


# ------------------------------------------------------------------------------------------------ code to replace


@pytest.mark.parametrize(
    ("code", "corrected"),
    [
        (
            "const orders = Table.fromTableArn(this, 'Orders', 'arn:aws:dynamodb:eu-west-1:111122223333:table/orders');",
            "const orders = Table.fromTableAttributes(this, 'Orders', { tableArn: 'arn:aws:dynamodb:eu-west-1:111122223333:table/orders', grantIndexPermissions: true });",
        ),
        (
            'orders = dynamodb.Table.from_table_name(self, "Orders", "orders")',
            'orders = dynamodb.Table.from_table_attributes(self, "Orders", table_arn="arn:aws:dynamodb:eu-west-1:111122223333:table/orders", grant_index_permissions=True)',
        ),
        (
            "It is imported by fromTableName.",
            "Table.fromTableAttributes(this, 'Table', { tableArn: 'arn:aws:dynamodb:eu-west-1:111122223333:table/orders', grantIndexPermissions: true });",
        ),
    ],
    ids=["typescript", "python", "prose"],
)
def test_imported_table(code: str, corrected: str) -> None:
    table = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"
    denial = f"User: arn:aws:sts::111122223333:assumed-role/list/list is not authorized to perform: dynamodb:Query on resource: {table}/index/byDay because no identity-based policy allows the dynamodb:Query action"
    policy = json.dumps({"Statement": [{"Effect": "Allow", "Action": "dynamodb:Query", "Resource": table}]})
    assert explain(f"{denial}\n\n{code}\n\n{policy}").remedies[0].manifest == corrected


# ----------------------------------------------------------------------------------------------- SMTP passwords

SMTP = "535 Authentication Credentials Invalid\nhost email-smtp.eu-west-1.amazonaws.com\nusername AKIAIOSFODNN7EXAMPLE\n"


def test_secret_access_key_as_the_smtp_password() -> None:
    policy = '{"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*"}'
    explanation = explain(f"{SMTP}password = the secret access key of that key\n{policy}")
    assert "the program sends a secret access key" in explanation.summary
    titles = [each.title for each in explanation.remedies]
    assert titles[0] == "Calculate the SMTP password for eu-west-1 from the secret access key"
    assert titles[1].startswith("Or create SMTP credentials")
    assert "the one in the text is sufficient" in explanation.notes[0]


def test_unknown_smtp_password() -> None:
    explanation = explain(f"{SMTP}password = from the console")
    assert explanation.remedies[0].title.startswith("Create SMTP credentials")
    assert "an IAM user (AKIA…) with ses:SendRawEmail" in " ".join(explanation.remedies[0].steps)
