"""What many denials come to: whose they are, the policies they take, and the words of a report.

Not for gathering them, see ``_collecting``.
"""

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

__all__ = ("blocks_of", "policies_of", "policy_of", "principals_of")

_MOST_SHOWN = 100
_MOST_NAMED = 5


def principals_of(failures: Iterable[Failure]) -> tuple[str, ...]:
    """Give whom AWS denied, a role for all of its sessions."""
    found = (_who(failure.principal) for failure in failures if isinstance(failure, AccessDenied))
    return tuple(dict.fromkeys(who for who in found if who is not None))


def policy_of(failures: tuple[Failure, ...], principal: str | None) -> dict[str, Any]:
    """Give the policy that one principal lacks.

    Raises:
        ValueError: several principals were denied, or not this one.
    """
    return policy_for(_of_one(failures, principal))


def policies_of(
    failures: tuple[Failure, ...], principal: str | None, limit: int
) -> tuple[dict[str, Any], ...]:
    """Give the policy that one principal lacks, in documents that are not over a limit.

    Raises:
        ValueError: as for :func:`policy_of`; or the limit is under 256.
    """
    return policies_for(_of_one(failures, principal), limit=limit)


def _of_one(failures: tuple[Failure, ...], principal: str | None) -> tuple[Failure, ...]:
    principals = principals_of(failures)
    if principal is None:
        if len(principals) > 1:
            named = ", ".join(map(quote_text, principals[:_MOST_NAMED]))
            more = f" and {len(principals) - _MOST_NAMED} more" if len(principals) > _MOST_NAMED else ""
            msg = f"a policy is of one principal; say of which: {named}{more}"
            raise ValueError(msg)
        return failures
    who = _who(principal)
    if not principals:
        return failures  # they name nobody, so it is for the caller to say whose they are
    if who not in principals:
        msg = f"{quote_text(principal)} was not denied anything"
        raise ValueError(msg)
    # Who names nobody is the one who was named, unless several were.
    nobody = {None} if len(principals) == 1 else set[None]()
    return tuple(failure for failure in failures if _who(failure.principal) in {who, *nobody})


def _who(principal: str | None) -> str | None:
    """Give the role, without the path that sessions do not tell; else the principal as it is written."""
    role = underlying_role(try_parse_principal(principal))
    return principal if role is None else f"arn:{role.partition}:iam::{role.account}:role/{role.name}"


# ------------------------------------------------ words


def blocks_of(failures: tuple[Failure, ...], counts: Mapping[str, int]) -> Iterator[Block]:
    """Give the report: each problem with what helps, what no policy helps, a policy for each principal."""
    if not failures:
        yield Heading("Nothing was denied.", 1)
        return
    total = sum(counts.values())
    problems = "1 problem" if len(failures) == 1 else f"{len(failures)} problems"
    yield Heading(f"{problems} in {'1 failure' if total == 1 else f'{total} failures'}", 1)
    yield Heading("What was denied")
    helpless: list[str] = []
    for failure in failures[:_MOST_SHOWN]:
        explanation = explain(failure)
        times = counts.get(fingerprint(failure), 1)
        yield Heading(explanation.summary, 3, (f"{times} times",) if times > 1 else ())
        if explanation.remedies:
            yield Items(tuple(f"{each.title} ({each.who})" for each in explanation.remedies))
        if not policy_for([failure])["Statement"]:
            helpless.append(explanation.summary)
    if len(failures) > _MOST_SHOWN:
        yield Paragraph(f"… and {len(failures) - _MOST_SHOWN} more.", quiet=True)
    if helpless:
        yield Heading(
            "What the policy below does not help"
            if _statements(failures)
            else "No policy of the caller helps"
        )
        yield Items(tuple(dict.fromkeys(helpless)))
    yield from _policies(failures)


def _statements(failures: Iterable[Failure]) -> bool:
    return bool(policy_for(failures)["Statement"])


def _policies(failures: tuple[Failure, ...]) -> Iterator[Block]:
    """Give a policy for each principal, and one for denials that name nobody where several are named."""
    principals = principals_of(failures)
    if len(principals) <= 1:
        yield from _policy(f"The policy for {principals[0]}" if principals else "The policy", failures)
        return
    for principal in principals:
        yield from _policy(f"The policy for {principal}", _of_one(failures, principal))
    nameless = tuple(each for each in failures if isinstance(each, AccessDenied) and each.principal is None)
    yield from _policy("The policy for denials that name nobody", nameless)


def _policy(title: str, failures: tuple[Failure, ...]) -> Iterator[Block]:
    policy = policy_for(failures)
    if policy["Statement"]:
        yield Heading(title)
        yield Code(json.dumps(policy, indent=2, ensure_ascii=True), "json")
