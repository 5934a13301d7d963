"""A policy in the text is compared with the Region of the call, and with the tags that the text shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from iamtriage import explain
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

ROLE = "arn:aws:sts::111122223333:assumed-role/worker/s1"


def _denied(action: str, resource: str) -> str:
    return f"User: {ROLE} is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action"


def _policy(action: object, resource: str = "*", /, **condition: Mapping[str, object]) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return json.dumps({**statement, "Condition": condition} if condition else statement)


TABLE = "arn:aws:dynamodb:{}:111122223333:table/carts"
_FUNCTION = "arn:aws:lambda:{}:111122223333:function:thumbs"
_UPDATE = "aws lambda update-function-code --function-name thumbs --s3-bucket builds --s3-key t.zip --region"


@pytest.mark.parametrize(
    ("heading", "actions", "lookup", "name"),
    [
        ("worker's policy (ThumbsDeploy):", ["lambda:Get*", "lambda:Update*"], "get-function", "the policy ThumbsDeploy"),
        ("worker's policy (inline):", ["lambda:Update*"], "get-function-configuration", "the policy in the text"),
        ("worker's policy (read-write):", ["lambda:*"], "get-function", "the policy in the text"),
    ],
)  # fmt: skip
def test_look_up_that_the_policy_allows(heading: str, actions: list[str], lookup: str, name: str) -> None:
    error = f"An error occurred (AccessDeniedException) when calling the UpdateFunctionCode operation: {_denied('lambda:UpdateFunctionCode', _FUNCTION.format('us-west-2'))}"
    policy = json.dumps({"Statement": [json.loads(_policy(actions, _FUNCTION.format("us-east-1")))]})
    explanation = explain(f"$ {_UPDATE} us-west-2\n\n{error}\n\n{heading}\n{policy}\n")
    found, repeated = explanation.remedies[0].commands
    assert found.startswith(f"aws lambda {lookup} --function-name thumbs --region us-east-1")
    assert repeated == f"{_UPDATE} us-east-1"
    assert f"{name} allows it only in us-east-1" in explanation.summary


STORE = """$ kubectl get clustersecretstore vault -o yaml | grep -A9 spec
spec:
  provider:
    aws:
      service: SecretsManager
      region: us-east-2
