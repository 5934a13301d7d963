"""Name the failures of other systems beside that of AWS, so that the reader knows whether they matter.

A scheduler without room, a full disk or a wrong password is no matter of permissions. Others follow from the
failure: Helm waits for pods that cannot start.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage._typing import NamedTuple
from iamtriage.failures._failures import Failure


class _Foreign(NamedTuple):
    """A failure of another system.

    Attributes:
        part: A part of the words that are recognized.
        pattern: The words. Its groups are values for the description.
        description: What it is, as a clause.
        services: The services whose failures can be its reason; ``None`` if it always follows from others.
        is_of_aws: Whether it is a matter of AWS access itself, which is named only if it follows.
    """

    part: str
    pattern: re.Pattern[str]
    description: str
    services: frozenset[str] | None = frozenset()
    is_of_aws: bool = False


_NODES = frozenset({"autoscaling", "ec2", "eks", "iam", "karpenter", "pricing", "ssm"})
_SECRETS = frozenset({"kms", "secretsmanager", "ssm", "sts"})
_VOLUMES = frozenset({"ec2", "elasticfilesystem", "fsx", "kms", "sts"})
_LOGINS = frozenset({"kms", "rds-db", "secretsmanager", "ssm"})
_IMAGES = frozenset({"ecr", "ecr-public", "sts"})
_NAME = r"[a-z0-9][a-z0-9.-]{0,252}"
_TABLE = (
    _Foreign(" Insufficient ", lazy_pattern(r"\b\d{1,4} Insufficient (?P<what>cpu|memory|pods|ephemeral-storage|[a-z0-9.-]{1,60}/[a-z0-9.-]{1,60})"), "no node has enough {what} for a pod (Insufficient {what})", _NODES),
    _Foreign("untolerated taint", lazy_pattern(r"\bhad untolerated taints?\b"), "the pod does not tolerate the taint of the nodes", _NODES),
    _Foreign("node affinity/selector", lazy_pattern(r"\bdidn't match Pod's node affinity/selector"), "no node has the labels that the pod selects", _NODES),
    # https://kubernetes.io/docs/concepts/security/pod-security-admission/ and https://kubernetes.io/docs/concepts/policy/resource-quotas/
    _Foreign("violates PodSecurity", lazy_pattern(r"\bforbidden: violates PodSecurity \\?\"(?P<what>[a-z]{4,20})\b"), "Pod Security admission, not RBAC, rejected the pod: its securityContext does not meet the level {what} of the namespace"),
    _Foreign("exceeded quota", lazy_pattern(rf"\bforbidden: exceeded quota: (?P<what>{_NAME}),"), "the ResourceQuota {what}, not RBAC, rejected the object"),
    _Foreign("unbound immediate Persist", lazy_pattern(r"\bunbound immediate PersistentVolumeClaims"), "the pod waits for its volume (unbound PersistentVolumeClaim)", _VOLUMES),
    _Foreign('secret "', lazy_pattern(rf"(?i:\bsecret) \"(?P<what>{_NAME})\" not found"), "the Secret {what} does not exist in the namespace of the pod", _SECRETS),
    _Foreign('secrets "', lazy_pattern(rf"\bsecrets \"(?P<what>{_NAME})\" not found"), "the Secret {what} does not exist in the namespace", _SECRETS),
    _Foreign('configmap "', lazy_pattern(rf"(?i:\bconfigmap) \"(?P<what>{_NAME})\" not found"), "the ConfigMap {what} does not exist in the namespace of the pod"),
    _Foreign("find key ", lazy_pattern(r"\bcouldn't find key (?P<key>[\w.-]{1,100}) in (?P<what>(?:Secret|ConfigMap) [\w./-]{1,200}\w)"), "the {what} has no key {key}", _SECRETS),
    _Foreign("is immutable", lazy_pattern(r"\b[Ii]mage tag '(?P<what>[\w.-]{1,128})' already exists in the '[\w./-]{1,256}' repository and cannot be overwritten because the repository is immutable"), "the ECR repository has immutable tags, and the tag {what} exists already: push another one"),
    _Foreign("manifest unknown", lazy_pattern(r"\bmanifest unknown\b"), "the registry has no image with that tag", _IMAGES),
    _Foreign('"AWS CodeArtifact"', lazy_pattern(r"\bneed: Bearer realm=\"AWS CodeArtifact\""), "npm has no token for CodeArtifact (E401)", frozenset({"codeartifact", "sts"}), is_of_aws=True),
    _Foreign("toomanyrequests", lazy_pattern(r"\btoomanyrequests: You have reached your (?:unauthenticated )?pull rate limit"), "Docker Hub limits the pulls (toomanyrequests)"),
    _Foreign("exec format error", lazy_pattern(r"\bexec format error\b"), "the image or program is for another CPU architecture (exec format error)"),
    _Foreign("OOMKilled", lazy_pattern(r"\bOOMKilled\b"), "a container used more memory than its limit (OOMKilled)"),
    _Foreign("o space left on device", lazy_pattern(r"(?i)\bno space left on device\b"), "a disk is full (no space left on device)"),
    _Foreign("JavaScript heap out of memory", lazy_pattern(r"\bJavaScript heap out of memory\b"), "Node.js has too little memory (heap out of memory)"),
    _Foreign("authentication failed for user", lazy_pattern(r"\bpassword authentication failed for user \"(?P<what>[\w.-]{1,63})\"(?!\s[^\n]{0,200}?DETAIL:\s{1,3}Role \")"), "the database rejects the password of {what}", _LOGINS),
    _Foreign('ole "', lazy_pattern(r"\b(?:FATAL|DETAIL|ERROR):\s{1,3}[Rr]ole \"(?P<what>[\w.-]{1,63})\" does not exist"), "the database has no role {what}", _LOGINS),
    _Foreign("(using password: YES", lazy_pattern(r"\bAccess denied for user '(?P<what>[\w.-]{1,80})'@'[^'\n]{1,255}' \(using password: YES"), "the database rejects the password of {what}", _LOGINS),
    _Foreign("(using password: NO", lazy_pattern(r"\bAccess denied for user '(?P<what>[\w.-]{1,80})'@'[^'\n]{1,255}' \(using password: NO"), "the login of {what} at the database has no password", _LOGINS),
    _Foreign("another operation (", lazy_pattern(r"\banother operation \(install/upgrade/rollback\) is in progress"), "a run of Helm that did not finish still locks the release"),
    _Foreign("timed out waiting for the condition", lazy_pattern(r"\b(?:UPGRADE|INSTALLATION) FAILED: (?:[^\n]{0,200}: )?timed out waiting for the condition"), "Helm waited for the pods until its timeout", None),
    _Foreign("context deadline exceeded", lazy_pattern(r"\b(?:UPGRADE|INSTALLATION) FAILED: (?:[^\n]{0,200}: )?context deadline exceeded"), "Helm waited for the pods until its timeout", None),
    _Foreign("exceeded its progress deadline", lazy_pattern(r"\bexceeded its progress deadline"), "the rollout waited for new pods until its deadline", None),
)  # fmt: skip
_MAX_CHARS, _MAX_FOREIGN = 200_000, 4
# "We have no OOMKilled pods", "it is not an exec format error", and comments.
_ABSENT = lazy_pattern(
    r"(?i:\b(?:no|not|never|without|instead of|fixed|solved|resolved|if|whether|because of|e\.g\.|such as|like)\b|n't\b)[^\w\n]{1,3}(?:(?:an?|the|any|more|by|of|error) )?[^\w\n]{0,3}(?:\d{1,4} )?\Z"
    r"|^\s{0,20}(?:#|//) "
)
_CHARS_BEFORE = 60
# The line of a shell before the failure.
_HIDES = lazy_pattern(r"\|\| {0,3}(?:true|:)[ \t]{0,8}\n[^\n]{0,200}\Z")
_CHARS_OF_COMMAND = 1_000


def describe_foreign(failure: Failure, text: str, known: str) -> Iterator[tuple[str, str]]:
    """Yield rows about the failures of other systems in a text.

    Args:
        failure: The explained failure.
        text: The text that it was found in.
        known: The words of the explanation, which can be about one of them.
    """
    found = {
        row.description.format(**each.groupdict()): row
        for row in _TABLE
        if row.part in text and (each := _find_beside(row.pattern, failure, text, known)) is not None
    }
    service = _service_of(failure)
    follows = [each for each, row in found.items() if row.services is None or service in row.services]
    others = [each for each, row in found.items() if not (each in follows or row.is_of_aws)][:_MAX_FOREIGN]
    if others:
        yield (
            "Also",
            f"Not a matter of AWS access, so this fix does not change it: {join_words(others, 'and')}.",
        )
    if follows:
        start = failure.span[0]
        hides = _HIDES.search(failure.text, max(start - _CHARS_OF_COMMAND, 0), start)
        goes_on = " The run went on until then because of || true after the failed command." if hides else ""
        yield "Also", f"Most likely a consequence: {join_words(follows[:_MAX_FOREIGN], 'and')}.{goes_on}"


def name_foreign(text: str) -> str | None:
    """Return what failed in a text without a failure of AWS or Kubernetes, as a clause, or ``None`` if that is not known.

    >>> name_foreign("FATAL: no space left on device")
    'a disk is full (no space left on device)'
    """
    found = [
        row.description.format(**each.groupdict())
        for row in _TABLE
        if row.part in text and (each := next(_find_stated(row.pattern, text), None)) is not None
    ]
    return join_words([*dict.fromkeys(found)][:_MAX_FOREIGN], "and") if found else None


def _find_beside(pattern: re.Pattern[str], failure: Failure, text: str, known: str) -> re.Match[str] | None:
    """Return the first words outside of a failure that its explanation does not quote."""
    own = failure.text[slice(*failure.span)]
    return next(
        (each for each in _find_stated(pattern, text) if each[0] not in own and each[0] not in known), None
    )


def _find_stated(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Yield what a pattern matches, but nothing that the words before it deny, and no comments."""
    for found in pattern.finditer(text[:_MAX_CHARS]):
        before = text[max(found.start() - _CHARS_BEFORE, 0) : found.start()].rpartition("\n")[2]
        if _ABSENT.search(before) is None:
            yield found


def _service_of(failure: Failure) -> str:
    action = getattr(failure, "action", None) or ""
    return action.partition(":")[0] or failure.envelope.service or ""
