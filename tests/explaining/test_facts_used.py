"""Every fact is used, and no value that the text or the facts state is a placeholder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from iamtriage import Facts, explain, parse
from iamtriage._rendering.placeholders import find_placeholders
from iamtriage.explaining import FailedCall
from iamtriage.explaining._context.resolving import read_context
from iamtriage.policies import PolicySet
from tests.explaining.golden.cases import CASES, explained
from tests.tables import check_rows

if TYPE_CHECKING:
    from iamtriage.explaining import Explanation

S3 = "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied"
WEB_IDENTITY = "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity"
SCOPE = "An error occurred (SignatureDoesNotMatch) when calling the GetCallerIdentity operation: Credential should be scoped to a valid region"
UNAUTHORIZED = "error: You must be logged in to the server (Unauthorized)"
TAGS = "An error occurred (AccessDenied) when calling the ListTagsForResource operation: Access Denied"
ENCODED = "An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not authorized to perform this operation. Encoded authorization failure message: 4tKxH2vq0Wc8ZpN"
DENIED = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:orders with an explicit deny"
ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{ISSUER}"},
            "Action": "sts:AssumeRoleWithWebIdentity",
        }
    ],
}
DECODED = {
    "allowed": False,
    "explicitDeny": False,
    "matchedStatements": {"items": []},
    "context": {
        "principal": {"arn": "arn:aws:iam::111122223333:user/bob"},
        "action": "iam:PassRole",
        "resource": "arn:aws:iam::111122223333:role/web",
        "conditions": {
            "items": [{"key": "iam:PassedToService", "values": {"items": [{"value": "ec2.amazonaws.com"}]}}]
        },
    },
}
DETAILS = {
    "requestContext": {"aws:RequestedRegion": "eu-west-1"},
    "evaluations": [
        {
            "action": "sqs:SendMessage",
            "resource": "arn:aws:sqs:eu-west-1:111122223333:orders",
            "evaluatedEffect": "EXPLICIT_DENY",
            "checks": [
                {"checkType": "SERVICE_CONTROL_POLICY", "evaluatedEffect": "ALLOW"},
                {
                    "checkType": "PRINCIPAL",
                    "evaluatedEffect": "EXPLICIT_DENY",
                    "matchedPolicies": [
                        {
                            "uri": "inline-1",
                            "matchedStatements": [{"sid": "NoQueues", "evaluatedEffect": "DENY"}],
                        }
                    ],
                },
            ],
        }
    ],
    "policies": [
        {
            "type": "IDENTITY_BASED_POLICY",
            "inline": True,
            "uri": "inline-1",
            "attachedTo": [{"arn": "arn:aws:iam::111122223333:user/ana"}],
        }
    ],
}
NO_QUEUES = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "NoQueues", "Effect": "Deny", "Action": "sqs:*", "Resource": "*"}],
}
# A role that only calls with the vendor's external ID can assume, and the call of the vendor.
WITH_EXTERNAL_ID = """User: arn:aws:sts::444455556666:assumed-role/collector/worker is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/audit
The trust policy of the role:
{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:role/collector"},
"Action": "sts:AssumeRole", "Condition": {"StringEquals": {"sts:ExternalId": "orders-17"}}}]}"""
PULL = 'Failed to pull image "444455556666.dkr.ecr.eu-west-1.amazonaws.com/shop/cart:1": unexpected status from HEAD request to https://444455556666.dkr.ecr.eu-west-1.amazonaws.com/v2/shop/cart/manifests/1: 403 Forbidden'
# For each fact a text whose explanation depends on it.
USES: dict[str, tuple[str, Any]] = {
    "cluster": (UNAUTHORIZED, "orders"),
    "region": (UNAUTHORIZED, "eu-west-1"),
    "authentication_mode": (UNAUTHORIZED, "CONFIG_MAP"),
    "kubernetes_version": (SCOPE, "1.30"),
    "namespace": (WEB_IDENTITY, "shop"),
    "service_account": (WEB_IDENTITY, "cart"),
    "account": (PULL, "111122223333"),
    "caller": (S3, "arn:aws:iam::111122223333:user/ana"),
    "service": (TAGS, "sqs"),
    "resource": (S3, "arn:aws:s3:::orders/1.csv"),
    "trust_policy": (WEB_IDENTITY, TRUST),
    "external_id": (WITH_EXTERNAL_ID, "orders-71"),
    "token_claims": (WEB_IDENTITY, {"iss": f"https://{ISSUER}", "sub": "system:serviceaccount:shop:cart"}),
    "decoded_message": (ENCODED, DECODED),
    "authorization_details": (DENIED, DETAILS),
    "policies": (DENIED, PolicySet(identity=(NO_QUEUES,))),
    "call": (S3, FailedCall(operation="GetObject", credential_provider="sso")),
}
SUPPLIED: dict[str, Any] = {
    "cluster": "orders",
    "region": "eu-west-1",
    "namespace": "shop",
    "service_account": "cart",
}
# The placeholders that a value which the text states replaces.
STATED = {
    "region": "REGION",
    "profile": "PROFILE",
    "cluster": "CLUSTER",
    "namespace": "NAMESPACE",
    "service_account": "SERVICE_ACCOUNT",
    "bucket": "BUCKET",
    "pod": "POD",
    "role_arn": "ROLE_ARN",
    "instance": "INSTANCE_ID",
    "vpc_endpoint": "ENDPOINT_ID",
    "api": "API_ID",
    "function": "FUNCTION_NAME",
}
PLACEHOLDERS = {"REGION", "CLUSTER", "NAMESPACE", "SERVICE_ACCOUNT"}
CLUSTER = "arn:aws:eks:eu-west-1:111122223333:cluster/orders"
# Services without Regions, with their own, or with that of a bucket.
GLOBAL = {
    "account", "cloudfront", "configure", "iam", "identitystore", "login", "organizations", "route53", "s3", "s3api",
    "sso", "sso-admin", "sts",
}  # fmt: skip
ORDINALS = ("first", "second", "third", "fourth")


def _written(explanation: Explanation) -> str:
    """Return the commands and documents of an explanation, without those of ECS, whose cluster is not that of the facts."""
    parts: list[str] = []
    for remedy in explanation.remedies:
        lines = (each for each in remedy.commands if not each.startswith("aws ecs "))
        parts += [*lines, remedy.manifest or "", str(remedy.policy), str(remedy.statement)]
    return "\n".join(parts)


def _regional_calls_without_region(line: str) -> list[str]:
    """Return the services that the AWS CLI calls without naming a Region."""
    calls = re.split(r"(?:^|\$\(|[|;&] )aws (?=[a-z])", line)
    return [
        call.partition(" ")[0]
        for call in calls[1:]
        if call.partition(" ")[0] not in GLOBAL and "--region" not in call
    ]


def _last_counted_command(words: str) -> int:
    """Return the number of the last command that a step counts from the first one."""
    numbers = [at for at, word in enumerate(ORDINALS, 1) if re.search(rf"(?i)\b{word} commands?\b", words)]
    return max([*numbers, 2 if "first two commands" in words else 0])


def test_the_table_has_each_fact() -> None:
    assert USES.keys() == {each.name for each in attrs.fields(Facts)} - {"derived"}


@check_rows("name", USES)
def test_each_fact_changes_an_explanation(name: str) -> None:
    text, value = USES[name]
    assert explain(text, facts={name: value}).to_dict() != explain(text).to_dict()


@pytest.mark.unmeasured
@check_rows("case", CASES, ids=[case[0] for case in CASES])
def test_a_supplied_value_is_no_placeholder(case: tuple[str, str, dict[str, Any]]) -> None:
    """Every command uses the supplied values, and finds what has a name that they do not state."""
    _, text, facts = case
    explanation = explain(text, facts={**SUPPLIED, **facts})
    assert PLACEHOLDERS.isdisjoint(find_placeholders(_written(explanation)))
    for remedy in explanation.remedies:
        for line in remedy.commands:
            assert _regional_calls_without_region(line) == []
            assert "deployment/NAME" not in line or "set serviceaccount" in line
        # The lookup of a name is one more command.
        lookups = [at for at, line in enumerate(remedy.commands) if line.startswith(("workload=", "pod="))]
        assert not lookups or _last_counted_command(" ".join(remedy.steps)) <= lookups[0]


@pytest.mark.unmeasured
@check_rows("case", CASES, ids=[case[0] for case in CASES])
def test_a_supplied_resource_is_no_placeholder(case: tuple[str, str, dict[str, Any]]) -> None:
    """The ARN of a resource states its name and its Region."""
    _, text, facts = case
    explanation = explain(text, facts={"resource": CLUSTER, **facts})
    written = set(find_placeholders(_written(explanation)))
    assert written.isdisjoint({"CLUSTER", "REGION"} if "resource" not in facts else ())


@pytest.mark.unmeasured
@check_rows("case", CASES, ids=[case[0] for case in CASES])
def test_a_stated_value_is_no_placeholder(case: tuple[str, str, dict[str, Any]]) -> None:
    """What the text around the failure states is in the commands and documents instead of a placeholder."""
    name, text, _ = case
    failure = parse(text)
    assert failure is not None
    context = read_context(failure)
    unused = {word for value, word in STATED.items() if getattr(context, value) is not None}
    assert unused.isdisjoint(find_placeholders(_written(explained(name))))


EXPIRED = (
    "An error occurred (ExpiredToken) when calling the PutObject operation: The provided token has expired."
)
NO_LOGIN = "aws: [ERROR]: Unable to create or refresh login credentials due to insufficient permissions. You may be missing permission for the 'signin:CreateOAuth2Token' action."


@check_rows(
    ("text", "command"),
    [
        (f'{UNAUTHORIZED}\nprovider "aws" {{\n  profile = "ops"\n  region  = "eu-west-3"\n}}', "--region eu-west-3"),
        (f"{UNAUTHORIZED}\nkind: ClusterConfig\nmetadata:\n  name: tide\n  region: eu-west-3\n", "--name tide --region eu-west-3"),
        (f'{UNAUTHORIZED}\ndata "aws_eks_cluster" "this" {{\n  name = "tide"\n}}', "--name tide"),
        (f"{UNAUTHORIZED}\nThe logs are in arn:aws:logs:eu-west-3:111122223333:log-group:tide", "--region eu-west-3"),
        (f"{UNAUTHORIZED}\nIt works in eu-west-1, and not in eu-west-3.", "--region REGION"),
        (f"{SCOPE}\nkind: DaemonSet\nmetadata:\n  name: up\n  namespace: octo\nspec:\n  serviceAccountName: up", "daemonset/up --namespace octo"),
        # The ARN of a denied instance, and not that of another one.
    ],
    ids=["padded HCL", "eksctl", "Terraform", "ARN", "two Regions", "manifest"],
)  # fmt: skip
def test_what_the_text_states_is_in_a_command(text: str, command: str) -> None:
    assert command in _written(explain(text))


@check_rows(
    ("text", "facts", "command", "omitted"),
    [
        (EXPIRED, {"caller": "arn:aws:sts::111122223333:assumed-role/up/night"}, "--role-arn arn:aws:iam::111122223333:role/up --role-session-name night", "ROLE_ARN"),
        (EXPIRED, {"caller": "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/ana"}, "aws sso login", "--role-arn"),
        (NO_LOGIN, {"caller": "arn:aws:sts::111122223333:assumed-role/up/ana"}, "--role-name up ", "USER_NAME"),
        (NO_LOGIN, {"caller": "arn:aws:iam::111122223333:user/ana"}, "--user-name ana ", "ROLE_NAME"),
        (EXPIRED, {"resource": "arn:aws:s3:::tide/1.csv"}, "aws configure list", "BUCKET"),
        ('Error from server (NotFound): configmaps "aws-auth" not found', {"authentication_mode": "API"}, "list-access-entries", "authenticationMode"),
        # A key of another Region than the one that is supplied.
        (
            "User: arn:aws:iam::****:user/ana is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:orders because no identity-based policy allows the sqs:SendMessage action",
            {"caller": "arn:aws:iam::111122223333:user/ana"},
            "--user-name ana ",
            "ACCOUNT_ID",
        ),
    ],
    ids=["session", "IAM Identity Center", "role", "user", "resource", "mode",  "masked"],
)  # fmt: skip
def test_what_is_supplied_is_in_a_command(
    text: str, facts: dict[str, Any], command: str, omitted: str
) -> None:
    written = _written(explain(text, facts=facts))
    assert command in written
    assert omitted not in written


@pytest.mark.parametrize(("attempts", "lines"), [(5, ["The SDK made 5 attempts."]), (1, []), (None, [])])
def test_attempts_of_the_call_are_evidence(attempts: int | None, lines: list[str]) -> None:
    text = "An error occurred (Throttling) when calling the GetRole operation: Rate exceeded"
    explanation = explain(text, facts={"call": FailedCall(operation="GetRole", attempts=attempts)})
    assert [line for line in explanation.causes[0].because if "attempts" in line] == lines
