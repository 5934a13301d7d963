"""Parse the standard denial: "X is not authorized to perform A on resource R …".

Grammar (messages of https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
and of logs):

    message   = [principal] "not authorized to perform" [":"] action ["on resource:" resource] [why] [tail]
    principal = "User:" value | "Service Principal:" value | a bare ARN or host name

Each part can be missing, masked, quoted, or broken over lines. The reader starts at the words that must be present
("not authorized", or the reason if even those are missing) and works outwards, so that the grammar determines
where a principal or resource ends. ``reasons`` parses why and tail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.readers.plain_sentences import read_plain_sentence
from iamtriage._reading.readers.principals import (
    MAX_PRINCIPAL_DISTANCE,
    read_named_principal,
    read_principal,
)
from iamtriage._reading.readers.reasons import REASON, read_reason, read_tail
from iamtriage._reading.readers.spaced_names import is_prose, is_whole_name, may_contain_spaces
from iamtriage._reading.vocabulary.accounts import account_of
from iamtriage._reading.vocabulary.grammar import ARN_HEAD, ELLIPSIS, VALUE_START, find_cut, is_general, trim
from iamtriage._reading.vocabulary.masks import BRACKETED, find_arn_end, rejoin
from iamtriage._reading.vocabulary.pieces import Piece
from iamtriage.actions._table import is_prefix

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from iamtriage._reading.vocabulary.readable import Readable

# Maximum distance, in characters, between a clause and the words it belongs to.
_MAX_RESOURCE_LENGTH = 2200
_MAX_REST_DISTANCE = 700
_MAX_REASON_START = 40
_MAX_SPACES = 4
# CloudWatch Logs ends the ARN of a log group so.
_NO_STREAM = ":log-stream:"

_ANCHOR = lazy_pattern(
    r"(?P<verb>(?:is|are|was)(?:\s+|(?=n')))?(?:[Nn]ot|NOT|n''?t)\s+(?:[Aa]uthori[sz]ed|AUTHORI[SZ]ED)\b"
)
# A viewer or a search cut off the text before "authorized". Only the reason says that access was denied.
_CUT_ANCHOR = lazy_pattern(r"\A[\s\"'`.…]{0,8}(?P<verb>)[Aa]uthori[sz]ed(?=\s+to\s+perform:)")
_AUTHORIZED = frozenset(f"{first}uthori{letter}ed" for first in "Aa" for letter in "sz") | {
    "AUTHORIZED",
    "AUTHORISED",
}
_VERB = "is not "
_MAX_VERB_LENGTH = 12
_MAX_CUT_LENGTH = 8
_PERFORM = lazy_pattern(
    r"\s+(?:to\s+)?(?:perform|PERFORM|access|invoke|call|execute|do|use|assume|run|make)"
    r"(?:\s+the)?(?:\s+(?:actions?|operation)\b)?\s*:?\s*[\"'`\[(*]*\s*"
)
# An action is a prefix, a colon and a name. A newline can break either of them.
_PREFIX = r"[A-Za-z][A-Za-z0-9-]{0,62}(?:\n[A-Za-z0-9-]{1,40})?"
_NAME = r"[A-Za-z*](?:[A-Za-z0-9]|\*(?!\*)){0,127}"
# The next line continues a name only if the next clause of the denial follows it.
_NEXT_CLAUSE = r"(?=\s+(?:on\s+resource|because\b|with\s+an\b))"
_REST_OF_NAME = rf"(?:\n[A-Za-z0-9]{{1,60}}{_NEXT_CLAUSE})?"
# Manuals mark a placeholder in it: "states:`GetWidget`".
_ACTION = lazy_pattern(
    rf"(?P<action>(?P<service>{_PREFIX}):(?:\n(?=[A-Z])|`(?=[A-Z]))?{_NAME}{_REST_OF_NAME})"
)
# Manuals and people leave out the name or a part of it: "batch:{{GetWidget}}", "s3:Get<…>", "s3:****".
_MASKED_ACTION = lazy_pattern(
    r"(?P<action>(?P<service>[a-z][a-z0-9-]{1,62}):[A-Za-z0-9]{0,60}"
    rf"(?:\$?(?!\[[0-9]{{1,3}}\])(?:{BRACKETED})|(?<=:)\*{{2,16}}|\*{{3,16}})[A-Za-z0-9]{{0,60}})(?=[\s\"'`.,;)\]]|\Z)"
)
_MAX_MASKED_ACTION_LENGTH = 130
_HIDDEN_ACTION = lazy_pattern(
    rf"\s*(?P<action>{BRACKETED}|[xX]{{3,20}}|\*{{3,20}}|REDACTED|redacted){_NEXT_CLAUSE}"
)
# "the required AWS Marketplace actions (aws-marketplace:ViewSubscriptions, …)"
_ACTIONS_IN_PARENTHESES = lazy_pattern(r"(?:[\w-]+\s+){1,6}\([`'\"]?(?=[a-z][a-z0-9-]{1,40}:[A-Z])")
_OTHER_ACTIONS = lazy_pattern(
    r"(?:[`'\"]?\s*,\s*(?:and\s+)?[`'\"]?[a-z][a-z0-9-]{1,62}:[A-Za-z*][A-Za-z0-9*]{0,127}){1,40}"
)
_BEFORE_COMMA = frozenset(", \n\x1e`'\"")
_BARE_ACTION = lazy_pattern(
    r"(?P<action>[A-Z][a-z]{1,60}[A-Z][A-Za-z0-9]{0,127})(?=\s+(?:on\s+(?:resource|(?:the\s+)?(?:(?:IAM|action)\s+)?[Rr]ole)|because|with)\b|\s*[.\"']?\s*\Z)"
)
_ANY_OPERATION = " to perform this operation"
_SENTENCE_ENDS = frozenset([*".,\"'`", ""])
_THIS_OPERATION = lazy_pattern(r"(?:this|the)\s+\w+|\w+")

_RESOURCE = lazy_pattern(
    r"[\s.,…`'\")\]*]*\b(?:on|for)\s+(?:the\s+|this\s+|these\s+)?(?:[Rr]esources?|resource\(s\))\b\s*(?P<colon>:)?\s*(?:\*\*(?=\w))?"
)
_VALUE = lazy_pattern(VALUE_START)
_LINE_ENDS = frozenset("\n\x1e")
# The value was left out, and another sentence is on the next line.
_SENTENCE = lazy_pattern(r"[A-Z][a-z']{0,30},?\s[a-z]")
# "… on resource app-data": a name of one word, without a colon before it, at the end of a message.
_WORD_RESOURCE = lazy_pattern(
    r"(?<=[Rr]esource\x20)(?P<resource>(?=\S{0,200}[A-Z0-9_./-])[\w./-]{1,200}[\w/])(?=\.?(?:\s*(?:\Z|\n)|[\"'`*)\]]|\s(?:because\sno|with\san\sexplicit)\s))"
)
# An apostrophe that closes a quotation, not one inside a name.
_APOSTROPHE = lazy_pattern(r"'(?=[\s\"'`()\[\]{}<>,.;:!?]|\Z)")
# The resource without "on resource": "assume IAM Role arn:…", "AssumeRole on role arn:…", "sns:Publish on arn:…".
_RESOURCE_WITHOUT_LABEL = lazy_pattern(
    r"[\s\"'`)\]]{0,3}(?:\b(?:on|of|for)\s+)?(?:the\s+)?(?:\b(?:(?:(?:IAM|action)\s+)?[Rr]ole|[Rr]esource)\b:?\s*)?(?P<colon>(?=[\"'`]?arn:[\w<\[{*-]))"
)
_OPERATION_WORD = lazy_pattern(r"\s+(?:operation|action)\b")
_CIPHERTEXT = lazy_pattern(r"\s*associated\s+with\s+this\s+ciphertext")
# Maximum distance, in characters, from the start of "on resource:" to its last letters.
_MAX_RESOURCE_LABEL_LENGTH = 16
_TRUNCATED_RESOURCE = lazy_pattern(r"(?:on\s+r|r)?esource:\s*")
# IAM identifies some resources by type and name instead of an ARN.
_TYPED_NAME = lazy_pattern(
    r"(?:instance\sprofile|(?:server|signing)\scertificate|(?:MFA\sdevice|mfa)|(?:saml|SAML|oidc|OIDC)\sprovider|access\skey"
    r"|login\sprofile|account\salias|service\slinked\srole|ssh\spublic\skey|role|user|group|policy|repository|account)"
    rf"\s(?!because\b|with\b|status\b)(?:{BRACKETED}|<(?!/)|[^\s\"'<]){{1,600}}+"
)
_MASKED_RESOURCE = lazy_pattern(r"(?:<[^<>\n]{1,60}>|\[[^\[\]\n]{1,60}\])[^\s\"'`]*")
_RESOURCE_WORD = lazy_pattern(r"[^\s\"'`<>]+(?:<(?!/)[^<>\n]{0,60}>?[^\s\"'`<>]*)*")
_RESOURCE_END = lazy_pattern(
    # The first alternative is the end of a field in an object.
    r"[BbNnSsWw.,<\s\"'](?i:(?<=[\"'])(?=[,}\]])|(?<=\bw)ith\s+an?\s+explicit\s+deny\b|(?:(?<=\bb)ecause|(?<=\bs)ince)\s+\w|(?<=\.)\s+(?:Encoded|Go)\b"
    r"|(?<=\s)\((?:Service|SDK|Status|AWS|Request)\b|(?<=\s)\s*status\s+code\b|(?<=\n)\n|(?<=<)/|(?<=[.\s])\s*(?<=\s)User:"
    r"|(?<=n)(?:ot|'t)\s+authori[sz]ed|(?<=[,\s])\s*(?<=\s)https?\s+response|(?<=,)\s*Request\s?Id)"
)
_PROSE = lazy_pattern(r"[\n ](?:status|error|Error|operation|request|when)\b|: |, ")
_GAP = lazy_pattern(r"[\s.,…:;'\"`()\[\]}>–—-]*")
_REASON_WORDS = frozenset(
    form for word in ("because", "since", "with") for form in (word, word.capitalize(), word.upper())
)
# What directly follows a whole ARN: a reason, or the rest of a field in an object.
_AFTER_ARN = (" because no ", " with an explicit deny", *(quote + mark for quote in "\"'" for mark in ",}]"))
_OMITTED_RESOURCE = lazy_pattern(r"\s*(?:\.{2,}|…)\s*(?:on\s+resource:?\s*(?:\.{2,}|…)\s*)?")


def read_sentences(readable: Readable) -> Iterator[Piece]:
    """Yield every standard denial, in order."""
    text = readable.text
    words = readable.words & _AUTHORIZED
    if not words:
        return
    labels: list[int] = []
    done = 0
    for start, end in readable.places(words):
        length = len(_VERB) if text.startswith(_VERB, start - len(_VERB)) else _MAX_VERB_LENGTH
        plain = None
        if length == len(_VERB) and (verb := start - length) >= done:
            plain = read_plain_sentence(text, max(done, verb - MAX_PRINCIPAL_DISTANCE), verb)
        if plain is not None:
            done = _read_rest(text, plain)
            yield plain
            continue
        anchor = _ANCHOR.search(text, max(0, start - length), end)
        cut = None if anchor or start > _MAX_CUT_LENGTH else _CUT_ANCHOR.match(text)
        anchor = anchor or cut
        if anchor and anchor.start() >= done:
            piece = _read_around(readable, anchor, done, labels)
            # The words of another sentence can't be part of a principal.
            done = anchor.end()
            if piece is not None and (cut is None or "deny" in piece.facts):
                done = piece.end
                yield piece


def _read_around(readable: Readable, anchor: re.Match[str], floor: int, labels: list[int]) -> Piece | None:
    """Parse the sentence around the words "not authorized"."""
    text = readable.text
    piece = Piece("core", anchor.start(), anchor.end(), kind="access_denied")
    named = read_principal(readable, floor, anchor, labels, piece)
    end = anchor.end() + len(_ANY_OPERATION)
    is_any = text.startswith(_ANY_OPERATION, anchor.end()) and text[end : end + 1] in _SENTENCE_ENDS
    perform = None if is_any else _PERFORM.match(text, anchor.end())
    is_foreign = False
    if perform is None:
        if not (named or is_any):
            return None
        end = end if is_any else anchor.end()
    else:
        words = _ACTIONS_IN_PARENTHESES.match(text, perform.end())
        begin = words.end() if words else perform.end()
        # After an opening `*`, trailing asterisks close Markdown's emphasis; they mask nothing.
        masked = _read_masked_action(text, begin) if text[begin - 1] != "*" else None
        action = masked or _ACTION.match(text, begin) or _BARE_ACTION.match(text, begin)
        if action is None and "erform" in perform[0]:
            masked = action = _HIDDEN_ACTION.match(text, perform.start() + len(perform[0].rstrip("*[ ")))
        if action is None:
            if not named and "this" not in text[perform.end() : perform.end() + 24]:
                return None
            assumed = _RESOURCE_WITHOUT_LABEL.match(text, perform.end())
            words = None if assumed else _THIS_OPERATION.match(text, perform.end())
            end = words.end() if words else perform.end()
        else:
            end = _put_action(text, action, piece)
            if not named:
                read_named_principal(text, floor, anchor.start(), piece)
            if "principal" not in piece.facts and is_general(text, anchor.start()):
                return None
            # Other systems have actions of this form, too, and a masked action can belong to any system.
            piece.is_aws = piece.is_aws or (masked is None and _has_prefix(piece))
            # An action of three sections is of another cloud that uses the words of AWS.
            is_foreign = text[end : end + 1] == ":" and text[end + 1 : end + 2].isalnum()
    piece.end = end
    _read_rest(text, piece)
    if is_foreign:
        # A piece without a kind keeps other readers from reading a part of these words.
        line_end = text.find("\n", piece.end, piece.end + _MAX_REST_DISTANCE)
        return Piece(
            "core", piece.start, line_end if line_end >= 0 else min(len(text), piece.end + _MAX_REST_DISTANCE)
        )
    return piece


def _read_rest(text: str, piece: Piece) -> int:
    """Parse what follows the part of a sentence that was read, and return where it ends."""
    end = piece.end
    if "deny" not in piece.facts:
        if "resource" not in piece.facts:
            end = _read_resource(text, end, piece)
        gap = _GAP.match(text, end)
        reason = REASON.match(text, gap.end() if gap else end)
        if reason is None and "resource" not in piece.facts:
            # "s3:PutObject ... because no …": an ellipsis replaces the resource.
            omitted = _OMITTED_RESOURCE.match(text, end)
            reason = REASON.match(text, omitted.end()) if omitted else None
        if reason:
            end = read_reason(text, reason, piece)
    piece.end = end = read_tail(text, end, piece)
    return end


def _has_prefix(piece: Piece) -> bool:
    """Return whether the action that a piece states has the prefix of an AWS service."""
    service = piece.facts.get("service")
    return service is not None and is_prefix(service.value)


def _read_masked_action(text: str, start: int) -> re.Match[str] | None:
    """Match a partly masked action, which is rare."""
    action = text[start : start + _MAX_MASKED_ACTION_LENGTH]
    if "*" in action or "<" in action or "[" in action or "{" in action:
        return _MASKED_ACTION.match(text, start)
    return None


def _put_action(text: str, action: re.Match[str], piece: Piece) -> int:
    piece.put_action(rejoin(action["action"]).replace("`", ""), *action.span("action"))
    end = action.end()
    # A comma follows, possibly after a quote.
    more = _OTHER_ACTIONS.match(text, end) if text[end : end + 1] in _BEFORE_COMMA else None
    return more.end() if more else end


def _read_resource(text: str, position: int, piece: Piece) -> int:
    """Parse the resource after the action, and return where the sentence continues."""
    head = _RESOURCE.match(text, position) or _RESOURCE_WITHOUT_LABEL.match(text, position)
    if head is None:
        operation = _OPERATION_WORD.match(text, position)
        return operation.end() if operation else position
    start = head.end()
    if text[start - 1] in _LINE_ENDS and (_VALUE.match(text, start) is None or _SENTENCE.match(text, start)):
        return start
    quote = text[start : start + 1]
    # A quote next to a letter closes a quotation.
    quoted = quote != "" and quote in "\"'`" and not text[start - 1].isalpha()
    if not head["colon"] and not quoted and ARN_HEAD.match(text, start) is None:
        word = _WORD_RESOURCE.match(text, start)
        if word:
            piece.put("resource", word["resource"], *word.span("resource"))
            return word.end()
        # KMS: "on this resource", "on the resource associated with this ciphertext".
        ciphertext = _CIPHERTEXT.match(text, start)
        return ciphertext.end() if ciphertext else start
    if quoted:
        close = _find_closing_quote(text, start)
        if close > 0 and "\n\n" not in text[start:close] and find_cut(text, start, close) is None:
            piece.put("resource", rejoin(text[start + 1 : close]).strip(), start + 1, close)
            return close + 1
        start += 1
    first, last = _find_resource(text, start)
    value = text[first:last]
    if not value:
        return start
    # Greengrass and other services print missing values as "null".
    if ELLIPSIS.match(value) is None and value != "null":
        words = value.split()
        if len(words) > 1 and (_TYPED_NAME.match(value) or (" " in value and may_contain_spaces(value))):
            piece.put("resource", " ".join(words), first, last)
        else:
            piece.put("resource", rejoin(value), first, last)
    return last


def _find_closing_quote(text: str, start: int) -> int:
    """Return the position of the closing quote for the quote at a position, or a negative number."""
    limit = start + _MAX_RESOURCE_LENGTH
    arn_end = find_arn_end(text, start + 1, limit)
    if arn_end >= 0 and text.startswith(text[start], arn_end):
        # Masks inside it can be quoted, too.
        return arn_end
    if text[start] != "`":
        return text.find(text[start], start + 1, limit)
    # SES quotes `like this'. A later backtick can be Markdown syntax.
    apostrophe = _APOSTROPHE.search(text, start + 1, limit)
    line_end = text.find("\n", start, limit)
    ends = [end for end in (apostrophe.start() if apostrophe else -1, line_end) if end >= 0]
    backtick = text.find("`", start + 1, min(ends, default=limit))
    return backtick if backtick >= 0 else apostrophe.start() if apostrophe else -1


def _find_resource(text: str, start: int) -> tuple[int, int]:
    """Return the bounds of an unquoted resource."""
    value_end = find_arn_end(text, start)
    if value_end >= 0 and text.startswith(_AFTER_ARN, value_end):
        return trim(text, start, value_end)
    stop = _RESOURCE_END.search(text, start, start + _MAX_RESOURCE_LENGTH)
    if stop:
        first, last = trim(text, start, stop.start())
        value = text[first:last]
        spaces = value.count(" ") + value.count("\n")
        reason = text[stop.start() : stop.start() + _MAX_REASON_START]
        bounded = stop[0].lower().lstrip().startswith(("with", "because", "since"))
        bounded = bounded and not is_prose(value, reason)
        if not spaces or (bounded and spaces <= _MAX_SPACES and _PROSE.search(value) is None):
            return first, last
        if is_whole_name(value, text, stop.start()):
            return first, last
    if value_end < 0:
        found = (
            _TYPED_NAME.match(text, start)
            or _MASKED_RESOURCE.match(text, start)
            or _RESOURCE_WORD.match(text, start)
        )
        if found is None:
            return start, start
        value_end = found.end()
    first, last = trim(text, start, value_end)
    # The text that quotes the message continues after it: "…:cluster/demo: ClientError".
    is_after = text.endswith(":", first, last) and not text.endswith(_NO_STREAM, first, last)
    return (first, last - 1) if is_after else (first, last)


def read_lone_reasons(readable: Readable) -> Iterator[Piece]:
    """Yield reasons without a sentence, because it was truncated, omitted, or overwritten in a terminal."""
    text = readable.text
    for start, _ in readable.places(_REASON_WORDS & readable.words):
        floor = readable.last_sentence_end(start)
        reason = REASON.match(text, start) if floor <= start else None
        if reason is None or reason["other"]:
            continue  # "because the …" does not say that access was denied
        piece = Piece("core", reason.start(), reason.end(), kind="access_denied")
        end = read_reason(text, reason, piece)
        if "deny" in piece.facts and ("policy_type" in piece.facts or reason["explicit"]):
            left = max(reason.start() - _MAX_REST_DISTANCE, floor)
            _read_rest_of_sentence(text, left, reason.start(), piece)
            # An action of two sections is of AWS.
            piece.is_aws = piece.is_aws or ("action" in piece.facts and text.endswith(" action", 0, end))
            piece.end = read_tail(text, end, piece)
            yield piece


def _read_rest_of_sentence(text: str, left: int, right: int, piece: Piece) -> None:
    """Parse the rest of a sentence before a reason."""
    last = text.rfind("esource:", left, right)
    if last < 0:
        return
    *_, resource = _TRUNCATED_RESOURCE.finditer(text, max(left, last - _MAX_RESOURCE_LABEL_LENGTH), right)
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
