"""Generate failures as services, SDKs, tools and logs print them, with their records.

A ``Message`` is what a service returns. An envelope turns it into a ``Case``: the text that an SDK or tool prints,
and the record that the text states. A log shape or line wrap rewrites a text and adds no facts. All IDs and names
are made up.
"""

from __future__ import annotations

import html
import json
import string
import textwrap
from typing import TYPE_CHECKING, TypeAlias, cast

import attrs
from hypothesis import strategies as st

from iamtriage.typing import Record

if TYPE_CHECKING:
    from collections.abc import Callable

Facts: TypeAlias = dict[str, str | int | None]
KEYS = tuple(Record.__annotations__)


def record_of(facts: Facts) -> Record:
    """Return the complete record with these facts, and ``None`` for every other key."""
    wrong = facts.keys() - set(KEYS)
    assert not wrong, wrong
    return cast("Record", {key: facts.get(key) for key in KEYS})


@attrs.frozen
class Sdk:
    """The names of a service in SDKs."""

    prefix: str
    go: str
    java1: str
    java2: str
    name: str


SDKS = {
    sdk.prefix: sdk
    for sdk in (
        Sdk("eks", "EKS", "AmazonEKS", "Eks", "EKS"),
        Sdk("s3", "S3", "Amazon S3", "S3", "S3"),
        Sdk("ec2", "EC2", "AmazonEC2", "Ec2", "EC2"),
        Sdk("iam", "IAM", "AmazonIdentityManagement", "Iam", "IAM"),
        Sdk("sts", "STS", "AWSSecurityTokenService", "Sts", "STS"),
        Sdk("sqs", "SQS", "AmazonSQS", "Sqs", "SQS"),
        Sdk("dynamodb", "DynamoDB", "AmazonDynamoDBv2", "DynamoDb", "DynamoDB"),
        Sdk("secretsmanager", "Secrets Manager", "AWSSecretsManager", "SecretsManager", "SecretsManager"),
        Sdk("kms", "KMS", "AWSKMS", "Kms", "KMS"),
        Sdk("lambda", "Lambda", "AWSLambda", "Lambda", "Lambda"),
        Sdk("ecr", "ECR", "AmazonECR", "Ecr", "ECR"),
        Sdk("ssm", "SSM", "AWSSimpleSystemsManagement", "Ssm", "SSM"),
    )
}


@attrs.frozen
class Message:
    """A message of a service: its text and facts, and the call and code that it belongs to."""

    text: str
    facts: Facts
    code: str
    operation: str
    service: str

    @property
    def sdk(self) -> Sdk:
        return SDKS[self.service]


@attrs.frozen
class Case:
    """A text and its facts; ``plain`` if it has no escapes, so that every value has a span."""

    text: str
    facts: Facts
    plain: bool = True

    @property
    def record(self) -> Record:
        return record_of(self.facts)


# ------------------------------------------------------------------------------------------- values

REGIONS = {
    "aws": ("eu-west-1", "us-east-1", "ap-southeast-2", "mx-central-1"),
    "aws-cn": ("cn-north-1", "cn-northwest-1"),
    "aws-us-gov": ("us-gov-west-1", "us-gov-east-1"),
    "aws-iso": ("us-iso-east-1",),
    "aws-iso-b": ("us-isob-east-1",),
    "aws-iso-e": ("eu-isoe-west-1",),
    "aws-iso-f": ("us-isof-south-1",),
    "aws-eusc": ("eusc-de-east-1",),
}
partitions = st.sampled_from(tuple(REGIONS))
accounts = st.text(string.digits, min_size=12, max_size=12)
# No vowels: at the end of a broken line, the end of a name could not be distinguished from a word of the sentence
# such as "on" or "is".
_CONSONANTS = "".join(c for c in string.ascii_letters if c.lower() not in "aeiou")
_LETTERS = _CONSONANTS + string.digits


def _name(inner: str, least: int = 1, most: int = 24) -> st.SearchStrategy[str]:
    """Names that end with a letter or digit, since a dot or comma could be of the sentence."""
    return st.builds(
        "".join,
        st.tuples(
            st.sampled_from(_CONSONANTS),
            st.text(_LETTERS + inner, min_size=max(0, least - 2), max_size=most - 2),
            st.sampled_from(_LETTERS),
        ),
    )


iam_names = st.one_of(
    st.sampled_from(
        (
            "deploy",
            "app-server",
            "ci.runner",
            "eksctl-demo-NodeInstanceRole-4XK2",
            "AWSReservedSSO_ReadOnly_0f1e2d3c4b5a6978",
        )
    ),
    _name("-_+=,.@"),
)
session_names = st.one_of(
    st.sampled_from(
        (
            "i-0a1b2c3d4e5f60718",
            "botocore-session-1700000000",
            "ana@example.com",
            "GitHubActions",
            "1735689600123456789",
        )
    ),
    _name("-_+=,.@", least=2),
)
plain_names = st.one_of(st.sampled_from(("orders", "billing-queue", "prod", "web")), _name("-_"))
request_ids = st.uuids(version=4).map(str)
s3_request_ids = st.text(string.ascii_uppercase + string.digits, min_size=16, max_size=16)
host_ids = st.text(_LETTERS + "+/", min_size=40, max_size=74).map(lambda body: f"h7{body}Q=")
blobs = st.text(_LETTERS + "-_", min_size=60, max_size=400).map(lambda body: f"aB3{body}9Zq")
authorization_ids = st.text(_CONSONANTS.lower() + string.digits, min_size=24, max_size=26)

