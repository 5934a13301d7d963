"""What AWS says of policy documents that it refuses, and what to do: a row for each; not for choosing the row.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_policies.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage.explaining._rules.shared.clues import contains_phrase, quote_phrases

__all__ = ("Fault", "fault_of")


_FIELD = re.compile(r"(?:Has prohibited|Missing required|Unknown) field:? (\w{1,30})")


_PHRASES = (
    "contains invalid Json",
    "contains invalid JSON",
    "Syntax errors in policy",
    "policy failed legacy parsing",
    "invalid policy syntax",
    "MALFORMED_POLICY_DOCUMENT",
)


@attrs.frozen
class Fault:
    """What AWS says of a document, and what to do.

    Attributes:
        code: the cause's code.
        sentence: what AWS says, by which it is found; empty where it is found otherwise.
        text: it in a sentence.
        steps: what to do.
    """

    code: str
    sentence: str
    text: str
    steps: tuple[str, ...]


# In the order in which they are looked for; those that say most stand first.
_FAULTS = (
    Fault(
        "federated-principal",
        "Federated principals must be valid domain names or SAML metadata ARNs",
        "A Federated principal is neither an OIDC provider's ARN, nor a SAML provider's, nor one of the built-in hosts.",
        (
            "Write the provider's ARN: arn:aws:iam::ACCOUNT_ID:oidc-provider/HOST/PATH, without https://.",
            "Look whether a variable of a template is empty or holds the URL in place of the ARN.",
            "The built-in ones are accounts.google.com, graph.facebook.com, www.amazon.com and cognito-identity.amazonaws.com.",
        ),
    ),
    Fault(
        "no-principals",
        "has a statement with no principals",
        "A statement has no Principal.",
        (
            "Give each statement Principal. Look whether a list or variable in a template is empty.",
            "Trust policies and policies of resources say who is meant.",
        ),
    ),
    Fault(
        "principal-in-identity-policy",
        "policy document should not specify a principal",
        "The policy goes to a user, group or role, and names a principal.",
        (
            "Take Principal out: the principal is the one to whom the policy is attached.",
            "What names a principal is a trust policy or the policy of a resource.",
        ),
    ),
    Fault(
        "only-assume-actions",
        "AssumeRole policy may only specify STS AssumeRole actions",
        "The trust policy has an action that does not belong there.",
        (
            "Leave sts:AssumeRole and its kin, sts:TagSession and sts:SetSourceIdentity. Permissions go into a policy of their own.",
        ),
    ),
    Fault(
        "unknown-vendor",
        "must be prefaced by a vendor",
        "An action or condition key has no prefix of a service.",
        (
            "Write actions as SERVICE:Action, such as eks:DescribeCluster, and keys as PREFIX:key, such as aws:SourceArn.",
        ),
    ),
    Fault(
        "resource-vendor",
        "Resource vendor must be fully qualified",
        "A resource's ARN has no whole service name.",
        ("Write the service in the ARN's third part as it is, without wildcards.",),
    ),
    Fault(
        "resource-format",
        "must be in ARN format or",
        "A Resource is neither an ARN nor *.",
        (
            "Write whole ARNs, with all six parts, or * alone. Look whether a variable of a template is empty.",
        ),
    ),
    Fault(
        "resource-without-action",
        "Action does not apply to any resource",
        "An action and a resource of one statement do not go together.",
        (
            "Actions on objects take the ARN with /*, actions on the bucket the ARN without. Write a statement for each.",
        ),
    ),
    Fault(
        "invalid-resource",
        "policy has invalid resource",
        "A Resource is not the one to which the policy is attached.",
        ("Name the resource to which the policy belongs, in its own partition and account.",),
    ),
    Fault(
        "invalid-action",
        "policy has invalid action",
        "An action is none of the service's.",
        ("Look the action up in the Service Authorization Reference, and mind its spelling.",),
    ),
    Fault(
        "invalid-condition",
        "policy has invalid condition",
        "A condition key or operator is not one that the action takes.",
        ("Look up which condition keys the action has.",),
    ),
    Fault(
        "duplicate-sid",
        "must be unique",
        "Two statements have the same Sid.",
        ("Give each statement a Sid of its own, or none.",),
    ),
    Fault(
        "invalid-sid",
        "must be alpha-numeric",
        "A Sid holds something else than letters and digits.",
        ("Write Sids with A-Z, a-z and 0-9 alone.",),
    ),
    Fault(
        "lockout",
        "will not allow you to update the key policy in the future",
        "The key policy would leave nobody who can change it.",
        (
            "Let a principal that you can use have kms:PutKeyPolicy: mostly the account's root, arn:aws:iam::ACCOUNT_ID:root.",
        ),
    ),
    Fault(
        "policy-version",
        "policy document must be version",
        "The policy's Version is not one that AWS takes.",
        ('Write "Version": "2012-10-17". It is a fixed word, not the day of a change.',),
    ),
    Fault(
        "no-actions",
        "policy statement must contain actions",
        "A statement has no Action.",
        ("Give each statement Action or NotAction. Look whether a list in a template is empty.",),
    ),
    Fault(
        "no-resources",
        "policy statement must contain resources",
        "A statement has no Resource.",
        ("Give each statement Resource or NotResource. Look whether a list in a template is empty.",),
    ),
)


_BROKEN = Fault(
    "invalid-json",
    "",
    "The document is not JSON that AWS can read.",
    (
        "See that the file is there, that the command names it with file://, and that no shell changed its quotes.",
        "Look for commas and quotes too many or too few, comments, curly quotes and a byte order mark at the beginning.",
        "It has to be one object, with Version and Statement, not a text that holds JSON.",
    ),
)


_UNSAID = Fault(
    "malformed-policy",
    "",
    "AWS refuses the policy document.",
    ("Let IAM Access Analyzer tell what is wrong, and where.",),
)


_FIELDS = {
    "Has prohibited": (
        "prohibited-field",
        "The statement has {0}, which a policy of this type does not take.",
        "Take {0} out of the statement.",
    ),
    "Missing required": ("missing-field", "A statement lacks {0}.", "Add {0} to each statement."),
    "Unknown": (
        "unknown-field",
        "The document has {0}, which no policy has.",
        "Correct the spelling of {0}, upper and lower case included, or its place.",
    ),
}


def fault_of(message: str) -> tuple[Fault, tuple[str, ...]]:
    """Give what is wrong, and what of the text speaks for it.

    >>> fault, because = fault_of("MalformedPolicyDocument: Has prohibited field Resource")
    >>> fault.code, because
    ('prohibited-field', ('AWS says: Has prohibited field Resource.',))
    """
    field = _FIELD.search(message)
    if field is not None:
        return _of_field(field), (f"AWS says: {field[0]}.",)
    found = next(
        (fault for fault in _FAULTS if fault.sentence and contains_phrase(message, fault.sentence)), None
    )
    if found is not None:
        return found, quote_phrases(message, found.sentence)
    because = quote_phrases(message, *_PHRASES)
    return (_BROKEN if because else _UNSAID), because


def _of_field(found: re.Match[str]) -> Fault:
    kind = next(key for key in _FIELDS if found[0].startswith(key))
    code, text, step = _FIELDS[kind]
    name = found[1]
    steps = [step.format(name)]
    if code == "prohibited-field" and name in {"Resource", "NotResource"}:
        steps.append(
            "A trust policy has none: its resource is the role to which it belongs. Permissions go into a policy of their own."
        )
    elif code == "prohibited-field" and name in {"Principal", "NotPrincipal"}:
        steps.append("The policy of a user, group or role names no principal.")
    elif code == "missing-field" and name == "Principal":
        steps.append("Trust policies and policies of resources say who is meant.")
    return Fault(code, "", text.format(name), tuple(steps))
