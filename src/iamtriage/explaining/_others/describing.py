"""Describe the failures in a text other than the explained one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words, line_start, upper_first
from iamtriage.arns._names import ACCOUNT
from iamtriage.explaining._others.repeats import error_code, has_passed, has_request
from iamtriage.failures._failures import AccessDenied, AwsError, Failure
from iamtriage.policies._evaluation.policy_types import POLICY_TYPE_NAMES, with_article

# The fix of another failure, if it is the same for all failures of the kind.
_FIXES = {"expired_credentials": ": no permission is missing, get new credentials or a longer session"}
# Topic of the explanation -> the description and the fix of the failure.
_TOPICS = {
    "already-exists": ("already exists", ": no permission is missing, use it or choose another name"),
    "invalid-request": ("invalid request", ""),
    "not-found": ("not found", ": check the name, account and Region"),
    "quota-reached": ("quota reached", ""),
    "service-error": ("service error", ": retry, no permission is missing"),
    "throttled": ("throttled", ": retry with backoff, no permission is missing"),
}
# Codes with another fix than others of their topic.
_CODES = {
    "BucketAlreadyExists": ": no permission is missing. The name is taken, and bucket names are global: choose another, or import the bucket if it is yours",
    "NoSuchKey": ": no permission is missing, check the bucket and the object key",
}
# Terraform's description of what it was doing, which names the service.
_TASK = lazy_pattern(
    r"Error: (?P<task>[a-z]{3,20}ing (?:[A-Z][A-Za-z0-9]{0,30} ){1,6})"
    r"(?:\((?P<name>[^()\n]{0,200})\))?:? ?\Z"
)
# https://github.com/hashicorp/terraform-provider-aws/blob/main/docs/error-handling.md
_AWAITED = lazy_pattern(
    r"(?as)Error: waiting for (?P<type>(?:[A-Z][A-Za-z0-9]{0,30} ){1,6})\((?P<name>[\w+=,.@/-]{1,128})\)"
    r" (?:create|creation|to be created)(?: complete|ion)?:(?!.{0,390}?Error: )"
)
_CHARS_BEFORE = 400
# The kinds of failures that have one reason for all calls with the same credentials, and the codes of others.
_KINDS_OF_ONE_REASON = frozenset(
    {"expired_credentials", "invalid_credentials", "missing_credentials", "signature_mismatch"}
)
# What services call a key that they do not know.
_UNKNOWN_KEY = frozenset({"AuthFailure", "InvalidAccessKeyId", "InvalidClientTokenId", "UnrecognizedClient"})
_THROTTLED = lazy_pattern(r"Throttl|TooManyRequests|RequestLimitExceeded|SlowDown")
_WRONG_TIME = lazy_pattern(
    r"[Ss]ignature (?:expired|not yet current)|RequestTimeTooSkewed|difference between the request time"
)
_TAG = lazy_pattern(r"\[[\w ./:-]{1,40}\]|[\w./-]{2,40}: ")
_GOES_ON = lazy_pattern(r"(?i)(?<!not )\b(?:continuing without|non-fatal)\b(?![^\n]{0,60}(?:\?|\b(?:not|never|impossible)\b))")  # fmt: skip
# "warning: could not read the table, going on".
_WARNS = lazy_pattern(
    r"(?im)^(?=[^\n]{0,400}\b(?:\w{2,8}n[o']t|can'?t|failed|failure|unable|denied|warn(?:ing)?)\b)[^\n]{0,400}[,;:.(-]\s?(?:(?:going|carrying|moving) on|(?:continuing|proceeding)(?: anyway| regardless)?|ignoring (?:it|this)|ignored)[.!\"']{0,3}\s{0,3}$"
)
_CHARS_AFTER = 600
_NOT_STARTED = lazy_pattern(
    r"\b(?:ResourceInitializationError|CannotPull(?:Image|ECR)?(?:Container)?Error)\b"
)
_OF_PAST = lazy_pattern(
    r"(?i:\b(?:yesterday|last (?:week|month|night|time|mon|tues|wednes|thurs|fri|satur|sun)|ago|earlier|previous(?:ly)?)\b)"
)
_PROFILE = lazy_pattern(r"(?:--profile[= ]|AWS_PROFILE=)([^\s\"']{1,100})")

# The maximum numbers of failures that are described, that have their resource, and that have their own row.
_MAX_OTHERS, _MAX_DETAILED, _MAX_ROWS = 6, 3, 4
# A description of more characters has its own row.
_MAX_INLINE = 80
# The name or ID at the end of an ARN.
_POLICY_NAME = lazy_pattern(r"(?a)(?<![^/:])[\w+=,.@-]{1,128}\Z")
# Colons of an ARN.
_MIN_COLONS = 5
_ORGANIZATION_POLICY_TYPES = frozenset({"service_control", "resource_control"})


def count_denials(failures: Sequence[Failure | None]) -> str:
    """Return how many failures with how many causes a text has, as a sentence, if causes differ.

    Each of them has to name a type of policy, or be of a kind that has one cause.
    """
    failures = [each for each in failures if each is None or not has_passed(each)]
    of_iam = sum(isinstance(each, AccessDenied) for each in failures)
    in_cluster = sum(each is not None and each.kind.startswith("kubernetes_") for each in failures)
    if of_iam and in_cluster and of_iam + in_cluster == len(failures):
        layers = f"{of_iam} in IAM and {in_cluster} in Kubernetes, which an IAM policy does not fix"
        return f" The text has {len(failures)} failures in two layers: {layers}."
    denials = [each for each in failures if isinstance(each, AccessDenied) and each.policy_type is not None]
    others = [each for each in failures if each is not None and _has_shared_reason(each)]
    causes = {(each.policy_type, each.deny) for each in denials} | {(each.kind, None) for each in others}
    principals = dict.fromkeys(_get_role(each.principal) for each in denials if each.principal is not None)
    is_same = len(causes) == 1 and len(principals) < 2
    if len(denials) + len(others) < len(failures) or not denials or is_same:
        return ""
    if len(principals) > 1:
        names = [each.rpartition("/")[2] for each in principals]
        if len(set(names)) < len(names):
            # A principal that is cut off or masked has no account.
            places = (f" in {each.split(':')[4]}" if each.count(":") > 4 else "" for each in principals)
            names = [f"{name}{place}" for name, place in zip(names, places, strict=True)]
        listed = f" ({join_words(names, 'and')})" if len(names) <= _MAX_DETAILED else ""
        known = sum(each.principal is not None for each in denials)
        rest = len(failures) - known
        more = f", and {rest} other failure{'s' if rest > 1 else ''}" if rest else ""
        stops = [each is not None and stops_task(each) for each in failures]
        main = f" That of {names[0]} stops the task." if stops[0] and not any(stops[1:]) else ""
        text = max((each.text for each in failures if each is not None), key=len)
        passed = [each is not None and is_warned_of(each, text) for each in failures]
        if passed == [False, *[True] * (len(names) - 1)]:
            main = f" The program goes on after the denial of {join_words(names[1:], 'and')}."
        return f" The text has {known} denials of {len(names)} principals{listed}{more}.{main}"
    return f" The text has {len(failures)} {'failures' if others else 'different denials'} with {len(causes)} causes, so one change does not fix all."


def stops_task(failure: Failure) -> bool:
    """Return whether ECS says that it could not start a task because of a failure."""
    start = failure.span[0]
    return says_not_started(failure.text[line_start(failure.text, start) : start])


def is_tolerated(failure: Failure, text: str) -> bool:
    r"""Return whether a program says in the line of a failure, or in its own next one, that it goes on without the call.

    >>> from iamtriage import parse
    >>> denial = "[cache] User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObject"
    >>> text = f"{denial}\n[cache] miss, continuing without it"
    >>> is_tolerated(parse(denial), text), is_tolerated(parse(denial), text.replace("[cache] miss", "[build] miss"))
    (True, False)
    """
    start, line, below = _lines_after(failure, text)
    tag = None if start < 0 else _TAG.match(text, line_start(text, start))
    own = below if tag and below.startswith(tag[0]) else ""
    return _GOES_ON.search(f"{line}\n{own}") is not None


def is_warned_of(failure: Failure, text: str) -> bool:
    r"""Return whether the line of a failure, or the next one, warns of it and says that the program goes on.

    >>> from iamtriage import parse
    >>> denial = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObject"
    >>> failure = parse(denial)
    >>> is_warned_of(failure, f"{denial}\nwarning: no cache, going on")
    True
    """
    _, line, below = _lines_after(failure, text)
    return is_tolerated(failure, text) or _WARNS.search(f"{line}\n{below}") is not None


def _lines_after(failure: Failure, text: str) -> tuple[int, str, str]:
    """Return where a failure is in a text, or -1, the rest of its line, and the next line."""
    words = failure.text[slice(*failure.span)]
    start = text.find(words)
    line, below = text[start + len(words) :][:_CHARS_AFTER].partition("\n")[::2] if start >= 0 else ("", "")
    return start, line, below.partition("\n")[0]


def says_not_started(text: str) -> bool:
    """Return whether ECS says that it could not start a task, and not only of an earlier one.

    >>> says_not_started("ResourceInitializationError: …"), says_not_started("Yesterday: ResourceInitializationError")
    (True, False)
    """
    found = (text[line_start(text, each.start()) : each.start()] for each in _NOT_STARTED.finditer(text))
    return any(_OF_PAST.search(before) is None for before in found)


def split_same_reason(
    failure: Failure | None, others: tuple[Failure, ...]
) -> tuple[tuple[Failure, ...], str]:
    """Return the failures with another reason, and a sentence about the calls that failed for the same one.

    Expired credentials, a wrong clock or throttling fail all calls of a program.
    """
    if failure is None or not _has_shared_reason(failure):
        return others, ""
    profiles = {name for each in (failure, *others) for name in _PROFILE.findall(each.text)}
    if len(profiles) > 1:
        return others, ""
    same = [each for each in others if _is_of_same_reason(each, failure)]
    names = dict.fromkeys(each.envelope.operation for each in (failure, *same))
    others = tuple(each for each in others if each not in same)
    if None in names or not 1 < len(names) <= _MAX_ROWS:
        return others, ""
    *first, last = map(str, names)
    return others, f" The calls {', '.join(first)} and {last} failed for the same reason."


def describe_fixed(failure: Failure | None, fixed: tuple[Failure, ...]) -> str:
    """Return a sentence about actions that were denied for the same reason and have the same remedy."""
    if not isinstance(failure, AccessDenied):
        return ""
    reason = failure.policy_type, failure.deny
    same = [each for each in fixed if isinstance(each, AccessDenied)]
    is_same = all((each.policy_type, each.deny) == reason for each in same)
    actions = dict.fromkeys(
        _spell(each.action) for each in same if each.action and each.action != failure.action
    )
    resources = dict.fromkeys(each.resource for each in same if each.resource != failure.resource)
    denied = tuple(actions or filter(None, resources))
    if not is_same or not 0 < len(denied) <= _MAX_ROWS:
        return ""
    if not actions:
        return f" The same call on {join_words(denied, 'and')} was denied for the same reason."
    return f" {join_words(denied, 'and')} {'was' if len(denied) == 1 else 'were'} denied for the same reason."


def describe_second(failure: Failure | None, fixed: tuple[Failure, ...]) -> str:
    """Return a sentence about the denials that the second remedy fixes, if all of them lack an Allow of the same principal."""
    denials = [each for each in fixed if isinstance(each, AccessDenied) and each.action]
    denials = [each for each in denials if failure is not None and is_of_same_role(each, failure)]
    actions = tuple(dict.fromkeys(_spell(each.action or "") for each in denials))
    types = {each.policy_type for each in denials if each.deny != "explicit"}
    if len(denials) < len(fixed) or types != {"identity"} or len(actions) > _MAX_ROWS:
        return ""
    were, them = ("was", "it") if len(actions) == 1 else ("were", "them")
    return f" {join_words(actions, 'and')} {were} denied because no identity-based policy allows {them}."


def _has_shared_reason(failure: Failure) -> bool:
    return failure.kind in _KINDS_OF_ONE_REASON or (
        failure.kind == "aws_error" and _THROTTLED.match(failure.envelope.code or "") is not None
    )


def _is_of_same_reason(failure: Failure, explained: Failure) -> bool:
    principals = {getattr(each, "principal", None) for each in (failure, explained)} - {None}
    if failure.kind != explained.kind or len(principals) > 1:
        return False
    if all(_WRONG_TIME.search(each.text, *each.span) for each in (failure, explained)):
        return True  # STS and other services use different codes
    code, other = error_code(failure), error_code(explained)
    return (code == other or {code, other} <= _UNKNOWN_KEY) and (
        failure.kind != "aws_error" or _THROTTLED.match(code) is not None
    )


def describe_others(
    failures: tuple[Failure, ...],
    describe: Callable[[Failure, Failure | None], str] | None,
    explained: Failure | None = None,
) -> tuple[tuple[str, str], ...]:
    """Return rows about other failures: their number, and a row for each of the first.

    Args:
        failures: The other failures, at least one.
        describe: A function that describes a failure in one line. If its principal is that of the second
            argument, the line states only the action.
        explained: The failure that is explained.
    """
    noun = "denial" if all(each.kind == "access_denied" for each in failures) else "failure"
    count = f"{len(failures)} more {noun}{'s' if len(failures) > 1 else ''}"
    shown = _select_described(failures, explained)
    of_caller = explained if len(failures) > _MAX_DETAILED else None
    text = "" if explained is None else explained.text
    described = {
        (describe_failure(each) if describe is None else describe(each, of_caller))
        + ("; the program goes on without it" if is_tolerated(each, text) else ""): each.kind == "aws_error"
        for each in shown
    }
    texts = tuple(described)
    # Each failure has a row, unless all descriptions are short or there are too many rows.
    is_short = not any(map(has_request, shown)) and max(map(len, texts)) <= _MAX_INLINE
    is_inline = describe is None or len(texts) > _MAX_ROWS or is_short
    # A denial needs a change, unlike a call that is only repeated.
    rows = () if is_inline else tuple(sorted(texts, key=described.__getitem__))
    names = list(texts) if is_inline else []
    if is_inline and len(failures) > len(shown):
        names.append(f"and {len(failures) - len(shown)} more")
    run = f"iamtriage explain --all {'explains each' if len(failures) > 1 else 'also explains it'}"
    if len(failures) > 1:
        run += ", and iamtriage scan lists them"
    if any(
        isinstance(each, AccessDenied) and each.policy_type == "identity" and each.deny != "explicit"
        for each in failures
    ):
        run += "; iamtriage explain --policy prints one policy per principal"
    if rows and len(failures) == len(rows):
        return (*(("Also", f"{_capitalize(each)}.") for each in rows), ("More", f"{run}."))
    named = f": {'; '.join(names)}" if names else ""
    total = f"{count} in this text{named}. {run}."
    return (("Others", total), *(("Also", f"{_capitalize(row)}.") for row in rows))


def _spell(action: str) -> str:
    """Return an action as AWS documents it. Some messages begin its name with a lowercase letter."""
    if not action.partition(":")[2][:1].islower():
        return action
    from iamtriage.actions._operations import spell_action

    return spell_action(action)


def _capitalize(row: str) -> str:
    """Return a row as a sentence; the name of an action or a service stays."""
    first = row.partition(" ")[0]
    return row if ":" in first or first.endswith(".amazonaws.com") else upper_first(row)


def _select_described(failures: tuple[Failure, ...], explained: Failure | None) -> tuple[Failure, ...]:
    """Return the failures to describe, in the order of the text: first those of other kinds."""
    if len(failures) <= _MAX_OTHERS:
        return failures
    kinds: set[tuple[str, str | None]] = set() if explained is None else {_get_kind(explained)}
    chosen: list[Failure] = []
    for is_first in (True, False):
        for each in failures:
            kind = _get_kind(each)
            if (kind not in kinds) == is_first and each not in chosen and len(chosen) < _MAX_OTHERS:
                chosen.append(each)
                kinds.add(kind)
    return tuple(each for each in failures if each in chosen)


def _get_kind(failure: Failure) -> tuple[str, str | None]:
    return failure.kind, failure.policy_type if isinstance(failure, AccessDenied) else failure.envelope.code


def _get_role(principal: str) -> str:
    """Return a principal without the name of its session: all sessions of a role are one."""
    account, separator, session = principal.partition(":assumed-role/")
    return f"{account}{separator}{session.partition('/')[0]}"


def is_of_same_role(failure: Failure, other: Failure) -> bool:
    """Return whether two denials have the same principal. All sessions of a role are one principal."""
    if failure.kind != other.kind or failure.principal is None or other.principal is None:
        return False
    return _get_role(failure.principal) == _get_role(other.principal)


def has_own_verdict(failure: Failure, topic: str) -> bool:
    """Return whether only the explanation of a failure says what to do, not its kind, topic or code."""
    if isinstance(failure, AccessDenied) or (isinstance(failure, AwsError) and topic == "aws-error"):
        return False
    return not _find_fix(failure, topic)


def describe_failure(failure: Failure, topic: str | None = None) -> str:
    """Describe a failure in a few words, such as the denied action.

    Args:
        failure: The failure.
        topic: The topic of its explanation, which distinguishes API errors.

    >>> from iamtriage import parse
    >>> describe_failure(parse("error: You must be logged in to the server (Unauthorized)"))
    'Kubernetes unauthorized'
    """
    if not isinstance(failure, AccessDenied):
        kind = failure.kind.replace("_", " ").replace("kubernetes", "Kubernetes").replace("aws", "AWS")
        code, operation = failure.envelope.code, failure.envelope.operation
        kind, _ = _TOPICS.get(topic or "", (kind, ""))
        task, name = _find_task(failure)
        call = operation or task
        if name and topic == "already-exists":
            call = f"{call} {name}"
        words = ", ".join(each for each in (code, call) if each)
        return f"{kind}{f' ({words})' if words else ''}{_find_fix(failure, topic)}"
    action = None if failure.action is None else _spell(failure.action)
    name = action or failure.envelope.operation or "access denied"
    policy_type = failure.policy_type
    if failure.deny == "explicit":
        named = _POLICY_NAME.search(failure.policy_arn or "")
        where = f" in {with_article(policy_type)}" if policy_type else ""
        if policy_type and named and failure.policy_arn != failure.resource:
            where = f" in the {POLICY_TYPE_NAMES[policy_type]} {failure.policy_arn}"
        if policy_type in _ORGANIZATION_POLICY_TYPES:
            # A resource control policy is of the resource's organization, which can be another one.
            arn = (failure.resource or "") if policy_type == "resource_control" else ""
            account = ACCOUNT.fullmatch(arn.split(":", 5)[4]) if arn.count(":") >= _MIN_COLONS else None
            of_account = f" of account {account[0]}" if account else ""
            only = f"only an administrator of the organization{of_account} can change"
            where += f", which {only}: send them this denial"
        return f"{name} (explicit deny{where})"
    return f"{name} (no {POLICY_TYPE_NAMES[policy_type]} allows it)" if policy_type else name


def _find_fix(failure: Failure, topic: str | None) -> str:
    """Return the fix of a failure, if it depends only on the kind, topic or code of the failure."""
    if has_passed(failure):
        return ": the command worked when it was repeated"
    _, need = _TOPICS.get(topic or "", ("", _FIXES.get(failure.kind, "")))
    if failure.kind == "expired_credentials" and (made := _find_awaited(failure)) is not None:
        need += f". {made} may exist by now: import it if it is not in Terraform's state, or untaint it if it is tainted there"
    return _CODES.get(failure.envelope.code or "", need)


def _find_awaited(failure: Failure) -> str | None:
    """Return the resource for whose creation Terraform was waiting, such as ``The RDS Cluster reports``."""
    start = failure.span[0]
    found = _AWAITED.search(failure.text[max(start - _CHARS_BEFORE, 0) : failure.span[1]])
    return f"The {found['type'].strip()} {found['name']}" if found is not None else None


def _find_task(failure: Failure) -> tuple[str | None, str | None]:
    """Return what Terraform was doing, such as ``creating Amazon SNS Topic``, and the resource's name."""
    start = failure.span[0]
    found = _TASK.search(failure.text[max(start - _CHARS_BEFORE, 0) : start])
    return (found["task"].rstrip(), found["name"]) if found else (None, None)