_ACTIONS = (
    ("eks", "DescribeCluster"),
    ("eks", "ListClusters"),
    ("s3", "PutObject"),
    ("s3", "ListBucket"),
    ("ec2", "RunInstances"),
    ("ec2", "DescribeInstances"),
    ("iam", "PassRole"),
    ("iam", "CreateRole"),
    ("iam", "GetUser"),
    ("sts", "AssumeRole"),
    ("sts", "TagSession"),
    ("sqs", "SendMessage"),
    ("dynamodb", "GetItem"),
    ("secretsmanager", "GetSecretValue"),
    ("kms", "Decrypt"),
    ("lambda", "InvokeFunction"),
    ("ecr", "GetAuthorizationToken"),
    ("ssm", "GetParameter"),
)
_DENIED_CODES = (
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "AuthorizationErrorException",
    "KMSAccessDeniedException",
)


@st.composite
def principals(draw: st.DrawFn) -> tuple[str, str, str | None]:
    """Principals: the text in the sentence, the value, the account ID."""
    partition, account = draw(partitions), draw(accounts)
    name = draw(iam_names)
    path = draw(st.sampled_from(("", "", "team/", "a/b-c/")))
    arn = {
        "user": f"arn:{partition}:iam::{account}:user/{path}{name}",
        "session": f"arn:{partition}:sts::{account}:assumed-role/{name}/{draw(session_names)}",
        "role": f"arn:{partition}:iam::{account}:role/{path}{name}",
        "federated": f"arn:{partition}:sts::{account}:federated-user/{name}",
        "root": f"arn:{partition}:iam::{account}:root",
    }
    kind = draw(
        st.sampled_from(("user", "session", "session", "role", "federated", "root", "anonymous", "service"))
    )
    if kind == "anonymous":
        return "User: anonymous", "anonymous", None
    if kind == "service":
        host = f"{draw(st.sampled_from(('glue', 'events', 'backup', 'delivery.logs')))}.amazonaws.com"
        return f"Service Principal: {host}", host, None
    return f"User: {arn[kind]}", arn[kind], account


@st.composite
def resource_arns(draw: st.DrawFn) -> str:
    partition = draw(partitions)
    region, account, name = draw(st.sampled_from(REGIONS[partition])), draw(accounts), draw(plain_names)
    return draw(
        st.sampled_from(
            (
                f"arn:{partition}:eks:{region}:{account}:cluster/{name}",
                f"arn:{partition}:s3:::{name.lower()}/logs/{name}.json",
                f"arn:{partition}:s3:::{name.lower()}",
                f"arn:{partition}:iam::{account}:role/{name}",
                f"arn:{partition}:sqs:{region}:{account}:{name}",
                f"arn:{partition}:ec2:{region}:{account}:instance/*",
                f"arn:{partition}:dynamodb:{region}:{account}:table/{name}/index/by-day",
                f"arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-a1B2c3",
                f"arn:{partition}:lambda:{region}:{account}:function:{name}:live",
                f"arn:{partition}:ssm:{region}:{account}:parameter/{name}/db",
                f"arn:{partition}:kms:{region}:{account}:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
            )
        )
    )


@st.composite
def resources(draw: st.DrawFn) -> tuple[str, str] | None:
    """Resources: the text in the sentence and the value, or ``None`` if the sentence names none."""
    arn, name = draw(resource_arns()), draw(plain_names)
    return draw(
        st.sampled_from(
            (
                None,
                (arn, arn),
                (arn, arn),
                (f'"{arn}"', arn),
                ("*", "*"),
                (f"role {name}", f"role {name}"),
                (f"user {name}", f"user {name}"),
                (f"/{name}/db-password", f"/{name}/db-password"),
                (name, name),
            )
        )
    )


POLICY_TYPES = {
    "identity": ("an", "identity-based policy"),
    "resource": ("a", "resource-based policy"),
    "permissions_boundary": ("a", "permissions boundary"),
    "session": ("a", "session policy"),
    "service_control": ("a", "service control policy"),
    "resource_control": ("a", "resource control policy"),
    "vpc_endpoint": ("a", "VPC endpoint policy"),
    "role_trust": ("the", "role trust policy"),
}
_WITH_ARN = frozenset({"identity", "permissions_boundary", "session", "service_control", "resource_control"})


@st.composite
def reasons(draw: st.DrawFn, action: str) -> tuple[str, Facts]:
    """Reasons: the clause and its facts."""
    kind = draw(st.sampled_from(("none", "implicit", "explicit", "explicit", "unsaid")))
    if kind == "none":
        return "", {}
    if kind == "unsaid":
        return " with an explicit deny", {"deny": "explicit"}
    name = draw(st.sampled_from(tuple(POLICY_TYPES)))
    article, words = POLICY_TYPES[name]
    if kind == "implicit":
        return f" because no {words} allows the {action} action", {"deny": "implicit", "policy_type": name}
    clause, facts = (
        f" with an explicit deny in {article} {words}",
        Facts({"deny": "explicit", "policy_type": name}),
    )
    if name in _WITH_ARN and draw(st.booleans()):
        partition, account, policy = draw(partitions), draw(accounts), draw(_name("-_"))
        if name in {"service_control", "resource_control"}:
            arn = f"arn:{partition}:organizations::{account}:policy/o-a1b2c3d4e5/{name}_policy/p-{draw(st.text('abcdef0123456789', min_size=8, max_size=8))}"
        else:
            arn = f"arn:{partition}:iam::{draw(st.sampled_from((account, 'aws')))}:policy/{draw(st.sampled_from(('', 'team/')))}{policy}"
        return f"{clause}: {arn}", {**facts, "policy_arn": arn}
    return clause, facts


