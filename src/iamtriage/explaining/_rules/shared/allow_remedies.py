"""Build remedies that allow an action in an identity-based policy.

The policy is attached to the caller: for a role session to its role, and for a role of IAM Identity Center to its
permission set. See https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_manage-attach-detach.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.placeholders import find_placeholders
from iamtriage._text import join_words
from iamtriage.arns._principals import FederatedUser, IdentityCenterRole, User
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._explanations import Remedy
from iamtriage.explaining._rules.shared import commands, companion_actions, ecs_starts, pages, text_signs
from iamtriage.explaining._rules.shared.denial_remedies import account_elsewhere, cut_resource
from iamtriage.explaining._rules.shared.policy_names import inline_policy_name, statement_id
from iamtriage.explaining._rules.shared.principal_words import LINKED_ROLE_SERVICES, PLACEHOLDER_ACCOUNT
from iamtriage.explaining._rules.shared.remedies import identity_remedy, present
from iamtriage.explaining._rules.shared.required_resources import (
    listed_objects,
    next_objects,
    transfer_objects,
)
from iamtriage.policies._documents import allow, build_document, build_statement
from iamtriage.policies._grants import build_grant

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.policies._grants import Grant

_PARTITION = "The partition is assumed to be"
# The calls that tag what they create, and the resources that calls create with others.
_CREATING = lazy_pattern(r"(?:Allocate|Copy|Create(?!Tags)|Import|Register|Request|Run)[A-Z]", re.ASCII)
_TAGGED_BY = {
    "RunInstances": ("instance", "volume", "network-interface"),
    "CreateFleet": ("fleet", "instance", "volume", "network-interface", "spot-instances-request"),
}
_TAGGING_CALL = "The call was "
# CloudWatch Logs ends the ARN of a log group so in its messages.
_NO_STREAM = ":log-stream:"
# The table of actions has no ARN without a Region for the models of Bedrock.
_UNLISTED = "AWS lists no resource of this form"
_ONLY_ALL = "AWS documents only *"
_PERMISSION_SET_COMMANDS = (
    "aws sso-admin list-instances",
    "aws sso-admin put-inline-policy-to-permission-set --instance-arn INSTANCE_ARN --permission-set-arn PERMISSION_SET_ARN --inline-policy file://policy.json",
    "aws sso-admin provision-permission-set --instance-arn INSTANCE_ARN --permission-set-arn PERMISSION_SET_ARN --target-type ALL_PROVISIONED_ACCOUNTS",
)
_OUTER_CALL = lazy_pattern(r"when calling the (\w{1,80}) operation", re.ASCII)
_IMAGE = lazy_pattern(
    r"\b(?P<account>[0-9]{12})\.dkr\.ecr(?:-fips)?\.(?P<region>[a-z0-9-]{6,30})\.[a-z.]{6,30}/(?P<name>[a-z0-9][a-z0-9._/-]{0,200}[a-z0-9])",
    re.ASCII,
)
_STANDARD_DENIAL = "is not authorized to perform"
_PACKAGES_LOGIN = lazy_pattern(
    r"\bcodeartifact (?:login|get-repository-endpoint)\b[^\n]{0,300}?--repository[= ][\"']?(?P<repository>[A-Za-z0-9][\w.-]{1,99})",
    re.ASCII,
)
_CDK_ROLE = lazy_pattern(
    r"cdk-[a-z0-9]{1,10}-(?:deploy|file-publishing|image-publishing|lookup|cfn-exec)-role-", re.ASCII
)
ALL_REQUIRED = "requires all of these actions."
"""The end of the step about a policy whose actions one task requires."""
NEXT_OBJECTS = "If the key changes from run to run, use "
# The AWS CLI copies an object between buckets with its tags: https://docs.aws.amazon.com/cli/latest/reference/s3/cp.html
_FAILED_COPY = lazy_pattern(
    r"\b(?P<verb>copy|move) failed: (?P<source>s3://\S{1,1100}) to (?P<target>s3://\S{1,1100})", re.ASCII
)
_COPY_COMMAND = lazy_pattern(
    r"\baws (?:--[a-z-]{2,30}[ =]\S{1,60} ){0,3}s3 (?:cp|mv|sync) (?:[^\n|;&]{0,400}? )??[\"']?s3://\S{1,600} [\"']?s3://",
    re.ASCII,
)
_TAG_ACTIONS = frozenset({"s3:getobjecttagging", "s3:getobjectversiontagging", "s3:putobjecttagging"})
_ALL_OBJECTS = "The command or job handles more than one object: the Resource covers all of them."


def required_grant(denial: Denial) -> Grant | None:
    """Return the grant that the request requires, or ``None`` if the action is unknown or masked."""
    if denial.action is None:
        return None
    grant = build_grant(denial.action, denial.resource, denial.location)
    if grant is not None and grant.action.endswith("Tags"):
        return _limit_to_creation(grant, denial)
    if grant is not None and grant.action == "sts:GetServiceBearerToken":
        # The service that the text names asks for the token.
        for prefix, service in companion_actions.SERVICES_OF_TOKENS.items():
            if prefix in denial.failure.text:
                grant = attrs.evolve(grant, conditions=_token_condition(service))
    if grant is None or len(grant.resources) != 1:
        return grant
    if grant.resources[0].endswith(_NO_STREAM):
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
        return attrs.evolve(grant, resources=(f"{grant.resources[0].removesuffix(_NO_STREAM)}:*",))
    if grant.action.startswith(("bedrock:", "glue:", "ssm:S", "sts:AssumeRole")):
        from iamtriage.explaining._rules.shared.required_resources import required_resources

        region, account = denial.facts.region, denial.account
        required = required_resources(
            grant.action, grant.resources[0], denial.failure.text, region=region, account=account
        )
        if required is not None:
            resources, why = required
            notes = tuple(each for each in grant.notes if not each.startswith(_UNLISTED))
            return attrs.evolve(grant, resources=resources, notes=(*notes, why))
    objects = transfer_objects(grant.resources[0], denial.failure.text)
    if objects is None and (others := next_objects(grant.resources[0])) is not None:
        return attrs.evolve(grant, notes=(f"{NEXT_OBJECTS}{others} as Resource.", *grant.notes))
    if objects is None:
        return grant
    return attrs.evolve(grant, resources=(objects,), notes=(*grant.notes, _ALL_OBJECTS))


def _limit_to_creation(grant: Grant, denial: Denial) -> Grant:
    """Return the grant of tagging with the call that creates the resources, and all that it tags.

    Without the condition, the caller could change the tags of all resources.
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
    """
    from iamtriage.explaining._rules.shared.decisions import request_values

    key = f"{grant.action.partition(':')[0]}:CreateAction"
    values, resource = request_values(denial.facts, key), grant.resources[0]
    created = values[0] if len(values) == 1 else None
    if created is None and resource.endswith("/*") and _CREATING.match(denial.operation or ""):
        created = denial.operation
    if created is None or len(grant.resources) != 1:
        return grant
    kinds: tuple[str, ...] = ()
    if grant.action == "ec2:CreateTags" and resource.endswith("/*"):
        kinds = _TAGGED_BY.get(created, ())
    prefix = resource.rpartition(":")[0]
    resources = dict.fromkeys((resource, *(f"{prefix}:{kind}/*" for kind in kinds)))
    # A fleet launches its instances with RunInstances.
    calls = (created, "RunInstances") if created == "CreateFleet" else (created,)
    note = f"{_TAGGING_CALL}{created}: it tags what it creates, which requires {grant.action} on each new resource."
    return attrs.evolve(
        grant,
        resources=tuple(resources),
        conditions={"StringEquals": {key: calls if len(calls) > 1 else created}},
        notes=(f"{note} The condition {key} limits it to such calls.",),
    )


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
    elif isinstance(principal, User | FederatedUser):
        arn = str(principal)
    else:
        return "PRINCIPAL_ARN"
    if denial.has_masked_account:
        return arn.replace(f":{PLACEHOLDER_ACCOUNT}:", ":ACCOUNT_ID:", 1)
    return arn


def role_path_steps(denial: Denial) -> tuple[str, ...]:
    """Return a step for policies that name the role of a session, whose path STS does not report."""
    role = denial.role
    if role is None or role is denial.principal or denial.has_stated_role or denial.has_masked_account:
        return ()
    if role.lacks_its_path and "/PATH/" not in policy_principal_arn(denial):
        return ()
    from iamtriage.arns._role_arns import role_lookup_command

    lookup = role_lookup_command(commands.role_name(role.name))
    # The other commands of such a remedy run in the account of the resource.
    where = f" in account {denial.account}" if denial.crosses_accounts else ""
    return (
        f"STS does not report a role's path. If the role has one, use the ARN that this prints{where}: {lookup}",
    )


def allow_remedy(
    denial: Denial,
    *,
    grant: Grant | None = None,
    title: str | None = None,
    url: str | None = None,
    grantee: str | None = None,
    first_step: str | None = None,
) -> Remedy | None:
    """Return the remedy that allows the action to the caller, or ``None`` if the action is unknown.

    Args:
        denial: The denial.
        grant: What to allow instead of the denied action.
        title: The remedy's title.
        url: The remedy's documentation page.
        grantee: The role to allow it to instead of the caller, in words.
        first_step: The remedy's first step.
    """
    grant = grant or required_grant(denial)
    if grant is None:
        return None
    text, partition = denial.failure.text, denial.location.partition or "aws"
    statement = build_statement(grant, sid=statement_id(grant.action))
    statements, more, listed = [statement], add_certain_companions(statement, denial), None
    if grant.action == "s3:ListBucket" and len(grant.resources) == 1:
        listed = listed_objects(grant.resources[0], text)
    if not more:
        more, added = _complete_task(statement, grant, denial)
        statements += added
    if listed is not None:
        statements.append(_statement(*listed))
    controller = text_signs.find_controller_of_denial(grant.action, denial.failure)
    user = None
    if controller is not None and controller.policy and len(grant.resources) == 1:
        user = controller.name
        documented = controller.build_statements(grant.action, grant.resources[0], partition)
        statements = [{"Sid": statement_id(_first_action(each)), **each} for each in documented]
        if _first_action(documented[0]) != grant.action:
            statements.insert(0, statement)
    policy = build_document(statements)
    name = inline_policy_name(statements, denial.account, denial.resource, user=user)
    # If the policy has more than the denied resource, it has what hints on that would name.
    resource = denial.resource if len(grant.resources) == 1 else None
    about_call = tuple(each for each in grant.notes if each.startswith(_TAGGING_CALL))
    is_complete = bool(about_call) or (resource is None and grant.action.startswith("ssm:"))
    if not (more or listed or is_complete):
        more = companion_actions.describe_companions(grant.action, resource, text)
    hidden = (NEXT_OBJECTS, _PARTITION, *about_call, *((_ONLY_ALL,) if user else ()))
    if cut_resource(denial) is not None:
        hidden += (_UNLISTED,)
    steps = (
        *([first_step] if first_step else []),
        *about_call,
        *present(ecs_starts.execution_role_hint(denial.failure.text, grant.action)),
        *_controller_steps(grant, denial, partition, has_policy=user is not None),
        *(note for note in grant.notes if not note.startswith(hidden)),
        *more,
    )
    where = f", in account {denial.account}" if denial.crosses_accounts else ""
    what = join_words((grant.action, *(listed[0] if listed else ())), "and")
    title = title or f"Allow {what} for {grantee or denial.caller}{where}"
    if isinstance(denial.role, IdentityCenterRole) and grantee is None:
        name_of_set = f" {denial.role.permission_set}" if denial.role.permission_set else ""
        return _with_untagged_copy(
            denial,
            Remedy(
                title=title,
                who="organization administrator",
                steps=(
                    *steps,
                    f"Edit the permission set{name_of_set} in IAM Identity Center: changes to the role itself are undone.",
                    "Save the inline policy with this statement as policy.json: the command replaces it. list-permission-sets prints PERMISSION_SET_ARN.",
                ),
                commands=_PERMISSION_SET_COMMANDS,
                policy=policy,
                layer="identity",
                url=url or pages.PERMISSION_SETS,
            ),
        )
    target, put_command = _policy_target(denial, name)
    if grantee is not None:
        target, put_command = grantee, commands.put_policy("ROLE_NAME", name)
    # Steps about further permissions matter more. Whoever replaces the placeholders of an ARN sees its partition.
    has_placeholders = bool(find_placeholders(str(policy)))
    owner = (denial.resource or "").split(":", 5)[4:5]
    is_masked = not steps and "ACCOUNT_ID" in str(policy) and owner != [""]
    masked = " The text masks the account ID." if is_masked and not "".join(owner or "0").isdigit() else ""
    retry = f" {ecs_starts.new_task_step(denial.failure.text)}" if ecs_starts.is_not_started(text) else ""
    elsewhere = None if grantee or where else account_elsewhere(denial)
    save = "Save the policy as policy.json and"
    if elsewhere is not None:
        save = f"With credentials of account {elsewhere}, save the policy as policy.json and"
    last = (NEXT_OBJECTS,) if has_placeholders else (NEXT_OBJECTS, _PARTITION)
    return _with_untagged_copy(
        denial,
        identity_remedy(
            title,
            *steps,
            f"{save} attach it to {target}.{masked}{retry}",
            *(note for note in grant.notes if note.startswith(last)),
            statements=tuple(statements),
            commands=(put_command,),
            url=url or pages.MANAGE_POLICIES,
        ),
    )


def copies_tags(denial: Denial) -> bool:
    """Return whether the AWS CLI made the call for the tags of an object that it copies between buckets."""
    if denial.lowercase_action not in _TAG_ACTIONS:
        return False
    text, called = denial.failure.text, context_of(denial.facts).command
    is_copy = called is None or called.words[:1] == ("s3",)
    return is_copy and (_FAILED_COPY.search(text) or _COPY_COMMAND.search(text)) is not None


def _with_untagged_copy(denial: Denial, remedy: Remedy) -> Remedy:
    """Return a remedy that first repeats a copy without the tags, if it was denied only these."""
    if not copies_tags(denial):
        return remedy
    change = {"copy-props": "metadata-directive"}
    again = commands.repeat_command(context_of(denial.facts).command, "s3", changes=change)
    found = _FAILED_COPY.search(denial.failure.text)
    if again is None and found is not None:
        template = (
            f"aws s3 {'mv' if found['verb'] == 'move' else 'cp'} {{}} {{}} --copy-props metadata-directive"
        )
        again = commands.fill_command(template, found["source"], found["target"])
    is_target = denial.lowercase_action == "s3:putobjecttagging"
    other = "s3:GetObjectTagging on the source" if is_target else "s3:PutObjectTagging on the destination"
    step = f"{'The first command' if again else 'The option --copy-props metadata-directive'} leaves out the tags and keeps the metadata; --copy-props none leaves out both. To keep the tags, attach the policy, and also allow {other}."
    title = remedy.title.partition(", if ")[0]
    return attrs.evolve(
        remedy,
        title=f"Copy without the tags, or {title[0].lower()}{title[1:]}",
        steps=(
            (step, *remedy.steps)
            if len(remedy.steps) == 1
            else (f"{step} {remedy.steps[0]}", *remedy.steps[1:])
        ),
        commands=(*present(again), *remedy.commands),
    )


def _controller_steps(grant: Grant, denial: Denial, partition: str, *, has_policy: bool) -> tuple[str, ...]:
    """Return what a controller needs, and in the same step why its policy has ``*``."""
    hints = companion_actions.controller_hints(grant.action, denial.failure, grant.resources, partition)
    is_only_all = any(each.startswith(_ONLY_ALL) for each in grant.notes)
    why = f" {_ONLY_ALL} for {grant.action}." if has_policy and is_only_all else ""
    return tuple(f"{hint}{why}" for hint in hints)


def task_statement(grant: Grant, denial: Denial) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the statement of a grant with what its task requires on the resource, and steps on the rest of the task."""
    statement = build_statement(grant, sid=statement_id(grant.action))
    steps = add_certain_companions(statement, denial)
    added: list[dict[str, Any]] = []
    if steps and grant.action.startswith("ecr:"):
        task = steps[0].partition(" requires ")[0]
        steps, added = (f"{task} {ALL_REQUIRED}",), [_statement(("ecr:GetAuthorizationToken",), "*")]
    elif not steps and not grant.action.startswith("logs:"):
        steps, added = _complete_task(statement, grant, denial)
    for each in added:
        actions = [each["Action"]] if isinstance(each["Action"], str) else each["Action"]
        steps = (
            f"{steps[0].removesuffix('.')}, and {join_words(actions, 'and')} on {each['Resource']}.",
            *steps[1:],
        )
    return statement, steps


