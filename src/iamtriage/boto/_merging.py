"""Combine collected denials into principals and a report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from iamtriage._rendering.blocks import Code, Heading, Items, Paragraph
from iamtriage.explaining._explain import explain
from iamtriage.explaining._policy_for import normalize_principal, policies_by_principal
from iamtriage.failures._failures import AccessDenied
from iamtriage.failures._fingerprints import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from iamtriage._rendering.blocks import Block
    from iamtriage.failures._failures import Failure

__all__ = ("build_report", "list_principals")

_MAX_SHOWN = 100


def list_principals(failures: Iterable[Failure]) -> tuple[str, ...]:
    """Return the denied principals, with the role in place of its sessions."""
    found = (
        normalize_principal(failure.principal) for failure in failures if isinstance(failure, AccessDenied)
    )
    return tuple(dict.fromkeys(principal for principal in found if principal is not None))


# ------------------------------------------------ report


def build_report(failures: tuple[Failure, ...], counts: Mapping[str, int]) -> Iterator[Block]:
    """Yield the report: problems with their remedies, problems without a policy, and the policies."""
    if not failures:
        yield Heading("Nothing was denied.", 1)
        return
    total = sum(counts.values())
    problems = "1 problem" if len(failures) == 1 else f"{len(failures)} problems"
    yield Heading(f"{problems} in {'1 failure' if total == 1 else f'{total} failures'}", 1)
    yield Heading("What was denied")
    without_policy: list[str] = []
    for failure in failures[:_MAX_SHOWN]:
        explanation = explain(failure)
        times = counts.get(fingerprint(failure), 1)
        yield Heading(explanation.summary, 3, (f"{times} times",) if times > 1 else ())
        if explanation.remedies:
            yield Items(tuple(f"{each.title} ({each.who})" for each in explanation.remedies))
        if not policies_by_principal([failure]):
            without_policy.append(explanation.summary)
    if len(failures) > _MAX_SHOWN:
        yield Paragraph(f"… and {len(failures) - _MAX_SHOWN} more.", quiet=True)
    if without_policy:
        yield Heading(
            "What the policy below does not fix"
            if policies_by_principal(failures)
            else "No identity-based policy of the caller helps"
        )
        yield Items(tuple(dict.fromkeys(without_policy)))
    yield from _show_policies(failures)


def _show_policies(failures: tuple[Failure, ...]) -> Iterator[Block]:
    """Yield a policy for each principal. If there are several, denials that name none get another one."""
    has_principal = bool(list_principals(failures))
    for principal, policy in policies_by_principal(failures).items():
        title = "The policy"
        if principal:
            title = f"The policy for {principal}"
        elif has_principal:
            title = "The policy for denials that name no principal"
        yield Heading(title)
        yield Code(json.dumps(policy, indent=2, ensure_ascii=True), "json")
