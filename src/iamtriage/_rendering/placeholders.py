"""Recognize and fill placeholders: words in capitals that replace unknown values in commands and documents.

A placeholder is one plain word, such as ``ACCOUNT_ID``, because shells interpret ``<…>``, ``{…}`` and ``$…``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

__all__ = (
    "fill_placeholders",
    "fill_step",
    "find_placeholders",
    "is_placeholder_in_prose",
    "placeholder_word",
    "stated_names",
)

# Options that end with -type take constants, such as --principal-type GROUP, and --query takes fields.
# The name of a setting follows [{Name=.
_WORD = lazy_pattern(
    # Code that reads a variable names it.
    r"(?=[A-Z])(?<![A-Za-z0-9_.$-])(?<!-type )(?<!--query )(?<!\[\{Name=)(?<!ALTER )(?<!CREATE )"
    r"(?<!EXECUTE ON )(?<!EncryptionContext:)"
    r"(?<!env\([\"'])(?<!Env\([\"'])(?<!environ\[[\"'])(?<!environ\.get\([\"'])(?<!Variable\([\"'])(?<!ENV\[[\"'])"
    r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*(?![A-Za-z0-9_])"
)
# The name of a resource: the last section of an ARN, or the whole value if it is not an ARN. In the sections
# of the region and account, a word in capitals is a placeholder.
_RESOURCE = lazy_pattern(r"(?:arn:[^:\s]*:[^:\s]*:[^:\s]*:[^:\s]*:)?([^\s\"'`<>()]*)")
_TYPE = lazy_pattern(r"([A-Za-z-]{1,40})[:/]\Z")
# What is before a placeholder, and the placeholder.
_ANYWHERE = lazy_pattern(r"(?a)()(?<![\w-])<?([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)>?(?![\w-])")
_BEFORE_RANDOM_END = ":secret:"
# In a step, a word that is no part of an ARN, a document or a command is about the placeholder. Metrics have
# namespaces, too.
_IN_STEP = lazy_pattern(r"([:\"'+=/]|--[a-z-]+ )(?<!:namespace\": \")([A-Z]+(?:_[A-Z]+)*)(?![A-Za-z0-9_])")
_START_OF_ARN, _CHARS_OF_ARN = lazy_pattern(r"arn:[^\s\"']{0,600}\Z"), 604
# A word with such an ending is a placeholder, unless it starts with AWS_ or TFC_, like the environment
# variables of AWS and HCP Terraform.
_ENDINGS = (
    *("_NAME", "_ID", "_ARN", "_PATH", "_URL", "_URI", "_KEY", "_CODE", "_VALUE", "_ADDRESS", "_IP"),
    *("_NUMBER", "_PROFILE", "_VERSION", "_CIDR", "_UUID"),
)
# Commands use the second name for these values.
_SHORTER = {
    "BUCKET_NAME": "BUCKET",
    "CLUSTER_NAME": "CLUSTER",
    "DOMAIN_NAME": "DOMAIN",
    "OBJECT_NAME": "OBJECT_KEY",
}
_WORDS = frozenset(
    {
        "ACCESS_SCOPE", "ACTION", "ADDRESS_OR_DOMAIN", "ARN", "AUDIENCE", "BUCKET", "CERTIFICATE_FILE",
        "CLUSTER", "CODE", "DENIAL_REGION", "DESTINATION_BUCKET", "DOMAIN", "ECS_CLUSTER", "ENCODED_MESSAGE",
        "END_DATE", "FILE", "FUNCTION", "GROUP", "HOST", "IMAGE", "INDEX_PATTERN", "INSTANCE_PROFILE",
        "ISSUER", "KEY", "MOUNT_POINT", "NAME", "NAMESPACE", "NODEGROUP", "OPERATION",
        "PARAMETER_NAME_WITHOUT_LEADING_SLASH", "PARTITION", "PATH", "POD", "PROFILE", "PROVIDER", "REGION",
        "REPOSITORY", "RESOURCE", "ROLE_NAME_WITH_PATH", "SERVICE", "SERVICE_ACCOUNT",
        "SERVICE_ACCOUNT_NAMESPACE", "SOURCE_PROFILE", "STAGE", "SUBJECT", "TASK", "TASK_DEFINITION",
        "THUMBPRINT", "TOKEN", "USER", "UUID", "VERSION", "VALUE", "VERB", "WORKGROUP",
    }
)  # fmt: skip


def find_placeholders(text: str, names: AbstractSet[str] = frozenset()) -> tuple[str, ...]:
    """Return the placeholders in a command or document, in order and without duplicates.

    Args:
        text: The command or document.
        names: Names that look like placeholders but are not (:func:`stated_names`).

    >>> find_placeholders("aws eks describe-cluster --name CLUSTER --region REGION")
    ('CLUSTER', 'REGION')
    >>> find_placeholders("arn:aws:iam::ACCOUNT_ID:role/app"), find_placeholders("unset AWS_ACCESS_KEY_ID")
    (('ACCOUNT_ID',), ())
    >>> find_placeholders("--principal-type GROUP --principal-id GROUP_ID")
    ('GROUP_ID',)
    >>> find_placeholders('ExternalId=os.getenv("PARTNER_EXTERNAL_ID")')
    ()
    """
    words = [word for word in _WORD.findall(text) if _is_placeholder(word) and word not in names]
    if ".REGION." in text:  # a host
        words.append("REGION")
    return tuple(dict.fromkeys(words))


def stated_names(values: Iterable[str | None]) -> frozenset[str]:
    """Return the names of resources that look like placeholders.

    A name that repeats its type, such as ``table/TABLE_NAME``, is a placeholder.

    Args:
        values: ARNs and names from AWS or the user.

    >>> sorted(stated_names(["arn:aws:ssm:eu-west-1:ACCOUNT_ID:parameter/APP_CLIENT_ID", "USER_POOL_NAME"]))
    ['APP_CLIENT_ID', 'USER_POOL_NAME']
    >>> stated_names(["arn:aws:dynamodb:eu-west-1:111122223333:table/TABLE_NAME"])
    frozenset()
    """
    names: set[str] = set()
    for value in values:
        found = value and _RESOURCE.match(value)
        if not found:
            continue
        for word in _WORD.finditer(resource := found[1]):
            of_type = _TYPE.search(resource, 0, word.start())
            repeats_type = of_type is not None and of_type[1].upper().replace("-", "_").endswith(
                word[0].rpartition("_")[0] or word[0]
            )
            if _is_placeholder(word[0]) and not repeats_type:
                names.add(word[0])
    return frozenset(names)


def placeholder_word(name: str) -> str:
    """Return the placeholder for a value.

    Args:
        name: The name of the value in lower case.

    >>> placeholder_word("cluster_name"), placeholder_word("fleet")
    ('CLUSTER', 'FLEET_NAME')
    """
    word = name.upper()
    word = _SHORTER.get(word, word)
    return word if _is_placeholder(word) else f"{word}_NAME"


def is_placeholder_in_prose(word: str) -> bool:
    """Return whether a word in a sentence is a placeholder: "Replace CLUSTER", but not "the ARN"."""
    return word != "ARN" and _is_placeholder(word)


def _is_placeholder(word: str) -> bool:
    return word in _WORDS or (word.endswith(_ENDINGS) and not word.startswith(("AWS_", "TFC_")))


def fill_placeholders(text: str, values: Mapping[str, str]) -> str:
    """Replace the placeholders in a command or document whose values are known.

    >>> fill_placeholders("--secret-id SECRET_ID arn:aws:s3:::BUCKET", {"SECRET_ID": "db"})
    '--secret-id db arn:aws:s3:::BUCKET'
    >>> fill_placeholders("arn:aws:secretsmanager:REGION:ACCOUNT_ID:secret:SECRET_ID", {"SECRET_ID": "db"})
    'arn:aws:secretsmanager:REGION:ACCOUNT_ID:secret:db-??????'
    """
    return _fill(_ANYWHERE, text, values)


def fill_step(step: str, values: Mapping[str, str]) -> str:
    """Replace the placeholders in the ARNs, documents and commands of a step whose values are known.

    >>> fill_step("PROFILE can be another one: aws sso login --profile PROFILE", {"PROFILE": "dev"})
    'PROFILE can be another one: aws sso login --profile dev'
    """
    return _fill(_IN_STEP, step, values)


def _fill(pattern: re.Pattern[str], text: str, values: Mapping[str, str]) -> str:
    def find_value(found: re.Match[str]) -> str:
        before, word = found.groups()
        value = values.get(word)
        if value is None:
            return found[0]
        arn = _START_OF_ARN.search(text, max(found.start(2) - _CHARS_OF_ARN, 0), found.start(2))
        is_arn = value.startswith("arn:")
        if arn is not None and arn[0].endswith(_BEFORE_RANDOM_END):
            value = value.rpartition(_BEFORE_RANDOM_END)[2] if is_arn else f"{value}-??????"
        elif arn is not None and is_arn:
            return found[0]
        return f"{before}{value}"

    return pattern.sub(find_value, text)