@st.composite
def endings(draw: st.DrawFn, service: str) -> tuple[str, Facts]:
    """Text after the sentence, and its facts."""
    kinds = ["", "", ".", "authorization id"] + ["encoded"] * (service == "ec2")
    kind = draw(st.sampled_from(kinds))
    if kind == "encoded":
        blob = draw(blobs)
        return f". Encoded authorization failure message: {blob}", {"encoded_message": blob}
    if kind == "authorization id":
        region, value = draw(st.sampled_from(REGIONS["aws"])), draw(authorization_ids)
        page = (
            f"https://{region}.console.aws.amazon.com/iam/home?region={region}#/authorization-details/{value}"
        )
        call = f"call the GetRequestAuthorizationDetails API with the following authorization id: {value}"
        return f". Go to {page} for complete details, or {call}", {"authorization_id": value}
    return kind, {}


@st.composite
def denials(draw: st.DrawFn) -> Message:
    """The standard denial in all its forms."""
    who, principal, account = draw(principals())
    service, name = draw(st.sampled_from(_ACTIONS))
    action = f"{service}:{name}"
    resource = draw(resources())
    why, why_facts = draw(reasons(action))
    end, end_facts = draw(endings(service))
    facts: Facts = {
        "kind": "access_denied",
        "principal": principal,
        "account": account,
        "action": action,
        "service": service,
    }
    if resource is not None:
        facts["resource"] = resource[1]
    text = f"{who} is not authorized to perform: {action}{f' on resource: {resource[0]}' if resource else ''}{why}{end}"
    return Message(
        text, {**facts, **why_facts, **end_facts}, draw(st.sampled_from(_DENIED_CODES)), name, service
    )


def _say(kind: str, code: str, operation: str, service: str, text: str, **facts: str) -> Message:
    named: Facts = {"service": service} if "action" in facts else {}
    return Message(text, {"kind": kind, **facts, **named}, code, operation, service)


_BLOB = "Zm9v-" + "aB3_dE6fG9" * 12
# Other messages of AWS APIs with their own facts; they need an envelope.
OTHER_MESSAGES = (
    _say("access_denied", "AccessDenied", "GetObject", "s3", "Access Denied"),
    _say("access_denied", "AccessDenied", "AssumeRoleWithWebIdentity", "sts", "Not authorized to perform sts:AssumeRoleWithWebIdentity", action="sts:AssumeRoleWithWebIdentity"),
    _say("access_denied", "AccessDeniedException", "CreateNodegroup", "eks", "Cross-account pass role is not allowed."),
    _say("access_denied", "UnauthorizedOperation", "DescribeVpcs", "ec2", "You are not authorized to perform this operation."),
    _say("access_denied", "UnauthorizedOperation", "RunInstances", "ec2", f"You are not authorized to perform this operation. Encoded authorization failure message: {_BLOB}", encoded_message=_BLOB),
    _say(
        "access_denied", "AccessDeniedException", "Decrypt", "kms",
        "User: arn:aws:iam::111122223333:user/dora is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because no identity-based policy allows the kms:Decrypt action",
        principal="arn:aws:iam::111122223333:user/dora", account="111122223333", action="kms:Decrypt", deny="implicit", policy_type="identity",
    ),
    _say("invalid_identity_token", "InvalidIdentityToken", "AssumeRoleWithWebIdentity", "sts", "No OpenIDConnect provider found in your account for https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"),
    _say("invalid_identity_token", "InvalidIdentityToken", "AssumeRoleWithWebIdentity", "sts", "Incorrect token audience"),
    _say("credential_scope", "SignatureDoesNotMatch", "GetCallerIdentity", "sts", "Credential should be scoped to a valid region."),
    _say("expired_credentials", "ExpiredToken", "ListObjectsV2", "s3", "The provided token has expired."),
    _say("expired_credentials", "ExpiredTokenException", "DescribeCluster", "eks", "The security token included in the request is expired"),
    _say("invalid_credentials", "InvalidClientTokenId", "GetCallerIdentity", "sts", "The security token included in the request is invalid."),
    _say("invalid_credentials", "UnrecognizedClientException", "GetParameter", "ssm", "The security token included in the request is invalid."),
    _say("invalid_credentials", "AuthFailure", "DescribeInstances", "ec2", "AWS was not able to validate the provided access credentials"),
    _say("signature_mismatch", "SignatureDoesNotMatch", "PutObject", "s3", "The request signature we calculated does not match the signature you provided. Check your key and signing method."),
    _say("signature_mismatch", "RequestTimeTooSkewed", "PutObject", "s3", "The difference between the request time and the current time is too large."),
    _say("missing_credentials", "MissingAuthenticationToken", "GetCallerIdentity", "sts", "Request is missing Authentication Token"),
    _say("region_disabled", "RegionDisabledException", "AssumeRoleWithWebIdentity", "sts", "STS is not activated in this region for account:111122223333. Your account administrator can activate STS in this region using the IAM Console.", account="111122223333"),
    _say("access_key_quota", "LimitExceeded", "CreateAccessKey", "iam", "Cannot exceed quota for AccessKeysPerUser: 2"),
    _say("malformed_policy", "MalformedPolicyDocument", "CreateRole", "iam", "This policy contains invalid Json"),
    _say("invalid_arn", "InvalidParameterException", "CreateAccessEntry", "eks", "The specified principalArn is invalid: invalid principal."),
    _say("access_entry", "ResourceInUseException", "CreateAccessEntry", "eks", "The specified access entry resource is already in use on this cluster."),
    _say("aws_error", "ThrottlingException", "DescribeCluster", "eks", "Rate exceeded"),
    _say("aws_error", "ResourceNotFoundException", "DescribeCluster", "eks", "No cluster found for name: demo."),
    _say("aws_error", "SlowDown", "PutObject", "s3", "Please reduce your request rate."),
    _say("aws_error", "NoSuchEntity", "GetRole", "iam", "The role with name demo cannot be found."),
    _say("aws_error", "ParameterNotFound", "GetParameter", "ssm", "Parameter /demo/flag not found."),
)  # fmt: skip
other_messages = st.sampled_from(OTHER_MESSAGES)
messages = st.one_of(denials(), denials(), other_messages)

