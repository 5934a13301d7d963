"""Joins the readers' pieces into failures, and says which of several is the cause; reads no words.

Pieces are taken in the order of the text. A head opens a failure, a sentence belongs to the head
in front of it, a tail to the sentence in front of it, a body holds all that is inside. What is
complete is never mixed with facts of another. Then wrappers around an inner failure are dropped,
and prints of the same failure are united.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

import attrs


from iamtriage._reading.actions import read_actions
from iamtriage._reading.bodies import read_hosts, read_pairs, read_statuses, read_xml
from iamtriage._reading.codes import bare, is_known, is_weak, kind_of_code
from iamtriage._reading.foreign import names_aws, names_other_cloud, names_other_system
from iamtriage._reading.grammar import account_of
from iamtriage._reading.heads import read_classes, read_heads
from iamtriage._reading.kubernetes import read_kubernetes
from iamtriage._reading.partials import CLASS_NAME, HINT, Fact, Partial
from iamtriage._reading.phrases import SPECIFIC, read_phrases
from iamtriage._reading.sentences import read_lone_reasons, read_sentences
from iamtriage._reading.tails import read_tails
from iamtriage._reading.translated import read_translated, read_translated_codes
from iamtriage._reading.unwrap import unwrap
from iamtriage.failures import AccessDenied, Envelope, Failure, KubernetesForbidden

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iamtriage._reading.view import View
    from iamtriage.typing import Kind

_CLASSES: dict[str, type[Failure]] = {cls.kind: cls for cls in get_args(Failure)}

# How far apart two pieces of one failure may stand, in characters of the readable text.
_HEAD_TO_HEAD = 160
_HEAD_TO_CORE = 600
_CORE_TO_CORE = 400
_TO_TAIL = 1500
_TO_BODY = 4000
_CHAIN = 400
_WEAK_BEFORE = 700
_WEAK_BEHIND = 1200

_PYTHON_CHAIN = re.compile(
    r"The above exception was the direct cause of the following exception|During handling of the above exception, another exception occurred"
)
# Shapes that only AWS's SDKs and tools print.
_SDKS = frozenset({"botocore", "aws-cli", "go-v2", "java-v1", "java-v2", "dotnet", "php", "ruby", "cpp", "cloudtrail", "kubernetes", "swift"})
_IDS = frozenset({"request_id", "host_id", "status_code"})
_CLIENT_CODES = frozenset({"RequestError", "WebIdentityErr", "EndpointConnectionError"})


@attrs.define
class Draft:
    """A failure in the making."""

    start: int
    end: int
    facts: dict[str, Fact] = attrs.field(factory=dict)
    kinds: list[Kind] = attrs.field(factory=list)
    wrapper_kind: Kind | None = None
    aws: bool = False
    source: str | None = None
    has_core: bool = False
    has_tail: bool = False
    body_end: int = -1
    only_tail: bool = False
    only_ids: bool = False
    kind: Kind | None = None

    def absorb(self, piece: Partial) -> None:
        """Take a piece's facts, the better of two where both have one."""
        self.start = min(self.start, piece.start)
        self.end = max(self.end, piece.end)
        for key, fact in piece.facts.items():
            present = self.facts.get(key)
            if present is None or present.rank < fact.rank:
                self.facts[key] = fact
        if piece.kind:
            if piece.wrapper:
                self.wrapper_kind = self.wrapper_kind or piece.kind
            else:
                self.kinds.append(piece.kind)
        self.aws = self.aws or piece.aws
        if piece.source and (self.source is None or piece.role == "head"):
            self.source = piece.source
        self.has_core = self.has_core or (piece.role == "core" and not piece.wrapper)
        self.has_tail = self.has_tail or piece.role == "tail"
        if piece.role == "body":
            self.body_end = max(self.body_end, piece.end)

    @property
    def code(self) -> str | None:
        """The code, if any."""
        fact = self.facts.get("code")
        return fact.value if fact else None

    @property
    def complete(self) -> bool:
        """Whether it says what went wrong, not only where."""
        return self.has_core or "status_code" in self.facts or (self.code is not None and self.code not in _CLIENT_CODES)


