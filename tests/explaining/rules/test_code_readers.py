"""Blocks of Terraform's code and resources of templates are read alike wherever a text shows them, also in part."""

from __future__ import annotations

from iamtriage.explaining._context.readers.coded_principals import find_coded_principals
from iamtriage.explaining._context.readers.template_resources import find_template_resources
from iamtriage.explaining._context.readers.terraform_code import find_blocks, find_resources, find_steps
from tests.tables import check_rows

_ROLE = 'resource "aws_iam_role" "app" {'
_ROLES = {
    "block": f'{_ROLE}\n  name = "app-prod"\n}}\n',
    "block on a line": f'{_ROLE} name = "app-prod" }}',
    "block without an end": f'{_ROLE}\n  name = "app-prod"\n  path = "/jobs/"\n',
    "block before another": f'{_ROLE}\n  name = "app-prod"\nresource "aws_iam_user" "ci" {{\n  name = "ci"\n}}\n',
    "name after an object": f'{_ROLE}\n  tags = {{ name = "x" }}\n  policy = jsonencode({{\n    name = "y"\n  }})\n  name = "app-prod"\n}}\n',
    "name after a comment": f'{_ROLE}\n  # name = "old" {{\n  name = "app-prod" # {{\n}}\n',
    "plan": f'  + {_ROLE}\n      + name = "app-prod"\n    }}\n',
    "error": f'  on main.tf line 3, in resource "aws_iam_role" "app":\n   3: {_ROLE}\n  name = "app-prod"\n',
    "template": "Resources:\n  app:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleName: app-prod\n",
    "template with other attributes": "  app:\n    DependsOn: Key\n    Type: 'AWS::IAM::Role'\n    Properties:\n\n# a comment\n      RoleName: 'app-prod'\n  Other:\n    Type: AWS::SQS::Queue\n",
    "template in JSON": '{"Resources": {"app": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "app-prod"}}}}',
    "template in flow style": "  app: { Type: AWS::IAM::Role, Properties: { RoleName: app-prod } }\n",
}


@check_rows("text", _ROLES.values(), ids=_ROLES)
def test_the_name_of_a_role_is_read_in_any_form(text: str) -> None:
    assert [(each.label, each.name) for each in find_coded_principals(text)] == [("app", "app-prod")]


@check_rows(
    "text",
    [
        f'{_ROLE}\n  name = "app-${{var.stage}}"\n}}\n',
        f"{_ROLE}\n  name = local.name\n}}\n",
        f'{_ROLE}\n  name = "app; rm"\n}}\n',
        f'{_ROLE}\n  tags = {{ name = "app" }}\n}}\n',
        "  app:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleName: !Sub ${AWS::StackName}-app\n",
        "  app:\n    Type: AWS::IAM::Role\n  Other:\n    Properties:\n      RoleName: app\n",
    ],
)
def test_a_name_that_is_not_written_out_is_not_known(text: str) -> None:
    assert [(each.label, each.name) for each in find_coded_principals(text)] == [("app", None)]


def test_blocks_have_arguments_and_nested_blocks() -> None:
    code = 'provider "aws" {\n  region = "eu-west-1"\n  assume_role {\n    role_arn = "arn:aws:iam::111122223333:role/ci"\n  }\n}\n'
    (block,) = find_blocks(code, "provider", "aws")
    assert block.header == 'provider "aws"'
    assert block.arguments == {"region": '"eu-west-1"'}
    assert [each.texts for each in block.find_nested("assume_role")] == [
        {"role_arn": "arn:aws:iam::111122223333:role/ci"}
    ]
    assert not find_resources(code)


def test_a_backend_is_nested_and_others_are_not() -> None:
    code = 'terraform {\n  backend "s3" {\n    key = "a"\n  }\n}\ndata "aws_eks_cluster" "main" {\n  name = "shop"\n'
    assert [each.is_whole for each in find_blocks(code, "backend")] == [True]
    (source,) = find_blocks(code, "data")
    assert (source.address, source.is_whole, source.text_of("name")) == (
        "data.aws_eks_cluster.main",
        False,
        "shop",
    )


def test_properties_of_a_resource() -> None:
    yaml = "  P:\n    Type: AWS::Lambda::Permission\n    Properties:\n      Action: lambda:InvokeFunction\n      SourceArn: !GetAtt Topic.Arn\n"
    (found,) = find_template_resources(yaml, "AWS::Lambda::Permission")
    assert found.properties == {"Action": "lambda:InvokeFunction", "SourceArn": "${Topic.Arn}"}
    (found,) = find_template_resources('{"P": {"Type": "AWS::SNS::Topic", "Properties": {"A": 1}}}')
    assert found.properties == {"A": 1}
    (found,) = find_template_resources('{"P": {"Type": "AWS::SNS::Topic", "Properties": {"A": 1')
    assert found.properties == {}


def test_lines_of_terraforms_log() -> None:
    log = "module.web[0].aws_iam_role.app: Creating...\nmodule.web[0].aws_iam_role.app: Creation complete after 2s [id=app-prod]\naws_iam_policy.x: Creating...\n"
    found = find_steps(log, "aws_iam_role")
    assert [(each.address, each.what, each.id) for each in found] == [
        ("aws_iam_role.app", "Creating", None),
        ("aws_iam_role.app", "Creation complete", "app-prod"),
    ]
