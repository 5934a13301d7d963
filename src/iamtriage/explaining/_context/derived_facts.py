"""Derive facts from the text around a failure, a decoded message and authorization details."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.exceptions import IamTriageError
from iamtriage.explaining._context.model import NOTHING, Context
from iamtriage.explaining._context.readers.regions import region_of_directory_bucket
from iamtriage.explaining._context.values import Stated
from iamtriage.explaining._facts import Facts
from iamtriage.failures._failures import AccessDenied, Failure

_STATED_NAMES = (
    "cluster", "authentication_mode", "region", "namespace", "service_account", "caller", "service",
)  # fmt: skip
# Condition keys of a request that state a fact.
_FACTS_OF_KEYS = {
    "aws:principalarn": "caller",
    "aws:requestedregion": "region",
    "aws:region": "region",
    "ec2:region": "region",
}
# A word of a sentence has none of these.
_IS_NAME = lazy_pattern(r"[-_0-9]")
# Runtimes that use the only role in the text.
_RUNTIMES_WITH_ROLE = frozenset(
    {"codebuild", "ecs", "github-actions", "gitlab", "glue", "lambda", "redshift"}
)
# The provider of the Java SDKs, of the others, and in the output of "aws configure list". A chain that found nothing in
# it says so.
_USES_WEB_IDENTITY = lazy_pattern(
    r"(?m)^(?![^\n]{0,400}(?i:\b(?:unable|not|failed|skipp(?:ed|ing)|no)\b|n't\b))[^\n]{0,300}(?:\bWebIdentityTokenCredentials|\bWebIdentityCredentials\b|\bfromTokenFile\b|\*{4}\w{0,4} {1,20}assume-role-with-web-identity\b)"
)


@attrs.frozen(kw_only=True, eq=False)
class _ResolvedFacts(Facts):
    """The supplied facts, completed by the context of the failure.

    Attributes:
        context: The context of the failure.
    """

    context: Context = attrs.field(default=NOTHING, hash=False)


def complete_facts(failure: Failure, facts: Facts, context: Context) -> Facts:
    """Return facts with what the text states, and with the context."""
    known = {each.name: getattr(facts, each.name) for each in attrs.fields(Facts)}
    found = {name: value for name, value in _derive_facts(failure, facts, context) if known[name] is None}
    known["derived"] = facts.derived | found.keys()
    if facts.account is not None:
        context = context._replace(account=Stated(facts.account, facts.account))
    return _ResolvedFacts(**{**known, **found}, context=context)


def _derive_facts(failure: Failure, facts: Facts, context: Context) -> Iterator[tuple[str, Any]]:
    """Yield the names and values of facts. If a name has several values, the last one wins.

    Args:
        failure: The failure.
        facts: The supplied facts.
        context: The context of the failure.
    """
    yield from _facts_of_documents(facts)
    if facts.token_claims is None and context.token_claims is None and _is_about_token(failure):
        from iamtriage.explaining._context.readers.stated_claims import find_stated_claims

        if (claims := find_stated_claims(failure.text)) is not None:
            yield "token_claims", claims
    yield from _find_said_trust(failure)
    if context is NOTHING:
        if failure.envelope.region is not None:
            yield "region", failure.envelope.region
        return
    if context.caller is None and (caller := _caller_of_runtime(failure, facts, context)) is not None:
        yield "caller", caller
    for name in _STATED_NAMES:
        stated: Stated | None = _find_region(failure, context) if name == "region" else getattr(context, name)
        if stated is not None:
            value = stated.value
            if name == "caller" and facts.account is not None:
                value = value.replace("::****:", f"::{facts.account}:", 1)
            yield name, value
    trust_policy = _trust_policy_of_target(failure, context)
    if trust_policy is not None:
        yield "trust_policy", trust_policy
    if context.token_claims is not None:
        yield "token_claims", context.token_claims
    for name in ("decoded_message", "authorization_details"):
        if (document := getattr(context, name)) is not None:
            try:
                yield name, getattr(Facts(**{name: document}), name)
            except (IamTriageError, TypeError, ValueError):
                continue


def _find_said_trust(failure: Failure) -> Iterator[tuple[str, Any]]:
    """Yield the trust policy that a sentence describes, unless another kind of policy denied the call."""
    if not isinstance(failure, AccessDenied) or "trust " not in failure.text:
        return
    if failure.action != "sts:AssumeRole" or failure.policy_type not in {None, "role_trust"}:
        return
    if failure.deny == "explicit":
        return
    from iamtriage.explaining._context.readers.said_trust import find_said_trust

    if (said := find_said_trust(failure.text, failure.principal, failure.resource)) is not None:
        yield "trust_policy", said


def _trust_policy_of_target(failure: Failure, context: Context) -> Mapping[str, Any] | None:
    """Return the trust policy in a text, unless the text says that it is another role's than the one in question."""
    found = [
        each
        for each in context.policies
        if each.is_trust_policy and each.is_whole and not each.has_references
    ]
    arn = str(getattr(failure, "resource", None) or "")
    if ":role/" not in arn and context.role_arn is not None:
        arn = context.role_arn.value
    role = arn.rpartition("/")[2].lower()
    names = [None if each.owner is None else each.owner[1].lower() for each in found]
    if role in names:
        return found[names.index(role)].content
    # A plain word can be what people call the role.
    others = (
        each for each, name in zip(found, names, strict=True) if not (role and name and _IS_NAME.search(name))
    )
    return next((each.content for each in others), None)


