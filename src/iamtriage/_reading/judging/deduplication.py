"""Says which drafts are prints of one failure, as a traceback and its summary, and unites them.

Two failures may have facts that supplement each other: a denial's operation, and the request id of another's.
So what is stated twice must tell one failure from another, or nothing must speak for two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._reading.judging.candidates import plain_code
from iamtriage._reading.vocabulary.codes import bare
from iamtriage._reading.vocabulary.pieces import CLASS_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iamtriage._reading.judging.candidates import Draft
    from iamtriage._reading.vocabulary.pieces import Fact
    from iamtriage.typing import Kind

_SAME_BY = (
    "code",
    "operation",
    "service",
    "principal",
    "action",
    "resource",
    "deny",
    "policy_type",
    "policy_arn",
    "request_id",
    "host_id",
    "status_code",
    "encoded_message",
    "authorization_id",
    "k8s_user",
    "k8s_verb",
    "k8s_resource",
    "k8s_namespace",
)
# What does not tell one failure from another, since many have the same.
_COMMON = frozenset({"code", "service", "status_code", "deny", "policy_type"})
# Each SDK prints a failure in its own form, so that no two of them print the same one.
_FAMILIES = {
    "botocore": "python",
    "aws-cli": "python",
    "boto2": "python",
    "go-v1": "go",
    "go-v2": "go",
    "java-v1": "java",
    "java-v2": "java",
    "dotnet": "dotnet",
    "php": "php",
    "ruby": "ruby",
    "cpp": "cpp",
    "swift": "swift",
    "kotlin": "kotlin",
}
_MOST_COMPARED = 16
# What is given to a code that stands alone.
_BESIDE_A_NAME = frozenset({"code", "service", "status_code"})


def unite(drafts: list[Draft]) -> list[Draft]:
    """Unite prints of the same failure, so far as they contradict each other in nothing."""
    seen: dict[Kind | None, list[Draft]] = {}
    united: list[Draft] = []
    for at, draft in enumerate(drafts):
        if _only_names(draft, drafts[at + 1 : at + 1 + _MOST_COMPARED]):
            continue
        others = seen.setdefault(draft.kind, [])
        for other in others[-_MOST_COMPARED:]:
            if _same_failure(other, draft):
                for key, fact in draft.facts.items():
                    present = other.facts.get(key)
                    if present is None or (present.rank < fact.rank and present.rank <= CLASS_NAME):
                        other.facts[key] = fact
                break
        else:
            others.append(draft)
            united.append(draft)
    return united


def _only_names(draft: Draft, following: Sequence[Draft]) -> bool:
    """Tell whether a code stands alone, as in a heading, and its message behind it tells another kind."""
    code = draft.facts.get("code")
    return (
        code is not None
        and not draft.has_core
        and draft.facts.keys() <= _BESIDE_A_NAME
        and any(
            other.has_core and other.kind != draft.kind and other.code == code.value for other in following
        )
    )


def _same_failure(first: Draft, second: Draft) -> bool:
    shared = told = 0
    spelled_alike = True
    for key in _SAME_BY:
        ours, theirs = first.facts.get(key), second.facts.get(key)
        if ours is None or theirs is None:
            if key == "action" and (ours is None) != (theirs is None):
                return False
            continue
        if key == "code":
            alike = _same_code(ours, theirs)
            if alike is None:
                return False
            spelled_alike = alike
        elif not ours.agrees(theirs):
            return False
        shared += key not in {"status_code", "service"}
        told += key not in _COMMON
    if not told and not (spelled_alike and _one_family(first, second)):
        return False
    # A sentence without code and the same with one: a log line and the exception behind it.
    return shared > 0 or (first.has_core and second.has_core and not (first.code and second.code))


def _same_code(ours: Fact, theirs: Fact) -> bool | None:
    """Tell whether two codes are spelled alike, or one is a class; None where they are not the same."""
    if CLASS_NAME in (ours.rank, theirs.rank) or ours.agrees(theirs):
        return True
    if plain_code(ours.value) != plain_code(theirs.value):
        return None
    return bare(ours.value) == bare(theirs.value)


def _one_family(first: Draft, second: Draft) -> bool:
    ours, theirs = _FAMILIES.get(first.source or ""), _FAMILIES.get(second.source or "")
    return ours is None or theirs is None or ours == theirs
