"""Explain policy documents that AWS rejects.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_policies.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.arns._principals import User
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.calls.document_problems import NO_PRINCIPALS, find_problem
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import message_text, quote_phrases, safe_name
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal, underlying_role

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import MalformedPolicy

__all__ = ("explain_malformed_policy", "size_remedy")

_INVALID_PRINCIPAL = re.compile(
    r"nvalid principal in policy|one or more invalid principals|contains an invalid principal"
)
_NAMED_PRINCIPAL = re.compile(r"nvalid principal in policy:? ?\"?(\w{1,20})\"? ?: ?\"([^\"\s]{1,200})\"")
_UNIQUE_ID = re.compile(r"A(?:ROA|IDA)[A-Z0-9]{8,30}", re.ASCII)
_TRUST_CALL = re.compile(r"AssumeRolePolicy|CreateRole\b|creating IAM Role|assume.role.policy", re.IGNORECASE)
_RESOURCE_CALL = re.compile(
    r"PutBucketPolicy|PutKeyPolicy|CreateKey\b|SetQueueAttributes|SetTopicAttributes|PutResourcePolicy|RepositoryPolicy|bucket policy",
    re.IGNORECASE,
)
_NOTHING_SAVED = "Nothing was saved: what was there before still counts. No permission is missing."


INVALID_PRINCIPAL = CauseType(
    "invalid-principal",
    title="A principal of the policy does not exist",
    meaning="AWS does not find a principal that the policy names.",
    recognised_by='The message says "Invalid principal in policy".',
    fix="Correct the ARN of the principal, or create the principal first.",
    sources=(pages.POLICY_PRINCIPAL,),
    example="invalid-principal-in-policy",
)
PRINCIPAL_NOT_THERE = CauseType(
    "principal-not-there",
    title="The role or user does not exist",
    fix="Create the role or user, or remove it from the policy.",
    of="invalid-principal",
)
PRINCIPAL_TOO_NEW = CauseType(
    "principal-too-new",
    title="The principal was created only seconds ago",
    text="It was made seconds ago, and is not known everywhere yet.",
    fix="Wait for a few seconds and retry.",
    of="invalid-principal",
)
PRINCIPAL_MISTYPED = CauseType(
    "principal-mistyped",
    title="The principal's ARN is misspelled",
    text="Its account, path, name or partition is mistyped; names of roles take their path along.",
    fix="Copy the ARN from IAM, with its path.",
    of="invalid-principal",
)
DELETED_PRINCIPAL = CauseType(
    "deleted-principal",
    title="The policy contains the unique ID of a deleted principal",
    text="The role or user was deleted. AWS shows the id that it had in place of its ARN.",
    recognised_by="The name of the principal begins with AROA or AIDA.",
    fix="Replace the ID with the ARN of the new role or user.",
    sources=(pages.POLICY_PRINCIPAL,),
    example="deleted-principal-in-policy",
)
WILDCARD_IN_PRINCIPAL = CauseType(
    "wildcard-in-principal",
    title="A principal ARN contains a wildcard",
    recognised_by="The name of the principal contains an asterisk.",
    fix='Name each principal, or use "*" with a condition on aws:PrincipalArn.',
    sources=(pages.POLICY_PRINCIPAL,),
)
UNKNOWN_SERVICE = CauseType(
    "unknown-service",
    title="The service principal does not exist",
    text="There is no such service principal, or not in this partition and region.",
    fix="Use the service principal from the documentation, for this partition and region.",
    of="invalid-principal",
)
PROVIDER_NOT_THERE = CauseType(
    "provider-not-there",
    title="The identity provider does not exist in the account",
    text="The account has no such identity provider, or its ARN is mistyped.",
    fix="Create the identity provider in IAM, or correct its ARN.",
    of="invalid-principal",
)


def explain_malformed_policy(case: Case[MalformedPolicy]) -> Explanation:
    """Explain why AWS rejects a policy document."""
    message = message_text(case)
    problem, because = find_problem(message)
    if _INVALID_PRINCIPAL.search(message) and problem.cause is not NO_PRINCIPALS:
        return _explain_invalid_principal(case, message)
    text = problem.text or problem.cause.sentence
    return Explanation(
        failure=case.failure,
        topic="malformed-policy",
        summary=text
        if text.startswith("AWS")
        else f"AWS rejects the policy document: {text[:1].lower()}{text[1:]}",
        causes=(problem.cause.cause("reported", because, text=text),),
        remedies=(
            Remedy(title="Correct the document", who="you", steps=problem.steps, url=pages.POLICY_TROUBLES),
            _validate_remedy(message),
        ),
        notes=(_NOTHING_SAVED,),
    )


# ------------------------------------------------ principals


def _explain_invalid_principal(case: Case[MalformedPolicy], message: str) -> Explanation:
    found = _NAMED_PRINCIPAL.search(message)
    kind, name = (found[1].lower(), found[2]) if found else (None, None)
    # A secret pasted in place of a role's name is valid in an ARN.
    if name is not None and not all(map(safe_name, name.split("/"))):
        name = None
    text = "AWS does not know a principal of the policy."
    if name is not None and _is_principal(name):
        text = f"AWS does not know the principal {name}."
    causes = [
        INVALID_PRINCIPAL.cause("reported", quote_phrases(message, "invalid principal in policy"), text=text),
        *_principal_causes(kind, name),
    ]
    # A deleted or misspelled principal cannot be looked up, and service principals belong to AWS.
    lookup = (
        (_find_principal_remedy(kind, name),)
        if causes[-1].evidence == "possible" and kind != "service"
        else ()
    )
    return Explanation(
        failure=case.failure,
        topic="invalid-principal",
        summary=text,
        causes=tuple(causes),
        remedies=(*lookup, _correct_principal_remedy(kind), _validate_remedy(message)),
        notes=(_NOTHING_SAVED,),
    )


def _is_principal(name: str) -> bool:
    """Return whether a name has the form of a principal, so that it is safe to show."""
    if _UNIQUE_ID.fullmatch(name) or try_parse_principal(name) is not None:
        return True
    return commands.arn(name, "") == name


def _principal_causes(kind: str | None, name: str | None) -> list[Cause]:
    if name is not None and _UNIQUE_ID.fullmatch(name):
        return [
            DELETED_PRINCIPAL.cause(
                "derived",
                (
                    "The name begins with AROA, as ids of roles do."
                    if name.startswith("AROA")
                    else "The name begins with AIDA, as ids of users do.",
                ),
            )
        ]
    if name is not None and "*" in name and name != "*":
        return [WILDCARD_IN_PRINCIPAL.cause("derived", ("The name holds a *.",))]
    if kind == "service":
        return [UNKNOWN_SERVICE.cause()]
    if kind == "federated":
        return [PROVIDER_NOT_THERE.cause()]
    return [
        PRINCIPAL_NOT_THERE.cause(),
        PRINCIPAL_TOO_NEW.cause(),
        PRINCIPAL_MISTYPED.cause(),
    ]


def _find_principal_remedy(kind: str | None, name: str | None) -> Remedy:
    principal = try_parse_principal(name)
    role = underlying_role(principal)
    name_of_role = commands.role_name(None if role is None else role.name)
    lookups: tuple[str, ...] = (
        fill_command("aws iam get-role --role-name {} --query Role.Arn", name_of_role),
    )
    if isinstance(principal, User):
        user = commands.user_name(principal.name)
        lookups = (fill_command("aws iam get-user --user-name {} --query User.Arn", user),)
    elif kind == "federated":
        lookups = ("aws iam list-open-id-connect-providers", "aws iam list-saml-providers")
    return Remedy(
        title="See whether the principal is there",
        who="you",
        steps=(
            "Ask in the account of the principal, and compare the ARN that comes with the policy's, to the letter.",
            "If it is missing, make it first. If it was just made, wait some seconds, and try again.",
        ),
        commands=lookups,
        url=pages.POLICY_PRINCIPAL,
    )


def _correct_principal_remedy(kind: str | None) -> Remedy:
    steps = [
        "Take ids that begin with AROA or AIDA out: they are what is left of deleted roles and users.",
        "For many principals name the account, and narrow it with a condition on aws:PrincipalArn, which takes wildcards.",
        "A role that was deleted and re-created has another ID, so the policy has to be saved again.",
    ]
    if kind == "service":
        steps.insert(
            0,
            "Service principals are hosts, such as ec2.amazonaws.com. Look the name up in the service's guide.",
        )
    return Remedy(title="Correct the principal", who="you", steps=tuple(steps), url=pages.POLICY_PRINCIPAL)


# ------------------------------------------------ checks


def _validate_remedy(message: str) -> Remedy:
    policy_type = "IDENTITY_POLICY"
    if _TRUST_CALL.search(message):
        policy_type = "RESOURCE_POLICY --validate-policy-resource-type AWS::IAM::AssumeRolePolicyDocument"
    elif _RESOURCE_CALL.search(message):
        policy_type = "RESOURCE_POLICY"
    return Remedy(
        title="Let IAM Access Analyzer check the document",
        who="you",
        steps=(
            "It tells what is wrong, and where. It takes access-analyzer:ValidatePolicy.",
            "For policies of resources and trust policies the type is RESOURCE_POLICY, for the others IDENTITY_POLICY.",
        ),
        commands=(
            f"aws accessanalyzer validate-policy --policy-document file://policy.json --policy-type {policy_type}",
        ),
        url=pages.VALIDATE_POLICY,
    )


def size_remedy() -> Remedy:
    """Return the remedy for a policy that is too long."""
    return Remedy(
        title="Make the policy shorter, or part it",
        who="you",
        steps=(
            "A managed policy has 6,144 characters at most, the inline policies of a role 10,240, of a group 5,120 and of a user 2,048 together, a trust policy 2,048. White space does not count.",
            "Part it into more managed policies; 10 can be attached at first, up to 20 on request.",
            "Write common beginnings with a wildcard only where all that fit are meant.",
        ),
        commands=("aws service-quotas list-service-quotas --service-code iam --region us-east-1",),
        url=pages.IAM_QUOTAS,
    )
