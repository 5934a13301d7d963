"""Name the caller and the resource of a denial in policies, and in the commands that show and change policies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.documents import compact_json
from iamtriage.arns._principals import FederatedUser, IdentityCenterRole, Root, ServicePrincipal, User
from iamtriage.explaining._rules.basics import Denial, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.grants.denial_remedies import describe_intention
from iamtriage.explaining._rules.shared.policies.policy_changes import (
    add_condition,
    replace_statement,
    statement_id,
)
from iamtriage.explaining._rules.shared.principals.principal_words import (
    LINKED_ROLE_SERVICES,
    PLACEHOLDER_ACCOUNT,
    is_of_other_account,
)
from iamtriage.explaining._rules.shared.remedies import trust_remedy
from iamtriage.explaining._rules.shared.requirements.resource_policies import (
    ResourcePolicy,
    find_named_domain,
    find_resource_policy,
)
from iamtriage.policies._readers.elements import iterate_statements, principal_names

_WIDTH = 96


def policy_principal_arn(denial: Denial) -> str:
    """Return the caller's ARN for a policy, which is the role's ARN for a session.

    STS doesn't report the path of a role. If the role certainly has one, the ARN contains a placeholder, because
    IAM rejects a policy that names a role that does not exist.
    """
    role, principal = denial.role, denial.principal
    linked_service = LINKED_ROLE_SERVICES.get(role.name.partition("_")[0]) if role is not None else None
    if role is not None and role.lacks_its_path and linked_service is not None:
        arn = f"arn:{role.partition}:iam::{role.account}:role/aws-service-role/{linked_service}.amazonaws.com/{role.name}"
    elif role is not None and role.lacks_its_path:
        arn = f"arn:{role.partition}:iam::{role.account}:role/PATH/{role.name}"
    elif role is not None:
        arn = str(role)
    elif isinstance(principal, User | FederatedUser | Root):
        arn = str(principal)
    elif denial.principal_text is not None and denial.principal_text == denial.account:
        # CloudWatch Logs names only the account.
        return f"arn:{denial.location.partition or 'aws'}:iam::{denial.account}:root"
    else:
        return "PRINCIPAL_ARN"
    if denial.has_masked_account:
        # The only account in the text is that of the resource.
        account = "CALLER_ACCOUNT_ID" if calls_other_account(denial) else "ACCOUNT_ID"
        return arn.replace(f":{PLACEHOLDER_ACCOUNT}:", f":{account}:", 1)
    return arn


# CI systems mask a value wherever it is, so one that is shown next to it is another.
_MASKED_CALLER = lazy_pattern(r":(?:\*{3,12}|\[(?:MASKED|REDACTED)\]):")
_IN_OTHER_ACCOUNT = r"(?i:\b(?:in|from|to|of) (?:(?:an)?other|a (?:different|separate)|(?:our|the|a|their) (?!same|target|own|AWS|right|correct|wrong|expected|intended)[a-z-]{3,30}) (?:AWS )?account\b)"


def calls_other_account(denial: Denial) -> bool:
    """Return whether the caller and the resource belong to different accounts, also if that of the caller is masked or described."""
    name, text = getattr(denial.role or denial.principal, "name", None), denial.failure.text
    if denial.crosses_accounts is not None or name is None or f":{denial.resource_account}:" not in text:
        return denial.crosses_accounts is True
    is_said = re.search(
        rf"(?<![\w/-]){re.escape(name)}(?![\w-])(?:(?!\b(?:not|never|both)\b|n't)[^.;,\n]){{0,60}} {_IN_OTHER_ACCOUNT}",
        text,
    )
    is_masked = _MASKED_CALLER.search(denial.principal_text or "") is not None
    return is_masked or bool(is_said) or is_of_other_account(denial.principal_text, denial.resource_account)


def principal_arn_pattern(denial: Denial) -> str:
    """Return the caller's ARN for a condition on ``aws:PrincipalArn``, which has the role's path.

    Unlike a principal, the condition accepts a wildcard, here for the rest of a path that STS does not report:
    https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html.
    """
    if isinstance(denial.principal, Root):
        return "PRINCIPAL_ARN"  # of the role to use instead
    is_identity_center = isinstance(denial.role, IdentityCenterRole)
    path = "aws-reserved/sso.amazonaws.com/*" if is_identity_center else "aws-service-role/*/"
    arn = policy_principal_arn(denial).replace(":role/PATH/", f":role/{path}")
    # The text leaves out the end of the name.
    return f"{arn.rstrip('.…')}*" if arn.endswith(("...", "…")) else arn


def exempting_statement(denial: Denial, statement: Mapping[str, Any]) -> str | None:
    """Return a Deny statement of the text with the condition that exempts the caller, as JSON."""
    exempting = _exempt_caller(denial, statement)
    return None if exempting is None else compact_json(exempting, _WIDTH)


def _exempt_caller(denial: Denial, statement: Mapping[str, Any]) -> dict[str, Any] | None:
    # An exempted caller could remove the limit from itself.
    is_limit = "permissionsboundary" in denial.lowercase_action
    if is_limit or not statement or (denial.role is None and not isinstance(denial.principal, User)):
        return None
    return add_condition(statement, "ArnNotLike", "aws:PrincipalArn", principal_arn_pattern(denial))


def exempt_in_trust_policy(
    denial: Denial, policy: Mapping[str, Any], statement: dict[str, Any], words: str
) -> Remedy | None:
    """Return the remedy that exempts the caller from a Deny statement of a whole trust policy, or that removes it.

    Args:
        denial: The denial.
        policy: The trust policy.
        statement: Its Deny statement.
        words: The statement, in words.
    """
    exempting = _exempt_caller(denial, statement)
    if exempting is None:
        return None
    account = denial.resource_account or denial.account
    _, update = commands.trust_policy_commands(denial.target_role_name)
    title = f"Or exempt {denial.caller} in {words} of the role's trust policy"
    step = "trust.json is the whole trust policy with this exemption: the command replaces the policy. Or leave the statement out, if nobody needs it."
    changed = replace_statement(policy, statement, exempting)
    if (
        principal_names(statement) == [policy_principal_arn(denial)]
        and len([*iterate_statements(policy)]) > 1
    ):
        title = f"Or remove {words} from the role's trust policy: it is only for {denial.caller}"
        step = "trust.json is the trust policy without this statement: the command replaces the policy."
        kept = [each for each in iterate_statements(policy) if each is not statement]
        changed = {**policy, "Statement": kept}
    return trust_remedy(
        title,
        f"{describe_intention(denial, denial.target_role_name)} Only an administrator{f' of account {account}' if account else ''} decides that: the caller has nothing to change.",
        step,
        policy=changed,
        is_addition=False,
        commands=update,
        url=pages.EVALUATION,
    )


def organization_commands(denial: Denial) -> tuple[str, str, str]:
    """Return where an organization changes a policy, and the commands that print and replace it."""
    arn = (denial.policy or "").split(":")
    account = arn[4] if len(arn) > 5 else ""
    identifier = arn[-1].rpartition("/")[2] if account else "POLICY_ID"
    show, change = (
        commands.fill_command(each, identifier)
        for each in (
            "aws organizations describe-policy --policy-id {} --query Policy.Content --output text > policy.json",
            "aws organizations update-policy --policy-id {} --content file://policy.json",
        )
    )
    where = f"The management account{f' {account}' if account else ''} or a delegated administrator changes it, not the account of the call."
    kind = "RESOURCE_CONTROL_POLICY" if denial.policy_type == "resource_control" else "SERVICE_CONTROL_POLICY"
    if not account:
        where += f" For POLICY_ID: aws organizations list-policies --filter {kind}."
    return where, show, change


def role_path_steps(denial: Denial) -> tuple[str, ...]:
    """Return a step for policies that name the role of a session, whose path STS does not report."""
    role = denial.role
    if role is not None and denial.has_stated_role and role.path != "/":
        return (
            f"The text shows that the role has the path {role.path}, which the ARN of its session omits.",
        )
    if role is None or role is denial.principal or denial.has_stated_role or denial.has_masked_account:
        return ()
    if role.lacks_its_path and "/PATH/" not in policy_principal_arn(denial):
        return ()
    # AWS saves the policy of a resource only if its principals exist.
    saved = (each.content for each in denial.context.policies if each.has_principal and not each.is_code)
    statements = (each for content in saved for each in iterate_statements(content))
    if denial.policy_type != "vpc_endpoint" and any(
        str(role) in principal_names(each) for each in statements
    ):
        return ()
    lookup = f"aws iam get-role --role-name {commands.role_name(role.name)}"
    # The other commands of such a remedy run in the account of the resource.
    where = f" in account {denial.account}" if denial.crosses_accounts else ""
    if role.lacks_its_path:
        return (f"STS omits the path of the role. This prints its ARN{where}: {lookup}",)
    return (f"STS omits a role's path. Look up its ARN{where}: {lookup}",)


_BUCKET = lazy_pattern(r"(?a)arn:[\w-]{3,20}:s3:::(?P<bucket>[a-z0-9.-]{3,63})(?:/|\Z)")
_ARN = r"arn:[\w-]{3,20}:"
_NAME = r"(?P<name>[A-Za-z0-9][\w./-]{1,255})(?:/\*)?\Z"
# What commands name by another word than the ARN: the form of the ARN, and the placeholder.
_NAMED_RESOURCES = tuple(
    (lazy_pattern(form, re.ASCII), word)
    for form, word in (
        (rf"{_ARN}ecr:[^:]*:[^:]*:repository/{_NAME}", "REPOSITORY"),
        (rf"{_ARN}execute-api:[^:]*:[^:]*:(?P<name>[a-z0-9]{{5,20}})(?:/|\Z)", "API_ID"),
        (rf"{_ARN}es:[^:]*:[^:]*:domain/(?P<name>[a-z0-9-]{{3,28}})(?:/|\Z)", "DOMAIN"),
        (rf"(?P<name>{_ARN}s3tables:[^:]*:[^:]*:bucket/[a-z0-9-]{{3,63}})(?:/|\Z)", "TABLE_BUCKET_ARN"),
        (rf"{_ARN}s3:[^:]+:[^:]*:accesspoint/(?P<name>[a-z0-9-]{{3,50}})(?:/|\Z)", "ACCESS_POINT"),
        (rf"{_ARN}s3express:[^:]*:[^:]*:bucket/(?P<name>[a-z0-9-]{{3,63}})\Z", "BUCKET"),
        (rf"{_ARN}codeartifact:[^:]*:[^:]*:(?:domain|repository|package)/(?P<name>[\w-]{{1,50}})", "DOMAIN"),
        (
            rf"{_ARN}codeartifact:[^:]*:[^:]*:(?:repository|package)/[\w-]{{1,50}}/(?P<name>[\w.-]{{2,100}})",
            "REPOSITORY",
        ),
        (rf"{_ARN}events:[^:]*:[^:]*:event-bus/{_NAME}", "BUS"),
        (rf"{_ARN}elasticfilesystem:[^:]*:[^:]*:file-system/{_NAME}", "FILE_SYSTEM"),
        (rf"{_ARN}logs:[^:]*:[^:]*:destination:(?P<name>[^:*\s]{{1,512}})\Z", "DESTINATION"),
        (rf"{_ARN}backup:[^:]*:[^:]*:backup-vault:{_NAME}", "VAULT"),
        # Commands in the account of the resource take the name in place of an ARN whose account is masked.
        (rf"{_ARN}kms:[^:]*:ACCOUNT_ID:key/(?P<name>(?:mrk-)?[0-9a-f-]{{32,36}})\Z", "ARN"),
        (
            rf"{_ARN}secretsmanager:[^:]*:ACCOUNT_ID:secret:(?P<name>[A-Za-z0-9][\w/+=.@-]{{0,512}})-[A-Za-z0-9]{{6}}\Z",
            "ARN",
        ),
        (rf"{_ARN}lambda:[^:]*:ACCOUNT_ID:function:(?P<name>[A-Za-z0-9][\w-]{{0,63}})\Z", "ARN"),
    )
)
_QUEUE = lazy_pattern(
    rf"(?a)arn:aws(?:-us-gov)?:sqs:(?P<region>[a-z0-9-]{{6,30}}|REGION):(?P<account>[0-9]{{12}}|ACCOUNT_ID):{_NAME}"
)
OTHER_POLICY = ResourcePolicy("resource's policy", "", "")
"""The policy of a type of resource of which nothing is known."""


def bucket_argument(denial: Denial) -> str:
    """Return the bucket's name as a command argument."""
    bucket = _BUCKET.match(denial.resource or "")
    return commands.bucket(bucket["bucket"] if bucket else None)


