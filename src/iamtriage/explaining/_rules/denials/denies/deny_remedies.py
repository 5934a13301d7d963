"""Build the remedies for a Deny statement: make the call as it requires, or exempt the caller."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import as_sentence, clip_text, join_words
from iamtriage.arns._principals import FederatedUser, IdentityCenterRole
from iamtriage.explaining._context.readers.attached_policies import DESCRIBED
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._rules.basics import Denial, Remedy
from iamtriage.explaining._rules.denials import resource_commands
from iamtriage.explaining._rules.denials.conditions import (
    condition_keys,
    denied_regions,
    deny_conditions,
    required_settings,
)
from iamtriage.explaining._rules.denials.denies import required_tags, secure_calls
from iamtriage.explaining._rules.denials.shown_policies.known_policies import list_known_policies
from iamtriage.explaining._rules.shared import commands, pages, remedies
from iamtriage.explaining._rules.shared.clues import find_program, runs_in_notebook
from iamtriage.explaining._rules.shared.credentials.credential_remedies import with_profile
from iamtriage.explaining._rules.shared.messages.decisions import request_values
from iamtriage.policies._readers.elements import as_strings, iterate_conditions

if TYPE_CHECKING:
    from iamtriage.authorization._decoded_statements import DenyingCondition
    from iamtriage.explaining._rules.denials.conditions.deny_conditions import Requirement

_DENIED_SERVICE = lazy_pattern(r"\bauthorized to perform: ([a-z0-9-]{2,30}):")
# https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html
_USUALLY_EXEMPT = (
    *("account", "billing", "budgets", "ce", "cloudfront", "globalaccelerator", "health", "iam"),
    *("organizations", "route53", "route53domains", "shield", "sts", "support", "waf"),
)

# People call with botocore, Go and JavaScript, too: those of the AWS CLI, Terraform and the CDK.
_SDKS_OF_PROGRAMS = frozenset({"cpp", "dotnet", "java-v1", "java-v2", "php", "ruby", "rust"})
_UNATTENDED = "A program that nobody attends cannot enter a code: let it use a role that the Deny exempts."
IF_NEEDED = "If the call must stay as it is"
AS_PRINCIPAL = "Call as a principal"
"""How the title of a remedy begins that is about who calls."""
_BY_OWNER = "the owner of the resource has to scope the Deny down"
# Words of a change that name no value.
_UNSPECIFIC = lazy_pattern(
    r"scope the Deny down|change the boundary, for every principal that has it|change the policy or exempt the caller"
)


def condition_owner(condition: DenyingCondition) -> str:
    """Return what the condition key is a property of: the principal, the resource or the request."""
    from iamtriage.authorization._decoded_statements import key_owner

    return key_owner(condition.key)


def is_tied(denial: Denial) -> bool:
    """Return whether the denied call cannot go to another Region."""
    return (
        denial.service in deny_conditions.GLOBAL_SERVICES or denied_regions.describe_tie(denial) is not None
    )


def exempt_global_service(denial: Denial) -> Remedy:
    """Return how to exempt services from a Deny on Regions: the denied one, or all with one endpoint that it denies."""
    denied = dict.fromkeys((denial.service or "", *_DENIED_SERVICE.findall(denial.failure.text)))
    services = [each for each in denied if each in deny_conditions.GLOBAL_SERVICES]
    tie = denied_regions.describe_tie(denial)
    if tie is not None:
        services = [denial.service or ""]
    names = join_words([deny_conditions.GLOBAL_SERVICES.get(each, each) for each in services], "and")
    is_of_organization = denial.policy_type in {"service_control", "resource_control"}
    build_remedy = remedies.organization_remedy if is_of_organization else remedies.account_remedy
    where = deny_conditions.global_region(denial.service, denial.location.partition)
    counts, opens = f"AWS treats requests to {names} as requests in one Region", ""
    if where:
        counts = f"requests to {names} count as {where}"
        opens = f" To allow {where} instead would allow it for all services."
    step = f"Changing the client's Region does not help: {counts}, whatever Region the client has.{opens}"
    if tie is not None:
        step = f"The call cannot go to another Region: {tie}."
    own = [f"{each}:*" for each in services] if tie is None else [denied_regions.exempted_action(denial)]
    exempt = _exempting_statement(denial, own)
    statement = f"The statement with {join_words(tuple(own), 'and')} in its NotAction:"
    described = [
        exempted
        for policy in list_known_policies(denial)
        if policy.name == DESCRIBED
        for each in policy.denies
        for exempted in as_strings(each.get("NotAction"))
    ]
    if described:
        statement = f"Ask for {join_words(tuple(own), 'and')} to be added to the NotAction of the Deny{': cloudfront:* covers only calls to CloudFront itself' if 'cloudfront:*' in described and tie else ''}."
    elif exempt is None:
        statement = "A Deny on aws:RequestedRegion usually exempts such services with NotAction."
    title = f"Have the Deny exempt {names}, which {'has' if len(services) == 1 else 'have'} one endpoint for all Regions"
    if tie is not None:
        title = f"Have the Deny exempt {own[0].removesuffix(':*')}"
        statement = f"The statement with {own[0]} in NotAction:" if exempt else statement
        if own == [denial.action]:
            step += " To keep it denied in the other Regions, add a Deny of this action there."
    page = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html"
    remedy = build_remedy(title, f"{step} {as_sentence(describe_change(denial))}", statement, url=page)
    return remedy if exempt is None else attrs.evolve(remedy, manifest=exempt)


def _exempting_statement(denial: Denial, own: list[str]) -> str | None:
    """Return the statement of a policy in the text that denies other Regions, with actions exempted, as JSON."""
    for policy in list_known_policies(denial):
        for each in policy.denies:
            keys = {key.lower() for _, key, _ in iterate_conditions(each)}
            if "aws:requestedregion" not in keys or policy.name == DESCRIBED:
                continue
            exempt = as_strings(each.get("NotAction"))
            if not exempt and as_strings(each.get("Action")) != ["*"]:
                return None
            usual = (f"{name}:*" for name in _USUALLY_EXEMPT)
            kept = {"Sid", "Effect", "Resource", "Condition"}
            changed = {name: value for name, value in each.items() if name in kept}
            listed = [*exempt, *own] if exempt else sorted({*own, *usual})
            changed["NotAction"] = list(dict.fromkeys(listed))
            lines = ",\n ".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in changed.items())
            return f"{{{lines}}}"
    return None


def exempts_caller(denial: Denial, requirement: Requirement) -> bool:
    """Return whether the caller cannot meet a requirement, so that the Deny has to exempt it."""
    has_session = denial.role is not None or isinstance(denial.principal, FederatedUser)
    return requirement is deny_conditions.MFA and has_session


def exempt_from_mfa(denial: Denial, name: str, *steps: str) -> Remedy:
    """Return how to exempt a role or federated user, whose sessions carry no MFA, from a Deny without MFA.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html: only those of
    GetSessionToken do, which takes the long-term credentials of an IAM user.
    """
    role = denial.role
    reason = f"the name {name} suggests that it requires MFA" if name else "its sessions carry no MFA"
    why = "GetFederationToken does not support MFA, and get-session-token is only for IAM users."
    exempt: tuple[str, ...] = ()
    if isinstance(role, IdentityCenterRole):
        why = "Sessions of IAM Identity Center carry no MFA, even if the sign-in requires it, and get-session-token is only for IAM users."
    elif role is not None:
        why = "get-session-token is only for IAM users. AWS documents that credentials of AssumeRole carry no MFA, even if a code was passed; those of instances, functions and CI jobs never do."
        exempt = (
            f'This condition exempts the role: "ArnNotLike": {{"aws:PrincipalArn": "{clip_text(resource_commands.principal_arn_pattern(denial))}"}}. If people assume it, its trust policy can require MFA of them.',
        )
    return remedies.account_remedy(
        f"Have the Deny exempt {denial.caller}: {reason}",
        *(why, *steps, as_sentence(describe_change(denial)), *exempt),
        url=pages.MFA_SESSIONS,
    )


def change_step(denial: Denial, condition: DenyingCondition | None = None) -> str:
    """Return who can change the policy if the call cannot be made as it requires.

    Args:
        denial: The denial.
        condition: The condition that matched, if known. A network or caller that it does not list can be added to it.
    """
    is_of_resource = denial.policy_type is None and any(
        each.denies for each in denial.context.resource_policies
    )
    # The condition is that of the statement in the text.
    change = _BY_OWNER if is_of_resource and condition is not None else describe_change(denial)
    lacks_path = denial.role is not None and denial.role.lacks_its_path
    listed_keys: tuple[str, ...] = ("aws:sourcevpc", "aws:sourceip", "aws:requestedregion")
    if not lacks_path:
        listed_keys += ("aws:principalarn",)
    is_listed = condition is not None and condition.key.lower().startswith(listed_keys)
    if condition is not None and is_listed and deny_conditions.accepts_listed_values(condition):
        where = f" of the statement {condition.sid}" if condition.sid else ""
        for added in condition.request_values or ():
            listed = f"add {clip_text(added)} to {clip_text(condition.key)}{where}, next to {clip_text(join_words(condition.policy_values, 'and'))}"
            if condition.key.lower() == "aws:sourceip":
                networks = (*condition.policy_values, *map(_as_network, condition.request_values or ()))
                shown = ", ".join(f'"{clip_text(each)}"' for each in networks)
                listed = f"set {condition.key}{where} to [{shown}]"
            change = _UNSPECIFIC.sub(lambda _: listed, change, count=1)  # noqa: B023 (called at once)
    arn = denial.resource_arn
    if arn is not None and arn.service == "execute-api" and denial.policy_type in {None, "resource"}:
        api, stage = (*arn.resource.split("/"), "STAGE_NAME")[:2]
        deploy = commands.fill_command(
            "aws apigateway create-deployment --rest-api-id {} --stage-name {} --region {}",
            *(api, stage, arn.region),
        )
        change += f", and to deploy the API: {deploy}"
    return f"{IF_NEEDED}, {change}."


def _as_network(address: str) -> str:
    """Return an address as a network of one address, unless it is a network already.

    >>> [_as_network(each) for each in ("198.51.100.7", "2001:db8::7", "192.0.2.0/24")]
    ['198.51.100.7/32', '2001:db8::7/128', '192.0.2.0/24']
    """
    return address if "/" in address else f"{address}/{128 if ':' in address else 32}"


def describe_change(denial: Denial) -> str:
    """Return who can change the policy, without the period at the end."""
    account = f" of account {denial.account}" if denial.account else ""
    identity = f"an IAM administrator{account} has to scope the Deny down"
    if isinstance(denial.role, IdentityCenterRole):
        name = f" {denial.role.permission_set}" if denial.role.permission_set else ""
        identity = f"an administrator of IAM Identity Center has to change the permission set{name}"
    of_resource = "the resource's policy, " if denial.can_have_resource_policy else ""
    owner = (denial.policy or "").partition(":organizations::")[2].partition(":")[0]
    of_owner = f" (management account {owner})" if owner.isdecimal() else ""
    who = {
        "service_control": f"only an administrator of the organization can change the policy or exempt the caller{of_owner}",
        "resource_control": "only an administrator of the organization that owns the resource's account can change the policy",
        "permissions_boundary": f"an administrator{account} has to change the boundary, for every principal that has it",
        "identity": identity,
        "resource": _BY_OWNER,
        "session": "open a session whose session policy has no such Deny",
        "vpc_endpoint": "the owner of the VPC endpoint has to scope the Deny down",
        "role_trust": "the owner of the role has to scope the Deny down",
        None: f"the owner of the policy with the Deny has to scope it down. It can be an identity-based policy, {of_resource}a boundary, an SCP, a session policy or a VPC endpoint policy",
    }
    return who[denial.policy_type]


def find_other_region(denial: Denial) -> tuple[str, str] | None:
    """Return the title and the step on a call in another Region, if the text states one and the call can go there."""
    called = find_called_region(denial)
    if called is None or denied_regions.model_region_remedy(denial) is not None:
        return None
    allowed = denied_regions.find_allowed_regions(denial.failure.text, called)
    if not allowed or not denied_regions.can_change_region(denial):
        return None
    title = f"Call in {join_words(allowed, 'or')}, with --region {allowed[0]}: the text names the allowed Region{'s' if len(allowed) > 1 else ''}"
    return title, describe_called_region(denial, called)


def find_called_region(denial: Denial) -> str | None:
    """Return the Region of the call, which the request context or the ARN of the resource states."""
    called = "" if denial.resource_arn is None else denial.resource_arn.region
    called = called or next(iter(request_values(denial.facts, *deny_conditions.REGION.keys)), "")
    return None if not called or "*" in called else called


def describe_called_region(denial: Denial, called: str) -> str:
    """Return in which Region the call was made, and how to choose another one."""
    setting = denied_regions.region_setting(denial, called)
    return f"The call was made in {clip_text(called)}{setting}. {deny_conditions.REGION.step}"


def revocation_commands(denial: Denial) -> tuple[str, ...]:
    """Return the commands that print the policy that revokes sessions, and who added it."""
    role = commands.role_name(None if denial.role is None else denial.role.name)
    name = deny_conditions.REVOCATION.names
    listed = [run.command for run in find_runs(denial.failure) if name in run.output]
    profile = listed[0].option("profile") if listed else None
    lines: tuple[str, ...] = (
        commands.fill_command(f"aws iam get-role-policy --role-name {{}} --policy-name {name}", role),
        f"aws cloudtrail lookup-events --region us-east-1 --lookup-attributes AttributeKey=EventName,AttributeValue=PutRolePolicy --query \"Events[?contains(CloudTrailEvent,'{name}')].[EventTime,Username,Resources[].ResourceName]\"",
    )
    # The text has the policy itself already.
    lines = lines[1:] if deny_conditions.REVOCATION.keys[0] in denial.failure.text else lines
    return tuple(with_profile(None if profile is None else profile.value, each) for each in lines)


_SERVERLESS_BOUNDARY = lazy_pattern(
    r"permissionsBoundary in serverless\.yml (?P<to>to (?P<arn>arn:[\w+=,.@:/-]{1,600}[\w/]))"
)


_PLAIN_NAME = lazy_pattern(r"(?:[A-Z][a-z]{2,30}){2,4}")
# The values have no quotes.
_TAG_OPTION = lazy_pattern(
    r"Write (?P<option>--tag-specifications(?: 'ResourceType=[^'\n]{1,2000}'){1,8}):"
    r"|Add (?P<tags>--tags [^\n]{1,600}?) to the command [a-z0-9-]{3,60}:(?![^\n]* in the same way\.)"
)
_VOLUME_TAGS = lazy_pattern(r"\bwrite (volume_tags = \{[^{}]{0,1000}\})")


def build_remedy(
    denial: Denial,
    requirement: Requirement,
    title: str,
    *steps: str,
    condition: DenyingCondition | None = None,
    suggested_by: str = "",
) -> Remedy:
    """Return how to satisfy a requirement, which a condition of a Deny states, or a name suggests."""
    lines: tuple[str, ...] = ()
    manifest: str | None = None
    after: tuple[str, ...] = (change_step(denial, condition),)
    if requirement.has_key("iam:PermissionsBoundary"):
        created = "user" if denial.lowercase_action == "iam:createuser" else "role"
        others = f"Each {created} that you create needs it"
        if steps and (setting := _SERVERLESS_BOUNDARY.search(steps[0])) is not None:
            manifest = f"provider:\n  iam:\n    role:\n      permissionsBoundary: {setting['arn']}"
            steps = (
                f"The Serverless Framework creates the role without a boundary. {steps[0].replace(setting['to'], 'as below')}",
                *steps[1:],
            )
            others += ", also roles under resources, with PermissionsBoundary, and those of plugins"
        after = (f"The boundary must also allow the actions of the policies that you attach. {others}.",)
    if requirement is deny_conditions.REVOCATION:
        lines = revocation_commands(denial)
        replaced = "Instances, tasks and pods get new credentials when you replace them. "
        if runs_in_notebook(denial.failure):
            replaced = ""
            steps = tuple(each.replace("restart the program", "restart the kernel") for each in steps)
        after = (
            f"{replaced}If a new session is denied, too, another Deny matches.",
            "With the new session, find out who revoked the others and why (the commands): credentials may have leaked. If the policy is deleted, the old sessions work again, so keep it until all of them have expired, which takes at most 12 hours.",
        )
    if exempts_caller(denial, requirement):
        return exempt_from_mfa(denial, suggested_by, *steps[1:])
    if secure_calls.requires_tls(requirement) and not suggested_by:
        return secure_calls.secure_call_remedy(denial, requirement, title)
    if requirement is deny_conditions.MFA:
        step, lines, manifest = secure_calls.call_with_mfa(denial)
        steps = tuple(each.replace(deny_conditions.MFA.step, step) for each in steps)
        if denial.failure.envelope.source in _SDKS_OF_PROGRAMS:
            after = (_UNATTENDED, *after)
    if condition is not None and deny_conditions.accepts_listed_values(condition):
        lines = lines or remedies.present(
            condition_keys.repeat_with(denial, condition.key, condition.policy_values)
        )
    if (
        requirement is deny_conditions.REGION
        and condition is not None
        and not denied_regions.describe_place(denial)
    ):
        lines = _region_commands(denial, condition)
    title = title.replace("{what}", required_settings.describe_created(denial))
    if suggested_by:
        title += f", as the name {suggested_by} suggests"
    if steps and (code := _VOLUME_TAGS.search(steps[0])) is not None:
        manifest, lines = code[1], ("terraform apply",)
        steps = (steps[0].replace(code[0], "set volume_tags as below"), *steps[1:])
    if steps and (written := _TAG_OPTION.search(steps[0])) is not None:
        again = required_tags.repeat_tagged(denial, written["option"] or written["tags"])
        if again is not None:
            lines = (again,)
            repeated = "it" if written["option"] else "the command"
            steps = (steps[0].replace(written[0], f"Repeat {repeated} as below:"), *steps[1:])
    return remedies.your_remedy(
        title,
        *steps,
        *after,
        commands=lines,
        manifest=manifest,
        manifest_language="hcl"
        if lines == ("terraform apply",)
        else "text"
        if requirement is deny_conditions.MFA
        else "yaml",
        url=requirement.url,
    )


def name_property(key: str) -> str:
    """Return what a condition key of a service is about, in words, or the key.

    >>> name_property("ec2:InstanceType"), name_property("aws:RequestedRegion"), name_property("s3:x-amz-acl")
    ('instance type', 'aws:RequestedRegion', 's3:x-amz-acl')
    """
    service, _, name = key.partition(":")
    is_plain = service != "aws" and _PLAIN_NAME.fullmatch(name) is not None
    return re.sub(r"(?<!\A)(?=[A-Z])", " ", name).lower() if is_plain else key


def _region_commands(denial: Denial, condition: DenyingCondition) -> tuple[str, ...]:
    """Return how a shell makes the call in a Region that the Deny accepts."""
    accepted = ""
    if deny_conditions.accepts_listed_values(condition):
        own = denied_regions.find_own_region(denial.failure.text, condition.policy_values)
        accepted = own or condition.policy_values[0]
    # Others have their own settings, which take precedence over variables of the shell.
    is_of_shell = denial.context.runtime is None and find_program(denial.failure) is None
    if not accepted or commands.region(accepted) != accepted:
        return ()
    # So do settings in code and files.
    called = getattr(denial.resource_arn, "region", None) or denial.facts.region
    written = denied_regions.find_setting(denial, called) if called else None
    is_of_shell = is_of_shell and (
        written is None or written.startswith(("AWS_REGION=", "AWS_DEFAULT_REGION="))
    )
    again = commands.repeat_command(denial.context.command, changes={"region": accepted})
    exported = f"export AWS_REGION={accepted} AWS_DEFAULT_REGION={accepted}"
    return remedies.present(again or (exported if is_of_shell else None))
