"""Read that the caller got or has the denied action already, as somebody says who still gets the same error."""

from __future__ import annotations

import re
from collections.abc import Iterable

from iamtriage._patterns import lazy_pattern
from iamtriage._text import line_start
from iamtriage.explaining._context.readers.statements import LOCALLY, find_said, find_working
from iamtriage.policies._patterns import compile_glob, matches

_ACTION = r"[A-Za-z][a-z0-9-]{1,30}:(?:[A-Z]\w{2,60}\*?|\*)"


def _actions(group: str) -> str:
    """Return the pattern of a list of actions."""
    return rf"[`\"']?(?P<{group}>{_ACTION}(?:[`\"']?(?:, ?(?:and )?| (?i:and|plus) | ?[&+/] ?)[`\"']?{_ACTION}){{0,5}})[`\"']?"


_WORDS = r"(?:[\w`\"'-]{1,30} ){0,6}?"
_GIVEN = r"(?i:\b(?:added|attached|g[ai]ven?|granted|assigned|(?:adding|attaching|giving|granting)|(?:went on to|tried to|did) (?:add|attach|give|grant))\b)"
# A name stands after the kind, before it, or alone.
_OWN = r"(?P<{0}>(?:(?i:the|my|our|this|that|its|same) ){{0,2}}(?:(?P<{0}_before>(?!(?i:the|my|our|an?) )[\w+=,.@-]{{2,64}}) )?(?i:(?P<{0}_kind>role|user|permission set))\b(?: [`\"'(]?(?P<{0}_after>[\w+=,.@-]{{2,64}}))?)"
_GRANTS = lazy_pattern(
    rf"(?a){_GIVEN} {_WORDS}{_actions('first')}(?: (?:policy|permissions?|access|action))? (?:to|for|on) {_OWN.format('later')}"
    rf"|{_GIVEN} {_WORDS}{_OWN.format('sooner')} {_WORDS}{_actions('last')}"
    # "I have been granted AmazonEC2FullAccess with the iam:PassRole"
    rf"|\b(?:I|[Ww]e)(?: have|'ve)? (?:been |was |were )(?i:granted|given|assigned) {_WORDS}{_actions('mine')}"
)
_HELD = lazy_pattern(
    rf"(?a){_OWN.format('holder')} (?:already |also |still |does |clearly ){{0,2}}(?:has|have|had|includes?|contains?) {_WORDS}{_actions('held')}"
    rf"|(?P<named>(?P<named_before>\b[\w+=,.@-]{{2,64}})'s (?:own |IAM |identity ){{0,2}}polic(?:y|ies)) (?:already |also |still ){{0,2}}(?:ha[sd]|have|allows?|grants?|includes?|contains?) [^\n.;:]{{0,40}}?{_actions('possessed')}"
    rf"|(?i:\b(?:our|my) (?:own )?(?:side|end|account)\b) (?:already |also |still |does |clearly ){{0,2}}(?:has|have|allows?|grants?|includes?) {_WORDS}{_actions('ours')}"
    rf"|(?i:simulator)\b[^\n.;]{{0,80}}?{_OWN.format('simulated')} [^\n.;]{{0,40}}?\b(?:able|allowed|can)\b[^\n.;]{{0,20}}?{_actions('able')}"
)
_GROUPS = ("first", "last", "mine", "held", "ours", "able", "possessed")
_OWNERS = ("later", "sooner", "holder", "simulated", "named")
# A call that passes nothing on, which needs only sts:AssumeRole, and the role that it names.
_PLAIN_CALL = lazy_pattern(
    r"(?i:\b(?:sts assume-?role|assume-role|assumerole|assume_role)\b)(?![^\n]{0,600}--(?:tags|transitive-tag-keys|source-identity)\b)"
)
_ROLE_OF_CALL = lazy_pattern(r"\barn:aws[a-z-]{0,12}:iam::\d{12}:role/[\w+=,.@/-]{1,600}")
# Words that qualify a role and do not name it.
_QUALIFIERS = frozenset(
    {"above", "correct", "iam", "same", "new", "current", "aws", "whole", "my", "already"}
)
# Words that follow a role and do not name it.
_NEXT_WORD = lazy_pattern(
    r"(?i:again|already|also|and|as|but|by|clearly|does|for|from|ha[ds]|have|here|in|is|itself|manually|now|of|on|permissions?|policy|so|still|that|the|then|through|too?|using|via|was|which|with)[.,]?"
)
_PERSISTS = lazy_pattern(
    r"(?i:\b(?:still|same (?:error|issue|problem|message|result|thing)|no (?:luck|change|effect|difference|success)|to no avail|nothing changed|in vain)\b|\b(?:did|does)(?: not|n't) (?:help|work|fix|change|solve|make)\b)"
)
_NOT_SO = lazy_pattern(
    r"(?i:\b(?:not|never|nobody|cannot|if|should|must|could|would|whether|unless|until|once|needs?|needed|required?|requires|missing|lacks?|wants?|please|another|other|different|removed|detached|revoked|block(?:s|ed)|boundary|claims?|den(?:y|ies)|logged|lost|said|says|SCPs?|their|vendor|wrote|writes|yet)\b|n't\b)"
)
# It is a question, about what denies, about the past, or about a policy of the other side.
_NOT_SO_AFTER = lazy_pattern(
    r"[^\n.;]{0,80}?(?:\?|(?i:\b(?:den(?:y|ies)|SCPs?|boundary|once|(?:trust|bucket|key|queue|topic|secret|resource|repository)(?:'s)?(?: resource)? policy|their)\b))"
)
_ARTICLE = lazy_pattern(r"\b(?i:the|our|my|its|this|that) \Z")
_ON_ALL = lazy_pattern(r"[\"'`]?,? (?:on|for) [\"'`]?(?:\*|(?i:all|any|every)\b)")
_CHARS_AFTER, _CHARS_OF_ARTICLE = 240, 6


