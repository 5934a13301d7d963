"""Tests for explanations of access denials: topics, causes, remedies and safe commands."""

from __future__ import annotations

import inspect
import pickle
from functools import cache
from importlib import import_module
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage import AccessDenied, Envelope, PolicyError, explain, parse, policy_for, scan
from iamtriage.explaining import Facts, policies_by_principal, policies_for
from iamtriage.explaining._context.resolving import STANDARD_MESSAGES
from iamtriage.explaining._rules.denials.dispatch import DEFAULT_RULE, GUARDRAIL_ROUTES, ROUTES, find_rules
from iamtriage.explaining._rules.shared.denial import build_denial
from iamtriage.explaining._rules.shared.loading import load_rule
from iamtriage.explaining._rules.shared.messages.message_rules import MESSAGE_RULES
from iamtriage.explaining._rules.shared.messages.service_messages import find_message_rule
from tests.explaining.golden.cases import DENIED as CASES
from tests.explaining.golden.cases import explained
from tests.explaining.golden.cases_denied import CLUSTER, KEY, QUEUE, SESSION, SSO, USER
from tests.explaining.rules.aws_cli import check_call
from tests.explaining.rules.shell import PROGRAMS, arguments_of
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage import Remedy
    from iamtriage.explaining._rules.denials.tables import Rows

BY_NAME = {name: (text, facts) for name, text, facts in CASES}


@check_rows(
    ("name", "topic", "causes"),
    [
        ("other-policy-type", "access-denied", [("no-identity-allow", "possible"), ("other-policy-type", "possible")]),
        ("eks-page-pass-role", "pass-role", [("pass-role", "derived")]),
        ("identity-implicit-session", "no-identity-allow", [("no-identity-allow", "reported")]),
        ("identity-deny", "identity-deny", [("identity-deny", "reported")]),
        ("key-quarantine", "compromised-key", [("key-quarantine", "reported")]),
        ("scp-deny", "service-control-policy", [("scp-deny", "reported")]),
        ("scp-no-allow", "service-control-policy", [("scp-no-allow", "reported")]),
        ("rcp-deny", "resource-control-policy", [("rcp-deny", "reported")]),
        ("rcp-no-allow", "resource-control-policy", [("rcp-no-allow", "reported")]),
        ("boundary-no-allow", "permissions-boundary", [("boundary-no-allow", "reported")]),
        ("boundary-deny", "permissions-boundary", [("boundary-deny", "reported")]),
        ("session-no-allow", "session-policy", [("session-no-allow", "reported")]),
        ("session-deny", "session-policy", [("session-deny", "reported")]),
        ("vpc-endpoint-no-allow", "vpc-endpoint-policy", [("vpc-endpoint-no-allow", "reported")]),
        ("resource-no-allow", "resource-policy", [("resource-no-allow", "reported")]),
        ("resource-deny", "resource-policy", [("resource-deny", "reported")]),
        ("unsigned-call", "anonymous-call", [("unsigned-call", "reported"), ("resource-no-allow", "derived")]),
        ("service-not-allowed", "service-principal", [("service-not-allowed", "derived")]),
        ("authorizer-policy", "lambda-authorizer", [("authorizer-policy", "derived")]),
        ("pass-role", "pass-role", [("pass-role", "reported"), ("role-passed-within-call", "derived")]),
        ("cross-account-pass-role", "cross-account-pass-role", [("cross-account-pass-role", "reported")]),
        ("pass-role-cross-account-derived", "cross-account-pass-role", [("cross-account-pass-role", "derived")]),
        ("caller-not-trusted", "assume-role", [("no-identity-allow", "possible"), ("caller-not-trusted", "possible"), ("no-such-role", "possible")]),
        ("assume-role-trust", "assume-role", [("caller-not-trusted", "reported")]),
        ("trust-policy-checked", "assume-role", [("trust-policy-checked", "supplied")]),
        ("session-tags", "assume-role", [("session-tags", "derived")]),
        ("root-assumes-role", "root-assumes-role", [("root-assumes-role", "reported")]),
        ("web-identity", "web-identity", [("token-not-trusted", "derived"), ("no-such-role", "possible")]),
        ("web-identity-facts", "web-identity", [("trust-policy-checked", "supplied")]),
        ("pod-identity", "pod-identity", [("pod-identity-trust", "derived")]),
        ("kms-key-policy", "kms-key-policy", [("kms-key-policy", "possible"), ("kms-wrong-region", "possible"), ("resource-deny", "possible")]),
        ("block-public-access", "block-public-access", [("block-public-access", "reported")]),
        ("denying-condition", "explicit-deny", [("explicit-deny", "supplied"), ("denying-condition", "supplied")]),
        ("authorization-details", "service-control-policy", [("scp-deny", "supplied"), ("no-identity-allow", "supplied")]),
        ("assertion-not-trusted", "web-identity", [("assertion-not-trusted", "derived"), ("saml-pair", "possible"), ("no-such-role", "possible"), ("session-tags", "possible")]),
        ("ambiguous-service", "access-denied", [("derived-action", "possible"), ("no-identity-allow", "possible"), ("other-policy-type", "possible")]),
        ("ambiguous-service-tags", "access-denied", [("derived-action", "possible"), ("no-identity-allow", "possible"), ("other-policy-type", "possible")]),
        ("ambiguous-service-command", "access-denied", [("derived-action", "derived"), ("no-identity-allow", "possible"), ("other-policy-type", "possible")]),
        ("bedrock-model-access", "bedrock-model-access", [("bedrock-model-access", "reported"), ("credentials-of-other-account", "possible")]),
        ("identity-pool-guest", "identity-pool-guest", [("identity-pool-guest", "reported"), ("logins-not-passed", "possible")]),
        ("bedrock-subscription-unnamed", "bedrock-subscription", [("bedrock-model-access", "derived"), ("no-identity-allow", "reported")]),
        ("execution-role", "execution-role", [("execution-role", "reported"), ("role-too-new", "possible")]),
        ("execution-role-in-vpc", "execution-role", [("execution-role", "reported"), ("role-too-new", "possible")]),
        ("identity-forbidden", "identity-pool-forbidden", [("identity-forbidden", "reported"), ("logins-not-passed", "possible"), ("identity-id-reused", "possible")]),
        ("guest-or-signed-in", "web-identity", [("token-not-trusted", "derived"), ("guest-or-signed-in", "possible")]),
        ("presigned-url-expired", "presigned-url-expired", [("presigned-url-expired", "reported"), ("clock-wrong", "possible")]),
        ("presigned-url-not-yet-valid", "presigned-url-not-yet-valid", [("presigned-url-not-yet-valid", "reported"), ("clock-wrong", "possible")]),
        ("cloudfront-url", "presigned-url-incomplete", [("presigned-url-incomplete", "reported"), ("cloudfront-url", "derived")]),
        ("answer-not-from-aws", "answer-not-from-aws", [("answer-not-from-aws", "derived")]),
        ("image-not-shared", "image-not-shared", [("image-not-shared", "reported"), ("credentials-of-other-account", "possible")]),
        ("queue-of-unnamed-service", "access-denied", [("derived-action", "possible"), ("no-identity-allow", "possible"), ("other-policy-type", "possible")]),
        ("pod-uses-node-role", "access-denied", [("pod-uses-node-role", "derived"), ("no-identity-allow", "possible"), ("other-policy-type", "possible")]),
        ("pod-as-node-possible", "no-identity-allow", [("no-identity-allow", "reported"), ("pod-uses-node-role", "possible")]),
        ("pod-as-node-supplied", "no-identity-allow", [("no-identity-allow", "reported"), ("pod-uses-node-role", "supplied")]),
        ("pod-as-node-assumes", "assume-role", [("pod-uses-node-role", "derived"), ("no-identity-allow", "possible"), ("caller-not-trusted", "possible"), ("no-such-role", "possible")]),
        ("service-message", "own-words", [("service-message", "reported"), ("policy-behind-message", "possible")]),
    ],
)  # fmt: skip
def test_topic_and_causes(name: str, topic: str, causes: list[tuple[str, str]]) -> None:
    explanation = explained(name)
    assert explanation.topic == topic
    assert [(cause.code, cause.evidence) for cause in explanation.causes] == causes


def _rules(routes: Rows) -> Iterator[str]:
    for _, rule in routes:
        if isinstance(rule, tuple):
            yield from _rules(rule)
        elif isinstance(rule, str):
            yield rule


@check_rows(
    "name",
    dict.fromkeys(
        [DEFAULT_RULE, *_rules((*GUARDRAIL_ROUTES, *ROUTES)), *(rule for _, rule in MESSAGE_RULES)]
    ),
)
def test_each_rule_is_there(name: str) -> None:
    """Rules are imported by name, when they are first needed."""
    module, _, function = name.rpartition(".")
    rule = getattr(import_module(f"iamtriage.explaining._rules.{module}"), function)
    _denial, *others = inspect.signature(rule).parameters.values()
    assert all(each.default is not each.empty for each in others)


@check_rows("message", sorted(STANDARD_MESSAGES))
def test_standard_messages_have_no_rule_of_their_own(message: str) -> None:
    """What decides without the surroundings of a message decides as those do."""
    code = "403" if message == "Forbidden" else "AccessDenied"
    text = f"An error occurred ({code}) when calling the HeadObject operation: {message}"
    failure, longer = parse(text), parse(f"{text}\n\n")
    assert isinstance(failure, AccessDenied)
    assert isinstance(longer, AccessDenied)
    assert find_message_rule(failure) == find_message_rule(longer) == (None, None)


@check_rows(("fragment", "rule"), MESSAGE_RULES)
def test_each_known_message_has_its_rule(fragment: str, rule: str) -> None:
    """No message that is recognized falls through to the rule for the standard denial message."""
    code = "NotAuthorizedException" if "user_pool" in rule else "AccessDenied"
    operation = "InvokeAgent" if "calling bedrock" in fragment else "GetObject"
    failure = parse(f"An error occurred ({code}) when calling the {operation} operation: {fragment}")
    assert isinstance(failure, AccessDenied)
    denial = build_denial(failure, Facts())
    assert rule in find_rules(denial)
    before = takewhile(rule.__ne__, find_rules(denial))
    assert not any(load_rule(name)(denial) for name in before)


PLAIN = "An error occurred (AccessDenied) when calling the PutObject operation: Access Denied"


@check_rows(
    ("text", "topic"),
    [
        (f"We use Block Public Access on all buckets. Now we get\n{PLAIN}\n", "s3-access-denied"),
        (f"All buckets have Block Public Access.\n{PLAIN}\n", "s3-access-denied"),
        (f"{PLAIN}\nOur admin turned on Block Public Access, is that it?\n", "s3-access-denied"),
        (f"{PLAIN} because public access is prevented by S3 Block Public Access\n", "block-public-access"),
        ("Unable to assume the service role. The role may not exist: AccessDenied: Access denied\n", "service-cannot-assume-role"),
    ],
)  # fmt: skip
def test_words_of_a_person_are_no_message(text: str, topic: str) -> None:
    assert explain(text).topic == topic


