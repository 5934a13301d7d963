"""Describe other denied requests in a text, which are not explained in full."""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage.arns._principals import Principal, User
from iamtriage.explaining._others.describing import describe_failure, is_of_same_role
from iamtriage.explaining._rules.denials.denies.named_requirements import find_said_ban
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.grants.denial_remedies import is_sentence_cut
from iamtriage.explaining._rules.shared.kubernetes.kubernetes_requests import required_verbs
from iamtriage.explaining._rules.shared.kubernetes.service_accounts import (
    describe_service_account,
    parse_service_account,
)
from iamtriage.explaining._rules.shared.principals.principal_words import (
    describe_principal,
    parse_masked_principal,
    try_parse_arn,
    try_parse_principal,
    underlying_role,
)
from iamtriage.explaining._rules.shared.requirements.resource_policies import (
    ResourcePolicy,
    find_resource_policy,
)
from iamtriage.failures._failures import AccessDenied, Failure, KubernetesForbidden

__all__ = ("describe_request", "title_of_binding")

# What has to allow a request, and who can add it there.
_MISSING_ALLOWS = {
    "identity": ", so an Allow in one helps",
    "permissions_boundary": ", so its administrator must add it: an identity-based Allow alone does not help",
    "resource": ", so the owner of the resource has to add it there",
    "resource_control": ", so an administrator of the organization has to add it there",
    "service_control": ", so an administrator of the organization has to add it there",
    "session": ", so the session has to be opened with it",
    "vpc_endpoint": ", so the owner of the endpoint has to add it there",
}

# The placeholder of a command that takes an ARN.
_ARN = lazy_pattern(r" ARN(?![\w-])")
# Who can change a Deny.
_OWNERS = {
    "identity": "an administrator of the account",
    "permissions_boundary": "its administrator",
    "resource": "the owner of the resource",
    "vpc_endpoint": "the owner of the endpoint",
}


def describe_request(failure: AccessDenied | KubernetesForbidden, of_caller: Failure | None = None) -> str:
    """Return who was denied what, and the kind of fix.

    Args:
        failure: The failure.
        of_caller: A failure of the principal whose requests are named only by their action.

    >>> from iamtriage import parse
    >>> denial = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sqs:ListQueues"
    >>> describe_request(parse(denial))
    'the user ana was denied sqs:ListQueues: no reason is given; an Allow helps unless a policy denies it'
    """
    if isinstance(failure, KubernetesForbidden):
        return _describe_kubernetes_request(failure)
    text = failure.principal
    principal = try_parse_principal(text) or parse_masked_principal(text)
    who = describe_principal(principal, text)
    what, _, why = describe_failure(failure).partition(" (")
    if failure.deny is None and failure.policy_type is None:
        why = "no reason is given; an Allow helps unless a policy denies it)"
        if is_sentence_cut(failure):
            why = "the message is cut off)"
    why = why[:-1]
    if failure.deny == "explicit":
        if failure.policy_type == "resource" and (policy := _find_policy(failure)) is not None:
            why = why.replace("a resource-based policy", f"the {policy.name}")
        if failure.policy_type == "service_control" and (ban := find_said_ban(failure)) is not None:
            why = why.replace(": send them this denial", f". The text says {ban[0]}: {ban[1]}")
        why += "" if " which " in why else ", which an Allow does not override"
        is_unnamed = failure.policy_type == "identity" and failure.policy_arn is None
        if (owner := _OWNERS.get(failure.policy_type or "")) is not None and not is_unnamed:
            lookup = _policy_lookup(failure) or _endpoint_lookup(failure)
            why += f": if it is not intended, {owner} has to change it{lookup}"
    elif failure.policy_type == "resource":
        why = _missing_resource_allow(failure, who) or f"{why}{_MISSING_ALLOWS['resource']}"
    elif failure.policy_type == "identity" and (statement := _allowing_statement(failure)) is not None:
        why += f"; allow it with {statement}"
    elif failure.policy_type is not None:
        why += f"{_MISSING_ALLOWS.get(failure.policy_type, '')}{_endpoint_lookup(failure)}"
    on = f" on {failure.resource.removesuffix(':log-stream:').rstrip(':')}" if failure.resource else ""
    if of_caller is not None and is_of_same_role(failure, of_caller):
        return f"{what}{on if failure.deny == 'explicit' else ''}: {why}"
    if failure.policy_type == "permissions_boundary" and failure.policy_arn is None:
        why += _boundary_lookup(principal)
    return f"{who} was denied {what}{on}: {why}"