"""


@pytest.mark.parametrize(
    ("text", "verdict", "command"),
    [
        (
            f"AWS_REGION=us-east-1\n{_denied('dynamodb:GetItem', TABLE.format('us-east-1'))}\n\n{_policy('dynamodb:*', TABLE.format('eu-west-1'))}",
            'only in eu-west-1, and the call went to us-east-1, set by "AWS_REGION=us-east-1" in the text',
            "aws dynamodb describe-table --table-name carts --region eu-west-1",
        ),
        (
            f"{_policy('ssm:Get*', 'arn:aws:ssm:eu-west-1:111122223333:parameter/app/*')}\n\n{_denied('ssm:GetParameter', 'arn:aws:ssm:us-west-2:111122223333:parameter/app/db')}",
            "only in eu-west-1, and the call went to us-west-2",
            "Key=Name,Values=/app/db --region eu-west-1",
        ),
        (
            f"{STORE}external-secrets: {_denied('secretsmanager:GetSecretValue', 'prod/db')}\n\n{_policy('secretsmanager:*', 'arn:aws:secretsmanager:eu-west-1:*:secret:prod/*')}",
            "only in eu-west-1, and the call went to us-east-2",
            'kubectl patch clustersecretstore vault --type merge --patch \'{"spec": {"provider": {"aws": {"region": "eu-west-1"}}}}\'',
        ),
    ],
    ids=["table", "parameter", "secret"],
)
def test_other_region(text: str, verdict: str, command: str) -> None:
    explanation = explain(text)
    assert verdict in explanation.summary
    first, *others = explanation.remedies
    assert first.title.startswith("Call eu-west-1")
    assert any(command in line for line in first.commands)
    # The resource can be in both Regions, so the reader says which one is meant.
    assert " in that Region" in first.title
    assert any("Check that " in each for each in first.steps)
    assert not any("Only if it is in" in each for each in first.steps)
    assert any(each.policy is not None for each in others)


@pytest.mark.parametrize(
    ("option", "setting", "steps"),
    [
        (" --region us-east-1", ', set by "--region us-east-1" in the text', ()),
        # The ARN shows the Region, and does not set it.
        ("", "", ("Or set AWS_REGION, or region in the profile, to eu-west-1.",)),
    ],
)
def test_other_region_of_what_no_command_looks_up(option: str, setting: str, steps: tuple[str, ...]) -> None:
    """The command of the text with the other Region is enough, and the Allow is in the next remedy."""
    cluster = "arn:aws:eks:{}:111122223333:cluster/shop"
    call = f"$ aws eks update-kubeconfig --name shop{option}"
    denied = _denied("eks:DescribeCluster", cluster.format("us-east-1"))
    explanation = explain(
        f"{call}\n{denied}\n\n{_policy('eks:DescribeCluster', cluster.format('eu-west-1'))}"
    )
    first, other, *_ = explanation.remedies
    assert explanation.summary.endswith(f"the call went to us-east-1{setting}.")
    assert (first.title, first.steps) == ("Call eu-west-1, if you mean shop in that Region", steps)
    assert first.commands == ("aws eks update-kubeconfig --name shop --region eu-west-1",)
    assert other.title == "Or allow eks:DescribeCluster for the role worker on this resource"


@check_rows(
    ("allowed", "is_kept"),
    [
        ("alias/app", True),
        ("alias/*", False),
        ('alias/a"}, "x": "', False),
        ("key/0f1e2d3c-4b5a-6978-8796-000000000000", False),
    ],
)
def test_alias_as_resource(allowed: str, *, is_kept: bool) -> None:
    start = "arn:aws:kms:us-east-1:111122223333:"
    denied = _denied("kms:Decrypt", f"{start}key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0")
    shown = str(explain(f"{denied}\n\n{_policy('kms:Decrypt', f'{start}{allowed}')}"))
    assert ('{"kms:ResourceAliases": "alias/app"}' in " ".join(shown.split())) is is_kept


_KEY = "arn:aws:kms:us-east-1:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
_ALIAS = "arn:aws:kms:us-east-1:111122223333:alias/app"
_BOTH = ["kms:Decrypt", "kms:GenerateDataKey"]


@check_rows(
    ("actions", "allowed", "said", "given", "resource"),
    [
        (_BOTH, _ALIAS, "", _BOTH, _KEY),
        (_BOTH, _ALIAS, "We want to keep the alias.", _BOTH, f"{_KEY.partition('/')[0]}/*"),
        (
            "kms:Decrypt",
            _ALIAS,
            "The key is replaced each year.",
            "kms:Decrypt",
            f"{_KEY.partition('/')[0]}/*",
        ),
        (_BOTH, _ALIAS, "Which alias is it?", _BOTH, _KEY),
        # What manages the key is not needed to use it, and another key is not this one.
        ([*_BOTH, "kms:ScheduleKeyDeletion"], _ALIAS, "", _BOTH, _KEY),
        (_BOTH, _KEY.replace("0f1e", "ffff"), "", "kms:Decrypt", _KEY),
    ],
    ids=["whole statement", "alias", "replaced key", "question", "management", "other key"],
)
def test_actions_of_a_statement_without_the_key(
    actions: object, allowed: str, said: str, given: object, resource: str
) -> None:
    explanation = explain(f"{_denied('kms:Decrypt', _KEY)}\n{said}\n{_policy(actions, allowed)}")
    [statement] = (explanation.remedies[0].policy or {})["Statement"]
    assert (statement["Action"], statement["Resource"]) == (given, resource)
    assert ("Condition" in statement) == resource.endswith("/*")


@pytest.mark.parametrize(
    ("said", "is_open"),
    [
        ("The key policy has the usual root statement.", False),
        ("The key policy has no root statement.", True),
        ("", True),
    ],
)
def test_stated_root_of_a_key_policy(said: str, *, is_open: bool) -> None:
    explanation = explain(f"{_denied('kms:Decrypt', _KEY)}\n{said}")
    shown = explanation.to_text(detail="full")
    assert ("must enable IAM policies" in " ".join(shown.split())) == is_open


@pytest.mark.parametrize(
    ("arn", "action", "said", "is_replica"),
    [
        (f"arn:aws:kms:{{}}:111122223333:key/mrk-{'0a' * 16}", "kms:Decrypt", "", True),
        (TABLE, "dynamodb:GetItem", "carts is a global table.", True),
        (TABLE, "dynamodb:GetItem", "replicas: 3", False),
    ],
)
def test_replica_in_another_region(arn: str, action: str, said: str, *, is_replica: bool) -> None:
    text = f"{said}\n{_denied(action, arn.format('us-east-1'))}\n\n{_policy(action, arn.format('eu-west-1'))}"
    explanation = explain(text)
    assert ("the replica in us-east-1 has its own ARN" in explanation.summary) == is_replica
    assert explanation.remedies[0].title.startswith("Allow" if is_replica else "Call eu-west-1")


@pytest.mark.parametrize(
    "allowed",
    [
        TABLE.format("eu-west-1").replace("carts", "orders"),
        TABLE.format("eu-west-1").replace("111122223333", "444455556666"),
        TABLE.format("eu-*"),
    ],
    ids=["table", "account", "pattern"],
)
def test_what_more_than_the_region_distinguishes(allowed: str) -> None:
    denied = _denied("dynamodb:GetItem", TABLE.format("us-east-1"))
    explanation = explain(f"{denied}\n\n{_policy('dynamodb:*', allowed)}")
    assert explanation.remedies[0].policy is not None
    assert f"only on {allowed}" in explanation.summary


INSTANCE = "arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0"
GROUP = "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:0a1b2c3d-0000-4000-8000-000000000000:autoScalingGroupName/gpu"
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:jobs"
TEAM: dict[str, dict[str, object]] = {"StringEquals": {"ec2:ResourceTag/team": "data"}}
SHOW_INSTANCE = "$ aws ec2 describe-tags --filters Name=resource-id,Values=i-0123456789abcdef0"


@check_rows(
    ("denied", "policy", "output", "words", "command"),
    [
        (
            _denied("ec2:StopInstances", INSTANCE),
            _policy("ec2:StopInstances", **TEAM),
            f'{SHOW_INSTANCE}\n{{"Tags": [{{"Key": "team", "Value": "web"}}]}}',
            "with the tag team = data, and i-0123456789abcdef0 has team = web",
            "create-tags --region eu-west-1 --resources i-0123456789abcdef0 --tags Key=team,Value=data",
        ),
        (
            _denied("autoscaling:SetDesiredCapacity", GROUP),
            _policy("autoscaling:*", StringEquals={"aws:ResourceTag/owner/prod": "yes"}),
            "$ aws autoscaling describe-tags --filters Name=auto-scaling-group,Values=gpu --query 'Tags[].[Key,Value]' --output text\nowner/test\tyes\nName\tgpu",
            "gpu lacks it (its tags: owner/test = yes and Name = gpu)",
            "ResourceId=gpu,ResourceType=auto-scaling-group,Key=owner/prod,Value=yes",
        ),
        (
            _denied("autoscaling:SetDesiredCapacity", GROUP),
            _policy("autoscaling:*", StringEquals={"aws:ResourceTag/owner/on": "true", "aws:ResourceTag/team": "ml"}),
            "$ aws autoscaling describe-tags --filters Name=auto-scaling-group,Values=gpu --query 'Tags[].[Key,Value]' --output text\nowner/on\nteam\tml",
            "gpu has owner/on with an empty value",
            "Key=owner/on,Value=true",
        ),
        (
            _denied("sqs:SendMessage", QUEUE),
            _policy("sqs:*", StringLike={"aws:ResourceTag/env": "prod"}),
            '$ aws sqs list-queue-tags --queue-url https://sqs.eu-west-1.amazonaws.com/111122223333/jobs\n{"Tags": {"env": "test"}}',
            "jobs has env = test",
            f"tag-resources --region eu-west-1 --resource-arn-list {QUEUE} --tags env=prod",
        ),
        (
            _denied("sqs:SendMessage", QUEUE),
            _policy("sqs:*", StringEquals={"aws:ResourceTag/env": "prod"}),
            "$ aws sqs list-queue-tags --queue-url https://sqs.eu-west-1.amazonaws.com/111122223333/jobs --output table\n-----------------\n| ListQueueTags |\n+---------------+\n||    Tags     ||\n|+------+------+|\n||  env |  dev ||\n|+------+------+|",
            "jobs has env = dev",
            "--tags env=prod",
        ),
    ],
    ids=["instance", "group", "empty", "queue", "table"],
)  # fmt: skip
def test_missing_tag(denied: str, policy: str, output: str, words: str, command: str) -> None:
    for text in (f"{denied}\n\n{policy}\n\n{output}\n", f"{output}\n$ python app.py\n{denied}\n\n{policy}\n"):
        explanation = explain(text)
        assert words in explanation.summary
        assert any(command in line for line in explanation.remedies[0].commands)
        # An Allow without the condition is no fix.
        assert all(each.policy is None for each in explanation.remedies)


@check_rows(
    ("condition", "output", "words"),
    [
        (TEAM, f'{SHOW_INSTANCE}\n[["team", "data"]]', "is not attached to the role worker"),
        (TEAM, SHOW_INSTANCE.replace("0123", "4567") + '\n{"Tags": []}', "only if ec2:ResourceTag/team is data"),
        (TEAM, SHOW_INSTANCE + "\nAn error occurred (UnauthorizedOperation)", "only if ec2:ResourceTag/team is data"),
        (
            {"StringEquals": {"ec2:ResourceTag/team": "${aws:PrincipalTag/team}"}},
            f'{SHOW_INSTANCE}\n[["team", "web"]]',
            "only if ec2:ResourceTag/team is ${aws:PrincipalTag/team}",
        ),
        (TEAM, "$ aws ec2 create-tags --resources i-0123456789abcdef0 --tags Key=team,Value=data\n$ date", "only if ec2:ResourceTag/team is data"),
        (
            TEAM,
            "$ aws ec2 describe-instances --instance-ids i-0123456789abcdef0 --filters Name=tag:team,Values=data --query 'Reservations[].Instances[].State'\n[]",
            "only if ec2:ResourceTag/team is data",
        ),
        (TEAM, f'{SHOW_INSTANCE},i-1\n[["team", "web"], ["team", "data"]]', "only if ec2:ResourceTag/team is data"),
        (
            TEAM,
            f'{SHOW_INSTANCE},i-2\n{{"Tags": [{{"Key": "env", "ResourceId": "i-0123456789abcdef0", "Value": "a"}}, {{"Key": "team", "ResourceId": "i-2", "Value": "data"}}]}}',
            "only if ec2:ResourceTag/team is data",
        ),
        (TEAM, SHOW_INSTANCE.replace("aws ec2", "aws ssm") + '\n[["team", "web"]]', "only if ec2:ResourceTag/team is data"),
    ],
    ids=["met", "other instance", "failed", "variable", "set", "filter", "several instances", "tags of another instance", "resource of another service"],
)  # fmt: skip
def test_tags_that_decide_nothing(condition: dict[str, dict[str, str]], output: str, words: str) -> None:
    denied = _denied("ec2:StopInstances", INSTANCE)
    explanation = explain(f"{denied}\n\n{_policy('ec2:StopInstances', **condition)}\n\n{output}\n")
    assert words in f"{explanation.summary} {explanation.causes[0].text}"
    assert "lacks it" not in explanation.summary


def test_inference_profile_sends_calls_to_other_regions() -> None:
    model, profile = "example.model-v1:0", "inference-profile/us.example.model-v1:0"
    allowed = [
        f"arn:aws:bedrock:us-east-1:111122223333:{profile}",
        f"arn:aws:bedrock:us-east-1::foundation-model/{model}",
    ]
    policy = json.dumps({"Effect": "Allow", "Action": "bedrock:InvokeModel*", "Resource": allowed})
    denied = _denied("bedrock:InvokeModel", f"arn:aws:bedrock:us-east-2::foundation-model/{model}")
    call = f'boto3.client("bedrock-runtime", "us-east-1").invoke_model(modelId="us.{model}")'
    explanation = explain(f"{call}\n{denied}\n\n{policy}\n")
    assert "only in us-east-1, and the call was denied in us-east-2, where" in explanation.summary
    statement = explanation.remedies[0].policy
    assert statement is not None
    # The client is in the right Region.
    assert allowed[0] in statement["Statement"][0]["Resource"]


@pytest.mark.parametrize("region", ["us-east-1", ""])
def test_global_inference_profile_needs_the_model_without_a_region(region: str) -> None:
    models = [f"arn:aws:bedrock:{each}::foundation-model/example.model-v2:0" for each in ("", "us-east-1")]
    profile = "arn:aws:bedrock:us-east-1:111122223333:inference-profile/global.example.model-v2:0"
    policy = json.dumps(
        {"Effect": "Allow", "Action": "bedrock:InvokeModel*", "Resource": [profile, models[1]]}
    )
    call = f'boto3.client("bedrock-runtime", region_name="{region}")' if region else "it fails"
    explanation = explain(f"{call}\n{_denied('bedrock:InvokeModel', models[0])}\n\n{policy}\n")
    assert "has the model only in us-east-1, and the call uses a global inference" in explanation.summary
    statement = explanation.remedies[0].policy
    assert statement is not None
    anywhere = [each.replace("us-east-1", "*") for each in (models[1], profile)]
    assert statement["Statement"][0]["Resource"] == ([*models, profile] if region else anywhere)
    assert ("such as us.example.model-v2:0, if the model has one" in str(explanation.remedies[0].steps)) is (
        region != ""
    )


@check_rows(
    ("condition", "title"),
    [
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, "Call with MFA"),
        ({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, "Call in a Region that the policy allows"),
        (
            {"StringEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}},
            "Upload with the encryption that the policy requires",
        ),
        ({"Bool": {"aws:MultiFactorAuthPresent": "false"}}, "Meet the condition of the policy, or change it"),
        ({"Null": {"aws:RequestTag/team": "true"}}, "Meet the condition of the policy, or change it"),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-x"}}, "Meet the condition of the policy, or change it"),
    ],
    ids=["MFA", "Region", "encryption", "no MFA", "no tag", "organization"],
)
def test_condition_that_the_request_must_meet(condition: dict[str, dict[str, str]], title: str) -> None:
    denied = _denied("s3:PutObject", "arn:aws:s3:::acme-reports/q1.csv")
    explanation = explain(f"{denied}\n\n{_policy('s3:*', **condition)}\n")
    assert "allows it only if" in explanation.summary
    assert explanation.remedies[0].title == title


@check_rows(
    ("action", "resource", "key", "program", "title", "step"),
    [
        ("ec2:RunInstances", "ec2:eu-west-1:111122223333:volume/*", "ec2:Encrypted", "  with aws_instance.grid,\n", "Create the volume encrypted", "In aws_instance.grid, set encrypted = true in root_block_device"),
        ("ec2:RunInstances", "ec2:eu-west-1:111122223333:volume/*", "ec2:Encrypted", "==> amazon-ebs.web: packer build failed\n", "Create the volume encrypted", "In Packer, set device_name and encrypted = true"),
        ("ec2:CreateVolume", "ec2:eu-west-1:111122223333:volume/*", "ec2:Encrypted", "$ aws ec2 create-volume --size 8\n\n", "Create the volume encrypted", "Repeat the command with --encrypted."),
        ("rds:CreateDBInstance", "rds:eu-west-1:111122223333:db:shop", "rds:StorageEncrypted", "  with aws_db_instance.shop,\n", "Create shop encrypted", "In aws_db_instance.shop, set storage_encrypted = true."),
        ("elasticfilesystem:CreateFileSystem", "elasticfilesystem:eu-west-1:111122223333:file-system/*", "elasticfilesystem:Encrypted", "", "Create the file system encrypted", "Pass --encrypted in the CLI, or set encrypted = true in Terraform."),
        # Without the condition, there is nothing to encrypt.
        ("rds:CreateDBInstance", "rds:eu-west-1:111122223333:db:shop", "rds:Vpc", "  with aws_db_instance.shop,\n", "Meet the condition of the policy, or change it", "Compare rds:Vpc of this call with the condition of the statement."),
    ],
)  # fmt: skip
def test_what_a_call_creates_is_encrypted(
    action: str, resource: str, key: str, program: str, title: str, step: str
) -> None:
    denied = _denied(action, f"arn:aws:{resource}")
    first = explain(f"{program}{denied}\n\n{_policy(action, Bool={key: 'true'})}\n").remedies[0]
    assert first.title == title
    assert first.steps[0].startswith(step)


@check_rows(("operator", "again"), [("StringEquals", " --sse aws:kms"), ("StringNotEquals", None)])
def test_value_that_a_condition_excludes_is_not_sent(operator: str, again: str | None) -> None:
    call = "aws s3 cp q1.csv s3://acme-reports/q1.csv"
    sent = "AES256" if again else "aws:kms"
    policy = _policy("s3:*", **{operator: {"s3:x-amz-server-side-encryption": "aws:kms"}})
    denied = _denied("s3:PutObject", "arn:aws:s3:::acme-reports/q1.csv")
    first = explain(f"{policy}\n\n$ {call} --sse {sent}\n{denied}").remedies[0]
    assert first.commands == ((f"{call}{again}",) if again else ())
    assert first.title.startswith("Upload with" if again else "Meet the condition of the policy")
    # No step proposes what the condition excludes.
    assert again or "--sse" not in str(first.steps)


def test_condition_without_values_is_no_tag() -> None:
    statement = {
        "Effect": "Allow",
        "Action": "ec2:*",
        "Resource": "*",
        "Condition": {"StringEquals": {"ec2:ResourceTag/team": []}},
    }
    denied = _denied("ec2:StopInstances", INSTANCE)
    text = f'{denied}\n\n{json.dumps(statement)}\n\n{SHOW_INSTANCE}\n[["team", "web"]]\n'
    assert "allows it only if" in explain(text).summary


def test_function_in_another_region() -> None:
    arn = "arn:aws:lambda:{}:111122223333:function:orders"
    text = f"{_denied('lambda:InvokeFunction', arn.format('us-east-1'))}\n\n{_policy('lambda:InvokeFunction', arn.format('eu-west-1'))}"
    assert "--function-name orders --region eu-west-1" in explain(text).remedies[0].commands[0]


@check_rows(
    "reason",
    [
        "with an explicit deny in an identity-based policy",
        "with an explicit deny in a service control policy",
    ],
)
@check_rows("region", ["us-east-1", "eu-west-1"])
def test_what_a_policy_allows_does_not_explain_a_deny(reason: str, region: str) -> None:
    denied = _denied("dynamodb:GetItem", TABLE.format("us-east-1")).partition(" because")[0]
    policy = _policy("dynamodb:*", TABLE.format(region))
    alone, explanation = explain(f"{denied} {reason}"), explain(f"{denied} {reason}\n\n{policy}\n")
    assert explanation.summary == alone.summary
    assert [each.title for each in explanation.remedies] == [each.title for each in alone.remedies]


def test_policy_of_a_role_is_not_its_boundary() -> None:
    denied = _denied("dynamodb:GetItem", TABLE.format("us-east-1")).replace(
        "identity-based policy", "permissions boundary"
    )
    policy = _policy("dynamodb:*", TABLE.format("eu-west-1"))
    query = (
        "$ aws iam get-role-policy --role-name worker --policy-name p --query PolicyDocument.Statement[0]\n"
    )
    assert "its permissions boundary does not allow it" in explain(f"{query}{policy}\n{denied}").summary
    of_boundary = explain(f"{policy}\n{denied}")
    assert "only in eu-west-1" in of_boundary.summary
    assert "for the role worker" not in " ".join(of_boundary.remedies[0].steps)


def test_own_policy_counts_more_than_that_of_another_role() -> None:
    denied = _denied("s3:GetObject", "arn:aws:s3:::acme-reports/q1.csv")
    texts = [
        f'$ aws iam get-role-policy --role-name {role} --policy-name p --query PolicyDocument\n{{"Statement": {policy}}}\n'
        for role, policy in (
            ("other", _policy("s3:*", "*")),
            ("worker", _policy("s3:GetObject", "arn:aws:s3:::acme-reports")),
        )
    ]
    assert "allows it only on arn:aws:s3:::acme-reports." in explain("".join(texts) + denied).summary


def test_statements_that_two_commands_printed_are_two_policies() -> None:
    """What another role is allowed does not show that the policy of the caller allows it."""
    denied = _denied("s3:GetObject", "arn:aws:s3:::acme-reports/q1.csv")
    text = "".join(
        f"$ aws iam get-role-policy --role-name {role} --policy-name p --query PolicyDocument.Statement\n[{policy}]\n"
        for role, policy in (
            ("worker", _policy("s3:GetObject", "arn:aws:s3:::acme-reports")),
            ("other", _policy("s3:*", "*")),
        )
    )
    assert "stated-policy-allows" not in {each.code for each in explain(text + denied).causes}


PASSED = "arn:aws:iam::111122223333:role/fn"
TO_EC2: dict[str, dict[str, object]] = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
CREATE_FUNCTION = "An error occurred (AccessDeniedException) when calling the CreateFunction operation: "
RUN_TASK = json.dumps({"Effect": "Allow", "Action": ["ecs:RunTask", "ecs:Describe*"], "Resource": "*"})


@pytest.mark.parametrize(
    ("text", "verdict", "condition"),
    [
        (
            f"{CREATE_FUNCTION}{_denied('iam:PassRole', PASSED)}\n\n{_policy('iam:PassRole', PASSED, **TO_EC2)}",
            "if iam:PassedToService is ec2.amazonaws.com, but the role is passed to lambda.amazonaws.com",
            {"StringEquals": {"iam:PassedToService": ["ec2.amazonaws.com", "lambda.amazonaws.com"]}},
        ),
        (
            f"{_denied('iam:PassRole', PASSED)}\n\n[{RUN_TASK}, {_policy('iam:PassRole', PASSED, **TO_EC2)}]",
            "but the role is passed to ecs-tasks.amazonaws.com",
            {"StringEquals": {"iam:PassedToService": ["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"]}},
        ),
        (
            f"{_denied('dynamodb:GetItem', TABLE.format('us-east-1'))}\n\n{_policy('dynamodb:*', ArnLike={'aws:SourceArn': '*'}, StringEquals={'aws:PrincipalAccount': '444455556666'})}",
            "if aws:PrincipalAccount is 444455556666, but the request has 111122223333",
            {"ArnLike": {"aws:SourceArn": "*"}, "StringEquals": {"aws:PrincipalAccount": "111122223333"}},
        ),
    ],
    ids=["called service", "service of the other statement", "account"],
)
def test_condition_with_another_value(text: str, verdict: str, condition: dict[str, object]) -> None:
    explanation = explain(text)
    assert verdict in explanation.summary
    policy = explanation.remedies[0].policy
    assert policy is not None
    assert policy["Statement"][0]["Condition"] == condition
    # A task definition has two roles.
    both = "the Resource must match both, executionRoleArn and taskRoleArn."
    assert (both in " ".join(explanation.remedies[0].steps)) is ("ecs-tasks" in verdict)


def test_condition_that_asks_for_another_request() -> None:
    eu: dict[str, dict[str, object]] = {
        "StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}
    }
    denied = _denied("dynamodb:GetItem", TABLE.format("us-east-1"))
    explanation = explain(f"{denied}\n\n{_policy('dynamodb:*', **eu)}")
    assert "eu-west-1 or eu-central-1, but the request has us-east-1" in explanation.summary
    assert explanation.remedies[0].title == "Call in a Region that the policy allows"
    assert all(each.policy is None for each in explanation.remedies)


_CAPPED = "User: arn:aws:sts::111122223333:assumed-role/app/i-0a1b2c3d4e5f60718 is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-north-1:111122223333:orders because no {} allows the sqs:SendMessage action"
_ONE_REGION = {
    "Statement": [
        {
            "Sid": "Regional",
            "Effect": "Allow",
            "Action": ["sqs:*", "sns:*"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
        }
    ]
}
_LET = "Let the condition on aws:RequestedRegion accept eu-north-1"
_MOVE = "Call in a Region that the policy allows"
_MOVED = "We moved the workers from Ireland to Stockholm."
_BOUNDARY = "permissions boundary"


@check_rows(
    ("policy_type", "text", "titles"),
    [
        (_BOUNDARY, f"{_MOVED}\nThe boundary:", [_LET]),
        ("service control policy", f"{_MOVED}\nSCP of the OU:", [_LET]),
        # Nobody says that the call is meant for that Region.
        (_BOUNDARY, "The boundary:", [_MOVE, _LET]),
        (_BOUNDARY, "The boundary. Was it moved to Stockholm?", [_MOVE, _LET]),
        # The policy can be another one than the boundary.
        (
            _BOUNDARY,
            f"{_MOVED}\nThe policy of the role:",
            ["Allow sqs:SendMessage in the permissions boundary"],
        ),
    ],
    ids=["boundary", "SCP", "not moved", "question", "another policy"],
)
def test_condition_of_a_policy_that_caps_permissions(policy_type: str, text: str, titles: list[str]) -> None:
    explanation = explain(f"{_CAPPED.format(policy_type)}\n\n{text}\n{json.dumps(_ONE_REGION)}")
    assert [each.title for each in explanation.remedies] == titles
    is_corrected = titles[-1] == _LET
    verdict = f"the {policy_type} in the text allows it only if aws:RequestedRegion is eu-west-1, but the request has eu-north-1"
    assert (verdict in explanation.summary) is is_corrected
    steps = " ".join(explanation.remedies[-1].steps)
    shown = 'the statement Regional to ["eu-west-1", "eu-north-1"]' in steps
    assert (shown and "With eu-north-1, the condition also stops sns." in steps) is is_corrected


def test_corrected_condition_of_the_boundary_that_the_text_names() -> None:
    arn = "arn:aws:iam::111122223333:policy/limits"
    text = f"{_MOVED}\nThe boundary ({arn}):\n{json.dumps(_ONE_REGION)}"
    lines = explain(f"{_CAPPED.format(_BOUNDARY)}\n\n{text}").remedies[0].commands
    assert lines[0] == f"boundary={arn}"
    old, new = (json.dumps(each) for each in (_ONE_REGION, ["eu-west-1", "eu-north-1"]))
    assert new in lines[-2]
    assert "old-policy.json > policy.json" in lines[-2]
    assert old not in "".join(lines)


def test_condition_that_the_request_meets() -> None:
    to_lambda: dict[str, dict[str, object]] = {
        "StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}
    }
    text = f"{CREATE_FUNCTION}{_denied('iam:PassRole', PASSED)}\n\n{_policy('iam:PassRole', PASSED, **to_lambda)}"
    assert "was not yet in effect" in explain(text).causes[0].text


def test_statement_of_terraform_without_its_data_source() -> None:
    block = 'statement {\n  actions = ["sqs:SendMessage"]\n  resources = ["*"]\n  condition {\n    test = "StringEquals"\n    variable = "aws:RequestedRegion"\n    values = ["us-east-1"]\n  }\n}'
    explanation = explain(f"{_denied('sqs:SendMessage', QUEUE)}\n\n{block}")
    assert "only if aws:RequestedRegion is us-east-1, but the request has eu-west-1" in explanation.summary


@pytest.mark.parametrize(
    ("tags", "condition"),
    [
        ("team/web\tyes\nName\tx", {"StringLike": {"ec2:ResourceTag/team/web": "yes"}}),
        ("team/web\tyes\nteam/db\tyes", None),
        ("Name\tx", None),
    ],
    ids=["one tag", "two tags", "no tag"],
)
def test_wildcard_in_a_condition_key(tags: str, condition: dict[str, object] | None) -> None:
    denied = _denied("ec2:StopInstances", INSTANCE)
    other = _policy("ec2:StopInstances", StringEquals={"ec2:ResourceTag/owner": "ops"})
    wildcard = _policy("ec2:StopInstances", StringLike={"ec2:ResourceTag/team/*": "yes"})
    shown = f"{SHOW_INSTANCE} --query 'Tags[].[Key,Value]' --output text\n{tags}"
    explanation = explain(f"{denied}\n\n[{other}, {wildcard}]\n\n{shown}")
    assert "condition key ec2:ResourceTag/team/*, whose wildcard is taken literally" in explanation.summary
    first = explanation.remedies[0]
    assert first.title == "Name the whole condition key instead of ec2:ResourceTag/team/*"
    assert condition == (first.policy and first.policy["Statement"][0]["Condition"])


def test_policy_of_a_controller_that_the_text_lists_is_attached_already() -> None:
    text = f'"logger":"ipamd","msg":"{_denied("ec2:AssignIpv6Addresses", "arn:aws:ec2:eu-west-1:111122223333:network-interface/eni-0a1b2c3d4e5f60718")}"\nAttached: AmazonEKS_CNI_Policy'
    first = explain(text).remedies[0]
    assert first.policy is not None
    assert "ec2:DescribeInstanceTypes" in first.policy["Statement"][0]["Action"]


@pytest.mark.parametrize(
    ("resource", "named"),
    [
        (PASSED.replace("111122223333", "****"), PASSED.replace("111122223333", "ACCOUNT_ID")),
        ("*", "arn:aws:iam::111122223333:role/ROLE_NAME_WITH_PATH"),
    ],
    ids=["masked", "unknown"],
)
def test_corrected_statement_is_not_wider_than_the_denial(resource: str, named: str) -> None:
    policy = _policy("iam:PassRole", **TO_EC2)
    explanation = explain(f"{CREATE_FUNCTION}{_denied('iam:PassRole', resource)}\n\n{policy}")
    first = explanation.remedies[0]
    assert first.title.startswith("Let the condition on iam:PassedToService accept")
    assert first.policy is not None
    assert first.policy["Statement"][0]["Resource"] == named
    # The statement is attached as a policy of its own, so the others stay.
    assert "aws iam put-role-policy --role-name " in str(explanation)
    assert "AllowPassRole-" in str(explanation)


@pytest.mark.parametrize(
    ("call", "resource", "old", "values"),
    [
        ("RegisterTaskDefinition", PASSED, "ecs.amazonaws.com", "ecs-tasks.amazonaws.com"),
        ("CreateSchedule", PASSED, "events.amazonaws.com", "scheduler.amazonaws.com"),
        # Roles of both, and a principal of another kind.
        ("RegisterTaskDefinition", f"{PASSED[:-1]}*", "ecs.amazonaws.com", ["ecs.amazonaws.com", "ecs-tasks.amazonaws.com"]),
        ("RegisterTaskDefinition", PASSED, "lambda.amazonaws.com", ["lambda.amazonaws.com", "ecs-tasks.amazonaws.com"]),
    ],
)  # fmt: skip
def test_principal_that_people_confuse_is_replaced(
    call: str, resource: str, old: str, values: str | list[str]
) -> None:
    statement = {
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": resource,
        "Condition": {"StringEquals": {"iam:PassedToService": old}},
    }
    failed = f"An error occurred (AccessDeniedException) when calling the {call} operation: {_denied('iam:PassRole', PASSED)}"
    first = explain(f"{failed}\n\n{json.dumps(statement)}").remedies[0]
    shown = json.loads(first.manifest or "null") or (first.policy or {})["Statement"][0]
    assert shown["Condition"]["StringEquals"]["iam:PassedToService"] == values


_READ = "User: arn:aws:sts::111122223333:assumed-role/mail-dev-SendRole-1A2B/mail-dev-Send is not authorized to perform: ssm:GetParameter on resource: arn:aws:ssm:eu-west-1:111122223333:parameter/mail/key because no identity-based policy allows the ssm:GetParameter action\n"
_DOUBLE = '{"Effect": "Allow", "Action": ["ssm:GetParameter"], "Resource": "arn:aws:ssm:eu-west-1:111122223333:parameter//mail/key"}'


@check_rows(
    ("text", "remedy"),
    [
        (f"template.yaml\n  Policies:\n    - SSMParameterReadPolicy:\n        ParameterName: !Ref Key  # /mail/key\n\nwhat the role has now:\n{_DOUBLE}", "Use SSMParameterWithSlashPrefixReadPolicy in the template"),
        (_DOUBLE, "Correct the Resource in the statement that allows ssm:GetParameter"),
        (_DOUBLE.replace("key", "*"), "Correct the Resource in the statement that allows ssm:GetParameter"),
        # Something else differs.
        (_DOUBLE.replace("mail", "shop"), None),
        (_DOUBLE.replace("//mail", "/mails"), None),
    ],
)  # fmt: skip
def test_two_slashes(text: str, remedy: str | None) -> None:
    explanation = explain(_READ + text)
    assert ("two slashes" in explanation.summary) == (remedy is not None)
    if remedy is not None:
        assert "parameter//mail/" in explanation.summary
        assert explanation.remedies[0].title == remedy
    if "SSMParameterReadPolicy" in text:
        assert (
            explanation.remedies[0].manifest
            == "Policies:\n  - SSMParameterWithSlashPrefixReadPolicy:\n      ParameterName: !Ref Key"
        )


_TABLE = "arn:aws:dynamodb:eu-west-1:111122223333:table/carts"
_QUERY = f"User: arn:aws:sts::111122223333:assumed-role/carts-api/APPSYNC_ASSUME_ROLE is not authorized to perform: dynamodb:Query on resource: {_TABLE}/index/byShop\n"
_MEMBERS = (
    f'  "Action": ["dynamodb:GetItem", "dynamodb:Query"],\n  "Resource": ["{_TABLE}"],\n  "Effect": "Allow"\n'
)


@check_rows(
    ("policy", "is_contrasted"),
    [
        (_MEMBERS, True),
        (f"{{{_MEMBERS}}}", True),
        (f'{_MEMBERS[:-1]},\n  "Condition": {{"Bool": {{"aws:SecureTransport": "true"}}}}', True),
        # The table has its indexes.
        (_MEMBERS.replace("carts", "carts*"), False),
    ],
    ids=["members", "statement", "condition", "wildcard"],
)  # fmt: skip
def test_index_of_a_table(policy: str, *, is_contrasted: bool) -> None:
    explanation = explain(f"{_QUERY}The role has\n\n{policy}")
    assert ("whose ARN does not cover the index byShop" in explanation.summary) == is_contrasted
    assert all(cause.text for cause in explanation.causes)
    if is_contrasted:
        assert [each.code for each in explanation.causes] == ["stated-policy-other-resource"]
        imported = explain(f"{_QUERY}{policy}\ndynamodb.Table.from_table_name(self, 'T', 'carts')")
        assert "grant_index_permissions=True" in (imported.remedies[0].manifest or "")
        assert "repeat the request" in imported.to_text(detail="full")


_NETWORK = "arn:aws:ec2:eu-west-1:111122223333:subnet/subnet-0a1b2c3d4e5f60718"


@check_rows(
    ("set_tag", "required", "code", "verdict", "title"),
    [
        ("Name", "discovery", "", "lacks it (its tags: Name = blue)", "Tag subnet-0a1b2c3d4e5f60718 with"),
        (
            "discovery/blue",
            "discovery",
            "",
            "lacks it (its tags: discovery/blue = blue)",
            "Tag subnet-0a1b2c3d4e5f60718 with",
        ),
        (
            "discovery/blue",
            "discovery",
            "  tags:\n    discovery/blue: blue\n",
            "lacks it",
            "Where the text sets the tag, write disc",
        ),
        (
            "discovery/blue",
            "discovery/blue",
            "",
            "an Allow that requires another tag or value",
            "Check that the policy is attached",
        ),
        (
            "cluster/green",
            "cluster/blue",
            "",
            "has cluster/green instead (its tags: cluster/green = blue)",
            "Allow it on the resources of green, too, in a second statement",
        ),
        ("team/green", "cluster/blue", "", "lacks it", "Tag subnet-0a1b2c3d4e5f60718 with"),
    ],
    ids=["name", "key", "code", "same", "other owner", "other path"],
)
def test_tag_of_a_decoded_message(set_tag: str, required: str, code: str, verdict: str, title: str) -> None:
    conditions = [{"key": f"ec2:ResourceTag/{set_tag}", "values": {"items": [{"value": "blue"}]}}]
    context = {"action": "ec2:RunInstances", "resource": _NETWORK, "conditions": {"items": conditions}}
    decoded = {"allowed": False, "explicitDeny": False, "context": context}
    policy = _policy("ec2:RunInstances", StringEquals={f"ec2:ResourceTag/{required}": "blue"})
    explanation = explain(
        f"UnauthorizedOperation: You are not authorized to perform this operation. Encoded authorization failure message: q8Zt0Xb3nWv\n{policy}\n{code}",
        facts={"decoded_message": decoded},
    )
    assert verdict in explanation.summary
    assert explanation.remedies[0].title.startswith(title)
    assert not any("allow it by tag" in each for each in explanation.notes)


@pytest.mark.parametrize(
    ("action", "resource", "has_effect"),
    [
        ("ecr:GetAuthorizationToken", "arn:aws:ecr:eu-west-1:111122223333:repository/cart", False),
        ("s3:ListAllMyBuckets", "arn:aws:s3:::cart", False),
        ("kms:ListKeys", "arn:aws:kms:*:111122223333:key/*", False),
        ("ecr:PutImage", "arn:aws:ecr:eu-west-1:111122223333:repository/cart", True),
    ],
)
def test_action_that_no_resource_limits(action: str, resource: str, *, has_effect: bool) -> None:
    denied = "*" if not has_effect else f"{resource}-web"
    explanation = explain(f"{_denied(action, denied)}\n\n{_policy(action, resource)}")
    assert explanation.summary.endswith(f"allows it only on {resource}.") is has_effect
    assert explanation.summary.endswith(", where it has no effect.") is not has_effect
    statements = (explanation.remedies[0].policy or {})["Statement"]
    assert (statements[0]["Resource"] == "*") is not has_effect
    text = explanation.causes[0].text
    assert ("AWS checks no resource" in text) is not has_effect
    # A bucket has no Region in its ARN.
    assert ("aws:RequestedRegion can limit it to eu-west-1" in text) is (
        action == "ecr:GetAuthorizationToken"
    )


@pytest.mark.parametrize(
    ("key", "is_named"), [("aws:ResourceTag/team", True), ("ec2:ResourceTag/team", True), ("aws:SourceVpc", False)]
)  # fmt: skip
def test_action_without_resources_has_no_tags(key: str, *, is_named: bool) -> None:
    policy = _policy(
        "ec2:DescribeInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/*", StringEquals={key: "web"}
    )
    [text, *_] = (
        each.text for each in explain(f"{_denied('ec2:DescribeInstances', '*')}\n\n{policy}").causes
    )
    assert (f"leave {key} out of that statement" in text) is is_named


@check_rows(
    ("action", "resource", "verdict"),
    [
        (
            "s3:ListAllMyBuckets",
            "arn:aws:s3:::cart",
            "allows it only on arn:aws:s3:::cart, where it has no effect.",
        ),
        # It accepts ARNs, but no call needs one.
        (
            "cloudwatch:PutMetricData",
            "arn:aws:cloudwatch:eu-west-1:111122223333:*",
            "allows it only on arn:aws:cloudwatch:eu-west-1:111122223333:*, where it has no effect.",
        ),
        ("cloudwatch:PutMetricData", "*", "allows it, but is not in effect for this caller."),
        # The call has a table, which the message does not name.
        (
            "dynamodb:PutItem",
            "arn:aws:dynamodb:eu-west-1:111122223333:table/cart",
            "no identity-based policy allows it.",
        ),
    ],
    ids=["no resource", "optional resource", "all", "unnamed resource"],
)
def test_policy_for_a_call_whose_message_names_no_resource(action: str, resource: str, verdict: str) -> None:
    denied = _denied(action, "*").replace(" on resource: *", "")
    policy = _policy(action.partition(":")[0] + ":*", resource)
    assert explain(f"{denied}\n\n{policy}").summary.endswith(verdict)


@pytest.mark.parametrize(
    ("action", "resource", "is_met_never"),
    [
        ("ec2:DescribeInstances", "*", True),
        ("ec2:StopInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d4e5f60718", False),
    ],
)
def test_tags_of_an_action_without_resources(action: str, resource: str, *, is_met_never: bool) -> None:
    policy = _policy("ec2:*", "*", StringEquals={"ec2:ResourceTag/team": "web"})
    explanation = explain(f"{_denied(action, resource)}\n\n{policy}")
    assert ("a condition that it never meets" in explanation.summary) is is_met_never
    if is_met_never:
        [statement] = (explanation.remedies[0].policy or {})["Statement"]
        assert statement == {"Effect": "Allow", "Action": action, "Resource": "*"}


def test_password_that_docker_did_not_get() -> None:
    text = "Error: Cannot perform an interactive login from a non TTY device\n"
    for lines, is_explained in ((text, True), ("", False)):
        steps = explain(f"{_denied('ecr:GetAuthorizationToken', '*')}\n{lines}").remedies[0].steps
        assert any("the password is empty" in each for each in steps) is is_explained


_TEMPLATES = "      Policies:\n        - SQSSendMessagePolicy:\n            QueueName: {}\n"
_SEND = _denied("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:carts-dlq")


@check_rows(
    ("text", "names"),
    [
        (_SEND + "\n" + _TEMPLATES.format("carts"), "carts"),
        (_SEND + '\n"Policies": [{"SQSSendMessagePolicy": {"QueueName": "carts"}}]', "carts"),
        (_SEND + "\n" + _TEMPLATES.format("carts") + _TEMPLATES.format("mails"), "carts and mails"),
        (_SEND + "\n" + _TEMPLATES.format("carts") + _TEMPLATES.format("!Ref Queue"), None),
        (_SEND + "\n" + _TEMPLATES.format("carts") + _TEMPLATES.format("carts-dlq"), None),
        (_SEND + "\n" + _TEMPLATES.format("carts").replace("SendMessage", "Poller"), None),
    ],
)
def test_policy_template(text: str, names: str | None) -> None:
    explanation = explain(text)
    verdict = f"SQSSendMessagePolicy allows it only for the QueueName {names}, not for carts-dlq."
    assert (verdict in explanation.summary) is (names is not None)
    assert ("QueueName: carts-dlq" in str(explanation.remedies[0].manifest)) is (names is not None)


@pytest.mark.parametrize(
    ("policy", "is_of_address"),
    [
        ("- SESCrudPolicy:\n    IdentityName: example.org", True),
        (_policy("ses:SendEmail", "arn:aws:ses:eu-west-1:111122223333:identity/example.org"), True),
        (_policy("ses:SendEmail", "arn:aws:ses:eu-west-1:111122223333:identity/example.net"), False),
    ],
)
def test_address_is_a_separate_identity(policy: str, *, is_of_address: bool) -> None:
    denied = _denied("ses:SendEmail", "arn:aws:ses:eu-west-1:111122223333:identity/shop@example.org")
    explanation = explain(f"{denied}\n\n{policy}")
    assert ("is a separate identity" in explanation.causes[0].text) is is_of_address
    is_template = policy.startswith("- SES")
    assert ("Or delete the identity" in str(explanation.remedies[0].steps)) is is_template
    # The next deployment of the template does not know a policy that somebody attached.
    assert any(each.layer == "identity" for each in explanation.remedies) is not is_template


@pytest.mark.parametrize(
    ("allowed", "resource"),
    [
        ("arn:aws:iam::111122223333:role/app-*", "arn:aws:iam::111122223333:role/app-*"),
        ("arn:aws:iam::111122223333:role/*", PASSED),
    ],
)
def test_statement_keeps_its_resources(allowed: str, resource: str) -> None:
    policy = _policy("iam:PassRole", allowed, **TO_EC2)
    passed = PASSED.replace(PASSED.rpartition("/")[2], "app-1")
    first = explain(f"{CREATE_FUNCTION}{_denied('iam:PassRole', passed)}\n\n{policy}").remedies[0]
    assert first.policy is not None
    expected = resource.replace(PASSED, passed)
    assert first.policy["Statement"][0]["Resource"] == expected


EKS = "arn:aws:eks:eu-west-1:111122223333:{}"


@check_rows(
    ("action", "resource", "allowed", "words"),
    [
        ("eks:DescribeNodegroup", EKS.format("nodegroup/prod/blue/6ac7f2b1-90de-4c3a-8f55-1b2c3d4e5f60"), EKS.format("cluster/*"), ("is checked on the nodegroup, but the policy names only the cluster", "end it with blue/*", "Keep the statement that allows eks:DescribeNodegroup in the policy in the text for s3:GetObject.")),
        ("eks:DescribeAddon", EKS.format("addon/prod/coredns/6ac7f2b1-90de-4c3a-8f55-1b2c3d4e5f60"), EKS.format("cluster/prod"), ("is checked on the addon", "end it with coredns/*, or for all of prod with addon/prod/*.")),
        ("ecs:StopTask", EKS.format("task/prod/6ac7f2b190de4c3a8f551b2c3d4e5f60").replace(":eks:", ":ecs:"), EKS.format("cluster/prod").replace(":eks:", ":ecs:"), ("is checked on the task", "end it with prod/*.")),
        ("glue:GetTable", "arn:aws:glue:eu-west-1:111122223333:catalog", "arn:aws:glue:eu-west-1:111122223333:table/shop/*", ("on the table, but not on the catalog, nor on the database, which the call needs, too.",)),
        ("s3:ListBucket", "arn:aws:s3:::acme", "arn:aws:s3:::acme/*", ("s3:ListBucket is checked on the bucket", " to the Resource of the statement that allows ")),
        ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:jobs", "arn:aws:sqs:eu-west-1:111122223333:mail", (" to the Resource of the statement that allows ",)),
    ],
)  # fmt: skip
def test_other_type_of_resource(action: str, resource: str, allowed: str, words: tuple[str, ...]) -> None:
    shown = str(explain(f"{_denied(action, resource)}\n\n{_policy([action, 's3:GetObject'], allowed)}"))
    folded = " ".join(shown.split())
    assert [each for each in words if each not in folded] == []
    assert "To read or write the objects" not in folded
    assert "The message says: because no identity-based policy" not in folded


_SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:"


@check_rows(
    ("name", "allowed", "around", "expected"),
    [
        ("db-passwd", "db-passwd-??????", "", "A call can also use the name alone"),
        ("db-passwd", "db-passwd-aB3dE9", "Secret.from_secret_name_v2(self, 'S', 'db-passwd')", "instead of from_secret_name_v2"),
        ("app/api-tokens", "app/api-tokens-*", "ResourceInitializationError: ", "valueFrom of the task definition"),
        ("db-a1B2c3", "db-a1B2c3-??????", "", None),
        ("db-passwd", "db-other-??????", "", None),
        ("passwd", "passwd-??????", "", None),
    ],
    ids=["call", "cdk", "ecs", "whole", "other", "plain"],
)  # fmt: skip
def test_name_of_a_secret_with_an_end(name: str, allowed: str, around: str, expected: str | None) -> None:
    statement = {
        "Effect": "Allow",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": f"{_SECRET}{allowed}",
    }
    explanation = explain(
        f"{around}\nAccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/shop/1 is not authorized to perform: secretsmanager:GetSecretValue on resource: {_SECRET}{name} because no identity-based policy allows the secretsmanager:GetSecretValue action\n{json.dumps(statement)}"
    )
    first = explanation.remedies[0]
    assert (first.title.startswith("Use the whole ARN")) is (expected is not None)
    if expected is not None:
        assert expected in " ".join(first.steps)
        assert all(each.policy is None for each in explanation.remedies)


_GROUP = "arn:aws:logs:{}:111122223333:log-group:/shop/app{}"
_CREATED = _denied("logs:CreateLogGroup", _GROUP.format("us-east-1", ":log-stream:"))
_MISSING = "Log group /shop/app not found. Will attempt to create it.\n"


@check_rows(
    ("text", "title", "shown", "absent"),
    [
        (
            f"{_MISSING}{_CREATED}\n$ aws logs describe-log-groups\n{_GROUP.format('eu-west-1', ':*')}\nenv AWS_REGION us-east-1\nauto_create_group On",
            "Call eu-west-1, where /shop/app is",
            ('instead of "AWS_REGION us-east-1"', "so it tries to create it", "auto_create_group lets"),
            "put-role-policy",
        ),
        (
            f"{_denied('dynamodb:GetItem', TABLE.format('us-east-1'))}\nTableArn: {TABLE.format('eu-west-1')}",
            "Call eu-west-1, where carts is",
            ("Or allow dynamodb:GetItem",),
            "describe-table",
        ),
        (
            f"{_denied('dynamodb:GetItem', TABLE.format('us-east-1'))}\nTableArn: {TABLE.format('eu-west-1')}-old",
            "Allow dynamodb:GetItem",
            (),
            "Call eu-west-1",
        ),
        (
            f"{_denied('dynamodb:GetItem', TABLE.format('us-east-1'))}\nReplicas: {TABLE.format('eu-west-1')} {TABLE.format('us-east-1')}",
            "Allow dynamodb:GetItem",
            (),
            "Call eu-west-1",
        ),
        (
            f"{_denied('sqs:SendMessage', QUEUE.replace('eu-west-1', 'us-east-1'))}\nhttps://sqs.eu-west-1.amazonaws.com/111122223333/jobs",
            "Call eu-west-1, where jobs is",
            ("https://sqs.eu-west-1.amazonaws.com/111122223333/jobs",),
            "get-queue-url",
        ),
        (
            f"{_denied('dynamodb:GetItem', TABLE.format('us-east-1'))}\n$ aws dynamodb scan --table-name carts --region eu-west-1\n{{}}\n",
            "Call eu-west-1, where carts is",
            ("in the output of aws dynamodb scan --region eu-west-1",),
            "describe-table",
        ),
        (
            f"{_denied('dynamodb:GetItem', TABLE.format('us-east-1'))}\naws dynamodb scan --table-name carts --region eu-west-1 works.",
            "Call eu-west-1, where carts is",
            (),
            "describe-table",
        ),
        (
            f"{_denied('dynamodb:GetItem', TABLE.format('us-east-1'))}\nThe table carts is in Ireland (eu-west-1).",
            "Call eu-west-1, where carts is",
            ('"carts is in Ireland (eu-west-1)"',),
            "describe-table",
        ),
        (
            f"{_denied('dynamodb:GetItem', TABLE.format('us-east-1'))}\nThe table carts-old is in eu-west-1, carts is not.",
            "Allow dynamodb:GetItem",
            (),
            "Call eu-west-1",
        ),
        (
            f"{_denied('dynamodb:GetItem', TABLE.format('us-east-1'))}\nThe table carts is in eu-west-1 and us-east-1.",
            "Allow dynamodb:GetItem",
            (),
            "Call eu-west-1",
        ),
        (
            f"{_denied('dynamodb:GetItem', TABLE.format('us-east-1'))}\nIs it possible that the table carts is in eu-west-1?",
            "Allow dynamodb:GetItem",
            (),
            "Call eu-west-1",
        ),
        (
            f"{_denied('dynamodb:GetItem', TABLE.format('us-east-1'))}\nA backup of carts is in eu-west-1.",
            "Allow dynamodb:GetItem",
            (),
            "Call eu-west-1",
        ),
        (
            f"{_denied('dynamodb:GetItem', TABLE.format('us-east-1'))}\naws dynamodb scan --table-name carts --region eu-west-1 should work.",
            "Allow dynamodb:GetItem",
            (),
            "Call eu-west-1",
        ),
        (
            f"{_denied('dynamodb:GetItem', TABLE.format('us-east-1'))}\n$ aws dynamodb scan --table-name carts --region eu-west-1\nAn error occurred (ResourceNotFoundException)",
            "Allow dynamodb:GetItem",
            (),
            "Call eu-west-1",
        ),
    ],
    ids=[
        "created",
        "read",
        "longer name",
        "both",
        "URL",
        "command",
        "command that works",
        "place",
        "other place",
        "two places",
        "asked",
        "backup",
        "command that should work",
        "failed command",
    ],
)
def test_resource_in_another_region(text: str, title: str, shown: tuple[str, ...], absent: str) -> None:
    """What the text shows in one Region is not what a call to another one finds."""
    explanation = explain(text)
    assert explanation.remedies[0].title.startswith(title)
    full = " ".join(explanation.to_text(detail="full").split())
    assert all(each in full for each in shown)
    assert absent not in full


@check_rows(
    ("resources", "verdict", "listed"),
    [
        ([f"{_SECRET}shop/db", f"{_SECRET}shop/smtp"], "without the end of its ARN (-??????)", [f"{_SECRET}shop/db-??????", f"{_SECRET}shop/smtp-??????"]),
        ([f"{_SECRET}shop/db".replace(":eu-west-1:", ":*:")], "without the end of its ARN (-??????)", [f"{_SECRET}shop/db-??????".replace(":eu-west-1:", ":REGION:")]),
        ([f"{_SECRET}shop/*"], "allows it, but is not in effect", None),
        ([f"{_SECRET}${{Name}}"], "was denied secretsmanager:GetSecretValue on shop/db", [f"{_SECRET}shop/db-??????"]),
        ([f"{_SECRET}shop/mail"], f"allows it only on {_SECRET}shop/mail", [f"{_SECRET}shop/db-??????"]),
    ],
    ids=["partial", "any Region", "pattern", "reference", "other secret"],
)  # fmt: skip
def test_call_with_the_name_of_a_secret(resources: list[str], verdict: str, listed: list[str] | None) -> None:
    """A message with the name of a secret is compared as its ARN."""
    denied = _denied("secretsmanager:GetSecretValue", "shop/db")
    statement = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": resources}
    explanation = explain(f"{denied}\n{json.dumps(statement)}")
    assert verdict in explanation.summary
    policy = explanation.remedies[0].policy
    assert (policy is None) is (listed is None)
    if policy is not None and listed is not None:
        found = policy["Statement"][0]["Resource"]
        assert ([found] if isinstance(found, str) else found) == listed


@check_rows(
    ("denied", "allowed", "verdict"),
    [
        ("ssm:GetParameter", "ssm:GetParameters", "has ssm:GetParameters, a different action"),
        ("dynamodb:BatchGetItem", "dynamodb:GetItem", "has dynamodb:GetItem, a different action"),
        ("s3:GetObjectTagging", "s3:GetObject", "has s3:GetObject, a different action"),
        ("ses:SendRawEmail", "ses:SendEmail", "has ses:SendEmail, a different action"),
        (
            "ec2:DescribeInstanceStatus",
            "ec2:DescribeInstances",
            "has ec2:DescribeInstances, a different action",
        ),
        ("iam:GetRole", "iam:CreateRole", "does not allow this action"),
        ("states:StartExecution", "stepfunctions:StartExecution", "but the prefix of the action is states"),
        (
            "kafka-cluster:DescribeCluster",
            "kafka:DescribeCluster",
            "but the prefix of the action is kafka-cluster",
        ),
        ("sqs:SendMessage", "sqs:ReceiveMessage", "does not allow this action"),
        ("billing:GetBillingData", "aws-portal:ViewBilling", "which AWS retired in July 2023"),
        ("sqs:SendMessage", "aws-portal:ViewBilling", "does not allow this action"),
        ("sqs:ListTags", "lambda:ListTags", "does not allow this action"),
        ("sqs:SendMessage", "sqs:Send", "does not allow this action"),
    ],
)
def test_action_with_a_similar_name(denied: str, allowed: str, verdict: str) -> None:
    explanation = explain(f"{_denied(denied, '*')}\n{_policy(allowed)}")
    assert verdict in explanation.summary


@pytest.mark.parametrize(
    ("resource", "is_adopted"),
    [
        ("arn:aws:dynamodb:eu-west-1:111122223333:table/films*", True),
        ("arn:aws:dynamodb:eu-west-1:111122223333:table/*", False),
        ("arn:aws:dynamodb:*:*:*", False),
    ],
)
def test_resource_of_a_similar_action(resource: str, *, is_adopted: bool) -> None:
    """A statement for all tables is no reason to allow another action on all of them."""
    table = "arn:aws:dynamodb:eu-west-1:111122223333:table/films"
    allowed = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": resource}
    text = f"{_denied('dynamodb:BatchGetItem', table)}\n{json.dumps({'Version': '2012-10-17', 'Statement': [allowed]})}"
    policy = explain(text).remedies[0].policy
    assert policy is not None
    assert policy["Statement"][0]["Resource"] == (resource if is_adopted else table)


@pytest.mark.parametrize(
    ("resource", "expected", "step"),
    [
        ("arn:aws:opensearch:eu-west-1:111122223333:domain/logs/*", "arn:aws:es:eu-west-1:111122223333:domain/logs/*", "in the Action and the Resource of the statement"),
        ("*", "arn:aws:es:eu-west-1:111122223333:domain/logs/_bulk", "in the Action of the statement"),
    ],
)  # fmt: skip
def test_statement_with_another_prefix(resource: str, expected: str, step: str) -> None:
    """The statement is right but for the name of the service."""
    denied = _denied("es:ESHttpPost", "arn:aws:es:eu-west-1:111122223333:domain/logs/_bulk")
    first = explain(f"{denied}\n{_policy('opensearch:ESHttpPost', resource)}").remedies[0]
    assert first.policy is not None
    assert first.policy["Statement"][0]["Resource"] == expected
    assert any(
        each.startswith(f"Write es in place of opensearch {step}")
        and each.endswith(", or attach the policy below.")
        for each in first.steps
    )


_PREFIX = "arn:aws:ssm:eu-west-1:111122223333:parameter/shop/"


@check_rows(
    ("action", "resource", "allowed", "condition", "expected"),
    [
        ("ssm:GetParameters", f"{_PREFIX}db", f"{_PREFIX}*", {}, f"{_PREFIX}*"),
        ("ssm:GetParameters", f"{_PREFIX}db", f"{_PREFIX}*", {"StringEquals": {"aws:SourceVpc": "vpc-1"}}, f"{_PREFIX}*"),
        # The other action may be meant for all.
        ("ssm:GetParameters", f"{_PREFIX}db", "*", {}, f"{_PREFIX}db"),
        ("ssm:GetParameters", f"{_PREFIX}db", f"{_PREFIX[:-5]}web/*", {}, f"{_PREFIX}db"),
        ("ssm:PutParameter", f"{_PREFIX}db", f"{_PREFIX}*", {}, f"{_PREFIX}db"),
        ("ssm:GetParameter", f"{_PREFIX}db", f"{_PREFIX[:-5]}web/*", {"Bool": {"aws:SecureTransport": "true"}}, f"{_PREFIX}db"),
        # Such a request does not meet the condition, either.
        ("ssm:GetParameter", f"{_PREFIX}db", f"{_PREFIX[:-5]}web/*", {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}, f"{_PREFIX}db"),
    ],
    ids=["pattern", "condition", "all", "other", "verb", "other with a condition", "unmet"],
)  # fmt: skip
def test_statement_like_that_of_the_policy(
    action: str, resource: str, allowed: str, condition: dict[str, Any], expected: str
) -> None:
    """What the policy limits a similar action to, it limits the new one to."""
    policy = _policy("ssm:GetParameter", allowed, **condition)
    explanation = explain(f"{_denied(action, resource)}\n{policy}\naws ssm get-parameter works.")
    added = next(each.policy for each in explanation.remedies if each.policy is not None)["Statement"][0]
    is_kept = bool(condition) and "us-east-1" not in str(condition)
    assert (added["Action"], added["Resource"]) == (action, expected)
    assert added.get("Condition") == (condition if is_kept else None)
    says_so = "aws ssm get-parameter works because it requires ssm:GetParameter" in str(explanation)
    assert says_so is (action == "ssm:GetParameters")


@check_rows(
    ("said", "answered"),
    [
        ('A colleague says: put Resource "*" and be done.', "* as Resource is not necessary"),
        ("Security won't give me table/*.", "table/* as Resource is not necessary"),
        ('{"Resource": "*"}', None),
        ('With Resource "*" it works.', "It works with *, so only the resource does not match"),
        ("It works when I set the resource to *.", "It works with *, so only the resource does not match"),
        ('With Resource "*" it still does not work.', "* as Resource is not necessary"),
        ("With Resource * it might work.", "* as Resource is not necessary"),
        ("The docs say that it works with Resource *.", "* as Resource is not necessary"),
        ("I use it with *.csv files.", None),
    ],
)
def test_wider_resource_that_the_text_speaks_of(said: str, answered: str | None) -> None:
    text = f"{_denied('dynamodb:GetItem', TABLE.format('eu-west-1'))}\n{said}\n{_policy('dynamodb:*', TABLE.format('eu-west-1') + 's')}"
    shown = " ".join(str(explain(text)).split())
    assert (answered or "is not necessary") in shown if answered else "is not necessary" not in shown


def test_resources_of_the_denied_type() -> None:
    """Of a policy with several types of resources, those of the denied one are compared."""
    arn = "arn:aws:glue:eu-west-1:111122223333:"
    names = [f"{arn}{each}" for each in ("catalog", "database/shop", "table/shop/*")]
    statement = {"Effect": "Allow", "Action": "glue:GetDatabase", "Resource": names}
    explanation = explain(f"{_denied('glue:GetDatabase', f'{arn}database/other')}\n{json.dumps(statement)}")
    assert "allows it only on the database shop." in explanation.summary


@check_rows(
    ("action", "denied", "allowed", "difference"),
    [
        ("ssm:GetParameter", "ssm:eu-west-1::parameter/aws/service/bottlerocket/x", "ssm:eu-west-1:111122223333:parameter/aws/*", "the ARN of the denied resource has no account"),
        ("dynamodb:GetRecords", "dynamodb:eu-west-1:111122223333:table/carts/stream/2026-11-01T00:00:00.000", "dynamodb:eu-west-1:111122223333:table/carts", "allows it on the table only, table/carts, whose ARN does not cover its stream"),
        ("logs:FilterLogEvents", "logs:eu-west-1:111122223333:log-group:/shop:log-stream:", "logs:eu-west-1:111122223333:log-group:/shop", "has the ARN without :* at the end"),
        ("ecs:RunTask", "ecs:eu-west-1:111122223333:task-definition/nightly:42", "ecs:eu-west-1:111122223333:task-definition/nightly:41", "allows only revision 41 of it, and the call uses 42"),
        ("sqs:SendMessage", "sqs:eu-west-1:111122223333:Jobs", "sqs:eu-west-1:111122223333:jobs*", "which differs in capital and small letters"),
        ("dynamodb:GetItem", "dynamodb:eu-west-1:111122223333:table/carts-old", "dynamodb:eu-west-1:111122223333:table/carts", None),
    ],
    ids=["of AWS", "stream", "log group", "revision", "letters", "longer name"],
)  # fmt: skip
def test_part_of_an_arn_that_differs(action: str, denied: str, allowed: str, difference: str | None) -> None:
    text = f"{_denied(action, f'arn:aws:{denied}')}\n{_policy(action, f'arn:aws:{allowed}')}"
    shown = " ".join(explain(text).to_text(detail="full").split())
    assert (
        (difference or "has the ARN without") in shown if difference else "has the ARN without" not in shown
    )
    assert "AWS lists no resource" not in shown


@check_rows(
    ("action", "key", "right"),
    [
        ("ec2:StartInstances", "aws:RequestTag/Team", "aws:ResourceTag/Team"),
        ("ec2:TerminateInstances", "aws:RequestTag/Team", "aws:ResourceTag/Team"),
        # These calls pass tags.
        ("ec2:RunInstances", "aws:RequestTag/Team", None),
        ("ec2:DeleteTags", "aws:RequestTag/Team", None),
        ("ec2:StartInstances", "aws:ResourceTag/Team", None),
    ],
)
def test_tag_of_a_request_that_passes_none(action: str, key: str, right: str | None) -> None:
    policy = _policy(action, INSTANCE, StringEquals={key: "data"})
    first = explain(f"{_denied(action, INSTANCE)}\n{policy}").remedies[0]
    assert first.title.startswith(f"Write {right} instead of {key}") is (right is not None)
    assert (
        first.policy is None
        or right is None
        or first.policy["Statement"][0]["Condition"] == {"StringEquals": {right: "data"}}
    )


_SENDS = {"Sid": "Sends", "Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}
_PRINT = "$ aws iam get-{0}-policy --{0}-name {1} --policy-name parameters{2}\n{3}\n"
_AS_USER = _READ.replace(
    "sts::111122223333:assumed-role/mail-dev-SendRole-1A2B/mail-dev-Send", "iam::111122223333:user/ana"
)


@check_rows(
    ("denied", "kind", "owner", "query", "is_whole"),
    [
        (_READ, "role", "mail-dev-SendRole-1A2B", "", True),
        (_READ, "role", "mail-dev-SendRole-1A2B", " --query PolicyDocument", True),
        (_AS_USER, "user", "ana", "", True),
        (_READ, "role", "mail-dev-SendRole-1A2B", " --query PolicyDocument.Statement", True),
        (_AS_USER, "user", "ana", " --query 'PolicyDocument.Statement[]'", True),
        (_READ, "role", "mail-dev-SendRole-1A2B", " --query PolicyDocument.Statement[1]", False),
        (_READ, "role", "mail-prod", "", False),
        (_AS_USER, "role", "ana", "", False),
    ],
    ids=[
        "role",
        "document",
        "user",
        "statements",
        "all statements",
        "a statement",
        "another role",
        "role of the name",
    ],
)
def test_printed_policy_is_corrected_under_its_name(
    denied: str, kind: str, owner: str, query: str, *, is_whole: bool
) -> None:
    statement = json.loads(_DOUBLE)
    shown: object = {"Version": "2012-10-17", "Statement": [_SENDS, statement]}
    shown = (
        statement
        if "[1]" in query
        else [_SENDS, statement]
        if "Statement" in query
        else shown
        if query
        else {"PolicyName": "parameters", "PolicyDocument": shown}
    )
    first = explain(denied + _PRINT.format(kind, owner, query, json.dumps(shown))).remedies[0]
    fixed = {**statement, "Resource": statement["Resource"].replace("//", "/")}
    assert first.policy is not None
    if is_whole:
        assert first.policy["Statement"] == [_SENDS, fixed]
        assert (
            f"--{kind}-name {owner} --policy-name parameters --policy-document file://policy.json"
            in first.commands[0]
        )
    else:
        assert not any("--policy-name parameters" in each for each in first.commands)


@check_rows(
    ("command", "cut"),
    [
        ("get-role-policy --role-name {} --policy-name deploy", ""),
        ("get-role-policy --role-name {} --policy-name deploy", "  (two more statements)\n"),
        ("get-role-policy --role-name {} --policy-name deploy", "\nThis is shortened."),
        ("get-role-policy --role-name {} --policy-name deploy | jq '.Statement |= .[:1]'", ""),
        ("get-role --role-name {}", ""),
    ],
)
def test_corrected_condition_of_a_printed_policy(command: str, cut: str) -> None:
    denied = _denied("iam:PassRole", PASSED)
    role = denied.partition("assumed-role/")[2].partition("/")[0]
    passes = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": PASSED, "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}}  # fmt: skip
    printed = json.dumps({"PolicyDocument": {"Version": "2012-10-17", "Statement": [_SENDS, passes]}})
    printed = printed.removesuffix("]}}") + f"{cut}]}}}}" if cut.startswith(" ") else f"{printed}{cut}"
    first = explain(
        f"{CREATE_FUNCTION}{denied}\n$ aws iam {command.replace('{}', role)}\n{printed}\n"
    ).remedies[0]
    assert first.policy is not None
    is_whole = "get-role-policy" in command and not cut and "|" not in command
    assert (first.policy["Statement"][0] == _SENDS) is is_whole
    assert (
        any(f"--role-name {role} --policy-name deploy --policy-document" in each for each in first.commands)
        is is_whole
    )
    assert "lambda.amazonaws.com" in str(first.policy["Statement"][-1]["Condition"])


def test_printed_policy_with_masked_values_is_not_written() -> None:
    denied = _denied("iam:PassRole", PASSED)
    role = denied.partition("assumed-role/")[2].partition("/")[0]
    passes = json.loads(_policy("iam:PassRole", PASSED, **TO_EC2))
    masked = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:****:mail"}
    command = f"$ aws iam get-role-policy --role-name {role} --policy-name deploy --query PolicyDocument"
    printed = json.dumps({"Version": "2012-10-17", "Statement": [masked, passes]})
    first = explain(f"{CREATE_FUNCTION}{denied}\n{command}\n{printed}\n").remedies[0]
    assert "****" not in str(first.policy)
    assert not any("--policy-name deploy --policy-document" in each for each in first.commands)


_PARAMETER = "arn:aws:ssm:eu-west-1:111122223333:parameter"
_VARIABLE = 'variable "prefix" {{\n  type    = string\n  default = "{}"\n}}\n'


@check_rows(
    ("values", "reference", "corrected"),
    [
        (_VARIABLE.format("/prod/shop"), "var.prefix", "${var.prefix}"),
        ('locals {\n  prefix = "/prod/shop"\n}\n', "local.prefix", "${local.prefix}"),
        ('# terraform.tfvars\nprefix = "/prod/shop"\n', "var.prefix", "${var.prefix}"),
        (_VARIABLE.format("prod/shop"), "var.prefix", None),
        # Which of two values the run had is not known.
        (f'{_VARIABLE.format("/prod/shop")}prefix = "prod/shop"\n', "var.prefix", None),
        ('variable "prefix" {}\n', "var.prefix", None),
    ],
    ids=["default", "local", "file", "no-slash", "two-values", "no-value"],
)
def test_slash_before_a_variable_of_terraform(values: str, reference: str, corrected: str | None) -> None:
    code = f'data "aws_iam_policy_document" "read" {{\n  statement {{\n    actions   = ["ssm:GetParameter"]\n    resources = ["{_PARAMETER}/${{{reference}}}/*"]\n  }}\n}}\n'
    explanation = explain(f"{_denied('ssm:GetParameter', f'{_PARAMETER}/prod/shop/key')}\n{values}{code}")
    assert ("on parameter//prod/shop/*, with two slashes" in explanation.summary) is (corrected is not None)
    if corrected is not None:
        first, *others = explanation.remedies
        assert first.manifest == f'resources = ["{_PARAMETER}{corrected}/*"]'
        assert all(each.layer != "identity" for each in others)


def test_other_actions_keep_the_tag_of_the_request() -> None:
    actions = ["ec2:RunInstances", "ec2:StartInstances", "ec2:StopInstances"]
    policy = _policy(actions, INSTANCE, StringEquals={"aws:RequestTag/Team": "data"})
    first = explain(f"{_denied('ec2:StopInstances', INSTANCE)}\n{policy}").remedies[0]
    assert first.title == "Allow it in a second statement, with aws:ResourceTag/Team"
    assert (first.policy or {})["Statement"][0]["Action"] == actions[1:]


_DOCUMENT = "arn:aws:ssm:eu-west-1::document/AWS-StartPortForwardingSession"


@check_rows(
    ("question", "answer"),
    [
        ("Do I need an rds: permission or something on the instance profile?", "For this error, no rds: permission is missing and the instance profile need not change"),
        ("Is a kms: action missing?", "For this error, no kms: permission is missing"),
        ("Do I need an ssm: permission?", None),
        ("The host needs the instance profile.", None),
    ],
)  # fmt: skip
def test_question_for_another_permission(question: str, answer: str | None) -> None:
    policy = _policy("ssm:StartSession", "arn:aws:ec2:eu-west-1:111122223333:instance/*")
    text = f"{_denied('ssm:StartSession', _DOCUMENT)}\n{policy}\n\n{question}"
    steps = " ".join(each for remedy in explain(text).remedies for each in remedy.steps)
    assert ("For this error, " in steps) is (answer is not None)
    assert (answer or "") in steps


@check_rows(
    ("others", "verdict"),
    [
        ([], "does not allow this action: it allows only ecr:BatchGetImage."),
        (
            ["sts:GetServiceBearerToken"],
            "does not allow this action: of ecr, it allows only ecr:BatchGetImage.",
        ),
    ],
)
def test_policy_of_a_repository_that_lacks_the_action(others: list[str], verdict: str) -> None:
    """The caller's own policy allows the push, and the repository is of another account."""
    arn = "arn:aws:ecr:eu-west-1:444455556666:repository/carts"
    denied = f"User: {ROLE} is not authorized to perform: ecr:PutImage on resource: {arn} because no resource-based policy allows the ecr:PutImage action"
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "111122223333"},
        "Action": ["ecr:BatchGetImage", *others],
    }
    shown = f"repository policy:\n{json.dumps({'Version': '2012-10-17', 'Statement': [statement]})}\n"
    attached = '$ aws iam list-attached-role-policies --role-name worker --query "AttachedPolicies[].PolicyName"\n["AmazonEC2ContainerRegistryPowerUser"]\n'
    explanation = explain(f"{attached}{shown}$ docker push\n{denied}")
    assert explanation.summary.endswith(verdict)
    assert explanation.causes[0].text == (
        "AmazonEC2ContainerRegistryPowerUser allows it already in the caller's account, and needs no change."
    )