@check_rows(
    ("name", "who"),
    [
        ("identity-implicit-session", "account administrator"),
        ("identity-implicit-identity-center", "organization administrator"),
        ("scp-deny", "organization administrator"),
        ("rcp-deny", "organization administrator"),
        ("rcp-no-allow", "organization administrator"),
        ("boundary-no-allow", "account administrator"),
        ("session-no-allow", "you"),
        ("resource-no-allow", "resource owner"),
        ("unsigned-call", "resource owner"),
        ("anonymous-opensearch", "you"),
    ],
)
def test_who_can_fix_it(name: str, who: str) -> None:
    assert explained(name).remedies[0].who == who


@check_rows(
    "name",
    [
        *("ambiguous-service", "ambiguous-service-tags", "bedrock-model-access", "identity-pool-guest", "answer-not-from-aws"),
        *("presigned-url-expired", "presigned-url-not-yet-valid", "presigned-url-incomplete"),
        *("execution-role-in-vpc", "identity-forbidden"),
    ],
)  # fmt: skip
def test_no_policy_that_cannot_help_or_is_a_guess(name: str) -> None:
    assert all(remedy.policy is None for remedy in explained(name).remedies)
    assert policy_for(scan(BY_NAME[name][0]))["Statement"] == []


BARE = "You don't have permissions to access this resource."


@check_rows(
    ("before", "operation", "action"),
    [
        ("", "DeletePolicy", None),
        ("$ aws fms delete-policy --policy-id p1\n", "DeletePolicy", "fms:DeletePolicy"),
        ("$ aws fms list-policies\n", "DeletePolicy", None),
        ("$ aws fms delete-policy --policy-id p1\n$ aws organizations delete-policy --policy-id p2\n", "DeletePolicy", "organizations:DeletePolicy"),
        ("fms_client failed: ", "DeletePolicy", "fms:DeletePolicy"),
        ("FMSClient: ", "DeletePolicy", "fms:DeletePolicy"),
        ("boto3.client('fms'): ", "DeletePolicy", "fms:DeletePolicy"),
        ("fms_client is not organizations_client: ", "DeletePolicy", None),
        ("fms_client was made\n", "DeletePolicy", None),
        ("the service said: ", "DeletePolicy", None),
        ("dynamodb_client failed: ", "DeletePolicy", None),
        ("see the iam_service: ", "ListPolicies", None),
    ],
)  # fmt: skip
def test_called_service_is_found_in_the_text(before: str, operation: str, action: str | None) -> None:
    text = f"{before}An error occurred (AccessDeniedException) when calling the {operation} operation: {BARE}"
    summary = explain(text).summary
    assert summary.startswith(f"The caller was denied {action or f'the call {operation}'}: ")


@check_rows(
    ("host", "topic"),
    [
        ("https://gateway.storjshare.io/orders/1.csv", "answer-not-from-aws"),
        ("http://minio:9000/orders/1.csv", "answer-not-from-aws"),
        ("http://localhost:4566/orders/1.csv", "answer-not-from-aws"),
        ("http://127.0.0.1:4572/orders/1.csv", "answer-not-from-aws"),
        ("http://host.docker.internal:9000/orders/1.csv", "answer-not-from-aws"),
        # DynamoDB Local, which is not storage, and a port that no such software uses.
        ("http://localhost:8000/orders/1.csv", "s3-access-denied"),
        ("http://localhost:45660/orders/1.csv", "s3-access-denied"),
        ("https://wasabisys.com.example.com/orders", "s3-access-denied"),
        ("https://minio-backup.s3.eu-west-1.amazonaws.com/1.csv", "s3-access-denied"),
        ("https://orders.s3.eu-west-1.amazonaws.com/1.csv, copied from minio:9000", "s3-access-denied"),
    ],
)
def test_s3_compatible_software_is_recognized_by_its_host(host: str, topic: str) -> None:
    text = f'Error executing "PutObject" on "{host}": AccessDenied (client): Access Denied.'
    assert explain(text).topic == topic


UNKNOWN_KEY = "An error occurred (InvalidAccessKeyId) when calling the ListBuckets operation: The Access Key Id you provided does not exist in our records."
BARE_PUT = "An error occurred (AccessDenied) when calling the PutObject operation: Access Denied"


@check_rows(
    ("text", "summary"),
    [
        (
            f'client = boto3.client("s3", endpoint_url="https://minio.tools.svc:9000")\n{UNKNOWN_KEY}',
            "MinIO at minio.tools.svc:9000, not AWS, rejected the call ListBuckets: the access key does not exist there.",
        ),
        (
            f"Endpoint URL : http://minio:9000\n{UNKNOWN_KEY}",
            "MinIO at minio:9000, not AWS, rejected the call ListBuckets: the access key does not exist there.",
        ),
        (
            f"{BARE_PUT}\nOur S3 endpoint is http://10.0.0.7:9000",
            "The system at 10.0.0.7:9000, not AWS, denied the call PutObject.",
        ),
        (
            f"object_store_endpoint: http://rook-ceph-rgw-store.rook-ceph:80\n{BARE_PUT}",
            "The system at rook-ceph-rgw-store.rook-ceph:80, not AWS, denied the call PutObject.",
        ),
        (
            f"$ aws --endpoint-url https://store.example.com s3 cp a s3://backups/a\n{BARE_PUT}",
            "The system at store.example.com, not AWS, denied the call PutObject.",
        ),
        (
            "$ export AWS_ENDPOINT_URL=http://localhost:4566\n$ aws s3 ls\nAn error occurred (SignatureDoesNotMatch) when calling the ListBuckets operation: The request signature we calculated does not match the signature you provided. Check your key and signing method.",
            "LocalStack at localhost:4566, not AWS, rejected the signature of the call ListBuckets: most likely, the secret key is not the one of the access key there.",
        ),
        (
            "[default]\nendpoint_url = https://store.example.com\n$ aws s3 ls\nAn error occurred (ExpiredToken) when calling the ListBuckets operation: The provided token has expired.",
            "The system at store.example.com, not AWS, answered the call ListBuckets: the credentials have expired.",
        ),
        (
            "AWS_ENDPOINT_URL_S3=http://rgw.ceph.svc:7480\nAn error occurred (NoSuchBucket) when calling the ListObjectsV2 operation: The specified bucket does not exist",
            "The system at rgw.ceph.svc:7480, not AWS, answered the call ListObjectsV2 with NoSuchBucket.",
        ),
        (
            f"storage:\n  s3:\n    endpoint: minio.tools.svc:9000\n{BARE_PUT}",
            "MinIO at minio.tools.svc:9000, not AWS, denied the call PutObject.",
        ),
        (
            'o.BaseEndpoint = aws.String("http://store.example.com:9000")\noperation error S3: PutObject, https response error StatusCode: 403, RequestID: 17A, HostID: x, api error AccessDenied: Access Denied.',
            "The system at store.example.com:9000, not AWS, denied the call PutObject.",
        ),
        (
            "The upload to Cloudflare R2 fails:\n[AccessDenied: Access Denied] { Code: 'AccessDenied' }",
            "Cloudflare R2, not AWS, denied the call.",
        ),
        (
            "Spark writes to MinIO: AmazonS3Exception: Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: 17A)",
            "MinIO, not AWS, denied the call.",
        ),
        (
            f"{BARE_PUT}\nWe are using a non-amazon S3 object store.",
            "The S3-compatible system, not AWS, denied the call PutObject.",
        ),
        (
            f"We run our own S3 compatible storage.\n{UNKNOWN_KEY}",
            "The S3-compatible system, not AWS, rejected the call ListBuckets: the access key does not exist there.",
        ),
        (
            "Aws::S3::Errors::InvalidArgument (Credential access key has length 20, should be 32):",
            "Cloudflare R2, not AWS, rejected the access key: it has 20 characters, like a key of AWS, but the keys of this system have 32.",
        ),
        (
            "An error occurred (InvalidArgument) when calling the PutObject operation: Credential access key has length 43, should be 32\nendpoint_url=https://0a1b2c3d.r2.cloudflarestorage.com",
            "Cloudflare R2 at 0a1b2c3d.r2.cloudflarestorage.com, not AWS, rejected the access key: it has 43 characters, but the keys of this system have 32.",
        ),
        (
            f"Since the upgrade of our self-hosted MinIO, backups to MinIO fail:\n{UNKNOWN_KEY}",
            "MinIO, not AWS, rejected the call ListBuckets: the access key does not exist there.",
        ),
        (
            "operation error S3: PutObject, https response error StatusCode: 400, RequestID: tx000001a2b3c4d5e6f7081-0068a1b2c3-1a2b3c-eu-1, HostID: 1a2b3c-eu-1-eu, api error InvalidArgument: UnknownError",
            "Ceph, not AWS, answered the call PutObject with InvalidArgument.",
        ),
        (
            'ERROR: WAL archive check exception: An error occurred (403) when calling the HeadBucket operation: Forbidden\n{"level":"error","logger":"wal-archive","options":["--endpoint-url","https://192.0.2.55:6443","--cloud-provider","aws-s3","s3://acme-wal/orders"]}',
            "The system at 192.0.2.55:6443, not AWS, denied the call HeadBucket.",
        ),
        (
            "MLFLOW_S3_ENDPOINT_URL=https://store.example.com\nbotocore.errorfactory.NoSuchKey: An error occurred (NoSuchKey) when calling the ListObjectsV2 operation: The specified key does not exist.",
            "The system at store.example.com, not AWS, answered the call ListObjectsV2 with NoSuchKey.",
        ),
        (
            f"host_base = s3.wasabisys.com\n{BARE_PUT}",
            "The system at s3.wasabisys.com, not AWS, denied the call PutObject.",
        ),
        (
            f"$ env\nAWS_ACCESS_KEY_ID=AKIAEXAMPLEKEY000017\nAWS_ENDPOINT_URL=http://minio:9000\n{UNKNOWN_KEY}",
            "MinIO at minio:9000, not AWS, rejected the call ListBuckets: the access key does not exist there.",
        ),
    ],
)
def test_an_endpoint_that_is_not_of_aws_answers(text: str, summary: str) -> None:
    explanation = explain(text)
    assert (explanation.topic, explanation.summary) == ("answer-not-from-aws", summary)
    assert not any(remedy.policy for remedy in explanation.remedies)


@pytest.mark.parametrize(
    "words",
    [
        "Should we use an S3-compatible store?",
        "We do not use an S3-compatible store in the AWS account.",
        "The files came from an S3-compatible store.",
    ],
)
def test_other_store_that_is_not_the_one_of_the_call(words: str) -> None:
    assert explain(f"{BARE_PUT}\n{words}").topic == "s3-access-denied"


_SETTING = "AWS_ENDPOINT_URL=http://minio:9000"
_IDENTITY = "$ aws sts get-caller-identity --query Arn\narn:aws:iam::111122223333:user/thumbs\n"


