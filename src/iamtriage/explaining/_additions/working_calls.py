"""Say what it tells that the same call works elsewhere: on a laptop, in the console, with the AWS CLI or in another Region."""

from __future__ import annotations

import attrs

from iamtriage._patterns import REGION, lazy_pattern
from iamtriage._text import clip_text, lower_first, quote_words
from iamtriage.arns._principal_parsing import parse_principal
from iamtriage.explaining._context.readers.regions import find_mentioned_regions
from iamtriage.explaining._context.readers.statements import LOCALLY, find_working
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._facts import Facts

_ELSEWHERE = lazy_pattern(
    rf"{LOCALLY.pattern}|(?i:\b(?:notebook|studio|(?:aws|web|s3|management) console|in the console|cloud ?shell|bastion|by hand|manually|terminal|(?:with|from|in|using|via) (?:the )?(?:aws )?cli|curl|postman|(?:another|other|old) (?:instance|server|box|host|node|runner)|(?:in|on|from) (?:an? |the |our )?(?:lambda|ec2|ecs|fargate|instance|ci|pipeline|server)|(?:colleagues?|teammates?|co-?workers?))\b)"
)
_IN_REGION = lazy_pattern(rf"(?<![\w./:-]){REGION}(?![\w/-]|\.\w)|\b(?:an)?other Region\b")
_REGION_OF_ARN = lazy_pattern(rf"arn:[a-z-]{{3,20}}:[a-z0-9-]{{2,40}}:({REGION}):")
# The causes that say what failed, and leave open why.
_OPEN = frozenset(
    {
        "access-denied", "derived-action", "identity-not-accepted", "invalid-credentials", "no-credentials",
        "no-identity-allow", "not-found", "s3-access-denied", "signature-mismatch", "vpc-endpoint-no-allow",
    }
)  # fmt: skip
_CONSOLE = lazy_pattern(r"(?i:\bconsole\b)")
_SAME = lazy_pattern(
    r"(?i:\bsame (?:aws )?(?:(?:access|secret|iam) )?(?:role|user|keys?|key pair|secret|credentials|profile|identity|principal)\b)"
)
# What an explanation that has used it says already.
_IS_SAID = lazy_pattern(r"\b(?:works?|succeeds?|worked|succeeded)\b")
# Another version of a tool can make other calls.
_VERSION = lazy_pattern(
    r"(?i:\bv?\d+\.\d|\bv\d\b|\b(?:older|newer|previous|earlier) (?:version|release)\b|\bversion \d)"
)
# What else works: "Receiving messages works", "Only sign-in works", "SSH works with the same key".
_OTHER_CALL = lazy_pattern(
    r"(?i:\W{0,4}(?:(?:but|and|only|even|just|the|our|my) ){0,2}(?:(?!(?:calling|doing|everything|executing|invoking|repeating|running|testing|trying|using)\b)(?P<stem>[a-z]{3,12})ing\b|ssh\b|ping\b|sign-?in\b|log-?in\b|web ?site\b))"
)
# The verbs of operations for those of people: read, download, upload, write and fetch.
_VERBS = {"rea": "get", "dow": "get", "upl": "put", "wri": "put", "fet": "get"}
_NEXT = lazy_pattern(r",? (?:and|while|whereas) (?:I|we|it|the)\b")
_MAX_CLAUSE = 70
_COMPARE = "Compare what aws sts get-caller-identity and aws configure list print in both places."


def add_working_calls(explanation: Explanation, facts: Facts, text: str) -> Explanation:
    """Add to the first cause what it tells that a call works elsewhere, unless the explanation says so, or knows the cause.

    Args:
        explanation: The explanation.
        facts: The facts, completed by the context.
        text: What the explained text says now.
    """
    shown = (
        explanation.summary,
        *(part for each in explanation.causes for part in (each.text, *each.because)),
    )
    is_open = {
        each.code for each in explanation.causes if each.evidence not in {"possible", "supplied"}
    } <= _OPEN
    is_explicit = getattr(explanation.failure, "deny", None) == "explicit"
    if explanation.failure is None or not is_open or is_explicit or any(map(_IS_SAID.search, shown)):
        return explanation
    told, clause = None, find_working(text, _ELSEWHERE)
    said = _shorten(clause or "")
    if clause is not None and len(said) <= _MAX_CLAUSE and not _VERSION.search(said):
        told = _explain_place(explanation, quote_words(said), is_same=_SAME.search(clause) is not None)
    elif (clause := find_working(text, _IN_REGION)) is not None and len(clause) <= _MAX_CLAUSE:
        told = _explain_region(explanation, facts, clause)
    if told is None or _is_other_call(clause or "", explanation):
        return explanation
    first, *others = explanation.causes
    return attrs.evolve(explanation, causes=(attrs.evolve(first, because=(told, *first.because)), *others))


