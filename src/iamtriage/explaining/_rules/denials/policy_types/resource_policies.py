"""Explain denials by a resource-based policy, and callers without identity-based policies.

KMS keys and roles have their own modules, because their policies follow other rules. Source:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words, quote_words
from iamtriage.arns._principals import Root, ServiceLinkedRole, ServicePrincipal, User
from iamtriage.explaining._context.readers.statements import find_working
from iamtriage.explaining._explanations.explanations import ONE_POLICY_TYPE
from iamtriage.explaining._rules.basics import Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.calls.policies.service_statements import compare_statements
from iamtriage.explaining._rules.denials import resource_commands
from iamtriage.explaining._rules.denials.conditions import encrypted_data
from iamtriage.explaining._rules.denials.denies.corrections import AS_EXEMPT, NETWORK
from iamtriage.explaining._rules.denials.denies.deny_requirements import typical_requirement
from iamtriage.explaining._rules.denials.policy_causes import stated_cause
from iamtriage.explaining._rules.denials.policy_types import root_users
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import (
    find_allowing_policy,
    find_own_allow,
)
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.common_causes import SERVICE_NOT_ALLOWED
from iamtriage.explaining._rules.shared.grants import denial_remedies, service_access
from iamtriage.explaining._rules.shared.grants.allow_remedies import describe_other_side
from iamtriage.explaining._rules.shared.messages.decisions import identity_policy_allows
from iamtriage.explaining._rules.shared.policies.policy_changes import statement_id
from iamtriage.explaining._rules.shared.remedies import (
    EMPTY_POLICY,
    Commands,
    present,
    resource_policy_remedy,
    save_step,
    without_policy_step,
)
from iamtriage.explaining._rules.shared.requirements import required_grants, task_statements
from iamtriage.explaining._rules.shared.requirements.companion_actions import describe_companions
from iamtriage.explaining._rules.shared.requirements.resource_policies import ResourcePolicy, find_domain
from iamtriage.explaining._rules.shared.wording import denial_summary, reason_lines, why_no_allow_helps
from iamtriage.policies._documents import build_statement

# The console's test calls use a stage that cannot be deployed.
_STAGE = lazy_pattern(
    r"(?a)arn:[\w-]{3,20}:execute-api:[^:]*:[^:]*:[a-z0-9]{5,20}/(?!test-invoke-stage/)(?P<stage>[A-Za-z0-9_-]{1,128})/"
)
_CHANGE = lazy_pattern(r"\baws [a-z0-9-]+ ([a-z0-9-]+) ")
IF_OTHER_ACCOUNT = (
    "If the caller is in another account, an identity-based policy of the caller must allow the action, too."
)
# https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
_LOCKED_KEY = "A principal whom the key policy allows kms:PutKeyPolicy runs the commands. If none is left, only AWS Support can make the key manageable again, not even the root user."
# https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying.html
_MANAGED_KEY = " If describe-key shows KeyManager AWS, nobody can change the policy: {}."
# Calls of people, which say nothing about a service.
_BY_HAND = lazy_pattern(
    r"(?i:\baws [a-z0-9-]{2,30} [a-z-]{3,40}\b|\b(?:by hand|manual(?:ly)?|(?:from|in|on) (?:my|our|the) (?:shell|cloudshell|laptop|terminal|machine|console)|(?:as|with|using) (?:my|our|an?) (?:own )?(?:admin\w{0,10}|user|role|credentials|profile))\b)"
)


_KEY_OF_VOLUMES = (
    "https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html"
)
LAUNCHERS = {
    "AWSServiceRoleForAutoScaling": "Auto Scaling",
    "AWSServiceRoleForEC2Fleet": "EC2 Fleet",
    "AWSServiceRoleForEC2Spot": "EC2 Spot",
    "AWSServiceRoleForEC2SpotFleet": "Spot Fleet",
}
"""The service-linked roles that launch instances."""
ONLY_KEY_POLICY = "Only its service can change the policies of a service-linked role, so only the key policy, or a grant, can allow it."
"""Why an identity-based policy does not allow a service-linked role the use of a key."""


def explain_resource_policy(denial: Denial) -> Explanation:
    """Explain a denial by a resource-based policy."""
    if isinstance(denial.principal, ServicePrincipal) and not denial.is_explicit:
        return explain_service_principal(denial)
    policy = resource_commands.policy_of(denial)
    name = policy.name
    if denial.is_explicit:
        name += f" or the {policy.other}" if policy.other else ""
        text = f"A Deny in the {name} matches. {why_no_allow_helps(denial)}"
        verdict = f"the {name} explicitly denies it"
        if (works := find_working(denial.failure.text, NETWORK)) is not None:
            verdict += f", most likely by the network of the call: the text says {quote_words(works)}"
        notes: tuple[str, ...] = ()
    else:
        text = f"The {name} does not allow {denial.caller} to perform the action."
        verdict = f"the {name} does not allow it"
        if denial.service == "kms" and denial.crosses_accounts is False:
            # Else AWS names the identity-based policies, which do not allow it.
            own_allow = f", so an Allow in a policy of {denial.caller} alone has no effect"
            if denial.context.policies and find_allowing_policy(denial) is not None:
                own_allow = f": the Allow of {denial.caller} is right, but has no effect alone"
            text = f"The key policy neither allows this call nor enables IAM policies (the account's root as principal){own_allow}."
            if isinstance(denial.role, ServiceLinkedRole):
                text = ONLY_KEY_POLICY
                launcher = LAUNCHERS.get(denial.role.name)
                verdict += (
                    f", so {launcher} cannot start instances with volumes under this key" if launcher else ""
                )
        is_unknown = denial.crosses_accounts is None and denial.resource_account is not None
        needs_more = is_unknown and _may_need_identity_allow(denial)
        if (own := find_own_allow(denial)) is not None:
            # Within one account, it would be enough, except for a key.
            only = f", and {own} is not enough: it covers only the caller's account"
            both = f", although {own} does: account {denial.resource_account} must allow it, too, and another Allow in {denial.account} does not help"
            verdict += both if denial.crosses_accounts else only
            likely = denial.crosses_accounts is None and denial.service != "kms"
            verdict += f", so most likely the {name.partition(' ')[0]} is in another one" if likely else ""
        notes = (*((IF_OTHER_ACCOUNT,) if needs_more else ()), ONE_POLICY_TYPE)

    def build_remedies() -> tuple[Remedy, ...]:
        remedy = narrow_deny_remedy(denial, name) if denial.is_explicit else resource_remedy(denial)
        return present(remedy, denial_remedies.authorization_details_remedy(denial))

    return denial.explain(
        denial_summary(denial, verdict),
        stated_cause(denial, "resource", text),
        topic="resource-policy",
        remedies=build_remedies,
        notes=notes,
    )


def _may_need_identity_allow(denial: Denial) -> bool:
    """Return whether an identity-based policy of the caller can be missing, too."""
    is_service = isinstance(denial.principal, ServicePrincipal)
    is_allowed = identity_policy_allows(denial.facts, denial.action) or find_own_allow(denial) is not None
    return not is_service and not is_allowed


def explain_service_principal(denial: Denial) -> Explanation:
    """Explain the denial of a service that calls as itself."""
    policy = resource_commands.policy_of(denial)
    verdict = f"the {policy.name} does not allow the service"
    remedy = resource_remedy(denial)
    stated = None
    if isinstance(denial.principal, ServicePrincipal) and denial.action:
        name, source = denial.principal.name, service_access.find_source(denial)
        stated = compare_statements(denial.case, name, denial.action, denial.resource, source)
    if stated is not None and stated.is_allowed and stated.is_code:
        verdict += f", although the code in the text {stated.verdict}: most likely, it is not deployed, or it is the policy of another resource"
    elif stated is not None and not stated.is_allowed:
        verdict, remedy = f"the {policy.name} in the text {stated.verdict}", stated.correct(remedy)
    text = f"{denial.principal} calls as a service principal, not with a role of yours. Only the {policy.name} can allow it."
    if find_working(denial.failure.text, _BY_HAND) is not None:
        text += " A call by hand succeeds because its own caller is allowed, which says nothing about the service."
    return denial.explain(
        denial_summary(denial, verdict),
        SERVICE_NOT_ALLOWED.cause("derived", reason_lines(denial), text=text),
        topic="service-principal",
        remedies=remedy,
        notes="A service principal has no identity-based policies.",
    )


_IN_FILE = f"has no policy yet: write {EMPTY_POLICY} into the file first."
# How the calls that read a policy report that there is none, by the name of the policy.
_WITHOUT_POLICY = {
    **{f"{each}'s resource policy": without_policy_step(each) for each in ("table", "Data Catalog")},
    **{f"{each} policy": without_policy_step(each) for each in ("repository", "bucket")},
    "secret's resource policy": f"If old-policy.json contains None, the secret {_IN_FILE}",
    "queue policy": f"If old-policy.json contains None, the queue {_IN_FILE}",
    "event bus policy": f"If old-policy.json contains None, the event bus {_IN_FILE}",
}


def _describe_grants(denial: Denial) -> str:
    """Return what the statement on grants is for, in the policy of a key that a service-linked role uses."""
    retries = (
        getattr(denial.role, "name", "") == "AWSServiceRoleForAutoScaling" and not denial.crosses_accounts
    )
    return f"The second statement lets the service create the grants with which it uses the key for the resources it manages.{' Auto Scaling then tries again by itself.' if retries else ''}"


def resource_remedy(denial: Denial) -> Remedy:
    """Return the remedy that allows the caller in the resource-based policy."""
    policy = resource_commands.policy_of(denial)
    added = _allow_statement(denial)
    grant = required_grants.required_grant(denial)
    steps = [_save_step(policy)]
    if policy.adds_statement:
        steps = [f"The command adds a statement to the {policy.name}, and keeps the existing ones."]
    more = () if added is None else task_statements.add_certain_companions(added, denial)
    if added is not None and not more:
        more = task_statements.add_image_actions(added, denial)
    is_two_sided = denial.crosses_accounts and not isinstance(denial.principal, ServicePrincipal)
    # The step about the file is superfluous if commands write it, so it says nothing else.
    if more:
        steps.append(" ".join(more))
    if grant is not None and not more:
        steps += describe_companions(grant.action, by_resource=True)
    # The text has the policy, or the resource may have none.
    if policy.name in _WITHOUT_POLICY and added is not None and not denial.context.resource_policies:
        steps.append(_WITHOUT_POLICY[policy.name])
    if denial.lowercase_action == "kms:putkeypolicy":
        steps.insert(0, _LOCKED_KEY)
    # A policy with a wrong principal is rejected, or allows another role.
    is_linked = isinstance(denial.role, ServiceLinkedRole)
    # The path of a service-linked role is known.
    steps += () if policy.names_account or is_linked else resource_commands.role_path_steps(denial)
    steps += _describe_form(policy, denial, () if grant is None else grant.notes)
    statements = [] if added is None else [added]
    lines: Commands = resource_commands.policy_commands(denial, policy.show_command, policy.change_command)
    is_of_volumes = (
        denial.service == "kms" and is_linked and denial.role is not None and denial.role.name in LAUNCHERS
    )
    if denial.service == "kms" and is_linked:
        arn = resource_commands.policy_principal_arn(denial)
        statements = service_access.linked_role_key_statements(arn)
        if not denial.crosses_accounts:
            steps.append(_describe_grants(denial))
        else:
            # What the account may do with the key, it grants: its root user is the principal of both statements.
            root = f"arn:{denial.location.partition or 'aws'}:iam::{denial.account}:root"
            statements = service_access.linked_role_key_statements(root, grants_only_for_services=False)
            region = None if denial.resource_arn is None else denial.resource_arn.region
            grant_it = commands.create_grant_command(denial.resource, region, arn)
            # The key policy alone gives the role nothing, and a short explanation must not hide that.
            of_account = f"Then, as an administrator of account {denial.account}, grant the key to the role, whose policies nobody can change:"
            lines += (Labelled.required(of_account, grant_it),)
    elif is_two_sided:
        # A short explanation must not hide the other side. The root user may do anything in its account.
        is_allowed = find_own_allow(denial) is not None or isinstance(denial.principal, Root)
        other_side, own = describe_other_side(denial, added, is_allowed=is_allowed)
        steps[:0] = present(other_side)
        lines = (*_say_account(denial, lines, steps), *present(own))
    elif _may_need_identity_allow(denial) and denial.resource_account is None and not is_linked:
        is_masked = "ACCOUNT_ID" in commands.arn(denial.resource)
        where = "The text masks the account of the resource: run the commands in that account. "
        steps.insert(1, f"{where if is_masked else ''}{IF_OTHER_ACCOUNT}")
    names_account = policy.names_account or (
        is_linked and denial.service == "kms" and denial.crosses_accounts
    )
    caller = f"account {denial.account}" if names_account and denial.account else denial.caller
    title = f"Allow {caller} in the {policy.name}{in_resource_account(denial)}"
    url = _KEY_OF_VOLUMES if is_of_volumes else pages.CROSS_ACCOUNT
    return resource_policy_remedy(title, *steps, commands=lines, statements=statements, url=url)


def _say_account(denial: Denial, lines: Commands, steps: Iterable[str]) -> Commands:
    """Return the commands of the resource's owner with the account, if a step has one for the caller's account."""
    if not any(" get-role " in each for each in steps):
        return lines
    return (*(Labelled(f"In account {denial.resource_account}:", each) for each in lines[:1]), *lines[1:])


def _describe_form(policy: ResourcePolicy, denial: Denial, notes: tuple[str, ...]) -> Iterator[str]:
    """Yield what the policy's statements name as the resource, and which other policy applies."""
    if policy.resource_is_star:
        # All principals of the account may use an AWS managed key through its service.
        is_own = isinstance(denial.role, ServiceLinkedRole) or encrypted_data.CUSTOMER_KEY.search(
            denial.failure.text
        )
        is_environment = encrypted_data.ENVIRONMENT in denial.failure.text
        instead = "set the function's role again" if is_environment else "use a customer managed key"
        of_aws = "" if is_own else _MANAGED_KEY.format(instead)
        yield f"In a {policy.name}, Resource * means this key.{of_aws}"
    else:
        yield from notes
    if policy.other:
        yield f"The {policy.other} must allow the request, too, or delegate it to the access points of an account by a condition on s3:DataAccessPointAccount."
    if policy is resource_commands.OTHER_POLICY:
        yield "Not every service supports resource-based policies. Otherwise, assume a role of the resource's account."