def policy_of(denial: Denial) -> ResourcePolicy:
    """Return what is known about the policy of the resource's type."""
    policy = find_resource_policy(denial.service, denial.resource) or OTHER_POLICY
    domain = _find_domain(denial)
    if domain is None:
        return policy
    return policy._replace(name=f"access policy of the domain {domain['domain']}")


def _find_domain(denial: Denial) -> re.Match[str] | None:
    """Return the host or the ARN of the only OpenSearch domain of the text, which its denials do not name."""
    if denial.service != "es" or denial.resource is not None:
        return None
    return find_named_domain(denial.failure.text)


def policy_commands(denial: Denial, *templates: str) -> tuple[str, ...]:
    """Return commands with what is known about the resource, none for an unknown type of policy."""
    placeholder = "KEY_ID" if denial.service == "kms" else "RESOURCE_ARN"
    resource = commands.arn(denial.resource, placeholder)
    # One with an asterisk identifies no resource.
    values = {"ARN": placeholder if resource.endswith("*") else resource, "BUCKET": bucket_argument(denial)}
    if denial.resource_account is not None:
        values["ACCOUNT_ID"] = denial.resource_account
    if denial.action is not None:
        values["ACTION"] = denial.action
        values["STATEMENT_ID"] = statement_id(denial.action)
    if isinstance(denial.principal, ServicePrincipal):
        values["PRINCIPAL"] = f"{denial.principal.name} --source-account {commands.account(denial.account)}"
    else:
        values["PRINCIPAL"] = commands.arn(policy_principal_arn(denial), "PRINCIPAL_ARN")
    for pattern, word in _NAMED_RESOURCES:
        if (found := pattern.match(resource)) is not None:
            values[word] = found["name"]
    if (queue := _QUEUE.match(resource)) is not None:
        values["QUEUE_URL"] = (
            f"https://sqs.{queue['region']}.amazonaws.com/{queue['account']}/{queue['name']}"
        )
    # The CLI uses the configured Region, whatever Region an ARN has.
    region = denial.resource_arn.region if denial.resource_arn is not None else ""
    if (domain := _find_domain(denial)) is not None:
        region, values["DOMAIN"] = domain["region"], domain["domain"]
    is_known = region != "" and commands.region(region) == region
    return tuple(
        commands.command(
            *(part for word in template.split() for part in values.get(word, word).split()),
            *(("--region", region) if is_known and "--region" not in template else ()),
        )
        for template in templates
        if template
    )
