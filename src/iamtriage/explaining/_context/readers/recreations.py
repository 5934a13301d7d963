"""Read that a role or cluster was deleted and created again.

Under the same ARN, the new role has another unique ID, and the new cluster another issuer of tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.kubernetes.pod_times import read_times
from iamtriage.explaining._context.readers.statements import find_said

if TYPE_CHECKING:
    from datetime import datetime

    from iamtriage.failures._failures import Failure

_MADE = r"(?:re-?)?(?:buil[dt]|creat(?:ed?|es|ing)|ma(?:de?|king))"
_DELETED = r"(?:destroy|delet|remov|drop)\w{0,4}"
_RECREATED = lazy_pattern(
    r"[^\n.;:,]{0,60}\b(?:re-?creat(?:ed?|ing)"
    rf"|{_DELETED}(?: (?!and\b|then\b)[\w/`\"'-]{{1,64}}){{0,5}} (?:and then|and|then) {_MADE}|{_DELETED} ?[/+&] ?{_MADE})\b[^\n.;:,]{{0,60}}"
    r"|[^\n.;:,]{0,60}\bdestroy\w{0,3}(?: ?/ ?|,? and (?:then )?|,? then )(?:re-?)?appl(?:y|ied)\b[^\n.;:,]{0,60}"
    r"|\baws_iam_role\.[\w.\[\]\"'-]{1,80}\"? (?:(?:must|will|has to|had to) be|was|is being|got|is) replaced\b"
    r"|[^\n.;:,]{0,60}\b(?i:roles?|AWS::IAM::Role)\b[^\n.;:,]{0,40}\b(?:was replaced|got replaced|Replacement|forces replacement)\b"
    r"|[^\n.;:,]{0,60}\breplaced (?:the |my |our |this )?(?:IAM )?role\b(?! (?:in|of|with|by)\b)[^\n.;:,]{0,60}"
    r"|[-+]/[-+] resource \"aws_iam_role\"|-replace[= ]\S{0,60}aws_iam_role\.[\w-]{1,60}"
)
_REPLACED = ("eplace", "/+ resource", "/- resource")
RECREATION_SIGNS = (
    ("recreat", "re-creat", "destroy", "delet", "remov", "drop", *_REPLACED),
    ("creat", "buil", "mad", "making", "appl", *_REPLACED),
)
"""Words that say that a role was created again have one of the first row and one of the second, and few lines do."""
_CREATION = lazy_pattern(r"\b(?:CreateDate|createdAt)\b[^\w\n]{1,40}[\w:.+-]{10,40}")
_ROLE_ARN = lazy_pattern(r":role/(?:[\w+=,.@-]{1,128}/){0,8}([\w+=,.@-]{1,64})(?![\w/])")
_DAY = r"(20[0-9]{2}-[01][0-9]-[0-3][0-9])T[0-9]{2}:"
_DAY_OF_ROLE = lazy_pattern(rf"\"CreateDate\": ?\"{_DAY}")
_DAY_OF_FUNCTION = lazy_pattern(rf"\"LastModified\": ?\"{_DAY}")
_ANY_DAY = lazy_pattern(rf"(?<![\w-]){_DAY}")
_NEVER_RECREATED = lazy_pattern(r"\brole\b[^\n.;:,]{0,40}(?:\b(?:not|never)|n't) (?:been )?re-?created\b")
_NEGATION = lazy_pattern(
    r"(?i:\b(?:not|never|nobody|without|if|unless|whether|no longer|(?:plan|planning|want|need|going|try|how) to|should|would|could|might|let's)\b|n't\b|^\W{0,3}(?:was|were|has|have|did)\b)"
)
_CLUSTER_GONE = lazy_pattern(
    r"(?i:\bre-?(?:built|created) (?:(?:the|our|my|this) )?(?:whole |EKS )?cluster\b"
    r"|(?:^|\b(?:the|our|my|this|EKS) )cluster (?:was|got|has been|had been) re-?(?:built|created)\b"
    r"|\b(?:old|other|previous|former) cluster (?:is|was|has been) (?:gone|deleted|destroyed|removed|torn down|decommissioned)\b"
    r"|\b(?:deleted|destroyed|removed|tore down|decommissioned) (?:the|our) (?:old|other|previous|former) cluster\b)"
)
_OF_USER = lazy_pattern(r"(?i)\busers?\b|aws_iam_user")
_OF_OTHER = lazy_pattern(
    r"(?i)\b(?:bucket|cluster|database|domain|endpoint|function|key|namespace|policy|pod|queue|repository|secret|stack|table|topic|volume|vpc)s?\b"
)
_OF_ROLE = lazy_pattern(r"(?i)\broles?\b|\biam\b|aws_iam_role")
# A name has a hyphen or a digit, or stands in quotes: other words before or after "role" can be of the sentence.
_NAME = r"(?:[\"'`][\w+=,.@/-]{2,90}[\"'`]|(?=[\w+=@-]{0,64}[-_0-9])[\w+=@-]{2,64})"
_NAMED = lazy_pattern(rf"\broles?[/ ]({_NAME})|({_NAME}) role\b")
_NO_NAMES = frozenset({"re-created", "re-creation", "re-create"})
_OF_SERVICE = lazy_pattern(r"\b(?i:node|execution|task|cluster|service|instance|lambda)[- ]roles?\b")


def find_recreated_role(text: str, name: str | None = None, *, is_deleted: bool = False) -> str | None:
    """Return the words that say that a role was deleted and created again.

    With the name of a role, words that name another one do not count, nor does the role of a service or node. The
    name can also be that of a user. If a principal is known to be deleted, its name is enough without its type.

    >>> find_recreated_role("Since we deleted the role and created it again, it fails.")
    'Since we deleted the role and created it again'
    >>> [find_recreated_role(each, "dev") for each in ("The role ops-1 was recreated", "We re-created the role dev")]
    [None, 'We re-created the role dev']
    >>> [find_recreated_role("We recreated dev", "dev", is_deleted=each) for each in (False, True)]
    [None, 'We recreated dev']
    """
    for found in _search_lines(text):
        words = found[0].strip()
        is_named = name is not None and is_named_in(words, name)
        is_of_caller = _OF_ROLE.search(words) or (
            is_named and (_OF_USER.search(words) or (is_deleted and not _OF_OTHER.search(words)))
        )
        if not is_of_caller or _NEGATION.search(words):
            continue
        if name is None or is_named:
            return words
        others = {(one or other).strip("\"'`") for one, other in _NAMED.findall(words)} - _NO_NAMES
        if not (others or _OF_SERVICE.search(words)):
            return words
    return None


def _search_lines(text: str) -> Iterator[re.Match[str]]:
    for line in text.split("\n") if _has_signs(text) else ():
        if _has_signs(line):
            yield from _RECREATED.finditer(line)


def _has_signs(text: str) -> bool:
    return all(any(map(text.__contains__, row)) for row in RECREATION_SIGNS)


def is_named_in(words: str, name: str) -> bool:
    """Return whether words have a name, not only as a part of another name."""
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", words) is not None


def read_creation(output: str) -> datetime | None:
    """Return when that was created which a command printed: its other times are those of changes and use.

    >>> print(read_creation('"CreateDate": "2026-05-02T10:00:00+00:00", "LastUsedDate": "2026-05-03T11:00:00+00:00"'))
    2026-05-02 10:00:00+00:00
    """
    named = _CREATION.search(output)
    return min(read_times(output if named is None else named[0]), default=None)


def find_newer_role(failure: Failure) -> tuple[str, str] | None:
    """Return the day when a role was created and the one when its function last changed, if the text shows that it is newer."""
    if not all(sign in failure.text for sign in ("CreateDate", "LastModified")):
        return None
    names: set[str] = set()
    roles: set[str] = set()
    created: set[str] = {*_DAY_OF_ROLE.findall(failure.text)}
    modified: set[str] = {*_DAY_OF_FUNCTION.findall(failure.text)}
    for run in find_runs(failure):
        words, query = run.command.words[:2], run.command.option("query")
        shown = "" if query is None else query.value
        if words == ("iam", "get-role"):
            names |= {each.value for each in (run.command.option("role-name"),) if each is not None}
            created |= {*_ANY_DAY.findall(run.output)} if "CreateDate" in shown else set()
        elif words[:1] == ("lambda",):
            roles |= {*_ROLE_ARN.findall(run.output)}
            modified |= {*_ANY_DAY.findall(run.output)} if "LastModified" in shown else set()
    newer, older = only_one(created), only_one(modified)
    if newer is None or older is None or newer <= older or (names and roles and names != roles):
        return None
    return newer, older


def never_recreated(text: str) -> bool:
    """Return whether a text says that the role was not created again."""
    return _NEVER_RECREATED.search(text) is not None


def says_cluster_is_gone(text: str) -> bool:
    """Return whether a text says that a cluster was created again, or that an old one was deleted.

    >>> [says_cluster_is_gone(each) for each in ("We rebuilt the cluster.", "The old cluster is not deleted.")]
    [True, False]
    """
    return next(find_said(text, _CLUSTER_GONE), None) is not None
