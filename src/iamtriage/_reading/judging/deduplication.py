"""Merge repeated prints of one failure, such as a traceback and its summary.

Two failures can have facts that complement each other: one denial's operation and another's request ID. So prints are
merged only if what both state tells failures apart, or nothing suggests two failures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from iamtriage._reading.judging.candidates import plain_code
from iamtriage._reading.vocabulary.codes import normalize_code
from iamtriage._reading.vocabulary.grammar import STATEMENT
from iamtriage._reading.vocabulary.pieces import CLASS_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iamtriage._reading.judging.candidates import Candidate
    from iamtriage._reading.vocabulary.pieces import Fact
    from iamtriage.typing import Kind

_SAME_BY = frozenset(
    {
        "code", "operation", "service", "principal", "action", "resource", "deny", "policy_type", "policy_arn", "request_id", "host_id", "status_code",
        "encoded_message", "authorization_id", "k8s_user", "k8s_verb", "k8s_resource", "k8s_namespace",
    }
)  # fmt: skip
# What does not tell one failure from another, since many have the same.
_COMMON = frozenset({"code", "service", "status_code", "deny", "policy_type"})
# Nor do these tell failures with others between them apart.
_CALLS = _COMMON | {"operation", "action", "k8s_verb", "k8s_resource", "k8s_namespace"}
# Each SDK prints a failure in its own form, so that no two of them print the same one.
_FAMILIES = {
    source: family
    for family, sources in (
        ("python", "botocore aws-cli boto2 python-v4"),
        ("go", "go-v1 go-v2"),
        ("java", "java-v1 java-v2"),
        ("javascript", "js-v2 js-v3"),
        *((source, source) for source in ("dotnet", "php", "ruby", "cpp", "swift", "kotlin")),
    )
    for source in sources.split()
}
_MOST_COMPARED = 16
_Traits: TypeAlias = "tuple[object, ...]"
# What is given to a code that stands alone.
_BESIDE_A_NAME = frozenset({"code", "service", "status_code"})


def merge_duplicates(candidates: list[Candidate], text: str) -> list[Candidate]:
    """Unite repeated reports of a failure, if they contradict each other in nothing."""
    seen: dict[Kind | None, list[Candidate]] = {}
    united: list[Candidate] = []
    # Where the last report of each ends.
    ends: dict[int, int] = {}
    # Equal traits have one number, because comparing traits takes long.
    numbers: dict[_Traits, int] = {}
    traits: dict[int, int] = {}
    for at, candidate in enumerate(candidates):
        if _only_names(candidate, candidates[max(0, at - _MOST_COMPARED) : at + 1 + _MOST_COMPARED]):
            continue
        others = seen.setdefault(candidate.kind, [])
        # Of reports that say the same, one is compared.
        different: set[int] = set()
        for other in others[-_MOST_COMPARED:]:
            if traits[id(other)] in different:
                continue
            if not _same_failure(other, candidate, is_apart=False):
                different.add(traits[id(other)])
                continue
            is_apart = text.count(STATEMENT, ends.get(id(other), other.end), candidate.start) > 1
            if not is_apart or _same_failure(other, candidate, is_apart=True):
                for key, fact in candidate.facts.items():
                    present = other.facts.get(key)
                    if present is None or (present.rank < fact.rank and present.rank <= CLASS_NAME):
                        other.facts[key] = fact
                ends[id(other)] = candidate.end
                traits[id(other)] = numbers.setdefault(_traits(other), len(numbers))
                break
        else:
            others.append(candidate)
            traits[id(candidate)] = numbers.setdefault(_traits(candidate), len(numbers))
            united.append(candidate)
    return united


def _traits(candidate: Candidate) -> _Traits:
    """Return all that decides whether another report is of the same failure, except its place."""
    facts = tuple(
        (key, fact.value, fact.rank, fact.stem) for key, fact in candidate.facts.items() if key in _SAME_BY
    )
    return (candidate.source, candidate.has_core, *facts)


def _only_names(candidate: Candidate, around: Sequence[Candidate]) -> bool:
    """Return whether a code is only mentioned, as in a heading, and its message shows another kind."""
    code = candidate.facts.get("code")
    return (
        code is not None
        and not candidate.has_core
        and candidate.facts.keys() <= _BESIDE_A_NAME
        and any(
            other.has_core and other.kind != candidate.kind and other.code == code.value for other in around
        )
    )


def _same_failure(first: Candidate, second: Candidate, *, is_apart: bool) -> bool:
    if ("action" in first.facts) != ("action" in second.facts):
        return False
    shared = told = 0
    spelled_alike = True
    for key, ours in first.facts.items():
        theirs = second.facts.get(key)
        if theirs is None or key not in _SAME_BY:
            continue
        if key == "code":
            alike = _same_code(ours, theirs)
            if alike is None:
                return False
            spelled_alike = alike
        elif not ours.agrees(theirs):
            return False
        shared += key not in {"status_code", "service"}
        told += key not in (_CALLS if is_apart else _COMMON)
    if not told and (is_apart or not (spelled_alike and _one_family(first, second))):
        return False
    # A sentence without code and the same with one: a log line and the exception behind it.
    return shared > 0 or (first.has_core and second.has_core and not (first.code and second.code))


def _same_code(ours: Fact, theirs: Fact) -> bool | None:
    """Return whether two codes are spelled alike or one is a class, ``None`` if they differ."""
    if CLASS_NAME in (ours.rank, theirs.rank) or ours.agrees(theirs):
        return True
    if plain_code(ours.value) != plain_code(theirs.value):
        return None
    return normalize_code(ours.value) == normalize_code(theirs.value)


def _one_family(first: Candidate, second: Candidate) -> bool:
    ours, theirs = _FAMILIES.get(first.source or ""), _FAMILIES.get(second.source or "")
    return ours is None or theirs is None or ours == theirs