# Failures that need no envelope, as tools print them.
ALONE = (
    Case(
        'Error from server (Forbidden): pods is forbidden: User "ana" cannot list resource "pods" in API group "" in the namespace "web"',
        {"kind": "kubernetes_forbidden", "principal": "ana", "k8s_user": "ana", "k8s_verb": "list", "k8s_resource": "pods", "k8s_api_group": "", "k8s_namespace": "web"},
    ),
    Case(
        'deployments.apps is forbidden: User "system:serviceaccount:ci:bot" cannot delete resource "deployments" in API group "apps" in the namespace "shop"',
        {"kind": "kubernetes_forbidden", "principal": "system:serviceaccount:ci:bot", "k8s_user": "system:serviceaccount:ci:bot", "k8s_verb": "delete", "k8s_resource": "deployments", "k8s_api_group": "apps", "k8s_namespace": "shop"},
    ),
    Case("error: You must be logged in to the server (Unauthorized)", {"kind": "kubernetes_unauthorized"}),
    Case("error: You must be logged in to the server (the server has asked for the client to provide credentials)", {"kind": "kubernetes_unauthorized"}),
    Case("Your current user or role does not have access to Kubernetes objects on this EKS cluster", {"kind": "console_kubernetes_access"}),
    Case("Your current IAM principal doesn't have access to Kubernetes objects on this cluster. This might be due to the IAM principal not having an access entry with permissions to access the cluster.", {"kind": "console_kubernetes_access"}),
    Case('Unable to locate credentials. You can configure credentials by running "aws configure".', {"kind": "missing_credentials"}),
    Case("botocore.exceptions.NoCredentialsError: Unable to locate credentials", {"kind": "missing_credentials", "code": "NoCredentialsError"}),
    Case("Error when retrieving token from sso: Token has expired and refresh failed", {"kind": "expired_credentials"}),
    Case("The SSO session associated with this profile has expired or is otherwise invalid.", {"kind": "expired_credentials"}),
)  # fmt: skip


# ---------------------------------------------------------------------------------------- envelopes


@attrs.frozen
class Call:
    """A failed call. Each envelope prints a part of it."""

    message: Message
    status: int
    request_id: str
    host_id: str
    region: str
    flag: bool
    number: int

    def facts(self, *names: str, service: str | None = None) -> Facts:
        """Return the facts of the message, of the call as far as the envelope prints it, and of its service."""
        values: Facts = {
            "code": self.message.code,
            "operation": self.message.operation,
            "status_code": self.status,
            "request_id": self.request_id,
            "host_id": self.host_id,
        }
        facts = self.message.facts | {name: values[name] for name in names}
        if service is not None:
            # The prefix of an action takes precedence over the envelope's service.
            facts.setdefault("service", service)
        return facts


@st.composite
def calls(draw: st.DrawFn, said: st.SearchStrategy[Message] = messages) -> Call:
    message = draw(said)
    s3 = message.service == "s3"
    return Call(
        message,
        draw(st.sampled_from((400, 403))) if message.facts["kind"] != "aws_error" else 400,
        draw(s3_request_ids if s3 else request_ids),
        draw(host_ids),
        draw(st.sampled_from(REGIONS["aws"])),
        draw(st.booleans()),
        draw(st.integers(1, 9)),
    )


def bare(call: Call) -> Case:
    """The message alone."""
    return Case(call.message.text, call.facts())


def botocore(call: Call) -> Case:
    m = call.message
    retries = f" (reached max retries: {call.number})" if call.flag else ""
    return Case(
        f"An error occurred ({m.code}) when calling the {m.operation} operation{retries}: {m.text}",
        call.facts("code", "operation"),
    )


def traceback(call: Call) -> Case:
    inner = botocore(call)
    return Case(
        "Traceback (most recent call last):\n"
        f'  File "/srv/app/jobs.py", line {40 + call.number}, in run\n'
        f"    client.call(**arguments)\n"
        '  File "/usr/lib/python3.12/site-packages/botocore/client.py", line 570, in _api_call\n'
        "    return self._make_api_call(operation_name, kwargs)\n"
        "           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        f"botocore.exceptions.ClientError: {inner.text}",
        inner.facts,
    )


def cli(call: Call) -> Case:
    inner = botocore(call)
    return Case(f"\naws: [ERROR]: {inner.text}" if call.flag else f"\n{inner.text}", inner.facts)


def fatal_error(call: Call) -> Case:
    inner = botocore(call)
    return Case(
        f"fatal error: {inner.text}"
        if call.flag
        else f"upload failed: ./a.txt to s3://demo-bucket/a.txt {inner.text}",
        inner.facts,
    )


def cli_json(call: Call) -> Case:
    body = json.dumps(
        {"Code": call.message.code, "Message": call.message.text}, indent=2 if call.flag else None
    )
    # Without an SDK's format, only the code or the message identifies AWS; another test has those that don't.
    return Case(f"aws: [ERROR]: {body}" if call.number % 2 else body, call.facts("code"), plain=False)


def go_v1(call: Call) -> Case:
    m = call.message
    if m.service == "s3":
        return Case(
            f"{m.code}: {m.text}\n\tstatus code: {call.status}, request id: {call.request_id}, host id: {call.host_id}",
            call.facts("code", "status_code", "request_id", "host_id"),
        )
    return Case(
        f"{m.code}: {m.text}\n\tstatus code: {call.status}, request id: {call.request_id}",
        call.facts("code", "status_code", "request_id"),
    )


