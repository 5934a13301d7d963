"""Check what can grant the access, and build the steps, commands and remedies that rules of denials share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.actions._lookup import find_action
from iamtriage.actions._operations import service_prefix
from iamtriage.arns._principals import Root, ServiceLinkedRole, ServicePrincipal, User
from iamtriage.explaining._context.domains import is_of_aws
from iamtriage.explaining._context.readers.profiles import find_profile_sections
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import command, fill_command
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.messages.stated_actions import CUT_OFF
from iamtriage.explaining._rules.shared.policies.policy_changes import inline_policy_name
from iamtriage.explaining._rules.shared.principals.principal_words import is_truncated, session_name
from iamtriage.explaining._rules.shared.remedies import replace_in, your_remedy
from iamtriage.failures._failures import AccessDenied
from iamtriage.policies._documents import build_document
from iamtriage.policies._grants import complete_type

# What can follow a part of an encoded message.
_CUT = lazy_pattern(r"(?i)\.{2,}|…|\*{3,}|\s?[\[(<](?:truncated|cut|snip|redacted)")
_CUT_REACH = 40
# What follows the action in a text that ends before the resource.
_START_OF_RESOURCE = lazy_pattern(
    r"\s{1,40}on\s{1,40}r(?:e(?:s(?:o(?:u(?:r(?:c(?:e:?)?)?)?)?)?)?)?[.…\s]{0,8}\Z"
)
_MAX_REST = 200
_STANDARD_SENTENCE, _MIN_REST = " is not authorized to perform:", len(" is")
_TRUST_ONLY = frozenset({"sts:assumerolewithwebidentity", "sts:assumerolewithsaml"})


# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-prereqs.html
ROLE_OF_STACK_SETS = lazy_pattern(r"AWSCloudFormationStackSetExecutionRole|stacksets-exec-[0-9a-f]{16,32}")
STACK_SET_OPTION = lazy_pattern(r"--stack-set-name[ =][\"']?([A-Za-z][A-Za-z0-9-]{0,127})")
"""The name of a stack set in a command."""
_ROLE_ELSEWHERE = lazy_pattern(r"AWSControlTowerExecution|OrganizationAccountAccessRole")
_PIPELINE = lazy_pattern(r"\bCodePipeline\b|\bAction execution failed\b")
_VERB = lazy_pattern(r"[A-Z][a-z]+")
# What the names of roles for emergencies have.
_EMERGENCY = lazy_pattern(r"(?i)break-?glass|emergency")
# The provider block of Terraform.
_ASSUMED_ROLE = lazy_pattern(r"\bassume_role\b[^}]{0,400}?\brole_arn\s{0,20}=\s?\"arn:")
_OWN_ACCOUNT = lazy_pattern(r"(?a)\bget-caller-identity\b[^$#]{0,300}?(?<![0-9])([0-9]{12})(?![0-9])")


def find_said_grant(denial: Denial, action: str, *, on_all: bool = False) -> str | None:
    """Return what a text says that the caller got or has, if it covers an action."""
    if denial.stands_alone:
        return None
    # Most denials do not need the module.
    from iamtriage.explaining._context.readers.own_grants import find_own_grant

    role = denial.role
    permission_set: str = getattr(role, "permission_set", None) or ""
    names = {
        getattr(role, "name", ""),
        getattr(denial.principal, "name", ""),
        session_name(denial.principal),
        permission_set,
    }
    kind = "user" if role is None else "permission set" if permission_set else "role"
    return find_own_grant(denial.failure.text, action, names - {""}, kind, on_all=on_all)


def identity_allow_helps(denial: Denial) -> bool:
    """Return whether an ``Allow`` in the caller's identity-based policies can grant the access.

    It can't override an explicit deny or widen a policy that caps permissions:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html.
    """
    if denial.action is None or denial.is_explicit or denial.policy_type not in (None, "identity"):
        return False
    if denial.message_rule is not None or denial.lowercase_action in _TRUST_ONLY:
        return False
    if not _has_identity_policies(denial):
        return False
    # No principal can pass a role of another account.
    return not (denial.lowercase_action == "iam:passrole" and denial.crosses_accounts)


# What switches off logs, monitoring or a setting that protects an account, and what it is, as in
# https://docs.aws.amazon.com/controltower/latest/controlreference/mandatory-controls.html and
# https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples.html
_SWITCHES_OFF = (
    (
        lazy_pattern(r"cloudtrail:(?:stop|delete|update|puteventselectors|putinsightselectors)"),
        "the audit trail",
    ),
    (
        lazy_pattern(r"config:(?:stop|delete|putconfigurationrecorder|putdeliverychannel)"),
        "the history of configurations",
    ),
    (
        lazy_pattern(
            r"(?:guardduty|securityhub|macie2|inspector2|access-analyzer|detective):(?:delete|disable|disassociate|stop|updatedetector)"
        ),
        "the security monitoring",
    ),
    (lazy_pattern(r"ec2:deleteflowlogs|logs:(?:deleteloggroup|deletelogstream)"), "the logs"),
    (lazy_pattern(r"organizations:leaveorganization"), "the accounts of the organization"),
    (
        lazy_pattern(
            r"s3:(?:put|delete)\w{0,10}publicaccessblock|ec2:(?:disableebsencryptionbydefault|disablesnapshotblockpublicaccess|disableimageblockpublicaccess)|iam:deleteaccountpasswordpolicy"
        ),
        "a security setting",
    ),
)


def find_protected(denial: Denial) -> str | None:
    """Return what the denied action switches off, such as the audit trail, or ``None``."""
    return next((what for calls, what in _SWITCHES_OFF if calls.match(denial.lowercase_action)), None)


def is_user_of_service(denial: Denial) -> bool:
    """Return whether the caller is a user of a service, such as a database user of Redshift, and not of IAM."""
    text = denial.principal_text or ""
    service = text.split(":", 3)[2:3] if text.startswith("arn:") else []
    # A misspelled ARN has no service that AWS knows.
    return bool(service) and service[0] not in {"iam", "sts"} and service_prefix(service[0]) is not None


def _has_identity_policies(denial: Denial) -> bool:
    """Return whether the caller has identity-based policies that its account can change."""
    text = denial.principal_text or ""
    if text == "anonymous" or isinstance(denial.principal, Root | ServicePrincipal | ServiceLinkedRole):
        return False
    if text.startswith("arn:"):
        return not is_user_of_service(denial)
    return not is_of_aws(text)


_OF_STACK = ": the stack's service role, or without one, whoever deploys it"
_BEFORE_ENCODED = "Encoded authorization failure message:"


def is_encoded_message_cut(denial: Denial) -> bool:
    """Return whether the text has only a part of the encoded message or its label, so that it cannot be decoded."""
    encoded, (start, end) = denial.failure.encoded_message, denial.failure.span
    if denial.facts.decoded_message is not None:
        return False
    if encoded is None:
        return (
            denial.failure.action is None
            and _BEFORE_ENCODED in denial.failure.text[start : end + len(_BEFORE_ENCODED) + 2]
        )
    place = denial.failure.spans.get("encoded_message")
    after = "" if place is None else denial.failure.text[place[1] : place[1] + _CUT_REACH]
    return _CUT.search(encoded) is not None or _CUT.match(after.lstrip()) is not None


def cut_resource(denial: Denial) -> str | None:
    """Return what the text shows of the name of a resource that it cuts off, or ``None`` if it cuts nothing."""
    found = CUT_OFF.search(denial.failure.resource or "")
    if found is None or not found.string.startswith("arn:"):
        return None
    known = find_action(denial.action or "")
    if known is not None and complete_type(known, found.string, denial.location) is not None:
        return ""
    return found.string[: found.start()].rpartition("/")[2].rpartition(":")[2]


def is_sentence_cut(failure: AccessDenied) -> bool:
    """Return whether the text cuts the message off between the caller and the action."""
    place = None if failure.action is not None else failure.spans.get("principal")
    if place is None:
        return False
    rest = failure.text[place[1] :].partition("\n")[0].rstrip(" .…\"'")
    return len(rest) >= _MIN_REST and _STANDARD_SENTENCE.startswith(rest)


def _is_resource_cut(failure: AccessDenied) -> bool:
    """Return whether the text ends where the message names the resource."""
    resource, place = failure.resource, failure.spans.get("action")
    if resource is not None and is_truncated(resource):
        # A resource that the text states in parts has no span.
        end = failure.spans.get("resource", (0, 0))[1]
        return not failure.text[end:].strip(": .…") and not resource.endswith((">", "]", "*"))
    if resource is not None or place is None or len(failure.text) - place[1] > _MAX_REST:
        return False
    return _START_OF_RESOURCE.match(failure.text, place[1]) is not None


def is_message_cut(denial: Denial) -> bool:
    """Return whether the text cuts the message off within the action or resource, before any reason."""
    return denial.deny is None and (
        is_sentence_cut(denial.failure)
        or cut_resource(denial) is not None
        or CUT_OFF.search(denial.failure.action or "") is not None
        or _is_resource_cut(denial.failure)
    )


DETAILS_TITLES = (
    "Get all details within 24 hours",
    "Decode the message",
    "Get the whole message, and decode it",
)
"""The titles of the remedies that find out which statement denied."""
# A request for the details.
_ASKED_REGION = lazy_pattern(
    r"(?a)\bget-request-authorization-details [^\n|;&]{0,80}?--authorization-id[ =]([a-z0-9]{8,64})\b[^\n|;&]{0,80}? --region[ =]([a-z0-9-]{5,30})"
)
_NOT_FOUND = "ResourceNotFoundException"
_PROFILE = lazy_pattern(r" --profile[ =]([\w.@+-]{1,64})(?![^\s\"'])")
_CONSOLE_LINK = lazy_pattern(r"[?&]region=(?P<region>[a-z0-9-]{5,30})#/authorization-details/")


def account_elsewhere(denial: Denial) -> str | None:
    """Return the account of the denied caller if it is most likely not that of the person who reads the denial.

    Services report what they do with a role of another account. A text can also show the reader's own account.
    """
    name = getattr(denial.role or denial.principal, "name", None)
    if name is None or denial.has_masked_account or denial.account is None:
        return None
    text = denial.failure.text
    is_elsewhere = _ROLE_ELSEWHERE.fullmatch(name) or ROLE_OF_STACK_SETS.fullmatch(name)
    may_be_pipeline = "CodePipeline" in text or "Action execution failed" in text
    if is_elsewhere or (may_be_pipeline and _PIPELINE.search(text)):
        return denial.account
    if "assume_role" in text and f":{denial.account}:role/" in text and _ASSUMED_ROLE.search(text):
        return denial.account
    shown = _OWN_ACCOUNT.search(text) if "get-caller-identity" in text else None
    return None if shown is None or shown[1] == denial.account else denial.account


def region_argument(denial: Denial) -> str:
    """Return the region of the call as a command argument.

    A service denies a call in the region of the resource, which a setting in the text can differ from. Only Bedrock
    sends calls to models in other regions.
    """
    arn, region = denial.resource_arn, denial.facts.region
    if arn is not None and (region is None or denial.service != "bedrock"):
        region = arn.region or region
    return commands.region(region)


CHANGE_OR_NARROW = "then change the call or the Deny"
"""The end of the title of a remedy for a Deny statement whose condition is not known."""
# https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-create-attach.html
REDEPLOY = "Redeploy the API afterwards: a changed resource policy takes effect with the next deployment."
"""What makes a changed policy of an API take effect."""
CHANGE_CALL = "If the Deny has a condition, change the call so that it does not match."
"""How to avoid a Deny statement, with typical conditions."""


def describe_intention(denial: Denial, *names: str | None) -> str:
    """Say that a Deny can be intentional, and which name suggests it: that of the role, or one with the action."""
    service, _, operation = (denial.action or "").partition(":")
    words = (service, *_VERB.findall(operation)[:1])
    for name in filter(None, names):
        if any(each.lower() in name.lower() for each in words if each) or _EMERGENCY.search(name):
            return f"The Deny is most likely intentional, judging by the name {clip_text(name)}."
    return "The Deny can be intentional."


def policy_holder(denial: Denial) -> tuple[str, str] | None:
    """Return whether policies are attached to a role or a user, and its name as a command argument."""
    if denial.role is not None:
        return "role", commands.role_name(denial.role.name)
    principal = denial.principal
    return ("user", commands.user_name(principal.name)) if isinstance(principal, User) else None


def list_policies_commands(denial: Denial) -> tuple[str, ...]:
    """Return the commands that list the caller's identity-based policies."""
    if (holder := policy_holder(denial)) is None:
        return ()
    kind, name = holder
    verbs = [f"list-attached-{kind}-policies", f"list-{kind}-policies"]
    if kind == "user":
        verbs.append("list-groups-for-user")
    return tuple(fill_command(f"aws iam {verb} --{kind}-name {{}}", name) for verb in verbs)


