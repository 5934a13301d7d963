"""Generate failures of every kind with unique values, in any envelope of ``iamtriage.testing``."""

from __future__ import annotations

import itertools
import json
import uuid
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.stream_records import build_expected_record
from iamtriage import testing
from iamtriage.failures import ConsoleKubernetesAccess
from iamtriage.testing import Sample

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Collection, Mapping

    from iamtriage.testing import AnswerOptions, EnvelopeName
    from iamtriage.typing import Deny, PolicyType

__all__ = ("RECIPES", "Fresh", "Printed", "draw_failure")

REGIONS = ("eu-west-1", "us-east-1", "ap-southeast-2", "us-gov-west-1")
_FIRST_WORDS = ("amber", "basil", "cedar", "delta", "ember", "fjord", "grove", "harbor", "iris", "juniper")
_SECOND_WORDS = (
    "orders",
    "billing",
    "reports",
    "search",
    "stock",
    "mailer",
    "ledger",
    "images",
    "audit",
    "quotes",
)


class Fresh:
    """Generates fictional names and IDs, all different in one log."""

    def __init__(self, rnd: random.Random) -> None:
        self.rnd = rnd
        self._numbers = itertools.count(rnd.randrange(100, 400))
        self._accounts = itertools.count(rnd.randrange(100_000, 500_000))

    def name(self) -> str:
        """Return a name such as ``"amber-orders-117"``."""
        return f"{self.rnd.choice(_FIRST_WORDS)}-{self.rnd.choice(_SECOND_WORDS)}-{next(self._numbers)}"

    def account(self) -> str:
        """Return an account ID."""
        return f"{next(self._accounts):06}" * 2

    def request_id(self) -> str:
        """Return a request ID, which is a UUID."""
        return str(uuid.UUID(int=self.rnd.getrandbits(128), version=4))

    def region(self) -> str:
        """Return a region."""
        return self.rnd.choice(REGIONS)

    def token(self, length: int, letters: str = "0123456789abcdef") -> str:
        """Return random letters."""
        return "".join(self.rnd.choices(letters, k=length))

    def role(self) -> str:
        """Return the ARN of a role."""
        return f"arn:aws:iam::{self.account()}:role/{self.name()}"

    def filled(self, template: str) -> str:
        """Return a text with values instead of the names in braces."""
        return template.format(account=self.account(), name=self.name(), region=self.region())

    def answer(self, service: str) -> AnswerOptions:
        """Return the IDs of a response."""
        upper = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
        options: AnswerOptions = {
            "region": self.region(),
            "request_id": self.request_id(),
            "time": f"2026-10-07T09:{self.rnd.randrange(60):02}:{self.rnd.randrange(60):02}Z",
        }
        if service == "s3":
            options["request_id"] = self.token(16, upper)
            options["host_id"] = f"{self.token(40, upper + upper.lower() + '+/')}="
        return options


