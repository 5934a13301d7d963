"""Find denials of Kubernetes RBAC.

Grammar (k8s.io/apiserver's forbidden message, and the shorter forms of older servers and tools):

    message = [name "is forbidden:"] "User" user "cannot" verb what ["in API group" group] [scope]
    what    = "resource" resource | "path" path | resource
    scope   = "in the namespace" namespace | "in project" namespace | "at the cluster scope" | "in the cluster"

Either quote of a value can be missing. The kubelet and the API server's log use other formats. ``kubernetes_clients``
finds the output of clients that do not print the server's message.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.grammar import trim
from iamtriage._reading.vocabulary.kubernetes import is_admission_denial, is_built_in
from iamtriage._reading.vocabulary.masks import rejoin
from iamtriage._reading.vocabulary.pieces import BEST, HINT, Fact, Piece

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._reading.vocabulary.readable import Readable

_QUOTE = "[\"'`]"
_USER = rf"(?:{_QUOTE}(?P<user>[^\"`]{{0,600}}?){_QUOTE}|{_QUOTE}?(?P<bare_user>[^\s\"'`]{{1,300}}){_QUOTE}?)"
# A person's words between two blocks of code.
_WORDS_BETWEEN = r"(?P<between>```\s[^`\x1e]{1,160}?\s```\w{0,12}\s)?"
_VERB = rf"{_QUOTE}?(?P<k8s_verb>\w{{2,24}}){_QUOTE}?"
_TARGET = (
    rf"(?:resources?\s+(?!(?:in|at)\s){_QUOTE}?(?P<resource>[\w./*-]{{1,120}})\n?{_QUOTE}?"
    rf"|(?:path|on)\s+{_QUOTE}(?P<path>[^\"'`\n]{{1,300}}){_QUOTE}"
    r"|resources?\b|res[ourc]{0,4}\Z|(?:all\s+)?(?P<old>[a-z][\w./-]{1,120}))"
)
_GROUP = (
    rf"(?P<group_words>\s+in\s+API\s+group(?:\s+(?:{_QUOTE}(?P<group>[\w.*-]{{0,120}}){_QUOTE}"
    rf"|(?!(?:in|at)\s){_QUOTE}?(?P<bare_group>[\w.*-]{{1,120}})))?)?"
)
_SCOPE = (
    rf"(?:\s+in\s+(?:the\s+namespace|project)\s+{_QUOTE}?(?P<namespace>(?<={_QUOTE})[^\"'`\n]{{1,120}}(?={_QUOTE})|[^\"'`\s:]{{1,120}}){_QUOTE}?"
    r"|\s+(?P<cluster>at\s+the\s+cluster\s+scope|in\s+the\s+cluster))?"
)
_SENTENCE = lazy_pattern(
    rf"User(?<!\w....)\s+{_USER}\s+{_WORDS_BETWEEN}cannot\s+{_VERB}\s+{_TARGET}{_GROUP}{_SCOPE}"
)
_HEAD = lazy_pattern(
    r"(?:[a-z0-9.-]{1,120}(?:/[a-z0-9-]{1,60})?(?:\s+\"[^\"\n]{0,253}\")?\s+is\s+)?[Ff]orbidden\)?\s?:\s+\Z"
)
_MAX_HEAD_LENGTH = 450
_GROUPED = lazy_pattern(
    r"(?P<name>[a-z][a-z0-9-]*)\.(?P<group>[a-z0-9][a-z0-9.-]*[a-z0-9])(?P<subresource>(?:/[a-z-]+)?)"
)
# Characters of a type with its group and subresource.
_TYPE_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789.-/"
# The server's other messages for a denial. Some of them are of a quota or an admission plugin.
_OTHER_MESSAGE = lazy_pattern(
    r"Error from server \(Forbidden\):|i(?<!\w.)(?P<said>s forbidden): (?!User)(?=\w)"
    r"(?=[^\n]{0,200}?(?:not allowed to|can only|cannot|not permitted|attempt(?:ing)? to grant))"
)
_NAMED_TYPE = lazy_pattern(
    r"(?P<type>[a-z][a-z0-9-]{1,60})(?P<group>\.[a-z0-9.-]{1,120})?(?:\s+\"[^\"\n]{0,253}\")?\s+\Z"
)
_GRANTING = lazy_pattern(
    r"user(?P<struct>=&\{)?(?(struct)|\s+\")(?P<k8s_user>[^\"\n{}]{1,300}?)(?(struct)\s|\"(?:\s+\([^()]{0,1500}\))?\s+(?:is\s+attempting\s+to\s+grant|cannot\s+grant))"
)
_MAX_GRANTING_DISTANCE = 4000
# https://github.com/kubernetes/kubernetes/blob/master/plugin/pkg/auth/authorizer/rbac/rbac.go, of log level 5 and of older versions.
_LOG_ENTRY = lazy_pattern(
    r"RBAC(?:\s+DENY:|:\s+no\s+rules\s+authorize)\s+user\s+\"(?P<k8s_user>[^\"\n]{0,300})\"\s+(?:with\s+)?groups\s+\[[^\]\n]{0,1500}\]\s+"
    r"(?:cannot|to)\s+\"(?P<k8s_verb>[\w*-]{2,24})\"\s+(?:resource\s+\"(?P<k8s_resource>[\w./*-]{1,200})\"|(?:on\s+URL|nonResourceURL)\s+\"[^\"\n]{0,300}\")"
    r"(?:\s+named\s+\"[^\"\n]{0,253}\")?(?:\s+in\s+namespace\s+\"(?P<k8s_namespace>[^\"\s]{1,120})\")?"
)
# https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/server/server.go
_KUBELET = lazy_pattern(
    r"Forbidden\s\(user=(?P<k8s_user>[^\s,()]{1,300}),\s?verb=(?P<k8s_verb>\w{2,24}),\s?resource=(?P<resource>[\w./-]{1,120}),"
    r"\s?subresource(?:\(s\))?=\[?(?P<sub>[\w/ -]{0,200})\]?\)"
)
# https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/. The event of a denied request has no message.
_AUDIT = lazy_pattern(r"\"apiVersion\"\s?:\s?\"audit\.k8s\.io/v1\"")
_AUDIT_DENIED = lazy_pattern(
    r"\"reason\"\s?:\s?\"Forbidden\"|\"authorization\.k8s\.io/decision\"\s?:\s?\"forbid\""
)
_AUDIT_FIELDS = (
    lazy_pattern(r"\"verb\"\s?:\s?\"(?P<k8s_verb>[a-z]{2,24})\""),
    lazy_pattern(r"\"user\"\s?:\s?\{\s?\"username\"\s?:\s?\"(?P<k8s_user>[^\"\n]{1,300})\""),
    lazy_pattern(
        r"\"responseStatus\"\s?:\s?\{.{0,800}?\"code\"\s?:\s?(?P<status_code>[45][0-9]{2})\b", re.DOTALL
    ),
    lazy_pattern(
        r"\"objectRef\"\s?:\s?\{(?=[^{}]{0,600}?\"resource\"\s?:\s?\"(?P<k8s_resource>[\w.-]{1,120})\")"
        r"(?:(?=[^{}]{0,600}?\"namespace\"\s?:\s?\"(?P<k8s_namespace>[\w.-]{1,120})\"))?"
        r"(?:(?=[^{}]{0,600}?\"apiGroup\"\s?:\s?\"(?P<k8s_api_group>[\w.-]{1,120})\"))?"
    ),
)
_MAX_EVENT_LENGTH = 6000
# The facts after which groups are named.
_KEYS = frozenset({"k8s_user", "k8s_verb", "k8s_resource", "k8s_api_group", "k8s_namespace", "status_code"})


def read_rbac(readable: Readable) -> Iterator[Piece]:
    """Yield the denials of Kubernetes RBAC."""
    text = readable.text
    if "orbidden" in text or "nauthorized" in text:
        yield from _read_other_messages(text)
        yield from _read_kubelet(text)
        yield from _read_audit_events(text)
    if "RBAC" in text:
        yield from (_piece(*m.span(), m) for m in _LOG_ENTRY.finditer(text))
    if "cannot" in text and "User" in text:
        yield from _read_sentences(text)


def _piece(start: int, end: int, *found: re.Match[str]) -> Piece:
    """Build a piece from matches whose groups are named after facts."""
    piece = Piece("core", start, end, kind="kubernetes_forbidden", is_aws=True, source="kubernetes")
    for m in found:
        piece.end = max(piece.end, m.end())
        for key in filter(_KEYS.__contains__, m.groupdict()):
            piece.put_group(m, key)
        if "k8s_user" in piece.facts:
            user = piece.facts["k8s_user"]
            piece.put_principal(m.string, user.value, user.start, user.end)
    return piece


def _read_sentences(text: str) -> Iterator[Piece]:
    for m in _SENTENCE.finditer(text):
        head = _find_head(text, m.start())
        if head is None and (m["between"] or not _is_complete(m)):
            continue
        piece = _piece(m.start() if head is None else head.start(), m.end(), m)
        name = "user" if m["user"] is not None else "bare_user"
        user = rejoin(m[name])
        piece.put("k8s_user", user, *m.span(name))
        piece.put_principal(text, user, *m.span(name))
        piece.put_group(m, "k8s_resource", "resource" if (m["resource"] or "").strip(".") else "old")
        name = "group" if m["group"] is not None else "bare_group"
        if m[name] is not None:
            # ``put`` drops empty values, but the name of the core group is empty.
            piece.facts["k8s_api_group"] = Fact(m[name], *m.span(name))
        if m["namespace"]:
            start, end = trim(text, *m.span("namespace"))
            piece.put("k8s_namespace", text[start:end], start, end)
        _split_type(piece)
        yield piece


def _split_type(piece: Piece) -> None:
    """Split the type that servers before version 1.12 name: "deployments.apps/scale"."""
    resource = piece.facts.get("k8s_resource")
    m = _GROUPED.fullmatch(resource.value) if resource and "k8s_api_group" not in piece.facts else None
    if m and resource:
        start = resource.start
        end = resource.end if m["subresource"] else start + m.end("name")
        piece.put("k8s_resource", m["name"] + m["subresource"], start, end, BEST)
        piece.put("k8s_api_group", m["group"], start + m.start("group"), start + m.end("group"))


def _find_head(text: str, end: int) -> re.Match[str] | None:
    """Return the match of "pods is forbidden: " before a sentence."""
    floor = max(0, end - _MAX_HEAD_LENGTH)
    word = text.rfind("orbidden", floor, end) - 1
    if word < floor:
        return None
    before = len(text[floor:word].rstrip()) + floor
    if text.endswith("is", floor, before):
        return _HEAD.search(text, _find_name_start(text, floor, before - len("is")), end)
    return _HEAD.search(text, word, end)


def _find_name_start(text: str, floor: int, end: int) -> int:
    """Return the start of the type and quoted name that end at a position."""
    before = text[floor:end].rstrip()
    if before.endswith('"'):
        before = before[: max(before.rfind('"', 0, -1), 0)].rstrip()
    return floor + len(before.rstrip(_TYPE_CHARACTERS))


def _is_complete(m: re.Match[str]) -> bool:
    """Return whether a sentence without "is forbidden" before it is of the server, not of a person."""
    if m["user"] is None and ":" not in m["bare_user"]:
        return m["group_words"] is not None
    if m["old"]:
        return bool(m["namespace"] or m["cluster"])
    return bool(m["resource"] or m["path"])


def _read_other_messages(text: str) -> Iterator[Piece]:
    if "is forbidden: " not in text and "(Forbidden):" not in text:
        return
    for m in _OTHER_MESSAGE.finditer(text):
        about = _match_type(text, m.start()) if m["said"] else None
        if not is_admission_denial(text, m.end(), m.end()) and (about or not m["said"]):
            granting = _GRANTING.search(text, m.end(), m.end() + _MAX_GRANTING_DISTANCE)
            piece = _piece(m.start(), m.end(), *((granting,) if granting else ()))
            piece.end = m.end()
            if about:
                piece.put_group(about, "k8s_resource", "type", HINT)
                if about["group"]:
                    start, end = about.span("group")
                    piece.put("k8s_api_group", about["group"][1:], start + 1, end, HINT)
            yield piece


def _match_type(text: str, at: int) -> re.Match[str] | None:
    """Match the type before "is forbidden", if it is built-in or has its API group."""
    m = _NAMED_TYPE.search(text, _find_name_start(text, max(0, at - _MAX_HEAD_LENGTH), at), at)
    return m if m and (m["group"] or is_built_in(m["type"])) else None


def _read_audit_events(text: str) -> Iterator[Piece]:
    starts = [m.start() for m in _AUDIT.finditer(text)]
    for start, following in zip(starts, [*starts[1:], len(text)], strict=False):
        end = min(following, start + _MAX_EVENT_LENGTH)
        denied = _AUDIT_DENIED.search(text, start, end)
        if denied is None or " is forbidden: " in text[start:end]:
            # The server's message states more facts and is read instead.
            continue
        found = (pattern.search(text, start, end) for pattern in _AUDIT_FIELDS)
        yield _piece(start, denied.end(), *filter(None, found))


def _read_kubelet(text: str) -> Iterator[Piece]:
    for m in _KUBELET.finditer(text):
        piece = _piece(*m.span(), m)
        # Any of several subresources would have been enough, so none of them was denied in particular.
        named = m["sub"] and " " not in m["sub"]
        resource = f"{m['resource']}/{m['sub']}" if named else m["resource"]
        piece.put("k8s_resource", resource, *m.span("resource"))
        yield piece
