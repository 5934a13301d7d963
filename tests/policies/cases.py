"""Build cases for evaluation: pages of AWS, principals, policies, and a request with the expected answer."""

# ruff: noqa: ANN401 (free-form policies)

from __future__ import annotations

from typing import Any, NamedTuple

from iamtriage.policies import PolicySet, Request

IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
ORGS = "https://docs.aws.amazon.com/organizations/latest/userguide/"
KMS = "https://docs.aws.amazon.com/kms/latest/developerguide/"
LOGIC = f"{IAM}reference_policies_evaluation-logic_policy-eval-denyallow.html"
CROSS = f"{IAM}reference_policies_evaluation-logic-cross-account.html"
OPERATORS = f"{IAM}reference_policies_elements_condition_operators.html"
MULTI = f"{IAM}reference_policies_condition-single-vs-multi-valued-context-keys.html"
MULTI_LOGIC = f"{IAM}reference_policies_condition-logic-multiple-context-keys-or-values.html"
VARIABLES = f"{IAM}reference_policies_variables.html"
PRINCIPAL = f"{IAM}reference_policies_elements_principal.html"
NOT_PRINCIPAL = f"{IAM}reference_policies_elements_notprincipal.html"
ARNS = f"{IAM}reference-arns.html"
RESOURCE = f"{IAM}reference_policies_elements_resource.html"
NOT_RESOURCE = f"{IAM}reference_policies_elements_notresource.html"
ACTION = f"{IAM}reference_policies_elements_action.html"
NOT_ACTION = f"{IAM}reference_policies_elements_notaction.html"
KEYS = f"{IAM}reference_policies_condition-keys.html"
BOUNDARIES = f"{IAM}access_policies_boundaries.html"
SESSIONS = f"{IAM}access_policies.html#policies_session"
ROOT_USER = f"{IAM}id_root-user.html"
VERSION = f"{IAM}reference_policies_elements_version.html"
SCP = f"{ORGS}orgs_manage_policies_scps_evaluation.html"
SCPS = f"{ORGS}orgs_manage_policies_scps.html"
RCPS = f"{ORGS}orgs_manage_policies_rcps.html"
KEY_POLICY = f"{KMS}key-policy-overview.html"
KEY_DEFAULT = f"{KMS}key-policy-default.html"
KEY_FOREIGN = f"{KMS}key-policy-modifying-external-accounts.html"
KMS_RCP = f"{KMS}resource-control-policies.html"
TRUST = f"{IAM}id_roles_terms-and-concepts.html"
ASSUME = "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"
CALLER_IDENTITY = "https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"
FEDERATION = "https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html"
ENDPOINTS = "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html"
GATEWAYS = f"{ENDPOINTS}#vpc-endpoint-policies-gateway"
KMS_PERMISSIONS = f"{KMS}kms-api-permissions-reference.html"
KEYS_IN_POLICIES = f"{KMS}cmks-in-iam-policies.html"
QUEUE_LIMITS = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-limitations-of-custom-policies.html"
BUCKET_POLICY = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html"

ACCOUNT, OTHER = "111122223333", "444455556666"
USER = f"arn:aws:iam::{ACCOUNT}:user/ana"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s1"
FEDERATED = f"arn:aws:sts::{ACCOUNT}:federated-user/bob"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/elasticbeanstalk.amazonaws.com/AWSServiceRoleForX"
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"
FOREIGN = f"arn:aws:sqs:eu-west-1:{OTHER}:orders"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
FOREIGN_KEY = KEY.replace(ACCOUNT, OTHER)
TARGET = f"arn:aws:iam::{ACCOUNT}:role/target"
FOREIGN_TARGET = f"arn:aws:iam::{OTHER}:role/target"
SEND = "sqs:SendMessage"


class Case(NamedTuple):
    page: str
    title: str
    request: Request
    policies: PolicySet
    allowed: bool | None
    deny: str | None = None
    layer: str | None = None


def doc(*statements: dict[str, Any], version: str = "2012-10-17") -> dict[str, Any]:
    return {"Version": version, "Statement": list(statements)}


def allow(action: Any = SEND, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource} | more


def deny(action: Any = SEND, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return allow(action, resource, **more) | {"Effect": "Deny"}


def to(principal: Any, action: Any = SEND, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    """Return a policy of a resource."""
    named = principal if isinstance(principal, dict) or principal == "*" else {"AWS": principal}
    return doc({"Effect": effect, "Principal": named, "Action": action, "Resource": "*"} | more)


FULL = doc(allow("*"))
OK, NONE, ELSE, NO = doc(allow()), doc(allow("s3:GetObject")), doc(allow("sqs:ReceiveMessage")), doc(deny())


def ask(principal: str = USER, resource: str = QUEUE, action: str = SEND, context: Any = None, **more: Any) -> Request:  # fmt: skip
    return Request(principal, action, resource, context, **more)


def having(**policies: Any) -> PolicySet:
    return PolicySet(**policies)


def name_case(case: Case) -> str:
    """Return the page and the title of a case, as the name of its test."""
    return f"{case.page.rpartition('/')[2]}: {case.title}"