# The denied principals. A service principal and "anonymous" have no account.
PRINCIPALS = (
    "arn:aws:sts::{account}:assumed-role/{name}/session",
    "arn:aws:sts::{account}:assumed-role/{name}/i-0fedcba9876543210",
    "arn:aws:sts::{account}:assumed-role/AWSReservedSSO_{name}_0a1b2c3d4e5f6071/ana@example.com",
    "arn:aws:iam::{account}:user/{name}",
    "arn:aws:iam::{account}:user/teams/{name}",
    "arn:aws:sts::{account}:federated-user/{name}",
    "anonymous",
    "glue.amazonaws.com",
)
# The denied actions and resources.
DENIED = (
    ("acm:DescribeCertificate", "arn:aws:acm:{region}:{account}:certificate/{name}"),
    ("athena:StartQueryExecution", "arn:aws:athena:{region}:{account}:workgroup/{name}"),
    ("autoscaling:DescribeAutoScalingGroups", None),
    ("cloudformation:CreateStack", "arn:aws:cloudformation:{region}:{account}:stack/{name}/*"),
    ("cloudwatch:PutMetricData", None),
    ("dynamodb:GetItem", "arn:aws:dynamodb:{region}:{account}:table/{name}"),
    ("ec2:RunInstances", "arn:aws:ec2:{region}:{account}:instance/*"),
    ("ecr:GetAuthorizationToken", "*"),
    ("eks:DescribeCluster", "arn:aws:eks:{region}:{account}:cluster/{name}"),
    ("elasticloadbalancing:DescribeLoadBalancers", None),
    ("iam:CreateRole", "arn:aws:iam::{account}:role/{name}"),
    ("iam:PassRole", "arn:aws:iam::{account}:role/{name}"),
    ("kms:Decrypt", "arn:aws:kms:{region}:{account}:key/{name}"),
    ("kms:Decrypt", None),
    ("lambda:InvokeFunction", "arn:aws:lambda:{region}:{account}:function:{name}"),
    ("logs:PutLogEvents", "arn:aws:logs:{region}:{account}:log-group:/app/{name}:log-stream:main"),
    ("rds:DescribeDBInstances", "arn:aws:rds:{region}:{account}:db:{name}"),
    ("route53:ListHostedZones", None),
    ("s3:GetObject", "arn:aws:s3:::{name}/2026/data.csv"),
    ("s3:ListBucket", "arn:aws:s3:::{name}"),
    ("secretsmanager:GetSecretValue", "{name}"),
    ("SNS:Publish", "arn:aws:sns:{region}:{account}:{name}"),
    ("sqs:SendMessage", "arn:aws:sqs:{region}:{account}:{name}"),
    ("ssm:GetParameter", "arn:aws:ssm:{region}:{account}:parameter/{name}/url"),
    ("states:StartExecution", "arn:aws:states:{region}:{account}:stateMachine:{name}"),
    ("sts:AssumeRole", "arn:aws:iam::{account}:role/{name}"),
)
_BLOB = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_NAMED = "arn:aws:iam::{account}:policy/{name}"
_SCP = "arn:aws:organizations::{account}:policy/o-exampleorgid/service_control_policy/p-{name}"
# The reason for the denial: deny, policy type, the policy.
REASONS: tuple[tuple[Deny | None, PolicyType | None, str | None], ...] = (
    (None, None, None),
    ("implicit", "identity", None),
    ("implicit", "permissions_boundary", None),
    ("implicit", "resource", None),
    ("implicit", "service_control", None),
    ("implicit", "session", None),
    ("implicit", "vpc_endpoint", None),
    ("explicit", None, None),
    ("explicit", "identity", None),
    ("explicit", "identity", _NAMED),
    ("explicit", "permissions_boundary", _NAMED),
    ("explicit", "resource", None),
    ("explicit", "resource_control", None),
    ("explicit", "service_control", None),
    ("explicit", "service_control", _SCP),
    ("explicit", "session", None),
)
# Other errors: code, message, operation, service, status.
ERRORS = (
    ("NoSuchEntity", "The role with name {name} cannot be found.", "GetRole", "iam", 404),
    ("EntityAlreadyExists", "Role with name {name} already exists.", "CreateRole", "iam", 409),
    ("NoSuchBucket", "The specified bucket does not exist", "ListObjectsV2", "s3", 404),
    ("NoSuchKey", "The specified key does not exist.", "GetObject", "s3", 404),
    ("ResourceNotFoundException", "No cluster found for name: {name}.", "DescribeCluster", "eks", 404),
    ("ResourceNotFoundException", "Requested resource not found", "DescribeTable", "dynamodb", 400),
    (
        "ValidationException",
        "One or more parameter values were invalid: {name} must not be empty",
        "PutItem",
        "dynamodb",
        400,
    ),
    ("ParameterNotFound", "Parameter /{name}/url not found.", "GetParameter", "ssm", 400),
    (
        "NotFoundException",
        "Key 'arn:aws:kms:{region}:{account}:key/{name}' does not exist",
        "Sign",
        "kms",
        400,
    ),
    ("RepositoryNotFoundException", "The repository '{name}' was not found", "DescribeImages", "ecr", 400),
    (
        "ResourceInUseException",
        "The specified access entry resource is already in use on this cluster.",
        "CreateAccessEntry",
        "eks",
        409,
    ),
    (
        "InvalidParameterException",
        "The specified principalArn is invalid: invalid principal.",
        "CreateAccessEntry",
        "eks",
        400,
    ),
)
# Calls rejected because of their credentials or rate.
CALLS = (
    ("DescribeCluster", "eks"),
    ("DescribeInstances", "ec2"),
    ("GetCallerIdentity", "sts"),
    ("GetItem", "dynamodb"),
    ("GetObject", "s3"),
    ("GetParameter", "ssm"),
    ("GetRole", "iam"),
    ("Invoke", "lambda"),
)
KUBERNETES = (
    ("list", "pods", "", "default"),
    ("get", "secrets", "", "kube-system"),
    ("create", "deployments", "apps", "shop"),
    ("watch", "nodes", "", None),
    ("delete", "jobs", "batch", "shop"),
)
_CONSOLE = (
    "Your current IAM principal doesn't have access to Kubernetes objects on this cluster. This might be due to "
    "the IAM principal not having an access entry with permissions to access the cluster."
)