def _save_step(policy: ResourcePolicy) -> str:
    change, name = _CHANGE.search(policy.change_command), f"the {policy.name}"
    if change is None:
        return f"Add the statement to {name} and keep the existing ones: a change replaces the whole policy."
    # A short explanation can hide the command.
    return save_step(name, command=change[1])


def in_resource_account(denial: Denial) -> str:
    """Return in which account commands about the resource run, if it is not the caller's."""
    return f", in account {denial.resource_account}" if denial.crosses_accounts else ""


def _allow_statement(denial: Denial) -> dict[str, Any] | None:
    grant = required_grants.required_grant(denial)
    if grant is None:
        return None
    policy = resource_commands.policy_of(denial)
    principal = {"AWS": resource_commands.policy_principal_arn(denial)}
    if policy.names_account and denial.account is not None:
        principal = {"AWS": denial.account}
    if isinstance(denial.principal, ServicePrincipal):
        principal = {"Service": denial.principal.name}
    added = build_statement(grant, sid=statement_id(grant.action), principal=principal)
    if policy.resource_is_star:
        # The policy belongs to one key, which is the only resource that * matches there.
        added["Resource"] = "*"
    if not policy.names_resource:
        del added["Resource"]
    if "Service" in principal:
        of_account = {"aws:SourceAccount": denial.account or denial.resource_account or "ACCOUNT_ID"}
        source = service_access.find_source(denial)
        added["Condition"] = (
            {"ArnLike": {"aws:SourceArn": source}} if source else {"StringEquals": of_account}
        )
    return added


