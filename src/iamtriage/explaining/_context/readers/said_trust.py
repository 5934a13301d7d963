"""Read a trust policy that a sentence describes: that it names the caller, and requires MFA or an external ID, or a subject.

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


# The subject of a job that a policy expects, and who issues it.
_SUBJECT = r"(?:repo:[\w.*@-]{1,80}/[\w.*@-]{1,100}:[\w.*@:/-]{1,200}|project_path:[\w./*-]{1,255}:ref_type:[\w.*:/-]{1,255}|organization:[\w-]{1,60}:project:[\w *-]{1,60}:workspace:[\w*-]{1,90}:run_phase:(?:plan|apply|\*))(?<![.:])"
_ISSUERS = {"r": "token.actions.githubusercontent.com", "p": "gitlab.com", "o": "app.terraform.io"}
# The key of a condition in YAML, with one value or a list, and a sentence about the policy.
_SUBJECT_IN_YAML = lazy_pattern(
    rf"(?m)^[ \t-]{{0,40}}[\"']?(?P<issuer>[\w.-]{{1,100}}(?:/[\w./-]{{1,150}})?):sub[\"']?:[ \t]*(?:\n[ \t]*- )?[\"']?(?P<first>{_SUBJECT})[\"']?[ \t]*$(?P<more>(?:\n[ \t]*- [\"']?{_SUBJECT}[\"']?[ \t]*$){{0,9}})"
)
# Not "the trust policy is right, the token has …".
_SAID_SUBJECT = lazy_pattern(
    rf"(?i)\btrust (?:policy|relationship)\b(?P<words>(?:(?!\b(?:token(?!\.)|job|run)\b|[,;])(?:[^.\n]|\.(?=\w))){{0,120}}?(?:\b(?:allows?|accepts?|contains?|expects?|has|limited to|lists?|permits?|restricted to|trusts?)\b|:sub\b)(?:(?!\btoken\b|;)[^.\n]){{0,40}}?)"
    rf"(?-i:[`\"'(]{{0,2}}(?P<subjects>{_SUBJECT}(?:[`\"')]{{0,2}}(?:,? and |,? or |, )[`\"'(]{{0,2}}{_SUBJECT}){{0,5}}))(?P<rest>[^.\n]{{0,80}})"
)
_OPERATOR = lazy_pattern(r"\bString(?:Like|Equals)(?:IgnoreCase)?\b")
_ISSUER_OF_KEY = lazy_pattern(r"(?<![\w.-])([\w-]{1,60}(?:\.[\w-]{1,60}){1,5}(?:/[\w./-]{1,150})?):sub\b")
_CHARS_OF_CONDITION = 600


def find_said_subjects(text: str) -> tuple[str, dict[str, dict[str, list[str]]]] | None:
    """Return the issuer and the condition on the subject of a trust policy that a text shows as YAML or describes.

    >>> find_said_subjects("The trust policy allows only repo:octo/shop:ref:refs/heads/main.")[1]["StringEquals"]
    {'token.actions.githubusercontent.com:sub': ['repo:octo/shop:ref:refs/heads/main']}
    >>> find_said_subjects("Should the trust policy allow repo:octo/shop:ref:refs/heads/main?")
    """
    written = only_one([*_SUBJECT_IN_YAML.finditer(text)])
    if written is not None:
        values = [written["first"], *re.findall(_SUBJECT, written["more"])]
        before = text[max(written.start() - _CHARS_OF_CONDITION, 0) : written.start()]
        operators = _OPERATOR.findall(before)
        issuer = written["issuer"]
    else:
        said = only_one([*_SAID_SUBJECT.finditer(text)])
        if said is None or _NOT_SO.search(said["words"]) or "?" in said["rest"]:
            return None
        values, operators = re.findall(_SUBJECT, said["subjects"]), _OPERATOR.findall(said["words"])
        noted = _ISSUER_OF_KEY.search(said["words"])
        issuer = noted[1] if noted else ""
    is_pattern = any(set("*?") & set(each) for each in values)
    operator = operators[-1] if operators else "StringLike" if is_pattern else "StringEquals"
    issuer = issuer or _ISSUERS[values[0][0]]
    return issuer, {operator: {f"{issuer}:sub": values}}
