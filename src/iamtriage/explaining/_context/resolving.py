"""Combine the supplied facts with the context that the text around a failure states.

Only this module decides between them. A supplied fact takes precedence, because the user states it about this
failure, while the context is read from the surrounding text.

A log entry, or a command with its output, is about one failure. Elsewhere in a text, only settings, such as the
region, and complete documents are used. Every search is bounded.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.model import EC2_CODES, NOTHING, Context
from iamtriage.explaining._facts import NO_FACTS, Facts
from iamtriage.failures._failures import Failure

# The number of characters on each side of the failure to search for settings and documents.
_CHARS_OF_DOCUMENTS = 32_000
# The kinds of failures for which the caller can be described in words.
_KINDS_WITH_CALLER = frozenset(
    {"access_denied", "console_kubernetes_access", "kubernetes_forbidden", "kubernetes_unauthorized"}
)


def context_of(facts: Facts) -> Context:
    """Return the context with which facts were completed."""
    context: Context = getattr(facts, "context", NOTHING)
    return context


def is_derived(facts: Facts, name: str) -> bool:
    """Return whether a fact comes from the text instead of the caller of ``explain()``."""
    return name in facts.derived


def resolve_facts(failure: Failure, facts: Facts) -> Facts:
    r"""Return the facts about a failure, completed with the context.

    >>> from iamtriage import Facts, parse
    >>> failure = parse("$ aws eks list-clusters --region eu-west-1\n\nUnable to locate credentials")
    >>> facts = resolve_facts(failure, Facts())
    >>> facts.region, sorted(facts.derived)
    ('eu-west-1', ['region', 'service'])
    """
    context = read_context(failure)
    if context is NOTHING and facts is NO_FACTS:
        # Most failures are on a separate line.
        return NO_FACTS
    from iamtriage.explaining._context.derived_facts import complete_facts

    return complete_facts(failure, facts, context)


def read_context(failure: Failure) -> Context:
    """Return the context of a failure.

    >>> from iamtriage import parse
    >>> failure = parse(
    ...     "upload failed: ./r.csv to s3://orders/2026/r.csv An error occurred (AccessDenied) when calling "
    ...     "the PutObject operation: Access Denied"
    ... )
    >>> context = read_context(failure)
    >>> context.bucket.value, context.key.value
    ('orders', '2026/r.csv')
    """
    text, (start, end) = failure.text, failure.span
    if _is_complete(failure):
        return NOTHING
    low, high = max(start - _CHARS_OF_DOCUMENTS, 0), end + _CHARS_OF_DOCUMENTS
    whole = text[low:high]
    # Most failures are on a separate line, and there are many readers.
    from iamtriage.explaining._context import needs

    found = needs.INDEX.find(whole)
    is_possible = needs.ANYTHING.is_in(whole, found) or (
        failure.kind in _KINDS_WITH_CALLER and needs.CALLERS.is_in(whole, found)
    )
    # Words of any kind can describe the call of a denial that names neither an action nor an operation.
    lacks_call = failure.kind == "access_denied" and failure.action is None is failure.envelope.operation
    if not (is_possible or lacks_call):
        return NOTHING
    from iamtriage.explaining._context.searching import search_context

    context = search_context(failure, whole, found)
    # For a denial, rules look for names in texts with a sign in other ways, too.
    return NOTHING if context == NOTHING and failure.kind != "access_denied" else context


# The frames of a stack trace name code, so they add nothing to a complete denial. Without possessive quantifiers,
# spaces at the ends of their lines would take exponential time.
_FRAMES = lazy_pattern(r"(?:[^\S\n]*+(?:\n[^\S\n]*+)++(?:at |\.\.\. \d{1,9} more)[^\n]*+)*+\s*+")


# What AWS says of these names nothing but the call, which botocore and the AWS CLI put before it. So does what
# Amazon EC2 says of a denial, unless it has the standard message.
_OWN_WORDS = frozenset(
    {
        "credential_scope", "expired_credentials", "invalid_credentials", "malformed_policy",
        "missing_credentials", "region_disabled", "signature_mismatch",
    }
)  # fmt: skip


# What the AWS CLI adds when it has no credentials.
_HINT = lazy_pattern(r"\.? You can configure credentials by running \"aws (?:configure|login)\"\.?\s*")
_NO_CREDENTIALS = "Unable to locate credentials"
# What AWS adds to some messages, and botocore's message of a response without a body.
_ADVICE = lazy_pattern(
    r"\.?(?: Check your (?:key|AWS Secret Access Key) and signing method\.(?: Consult the service documentation for details\.)?"
    r"| Your account administrator can activate STS in this region using the IAM Console\.|(?<=: )Forbidden)?\s*"
)


def says_nothing_else(failure: Failure) -> bool:
    """Return whether the text is one line of the AWS CLI or botocore that says the same to every caller."""
    text, (start, end) = failure.text, failure.span
    if text[:start].strip() or "\n" in text[start:end]:
        return False
    if failure.kind == "missing_credentials":
        return _HINT.fullmatch(text, end) is not None or text.strip(" .\n") == _NO_CREDENTIALS
    # Other SDKs print hosts, too.
    is_plain = failure.envelope.source in {"aws-cli", "botocore"}
    return is_plain and _ADVICE.fullmatch(text, end) is not None


_WORDS_BEFORE_MESSAGE = 8
# What S3, EC2, AWS Organizations and STS say, and botocore of a response without a body.
STANDARD_MESSAGES = frozenset(
    {
        "Access Denied",
        "Access denied",
        "Forbidden",
        "Not authorized to perform sts:AssumeRoleWithWebIdentity",
        "You are not authorized to perform this operation.",
        "You don't have permissions to access this resource.",
    }
)


def says_only_denied(failure: Failure) -> bool:
    """Return whether a whole error of an SDK has a message that only says that access is denied."""
    before, _, message = failure.text.rpartition(" operation: ")
    # An error occurred (CODE) when calling the OPERATION
    if not before.startswith("An error occurred (") or len(before.split()) != _WORDS_BEFORE_MESSAGE:
        return False
    return message.partition(" Encoded authorization failure message: ")[0] in STANDARD_MESSAGES


def _is_complete(failure: Failure) -> bool:
    """Return whether the text is one line and the record states all of it, as for most denials in logs."""
    is_of_ec2 = failure.envelope.code in EC2_CODES and failure.envelope.operation is not None
    # What follows an encoded message, which is one word, can be a policy.
    encoded = failure.text.partition(" Encoded authorization failure message: ")[2]
    is_plain = failure.kind == "access_denied" and failure.principal is None and len(encoded.split()) <= 1
    if is_plain and says_only_denied(failure):
        return True
    if failure.kind == "access_denied" and not (is_of_ec2 and failure.action is None):
        is_whole = (
            failure.principal is not None and failure.action is not None and failure.resource is not None
        )
    elif failure.kind in _OWN_WORDS or is_of_ec2:
        return says_nothing_else(failure)
    else:
        is_whole = failure.kind == "kubernetes_forbidden" and failure.user is not None
    if not is_whole:
        return False
    text, (start, end) = failure.text, failure.span
    if failure.envelope.source == "cloudtrail":
        return "\n" not in text.strip()
    if "\n" in text[start:end] or text[:start].strip():
        return False
    # For iam:PassRole, they name the service that gets the role.
    return text[end:].strip() in {"", "."} or (
        failure.action != "iam:PassRole" and _FRAMES.fullmatch(text, end) is not None
    )