def _first_action(statement: dict[str, Any]) -> str:
    actions: str | list[str] = statement["Action"]
    return actions if isinstance(actions, str) else actions[0]


def add_certain_companions(statement: dict[str, Any], denial: Denial) -> tuple[str, ...]:
    """Add the other actions that the call certainly requires to a statement, and return steps that say so."""
    action: object = statement["Action"]
    if not isinstance(action, str):
        return ()
    text, start = denial.failure.text, denial.failure.span[0]
    # A message of KMS within that of another service has its own envelope.
    line = text[text.rfind("\n", 0, start) + 1 :].partition("\n")[0]
    outer = _OUTER_CALL.search(line) if denial.operation is None else None
    task, others = companion_actions.certain_companions(
        action,
        outer[1] if outer else denial.operation,
        text_signs.without_other_commands(denial.failure, denial.facts),
    )
    if not others:
        return ()
    statement["Action"] = [action, *others]
    if len(others) == 1:
        return (f"{task} requires {others[0]}, too.",)
    return (f"{task} {ALL_REQUIRED}",)


def _complete_task(
    statement: dict[str, Any], grant: Grant, denial: Denial
) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """Add what the task of an action requires to its statement; return a step that says so, and more statements."""
    found = companion_actions.find_task(grant.action, denial.failure.text)
    if found is None or not isinstance(statement["Resource"], str):
        return (), []
    task, actions, added = found
    resource = "*"
    if grant.action in actions:
        statement["Action"] = [grant.action, *(each for each in actions if each != grant.action)]
        if grant.action.startswith("logs:"):
            # Each task or function writes to another stream.
            group = statement["Resource"].partition(":log-stream:")[0].removesuffix(":*")
            statement["Resource"] = f"{group}:*"
    else:
        added, resource = actions, _find_repository(denial)
    more = [_statement(added, resource)] if added else []
    service = companion_actions.SERVICES_OF_TOKENS.get(grant.action.partition(":")[0])
    if service is None or not more:
        return (f"{task} {ALL_REQUIRED}",), more
    more[0]["Condition"] = _token_condition(service)
    text, domain = denial.failure.text, grant.resources[0]
    login = _PACKAGES_LOGIN.search(text)
    step = f"{task} requires sts:GetServiceBearerToken, too."
    if login is not None and ":domain/" in domain and text.count(_STANDARD_DENIAL) == 1:
        # The command calls GetRepositoryEndpoint, and the package manager reads.
        repository = f"{domain.replace(':domain/', ':repository/')}/{login['repository']}"
        actions = (grant.action, *companion_actions.PACKAGE_ACTIONS)
        statement.update(Action=list(actions), Resource=[domain, repository])
        return (step, "Package managers require the actions on the repository."), more
    statement["Action"] = grant.action
    then = f"Package managers then require {join_words(companion_actions.PACKAGE_ACTIONS, 'and')} on the repository."
    return (step, then), more


