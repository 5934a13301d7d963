"""Combine the supplied facts with the facts in the text around a failure.

Only this module decides between them. A supplied fact takes precedence, because the user states it about this
failure, while the context is read from the surrounding text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage.explaining._context.model import NOTHING, Context
from iamtriage.explaining._context.reading import read_context
from iamtriage.explaining._facts import NO_FACTS, Facts

if TYPE_CHECKING:
    from iamtriage.failures._failures import Failure

__all__ = ("ResolvedFacts", "context_of", "is_derived", "resolve_facts")


@attrs.frozen(kw_only=True, eq=False)
class ResolvedFacts(Facts):
    """The supplied facts, completed by the context of the failure.

    Attributes:
        context: The context of the failure.
    """

    context: Context = NOTHING


_NOTHING_KNOWN = ResolvedFacts()


def context_of(facts: Facts) -> Context:
    """Return the context with which facts were completed."""
    return facts.context if isinstance(facts, ResolvedFacts) else NOTHING


def is_derived(facts: Facts, name: str) -> bool:
    """Return whether a fact comes from the text instead of the caller of ``explain()``."""
    return name in facts.derived


def resolve_facts(failure: Failure, facts: Facts) -> ResolvedFacts:
    r"""Return the facts about a failure, completed with the context.

    >>> from iamtriage import parse
    >>> failure = parse("$ aws eks list-clusters --region eu-west-1\n\nUnable to locate credentials")
    >>> facts = resolve_facts(failure, Facts())
    >>> facts.region, sorted(facts.derived)
    ('eu-west-1', ['region', 'service'])
    """
    context = read_context(failure)
    if context is NOTHING and facts is NO_FACTS:
        return _NOTHING_KNOWN
    from iamtriage.explaining._context.derived_facts import derived_facts

    known = {each.name: getattr(facts, each.name) for each in attrs.fields(Facts)}
    found = {name: value for name, value in derived_facts(failure, facts, context) if known[name] is None}
    known["derived"] = facts.derived | found.keys()
    if facts.account is not None:
        from iamtriage.explaining._context.values import Stated

        context = attrs.evolve(context, account=Stated(facts.account, facts.account))
    return ResolvedFacts(**{**known, **found}, context=context)
