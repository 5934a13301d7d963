"""Explain that a role of another account cannot be passed to a service.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html.
"""

from __future__ import annotations

import json
import re
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.arns._principals import Role
from iamtriage.explaining._context.readers.profiles import find_listed_profiles, find_profile_sections
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials.conditions import role_recipients
from iamtriage.explaining._rules.denials.roles.passing_roles import find_stated_role
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.grants.service_access import (
    CALLERS_OF_TARGETS,
    DESTINATION_ACTIONS,
    allow_target,
)
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.requirements.services import service_trust_policy
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.policies._documents import allow, build_document

_RESOURCE = lazy_pattern(
    r"(?a)arn:aws[a-z-]{0,12}:(?!iam|sts)[a-z0-9-]{2,30}:[a-z0-9-]{0,30}:(?P<account>[0-9]{12}):[\w/:.@-]{0,199}\w"
)

_ROLE = lazy_pattern(r"(?a)arn:aws[a-z-]{0,12}:iam::(?P<account>[0-9]{12}):role/[\w+=,.@/-]{1,300}\w")
_USED_PROFILE = lazy_pattern(r"(?a)(?:--(?:aws-)?profile[ =]|\bAWS_PROFILE=)[\"']?([\w.@+:/-]{1,64})")

CROSS_ACCOUNT_PASS_ROLE = CauseType(
    "cross-account-pass-role",
    title="A role of another account cannot be passed",
    text="A role can be passed only within its own account. Neither iam:PassRole nor the role's trust policy changes that.",
    recognised_by='AWS says "Cross-account pass role is not allowed", or the role is in another account than the caller.',
    fix="Create a role in the account of the resource and pass that one.",
    sources=(pages.PASS_ROLE,),
)
_CREATE = "aws iam create-role --role-name {} --assume-role-policy-document file://trust.json"
_ATTACH = "aws iam put-role-policy --role-name {} --policy-name CallTarget --policy-document {}"
_ATTACH_ALL = "for policy in {}; do aws iam attach-role-policy --role-name {} --policy-arn arn:{}:iam::aws:policy/$policy; done"
# What roles for these calls need. https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html
_NEEDS = {
    "CreateNodegroup": "AmazonEKSWorkerNodePolicy, AmazonEC2ContainerRegistryPullOnly and, unless the VPC CNI plugin has a role of its own, AmazonEKS_CNI_Policy"
}
# What a text says of the account of a resource: "cluster in 111122223333".
_STATED_ACCOUNT = lazy_pattern(
    r"(?ai)\b(?:account(?: id)?|in|of|from)\b[ :=#\"']{1,4}(?P<account>\d{12})\b|:(?P<of_arn>\d{12}):"
)
_CHECK_ACCOUNTS = (
    "Check the account ID in the role's ARN and the profile of the call: often one of them is the wrong one."
)