def _denial(fresh: Fresh) -> Sample:
    action, resource = fresh.rnd.choice(DENIED)
    deny, policy_type, policy = fresh.rnd.choice(REASONS)
    service = "lambda" if action == "iam:PassRole" else action.partition(":")[0]
    return testing.denial(
        action,
        principal=fresh.filled(fresh.rnd.choice(PRINCIPALS)),
        resource=resource and fresh.filled(resource),
        deny=deny,
        policy_type=policy_type,
        policy_arn=policy and fresh.filled(policy),
        authorization_id=fresh.token(32) if fresh.rnd.random() < 0.15 else None,
        encoded=fresh.token(180, _BLOB) if action.startswith("ec2:") and fresh.rnd.random() < 0.6 else False,
        **fresh.answer(service),
    )


def _of_another_service(fresh: Fresh) -> Sample:
    return testing.denial(
        "kms:Decrypt",
        principal=fresh.filled(PRINCIPALS[0]),
        resource=fresh.filled("arn:aws:kms:{region}:{account}:key/{name}"),
        operation="GetSecretValue",
        service="secretsmanager",
        **fresh.answer("secretsmanager"),
    )


def _rejected_call(make: Callable[..., Sample]) -> Callable[[Fresh], Sample]:
    def rejected(fresh: Fresh) -> Sample:
        operation, service = fresh.rnd.choice(CALLS)
        return make(operation, service, **fresh.answer(service))

    return rejected


def _error(fresh: Fresh) -> Sample:
    code, words, operation, service, status = fresh.rnd.choice(ERRORS)
    answer = fresh.answer(service)
    answer["status"] = status
    return testing.aws_error(code, fresh.filled(words), operation, service, **answer)


def _forbidden(fresh: Fresh) -> Sample:
    verb, resource, group, namespace = fresh.rnd.choice(KUBERNETES)
    user = fresh.filled(fresh.rnd.choice(("system:serviceaccount:shop:{name}", "{name}", PRINCIPALS[0])))
    return testing.kubernetes_forbidden(user, verb, resource, api_group=group, namespace=namespace)


class Recipe(NamedTuple):
    """How to generate one type of failure.

    Attributes:
        make: A function that generates a sample.
        silent: The envelopes in which it cannot be recognized, such as a message that does not name AWS, or a body
            without a code.
        weight: Its relative frequency.
    """

    make: Callable[[Fresh], Sample]
    silent: tuple[EnvelopeName, ...] = ()
    weight: int = 1