@check_rows(
    ("text", "first"),
    [
        (f"{_SETTING}\nAWS_ACCESS_KEY_ID=AKIAEXAMPLEKEY000017\n{UNKNOWN_KEY}", ("unset AWS_ENDPOINT_URL",)),
        (f"{_SETTING}\n{UNKNOWN_KEY}\nThe app must use real S3.", ("unset AWS_ENDPOINT_URL",)),
        (
            f"{_IDENTITY}$ kubectl -n shop exec deploy/thumbs -- env\n{_SETTING}\n{BARE_PUT}",
            ("kubectl set env deploy/thumbs AWS_ENDPOINT_URL- --namespace shop",),
        ),
        (f"{_SETTING}\nAWS_ACCESS_KEY_ID=thumbs\n{UNKNOWN_KEY}", ("aws configure list",)),
    ],
)
def test_call_that_is_meant_for_aws(text: str, first: tuple[str, ...]) -> None:
    explanation = explain(text)
    assert (explanation.topic, explanation.remedies[0].commands) == ("answer-not-from-aws", first)
    assert ("waiting" in str(explanation.notes)) is ("aws configure" not in first[0])


OF_AWS = UNKNOWN_KEY.replace("The Access", "The AWS Access")


@check_rows(
    ("text", "command"),
    [
        (f"On my laptop, I have {_SETTING}.\n{OF_AWS}", "export AWS_ENDPOINT_URL=http://minio:9000"),
        (
            f"$ cat .dvc/config\n['remote \"raw\"']\n    url = s3://raw\n{OF_AWS}\n.dvc/config.local: endpointurl = http://minio:9000",
            "dvc remote modify raw endpointurl http://minio:9000",
        ),
        (
            f"$ velero backup-location get\n{OF_AWS}\nOur backups go to MinIO at http://minio:9000.",
            "export AWS_ENDPOINT_URL=http://minio:9000",
        ),
        # The endpoint may be set where the call runs, the key is one of AWS, another system has the message, or MinIO answered.
        (f"{_SETTING}\n{OF_AWS}", None),
        (f"{_SETTING}\nAWS_ACCESS_KEY_ID=AKIAEXAMPLEKEY000017\n{OF_AWS}", None),
        (f"{_SETTING.replace('minio:9000', 'localhost:4566')}\n{OF_AWS}", None),
        (f"{_SETTING}\n{UNKNOWN_KEY}", None),
        # The call is not for MinIO.
        (f"On dev, {_SETTING}. In production, the app uses real S3:\n{OF_AWS}", None),
        (f"We do not use MinIO.\n{OF_AWS}", None),
    ],
)
def test_key_of_another_system_that_aws_does_not_know(text: str, command: str | None) -> None:
    explanation = explain(text)
    assert (explanation.topic == "endpoint-not-set") is (command is not None)
    if command is not None:
        assert explanation.remedies[0].commands[0] == command


@check_rows(
    "before",
    [
        "$ aws --endpoint-url https://bucket.vpce-0a1b2c3d4e5f60718-ab.s3.eu-west-1.vpce.amazonaws.com s3 cp a s3://b/a\n",
        "$ aws s3 cp a s3://backups/a --endpoint-url https://s3.eu-west-1.api.aws\nAWS_ENDPOINT_URL=http://minio.tools.svc:9000\n",
        "AWS_ENDPOINT_URL_DYNAMODB=http://dynamodb.tools.svc:8000\n",
        'client = boto3.client("dynamodb", endpoint_url="http://dynamodb.tools.svc:8000")\n',
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true\nAWS_ENDPOINT_URL=http://store.example.com\n",
        "AWS_ENDPOINT_URL=http://one.example.com\nAWS_ENDPOINT_URL=http://two.example.com\n",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT=http://imds.example.com\n",
        'endpoint = "http://169.254.169.254"\n',
        "endpoint: https://s3.eu-west-1.amazonaws.com:443\n",
        "endpoint: s3.eu-west-1.amazonaws.com\n",
        "The endpoint is documented at https://docs.example.com\n",
        "We migrated from MinIO to S3, and now the backup fails:\n",
        "With MinIO as a cache. The job works with MinIO, but in production:\n",
        "Copied from Wasabi to Backblaze B2 before.\n",
        "The job reads from Wasabi and writes to our AWS account:\n",
    ],
)
def test_other_endpoints_do_not_count(before: str) -> None:
    assert explain(f"{before}{BARE_PUT}").topic == "s3-access-denied"


UPLOAD = "An error occurred ({}) when calling the PutObject operation: {}"


@check_rows(
    ("code", "after", "evidence"),
    [
        ("XAmzContentSHA256Mismatch", "botocore==1.37.2", "derived"),
        ("SignatureDoesNotMatch", "boto3 1.38.9\nThe same key lists the bucket fine.", "derived"),
        ("SignatureDoesNotMatch", "boto3 1.38.9, before: boto3 1.34.2", "derived"),
        ("SignatureDoesNotMatch", "boto3 1.38.9", "possible"),
        ("SignatureDoesNotMatch", "", "possible"),
        ("SignatureDoesNotMatch", "boto3 1.34.2", None),
        ("InvalidArgument", "boto3 1.38.9", None),
        ("AccessDenied", "boto3 1.38.9", None),
    ],
)
def test_checksums_of_newer_sdks(code: str, after: str, evidence: str | None) -> None:
    call = UPLOAD.format(code, "Rejected.")
    explanation = explain(f"{call}\nwalpush --endpoint-url https://store.example.com s3://wal\n{after}\n")
    shown = {each.code: each.evidence for each in explanation.causes}
    assert shown.get("default-checksum-rejected") == evidence
    assert ("adds a checksum" in explanation.summary) is (evidence == "derived")
    commands = [each for remedy in explanation.remedies for each in remedy.commands]
    assert ("export AWS_REQUEST_CHECKSUM_CALCULATION=when_required" in commands) is (evidence is not None)


def test_checksum_in_the_message_of_another_system() -> None:
    text = f"AWS_ENDPOINT_URL=https://store.example.com\n{UPLOAD.format('InvalidArgument', 'Unsupported header x-amz-checksum-crc32')}"
    summary = "aws-cli 2.24.1, like all versions since 2.23, adds a checksum to uploads, which that system does not accept."
    assert summary in explain(f"{text}\naws-cli/2.24.1 Python/3.12.9").summary
    assert explain(text.replace("PutObject", "GetObject")).topic != "answer-not-from-aws"


def test_other_endpoints_of_a_program_do_not_count() -> None:
    """A collector of traces is not what denied the call."""
    other = "AWS_ENDPOINT_URL_S3=http://minio:9000\nAn error occurred (AccessDeniedException) when calling the DescribeCluster operation: Access denied"
    assert explain(other).topic != "answer-not-from-aws"
    text = "exporter endpoint=http://otel-collector:4318\nAn error occurred (AccessDeniedException) when calling the {} operation: {}"
    user = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:PutObject"
    for operation, message in (("ListTables", "Access denied"), ("PutObject", user)):
        assert explain(text.format(operation, message)).topic != "answer-not-from-aws"
    for before in (
        "OTLP endpoint is http://collector:4317",
        "The webhook endpoint is https://hooks.example.com/x",
    ):
        assert explain(f"{before}\n{BARE_PUT}").topic != "answer-not-from-aws"
    assert (
        explain(f"S3 endpoint is https://s3.eu-west-1.amazonaws.com\n{BARE_PUT}").topic
        != "answer-not-from-aws"
    )
    assert (
        explain(f"Endpoint URL: http://store:9000\n{text.format('PutObject', user)}").topic
        != "answer-not-from-aws"
    )


@pytest.mark.parametrize(
    ("cut", "policy_type"),
    [(" because no identity-b…", "identity"), (" because no", None), (" because n…", None)],
)
def test_truncated_reason_is_not_quoted(cut: str, policy_type: str | None) -> None:
    text = f"User: {USER} is not authorized to perform: eks:DescribeCluster on resource: {CLUSTER}{cut}"
    explanation = explain(text)
    assert explanation.topic == ("access-denied" if policy_type is None else "no-identity-allow")
    assert getattr(explanation.failure, "policy_type", None) == policy_type
    assert not any("because" in line for cause in explanation.causes for line in cause.because)


def _statement(name: str, index: int = 0) -> dict[str, Any]:
    document = explained(name).remedies[index].policy
    assert document is not None
    [statement] = document["Statement"]
    assert isinstance(statement, dict)
    return statement


@pytest.mark.parametrize("who", ["", "User: arn:aws:iam::111122223333:root "])
def test_unknown_action_or_root_user_still_has_a_remedy(who: str) -> None:
    """If no policy can be attached, or the action is truncated, a remedy shows how to find out more."""
    text = f"AccessDenied: {who}is not authorized to perform: because no identity-based policy allows the eks: action"
    remedies = explain(text).remedies
    assert remedies
    assert all(remedy.layer != "identity" for remedy in remedies)


def _denied_instance(role: str, action: str, before: str = "", session: str = "i-0a1b2c3d4e5f60718") -> str:
    return (
        f"{before}AccessDenied: User: arn:aws:sts::111122223333:assumed-role/{role}/{session} "
        f"is not authorized to perform: {action} because no identity-based policy allows the {action} action"
    )


@check_rows(
    ("text", "evidence"),
    [
        (_denied_instance("AmazonEKSNodeRole", "route53:ListHostedZones"), "possible"),
        (_denied_instance("KarpenterNodeRole-orders", "route53:ListHostedZones"), "possible"),
        (_denied_instance("orders-eks20260102030405", "route53:ListHostedZones"), "possible"),
        (_denied_instance("orders-k8s-workers", "route53:ListHostedZones", session="i-0a1b****"), "possible"),
        (_denied_instance("orders", "route53:ListHostedZones", "external-dns: "), "possible"),
        (_denied_instance("orders-node-group", "route53:ListHostedZones", "logs of the pod: "), "derived"),
    ],
)  # fmt: skip
def test_pod_with_its_node_role_gets_its_own_role(text: str, evidence: str) -> None:
    explanation = explain(text)
    assert ("pod-uses-node-role", evidence) in [(each.code, each.evidence) for each in explanation.causes]
    first, second, *_, last = explanation.remedies
    assert "service account" in first.title
    assert first.policy is None
    assert second.policy is not None
    assert "--role-name ROLE_NAME " in second.commands[0]
    assert last.policy is None
    assert "Every pod" in last.steps[0]


def test_annotation_in_the_text_is_the_role_of_the_pod() -> None:
    """A pod with an annotated account that calls as its node is older than the annotation: re-create it first."""
    role = "arn:aws:iam::111122223333:role/team/cart"
    denied = _denied_instance("orders-node-group", "s3:ListAllMyBuckets")
    for annotation in (
        f"metadata:\n  name: cart\n  annotations:\n    eks.amazonaws.com/role-arn: {role}\n",
        f'{{"eks.amazonaws.com/role-arn":"{role}","meta.helm.sh/release-name":"cart"}}',
        f'log: "{{\\"eks.amazonaws.com/role-arn\\":\\"{role}\\"}}"',
        f"Name: cart\nAnnotations:         eks.amazonaws.com/role-arn: {role}",
        f"kubectl annotate sa cart eks.amazonaws.com/role-arn={role}",
    ):
        explanation = explain(
            f"{denied}\n\n{annotation}", facts={"namespace": "shop", "service_account": "cart"}
        )
        [cause] = [each for each in explanation.causes if each.code == "pod-uses-node-role"]
        assert role in cause.text
        assert cause.evidence == "derived"
        assert "possible" not in {each.evidence for each in explanation.causes}
        assert explanation.summary.endswith(": the pod did not use the role cart of its service account.")
        first, second, *_ = explanation.remedies
        assert first.title == "Re-create the pods, so that they get the role cart"
        assert first.commands[0].startswith("workload=$(kubectl get deploy,ds,statefulset --namespace shop ")
        assert first.commands[1].startswith("kubectl rollout restart $workload ")
        assert "spec.serviceAccountName=cart " in first.commands[3]
        assert second.title == "Allow s3:ListAllMyBuckets for the role cart"
        assert "--role-name cart " in second.commands[0]


