"""Explain web identity tokens that a copy of the token file or a variable of a program keeps until they expire.

Sources: https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts-minimum-sdk.html and
https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._rules.basics import Case, Cause, Explanation, Labelled
from iamtriage.explaining._rules.shared import commands, common_causes, pages
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import ExpiredCredentials

# A line of a start script or program that copies a token file, also into a directory.
_COPY = lazy_pattern(
    r"(?m)(?:^|[;&|\"'\[(+$>%,])[ \t]{0,20}(?:- |sudo |do |then )?(?:cp|install|cat|(?:shutil\.)?copy\w{0,4}\()"
    r"(?:[ \t]{1,4}-[\w=-]{1,20}(?:[ \t]{1,4}\d{3,4})?){0,4}[ \t]{0,4}[\"']?"
    r"(?P<source>\$\{?AWS_WEB_IDENTITY_TOKEN_FILE\}?|/[\w./-]{0,200}token)[\"']?,?[ \t]{0,4}"
    r"(?:>|\|[ \t]{0,4}(?:sudo )?tee)?[ \t]{0,4}[\"']?(?P<copy>[$/][\w./{}-]{1,200})"
)
_USED_FILE = lazy_pattern(
    r"\b(?:AWS_WEB_IDENTITY_TOKEN_FILE|web_identity_token_file)\b[^\w/$]{1,12}(?:value[^\w/$]{1,6})?(?P<file>[$/][\w./{}-]{1,200})"
)
# What copies the file again and again.
_REPEATS = lazy_pattern(r"\b(?:while|until|watch|inotifywait|cron\w{0,4}|sleep \d)")
# Code that sets a variable or an attribute.
_ASSIGNED = lazy_pattern(
    r"(?m)^(?P<indent>[ \t]{0,40})(?:[$>] )?(?:(?:const|let|var|static|final|private|public|protected|readonly|export|local|String|auto) ){0,5}"
    r"(?P<name>(?:self\.|this\.|@)?\$?\w{1,40})(?:, ?\w{1,20})?(?: ?: ?[\w\[\], ]{1,30})? ?:?= ?(?P<value>[^\s=][^\n]{0,300})"
)
_OPENED = lazy_pattern(r"(?m)^(?P<indent>[ \t]{0,40})with (?P<value>[^\n]{1,200}) as (?P<name>\w{1,40}):")
_TOKEN_FILE = lazy_pattern(r"AWS_WEB_IDENTITY_TOKEN_FILE|/serviceaccount/token\b")
_READS = lazy_pattern(r"(?i)(?<![a-z])(?:open|read\w{0,12}|file_get_contents)\(|(?:\$\(|`) ?(?:cat |<)")
# What runs again and again after the line that sets the variable: a function or an endless loop.
_RUNS_AGAIN = lazy_pattern(
    r"\b(?:def|func|function|class|lambda|setInterval|schedule\w{0,10}|every)\b|=>|\b(?:while|for|until)\b ?(?:\(?(?:[Tt]rue|1|:|false)\b|: ?;|\(;;\)|\{)"
    r"|(?<!\w)(?!(?:if|catch|for|while|switch|try|with)\b)\w{1,40} ?\([^()\n]{0,200}\)(?: throws [\w, ]{1,60})? ?\{"
)
_FUNCTION = lazy_pattern(r"\b(?:def|function|func) (\w{1,60})")
_CONSTRUCTORS = frozenset({"__init__", "initialize", "init", "__construct"})
_NAMED = lazy_pattern(r"(?<![\w.])(?:self\.|this\.|@)?\$?\w{1,40}\b")
# Each of the variables takes a search of the whole text.
_MAX_VARIABLES = 20
_MAX_VALUE = 100


def explain_kept_token(case: Case[ExpiredCredentials], reported: Cause, summary: str) -> Explanation | None:
    """Explain that the expired token is a copy that the text shows to be made once, or return ``None``."""
    if (copied := _find_copied_token(case.failure.text)) is not None:
        return _explain_copied_token(case, reported, summary, *copied)
    if (variable := _find_variable(case.failure.text)) is not None:
        return _explain_variable(case, reported, summary, *variable)
    return None


def _explain_copied_token(
    case: Case[ExpiredCredentials], reported: Cause, summary: str, source: str, copy: str
) -> Explanation:
    """Explain that the expired token is that of a copy of the token file."""
    kept = f"The text copies {source} to {copy} once, and AWS_WEB_IDENTITY_TOKEN_FILE names the copy: Kubernetes renews only the original."
    return case.explain(
        f"{summary}: it is an old copy of the token, in {copy}, which nothing renews. No permission is missing.",
        common_causes.TOKEN_KEPT.cause("derived", text=kept),
        reported,
        remedies=your_remedy(
            "Let the SDK read the original token file instead of a copy",
            f"Remove what copies the file and sets AWS_WEB_IDENTITY_TOKEN_FILE to {copy}. In pods of a service account with a role, EKS sets the variable to the original file, which the SDK reads again for each call of STS.",
            "If the program's user may not read the original, set fsGroup in the securityContext of the pod.",
            "Restarting the pod helps only until the next copy expires.",
            url=pages.EKS_IRSA_SDK,
        ),
    )


def _find_copied_token(text: str) -> tuple[str, str] | None:
    """Return the token file and its copy, if a text shows that AWS_WEB_IDENTITY_TOKEN_FILE names a copy that is made once."""
    used = {each["file"] for each in _USED_FILE.finditer(text)}
    for found in _COPY.finditer(text) if used and not _REPEATS.search(text) else ():
        source, copy = found["source"], found["copy"]
        copy = f"{copy}token" if copy.endswith("/") else copy
        if copy in used and copy != source:
            return source if source.startswith("/") else "the token file", copy
    return None


def _explain_variable(
    case: Case[ExpiredCredentials], reported: Cause, summary: str, name: str, value: str | None
) -> Explanation:
    """Explain that a program reads the token file once, into a variable."""
    is_pod = (case.facts.service_account or case.facts.namespace) is not None
    is_kubernetes = is_pod or "/serviceaccount/" in case.failure.text
    issuer = "Kubernetes" if is_kubernetes else "What issues the token"
    kept = f"The code in the text reads the token file once, into the variable {name}, and sends it in each call. {issuer} replaces the content of the file before the token expires, and the code never reads it again."
    sets = " EKS sets both in pods of a service account with a role." if is_kubernetes else ""
    again = "To keep the call of STS, read the file right before it"
    return case.explain(
        f"{summary}: the program reads it only once, into the variable {name}. No permission is missing.",
        common_causes.TOKEN_KEPT.cause("derived", text=kept),
        reported,
        remedies=your_remedy(
            "Let the SDK read the token file, or read it before each call",
            f"Remove the variable {name} and the call of AssumeRoleWithWebIdentity, and set no keys: the SDK and the AWS CLI then assume the role in AWS_ROLE_ARN themselves, with the file in AWS_WEB_IDENTITY_TOKEN_FILE, and read it again each time.{sets}",
            f"{again}: replace {name} with {value}." if value else f"{again}, each time.",
            "A restart helps only until the next token expires.",
            commands=Labelled("With the new code, or until then:", commands.RESTART_PODS) if is_pod else None,
            url=pages.EKS_IRSA_SDK,
        ),
        notes="A change of the trust policy does not help.",
    )


def _find_variable(text: str) -> tuple[str, str | None] | None:
    """Return the variable that code reads the token file into once, and what reads it if that is short, for a token that is sent later."""
    if _TOKEN_FILE.search(text) is None:
        return None
    assigned = [*_ASSIGNED.finditer(text)]
    paths = {each["name"] for each in assigned if _TOKEN_FILE.search(each["value"])}
    opened = {
        each["name"]: each for each in _OPENED.finditer(text) if _find_path(each["value"], paths) is not None
    }
    paths |= opened.keys()
    times = Counter(each["name"] for each in assigned)
    read = [
        (each, source)
        for each in assigned
        if times[each["name"]] == 1
        and _READS.search(each["value"])
        and (source := _find_path(each["value"], paths)) is not None
    ]
    for each, source in read[:_MAX_VARIABLES]:
        name, value = each["name"], each["value"].rstrip("; ")
        start = opened.get(source, each)
        sends = re.compile(
            rf"(?mi)^(?P<indent>[ \t]*)[^\n]{{0,300}}?\bweb[_-]?identity[_-]?token\b[^\n]{{0,40}}?(?<![\w.]){re.escape(name)}\b(?![(.]\w)"
        )
        sent = sends.search(text, each.end())
        if sent is None:
            continue
        made_by = _FUNCTION.findall(text, 0, each.start())
        is_attribute = name.startswith(("self.", "this.", "@"))
        is_outside = is_attribute and (not made_by or made_by[-1] in _CONSTRUCTORS)
        # A function can be on one line with the call.
        is_inner = len(start["indent"]) < len(sent["indent"]) or _RUNS_AGAIN.search(sent[0]) is not None
        is_outside = is_outside or (not is_attribute and is_inner)
        if is_outside and _RUNS_AGAIN.search(text, each.end(), sent.end()):
            is_short = (
                source not in paths and len(value) <= _MAX_VALUE and value.count("(") == value.count(")")
            )
            return name, value if is_short and ":=" not in each[0] else None
    return None


def _find_path(value: str, paths: Collection[str]) -> str | None:
    """Return what an expression names the token file with: its variable, or one of the paths."""
    found = _TOKEN_FILE.search(value)
    if found is not None:
        return found[0]
    named = (name for each in _NAMED.findall(value) for name in (each, each.removeprefix("$")))
    return next((name for name in named if name in paths), None)
