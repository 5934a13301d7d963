"""Explain denials by a Deny statement in an identity-based policy, or in a policy that AWS does not name."""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, lower_first
from iamtriage.arns._principals import IdentityCenterRole, User
from iamtriage.explaining._context.readers.attached_policies import find_only_group, lists_others_only
from iamtriage.explaining._explanations.explanations import ONE_POLICY_TYPE
from iamtriage.explaining._rules.basics import Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials.conditions import denied_regions
from iamtriage.explaining._rules.denials.conditions.deny_conditions import shows_revocation
from iamtriage.explaining._rules.denials.denies import deny_remedies, secure_calls
from iamtriage.explaining._rules.denials.denies.deny_requirements import typical_requirement
from iamtriage.explaining._rules.denials.denies.landing_zones import LISTED_HOLDER, explain_quarantine
from iamtriage.explaining._rules.denials.policy_causes import stated_cause
from iamtriage.explaining._rules.denials.policy_types.identity_remedies import simulation_commands
from iamtriage.explaining._rules.shared import commands, pages, remedies
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import EXPLICIT_DENY
from iamtriage.explaining._rules.shared.grants import denial_remedies
from iamtriage.explaining._rules.shared.grants.allow_remedies import other_side_command
from iamtriage.explaining._rules.shared.messages import decisions
from iamtriage.explaining._rules.shared.wording import denial_summary, reason_lines, why_no_allow_helps

_OF_SET = (
    "aws sso-admin {}-permission-set --instance-arn INSTANCE_ARN --permission-set-arn PERMISSION_SET_ARN"
)
_MANAGED_POLICY = lazy_pattern(r"arn:aws[a-z-]{0,12}:iam::aws:policy/")
_SEARCH = "The simulator names the policy, unless the Deny depends on how you call. Then look for Deny with {}, {}:*, * or NotAction in the policies{}."
_OF_GROUPS = ", also in those of each group (list-group-policies, list-attached-group-policies)"
_SOURCES = "'EvaluationResults[].MatchedStatements[].SourcePolicyId'"


def _change_step(denial: Denial) -> str:
    intent = denial_remedies.describe_intention(
        denial, (denial.policy or "").rpartition("/")[2], *denial.statements
    )
    group = _find_group(denial)
    members = ""
    if group is not None and _change_commands(denial):
        members = f" This affects all members of the group {clip_text(group)}."
    return f"{intent} If the request is legitimate, {deny_remedies.describe_change(denial)}.{members}"


def _evaluated_policy_commands(denial: Denial) -> tuple[str, ...]:
    """Return the command that prints the inline policy that denied, as IAM keeps it with the authorization details."""
    show = (
        "aws iam-toolbox get-request-authorization-policy --authorization-id {} --policy-uri {} --region {}"
    )
    return tuple(
        fill_command(
            show, denial.failure.authorization_id, policy.uri, denial_remedies.console_region(denial)
        )
        for reason in decisions.matching_reasons(denial.action, denial.facts.authorization_details)[:1]
        for policy in reason.policies[:1]
        if denial.failure.authorization_id and policy.arn is None
    )


def _leave_group(denial: Denial) -> remedies.Commands:
    """Return the command that removes the user from the group whose policy denies."""
    group = _find_group(denial)
    if group is None or not isinstance(denial.principal, User):
        return ()
    remove = "aws iam remove-user-from-group --group-name {} --user-name {}"
    line = fill_command(remove, commands.group_argument(group), commands.user_name(denial.principal.name))
    label = f"If {denial.caller} does not belong in the group {clip_text(group)} (all of its policies go):"
    return (Labelled(label, line),)


_TRY_MFA = "Such a Deny often applies only without MFA (aws:MultiFactorAuthPresent), as with plain access keys: export all three values that get-session-token returns, and repeat the call."
_CONSOLE_HAS_MFA = " A console session has MFA if you signed in with a code, access keys never have."
_WITH_MFA = lazy_pattern(
    r"(?i)\bmfaAuthenticated\W{1,6}true\b|\b(?:with|us(?:e|ed|ing)|through|via|entered) (?:[\w']{1,12} ){0,3}(?:mfa|multi-?factor)\b"
)


