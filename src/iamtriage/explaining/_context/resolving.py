"""Combine the supplied facts with the facts in the text around a failure.

Only this module decides between them. A supplied fact takes precedence, because the user states it about this
failure, while the context is read from the surrounding text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._context.model import NOTHING, Context
from iamtriage.explaining._context.reading import read_context
from iamtriage.explaining._facts import NO_FACTS

if TYPE_CHECKING:
    from iamtriage.explaining._facts import Facts
    from iamtriage.failures._failures import Failure

__all__ = ("context_of", "is_derived", "resolve_facts")


def context_of(facts: Facts) -> Context:
    """Return the context with which facts were completed."""
    context: Context = getattr(facts, "context", NOTHING)
    return context


def is_derived(facts: Facts, name: str) -> bool:
    """Return whether a fact comes from the text instead of the caller of ``explain()``."""
    return name in facts.derived


def resolve_facts(failure: Failure, facts: Facts) -> Facts:
    r"""Return the facts about a failure, completed with the context.

    >>> from iamtriage import Facts, parse
    >>> failure = parse("$ aws eks list-clusters --region eu-west-1\n\nUnable to locate credentials")
    >>> facts = resolve_facts(failure, Facts())
    >>> facts.region, sorted(facts.derived)
    ('eu-west-1', ['region', 'service'])
    """
    context = read_context(failure)
    if context is NOTHING and facts is NO_FACTS:
        # Most failures are on a separate line.
        return NO_FACTS
    from iamtriage.explaining._context.derived_facts import complete_facts

    return complete_facts(failure, facts, context)