@pytest.mark.parametrize(
    ("covered", "is_only"),
    [("arn:aws:ec2:eu-west-1:111122223333:instance/*", True), ("arn:aws:ssm:eu-west-1:*:document/x", False)],
)
def test_resource_that_the_statement_lacks(covered: str, *, is_only: bool) -> None:
    command = (
        "$ aws ssm start-session --target i-0a1b2c3d4e5f67890 --document-name AWS-StartPortForwardingSession"
    )
    text = f"{command}\n{_denied('ssm:StartSession', _DOCUMENT)}\n{_policy('ssm:StartSession', covered)}"
    steps = " ".join(explain(text).remedies[0].steps)
    assert (
        f"Add {_DOCUMENT} to the Resource of the statement that allows ssm:StartSession" in steps
    ) is is_only


@pytest.mark.parametrize("qualifier", ["live", "42"])
def test_alias_of_a_function(qualifier: str) -> None:
    function = "arn:aws:lambda:eu-west-1:111122223333:function:charge"
    denied = _denied("lambda:InvokeFunction", f"{function}:{qualifier}")
    explanation = explain(f"{denied}\n{_policy('lambda:InvokeFunction', function)}")
    assert f"has the ARN of the function without :{qualifier}, and an alias or version" in explanation.summary
    assert f"{function} covers only calls with the plain name." in explanation.causes[0].text


