"""Explain the problems that AWS reports in policy documents.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_policies.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage.explaining._rules.shared.clues import contains_phrase, quote_phrases

__all__ = ("DocumentProblem", "find_problem")
_FIELD_MESSAGE = re.compile(r"(?P<kind>Has prohibited|Missing required|Unknown) field:? (?P<name>\w{1,30})")
_JSON_PHRASES = (
    "contains invalid Json",
    "contains invalid JSON",
    "Syntax errors in policy",
    "policy failed legacy parsing",
    "invalid policy syntax",
    "MALFORMED_POLICY_DOCUMENT",
)


@attrs.frozen
class DocumentProblem:
    """A problem in a policy document.

    Attributes:
        code: The code of the cause.
        phrase: The AWS phrase that reports the problem; empty if it is recognized otherwise.
        text: The problem in one sentence.
        steps: What to do.
    """

    code: str
    phrase: str
    text: str
    steps: tuple[str, ...]


# The first one that matches is used, so the most specific problems come first.
_PROBLEMS = (
    DocumentProblem(
        code="federated-principal",
        phrase="Federated principals must be valid domain names or SAML metadata ARNs",
        text="A Federated principal is neither an OIDC provider's ARN, nor a SAML provider's, nor one of the built-in hosts.",
        steps=(
            "Write the provider's ARN: arn:aws:iam::ACCOUNT_ID:oidc-provider/HOST/PATH, without https://.",
            "Look whether a variable of a template is empty or holds the URL in place of the ARN.",
            "The built-in ones are accounts.google.com, graph.facebook.com, www.amazon.com and cognito-identity.amazonaws.com.",
        ),
    ),
    DocumentProblem(
        code="no-principals",
        phrase="has a statement with no principals",
        text="A statement has no Principal.",
        steps=(
            "Give each statement Principal. Look whether a list or variable in a template is empty.",
            "Trust policies and policies of resources say who is meant.",
        ),
    ),
    DocumentProblem(
        code="principal-in-identity-policy",
        phrase="policy document should not specify a principal",
        text="The policy goes to a user, group or role, and names a principal.",
        steps=(
            "Take Principal out: the principal is the one to whom the policy is attached.",
            "What names a principal is a trust policy or the policy of a resource.",
        ),
    ),
    DocumentProblem(
        code="only-assume-actions",
        phrase="AssumeRole policy may only specify STS AssumeRole actions",
        text="The trust policy has an action that does not belong there.",
        steps=(
            "Leave sts:AssumeRole and its kin, sts:TagSession and sts:SetSourceIdentity. Permissions go into a policy of their own.",
        ),
    ),
    DocumentProblem(
        code="unknown-vendor",
        phrase="must be prefaced by a vendor",
        text="An action or condition key has no prefix of a service.",
        steps=(
            "Write actions as SERVICE:Action, such as eks:DescribeCluster, and keys as PREFIX:key, such as aws:SourceArn.",
        ),
    ),
    DocumentProblem(
        code="resource-vendor",
        phrase="Resource vendor must be fully qualified",
        text="A resource's ARN has no whole service name.",
        steps=("Write the service in the ARN's third part as it is, without wildcards.",),
    ),
    DocumentProblem(
        code="resource-format",
        phrase="must be in ARN format or",
        text="A Resource is neither an ARN nor *.",
        steps=(
            "Write whole ARNs, with all six parts, or * alone. Look whether a variable of a template is empty.",
        ),
    ),
    DocumentProblem(
        code="resource-without-action",
        phrase="Action does not apply to any resource",
        text="An action and a resource of one statement do not go together.",
        steps=(
            "Actions on objects take the ARN with /*, actions on the bucket the ARN without. Write a statement for each.",
        ),
    ),
    DocumentProblem(
        code="invalid-resource",
        phrase="policy has invalid resource",
        text="A Resource is not the one to which the policy is attached.",
        steps=("Name the resource to which the policy belongs, in its own partition and account.",),
    ),
    DocumentProblem(
        code="invalid-action",
        phrase="policy has invalid action",
        text="An action is none of the service's.",
        steps=("Look the action up in the Service Authorization Reference, and mind its spelling.",),
    ),
    DocumentProblem(
        code="invalid-condition",
        phrase="policy has invalid condition",
        text="A condition key or operator is not one that the action takes.",
        steps=("Look up which condition keys the action has.",),
    ),
    DocumentProblem(
        code="duplicate-sid",
        phrase="must be unique",
        text="Two statements have the same Sid.",
        steps=("Give each statement a Sid of its own, or none.",),
    ),
    DocumentProblem(
        code="invalid-sid",
        phrase="must be alpha-numeric",
        text="A Sid holds something else than letters and digits.",
        steps=("Write Sids with A-Z, a-z and 0-9 alone.",),
    ),
    DocumentProblem(
        code="lockout",
        phrase="will not allow you to update the key policy in the future",
        text="The key policy would leave nobody who can change it.",
        steps=(
            "Let a principal that you can use have kms:PutKeyPolicy: mostly the account's root, arn:aws:iam::ACCOUNT_ID:root.",
        ),
    ),
    DocumentProblem(
        code="policy-version",
        phrase="policy document must be version",
        text="The policy's Version is not one that AWS takes.",
        steps=('Write "Version": "2012-10-17". It is a fixed word, not the day of a change.',),
    ),
    DocumentProblem(
        code="no-actions",
        phrase="policy statement must contain actions",
        text="A statement has no Action.",
        steps=("Give each statement Action or NotAction. Look whether a list in a template is empty.",),
    ),
    DocumentProblem(
        code="no-resources",
        phrase="policy statement must contain resources",
        text="A statement has no Resource.",
        steps=("Give each statement Resource or NotResource. Look whether a list in a template is empty.",),
    ),
)
_INVALID_JSON = DocumentProblem(
    code="invalid-json",
    phrase="",
    text="The document is not JSON that AWS can read.",
    steps=(
        "See that the file is there, that the command names it with file://, and that no shell changed its quotes.",
        "Look for commas and quotes too many or too few, comments, curly quotes and a byte order mark at the beginning.",
        "It has to be one object, with Version and Statement, not a text that holds JSON.",
    ),
)
_UNKNOWN_PROBLEM = DocumentProblem(
    code="malformed-policy",
    phrase="",
    text="AWS refuses the policy document.",
    steps=("Let IAM Access Analyzer tell what is wrong, and where.",),
)
_FIELD_PROBLEMS = {
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


def find_problem(message: str) -> tuple[DocumentProblem, tuple[str, ...]]:
    """Return the problem in a policy document, and the evidence for it.

    >>> problem, because = find_problem("MalformedPolicyDocument: Has prohibited field Resource")
    >>> problem.code, because
    ('prohibited-field', ('AWS says: Has prohibited field Resource.',))
    """
    field = _FIELD_MESSAGE.search(message)
    if field is not None:
        return _describe_field_problem(field), (f"AWS says: {field[0]}.",)
    for problem in _PROBLEMS:
        if contains_phrase(message, problem.phrase):
            return problem, quote_phrases(message, problem.phrase)
    because = quote_phrases(message, *_JSON_PHRASES)
    return (_INVALID_JSON if because else _UNKNOWN_PROBLEM), because


def _describe_field_problem(found: re.Match[str]) -> DocumentProblem:
    code, text, step = _FIELD_PROBLEMS[found["kind"]]
    name = found["name"]
    steps = [step.format(name)]
    if code == "prohibited-field" and name in {"Resource", "NotResource"}:
        steps.append(
            "A trust policy has none: its resource is the role to which it belongs. Permissions go into a policy of their own."
        )
    elif code == "prohibited-field" and name in {"Principal", "NotPrincipal"}:
        steps.append("The policy of a user, group or role names no principal.")
    elif code == "missing-field" and name == "Principal":
        steps.append("Trust policies and policies of resources say who is meant.")
    return DocumentProblem(code=code, phrase="", text=text.format(name), steps=tuple(steps))
