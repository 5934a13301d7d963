"""Test failures of services that act for the caller, contrasted with what else the text shows."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

EXPIRED = "denied: Your authorization token has expired. Reauthenticate and try again."
PUBLIC = "public.ecr.aws"


@check_rows(
    ("text", "shown", "hidden"),
    [
        (
            f"$ helm pull oci://{PUBLIC}/demo/chart --version 1.0.0\nError: pulling from host {PUBLIC} failed with status code [manifests 1.0.0]: 403 Forbidden",
            f"helm registry logout {PUBLIC}\n    docker logout",
            "docker login",
        ),
        (
            f"$ helm pull oci://{PUBLIC}/demo/chart\nError: pulling from host {PUBLIC} failed with status code [manifests 1.0.0]: 403 Forbidden\nI ran helm registry login two weeks ago.",
            f"The client sends a saved login to {PUBLIC} that has expired.",
            "Most likely",
        ),
        (f"$ docker pull {PUBLIC}/demo/web:1\n{EXPIRED}", f"docker logout {PUBLIC}", "helm registry"),
        (f"$ docker push {PUBLIC}/a1b2c3d4/web:1\n{EXPIRED}", "aws ecr-public get-login-password", "logout"),
        (
            f"Failed to pull image: unexpected status from HEAD request to https://{PUBLIC}/v2/demo/web/manifests/1: 403 Forbidden",
            "imagePullSecrets",
            "docker logout",
        ),
        (
            f"FROM {PUBLIC}/demo/web:1\n$ docker push 111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1\n{EXPIRED}",
            "111122223333.dkr.ecr.eu-west-1.amazonaws.com",
            "ecr-public",
        ),
    ],
)
def test_login_to_the_public_registry(text: str, shown: str, hidden: str) -> None:
    explained = str(explain(text))
    assert shown in explained
    assert hidden not in explained
    if PUBLIC in shown:
        assert "IAM permissions do not matter: the registry allows" in " ".join(explained.split())


KEY = "arn:aws:kms:{}:111122223333:key/{}"
KEY_ID = "0a1b2c3d-0000-4000-8000-000000000003"


GET = "$ aws iam get-instance-profile --instance-profile-name web{}\n{}\n"


FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:orders"
API = "arn:aws:execute-api:eu-west-1:111122223333:q1w2e3r4t5"
TESTED = "Execution log for request 1\nHTTP Method: POST, Resource Path: /orders\n"
CALL = "Endpoint request URI: https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/{}/invocations\nExecution failed due to configuration error: Invalid permissions on Lambda function\n"
TERRAFORM = 'resource "aws_lambda_permission" "api" {\n  principal  = "apigateway.amazonaws.com"\n  source_arn = aws_api_gateway_rest_api.shop.execution_arn\n}\n'
OF_TOPIC = 'resource "aws_lambda_permission" "sns" {\n  principal = "sns.amazonaws.com"\n  source_arn = aws_sns_topic.orders.arn\n}\n'


def _policy(resource: str, service: str, action: str = "lambda:InvokeFunction", **condition: object) -> str:
    statement = {"Sid": "own", "Effect": "Allow", "Principal": {"Service": service}, "Action": action, "Resource": resource}  # fmt: skip
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _of(source: str) -> dict[str, str]:
    return {"AWS:SourceArn": source}


@check_rows(
    ("text", "verdict", "command"),
    [
        (CALL.format(FUNCTION), "does not allow apigateway.amazonaws.com", f"--function-name {FUNCTION} --statement-id ApiGateway"),
        (
            TESTED + CALL.format(FUNCTION) + _policy(FUNCTION, "apigateway.amazonaws.com", ArnLike=_of(API)),
            f"only for AWS:SourceArn {API}, and the request has {API}/test-invoke-stage/POST/orders",
            f"remove-permission --function-name {FUNCTION} --statement-id own",
        ),
        (
            TESTED + CALL.format(FUNCTION) + TERRAFORM + _policy(FUNCTION, "apigateway.amazonaws.com", ArnLike=_of(API)),
            f"only for AWS:SourceArn {API}",
            'source_arn = "${aws_api_gateway_rest_api.shop.execution_arn}/*/*"',
        ),
        (
            TESTED + CALL.format(FUNCTION) + OF_TOPIC + TERRAFORM + _policy(FUNCTION, "apigateway.amazonaws.com", ArnLike=_of(API)),
            f"only for AWS:SourceArn {API}",
            "Correct source_arn of aws_lambda_permission.api",
        ),
        # The permission in the code is for another service.
        (
            TESTED + CALL.format(FUNCTION) + OF_TOPIC + _policy(FUNCTION, "apigateway.amazonaws.com", ArnLike=_of(API)),
            f"only for AWS:SourceArn {API}",
            f"remove-permission --function-name {FUNCTION} --statement-id own",
        ),
        (
            CALL.format(FUNCTION) + _policy(FUNCTION, "apigateway.amazonaws.com").replace("Allow", "Deny"),
            "denies apigateway.amazonaws.com lambda:InvokeFunction (the statement own)",
            "Change the statement own of the policy, or remove it",
        ),
        (
            TESTED + CALL.format(FUNCTION) + _policy(FUNCTION, "apigateway.amazonaws.com", ArnLike=_of(f"{API}/*/GET/orders")),
            "only for GET /orders of the API, and the request is POST /orders",
            f"'{API}/*/POST/orders' --statement-id AllowRoute",
        ),
        # No log says the route, but the sentences do, also of one that works.
        (
            CALL.format(FUNCTION) + "PUT /orders fails while GET /orders is fine.\n" + _policy(FUNCTION, "apigateway.amazonaws.com", ArnLike=_of(f"{API}/*/GET/orders")),
            "only for GET /orders of the API, and the request is PUT /orders",
            f"'{API}/*/PUT/orders' --statement-id AllowRoute",
        ),
        (
            "$ curl -X PATCH https://q1w2e3r4t5.execute-api.eu-west-1.amazonaws.com/prod/orders/4711\n" + CALL.format(FUNCTION) + _policy(FUNCTION, "apigateway.amazonaws.com", ArnLike=_of(f"{API}/*/GET/orders")),
            "and the request has",
            f"'{API}/*/*' --statement-id AllowRoute",
        ),
        # Nothing says which of two routes failed.
        (
            CALL.format(FUNCTION) + "The API has PUT /orders and GET /films.\n" + _policy(FUNCTION, "apigateway.amazonaws.com", ArnLike=_of(f"{API}/*/GET/orders")),
            "most likely, the request has another value",
            "add-permission",
        ),
        (
            CALL.format(f"{FUNCTION}:live") + _policy(FUNCTION, "apigateway.amazonaws.com", ArnLike=_of(f"{API}/*")),
            f"allows apigateway.amazonaws.com on {FUNCTION}, not on {FUNCTION}:live",
            f"add-permission --function-name {FUNCTION}:live",
        ),
        (
            TESTED + CALL.format(FUNCTION) + _policy(FUNCTION, "apigateway.amazonaws.com", ArnLike=_of(f"{API}/*")),
            "although the policy in the text allows apigateway.amazonaws.com",
            f"aws lambda get-policy --function-name {FUNCTION}",
        ),
        (
            CALL.format(FUNCTION) + _policy(FUNCTION, "events.amazonaws.com"),
            "allows only the service events.amazonaws.com, not apigateway.amazonaws.com",
            "--principal apigateway.amazonaws.com",
        ),
        (
            f"$ aws logs put-subscription-filter --log-group-name /app/web --filter-name f --filter-pattern x --destination-arn {FUNCTION}\n\nAn error occurred (InvalidParameterException) when calling the PutSubscriptionFilter operation: Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function.\n"
            + _policy(FUNCTION, "logs.amazonaws.com", ArnLike=_of("arn:aws:logs:eu-west-1:111122223333:log-group:/app/web")),
            "and the request has arn:aws:logs:eu-west-1:111122223333:log-group:/app/web:*",
            "'arn:aws:logs:eu-west-1:111122223333:log-group:/app/web:*' --statement-id own",
        ),
    ],
)  # fmt: skip
def test_statement_of_a_function_policy(text: str, verdict: str, command: str) -> None:
    shown = " ".join(str(explain(text)).replace("\\\n", " ").split())
    assert verdict in shown
    assert command in shown
    assert "nor is the function's execution role" in shown


QUEUE = "arn:aws:sqs:eu-west-1:111122223333:uploads"


TOPIC = "arn:aws:sns:eu-west-1:111122223333:alerts"


@check_rows(
    ("caller", "policy", "verdict"),
    [
        ("CloudWatch Alarms is", "", "does not allow cloudwatch.amazonaws.com to publish"),
        ("CloudWatch Alarms is", _policy(TOPIC, "cloudwatch.amazonaws.com", "sns:Publish", StringEquals={"aws:SourceAccount": "444455556666"}), "only for aws:SourceAccount 444455556666: most likely"),
        ("User: events.amazonaws.com is", _policy(TOPIC, "cloudwatch.amazonaws.com", "sns:Publish"), "allows only the service cloudwatch.amazonaws.com, not events.amazonaws.com"),
        ("User: events.amazonaws.com is", "", "the topic policy does not allow the service"),
    ],
)  # fmt: skip
def test_service_that_a_resource_policy_does_not_allow(caller: str, policy: str, verdict: str) -> None:
    text = f"{caller} not authorized to perform: SNS:Publish on resource: {TOPIC} because no resource-based policy allows the SNS:Publish action\n{policy}"
    assert verdict in explain(text).summary


IMAGE = "An error occurred (AccessDeniedException) when calling the CreateFunction operation: Lambda does not have permission to access the ECR image. Check the ECR permissions.\n"
URI = "ImageUri=111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/web:1\n"
_OF_ACCOUNT = '{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]}\n'


@check_rows(
    ("text", "says", "omits"),
    [
        (f"{IMAGE}{URI}", ("policy of team/web does not allow lambda.amazonaws.com to pull the image.", "--repository-name team/web", "Lambda adds the statement itself"), ("aws:SourceArn", "in account")),
        (f"{IMAGE}{URI}The function is in 444455556666.\n{_OF_ACCOUNT}", ("of team/web in account 111122223333", ": it allows only arn:aws:iam::444455556666:root.", "arn:aws:lambda:eu-west-1:444455556666:function:*"), ("Lambda adds the statement itself",)),
        (f"{IMAGE}{URI}{URI.replace('web', 'jobs')}The function is in 444455556666.", ("--repository-name REPOSITORY",), ("aws:SourceArn",)),
        # Not that of the function.
        (f"{IMAGE}{URI}The management account is 999988887777.", ("--repository-name team/web",), ("aws:SourceArn", "in account")),
        (f"{IMAGE}{URI}The old function was in 999988887777.", ("--repository-name team/web",), ("aws:SourceArn", "in account")),
        (f"{IMAGE}{URI}Our function is not in 999988887777, I think.", ("--repository-name team/web",), ("aws:SourceArn", "in account")),
        (f"{IMAGE}{URI}Accounts: 444455556666, 777788889999", ("--repository-name team/web",), ("aws:SourceArn",)),
        (f"{IMAGE}{URI}{_OF_ACCOUNT}{_OF_ACCOUNT.replace('arn:aws:iam::444455556666:root', '*')}", ("to pull the image.",), ("it allows only",)),
    ],
)  # fmt: skip
def test_image_of_another_account(text: str, says: tuple[str, ...], omits: tuple[str, ...]) -> None:
    shown = " ".join(explain(text).to_text(detail="full").split())
    assert all(each in shown for each in says)
    assert not any(each in shown for each in omits)


NOT_ASSUMED = "$ aws lambda create-function --function-name app --role arn:aws:iam::111122223333:role/app-role\n\nAn error occurred (InvalidParameterValueException) when calling the CreateFunction operation: The role defined for the function cannot be assumed by Lambda.\n"
CREATE = "$ aws iam create-role --role-name {} --assume-role-policy-document file://trust.json\n$ aws iam wait role-exists --role-name app-role\n"
TRUSTED = '{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Service": "{}"}}, "Action": "sts:AssumeRole"}}]}}\n'


@check_rows(
    ("text", "verdict", "step"),
    [
        (CREATE.format("app-role") + TRUSTED.format("lambda.amazonaws.com") + NOT_ASSUMED, "the role is only seconds old", "wait role-exists does not help"),
        (TRUSTED.format("lambda.amazonaws.com") + NOT_ASSUMED + "A retry works.", "the role is only seconds old", "about 10 seconds"),
        (TRUSTED.format("lambda.amazonaws.com") + NOT_ASSUMED, "or the call names another role", "Compare the role's name"),
        (CREATE.format("app-role") + TRUSTED.format("ec2.amazonaws.com") + NOT_ASSUMED, 'trusts "ec2.amazonaws.com"', "trust-2.json"),
        (CREATE.format("other") + TRUSTED.format("lambda.amazonaws.com") + NOT_ASSUMED, "or the call names another role", "Compare the role's name"),
        (
            "The function execution role must be assumable with edgelambda.amazonaws.com as well as lambda.amazonaws.com principals. Role: arn:aws:iam::111122223333:role/edge (Service: CloudFront, Status Code: 400)",
            "The service edgelambda.amazonaws.com cannot assume the role edge",
            "",
        ),
    ],
)  # fmt: skip
def test_role_that_the_same_script_creates(text: str, verdict: str, step: str) -> None:
    explanation = explain(text)
    assert verdict in explanation.summary
    assert step in str(explanation.remedies[0].steps)


_EDGE_STACK = (
    "2026-11-19 14:03:04 UTC  site  Distribution  AWS::CloudFront::Distribution  UPDATE_FAILED  Resource handler "
    'returned message: "Invalid request provided: The function execution role must be assumable with '
    "edgelambda.amazonaws.com as well as lambda.amazonaws.com principals. Update the IAM role and try again. Role: "
    'arn:aws:iam::111122223333:role/{} (Service: CloudFront, Status Code: 400)" (HandlerErrorCode: InvalidRequest)'
)


@pytest.mark.parametrize(
    ("role", "in_template"), [("site-HeadersRole-1QZ8XKEXAMPLE", True), ("headers-role", False)]
)
def test_role_that_a_stack_created(role: str, *, in_template: bool) -> None:
    """The next deployment of the stack undoes a change by hand."""
    trusted = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    facts = {"trust_policy": {"Version": "2012-10-17", "Statement": [trusted]}}
    first = explain(_EDGE_STACK.format(role), facts=facts).remedies[0]
    assert ("HeadersRole (stack site)" in first.steps[0]) is in_template
    assert bool(first.commands) is not in_template


@pytest.mark.parametrize(
    ("output", "index", "host"),
    [
        ("", "INDEX_PATTERN", "DOMAIN_URL"),
        (
            "[OUTPUT]\n    Name opensearch\n    Host search-logs-a1b2c3d4e5.eu-west-1.es.amazonaws.com\n    Index   web\n    Logstash_Prefix web-logs\n",
            '["web-logs-*"]',
            "https://search-logs-a1b2c3d4e5.eu-west-1.es.amazonaws.com/_plugins",
        ),
        ("[OUTPUT]\n    Name opensearch\n    Index   web\n", '["web"]', "DOMAIN_URL"),
    ],
)
def test_opensearch_role_for_the_output(output: str, index: str, host: str) -> None:
    user = "arn:aws:iam::111122223333:role/logs"
    text = f'{{"error":{{"type":"security_exception","reason":"no permissions for [indices:data/write/bulk] and User [name={user}, backend_roles=[{user}], requestedTenant=null]"}},"status":403}}\n{output}'
    explanation = explain(text)
    shown = " ".join(explanation.remedies[0].commands)
    assert index in shown
    assert host in shown
    # curl needs the keys to sign.
    assert (
        "--aws-sigv4 aws:amz:REGION:es --user" in " ".join(explanation.remedies[0].steps)
        or host != "DOMAIN_URL"
    )


@check_rows(
    ("role", "backend_roles", "mapped"),
    [
        ("writers", ["arn:aws:iam::111122223333:role/old"], "is mapped only to arn:aws:iam::111122223333:role/old, and not to"),
        ("writers", [], "is mapped to nobody, and not to"),
        # It is mapped, possibly mapped, or the role allows far too much.
        ("writers", ["arn:aws:iam::111122223333:role/logs"], None),
        ("writers", ["arn:aws:iam::111122223333:role/*"], None),
        ("all_access", ["arn:aws:iam::111122223333:role/old"], None),
    ],
)  # fmt: skip
def test_mapping_of_an_opensearch_role(role: str, backend_roles: list[str], mapped: str | None) -> None:
    user = "arn:aws:iam::111122223333:role/logs"
    shown = json.dumps({role: {"hosts": [], "users": [], "backend_roles": backend_roles}}, indent=1)
    explanation = explain(
        f"no permissions for [indices:data/read/search] and User [name={user}, backend_roles=[{user}], requestedTenant=null]\n{shown}"
    )
    (command, *_) = explanation.remedies[0].commands
    assert (mapped or "no role inside OpenSearch") in explanation.summary
    assert ("--request PATCH" in command) is (mapped is not None)
    if mapped is not None:
        assert json.dumps([*backend_roles, user], separators=(",", ":")) in command


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (" does not exist, does not exist in this region, or you are not allowed to access.", "missing or in another Region, or does not allow"),
        (" access denied.", "is not allowed to use the KMS key"),
    ],
)  # fmt: skip
def test_key_of_environment_variables(message: str, reason: str) -> None:
    explanation = explain(
        f"An error occurred (KMSAccessDeniedException) when calling the Invoke operation: Lambda was unable to decrypt the environment variables because KMS access was denied. Please check the function's KMS key settings. KMS Exception: AccessDeniedException KMS Message: The ciphertext refers to a customer master key that{message}"
    )
    assert reason in explanation.summary
    assert "--query '[KMSKeyArn,Role]'" in str(explanation)
    assert any("The caller of Invoke needs no permission" in each for each in explanation.notes)


_SUBMIT = "An error occurred (AccessDeniedException) when calling the SubmitJob operation: User: arn:aws:sts::111122223333:assumed-role/cron/s1 is not authorized to perform: batch:SubmitJob on resource: arn:aws:batch:eu-north-1:111122223333:{} because no {} policy allows the batch:SubmitJob action"


@check_rows("layer", ["identity-based", "service control"])
@check_rows(
    ("call", "denied", "resources"),
    [
        ("", "job-definition/etl:14", ["job-definition/etl:*", "job-queue/JOB_QUEUE_NAME"]),
        ("aws batch submit-job --job-queue heavy --job-definition etl:2\n", "job-definition/etl:2", ["job-definition/etl:*", "job-queue/heavy"]),
        ("submit_job(jobQueue='heavy', jobDefinition='etl:2')\n", "job-queue/heavy", ["job-queue/heavy", "job-definition/etl:*"]),
    ],
)  # fmt: skip
def test_queue_and_definition_of_a_job(call: str, denied: str, resources: list[str], layer: str) -> None:
    remedy = explain(f"{call}{_SUBMIT.format(denied, layer)}").remedies[0]
    statement = remedy.statement or (remedy.policy or {})["Statement"][0]
    assert [each.split(":", 5)[5] for each in statement["Resource"]] == resources


UNDELIVERED = "An error occurred (InvalidParameterException) when calling the PutSubscriptionFilter operation: Could not deliver test message to specified {}.\n"
OF_STREAM = "--destination-arn arn:aws:kinesis:eu-west-1:111122223333:stream/films --role-arn arn:aws:iam::111122223333:role/films-logs\n"


def _trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return f"Trust policy: {json.dumps({'Version': '2012-10-17', 'Statement': [statement]})}\n"


@check_rows(
    ("text", "service"),
    [
        ("EventBridge target failed: ErrorCode NO_PERMISSIONS, Unable to assume role arn:aws:iam::111122223333:role/films", "events"),
        ('{"RULE_ARN":"arn:aws:events:eu-west-1:111122223333:rule/films","TARGET_ARN":"arn:aws:ecs:eu-west-1:111122223333:cluster/films","ERROR_CODE":"NO_PERMISSIONS","ERROR_MESSAGE":"Unable to assume role."}', "events"),
        ("EventBridge rule films, target Step Functions: ERROR_CODE=NO_PERMISSIONS ERROR_MESSAGE=Unable to assume role.", "events"),
        ("ERROR_CODE=NO_PERMISSIONS, Unable to assume role. arn:aws:scheduler:eu-west-1:111122223333:schedule/default/films", "scheduler"),
    ],
)  # fmt: skip
def test_service_of_an_undelivered_event(text: str, service: str) -> None:
    assert explain(text).summary.startswith(f"The service {service}.amazonaws.com cannot assume the role")


def test_smtp_credentials_of_another_region() -> None:
    error = "javax.mail.AuthenticationFailedException: 535 Authentication Credentials Invalid\nHost: email-smtp.eu-west-1.amazonaws.com\n"
    other = explain(f"{error}The SMTP credentials were created in us-east-1.\n").summary
    assert other.endswith(": they were created for us-east-1, and the host is in eu-west-1.")
    same = explain(f"{error}The SMTP credentials were created in eu-west-1.\n").summary
    assert "they were created" not in same


SEND_DENIED = "User: arn:aws:sts::444455556666:assumed-role/films/job is not authorized to perform: sqs:DeleteMessage on resource: arn:aws:sqs:eu-west-1:111122223333:films because no resource-based policy allows the sqs:DeleteMessage action\n"
QUEUE_POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:111122223333:films"}]}\n'


@pytest.mark.parametrize(("before", "may_lack"), [("", True), (QUEUE_POLICY, False)])
def test_policy_of_the_text_is_there(before: str, *, may_lack: bool) -> None:
    steps = " ".join(explain(before + SEND_DENIED).remedies[0].steps)
    assert ("has no policy yet" in steps) is may_lack


CHECKED = "An error occurred (ValidationException) when calling the CreateAgentRuntime operation: Access denied while validating {}. The execution role requires permissions for {}"


@check_rows(
    ("checked", "actions", "resource"),
    [
        (
            "ECR URI '111122223333.dkr.ecr.eu-west-1.amazonaws.com/agents/web:1'",
            "ecr:BatchGetImage, and\necr:GetDownloadUrlForLayer operations.",
            "arn:aws:ecr:eu-west-1:111122223333:repository/agents/web",
        ),
        ("S3 location 's3://agents/web.zip'", "s3:GetObject.", "arn:aws:s3:::agents/web.zip"),
    ],
)
def test_role_that_a_service_checks_lacks_what_the_message_lists(
    checked: str, actions: str, resource: str
) -> None:
    explanation = explain(CHECKED.format(checked, actions))
    assert "the execution role that it passes lacks" in explanation.summary
    policy = explanation.remedies[0].policy
    assert policy is not None
    assert all(each["Resource"] == resource for each in policy["Statement"])
    assert "This is not a denial" not in str(explanation)


@check_rows(
    ("message", "is_on_permission"),
    [
        ("Please grant the role access: the role lacks the permission s3:GetObject", True),
        ("The service role requires permission for logs:PutLogEvents.", True),
        ("Access denied for repository: models.", True),
        ("The value at 'name' failed to satisfy constraint: length less than 64", False),
        ("Member must satisfy enum value set: [permissions, roles]", False),
    ],
)
def test_invalid_request_about_a_permission(message: str, *, is_on_permission: bool) -> None:
    text = f"An error occurred (ValidationException) when calling the CreateThing operation: {message}"
    assert ("This is not a denial" in str(explain(text))) == (not is_on_permission)


@check_rows(
    ("caller", "logical_id"),
    [
        ("assumed-role/till-dev-IamRole-9MTX07A9DH9D/till-dev-save", "IamRole"),
        ("assumed-role/Till-FnServiceRole1A2B3C4D-AbCd1234EfGh/till", "FnServiceRole1A2B3C4D"),
        # Names that people write, of nodes that eksctl manages, and of a user.
        ("assumed-role/till-dev-role/till", None),
        ("assumed-role/till-IamRole-111122223333/till", None),
        ("assumed-role/till-IamRole-3f9a1c0be77d/till", None),
        ("assumed-role/till-IamRole-20240101T1234/till", None),
        ("assumed-role/till-worker-9MTX07A9DH9D/till", None),
        ("assumed-role/eksctl-till-nodegroup-a-NodeInstanceRole-9MTX07A9DH9D/i-0a1b2c3d4e5f60718", None),
        ("user/till-dev-IamRole-9MTX07A9DH9D", None),
    ],
)  # fmt: skip
def test_template_of_the_role_that_is_denied(caller: str, logical_id: str | None) -> None:
    service = "iam" if caller.startswith("user/") else "sts"
    text = f"User: arn:aws:{service}::111122223333:{caller} is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:till because no identity-based policy allows the sqs:SendMessage action"
    steps = " ".join(explain(text).remedies[0].steps)
    assert ("CloudFormation" in steps) is (logical_id is not None)
    assert logical_id is None or f"add the statement to {logical_id} in its template" in steps


_RULE = "arn:aws:events:eu-west-1:111122223333:rule/{}"
_UNDELIVERED = "ERROR_MESSAGE: User: {} is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:444455556666:films because no resource-based policy allows the sqs:SendMessage action\n{}"


@check_rows(
    ("service", "more", "condition"),
    [
        ("events.amazonaws.com", f"RULE_ARN: {_RULE.format('nightly')}", {"ArnLike": {"aws:SourceArn": _RULE.format("nightly")}}),
        ("sns.amazonaws.com", "topic arn:aws:sns:eu-west-1:111122223333:films.", {"ArnLike": {"aws:SourceArn": "arn:aws:sns:eu-west-1:111122223333:films"}}),
        ("s3.amazonaws.com", "from arn:aws:s3:::acme-films", {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::acme-films"}}),
        # Rules of another service or several rules do not say for which one the service calls.
        ("sns.amazonaws.com", f"RULE_ARN: {_RULE.format('nightly')}", {"StringEquals": {"aws:SourceAccount": "444455556666"}}),
        ("events.amazonaws.com", f"{_RULE.format('a')} {_RULE.format('b')}", {"StringEquals": {"aws:SourceAccount": "444455556666"}}),
    ],
)  # fmt: skip
def test_resource_policy_is_limited_to_what_the_service_calls_for(
    service: str, more: str, condition: object
) -> None:
    policy = explain(_UNDELIVERED.format(service, more)).remedies[0].policy
    assert policy is not None
    assert policy["Statement"][0]["Condition"] == condition


@check_rows(
    ("action", "resource", "integration", "others"),
    [
        ("glue:StartJobRun", "job/films", "glue:startJobRun.sync", ["glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"]),
        ("codebuild:StartBuild", "project/films", "codebuild:startBuild.sync", ["codebuild:BatchGetBuilds", "codebuild:StopBuild"]),
        ("glue:StartJobRun", "job/films", "glue:startJobRun", []),
        ("glue:StartTrigger", "trigger/films", "glue:startJobRun.sync", []),
    ],
)  # fmt: skip
def test_integration_that_waits_also_reads_and_stops_the_run(
    action: str, resource: str, integration: str, others: list[str]
) -> None:
    service = action.partition(":")[0]
    explanation = explain(
        f'User: arn:aws:sts::111122223333:assumed-role/films-flow/run is not authorized to perform: {action} on resource: arn:aws:{service}:eu-west-1:111122223333:{resource} because no identity-based policy allows the {action} action\n"Resource": "arn:aws:states:::{integration}"'
    )
    policy = explanation.remedies[0].policy
    assert policy is not None
    assert policy["Statement"][0]["Action"] == ([action, *others] if others else action)


_HEAD = "java.nio.file.AccessDeniedException: s3://acme-films/new: getFileStatus on s3://acme-films/new: com.amazonaws.services.s3.model.AmazonS3Exception: Forbidden (Service: Amazon S3; Status Code: 403)\n"


@check_rows(
    ("more", "role"),
    [
        ("glue role: arn:aws:iam::111122223333:role/films-etl", "films-etl"),
        ("role of the job = arn:aws:iam::111122223333:role/films-etl", "films-etl"),
        ("instance role: films-etl-1", "films-etl-1"),
        ("task role is films-etl.", "films-etl"),
        ("The job role is read-only.", None),
        # Another role can be the caller.
        ("glue role: arn:aws:iam::111122223333:role/films-etl\narn:aws:iam::111122223333:role/reader", None),
        ("It works with the job role: arn:aws:iam::111122223333:role/films-etl", None),
    ],
)
def test_role_of_a_job_that_calls(more: str, role: str | None) -> None:
    shown = str(explain(_HEAD + more))
    assert (f"--role-name {role} " in shown) is (role is not None)


PROTECTED = "An error occurred (UnmodifiableEntity) when calling the {} operation: Cannot perform the operation on the protected role '{}' - this role is only modifiable by AWS"
LINKED = "AWSServiceRoleForAutoScaling"
OWN_KEY = "arn:aws:kms:eu-west-1:{}:key/0a1b2c3d-0000-4000-8000-000000000003"
ATTACH = f"$ aws iam attach-role-policy --role-name {LINKED} --policy-arn arn:aws:iam::111122223333:policy/volumes\n"


@check_rows(
    ("text", "shown", "hidden"),
    [
        pytest.param(
            f"{ATTACH}The AMI uses {OWN_KEY.format('111122223333')}.\n{PROTECTED.format('AttachRolePolicy', LINKED)}",
            f'"AWS": "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/{LINKED}"',
            "create-grant",
            id="key of the account",
        ),
        pytest.param(
            f"{ATTACH}The AMI uses {OWN_KEY.format('444455556666')}.\n{PROTECTED.format('AttachRolePolicy', LINKED)}",
            f"--grantee-principal arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/{LINKED}",
            "GrantIsForAWSResource",
            id="key of another account",
        ),
        pytest.param(
            f"key {OWN_KEY.format('111122223333')}\n{PROTECTED.format('PutRolePolicy', 'AWSServiceRoleForAmazonMacie')}",
            '"Principal": {"AWS": "ROLE_ARN"}',
            "SERVICE",
            id="service of unknown path",
        ),
        pytest.param(
            f"RequestID: 0a1b2c3d-0000-4000-8000-000000000009\n{PROTECTED.format('PutRolePolicy', LINKED)}",
            f"Allow {LINKED} in the policy of the resource that it is to use",
            "aws kms",
            id="no key",
        ),
        pytest.param(
            f"idempotency key: 0a1b2c3d-0000-4000-8000-000000000009\n{PROTECTED.format('PutRolePolicy', LINKED)}",
            f"Allow {LINKED} in the policy of the resource that it is to use",
            "aws kms",
            id="key of something else",
        ),
        pytest.param(
            f"KMS key ID: 0a1b2c3d-0000-4000-8000-000000000009\n{PROTECTED.format('PutRolePolicy', LINKED)}",
            "aws kms put-key-policy --key-id 0a1b2c3d-0000-4000-8000-000000000009 ",
            "ACCOUNT_ID",
            id="ID of a key",
        ),
        pytest.param(
            PROTECTED.format("DeleteRole", LINKED), "delete-service-linked-role", "key policy", id="deletion"
        ),
        pytest.param(
            PROTECTED.format("AttachRolePolicy", "AWSReservedSSO_Ops_0123456789abcdef"),
            "Change the permission set Ops in IAM Identity Center",
            "is a service-linked role",
            id="permission set",
        ),
    ],
)
def test_protected_roles(text: str, shown: str, hidden: str) -> None:
    explained = str(explain(text))
    assert shown in explained
    assert hidden not in explained