def _needs_mfa(denial: Denial) -> bool:
    """Return whether the call works in the console, whose session has MFA, and not with access keys."""
    return _may_need_mfa(denial) and secure_calls.works_with_mfa(denial.failure.text)


def _may_need_mfa(denial: Denial) -> bool:
    """Return whether nothing shows that the Deny is about something other than MFA."""
    names = (each["name"] for each in _LISTED.finditer(denial.failure.text))
    return secure_calls.may_need_mfa(denial) and not any(map(_NAME_OF_DENY.search, names))


def _try_mfa_first(denial: Denial, find: Remedy) -> tuple[Remedy, ...]:
    """Return the remedy that finds a Deny, with or behind the call with MFA, unless the text shows what the Deny requires."""
    if not _may_need_mfa(denial):
        return (find,)
    step, lines, manifest = secure_calls.call_with_mfa(denial)
    if secure_calls.works_with_mfa(denial.failure.text):
        again = commands.repeat_command(denial.context.command)
        mfa = remedies.your_remedy(
            "Make the call with MFA",
            step,
            commands=(*lines, Labelled("Then, with these credentials:", again) if again else None),
            manifest=manifest,
        )
        return mfa, attrs.evolve(
            find, title=f"If the call with MFA is denied, too: {lower_first(find.title)}"
        )
    if not lines or _WITH_MFA.search(denial.failure.text):
        return (find,)
    tried = f"{_TRY_MFA}{_CONSOLE_HAS_MFA * ('onsole' in denial.failure.text)}"
    title = "Try the call with MFA, or find and change the Deny statement"
    return (attrs.evolve(find, title=title, steps=(tried, *find.steps), commands=(*lines, *find.commands)),)


def _allow_afterwards(denial: Denial) -> Remedy | None:
    """Return the remedy for a call that no policy would allow without the Deny, as the facts show."""
    if decisions.other_policies_without_allow(denial.facts, denial.action) is None or not denial.action:
        return None
    put = other_side_command(denial, denial.action)
    title = f"After the Deny is lifted, also allow {denial.action} for {denial.caller}"
    return None if put is None else remedies.account_remedy(title, commands=str(put), url=pages.EVALUATION)


def explain_identity_deny(denial: Denial) -> Explanation:
    """Explain a denial by a ``Deny`` in an identity-based policy."""
    if (quarantined := explain_quarantine(denial)) is not None:
        return quarantined
    # The command for the group, role or user prints the policy, too.
    kept = decisions.inline_policy_commands(denial.facts, denial.action)
    inline = kept or _evaluated_policy_commands(denial)
    name = (denial.policy or "").rpartition("/")[2]
    unnamed = f"the identity-based policy {clip_text(name)}" if name else "an identity-based policy"
    named = next(decisions.named_statements(denial.facts, denial.action), None)
    is_revoked, is_of_all = shows_revocation(denial), name == "AWSDenyAll"
    found = f"an identity-based policy of {denial.caller}"
    holders = ", or of one of its groups" if isinstance(denial.principal, User) else ""
    policy = f" AWS does not name this policy of {denial.caller}{holders}."
    if named or is_revoked:
        policy = ""
    if denial.policy and denial.policy not in (named or ""):
        found, policy = denial.policy, ""
        if _is_of_group(denial):
            policy = f" It is not attached to {denial.caller} itself, so a group of the user has it: list-entities-for-policy prints which."
            if (group := _find_group(denial)) is not None:
                policy = f" It is not attached to {denial.caller} itself, so the user has it through {clip_text(group)}, the only group in the list."
    is_managed = _MANAGED_POLICY.match(denial.policy or "") is not None and denial.principal is not None
    if is_managed:
        policy = f"{policy} It is an AWS managed policy, which only AWS changes."

    def build_remedies() -> tuple[Remedy | None, ...]:
        details = denial_remedies.authorization_details_remedy(denial)
        remedy = remedies.account_remedy(
            f"{'Read' if named else 'Find'} the Deny statement, {denial_remedies.CHANGE_OR_NARROW}",
            None
            if inline or denial.policy
            else _SEARCH.format(denial.action or "the action", denial.service, _OF_GROUPS if holders else ""),
            # A group says why: what the statement requires matters less.
            None if _find_group(denial) else typical_requirement(denial),
            _change_step(denial),
            *denied_regions.region_steps(denial),
            commands=(*(inline or _policy_commands(denial)), *(_leave_group(denial) if inline else ())),
            url=pages.EVALUATION,
        )
        first: tuple[Remedy | None, ...] = _try_mfa_first(denial, attrs.evolve(remedy, layer="identity"))
        if is_revoked:
            first, details = (), None
        if is_managed:
            first = (_detach_remedy(denial, name),)
        # The authorization details name the policy, if the message does not.
        ordered = (*first, details) if denial.policy else (details, *first)
        return (denied_regions.model_region_remedy(denial), *ordered, _allow_afterwards(denial))

    every = ", as it does every action" if is_of_all else ""
    if _needs_mfa(denial):
        every = ", most likely because access keys carry no MFA"
        policy += " The console session, in which the call works, has MFA: this points to a Deny without it (aws:MultiFactorAuthPresent)."
    verdict = f"{named or unnamed} explicitly denies it{every}{denied_regions.other_model_region(denial)}"
    return denial.explain(
        denial_summary(denial, verdict),
        stated_cause(
            denial,
            "identity",
            f"{'' if named else f'A Deny in {found} matches.'}{policy} {'An Allow does not override it.' if is_revoked or is_of_all else why_no_allow_helps(denial)}".lstrip(),
        ),
        remedies=build_remedies,
        notes=ONE_POLICY_TYPE,
    )