def find_own_grant(
    text: str, action: str, names: Iterable[str], kind: str, *, on_all: bool = False
) -> str | None:
    """Return what somebody says that the caller got or has, if it covers the denied action and did not help.

    Args:
        text: The text around the denial.
        action: The denied action.
        names: The name of the caller's role or user, and of its session.
        kind: ``role``, ``permission set`` or ``user``.
        on_all: Whether it counts only on all resources.

    >>> said = "I added iam:CreateRole to the role deploy and retried, but I got the same error."
    >>> find_own_grant(said, "iam:CreateRole", ["deploy"], "role")
    'iam:CreateRole'
    >>> said_of_policy = "dynamodb: {} role's policy has GetItem on that table."
    >>> [find_own_grant(said_of_policy.format(each), "dynamodb:GetItem", ["web"], "role") for each in ("our", "the dev")]
    ['dynamodb:GetItem', None]
    >>> find_own_grant(said.replace(", but I got the same error", " and it works"), "iam:CreateRole", ["deploy"], "role")
    """
    prefix, _, operation = action.partition(":")
    if f"{prefix}:" not in text.lower():
        return None
    # "Our role's policy has GetObject" names the action without its service.
    text = text.replace(f" {operation} on ", f" {action} on ")
    said = ((found, held) for held in (False, True) for found in find_said(text, _HELD if held else _GRANTS))
    for found, is_held in said:
        listed: str = next(filter(None, (found.groupdict().get(each) for each in _GROUPS)))
        what: str | None = next(
            (
                each
                for each in re.findall(_ACTION, listed)
                if matches(action.lower(), compile_glob(each.lower()))
            ),
            None,
        )
        if what is None or not _is_own(found, names, kind):
            continue
        if on_all and not _ON_ALL.match(text, found.end()):
            continue
        if text[line_start(text, found.start()) : found.start()].lstrip().startswith(">"):
            continue  # the words of somebody else
        start = line_start(text, found.start(), found.start() - 80)
        if _NOT_SO.search(text[start : found.start()].rpartition(". ")[2] + found[0]):
            continue
        if is_held and _NOT_SO_AFTER.match(text, found.end()):
            continue
        if is_held or _PERSISTS.search(text, found.end(), found.end() + _CHARS_AFTER):
            return what
    return None


def _is_own(found: re.Match[str], names: Iterable[str], kind: str) -> bool:
    """Return whether what got or has an action is the caller, or has no name that says otherwise."""
    parts = found.groupdict()
    if parts.get("mine") or parts.get("ours"):
        return bool(parts.get("ours")) or kind == "user"
    owner = next(each for each in _OWNERS if parts.get(each))
    named = [parts[f"{owner}_before"], parts.get(f"{owner}_after")]
    if any(each and each.strip(".,") in names for each in named):
        return True
    # The role of a permission set is called both.
    kinds = {kind, "role"} if kind == "permission set" else {kind}
    is_kind = (parts.get(f"{owner}_kind") or "").lower() in kinds
    before = (named[0] or "").lower()
    if owner == "named":
        low = max(found.start() - _CHARS_OF_ARTICLE, 0)
        return before == kind and _ARTICLE.search(found.string, low, found.start()) is not None
    after = named[1] or ""
    is_named = bool(after) and _NEXT_WORD.fullmatch(after) is None
    return is_kind and not is_named and (not before or before in _QUALIFIERS)


_NOTED = lazy_pattern(
    r"(?im)^[ \t>*#-]{0,6}(?:(?:the|our|my|its|own) ){0,2}(?P<kind>role|user)(?:'s)? (?:own |inline |identity )?policy(?: allows|:| has:?)"
    r" (?P<actions>[a-z0-9-]{2,30}:[\w*]{1,64}(?:, ?[a-z0-9-]{2,30}:[\w*]{1,64}){0,9})"
    r" on (?P<on>[\w*:/.-]{1,300}(?:(?:, ?| and )[\w*:/.-]{1,300}){0,5})[ \t]{0,4}$"
)
_MAX_CHARS = 64_000


def has_noted_grant(text: str, action: str, resource: str, kind: str) -> bool:
    """Return whether a line says that the policy of the caller's kind allows an action on a resource, or on what ends like it.

    >>> said = "role policy: sqs:* on queue/orders and queue/orders/*"
    >>> [has_noted_grant(said, "sqs:SendMessage", f"arn:aws:sqs:::{each}", "role") for each in ("queue/orders/1", "queue/carts")]
    [True, False]
    """
    for noted in _NOTED.finditer(text[:_MAX_CHARS]):
        actions, resources = noted["actions"].lower().split(","), re.split(r", ?| and ", noted["on"])
        is_action = any(matches(action.lower(), compile_glob(each.strip())) for each in actions)
        covers = any(matches(resource, compile_glob(f"*{each}")) for each in resources)
        if noted["kind"].lower() == kind and is_action and covers:
            return True
    return False


def works_plainly(text: str, role: str | None) -> bool:
    """Return whether somebody says that a role can be assumed with a call that passes neither tags nor an identity.

    >>> works_plainly("A plain `aws sts assume-role` works.", None), works_plainly("Only sts assume-role with --tags works.", None)
    (True, False)
    """
    said = find_working(text, _PLAIN_CALL)
    # Credentials elsewhere can be others.
    return said is not None and not LOCALLY.search(said) and set(_ROLE_OF_CALL.findall(said)) <= {role}