def go_v2(call: Call) -> Case:
    m = call.message
    host = f" HostID: {call.host_id}," if m.service == "s3" else ""
    word = "" if call.flag and m.code.endswith("Exception") else "api error "
    return Case(
        f"operation error {m.sdk.go}: {m.operation}, https response error StatusCode: {call.status}, RequestID: {call.request_id},{host} {word}{m.code}: {m.text}",
        call.facts(
            "code",
            "operation",
            "status_code",
            "request_id",
            *(["host_id"] if host else []),
            service=m.service,
        ),
    )


def java_v1(call: Call) -> Case:
    m = call.message
    host = f"; S3 Extended Request ID: {call.host_id}" if m.service == "s3" else ""
    start = (
        f"com.amazonaws.services.{m.service}.model.{'Amazon' if call.number % 2 else ''}{m.sdk.name}Exception: "
        if call.flag
        else ""
    )
    return Case(
        f"{start}{m.text} (Service: {m.sdk.java1}; Status Code: {call.status}; Error Code: {m.code}; Request ID: {call.request_id}{host}; Proxy: null)",
        call.facts("code", "status_code", "request_id", *(["host_id"] if host else []), service=m.service),
    )


def java_v2(call: Call) -> Case:
    m = call.message
    host = f", Extended Request ID: {call.host_id}" if m.service == "s3" else ""
    count = " (SDK Attempt Count: 1)" if call.number % 2 else ""
    start = f"software.amazon.awssdk.services.{m.service}.model.{m.sdk.java2}Exception: " if call.flag else ""
    return Case(
        f"{start}{m.text} (Service: {m.sdk.java2}, Status Code: {call.status}, Request ID: {call.request_id}{host}){count}",
        call.facts("status_code", "request_id", *(["host_id"] if host else []), service=m.service),
    )


def js_v3(call: Call) -> Case:
    m = call.message
    return Case(
        f"{m.code}: {m.text}\n"
        "    at throwDefaultError (/app/node_modules/@smithy/smithy-client/dist-cjs/index.js:388:20)\n"
        "    at process.processTicksAndRejections (node:internal/process/task_queues:95:5) {\n"
        "  '$fault': 'client',\n"
        "  '$metadata': {\n"
        f"    httpStatusCode: {call.status},\n"
        f"    requestId: '{call.request_id}',\n"
        "    extendedRequestId: undefined,\n"
        "    cfId: undefined,\n"
        f"    attempts: {call.number},\n"
        "    totalRetryDelay: 0\n"
        "  },\n"
        f"  __type: '{m.code}'\n"
        "}",
        call.facts("code", "status_code", "request_id"),
    )


def php(call: Call) -> Case:
    m = call.message
    url = f"https://{m.service}.{call.region}.amazonaws.com/"
    body = json.dumps({"message": m.text})
    return Case(
        f'Error executing "{m.operation}" on "{url}"; AWS HTTP error: Client error: `POST {url}` resulted in a `{call.status} '
        f"{'Forbidden' if call.status == 403 else 'Bad Request'}` response:\n{body}\n {m.code} (client): {m.text} - {body}",
        call.facts("code", "operation", "status_code", service=m.service),
        plain=False,
    )


def ruby(call: Call) -> Case:
    m = call.message
    if call.flag:
        return Case(f"Aws::{m.sdk.name}::Errors::{m.code}: {m.text}", call.facts("code", service=m.service))
    return Case(
        f"/usr/lib/ruby/gems/aws-sdk-core/lib/seahorse/client/plugins/raise_response_errors.rb:17:in `call': {m.text} (Aws::{m.sdk.name}::Errors::{m.code})",
        call.facts("code", service=m.service),
    )


def dotnet(call: Call) -> Case:
    m = call.message
    return Case(
        f"Unhandled exception. Amazon.{m.sdk.name}.Amazon{m.sdk.name}Exception: {m.text}\n"
        " ---> Amazon.Runtime.Internal.HttpErrorResponseException: Exception of type 'Amazon.Runtime.Internal.HttpErrorResponseException' was thrown.\n"
        "   at Amazon.Runtime.HttpWebRequestMessage.ProcessHttpResponseMessage(HttpResponseMessage responseMessage)",
        call.facts(service=m.service),
    )


def rust(call: Call) -> Case:
    m = call.message
    said = m.text.replace("\\", "\\\\").replace('"', '\\"')
    inner = (
        f'code: Some("{m.code}"), message: Some("{said}")'
        if call.flag
        else f'code: "{m.code}", message: "{said}"'
    )
    request = (
        f'"aws_request_id": "{call.request_id}"' if call.flag else f'aws_request_id: "{call.request_id}"'
    )
    inner = f"{inner}, extras: Some({{{request}}})" if call.flag else f"{inner}, {request}"
    return Case(f"Error {{ {inner} }}", call.facts("code", "request_id"), plain='"' not in m.text)


def query_xml(call: Call) -> Case:
    m = call.message
    service = None if m.service == "eks" else m.service
    namespace = f' xmlns="https://{service}.amazonaws.com/doc/2011-06-15/"' if service else ""
    return Case(
        f"<ErrorResponse{namespace}>\n  <Error>\n    <Type>Sender</Type>\n    <Code>{m.code}</Code>\n"
        f"    <Message>{html.escape(m.text)}</Message>\n  </Error>\n  <RequestId>{call.request_id}</RequestId>\n</ErrorResponse>",
        call.facts("code", "request_id", service=service),
        plain=html.escape(m.text) == m.text,
    )