def explain_cross_account_pass(denial: Denial) -> Explanation:
    """Explain that a role of another account can't be passed."""
    operation = denial.failure.envelope.operation
    call = f"the call {operation}" if operation else "the call"
    stated, caller = denial.context.account, denial.context.caller
    caller_arn = None if caller is None else principal_words.try_parse_principal(caller.value)
    own = denial.account or (stated and stated.value) or getattr(caller_arn, "account", None)
    passed = denial.target_role or find_stated_role(denial) or _find_foreign_role(denial, own)
    other = denial.resource_account if passed is None else passed.account
    is_reported = denial.message_rule is not None
    is_stated = own is None and is_reported and other is not None
    own = _find_stated_account(denial.failure.text, other) if is_stated else own
    summary = f"A role of another account cannot be passed to a service: {call} was denied."
    crosses = own is not None and other is not None and own != other
    if crosses:
        role = "The role" if passed is None else f"The role {passed.name}"
        summary = f"{role} belongs to account {other}, and {call} is made in {own}: no permission lets a role be passed to a service of another account."
    elif passed is not None:
        summary = f"{capitalize_start(call)} passes the role {passed.name} of account {other}, most likely from another account: a role can be passed only within its own."
    accounts = f"The caller is in account {own}, the role in {other}."
    reason = "The message says: Cross-account pass role is not allowed" if is_reported else accounts
    recipient = role_recipients.role_recipient(denial)
    trusted = (recipient and recipient.principal) or "the service"
    of_call = f"account {own}, in which" if own else "the account in which"
    others = _find_resources(denial, other)
    check = None if others else _CHECK_ACCOUNTS
    name = "ROLE_NAME" if passed is None else passed.name
    by = denial.caller if caller is None else principal_words.describe_principal(caller_arn, None)
    policy = None if recipient is None else service_trust_policy(trusted, recipient.trust_actions)
    new = attrs.evolve(passed, account=own) if own and crosses and passed else None
    calls_target = trusted in CALLERS_OF_TARGETS and not others
    grant = allow_target(denial.failure.text, own) if calls_target else None
    needs = _describe_access(others, other, new) if others or not (grant or operation in _NEEDS) else ""
    permissions, lines = _create_role(denial, passed, name, grant)
    look = None if own else "aws sts get-caller-identity --query Account --output text"
    if new is not None and not others:
        check = f"If account {own} has a role {name}, pass {new} instead."
        if is_stated:
            check += f" If aws sts get-caller-identity prints another account than {own}, the call used the wrong credentials."
    if new is not None and not others and operation not in _NEEDS:
        look = commands.fill_command("aws iam get-role --role-name {} --query Role.Arn --output text", name)
        lines = (Labelled("If it has none:", lines[0]), *lines[1:])
    setting = None if passed is None else _find_setting(denial.failure.text, str(passed))
    pass_it = f"Set {setting} to {new or 'its ARN'}." if setting else "Pass that role."
    own_role = Remedy(
        f"Use a role of {of_call} the call is made",
        "account administrator",
        (
            *((check,) if check else ()),
            f"{'Otherwise, create' if check else 'Create'} a role in {own or 'that account'} that trusts {trusted}{' (its trust policy is trust.json)' if policy else ''} and {permissions}. {pass_it} {capitalize_start(by)} needs iam:PassRole on it.",
            *((needs,) if needs else ()),
        ),
        (*filter(None, (look,)), *(lines if policy else ())),
        policy,
        layer="role_trust",
        url=pages.PASS_ROLE,
    )
    profile = None if own is None or other is None else _find_other_profile(denial.failure.text)
    # A resource of the call, such as the cluster, is only in the account that the text states.
    remedies = (
        (own_role,) if is_stated and own else (own_role, _use_other_account(others, other, crosses=crosses))
    )
    if profile is not None:
        remedies = (
            _use_profile(profile, other, passed),
            attrs.evolve(own_role, title=f"Or, if account {own} is the right one, use one of its roles"),
        )
    return denial.explain(
        summary,
        CROSS_ACCOUNT_PASS_ROLE.cause("reported" if is_reported else "derived", reason),
        remedies=remedies,
    )


def _create_role(
    denial: Denial, passed: Role | None, name: str, grant: dict[str, Any] | None
) -> tuple[str, tuple[str, ...]]:
    """Return what the new role must be able to do, as a clause, and the commands that create it and let it."""
    role, needs = commands.role_name(name), _NEEDS.get(denial.failure.envelope.operation or "")
    create = commands.fill_command(_CREATE, role)
    if needs is not None:
        managed = " ".join(re.findall(r"Amazon\w+", needs))
        return f"has {needs}", (
            create,
            _ATTACH_ALL.format(managed, role, passed.partition if passed else "aws"),
        )
    if grant is None:
        return "has the permissions that the old one has", (create,)
    attach = commands.fill_command(_ATTACH, role, json.dumps(build_document((grant,))))
    return f"can call {grant['Action']} on {grant['Resource']}", (create, attach)


