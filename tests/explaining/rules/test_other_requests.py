"""The request went elsewhere than the asker thinks, or is another one: an emulator, another bucket, Region or method."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

URL = "https://acme-in.s3.eu-west-1.amazonaws.com/a/b.mp4?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAEXAMPLE&X-Amz-Expires=3600"


@check_rows(
    ("text", "verdict"),
    [
        (f"{{}}for url: {URL}\nr = requests.head(url)", "most likely signed for GET, but the request sent HEAD"),
        (f'{{}}for url: {URL}\n$ aws s3 presign s3://acme-in/a/b.mp4\n$ curl -I "$URL"', "it was signed for GET, but curl sent HEAD"),
        (f"{{}}for url: {URL}\nurl = s3.generate_presigned_url('head_object')\n$ curl -I \"$URL\"", "The text lacks the code"),
        (f'{{}}for url: {URL}\n$ aws s3 presign s3://acme-in/a/b.mp4\n$ curl -X DELETE "$URL"', "it was signed for GET, but curl sent DELETE"),
        (f"{{}}for url: {URL}\n<Code>AccessDenied</Code>", "S3 accepted the signature"),
    ],
)  # fmt: skip
def test_a_forbidden_head_request_of_a_presigned_url(text: str, verdict: str) -> None:
    explanation = explain(text.format("requests.exceptions.HTTPError: 403 Client Error: Forbidden "))
    assert verdict in explanation.summary
    assert ("HeadObject" in "".join(explanation.notes)) is ("HEAD" in verdict)
    works = "The link works with GET: key, permission and expiry are right."
    if "HEAD" in verdict:
        for said, is_said in (("The browser plays it.", True), ("In the browser it does not open.", False)):
            shown = explain(
                f"{text.format('requests.exceptions.HTTPError: 403 Client Error: Forbidden ')}\n{said}"
            )
            assert (works in shown.causes[0].because) is is_said


REJECTED = "UnrecognizedClientException: The Access Key ID or security token is invalid.\n    at de_CreateTableCommandError (/app/node_modules/@aws-sdk/client-dynamodb/dist-cjs/Aws_json1_0.js:642:20)\n"
IMAGE = "image: amazon/dynamodb-local:latest\n"


@check_rows(
    ("text", "verdict"),
    [
        (REJECTED + IMAGE + "new DynamoDBClient({ endpoint: `http://${host}:${port}`, credentials: { accessKeyId: 'my_key' } })\nDB_HOST=localhost DB_PORT=8022", "my_key has others"),
        (REJECTED + IMAGE + "new DynamoDBClient({ endpoint: 'http://localhost:8000' })", "only letters and digits in an access key ID."),
        (REJECTED + IMAGE + "new DynamoDBClient({ endpoint: 'http://localhost:8000', credentials: { accessKeyId: process.env.MY_KEY } })", "only letters and digits in an access key ID."),
        (REJECTED + IMAGE + "endpoint: 'http://localhost:8000'\nAWS_ACCESS_KEY_ID=local-1", "local-1 has others"),
        (REJECTED + "new ApolloClient({ endpoint: 'http://localhost:4000' })", "AWS does not accept the credentials"),
        ("An error occurred (InvalidAccessKeyId) when calling the PutObject operation: unknown\ns3 = boto3.client('s3', endpoint_url='http://localhost:4566')", "LocalStack at localhost:4566, not AWS, rejected"),
        ("Unable to locate credentials\nboto3.client('sqs', endpoint_url='http://localhost:9324')\nsoftwaremill/elasticmq", "Any made-up key will do"),
    ],
)  # fmt: skip
def test_an_emulator_needs_no_real_key(text: str, verdict: str) -> None:
    explanation = explain(text)
    assert verdict in explanation.summary
    is_emulator = "AWS does not" not in verdict
    assert (explanation.topic == "answer-not-from-aws") is is_emulator


@pytest.mark.parametrize(
    "secret", ["abcdefghijklmnopqrst/uvwxyzABCDEFGHIJKLM", "abcdefghij/klmnopqrstuv/wxyzABCDEFGHIJKL"]
)
def test_a_secret_in_place_of_a_key_id_is_not_shown(secret: str) -> None:
    explanation = explain(f"{REJECTED}{IMAGE}endpoint: 'http://localhost:8000'\nAWS_ACCESS_KEY_ID={secret}")
    assert explanation.topic == "answer-not-from-aws"
    assert secret[:8] not in explanation.to_text(detail="full")
    assert explanation.remedies[0].title.endswith("such as localkey")


STACK = "$ aws cloudformation delete-stack --stack-name app\nAn error occurred (ValidationError) when calling the DeleteStack operation: Role arn:aws:iam::111122223333:role/{0} is invalid or cannot be assumed\n"
GONE = "An error occurred (NoSuchEntity) when calling the GetRole operation: The role with name {0} cannot be found."
CDK = "cdk-shop1-cfn-exec-role-111122223333-eu-west-1"


@pytest.mark.parametrize(
    ("text", "verdict", "command"),
    [
        (STACK + GONE, "it does not exist", "aws iam create-role"),
        (STACK, "most likely, it was deleted, or its trust policy", "aws iam get-role"),
        (STACK.replace("{0}", CDK) + GONE.replace("{0}", CDK), "it does not exist", "cdk bootstrap --qualifier shop1 aws://111122223333/eu-west-1"),
    ],
)  # fmt: skip
def test_the_service_role_of_a_stack_was_deleted(text: str, verdict: str, command: str) -> None:
    explanation = explain(text.replace("{0}", "app-cfn"))
    assert verdict in explanation.summary
    assert explanation.remedies[0].commands[0].startswith(command)
    other = explanation.remedies[1].commands
    assert ("--role-arn OTHER_ROLE_ARN" in "".join(other)) is ("not exist" in verdict)


def test_a_deleted_role_of_an_unknown_service() -> None:
    unable = "InvalidParameterException: Unable to assume role arn:aws:iam::111122223333:role/carts.\n"
    explanation = explain(unable + GONE.replace("{0}", "carts"))
    assert explanation.summary == "The service cannot assume the role carts: it does not exist."
    assert '"SERVICE.amazonaws.com"' in str(explanation)


MAIL = "MessageRejected: Email address is not verified. The following identities failed the check in region US-EAST-1: shop@acme.example\n"


SESSION = "AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/app/{} is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/jobs with an explicit deny in a session policy\n    at throwDefaultError (/var/task/node_modules/a.js:1:2)\n"


@pytest.mark.parametrize(
    ("session", "text", "user", "title"),
    [
        ("a1b2c3d4e5f60718", "Next.js on Amplify Hosting. On localhost it works.", "The role app of Amplify Hosting was", "Let a Lambda function make the call, with its own role"),
        ("a1b2c3d4e5f60718", "", "The role app was denied", "Change the session policy"),
        ("orders-fn", "It works locally.", "The role app of the Lambda function orders-fn was", "Change the session policy"),
    ],
)  # fmt: skip
def test_who_passes_a_session_policy(session: str, text: str, user: str, title: str) -> None:
    explanation = explain(SESSION.format(session) + text)
    assert user in explanation.summary
    assert explanation.remedies[0].title == title
    assert ("Your own credentials" in explanation.causes[0].text) is ("work" in text)


def test_what_the_function_calls_that_passes_a_role() -> None:
    stated = '{"Action": ["scheduler:CreateSchedule", "scheduler:GetSchedule"]}, {"Action": "iam:PassRole", "Condition": {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}}'
    steps = explain(SESSION.format("a1b2c3d4e5f60718") + f"Amplify Hosting. {stated}").remedies[0].steps
    assert "scheduler:CreateSchedule and scheduler:GetSchedule, and iam:PassRole" in steps[0]


GUARDED = "User: arn:aws:sts::111122223333:assumed-role/{}/run is not authorized to perform: lambda:CreateFunction on resource: arn:aws:lambda:eu-west-1:111122223333:function:{} with an explicit deny in a service control policy\n"
GUARDRAIL = '{"Sid": "OWN", "Effect": "Deny", "Action": "lambda:*", "Resource": "arn:${PARTITION}:lambda:*:*:function:${PREFIX}*", "Condition": {"ArnNotLike": {"aws:PrincipalARN": ["arn:${PARTITION}:iam::*:role/${PREFIX}*"]}}}\n'


@pytest.mark.parametrize(
    ("role", "function", "text", "verdict", "title"),
    [
        ("ci", "corp-log", GUARDRAIL + "PREFIX is corp", "the statement OWN of the service control policy in the text denies it because it exempts only arn:aws:iam::*:role/corp*, and the caller is arn:aws:iam::111122223333:role/ci", "add arn:${PARTITION}:iam::*:role/ci to the values"),
        ("AWSControlTowerExecution", "AWSAccelerator-log", "", "to protect the resources of the Landing Zone Accelerator", "Have the service control policy changed"),
        ("dev", "AWSAccelerator-log", "", "to protect the resources of the Landing Zone Accelerator", "Leave out the resources"),
    ],
)  # fmt: skip
def test_a_guardrail_that_exempts_roles_by_name(
    role: str, function: str, text: str, verdict: str, title: str
) -> None:
    explanation = explain(GUARDED.format(role, function) + text)
    assert verdict in explanation.summary
    assert title in explanation.remedies[0].title


COPY = 's3.copy_object(Bucket="acme-media", CopySource="img/a.jpg", Key="b.jpg")\n'
LISTED = "$ aws s3 ls s3://acme-media/img/\n"


@pytest.mark.parametrize(
    ("error", "text", "evidence"),
    [
        ("(AccessDenied) when calling the CopyObject operation: Access Denied", COPY, None),
        ("(AccessDenied) when calling the CopyObject operation: Access Denied", COPY.replace("b.jpg", "img/a.jpg") + LISTED, None),
        ("(AllAccessDisabled) when calling the GetObject operation: All access to this object has been disabled", "", None),
    ],
)  # fmt: skip
def test_the_source_of_a_copy_without_its_bucket(error: str, text: str, evidence: str | None) -> None:
    explanation = explain(f"An error occurred {error}\n{text}")
    found = [each.evidence for each in explanation.causes if each.code == "copy-source-without-bucket"]
    assert found == ([] if evidence is None else [evidence])
    if evidence is not None:
        assert explanation.remedies[0].title == "Set CopySource to acme-media/img/a.jpg"


REFUSED = '{"Message":"User is not authorized to access this resource"}\nhttps://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/dev/orders\n'


@check_rows(
    ("text", "verdict", "manifest"),
    [
        ("Resource: event.methodArn\nauthorizerResultTtlInSeconds: 600\nThe POST is not in the log.", "(600 seconds): the other methods", "const [api, stage]"),
        ('"Resource": event["methodArn"]', "(300 seconds, by default): most likely, the other methods", "api, stage = event"),
        ("Resource: event.methodArn\nIts logs have not authorized.", "(300 seconds, by default): most likely, the other methods", "const [api, stage]"),
        ("The authorizer returns Allow on event.methodArn. /orders works.", "(300 seconds, by default): the other methods", "const [api, stage]"),
        ("callback(null, generatePolicy('user', 'Allow', event.methodArn));", "(300 seconds, by default): most likely, the other methods", "const [api, stage]"),
        ("It does not return a policy on event.methodArn.", "The Lambda authorizer of the API denied", ""),
        ("Resource: [event.methodArn]", "(300 seconds, by default): most likely, the other methods", "const [api, stage]"),
        ("Resource: event.methodArn\nresultTtlInSeconds: 0", "The Lambda authorizer of the API denied", ""),
        ("Resource: event.methodArn.replace('GET', '*')", "The Lambda authorizer of the API denied", ""),
    ],
)  # fmt: skip
def test_the_cached_policy_of_an_authorizer(text: str, verdict: str, manifest: str) -> None:
    explanation = explain(REFUSED + text)
    assert verdict in explanation.summary
    remedy = explanation.remedies[0]
    assert (remedy.manifest or "").startswith(manifest)
    flush = "aws apigateway flush-stage-authorizers-cache --rest-api-id a1b2c3d4e5 --stage-name dev"
    assert any(each.startswith(flush) for each in remedy.commands)


CODE = "An error occurred (AccessDenied) when calling the GetSessionToken operation: MultiFactorAuthentication failed, unable to validate MFA code."


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        ("aws-mfa --device arn:aws:iam::111122223333:user/ana --profile ops", ["aws iam list-mfa-devices --user-name ana --profile ops-long-term", "aws-mfa --device arn:aws:iam::111122223333:mfa/ana --profile ops"]),
        ("aws-mfa --force --device arn:aws:iam::111122223333:user/ana and then the code", ["aws iam list-mfa-devices --user-name ana --profile default-long-term", "aws-mfa --force --device arn:aws:iam::111122223333:mfa/ana"]),
        ("aws sts get-session-token --serial-number arn:aws:iam::111122223333:user/ana --token-code 123456", ["aws iam list-mfa-devices --user-name ana"]),
    ],
)  # fmt: skip
def test_the_arn_of_a_user_as_mfa_device(command: str, lines: list[str]) -> None:
    assert list(explain(f"$ {command}\n{CODE}").remedies[0].commands) == lines


TRUST = '{"Statement": [{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:acme/shop:*"}}}]}\n'
OIDC = "Error: Could not assume role with OIDC: Not authorized to perform sts:AssumeRoleWithWebIdentity\n"


@check_rows(
    ("text", "verdict"),
    [
        ('{"nameWithOwner":"Acme/shop"}', "they differ in case"),
        ('{"full_name": "Acme/shop"}', "they differ in case"),
        ("GITHUB_REPOSITORY=acme/cart", "the job runs in acme/cart."),
        ('{"nameWithOwner":"acme/shop"}', "expects the subject repo:acme/shop:*"),
    ],
)
def test_the_repository_in_a_trust_policy(text: str, verdict: str) -> None:
    assert verdict in explain(OIDC + TRUST + text).summary


NO_CHAIN = "Error getting valid credentials: NoCredentialProviders: no valid providers in chain. Deprecated.\nhttp://169.254.169.254/latest/meta-data/\nHTTP_PROXY=http://10.40.0.12:3128\n"


@check_rows(
    ("text", "command"),
    [
        ("/etc/ecs/ecs.config", "sudo systemctl restart ecs"),
        ("[INFO] Starting Agent: Amazon ECS Agent - v1.68.2", "sudo systemctl restart ecs"),
        ("[INFO] Starting Agent: Amazon ECS Agent - v1.14.0", "sudo stop ecs; sudo start ecs"),
        ("NO_PROXY=.internal", "export NO_PROXY='.internal,169.254.169.254'"),
    ],
)
def test_where_a_proxy_is_set(text: str, command: str) -> None:
    remedy = explain(NO_CHAIN + text).remedies[0]
    assert remedy.commands == (command,)
    assert (remedy.manifest is not None) is ("ecs" in command)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Error loading SSO Token: Token for https://d-0123456789.awsapps.com/start has expired", "expired-sso-session"),
        ("Error when retrieving token from sso: Token has expired and refresh failed", "expired-sso-session"),
        ("denied: Your authorization token has expired. Reauthenticate and try again.", "expired-registry-login"),
    ],
)  # fmt: skip
def test_a_sign_in_that_a_docker_login_needs(text: str, topic: str) -> None:
    login = "aws ecr get-login-password | docker login --username AWS --password-stdin 111122223333.dkr.ecr.eu-west-1.amazonaws.com"
    explanation = explain(f"$ {login}\n{text}")
    assert explanation.topic == topic
    assert "other-local-user" not in {each.code for each in explanation.causes}


TEMPLATE = "Resources:\n  Hello:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: a.b\n  {}:\n    Type: AWS::Serverless::{}\n    Properties:\n      Policies:\n        - arn\n"


@pytest.mark.parametrize(
    ("name", "kind", "is_in_template"), [("Orders", "StateMachine", True), ("Other", "Function", False)]
)
def test_policies_of_a_state_machine_in_sam(name: str, kind: str, *, is_in_template: bool) -> None:
    message = "The state machine IAM Role is not authorized to access the Log Destination (Service: AWSStepFunctions; Error Code: AccessDeniedException)"
    remedy = explain(f"{TEMPLATE.format(name, kind)}\n{message}").remedies[0]
    assert (remedy.manifest is not None) is is_in_template
    assert (f"Policies of {name}" in remedy.steps[0]) is is_in_template


_NO_ALLOW = "An error occurred (AccessDenied) when calling the PutRule operation: User: arn:aws:sts::111122223333:assumed-role/ship/j is not authorized to perform: events:PutRule on resource: arn:aws:events:eu-west-1:111122223333:rule/x because no identity-based policy allows the events:PutRule action\n"
_GUARDED = _NO_ALLOW.replace("PutRule", "DeleteRule").partition(" because ")[0]


@check_rows(
    ("policy", "is_shown"),
    [
        ("an identity-based policy: arn:aws:iam::111122223333:policy/guard/NoDeletes", True),
        ("an identity-based policy: arn:aws:iam::aws:policy/AWSDenyAll", False),
        ("an identity-based policy", False),
    ],
)
def test_policy_that_denies_another_call(policy: str, *, is_shown: bool) -> None:
    explanation = explain(f"{_NO_ALLOW}{_GUARDED} with an explicit deny in {policy}\n")
    shown = " ".join(explanation.to_text().split())
    assert "denied events:DeleteRule" in shown
    lookup = (
        "(aws iam get-policy --policy-arn arn:aws:iam::111122223333:policy/guard/NoDeletes prints its version"
    )
    assert (lookup in shown) is is_shown
    assert ("another identity has to make the call" in shown) is is_shown


@check_rows(
    ("resource", "region"),
    [
        ("secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:t-Q4w5E6", " --region eu-west-1"),
        # The ARN of a bucket has no Region.
        ("s3:GetObject on resource: arn:aws:s3:::reports/a.csv", ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "reason", ["because no VPC endpoint policy allows it", "with an explicit deny in a VPC endpoint policy"]
)
def test_endpoint_that_denies_another_call(resource: str, region: str, reason: str) -> None:
    other = f"User: arn:aws:sts::111122223333:assumed-role/ship/j is not authorized to perform: {resource} {reason}\n"
    shown = " ".join(str(explain(_NO_ALLOW + other)).split())
    assert f"(aws ec2 describe-vpc-endpoints{region} --filters " in shown
    assert "aws ec2 describe-vpc-endpoints" not in str(
        explain(_NO_ALLOW + other.replace("VPC endpoint", "service control"))
    )


@check_rows(
    ("action", "resource", "says"),
    [
        ("kms:CreateGrant", "kms:eu-west-1:111122223333:key/0a", "explicit deny in the key policy, which an Allow does not override: if it is not intended, the owner of the resource has to change it (aws kms get-key-policy --key-id arn:aws:kms:eu-west-1:111122223333:key/0a --policy-name default --region eu-west-1)."),
        ("sns:Publish", "sns:eu-west-1:111122223333:t", "deny in the topic policy, which an Allow does not override: if it is not intended, the owner of the resource has to change it (aws sns get-topic-attributes --topic-arn arn:aws:sns:eu-west-1:111122223333:t --region"),
        ("s3:PutObject", "s3:::b/k", "explicit deny in the bucket policy, which"),
        # Its command takes a URL.
        ("sqs:SendMessage", "sqs:eu-west-1:111122223333:q", "explicit deny in the queue policy, which an Allow does not override: if it is not intended, the owner of the resource has to change it. "),
        ("ecs:RunTask", "ecs:eu-west-1:111122223333:task/x", "explicit deny in a resource-based policy, which"),
    ],
)  # fmt: skip
def test_resource_policy_that_denies_another_call(action: str, resource: str, says: str) -> None:
    other = f"User: arn:aws:sts::111122223333:assumed-role/ship/j is not authorized to perform: {action} on resource: arn:aws:{resource} with an explicit deny in a resource-based policy\n"
    assert says in " ".join(str(explain(_NO_ALLOW + other)).split())


@check_rows(
    ("addresses", "named", "commands"),
    [
        ("shop@acme.example", "shop@acme.example is not verified in eu-west-1", 2),
        ("shop@acme.example, mail.acme.example", "shop@acme.example and mail.acme.example are not verified in eu-west-1", 3),
        (", ".join(f"u{number}@acme.example" for number in range(9)), "an address is not verified", 2),
    ],
)  # fmt: skip
def test_addresses_that_ses_names(addresses: str, named: str, commands: int) -> None:
    text = MAIL.replace("shop@acme.example", addresses).replace("US-EAST-1", "EU-WEST-1")
    explanation = explain(text)
    assert named in explanation.summary
    assert len(explanation.remedies[0].commands) == commands
    # The last line has the last address that is named.
    last = addresses.rpartition(" ")[2] if commands != 2 or "u0" not in addresses else "ADDRESS_OR_DOMAIN"
    assert explanation.remedies[0].commands[-1].endswith(f"--email-identity {last}")