RECIPES: dict[str, Recipe] = {
    "denial": Recipe(_denial, weight=14),
    "denial of another service": Recipe(_of_another_service),
    "web identity denied": Recipe(
        lambda fresh: testing.denial("sts:AssumeRoleWithWebIdentity", **fresh.answer("sts"))
    ),
    "bare S3": Recipe(
        lambda fresh: testing.denial("s3:GetObject", bare=True, **fresh.answer("s3")), ("message",), 3
    ),
    "bare EC2": Recipe(
        lambda fresh: testing.denial("ec2:DescribeVpcs", bare=True, **fresh.answer("ec2")), ("message",)
    ),
    "bare EC2, encoded": Recipe(
        lambda fresh: testing.denial(
            "ec2:RunInstances", bare=True, encoded=fresh.token(200, _BLOB), **fresh.answer("ec2")
        )
    ),
    "HEAD": Recipe(
        lambda fresh: testing.denial("s3:GetObject", operation="HeadObject", **fresh.answer("s3"))
    ),
    "expired": Recipe(_rejected_call(testing.expired_credentials), ("message",), 2),
    "expired login": Recipe(lambda _: testing.expired_sso_session()),
    "invalid": Recipe(_rejected_call(testing.invalid_credentials), weight=2),
    "missing": Recipe(lambda _: testing.missing_credentials(), weight=2),
    "signature": Recipe(_rejected_call(testing.signature_mismatch)),
    "clock": Recipe(
        lambda fresh: testing.signature_mismatch("PutObject", "s3", skewed=True, **fresh.answer("s3"))
    ),
    "scope": Recipe(_rejected_call(testing.credential_scope)),
    "region": Recipe(lambda fresh: testing.region_disabled(fresh.account(), **fresh.answer("sts"))),
    "token": Recipe(
        lambda fresh: testing.invalid_identity_token(
            "No OpenIDConnect provider found in your account for "
            f"https://oidc.eks.eu-west-1.amazonaws.com/id/{fresh.token(32, '0123456789ABCDEF')}",
            **fresh.answer("sts"),
        )
    ),
    "malformed policy": Recipe(
        lambda fresh: testing.malformed_policy("Syntax errors in policy.", **fresh.answer("iam"))
    ),
    "key quota": Recipe(lambda fresh: testing.access_key_quota(**fresh.answer("iam"))),
    "throttled": Recipe(_rejected_call(testing.throttled), ("message", "body"), 3),
    "other error": Recipe(_error, ("message", "body"), 4),
    "RBAC": Recipe(_forbidden, weight=4),
    "unauthorized": Recipe(lambda _: testing.kubernetes_unauthorized()),
    "console": Recipe(lambda _: Sample(ConsoleKubernetesAccess(), _CONSOLE, words=(("message", _CONSOLE),))),
}


class Printed(NamedTuple):
    """One failure in one envelope, and its expected record.

    Attributes:
        recipe: The name of its recipe.
        envelope: The name of its envelope.
        sample: The failure.
        text: The text.
        record: The expected flat record.
    """

    recipe: str
    envelope: EnvelopeName
    sample: Sample
    text: str
    record: Mapping[str, object]


def draw_failure(fresh: Fresh, recipe: str, only: Collection[str] = ()) -> Printed | None:
    """Generate a failure in one of the given envelopes, or in any if none are given.

    Return ``None`` if none of the envelopes can contain the failure.
    """
    sample = RECIPES[recipe].make(fresh)
    # "log" is already a log line.
    names = [name for name in sample.envelopes if name not in (*RECIPES[recipe].silent, "log")]
    names = [name for name in names if not only or name in only]
    if not names:
        return None
    envelope = fresh.rnd.choice(names)
    text = sample.text(envelope).strip("\n")
    record = build_expected_record(sample, envelope)
    if envelope == "cloudtrail":
        text = _set_caller(fresh, text, record)
    return Printed(recipe, envelope, sample, text, record)


def _set_caller(fresh: Fresh, text: str, record: dict[str, object]) -> str:
    """Set a new caller in a CloudTrail record whose message does not state one."""
    if record["principal"] is not None:
        return text
    account = str(record["account"] or fresh.account())
    text = text.replace("111122223333", account).replace("orders-api", fresh.name())
    record["principal"] = json.loads(text)["userIdentity"]["arn"]
    record["account"] = account
    return text
