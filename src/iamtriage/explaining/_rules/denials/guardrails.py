"""Explain denials by a policy that caps permissions.

These are service and resource control policies, permissions boundaries, session policies and VPC endpoint policies.
An identity-based policy cannot override them:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html.
An endpoint policy without an Allow denies every request that goes through the endpoint:
https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations.remedies import Labelled, Remedy, change_commands, insert_command
from iamtriage.explaining._rules.denials.deny_requirements import typical_requirement
from iamtriage.explaining._rules.denials.known_policies import list_known_policies
from iamtriage.explaining._rules.denials.policy_causes import stated_cause
from iamtriage.explaining._rules.shared import (
    commands,
    companion_actions,
    decisions,
    denial_remedies,
    denied_regions,
    pages,
    policy_principals,
    required_grants,
    task_statements,
)
from iamtriage.explaining._rules.shared.clues import find_registry
from iamtriage.explaining._rules.shared.denial_remedies import region_argument
from iamtriage.explaining._rules.shared.remedies import account_remedy, present, save_step
from iamtriage.explaining._rules.shared.services import find_resource_policy
from iamtriage.explaining._rules.shared.tasks import LOGIN_ACTION, PULL_ACTIONS
from iamtriage.explaining._rules.shared.wording import denial_summary, why_no_allow_helps
from iamtriage.explaining._rules.sts.trust_documents import as_strings, iterate_statements
from iamtriage.sts._endpoints import find_endpoint

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.denials.known_policies import KnownPolicy
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.typing import PolicyType

_INSTANCE_ID = lazy_pattern(r"i-[0-9a-f]{8,17}", re.ASCII)
_FUNCTION = lazy_pattern(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
# Variables have no effect between single quotation marks.
_QUOTED_REGION = lazy_pattern(r"'([\w=,.*-]*\.REGION\.[\w.*-]*)'")
_FIND_DENY = f"Find the Deny statement in {{}}, {denial_remedies.CHANGE_OR_NARROW}"
_REGISTRY_ENDPOINTS = "The endpoints of ecr.dkr and S3 (for layers) can have such policies, too."
# Actions with the condition key iam:PermissionsBoundary that can give permissions to another principal:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html#access_policies_boundaries-delegate
_DELEGATING_ACTIONS = frozenset(
    f"iam:{verb}"
    for verb in (
        *("createrole", "attachrolepolicy", "putrolepolicy", "putrolepermissionsboundary"),
        *("createuser", "attachuserpolicy", "putuserpolicy", "putuserpermissionsboundary"),
    )
)
_LIFTING = {"iam:deleteuserpermissionsboundary", "iam:deleterolepermissionsboundary"}
_KEEP_CONDITION = " Keep the condition, or the caller can get more through a principal without a boundary."
IDENTITY_ALLOW_REQUIRED = "An identity-based policy of the caller must allow the action, too."


def explain_permissions_boundary(denial: Denial) -> Explanation:
    """Explain a denial by a permissions boundary."""
    name = f" {denial.policy}" if denial.policy and commands.arn(denial.policy) == denial.policy else ""
    if denial.is_explicit:
        verdict = f"its permissions boundary{name} explicitly denies it"
        none = f"No Allow in the policies of {denial.caller} overrides the Deny"
        text = why_no_allow_helps(denial).replace("An Allow does not override it", none, 1)
        title = _FIND_DENY.format("the permissions boundary")
        steps = (denial_remedies.CHANGE_CALL, *present(typical_requirement(denial)))
    else:
        verdict = f"its permissions boundary{name} does not allow it"
        text = f"The permissions boundary of {denial.caller} has no Allow for the action, so an Allow in another policy has no effect. The limit can be intentional."
        title = "Change the permissions boundary"
        steps = (
            save_step("the boundary's policy")
            if _offers_change(denial)
            else "Add the statement to the boundary.",
            f"A boundary only caps permissions: {_identity_allow(denial)}.{_KEEP_CONDITION if _delegates(denial) else ''}",
            *present(_delegation_step(denial)),
        )
    can_change = _offers_change(denial)
    narrow = ""
    lifts = denial.lowercase_action in _LIFTING or (denial.policy and denial.resource == denial.policy)
    if denial.is_explicit and lifts:
        title = "Ask an administrator whom the boundary does not limit to change it"
        steps = ()
        narrow = f"The Deny is most likely intentional: it keeps {denial.caller} from lifting the limit. The administrator leaves it there and adds what is needed to the boundary, or makes the denied call. "
    elif denial.is_explicit and can_change:
        intent = denial_remedies.may_be_intentional(denial, name.rpartition("/")[2])
        narrow = f"{intent} If the request is legitimate, an administrator can scope it down or remove it; the boundary must also allow {denial.action}. "
    versions = f" {commands.FIVE_VERSIONS}" if can_change else ""
    remedy = Remedy(
        title=title,
        who="account administrator",
        steps=(
            *steps,
            *resource_steps(denial),
            f"{narrow}A change affects every principal that list-entities-for-policy prints.{versions}",
        ),
        commands=_boundary_commands(denial),
        statement=_boundary_statement(denial),
        layer="permissions_boundary",
        url=pages.BOUNDARIES,
    )
    return explain_guardrail(denial, verdict, text, "permissions_boundary", remedy)


def explain_vpc_endpoint(denial: Denial) -> Explanation:
    """Explain a denial by a VPC endpoint policy."""
    explicit, owner = denial.is_explicit, "the owner, often the network team,"
    verb = {"explicit": "explicitly denies it", "implicit": "does not allow it"}.get(
        denial.deny or "", "blocks it"
    )
    went = f"The request went through a VPC endpoint whose policy {verb}."
    if explicit:
        went = "A Deny statement in the policy of the VPC endpoint that the request went through matches it."
    no_override = (
        "No Allow overrides it, neither in a policy of the caller nor in that of the resource or the endpoint"
    )
    no_allow = why_no_allow_helps(denial).replace("An Allow does not override it", no_override, 1)
    text = f"{went} {no_allow if explicit or not identity_notes(denial) else 'An Allow in a policy of the caller alone does not help.'}"
    region = denial_remedies.region_argument(denial)
    is_named = denial.context.vpc_endpoint is not None
    on_instance = () if is_named else _vpc_commands(denial, region)
    find = "" if is_named else "The first command lists the endpoints: find the one in the caller's VPC."
    if on_instance:
        find = f"The commands list the endpoints in the {'instance' if 'instances' in on_instance[0] else 'function'}'s VPC{'' if explicit else ': none if they are in a central VPC'}."
    if explicit:
        title = _FIND_DENY.format("the VPC endpoint's policy")
        tested = "such as aws:PrincipalOrgID or aws:ResourceOrgID"
        if denial.crosses_accounts:
            tested = f"which can exclude other accounts such as {denial.resource_account} (aws:ResourceAccount, aws:ResourceOrgID)"
        steps = [
            f"{find} Read the Deny's conditions, {tested}. It can be intentional, such as to keep data in the organization.".strip(),
            f"If the request is legitimate, {owner} exempts it from the Deny.",
        ]
    else:
        title = "Change the VPC endpoint's policy"
        steps = [f"{find} {owner.capitalize()} replaces its policy. That can take minutes.".strip()]
    if "transitively" in (denial.failure.reason or ""):
        step = "The message says that a service control policy requires this: ask the organization's administrator, too."
        steps.insert(1 if explicit else 0, step)
    notes = resource_steps(denial)
    if notes and (
        notes[0].startswith(required_grants.NEXT_OBJECTS)
        or task_statements.ALL_REQUIRED.removesuffix(".") in notes[0]
    ):
        steps[-1], notes = f"{steps[-1]} {notes[0]}", notes[1:]
    if not explicit:
        if denial.service == "ecr":
            notes += (_REGISTRY_ENDPOINTS,)
        # The condition names the role of a session, whose ARN must be complete.
        if denial.role is None or not denial.role.lacks_its_path:
            notes += policy_principals.role_path_steps(denial)
        if denial.crosses_accounts is not False and find_resource_policy(denial.service, denial.resource):
            owner = (
                f"in account {denial.resource_account}"
                if denial.crosses_accounts
                else "if another account owns the resource"
            )
            notes += (f"The resource's policy must allow the call, too, {owner}.",)
    show, *change = commands.endpoint_policy_commands(region, denial.action)
    if on_instance:
        show = show.replace("--filters ", '--filters Name=vpc-id,Values="$vpc" ')
    remedy = Remedy(
        title=title,
        who="account administrator",
        steps=(*steps, *notes),
        commands=tuple(change) if is_named else (*on_instance, show, *change),
        statement=endpoint_statement(denial),
        layer="vpc_endpoint",
        url=pages.VPC_ENDPOINT,
    )
    if region == "REGION":
        # One value to fill in, instead of one in each command.
        lines = (_QUOTED_REGION.sub(r'"\1"', each) for each in remedy.commands)
        remedy = change_commands(remedy, tuple(each.replace("REGION", "$region") for each in lines))
        remedy = insert_command(remedy, 0, "region=REGION")
    return explain_guardrail(denial, f"the VPC endpoint's policy {verb}", text, "vpc_endpoint", remedy)


def _vpc_commands(denial: Denial, region: str) -> tuple[str, ...]:
    """Return the command that looks up the VPC of the instance or function after which AWS named the session."""
    session_name: str = getattr(denial.principal, "session_name", "")
    runtime = denial.context.runtime
    if runtime is not None and runtime.kind == "lambda" and _FUNCTION.fullmatch(session_name):
        show = "aws lambda get-function-configuration --region {} --function-name {} --query VpcConfig.VpcId"
    elif _INSTANCE_ID.fullmatch(session_name):
        show = "aws ec2 describe-instances --region {} --instance-ids {} --query 'Reservations[].Instances[].VpcId'"
    else:
        return ()
    return (f'vpc="$({commands.fill_command(show, region, session_name)} --output text)"',)


def explain_guardrail(
    denial: Denial, verdict: str, text: str, layer: PolicyType, remedy: Remedy, *notes: str
) -> Explanation:
    """Return the explanation of a denial by a policy that caps permissions, which the remedy changes."""

    def build_remedies() -> tuple[Remedy, ...]:
        if not denial.is_explicit:
            return (remedy,)
        details = denial_remedies.authorization_details_remedy(denial)
        remedies = (details, remedy)
        # With a named policy, decoding adds only which statement of it denied.
        ordered = reversed(remedies) if denial.policy else remedies
        elsewhere = denied_regions.model_region_remedy(denial)
        if elsewhere is not None and elsewhere.who == remedy.who and not denial.policy:
            find = attrs.evolve(
                remedy, title=f"Find the Deny in a {decisions.POLICY_TYPE_NAMES[layer].lower()}"
            )
            return present(elsewhere, find)
        return present(elsewhere, *ordered)

    return denial.explain(
        denial_summary(denial, f"{verdict}{denied_regions.other_model_region(denial)}"),
        stated_cause(denial, layer, text),
        topic=decisions.POLICY_TYPE_NAMES[layer].lower().replace(" ", "-"),
        remedies=build_remedies,
        notes=notes,
    )


def identity_notes(denial: Denial) -> tuple[str, ...]:
    """Return the note on the identity-based policy, unless the authorization details say that one allows it."""
    return () if decisions.identity_policy_allows(denial.facts, denial.action) else (IDENTITY_ALLOW_REQUIRED,)


def resource_steps(denial: Denial) -> tuple[str, ...]:
    """Return steps on the resource in the statement."""
    grant = required_grants.required_grant(denial)
    if grant is None or denial.is_explicit:
        return ()
    others = companion_actions.describe_other_resources(grant.action, grant.resources[0])
    return (*grant.notes, *task_statements.task_statement(grant, denial)[1], *others)


def allowing_statement(denial: Denial) -> dict[str, Any] | None:
    """Return the statement that allows the action, unless a ``Deny`` would override it."""
    grant = None if denial.is_explicit else required_grants.required_grant(denial)
    return None if grant is None else task_statements.task_statement(grant, denial)[0]


def endpoint_statement(denial: Denial) -> dict[str, Any] | None:
    """Return the statement that allows the action to the caller in an endpoint policy."""
    statement = allowing_statement(denial)
    if statement is None:
        return None
    condition = {"ArnLike": {"aws:PrincipalArn": policy_principals.principal_arn_pattern(denial)}}
    return {"Sid": statement["Sid"], "Effect": "Allow", "Principal": "*", **statement, "Condition": condition}


def _delegates(denial: Denial) -> bool:
    return not denial.is_explicit and denial.lowercase_action in _DELEGATING_ACTIONS


def _delegation_step(denial: Denial) -> str | None:
    if not _delegates(denial):
        return None
    principal = "user" if "user" in denial.lowercase_action else "role"
    create = f"give the {principal} that boundary (put-{principal}-permissions-boundary)"
    if "create" in denial.lowercase_action:
        create = f"create the {principal} with that boundary (--permissions-boundary, in Terraform permissions_boundary)"
    return f"{create[0].upper()}{create[1:]}, or the condition denies the call again. That alone helps if the boundary already has such a statement."


def _boundary_statement(denial: Denial) -> dict[str, Any] | None:
    statement = allowing_statement(denial)
    if statement is None or not _delegates(denial):
        return statement
    boundary = commands.arn(denial.policy, "BOUNDARY_ARN")
    return {**statement, "Condition": {"StringEquals": {"iam:PermissionsBoundary": boundary}}}


def _identity_allow(denial: Denial) -> str:
    """Return whether an identity-based policy has to allow the action or does, as a clause."""
    if not decisions.identity_policy_allows(denial.facts, denial.action):
        # Most denials do not need the modules.
        from iamtriage.explaining._rules.denials.known_policies import is_of_caller
        from iamtriage.explaining._rules.denials.stated_policies import find_allowing_policy

        allowing = find_allowing_policy(denial)
        if allowing is None:
            return "an identity-based policy must allow the action, too"
        attached = "" if is_of_caller(allowing, denial) else f", if it is attached to {denial.caller}"
        return f"{allowing.name} allows the action already{attached}, so another Allow there does not help"
    return f"{decisions.describe_allowing(denial.facts, denial.action)}, so only the boundary lacks an Allow"


def _offers_change(denial: Denial) -> bool:
    """Return whether the boundary can be changed.

    AWS manages some policies. The condition of a boundary that delegates permissions is to be met first.
    """
    policy = denial.policy
    if policy is None:
        return not _delegates(denial)
    return commands.arn(policy) == policy and ":aws:policy/" not in policy


def _boundary_commands(denial: Denial) -> tuple[str, ...]:
    arn = commands.arn(denial.policy, "BOUNDARY_ARN")
    lines: tuple[str, ...] = commands.show_policy_commands(arn)
    if _offers_change(denial):
        users = "aws iam list-entities-for-policy --policy-arn {}"
        lines = (*lines, commands.fill_command(users, arn), commands.change_policy(arn))
    holder = denial_remedies.policy_holder(denial)
    if arn == denial.policy:
        # Long lines wrap badly.
        return (f"boundary={arn}", *(line.replace(arn, '"$boundary"') for line in lines))
    if holder is None:
        return lines
    show = commands.show_boundary_command(*holder)
    if _delegates(denial):
        # The condition of the statement contains the ARN, too.
        return (show, *lines)
    lookup = f'boundary="$({show}.PermissionsBoundaryArn --output text)"'
    return (lookup, *(line.replace("BOUNDARY_ARN", '"$boundary"') for line in lines))


ENDPOINT_WITHOUT_ALLOW = CauseType(
    "endpoint-without-allow",
    title="The policy of the VPC endpoint has no Allow",
    meaning="The policy in the text has Deny statements only. As the policy of a VPC endpoint, it denies every request that goes through the endpoint.",
    recognised_by="The text shows the policy and says that it is for an endpoint.",
    fix="Add an Allow to the policy of the endpoint, or use the default policy.",
    of="vpc-endpoint-no-allow",
)
_ENDPOINT = lazy_pattern(r"vpc[-_ ]?endpoint|endpoint[-_ ]?polic|\becr[._](?:api|dkr)\b", re.IGNORECASE)
_REGION = lazy_pattern(r"\b[a-z]{2}(?:-[a-z]{2,10}){1,3}-[0-9]\b", re.ASCII)
_WHOLE = lazy_pattern(r"\"Statement\"|\bStatement:|\baws_iam_policy_document\b")


def add_endpoint_policy(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the policy of the VPC endpoint has no Allow, if the text shows it."""
    if denial.is_explicit or denial.policy_type not in {None, "vpc_endpoint"}:
        return explanation
    policy = next(filter(_denies_everything, list_known_policies(denial)), None)
    if policy is None or _ENDPOINT.search(denial.failure.text) is None:
        return explanation
    # A single statement can be a part of a policy. A key policy states * as its resource, too.
    is_whole = _WHOLE.search(denial.failure.text) is not None and denial.service != "kms"
    if denial.policy_type is None and not is_whole:
        return explanation
    verdict = "the policy of the VPC endpoint in the text has a Deny and no Allow, so it denies every request that goes through the endpoint"
    what = explanation.summary.partition(" without a reason")[0].rstrip(".")
    region = _find_region(denial)
    others = {each for each in _REGION.findall(denial.failure.text) if each != region and find_endpoint(each)}
    text = "The policies of the caller and of the resource are not the problem if the same caller succeeds outside of the VPC."
    if len(others) == 1:
        other = others.pop()
        text = f"Requests to {other} do not go through the endpoints of {region}, but leave the VPC in another way, such as NAT, so the policy does not apply to them. If they succeed, the policies of the caller and of the resource are not the problem."
    return attrs.evolve(
        explanation,
        summary=f"{what}: {verdict}." if denial.action is None else denial_summary(denial, verdict),
        causes=(
            ENDPOINT_WITHOUT_ALLOW.cause("derived", text=text),
            *(each for each in explanation.causes if each.evidence != "possible"),
        ),
        remedies=(_allow_remedy(denial),),
    )