def _allowing_statement(failure: AccessDenied) -> str | None:
    """Return the statement that allows a request, if its action and its resource are known."""
    import json

    from iamtriage.policies._arn_templates import Location
    from iamtriage.policies._grants import build_grant

    resource = failure.resource
    if failure.action is None or (resource is not None and commands.arn(resource) != resource):
        return None
    grant = build_grant(failure.action, resource, Location(None, None, None))
    if grant is None or not grant.known or grant.resources != (resource or "*",):
        return None
    return json.dumps({"Effect": "Allow", "Action": grant.action, "Resource": resource or "*"})


def _policy_lookup(failure: AccessDenied) -> str:
    """Return the command that prints the policy that denies, or its default version, in parentheses."""
    policy_arn = commands.arn(failure.policy_arn)
    if failure.policy_type == "identity" and policy_arn == failure.policy_arn and "::aws:" not in policy_arn:
        show = (
            f"aws iam get-policy --policy-arn {policy_arn} prints its version, get-policy-version the policy"
        )
        return f" ({show}). If it is intended, another identity has to make the call"
    arn = try_parse_arn(failure.resource)
    if failure.policy_type != "resource" or arn is None or commands.arn(failure.resource) != failure.resource:
        return ""
    if arn.service == "s3" and not arn.region:
        return f" (aws s3api get-bucket-policy --bucket {arn.resource.partition('/')[0]})"
    policy = _find_policy(failure)
    show = "" if policy is None else policy.show_command.partition(" --query ")[0]
    if not _ARN.search(show) or not arn.region:
        return ""  # other commands take names
    return f" ({_ARN.sub(lambda _: f' {failure.resource}', show)} --region {arn.region})"


def _endpoint_lookup(failure: AccessDenied) -> str:
    """Return the command that prints the endpoints for a request with their policies, in parentheses."""
    arn = try_parse_arn(failure.resource)
    if (
        failure.policy_type != "vpc_endpoint"
        or arn is None
        or (arn.region and commands.region(arn.region) != arn.region)
    ):
        return ""
    # ARNs of buckets have no Region.
    services = commands.endpoint_services(arn.region or "*", failure.action)
    where = f" --region {arn.region}" if arn.region else ""
    named = commands.command(f"Name=service-name,Values={services}")
    show = f"aws ec2 describe-vpc-endpoints{where} --filters {named}"
    return f" ({show} prints the endpoint and its PolicyDocument)"


def _find_policy(failure: AccessDenied) -> ResourcePolicy | None:
    arn = try_parse_arn(failure.resource)
    return None if arn is None else find_resource_policy(arn.service, failure.resource)


def _boundary_lookup(principal: Principal | None) -> str:
    """Return the command that names the permissions boundary of a role or user, in parentheses."""
    role = underlying_role(principal)
    if role is not None:
        line = commands.show_boundary_command("role", commands.role_name(role.name))
    elif isinstance(principal, User):
        line = commands.show_boundary_command("user", commands.user_name(principal.name))
    else:
        return ""
    return f" ({line} names it)"


def _missing_resource_allow(failure: AccessDenied, who: str) -> str | None:
    """Return which policies of which accounts must allow a request, if the resource is in another account."""
    resource, principal = try_parse_arn(failure.resource), try_parse_principal(failure.principal)
    account = getattr(principal, "account", None)
    if resource is None or account is None or resource.account in {"", account}:
        return None
    policy = _find_policy(failure)
    name = "resource's policy" if policy is None else policy.name
    # https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html
    key = (
        ". The secret needs a customer managed KMS key: "
        f"its key policy and that policy of {who} must allow kms:Decrypt"
    )
    return (
        f"the {name} in account {resource.account} does not allow it, which its owner has to change. "
        f"An identity-based policy of {who} must allow it, too"
        f"{key if resource.service == 'secretsmanager' else ''}"
    )


def title_of_binding(failure: KubernetesForbidden) -> str:
    """Return the title of the remedy that allows a request in a cluster."""
    who, what, role = _words_of_request(failure)
    return f"Allow {who} to {what} with a {role}: no RBAC role allows it"


def _describe_kubernetes_request(failure: KubernetesForbidden) -> str:
    who, what, role = _words_of_request(failure)
    verbs = join_words(required_verbs(failure), "and")
    return f"{who} may not {what}: no RBAC role allows it, so a {role} with {verbs} must be bound to it"


def _words_of_request(failure: KubernetesForbidden) -> tuple[str, str, str]:
    """Return who was denied what, and the kind of role that allows it."""
    account = parse_service_account(failure.user)
    who = f"the user {failure.user}" if account is None else describe_service_account(account)
    group = f".{failure.api_group}" if failure.api_group else ""
    what = f"{failure.verb} {failure.kubernetes_resource or 'this'}{group}"
    if failure.namespace is None:
        return who, what, "ClusterRole"
    return who, f"{what} in the namespace {failure.namespace}", "Role"
