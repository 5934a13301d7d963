"""Say which placeholders of a remedy to replace, and which command prints a frequent value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.placeholders import find_placeholders

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

__all__ = ("replace_note",)

# A placeholder in a step that is part of an ARN, a document or a command. Prose only mentions placeholders.
_IN_STEP = lazy_pattern(
    # In a URL of S3, the word speaks for itself.
    r"(?:[:\"'+=]|(?<!s3:/)/|--[a-z-]+ )"
    r"([A-Z]+_[A-Z0-9_]+|BUCKET|CLUSTER|NAMESPACE|PROFILE|REGION)(?![A-Za-z0-9_])"
)
# A placeholder, where its value is that of a command, and the command or the place in the text.
_SOURCES = (
    ("PROFILE", lazy_pattern(r"(?s)\A(?!.*\.aws/config).*PROFILE"), "aws configure list-profiles"),
    ("CLUSTER", lazy_pattern("aws eks |eksctl "), "aws eks list-clusters"),
    (
        "ROLE_NAME",
        # Otherwise, another command prints it, or nobody can call with it.
        lazy_pattern(
            r"(?s)\A(?!.* (?:(?:batch-get|describe|get|list)-|(?:service|execution) role"
            r"|aws login\n|policy to the role (?:(?:of|for) the |that [a-z.-]+\.amazonaws\.com )))"
            r".*(?:attach|put)-role-policy --role-name ROLE_NAME"
        ),
        "aws sts get-caller-identity, as the failing caller",
    ),
    ("NAME", lazy_pattern("kubectl patch role NAME "), "kubectl get rolebindings -A -o wide"),
    ("NAME", lazy_pattern("kubectl patch clusterrole NAME "), "kubectl get clusterrolebindings -o wide"),
    *(
        (word, lazy_pattern("open-id-connect-provider-arn \\S"), "aws iam list-open-id-connect-providers")
        for word in ("PROVIDER_ARN", "ACCOUNT_ID")
    ),
    # An explanation does not show the message.
    (
        "ENCODED_MESSAGE",
        lazy_pattern("ENCODED_MESSAGE"),
        'what follows "Encoded authorization failure message:" in the text',
    ),
    *(
        (word, lazy_pattern(sign), command)
        for word, sign, command in (
            ("INSTANCE_ID", "INSTANCE_ID", "aws ec2 describe-instances"),
            ("SERIAL_NUMBER", "SERIAL_NUMBER", "aws iam list-mfa-devices"),
            ("MFA_DEVICE_ARN", "MFA_DEVICE_ARN", "aws iam list-mfa-devices"),
            ("API_ID", r"\brest-?api", "aws apigateway get-rest-apis"),
            (
                "IDENTITY_POOL_ID",
                "IDENTITY_POOL_ID",
                "aws cognito-identity list-identity-pools --max-results 60",
            ),
            ("USER_POOL_ID", "USER_POOL_ID", "aws cognito-idp list-user-pools --max-results 60"),
            ("CLUSTER_UUID", ":kafka:", "aws kafka list-clusters-v2"),
        )
    ),
)
# In columns.
_MAX_LENGTH = 96


def replace_note(
    code: str, steps: Iterable[str] = (), names: AbstractSet[str] = frozenset(), said: str = ""
) -> str | None:
    """Return the sentence about the placeholders to replace, or ``None`` if there are none.

    Args:
        code: The commands, documents and manifest that are shown.
        steps: The title, and the steps that are shown.
        names: Names in them that look like placeholders.
        said: What is said between the commands. The sentence omits placeholders that this names.

    >>> replace_note("aws eks list-nodegroups --cluster-name CLUSTER --region REGION")
    'Replace CLUSTER (aws eks list-clusters) and REGION.'
    >>> replace_note("aws iam get-role --role-name ROLE_NAME", ["Add arn:aws:s3:::BUCKET."])
    'Replace ROLE_NAME and BUCKET.'
    """
    text = "\n".join(steps)
    in_steps = set(_IN_STEP.findall(text))
    words = (
        *find_placeholders(code, names),
        *(word for word in find_placeholders(text, names) if word in in_steps),
    )
    named = set(said.replace(":", " ").split())
    words = tuple(dict.fromkeys(word for word in words if word not in named))
    if not words:
        return None
    known = f"{text}\n{code}"
    sources = {
        word: command
        for word, pattern, command in _SOURCES
        if word in words and pattern.search(known) and command.split()[2].rstrip(",") not in known
    }
    sentence = _format(f"{word} ({sources[word]})" if word in sources else word for word in words)
    return sentence if len(sentence) <= _MAX_LENGTH else _format(words)


def _format(words: Iterable[str]) -> str:
    *most, last = words
    return f"Replace {', '.join(most)} and {last}." if most else f"Replace {last}."
