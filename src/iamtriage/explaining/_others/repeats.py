"""Find the failures in a text other than the explained one, without those that repeat or sum up another."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import TypeGuard

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import line_start
from iamtriage.failures._envelopes import Envelope
from iamtriage.failures._failures import (
    AccessDenied,
    AwsError,
    Failure,
    KubernetesForbidden,
    KubernetesUnauthorized,
    SignatureMismatch,
)

# The kinds of failures that can come from a tool's own words before or after the message of an error.
_KINDS_OF_PARTS = frozenset({"access_denied", "aws_error", "missing_credentials"})
# What only says that a program got no credentials, because of an error before it.
_CONSEQUENCE = lazy_pattern(
    r"etting credentials: exec: executable |\b(?:failed to (?:retrieve|refresh cached) credentials"
    r"|Failed to create AWS Manager|could not get provider client)[.:]?\s?\Z"
    # The answer of the instance metadata, which the explanation of missing or old credentials reads.
    r"|\b(?:AssumeRoleUnauthorizedAccess|InstanceProfileNotFound)\b"
)
# What wrapped errors have between them, on one line, and separate ones do not.
_CHAIN = lazy_pattern(r"(?:[^\n;|.]|\.(?! )){0,300}")
# What answers that a resource has no policy, which a denial reads.
_NO_POLICY_CODES = frozenset({"RepositoryPolicyNotFound", "NoSuchBucketPolicy"})
_OF_AGENT = lazy_pattern(r"TargetNotConnected|RequestManagedInstanceRoleToken|instance management role")
_DETAILS_OPERATION = "GetRequestAuthorizationDetails"
_DETAILS_ASKED = lazy_pattern(
    r"\bget-request-authorization-details [^\n]{0,80}?--authorization-id[ =][a-z0-9]"
)
# A service-linked role that launches instances, and how EC2 reports that they cannot use the key of a volume.
_LAUNCHER = lazy_pattern(
    r":assumed-role/AWSServiceRoleFor(?:AutoScaling|EC2Fleet|EC2Spot(?:Fleet)?)(?:_|/|\Z)"
)
_NOT_LAUNCHED = lazy_pattern(
    r"InvalidKMSKey|KMS key provided is in an incorrect state|inaccessible AWS KMS key|Client error on launch"
)
# The kinds of failures that leave a program without the credentials of its role.
_KINDS_OF_CREDENTIALS = frozenset(
    {"expired_credentials", "invalid_credentials", "invalid_identity_token", "missing_credentials"}
)
_TRANSIENT = lazy_pattern(
    r"Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|ServiceUnavailable|Internal(?:Server|Service)?(?:Error|Failure)"
)
# A command with its arguments, the start of the next one, and what says that it failed.
_COMMAND = lazy_pattern(r"\b(?:aws|cdk|eksctl|helm|kubectl|terraform) [a-z][^\n|;&]{3,300}")
_PROMPT = lazy_pattern(r"\n[^\n$#❯]{0,80}[$#❯] ")
_FAILED = lazy_pattern(r"[Ee]rror|[Ff]ail|[Dd]enied|Exception")
_CHARS_BEFORE = 2_000
_KUBELET_SESSION = lazy_pattern(r":assumed-role/[^/\s]{1,64}/i-[0-9a-f]{8,17}\Z")
_NODE_GROUPS = "cannot start with system:"
_LOCK_CODES = frozenset({"PreconditionFailed", "ConditionalCheckFailed"})
_ASSUMING = lazy_pattern(r"\b[Aa]ssum(?:e|ed|ing)\b")
# The frame that Terraform draws around an error, and where it ends.
_BOX = lazy_pattern(r"(?m)(?P<border>[╷╵])|^[^\n]{0,80}?│ Error: ")
_BOX_END = "╵"
# Words of the text as evidence.
_QUOTED = lazy_pattern(r'The text says "([^"]{8,})"\.')
# The codes of Amazon EC2, whose message can be all that a text has of a call.
_CODES_WITHOUT_CALL = frozenset({"UnauthorizedOperation", "Client.UnauthorizedOperation"})
_LETTERS_OF_CALL = 24
# What the AWS SDK for Go prints after a message, which the text lacks.
_TAIL = lazy_pattern(r"\s{0,8}status code: \d{3}, request id: [\w-]{0,80}")
# Characters of a message that are compared with the evidence or the denial.
_MAX_MESSAGE = 300
# Characters between the code of a call and the reason in the same message.
_MAX_GAP = 2


def find_others(failure: Failure, text: str) -> tuple[Failure, ...]:
    """Return the failures in a text other than the explained one, each problem once.

    Args:
        failure: The explained failure.
        text: The text that it was found in.
    """
    from iamtriage._reading.scanning import scan
    from iamtriage.failures._fingerprints import fingerprint

    # A denial that names no call is another problem if the words before it are about another call, and a rejected
    # policy if the reason is another one.
    found = {(fingerprint(each), _words_before(each)): each for each in scan(text)}
    found.pop((fingerprint(failure), _words_before(failure)), None)
    others = drop_repeats(failure, tuple(found.values())) if found else ()
    return tuple(_with_later_commands(each, text) if _is_transient(each) else each for each in others)


def _words_before(failure: Failure) -> str:
    """Return the letters before a denial that says neither who, nor what, or those of the reason against a policy."""
    if failure.kind == "malformed_policy":
        start, end = failure.span
        return "".join(filter(str.isalpha, failure.text[start : end + _MAX_MESSAGE].partition("\n")[0]))
    is_named = not isinstance(failure, AccessDenied) or failure.action or failure.principal
    if is_named or failure.envelope.operation or failure.envelope.code not in _CODES_WITHOUT_CALL:
        return ""
    line = line_start(failure.text, failure.span[0])
    return "".join(filter(str.isalpha, failure.text[line : failure.span[0]]))[-_LETTERS_OF_CALL:]


def _is_transient(failure: Failure) -> bool:
    return failure.kind == "aws_error" and _TRANSIENT.match(failure.envelope.code or "") is not None


def _with_later_commands(failure: Failure, text: str) -> Failure:
    """Return a failure in the whole text, which can show the command again."""
    at = text.find(failure.text.rstrip())
    start, end = failure.span
    return failure if at < 0 else attrs.evolve(failure, text=text, span=(at + start, at + end))


def has_passed(failure: Failure) -> bool:
    """Return whether the text shows that a throttled command worked when it was repeated."""
    if not _is_transient(failure):
        return False
    text, (start, end) = failure.text, failure.span
    commands = _COMMAND.findall(text, max(start - _CHARS_BEFORE, 0), start)
    _, _, output = text[end:].partition(commands[-1].rstrip()) if commands else ("", "", "")
    printed = _PROMPT.split(output, maxsplit=1)[0].strip()
    return bool(printed) and _FAILED.search(printed) is None


def drop_evidence(
    explained: Failure, others: tuple[Failure, ...], reasons: Iterable[str]
) -> tuple[Failure, ...]:
    """Return the other failures without those that the reasons of the explanation quote.

    The words of a failure of the same kind can be those of any call, so they have to name its operation.
    """
    own = _get_span_text(explained)
    quoted = [each[1] for each in map(_QUOTED.fullmatch, reasons) if each is not None and each[1] not in own]

    def is_evidence(failure: Failure) -> bool:
        named = "" if failure.kind != explained.kind else failure.envelope.operation or "\n"
        said = _get_span_text(failure)
        if failure.kind == "aws_error":
            # The message of an error of the API can be behind its span, on the same line.
            said += failure.text[failure.span[1] :][:_MAX_MESSAGE].partition("\n")[0]
        return any(words in said and named in words for words in quoted)

    return tuple(each for each in others if not is_evidence(each))


def drop_repeats(explained: Failure, others: tuple[Failure, ...]) -> tuple[Failure, ...]:
    """Return the other failures without those that belong to the message of another failure.

    What only says that a program got no credentials is a consequence of another failure. A Terraform box is
    one error. Its sentences about possible causes only repeat the error. A status without a code next to a
    complete failure belongs to that failure, and so does a code without anything else.
    """
    words = _get_span_text(explained)
    kept: list[Failure] = []
    others = tuple(
        each
        for each in others
        if not (each.kind == "missing_credentials" and _has_cause(each, explained))
        and not _TAIL.fullmatch(_get_span_text(each))
    )
    if isinstance(explained, KubernetesUnauthorized):
        # A client does not state whom the authenticator rejects, as its log does.
        same = [each for each in others if isinstance(each, KubernetesUnauthorized)]
        own = explained.principal
        if own and any(each.principal not in {None, own} for each in same):
            same = [each for each in same if each.principal is None]
        others = tuple(each for each in others if each not in same)
    if isinstance(explained, KubernetesForbidden) and _KUBELET_SESSION.search(explained.user or ""):
        # A kubelet without the user name of a node is denied everything, and EKS accepts no groups of nodes.
        others = tuple(each for each in others if getattr(each, "user", None) != explained.user)
        others = tuple(each for each in others if _NODE_GROUPS not in each.text[each.span[0] :])
    if isinstance(explained, AccessDenied):
        others = tuple(each for each in others if error_code(each) not in _NO_POLICY_CODES)
        if explained.authorization_id and _DETAILS_ASKED.search(explained.text):
            # The remedy that gets the details says where and when.
            others = tuple(each for each in others if each.envelope.operation != _DETAILS_OPERATION)
        if _LAUNCHER.search(explained.principal or "") and (explained.action or "").startswith("kms:"):
            others = tuple(each for each in others if not _NOT_LAUNCHED.search(_get_span_text(each)))
        if explained.action == "ssm:UpdateInstanceInformation":
            # The agent then asks for the account's default role, and no session reaches it.
            others = tuple(each for each in others if not _OF_AGENT.search(_get_span_text(each)))
    if "Error releasing the state lock" in explained.text:
        # The lock that was not deleted stops later runs.
        others = tuple(each for each in others if error_code(each) not in _LOCK_CODES)
    codes = {error_code(each) for each in (explained, *others) if has_request(each)}
    others = tuple(each for each in others if error_code(each) not in codes or not _states_only_code(each))
    for text, group in _group_by_entry(others).items():
        has_explained = words in text
        rest = [each for each in group if not (each.kind == explained.kind and _get_span_text(each) == words)]
        complete = [each for each in rest if _is_complete(each)]
        if complete or (has_explained and _is_complete(explained)):
            rest = complete
        if _BOX.match(text):
            rest = [] if has_explained else rest[-1:]
        kept.extend(
            each for each in rest if not (is_summary(each, explained) or _repeats_part(each, explained))
        )
    return tuple(kept)


def _has_cause(failure: Failure, explained: Failure) -> bool:
    """Return whether a failure to get credentials wraps another one, as the explained one on its line."""
    message, wrapped, _ = failure.text[failure.span[1] :].partition(_get_span_text(explained))
    is_chain = bool(wrapped) and ":" in message and _CHAIN.fullmatch(message) is not None
    return is_chain or _CONSEQUENCE.search(_get_span_text(failure)) is not None


def error_code(failure: Failure) -> str:
    """Return the error code without the suffix that only some tools print."""
    return (failure.envelope.code or "").removesuffix("Exception")


def _states_only_code(failure: Failure) -> bool:
    """Return whether a failure is only a code, as a tool prints at its end: ``failed: AccessDenied``.

    A module of Ansible returns the code a second time, next to its own message.
    """
    if not isinstance(failure, AccessDenied) or failure.principal or failure.action or failure.resource:
        return False
    envelope = attrs.evolve(failure.envelope, source=None, status_code=None)
    if failure.envelope.source == "json":
        # A module returns the metadata of the response, which the message does not have.
        envelope = attrs.evolve(envelope, request_id=None)
    return envelope == Envelope(code=failure.envelope.code)


def is_summary(failure: Failure, explained: Failure) -> bool:
    """Return whether a tool's own sentence only sums up the failure that is explained.

    Terraform prints ``Cannot assume IAM Role`` and the role in sentences before the AWS message.
    """
    if _is_complete(failure):
        return False
    words, resource = _get_span_text(failure), getattr(explained, "resource", None)
    if resource is not None and resource in words:
        return True
    envelope = explained.envelope
    called = (getattr(explained, "action", None) or envelope.operation or "").rpartition(":")[2]
    is_about_roles = (
        called.startswith(("AssumeRole", "TagSession")) or explained.kind in _KINDS_OF_CREDENTIALS
    )
    # Most errors of STS do not repeat the role to assume.
    is_same_role = "arn:" not in words or (resource is None and called.startswith("AssumeRole"))
    return is_about_roles and is_same_role and _ASSUMING.search(words) is not None


def _repeats_part(failure: Failure, explained: Failure) -> bool:
    """Return whether a denial states nothing that the explained denial of the same call does not state, too.

    Trackers print the class of an error above its message, records that are cut off repeat the call, and
    the columns of a table break ARNs.
    """
    request_id = failure.envelope.request_id
    is_of_request = request_id is not None and request_id == explained.envelope.request_id
    if is_of_request and isinstance(failure, AwsError) and error_code(failure) == error_code(explained):
        # The entries of a log state parts of one answer.
        return True
    if isinstance(failure, SignatureMismatch) and failure.kind == explained.kind:
        # The class of the error, and its message in another entry.
        return failure.envelope == Envelope()
    if isinstance(failure, AwsError) and isinstance(explained, AwsError):
        # The same words, which were read with the ones before them.
        return error_code(failure) == "" and _get_span_text(explained).endswith(_get_span_text(failure))
    words = _get_span_text(failure)
    if error_code(explained) == "SerializationError" and words.startswith("unknown error response tag"):
        return True
    if not isinstance(explained, AccessDenied):
        return False
    if words.startswith("KMS Exception: "):
        # Lambda adds the answer of KMS to its own message.
        return error_code(explained).startswith("KMS")
    if isinstance(failure, AwsError):
        called = (explained.action or "").partition(":")[2]
        if error_code(failure) == "" and failure.envelope.operation == called:
            # The start of its own message, which a line break separates from the code.
            return True
        return failure.text.rstrip() == explained.text.rstrip() and _has_in_message(failure, explained)
    if not isinstance(failure, AccessDenied):
        return False
    of_call, of_explained = failure.envelope, explained.envelope
    if _ASSUMING.search(words) is not None:
        return False  # another call, whose role :func:`is_summary` compares
    stated = [
        ((getattr(failure, name) or "").replace(" , ", "").replace(" ", "") or None, getattr(explained, name))
        for name in ("principal", "action", "resource", "deny", "policy_type")
    ]
    stated += [(getattr(of_call, name), getattr(of_explained, name)) for name in ("request_id", "event_id")]
    if any(value not in {None, known} for value, known in stated):
        return False
    if None not in {of_call.service, of_explained.service} and of_call.service != of_explained.service:
        return False
    if of_call.operation is None:
        return has_request(explained) or _adds_nothing(of_call, of_explained)
    # Without an ID or a principal, the same operation can be another call, unless a traceback ends with the same words.
    is_cut = _get_span_text(explained).startswith(words.rstrip())
    states_more = any(value is not None for value, _ in stated)
    is_same = of_call.operation == of_explained.operation and (states_more or is_cut)
    return is_same or _is_record_of(failure, explained)


def _has_in_message(failure: AwsError, explained: AccessDenied) -> bool:
    """Return whether the message of an error of the API has the denial in the same text.

    Such as "(ValidationError) when calling the CreateChangeSet operation: S3 error: Access Denied".
    """
    (start, end), (of_explained, end_of_explained) = failure.span, explained.span
    is_outer = failure.text.startswith("(Service: ", start) and start - end_of_explained == 1
    if is_outer or (of_explained <= start and end <= end_of_explained):
        return True  # the outer service adds its envelope, or a line break separates the parts
    message = failure.text[end:of_explained]
    is_without_code = explained.envelope.code is None and _get_span_text(failure).endswith("operation: ")
    is_short = is_without_code and len(message) <= _MAX_MESSAGE and "\n" not in message
    return end <= of_explained and (len(message) <= _MAX_GAP or is_short)


def _adds_nothing(of_call: Envelope, of_explained: Envelope) -> bool:
    """Return whether an answer has no value, as its code, that the answer of the explained call lacks."""
    names = ("code", "service", "status_code")
    return all(getattr(of_call, name) in {None, getattr(of_explained, name)} for name in names)


def _is_record_of(failure: AccessDenied, explained: AccessDenied) -> bool:
    """Return whether a record of CloudTrail is of the denied call: of the same operation on the same resource."""
    called = (explained.action or "").partition(":")[2] or explained.envelope.operation
    name = (explained.resource or "").rpartition(":")[2].partition("/")[2] or explained.resource or ""
    is_record = failure.envelope.source == "cloudtrail" and failure.envelope.operation == called
    return is_record and (f'"{name}"' in failure.text or name in _get_span_text(failure))


def _group_by_entry(failures: tuple[Failure, ...]) -> dict[str, list[Failure]]:
    groups: dict[str, list[Failure]] = {}
    boxes: dict[str, list[int]] = {}
    for failure in failures:
        if failure.text not in boxes:
            boxes[failure.text] = _find_boxes(failure.text)
        groups.setdefault(_get_box_text(failure, boxes[failure.text]) or failure.text, []).append(failure)
    return groups


def _find_boxes(text: str) -> list[int]:
    """Return the positions of Terraform's boxes: their borders, or their titles if borders are missing."""
    found = [(m.start(), m["border"]) for m in _BOX.finditer(text)]
    is_inside = False
    starts: list[int] = []
    for start, border in found:
        if border == "╷" or (border is None and not is_inside):
            starts.append(start)
        is_inside = border == "╷" or (is_inside and border is None)
    return starts


def _get_box_text(failure: Failure, boxes: Sequence[int]) -> str | None:
    """Return the text of Terraform's box around a failure, or ``None`` if there is none.

    Args:
        failure: The failure.
        boxes: The start positions of boxes in its text.
    """
    text, at = failure.text, failure.span[0]
    following = bisect_right(boxes, at)
    if not following or _BOX_END in text[(start := boxes[following - 1]) : at]:
        return None
    return text[start : (*boxes, None)[following]].partition(_BOX_END)[0]


def _get_span_text(failure: Failure) -> str:
    return failure.text[slice(*failure.span)]


def _is_complete(failure: Failure) -> bool:
    """Return whether a failure states more than the fact that a call failed."""
    if failure.kind not in _KINDS_OF_PARTS:
        return True
    envelope = failure.envelope
    return any((envelope.code, envelope.operation, failure.principal, failure.action))


def has_request(failure: Failure) -> TypeGuard[AccessDenied | KubernetesForbidden]:
    """Return whether a failure states who was denied what."""
    if isinstance(failure, KubernetesForbidden):
        return failure.user is not None and failure.verb is not None
    return isinstance(failure, AccessDenied) and failure.principal is not None and failure.action is not None