def _token_condition(service: str) -> dict[str, dict[str, str]]:
    """Return the condition that limits bearer tokens to one service.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
    """
    return {"StringEquals": {"sts:AWSServiceName": service}}


def _statement(actions: tuple[str, ...], resource: str) -> dict[str, Any]:
    return allow(actions, resource, sid=statement_id(actions[0]))


def _find_repository(denial: Denial) -> str:
    """Return the ARN of the ECR repository that the text names, with placeholders for what it does not."""
    image = _IMAGE.search(denial.failure.text)
    if image is not None:
        return f"arn:{denial.location.partition or 'aws'}:ecr:{image['region']}:{image['account']}:repository/{image['name']}"
    grant = build_grant("ecr:BatchGetImage", None, denial.location)
    return "REPOSITORY_ARN" if grant is None else grant.resources[0]


def _policy_target(denial: Denial, name: str) -> tuple[str, str]:
    """Return what to attach a policy of this name to, and the command that does it."""
    role, principal = denial.role, denial.principal
    if role is not None:
        suffix = "" if role is principal else ": the caller is a session of it"
        if _CDK_ROLE.match(role.name):
            # https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html
            suffix = ". cdk bootstrap owns it: change its template, too (cdk bootstrap --show-template), or the next bootstrap can undo it"
            if "-cfn-exec-role-" in role.name:
                suffix = ". It lacks AdministratorAccess, its default: cdk bootstrap was run with other policies. Add the permission to one of them, or repeat the bootstrap with all of them: cdk bootstrap --cloudformation-execution-policies ARNS"
        return f"the role {role.name}{suffix}", commands.put_policy(commands.role_name(role.name), name)
    if isinstance(principal, User):
        target = f"the user {principal.name}, or to one of the user's groups"
        return target, commands.put_policy(commands.user_name(principal.name), name, "user")
    if isinstance(principal, FederatedUser):
        target = f"the user whose keys made the federated session {principal.name}; the session's own policy has to allow it too"
        return target, commands.put_policy("USER_NAME", name, "user")
    called = denial.caller
    if called == "the caller":
        called = "the caller (for a user: put-user-policy)"
    return called, commands.put_policy("ROLE_NAME", name)