def _is_of_role(denial: Denial) -> bool:
    return denial.operation == "AssumeRole" or denial.lowercase_action == "sts:assumerole"


def find_source_profile(denial: Denial, profile: str | None) -> str | None:
    """Return the source of the profile that assumes the denied role, if a profile of the text does.

    Every command with that profile assumes the role first, and is denied as before.
    """
    if profile is None or not (_is_of_role(denial) and isinstance(denial.principal, User)):
        return None
    called = denial.context.command
    if called is not None and called.words[:1] == ("sts",) and "assume-role" in called.words:
        return None
    sections = [each for each in find_profile_sections(denial.failure.text) if each.name == profile]
    for each in sections:
        if each.settings.get("role_arn") == denial.resource and "source_profile" in each.settings:
            return commands.profile(each.settings["source_profile"])
    is_called = called is not None and called.program == "aws" and called.option("profile") is not None
    return "SOURCE_PROFILE" if is_called and not sections else None


def mfa_command(denial: Denial, device: str, *, opens_session: bool = False) -> str:
    """Return the call with its MFA code, or the one that opens a session with it."""
    if opens_session or not _is_of_role(denial):
        return fill_command("aws sts get-session-token --serial-number {} --token-code TOKEN_CODE", device)
    return fill_command(
        "aws sts assume-role --role-arn {} --role-session-name check --serial-number {} --token-code TOKEN_CODE",
        *(commands.arn(denial.resource, "ROLE_ARN"), device),
    )