def read(text: str, stated: Partial | None = None) -> tuple[View, list[Draft]]:
    """Read every failure of a text, wrappers dropped and repeated prints united.

    Args:
        text: what to read.
        stated: facts that are known beside the text, as of an exception's response; they belong
            to the failure that the text tells of, and win over what the text says.
    """
    view = unwrap(text)
    readable = view.text
    pieces = _pieces(readable)
    if stated is not None:
        stated.start, stated.end = 0, max(len(readable), 1)
        pieces.insert(0, stated)
    drafts = _sweep(readable, pieces)
    _give_weak_facts(drafts, readable)
    drafts = [d for d in drafts if _judge(d, readable)]
    drafts = _drop_outer(drafts)
    if len(drafts) > 1:
        drafts = [d for d in drafts if not d.only_tail] or drafts[:1]
    return view, _unite(drafts)


def _pieces(text: str) -> list[Partial]:
    flat = text.replace("\n", " ")
    sentences = list(read_sentences(text))
    translated = [] if sentences else list(read_translated(text))
    lone = list(read_lone_reasons(text, sentences))
    heads = [*read_heads(text), *read_actions(text), *read_translated_codes(text)]
    tails = list(read_tails(text))
    phrases = [p for p in read_phrases(text, flat) if not any(s.start <= p.start < s.end and "action" in s.facts for s in sentences)]
    xml = list(read_xml(text))
    pairs = list(read_pairs(text, [*heads, *tails, *xml]))
    pieces = [*sentences, *translated, *lone, *heads, *tails, *phrases, *xml, *pairs, *read_classes(text), *read_kubernetes(text, flat)]
    order = {"body": 0, "class": 1, "head": 2, "core": 3, "tail": 4}
    pieces.sort(key=lambda p: (p.start, order.get(p.role, 5), -p.end))
    return pieces


def _sweep(text: str, pieces: Iterable[Partial]) -> list[Draft]:
    drafts: list[Draft] = []
    current: Draft | None = None
    for piece in pieces:
        if current is not None and _belongs(text, current, piece):
            if not _is_repeat(current, piece):
                current.absorb(piece)
            else:
                _fill(current, piece)
            continue
        if current is not None and piece.role == "head" and piece.facts.get("code") and piece.facts["code"].rank == HINT and piece.start - current.end < _TO_TAIL:
            continue
        current = Draft(piece.start, piece.end, only_ids=piece.role == "body" and set(piece.facts) <= _IDS, only_tail=piece.role == "tail" and "code" not in piece.facts and piece.source == "go-v1")
        current.absorb(piece)
        drafts.append(current)
    return drafts


def _is_repeat(current: Draft, piece: Partial) -> bool:
    return piece.role == "core" and current.has_core and "action" in current.facts and "action" in piece.facts


def _fill(current: Draft, piece: Partial) -> None:
    for key, fact in piece.facts.items():
        current.facts.setdefault(key, fact)
    current.end = max(current.end, piece.end)


def _belongs(text: str, current: Draft, piece: Partial) -> bool:  # noqa: C901, PLR0911
    """Tell whether a piece is part of the failure at hand."""
    gap = piece.start - current.end
    inside = piece.start < current.body_end
    if not inside and piece.role in {"core", "head", "class"} and current.only_ids:
        return False
    if piece.role == "core":
        return _core_belongs(text, current, piece, gap, inside=inside)
    if piece.role == "tail":
        if gap > _TO_TAIL or _conflicts(current, piece, ("status_code", "request_id", "operation")):
            return False
        if current.has_tail and not inside:
            return False
        return _same_code(current, piece) and (gap < _CHAIN or "\n\n" not in text[max(0, current.end) : piece.start])
    if piece.role == "body":
        if "code" in piece.facts and current.code is not None and not _same_code(current, piece):
            return False
        if "code" not in piece.facts and not (piece.facts or inside):
            return gap <= 0
        if current.body_end >= 0 and gap > _CHAIN:
            return False
        return gap <= _TO_BODY and not _conflicts(current, piece, ("request_id", "operation", "host_id"))
    if piece.role == "class":
        wrapped = text[max(0, piece.start - 1) : piece.start] == "(" and text[piece.end : piece.end + 1] == ")"
        if (wrapped and gap < _HEAD_TO_HEAD) or inside:
            return True
        if current.code and kind_of_code(current.code) == "missing_credentials" and "service" in piece.facts:
            # "NoAuthWithAWSException: … : com.amazonaws…": the client's words around the service's.
            return False
        return not current.has_core and not current.has_tail and current.body_end < 0 and gap < _HEAD_TO_HEAD and _same_code(current, piece)
    # A head.
    if piece.start < current.end and "code" in piece.facts and _same_code(current, piece):
        return True
    if inside:
        return _same_code(current, piece) and not _conflicts(current, piece, ("operation",))
    imds = "service" in piece.facts and piece.facts["service"].value == "ec2imds"
    if gap <= _HEAD_TO_HEAD and (imds or set(piece.facts) == {"status_code"}) and "missing_credentials" in current.kinds and "code" not in current.facts:
        return True
    if current.has_core or current.has_tail or current.body_end >= 0:
        return False
    if gap > _HEAD_TO_HEAD or "\n\n" in text[max(current.end, 0) : piece.start]:
        return False
    if "operation" in piece.facts and "operation" in current.facts:
        return False
    if current.wrapper_kind is not None and "code" in current.facts:
        return False
    if _same_code(current, piece):
        return True
    ours, theirs = current.facts["code"], piece.facts["code"]
    return ours.rank == CLASS_NAME or theirs.value in {"Forbidden", "403"}


