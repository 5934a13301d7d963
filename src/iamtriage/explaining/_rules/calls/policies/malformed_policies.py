"""Explain policy documents that AWS rejects.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, line_start, lower_first
from iamtriage._typing import NamedTuple
from iamtriage.arns._principals import IdentityCenterRole, Role, User
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.calls import rejected_policies
from iamtriage.explaining._rules.calls.policies import document_problems
from iamtriage.explaining._rules.calls.policies.policy_sizes import POLICY_TOO_LONG
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_partition, message_text, quote_phrases, safe_name
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.messages import quoted_message
from iamtriage.explaining._rules.shared.policies.corrected_patterns import correct_line_remedy
from iamtriage.explaining._rules.shared.principals.principal_words import (
    stated_role,
    try_parse_principal,
    underlying_role,
)
from iamtriage.explaining._rules.shared.remedies import present, your_remedy
from iamtriage.explaining._rules.shared.requirements.services import find_similar_service
from iamtriage.failures._failures import MalformedPolicy
from iamtriage.policies._readers.elements import as_mapping, as_strings, shown_sid
from iamtriage.policies._readers.unknown_values import has_reference

_INVALID_PRINCIPAL = lazy_pattern(
    r"nvalid principal in(?: policy|\.{3}|…)|one or more invalid principals|contains an invalid principal"
)
_NAMED_PRINCIPAL = lazy_pattern(r"nvalid principal in policy:? ?\"?(\w{1,20})\"? ?: ?\"([^\"\s]{1,200})\"")
# Principals without the statement around them, as jq and --query print them.
_PRINCIPALS = lazy_pattern(r"\"AWS\"\s{0,4}:\s{0,4}(?P<names>\"[^\"\s]{1,200}\"|\[[^\[\]{}]{1,4000}\])")
_NAME = lazy_pattern(r"\"([^\"\s]{1,200})\"")
_UNIQUE_ID = lazy_pattern(r"A(?:ROA|IDA)[A-Z0-9]{8,30}")
_ACCOUNT = lazy_pattern(r"\*|(?:arn:[a-z-]{3,20}:iam::)?[0-9]{12}(?::root)?")
_RESOURCE_CALL = lazy_pattern(
    r"(?i)PutBucketPolicy|PutKeyPolicy|CreateKey\b|SetQueueAttributes|SetTopicAttributes|PutResourcePolicy|RepositoryPolicy|bucket policy"
)
_CREATES = lazy_pattern(r"\bcreating\b|\bCreate(?!PolicyVersion)[A-Z]|\baws iam create-(?!policy-version)")
INVALID_PRINCIPAL = CauseType(
    "invalid-principal",
    title="A principal of the policy does not exist",
    recognised_by='The message says "Invalid principal in policy".',
    fix="Correct the ARN of the principal, or create the principal first.",
    sources=(pages.POLICY_PRINCIPAL,),
)
PRINCIPAL_NOT_FOUND = CauseType(
    "principal-not-found",
    title="The role or user does not exist",
    fix="Correct the name or the account, or create the role or user.",
    recognised_by="The text says that the role or user does not exist or was deleted.",
    sign=r"\baws_iam_(?:role|user)\.\S{1,80}: Destruction complete|\baws iam delete-(?:role|user)\b|\bThe (?:role|user) with name [\w+=,.@-]{1,64} cannot be found\b",
    remedy="Check whether the principal exists",
    of="invalid-principal",
)
PRINCIPAL_TOO_NEW = CauseType(
    "principal-too-new",
    title="The role or user was just created and has not propagated yet",
    fix="Wait for a few seconds and retry.",
    recognised_by="The text shows that a role or user was just created.",
    sign=r"\baws_iam_(?:role|user)\.\S{1,80}: Creation complete|\baws iam create-(?:role|user)\b",
    of="invalid-principal",
)
PRINCIPAL_MISTYPED = CauseType(
    "principal-mistyped",
    title="The principal's ARN is misspelled",
    text="The account, path, name or partition in its ARN is wrong. The ARN of a role includes its path.",
    fix="Copy the ARN from IAM, with its path.",
    recognised_by="The text states the role's ARN with its path, or the ARN in the policy has no account ID of twelve digits.",
    sign=r"\barn:aws[\w-]{0,10}:iam::(?!\d{12}:|\*|aws:)\w{1,20}:\S{1,60}(?=\")",
    remedy="Correct the principal",
    of="invalid-principal",
)
DELETED_PRINCIPAL = CauseType(
    "deleted-principal",
    title="The policy contains the unique ID of a deleted principal",
    text="The role or user was deleted. The policy shows its unique ID instead of its ARN.",
    recognised_by="The name of the principal begins with AROA or AIDA.",
    fix="Replace the ID with the ARN of the new role or user.",
    sources=(pages.POLICY_PRINCIPAL,),
)
WILDCARD_IN_PRINCIPAL = CauseType(
    "wildcard-in-principal",
    title="A principal ARN contains a wildcard",
    recognised_by="The name of the principal contains an asterisk.",
    fix='Name each principal, or use "*" with a condition on aws:PrincipalArn.',
    sources=(pages.POLICY_PRINCIPAL,),
)


def explain_malformed_policy(case: Case[MalformedPolicy]) -> Explanation:
    """Explain why AWS rejects a policy document."""
    message = message_text(case, is_own=True)
    problem, because = document_problems.find_problem(message, find_partition(case))
    if _INVALID_PRINCIPAL.search(message) and problem.cause is not document_problems.NO_PRINCIPALS:
        return _explain_invalid_principal(case, message)
    if problem.cause is rejected_policies.LOCKOUT:
        return rejected_policies.explain_lockout(case, because)
    text = problem.text or problem.cause.sentence
    title = "Shorten the document" if problem.cause is POLICY_TOO_LONG else "Correct the document"
    correct = your_remedy(title, *problem.steps, url=pages.POLICY_TROUBLES)
    remedies = [attrs.evolve(correct, policy=problem.document)]
    # Access Analyzer does not find these.
    is_checked = problem.cause not in {POLICY_TOO_LONG, document_problems.SERVERLESS_POLICY}
    is_sentence = text.startswith("AWS")
    summary = text if is_sentence else f"AWS rejects the policy document: {lower_first(text)}"
    if problem.cause is document_problems.MALFORMED_POLICY:
        summary, remedies = f"AWS rejects the policy document{quoted_message.end_summary(case.failure)}", []
    return case.explain(
        summary,
        problem.cause.cause("reported", because, text=text),
        topic="malformed-policy",
        remedies=(*remedies, _validate_remedy(message) if is_checked else None),
        notes=_describe_effect(message),
    )


def _describe_effect(message: str) -> str:
    kept = "" if _CREATES.search(message) else ", so the previous version stays in effect"
    return f"AWS did not save the document{kept}. No permission is missing."


def _explain_invalid_principal(case: Case[MalformedPolicy], message: str) -> Explanation:
    suspect = _find_suspect(case, message)
    suspect = suspect._replace(renamed=_find_new_name(suspect.name, case.failure.text))
    name, effect = suspect.name, _describe_effect(message)
    other = rejected_policies.explain_principal_kind(case, name, suspect.statement, effect)
    if other is not None:
        return other
    policy = document_problems.describe_policy(case, message)
    text = f"AWS rejected {policy} because it cannot find a principal in it."
    if suspect.has_wildcard:
        text = f"AWS rejected {policy} because the ARN of a principal must not contain a wildcard: {clip_text(name)}."
    # A name of another form can be a secret.
    elif name and (_UNIQUE_ID.fullmatch(name) or try_parse_principal(name) or commands.arn(name, "") == name):
        text = f"AWS rejected {policy} because it cannot find the principal {name}{suspect.statement}."
    if suspect.role is not None:
        text = f"AWS rejected {policy} because it cannot find the principal {name}{suspect.statement}: the role has the path {suspect.role.path}."
    elif suspect.renamed:
        text = f"{text[:-1]}, which is now {suspect.renamed.rpartition('/')[2]}, as the text says."
    elif suspect.is_unique_id:
        text = f"AWS rejected {policy} because the principal {name}{suspect.statement} is the unique ID of a deleted {suspect.kind_of_id}."
    causes = [
        INVALID_PRINCIPAL.cause("reported", quote_phrases(message, "invalid principal in policy"), text=text),
        *_principal_causes(suspect),
    ]
    if (absent := document_problems.explain_absent_role(case, name or None, effect)) is not None:
        return absent
    # A deleted or misspelled principal cannot be looked up to see whether it exists, and service principals belong to AWS.
    can_look_up = causes[-1].evidence == "possible" and suspect.kind != "service"
    return case.explain(
        text,
        *causes,
        topic="invalid-principal",
        remedies=(
            _find_principal_remedy(suspect) if can_look_up else None,
            _correct_principal_remedy(case, suspect),
            # Access Analyzer does not look for roles and users.
            None if can_look_up and suspect.is_of_account else _validate_remedy(message),
        ),
        notes=effect,
    )


class _Suspect(NamedTuple):
    """The principal that AWS most likely does not find."""

    kind: str = ""
    name: str = ""
    statement: str = ""
    role: Role | None = None
    renamed: str = ""

    @property
    def is_unique_id(self) -> bool:
        """Whether AWS shows the ID of a deleted principal."""
        return _UNIQUE_ID.fullmatch(self.name) is not None

    @property
    def kind_of_id(self) -> str:
        """What has such an ID."""
        return "role" if self.name.startswith("AROA") else "user"

    @property
    def is_of_account(self) -> bool:
        """Whether it is the ARN of a role or user."""
        return isinstance(try_parse_principal(self.name), Role | User)

    @property
    def has_wildcard(self) -> bool:
        """Whether it is the ARN of several principals."""
        return "*" in self.name and self.name != "*"

    @property
    def without_path(self) -> IdentityCenterRole | None:
        """The role of IAM Identity Center, if its path is missing and nothing states it."""
        role = try_parse_principal(self.name) if self.role is None else None
        return role if isinstance(role, IdentityCenterRole) and role.lacks_its_path else None


def _find_suspect(case: Case[MalformedPolicy], message: str) -> _Suspect:
    """Return the principal that the message names, or else the most suspicious one of the policies in the text."""
    found = _NAMED_PRINCIPAL.search(message)
    text = case.failure.text
    suspects: list[_Suspect] = []
    if found:
        suspects.append(_Suspect(found[1].lower(), found[2], "", stated_role(_role_of(found[2]), text)))
    for document in case.context.policies if not found else ():
        for statement in document.statements:
            where = f" in the statement {sid}" if (sid := shown_sid(statement)) else ""
            suspects += (
                _Suspect(kind.lower(), name, where, stated_role(_role_of(name), text))
                for kind, names in as_mapping(statement.get("Principal")).items()
                for name in as_strings(names)
                if not has_reference(name)
            )
    if not suspects:
        parts = (_NAME.findall(each["names"]) for each in _PRINCIPALS.finditer(text))
        shown = [
            _Suspect("aws", name, "", stated_role(_role_of(name), text)) for names in parts for name in names
        ]
        # The text need not be about the policy, so only what no policy can name counts.
        suspects = [each for each in shown if each.role is not None or each.without_path or each.is_unique_id]
    # A secret pasted in place of a role's name is valid in an ARN.
    suspects = [each for each in suspects if all(map(safe_name, each.name.split("/")))]
    first = [each for each in suspects if each.is_unique_id]
    first += [each for each in suspects if rejected_policies.NO_PRINCIPAL.fullmatch(each.name)]
    first += [each for each in suspects if each.role is not None or each.without_path]
    # An account always exists.
    others = [each for each in suspects if not _ACCOUNT.fullmatch(each.name)] or suspects
    return next(iter(first), others[-1] if len({each.name for each in others}) == 1 else _Suspect())


# What somebody says of a role or user that has a new name.
_RENAMED = lazy_pattern(
    r"(?a)\b(?:(?i:renamed|re-?created|replaced)\b[^.\n;]{0,80}? (?:to|as|by|with)|now (?:called|named)) [`\"']?(?P<new>[\w+=,@-][\w+=,.@-]{1,62}[\w+=@-])(?![\w+=@:/-])"
)
_OF_PRINCIPAL = lazy_pattern(r"(?i)(?<![\w:])(?:it|principal|role|user)\b(?!/)")
_CHARS_BEFORE, _MIN_COMMON = 60, 4


def _find_new_name(name: str, text: str) -> str:
    """Return the ARN that a role or user has with the new name that a text states, or nothing.

    >>> _find_new_name("arn:aws:iam::111122223333:role/ship", "They renamed it yesterday to ship-v2.")
    'arn:aws:iam::111122223333:role/ship-v2'
    >>> _find_new_name("arn:aws:iam::111122223333:role/ship", "The bucket was renamed to ship-logs.")
    ''
    """
    start, _, old = name.rpartition("/")
    new, own = set[str](), re.compile(rf"(?<![\w+=,.@/-]){re.escape(old)}(?![\w+=,@-])")
    for each in _RENAMED.finditer(text):
        begin = line_start(text, each.start(), each.start() - _CHARS_BEFORE)
        clause, is_similar = text[begin : each.start("new")], each["new"].startswith(old[:_MIN_COMMON])
        clause = clause.rpartition(". ")[2]
        if own.search(clause) or (is_similar and _OF_PRINCIPAL.search(clause)):
            new.add(each["new"])
    return f"{start}/{new.pop()}" if start and len(new) == 1 and old not in new else ""


def _role_of(name: str) -> Role | None:
    principal = try_parse_principal(name)
    return principal if isinstance(principal, Role) else None


_NOT_FOUND = {
    "service": "The service principal does not exist in this partition and Region.",
    "federated": "The account has no such identity provider, or its ARN is misspelled.",
}


def _principal_causes(suspect: _Suspect) -> list[Cause]:
    if (role := suspect.role) is not None:
        because = f"The text states the role's ARN: {role}"
        text = f"The ARN in the policy lacks the path {role.path} of the role."
        return [PRINCIPAL_MISTYPED.cause("derived", because, text=text)]
    if suspect.renamed:
        text = "IAM cannot rename a role, so the new name is another role, and the old ARN names none."
        if ":user/" in suspect.name:
            text = "A user with a new name has a new ARN, and the old one names no user."
        return [PRINCIPAL_NOT_FOUND.cause("derived", text=text)]
    if suspect.without_path:
        text = "It is an IAM Identity Center role, and its path is missing in the ARN: /aws-reserved/sso.amazonaws.com/, and then the home Region of Identity Center, unless that is us-east-1."
        return [PRINCIPAL_MISTYPED.cause("derived", text=text)]
    if suspect.is_unique_id:
        because = f"The name begins with {suspect.name[:4]}, as unique IDs of {suspect.kind_of_id}s do."
        return [DELETED_PRINCIPAL.cause("derived", because)]
    if suspect.has_wildcard:
        return [WILDCARD_IN_PRINCIPAL.cause("derived")]
    if suspect.kind in _NOT_FOUND:
        return [PRINCIPAL_NOT_FOUND.cause(text=_NOT_FOUND[suspect.kind])]
    misspelled = PRINCIPAL_MISTYPED.cause()
    if not suspect.is_of_account:
        return [PRINCIPAL_NOT_FOUND.cause(), PRINCIPAL_TOO_NEW.cause(), misspelled]
    kind, account = "user" if ":user/" in suspect.name else "role", suspect.name.split(":")[4]
    absent = PRINCIPAL_NOT_FOUND.cause(text=f"The {kind} does not exist in the account {account}.")
    new = PRINCIPAL_TOO_NEW.cause(text=f"The {kind} was just created and has not propagated yet.")
    return [absent, new, misspelled]


def _find_principal_remedy(suspect: _Suspect) -> Remedy:
    principal = try_parse_principal(suspect.name)
    role = underlying_role(principal)
    name = commands.role_name(None if role is None else role.name)
    lookups: tuple[str, ...] = (fill_command("aws iam get-role --role-name {} --query Role.Arn", name),)
    if isinstance(principal, User):
        user = commands.user_name(principal.name)
        lookups = (fill_command("aws iam get-user --user-name {} --query User.Arn", user),)
    elif suspect.kind == "federated":
        lookups = ("aws iam list-open-id-connect-providers", "aws iam list-saml-providers")
    owner = getattr(principal, "account", None) if suspect.is_of_account else None
    account = f"the account {owner}" if owner else "the principal's account"
    return your_remedy(
        "Check whether the principal exists",
        f"Run the command with credentials of {account}, and compare the printed ARN exactly with the one in the policy.",
        "If it does not exist, create it first. If it was just created, wait a few seconds and retry.",
        commands=lookups,
    )


def _correct_principal_remedy(case: Case[MalformedPolicy], suspect: _Suspect) -> Remedy:
    name = suspect.name
    repeated = commands.repeat_command(case.context.command)
    again = present(repeated if repeated and "file://" in repeated else None)
    if suspect.role is not None:
        return your_remedy(
            "Write the ARN of the role with its path",
            f'Replace the principal{suspect.statement} with "{suspect.role}"{", and run the command again" if again else ""}.',
            None
            if again
            else "In code, take the ARN from the role instead of building it from its name: arn of aws_iam_role in Terraform, Fn::GetAtt in CloudFormation, roleArn in the CDK.",
            commands=again,
        )
    if suspect.renamed:
        title = "Write the ARN of the principal with its new name"
        # The message names the principal, too.
        code = "\n".join(
            each for each in case.failure.text.split("\n") if not _INVALID_PRINCIPAL.search(each)
        )
        line = correct_line_remedy(code, title, [(name, suspect.renamed)], build=your_remedy)
        return line or your_remedy(
            title, f'Replace the principal{suspect.statement} with "{suspect.renamed}".', commands=again
        )
    if (unstated := suspect.without_path) is not None:
        return _name_identity_center_role(suspect, unstated, again)
    if suspect.is_unique_id:
        return your_remedy(
            f"Remove {name}, or replace it with the ARN of a principal that exists",
            f"AWS shows this ID in place of the ARN since the {suspect.kind_of_id} was deleted. A {suspect.kind_of_id} with the same name that was created later has another ID: to give it access, write its ARN.",
            "Keep the other principals and statements.",
            commands=again,
        )
    if suspect.kind == "service":
        service = find_similar_service(name)
        return your_remedy(
            "Correct the service principal",
            f"Most likely, {service} is meant." if service else None,
            "A service principal looks like ec2.amazonaws.com. Look up the name in the service's documentation.",
        )
    return your_remedy(
        "Correct the principal",
        "Write the ARN as IAM prints it, with its path. For many principals, name the account and add a condition on aws:PrincipalArn, which supports wildcards.",
        "Remove IDs that begin with AROA or AIDA: they are left over from deleted roles and users. A re-created role has another unique ID, so save the policies that name it again.",
    )


def _name_identity_center_role(suspect: _Suspect, role: IdentityCenterRole, again: tuple[str, ...]) -> Remedy:
    """Return the remedy that looks up the path of a role of IAM Identity Center, or names its account."""
    arn = f"arn:{role.partition}:iam::{role.account}"
    # A question mark for each character: an asterisk would match permission sets with longer names, too.
    pattern = f"{arn}:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_{role.permission_set}_{16 * '?'}"
    lookup = "aws iam get-role --role-name {} --query Role.Arn --output text"
    return your_remedy(
        "Write the ARN of the role with its path",
        f"Replace the principal{suspect.statement} with the ARN that get-role prints, with credentials of the account {role.account}.{'' if again else ' Then save the policy again.'}",
        role.permission_set
        and f'If the permission set is assigned anew, its role has another name. To allow that one, too, use the principal "{arn}:root" with "Condition": {{"ArnLike": {{"aws:PrincipalArn": "{pattern}"}}}}.',
        commands=(fill_command(lookup, commands.role_name(role.name)), *again),
        url="https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html",
    )


def _validate_remedy(message: str) -> Remedy:
    policy_type = "IDENTITY_POLICY"
    if document_problems.TRUST_CALL.search(message):
        policy_type = "RESOURCE_POLICY --validate-policy-resource-type AWS::IAM::AssumeRolePolicyDocument"
    elif _RESOURCE_CALL.search(message):
        policy_type = "RESOURCE_POLICY"
    return your_remedy(
        "Validate the document with IAM Access Analyzer",
        "Save the document as policy.json. The command reports each error with its position, and requires access-analyzer:ValidatePolicy.",
        "The type is RESOURCE_POLICY for resource-based and trust policies, else IDENTITY_POLICY.",
        commands=f"aws accessanalyzer validate-policy --policy-document file://policy.json --policy-type {policy_type}",
        url=pages.VALIDATE_POLICY,
    )
