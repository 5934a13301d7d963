"""Reads the sentence "X is not authorized to perform A on resource R because …"; not envelopes.

Grammar (own wording of https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
and of logs):

    message   = [principal] "not authorized to perform" [":"] action ["on resource:" resource] [why] [tail]
    principal = "User:" value | "Service Principal:" value | a bare ARN or host name
    why       = "because no" TYPE "allows" … | "because" … | "with an explicit deny" ["in" TYPE [":" policy]]
    tail      = encoded message | authorization id

Each part may be missing, masked, quoted, or broken over lines; what is there is read. The reader
starts at the words that cannot be missing ("not authorized", or the why-clause where even those
are lost) and works outwards, so that a principal or resource ends where the grammar ends it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from iamtriage._reading.grammar import ARN_HEAD, ELLIPSIS, account_of, rejoin, trim
from iamtriage._reading.partials import BEST, HINT, Partial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.typing import PolicyType

# How far a part may lie from the words that it belongs to.
_PRINCIPAL_REACH = 2200
_RESOURCE_REACH = 2200
_TAIL_REACH = 700
_BLOB_LEAST = 16

_ANCHOR = re.compile(r"(?P<verb>(?:is|are|was)\s+)?(?:[Nn]ot|NOT|n''?t)\s+(?:[Aa]uthori[sz]ed|AUTHORI[SZ]ED)\b")
_PERFORM = re.compile(
    r"\s+(?:to\s+)?(?:perform|PERFORM|access|invoke|call|execute|do|use|assume|run|make)"
    r"(?:\s+the)?(?:\s+(?:action|actions|operation)\b)?\s*:?\s*[\"'`\[(]*\s*"
)
# A break inside the action's name is told by the words that follow it.
_ACTION = re.compile(
    r"(?P<action>(?P<service>[A-Za-z][A-Za-z0-9-]{0,62}(?:\n[A-Za-z0-9-]{1,40})?):(?:\n(?=[A-Z]))?[A-Za-z*][A-Za-z0-9*]{0,127}"
    r"(?:\n[A-Za-z0-9]{1,60}(?=\s+(?:on\s+resource|because\b|with\s+an\b)))?)"
)
_BARE_ACTION = re.compile(r"(?P<action>[A-Z][a-z]+(?:[A-Z][A-Za-z0-9]*)+)(?=\s+(?:on\s+resource|because|with\s+an)|\s*[.\"']?\s*\Z)")
_LABEL = re.compile(
    r"(?<![\w:/.-])(?P<label>Service\s+Principal|User|user|Role|role|Principal|principal|Identity|Caller|Entity)(?P<colon>\s?:(?![\w:]*:))?\s*"
)
_BARE_PRINCIPAL = re.compile(r"(?:arn:[^\s\"']{1,2048}|[a-z][a-z0-9-]{1,60}(?:\.[a-z0-9-]{1,60}){1,6}|<[^<>\n]{1,80}>)\s*\Z")
_RESOURCE = re.compile(r"[\s.,…`'\")\]]*\b(?:on|for)\s+(?P<this>the\s+|this\s+|these\s+)?(?:[Rr]esources?|resource\(s\))\b\s*(?P<colon>:)?\s*")
_TRUNCATED_RESOURCE = re.compile(r"(?:on\s+r|r)?esource:\s*")
_ONE_WORD_KINDS = (
    "role user group policy instance server certificate mfa oidc-provider saml-provider saml oidc access-key access key "
    "login profile account queue topic table bucket function cluster stack repository"
)
_TYPED_NAME = re.compile(
    r"(?:instance[ \n]profile|server[ \n]certificate|signing[ \n]certificate|MFA[ \n]device|mfa|saml[ \n]provider|SAML[ \n]provider"
    r"|oidc[ \n]provider|OIDC[ \n]provider|access[ \n]key|login[ \n]profile|account[ \n]alias|role|user|group|policy|repository"
    r"|service[ \n]linked[ \n]role|account|ssh[ \n]public[ \n]key)[ \n](?!because\b|with\b|status\b)[^\s\"']{1,600}",
)
_WHY = re.compile(
    r"(?P<explicit>\bwith\s+an?\s+explicit\s+deny\b)|\bbecause\s+(?:(?P<no>no)\b|(?P<other>\w))", re.IGNORECASE
)
_STOP = re.compile(
    r"\bwith\s+an?\s+explicit\s+deny\b|\bbecause\s+\w|\.\s+(?:Encoded|Go)\b|\s\((?:Service|SDK|Status|AWS|Request)\b|\s+status\s+code\b"
    r"|\n\n|</|\.?\s+User:|(?:not|n't)\s+authori[sz]ed|,?\s+https?\s+response|,\s*(?:request|Request)\s?[Ii][Dd]|\s\(Request",
    re.IGNORECASE,
)
_GAP = re.compile(r"[\s.,…:;'\"`\])}>]*")
_TYPE = re.compile(
    r"\s+in\s+(?:an?|the|one|your)?\s*(?P<type>[A-Za-z][\w-]*(?:\s+[\w-]+){0,7}?)"
    r"(?=\s*(?:,\s*with\s+policy|:|\.|,|\"|'|`|\)|\(|;|<|\\|\Z|\n\n|\s\((?:Service|Request)|\s+status\s+code|\s+policy\b.{0}))"
)
_TYPE_WORDS = re.compile(r"(?:[\w-]+\s+){0,9}?(?:policy|policies|boundary|boundaries)(?:\s+transitively\s+through\s+an?\s+[\w-]+(?:\s+[\w-]+){0,3}?\s+policy)?\b", re.IGNORECASE)
_IN = re.compile(r"\s+in\s+(?:(?:an?|the|one\s+of\s+the|your)\s+)?", re.IGNORECASE)
_POLICY = re.compile(r"(?:\s*,?\s*with\s+(?:the\s+)?policy\s+(?:ARN|arn|Arn|id|ID|name))?\s*:\s*[\"'`]?(?P<policy>[^\s\"'`]{1,2048})")
_POLICY_MARK = re.compile(r"[/:_<\[{*…-]|[0-9]")
_ALLOWS = re.compile(r"\s+allows?\b(?:\s+(?:the\s+)?[\"'`]?(?P<action>[A-Za-z][A-Za-z0-9-]{1,62}:[A-Za-z*][\w*]{0,127})[\"'`]?(?:\s+action\b)?)?", re.IGNORECASE)
_ALLOWS_AFTER = re.compile(r"(?:the\s+)?[\"'`]?(?P<action>[A-Za-z][A-Za-z0-9-]{1,62}:[A-Za-z*][\w*]{0,127})")
_CLAUSE_END = re.compile(r"\.(?=\s|\Z|\")|\n\n|\"|\s\((?:Service|SDK|Status|Request)|\s+status\s+code\b|\Z")
_ENCODED = re.compile(r"Encoded\s+authorization\s+failure\s+message:\s*")
_BLOB = re.compile(r"[A-Za-z0-9_-]{2,}(?:\.\.\.|…)?|[*xX]{3,}|<[^<>\n]{1,60}>|\[[^\[\]\n]{1,60}\]|\{[^{}\n]{1,60}\}")
_BLOB_MORE = re.compile(r"\s([A-Za-z0-9_-]{4,}(?:\.\.\.|…)?)(?![A-Za-z0-9_-]*[:=(,])")
_AUTHORIZATION_ID = re.compile(r"authorization\s+id:\s*([0-9a-zA-Z]{8,256})|authorization-details/([0-9a-zA-Z]{8,256})")
_PLAIN_DENIAL = re.compile(r"You\s+are\s+not\s+authorized\s+to\s+perform\s+this\s+(?:operation|action)")
_MISSING_PERMISSION = re.compile(
    r"(?:missing|lacks?|without|insufficient|required|need(?:s|ed)?|requires?)\s+(?:the\s+|sufficient\s+)?(?:IAM\s+)?permissions?"
    r"(?:\s+(?:for|to\s+(?:perform|call)|:))?\s*:?\s*[\"'`\[(]*(?P<action>(?P<service>[a-z][a-z0-9-]{1,40}):[A-Z][A-Za-z0-9*]{2,80})",
    re.IGNORECASE,
)
_API = re.compile(r"\bAPI:\s+(?P<action>(?P<service>[a-z][a-z0-9-]{1,40}):(?P<operation>[A-Za-z]\w{2,80}))(?P<denied>\s+Access\s+Denied\b)?")
_TO_CALL = re.compile(
    r"[Ff]ailed\s+to\s+call\s+(?P<action>(?P<service>[a-z][a-z0-9-]{1,40}):(?P<operation>[A-Z]\w{2,80}))"
)

_POLICY_TYPES: tuple[tuple[str, PolicyType], ...] = (
    ("vpc endpoint", "vpc_endpoint"),
    ("vpce", "vpc_endpoint"),
    ("boundar", "permissions_boundary"),
    ("service control", "service_control"),
    ("resource control", "resource_control"),
    ("session", "session"),
    ("trust", "role_trust"),
    ("identity", "identity"),
    ("resource-based", "resource"),
    ("resource based", "resource"),
    ("resource policy", "resource"),
)


def policy_type(words: str) -> PolicyType | None:
    """Give the policy type that AWS's words name, None for words that name no known type.

    >>> policy_type("VPC endpoint policy transitively through a service control policy")
    'vpc_endpoint'
    >>> policy_type("hypothetical future policy")
    """
    lowered = " ".join(words.lower().split())
    for fragment, name in _POLICY_TYPES:
        if fragment in lowered:
            return name
    return None


def read_sentences(text: str) -> Iterator[Partial]:
    """Find every denial sentence, in order."""
    done = 0
    if "uthori" in text or "UTHORI" in text:
        for anchor in _ANCHOR.finditer(text):
            if anchor.start() < done:
                continue
            partial = _read_around(text, anchor, done)
            if partial is not None:
                done = partial.end
                yield partial


def read_lone_reasons(text: str, taken: list[Partial]) -> Iterator[Partial]:
    """Find why-clauses whose sentence is lost: cut, elided, or overwritten by a terminal."""
    if "explicit" not in text and "because" not in text:
        return
    ends = sorted((p.start, p.end) for p in taken)
    at = 0
    for m in _WHY.finditer(text):
        while at < len(ends) and ends[at][1] <= m.start():
            at += 1
        if at < len(ends) and ends[at][0] <= m.start() < ends[at][1]:
            continue
        partial = Partial("core", m.start(), m.end(), kind="access_denied")
        end = _read_why(text, m, partial)
        if "deny" not in partial.facts or ("policy_type" not in partial.facts and m["no"]):
            continue
        left = max(0, m.start() - _TAIL_REACH, ends[at - 1][1] if at else 0)
        _read_lost_sentence(text, left, m.start(), partial)
        partial.end = _read_tail(text, end, partial)
        yield partial


def _read_lost_sentence(text: str, left: int, right: int, partial: Partial) -> None:
    """Read what is left of a sentence in front of a why-clause."""
    resources = list(_TRUNCATED_RESOURCE.finditer(text, left, right))
    if resources:
        start, end = trim(text, resources[-1].end(), right)
        if " " not in text[start:end] and ELLIPSIS.match(text[start:end]) is None:
            partial.put("resource", rejoin(text[start:end]), start, end)
            partial.start = resources[-1].start()
            user = text.rfind("User: ", left, partial.start)
            if user >= 0:
                account = account_of(text[user + 6 : partial.start])
                if account:
                    at = text.find(account, user)
                    partial.put("account", account, at, at + len(account))
                    partial.start = user


def _read_around(text: str, anchor: re.Match[str], floor: int) -> Partial | None:
    """Read the sentence around the words "not authorized"."""
    partial = Partial("core", anchor.start(), anchor.end(), kind="access_denied")
    perform = _PERFORM.match(text, anchor.end())
    end = anchor.end()
    has_principal = _read_principal(text, floor, anchor, partial)
    if perform:
        end = perform.end()
        action = _ACTION.match(text, end) or _BARE_ACTION.match(text, end)
        if action:
            if re.match(r":\w", text[action.end() : action.end() + 2]):
                # Three sections: another cloud's action in AWS's words.
                return None
            written = rejoin(action["action"])
            partial.put("action", written, action.start("action"), action.end("action"))
            if ":" in written:
                prefix = written.partition(":")[0]
                partial.put("service", prefix.lower(), action.start("action"), action.start("action") + len(prefix), BEST)
            end = action.end()
            partial.aws = True
        elif _PLAIN_DENIAL.match(text, max(0, anchor.start() - 4)) or "this" in text[end : end + 24]:
            end = _end_of_words(text, end)
        elif not has_principal:
            return None
    elif not has_principal and anchor["verb"] is None:
        return None
    if not has_principal and "action" not in partial.facts and perform is None:
        return None
    resource_end = _read_resource(text, end, partial)
    gap = _GAP.match(text, resource_end)
    why = _WHY.match(text, gap.end() if gap else resource_end)
    if why is None and "resource" not in partial.facts:
        # An elided resource: "s3:PutObject ... because no …".
        elided = re.compile(r"\s*(?:\.{2,}|…)\s*(?:on\s+resource:?\s*(?:\.{2,}|…)\s*)?").match(text, resource_end)
        why = _WHY.match(text, elided.end()) if elided else None
    end = resource_end
    if why:
        end = _read_why(text, why, partial)
    partial.end = _read_tail(text, end, partial)
    return partial


def _end_of_words(text: str, start: int) -> int:
    m = re.compile(r"(?:this|the)\s+\w+|\w+").match(text, start)
    return m.end() if m else start


def _read_principal(text: str, floor: int, anchor: re.Match[str], partial: Partial) -> bool:
    """Read who it is: between a label and the anchor, or the word before the anchor."""
    right = anchor.start()
    if anchor["verb"] is None and text[right] == "N":
        return False
    left = max(floor, right - _PRINCIPAL_REACH)
    start = label_at = -1
    for label in _LABEL.finditer(text, left, right):
        start_here = min(label.end(), right)
        if "\n\n" in text[start_here:right]:
            continue
        opened = start_here + (text[start_here : start_here + 1] in "`'\"")
        if label["colon"] or (ARN_HEAD.match(text, opened) and " " not in text[start_here:right].strip()):
            start, label_at = start_here, label.start()
        elif label["label"] == "User" and right - start_here < 2:  # noqa: PLR2004
            # "User is not authorized": nobody is named.
            partial.start = label.start()
            return True
    if start < 0:
        before = _BARE_PRINCIPAL.search(text, max(left, right - 300), right)
        if before is None:
            return False
        start = before.start()
        label_at = start
    first, last = trim(text, start, right)
    value = text[first:last]
    partial.start = label_at
    if value.startswith("[") and value.endswith("]") and value.count("[") == 1:
        pass
    if not value or ELLIPSIS.match(value):
        return True
    if " " in value and len(value.split()) > 4 and not value.startswith(("arn:", "<", "*")):  # noqa: PLR2004
        return False
    value = rejoin(value)
    partial.put("principal", value, first, last)
    account = account_of(value)
    if account:
        at = text.find(account, first, last)
        partial.put("account", account, at, at + len(account) if at >= 0 else -1)
    if value.startswith("arn:"):
        partial.aws = True
    return True


def _read_resource(text: str, position: int, partial: Partial) -> int:
    """Read the resource behind the action; give where the sentence goes on."""
    head = _RESOURCE.match(text, position)
    if head is None:
        operation = re.compile(r"\s+(?:operation|action)\b").match(text, position)
        return operation.end() if operation else position
    if not head["colon"] and not (ARN_HEAD.match(text, head.end()) or text[head.end() : head.end() + 1] in "\"'`"):
        # KMS: "on this resource", "on the resource associated with this ciphertext".
        associated = re.compile(r"\s*associated\s+with\s+this\s+ciphertext").match(text, head.end())
        return associated.end() if associated else head.end()
    start = head.end()
    quote = text[start : start + 1]
    if quote and quote in "\"'`":
        close = text.find(quote, start + 1, start + _RESOURCE_REACH)
        if close < 0 and quote == "`":
            close = text.find("'", start + 1, start + _RESOURCE_REACH)
        if close > 0 and "\n\n" not in text[start:close]:
            partial.put("resource", rejoin(text[start + 1 : close]).strip(), start + 1, close)
            return close + 1
        start += 1
    first, last = _resource_bounds(text, start)
    value = text[first:last]
    if not value or ELLIPSIS.match(value):
        return last if value else head.end()
    partial.put("resource", rejoin(value), first, last)
    return last


def _resource_bounds(text: str, start: int) -> tuple[int, int]:
    """Find where an unquoted resource ends."""
    stop = _STOP.search(text, start, start + _RESOURCE_REACH)
    if stop:
        first, last = trim(text, start, stop.start())
        value = text[first:last]
        bounded_by_why = stop[0].lower().lstrip().startswith(("with", "because"))
        blanks = value.count(" ") + value.count("\n")
        if bounded_by_why and blanks <= 4 and not _looks_like_more(value):  # noqa: PLR2004
            return first, last
        if not blanks:
            return first, last
    typed = _TYPED_NAME.match(text, start)
    if typed:
        return trim(text, start, typed.end())
    masked = re.compile(r"<[^<>\n]{1,60}>[^\s]*|\[[^\[\]\n]{1,60}\][^\s]*|arn:[^\s\"']*\*[\w ]{1,30}\*[^\s\"']*").match(text, start)
    if masked:
        return trim(text, start, masked.end())
    word = re.compile(r"[^\s\"'`<>]+(?:<[^<>\n]{0,60}>?[^\s\"'`<>]*)*").match(text, start)
    return trim(text, start, word.end()) if word else (start, start)


def _looks_like_more(value: str) -> bool:
    """Tell whether a supposed resource holds other words of an error text."""
    return re.search(r"[\n ](?:status|error|Error|operation|request|when)\b|: |, ", value) is not None


def _read_why(text: str, why: re.Match[str], partial: Partial) -> int:
    """Read the clause that says why; give where it ends."""
    end = why.end()
    if why["explicit"]:
        partial.put("deny", "explicit")
        into = _IN.match(text, end)
        if into:
            words = _TYPE_WORDS.match(text, into.end())
            if words:
                end = words.end()
                _put_policy_type(partial, words[0])
                policy = _POLICY.match(text, end)
                if policy:
                    end = _read_policy(text, policy, partial)
    elif why["no"]:
        partial.put("deny", "implicit")
        words = _TYPE_WORDS.match(text, min(end + 1, len(text)))
        if words:
            end = words.end()
            _put_policy_type(partial, words[0])
        allows = _ALLOWS.match(text, end)
        if allows:
            end = allows.end()
            if allows["action"] and "action" not in partial.facts:
                partial.put("action", allows["action"], allows.start("action"), allows.end("action"), HINT)
                partial.put("service", allows["action"].partition(":")[0].lower())
    else:
        clause = _CLAUSE_END.search(text, end, end + 400)
        clause_end = clause.start() if clause else min(len(text), end + 400)
        words = re.compile(r"(?:the\s+)?((?:[\w-]+\s+){0,6}?(?:policy|boundary))\s+allows\b").match(text, end - 1)
        if words:
            _put_policy_type(partial, words[1])
        end = clause_end
    partial.put("reason", " ".join(text[why.start() : end].split()), why.start(), end)
    return end


def _put_policy_type(partial: Partial, words: str) -> None:
    name = policy_type(words)
    if name:
        partial.put("policy_type", cast("str", name))


def _read_policy(text: str, policy: re.Match[str], partial: Partial) -> int:
    first, last = trim(text, policy.start("policy"), policy.end("policy"))
    value = text[first:last]
    # "…policy: retrying" names no policy.
    if not value or ELLIPSIS.match(value) or _POLICY_MARK.search(value) is None:
        return policy.start()
    partial.put("policy_arn", value, first, last)
    return last


def _read_tail(text: str, end: int, partial: Partial) -> int:
    """Read the encoded message and the authorization id behind a sentence."""
    follows = _ANCHOR.search(text, end, end + _TAIL_REACH)
    limit = min(len(text), end + _TAIL_REACH, follows.start() if follows else len(text))
    encoded = _ENCODED.search(text, end, limit) if "Encoded" in text else None
    if encoded:
        end = encoded.end()
        blob = _BLOB.match(text, end)
        if blob:
            last = blob.end()
            while blob[0][-1] not in ".…" and (more := _BLOB_MORE.match(text, last)) and _is_blob(more[1]):
                last = more.end()
            written = "".join(text[blob.start() : last].split())
            partial.put("encoded_message", written, blob.start(), last)
            end = last
    if "uthorization" in text:
        for m in _AUTHORIZATION_ID.finditer(text, end, min(limit + _TAIL_REACH, len(text))):
            group = 1 if m[1] else 2
            if follows is None or m.start() < follows.start():
                partial.put("authorization_id", m[group], m.start(group), m.end(group))
                end = m.end()
    return end


def _is_blob(word: str) -> bool:
    """Tell a further line of an encoded message from a word of prose."""
    if len(word) < _BLOB_LEAST:
        return False
    return any(c.isdigit() for c in word) and any(c.isupper() for c in word) and any(c.islower() for c in word)


def read_short_denials(text: str) -> Iterator[Partial]:
    """Find sentences that name an action in other words than AWS's common sentence."""
    if "API: " in text:
        for m in _API.finditer(text):
            partial = Partial("head", m.start(), m.end(), source="cloudformation", aws=True)
            partial.kind = "access_denied" if m["denied"] else None
            partial.put("action", m["action"], m.start("action"), m.end("action"), HINT)
            partial.put("api_operation", m["operation"], m.start("operation"), m.end("operation"))
            partial.put("service", m["service"].lower(), rank=BEST)
            yield partial
    if "ailed to call " in text:
        for m in _TO_CALL.finditer(text):
            partial = Partial("head", m.start(), m.end())
            partial.put("action", m["action"], m.start("action"), m.end("action"), HINT)
            partial.put("operation", m["operation"], m.start("operation"), m.end("operation"))
            partial.put("service", m["service"].lower(), rank=BEST)
            yield partial
    if "ermission" in text:
        for m in _MISSING_PERMISSION.finditer(text):
            partial = Partial("core", m.start(), m.end(), kind="access_denied", aws=True)
            partial.put("action", m["action"], m.start("action"), m.end("action"), HINT)
            partial.put("service", m["service"].lower())
            yield partial
