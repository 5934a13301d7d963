"""Explain the problems that AWS reports in policy documents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.statements import find_working
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled
from iamtriage.explaining._rules.calls.policies.policy_sizes import POLICY_TOO_LONG
from iamtriage.explaining._rules.calls.rejected_policies import LOCKOUT
from iamtriage.explaining._rules.shared import clues, common_causes, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.principals.arn_diagnosis import (
    PARTITION_IN_TEMPLATES,
    PARTITION_OF_ARN,
)
from iamtriage.explaining._rules.shared.remedies import account_remedy, present
from iamtriage.failures._failures import MalformedPolicy

_FIELD_MESSAGE = lazy_pattern(
    r"(?P<kind>Has prohibited|Missing required|Unknown) field:? (?P<name>\w{1,30})|[Pp]olicy statement must contain (?P<missing>action|resource)s"
)
# What IAM says in China and GovCloud: https://github.com/aws/chalice/issues/777
_OTHER_PARTITION = lazy_pattern(
    r"Partition \\?\"(?P<partition>aws[a-z-]{0,12})\\?\" is not valid for resource \\?\"(?P<arn>arn:[^\"\\\s]{1,300})"
)
_JSON_PHRASES = (
    "contains invalid Json", "contains invalid JSON", "Syntax errors in policy",
    "policy failed legacy parsing", "invalid policy syntax", "MALFORMED_POLICY_DOCUMENT",
)  # fmt: skip
_LINKED_ARN = lazy_pattern(
    r"(?a)\brole/aws-service-role/(?P<service>[a-z0-9.-]{3,100}\.amazonaws\.com(?:\.cn)?)/(?P<role>AWSServiceRoleFor[A-Za-z0-9]{1,44}(?:_(?P<suffix>[\w+=,.@-]{1,20}))?)"
)
# In Terraform, a role that a module or the same run creates.
_OTHER_PRINCIPAL = lazy_pattern(
    r"(?a)\b(?:module\.[\w-]{1,60}\.\w{0,60}role_arn|aws_iam_role\.[\w-]{1,60}\.arn)\b"
)
_OTHER_ACCOUNT = lazy_pattern(r"(?i:\b(?:old|older|other|another|existing)\b[^.\n]{0,20}\baccounts?\b)")
LINKED_ROLE_ABSENT = CauseType(
    "linked-role-absent",
    title="The service-linked role in the policy does not exist",
    text="A new account does not have the role: its service creates it with the first resource that needs it. A policy can only name principals that exist.",
    recognised_by="The policy in the text names a role with the path /aws-service-role/.",
    fix="Create the service-linked role, then save the policy again.",
    of="invalid-principal",
    sources=(pages.SERVICE_LINKED,),
)
FEDERATED_PRINCIPAL = CauseType(
    "federated-principal",
    title="A Federated principal is not a provider",
    text="A Federated principal is neither the ARN of an OIDC or SAML provider nor a built-in provider.",
    recognised_by='The message says "Federated principals must be valid domain names or SAML metadata ARNs".',
    fix="Use the provider's ARN: arn:aws:iam::ACCOUNT_ID:oidc-provider/HOST.",
    sources=(pages.POLICY_PRINCIPAL,),
)
NO_PRINCIPALS = CauseType(
    "no-principals",
    title="A statement has no principal",
    recognised_by='The message says "has a statement with no principals".',
    fix="Add Principal to each statement.",
    sources=(pages.POLICY_PRINCIPAL,),
)
PRINCIPAL_IN_IDENTITY_POLICY = CauseType(
    "principal-in-identity-policy",
    title="An identity-based policy must not name a principal",
    recognised_by="The message says that the policy document should not specify a principal.",
    fix="Remove Principal from the policy.",
    sources=(pages.POLICY_TROUBLES,),
)
ONLY_ASSUME_ACTIONS = CauseType(
    "invalid-trust-action",
    title="The trust policy has an action that trust policies do not allow",
    recognised_by='The message says "AssumeRole policy may only specify STS AssumeRole actions".',
    fix="Keep only sts:AssumeRole (or its WithSAML and WithWebIdentity variants), sts:TagSession and sts:SetSourceIdentity. Move permissions to a policy that is attached to the role.",
    sources=(pages.TRUST_POLICIES,),
)
UNKNOWN_VENDOR = CauseType(
    "missing-service-prefix",
    title="An action or condition key has no service prefix",
    recognised_by="The message says that actions or conditions must be prefaced by a vendor.",
    fix="Write actions as SERVICE:Action, such as eks:DescribeCluster, and keys as PREFIX:key, such as aws:SourceArn.",
    sources=(pages.POLICY_GRAMMAR,),
)
RESOURCE_FORMAT = CauseType(
    "resource-format",
    title="A Resource is neither a complete ARN nor an asterisk",
    recognised_by='The message says that a resource must be in ARN format or "*", or "Resource vendor must be fully qualified".',
    fix="Write complete ARNs with all six parts, and the service in the third one without wildcards, or * alone. Check whether a template variable is empty.",
    sources=(pages.POLICY_GRAMMAR,),
)
RESOURCE_WITHOUT_ACTION = CauseType(
    "resource-without-action",
    title="An action of a statement does not apply to any of its resources",
    recognised_by='The message says "Action does not apply to any resource(s) in statement".',
    fix="Object actions such as s3:GetObject require the bucket ARN with /*, bucket actions such as s3:ListBucket the ARN without it. Write a statement for each.",
    sources=(pages.POLICY_TROUBLES,),
)
INVALID_RESOURCE = CauseType(
    "invalid-resource",
    title="A Resource is not the one that the policy is attached to",
    recognised_by='The message says "Policy has invalid resource".',
    fix="Name the resource that the policy is attached to, with its partition and account.",
    sources=(pages.POLICY_TROUBLES,),
)
INVALID_ACTION = CauseType(
    "invalid-action",
    title="The service has no such action, condition key or operator",
    recognised_by='The message says "Policy has invalid action" or "Policy has invalid condition".',
    fix="Look up the action and the condition keys that it supports in the Service Authorization Reference, and check the spelling.",
    sources=(pages.POLICY_TROUBLES,),
)
INVALID_SID = CauseType(
    "invalid-sid",
    title="A Sid is not unique, or contains other characters than letters and digits",
    recognised_by="The message says that statement IDs must be unique or alphanumeric.",
    fix="Give each statement its own Sid of only A-Z, a-z and 0-9, or omit it.",
    sources=(pages.POLICY_GRAMMAR,),
)
POLICY_VERSION = CauseType(
    "policy-version",
    title="The policy's Version is invalid",
    recognised_by="The message says that the policy document must be version 2012-10-17 or greater.",
    fix='Write "Version": "2012-10-17". It is the version of the policy language, not a date to update.',
    sources=(pages.POLICY_GRAMMAR,),
)
INVALID_JSON = CauseType(
    "invalid-json",
    title="The document is not valid JSON",
    recognised_by='The message says "contains invalid Json", "Syntax errors in policy" or a similar phrase.',
    fix="Correct the JSON. With the AWS CLI, pass a file as file://policy.json.",
    sources=(pages.POLICY_TROUBLES,),
)
MALFORMED_POLICY = CauseType(
    "malformed-policy",
    title="AWS rejects the policy document",
    recognised_by="The error code MalformedPolicyDocument with a message that no other cause covers.",
    fix="Validate the document with IAM Access Analyzer.",
    sources=(pages.POLICY_TROUBLES, pages.VALIDATE_POLICY),
)
SERVERLESS_POLICY = CauseType(
    "serverless-policy-form",
    title="A policy of OpenSearch Serverless has the wrong form",
    text="A policy of OpenSearch Serverless has an element of the wrong form.",
    recognised_by='The message says "Policy json is invalid, error:".',
    fix="Correct the element that the message names. Principal can be a user, a role or a role session, or a SAML user or group, but not the root user.",
    sources=(
        "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-data-access.html",
    ),
)
PROHIBITED_FIELD = CauseType(
    "prohibited-field",
    title="The policy contains an element that its type does not allow",
    meaning="A statement has an element, such as Resource in a trust policy, that a policy of this type does not allow.",
    recognised_by='The message says "Has prohibited field".',
    fix="Remove the element. A trust policy has no Resource, an identity-based policy no Principal.",
    sources=(pages.POLICY_TROUBLES,),
)
MISSING_FIELD = CauseType(
    "missing-field",
    title="A statement lacks a required element",
    recognised_by='The message says "Missing required field", "Policy statement must contain actions" or "Policy statement must contain resources".',
    fix="Add the element to each statement. Check whether a template list is empty.",
    sources=(pages.POLICY_TROUBLES,),
)
UNKNOWN_FIELD = CauseType(
    "unknown-field",
    title="The policy contains an unknown element",
    recognised_by='The message says "Unknown field".',
    fix="Correct the spelling or the place of the element. Names are case-sensitive.",
    sources=(pages.POLICY_TROUBLES,),
)


class DocumentProblem(NamedTuple):
    """A problem in a policy document: its cause, what to do, the problem in one sentence with values, and the correction."""

    cause: CauseType
    steps: tuple[str, ...]
    text: str = ""
    document: Mapping[str, Any] | None = None


# The causes by phrases of AWS. The first one that matches is used, so the most specific problems come first.
_PROBLEMS = {
    "Federated principals must be valid domain names or SAML metadata ARNs": FEDERATED_PRINCIPAL,
    "has a statement with no principals": NO_PRINCIPALS,
    "policy document should not specify a principal": PRINCIPAL_IN_IDENTITY_POLICY,
    "AssumeRole policy may only specify STS AssumeRole actions": ONLY_ASSUME_ACTIONS,
    "must be prefaced by a vendor": UNKNOWN_VENDOR,
    "Resource vendor must be fully qualified": RESOURCE_FORMAT,
    "must be in ARN format or": RESOURCE_FORMAT,
    "Action does not apply to any resource": RESOURCE_WITHOUT_ACTION,
    "policy has invalid resource": INVALID_RESOURCE,
    "policy has invalid action": INVALID_ACTION,
    "policy has invalid condition": INVALID_ACTION,
    "exceeds the maximum allowed document size": POLICY_TOO_LONG,
    "must be unique": INVALID_SID,
    "must be alpha-numeric": INVALID_SID,
    "will not allow you to update the key policy in the future": LOCKOUT,
    "policy document must be version": POLICY_VERSION,
    "Policy json is invalid, error:": SERVERLESS_POLICY,
}
_NAMES_PRINCIPAL = "Trust policies and resource-based policies must name a principal."
# What to do, if the fix of the cause is not enough.
_STEPS = {
    FEDERATED_PRINCIPAL.code: (
        "Write the provider's ARN: arn:aws:iam::ACCOUNT_ID:oidc-provider/HOST/PATH, without https://.",
        "Check whether a template variable is empty or contains the URL instead of the ARN.",
        "The built-in providers are accounts.google.com, graph.facebook.com, www.amazon.com and cognito-identity.amazonaws.com.",
    ),
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
    POLICY_TOO_LONG.code: (
        "A bucket policy can have 20 KB. Merge statements that differ only in principals, actions or resources.",
        "Allow principals of the bucket's account in their identity-based policies, or give applications an access point each, which has its own policy.",
    ),
    NO_PRINCIPALS.code: (
        "Add Principal to each statement. Check whether a template list or variable is empty.",
        _NAMES_PRINCIPAL,
    ),
    PRINCIPAL_IN_IDENTITY_POLICY.code: (
        "Remove Principal: the principal is the user, group or role that the policy is attached to.",
        "If you meant a trust policy or a resource-based policy, use its command: update-assume-role-policy for a role, put-bucket-policy for a bucket.",
    ),
}
_JSON_STEPS = (
    "Check that the file exists, that the command names it with file://, and that the shell did not change its quotes.",
    "Look for missing or extra commas and quotes, comments, curly quotes and a byte order mark.",
    "The document must be one JSON object with Version and Statement, not a string that contains JSON.",
)
_FIELD_PROBLEMS = {
    "Has prohibited": (
        PROHIBITED_FIELD,
        "A statement has {0}, which this type of policy does not allow.",
        "Remove {0} from the statement.",
    ),
    "Missing required": (
        MISSING_FIELD,
        "A statement lacks {0}.",
        "Add {0} to each statement. Check whether a template list is empty.",
    ),
    "Unknown": (
        UNKNOWN_FIELD,
        "The document has {0}, which is not a policy element.",
        "Correct the spelling of {0} (names are case-sensitive) or its place.",
    ),
}


def find_problem(message: str, partition: str = "aws") -> tuple[DocumentProblem, tuple[str, ...]]:
    """Return the problem in a policy document, and the evidence for it.

    >>> problem, because = find_problem("MalformedPolicyDocument: Has prohibited field Resource")
    >>> problem.cause.code, because
    ('prohibited-field', ('AWS says: Has prohibited field Resource.',))
    """
    if other := _OTHER_PARTITION.search(message):
        is_known = partition != other["partition"]
        own = partition if is_known else "aws-cn in China, aws-us-gov in GovCloud (US)"
        text = f"The resource {other['arn']} has the partition {other['partition']}, {f'but the call is in {partition}' if is_known else 'which is not that of the account'}."
        fixed = other["arn"].replace(f"arn:{other['partition']}:", f"arn:{partition}:", 1)
        example = f", such as {fixed}" if is_known else ""
        step = f"Write the partition of the account in every ARN of the document: {own}{example}."
        return DocumentProblem(PARTITION_OF_ARN, (step, PARTITION_IN_TEMPLATES), text), ()
    if field := _FIELD_MESSAGE.search(message):
        return _describe_field_problem(field), (f"AWS says: {field[0]}.",)
    for phrase, cause in _PROBLEMS.items():
        if clues.contains_phrase(message, phrase):
            steps = _STEPS.get(cause.code, (cause.fix,))
            return DocumentProblem(cause, steps), clues.quote_phrases(message, phrase)
    if because := clues.quote_phrases(message, *_JSON_PHRASES):
        return DocumentProblem(INVALID_JSON, _JSON_STEPS), because
    return DocumentProblem(MALFORMED_POLICY, ()), ()


def _describe_field_problem(found: re.Match[str]) -> DocumentProblem:
    cause, text, step = _FIELD_PROBLEMS[found["kind"] or "Missing required"]
    name = found["name"] or found["missing"].capitalize()
    more = None
    if cause is PROHIBITED_FIELD and name in {"Resource", "NotResource"}:
        more = "A trust policy has no Resource: it applies to its role. Put permissions into a policy that is attached to the role."
    elif cause is PROHIBITED_FIELD and name in {"Principal", "NotPrincipal"}:
        more = "An identity-based policy names no principal."
    elif cause is MISSING_FIELD and name == "Principal":
        more = _NAMES_PRINCIPAL
    return DocumentProblem(cause, present(step.format(name), more), text.format(name))


TRUST_CALL = lazy_pattern(r"(?i)AssumeRolePolicy|CreateRole\b|creating IAM Role|assume.role.policy")
"""The calls that save a trust policy."""
_ROLE_OF_POLICY = lazy_pattern(
    r"(?a)\b(?:creating|updating) IAM Role \((?P<of_terraform>[\w+=,.@-]{1,64})\)|\biam (?:create-role|update-assume-role-policy)\b[^\n|;&]{0,200}?--role-name[ =][\"']?(?P<option>[\w+=,.@-]{1,64})"
)


def describe_policy(case: Case[MalformedPolicy], message: str) -> str:
    """Return the policy that AWS rejects as a phrase, with its role if the text names it."""
    if not TRUST_CALL.search(message):
        return "the policy"
    found = _ROLE_OF_POLICY.finditer(case.failure.text)
    name = only_one({each["of_terraform"] or each["option"] for each in found})
    return f"the trust policy of the role {name}" if name and clues.safe_name(name) else "the trust policy"


def explain_absent_role(case: Case[MalformedPolicy], named: str | None, note: str) -> Explanation | None:
    """Explain that a policy names a service-linked role that the account does not have yet: the principal, if known."""
    text = case.failure.text
    found = _LINKED_ARN.search(text if named is None else named)
    if found is None:
        return None
    role, suffix = found["role"], found["suffix"] or ""
    if re.search(rf"\"RoleName\": ?\"{re.escape(role)}\"|\b{re.escape(role)} has been taken", text):
        return None
    other = None if named else _OTHER_PRINCIPAL.search(text)
    in_code = f'In Terraform, aws_iam_service_linked_role with aws_service_name = "{found["service"]}" creates it. Let the resource with the policy depend on it. In accounts that have the role, import it first, or leave the resource out there: the name is taken.'
    create = (
        f"aws iam create-service-linked-role --aws-service-name {{}}{' --custom-suffix {}' if suffix else ''}"
    )
    return case.explain(
        f"AWS rejected the policy because it cannot find a principal in it: {'' if named else 'most likely, '}the account does not have the service-linked role {role} yet.",
        LINKED_ROLE_ABSENT.cause(
            "derived" if named else "possible",
            f"The policy names {clip_text(found[0])}{', which accounts in which it works have' if find_working(text, _OTHER_ACCOUNT) else ''}.",
        ),
        other
        and common_causes.ROLE_TOO_NEW.cause(
            text=f"Another principal, such as {other[0]}, is too new. That is less likely, because Terraform waits minutes for a new role."
        ),
        remedies=account_remedy(
            f"Create the service-linked role {role} in this account",
            in_code if "erraform" in text or "aws_" in text else None,
            commands=(
                fill_command("aws iam get-role --role-name {}", role),
                Labelled(
                    "If it does not exist:", fill_command(create, *filter(None, (found["service"], suffix)))
                ),
            ),
        ),
        notes=note,
    )