@check_rows("revision", ["*", "(", "[", "7"])
def test_revision_can_be_anything(revision: str) -> None:
    denied = f"User: arn:aws:iam::111122223333:user/ana is not authorized to perform: ecs:RunTask on resource: arn:aws:ecs:eu-west-1:111122223333:task-definition/nightly:{revision} because no identity-based policy allows the ecs:RunTask action"
    shown = explain(f'{denied}\n{{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}}').to_text()
    assert "already has iam:PassRole" in " ".join(shown.split())


_ZONES = "arn:aws:route53:::hostedzone/*"
_QUEUE = "arn:aws:mediaconvert:eu-west-1:111122223333:queues/main"
_RUNS = "arn:aws:states:eu-west-1:111122223333:execution:bill"
_JOBS = "arn:aws:mediaconvert:eu-west-1:111122223333:jobs"
_ZONE_POLICY = 'data "aws_iam_policy_document" "dns" {{\n  statement {{\n    actions = [{}]\n    resources = ["{}"]\n  }}\n}}'
_BOTH_OF_ROUTE53 = '"route53:GetChange", "route53:ChangeResourceRecordSets"'


@pytest.mark.parametrize(
    ("action", "denied", "code", "line", "granted"),
    [
        ("route53:GetChange", "arn:aws:route53:::change/C0AB12", _ZONE_POLICY.format(_BOTH_OF_ROUTE53, _ZONES), f'resources = ["{_ZONES}", "arn:aws:route53:::change/*"]', "arn:aws:route53:::change/*"),
        ("route53:GetChange", "arn:aws:route53:::change/C0AB12", _ZONE_POLICY.format('"route53:GetChange"', _ZONES), 'resources = ["arn:aws:route53:::change/*"]', "arn:aws:route53:::change/*"),
        ("mediaconvert:GetJob", f"{_JOBS}/17-ab", f'resource "aws_iam_role_policy" "m" {{\n  policy = jsonencode({{ Statement = [{{\n    Effect = "Allow"\n    Action = ["mediaconvert:CreateJob", "mediaconvert:GetJob"]\n    Resource = "{_QUEUE}"\n  }}] }})\n}}', f'Resource = ["{_QUEUE}", "{_JOBS}/*"]', f"{_JOBS}/*"),
        ("mediaconvert:CancelJob", f"{_JOBS}/17-ab", "", None, f"{_JOBS}/17-ab"),
        ("states:DescribeExecution", f"{_RUNS}:night-7", "", None, f"{_RUNS}:*"),
        ("states:StopExecution", f"{_RUNS}:night-7", "", None, f"{_RUNS}:*"),
        ("states:StartExecution", _RUNS.replace("execution", "stateMachine"), "", None, _RUNS.replace("execution", "stateMachine")),
    ],
)  # fmt: skip
def test_resource_that_each_call_creates(
    action: str, denied: str, code: str, line: str | None, granted: str
) -> None:
    explanation = explain(f"{_denied(action, denied)}\n\n{code}")
    assert explanation.remedies[-1].policy is not None
    assert explanation.remedies[-1].policy["Statement"][0]["Resource"] == granted
    assert (explanation.remedies[0].manifest or "").strip() == (line or "")


