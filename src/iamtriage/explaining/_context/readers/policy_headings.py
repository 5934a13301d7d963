"""Find what the words right before a policy call it: its kind, and its name."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import line_start
from iamtriage.typing import PolicyType

NOT_NEGATED = r"\b(?<!\bnot the )(?<!\bnot a )(?<!\bnot an )(?<!\bnot our )(?<!\bno )(?<!\bwithout a )(?<!\bwithout the )"
"""The start of a pattern of what a text does not negate."""
# A word of a sentence has no hyphen, underscore, digit or capital in it.
_NAME = r"(?=[\w+=,.@-]{0,60}(?:[-_0-9]|[a-z][A-Z]))[A-Za-z][\w+=,.@-]{1,126}\w"
# "boundary TeamBoundary:", "our SCP (deny-regions):", "the bucket policy is:"; also with an ARN
_HEADING = lazy_pattern(
    rf"(?a){NOT_NEGATED}(?:(?P<boundary>(?i:permissions? boundary|(?<!permissions )(?<!permission )boundary))|(?P<scp>SCP|(?i:service control policy))|(?P<rcp>RCP|(?i:resource control policy))"
    r"|(?P<identity>(?i:role|user|identity|inline) policy)|(?P<other>(?i:managed|bucket|key|queue|topic|repository|endpoint) policy))(?: policy)?"
    rf"(?: (?:called|named))?(?: [`\"'(]{{0,2}}(?:arn:[\w:+=,.@/-]{{1,200}}/)?(?P<name>{_NAME})[`\"')]{{0,2}})?(?: \([^()\n]{{1,60}}\))?(?: (?:is|says|has))?"
    r" ?:\s{0,20}(?:```\w{0,5}\s{0,20})?\Z"
)
_TYPES: dict[str, tuple[str, PolicyType]] = {
    "boundary": ("permissions boundary", "permissions_boundary"),
    "scp": ("service control policy", "service_control"),
    "rcp": ("resource control policy", "resource_control"),
}
# "inline policy s3-read of the role:", "(inline "s3-read"):", "policy s3-read, attached to the role since Monday:"
_STORED = lazy_pattern(
    rf"(?a){NOT_NEGATED}(?:(?P<inline>(?i:inline)(?: policy)?)|(?<!AWS )(?<!AWS managed )(?i:(?:customer[- ])?(?P<managed>managed )?policy)) [`\"'(]{{0,2}}(?P<name>(?!Amazon|AWS){_NAME})[`\"')]{{0,3}}"
    r"(?P<more>[^\n:{}]{0,100}):\s{0,20}(?:```\w{0,5}\s{0,20})?\Z"
)
_HOLDER = lazy_pattern(rf"(?a)\b(?:of|on|to)(?: the| our| my)?(?: (?i:role|user))? [`\"'(]?(?P<name>{_NAME})")
# It is another one, of somebody else, or not in use. The command for it would replace the present policy.
_NOT_STORED = lazy_pattern(
    r"(?i:\b(?:not|never|no longer|without|if|old(?:er)?|previous|former(?:ly)?|was|were|had|before|removed|detached|deleted|plan(?:ned|ning)?|want(?:ed)?|going to|would|should|could|might|can|proposed|draft|another|other|groups?|colleague'?s?|teammate'?s?|their|his|her|staging|all)\b|n't\b)"
    r"|\b(?:of|on|to) (?:the|our|my|an?) (?!(?i:same|above|IAM|task|execution|instance|caller's|denied|failing)\b)[\w-]{1,60} (?:role|user)\b"
)
# Headings right above a policy that name whose it is: "inline policy s3-read of the task role orders-task (S3 part):",
# "role orders-task:", "dbt-ci role policy:", and "The runner role (arn:aws:iam::111122223333:role/runner) has only this:".
_ARN_OF_OWNER = r"arn:aws[a-z-]{0,12}:iam::[0-9]{12}:(?:role|user)/(?:[\w+=,.@-]{1,64}/){0,4}"
_OWNER_NAME = rf"[`\"'(]{{0,2}}(?:{_ARN_OF_OWNER})?(?P<name>[\w+=,.@-]{{2,63}}[\w+=@-])[`\"')]{{0,2}}"
_POLICY_OF = r"\b(?i:polic(?:y|ies)|permissions)(?: [`\"'(]{0,2}[\w+=,.@-]{2,128}[`\"')]{0,2},?)? (?:on|of|for|attached to)(?: the| my| our)?"
_HAS = r"(?:,? (?:only|also|currently|already))? (?:has|carries)\b(?! (?:to|no|not|been)\b)(?:(?!\b(?<!no )(?:bucket|endpoint|key|queue|resource|service control|topic)(?:-based)? polic|\b[RS]CPs?\b|\bdenied\b)[^\n.;{}]){0,120}"
_IN_PARENTHESES = r"(?: \([^()\n]{1,60}\))?"
# Which part of the policy follows: ", statement for groups:", " - the S3 part:"
_PART = (
    r"(?:(?:,| [-–—]{1,2}) (?:(?!\b(?:boundary|trust|polic(?:y|ies)|[RS]CPs?|session)\b)[^\n.:;{}]){1,60})?"
)
_NOT_OF_RESOURCE = "".join(
    f"(?<!{each} )" for each in ("bucket", "endpoint", "key", "queue", "topic", "trust")
)
# A name that says what it is, and not a word such as "task-role".
_OWN_KIND = rf"[`\"']?(?P<name>(?!(?i:task|execution|instance|node|pod|service|iam|worker|caller|target|source|other|same|irsa|assumed)[-_]role\b)[A-Za-z][\w+=,.@-]{{1,56}}?(?P<kind>[-_](?:role|user)|(?<=[a-z])(?:Role|User)))(?![\w-])[`\"']?{_IN_PARENTHESES}"
# A word of a sentence has no hyphen, underscore, digit or capital in it, but for "read-only" and its like.
_FORM_OF_NAME = lazy_pattern(
    r"(?a)(?!(?i:\w+-(?:only|account|linked|privilege|managed|based)|in-line)\Z)(?=[A-Za-z+=,.@]{0,60}(?:[-_0-9]|[a-z][A-Z]))"
)
_OF_OWNER = tuple(
    lazy_pattern(rf"(?a){form}\s{{0,20}}\Z")
    for form in (
        rf"(?:^|\n|[.;!?] )[^\n.:]{{0,40}}?\b(?P<kind>[Rr]ole|[Uu]ser) {_OWNER_NAME}(?:,? \(?inline\)?)?(?: (?:policy|permissions))?{_IN_PARENTHESES}{_PART}:",
        rf"(?P<of>{_POLICY_OF})(?: IAM| task| execution| instance| node| worker| pod| job)? (?P<kind>[Rr]ole|[Uu]ser) (?!(?:above|below|itself|now|today|currently|here|is|was|are|in|that|which|with|only|so|then|before|after|again)\b){_OWNER_NAME}{_IN_PARENTHESES}(?::|\n)",
        rf"(?:^|\n)[^\n.:]{{0,20}}?(?<![\w+=,.@-]){_OWNER_NAME} (?P<kind>role|user)(?:'s)?(?: IAM| inline)? (?:policy|permissions){_IN_PARENTHESES}:",
        rf"\b(?P<kind>[Rr]ole|[Uu]ser),? {_OWNER_NAME},?{_IN_PARENTHESES}{_HAS}:",
        rf"(?:\A|[\s(]){_OWN_KIND}{_HAS}:",
        rf"{_POLICY_OF} {_OWN_KIND}{_PART}:",
        # An ARN elsewhere in the text says of which kind it is.
        rf"{_NOT_OF_RESOURCE}{_POLICY_OF} (?P<kind>){_OWNER_NAME}{_IN_PARENTHESES}{_PART}:",
        rf"(?:^|\n)(?P<kind>){_OWNER_NAME}(?:'s)?(?: IAM| inline)? (?:policy|permissions){_IN_PARENTHESES}{_PART}:",
    )
)
# The mark of Markdown before code.
_FENCE = lazy_pattern(r"```\w{0,5}\s{0,20}\Z")
_CHARS_OF_HEADING = 200
_CHARS_OF_INTRODUCTION = 400


def find_heading(text: str, start: int) -> tuple[str | None, PolicyType | None]:
    r"""Return what to call a policy, by its kind and name, and its type if the words state it.

    >>> text = 'boundary TeamBoundary:\n{"Statement": []}'
    >>> find_heading(text, text.index("{"))
    ('the permissions boundary TeamBoundary', 'permissions_boundary')
    """
    found = _HEADING.search(text[max(start - _CHARS_OF_HEADING, 0) : start])
    if found is None:
        return None, None
    kind = next(each for each in (*_TYPES, "identity", "other") if found[each])
    words, type_ = _TYPES.get(kind, (found[kind], None))
    return f"the {words} {found['name'] or 'in the text'}", "identity" if kind == "identity" else type_


def find_stored_name(text: str, start: int) -> tuple[str, str | None, bool] | None:
    r"""Return the name of the policy of a role or user that the words before it state, its holder, and whether it is inline.

    >>> [find_stored_name(each, len(each)) for each in ('its policy (inline "s3-read"):\n', "policy s3-read, attached to ci-1:\n")]
    [('s3-read', None, True), ('s3-read', 'ci-1', False)]
    >>> find_stored_name("policy s3-read:\n", 16)
    """
    found = _STORED.search(text[max(start - _CHARS_OF_HEADING, 0) : start])
    if found is None:
        return None
    if _NOT_STORED.search(found.string[line_start(found.string, found.start()) :]):
        return None
    holder = _HOLDER.search(found["more"])
    is_inline = found["inline"] is not None or "inline" in found["more"]
    if not (is_inline or found["managed"] or "attached" in found["more"]):
        return None
    return found["name"], None if holder is None else holder["name"], is_inline


def find_owner_in_heading(text: str, start: int) -> tuple[str, str] | None:
    r"""Return the kind and name of the role or user that the words before a policy name as its owner.

    >>> find_owner_in_heading("role orders-task, the S3 part:\n", 31)
    ('role', 'orders-task')
    """
    heading = _FENCE.sub("", text[max(start - _CHARS_OF_INTRODUCTION, 0) : start])
    for form in _OF_OWNER:
        if (found := form.search(heading)) is not None:
            known = _find_kind(text, found["name"])
            kind = found["kind"].lower().lstrip("-_") or known
            if kind and (known or _is_name(found)):
                return kind, found["name"]
    return None


def _find_kind(text: str, name: str) -> str | None:
    """Return whether an ARN in a text is of a role or a user with a name."""
    path = rf":(?:assumed-)?(role|user)/(?:[\w+=,.@-]{{1,64}}/){{0,8}}{re.escape(name)}(?![\w+=,.@-])"
    found = re.search(path, text)
    return None if found is None else found[1]


def _is_name(heading: re.Match[str]) -> bool:
    """Return whether the name in a heading is one, and not a word, by its form."""
    return (
        heading.groupdict().get("of") is not None
        or _FORM_OF_NAME.match(heading["name"]) is not None
        or "inline" in heading[0][heading.end("name") - heading.start() :]
    )
