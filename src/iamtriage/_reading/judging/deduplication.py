"""Merge repeated reports of one failure, such as a traceback and its summary.

The facts of two different failures can complement each other, for example one denial's operation and another one's
request ID. So reports are merged only if they share a fact that identifies the failure, or if nothing suggests two
failures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.judging.candidates import plain_code
from iamtriage._reading.vocabulary.codes import normalize_code
from iamtriage._reading.vocabulary.grammar import STATEMENT
from iamtriage._reading.vocabulary.pieces import CLASS_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iamtriage._reading.judging.candidates import Candidate
    from iamtriage._reading.vocabulary.pieces import Fact
    from iamtriage.typing import Kind

_COMPARED = frozenset(
    {
        "code", "operation", "service", "principal", "action", "resource", "deny", "policy_type", "policy_arn", "request_id", "host_id", "status_code",
        "encoded_message", "authorization_id", "k8s_user", "k8s_verb", "k8s_resource", "k8s_namespace",
    }
)  # fmt: skip
# Facts that do not identify a failure, because many failures share them.
_SHARED_BY_MANY = frozenset({"code", "service", "status_code", "deny", "policy_type"})
# Facts that do not identify a failure if other statements are between the reports.
_SHARED_BY_CALLS = _SHARED_BY_MANY | {"operation", "action", "k8s_verb", "k8s_resource", "k8s_namespace"}
# SDKs by language. Reports of two languages are of different failures, because a program uses one SDK.
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
# Facts that the end of a denial states. The same format prints it each time, or never.
_POLICY_FACTS = frozenset({"deny", "policy_type", "policy_arn"})
# What follows a denial that is printed to its end.
_ENDS = frozenset({"", "\n", "\\", '"', "'", "`", ")", "}", "<"})
_QUOTES = frozenset("\"'`")
_MAX_COMPARED = 16
# What a program says of a role that it failed to assume, and how far from the reason.
_FACTS_OF_ROLE, _MAX_CHARS_OF_ROLE = frozenset({"resource", "principal"}), 300
# The status of an event of CloudFormation, which is about one resource.
_EVENT = lazy_pattern(r"_FAILED(?<=\b(?:CREATE|DELETE|IMPORT|UPDATE)_FAILED)\b")
# What precedes the class of an error in PowerShell's record, and follows its message there.
_RECORD_CLASS, _RECORD = "FullyQualifiedErrorId", "CategoryInfo"
_MAX_CHARS_OF_RECORD = 4_000
_Traits: TypeAlias = "tuple[object, ...]"
# The only facts that a candidate has from a bare code, and from a head without its message.
_BARE_CODE_FACTS = frozenset({"code", "service", "status_code"})
_HEAD_FACTS = frozenset({"operation", "service", "status_code"})
# How people, and the headings of documentation, say what they may not do. No service says it of a caller.
_FIRST_PERSON = ("I am ", "I'm ", "I’m ")


def merge_duplicates(candidates: list[Candidate], text: str) -> list[Candidate]:
    """Merge repeated reports of a failure that do not contradict each other."""
    if _RECORD_CLASS in text:
        candidates = _join_records(candidates, text)
    # The failures of each kind, and the numbers of their traits.
    seen: dict[Kind | None, tuple[list[Candidate], list[int]]] = {}
    merged: list[Candidate] = []
    # Where the last report of each failure ends.
    ends: dict[int, int] = {}
    # Equal traits share a number, because comparing traits takes long.
    trait_numbers: dict[_Traits, int] = {}
    for at, candidate in enumerate(candidates):
        if _is_mention(candidates, at, text):
            continue
        candidate.form = _form(candidate, text)
        others, numbers = seen.setdefault(candidate.kind, ([], []))
        # Reports with equal traits are compared once.
        mismatches: set[int] = set()
        mismatches_apart: set[int] = set()
        for index in range(max(0, len(others) - _MAX_COMPARED), len(others)):
            number = numbers[index]
            if number in mismatches:
                continue
            other = others[index]
            if number not in mismatches_apart and not _are_same_failure(other, candidate, is_apart=False):
                mismatches.add(number)
                continue
            end = ends.get(id(other), other.end)
            is_apart = (
                text.count(STATEMENT, end, candidate.start) > 1
                or _EVENT.search(text, end, candidate.start) is not None
            )
            if (
                is_apart
                and number not in mismatches_apart
                and not _are_same_failure(other, candidate, is_apart=True)
            ):
                mismatches_apart.add(number)
            if not is_apart or number not in mismatches_apart:
                has_facts = bool(other.facts)
                for key, fact in candidate.facts.items():
                    present = other.facts.get(key)
                    if present is None or (present.rank < fact.rank and present.rank <= CLASS_NAME):
                        other.facts[key] = fact
                if not has_facts and candidate.has_core and candidate.has_code and not other.kubernetes:
                    # A heading, or the author's sentence, about the failure that follows.
                    other.start, other.end = candidate.start, candidate.end
                ends[id(other)] = candidate.end
                numbers[index] = trait_numbers.setdefault(_traits(other), len(trait_numbers))
                break
        else:
            others.append(candidate)
            numbers.append(trait_numbers.setdefault(_traits(candidate), len(trait_numbers)))
            merged.append(candidate)
    return merged


def _join_records(candidates: Sequence[Candidate], text: str) -> list[Candidate]:
    """Give the message in a record of PowerShell the code that is at the end of the record, below the command."""
    joined: list[Candidate] = []
    for candidate in candidates:
        end = joined[-1].end if joined else candidate.start
        between = text[end : candidate.start] if candidate.start - end <= _MAX_CHARS_OF_RECORD else ""
        is_class = between.rstrip(" :").endswith(_RECORD_CLASS) and between.count(_RECORD) == 1
        if not (is_class and not candidate.has_core and "code" not in joined[-1].facts):
            joined.append(candidate)
            continue
        for key, fact in candidate.facts.items():
            joined[-1].facts.setdefault(key, fact)
    return joined


def _traits(candidate: Candidate) -> _Traits:
    """Return the values, without the position, that must be equal in two reports of one failure."""
    facts = [
        (key, fact.value, fact.rank, fact.stem) for key, fact in candidate.facts.items() if key in _COMPARED
    ]
    return (candidate.source, candidate.has_core, candidate.form, *facts)


def _form(candidate: Candidate, text: str) -> str | None:
    """Return how a denial is printed, or ``None`` if its end can be missing or somebody can have retyped it."""
    facts = candidate.facts
    if not candidate.has_core or "action" not in facts or any(fact.stem for fact in facts.values()):
        return None
    if not (candidate.has_tail or text[candidate.end : candidate.end + 1] in _ENDS):
        return None
    if candidate.source is None and text[candidate.start - 1 : candidate.start] in _QUOTES:
        return "quoted"
    return candidate.source or ("coded" if candidate.has_code else None)


def _is_mention(candidates: Sequence[Candidate], at: int, text: str) -> bool:
    """Return whether a code, a truncated head or a person's words are of a failure that is reported in full."""
    candidate = candidates[at]
    facts = candidate.facts
    if candidate.kind == "access_denied" and facts.keys() <= _FACTS_OF_ROLE:
        # A program says that it failed to assume a role, and then that no response came, or how STS answered.
        following = next(iter(candidates[at + 1 : at + 2]), None)
        between = "" if following is None else text[candidate.start : following.start]
        is_why = following is not None and (following.is_unanswered or _assumes_role(following))
        if is_why and len(between) <= _MAX_CHARS_OF_ROLE:
            return " assume " in f"{between} " and STATEMENT not in between
    if candidate.has_core and text.endswith(_FIRST_PERSON, 0, candidate.start) and "principal" not in facts:
        return any(
            "principal" in other.facts and other.kind == candidate.kind
            for other in candidates[at + 1 : at + 1 + _MAX_COMPARED]
        )
    if candidate.has_core or not (
        facts.keys() == _HEAD_FACTS or ("code" in facts and facts.keys() <= _BARE_CODE_FACTS)
    ):
        return False
    repeated = {"code"} if "code" in facts else _HEAD_FACTS
    return any(
        other.has_core
        and other.kind != candidate.kind
        and all(key in other.facts and other.facts[key].value == facts[key].value for key in repeated)
        for other in candidates[max(0, at - _MAX_COMPARED) : at + 1 + _MAX_COMPARED]
    )