def ec2_xml(call: Call) -> Case:
    m = call.message
    return Case(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>{m.code}</Code><Message>{html.escape(m.text)}</Message></Error></Errors>'
        f"<RequestID>{call.request_id}</RequestID></Response>",
        call.facts("code", "request_id"),
        plain=html.escape(m.text) == m.text,
    )


def s3_xml(call: Call) -> Case:
    m = call.message
    return Case(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{m.code}</Code><Message>{html.escape(m.text)}</Message>'
        f"<RequestId>{call.request_id}</RequestId><HostId>{call.host_id}</HostId></Error>",
        call.facts("code", "request_id", "host_id"),
        plain=html.escape(m.text) == m.text,
    )


def json_body(call: Call) -> Case:
    m = call.message
    kind = f"com.amazon.coral.service#{m.code}" if call.flag else m.code
    return Case(
        json.dumps({"__type": kind, "Message" if call.number % 2 else "message": m.text}),
        call.facts("code"),
        plain=False,
    )


def cloudtrail(call: Call) -> Case:
    m = call.message
    code = f"Client.{m.code}" if call.flag else m.code
    arn = "arn:aws:sts::444455556666:assumed-role/trail/demo"
    facts = call.facts("operation", "request_id", service=m.service) | {
        "code": code,
        "time": "2031-04-05T06:07:08Z",
        "region": call.region,
        "source_ip": "192.0.2.7",
        "event_id": "5f1d7a94-0b1c-4e0f-9a51-1c2b3a4d5e6f",
    }
    if facts.get("principal") is None:
        facts |= {"principal": arn, "account": "444455556666"}
    return Case(
        json.dumps(
            {
                "eventVersion": "1.09",
                "userIdentity": {
                    "type": "AssumedRole",
                    "principalId": "AROAEXAMPLEEXAMPLE:demo",
                    "arn": arn,
                    "accountId": "444455556666",
                },
                "eventTime": "2031-04-05T06:07:08Z",
                "eventSource": f"{m.service}.amazonaws.com",
                "eventName": m.operation,
                "awsRegion": call.region,
                "sourceIPAddress": "192.0.2.7",
                "errorCode": code,
                "errorMessage": m.text,
                "requestID": call.request_id,
                "eventID": "5f1d7a94-0b1c-4e0f-9a51-1c2b3a4d5e6f",
            },
            indent=4 if call.number % 2 else None,
        ),
        facts,
        plain=False,
    )


def cloudformation(call: Call) -> Case:
    m = call.message
    count = " (SDK Attempt Count: 1)" if call.flag else ""
    return Case(
        f'Resource handler returned message: "{m.text} (Service: {m.sdk.java2}, Status Code: {call.status}, Request ID: {call.request_id}){count}" '
        "(RequestToken: 7d2e9a01-3b4c-4d5e-8f60-718293a4b5c6, HandlerErrorCode: GeneralServiceException)",
        call.facts("status_code", "request_id", service=m.service),
    )


ENVELOPES: dict[str, Callable[[Call], Case]] = {
    envelope.__name__: envelope
    for envelope in (
        botocore, traceback, cli, fatal_error, cli_json, go_v1, go_v2, java_v1, java_v2, js_v3, php, ruby, dotnet, rust,
        query_xml, ec2_xml, s3_xml, json_body, cloudtrail, cloudformation,
    )
}  # fmt: skip

# These have no sign of AWS, because other clouds print the same. So an error that is not about access is not reported.
UNMARKED = frozenset({"cli_json", "ec2_xml", "s3_xml"})


def suits(message: Message, name: str) -> bool:
    """Return whether the envelope identifies AWS, if the message itself does not."""
    unmarked = name in UNMARKED or (name == "query_xml" and message.service == "eks")
    return not (unmarked and message.facts["kind"] == "aws_error")


@st.composite
def cases(
    draw: st.DrawFn, said: st.SearchStrategy[Message] = messages, names: tuple[str, ...] = tuple(ENVELOPES)
) -> Case:
    """Messages in suitable envelopes."""
    call = draw(calls(said))
    names = tuple(name for name in names if suits(call.message, name))
    return ENVELOPES[draw(st.sampled_from(names))](call)


# A denial is recognized without an envelope; every other message of a service needs one.
known = st.one_of(cases(), calls(denials()).map(bare), st.sampled_from(ALONE))


# --------------------------------------------------------------------------------------- log shapes


def _each_line(start: str) -> Callable[[str], str]:
    return lambda text: "\n".join((start + line).rstrip() for line in text.split("\n"))


def _one_line(text: str) -> str:
    return "\\n".join(text.replace("\t", "\\t").split("\n"))


def _box(text: str) -> str:
    lines = [
        piece
        for line in text.split("\n")
        for piece in textwrap.wrap(line, 76, break_long_words=False, break_on_hyphens=False) or [""]
    ]
    rows = [
        "╷",
        f"│ Error: {lines[0]}",
        *(f"│ {line}".rstrip() for line in lines[1:]),
        "│ ",
        "│   with module.cluster.aws_resource.this,",
        "│   on main.tf line 12, in resource:",
        "╵",
    ]
    return "\n".join(rows)


