"""Find whether a policy in a text is passed as a session policy: by a workflow, a command or an STS call in code."""

from __future__ import annotations

import re
from operator import itemgetter

from iamtriage._patterns import lazy_pattern, only_one, search_last

CHARS_OF_CLUSTER = 10
"""How many characters of the cluster's name the session name of a pod has, after ``eks-``."""
SESSION_POLICY = "the session policy in the text"
"""The name of a policy that a workflow, a command or code passes for a session."""
# An association of EKS Pod Identity with a session policy, as the AWS CLI prints it.
_ASSOCIATION = lazy_pattern(
    # The start of the output is enough if the command names the association.
    r"(?a)(?:--association-id[ =](?P<asked>a-\w{5,40})\b[^{}]{0,300}\{\s{0,20}\"association\"\s?:\s?\{\s{0,20})?"
    r"(?:\"clusterName\"\s?:\s?\"(?P<cluster>[\w-]{1,100})\"[^{}]{0,400}?)?\"roleArn\"\s?:\s?\"arn:[\w:+=,.@/-]{1,600}/(?P<role>[\w+=,.@-]{1,64})\""
    r"(?(asked)|[^{}]{0,300}\"associationId\"\s?:\s?\"(?P<id>a-\w{5,40})\")(?:[^{}]|\{[^{}]{0,100}\}){0,300}\"policy\"\s?:\s?\""
)
# What a session policy follows.
_PARAMETER = lazy_pattern(
    r"\binline-session-policy ?: ?(?:[>|][+-]?\s{1,40})?[\"']?\Z"
    r"|\baws sts (?:assume-role|get-federation-token)(?:[^\n]|\\\n){0,300} --policy[ =][\"']?\Z"
    # What HashiCorp Vault passes for a role of its secrets engine, as JSON and in a table.
    r"|\bcredential_types\"?:?\s{1,40}\[\s{0,20}\"?(?:federation_token|assumed_role)\b[^{}]{0,300}\bpolicy_document\"?:?\s{1,40}\"?\Z"
    # What describe-pod-identity-association prints.
    r"|\"(?:associationId\"\s?:\s?\"a-\w{5,40}|serviceAccount\"\s?:\s?\"[a-z\d.-]{1,253}\",\s{0,20}\"roleArn\"\s?:\s?\"[^\"\n]{1,600})\"(?:[^{}]|\{[^{}]{0,100}\}){0,300}\"policy\"\s?:\s?\"?\Z"
    r"|(?i:\b(?<!no )(?<!not the )(?<!not a )(?<!without a )(?<!without the )session[- ]policy)(?: (?:is(?! not\b)|of|for|we pass|i pass|that)\b[^\n.{}]{0,60})?:\s{0,20}(?:```\w{0,5}\s{0,20})?\Z"
)
_PASSED_FILE = lazy_pattern(
    r"(?a)\baws sts (?:assume-role(?:-with-\w{4,12}(?:-identity)?)?|get-federation-token)(?:[^\n]|\\\n){0,300} --policy[ =][\"']?file://(?:[\w.-]{0,64}/){0,9}(?P<file>[\w.-]{1,64})"
)
# A call in an SDK or a block of Terraform, up to what encloses its arguments.
_CALL = lazy_pattern(
    r"(?a)(?:\b|_)(?i:assume_?role(?:_?with_?(?:web_?identity|saml))?|get_?federation_?token)(?:Async)?(?:Input|Command|Request)?(?:\.builder|::builder)?\s?[({]"
)
# The next call of a builder, which is a part of the same call.
_CHAINED = lazy_pattern(r"(?a)\s{0,40}\.(?!build\b|send\b|execute\b)\w{1,40}\(")
_TO_TEXT = r"(?:(?:aws\.String|(?:json\.)?dumps|json_?encode|JSON\.stringify|\w{1,20}\.Serialize|Some|string)\(\s{0,40})?"
_KEY = r"(?:[\"']?\b[Pp]olicy[\"']?\s?(?:=>|[=:])\s{0,20}|\.(?:[Ww]ith|set)?_?[Pp]olicy\(\s{0,40})"
_PASSED = lazy_pattern(_KEY.replace("olicy", "olicy(?:_?[Aa]rns)?"))
# Quotation marks with the prefix of a language, or the start of a heredoc in Terraform.
_QUOTE = r"(?:<<[-~]?\w{2,20}\n|[rbf$@]{0,2}#{0,2}[\"'`]{0,3})"
_ARGUMENT = lazy_pattern(rf"{_KEY}{_TO_TEXT}{_QUOTE}\s{{0,40}}\Z")
_VARIABLE = lazy_pattern(
    rf"(?a)\b(?P<name>[A-Za-z_]\w{{1,60}})(?:: [\w\[\], .]{{1,40}})?\s{{0,8}}:?=\s{{0,4}}{_TO_TEXT}{_QUOTE}\s{{0,40}}\Z"
)
# Where a document in code starts, whose statements are what is found.
_DOCUMENT = lazy_pattern(
    r"\{\s{0,40}(?:[\"']?[Vv]ersion[\"']?\s?(?:=>|[=:])\s?[\"'][\d-]{10}[\"'],?\s{0,40})?\Z"
)
_CHARS_OF_INTRODUCTION = 400
_CHARS_OF_CALL = 800