def _find_region(denial: Denial) -> str:
    is_registry = denial.service == "ecr" and denial.action is None
    return commands.region(find_registry(denial.case)[1]) if is_registry else region_argument(denial)


def _denies_everything(policy: KnownPolicy) -> bool:
    """Return whether a policy, which is not that of one resource, has Deny statements only."""
    statements = list(iterate_statements(policy.content))
    is_deny = bool(statements) and all(each.get("Effect") == "Deny" for each in statements)
    # A policy of a resource states its ARN or none, and needs no Allow for callers of its account.
    is_of_all = all("*" in as_strings(each.get("Resource")) for each in statements)
    return policy.has_principal and is_deny and is_of_all


def _allow_remedy(denial: Denial) -> Remedy:
    region = _find_region(denial)
    action = denial.action or f"{denial.service or 'SERVICE'}:*"
    reset = f"aws ec2 modify-vpc-endpoint --region {region} --vpc-endpoint-id ENDPOINT_ID --reset-policy"
    called: tuple[str, ...] = ()
    if denial.service == "ecr" and denial.action is None:
        actions = join_words(PULL_ACTIONS, "and")
        called = (f"A pull calls {LOGIN_ACTION} on * and {actions} on the repository.",)
    remedy = account_remedy(
        "Add an Allow to the policy of the endpoint",
        "Keep the Deny, and allow what is called through the endpoint, in the policy of each endpoint that has it. Such an Allow grants nothing by itself: the policies of the caller still decide. The default policy allows everything.",
        *called,
        commands=(
            *commands.endpoint_policy_commands(region, action)[:2],
            Labelled(
                "To check that the policy is the cause, or if none is needed, set the default policy:", reset
            ),
        ),
        url=pages.VPC_ENDPOINT,
    )
    return attrs.evolve(remedy, statement=endpoint_statement(denial), layer="vpc_endpoint")