# A policy that a list in the text has, whose name says that it denies.
_LISTED = lazy_pattern(
    r"(?a)\barn:aws[a-z-]{0,12}:iam::(?:aws|\d{12}):policy/(?:[\w+=,.@-]{1,128}/){0,4}(?P<name>[\w+=,.@-]{1,128})"
)
_NAME_OF_DENY = lazy_pattern(
    r"(?i:deny|denies|forbid|prohibit|restrict|disallow|block|prevent|guard-?rail|quarantine|lock-?down)|(?<![a-z])[Nn]o[-_]?[A-Z]"
)


def add_listed_policy(denial: Denial, explanation: Explanation) -> Explanation:
    """Return in which of the policies that the text lists the Deny most likely is, judging by their names."""
    listed = {each[0]: each["name"] for each in _LISTED.finditer(denial.failure.text)}
    names = {arn: name for arn, name in listed.items() if _NAME_OF_DENY.search(name)}
    if len(names) != 1 or len(explanation.causes) != 1 or not explanation.remedies:
        return explanation
    arn, name = names.popitem()
    holders = set(LISTED_HOLDER.findall(denial.failure.text))
    if holders and getattr(denial.role or denial.principal, "name", None) not in holders:
        return explanation  # the list is that of another role or user
    at = next(
        (at for at, each in enumerate(explanation.remedies) if "the Deny statement" in each.title), None
    )
    if at is None:
        return explanation
    remedy = explanation.remedies[at]
    shown = commands.show_policy_commands(commands.arn(arn))
    step = f"Judging by its name, the Deny is in {clip_text(name)}, which the text lists: the first two commands print it."
    first = attrs.evolve(
        remedy,
        steps=(step, *(each for each in remedy.steps if not each.startswith("The simulator"))),
        commands=(*shown, *remedy.commands),
    )
    cause = explanation.causes[0]
    return attrs.evolve(
        explanation,
        summary=f"{explanation.summary.removesuffix('.')}, most likely {clip_text(name)}, which the text lists.",
        causes=(attrs.evolve(cause, because=(*cause.because, f"The text lists {clip_text(arn)}.")),),
        remedies=(*explanation.remedies[:at], first, *explanation.remedies[at + 1 :]),
    )


