"""Find what the words right before a policy call it: its kind, and its name."""

from __future__ import annotations

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
_CHARS_OF_HEADING = 200


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
