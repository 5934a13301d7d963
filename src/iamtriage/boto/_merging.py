"""Summarize collected denials by problem and principal, and build a report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import attrs

from iamtriage._rendering.blocks import Code, Heading, Items, Paragraph
from iamtriage._typing import NamedTuple
from iamtriage.explaining._explain import explain
from iamtriage.explaining._policy_for import normalize_principal, policies_by_principal
from iamtriage.failures._failures import AccessDenied
from iamtriage.failures._fingerprints import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage._rendering.blocks import Block
    from iamtriage.explaining._facts import Facts
    from iamtriage.failures._failures import Failure

__all__ = ("Problem", "build_report", "complete_failure", "list_principals")

_MAX_SHOWN = 100


class Problem(NamedTuple):
    """A failure, the facts from the parameters of its call, and how often it occurred."""

    failure: Failure
    facts: Facts | None
    times: int = 0

    @property
    def key(self) -> tuple[str, str | None]:
        """What distinguishes the problem: its fingerprint, and the resource if only the call names it."""
        resource = None if self.facts is None or self.failure.resource is not None else self.facts.resource
        return fingerprint(self.failure), resource


def complete_failure(problem: Problem) -> Failure:
    """Return the failure completed by the call's resource and service, to build a policy from it."""
    failure, facts = problem.failure, problem.facts
    if facts is None or not isinstance(failure, AccessDenied):
        return failure
    envelope = attrs.evolve(failure.envelope, service=failure.envelope.service or facts.service)
    return attrs.evolve(failure, resource=failure.resource or facts.resource, envelope=envelope)


def list_principals(failures: Iterable[Failure]) -> tuple[str, ...]:
    """Return the denied principals, with the role instead of its sessions."""
    found = (
        normalize_principal(failure.principal) for failure in failures if isinstance(failure, AccessDenied)
    )
    return tuple(dict.fromkeys(principal for principal in found if principal is not None))


# ------------------------------------------------ report


def build_report(found: tuple[Problem, ...]) -> Iterator[Block]:
    """Yield the report: problems with their remedies, problems without a policy, and the policies."""
    if not found:
        yield Heading("Nothing was denied.", 1)
        return
    failures = tuple(map(complete_failure, found))
    total = sum(each.times for each in found)
    problems = "1 problem" if len(found) == 1 else f"{len(found)} problems"
    yield Heading(f"{problems} in {'1 failure' if total == 1 else f'{total} failures'}", 1)
    yield Heading("What was denied")
    without_policy: list[str] = []
    for problem in found[:_MAX_SHOWN]:
        explanation = explain(problem.failure, facts=problem.facts)
        times = problem.times
        yield Heading(explanation.summary, 3, (f"{times} times",) if times > 1 else ())
        if explanation.remedies:
            yield Items(tuple(f"{each.title} ({each.who})" for each in explanation.remedies))
        if not policies_by_principal([complete_failure(problem)]):
            without_policy.append(explanation.summary)
    if len(failures) > _MAX_SHOWN:
        yield Paragraph(f"… and {len(failures) - _MAX_SHOWN} more.", quiet=True)
    if without_policy:
        yield Heading(
            "What the policy below does not fix"
            if policies_by_principal(failures)
            else "What no identity-based policy can fix"
        )
        yield Items(tuple(dict.fromkeys(without_policy)))
    yield from _policy_blocks(failures)


def _policy_blocks(failures: tuple[Failure, ...]) -> Iterator[Block]:
    """Yield a policy for each principal, and one for denials without a principal."""
    has_principal = bool(list_principals(failures))
    for principal, policy in policies_by_principal(failures).items():
        title = "The policy"
        if principal:
            title = f"The policy for {principal}"
        elif has_principal:
            title = "The policy for denials that name no principal"
        yield Heading(title)
        yield Code(json.dumps(policy, indent=2, ensure_ascii=True), "json")