def _detach_remedy(denial: Denial, name: str) -> Remedy:
    """Return what to do about an AWS managed policy that denies, such as AWSDenyAll: nobody can change it.

    Budget actions attach policies:
    https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-controls.html.
    """
    kind, holder = denial_remedies.policy_holder(denial) or ("role", commands.role_name(None))
    arn = commands.arn(denial.policy, "POLICY_ARN")
    region = commands.REGIONS_OF_IAM.get(denial.location.partition or "", "us-east-1")
    show: str = commands.show_holders(arn, "see which users, groups and roles have the policy")
    build = remedies.account_remedy
    event, detach = f"Attach{kind.capitalize()}Policy", commands.detach_policy(kind, holder, arn)
    step, of_group = f"CloudTrail has the events of IAM in {region}, for 90 days.", ""
    others: str | None = None
    if (group := _find_group(denial)) is not None:
        event = "AttachGroupPolicy"
        detach = commands.detach_policy("group", commands.group_argument(group), arn)
        of_group = f" All members of the group {clip_text(group)} have it."
    elif kind == "user":
        step += " If the list shows a group of the user, look up AddUserToGroup instead."
        others = Labelled(
            "Or, if the list shows a group of the user, whose other permissions this takes away, too:",
            fill_command("aws iam remove-user-from-group --group-name GROUP_NAME --user-name {}", holder),
        )
    elif isinstance(denial.role, IdentityCenterRole):
        # IAM rejects changes to its roles, which have the policies of a permission set.
        event, region = "AttachManagedPolicyToPermissionSet", "REGION"
        show, build = "aws sso-admin list-instances", remedies.organization_remedy
        step = "REGION is that of IAM Identity Center. list-instances prints INSTANCE_ARN, and the console shows PERMISSION_SET_ARN on the page of the permission set."
        detach = fill_command(
            f"{_OF_SET.format('detach-managed-policy-from')} --managed-policy-arn {{}}", arn
        )
        others = f"{_OF_SET.format('provision')} --target-type ALL_PROVISIONED_ACCOUNTS"
    find = f"aws cloudtrail lookup-events --region {region} --lookup-attributes AttributeKey=EventName,AttributeValue={event} --query"
    query = f"Events[?contains(CloudTrailEvent, '{arn}')].[EventTime,EventName,Username]"
    return build(
        f"Find out who attached {clip_text(name)} and why, then detach it",
        f"A person or an automation attached it, such as a budget action, an incident response or an offboarding: ask them first.{of_group}",
        step,
        commands=(
            show,
            fill_command(f"{find} {{}}", query),
            Labelled("Then, if the reason no longer applies:", detach),
            others,
        ),
        url=pages.EVALUATION,
    )


def _show_policy_commands(denial: Denial) -> remedies.Commands:
    """Return the commands that print the policy that denies, or list the caller's policies."""
    if denial.policy is None:
        sources = (f"{each} --query {_SOURCES}" for each in simulation_commands(denial))
        return (*sources, *denial_remedies.list_policies_commands(denial))
    arn = commands.arn(denial.policy, "POLICY_ARN")
    # The details name the group.
    if _find_group(denial) is not None:
        return commands.show_policy_commands(arn)
    return (*commands.show_policy_commands(arn), commands.show_holders(arn))


def _policy_commands(denial: Denial) -> remedies.Commands:
    """Return the commands that print and change the policy that denies."""
    lines = (*_show_policy_commands(denial), *_leave_group(denial), *_change_commands(denial))
    if denial.policy is None or (arn := commands.arn(denial.policy, "POLICY_ARN")) != denial.policy:
        return lines
    # Long lines wrap badly.
    return (f"policy={arn}", *remedies.replace_in(lines, arn, '"$policy"'))


def _change_commands(denial: Denial) -> remedies.Commands:
    """Return the commands that change or detach the customer managed policy that denies."""
    holder = denial_remedies.policy_holder(denial)
    if denial.policy is None or holder is None or isinstance(denial.role, IdentityCenterRole):
        return ()
    arn, (kind, name) = commands.arn(denial.policy, "POLICY_ARN"), holder
    if (group := _find_group(denial)) is not None:
        detach = commands.detach_policy("group", commands.group_argument(group), arn)
        label = f"Or, if no member of the group {clip_text(group)} is meant to have the policy, with all its statements:"
        change = commands.change_policy(arn)
        return (Labelled("Or change the statement in policy.json, then:", change), Labelled(label, detach))
    label = f"Or, if {denial.caller} is not meant to have it:"
    if _is_of_group(denial):
        label = "Or, if no member of the group that the list shows is meant to have the policy, with all its statements:"
        kind, name = "group", "GROUP_NAME"
    elif kind == "user":
        label = f"Or, if {denial.caller} is not meant to have it (if the list shows a group, with detach-group-policy):"
    return (commands.change_policy(arn), Labelled(label, commands.detach_policy(kind, name, arn)))