def _core_belongs(text: str, current: Draft, piece: Partial, gap: int, *, inside: bool) -> bool:
    if "code" in piece.facts and not _same_code(current, piece):
        return False
    if piece.kind == "access_denied" and "service" in piece.facts and "action" not in piece.facts and "operation" in current.facts:
        # "… calling the CreateChangeSet operation: S3 error: Access Denied": another call's.
        return False
    if not current.has_core:
        if inside or gap <= 0:
            return True
        return gap <= _HEAD_TO_CORE and not (current.has_tail and gap > 2)  # noqa: PLR2004
    if "action" in piece.facts and "action" in current.facts and current.facts["action"].rank > HINT:
        same = all(current.facts.get(k) is None or k not in piece.facts or current.facts[k].value == piece.facts[k].value for k in ("action", "principal"))
        return same and (inside or current.source == "cpp") and gap < _HEAD_TO_CORE
    if "k8s_verb" in piece.facts and "k8s_verb" in current.facts:
        return False
    if inside:
        return True
    if "action" in piece.facts:
        # EC2's plain sentence, then the full one.
        return gap <= _CORE_TO_CORE and "access_denied" in current.kinds and not current.has_tail
    return gap <= _HEAD_TO_HEAD and not current.has_tail and "\n\n" not in text[max(0, current.end) : piece.start]


def _conflicts(current: Draft, piece: Partial, keys: tuple[str, ...]) -> bool:
    for key in keys:
        ours, theirs = current.facts.get(key), piece.facts.get(key)
        if ours and theirs and ours.value != theirs.value and ours.rank > CLASS_NAME and theirs.rank > HINT - 1 and ours.rank != HINT:
            return True
    return False


def _same_code(current: Draft, piece: Partial) -> bool:
    theirs = piece.facts.get("code")
    return theirs is None or current.code is None or _plain(theirs.value) == _plain(current.code)


def _plain(code: str) -> str:
    return bare(code).removesuffix("Exception")


def _give_weak_facts(drafts: list[Draft], text: str) -> None:
    """Give statuses and hosts that stand around a failure to it, if it states none itself."""
    for reader, key in ((read_statuses, "status_code"), (_read_places, "service")):
        wanting = [d for d in drafts if key not in d.facts and not (key == "service" and "action" in d.facts)]
        if not wanting:
            continue
        for piece in reader(text):
            draft = _nearest(drafts, piece)
            if draft is None:
                continue
            ahead = piece.end <= draft.start
            present = draft.facts.get(key)
            # The last one before a failure is the one that brought it; behind it, the first.
            if present is None or (ahead and present.rank <= HINT and present.end < draft.start and present.start >= 0):
                draft.facts[key] = piece.facts[key]
                draft.aws = draft.aws or piece.aws


def _read_places(text: str) -> Iterable[Partial]:
    """Find hosts and class names, which state a service wherever they stand around a failure."""
    yield from read_hosts(text)
    yield from (piece for piece in read_classes(text) if "service" in piece.facts)


def _nearest(drafts: list[Draft], piece: Partial) -> Draft | None:
    """Give the failure that a weak fact stands in, else the next one, else the one before."""
    behind: Draft | None = None
    for draft in drafts:
        if draft.start <= piece.start < max(draft.end, draft.body_end):
            return draft
        if piece.end <= draft.start:
            if draft.start - piece.end <= _WEAK_BEFORE:
                return draft
            break
        behind = draft
    if behind is not None and piece.start - behind.end <= _WEAK_BEHIND:
        return behind
    return None


