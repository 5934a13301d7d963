"""Find messages of Kubernetes, its authenticator and the EKS console about access.

Sources: k8s.io/apiserver's forbidden message, kubectl, aws-iam-authenticator's server log, and the
EKS console's banners (https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.readers.phrases import compiled, table
from iamtriage._reading.vocabulary.grammar import trim
from iamtriage._reading.vocabulary.kubernetes import is_built_in
from iamtriage._reading.vocabulary.masks import ARN, rejoin
from iamtriage._reading.vocabulary.pieces import Piece
from iamtriage._reading.vocabulary.readable import find_near_fragments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage._reading.readers.phrases import Phrase
    from iamtriage._reading.vocabulary.readable import Readable

_TABLE = r"""
[kubernetes_unauthorized]
sure  | must be logged in to the server | [Yy]ou must be logged in to the server
sure  | the client to provide credentials | the server has asked (?:for )?the client to provide credentials
sure  | rror looking up service account | error looking up service account
sure  | <mapped>RN is not mapped | ARN is not mapped
sure  | <mapped>dentity is not mapped | identity is not mapped
sure  | RN does not match User ID | ARN does not match User ID
outer | <token>ould not get token | could not get token
sure  | did not contain an instance id | SessionName did not contain an instance id
sure  | nput token was not properly formatted | input token was not properly formatted
sure  | make webhook authenticator request | Failed to make webhook authenticator request
sure  | <authenticate>authenticate the request | Unable to authenticate the request(?: due to an error)?
sure  | (Unauthorized) | Error from server \(Unauthorized\)
sure  | <API>API error: Unauthorized | Failed to (?:create|delete|read|update) [A-Z]\w{2,60}! API error: Unauthorized
sure  | <recognize> | [Uu]nable to recognize .{1,300}?: Unauthorized
sure  | <register>Unauthorized | Unable to register node .{1,200}?with API server: Unauthorized
sure  | <Unauthorized>|<asked>nauthorized | (?:\*v\d\w{0,10}\.[A-Z]|(?i:kubernetes|\bk8s\b|kubelet|kubectl|kubeconfig|api server|apiserver|rest client|(?:api|server) (?:groups?|resources)|\bleases?\b|\bconfigmaps?\b|service\s?accounts?\b|customresourcedefinitions?|upgrade connection|resource lock))[^\n]{0,300}?(?:: |err=\")(?:Unauthorized(?=[\s\"'`.,;)\]]*$|[\"'`]|\.? \(|[.,;)\]])|the server has asked)
unsure | <Unauthorized> | (?i:failed to|unable to|error|cannot|could not|couldn't)[^\n]{0,200}?(?i:nodes?|pods?|services?|secrets?|namespaces?|deployments?|jobs?|events?|clusters?|certificate signing requests?|server version)\b[^\n]{0,200}?: Unauthorized(?=[\s\"'`.,;)\]]*$|[\"'`])
sure  | <Status>Unauthorized | [\"']kind[\"']\s?:\s?[\"']Status[\"'][^\x1e]{0,300}?[\"']message[\"']\s?:\s?[\"']Unauthorized[\"']
unsure | <Unauthorized> | (?:^[\x1d\x1e]{0,2}|(?<=[:=]\")|(?<=:\s\"))(?:[Ee]rror: )?Unauthorized$
sure  | <Received>Received status: | Message: Unauthorized\. Received status: Status\(
unsure | err="Unauthorized" | err=\"Unauthorized\"
sure  | <FAILED>Unauthorized|<labels>Unauthorized|<unreachable>nauthorized | (?:INSTALLATION|UPGRADE) FAILED: (?:.{0,200}: )?Unauthorized|query: failed to query with labels: Unauthorized|[Kk]ubernetes cluster unreachable: .{0,200}?(?:Unauthorized|provide credentials)
sure  | <Unauthorized> | 401 Unauthorized in [0-9]{1,6} milliseconds
sure  | <access>path=/authenticate | msg=\\?\"access denied\\?\"(?![^\n]{0,300}?error from AWS [^\n]{0,80}?\"Code\")[^\n]{0,800}?path=/authenticate

[console_kubernetes_access]
sure  | erify you have access to the Kubernetes cluster | Unauthorized: Verify you have access to the Kubernetes cluster
sure  | <Kubernetes> | (?:Zugriff auf Kubernetes-Objekte|accès aux objets Kubernetes|acceso a los objetos de Kubernetes|acesso aos objetos (?:do )?Kubernetes|accesso agli oggetti Kubernetes)
sure  | <Kubernetes> | Kubernetes (?:オブジェクト|对象|物件|객체|개체)
sure  | access to Kubernetes objects | (?:\b(?:[Yy]our|[Mm]y|The) c|\bC)urrent (?:user or role|IAM principal) (?:doesn't|does not) have access to Kubernetes objects(?: on this (?:EKS )?cluster)?
"""
_UNAUTHORIZED = table(_TABLE)


FRAGMENTS = [phrase.fragment for phrase in _UNAUTHORIZED]

_WITHIN_LINE = r"[^\n]{0,"
# The fragment of the row that matches the bare word alone.
_BARE_FRAGMENT = "<Unauthorized>"
# Each line that such a row matches contains one of these: names of Kubernetes for sure rows, types for unsure rows.
_LINE_WORDS = {
    "sure": ("*v", "k8s", "kube", "api", "client", "lease", "configmap", "account", "resource", "connection"),
    "unsure": ("node", "pod", "service", "secret", "namespace", "deployment", "job", "event", "cluster", "certificate", "server version"),
}  # fmt: skip
_BARE_WORDS = lazy_pattern(r"Unauthorized(?<=[\s\"]Unauthorized)(?!\w)|the\sserver\shas\sasked")
# Go programs add what they did: "listing nodes: Unauthorized". The type must be a built-in one.
# A search for the word after it is faster.
_AFTER_GO_OPERATION = lazy_pattern(r":\sUnauthorized(?=[\s\"'`.,;)\]]*$|[\"'`])", re.MULTILINE)
_GO_OPERATION = lazy_pattern(
    r"(?<![\w-])(?:re-)?(?:list|get|watch|create|patch|update|delete|fetch|listing|getting|watching|creating|patching|updating|deleting"
    r"|fetching)\s(?:the\s)?(?P<type>[a-z][a-zA-Z]{1,40}(?:\s[a-z]{3,20})?)\Z"
)
_MAX_GO_OPERATION = 90
# Types whose names other systems use, too.
_COMMON_NAMES = frozenset({"user", "users", "group", "groups"})
# Words that only Kubernetes programs and commands print, including klog's prefix and eksctl's marks.
_NAMES_KUBERNETES = lazy_pattern(
    # A pattern whose alternatives begin with a character skips all others quickly.
    r"k(?:ube(?:rnetes|ctl|config|let)|(?<!\w.)8s_)|h(?<!\w.)elm\b|aws[-_]auth|GroupVersion|eks(?:ctl|(?<=\beks)\b)|EKS(?<=\bEKS)\b"
    r"|configmap|\[[✖ℹ]\]\s"
)
_KLOG = r"[IWEF][0-9]{4}\s[0-9]{2}:"
_KLOG_TIME = lazy_pattern(rf":(?<={_KLOG})[0-9]{{2}}:")
_NAMES_KUBERNETES_OR_KLOG = lazy_pattern(
    rf"{_NAMES_KUBERNETES.pattern}|^(?:\S{{1,40}}\s){{0,4}}{_KLOG}[0-9]{{2}}:", re.MULTILINE
)
_MAX_NAME_DISTANCE = 1500
# The sender of an "Unauthorized" that is not from the cluster, if its line names one.
_OTHER_SENDER = lazy_pattern(
    # A pattern that begins with a set of characters skips all others quickly.
    r"[Vvfh](?:(?<=[Vv])(?<!\w.)ault\b|(?<=f)(?<!\w.)rom\s+(?!the\b|server\b)[A-Z]\w{2,30}"
    r"|(?<=h)ttps?://(?!(?:[0-9]{1,3}\.){3}|localhost|[\w.-]{0,200}(?:kube|k8s|eks|\.svc\b|cluster\.local|:6443))[a-z0-9])"
)
# For a built-in type, this means that kubectl could not read the list of types.
_NO_TYPE = lazy_pattern(
    r"the\s+server\s+doesn't\s+have\s+a\s+resource\s+type\s+\"(?P<type>[a-zA-Z]{1,60})\"(?!\s+in\s+group)"
)
_LOGFMT_ARN = lazy_pattern(rf"\barn=\"?(?P<arn>{ARN})\"?")
_MAX_LINE_DISTANCE = 400


class _Matches:
    """The matches of a pattern in a text, searched for when they are first needed."""

    def __init__(self, pattern: re.Pattern[str], text: str) -> None:
        self._pattern = pattern
        self._text = text

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        return [m.span() for m in self._pattern.finditer(self._text)]

    def is_any_in(self, start: int, end: int) -> bool:
        """Return whether a match is between two positions."""
        at = bisect_left(self._spans, (start, 0))
        return at < len(self._spans) and self._spans[at][1] <= end


class _Context:
    """The text around a bare "Unauthorized"."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._senders = _Matches(_OTHER_SENDER, text)

    @cached_property
    def _names(self) -> _Matches:
        has_klog = _KLOG_TIME.search(self._text)
        return _Matches(_NAMES_KUBERNETES_OR_KLOG if has_klog else _NAMES_KUBERNETES, self._text)

    @cached_property
    def lower(self) -> str:
        """The text in lower case, character for character."""
        return self._text.replace("\u0130", "i").lower()

    @cached_property
    def bare_lines(self) -> list[tuple[int, int]]:
        """The spans of the lines around the word, because spaces in a pattern can match newlines."""
        text, seen = self._text, 0
        lines: list[tuple[int, int]] = []
        for bare in _BARE_WORDS.finditer(text):
            if bare.end() > seen:
                start = text.rfind("\n", 0, max(text.rfind("\n", 0, bare.start()), 0)) + 1
                end = text.find("\n", text.find("\n", bare.end()) + 1 or len(text))
                seen = end if end >= 0 else len(text)
                lines.append((start, seen))
        return lines

    def names_kubernetes(self, start: int, end: int) -> bool:
        """Return whether the text names a Kubernetes program near two positions."""
        return self._names.is_any_in(start - _MAX_NAME_DISTANCE, end + _MAX_NAME_DISTANCE)

    def has_other_sender(self, start: int, end: int) -> bool:
        """Return whether the line between two positions says that another system sent it."""
        text = self._text
        reach = max(0, start - _MAX_LINE_DISTANCE)
        line = max(reach, text.rfind("\n", reach, start) + 1)
        line_end = text.find("\n", end, end + _MAX_LINE_DISTANCE)
        return self._senders.is_any_in(line, end + _MAX_LINE_DISTANCE if line_end < 0 else line_end)


def read_kubernetes(readable: Readable, rows: Iterable[int]) -> Iterator[Piece]:
    """Yield the messages that match the given rows of the table, and the messages of Go programs."""
    text = readable.text
    context = _Context(text)
    if ": Unauthorized" in readable.flat:
        yield from _read_go_operations(text, context)
    for number in rows:
        phrase = _UNAUTHORIZED[number]
        for m in _find(phrase, readable, context):
            if _is_bare(phrase) and context.has_other_sender(*m.span()):
                continue
            if phrase.certainty == "unsure" and not context.names_kubernetes(*m.span()):
                continue
            piece = Piece("core", m.start(), m.end(), kind=phrase.kind, is_aws=True, source="kubernetes")
            piece.is_wrapper = phrase.certainty == "outer"
            if phrase.kind == "kubernetes_unauthorized":
                _read_identity(text, piece)
            yield piece


def _read_go_operations(text: str, context: _Context) -> Iterator[Piece]:
    for after in _AFTER_GO_OPERATION.finditer(text):
        m = _GO_OPERATION.search(text, max(0, after.start() - _MAX_GO_OPERATION), after.start())
        if m is None:
            continue
        name, span = m["type"].replace(" ", ""), (m.start(), after.end())
        if (
            is_built_in(name)
            and name not in _COMMON_NAMES
            and context.names_kubernetes(*span)
            and not context.has_other_sender(*span)
        ):
            yield _unauthorized(*span)


def _unauthorized(start: int, end: int) -> Piece:
    return Piece("core", start, end, kind="kubernetes_unauthorized", is_aws=True, source="kubernetes")


def _is_bare(phrase: Phrase) -> bool:
    """Return whether a row is for the bare word "Unauthorized"."""
    return phrase.kind == "kubernetes_unauthorized" and "Unauthorized" in phrase.pattern


def _find(phrase: Phrase, readable: Readable, context: _Context) -> Iterator[re.Match[str]]:
    """Yield the matches of a row. Rows for a bare word within a line are searched for only in such lines."""
    pattern, text = compiled(phrase.pattern), readable.text
    if not (_is_bare(phrase) and _WITHIN_LINE in phrase.pattern):
        if _is_bare(phrase) and phrase.fragment != _BARE_FRAGMENT:
            yield from pattern.finditer(text)
        else:
            yield from find_near_fragments(pattern, phrase.fragment, readable)
        return
    done = 0
    words = _LINE_WORDS[phrase.certainty]
    if not any(map(context.lower.__contains__, words)):
        return
    for start, end in context.bare_lines:
        if any(context.lower.find(word, start, end) >= 0 for word in words):
            for m in pattern.finditer(text, max(start, done), end):
                done = m.end()
                yield m


def read_missing_types(readable: Readable) -> Iterator[Piece]:
    """Yield kubectl's messages for a list of types that it could not read."""
    for m in _NO_TYPE.finditer(readable.text):
        if is_built_in(m["type"]):
            yield _unauthorized(*m.span())


def _read_identity(text: str, piece: Piece) -> None:
    """Add the ARN from the ``arn=`` field of the authenticator's log line."""
    # The line starts with its time. A terminal can wrap it.
    reach = max(piece.start - _MAX_LINE_DISTANCE, 0)
    time = text.rfind("time=", reach, piece.start)
    left = time if time >= 0 else max(text.rfind("\n", 0, piece.start), reach)
    for m in _LOGFMT_ARN.finditer(text, left, piece.start):
        start, end = trim(text, m.start("arn"), m.end("arn"))
        piece.put_principal(text, rejoin(text[start:end]), start, end)
