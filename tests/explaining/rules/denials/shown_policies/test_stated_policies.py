"""Tests for the comparison of a denied call with a policy that the text contains."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from iamtriage import explain
from tests.tables import check_rows

BUCKET = "arn:aws:s3:::acme-reports"
OBJECTS = f"{BUCKET}/*"
CALLER = "arn:aws:iam::111122223333:user/ana"
INSECURE = {"Bool": {"aws:SecureTransport": "false"}}


def _denied(action: str, resource: str | None = None, caller: str = CALLER) -> str:
    on = "" if resource is None else f" on resource: {resource}"
    return f"User: {caller} is not authorized to perform: {action}{on}"


GET = _denied("s3:GetObject", f"{BUCKET}/q1.csv")
LIST = _denied("s3:ListBucket", BUCKET)
LIST_ALL = _denied("s3:ListAllMyBuckets")
REASON = " because no identity-based policy allows the s3:GetObject action"


def _statement(
    effect: str = "Allow", action: str | list[str] = "s3:GetObject", **more: object
) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": OBJECTS} | more


def _text(message: str, *statements: object) -> str:
    return f"{message}\n{json.dumps({'Version': '2012-10-17', 'Statement': statements}, indent=2)}"


@check_rows(
    ("text", "code", "words"),
    [
        pytest.param(
            _text(GET, _statement("Deny", Sid="NoReports"), _statement()),
            "denies",
            "a Deny statement NoReports that matches",
            id="Deny",
        ),
        pytest.param(
            _text(GET, _statement("Deny", "s3:PutObject"), _statement()),
            "allows",
            "or a policy of another type denies the call",
            id="Deny of another action",
        ),
        pytest.param(
            _text(GET, _statement("Deny", Condition=INSECURE), _statement()),
            "allows",
            "It is not attached to the user ana",
            id="Deny with a condition",
        ),
        pytest.param(_text(GET, _statement("Deny", "s3:PutObject")), None, "", id="Deny alone"),
        pytest.param(
            _text(GET + REASON, _statement()), "allows", "or was not yet in effect", id="policy type is known"
        ),
        pytest.param(
            _text(GET, _statement(action="s3:PutObject")),
            "other-action",
            "allows only s3:PutObject",
            id="another action",
        ),
        pytest.param(
            _text(GET, {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
            "allows",
            "allows s3:GetObject on this resource",
            id="NotAction of another service",
        ),
        pytest.param(
            _text(GET, {"Effect": "Allow", "NotAction": "s3:Get*", "Resource": "*"}),
            "other-action",
            "does not allow s3:GetObject",
            id="NotAction of this action",
        ),
        pytest.param(
            _text(GET, {"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::other/*"}),
            "allows",
            "allows s3:GetObject on this resource",
            id="NotResource of another bucket",
        ),
        pytest.param(
            _text(GET, {"Effect": "Allow", "Action": "s3:*", "NotResource": OBJECTS}),
            "other-resource",
            "only on other resources, not on arn:aws:s3:::acme-reports/q1.csv",
            id="NotResource of this bucket",
        ),
        pytest.param(
            _text(LIST, _statement(action="s3:ListBucket", Resource="arn:aws:s3:::other")),
            "other-resource",
            "only on arn:aws:s3:::other,",
            id="another bucket",
        ),
        pytest.param(
            _text(GET, _statement(Condition={"StringEquals": {"aws:PrincipalTag/team": "a"}, "Bool": "x"})),
            "condition",
            "only if aws:PrincipalTag/team is a.",
            id="condition",
        ),
        pytest.param(
            _text(LIST_ALL, _statement(action="s3:ListAllMyBuckets", Resource="*")),
            "allows",
            "on every resource",
            id="Allow and an action without resources",
        ),
        pytest.param(
            _text(LIST_ALL, _statement("Deny", "s3:*", Resource="*"), _statement("Allow", "*", Resource="*")),
            "denies",
            "a Deny statement that matches",
            id="Deny of every resource",
        ),
    ],
)
def test_verdict_on_the_policy(text: str, code: str | None, words: str) -> None:
    """The first cause says what the policy does to the call; no cause if it has no bearing on it."""
    first = explain(text).causes[0]
    if code is None:
        assert not first.code.startswith("stated-policy")
    else:
        assert first.code == f"stated-policy-{code}"
        assert words in first.text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            _text(GET, _statement(Resource=BUCKET)),
            "that ARN is the bucket's: its objects have the ARN with /*",
        ),
        (
            _text(LIST, _statement(action="s3:ListBucket")),
            "s3:ListBucket is checked on the bucket, and the ARN with /*",
        ),
    ],
    ids=["bucket for its objects", "objects for their bucket"],
)
def test_bucket_is_not_its_objects(text: str, reason: str) -> None:
    first = explain(text).causes[0]
    assert first.code == "stated-policy-other-resource"
    assert any(reason in each for each in first.because)


@pytest.mark.parametrize(
    ("caller", "commands"),
    [
        (
            CALLER,
            (
                "aws iam list-attached-user-policies --user-name ana",
                "aws iam list-user-policies --user-name ana",
                "aws iam list-groups-for-user --user-name ana",
            ),
        ),
        (
            "arn:aws:sts::111122223333:assumed-role/app/s",
            (
                "aws iam list-attached-role-policies --role-name app",
                "aws iam list-role-policies --role-name app",
            ),
        ),
        ("arn:aws:iam::111122223333:root", ()),
    ],
    ids=["user", "role", "root user"],
)
def test_policies_of_the_caller_are_listed(caller: str, commands: tuple[str, ...]) -> None:
    """The root user has no identity-based policies to list."""
    text = _text(_denied("s3:GetObject", f"{BUCKET}/q1.csv", caller), _statement())
    remedy = explain(text).remedies[0]
    assert remedy.title.startswith("Check that the policy is attached to ")
    assert tuple(remedy.commands) == commands


EXPLICIT = GET + " with an explicit deny in {}"
OLD_TLS = {"NumericLessThan": {"s3:TlsVersion": "1.2"}}
VPCE = {"StringNotEquals": {"aws:SourceVpce": ["vpce-0a1b2c3d", "vpce-0e4f5a6b"]}}


@check_rows(
    ("policy_type", "statement", "verdict", "title"),
    [
        pytest.param(
            "a resource-based policy",
            _statement("Deny", Principal="*", Condition=INSECURE),
            "a statement of the bucket policy in the text denies it if aws:SecureTransport is false",
            "Call over HTTPS",
            id="condition",
        ),
        pytest.param(
            "a resource-based policy",
            _statement("Deny", Sid="OnlyVpc", Principal="*", Condition=VPCE),
            "the statement OnlyVpc of the bucket policy in the text denies it unless aws:SourceVpce is vpce-0a1b2c3d or vpce-0e4f5a6b",
            "Call through the VPC endpoint vpce-0a1b2c3d or vpce-0e4f5a6b",
            id="negated condition",
        ),
        pytest.param(
            "a resource-based policy",
            _statement("Deny", Sid="Closed", Principal="*"),
            "the statement Closed of the bucket policy in the text denies it",
            None,
            id="no condition",
        ),
        pytest.param(
            "a service control policy",
            _statement("Deny", Sid="Tagged", Condition={"Null": {"aws:RequestTag/team": "true"}}),
            "the statement Tagged of the service control policy in the text denies it if the request has no aws:RequestTag/team",
            None,
            id="key without a value",
        ),
        pytest.param(
            "an identity-based policy",
            _statement("Deny", Principal="*", Condition=INSECURE),
            "an identity-based policy explicitly denies it",
            None,
            id="policy of another type",
        ),
        pytest.param(
            "a resource-based policy",
            _statement("Deny", Principal={"AWS": "arn:aws:iam::111122223333:role/other"}),
            "the bucket policy explicitly denies it",
            None,
            id="another principal",
        ),
        pytest.param(
            "a resource-based policy",
            _statement("Deny", Sid="OldTls", Principal={"AWS": "111122223333"}, Condition=OLD_TLS),
            "the statement OldTls of the bucket policy in the text denies it if s3:TlsVersion is less than 1.2",
            None,
            id="comparison",
        ),
        pytest.param(
            "a resource-based policy",
            _statement("Deny", "s3:PutObject", Principal="*", Condition=INSECURE),
            "the bucket policy explicitly denies it",
            None,
            id="another action",
        ),
    ],
)
def test_deny_in_the_text(policy_type: str, statement: object, verdict: str, title: str | None) -> None:
    explanation = explain(_text(EXPLICIT.format(policy_type), statement))
    assert explanation.summary.endswith(f"{verdict}.")
    assert title in {None, explanation.remedies[0].title}
    assert not any(remedy.layer == "identity" and remedy.policy for remedy in explanation.remedies)


@pytest.mark.parametrize(
    ("session", "shown", "why"),
    [
        ("resize", "/var/task/app.py\n$ aws lambda get-function-configuration --function-name resize --query VpcConfig\nnull\n", "The function has no VPC configuration, so"),
        ("resize", "/var/task/app.py", "Unless the function is in that VPC already"),
        ("i-0a1b2c3d4e5f60718", "", None),
    ],
    ids=["without", "unknown", "instance"],
)  # fmt: skip
def test_function_that_must_call_from_a_vpc(session: str, shown: str, why: str | None) -> None:
    denied = EXPLICIT.format("a resource-based policy")
    denied = re.sub(
        r"arn:aws:\S+?(?= is not)", f"arn:aws:sts::111122223333:assumed-role/img/{session}", denied
    )
    statement = _statement("Deny", Sid="OnlyVpc", Principal="*", Condition=VPCE)
    first = explain(f"{shown}\n{_text(denied, statement)}").remedies[0]
    assert first.title.startswith("Call through the VPC endpoint")
    assert any(each.startswith(why or "The function") for each in first.steps) is (why is not None)
    connects = any("update-function-configuration --function-name resize" in each for each in first.commands)
    assert connects is (why is not None)


def test_name_of_a_deny_is_kept() -> None:
    """The Sid of a resource-based policy can contain spaces."""
    statement = _statement("Deny", Sid="Keep items", Principal="*")
    cause = explain(_text(EXPLICIT.format("a resource-based policy"), statement)).causes[0]
    assert cause.text == "The statement Keep items of the bucket policy in the text denies s3:GetObject."


_LAUNCH = "User: arn:aws:sts::111122223333:assumed-role/dev/s is not authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:eu-west-1:111122223333:instance/* with an explicit deny in a service control policy"


@pytest.mark.parametrize(
    ("condition", "step"),
    [
        ({"StringNotEquals": {"aws:RequestTag/team": "shop"}}, "Tags=[{Key=team,Value=shop}]'"),
        ({"StringNotEquals": {"aws:RequestTag/t'; rm x;'": "shop"}}, "Tags=[{Key=KEY,Value=shop}]'"),
        ({"StringEquals": {"aws:RequestTag/team": "shop"}}, None),
    ],
    ids=["tag", "tag that ends the argument", "tag that is denied"],
)
def test_tag_that_a_deny_requires(condition: dict[str, object], step: str | None) -> None:
    statement = {"Effect": "Deny", "Action": "ec2:RunInstances", "Resource": "*", "Condition": condition}
    remedy = explain(_text(_LAUNCH, statement)).remedies[0]
    assert ("--tag-specifications" in " ".join(remedy.steps)) is (step is not None)
    assert (step or "") in " ".join(remedy.steps)


PUT = _denied("s3:PutObject", f"{BUCKET}/q1.csv") + " with an explicit deny in a resource-based policy"
SSE = "s3:x-amz-server-side-encryption"
KMS_ONLY = _statement(
    "Deny", "s3:*", Sid="KmsOnly", Principal="*", Condition={"StringNotEquals": {SSE: "aws:kms"}}
)
TLS_ONLY = _statement("Deny", "s3:*", Sid="TlsOnly", Principal="*", Condition=INSECURE)
ORG_ONLY = _statement(
    "Deny",
    "s3:*",
    Sid="OrgOnly",
    Principal="*",
    Condition={
        "StringNotEquals": {"aws:PrincipalOrgID": "o-abc123def4", "aws:PrincipalAccount": "222233334444"},
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
    },
)
_OWN_ACCOUNT = {"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}}


@check_rows(
    ("code", "statements", "words"),
    [
        ('ExtraArgs={"ServerSideEncryption": "AES256"}', (TLS_ONLY, KMS_ONLY), f"KmsOnly of the bucket policy in the text denies it because {SSE} is AES256, not aws:kms"),
        ("aws s3 cp q1.csv s3://acme-reports --sse AES256", (KMS_ONLY,), f"because {SSE} is AES256"),
        (".serverSideEncryption(ServerSideEncryption.AES256)", (TLS_ONLY, KMS_ONLY), f"because {SSE} is AES256"),
        ("x-amz-server-side-encryption: AES256", (KMS_ONLY,), f"because {SSE} is AES256"),
        ("$ aws s3api put-object --bucket other --key b --sse AES256\n{}\n", (KMS_ONLY,), f"denies it unless {SSE} is aws:kms"),
        # The request meets what the statement requires, or the text does not show whether.
        ('ServerSideEncryption="aws:kms"', (KMS_ONLY, ORG_ONLY), "OrgOnly of the bucket policy in the text denies it because aws:PrincipalAccount is 111122223333, not 222233334444, unless aws:PrincipalOrgID is o-abc123def4."),
        ("sse = AES256 or sse = aws:kms", (KMS_ONLY,), f"denies it unless {SSE} is aws:kms"),
        ("", (TLS_ONLY, KMS_ONLY), "the statement KmsOnly"),
        ("", (KMS_ONLY, ORG_ONLY), "the statement KmsOnly or the statement OrgOnly of the bucket policy in the text denies it"),
        ("", (_statement("Deny", "s3:*", Principal="*", Condition=_OWN_ACCOUNT), TLS_ONLY), "the statement TlsOnly of the bucket policy in the text denies it if aws:SecureTransport is false"),
    ],
    ids=["Python", "option", "Java", "header", "another command", "met", "two values", "unlikely", "open", "not met"],
)  # fmt: skip
def test_deny_statement_by_what_the_text_shows_of_the_request(
    code: str, statements: tuple[object, ...], words: str
) -> None:
    summary = explain(_text(f"{code}\n{PUT}", *statements)).summary
    assert words in summary


_ALLOW = _statement("Allow", "s3:PutObject", Sid="App", Principal="*")


@check_rows(
    ("code", "statements", "says", "omits"),
    [
        ("$ aws s3 cp q1.csv s3://acme-reports --endpoint-url http://s3.eu-west-1.amazonaws.com\n", (TLS_ONLY, _ALLOW), ("instead of http://s3.eu-west-1.amazonaws.com (--endpoint-url in the text)", "aws s3 cp q1.csv s3://acme-reports --endpoint-url https://s3.eu-west-1.amazonaws.com", "the statement App allows s3:PutObject already"), ("scope down", "ArnNotLike", "s3a")),
        ('client("s3", endpoint_url="http://s3.eu-west-1.amazonaws.com")\n', (TLS_ONLY,), ("(endpoint_url in the text)", "Write https://s3.eu-west-1.amazonaws.com, or leave the endpoint out"), ("scope down",)),
        ("spark.hadoop.fs.s3a.connection.ssl.enabled=false\n", (TLS_ONLY,), ("fs.s3a.connection.ssl.enabled is false in the text: set it to true",), ("scope down",)),
        ('client("s3", use_ssl=True)\n', (TLS_ONLY, {**_ALLOW, "Condition": _OWN_ACCOUNT}), ("look for http:// in --endpoint-url",), ("scope down", "use_ssl", "statement App")),
        ("$ kubectl -n shop get configmap reports -o yaml\ndata:\n  AWS_ENDPOINT_URL_S3: http://s3.eu-west-1.amazonaws.com\n  LEVEL: debug\nkind: ConfigMap\n", (TLS_ONLY,), ("(AWS_ENDPOINT_URL_S3 in the ConfigMap reports)", 'kubectl patch configmap reports --namespace shop --type merge --patch \'{"data": {"AWS_ENDPOINT_URL_S3": "https://s3.eu-west-1.amazonaws.com"}}\'', "kubectl rollout restart deployment/NAME --namespace shop"), ("queue URL",)),
        ("$ kubectl -n shop get configmap reports -o yaml\ndata:\n  LEVEL: debug\n\n$ env\nAWS_ENDPOINT_URL_S3=http://s3.eu-west-1.amazonaws.com\n", (TLS_ONLY,), ("(AWS_ENDPOINT_URL_S3 in the text)",), ("patch configmap",)),
        # Settings of other services and programs.
        ("AWS_ENDPOINT_URL_SQS=http://sqs.eu-west-1.amazonaws.com\n", (TLS_ONLY,), ("look for http:// in --endpoint-url",), ("sqs", "because the call goes over HTTP")),
        ("$ aws sqs list-queues --endpoint-url http://sqs.eu-west-1.amazonaws.com\n", (TLS_ONLY,), ("look for http:// in --endpoint-url",), ("sqs", "because the call goes over HTTP")),
        ("# AWS_ENDPOINT_URL_S3=http://s3.eu-west-1.amazonaws.com\n", (TLS_ONLY,), ("look for http:// in --endpoint-url",), ("because the call goes over HTTP",)),
        ("spring.datasource.ssl.enabled=false\n", (TLS_ONLY,), ("look for http:// in --endpoint-url",), ("datasource",)),
        # It denies the calls with TLS.
        ("", ({**TLS_ONLY, "Condition": {"Bool": {"aws:SecureTransport": "true"}}},), ("cope down the statement TlsOnly",), ("Call over HTTPS",)),
    ],
    ids=["option", "code", "Hadoop", "not shown", "ConfigMap", "other place", "other service", "call of another service", "comment", "other program", "reversed"],
)  # fmt: skip
def test_call_without_tls(code: str, statements: tuple[object, ...], says: tuple[str, ...], omits: tuple[str, ...]) -> None:  # fmt: skip
    shown = " ".join(str(explain(_text(f"{code}\n{PUT}", *statements))).replace("\\\n", " ").split())
    assert [words for words in says if words not in shown] == []
    assert [words for words in omits if words in shown] == []


def test_statement_without_its_policy() -> None:
    statement = {
        "Sid": "NeedMfa",
        "Effect": "Deny",
        "NotAction": "iam:*",
        "Resource": "*",
        "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
    }
    text = f"{GET} with an explicit deny in an identity-based policy\npolicy: {json.dumps(statement)}"
    explanation = explain(text)
    assert "NeedMfa of the policy in the text denies it because the caller's credentials carry no MFA" in (
        explanation.summary
    )
    assert explanation.remedies[0].title == "Call with MFA"


@pytest.mark.parametrize(
    ("action", "exempt", "policy", "because"),
    [
        ('"sts:GetSessionToken"', True, "PowerUserAccess", "PowerUserAccess allows s3:GetObject already"),
        ('"sts:*"', True, "AmazonS3FullAccess", "AmazonS3FullAccess allows s3:GetObject already"),
        ('"iam:*"', False, "IAMFullAccess", "An Allow does not override it."),
    ],
)
def test_session_that_the_deny_exempts(action: str, policy: str, because: str, *, exempt: bool) -> None:
    statement = f'{{"Sid": "NeedMfa", "Effect": "Deny", "NotAction": {action}, "Resource": "*", "Condition": {{"BoolIfExists": {{"aws:MultiFactorAuthPresent": "false"}}}}}}'
    text = f"{GET} with an explicit deny in an identity-based policy\nMy group has {policy} and:\n{statement}"
    explanation = explain(text)
    first = explanation.remedies[0]
    assert first.title == "Call with MFA"
    assert ("NeedMfa exempts sts:GetSessionToken" in " ".join(first.steps)) is exempt
    unnamed = explain(text.replace('"Sid": "NeedMfa", ', "")).remedies[0]
    assert ("The same statement exempts sts:GetSessionToken" in " ".join(unnamed.steps)) is exempt
    assert any("scope down" in each.title for each in explanation.remedies) is not exempt
    assert because in " ".join(explanation.causes[0].because)


@check_rows(
    ("shown", "is_allowed"),
    [
        ("The role has ec2:RunInstances on *.", True),
        ('{"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}', True),
        ("The role has ec2:DescribeInstances on *.", False),
        ("The role does not have ec2:RunInstances on *.", False),
    ],
)
def test_encoded_message_about_another_action(shown: str, *, is_allowed: bool) -> None:
    text = f"An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not authorized to perform this operation. Encoded authorization failure message: {'qW3_zX7-' * 20}"
    explanation = explain(f"{text}\n\n{shown}")
    assert explanation.remedies[0].title.startswith("Decode the message")
    texts = " ".join(each.text for each in explanation.causes)
    assert ("allows ec2:RunInstances on every resource" in texts) is is_allowed
    assert ("No identity-based policy" in texts) is not is_allowed
    assert any(each.title.startswith("Allow ec2:") for each in explanation.remedies) is not is_allowed


@check_rows("encoded", ["", f" Encoded authorization failure message: {'qW3_zX7-' * 20}"])
@check_rows(
    ("resources", "missing"),
    [
        (["instance/*"], "the image, network-interface, security-group and subnet, too"),
        (["instance/*", "*:image/*", "network-interface/*", "security-group/*"], "on the subnet, too"),
        (["*"], None),
        (["*/*"], None),
        (["${Names}"], None),
    ],
)
def test_types_that_a_launch_requires(resources: list[str], missing: str | None, encoded: str) -> None:
    text = f"An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not authorized to perform this operation.{encoded}"
    arns = [
        each if each == "*" else f"arn:aws:ec2:*:{'' if ':' in each else '*:'}{each}" for each in resources
    ]
    explanation = explain(f"{text}\n\n{json.dumps(_statement(action='ec2:RunInstances', Resource=arns))}")
    first = explanation.causes[0]
    assert (first.code == "stated-policy-other-resource") is (missing is not None)
    if missing is not None:
        assert missing in first.text
        assert explanation.remedies[0].title.startswith("Allow ec2:RunInstances")


def test_launch_on_all_but_some_resources() -> None:
    text = "An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not authorized to perform this operation."
    statement = {
        "Effect": "Allow",
        "Action": "ec2:RunInstances",
        "NotResource": "arn:aws:ec2:*:*:subnet/subnet-1",
    }
    others = _statement(action="ec2:RunInstances", Resource="arn:aws:ec2:*:*:instance/*")
    for statements in ([statement], [statement, others]):
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        assert "allows it only on" not in explain(f"{text}\n\n{policy}").summary


def test_types_of_a_launch_in_several_policies() -> None:
    text = "An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not authorized to perform this operation."
    parts = [
        json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [_statement(action="ec2:RunInstances", Resource=f"arn:aws:ec2:*:*:{each}/*")],
            }
        )
        for each in ("instance", "subnet")
    ]
    assert "allows it only on" not in explain("\n\nand\n\n".join((text, *parts))).summary


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ("Decrypt", "because the request has no kms:ViaService, which has to be s3.eu-west-1.amazonaws.com"),
        # S3 called KMS.
        ("GetObject", "unless kms:ViaService is s3.eu-west-1.amazonaws.com"),
    ],
)
def test_key_that_only_a_service_may_use(operation: str, words: str) -> None:
    key = "arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c-1111-4222-8333-444455556666"
    statement = {
        "Sid": "OnlyS3",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "kms:Decrypt",
        "Resource": "*",
        "Condition": {"StringNotEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}},
    }
    denied = f"An error occurred (AccessDeniedException) when calling the {operation} operation: {_denied('kms:Decrypt', key)}"
    text = _text(f"{denied} with an explicit deny in a resource-based policy", statement)
    explanation = explain(text)
    assert f"the statement OnlyS3 of the key policy in the text denies it {words}." in explanation.summary
    assert explanation.remedies[0].title == "Use the key through the service that the Deny exempts"


@pytest.mark.parametrize(
    ("operation", "is_direct"), [("Decrypt", True), ("GenerateDataKey", True), ("PutObject", False)]
)
def test_policy_that_allows_the_use_of_a_key_only_by_a_service(operation: str, *, is_direct: bool) -> None:
    key = "arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c-1111-4222-8333-444455556666"
    action = f"kms:{operation}" if is_direct else "kms:GenerateDataKey"
    statement = {
        "Effect": "Allow",
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": key,
        "Condition": {"StringEquals": {"kms:ViaService": "sqs.eu-west-1.amazonaws.com"}},
    }
    denied = f"An error occurred (AccessDeniedException) when calling the {operation} operation: {_denied(action, key)}"
    first = explain(_text(f"{denied} because no identity-based policy allows it", statement)).remedies[0]
    title = f"Allow {action} without the condition on kms:ViaService, in one more statement"
    assert (first.title == title) is is_direct
    if is_direct:
        [new] = (first.policy or {})["Statement"]
        assert (new["Action"], new["Resource"], new.get("Condition")) == (action, key, None)


SESSION = "arn:aws:sts::111122223333:assumed-role/starter/0a1b2c3d"
SHOW = "$ aws iam get-{0}-policy --{0}-name {1} --policy-name reports\n"


@pytest.mark.parametrize(
    ("caller", "shown", "owner"),
    [
        (SESSION, SHOW.format("role", "worker"), "role worker"),
        (SESSION, SHOW.format("user", "ana"), "user ana"),
        (
            SESSION,
            "Policy of the task role (arn:aws:iam::111122223333:role/worker):\n```json\n",
            "role worker",
        ),
        (SESSION, "Policy of the task role (arn:aws:iam::111122223333:role/starter):\n```json\n", None),
        (SESSION, "The role worker-1 has this:\n", "role worker-1"),
        (SESSION, "inline policy reports of the role worker:\n", "role worker"),
        (SESSION, "Policy reports-read, attached to the role worker-1:\n", "role worker-1"),
        (SESSION, "the worker role (arn:aws:iam::111122223333:role/worker) has only this:\n", "role worker"),
        (
            SESSION,
            "role arn:aws:iam::111122223333:role/worker has this, and no bucket policy:\n",
            "role worker",
        ),
        # A word of a sentence, and the policy of a bucket.
        (SESSION, "The role also has this:\n", None),
        (SESSION, "The role of the worker has this:\n", None),
        (SESSION, "Policy of the role below:\n", None),
        (SESSION, "The role worker-1 has this bucket policy:\n", None),
        (SESSION, "The role worker-1 has no such policy:\n", None),
        (SESSION, "The role worker-1 has been denied by this:\n", None),
        (CALLER, SHOW.format("role", "worker") + "{\n", "role worker"),
        # The policy of the caller, one whose owner is unknown, and one of another command.
        (SESSION, SHOW.format("role", "starter"), None),
        (CALLER, SHOW.format("user", "ana"), None),
        (SESSION, "", None),
        (SESSION, SHOW.format("role", "worker") + "null\n$ cat policy.json\n", None),
    ],
)
def test_policy_of_another_owner(caller: str, shown: str, owner: str | None) -> None:
    explanation = explain(
        _text(_denied("s3:GetObject", f"{BUCKET}/q1.csv", caller) + REASON + f"\n{shown}", _statement())
    )
    assert explanation.summary.endswith(f": the policy that allows it is that of the {owner}.") is (
        owner is not None
    )
    assert any(each.policy is not None for each in explanation.remedies) is (owner is not None)


def test_holder_of_the_policy_is_the_caller() -> None:
    """A HEAD request names no caller."""
    head = "fatal error: An error occurred (403) when calling the HeadObject operation: Forbidden\n"
    command = "+ aws s3 cp s3://acme-builds/relaeses/a.tgz .\n"
    holder = "the runner role (arn:aws:iam::111122223333:role/runner) has only this for S3:\n"
    policy = _statement(Action="s3:GetObject", Resource="arn:aws:s3:::acme-builds/releases/*")
    explanation = explain(_text(f"{command}{head}{holder}", policy))
    assert explanation.summary.startswith("The role runner was denied s3:GetObject on ")
    assert "--role-name runner " in str(explanation)
    assert "ROLE_NAME" not in str(explanation)


@check_rows(
    ("allowed", "is_typo"),
    [
        ("report/*", True),
        ("reprots/*", True),
        ("re-ports/*", True),
        ("exports/*", False),
        ("reports2/*", False),  # a number tells names apart
        ("reports-old/*", False),
        ("report/2025/*", False),
    ],
)
def test_name_that_differs_in_a_letter(allowed: str, *, is_typo: bool) -> None:
    denied = _denied("s3:GetObject", f"{BUCKET}/reports/q1.csv") + REASON
    explanation = explain(_text(f"{denied}\n", _statement(Resource=f"{BUCKET}/{allowed}")))
    name = allowed.partition("/")[0]
    assert f": {name}, and not reports as in the call." in explanation.summary if is_typo else True
    assert ("as in the call" in explanation.summary) is is_typo


def test_deny_of_another_role() -> None:
    shown = SHOW.format("role", "worker")
    deny = _statement("Deny", Sid="NoReports", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})
    explicit = (
        _denied("s3:GetObject", f"{BUCKET}/q1.csv", SESSION)
        + " with an explicit deny in an identity-based policy"
    )
    assert "NoReports" not in explain(_text(f"{explicit}\n{shown}", deny)).summary
    assert "NoReports" in explain(_text(f"{explicit}\n{shown.replace('worker', 'starter')}", deny)).summary


_MODEL = "example.writer-v2:0"
_INVOKE = f"User: arn:aws:sts::111122223333:assumed-role/app/s is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:{{}}:foundation-model/{_MODEL} with an explicit deny in an identity-based policy"


@pytest.mark.parametrize(
    ("regions", "title"),
    [
        (["eu-west-1", "eu-north-1"], f"Use the inference profile eu.{_MODEL} instead of global.{_MODEL}"),
        (["us-east-1", "eu-west-1"], "Use an inference profile of allowed Regions only"),
    ],
)
def test_deny_of_regions_against_a_global_inference_profile(regions: list[str], title: str) -> None:
    deny = _statement(
        "Deny", "bedrock:*", Sid="Home", Condition={"StringNotEquals": {"aws:RequestedRegion": regions}}
    ) | {"Resource": "*"}
    explanation = explain(f"modelId=global.{_MODEL}\n{_text(_INVOKE.format(':'), deny)}")
    assert "because aws:RequestedRegion is unspecified, not" in explanation.summary
    assert explanation.remedies[0].title == title
    in_region = explain(f"modelId=global.{_MODEL}\n{_text(_INVOKE.format('us-west-2:'), deny)}")
    assert "because aws:RequestedRegion is us-west-2, not" in in_region.summary


_NO_HEADER = {"Null": {"s3:x-amz-server-side-encryption": "true"}}


@check_rows(
    ("session", "around", "step"),
    [
        (
            "RedshiftIamRoleSession",
            "unload ($$ select 1 $$) to 's3://exports/x'",
            "Add KMS_KEY_ID 'KEY_ID' ENCRYPTED",
        ),
        ("s", "java.nio.file.AccessDeniedException: s3a://exports/x", "Set fs.s3a.encryption.algorithm"),
        ("s", "Error: Failed to save state", "Set encrypt = true in the backend"),
        ("s", "upload failed: ./x to s3://exports/x", "--sse aws:kms"),
    ],
)
def test_encryption_header_of_the_program(session: str, around: str, step: str) -> None:
    denied = f"User: arn:aws:sts::111122223333:assumed-role/app/{session} is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::exports/x with an explicit deny in a resource-based policy"
    deny = _statement("Deny", "s3:PutObject", Principal="*", Condition=_NO_HEADER) | {"Resource": "*"}
    explanation = explain(f"{around}\n{_text(denied, deny)}")
    assert step in explanation.remedies[0].steps[0]


@pytest.mark.parametrize(
    ("words", "tool", "step"),
    [
        (
            'I had to select "dev-boundary" as permissions boundary.',
            "",
            "Pass arn:aws:iam::111122223333:policy/dev-boundary: --permissions-boundary",
        ),
        (
            "The permissions boundary must be Boundary-Dev",
            "$ sls deploy\n",
            "The Serverless Framework creates the role without a boundary. Set provider.iam.role.permissionsBoundary in serverless.yml as below.",
        ),
        ("No permissions boundary is set.", "", "Pass the ARN of the boundary"),
    ],
)
def test_boundary_that_the_asker_names(words: str, tool: str, step: str) -> None:
    denied = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::111122223333:role/fn with an explicit deny in an identity-based policy"
    explanation = explain(f"{tool}{denied}\n\n{words}")
    assert explanation.remedies[0].steps[0].startswith(step)


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        (
            "${aws_sesv2_email_identity.mail.arn}",
            "The policy allows it on the identity, but not on the configuration-set",
        ),
        ("${aws_sqs_queue.jobs.arn}", "only on ${aws_sqs_queue.jobs.arn}, not on"),
        ("${identity.queueArn}", "only on ${identity.queueArn}, not on"),
    ],
)
def test_reference_to_another_type_of_resource(reference: str, text: str) -> None:
    denied = "User: arn:aws:sts::111122223333:assumed-role/app/s is not authorized to perform: ses:SendEmail on resource: arn:aws:ses:eu-west-1:111122223333:configuration-set/main"
    code = f'policy = jsonencode({{ Statement = [{{ Effect = "Allow", Action = "ses:SendEmail", Resource = "{reference}" }}] }})'
    cause = explain(f"{denied}\n\n{code}").causes[0]
    assert (cause.code, cause.evidence) == ("stated-policy-other-resource", "derived")
    assert text in f"{cause.text} {' '.join(cause.because)}"


def test_reference_to_the_same_type_of_resource() -> None:
    denied = "User: arn:aws:sts::111122223333:assumed-role/app/s is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:jobs"
    code = 'policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "sqs:SendMessage", Resource = aws_sqs_queue.jobs.arn }] })'
    assert all(each.evidence == "possible" for each in explain(f"{denied}\n\n{code}").causes)


@pytest.mark.parametrize(
    ("account", "name", "code"),
    [
        ("************", "jobs", "stated-policy-allows"),
        ("XXXXXXXXXXXX", "mail", "stated-policy-other-resource"),
        ("444455556666", "jobs", "stated-policy-other-resource"),
    ],
)
def test_masked_account_is_that_of_the_policy(account: str, name: str, code: str) -> None:
    policy = {
        "Effect": "Allow",
        "Action": "sqs:SendMessage",
        "Resource": "arn:aws:sqs:us-east-1:111122223333:jobs",
    }
    text = f"User: arn:aws:sts::{account}:assumed-role/app/x is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:us-east-1:{account}:{name} because no identity-based policy allows the sqs:SendMessage action"
    explanation = explain(f"{text}\n\n{json.dumps({'Statement': [policy]})}")
    assert explanation.causes[0].code == code
    is_other = account.isdigit()
    assert any("Only the account" in each for each in explanation.causes[0].because) is is_other


SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/api"


@check_rows(
    ("resource", "around", "code", "granted"),
    [
        (SECRET, "", "stated-policy-other-resource", f"{SECRET}-??????"),
        (SECRET, f"\n{SECRET}-a1B2c3", "stated-policy-other-resource", f"{SECRET}-??????"),
        (f"{SECRET}-??????", "", "stated-policy-allows", None),
        (f"{SECRET}-*", "", "stated-policy-allows", None),
        (f"{SECRET}-a1B2c3", "", "stated-policy-allows", None),
    ],
)
def test_policy_needs_the_whole_arn_of_a_secret(
    resource: str, around: str, code: str, granted: str | None
) -> None:
    """The call accepts the ARN without the random end, the policy does not."""
    text = f"User: arn:aws:sts::111122223333:assumed-role/api/x is not authorized to perform: secretsmanager:GetSecretValue on resource: {SECRET} because no identity-based policy allows the secretsmanager:GetSecretValue action"
    policy = f"Statement:\n  - Action:\n      - secretsmanager:GetSecretValue\n    Effect: Allow\n    Resource: {resource}"
    explanation = explain(f"{text}\n\n{policy}\n{around}")
    assert explanation.causes[0].code == code
    granting = [each.policy for each in explanation.remedies if each.policy is not None]
    assert [each["Statement"][0]["Resource"] for each in granting[:1]] == (
        [] if granted is None else [granted]
    )


_STATE = """$ terraform state show aws_iam_role_policy.{label}
resource "aws_iam_role_policy" "{label}" {{
    name   = "read"
    policy = jsonencode(
        {{
            Statement = [
                {{
                    Action   = "secretsmanager:GetSecretValue"
                    Effect   = "Allow"
                    Resource = "{secret}"
                }},
            ]
            Version   = "2012-10-17"
        }}
    )
    role   = "{role}"
}}
"""


@pytest.mark.parametrize(
    ("role", "shown", "end", "has_others"),
    [
        ("api", f'"ARN": "{SECRET}-a1B2c3"', "-a1B2c3", False),
        ("api", "", "-??????", False),
        # The policy of another role is no policy of the caller, and another secret has another end.
        ("web", f"{SECRET}-a1B2c3", "-a1B2c3", True),
        ("api", f"{SECRET}-db-a1B2c3", "-??????", False),
    ],
)
def test_end_of_a_secret_that_the_call_names(role: str, shown: str, end: str, *, has_others: bool) -> None:
    text = "User: arn:aws:sts::111122223333:assumed-role/api/x is not authorized to perform: secretsmanager:GetSecretValue on resource: shop/api because no identity-based policy allows the secretsmanager:GetSecretValue action"
    explanation = explain(f"{text}\n{_STATE.format(label='read', secret=SECRET, role=role)}{shown}\n")
    assert f"without the end of its ARN ({end})" in explanation.summary
    assert f"a policy may not: {SECRET}{end}." in explanation.causes[0].text
    first, *others = explanation.remedies
    assert first.manifest == f'Resource = "{SECRET}-??????"'
    assert first.steps == ()
    assert any(each.layer == "identity" for each in others) is has_others


_KEY = "arn:aws:kms:eu-west-1:444455556666:key/1f0c2a3b-5847-4362-a1b0-c9d8e7f60511"
_OWNER_ONLY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": "kms:*", "Resource": "*"}]}'
_OWN_JSON = f'{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "{_KEY}"}}]}}'
_OWN_LIST = f"reports policy:\n- s3:GetObject on orders/*\n- kms:DescribeKey, kms:Decrypt on {_KEY}\n"


@check_rows(
    ("pasted", "is_settled", "has_own"),
    [
        (_OWNER_ONLY, True, False),
        (f"{_OWNER_ONLY}\n{_OWN_JSON}", True, True),
        (f"{_OWN_LIST}\n{_OWNER_ONLY}", True, True),
        (f"Do I need a policy with kms:Decrypt on {_KEY}\n{_OWNER_ONLY}", True, False),
        (_OWN_JSON, False, True),
        (_OWNER_ONLY.replace("444455556666:root", "111122223333:root"), False, False),
        ("", False, False),
    ],
)
def test_the_key_policy_of_another_account_decides(*, pasted: str, is_settled: bool, has_own: bool) -> None:
    explanation = explain(
        f"User: arn:aws:sts::111122223333:assumed-role/reports/ana is not authorized to perform: kms:Decrypt on resource: {_KEY} because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access\n\n{pasted}"
    )
    settled = "the key policy in the text allows it only to arn:aws:iam::444455556666:root"
    assert (settled in explanation.summary) is is_settled
    assert ("does already" in explanation.summary) is has_own
    assert any(each.evidence == "possible" for each in explanation.causes) is not is_settled
    lines = [line for each in explanation.remedies for line in each.commands]
    assert any("put-key-policy" in line for line in lines)
    assert any("put-role-policy" in line for line in lines) is not has_own


_KEY_ACCOUNT = "444455556666"


@pytest.mark.parametrize(
    ("account", "reason", "verdict", "title"),
    [
        (
            _KEY_ACCOUNT,
            "",
            f"so most likely the queue policy in account {_KEY_ACCOUNT} does not, and a caller of account 111122223333 needs both",
            "Allow the user ana in the queue policy, in account 444455556666",
        ),
        # Within one account, one of both policies is enough.
        (
            "111122223333",
            "",
            "so the user ana does not have it, or a policy of another type",
            "Check that the policy",
        ),
        # AWS names the side that lacks an Allow.
        (
            _KEY_ACCOUNT,
            " because no identity-based policy allows the sqs:SendMessage action",
            "is not in effect",
            "Check that the policy",
        ),
    ],
)
def test_policy_of_the_callers_side_allows_it(account: str, reason: str, verdict: str, title: str) -> None:
    queue = f"arn:aws:sqs:eu-west-1:{account}:bills"
    allow = _statement(action="sqs:SendMessage", Resource=queue)
    explanation = explain(_text(_denied("sqs:SendMessage", queue) + reason, allow))
    assert verdict in explanation.summary
    assert explanation.remedies[0].title.startswith(title)


@check_rows(
    ("action", "wide"),
    [("s3:*", True), ("*", True), (["s3:Get*", "s3:List*"], False), ("s3:ListBucket", False)],
)
def test_statement_with_all_actions_gets_no_other_resource(action: str | list[str], *, wide: bool) -> None:
    reason = " because no identity-based policy allows the s3:ListBucket action"
    text = _text(
        f"$ aws s3 sync s3://acme-reports/a .\n{LIST}{reason}", _statement(action=action, Resource=OBJECTS)
    )
    first = explain(text).remedies[0]
    kept = f"Keep the policy in the text as it is, and attach the policy below, too: {action} on {BUCKET} would be more"
    assert first.steps[0].startswith(kept) is wide
    # The objects are allowed already.
    assert ("s3:GetObject" in first.title) is (action == "s3:ListBucket")