@check_rows(
    ("actions", "step"),
    [
        (["states:StartExecution", "states:StopExecution"], "Keep the statement that allows states:StopExecution in the policy in the text for states:StartExecution."),
        (["states:StartExecution", "states:StopExecution", "states:DescribeExecution"], "for states:StartExecution. Add states:DescribeExecution to the new one, too, if the program calls it: the old one does not match either."),
        (["states:StopExecution", "states:DescribeExecution"], "or attach it as a separate policy. Add states:DescribeExecution to the new one"),
        (["states:Start*", "states:StopExecution"], "in the policy in the text for its other actions."),
        (["states:StopExecution"], f"Add {_RUNS}:* to the Resource of the statement"),
    ],
)  # fmt: skip
def test_other_actions_stay_on_the_type_that_they_need(actions: list[str], step: str) -> None:
    policy = json.dumps(
        {"Effect": "Allow", "Action": actions, "Resource": _RUNS.replace("execution", "stateMachine")}
    )
    explanation = explain(f"{_denied('states:StopExecution', f'{_RUNS}:night-7')}\n\n{policy}")
    assert "checked on the execution, but the policy names only the stateMachine" in str(explanation.causes)
    assert step in explanation.remedies[0].steps[0]


_EC2 = "arn:aws:ec2:eu-west-1:111122223333:"
_SUBNET = f"{_EC2}subnet/subnet-0ccc3333ddd44445e"
_OTHERS = [f"{_EC2}subnet/subnet-0aaa1111bbb22223c", f"{_EC2}instance/*", f"{_EC2}volume/*", f"{_EC2}security-group/*", f"{_EC2}network-interface/*"]  # fmt: skip