@check_rows(
    ("age", "words", "is_older", "titles"),
    [
        (
            "12d",
            "I annotated it today.",
            True,
            ["Re-create", "If it is denied then, allow s3:ListAllMyBuckets for the role cart"],
        ),
        ("2d3h", "The role cart has s3:*. The annotation is of this morning.", True, ["Re-create"]),
        ("4m", "I annotated it today.", False, ["Re-create", "Allow s3:ListAllMyBuckets for the role cart"]),
        ("12d", "It has been annotated for weeks.", False, ["Re-create", "Allow s3:ListAllMyBuckets"]),
    ],
    ids=["older", "permitted", "new", "old annotation"],
)
def test_age_of_the_pod(age: str, words: str, titles: list[str], *, is_older: bool) -> None:
    listed = f"NAME READY STATUS RESTARTS AGE\ncart-6d5b7c9f4b-tw8xk   1/1   Running   0   {age}\n"
    annotation = "eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/cart\n"
    denied = _denied_instance("orders-node-group", "s3:ListAllMyBuckets")
    explanation = explain(
        f"{annotation}{listed}\n{words}\n\n{denied}", facts={"namespace": "shop", "service_account": "cart"}
    )
    assert ("because it is older" in explanation.summary) is is_older
    assert len(explanation.remedies) == len(titles)
    assert all(each.title.startswith(title) for each, title in zip(explanation.remedies, titles, strict=True))


def test_role_of_the_pod_gets_one_policy_for_all_denials() -> None:
    """The facts name the pod, so the policy that its new role requires is in the first remedy."""
    text = "\n".join(
        _denied_instance("prod-node", action) for action in ("sqs:ReceiveMessage", "sqs:DeleteMessage")
    )
    facts = {"namespace": "shop", "service_account": "cart", "cluster": "prod", "region": "eu-west-1"}
    explanation = explain(text, facts=facts)
    short = str(explanation)
    assert explanation.remedies[0].policy is not None
    assert "its own role, which allows sqs:DeleteMessage and sqs:ReceiveMessage" in " ".join(short.split())
    assert (
        "create-pod-identity-association --cluster-name prod --namespace shop"
        in explanation.remedies[0].commands[4]
    )
    assert "more denial" not in short


def test_agents_of_nodes_are_daemonsets() -> None:
    facts = {"namespace": "logging", "service_account": "fluent-bit"}
    lines = explain(_denied_instance("prod-node", "logs:PutLogEvents"), facts=facts).remedies[0].commands
    assert "kubectl rollout restart daemonset/fluent-bit --namespace logging" in lines


@check_rows(
    "text",
    [
        _denied_instance("orders-api", "route53:ListHostedZones"),
        _denied_instance("node-api", "route53:ListHostedZones"),  # Node.js
        _denied_instance("jenkins-eks-deployer", "route53:ListHostedZones"),
        _denied_instance("AmazonEKSNodeRole", "route53:ListHostedZones", session="ana"),
        _denied_instance("AmazonEKSNodeRole", "eks:DescribeCluster"),  # a node that starts
        _denied_instance("AmazonEKSNodeRole", "ecr:GetAuthorizationToken", "pod orders: "),  # the kubelet pulls
        _denied_instance("AmazonEKSNodeRole", "ec2:DescribeTags", "nodeadm[7]: "),
        _denied_instance("nodes.orders.example.com", "sts:AssumeRole", "kube2iam: "),  # is made for it
    ],
)  # fmt: skip
def test_calls_of_nodes_are_not_taken_for_pods(text: str) -> None:
    assert "pod-uses-node-role" not in {cause.code for cause in explain(text).causes}


def test_session_is_replaced_by_its_role() -> None:
    """A policy can't be attached to a session, so the command names the role."""
    [command] = explained("identity-implicit-session").remedies[0].commands
    assert "--role-name orders-api" in command
    assert "i-0a1b2c3d4e5f60718" not in command


def test_identity_center_role_is_changed_in_its_permission_set() -> None:
    remedy = explained("identity-implicit-identity-center").remedies[0]
    assert any("permission set Developer" in step for step in remedy.steps)
    assert not any("put-role-policy" in command for command in remedy.commands)


MASKED = {
    "account": ("arn:aws:sts::****:assumed-role/orders-api/i-0a1b2c3d", "the role orders-api", "arn:aws:iam::ACCOUNT_ID:role/orders-api"),
    "account, in words": ("arn:aws:sts::<our account>:assumed-role/orders-api/run", "the role orders-api", "arn:aws:iam::ACCOUNT_ID:role/orders-api"),
    "account, left out": ("arn:aws:iam:::role/team/orders-api", "the role orders-api", "arn:aws:iam::ACCOUNT_ID:role/team/orders-api"),
    "both": ("arn:aws:sts::xxxx:assumed-role/orders-api/xxxx", "the role orders-api", "arn:aws:iam::ACCOUNT_ID:role/orders-api"),
    "session": ("arn:aws:sts::111122223333:assumed-role/orders-api/***", "the role orders-api", "arn:aws:iam::111122223333:role/orders-api"),
    "user": ("arn:aws-cn:iam::[REDACTED]:user/ana", "the user ana", "arn:aws-cn:iam::ACCOUNT_ID:user/ana"),
    "session of Identity Center": (
        "arn:aws:sts::****:assumed-role/AWSReservedSSO_Developer_0123456789abcdef/ana",
        "the Identity Center role AWSReservedSSO_Developer_0123456789abcdef",
        "arn:aws:iam::ACCOUNT_ID:role/PATH/AWSReservedSSO_Developer_0123456789abcdef",
    ),
    "name": ("arn:aws:sts::111122223333:assumed-role/***/run", "the caller", "PRINCIPAL_ARN"),
}  # fmt: skip


_TRUSTS_OTHER = '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/web"}, "Action": "sts:AssumeRole"}]}'


@pytest.mark.parametrize(
    ("action", "resource", "reason", "before", "facts"),
    [
        ("s3:GetObject", "arn:aws:s3:::orders/a", " because no session policy allows the s3:GetObject action", "", {}),
        ("kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/1a2b3c4d-0000-4000-8000-1a2b3c4d5e6f", " because no resource-based policy allows the kms:Decrypt action", "Lambda was unable to decrypt the environment variables because KMS access was denied. KMS Exception: AccessDeniedException KMS Message: ", {}),
        ("sts:AssumeRole", "arn:aws:iam::111122223333:role/bills", "", "", {"trust_policy": _TRUSTS_OTHER}),
    ],
    ids=["session policy", "function", "trust policy"],
)  # fmt: skip
def test_masked_session_has_no_other_name(
    action: str, resource: str, reason: str, before: str, facts: dict[str, str]
) -> None:
    text = f"{before}User: arn:aws:sts::111122223333:assumed-role/orders-api/**** is not authorized to perform: {action} on resource: {resource}{reason}"
    shown = explain(text, facts=facts or None).to_text(detail="full")
    assert "orders-api" in shown
    assert "stand-in" not in shown


@pytest.mark.parametrize(("who", "words", "arn"), MASKED.values(), ids=MASKED)
def test_masked_caller_is_recognized_by_name(who: str, words: str, arn: str) -> None:
    """No placeholder for a masked value gets into commands and policies."""
    said = f"AccessDenied: User: {who} is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::orders-2026/a"
    allow = explain(f"{said} because no identity-based policy allows the s3:GetObject action")
    let_in = explain(f"{said} because no resource-based policy allows the s3:GetObject action")
    assert words in allow.summary.replace("The", "the", 1)
    assert let_in.remedies[0].policy is not None
    assert let_in.remedies[0].policy["Statement"][0]["Principal"] == {"AWS": arn}
    for command in allow.remedies[0].commands:
        if "put-role-policy" in command or "put-user-policy" in command:
            assert ("ROLE_NAME" if words == "the caller" else words.rpartition(" ")[2]) in command
    simulated = [
        command for made in explain(said).remedies for command in made.commands if "simulate" in command
    ]
    assert all(
        f"--policy-source-arn {'PRINCIPAL_ARN' if '111122223333' not in arn else arn}" in command
        for command in simulated
    )
    for shown in (allow, let_in, explain(said)):
        assert "000000000000" not in shown.to_text()
        assert "stand-in" not in shown.to_text()


def test_masked_identity_center_role_is_changed_in_its_permission_set() -> None:
    who, *_ = MASKED["session of Identity Center"]
    remedy = explain(
        f"AccessDenied: User: {who} is not authorized to perform: eks:ListClusters because no identity-based policy allows the eks:ListClusters action"
    ).remedies[0]
    assert any("permission set Developer" in step for step in remedy.steps)
    assert not any("put-role-policy" in command for command in remedy.commands)


def test_account_of_zeros_is_not_a_mask() -> None:
    """Local AWS emulators use it."""
    said = "AccessDenied: User: arn:aws:iam::000000000000:user/ana is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::orders-2026/a because no resource-based policy allows the s3:GetObject action"
    document = explain(said).remedies[0].policy
    assert document is not None
    assert document["Statement"][0]["Principal"] == {"AWS": "arn:aws:iam::000000000000:user/ana"}


def test_service_linked_role_gets_no_policy() -> None:
    explanation = explained("identity-implicit-service-linked")
    assert all(remedy.layer != "identity" for remedy in explanation.remedies)


def test_cross_account_denial_has_remedies_for_both_accounts() -> None:
    explanation = explained("identity-implicit-cross-account")
    assert [remedy.layer for remedy in explanation.remedies] == ["identity", "resource"]
    assert _statement("identity-implicit-cross-account", 1)["Principal"] == {"AWS": USER}


@check_rows(
    ("role", "after", "is_shown"),
    [
        ("orders-cluster", "", False),
        ("orders-cluster", "compute_config { enabled = true }", True),
        ("orders-auto-node", "", True),
        ("*", "", True),
    ],
)
def test_role_of_nodes_that_a_cluster_gets(role: str, after: str, *, is_shown: bool) -> None:
    """Only EKS Auto Mode passes one with CreateCluster."""
    text = f"operation error EKS: CreateCluster, api error AccessDeniedException: User: {USER} is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/{role}\n{after}"
    steps = " ".join(explain(text).remedies[0].steps)
    assert ("EKS Auto Mode" in steps) is is_shown


