"""Samples of ``iamtriage.testing``, and the facts that each envelope states."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from hypothesis import strategies as st

from iamtriage import testing
from iamtriage.testing import ENVELOPES, Sample, denial
from iamtriage.typing import Deny, PolicyType
from tests.strategies import (
    authorization_ids,
    blobs,
    iam_names,
    principals,
    request_ids,
    resources,
)

if TYPE_CHECKING:
    from iamtriage.testing import EnvelopeName
    from iamtriage.typing import Record

ACTIONS = (
    "acm:DescribeCertificate",
    "autoscaling:DescribeAutoScalingGroups",
    "bedrock:InvokeModel",
    "cloudformation:CreateStack",
    "cloudfront:CreateInvalidation",
    "cloudwatch:PutMetricData",
    "dynamodb:GetItem",
    "ec2:RunInstances",
    "ecr:GetAuthorizationToken",
    "eks:DescribeCluster",
    "eks-auth:AssumeRoleForPodIdentity",
    "elasticloadbalancing:DescribeLoadBalancers",
    "iam:PassRole",
    "iam:CreateRole",
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "lambda:InvokeFunction",
    "logs:PutLogEvents",
    "rds:DescribeDBInstances",
    "route53:ListHostedZones",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:ListAllMyBuckets",
    "secretsmanager:GetSecretValue",
    "SNS:Publish",
    "sqs:SendMessage",
    "ssm:GetParameter",
    "states:StartExecution",
    "sts:AssumeRole",
    "sts:TagSession",
    "sts:AssumeRoleWithWebIdentity",
    "xray:PutTraceSegments",
)
TYPES_WITH_ARN = ("identity", "permissions_boundary", "session", "service_control", "resource_control")


@st.composite
def denials(draw: st.DrawFn) -> Sample:
    """Draw any denial that ``denial`` can create."""
    action = draw(st.sampled_from(ACTIONS))
    deny: Deny | None = draw(st.sampled_from((*get_args(Deny), "explicit", None)))
    policy_type: PolicyType | None = None
    policy_arn = None
    if deny is not None:
        types = [t for t in get_args(PolicyType) if deny == "explicit" or t != "resource_control"]
        policy_type = draw(st.sampled_from([*types, None] if deny == "explicit" else types))
    if deny == "explicit" and policy_type in TYPES_WITH_ARN and draw(st.booleans()):
        policy_arn = f"arn:aws:iam::444455556666:policy/{draw(iam_names)}"
    _, principal, _ = draw(principals())
    resource = draw(resources())
    ec2 = action.startswith("ec2:")
    return denial(
        action,
        principal=principal,
        resource=resource and resource[1],
        deny=deny,
        policy_type=policy_type,
        policy_arn=policy_arn,
        authorization_id=draw(st.none() | authorization_ids),
        encoded=draw(st.one_of(st.booleans(), blobs)) if ec2 else False,
        region=draw(st.sampled_from(("eu-west-1", "us-gov-west-1", "cn-north-1"))),
        request_id=draw(request_ids),
    )


# A sample of each kind, and of each service-specific message.
SAMPLES = {
    "bare-s3": denial("s3:GetObject", bare=True),
    "bare-ec2": denial("ec2:DescribeVpcs", bare=True),
    "bare-ec2-encoded": denial("ec2:RunInstances", bare=True, encoded=True),
    "bare-organizations": denial("organizations:ListAccounts", bare=True),
    "head": denial("s3:GetObject", operation="HeadObject"),
    "pass-role": denial("iam:PassRole", resource="arn:aws:iam::111122223333:role/orders"),
    "another-service": denial("kms:Decrypt", operation="GetSecretValue", service="secretsmanager"),
    "expired": testing.expired_credentials(),
    "expired-s3": testing.expired_credentials("GetObject", "s3"),
    "expired-ec2": testing.expired_credentials("DescribeInstances", "ec2"),
    "expired-json": testing.expired_credentials("GetItem", "dynamodb"),
    "expired-rest-json": testing.expired_credentials("DescribeCluster", "eks"),
    "expired-sso": testing.expired_sso_session(),
    "invalid": testing.invalid_credentials(),
    "invalid-s3": testing.invalid_credentials("GetObject", "s3"),
    "invalid-ec2": testing.invalid_credentials("DescribeInstances", "ec2"),
    "invalid-json": testing.invalid_credentials("GetParameter", "ssm"),
    "missing": testing.missing_credentials(),
    "signature": testing.signature_mismatch(),
    "signature-s3": testing.signature_mismatch("PutObject", "s3"),
    "signature-json": testing.signature_mismatch("GetItem", "dynamodb"),
    "clock": testing.signature_mismatch(skewed=True),
    "clock-s3": testing.signature_mismatch("PutObject", "s3", skewed=True),
    "clock-json": testing.signature_mismatch("GetItem", "dynamodb", skewed=True),
    "scope": testing.credential_scope(),
    "region": testing.region_disabled(),
    "token": testing.invalid_identity_token(),
    "audience": testing.invalid_identity_token("Incorrect token audience"),
    "policy": testing.malformed_policy(),
    "quota": testing.access_key_quota(),
    "throttled": testing.throttled("DescribeCluster", "eks"),
    "throttled-s3": testing.throttled("PutObject", "s3"),
    "throttled-ec2": testing.throttled("RunInstances", "ec2"),
    "throttled-query": testing.throttled("GetRole", "iam"),
    "throttled-dynamodb": testing.throttled("GetItem", "dynamodb"),
    "throttled-lambda": testing.throttled("Invoke", "lambda"),
    "not-found": testing.aws_error(
        "NoSuchEntity", "The role with name demo cannot be found.", "GetRole", "iam"
    ),
    "entry": testing.aws_error(
        "ResourceInUseException",
        "The specified access entry resource is already in use on this cluster.",
        "CreateAccessEntry",
        "eks",
        status=409,
    ),
    "rbac": testing.kubernetes_forbidden("ana", "list", "pods", namespace="web"),
    "rbac-cluster": testing.kubernetes_forbidden(
        "arn:aws:sts::111122223333:assumed-role/dev/ana", "delete", "deployments", api_group="apps"
    ),
    "unmapped": testing.kubernetes_unauthorized(),
}

# The facts that an envelope states in addition to the service's message.
_CALL = ("code", "operation")
_STATED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("botocore", "traceback", "cli", "cli-legacy", "cli-v1", "log"), _CALL),
    "message": (),
    "cli-json": ("code",),
    "go-v1": ("code", "status_code", "request_id", "host_id"),
    **dict.fromkeys(
        ("go-v2", "terraform", "terraform-plain"), (*_CALL, "status_code", "request_id", "host_id", "service")
    ),
    "java-v1": ("code", "status_code", "request_id", "host_id", "service"),
    **dict.fromkeys(("java-v2", "cloudformation"), ("status_code", "request_id", "host_id", "service")),
    **dict.fromkeys(("js-v2", "js-v3"), ("code", "status_code", "request_id")),
    "dotnet": ("service",),
    "ruby": ("code", "service"),
    "php": (*_CALL, "status_code", "service"),
    "rust": ("code", "request_id"),
    "cpp": ("code", "status_code", "request_id"),
    "cloudtrail": ("operation", "request_id", "service"),  # the code may differ
    "body": ("code",),
}


def expected_facts(sample: Sample, envelope: EnvelopeName) -> dict[str, object]:
    """Return the facts of the call that a text states in addition to the service's message."""
    names = set(_STATED.get(envelope, ()))
    if envelope == "traceback" and sample.words:
        return {"code": sample.code}
    if sample.words:
        return {}
    if envelope == "body" and sample.http()[1].get("Content-Type") == "application/json":
        names.clear()  # the code is in a header
    facts: dict[str, object] = {
        "code": sample.code,
        "operation": sample.operation,
        "status_code": sample.status,
        "request_id": sample.request_id,
        "host_id": sample.host_id,
        "service": sample.record["service"] or sample.service,
    }
    return {name: facts[name] for name in names}


def find_differences(actual: Record, expected: Record) -> dict[str, tuple[object, object]]:
    """Return the keys in which two records state different failures, with both values."""
    keys = (
        "kind", "principal", "account", "action", "resource", "deny", "policy_type", "policy_arn",
        "authorization_id", "encoded_message", "k8s_user", "k8s_verb", "k8s_resource", "k8s_api_group",
        "k8s_namespace",
    )  # fmt: skip
    return {key: (actual[key], expected[key]) for key in keys if actual[key] != expected[key]}  # type: ignore[literal-required]


assert set(_STATED) <= set(ENVELOPES)