# Each rewrites a text as a logger, viewer or tool does. Shapes for a single line join the lines first.
LOG_SHAPES: dict[str, Callable[[str], str]] = {
    "klog": lambda text: f"E0405 06:07:08.123456       1 controller.go:142] {_one_line(text)}",
    "logrus": lambda text: f'time="2031-04-05T06:07:08Z" level=error msg={json.dumps(text)} controller=nodes',
    "logrus error field": lambda text: (
        f'time="2031-04-05T06:07:08Z" level=error msg="sync failed" error={json.dumps(text)}'
    ),
    "zap": lambda text: json.dumps(
        {
            "level": "error",
            "ts": 1933135628.25,
            "caller": "sync/loop.go:88",
            "msg": "sync failed",
            "error": text,
        }
    ),
    "zap twice escaped": lambda text: json.dumps(
        {"log": json.dumps({"level": "error", "msg": text}) + "\n", "stream": "stderr"}
    ),
    "syslog": lambda text: f"Apr  5 06:07:08 web1 app[4242]: {_one_line(text)}",
    "journald": _each_line("Apr 05 06:07:08 ip-192-0-2-7.example.internal kubelet[811]: "),
    "docker compose": _each_line("worker-1  | "),
    "stern": _each_line("worker-6f9d4 app "),
    "GitHub Actions": _each_line("2031-04-05T06:07:08.1234567Z "),
    "timestamp": lambda text: f"2031-04-05 06:07:08,123 ERROR app.sync {text}",
    "Terraform box": _box,
    "ANSI colour": lambda text: f"\x1b[1;31m{text}\x1b[0m",
    "ANSI box": lambda text: "\n".join(
        f"\x1b[31m│\x1b[0m {line}" for line in ("\x1b[1m\x1b[31mError: \x1b[0m" + text).split("\n")
    ),
    "Markdown quote": _each_line("> "),
    "Markdown fence": lambda text: f"It says:\n\n```\n{text}\n```\n",
    "HTML": html.escape,
    "HTML in pre": lambda text: f"<pre><code>{html.escape(text)}</code></pre>",
    "shell comment": _each_line("# "),
    "indented": _each_line("    "),
    "carriage returns": lambda text: text.replace("\n", "\r\n"),
    "frames before": lambda text: (
        f'Traceback (most recent call last):\n  File "/srv/app/run.py", line 7, in <module>\n    main()\nRuntimeError: {text}'
    ),
    "Jupyter": lambda text: (
        "---------------------------------------------------------------------------\n"
        "RuntimeError                              Traceback (most recent call last)\n"
        "Cell In[3], line 1\n----> 1 load()\n\n"
        f"RuntimeError: {text}"
    ),
    "curly quotes": lambda text: text.replace(' "', " “").replace('"', "”"),
}
log_shapes = st.sampled_from(tuple(LOG_SHAPES))


# --------------------------------------------------------------------------------------- line wraps


def word_wrap(text: str, width: int) -> str:
    """Break lines only at spaces, as ``textwrap`` and Terraform do."""
    return "\n".join(
        textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)
        for line in text.split("\n")
    )


def hard_wrap(text: str, width: int) -> str | None:
    """Break every line at a terminal's width; return ``None`` if fewer than three lines are full."""
    pieces = [line[at : at + width] for line in text.split("\n") for at in range(0, max(len(line), 1), width)]
    return "\n".join(pieces) if sum(len(piece) == width for piece in pieces) >= 3 else None


# ---------------------------------------------------------------------------------------- no failure

ORDINARY_LINES = (
    "2031-04-05T06:07:01Z INFO worker 7 is ready",
    "2031-04-05 06:07:02,345 DEBUG pool size 12 of 40",
    "06:07:03 GET /health 200 0.3 ms",
    '{"level":"info","ts":1933135628.25,"msg":"reconciled","objects":12}',
    "I0405 06:07:04.000001       1 leader.go:20] lease renewed",
    "Apr  5 06:07:05 web1 cron[99]: (root) CMD (run-parts /etc/cron.hourly)",
    'time="2031-04-05T06:07:06Z" level=info msg="cache warmed" entries=1200',
    "[build] 14 modules compiled in 2.1 s",
    "2031-04-05T06:07:07Z INFO uploaded 31 files to the bucket",
    "",
)
ordinary_lines = st.lists(st.sampled_from(ORDINARY_LINES), min_size=1, max_size=6).map("\n".join)
_WORDS = (
    "hello",
    "worker",
    "started",
    "nightly",
    "sync",
    "of",
    "the",
    "orders",
    "batch",
    "seven",
    "please",
    "look",
    "this",
    "is",
    "what",
    "we",
    "see",
    "today",
)
ordinary_words = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=12).map(" ".join)


# ------------------------------------------------------------------------------------- other clouds


@st.composite
def _huawei(draw: st.DrawFn) -> str:
    service = draw(st.sampled_from(("obs", "ecs", "iam", "vpc", "kms")))
    action = f"{service}:{draw(st.sampled_from(('bucket', 'cloudServers', 'agencies', 'vpcs')))}:{draw(st.sampled_from(('list', 'create', 'delete')))}"
    kind = draw(st.sampled_from(("identity-based", "resource-based", "service control")))
    why = draw(
        st.sampled_from(
            (
                f"because no {kind} policy allows the {action} action",
                f"with an explicit deny in the {kind} policy",
                "",
            )
        )
    )
    urn = f"{service}:cn-north-4:{draw(plain_names)}:resource/{draw(plain_names)}"
    return draw(
        st.sampled_from(
            (
                f"User: iam::{draw(accounts)}:user:{draw(plain_names)} is not authorized to perform: {action} on resource: {urn} {why}".rstrip(),
                f'{{"error_code":"APIGW.0301","error_msg":"Incorrect IAM authentication information: verify aksk signature fail","request_id":"{draw(request_ids)}"}}',
                f"Error: Action {action} is not authorized on urn:iam::{draw(accounts)}:policy/{draw(plain_names)} (huaweicloud)",
            )
        )
    )


