"""Combine collected denials into principals, policies and a report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from iamtriage._rendering.blocks import Code, Heading, Items, Paragraph
from iamtriage._text import quote_text
from iamtriage.explaining._explain import explain
from iamtriage.explaining._policy_for import policies_for, policy_for
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal, underlying_role
from iamtriage.failures._failures import AccessDenied
from iamtriage.failures._fingerprints import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from iamtriage._rendering.blocks import Block
    from iamtriage.failures._failures import Failure

__all__ = ("build_policies", "build_policy", "build_report", "list_principals")

_MAX_SHOWN = 100
_MAX_NAMED = 5


def list_principals(failures: Iterable[Failure]) -> tuple[str, ...]:
    """Return the denied principals, with the role in place of its sessions."""
    found = (
        _normalize_principal(failure.principal) for failure in failures if isinstance(failure, AccessDenied)
    )
    return tuple(dict.fromkeys(principal for principal in found if principal is not None))


def build_policy(failures: tuple[Failure, ...], principal: str | None) -> dict[str, Any]:
    """Build a policy with the permissions that one principal lacks.

    Raises:
        ValueError: Several principals were denied and none is given, or the given one was not denied.
    """
    return policy_for(_select_failures(failures, principal))


def build_policies(
    failures: tuple[Failure, ...], principal: str | None, limit: int
) -> tuple[dict[str, Any], ...]:
    """Build policies within a size limit, with the permissions that one principal lacks.

    Raises:
        ValueError: As for :func:`build_policy`, or the limit is below 256.
    """
    return policies_for(_select_failures(failures, principal), limit=limit)


def _select_failures(failures: tuple[Failure, ...], principal: str | None) -> tuple[Failure, ...]:
    principals = list_principals(failures)
    if principal is None:
        if len(principals) > 1:
            msg = f"several principals were denied; expected one of {_join_principals(principals)}"
            raise ValueError(msg)
        return failures
    selected = _normalize_principal(principal)
    if not principals:
        return failures  # none of them names a principal, so the caller may say whose they are
    if selected not in principals:
        msg = f"unknown principal {quote_text(principal)}; expected one of {_join_principals(principals)}"
        raise ValueError(msg)
    # A failure that names no principal belongs to the only one that the others name.
    unnamed = {None} if len(principals) == 1 else set[None]()
    return tuple(
        failure for failure in failures if _normalize_principal(failure.principal) in {selected, *unnamed}
    )


def _join_principals(principals: tuple[str, ...]) -> str:
    more = f" and {len(principals) - _MAX_NAMED} more" if len(principals) > _MAX_NAMED else ""
    return ", ".join(map(quote_text, principals[:_MAX_NAMED])) + more


def _normalize_principal(principal: str | None) -> str | None:
    """Return the role without its path, which sessions do not state; other principals as they are."""
    role = underlying_role(try_parse_principal(principal))
    return principal if role is None else f"arn:{role.partition}:iam::{role.account}:role/{role.name}"


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
        if not policy_for([failure])["Statement"]:
            without_policy.append(explanation.summary)
    if len(failures) > _MAX_SHOWN:
        yield Paragraph(f"… and {len(failures) - _MAX_SHOWN} more.", quiet=True)
    if without_policy:
        yield Heading(
            "What the policy below does not fix"
            if _has_statements(failures)
            else "No identity-based policy of the caller helps"
        )
        yield Items(tuple(dict.fromkeys(without_policy)))
    yield from _show_policies(failures)


def _has_statements(failures: Iterable[Failure]) -> bool:
    return bool(policy_for(failures)["Statement"])


def _show_policies(failures: tuple[Failure, ...]) -> Iterator[Block]:
    """Yield a policy for each principal. If there are several, denials that name none get another one."""
    principals = list_principals(failures)
    if len(principals) <= 1:
        yield from _show_policy(f"The policy for {principals[0]}" if principals else "The policy", failures)
        return
    for principal in principals:
        yield from _show_policy(f"The policy for {principal}", _select_failures(failures, principal))
    unnamed = tuple(each for each in failures if isinstance(each, AccessDenied) and each.principal is None)
    yield from _show_policy("The policy for denials that name no principal", unnamed)


def _show_policy(title: str, failures: tuple[Failure, ...]) -> Iterator[Block]:
    policy = policy_for(failures)
    if policy["Statement"]:
        yield Heading(title)
        yield Code(json.dumps(policy, indent=2, ensure_ascii=True), "json")