def test_all_actions_of_the_called_service_do_not_include_pass_role() -> None:
    text = f"operation error EKS: CreateCluster, api error AccessDeniedException: User: {USER} is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/orders"
    for said, is_said in (
        ("We gave it eks:* on *.", True),
        ("We gave it eks:Describe* and iam:*.", False),
        ("We gave it s3:* on *.", False),
        ("", False),
    ):
        shown = " ".join(str(explain(f"{text}\n{said}")).split())
        assert ("eks:* does not include it" in shown) is is_said
        assert is_said or ":* does not include it" not in shown


def test_pass_role_policy_names_role_and_service() -> None:
    assert _statement("pass-role") == {
        "Sid": "IamPassRole",
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": "arn:aws:iam::111122223333:role/eks-cluster",
        "Condition": {"StringEquals": {"iam:PassedToService": "eks.amazonaws.com"}},
    }
    # What the role trusts is checked later.
    assert {each.layer for each in explained("pass-role").remedies} == {"identity"}


def test_unknown_service_is_a_placeholder() -> None:
    condition = _statement("eks-page-pass-role")["Condition"]
    assert condition == {"StringEquals": {"iam:PassedToService": "SERVICE.amazonaws.com"}}


@check_rows(
    ("before", "role", "service", "is_guess"),
    [
        ("Error: Failed to register task definition in ECS: ", "web", "ecs-tasks", False),
        ("Run example/deploy-task-definition@v2\n", "web", "ecs-tasks", False),
        ("Could not create SageMaker training job: ", "train", "sagemaker", False),
        ("Error creating Lambda function: ", "ecsTaskExecutionRole", "lambda", False),
        ("", "ecsTaskExecutionRole", "ecs-tasks", True),
        ("", "service-role/AWSGlueServiceRole-etl", "glue", True),
        ("Our Lambda function says: ", "web", "SERVICE", False),
    ],
)
def test_service_that_receives_a_passed_role(before: str, role: str, service: str, *, is_guess: bool) -> None:
    text = f"{before}User: arn:aws:sts::***:assumed-role/ci/run is not authorized to perform: iam:PassRole on resource: arn:aws:iam::***:role/{role} because no identity-based policy allows the iam:PassRole action"
    remedy = explain(text).remedies[0]
    assert f"'iam:PassedToService': '{service}.amazonaws.com'" in str(remedy.policy)
    steps = " ".join(remedy.steps)
    assert ("most likely" in steps) == is_guess
    assert "The text masks the account ID" in steps


@check_rows(
    ("before", "service"),
    [
        ("Error: creating: operation error CodePipeline: CreatePipeline, https response error StatusCode: 400, RequestID: 1f2e3d4c-5b6a-4789-8a9b-0c1d2e3f4a5b, ", "codepipeline"),
        ("{glue.py:560} INFO - Creating\nAn error occurred (AccessDeniedException) when calling the CreateJob operation: ", "glue"),
        ("Waiting for the AWS Transfer server\nAn error occurred (AccessDeniedException) when calling the CreateUser operation: ", "transfer"),
        ("{emr.py:88} INFO - Started (emr-serverless)\nAn error occurred (AccessDeniedException) when calling the StartJobRun operation: ", "emr-serverless"),
        ("EmrServerlessStartJobOperator\nAn error occurred (AccessDeniedException) when calling the StartJobRun operation: ", "emr-serverless"),
        ("operation error MWAA: CreateEnvironment, https response error StatusCode: 403, ", "airflow"),
        ("operation error Database Migration Service: CreateEndpoint, https response error StatusCode: 403, ", "dms"),
        ("An error occurred (AccessDenied) when calling the CreateReplicationInstance operation: ", "dms"),
        ("An error occurred (AccessDenied) when calling the CreateDBProxy operation: ", "rds"),
        ("An error occurred (AccessDenied) when calling the RestoreDBInstanceFromDBSnapshot operation: ", "rds"),
        ("$ aws rds start-export-task\nAn error occurred (AccessDenied) when calling the StartExportTask operation: ", "export.rds"),
    ],
)  # fmt: skip
def test_called_service_receives_a_passed_role(before: str, service: str) -> None:
    text = f"{before}AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/ci/run is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/web"
    assert f"'iam:PassedToService': '{service}.amazonaws.com'" in str(explain(text).remedies[0].policy)


@check_rows(
    ("call", "role", "services"),
    [
        ("RDS: CreateDBInstance", "orders-rds-monitoring", "monitoring.rds.amazonaws.com"),
        ("RDS: ModifyDBCluster", "rds-enhanced-monitoring", "monitoring.rds.amazonaws.com"),
        ("RDS: CreateDBCluster", "orders", ["monitoring.rds.amazonaws.com", "rds.amazonaws.com"]),
        ("Elastic Beanstalk: CreateEnvironment", "web", ["elasticbeanstalk.amazonaws.com", "ec2.amazonaws.com"]),
    ],
)  # fmt: skip
def test_name_of_the_passed_role_selects_the_recipient(call: str, role: str, services: object) -> None:
    text = f"Error: creating: operation error {call}, https response error StatusCode: 403, AccessDenied: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/{role}"
    document = explain(text).remedies[0].policy
    assert document is not None
    assert document["Statement"][0]["Condition"] == {"StringEquals": {"iam:PassedToService": services}}


def test_host_id_identifies_s3() -> None:
    tail = "status code: 403, request id: 0A1B2C3D4E5F6071"
    named = explain(
        f"AccessDenied: Access Denied\n\t{tail}, host id: h7Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE="
    )
    assert named.topic == "s3-access-denied"
    assert explain(f"AccessDenied: Access Denied\n\t{tail}").topic == "access-denied"


@check_rows(
    ("before", "operation", "role", "words"),
    [
        # The text shows the parameter.
        ("$ aws backup start-backup-job --iam-role-arn {role} --backup-vault-name main", "StartBackupJob", "vault", "in --iam-role-arn."),
        ('  task_execution_role_arn = "{role}"', "RunTask", "app", "in task_execution_role_arn."),
        ('{{"ExecutionRoleArn": "{role}"}}', "CreateFlow", "flows", "in ExecutionRoleArn."),
        # The operation has one, or its name says which.
        ("", "CreateStateMachine", "flows", "in the parameter roleArn."),
        ("", "ModifyDBInstance", "db-monitoring", "in the parameter MonitoringRoleArn."),
        ("", "RegisterTaskDefinition", "app", "the role app to ecs-tasks.amazonaws.com."),
        ("", "RegisterTaskDefinition", "shop-task", "the role shop-task to ecs-tasks.amazonaws.com."),
        ("", "RegisterTaskDefinition", "task-execution", "in the parameter executionRoleArn."),
        # The setting names another role.
        ("--role-arn arn:aws:iam::111122223333:role/other", "CreateStateMachine", "flows", "in the parameter roleArn."),
        ("", "CreateDeliveryStream", "streams", "firehose.amazonaws.com."),
    ],
)  # fmt: skip
def test_parameter_that_passes_the_role(before: str, operation: str, role: str, words: str) -> None:
    arn = f"arn:aws:iam::111122223333:role/{role}"
    text = f"{before.format(role=arn)}\nAn error occurred (AccessDeniedException) when calling the {operation} operation: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: iam:PassRole on resource: {arn} because no identity-based policy allows the iam:PassRole action"
    (cause,) = (cause for cause in explain(text).causes if cause.code == "role-passed-within-call")
    assert words in cause.text


def test_unknown_service_that_gets_the_role_is_no_news() -> None:
    arn = "arn:aws:iam::111122223333:role/flows-in"
    text = f"User: arn:aws:iam::111122223333:user/ana is not authorized to perform: iam:PassRole on resource: {arn} because no identity-based policy allows the iam:PassRole action"
    assert "role-passed-within-call" not in [each.code for each in explain(text).causes]


def test_ec2_has_a_second_name_in_china() -> None:
    text = "An error occurred (UnauthorizedOperation) when calling the RunInstances operation: User: arn:aws-cn:iam::111122223333:user/ana is not authorized to perform: iam:PassRole on resource: arn:aws-cn:iam::111122223333:role/nodes"
    document = explain(text).remedies[0].policy
    assert document is not None
    value = document["Statement"][0]["Condition"]["StringEquals"]["iam:PassedToService"]
    assert value == ["ec2.amazonaws.com", "ec2.amazonaws.com.cn"]


def test_unknown_role_path_is_a_placeholder_in_a_principal() -> None:
    """AWS rejects a resource-based policy that names a role that does not exist."""
    principal = _statement("resource-implicit-identity-center")["Principal"]["AWS"]
    assert principal == "arn:aws:iam::111122223333:role/PATH/AWSReservedSSO_Developer_0123456789abcdef"


def test_other_account_is_asked_for_an_external_id() -> None:
    statement = _statement("assume-role-cross-account", 1)
    assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": "EXTERNAL_ID"}}


def test_session_tags_have_a_statement_of_their_own() -> None:
    """A condition on sts:ExternalId, which sts:AssumeRole may have, never matches sts:TagSession."""
    statement = _statement("session-tags")
    assert statement["Action"] == "sts:TagSession"
    assert "Condition" not in statement
    assert _statement("pod-identity")["Action"] == ["sts:AssumeRole", "sts:TagSession"]


def test_no_allow_if_the_trust_policy_denies() -> None:
    assert [remedy.layer for remedy in explained("trust-policy-checked").remedies] == ["role_trust"]


def test_trust_policy_that_allows_leaves_the_identity_policy() -> None:
    text, _ = BY_NAME["caller-not-trusted"]
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    explanation = explain(text, facts={"trust_policy": trust})
    assert explanation.causes[0].code == "trust-policy-allows"
    assert [remedy.layer for remedy in explanation.remedies] == ["identity"]


def test_web_identity_trust_policy_uses_the_facts() -> None:
    remedies = explained("web-identity-facts").remedies
    document = remedies[0].policy
    assert document is not None
    [statement] = document["Statement"]
    issuer = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
    assert statement["Condition"]["StringEquals"] == {
        f"{issuer}:sub": ["system:serviceaccount:shop:orders", "system:serviceaccount:shop:cart"],
    }


def test_region_of_the_details_is_that_of_the_console_link() -> None:
    commands = [c for r in explained("identity-implicit-authorization-id").remedies for c in r.commands]
    assert any(
        "--authorization-id a1b2c3d4e5f6g7h8i9j0k1l2m --region us-east-1" in command for command in commands
    )


def test_encoded_message_is_decoded_first_and_never_shown() -> None:
    explanation = explained("ec2-encoded")
    assert "decode-authorization-message" in explanation.remedies[0].commands[0]
    for form in (str(explanation), explanation.to_markdown(), explanation.to_html()):
        assert "aB3_dE6fG9" not in form


def test_authorization_details_name_every_policy_type() -> None:
    assert explained("authorization-details").summary.endswith(
        "and no identity-based policy allows it, either."
    )


def test_details_of_another_action_are_ignored() -> None:
    text, facts = BY_NAME["authorization-details"]
    other = text.replace("sqs:SendMessage", "sqs:DeleteQueue")
    assert explain(other, facts=facts).topic != "no-identity-allow"