_IN_TERRAFORM = lazy_pattern(
    r"\bpolicy\b(?:(?!\b(?:no|not|outside|console|CloudFormation|CDK|and)\b|n't\b)[^\n.;]){0,40}\b(?i:terraform|tofu|opentofu)\b|\baws_api_gateway_rest_api_policy\b"
)
# https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_deployment
_REDEPLOY_TERRAFORM = "Change the policy in Terraform, and add it to the triggers of aws_api_gateway_deployment: a changed resource policy takes effect with the next deployment."


def narrow_deny_remedy(denial: Denial, name: str, *, shows_change: bool = True) -> Remedy:
    """Return the remedy that changes a Deny statement of the resource-based policy, with the command that writes it."""
    is_upload = denial.lowercase_action in {"s3:putobject", "s3:createmultipartupload"}
    is_unsigned = denial.principal_text == "anonymous"
    networks = "aws:SourceVpc, aws:SourceVpce or aws:SourceIp"
    domain = find_domain(denial.failure.text)
    if denial.service == "es":
        # https://docs.aws.amazon.com/opensearch-service/latest/developerguide/vpc.html
        networks = "" if domain and domain["kind"] == "vpc" else "aws:SourceIp, if the domain is not in a VPC"
    ways = present(
        f"from a network ({networks})" if networks else None,
        # API Gateway has no endpoints without TLS.
        "over HTTPS (aws:SecureTransport)" if denial.service != "execute-api" else None,
        "with the encryption header that they name" if is_upload else None,
        None if is_unsigned else "with MFA (aws:MultiFactorAuthPresent)",
        "by certain principals (aws:PrincipalOrgID or aws:PrincipalArn)",
    )
    compare, read = "", "Read the conditions of the Deny statements that match the request."
    if is_unsigned:
        read = "The message does not say which condition applies: read the Deny statements."
        compare = " Compare them with the client's public address (curl https://checkip.amazonaws.com) or its VPC endpoint."
    policy = resource_commands.policy_of(denial)
    # A command that only adds an Allow does not change the Deny.
    change = policy.change_command if shows_change and not policy.adds_statement else ""
    is_of_terraform = (
        denial.service == "execute-api" and _IN_TERRAFORM.search(denial.failure.text) is not None
    )
    save = " Save the changed policy as policy.json." if change and not is_of_terraform else ""
    deploy = (
        f" {_REDEPLOY_TERRAFORM if is_of_terraform else denial_remedies.REDEPLOY}"
        if denial.service == "execute-api"
        else ""
    )
    title = f"Find the Deny statement in the {name}{in_resource_account(denial)}, {denial_remedies.CHANGE_OR_NARROW}"
    locked = None
    owner = denial.resource_account or (None if denial.crosses_accounts else denial.account)
    assume = root_users.assume_root_command(denial, owner)
    if assume is not None and not isinstance(denial.principal, Root):
        kind, reads = policy.name.partition(" ")[0], "get" in denial.lowercase_action
        title = f"{'Read and change' if reads else 'Change'} the {name}{in_resource_account(denial)} {AS_EXEMPT}, or as the root user"
        locked = f"The Deny also covers {denial.action}, so {denial.caller} cannot {'read' if reads else 'replace'} the policy, not even with AdministratorAccess. The root user of the {kind}'s account can, such as in CloudShell: a Deny in the policy does not stop it. For a member account, the management account can use {assume}."
    return resource_policy_remedy(
        title,
        locked,
        f"{read} They can exempt calls {join_words(ways, 'or')}.{compare}",
        # The ways name the requirements of an upload.
        None if is_upload else typical_requirement(denial),
        f"If the request is legitimate, {_describe_exemption(denial)}.{save}{deploy}",
        statements=(),
        commands="terraform apply"
        if is_of_terraform
        else (
            *resource_commands.policy_commands(denial, policy.show_command, change),
            *redeploy_commands(denial),
        ),
        url=pages.EVALUATION,
    )


def _describe_exemption(denial: Denial) -> str:
    """Return how the Deny lets a caller in, with the condition that exempts a role or user."""
    if denial.principal_text == "anonymous":
        # Nothing but the network distinguishes such a caller.
        return "call from a network that the Deny exempts, or exempt the client's network from the Deny"
    exempt = "exempt the caller from the Deny"
    if denial.role is None and not isinstance(denial.principal, User):
        return exempt
    arn = resource_commands.principal_arn_pattern(denial)
    return f'{exempt}, with the condition "ArnNotLike": {{"aws:PrincipalArn": "{clip_text(arn)}"}}'


def redeploy_commands(denial: Denial) -> Commands:
    """Return the command that deploys an API to the stage of the request."""
    found = _STAGE.match(denial.resource or "")
    if found is None:
        return ()
    template = "aws apigateway create-deployment --rest-api-id API_ID --stage-name STAGE_NAME"
    (deploy,) = resource_commands.policy_commands(denial, template.replace("STAGE_NAME", found["stage"]))
    return (Labelled.required("Then, when the policy is changed:", deploy),)
