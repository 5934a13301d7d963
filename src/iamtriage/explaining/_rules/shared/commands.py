"""Shell commands for remedies; not for running them.

A value from outside gets into a command only where it has the form that such a value has; else a word in
capitals stands in its place. So no command can do anything that its first words do not say.
"""

from __future__ import annotations

import functools
import re
import shlex
from typing import TYPE_CHECKING

from iamtriage.arns._arns import parse_arn
from iamtriage.arns._names import ACCOUNT
from iamtriage.exceptions import InvalidArnError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = (
    "access_key",
    "account",
    "arn",
    "bucket",
    "cluster",
    "command",
    "issuer",
    "kubernetes_name",
    "namespace",
    "profile",
    "region",
    "restart_command",
    "role_name",
    "service_account",
    "trust_policy_commands",
    "user_name",
)

_CLUSTER = re.compile(r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}", re.ASCII)
_REGION = re.compile(r"[a-z]{2,5}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2}", re.ASCII)
_IAM_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
# https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_KUBERNETES = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?", re.ASCII)
_PROFILE = re.compile(r"[\w.@:+/-]{1,64}", re.ASCII)
_ACCESS_KEY = re.compile(r"A[KS]IA[A-Z0-9]{16}", re.ASCII)
_ISSUER = re.compile(r"https://[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?(?:/[\w.~/-]{0,300})?", re.ASCII)
# Printable, and nothing that the AWS CLI, a shell or a terminal may take for something else.
_ARN = re.compile(r"[\x21-\x7e]+", re.ASCII)
_MAX_ARN_LENGTH = 2048
# A star alone at the end is AWS's own: instance/*.
_MASKS = re.compile(r"(?<![/:])\*|\*(?!\Z)|[<>\[\]{}$#…]|\.\.\.|xxx|XXX")


# The same calls are denied again and again; each word is of bounded length.
@functools.lru_cache(maxsize=512)
def command(*words: str) -> str:
    r"""Give a command, each word quoted for a POSIX shell where it has to be.

    >>> command("aws", "eks", "describe-cluster", "--name", "it's")
    'aws eks describe-cluster --name \'it\'"\'"\'s\''
    """
    return " ".join(map(shlex.quote, words))


def trust_policy_commands(role: str | None) -> tuple[str, str]:
    r"""Give the commands that show a role's trust policy and that replace it by trust.json.

    >>> print(*trust_policy_commands("app"), sep="\n")
    aws iam get-role --role-name app --query Role.AssumeRolePolicyDocument
    aws iam update-assume-role-policy --role-name app --policy-document file://trust.json
    """
    name = ("--role-name", role_name(role))
    return (
        command("aws", "iam", "get-role", *name, "--query", "Role.AssumeRolePolicyDocument"),
        command("aws", "iam", "update-assume-role-policy", *name, "--policy-document", "file://trust.json"),
    )


def _argument(pattern: re.Pattern[str], placeholder: str) -> Callable[[str | None], str]:
    def check(value: str | None) -> str:
        # A first dash would be taken for an option.
        if value is not None and pattern.fullmatch(value) and not value.startswith("-"):
            return value
        return placeholder

    return check


cluster = _argument(_CLUSTER, "CLUSTER")
region = _argument(_REGION, "REGION")
account = _argument(ACCOUNT, "ACCOUNT_ID")
role_name = _argument(_IAM_NAME, "ROLE_NAME")
user_name = _argument(_IAM_NAME, "USER_NAME")
profile = _argument(_PROFILE, "PROFILE")
access_key = _argument(_ACCESS_KEY, "ACCESS_KEY_ID")
issuer = _argument(_ISSUER, "ISSUER_URL")
bucket = _argument(_BUCKET, "BUCKET")
namespace = _argument(_LABEL, "NAMESPACE")
kubernetes_name = _argument(_KUBERNETES, "NAME")


def service_account(name: str | None) -> str:
    """Return the name of a service account for a command."""
    return "SERVICE_ACCOUNT" if name is None else kubernetes_name(name)


def restart_command(of_namespace: str | None) -> str:
    """Return the command that restarts the pods of a deployment."""
    return command("kubectl", "rollout", "restart", "deployment/NAME", "--namespace", namespace(of_namespace))


def arn(value: str | None, placeholder: str = "ARN") -> str:
    """Give an ARN for a command, or a placeholder for one that is masked, cut or none.

    >>> arn("arn:aws:iam::111122223333:role/app"), arn("arn:aws:iam::****:role/app", "ROLE_ARN")
    ('arn:aws:iam::111122223333:role/app', 'ROLE_ARN')
    """
    return value if value is not None and len(value) <= _MAX_ARN_LENGTH and _is_whole(value) else placeholder


@functools.lru_cache(maxsize=512)
def _is_whole(value: str) -> bool:
    if not _ARN.fullmatch(value) or _MASKS.search(value):
        return False
    try:
        parse_arn(value)
    except InvalidArnError:
        return False
    return True
