"""Find denials that name an action outside of the standard denial message.

CloudFormation's "API: ec2:CreateVpc …", "failed to call ec2:…", "missing permissions for 'iam:GetRole'".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.codes import is_code
from iamtriage._reading.vocabulary.grammar import is_general
from iamtriage._reading.vocabulary.pieces import HINT, Piece

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._reading.vocabulary.pieces import Role
    from iamtriage._reading.vocabulary.readable import Readable

# The words before "ermission" in such phrases. What a call needs is not what it was denied.
_MISSING = r"(?:(?:missing|lacks?|insufficient)\s+(?:the\s+)?(?:(?:sufficient|required|necessary)\s+)?|(?:not|n't)\s+have\s+(?:the\s+)?required\s+)(?:IAM\s+)?p"
_MISSING_PERMISSION = lazy_pattern(
    rf"{_MISSING}ermission(?:s|\(s\))?"
    r"(?:\s+(?:for|to\s+(?:perform|call)|:))?\s*:?\s*[\"'`\[(]*(?P<action>(?P<service>[a-z][a-z0-9-]{1,40}):[A-Z][A-Za-z0-9*]{2,80})",
    re.IGNORECASE,
)
# The title of a change: "Add the missing permission …", and a negation.
_CHANGE = lazy_pattern(
    r"\b(?:(?:add|fix|grant|includ|restor|resolv|document|attach|provid)(?:e|ed|es|ing|s)?(?:\s+(?:the|an?|some|all|any|other)){0,2}"
    r"|not|never|no\s+longer)\s+\Z",
    re.IGNORECASE,
)
_MAX_CHANGE_LENGTH = 40
_API = lazy_pattern(
    r"API:(?<=\bAPI:)\s+(?P<action>(?P<service>[a-z][a-z0-9-]{1,40}):(?P<operation>[A-Za-z]\w{2,80}))(?P<denied>\s+Access\s+Denied\b)?"
)
_CALL = lazy_pattern(
    # A pattern that begins with a set of characters skips all others quickly.
    r"[FfEe](?:(?<=[Ff])ailed\s+to\s+call|(?<=[Ee])rror\s+calling)\s+(?P<action>(?P<service>[a-z][a-z0-9-]{1,40}):(?P<operation>[A-Za-z]\w{2,80}))(?=[,:\s]|\Z)"
    r"(?P<denied>\s+due\s+to\s+(?:missing|insufficient|lack\s+of)\s+(?:IAM\s+)?permissions?\b)?"
)

# AWS agents print "error calling RequestManagedInstanceRoleToken: AccessDeniedException: …".
_CALLED = lazy_pattern(
    r"[Ee]rror\s+calling\s+(?P<operation>[A-Z][a-z]+[A-Z]\w{2,80}):\s(?=(?P<code>[A-Z][A-Za-z]{3,70}):\s)"
)
_MISSING_WORDS = ("missing", "lack", "insufficient", "required")
_BEFORE_PERMISSION = lazy_pattern(rf"{_MISSING}\Z", re.IGNORECASE)
# Maximum distance, in characters, from the start of such a phrase to the word "permission", and from the word to the
# end of the action.
_MAX_DISTANCE_BEFORE = 160
_MAX_DISTANCE_AFTER = 260


def read_action_phrases(readable: Readable) -> Iterator[Piece]:
    """Yield the denied actions in the phrases."""
    text = readable.text
    if "API:" in text:
        for m in _API.finditer(text):
            piece = _piece(m, "head")
            piece.source, piece.is_aws = "cloudformation", True
            piece.kind = "access_denied" if m["denied"] else None
            # It states the operation only if no denial message with the same action follows.
            piece.put_group(m, "api_operation", "operation")
            yield piece
    if "ailed to call" in readable.flat or "rror calling" in readable.flat:
        for m in _CALL.finditer(text):
            # The VPC CNI reports a denial of EC2 without its message.
            piece = _piece(m, "core" if m["denied"] else "head")
            piece.kind, piece.is_aws = "access_denied" if m["denied"] else None, m["denied"] is not None
            piece.put_group(m, "operation")
            yield piece
    if "rror calling" in text:
        for m in _CALLED.finditer(text):
            if is_code(m["code"]):
                piece = Piece("head", m.start(), m.end())
                piece.put_group(m, "operation")
                yield piece
    for m in _find_missing_permissions(text) if "ermission" in text else ():
        piece = _piece(m, "core")
        piece.kind, piece.is_aws = "access_denied", True
        yield piece


def _find_missing_permissions(text: str) -> Iterator[re.Match[str]]:
    """Yield the phrases about permissions that name an action."""
    # The end of the last phrase. The text before it is not searched again.
    done = 0
    at = text.find("ermission")
    while at >= 0:
        low = max(done, at - _MAX_DISTANCE_BEFORE)
        before = text[low:at].lower()
        is_near = any(word in before for word in _MISSING_WORDS)
        start = _BEFORE_PERMISSION.search(text, low, at) if is_near else None
        m = _MISSING_PERMISSION.match(text, start.start(), at + _MAX_DISTANCE_AFTER) if start else None
        if m:
            begin = m.start()
            if not (
                is_general(text, begin) or _CHANGE.search(text, max(0, begin - _MAX_CHANGE_LENGTH), begin)
            ):
                yield m
            done = m.end()
        at = text.find("ermission", at + 1)


def _piece(m: re.Match[str], role: Role) -> Piece:
    piece = Piece(role, m.start(), m.end())
    piece.put_action(m["action"], *m.span("action"), HINT, HINT)
    return piece