def _assumes_role(candidate: Candidate) -> bool:
    operation = candidate.facts.get("operation")
    return operation is not None and operation.value.startswith("AssumeRole")


def _are_same_failure(first: Candidate, second: Candidate, *, is_apart: bool) -> bool:
    if ("action" in first.facts) != ("action" in second.facts):
        return False
    if (
        first.form is not None
        and first.form == second.form
        and first.facts.keys() & _POLICY_FACTS != second.facts.keys() & _POLICY_FACTS
    ):
        return False
    shared = identifying = 0
    spelled_alike = True
    for key, fact in first.facts.items():
        other = second.facts.get(key)
        if other is None or key not in _COMPARED:
            continue
        if key == "code":
            alike = _have_same_code(fact, other)
            if alike is None:
                return False
            spelled_alike = alike
        elif not fact.agrees(other):
            return False
        shared += key not in {"status_code", "service"}
        identifying += key not in (_SHARED_BY_CALLS if is_apart else _SHARED_BY_MANY)
    if not identifying and (is_apart or not (spelled_alike and _are_of_one_family(first, second))):
        return False
    # A message without a code and one with a code: a log line and the exception that it reports.
    return shared > 0 or (
        first.has_core
        and second.has_core
        and not (first.code and second.code)
        # A report of the same denial names the principal, too. A cluster and its authenticator report one login.
        and (first.kind != "access_denied" or ("principal" in first.facts) == ("principal" in second.facts))
    )


def _have_same_code(first: Fact, second: Fact) -> bool | None:
    """Return whether two codes have the same spelling, or one is a class; ``None`` if they differ."""
    if CLASS_NAME in (first.rank, second.rank) or first.agrees(second):
        return True
    if plain_code(first.value) != plain_code(second.value):
        return None
    return normalize_code(first.value) == normalize_code(second.value)


def _are_of_one_family(first: Candidate, second: Candidate) -> bool:
    family, other = _FAMILIES.get(first.source or ""), _FAMILIES.get(second.source or "")
    return family is None or other is None or family == other
