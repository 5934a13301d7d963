"""Read a trust policy that a sentence describes: that it names the caller, and requires MFA or an external ID.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user.html.
"""

from __future__ import annotations

import re
from typing import Any

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.policies._documents import allow, build_document

# A sentence ends with the line, or with a period that a space follows.
_SENTENCE = lazy_pattern(
    r"(?i)(?:[^.\n]|\.(?! )){0,80}\btrust (?:policy|relationship)\b(?:[^.\n]|\.(?! )){1,200}"
)
_NAMES = lazy_pattern(r"(?i)\b(?:allows?|contains?|has|includes?|lists?|mentions?|names?|permits?|trusts?)\b")
# What is not so, or only asked or wanted.
_NOT_SO = lazy_pattern(
    r"(?i)\b(?:can|could|if|lacks?|maybe|might|missing|must|need(?:s|ed)? to|never|no|not|old|other|perhaps|removed?|should|without|would)\b|n't\b|\?"
)
_CALLER = lazy_pattern(
    r"arn:(?P<partition>aws[a-z-]{0,12}):(?:iam|sts)::(?P<account>[0-9]{12}):(?:user/(?:[^/\s]{1,100}/){0,5}(?P<user>[\w+=,.@-]{1,64})|assumed-role/(?P<role>[\w+=,.@-]{1,64})/\S{2,64})"
)
_OWN = lazy_pattern(r"(?i)\b(?:me|us|(?:my|our) (?:arn|iam user|own (?:arn|role|user)|role|user))\b")
_OWN_ACCOUNT = lazy_pattern(r"(?i)\b(?:my|our|the caller's) (?:aws )?account\b")
_NAMED_ROLE = lazy_pattern(
    r"\b[Rr]ole [`\"']?(?!(?:allows?|also|already|and|has|have|i[ns]|itself|lists?|names?|on|only|session|that|trusts?|which|with)\b)([\w+=@-]{2,64})"
)
_MFA = lazy_pattern(r"\b(?:aws:)?MultiFactorAuthPresent\b|\b(?i:mfa|multi-factor authentication)\b")
_EXTERNAL_ID = lazy_pattern(
    r"(?i)\b(?:sts:)?external[ -]?id\b[\"'`]?(?: ?(?:is|=|:|of|equals|to be))? ?(?P<quote>[\"'`]?)(?P<id>(?=[\w+=,.@:/-]*[0-9-])[\w+=,.@:/-]{2,64}(?<![.,:]))(?P=quote)"
)
# What a call passes.
_PASSES_CODE = lazy_pattern(r"(?i)\b(?:serial[_-]?number|token[_-]?code|mfa_serial)\b")
_PASSES_ID = lazy_pattern(r"(?i)(?<!sts:)\bexternal[_-]?id(?:\b[\"']? ?[=:]| [\w\"'$])")


def find_said_trust(text: str, caller: str | None, role: str | None = None) -> dict[str, Any] | None:
    """Return the trust policy that the only sentence about one describes, if the caller does not meet its condition.

    >>> user = "arn:aws:iam::111122223333:user/kim"
    >>> find_said_trust("The trust policy names kim and requires MFA.", user)["Statement"][0]["Condition"]
    {'Bool': {'aws:MultiFactorAuthPresent': 'true'}}
    >>> find_said_trust("The trust policy does not name kim, and requires MFA.", user)
    """
    sentences = {each[0] for each in _SENTENCE.finditer(text) if _NAMES.search(each[0])}
    # The message is no description.
    said = only_one({each for each in sentences if "no role trust policy" not in each})
    found = _CALLER.fullmatch(caller or "")
    if said is None or found is None or _NOT_SO.search(said):
        return None
    target = (role or "").rpartition("/")[2]
    if any(each not in {target, found["role"]} for each in _NAMED_ROLE.findall(said)):
        return None  # it is the trust policy of another role
    start, name = f"arn:{found['partition']}:iam::{found['account']}", found["user"] or found["role"]
    trusted = found[0] if found["user"] else f"{start}:role/{name}"
    if not (_OWN.search(said) or re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", said)):
        if not _OWN_ACCOUNT.search(said) and found["account"] not in said:
            return None
        trusted = f"{start}:root"
    rest = text.replace(said, "")
    required = _EXTERNAL_ID.search(said)
    if required is not None and not _PASSES_ID.search(rest):
        condition: dict[str, dict[str, str]] = {"StringEquals": {"sts:ExternalId": required["id"]}}
    elif required is None and found["user"] and _MFA.search(said) and not _PASSES_CODE.search(rest):
        condition = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    else:
        return None
    statement = allow("sts:AssumeRole", principal={"AWS": trusted}, condition=condition)
    return build_document([statement])