def _find_region(failure: Failure, context: Context) -> Stated | None:
    """Return the Region of the failed call: that of the record, of the text, or of a directory bucket."""
    if failure.envelope.region is not None:
        return Stated(failure.envelope.region, failure.envelope.region)
    bucket = context.bucket
    region = (
        None if bucket is None or context.region is not None else region_of_directory_bucket(bucket.value)
    )
    return context.region if bucket is None or region is None else Stated(region, bucket.words)


def _is_about_token(failure: Failure) -> bool:
    """Return whether STS rejected a web identity token."""
    action = getattr(failure, "action", None) or failure.envelope.operation or ""
    return failure.kind == "invalid_identity_token" or action.endswith("AssumeRoleWithWebIdentity")


def _is_of_web_identity(failure: Failure, facts: Facts, context: Context) -> bool:
    """Return whether the role is that of the environment, and a service account or a provider uses it."""
    role, text = context.role_arn, failure.text
    if role is None or "AWS_ROLE_ARN" not in role.words or "ACCESS_KEY_ID" in text or "AWS_PROFILE" in text:
        return False
    is_of_account = facts.service_account is not None or context.service_account is not None
    return is_of_account or _USES_WEB_IDENTITY.search(text) is not None


def _caller_of_runtime(failure: Failure, facts: Facts, context: Context) -> str | None:
    """Return the role of the program that made the call, such as a GitHub Actions job, if the text states it."""
    if context.runtime is not None and context.runtime.caller.startswith("the execution role of the ECS"):
        # What starts a task uses its execution role.
        from iamtriage.explaining._context.readers.task_roles import find_execution_role

        return find_execution_role(failure.text)
    is_of_token = context.runtime_kind == "eks-pod" or _is_of_web_identity(failure, facts, context)
    if context.role_arn is None or not (is_of_token or context.runtime_kind in _RUNTIMES_WITH_ROLE):
        return None
    if is_of_token:
        from iamtriage.explaining._context.readers.kubernetes.pod_evidence import read_pod_evidence

        if read_pod_evidence(failure.text).lacks_role:
            return None
    operation = failure.envelope.operation or failure.action or ""
    return None if "AssumeRole" in operation else context.role_arn.value


def _facts_of_documents(facts: Facts) -> Iterator[tuple[str, Any]]:
    """Yield the facts about the request in the decoded message and the authorization details."""
    message, details = facts.decoded_message, facts.authorization_details
    if details is not None:
        for each in details.request_context:
            name = _FACTS_OF_KEYS.get(each.key.lower())
            if name is not None and each.values:
                yield name, each.values[0]
    if message is not None:
        if message.principal is not None and message.principal.arn is not None:
            yield "caller", message.principal.arn
        for key, name in _FACTS_OF_KEYS.items():
            if name == "region" and (values := message.request_values(key)):
                yield name, values[0]