_IMAGES = "arn:aws:ec2:eu-west-1::image/*"


@pytest.mark.parametrize(
    ("allowed", "condition", "lacks"),
    [
        ([*_OTHERS, _IMAGES], {}, [_SUBNET]),
        (_OTHERS, {}, ["arn:aws:ec2:eu-west-1::image/IMAGE_ID", _SUBNET]),
        ([_IMAGES, *_OTHERS[:2]], {}, [f"{_EC2}network-interface/*", f"{_EC2}security-group/SECURITY_GROUP_ID", _SUBNET, f"{_EC2}volume/*"]),
        # A condition can fail.
        ([*_OTHERS, _IMAGES], {"Bool": {"ec2:EbsOptimized": "true"}}, None),
    ],
)  # fmt: skip
def test_launch_of_which_the_policy_lacks_some_resources(
    allowed: list[str], condition: dict[str, Any], lacks: list[str] | None
) -> None:
    statement = {"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": allowed}
    shown = json.dumps({**statement, "Condition": condition} if condition else statement)
    remedy = explain(f"{_denied('ec2:RunInstances', _SUBNET)}\n\n{shown}").remedies[0]
    assert remedy.policy is not None
    resource = remedy.policy["Statement"][0]["Resource"]
    found = [resource] if isinstance(resource, str) else resource
    assert sorted(found) == sorted(lacks) if lacks else {_SUBNET, f"{_EC2}volume/*"} < set(found)