def _judge(draft: Draft, text: str) -> bool:
    """Say what kind of failure a draft is; False for what is no failure of AWS or Kubernetes."""
    place = draft.facts.get("service")
    if place and place.value == "ec2imds":
        # The instance metadata service gives credentials; it is no API that denies.
        del draft.facts["service"]
        draft.facts.pop("operation", None)
        draft.kinds.append("missing_credentials")
    code = draft.code
    by_code = kind_of_code(code) if code else None
    kinds = draft.kinds
    named = "action" in draft.facts
    if code and by_code == "access_denied" and not is_weak(code):
        draft.kind = "access_denied"
    elif "access_denied" in kinds and named:
        draft.kind = "access_denied"
    elif any(kind in SPECIFIC for kind in kinds):
        draft.kind = next(kind for kind in kinds if kind in SPECIFIC)
    elif kinds:
        draft.kind = kinds[0]
    else:
        draft.kind = by_code or draft.wrapper_kind or _kind_of_rest(draft, text)
    api = draft.facts.pop("api_operation", None)
    if api and draft.facts["action"].rank == HINT:
        # CloudFormation's "API: ec2:CreateVpc" is all that names the call.
        draft.facts.setdefault("operation", api)
    return draft.kind is not None and _is_ours(draft, text)


def _kind_of_rest(draft: Draft, text: str) -> Kind | None:
    status = draft.facts.get("status_code")
    if draft.code is None and status and status.value == "403" and (draft.aws or names_aws(text)) and (draft.has_tail or draft.body_end >= 0 or "operation" in draft.facts):
        return "access_denied"
    if draft.code and draft.code != "WebIdentityErr":
        return "aws_error" if draft.aws or (is_known(draft.code) and names_aws(text)) else None
    if draft.code and is_known(draft.code) and draft.body_end >= 0 and "request_id" in draft.facts:
        return "aws_error"
    if draft.aws and ("operation" in draft.facts or draft.has_tail) and draft.source in {"go-v2", "java-v1", "java-v2", "go-v1", "php"}:
        return "aws_error"
    return None


def _is_ours(draft: Draft, text: str) -> bool:
    """Tell AWS's failures from other clouds' and systems' that use the same words."""
    if draft.aws and draft.source in _SDKS:
        return True
    own = text[max(0, draft.start - 300) : draft.end + 300]
    principal = draft.facts.get("principal")
    resource = draft.facts.get("resource")
    arn = any(f is not None and f.value.startswith("arn:") for f in (principal, resource))
    if names_other_cloud(own) and not arn and draft.source not in {"botocore", "aws-cli", "kubernetes"}:
        return False
    if draft.aws:
        return not (names_other_system(own) and not arn and draft.source is None)
    if names_other_system(own):
        return False
    if draft.code in {"Forbidden", "403", "NotAuthorized", "Unauthorized", "401"} or (draft.code is None and draft.kind != "kubernetes_forbidden"):
        return names_aws(text) or principal is not None
    if draft.code and is_known(draft.code):
        return draft.kind != "aws_error" or names_aws(text)
    return names_aws(text)


def _drop_outer(drafts: list[Draft]) -> list[Draft]:
    """Drop what only wraps the failure behind it."""
    kept: list[Draft] = []
    for draft, following in zip(drafts, [*drafts[1:], None], strict=False):
        if following is not None and following.start - draft.end <= _CHAIN and _wraps(draft, following):
            if following.kind == "aws_error" and following.code in _CLIENT_CODES:
                following.kind = draft.kind
            continue
        if kept and draft.kind == "aws_error" and not draft.complete and draft.start - kept[-1].end <= _CHAIN:
            continue
        kept.append(draft)
    return kept


def _wraps(outer: Draft, inner: Draft) -> bool:
    reported = "status_code" in inner.facts or "request_id" in inner.facts or inner.kind != "missing_credentials"
    if not outer.complete:
        return inner.complete or inner.code in _CLIENT_CODES
    if outer.kind == inner.kind == "access_denied" and not ({"action", "code", "principal", "request_id"} & outer.facts.keys()):
        # "Lambda was unable to … because KMS access was denied. …", then KMS's own words.
        return inner.start - outer.end <= _HEAD_TO_HEAD and bool({"action", "code"} & inner.facts.keys())
    if outer.kind == "missing_credentials" and "request_id" not in outer.facts and "status_code" not in outer.facts:
        return reported and (inner.kind != "aws_error" or inner.complete)
    if outer.kind == "aws_error" and not outer.has_core and not outer.has_tail and outer.code is not None:
        # A head whose message is another failure: "ValidationError: … AccessDenied: User …".
        return inner.start - outer.end <= _HEAD_TO_HEAD and inner.kind != "aws_error" and "status_code" not in outer.facts
    return False


