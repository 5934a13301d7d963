"""Reads the sentence "X is not authorized to perform A on resource R …"; not why, not envelopes.

Grammar (wording of https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
and of logs):

    message   = [principal] "not authorized to perform" [":"] action ["on resource:" resource] [why] [tail]
    principal = "User:" value | "Service Principal:" value | a bare ARN or host name

Each part may be missing, masked, quoted, or broken over lines; what is there is read. The reader
starts at the words that cannot be missing ("not authorized", or the why-clause where even those
are lost) and works outwards, so that a principal or resource ends where the grammar ends it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._reading.readers.reasons import WHY, read_tail, read_why
from iamtriage._reading.vocabulary.accounts import account_of
from iamtriage._reading.vocabulary.generic_subjects import (
    begins_message,
    find_principal_end,
    is_generic_subject,
)
from iamtriage._reading.vocabulary.grammar import ARN_HEAD, ELLIPSIS, VALUE_START, find_cut, trim
from iamtriage._reading.vocabulary.masks import ARN, BRACKETED, rejoin
from iamtriage._reading.vocabulary.pieces import BEST, Piece
from iamtriage._reading.vocabulary.spaced_names import is_prose, is_whole_name, may_contain_spaces

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# How far a part may lie from the words that it belongs to.
_PRINCIPAL_REACH = 2200
_BARE_PRINCIPAL_REACH = 300
_RESOURCE_REACH = 2200
_LOST_REACH = 700
_REASON_REACH = 40
_MOST_BLANKS = 4

_ANCHOR = re.compile(
    r"(?P<verb>(?:is|are|was)(?:\s+|(?=n')))?(?:[Nn]ot|NOT|n''?t)\s+(?:[Aa]uthori[sz]ed|AUTHORI[SZ]ED)\b"
)
_PERFORM = re.compile(
    r"\s+(?:to\s+)?(?:perform|PERFORM|access|invoke|call|execute|do|use|assume|run|make)"
    r"(?:\s+the)?(?:\s+(?:actions?|operation)\b)?\s*:?\s*[\"'`\[(*]*\s*"
)
# A break inside the action's name is told by the words that follow it.
_ACTION = re.compile(
    r"(?P<action>(?P<service>[A-Za-z][A-Za-z0-9-]{0,62}(?:\n[A-Za-z0-9-]{1,40})?)"
    r":(?:\n(?=[A-Z]))?[A-Za-z*](?:[A-Za-z0-9]|\*(?!\*)){0,127}"
    r"(?:\n[A-Za-z0-9]{1,60}(?=\s+(?:on\s+resource|because\b|with\s+an\b)))?)"
)
# A part of the name, or all of it, as manuals and people leave it out: "batch:{{GetWidget}}", "s3:Get<…>", "s3:****".
_MASKED_ACTION = re.compile(
    r"(?P<action>(?P<service>[a-z][a-z0-9-]{1,62}):[A-Za-z0-9]{0,60}"
    rf"(?:\$?(?!\[[0-9]{{1,3}}\])(?:{BRACKETED})|(?<=:)\*{{2,16}}|\*{{3,16}})[A-Za-z0-9]{{0,60}})(?=[\s\"'`.,;)\]]|\Z)"
)
# "the required AWS Marketplace actions (aws-marketplace:ViewSubscriptions, …)"
_ACTIONS_IN_WORDS = re.compile(r"(?:[\w-]+\s+){1,6}\((?=[a-z][a-z0-9-]{1,40}:[A-Z])")
_MORE_ACTIONS = re.compile(r"(?:\s*,\s*(?:and\s+)?[a-z][a-z0-9-]{1,62}:[A-Za-z*][A-Za-z0-9*]{0,127}){1,40}")
_BARE_ACTION = re.compile(
    r"(?P<action>[A-Z][a-z]{1,60}[A-Z][A-Za-z0-9]{0,127})(?=\s+(?:on\s+(?:resource|(?:the\s+)?(?:IAM\s+)?[Rr]ole)|because|with)\b|\s*[.\"']?\s*\Z)"
)
_THIS_OPERATION = re.compile(r"(?:this|the)\s+\w+|\w+")

_LABEL = re.compile(
    r"(?<![\w/.-])(?P<label>Service\s+Principal|User|Role|Principal|Identity|Caller|Entity|(?:User\s+with\s+)?accountId|(?<![:<])(?:user|role|principal))"
    r"(?P<colon>\s?:(?![\w:]*:))?\s*"
)
_BARE_PRINCIPAL = re.compile(
    rf"(?:(?:{ARN}|arn:[^\s\"']{{1,2048}})[\"']?|(?<![\w.@/-])[a-z][a-z0-9-]{{1,60}}(?:\.[a-z0-9-]{{1,60}}){{1,6}}|<[^<>\n]{{1,80}}>)\s*\Z"
)

# What stands in front of a sentence that its principal begins: a code of denials, or botocore's words.
_DENIAL_AHEAD = re.compile(
    r"(?:AccessDenied\w{0,20}|Unauthorized\w{0,20}|NotAuthorized\w{0,20}|calling\s+the\s+\w{1,80}\s+operation)[)\]\"'`*]{0,3}\s?:\s{1,2}\Z"
    r"|You\sare\snot\sauthorized\sto\sperform\sthis\soperation\.\s\Z"
)
_AHEAD_REACH = 120
_PRINCIPAL_AT_END = re.compile(
    rf"User:\s(?P<principal>{ARN})(?P<rest>\s[a-z ]{{1,18}})?[\s\"'`.…)}}\]]{{0,12}}\Z"
)

_RESOURCE = re.compile(
    r"[\s.,…`'\")\]*]*\b(?:on|for)\s+(?:the\s+|this\s+|these\s+)?(?:[Rr]esources?|resource\(s\))\b\s*(?P<colon>:)?\s*(?:\*\*(?=\w))?"
)
_VALUE = re.compile(VALUE_START)
# An apostrophe that ends a quotation, not one inside a name.
_APOSTROPHE = re.compile(r"'(?=[\s\"'`()\[\]{}<>,.;:!?]|\Z)")
# Its object in other words: "assume IAM Role arn:…", "AssumeRole on role arn:…", "sns:Publish on arn:…".
_OBJECT = re.compile(
    r"[\s\"'`)\]]{0,3}(?:\b(?:on|of|for)\s+)?(?:the\s+)?(?:\b(?:(?:IAM\s+)?[Rr]ole|[Rr]esource)\b:?\s*)?(?P<colon>(?=[\"'`]?arn:[\w<\[{*-]))"
)
_OPERATION_WORD = re.compile(r"\s+(?:operation|action)\b")
_CIPHERTEXT = re.compile(r"\s*associated\s+with\s+this\s+ciphertext")
_TRUNCATED_RESOURCE = re.compile(r"(?:on\s+r|r)?esource:\s*")
# IAM names what has no ARN in its message by type and name.
_TYPED_NAME = re.compile(
    r"(?:instance\sprofile|(?:server|signing)\scertificate|(?:MFA\sdevice|mfa)|(?:saml|SAML|oidc|OIDC)\sprovider|access\skey"
    r"|login\sprofile|account\salias|service\slinked\srole|ssh\spublic\skey|role|user|group|policy|repository|account)"
    rf"\s(?!because\b|with\b|status\b)(?:{BRACKETED}|<(?!/)|[^\s\"'<]){{1,600}}+"
)
_MASKED = re.compile(r"<[^<>\n]{1,60}>[^\s]*|\[[^\[\]\n]{1,60}\][^\s]*")
_ARN = re.compile(ARN)
_WORD = re.compile(r"[^\s\"'`<>]+(?:<(?!/)[^<>\n]{0,60}>?[^\s\"'`<>]*)*")
_STOP = re.compile(
    r"\bwith\s+an?\s+explicit\s+deny\b|\b(?:because|since)\s+\w|\.\s+(?:Encoded|Go)\b"
    r"|\s\((?:Service|SDK|Status|AWS|Request)\b|\s+status\s+code\b|\n\n|</|\.?\s+User:|(?:not|n't)\s+authori[sz]ed"
    r"|,?\s+https?\s+response|,\s*[Rr]equest\s?[Ii][Dd]",
    re.IGNORECASE,
)
_OTHER_WORDS = re.compile(r"[\n ](?:status|error|Error|operation|request|when)\b|: |, ")
_GAP = re.compile(r"[\s.,…:;'\"`\])}>]*")
_ELIDED = re.compile(r"\s*(?:\.{2,}|…)\s*(?:on\s+resource:?\s*(?:\.{2,}|…)\s*)?")


def read_sentences(text: str) -> Iterator[Piece]:
    """Find every denial sentence, in order."""
    if "uthori" not in text and "UTHORI" not in text:
        return
    done = 0
    for anchor in _ANCHOR.finditer(text):
        if anchor.start() >= done:
            piece = _read_around(text, anchor, done)
            # No principal reaches over the words of another sentence.
            done = anchor.end()
            if piece is not None:
                done = piece.end
                yield piece


def _read_around(text: str, anchor: re.Match[str], floor: int) -> Piece | None:
    """Read the sentence around the words "not authorized"."""
    piece = Piece("core", anchor.start(), anchor.end(), kind="access_denied")
    named = _read_principal(text, floor, anchor, piece)
    perform = _PERFORM.match(text, anchor.end())
    foreign = False
    if perform is None:
        if not named:
            return None
        end = anchor.end()
    else:
        words = _ACTIONS_IN_WORDS.match(text, perform.end())
        begin = words.end() if words else perform.end()
        # Behind a star, those at the end are Markdown's, too.
        masked = None if text[begin - 1] == "*" else _MASKED_ACTION.match(text, begin)
        action = masked or _ACTION.match(text, begin) or _BARE_ACTION.match(text, begin)
        if action is None:
            if not named and "this" not in text[perform.end() : perform.end() + 24]:
                return None
            assumed = _OBJECT.match(text, perform.end())
            words = None if assumed else _THIS_OPERATION.match(text, perform.end())
            end = words.end() if words else perform.end()
        else:
            end = _put_action(text, action, piece)
            # What is masked may be an action of any system's.
            piece.is_aws = piece.is_aws or masked is None
            # Three sections: another cloud's action in AWS's words.
            foreign = text[end : end + 1] == ":" and text[end + 1 : end + 2].isalnum()
    end = _read_resource(text, end, piece)
    gap = _GAP.match(text, end)
    why = WHY.match(text, gap.end() if gap else end)
    if why is None and "resource" not in piece.facts:
        # "s3:PutObject ... because no …": the resource is left out.
        elided = _ELIDED.match(text, end)
        why = WHY.match(text, elided.end()) if elided else None
    if why:
        end = read_why(text, why, piece)
    piece.end = read_tail(text, end, piece)
    if foreign:
        # The words are taken, so that no other reader claims a part of them.
        line_end = text.find("\n", piece.end, piece.end + _LOST_REACH)
        return Piece(
            "core", piece.start, line_end if line_end >= 0 else min(len(text), piece.end + _LOST_REACH)
        )
    return piece


def _put_action(text: str, action: re.Match[str], piece: Piece) -> int:
    written = rejoin(action["action"])
    start = action.start("action")
    piece.put("action", written, start, action.end("action"))
    if ":" in written:
        prefix = written.partition(":")[0]
        piece.put("service", prefix.lower(), start, start + len(prefix), BEST)
    more = _MORE_ACTIONS.match(text, action.end())
    return more.end() if more else action.end()


def _read_principal(text: str, floor: int, anchor: re.Match[str], piece: Piece) -> bool:
    """Read who it is: between a label and the anchor, or the word before the anchor.

    Returns:
        Whether the sentence speaks of anybody, also where the value itself is lost.
    """
    right = anchor.start()
    if anchor["verb"] is None and text[right] == "N":
        # "Not authorized to perform sts:…" begins a sentence.
        return False
    left = max(floor, right - _PRINCIPAL_REACH)
    start = label_at = -1
    for label in _LABEL.finditer(text, left, right):
        begin = min(label.end(), right)
        if "\n\n" in text[begin:right]:
            continue
        opened = begin + (text[begin : begin + 1] in {"`", "'", '"'})
        if label["colon"] or (ARN_HEAD.match(text, opened) and _is_one_word(text, opened, right)):
            start, label_at = begin, label.start()
        elif label["label"] == "User" and right - begin < 2:
            # "User is not authorized": nobody is named.
            piece.start = label.start()
            return True
    if start >= 0:
        first, last = trim(text, start, right)
        if begins_message(text[first:last]):
            # "creating role: AccessDenied: You": the label is a tool's, and its words end there.
            start = -1
    if start < 0:
        bare = _BARE_PRINCIPAL.search(text, max(left, right - _BARE_PRINCIPAL_REACH), right)
        if bare is None:
            return False
        start = label_at = bare.start()
    first, last = trim(text, start, right)
    first, last = trim(text, first, find_principal_end(text, first, last))
    value = text[first:last]
    if len(value.split()) > _MOST_BLANKS and not value.startswith(("arn:", "<", "*")):
        return False
    piece.start = label_at
    if is_generic_subject(value):
        return True
    if value and ELLIPSIS.match(value) is None:
        put_principal(piece, rejoin(value), first, last, text)
    return True


def _is_one_word(text: str, start: int, end: int) -> bool:
    """Tell whether nothing but an ARN stands between two places."""
    arn = _ARN.match(text, start, end)
    return " " not in text[start:end].strip() or (
        arn is not None and not text[arn.end() : end].strip("\"'` \n")
    )


def put_principal(piece: Piece, value: str, start: int, end: int, text: str) -> None:
    """Add a principal and the account that it states."""
    piece.put("principal", value, start, end)
    piece.is_aws = piece.is_aws or value.startswith("arn:")
    account = account_of(value)
    if account:
        at = text.find(account, start, end)
        piece.put("account", account, at, at + len(account))


def _read_resource(text: str, position: int, piece: Piece) -> int:
    """Read the resource behind the action; give where the sentence goes on."""
    head = _RESOURCE.match(text, position) or _OBJECT.match(text, position)
    if head is None:
        operation = _OPERATION_WORD.match(text, position)
        return operation.end() if operation else position
    start = head.end()
    if _VALUE.match(text, start) is None:
        return start
    quote = text[start : start + 1]
    quoted = quote != "" and quote in "\"'`"
    if not head["colon"] and not quoted and ARN_HEAD.match(text, start) is None:
        # KMS: "on this resource", "on the resource associated with this ciphertext".
        ciphertext = _CIPHERTEXT.match(text, start)
        return ciphertext.end() if ciphertext else start
    if quoted:
        close = _closing(text, start)
        if close > 0 and "\n\n" not in text[start:close] and find_cut(text, start, close) is None:
            piece.put("resource", rejoin(text[start + 1 : close]).strip(), start + 1, close)
            return close + 1
        start += 1
    first, last = _resource_bounds(text, start)
    value = text[first:last]
    if not value:
        return start
    if ELLIPSIS.match(value) is None:
        spaced = _TYPED_NAME.match(value) is not None or (" " in value and may_contain_spaces(value))
        piece.put("resource", " ".join(value.split()) if spaced else rejoin(value), first, last)
    return last


def _closing(text: str, start: int) -> int:
    """Give where the quote at a place is closed; negative where it is not."""
    limit = start + _RESOURCE_REACH
    arn = _ARN.match(text, start + 1, limit)
    if arn and text.startswith(text[start], arn.end()):
        # Masks inside of it may be quoted too.
        return arn.end()
    if text[start] != "`":
        return text.find(text[start], start + 1, limit)
    # SES quotes `like this'; a back tick further on may be Markdown's.
    apostrophe = _APOSTROPHE.search(text, start + 1, limit)
    line_end = text.find("\n", start, limit)
    ends = [end for end in (apostrophe.start() if apostrophe else -1, line_end) if end >= 0]
    back_tick = text.find("`", start + 1, min(ends, default=limit))
    return back_tick if back_tick >= 0 else apostrophe.start() if apostrophe else -1


def _resource_bounds(text: str, start: int) -> tuple[int, int]:
    """Find where an unquoted resource ends."""
    stop = _STOP.search(text, start, start + _RESOURCE_REACH)
    if stop:
        first, last = trim(text, start, stop.start())
        value = text[first:last]
        blanks = value.count(" ") + value.count("\n")
        reason = text[stop.start() : stop.start() + _REASON_REACH]
        bounded = stop[0].lower().lstrip().startswith(("with", "because", "since"))
        bounded = bounded and not is_prose(value, reason)
        if not blanks or (bounded and blanks <= _MOST_BLANKS and _OTHER_WORDS.search(value) is None):
            return first, last
        if is_whole_name(value, text, stop.start()):
            return first, last
    found = (
        _ARN.match(text, start)
        or _TYPED_NAME.match(text, start)
        or _MASKED.match(text, start)
        or _WORD.match(text, start)
    )
    if found is None:
        return start, start
    first, last = trim(text, start, found.end())
    # Behind it goes on what the message is part of: "…:cluster/demo: ClientError".
    return (first, last - 1) if text.endswith(":", first, last) else (first, last)


def read_cut_sentence(text: str) -> Iterator[Piece]:
    """Find the denial's sentence that a text breaks off in or right behind its principal."""
    label = text.rfind("User: ", max(0, len(text) - _PRINCIPAL_REACH))
    if label < 0 or _DENIAL_AHEAD.search(text, max(0, label - _AHEAD_REACH), label) is None:
        return
    m = _PRINCIPAL_AT_END.match(text, label)
    if m and (m["rest"] is None or " is not authorized".startswith(m["rest"].rstrip())):
        piece = Piece("core", label, m.end(), kind="access_denied")
        start, end = trim(text, m.start("principal"), m.end("principal"))
        put_principal(piece, rejoin(text[start:end]), start, end, text)
        yield piece