def console_region(denial: Denial) -> str:
    """Return the region of the message's console link, which is where IAM keeps the details."""
    text, end = denial.failure.text, denial.failure.span[1]
    found = _CONSOLE_LINK.search(text, max(end - 1_000, 0), end + 1_000)
    return commands.region(found["region"]) if found else region_argument(denial)


_DECODE = "aws sts decode-authorization-message --encoded-message {} --query DecodedMessage --output text"


def authorization_details_remedy(denial: Denial) -> Remedy | None:
    """Return the remedy that retrieves the authorization details or decodes the message, if possible."""
    failure = denial.failure
    authorization_id = failure.authorization_id or ""
    if authorization_id.isalnum() and denial.facts.authorization_details is None:
        region = console_region(denial)
        linked = " The link in the message shows them, too." if _CONSOLE_LINK.search(failure.text) else ""
        asked = _ASKED_REGION.search(failure.text, failure.span[1])
        others, why, profile = "", "requires iam:GetRequestAuthorizationDetails", None
        if asked is not None and asked[1] == authorization_id:
            others = f" in {region}, not in {asked[2]}" if asked[2] != region else ""
            rest, _, output = failure.text[asked.end() :].partition("\n")
            profile = _PROFILE.search(asked[0] + rest)
            if _NOT_FOUND in output:
                due = "due to the Region; IAM also records them with a delay"
                if not others:
                    due = "most likely due to the delay with which IAM records them: wait a minute"
                why = f"{_NOT_FOUND} is {due}"
        return your_remedy(
            f"{DETAILS_TITLES[0]}{others} ({why})",
            f"IAM keeps the details of the decision, such as the policies that it evaluated, in the Region of the call.{linked}",
            "Or let iamtriage explain the result, saved as details.json: iamtriage explain --fact authorization_details=@details.json.",
            commands=command(
                *("aws", "iam-toolbox", "get-request-authorization-details"),
                *("--authorization-id", authorization_id, "--region", region),
                *(() if profile is None else ("--profile", profile[1])),
            ),
            url=pages.AUTHORIZATION_DETAILS,
        )
    if failure.deny is not None and "explicitDeny" in failure.text:
        # The text has the decoded message, perhaps with other masks.
        return None
    is_cut = is_encoded_message_cut(denial)
    if is_cut or (failure.encoded_message and denial.facts.decoded_message is None):
        # Terraform prints a box around it.
        is_boxed = denial.context.terraform is not None
        is_in_pieces = not is_cut and (is_boxed or (failure.encoded_message or "") not in failure.text)
        lines: tuple[str, ...] = (_DECODE.format("ENCODED_MESSAGE"),)
        decoded = "matchedStatements has the Deny and its conditions: if you can, change the call so that they do not match."
        if not denial.is_explicit:
            decoded = f"If explicitDeny is true, matchedStatements has the Deny and its conditions. If not, allow context.action on context.resource for context.principal.arn{_OF_STACK if failure.envelope.source == 'cloudformation' else ''}."
        if is_in_pieces:
            take = 'message="$(iamtriage parse --json --unredacted error.txt | jq -r .encoded_message)"'
            lines = (take, _DECODE.format('"$message"'))
        return your_remedy(
            DETAILS_TITLES[2] if is_cut else f"{DETAILS_TITLES[1]} (aws sts decode-authorization-message)",
            "The message in this text is cut off and cannot be decoded: take it from the original output or from errorMessage in CloudTrail, or repeat the call."
            if is_cut
            else None,
            "This requires sts:DecodeAuthorizationMessage, in the account of the call: if you lack it, an administrator of that account can decode the message.",
            "Save the text as error.txt: the first command takes the message from it, in one piece."
            if is_in_pieces
            else None,
            decoded,
            "Or let iamtriage explain the result, saved as decoded.json: iamtriage explain --fact decoded_message=@decoded.json.",
            commands=lines,
            url="https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html",
        )
    return None


def with_statements(remedy: Remedy, statements: Sequence[dict[str, Any]]) -> Remedy:
    """Return a remedy with other statements, after which the inline policy is named."""
    old, new = inline_policy_name((remedy.policy or {})["Statement"]), inline_policy_name(statements)
    lines = replace_in(remedy.commands, f"--policy-name {old} ", f"--policy-name {new} ")
    return attrs.evolve(remedy, policy=build_document(statements), commands=lines)