def _use_other_account(others: tuple[str, ...], account: str | None, *, crosses: bool) -> Remedy:
    """Return the remedy that makes the call in the account of the role."""
    step = (
        f"{others[0]} is in account {account}, too. If that is the right account, assume one of its roles, and make the call with it."
        if others
        else "The credentials or the profile can be those of the wrong account: make the call with others."
    )
    return your_remedy(
        f"Or make the call in account {account}, if it is the right one"
        if crosses
        else "Or make the call in the role's account",
        step,
        url=pages.OTHER_ACCOUNTS,
    )


def _use_profile(profile: str, account: str | None, passed: Role | None) -> Remedy:
    """Return the remedy that makes the call with a profile that can be of the role's account."""
    its_caller = "" if passed is None else f" Its caller needs iam:PassRole on {passed}."
    show = "aws sts get-caller-identity --profile {} --query Account --output text"
    return your_remedy(
        f"Make the call with the profile {profile}, if it is of account {account}",
        f"The first command must print {account}. Then repeat the call in the same shell, and unset AWS_PROFILE before other work.{its_caller}",
        commands=(
            commands.fill_command(show, profile),
            commands.fill_command("export AWS_PROFILE={}", profile),
        ),
        url=pages.OTHER_ACCOUNTS,
    )


def _find_foreign_role(denial: Denial, own: str | None) -> Role | None:
    """Return the only role of another account than the caller's in the text."""
    found = {each[0] for each in _ROLE.finditer(denial.failure.text) if own not in {None, each["account"]}}
    role = principal_words.try_parse_principal(found.pop()) if len(found) == 1 else None
    return role if isinstance(role, Role) else None


def _find_stated_account(text: str, other: str | None) -> str | None:
    """Return the only account besides that of the role that a text states."""
    found = {each["account"] or each["of_arn"] for each in _STATED_ACCOUNT.finditer(text)}
    return only_one(found - {other})


def _find_setting(text: str, arn: str) -> str | None:
    """Return the parameter, attribute or option to which code or a command sets an ARN.

    >>> arn = "arn:aws:iam::111122223333:role/app"
    >>> [_find_setting(each, arn) for each in (f'node_role_arn = "{arn}"', f"--role {arn} ", f"role={arn}")]
    ['node_role_arn', '--role', None]
    """
    found = re.search(
        rf"(?am)(?:(?:^[ \t-]{{0,40}}(?P<key>\w{{0,30}}(?i:role)\w{{0,30}}): |\b(?P<name>\w{{0,30}}(?i:role)\w{{0,30}})[\"']?[ \t]{{0,20}}[:=][ \t]{{0,4}}[\"'])|(?P<option>--[\w-]{{2,40}})[ =][\"']?){re.escape(arn)}",
        text,
    )
    return None if found is None else found["key"] or found["name"] or found["option"]


def _find_other_profile(text: str) -> str | None:
    """Return the only profile that the text lists in addition to the one in use and the default one."""
    listed = (*find_listed_profiles(text), *(each.name for each in find_profile_sections(text)))
    used = set(_USED_PROFILE.findall(text)) | {"default"}
    others = [each for each in dict.fromkeys(listed) if each not in used]
    return only_one(others)


def _find_resources(denial: Denial, account: str | None) -> tuple[str, ...]:
    """Return the ARNs of an account's resources, except principals, in the text."""
    found = _RESOURCE.finditer(denial.failure.text)
    return tuple(dict.fromkeys(each[0] for each in found if each["account"] == account))


def _describe_access(resources: tuple[str, ...], account: str | None, role: Role | None) -> str:
    """Return what the new role needs to use the resources of the other account."""
    if not resources:
        return f"If the service uses resources of {f'account {account}' if account else 'the other account'}, they must allow the new role in their own policies, too, or the new role assumes a role there (sts:AssumeRole)."
    action = DESTINATION_ACTIONS.get(resources[0].split(":")[2])
    if action is not None and role is not None:
        statement = json.dumps(
            allow(action, resources[0], principal={"AWS": str(attrs.evolve(role, path="/"))})
        )
        return f"Allow the new role {action} on {resources[0]} in its own policy. The owner of account {account} also adds a statement to the policy of that resource: {statement}"
    return f"Allow the new role {action or 'access'} in its own policy and in the policy of {resources[0]}: across accounts, both must allow it."
