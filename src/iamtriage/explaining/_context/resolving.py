"""Resolve what is known in addition to a failure: the supplied facts first, then the text around the failure.

This is the only place that decides between them. A supplied fact takes precedence, because the user states it
about this failure; the context is read from what surrounds it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from iamtriage.exceptions import IamTriageError
from iamtriage.explaining._context.model import NOTHING, Context, Stated
from iamtriage.explaining._context.reading import read_context
from iamtriage.explaining._facts import NO_FACTS, Facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.failures._failures import Failure

__all__ = ("ResolvedFacts", "context_of", "is_derived", "resolve_facts")

_STATED_NAMES = ("cluster", "region", "namespace", "service_account", "caller", "service")

# Condition keys of a request that state a fact.
_FACTS_OF_KEYS = {
    "aws:principalarn": "caller",
    "aws:requestedregion": "region",
    "aws:region": "region",
    "ec2:region": "region",
}
# What runs with the one role that the text states.
_RUNTIMES_WITH_ROLE = frozenset(
    {"codebuild", "eks-pod", "github-actions", "gitlab", "glue", "lambda", "redshift"}
)


@attrs.frozen(kw_only=True, eq=False)
class ResolvedFacts(Facts):
    """The supplied facts, completed by the context of the failure.

    Attributes:
        context: What the text around the failure states.
    """

    context: Context = NOTHING


_NOTHING_KNOWN = ResolvedFacts()


def context_of(facts: Facts) -> Context:
    """Return the context that facts were completed by."""
    return facts.context if isinstance(facts, ResolvedFacts) else NOTHING


def is_derived(facts: Facts, name: str) -> bool:
    """Return whether a fact comes from the text and not from the caller of ``explain()``."""
    return name in facts.derived


def resolve_facts(failure: Failure, facts: Facts) -> ResolvedFacts:
    r"""Return the facts about a failure, completed by what the text around it states.

    >>> from iamtriage import parse
    >>> failure = parse("$ aws eks list-clusters --region eu-west-1\n\nUnable to locate credentials")
    >>> facts = resolve_facts(failure, Facts())
    >>> facts.region, sorted(facts.derived)
    ('eu-west-1', ['region', 'service'])
    """
    context = read_context(failure)
    if context is NOTHING and facts is NO_FACTS:
        return _NOTHING_KNOWN
    known = {each.name: getattr(facts, each.name) for each in attrs.fields(Facts)}
    found = {name: value for name, value in _derived_facts(failure, facts, context) if known[name] is None}
    known["derived"] = facts.derived | found.keys()
    return ResolvedFacts(**{**known, **found}, context=context)


def _derived_facts(failure: Failure, facts: Facts, context: Context) -> Iterator[tuple[str, Any]]:
    yield from _facts_of_documents(facts)
    if context is NOTHING:
        if failure.envelope.region is not None:
            yield "region", failure.envelope.region
        return
    if context.caller is None and (caller := _caller_of_runtime(failure, context)) is not None:
        yield "caller", caller
    for name in _STATED_NAMES:
        stated: Stated | None = getattr(context, name)
        if name == "region" and failure.envelope.region is not None:
            stated = Stated(failure.envelope.region, failure.envelope.region)
        if stated is not None:
            yield name, stated.value
    trust_policy = next((each.content for each in context.policies if each.is_trust_policy), None)
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


def _caller_of_runtime(failure: Failure, context: Context) -> str | None:
    """Return the role that the text states for what made the call, such as a job of GitHub Actions."""
    if context.role_arn is None or context.runtime is None or context.runtime.kind not in _RUNTIMES_WITH_ROLE:
        return None
    operation = failure.envelope.operation or failure.action or ""
    return None if "AssumeRole" in operation else context.role_arn.value


def _facts_of_documents(facts: Facts) -> Iterator[tuple[str, Any]]:
    """Yield what the decoded message and the authorization details state about the request."""
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