def _shorten(clause: str) -> str:
    """Return the part of a clause that says that something works, without what the author says next."""
    for each in _NEXT.finditer(clause):
        if (shorter := find_working(clause[: each.start()], _ELSEWHERE)) is not None:
            return shorter
    return clause.rstrip(" :")


def _is_other_call(clause: str, explanation: Explanation) -> bool:
    """Return whether a clause says that something else than the failed call works."""
    found, failure = _OTHER_CALL.match(clause), explanation.failure
    if found is None or failure is None:
        return False
    # "Receiving messages" is ReceiveMessage, "getting items" GetItem.
    stem = (found["stem"] or "").lower()[:3]
    called = f"{failure.envelope.operation or ''} {getattr(failure, 'action', None) or ''}".lower()
    return not stem or _VERBS.get(stem, stem) not in called


def _explain_place(explanation: Explanation, said: str, *, is_same: bool) -> str | None:
    """Return what it tells that a call works in another place, given the quoted words of the text."""
    failure = explanation.failure
    kind = "" if failure is None else failure.kind
    if kind == "access_denied" and failure is not None:
        if explanation.causes[0].code.startswith("vpc-endpoint"):
            if explanation.causes[0].evidence == "derived":
                # The policy in the text decides, also for what works through the same endpoint.
                return None
            return f"Where it works ({said}), the request does not go through the VPC endpoint."
        if getattr(failure, "action", None) == "sts:AssumeRole":
            return f"It works elsewhere ({said}): either aws sts get-caller-identity prints another caller there, or the call has another role ARN, or an external ID or MFA code that this one lacks."
        caller = _name(failure.principal)
        if caller is not None and caller.startswith("user") and _CONSOLE.search(said):
            return None  # a user signs in to the console as well
        if caller is not None:
            checked = (
                ": compare it with what aws sts get-caller-identity prints there"
                if is_same
                else ", whose permissions do not count here"
            )
            return f"Where it works ({said}), most likely another caller than the {caller} calls{checked}."
        return f"It works elsewhere ({said}), so what differs is the credentials, the Region or the network. {_COMPARE}"
    if kind in {"invalid_credentials", "signature_mismatch"}:
        if is_same:
            return f"The key itself is right, because it works elsewhere ({said}): here, the program reads another or an incomplete value, or something changes its request."
        if kind == "invalid_credentials":
            return f"It works elsewhere ({said}), with other credentials: {lower_first(_COMPARE)}"
        return None
    if kind == "missing_credentials":
        return (
            f"Where it works ({said}), it finds credentials that are stored there: this place needs its own."
        )
    if kind == "kubernetes_unauthorized":
        return f"It works elsewhere ({said}), so the cluster accepts that caller: compare what aws sts get-caller-identity prints in both places."
    if explanation.topic == "not-found":
        return f"It works elsewhere ({said}), so the resource exists in the account and Region that are called there. {_COMPARE}"
    return None


def _explain_region(explanation: Explanation, facts: Facts, clause: str) -> str | None:
    """Return what it tells that a call works in another Region."""
    failure, stated = explanation.failure, context_of(facts).region
    regions = find_mentioned_regions(clause)
    named = _REGION_OF_ARN.match(getattr(failure, "resource", None) or "")
    called = {facts.region, stated.value if stated else None, named[1] if named else None}
    if failure is None or called & regions or len(regions) > 1:
        return None
    where = f"in {regions.pop()}" if regions else "in the other Region"
    if (
        failure.kind == "access_denied"
        and failure.principal is not None
        and explanation.causes[0].code == "no-identity-allow"
    ):
        return f"It works {where}: most likely, a policy allows it only there, in the Resource or with aws:RequestedRegion."
    if failure.kind in {"invalid_credentials", "signature_mismatch"}:
        return f"It works {where}, so the key is valid: what differs is the Region, its endpoint, or whether the account has enabled it."
    if explanation.topic == "not-found":
        return (
            f"It works {where}, so the resource is there: a resource of one Region does not exist in another."
        )
    return None


def _name(arn: str | None) -> str | None:
    """Return what to call the caller, ``None`` for one of another form."""
    from iamtriage.exceptions import InvalidArnError

    try:
        principal = parse_principal(arn or "")
    except InvalidArnError:
        return None
    name = getattr(principal, "role_name", None) or getattr(principal, "name", None)
    kind = "user" if ":user/" in (arn or "") else "role"
    return None if name is None else f"{kind} {clip_text(name)}"
