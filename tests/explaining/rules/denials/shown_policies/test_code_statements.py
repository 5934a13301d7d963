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
        ("VPC endpoint", _OF_ENDPOINT + _OF_ROLE.replace("ROLE", "web"), "aws_vpc_endpoint.sqs", 'Action    = "sqs:SendMessage"', "terraform apply"),
        # Two policies have principals.
        ("resource-based", _OF_ENDPOINT.replace("aws_vpc_endpoint", "aws_sqs_queue_policy") + _OF_ENDPOINT.replace("aws_vpc_endpoint", "aws_sns_topic_policy").replace("sqs:", "sns:"), None, "", None),
        # The code is of another role, it has two policies, or it is only a document.
        ("identity-based", _OF_ROLE.replace("ROLE", "web"), None, "", None),
        ("VPC endpoint", _OF_ENDPOINT + _OF_ENDPOINT.replace('"sqs"', '"other"'), None, "", None),
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


_KEY = 'resource "aws_kms_key" "films" {\n  policy = jsonencode({ Statement = [\n    { Effect = "Allow", Principal = { AWS = "arn:aws:iam::111122223333:role/Keys" }, Action = ["kms:Put*"], Resource = "*" },\n    { Effect = "Allow", Principal = { AWS = "arn:aws:iam::111122223333:role/writer" }, Action = ["kms:Encrypt"], Resource = "*" }\n  ] })\n}\n'