_SAME_BY = ("code", "operation", "service", "principal", "action", "resource", "deny", "policy_type", "policy_arn", "request_id", "host_id",
            "status_code", "encoded_message", "authorization_id", "k8s_user", "k8s_verb", "k8s_resource", "k8s_namespace")
_MOST_COMPARED = 16


def _unite(drafts: list[Draft]) -> list[Draft]:
    """Unite prints of the same failure, so far as they contradict each other in nothing."""
    seen: dict[Kind | None, list[Draft]] = {}
    united: list[Draft] = []
    for draft in drafts:
        others = seen.setdefault(draft.kind, [])
        for other in others[-_MOST_COMPARED:]:
            if _same_failure(other, draft):
                for key, fact in draft.facts.items():
                    present = other.facts.get(key)
                    if present is None or (present.rank == CLASS_NAME and fact.rank > CLASS_NAME):
                        other.facts[key] = fact
                break
        else:
            others.append(draft)
            united.append(draft)
    return united


def _same_failure(first: Draft, second: Draft) -> bool:
    shared = 0
    for key in _SAME_BY:
        ours, theirs = first.facts.get(key), second.facts.get(key)
        if ours is None or theirs is None:
            if key == "action" and (ours is None) != (theirs is None):
                return False
            continue
        if key == "code":
            if _plain(ours.value) != _plain(theirs.value) and CLASS_NAME not in (ours.rank, theirs.rank):
                return False
        elif ours.value != theirs.value:
            return False
        shared += key not in {"status_code", "service"}
    # A sentence without code and the same with one: a log line and the exception behind it.
    return shared > 0 or (first.has_core and second.has_core and not (first.code and second.code))


def choose(drafts: list[Draft], readable: str) -> Draft | None:
    """Say which failure is the cause when there are several."""
    if not drafts:
        return None
    chain = _PYTHON_CHAIN.search(readable) if len(drafts) > 1 else None
    if chain:
        before = [d for d in drafts if d.start < chain.start()]
        if before and before[-1].kind == "access_denied":
            return before[-1]
    for draft in drafts:
        if draft.kind == "access_denied":
            return draft
    for draft in drafts:
        if draft.kind != "aws_error":
            return draft
    return drafts[0]


_NOT_SPANNED = frozenset({"deny", "policy_type"})


def build(draft: Draft, view: View) -> Failure:
    """Make the frozen failure of a draft."""
    facts = draft.facts
    values = {key: fact.value for key, fact in facts.items()}
    names: list[str] = []
    marks: list[tuple[int, int]] = []
    for key, fact in facts.items():
        if fact.start >= 0 and key not in _NOT_SPANNED and key != "reason":
            mark = view.unbroken(fact.start, fact.end, fact.value)
            if mark:
                names.append(key)
                marks.append(mark)
    principal = values.get("principal")
    account = (account_of(principal) if principal else None) or values.get("account")
    if principal and account and account_of(principal) is None:
        account = None
    if account and "account" not in names and "principal" in names and principal:
        start = marks[names.index("principal")][0] + principal.find(account)
        if view.original[start : start + len(account)] == account:
            names.append("account")
            marks.append((start, start + len(account)))
    elif "account" in names and (account is None or view.original[slice(*marks[names.index("account")])] != account):
        at = names.index("account")
        del names[at], marks[at]
    cls = _CLASSES[draft.kind or "aws_error"]
    more: dict[str, object] = {}
    if cls is AccessDenied:
        more = {k: values.get(k) for k in ("deny", "policy_type", "policy_arn", "authorization_id", "encoded_message", "reason")}
    elif cls is KubernetesForbidden:
        more = {
            "user": values.get("k8s_user"), "verb": values.get("k8s_verb"), "kubernetes_resource": values.get("k8s_resource"),
            "api_group": values.get("k8s_api_group"), "namespace": values.get("k8s_namespace"),
        }
    status = values.get("status_code")
    span = view.span(draft.start, draft.end)
    return cls(
        envelope=Envelope(
            code=values.get("code"), operation=values.get("operation"), service=values.get("service"),
            status_code=int(status) if status else None,
            request_id=values.get("request_id"), host_id=values.get("host_id"), source=draft.source,
        ),
        text=view.original, span=span, marks=(tuple(names), tuple(marks)),
        principal=principal, account=account, action=values.get("action"), resource=values.get("resource"), **more,  # type: ignore[arg-type]
    )