@check_rows(
    ("role", "query", "is_completed"),
    [
        ("worker", " --query PolicyDocument", True),
        ("worker", "", True),
        ("other", " --query PolicyDocument", False),
        # The policy may have more statements.
        ("worker", " --query PolicyDocument.Statement[0]", False),
    ],
)
def test_printed_policy_gets_the_end_of_the_secret(role: str, query: str, *, is_completed: bool) -> None:
    secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/db"
    queue = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    statements = [queue, {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": secret}]
    shown: object = {"Version": "2012-10-17", "Statement": statements}
    if "Statement" in query:
        shown = statements[1]
    elif not query:
        shown = {"RoleName": role, "PolicyName": "read", "PolicyDocument": shown}
    first = explain(
        f"An error occurred (AccessDeniedException) when calling the GetSecretValue operation: User: arn:aws:sts::111122223333:assumed-role/worker/job is not authorized to perform: secretsmanager:GetSecretValue on resource: {secret} because no identity-based policy allows the secretsmanager:GetSecretValue action\n"
        f"$ aws iam get-role-policy --role-name {role} --policy-name read{query}\n{json.dumps(shown)}\n"
    ).remedies[0]
    assert ("--policy-name read " in first.commands[-1]) is is_completed
    if is_completed:
        assert first.policy is not None
        assert first.policy["Statement"] == [queue, {**statements[1], "Resource": f"{secret}-??????"}]


def test_a_deny_of_a_printed_policy_does_not_get_the_end_of_the_secret() -> None:
    secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/db"
    denies = {"Effect": "Deny", "Action": "secretsmanager:*", "Resource": secret}
    shown = {"Statement": [{**denies, "Effect": "Allow"}, denies]}
    first = explain(
        f"{_denied('secretsmanager:GetSecretValue', f'{secret}-AbCdEf')}\n$ aws iam get-role-policy --role-name {ROLE.split('/')[1]} --policy-name read\n{json.dumps(shown)}\n"
    ).remedies[0]
    assert first.policy is not None
    assert [each["Resource"] for each in first.policy["Statement"]] == [f"{secret}-AbCdEf", secret]


_ON_EC2 = "arn:aws:ec2:eu-west-1:111122223333:{}"


@pytest.mark.parametrize(
    ("action", "resource", "allowed", "end"),
    [
        (
            "ec2:RunInstances",
            _ON_EC2.format("network-interface/*"),
            [
                _ON_EC2.format("instance/*"),
                "arn:aws:ec2:eu-west-1::image/*",
                _ON_EC2.format("subnet/subnet-0a1b2c3d"),
            ],
            "but not on the network-interface, nor on the security-group or volume, which the call needs, too.",
        ),
        (
            "ec2:AttachVolume",
            _ON_EC2.format("instance/i-0a1b2c3d"),
            [_ON_EC2.format("volume/*")],
            "on the volume, but not on the instance.",
        ),
        (
            "glue:GetTable",
            "arn:aws:glue:eu-west-1:111122223333:catalog",
            [
                "arn:aws:glue:eu-west-1:111122223333:table/reef/*",
                "arn:aws:glue:eu-west-1:111122223333:database/reef",
            ],
            "on the table and database, but not on the catalog.",
        ),
    ],
)
def test_other_types_that_the_policy_lacks(action: str, resource: str, allowed: list[str], end: str) -> None:
    statement = {"Effect": "Allow", "Action": action, "Resource": allowed}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    said = " ".join(str(explain(f"{_denied(action, resource)}\n\n{policy}")).split())
    assert end in said


_PREFIXES = "home/ana/*"


@check_rows(
    ("operator", "values", "like"),
    [
        ("StringEquals", _PREFIXES, "StringLike"),
        ("StringEqualsIfExists", _PREFIXES, "StringLikeIfExists"),
        ("ForAnyValue:StringEquals", ["home/ana/", _PREFIXES], "ForAnyValue:StringLike"),
        ("StringEqualsIgnoreCase", "home/ana/?uns/", "StringLike"),
        # These support wildcards, and what they list does not match.
        ("StringLike", "home/bob/*", None),
        ("StringNotLike", _PREFIXES, None),
        # Neither the value nor its pattern is that of the call.
        ("StringEquals", "home/bob/*", None),
        ("StringEquals", "home/ana/", None),
        ("StringEqualsIgnoreCase", "HOME/ANA/*", None),
        # It would allow every value.
        ("StringEquals", "*", None),
    ],
)
def test_wildcards_that_an_operator_takes_literally(
    operator: str, values: str | list[str], like: str | None
) -> None:
    bucket = "arn:aws:s3:::films"
    statement = {
        "Effect": "Allow",
        "Action": "s3:ListBucket",
        "Resource": bucket,
        "Condition": {operator: {"s3:prefix": values}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    explanation = explain(
        f"$ aws s3 ls s3://films/home/ana/runs/\n{_denied('s3:ListBucket', bucket)}\n{policy}"
    )
    says = f"with {operator}, which takes" in explanation.summary
    assert says is (like is not None)
    changed = [each["Condition"] for each in (explanation.remedies[0].policy or {}).get("Statement", [])]
    assert ({like: {"s3:prefix": values}} in changed) is (like is not None)


def test_wildcards_beside_a_condition_with_the_other_operator() -> None:
    bucket = "arn:aws:s3:::films"
    conditions = {"StringEquals": {"s3:prefix": _PREFIXES}, "StringLike": {"s3:prefix": "home/*"}}
    statement = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": bucket, "Condition": conditions}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    explanation = explain(
        f"$ aws s3 ls s3://films/home/ana/runs/\n{_denied('s3:ListBucket', bucket)}\n{policy}"
    )
    assert "literally" not in str(explanation)


_SCALER = "E1120 09:14:02 1 aws_manager.go:125] Failed to regenerate ASG cache: AccessDenied: User: arn:aws:sts::111122223333:assumed-role/scaler/s is not authorized to perform: autoscaling:DescribeAutoScalingGroups because no identity-based policy allows the autoscaling:DescribeAutoScalingGroups action\n\n"


@check_rows(
    ("others", "says"),
    [
        (
            [],
            "for autoscaling:DescribeAutoScalingGroups: only a statement with the Resource * allows it. A condition",
        ),
        (
            ["autoscaling:SetDesiredCapacity"],
            "for autoscaling:DescribeAutoScalingGroups: only a statement with the Resource * allows it. The other actions can keep theirs.",
        ),
        (
            ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
            "for autoscaling:DescribeAutoScalingGroups: only a statement with the Resource * allows it. The other actions can keep theirs.",
        ),
        (
            ["autoscaling:DescribeTags", "autoscaling:SetDesiredCapacity"],
            "for autoscaling:DescribeAutoScalingGroups and autoscaling:DescribeTags: only a statement with the Resource * allows them. The other actions can keep theirs.",
        ),
        (
            ["autoscaling:DescribeTags"],
            "for autoscaling:DescribeAutoScalingGroups and autoscaling:DescribeTags: only a statement with the Resource * allows them. A condition",
        ),
    ],
)
def test_actions_for_which_aws_checks_no_resource(others: list[str], says: str) -> None:
    group = "arn:aws:autoscaling:us-east-1:111122223333:autoScalingGroup:*:autoScalingGroupName/shop-*"
    statement = {"Effect": "Allow", "Action": ["autoscaling:DescribeAutoScalingGroups", *others], "Resource": group}  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    explanation = explain(f"{_SCALER}policy:\n{policy}")
    shown = " ".join(str(explanation).split())
    assert f"AWS checks no resource {says}" in shown
    # The verdict names the Resource of the policy, which is not that of the call.
    assert "The resource is" not in shown
    assert "The Resource must be *" not in shown
    steps = " ".join(explanation.remedies[0].steps)
    # What the policy allows on groups need not be added.
    changes = {"autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"}
    assert ("Cluster Autoscaler calls the other actions, too." in steps) is not changes.isdisjoint(others)
    assert ("All of them only read." in steps) is changes.issubset(others)


@check_rows(
    ("session", "tag", "names_own"),
    [
        ("eks-green-karpenter-1a2b", "aws:RequestTag/kubernetes.io/cluster/blue", True),
        ("eks-green-karpenter-1a2b", "aws:ResourceTag/kubernetes.io/cluster/blue", True),
        ("eks-green-karpenter-1a2b", "aws:RequestTag/kubernetes.io/cluster/green", False),
        ("eks-green-karpenter-1a2b", "aws:RequestTag/team", False),
        # The session has ten characters of a longer name, or no name.
        ("eks-production-karpenter-1a2b", "aws:RequestTag/kubernetes.io/cluster/production-2", False),
        ("1719000000000", "aws:RequestTag/kubernetes.io/cluster/blue", False),
    ],
)
def test_condition_on_the_tag_of_another_cluster(session: str, tag: str, *, names_own: bool) -> None:
    """Karpenter tags what it creates for its own cluster, so nobody has to pass a tag."""
    action, kind = ("CreateFleet", "fleet/") if "Request" in tag else ("TerminateInstances", "instance/")
    denied = f"karpenter: User: arn:aws:sts::111122223333:assumed-role/nodes/{session} is not authorized to perform: ec2:{action} on resource: arn:aws:ec2:eu-west-1:111122223333:{kind}* because no identity-based policy allows the ec2:{action} action\n"
    statement = {
        "Effect": "Allow",
        "Action": f"ec2:{action}",
        "Resource": f"arn:aws:ec2:eu-west-1:*:{kind}*",
        "Condition": {"StringEquals": {tag: "owned"}},
    }
    explanation = explain(f"{denied}policy of nodes:\n{json.dumps(statement)}")
    assert explanation is not None
    first = explanation.remedies[0]
    assert (first.title == "Let the policy name the cluster green instead of blue") is names_own
    assert ("the caller runs in the cluster green" in explanation.summary) is names_own
    assert ("kubernetes.io/cluster/green" in json.dumps(first.policy)) is names_own


@pytest.mark.parametrize(
    ("said", "title"),
    [
        (
            "We renamed the cluster in October.",
            "Write blue-2 in place of blue in the condition key of the statement",
        ),
        ("Both clusters run.", "Allow it on the resources of blue-2, too, in a second statement"),
    ],
)
def test_tag_of_a_cluster_with_another_name(said: str, title: str) -> None:
    """The statement of a cluster that was renamed is corrected, and stays limited to a tag."""
    group = "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:2f1b6c0e-8a51-4d57-b1a5-6d0d4b7e9c10:autoScalingGroupName/workers"
    actions = ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
    tag = "k8s.io/cluster-autoscaler/blue"
    policy = _policy(actions, StringEquals={f"aws:ResourceTag/{tag}": "owned"})
    tags = f"$ aws autoscaling describe-tags --filters Name=auto-scaling-group,Values=workers --query 'Tags[].[Key,Value]' --output text\n{tag}-2\towned\n"
    explanation = explain(f"{_denied(actions[0], group)}\n{policy}\n{tags}\n{said}\n")
    assert f"{tag} = owned, and workers has {tag}-2 instead" in explanation.summary
    first = explanation.remedies[0]
    assert first.title.startswith(title)
    statement = (first.policy or {})["Statement"][0]
    assert statement["Action"] == actions
    assert statement["Condition"] == {"StringEquals": {f"aws:ResourceTag/{tag}-2": "owned"}}


_CODE = 'app.py:9  db = boto3.client("dynamodb", region_name="us-east-1")\n'
_HERE = "worker's policy: Allow dynamodb:GetItem on " + TABLE.format("eu-west-1") + "\n"
_FULL = "\n" + _policy("dynamodb:GetItem", TABLE.format("eu-west-1")) + "\n"
_NO_HELP = "An Allow for us-east-1 would not help"


@check_rows(
    ("text", "is_left"),
    [
        (f'{_CODE}{_HERE}`aws dynamodb list-tables --region us-east-1` -> {{"TableNames": []}}', False),
        (f'{_CODE}{_FULL}$ aws dynamodb list-tables --region us-east-1\n{{\n    "TableNames": []\n}}', False),
        (f"{_CODE}{_FULL}Function and table were both created in Ireland.", False),
        (f"{_CODE}The table carts lives in Ireland, the table's policy is the default.", False),
        (
            f"{_CODE}{_HERE}$ aws dynamodb describe-table --table-name carts --region us-east-1\nAn error occurred (ResourceNotFoundException) when calling the DescribeTable operation: not found",
            False,
        ),
        # Nothing says that it is not in both Regions.
        (f"{_CODE}{_HERE}", True),
        (f'{_CODE}{_HERE}$ aws dynamodb list-tables --region us-west-2\n{{"TableNames": []}}', True),
        (f"{_CODE}{_HERE}Are the tables in Ireland?", True),
        (
            f"{_CODE}{_HERE}$ aws dynamodb describe-table --table-name users --region us-east-1\nAn error occurred (ResourceNotFoundException) when calling the DescribeTable operation: not found",
            True,
        ),
        (
            f'{_CODE}{_HERE}$ aws dynamodb describe-table --table-name carts --region us-east-1\n{{"Table": {{"Replicas": []}}}}',
            True,
        ),
        (f'{_CODE}{_HERE}$ aws dynamodb list-tables --region us-east-1\n{{"TableNames": ["carts"]}}', True),
    ],
)
def test_resource_that_the_called_region_lacks(text: str, *, is_left: bool) -> None:
    """What a lookup or a sentence shows rules out an Allow there, and a lookup sets no Region of the code."""
    explanation = explain(
        f"An error occurred (AccessDeniedException) when calling the GetItem operation: {_denied('dynamodb:GetItem', TABLE.format('us-east-1'))}\n\n{text}"
    )
    first, *others = explanation.remedies
    assert 'set by region_name="us-east-1" in the text' in explanation.summary
    assert first.title.startswith("Call eu-west-1, ")
    assert "list-tables" not in str(first.commands)
    assert any(each.policy is not None for each in others) is is_left
    assert any(_NO_HELP in each for each in first.steps) is not is_left


_TARGET = "arn:aws:iam::444455556666:role/reader"
_WITH_PATH = "arn:aws:iam::444455556666:role/partners/reader"


@check_rows(
    ("setting", "allowed", "title"),
    [
        (f"[profile partner]\nrole_arn = {_TARGET}", _WITH_PATH, "Add the path partners/ to role_arn"),
        (f'sts.assume_role(RoleArn="{_TARGET}", RoleSessionName="x")', _WITH_PATH, "Add the path partners/ to RoleArn"),
        ("", _WITH_PATH, "Add the path partners/ to the ARN of the role in the call"),
        # Another role, another account, and several roles.
        ("", _WITH_PATH + "2", "Allow "),
        ("", _WITH_PATH.replace("4444", "7777"), "Allow "),
        ("", f"{_WITH_PATH} and arn:aws:iam::444455556666:role/other", "Allow "),
    ],
)  # fmt: skip
def test_role_without_its_path(setting: str, allowed: str, title: str) -> None:
    denied = f"An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sts:AssumeRole on resource: {_TARGET}"
    first = explain(f"{denied}\n\n{setting}\nMy policy allows sts:AssumeRole on {allowed}.").remedies[0]
    assert first.title.startswith(title)
    assert (first.who == "you") is title.startswith("Add")
    if title.startswith("Add"):
        assert (first.manifest or "").endswith(_WITH_PATH)


_GLUE = "arn:aws:glue:eu-west-1:111122223333:{}"
_NO_TABLE = "the first two alone open no table."


@check_rows(
    ("denied", "action", "actions", "resources", "needed", "is_answered"),
    [
        ("catalog", "GetTable", ["glue:GetTable", "glue:GetPartitions"], ["table/shop/orders"], ["glue:GetTable", "glue:GetPartitions"], True),
        ("database/shop", "GetTable", ["glue:GetTable", "glue:GetTables"], ["table/shop/*", "catalog"], ["glue:GetTable", "glue:GetTables"], True),
        ("catalog", "GetTable", ["glue:GetTable", "s3:GetObject"], ["table/shop/orders"], "glue:GetTable", True),
        ("catalog", "GetTable", ["glue:GetTable"], ["table/shop/orders"], "glue:GetTable", True),
        # No table is needed, and the policy names the database.
        ("catalog", "GetDatabase", ["glue:GetDatabase", "glue:GetTable"], ["database/shop"], "glue:GetDatabase", False),
    ],
)  # fmt: skip
def test_parents_of_a_table(
    denied: str, action: str, actions: list[str], resources: list[str], needed: object, *, is_answered: bool
) -> None:
    """The other actions of the statement lack the parents, too, which give access to no other table."""
    policy = {"Effect": "Allow", "Action": actions, "Resource": [_GLUE.format(each) for each in resources]}
    explanation = explain(f"{_denied(f'glue:{action}', _GLUE.format(denied))}\n{json.dumps(policy)}")
    first = explanation.remedies[0]
    [statement] = (first.policy or {})["Statement"]
    assert statement["Action"] == needed
    assert any(_NO_TABLE in each for each in first.steps) is is_answered
    assert "_NAME" not in str(statement)
    assert "rootcatalog" not in str(explanation)