@pytest.mark.parametrize(
    ("facts", "resource"),
    [({}, "arn:aws:s3:::BUCKET/OBJECT_KEY"), ({"resource": "arn:aws:s3:::orders/1"}, "arn:aws:s3:::orders/1"), ({"region": "cn-north-1"}, "arn:aws-cn:s3:::BUCKET/OBJECT_KEY")],
)  # fmt: skip
def test_facts_replace_what_s3_does_not_state(facts: dict[str, str], resource: str) -> None:
    text, _ = BY_NAME["derived-action"]
    documents = [
        remedy.policy for remedy in explain(text, facts=facts).remedies if remedy.layer == "identity"
    ]
    assert documents
    assert documents[0] is not None
    assert documents[0]["Statement"][0]["Resource"] == resource


@check_rows(
    ("action", "resource", "also"),
    [
        ("ecr:GetAuthorizationToken", "*", ["docker login uses this token: without it, the login fails, too.", "To push and pull images, the caller also needs"]),
        ("ssm:StartSession", "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d4e5f60718", ["on the session document"]),
        ("ecs:ExecuteCommand", "arn:aws:ecs:eu-west-1:111122223333:task/orders/0a1b2c3d", ["ecs:DescribeTasks"]),
        ("s3:ListBucket", "arn:aws:s3:::orders", ["on the bucket's ARN with /*"]),
        ("s3:GetObjectVersion", "arn:aws:s3:::orders/builds/17/a.tgz", ["instead of s3:GetObject, which does not cover it"]),
        ("s3:DeleteObjectVersion", "arn:aws:s3:::orders/a.csv", ["only adds a delete marker"]),
        ("s3:PutObjectAcl", "arn:aws:s3:::orders/a.csv", ["Without the ACL, s3:PutObject is enough."]),
        ("sqs:receivemessage", QUEUE, ["sqs:DeleteMessage"]),
        ("kms:GenerateDataKey", KEY, ["kms:Decrypt on the same key"]),
        ("bedrock:InvokeModel", "arn:aws:bedrock:eu-west-1::foundation-model/example.model-v1", ["the profile's ARN"]),
        ("sqs:SendMessage", QUEUE, []),
    ],
)  # fmt: skip
def test_companion_actions_are_named_but_not_in_the_policy(
    action: str, resource: str, also: list[str]
) -> None:
    """AWS reports one missing action at a time."""
    remedy = explain(
        f"User: {SESSION} is not authorized to perform: {action} on resource: {resource} "
        f"because no identity-based policy allows the {action} action"
    ).remedies[0]
    others = ("The Resource must be *", "The owner of account ")
    attach, *steps = (step for step in remedy.steps if not step.startswith(others))
    assert attach.startswith("Attach the policy to ")
    assert all(part in step for part, step in zip(also, steps, strict=True))
    assert remedy.policy is not None
    [statement] = remedy.policy["Statement"]
    assert statement["Action"].lower() == action.lower()


@pytest.mark.parametrize(
    ("words", "resource"),
    [
        ("Our policy has s3:DeleteObject on the whole bucket.", "arn:aws:s3:::orders/*"),
        ("Our policy allows s3:DeleteObject on arn:aws:s3:::orders/*.", "arn:aws:s3:::orders/*"),
        ("We never had s3:DeleteObject on the whole bucket.", "arn:aws:s3:::orders/a.csv"),
        ("The bucket policy is empty.", "arn:aws:s3:::orders/a.csv"),
    ],
)
def test_versions_of_the_objects_that_are_allowed(words: str, resource: str) -> None:
    action = "s3:DeleteObjectVersion"
    remedy = explain(
        f'{words}\nUser: {SESSION} is not authorized to perform: {action} on resource: "arn:aws:s3:::orders/a.csv" '
        f"because no identity-based policy allows the {action} action"
    ).remedies[0]
    assert remedy.policy is not None
    assert remedy.policy["Statement"][0]["Resource"] == resource