def _find_group(denial: Denial) -> str | None:
    """Return the group whose policy denies, according to the details or to the lists in the text."""
    group = decisions.denying_group(denial.facts, denial.action)
    if group is None and _is_of_group(denial) and isinstance(denial.principal, User):
        group = find_only_group(denial.failure.text, denial.principal.name)
    return group


def _is_of_group(denial: Denial) -> bool:
    """Return whether a list in the text shows that the policy is attached to a group of the user, not to the user."""
    return (
        isinstance(denial.principal, User)
        and denial.policy is not None
        and lists_others_only(denial.failure.text, denial.principal.name, denial.policy)
    )


_RESULT = "'EvaluationResults[].[EvalDecision,MatchedStatements[].SourcePolicyId,PermissionsBoundaryDecisionDetail,OrganizationsDecisionDetail]'"
_READ_RESULT = (
    "The simulator names a policy of the caller that has the Deny. AllowedByPermissionsBoundary: false means the boundary, and AllowedByOrganizations: false a service control policy, which only the organization's administrators see.",
    "If it says allowed, a condition on MFA, the network or tags decides, or an endpoint policy: the simulator knows none of them. It requires iam:SimulatePrincipalPolicy.",
)


# The objects of the output that have documents: managed policies, and the inline ones of users, groups and roles.
_FIND_SID = "aws iam get-account-authorization-details | jq --arg sid {} '.. | objects | select(.PolicyName and (tostring | contains($sid))).PolicyName'"
_FIND_SID_IN_SCPS = "for id in $(aws organizations list-policies --filter SERVICE_CONTROL_POLICY --query 'Policies[].Id' --output text); do aws organizations describe-policy --policy-id $id | grep -q {} && echo $id; done"
_SID = lazy_pattern("[0-9A-Za-z]{4,64}")


def _find_by_sid(sid: str, of_resource: str) -> Remedy:
    """Return the remedy that finds a Deny by its Sid in the policies of the account and of the organization."""
    return remedies.account_remedy(
        f"Find the Deny statement {sid} in account and organization",
        f"If neither has it, look in {of_resource}the session policy and the VPC endpoint policy. If the request is legitimate, scope the Deny down.",
        commands=(
            _FIND_SID.format(sid),
            Labelled(
                "For service control policies, as an administrator of the organization:",
                _FIND_SID_IN_SCPS.format(sid),
            ),
        ),
        url=pages.EVALUATION,
    )


def explain_deny_of_unnamed_policy(denial: Denial) -> Explanation:
    """Explain an explicit deny if AWS does not state the policy type."""
    statement = f"the statement {clip_text(denial.statements[0])}" if denial.statements else "a policy"
    what = (
        "names the statement, but not its policy"
        if denial.statements
        else "does not name the policy with the Deny"
    )
    of_resource = "the resource's policy, " if denial.can_have_resource_policy else ""

    def find_statement() -> tuple[Remedy, ...]:
        if denial.policy is None and denial.statements and _SID.fullmatch(denial.statements[0]):
            return (_find_by_sid(denial.statements[0], of_resource),)
        search = f"Check in this order: the caller's identity-based policies (of a user, also those of its groups), {of_resource}the permissions boundary, service control policies, the session policy, the VPC endpoint policy."
        lines: remedies.Commands = tuple(f"{each} --query {_RESULT}" for each in simulation_commands(denial))
        if denial.policy is not None and commands.arn(denial.policy) == denial.policy:
            search = f"It is in {clip_text(denial.policy)}. Read its conditions: a request that they do not match is not denied."
            lines = _show_policy_commands(denial) if ":iam:" in denial.policy else ()
        find = remedies.account_remedy(
            "Find the Deny statement",
            search,
            *(_READ_RESULT if lines and "Check in" in search else ()),
            "If the request is legitimate, scope down the Deny.",
            commands=lines,
            url=pages.EVALUATION,
        )
        return (find,) if denial.can_have_resource_policy else _try_mfa_first(denial, find)

    text = f"The message {what}. {why_no_allow_helps(denial)}"
    return denial.explain(
        denial_summary(denial, f"{statement} denies it explicitly"),
        EXPLICIT_DENY.cause(denial.policy_type_evidence, reason_lines(denial), text=text),
        remedies=lambda: (denial_remedies.authorization_details_remedy(denial), *find_statement()),
    )