def read_lone_reasons(text: str, sentences: Sequence[Piece]) -> Iterator[Piece]:
    """Find why-clauses whose sentence is lost: cut, elided, or overwritten by a terminal."""
    if "explicit" not in text and "because" not in text:
        return
    at = 0
    for why in WHY.finditer(text):
        while at < len(sentences) and sentences[at].end <= why.start():
            at += 1
        if at < len(sentences) and sentences[at].start <= why.start():
            continue
        piece = Piece("core", why.start(), why.end(), kind="access_denied")
        end = read_why(text, why, piece)
        if "deny" in piece.facts and ("policy_type" in piece.facts or why["explicit"]):
            left = max(0, why.start() - _LOST_REACH, sentences[at - 1].end if at else 0)
            _read_lost_sentence(text, left, why.start(), piece)
            # Two sections of an action, and no third: AWS's.
            piece.is_aws = piece.is_aws or ("action" in piece.facts and text.endswith(" action", 0, end))
            piece.end = read_tail(text, end, piece)
            yield piece


def _read_lost_sentence(text: str, left: int, right: int, piece: Piece) -> None:
    """Read what is left of a sentence in front of a why-clause."""
    resource = None
    for resource in _TRUNCATED_RESOURCE.finditer(text, left, right):  # noqa: B007 (the last one counts)
        pass
    if resource is None:
        return
    start, end = trim(text, resource.end(), right)
    if " " in text[start:end] or ELLIPSIS.match(text[start:end]):
        return
    piece.put("resource", rejoin(text[start:end]), start, end)
    piece.start = resource.start()
    user = text.rfind("User: ", left, piece.start)
    account = account_of(text[user + 6 : piece.start]) if user >= 0 else None
    if account:
        at = text.find(account, user)
        piece.put("account", account, at, at + len(account))
        piece.start = user