@check_rows(
    ("action", "resource", "actions", "on_all"),
    [
        ("ecr:InitiateLayerUpload", "arn:aws:ecr:eu-west-1:111122223333:repository/cart", 6, "ecr:GetAuthorizationToken"),
        ("ecr:GetDownloadUrlForLayer", "arn:aws:ecr:eu-west-1:111122223333:repository/cart", 2, "ecr:GetAuthorizationToken"),
        ("kinesis:GetRecords", "arn:aws:kinesis:eu-west-1:111122223333:stream/orders", 5, "kinesis:ListStreams"),
        ("logs:PutLogEvents", "arn:aws:logs:eu-west-1:111122223333:log-group:orders:log-stream:1", 2, None),
        ("ecr-public:GetAuthorizationToken", "*", 2, None),
        ("codeartifact:ReadFromRepository", "arn:aws:codeartifact:eu-west-1:111122223333:repository/shop/web", 2, None),
        ("dynamodb:CreateTable", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders-CoordinatorState", 7, None),
        ("dynamodb:Scan", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders-WorkerMetricStats", 7, None),
    ],
)  # fmt: skip
def test_policy_has_what_the_task_of_an_action_requires(
    action: str, resource: str, actions: int, on_all: str | None
) -> None:
    remedy = explain(
        f"User: {SESSION} is not authorized to perform: {action} on resource: {resource} "
        f"because no identity-based policy allows the {action} action"
    ).remedies[0]
    assert any(step.endswith("requires all of these actions.") for step in remedy.steps)
    assert remedy.policy is not None
    statement, *others = remedy.policy["Statement"]
    assert statement["Action"][0] == action
    assert len(statement["Action"]) == actions
    assert statement["Resource"] == resource.replace(":log-stream:1", ":*")
    assert [(each["Action"], each["Resource"]) for each in others] == ([(on_all, "*")] if on_all else [])


@pytest.mark.parametrize(
    ("table", "other"),
    [("CoordinatorState", "WorkerMetricStats"), ("WorkerMetricStats", "CoordinatorState")],
)
def test_other_tables_of_the_kinesis_client_library(table: str, other: str) -> None:
    explanation = explain(
        f"User: {SESSION} is not authorized to perform: dynamodb:CreateTable on resource: "
        f"arn:aws:dynamodb:eu-west-1:111122223333:table/orders-{table} because no identity-based policy allows it"
    )
    steps = " ".join(explanation.remedies[0].steps)
    assert f"this table and orders-{other} beside the lease table" in steps
    assert "dynamodb:UpdateTable on the table orders" in steps


@pytest.mark.parametrize(
    ("command", "actions", "resources"),
    [
        ("", ["codeartifact:GetAuthorizationToken"], ["domain/shop"]),
        (
            "$ aws codeartifact login --tool npm --domain shop --repository web\n",
            ["codeartifact:GetAuthorizationToken", "codeartifact:GetRepositoryEndpoint", "codeartifact:ReadFromRepository"],
            ["domain/shop", "repository/shop/web"],
        ),
    ],
    ids=["denial", "command"],
)  # fmt: skip
def test_login_to_code_artifact_requires_a_token_of_sts(
    command: str, actions: list[str], resources: list[str]
) -> None:
    """The next denials of the same command are those of sts:GetServiceBearerToken and the repository."""
    arn = "arn:aws:codeartifact:eu-west-1:111122223333"
    remedy = explain(
        f"{command}User: {SESSION} is not authorized to perform: codeartifact:GetAuthorizationToken on resource: "
        f"{arn}:domain/shop because no identity-based policy allows the codeartifact:GetAuthorizationToken action"
    ).remedies[0]
    assert remedy.policy is not None
    first, token = remedy.policy["Statement"]
    assert first["Action"] == (actions if command else actions[0])
    assert first["Resource"] == (
        [f"{arn}:{each}" for each in resources] if command else f"{arn}:{resources[0]}"
    )
    assert (token["Action"], token["Resource"]) == ("sts:GetServiceBearerToken", "*")
    assert token["Condition"] == {"StringEquals": {"sts:AWSServiceName": "codeartifact.amazonaws.com"}}
    assert any("codeartifact:ReadFromRepository" in step for step in remedy.steps) is not bool(command)


@pytest.mark.parametrize("service", ["codeartifact", "ecr-public"])
def test_token_is_limited_to_the_service_of_the_command(service: str) -> None:
    remedy = explain(
        f"$ aws {service} get-authorization-token\nUser: {SESSION} is not authorized to perform: sts:GetServiceBearerToken "
        f"on resource: {SESSION} because no identity-based policy allows the sts:GetServiceBearerToken action"
    ).remedies[0]
    assert remedy.policy is not None
    [statement] = remedy.policy["Statement"]
    condition = {"StringEquals": {"sts:AWSServiceName": "codeartifact.amazonaws.com"}}
    assert statement["Resource"] == "*"
    assert statement.get("Condition") == (condition if service == "codeartifact" else None)


@pytest.mark.parametrize(
    ("image", "repository"),
    [
        ("111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/cart:1", "eu-west-1:111122223333:repository/shop/cart"),
        ("cart:1", "REGION:111122223333:repository/REPOSITORY_NAME"),
    ],
)  # fmt: skip
def test_login_for_a_pull_comes_with_the_pull(image: str, repository: str) -> None:
    managed, remedy, *_ = explain(
        f'Failed to pull image "{image}": User: {SESSION} is not authorized to perform: ecr:GetAuthorizationToken on '
        "resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action"
    ).remedies
    assert "AmazonEC2ContainerRegistryPullOnly" in managed.title
    assert remedy.policy is not None
    login, pull = remedy.policy["Statement"]
    assert (login["Action"], login["Resource"]) == ("ecr:GetAuthorizationToken", "*")
    assert pull["Action"] == ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    assert pull["Resource"] == f"arn:aws:ecr:{repository}"


def test_administrator_subscribes_before_a_program_is_allowed_to() -> None:
    """A subscription belongs to the account, and aws-marketplace:Subscribe allows purchases."""
    first, second = explained("bedrock-subscription-unnamed").remedies
    assert first.policy is None
    assert first.who == "account administrator"
    assert _statement("bedrock-subscription-unnamed", 1)["Action"] == "aws-marketplace:ViewSubscriptions"
    assert any("aws-marketplace:Subscribe" in step for step in second.steps)


def test_other_marketplace_products_are_not_models() -> None:
    text = f"User: {USER} is not authorized to perform: aws-marketplace:Subscribe on resource: * because no identity-based policy allows the aws-marketplace:Subscribe action"
    assert explain(text).topic == "no-identity-allow"


def test_trust_policy_uses_the_claims_of_an_identity_pool_token() -> None:
    name = "cognito-identity.amazonaws.com"
    assert _statement("identity-pool-token-claims")["Condition"] == {
        "StringEquals": {f"{name}:aud": "eu-west-1:1a2b3c4d-0000-4000-8000-1234567890ab"},
        "ForAnyValue:StringLike": {f"{name}:amr": "unauthenticated"},
    }
    assert _statement("guest-or-signed-in")["Condition"]["StringEquals"] == {
        f"{name}:aud": "IDENTITY_POOL_ID"
    }


def test_permission_of_an_execution_role_is_not_granted_to_the_caller() -> None:
    remedy = explained("execution-role").remedies[0]
    assert remedy.title == "Allow the function's execution role to read the event source"
    assert policy_for(scan(BY_NAME["execution-role"][0]))["Statement"] == []


def test_repository_policy_names_no_resource() -> None:
    """ECR rejected such policies for years, and the policy belongs to one repository anyway."""
    remedy = explained("ecr-pull-cross-account").remedies[0]
    assert _statement("ecr-pull-cross-account") == {
        "Sid": "EcrBatchGetImage",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/orders-api"},
        "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    }
    assert all("--repository-name shop/cart " in command for command in remedy.commands[:2])


@check_rows(
    ("action", "resource", "without_policy", "together"),
    [
        ("ecr:PutImage", "ecr:eu-west-1:444455556666:repository/shop/cart", "because the repository has no", 6),
        ("ecr:BatchGetImage", "ecr:eu-west-1:444455556666:repository/shop/cart", "because the repository has no", 2),
        ("dynamodb:GetItem", "dynamodb:eu-west-1:444455556666:table/carts", "because the table has no", 1),
        ("secretsmanager:GetSecretValue", "secretsmanager:eu-west-1:444455556666:secret:cart-AbCdEf", "contains None, the secret has", 1),
        ("events:PutEvents", "events:eu-west-1:444455556666:event-bus/central", "contains None, the event bus has", 1),
        ("glue:GetTable", "glue:eu-west-1:444455556666:table/sales/orders", "because the Data Catalog has", 1),
        # The policy of an access point is not that of the bucket, and each key has a policy.
        ("s3:GetObject", "s3:eu-west-1:444455556666:accesspoint/carts/object/a", None, 1),
        ("kms:Decrypt", "kms:eu-west-1:444455556666:key/1a2b3c4d-5e6f-7081-92a3-b4c5d6e7f809", None, 1),
    ],
)  # fmt: skip
def test_resource_without_a_policy(
    action: str, resource: str, without_policy: str | None, together: int
) -> None:
    """The command that reads the policy fails then, and the owner of the resource adds all that a task requires."""
    text = f"User: arn:aws:sts::111122223333:assumed-role/app/run is not authorized to perform: {action} on resource: arn:aws:{resource} because no resource-based policy allows the {action} action"
    remedy = explain(text).remedies[0]
    shown = " ".join(remedy.steps)
    assert ("has no policy yet" in shown) is (without_policy is not None)
    assert (without_policy or "") in shown
    assert remedy.policy is not None
    actions = remedy.policy["Statement"][0]["Action"]
    assert (1 if isinstance(actions, str) else len(actions)) == together


# ------------------------------------------------------------------------------ policies for many


def _denied(action: str, resource: str, why: str = "") -> str:
    return f"User: {SESSION} is not authorized to perform: {action} on resource: {resource}{why}\n\nnext\n\n"


def test_policy_omits_what_an_allow_cannot_grant() -> None:
    text = "".join(
        (
            _denied("sqs:SendMessage", QUEUE),
            _denied("sqs:DeleteQueue", QUEUE, " with an explicit deny"),
            _denied(
                "sqs:PurgeQueue", QUEUE, " because no permissions boundary allows the sqs:PurgeQueue action"
            ),
            _denied(
                "sqs:GetQueueUrl",
                QUEUE,
                " because no resource-based policy allows the sqs:GetQueueUrl action",
            ),
            "User: anonymous is not authorized to perform: es:ESHttpGet\n\nnext\n\n",
            "User: arn:aws:iam::111122223333:root is not authorized to perform: sqs:ListQueues\n\nnext\n\n",
            _denied("iam:PassRole", "arn:aws:iam::444455556666:role/other"),
            "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity\n\nnext\n\n",
            "An error occurred (Throttling) when calling the ListRoles operation: Rate exceeded\n",
        )
    )
    [policy] = policies_by_principal(scan(text)).values()
    assert [statement["Action"] for statement in policy["Statement"]] == ["sqs:SendMessage"]


_USER = "arn:aws:iam::111122223333:user/ana"
_ROLE = "arn:aws:iam::111122223333:role/orders-api"


def _denied_to(principal: str, action: str) -> str:
    return f"User: {principal} is not authorized to perform: {action} on resource: {QUEUE}\n\nnext\n\n"


def test_several_principals_have_no_common_policy() -> None:
    """The report writer must not get what only the cleaner needs."""
    text = _denied_to(SESSION, "sqs:SendMessage") + _denied_to(_USER, "sqs:DeleteQueue")
    for build in (policy_for, policies_for):
        with pytest.raises(
            PolicyError, match=r"several principals were denied.*orders-api.*user/ana"
        ) as caught:
            build(scan(text))
        assert caught.value.principals == (_ROLE, _USER)
        assert pickle.loads(pickle.dumps(caught.value)).principals == (_ROLE, _USER)
        with pytest.raises(PolicyError, match=r"unknown principal .*user/bob") as caught:
            build(scan(text), principal="arn:aws:iam::111122223333:user/bob")
        assert caught.value.principals == (_ROLE, _USER)
        with pytest.raises(TypeError, match="principal must be a string, not int"):
            build(scan(text), principal=1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "principal", [SESSION, _ROLE, "arn:aws:iam::111122223333:role/team/orders-api", f"{SESSION}-2"]
)
def test_a_session_counts_as_its_role(principal: str) -> None:
    text = _denied_to(SESSION, "sqs:SendMessage") + _denied_to(_USER, "sqs:DeleteQueue")
    text += _denied_to(f"{SESSION}-2", "sqs:ReceiveMessage")
    [statement] = policy_for(scan(text), principal=principal)["Statement"]
    assert statement["Action"] == ["sqs:ReceiveMessage", "sqs:SendMessage"]
    policies = policies_by_principal(scan(text))
    assert list(policies) == [_ROLE, _USER]
    assert policies[_ROLE]["Statement"] == [statement]
    assert policies[_USER]["Statement"][0]["Action"] == "sqs:DeleteQueue"


def test_denials_that_name_no_principal() -> None:
    unnamed = f"User is not authorized to perform: sqs:PurgeQueue on resource: {QUEUE}\n\nnext\n\n"
    one, two = _denied_to(_USER, "sqs:DeleteQueue"), _denied_to(SESSION, "sqs:SendMessage")
    assert list(policies_by_principal(scan(unnamed))) == [""]
    assert policies_by_principal(scan(unnamed + one)) == {_USER: policy_for(scan(one + unnamed))}
    assert "sqs:PurgeQueue" in str(policy_for(scan(one + unnamed)))
    assert list(policies_by_principal(scan(unnamed + one + two))) == [_USER, _ROLE, ""]
    assert "sqs:PurgeQueue" not in str(policy_for(scan(unnamed + one + two), principal=_USER))


def test_equal_resources_share_a_statement() -> None:
    text = "".join(
        _denied(action, QUEUE) for action in ("sqs:SendMessage", "sqs:ReceiveMessage", "SQS:sendmessage")
    )
    text += _denied("eks:DescribeCluster", CLUSTER) + _denied("kms:Decrypt", KEY)
    assert policy_for(scan(text)) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "EksDescribeCluster",
                "Effect": "Allow",
                "Action": "eks:DescribeCluster",
                "Resource": CLUSTER,
            },
            {"Sid": "KmsDecrypt", "Effect": "Allow", "Action": "kms:Decrypt", "Resource": KEY},
            {
                "Sid": "Sqs",
                "Effect": "Allow",
                "Action": ["sqs:ReceiveMessage", "sqs:SendMessage"],
                "Resource": QUEUE,
            },
        ],
    }


def test_passed_role_keeps_its_condition() -> None:
    text = "An error occurred (AccessDeniedException) when calling the CreateFunction operation: " + _denied(
        "iam:PassRole", "arn:aws:iam::111122223333:role/job"
    )
    [statement] = policy_for(scan(text))["Statement"]
    assert "iam:PassedToService" in statement["Condition"]["StringEquals"]


def test_large_policy_is_split() -> None:
    failures = list(
        scan("".join(_denied("sqs:SendMessage", f"{QUEUE}-{number:04}") for number in range(400)))
    )
    assert len(failures) == 400
    parts = policies_for(failures)
    assert len(parts) > 1
    resources: list[str] = []
    for part in parts:
        for statement in part["Statement"]:
            named = statement["Resource"]
            resources += named if isinstance(named, list) else [named]
    assert sorted(resources) == sorted({failure.resource for failure in failures if failure.resource})
    [whole] = policy_for(failures)["Statement"]
    assert whole["Resource"] == sorted(resources)


def test_limit_that_is_too_small_is_rejected() -> None:
    with pytest.raises(ValueError, match="256"):
        policies_for([], limit=100)


# --------------------------------------------------------------------------------------- commands

HOSTILE = (
    "; touch pwned", "$(touch pwned)", "`touch pwned`", "' ; touch pwned ; '", '" ; touch pwned ; "', "a\ntouch pwned", "a | touch pwned", "> pwned",
    "--output=text", "-x", "file:///etc/passwd", "*", "~", "a b", "\u2028", "\x85", "\x1b[31m", "\ud800", "\x7f\x00", "..", "{{x}}",
)  # fmt: skip
names = st.one_of(
    st.sampled_from(HOSTILE), st.text(max_size=20), st.sampled_from(("orders", "app", "prod/db"))
)
whos = st.one_of(
    names,
    names.map("arn:aws:iam::111122223333:user/{}".format),
    names.map("arn:aws:sts::111122223333:assumed-role/{}/run".format),
    st.sampled_from((USER, SESSION, SSO, "anonymous", "glue.amazonaws.com")),
)
whats = st.one_of(
    st.none(),
    names,
    names.map("arn:aws:s3:::{}/key".format),
    names.map("arn:aws:eks:eu-west-1:111122223333:cluster/{}".format),
    names.map("arn:aws:iam::444455556666:role/{}".format),
    names.map("arn:aws:kms:eu-west-1:111122223333:key/{}".format),
)
actions = st.one_of(
    st.none(),
    names,
    st.sampled_from(
        (
            "s3:GetObject",
            "eks:DescribeCluster",
            "iam:PassRole",
            "sts:AssumeRole",
            "sts:TagSession",
            "kms:Decrypt",
            "lambda:InvokeFunction",
            "sqs:SendMessage",
        )
    ),
)
operations = st.one_of(names, st.sampled_from(("GetObject", "HeadObject", "RunInstances", "CreateCluster")))
layers = st.sampled_from(
    (
        None,
        "identity",
        "resource",
        "permissions_boundary",
        "session",
        "service_control",
        "resource_control",
        "vpc_endpoint",
        "role_trust",
    )
)
denials = st.builds(
    AccessDenied,
    envelope=st.builds(
        Envelope,
        code=st.sampled_from(
            (None, "AccessDenied", "403", "UnauthorizedOperation", "KMSAccessDeniedException")
        ),
        operation=st.none() | operations,
        service=st.none() | names,
    ),
    text=names,
    principal=st.none() | whos,
    action=actions,
    resource=whats,
    deny=st.sampled_from((None, "explicit", "implicit")),
    policy_type=layers,
    policy_arn=st.none()
    | names
    | names.map("arn:aws:organizations::444455556666:policy/o-a1/service_control_policy/{}".format),
    authorization_id=st.none() | names,
    encoded_message=st.none() | names,
    reason=st.none() | names,
)
facts = st.fixed_dictionaries(
    {},
    optional={
        "cluster": names,
        "region": names | st.just("eu-west-1"),
        "namespace": names,
        "service_account": names,
        "caller": whos,
        "service": names,
        "resource": names,
        "token_claims": st.fixed_dictionaries({"iss": names, "sub": names}),
    },
)
tried = cache(arguments_of)