def is_session_policy(text: str, start: int, file: str | None = None) -> bool:
    r"""Return whether the policy at a position of a text, or the file that has it, is passed for a session.

    >>> text = 'sts.assume_role(RoleArn=arn(), Policy=json.dumps({"Version"'
    >>> is_session_policy(text, text.index("{"))
    True
    >>> text = 'policy = {"Version": 1}\niam.create_policy(Policy=policy)'
    >>> is_session_policy(text, text.index("{"))
    False
    """
    before = _DOCUMENT.sub("", text[max(start - _CHARS_OF_INTRODUCTION, 0) : start])
    if _PARAMETER.search(before) or (_ARGUMENT.search(before) and _is_in_call(text, start)):
        return True
    if file is not None and file.rpartition("/")[2] in map(itemgetter("file"), _PASSED_FILE.finditer(text)):
        return True
    if (named := _VARIABLE.search(before)) is None:
        return False
    passed = re.compile(rf"{_KEY}{_TO_TEXT}[&*]?{re.escape(named['name'])}\b")
    return any(_is_in_call(text, found.end()) for found in passed.finditer(text))


def find_association(text: str, role: str | None, session: str) -> str | None:
    """Return the ID of the only association of EKS Pod Identity that a text shows with a session policy, if it is of a role.

    Args:
        text: The text.
        role: The name of the role.
        session: The name of the session. That of a pod begins with the cluster.
    """
    found = {
        (each["role"], each["asked"] or each["id"])
        for each in (_ASSOCIATION.finditer(text) if '"roleArn"' in text else ())
        if not (each["cluster"] and session)
        or session.startswith(f"eks-{each['cluster'][:CHARS_OF_CLUSTER]}-")
    }
    of_role, name = only_one(found, (None, None))
    return name if of_role == role else None


def passes_session_policy(text: str) -> bool:
    """Return whether code in a text passes a policy for a session, or the ARN of one."""
    return any(_is_in_call(text, found.end()) for found in _PASSED.finditer(text))


def _is_in_call(text: str, end: int) -> bool:
    """Return whether a position is among the arguments of a call that opens a session."""
    call = search_last(_CALL, text, max(end - _CHARS_OF_CALL, 0), end)
    if call is None:
        return False
    depth = 0
    for place in range(call.end() - 1, end):
        is_end = text[place] in ")}]"
        depth += (text[place] in "({[") - is_end
        if is_end and depth <= 0 and _CHAINED.match(text, place + 1) is None:
            return False
    return True