@st.composite
def _alibaba(draw: st.DrawFn) -> str:
    account, request = draw(accounts), str(draw(st.uuids())).upper()
    return draw(
        st.sampled_from(
            (
                f"You are not authorized to do this action. Resource: acs:ram:*:{account}:role/* Action: ram:CreateRole RequestId: {request}",
                f"SDK.ServerError\nErrorCode: NoPermission\nRecommend: https://next.api.aliyun.com/troubleshoot\nRequestId: {request}\nMessage: You are not authorized to do this action. You should be authorized by RAM.",
                f"[SDKError] Forbidden.RAM: User not authorized to operate on the specified resource, or this API doesn't support RAM. RequestId: {request}",
                f"<Error><Code>AccessDenied</Code><Message>You have no right to access this object because of bucket acl.</Message><RequestId>{request}</RequestId><HostId>{draw(plain_names)}.oss-cn-hangzhou.aliyuncs.com</HostId></Error>",
            )
        )
    )


@st.composite
def _tencent(draw: st.DrawFn) -> str:
    request = draw(request_ids)
    return draw(
        st.sampled_from(
            (
                f"[TencentCloudSDKException] code:UnauthorizedOperation message:you are not authorized to perform operation (cam:GetRole) resource (qcs::cam::uin/{draw(accounts)}:role/*) has no permission requestId:{request}",
                f"[TencentCloudSDKError] Code=AuthFailure.SecretIdNotFound, Message=The SecretId is not found, please ensure that your SecretId is correct., RequestId={request}",
                f'{{"Response":{{"Error":{{"Code":"AuthFailure.UnauthorizedOperation","Message":"you are not authorized to perform operation (cvm:RunInstances)\\nresource (qcs::cvm:ap-guangzhou:uin/{draw(accounts)}:instance/*) has no permission"}},"RequestId":"{request}"}}}}',
            )
        )
    )


@st.composite
def _google(draw: st.DrawFn) -> str:
    project, name = draw(plain_names).lower(), draw(plain_names).lower()
    return draw(
        st.sampled_from(
            (
                f"googleapi: Error 403: {name}@{project}.iam.gserviceaccount.com does not have storage.objects.get access to the Google Cloud Storage object., forbidden",
                f"ERROR: (gcloud.projects.describe) User [{name}@example.com] does not have permission to access projects instance [{project}] (or it may not exist): The caller does not have permission",
                f"Permission 'storage.buckets.get' denied on resource '//storage.googleapis.com/projects/_/buckets/{name}' (or it may not exist).",
                f'{{"error":{{"code":403,"message":"Permission denied on resource project {project}.","status":"PERMISSION_DENIED","details":[{{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"IAM_PERMISSION_DENIED"}}]}}}}',
                f"google.api_core.exceptions.Forbidden: 403 POST https://bigquery.googleapis.com/bigquery/v2/projects/{project}/jobs: Access Denied: Project {project}: User does not have bigquery.jobs.create permission in project {project}.",
            )
        )
    )


@st.composite
def _azure(draw: st.DrawFn) -> str:
    who, scope, name = str(draw(st.uuids())), str(draw(st.uuids())), draw(plain_names)
    return draw(
        st.sampled_from(
            (
                f"(AuthorizationFailed) The client '{name}@example.com' with object id '{who}' does not have authorization to perform action 'Microsoft.Storage/storageAccounts/read' over scope '/subscriptions/{scope}/resourceGroups/{name}' or the scope is invalid. If access was recently granted, please refresh your credentials.\nCode: AuthorizationFailed",
                f"AADSTS700016: Application with identifier '{who}' was not found in the directory '{name}'. Trace ID: {scope}",
                f'{{"error":{{"code":"AuthorizationFailed","message":"The client \'{who}\' with object id \'{who}\' does not have authorization to perform action \'Microsoft.Compute/virtualMachines/write\' over scope \'/subscriptions/{scope}\'."}}}}',
                f"Azure.RequestFailedException: This request is not authorized to perform this operation using this permission.\nStatus: 403 (Forbidden)\nErrorCode: AuthorizationPermissionMismatch\nx-ms-request-id: {who}\nhttps://{name.lower()}.blob.core.windows.net/data",
                f"ExpiredAuthenticationToken: The access token has expired. Call management.azure.com again. Tenant {scope}",
            )
        )
    )


other_clouds = st.one_of(_huawei(), _alibaba(), _tencent(), _google(), _azure())

# Fragments of grammar and syntax, to be combined in any order.
fragments = st.sampled_from(
    (
        "User: ", "arn:", "arn:aws:iam::111122223333:", " is not authorized to perform: ", "s3:GetObject", " on resource: ", '"', "'", "(", ")", "\\", "\\\\n", "\\u", "\\ud83d", "&quot;",
        "&#x27;", "&#1114112;", "\x1b[", "\x1b]0;", "│ ", "\n", "\r\n", "\t", "<Code>", "</Code>", "<Message>", "{", "}", "[", "AccessDenied", "An error occurred (", ") when calling the ",
        " operation: ", "StatusCode: ", "RequestID: ", "status code: ", ", request id: ", "(Service: Eks, Status Code: ", "(Service: Eks; Status Code: ", "httpStatusCode: '", "²²²", "٤٠٣", "403",
        "'", "9" * 40, " because no ", " with an explicit deny in a ", "service control policy", ": ", "Encoded authorization failure message: ", "authorization id: ", "…", "...", "\0", "\ufeff",
        "eventSource", "errorCode", '"requestID": "', "caused by: ", "Caused by: ", 'forbidden: User "', "\ud800", "x" * 70, "error", "Error: ", "<Error>", "</Error>", "* ", "> ",
    )
)  # fmt: skip
soup = st.lists(fragments, max_size=40).map("".join)