def test_key_policy_in_code_next_to_the_policy_of_the_role() -> None:
    denied = (
        _DENIED.format("resource-based")
        .replace("sqs:SendMessage", "kms:Decrypt")
        .replace(
            "arn:aws:sqs:eu-west-1:111122223333:films",
            "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        )
    )
    explanation = explain(
        f"{denied}{_OF_ROLE.replace('ROLE', 'films_api')}{_KEY}\nWhat is a resource-based policy here?"
    )
    first = explanation.remedies[0]
    assert first.title.endswith(" in aws_kms_key.films, and apply the code")
    assert "Only the role Keys can replace the key policy" in first.steps[0]
    assert "is the key policy of the KMS key" in str(explanation)


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


_GROUPS = 'E1201 1 aws_manager.go:125] Failed to regenerate ASG cache: api error AccessDenied: User: arn:aws:sts::111122223333:assumed-role/scaler/17 is not authorized to perform: autoscaling:DescribeAutoScalingGroups because no identity-based policy allows the autoscaling:DescribeAutoScalingGroups action\n\n{}\n  statement {{\n    actions = [\n      "autoscaling:DescribeAutoScalingGroups",\n      "autoscaling:SetDesiredCapacity",\n      "autoscaling:TerminateInstanceInAutoScalingGroup",\n    ]\n    resources = [{}]\n  }}\n'


@check_rows(
    ("heading", "resource", "title"),
    [
        ("the role has (iam/scaler.tf):", "aws_autoscaling_group.web.arn", "Allow the actions in iam/scaler.tf"),
        ("from the policy in scaler.tf:", "aws_autoscaling_group.web.arn", "Allow the actions in scaler.tf"),
        # Nothing says in which file it is, or that it is another one.
        ("this is not in scaler.tf:", "aws_autoscaling_group.web.arn", "Allow autoscaling:DescribeAutoScalingGroups for the role"),
        ("the old version was in old.tf, now we have:", "aws_autoscaling_group.web.arn", "Allow autoscaling:DescribeAutoScalingGroups for the role"),
        ("another role, batch, has (batch.tf):", "aws_autoscaling_group.web.arn", "Allow autoscaling:DescribeAutoScalingGroups for the role"),
        ("we could put this in scaler.tf:", "aws_autoscaling_group.web.arn", "Allow autoscaling:DescribeAutoScalingGroups for the role"),
        ("the role has:", "aws_autoscaling_group.web.arn", "Allow autoscaling:DescribeAutoScalingGroups for the role"),
    ],
)  # fmt: skip
def test_statement_without_its_data_source(heading: str, resource: str, title: str) -> None:
    explanation = explain(_GROUPS.format(heading, resource))
    assert f"allows it only on ${{{resource}}}, where it has no effect" in explanation.summary
    first = explanation.remedies[0]
    assert first.title.startswith(title)
    if first.manifest:
        lines = first.manifest.split("\n")
        assert "SetDesiredCapacity" not in first.manifest
        assert max(map(len, lines)) <= 94
        # The short form shows what the step is about.
        assert lines[0] in str(explanation)


def test_unknown_resource_can_be_everything() -> None:
    explanation = explain(_GROUPS.format("the role has (scaler.tf):", "var.resource"))
    assert "where it has no effect" not in explanation.summary


@check_rows(
    ("table", "is_added"),
    [("orders", True), ("carts", False)],
)
def test_table_that_the_endpoint_in_code_lacks(table: str, *, is_added: bool) -> None:
    arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/"
    code = _ENCODED.format("aws_vpc_endpoint", "db", "", 'Principal = "*"\n      ').replace(
        "sqs:ReceiveMessage", "dynamodb:*"
    )
    denied = f"User: arn:aws:sts::111122223333:assumed-role/web/run is not authorized to perform: dynamodb:GetItem on resource: {arn}{table} because no VPC endpoint policy allows the dynamodb:GetItem action\n\n"
    first = explain(denied + code.replace('"*"\n    }]', f'"{arn}carts"\n    }}]')).remedies[0]
    assert (first.title == "Allow dynamodb:GetItem in aws_vpc_endpoint.db, and apply the code") is is_added
    if is_added:
        assert f'Resource  = "{arn}orders"' in (first.manifest or "")
        assert any(
            f"add {arn}orders to the Resource of that statement instead" in each for each in first.steps
        )


_RULE = "AccessDeniedException: 'arn:aws:iam::111122223333:role/orders-sfn' is not authorized to create managed-rule.\nThe Region is eu-west-1.\n{}\n"
_TASKS = 'data "aws_iam_policy_document" "sfn" {\n  statement {\n    actions   = ["ecs:StopTask"]\n    resources = ["*"]\n  }\n}\n'
_TRUST = 'data "aws_iam_policy_document" "trust" {\n  statement {\n    actions = ["sts:AssumeRole"]\n    principals {\n      type = "Service"\n      identifiers = ["states.amazonaws.com"]\n    }\n  }\n}\n'
_ROLE = 'resource "aws_iam_role" "sfn" {{\n  name = "{}"\n}}\nresource "aws_iam_role_policy" "sfn" {{\n  role   = aws_iam_role.sfn.id\n  policy = data.aws_iam_policy_document.sfn.json\n}}\n'


@check_rows(
    ("code", "is_of_role"),
    [
        (f"Policy of orders-sfn:\n\n{_TASKS}", True),
        (_TASKS + _ROLE.format("orders-sfn"), True),
        (_TRUST + _TASKS + _ROLE.format("orders-sfn"), True),
        (_TASKS + _ROLE.format("carts-sfn"), False),
        (f"Policy of carts-sfn:\n\n{_TASKS}", False),
        (_TASKS, False),
    ],
)
def test_what_the_role_of_a_service_lacks_in_its_code(code: str, *, is_of_role: bool) -> None:
    first = explain(_RULE.format(code)).remedies[0]
    assert ("in data.aws_iam_policy_document.sfn" in first.title) is is_of_role
    assert (first.policy is None) is is_of_role
    if is_of_role:
        assert '"arn:aws:events:eu-west-1:111122223333:rule/' in (first.manifest or "")


_CDK_DENIED = "User: arn:aws:sts::111122223333:assumed-role/api-fn/api is not authorized to perform: {} on resource: {} because no identity-based policy allows the {} action\n\n"
_BUCKET_KEY, _TABLE = "arn:aws:s3:::octo-films/a", "arn:aws:dynamodb:eu-west-1:111122223333:table/films"
_REPOSITORY = "arn:aws:ecr:eu-west-1:111122223333:repository/api"


@check_rows(
    ("action", "resource", "code", "written"),
    [
        ("ecr:PutImage", _REPOSITORY, "repo.grantPull(project);", "repo.grantPullPush(project);"),
        ("dynamodb:PutItem", _TABLE, "this.table.grantReadData(fn);", "this.table.grantReadWriteData(fn);"),
        ("dynamodb:Query", _TABLE, "table.grant_write_data(fn)", "table.grant_read_write_data(fn)"),
        ("s3:GetObject", _BUCKET_KEY, "bucket.grantWrite(fn);", "bucket.grantReadWrite(fn);"),
        ("s3:PutObject", _BUCKET_KEY, "bucket.grantRead(fn);", "bucket.grantRead(fn);\nbucket.grantPut(fn);"),
        ("s3:PutObject", _BUCKET_KEY, "bucket.grant_read(fn)", "bucket.grant_read(fn)\nbucket.grant_put(fn)"),
        # It grants the action, so the role or the bucket is another one. Which of two calls is meant is not known.
        ("s3:GetObject", _BUCKET_KEY, "bucket.grantRead(fn);", None),
        ("s3:GetObject", _BUCKET_KEY, "bucket.grantReadWrite(fn);", None),
        ("s3:PutObject", _BUCKET_KEY, "bucket.grantRead(fn);\nother.grantRead(fn);", None),
        # A grant of another service, and an action that no method grants.
        ("s3:PutObject", _BUCKET_KEY, "table.grantReadData(fn);", None),
        ("s3:PutBucketPolicy", "arn:aws:s3:::octo-films", "bucket.grantRead(fn);", None),
    ],
)
def test_grant_of_the_cdk_without_the_action(
    action: str, resource: str, code: str, written: str | None
) -> None:
    explanation = explain(f"{_CDK_DENIED.format(action, resource, action)}{code}\n")
    assert explanation is not None
    first, *others = explanation.remedies
    assert first.manifest == written
    assert ("cdk deploy" in first.commands) is (written is not None)
    said = f"does not grant {action}"
    assert any(said in each.text for each in explanation.causes) is (written is not None)
    assert written is None or others[0].title.startswith("Or allow ")


def test_log_streams_of_each_run_are_covered_in_code() -> None:
    """A log stream of the denied call is not that of the next one."""
    group = "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/web"
    denied = _CDK_DENIED.format(
        "logs:CreateLogStream", f"{group}:log-stream:web/web/0a1b", "logs:CreateLogStream"
    )
    code = f'data "aws_iam_policy_document" "exec" {{\n  statement {{\n    actions   = ["logs:CreateLogStream"]\n    resources = ["{group}"]\n  }}\n}}\n'
    explanation = explain(denied + code)
    assert explanation is not None
    assert explanation.remedies[0].manifest == f'resources = ["{group}:*"]'


@check_rows(
    ("action", "resource", "deletes"),
    [
        ("route53:ListHostedZones", "", True),
        ("route53:GetHostedZone", ' on resource: "arn:aws:route53:::hostedzone/Z0111111EXAMPLE"', False),
    ],
)
def test_action_without_effect_in_code(action: str, resource: str, *, deletes: bool) -> None:
    """An action that AWS checks on no resource moves to a statement of its own."""
    denied = f"User: arn:aws:sts::111122223333:assumed-role/dns/a is not authorized to perform: {action}{resource} because no identity-based policy allows the {action} action"
    code = f'data "aws_iam_policy_document" "dns" {{\n  statement {{\n    actions   = ["route53:ChangeResourceRecordSets", "{action}"]\n    resources = ["arn:aws:route53:::hostedzone/Z0222222EXAMPLE"]\n  }}\n}}\n'
    steps = " ".join(each for one in explain(f"{denied}\n\n{code}").remedies for each in one.steps)
    assert (f"delete {action} from the other one, where it has no effect" in steps) is deletes