def _check(remedy: Remedy) -> None:
    for command in remedy.commands:
        assert "\n" not in command
        assert command.isprintable(), command
        if command.startswith("cp "):
            continue
        # The printers print no variables to evaluate.
        plain = command.removeprefix("eval ")
        for program, *words in tried(plain.split(" > ")[0] if plain == command else f": {plain}"):
            assert program in PROGRAMS, command
            assert "touch pwned" not in " ".join(words), command
            if program == "aws":
                check_call(words)


@given(denials, facts)
def test_commands_run_only_what_they_name(failure: AccessDenied, given_facts: dict[str, Any]) -> None:
    """Whatever the denial and the facts contain, each command is one valid call of a program."""
    for remedy in explain(failure, facts=given_facts).remedies:
        _check(remedy)


@pytest.mark.unmeasured
@check_rows("name", BY_NAME)
def test_commands_of_the_golden_cases_are_valid(name: str) -> None:
    for remedy in explained(name).remedies:
        _check(remedy)


def test_assume_role_that_an_identity_policy_denies() -> None:
    """The trust policy is not the reason, and an Allow is not what is missing."""
    explanation = explain(
        "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sts:AssumeRole on resource: "
        "arn:aws:iam::444455556666:role/reader with an explicit deny in an identity-based policy: "
        "arn:aws:iam::111122223333:policy/ForceMFA"
    )
    assert [cause.code for cause in explanation.causes] == ["identity-deny"]
    assert any("aws sts assume-role" in line for line in explanation.remedies[0].commands)


def test_supplied_trust_policy_with_another_action_is_the_only_cause() -> None:
    """That the token does not match is not said of a policy that never allows the call."""
    issuer = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{issuer}"},
        "Action": "sts:AssumeRole",
    }
    explanation = explain(
        "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity",
        facts={
            "trust_policy": {"Version": "2012-10-17", "Statement": [statement]},
            "token_claims": {
                "iss": f"https://{issuer}",
                "sub": "system:serviceaccount:a:b",
                "aud": "sts.amazonaws.com",
            },
        },
    )
    assert [cause.evidence for cause in explanation.causes] == ["supplied"]


ATTACHED = "LimitExceeded: Cannot exceed quota for PoliciesPerRole: 10"
LIMIT = "Cannot exceed quota for PoliciesPerRole: 10 (Service: Iam, Status Code: 409)"


@pytest.mark.parametrize(
    ("action", "resource", "is_narrow"),
    [
        ("iam:CreatePolicyVersion", "policy arn:aws:iam::111122223333:policy/apps/cart", True),
        ("iam:AttachRolePolicy", "role cart", True),
        ("iam:GetPolicy", "policy arn:aws:iam::111122223333:policy/apps/cart", False),
        ("s3:PutBucketPolicy", '"arn:aws:s3:::carts"', False),
    ],
)
def test_actions_that_change_permissions_stay_narrow(action: str, resource: str, *, is_narrow: bool) -> None:
    """The ARN after a type is the resource, and an action of IAM that changes permissions keeps it."""
    text = f"User: arn:aws:iam::111122223333:user/kim is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action"
    shown = str(explain(text))
    assert (f"Whoever has {action}" in shown) == is_narrow
    assert resource.strip('"').rpartition(" ")[2] in shown


_READ = "arn:aws:iam::111122223333:policy/cart-read"


@check_rows(
    ("before", "action", "is_limited"),
    [
        (f"$ aws iam attach-role-policy --role-name cart --policy-arn {_READ}", "iam:AttachRolePolicy", True),
        (f"Error: attaching IAM Policy ({_READ}) to IAM Role (cart): AccessDenied", "iam:AttachRolePolicy", True),
        (f'iam.detach_role_policy(RoleName="cart", PolicyArn="{_READ}")', "iam:DetachRolePolicy", True),
        (f'resource "aws_iam_role_policy_attachment" "a" {{\n  policy_arn = "{_READ}"\n}}', "iam:AttachRolePolicy", True),
        (f'{{"requestParameters": {{"policyArn": "{_READ}"}}}}', "iam:AttachRolePolicy", True),
        # Policies that the role has, several policies, and another action.
        (f'$ aws iam list-attached-role-policies --role-name cart\n{{"AttachedPolicies": [{{"PolicyArn": "{_READ}"}}]}}', "iam:AttachRolePolicy", False),
        (f"$ aws iam attach-role-policy --role-name cart --policy-arn {_READ}\n$ aws iam attach-role-policy --role-name cart --policy-arn {_READ}-2", "iam:AttachRolePolicy", False),
        (f"$ aws iam put-role-policy --role-name cart --policy-arn {_READ}", "iam:PutRolePolicy", False),
        ("", "iam:AttachRolePolicy", False),
    ],
)  # fmt: skip
def test_allow_to_attach_only_the_policy_of_the_call(before: str, action: str, *, is_limited: bool) -> None:
    text = f"{before}\nUser: arn:aws:iam::111122223333:user/kim is not authorized to perform: {action} on resource: role cart because no identity-based policy allows the {action} action"
    remedy = explain(text).remedies[0]
    (statement,) = (remedy.policy or {})["Statement"]
    assert statement.get("Condition") == ({"ArnEquals": {"iam:PolicyARN": _READ}} if is_limited else None)
    assert ("the Condition allows only the policy of this call" in " ".join(remedy.steps)) is is_limited


@pytest.mark.parametrize(
    ("attached", "is_of_group"), [("", True), ("policy/Other", True), ("policy/NoDeletes", False)]
)
def test_policy_of_a_group_denies(attached: str, *, is_of_group: bool) -> None:
    """A list of the user's own policies shows whether the denying policy is one of them."""
    arn = "arn:aws:iam::111122223333"
    listed = (
        f'{{"AttachedPolicies": [{{"PolicyArn": "{arn}:{attached}"}}]}}'
        if attached
        else '{"AttachedPolicies": []}'
    )
    text = f"User: {arn}:user/kim is not authorized to perform: sqs:DeleteQueue on resource: arn:aws:sqs:eu-west-1:111122223333:jobs with an explicit deny in an identity-based policy: {arn}:policy/NoDeletes\n\n$ aws iam list-attached-user-policies --user-name kim\n{listed}\n"
    shown = explain(text).to_text(detail="full")
    assert ("a group of the user has it" in " ".join(shown.split())) == is_of_group
    assert f"detach-{'group' if is_of_group else 'user'}-policy --" in shown


@pytest.mark.parametrize(
    ("groups", "name"),
    [
        ("aws iam list-groups-for-user --user-name kim\n" + '{"Groups": [{"Path": "/", "GroupName": "ops", "Arn": "arn:aws:iam::111122223333:group/ops"}]}', "ops"),
        ("aws iam list-groups-for-user --user-name kim --query 'Groups[].GroupName' --output text\nops", "ops"),
        # Several groups, a part of the list, another user, and no group.
        ("aws iam list-groups-for-user --user-name kim --query 'Groups[].GroupName' --output text\nops\tdev", "GROUP_NAME"),
        ("aws iam list-groups-for-user --user-name kim --query 'Groups[0].GroupName' --output text\nops", "GROUP_NAME"),
        ("aws iam list-groups-for-user --user-name ana\n" + '{"Groups": [{"GroupName": "ops"}]}', "GROUP_NAME"),
        ("aws iam list-groups-for-user --user-name kim\n" + '{"Groups": []}', "GROUP_NAME"),
    ],
)  # fmt: skip
def test_only_group_has_the_policy(groups: str, name: str) -> None:
    arn = "arn:aws:iam::111122223333"
    text = f'User: {arn}:user/kim is not authorized to perform: sqs:DeleteQueue on resource: arn:aws:sqs:eu-west-1:111122223333:jobs with an explicit deny in an identity-based policy: {arn}:policy/NoDeletes\n\n$ aws iam list-attached-user-policies --user-name kim\n{{"AttachedPolicies": []}}\n$ {groups}\n'
    shown = " ".join(explain(text).to_text().split())
    assert f"detach-group-policy --group-name {name} " in shown
    assert ("through ops, the only group in the list" in shown) is (name == "ops")


@check_rows(
    ("asked", "title", "profile"),
    [
        ("--authorization-id 5t7p2k9d0x4m1z8w5r3t6y0u2 --region eu-west-3 --profile audit", "Get all details within 24 hours in us-east-1, not in eu-west-3 (ResourceNotFoundException is due to the Region; IAM also records them with a delay)", " --profile audit"),
        ("--authorization-id 5t7p2k9d0x4m1z8w5r3t6y0u2 --profile=audit --region us-east-1", "Get all details within 24 hours (ResourceNotFoundException is most likely due to the delay with which IAM records them: wait a minute)", " --profile audit"),
        ("--authorization-id 5t7p2k9d0x4m1z8w5r3t6y0u2 --region us-east-1\n$ aws s3 ls --profile audit", "Get all details within 24 hours (ResourceNotFoundException is most likely due to the delay with which IAM records them: wait a minute)", ""),
        ("--authorization-id 8k2p7k9d0x4m1z8w5r3t6y0u2 --region eu-west-3 --profile audit", "Get all details within 24 hours (requires", ""),
        ("--authorization-id 5t7p2k9d0x4m1z8w5r3t6y0u2", "Get all details within 24 hours (requires", ""),
    ],
)  # fmt: skip
def test_details_that_were_requested_in_another_region(asked: str, title: str, profile: str) -> None:
    text = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::111122223333:user/x because no identity-based policy allows the iam:CreateUser action. Go to https://us-east-1.console.aws.amazon.com/iam/home?region=us-east-1#/authorization-details/5t7p2k9d0x4m1z8w5r3t6y0u2 for complete details, or call the GetRequestAuthorizationDetails API with the following authorization id: 5t7p2k9d0x4m1z8w5r3t6y0u2"
    missing = "An error occurred (ResourceNotFoundException) when calling the GetRequestAuthorizationDetails operation: The requested authorization details do not exist in this region or have expired."
    shown = f"{text}\n\n$ aws iam-toolbox get-request-authorization-details {asked}\n\n{missing}"
    explanation = explain(shown)
    found = next(each for each in explanation.remedies if each.title.startswith(title))
    assert found.commands[0].endswith(f" --region us-east-1{profile}")
    # The same look-up is not explained a second time.
    assert "IAM has no authorization details" not in str(explanation)
