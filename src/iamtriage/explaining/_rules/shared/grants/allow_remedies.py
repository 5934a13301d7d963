"""Build remedies that allow an action in an identity-based policy.

The policy is attached to the caller: for a role session to its role, and for a role of IAM Identity Center to its
permission set. See https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_manage-attach-detach.html.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.labels import Labelled
from iamtriage._rendering.placeholders import find_placeholders
from iamtriage._text import join_words, quote_argument
from iamtriage.actions._lookup import find_action
from iamtriage.arns._principals import FederatedUser, IdentityCenterRole, ServiceLinkedRole, User
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.grants import bootstrap_policies, copied_tags, denial_remedies
from iamtriage.explaining._rules.shared.grants.permission_sets import in_permission_set
from iamtriage.explaining._rules.shared.policies.policy_changes import inline_policy_name, statement_id
from iamtriage.explaining._rules.shared.principals.principal_words import long_role_name
from iamtriage.explaining._rules.shared.remedies import UNKNOWN_CALLER, identity_remedy, present
from iamtriage.explaining._rules.shared.requirements import (
    companion_actions,
    required_grants,
    task_statements,
)
from iamtriage.explaining._rules.shared.requirements.companion_hints import REVISIONS
from iamtriage.explaining._rules.shared.requirements.required_resources import listed_objects
from iamtriage.explaining._rules.shared.requirements.tasks import PULL_ACTIONS, describe_plan_without_lock
from iamtriage.explaining._rules.shared.texts import cdk_bootstrap, ecs_starts, generated_names, text_signs
from iamtriage.policies._documents import allow, build_document, build_statement
from iamtriage.policies._readers.elements import as_strings

if TYPE_CHECKING:
    from iamtriage.explaining._context.readers.kubernetes.controllers import Controller
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.policies._grants import Grant

_PARTITION = "The partition is assumed to be"
_ONLY_ALL = "The Resource must be *"


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

    There is none for a service-linked role, either: only its service can change its policies.

    Args:
        denial: The denial.
        grant: What to allow instead of the denied action.
        title: The remedy's title.
        url: The remedy's documentation page.
        grantee: The role to allow it to instead of the caller, in words.
        first_step: What to check before the policy is attached.
    """
    grant = grant or required_grants.required_grant(denial)
    if grant is None or (grantee is None and isinstance(denial.role, ServiceLinkedRole)):
        return None
    grant = required_grants.limit_to_attached(grant, denial)
    text, partition = denial.failure.text, denial.location.partition or "aws"
    statement = build_statement(grant, sid=statement_id(grant.action))
    statements, more, listed = [statement], task_statements.add_certain_companions(statement, denial), None
    if grant.action == "s3:ListBucket" and len(grant.resources) == 1:
        listed = listed_objects(grant.resources[0], text)
    if not more:
        more, added = task_statements.complete_task(statement, grant, denial)
        statements += added
    if listed is not None:
        statements.append(task_statements.build_allow(*listed))
    controller = text_signs.find_controller_of_denial(grant.action, denial.failure)
    is_documented = controller is not None and controller.policy and len(grant.resources) == 1
    if controller is not None and is_documented:
        statements = _documented_statements(controller, statement, grant, partition)
    kept = grant.action if is_documented else None
    statements, is_reduced = task_statements.drop_allowed(statements, denial, kept, controller)
    user = controller.name if controller is not None and is_documented and not is_reduced else None
    policy = build_document(statements)
    name = inline_policy_name(statements, user=user)
    # If the policy has more than the denied resource, it has what hints on that would name.
    resource = denial.resource if len(grant.resources) == 1 else None
    about_call = tuple(each for each in grant.notes if each.startswith(required_grants.TAGGING_CALL))
    is_complete = bool(about_call) or (resource is None and grant.action.startswith("ssm:"))
    if not (more or listed or is_complete):
        more = companion_actions.describe_companions(grant.action, resource, text)
    # A policy in the text that has the action says with the verdict why it needs *.
    is_said = user or any(grant.action in each.allowed_actions for each in denial.context.policies)
    hidden = (required_grants.NEXT_OBJECTS, _PARTITION, *about_call, *((_ONLY_ALL,) if is_said else ()))
    if denial_remedies.cut_resource(denial) is not None:
        hidden += (required_grants.UNLISTED,)
    steps = (
        *about_call,
        *present(ecs_starts.execution_role_hint(denial.failure, grant.action)),
        *(
            companion_actions.explain_others(statements, controller)
            if is_reduced
            else _controller_steps(grant, denial, partition, has_policy=user is not None)
        ),
        *(note for note in grant.notes if not note.startswith(hidden)),
        *present(_permissions_hint(grant)),
        *_without_said(more, grant),
        *present(describe_plan_without_lock(text)),
    )
    where = f", in account {denial.account}" if denial.crosses_accounts else ""
    what = join_words((grant.action, *_given_actions(listed[0] if listed else (), statements)), "and")
    title = title or f"Allow {what} for {grantee or denial.caller}{where}"
    if isinstance(denial.role, IdentityCenterRole) and grantee is None:
        in_account = identity_remedy(
            title, first_step, *steps, statements=tuple(statements), url=url or pages.PERMISSION_SETS
        )
        return copied_tags.with_untagged_copy(
            denial, in_permission_set(denial, denial.role, in_account, before=len(present(first_step)))
        )
    if grantee is None and bootstrap_policies.is_execution_role(denial):
        return bootstrap_policies.extend_policy(denial, what, steps, statements)
    target, hint, put_command = _policy_target(denial, name)
    if grantee is not None:
        target, hint, put_command = grantee, None, commands.put_policy("ROLE_NAME", name)
    # Steps about further permissions matter more. Whoever replaces the placeholders of an ARN sees its partition.
    has_placeholders = bool(find_placeholders(str(policy)))
    owner = (denial.resource or "").split(":", 5)[4:5]
    is_masked = not (first_step or steps) and "ACCOUNT_ID" in str(policy) and owner != [""]
    masked = (
        " The text masks the account ID, which replaces ACCOUNT_ID."
        if is_masked and not "".join(owner or "0").isdigit()
        else ""
    )
    retry = _new_task_commands(denial)
    elsewhere = None if grantee or where else denial_remedies.account_elsewhere(denial)
    attach = f"With credentials of account {elsewhere}, attach" if elsewhere is not None else "Attach"
    last = (required_grants.NEXT_OBJECTS,) if has_placeholders else (required_grants.NEXT_OBJECTS, _PARTITION)
    return copied_tags.with_untagged_copy(
        denial,
        identity_remedy(
            title,
            first_step,
            f"{attach} the policy to {target}.{masked}",
            hint,
            *steps,
            *(note for note in grant.notes if note.startswith(last)),
            statements=tuple(statements),
            commands=(
                put_command,
                *present(ecs_starts.create_log_group_command(text, grant.action, denial.resource)),
                *retry,
            ),
            url=url or pages.MANAGE_POLICIES,
        ),
    )


def _permissions_hint(grant: Grant) -> str | None:
    """Return why not to widen the resource of an action of IAM that changes permissions."""
    known = find_action(grant.action) if grant.action.startswith("iam:") else None
    if known is None or known.access_level != "permissions management" or grant.resources == ("*",):
        return None
    limit = "the Condition allows only the policy of this call"
    if grant.conditions is None:
        attached = ", and limit the policies with iam:PolicyARN (ArnEquals)" if "tach" in grant.action else ""
        limit = f"keep the Resource this narrow{attached}"
    return f"Whoever has {grant.action} can change permissions, even their own: {limit}."


def other_side_command(
    denial: Denial, action: str | list[str], resource: str | None = None
) -> Labelled | None:
    """Return the command that allows the caller an action on a resource, by default the denied one, in its own account."""
    holder = denial_remedies.policy_holder(denial)
    if holder is None or denial.account is None or isinstance(denial.role, IdentityCenterRole):
        return None
    denied = "*" if denial.resource == "*" else commands.arn(denial.resource, "RESOURCE_ARN")
    (kind, name), statement = holder, allow(action, resource or denied)
    document = json.dumps({"Version": "2012-10-17", "Statement": statement}, separators=(",", ":"))
    line = commands.put_policy(name, inline_policy_name([statement]), kind)
    line = line.replace("file://policy.json", quote_argument(document))
    # What most nodes have: https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html
    managed = (
        " with AmazonEC2ContainerRegistryPullOnly or another policy" if action == [*PULL_ACTIONS] else ""
    )
    then = f"Then, as an administrator of {denial.account}, which {_ALLOWS_TOO}, if it does not yet{managed}:"
    return Labelled.required(then, line)


def _new_task_commands(denial: Denial) -> tuple[Labelled, ...]:
    """Return the commands that start a new task of ECS, which does not wait for what a user is denied."""
    if isinstance(denial.principal, User):
        return ()
    return ecs_starts.new_task_commands(denial.failure.text, getattr(denial.resource_arn, "region", None))


def as_administrator(account: str | None, lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return commands with words that say in which account an administrator runs them."""
    return (Labelled.required(f"As an administrator of {account}:", lines[0]), *lines[1:]) if lines else ()


def _given_actions(names: Iterable[str], statements: list[dict[str, Any]]) -> Iterator[str]:
    return (name for name in names if any(name in as_strings(each["Action"]) for each in statements))


def _without_said(steps: Iterable[str], grant: Grant) -> Iterator[str]:
    """Yield steps without what the resource of a grant shows."""
    for each in steps:
        step = each.replace(REVISIONS, "").rstrip() if grant.resources[0].endswith(":*") else each
        if step:
            yield step


_DEFAULT_KEY = lazy_pattern(r"(?<![\w/-])(?:alias/)?aws/secretsmanager(?![\w/-])")
_ALLOWS_TOO = "must allow the call, too"


def allows_in_both_accounts(remedy: Remedy) -> bool:
    """Return whether the commands of a remedy allow the action in the account of the caller, too."""
    return any(isinstance(each, Labelled) and _ALLOWS_TOO in each.label for each in remedy.commands)


def _describe_secret_key(denial: Denial) -> str | None:
    """Return what the key of a secret needs for callers of another account.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html
    """
    if denial.service != "secretsmanager":
        return None
    from iamtriage.explaining._context.readers.statements import find_said

    if next(find_said(denial.failure.text, _DEFAULT_KEY), None) is None:
        return "The secret's KMS key must be customer managed, and allow it kms:Decrypt."
    return "No other account can use the key aws/secretsmanager: set a customer managed key that allows it kms:Decrypt (update-secret --kms-key-id)."


def describe_other_side(
    denial: Denial, added: dict[str, Any] | None, *, is_allowed: bool = False
) -> tuple[str | None, Labelled | None]:
    """Return what the account of the caller must allow, as a sentence, or the command that does it.

    Args:
        denial: The denial.
        added: The statement for the policy of the resource.
        is_allowed: Whether the account allows it already.
    """
    own_key = _describe_secret_key(denial)
    if is_allowed:
        return own_key, None
    from iamtriage.explaining._rules.shared.messages.decisions import (
        describe_allowing,
        identity_policy_allows,
    )

    key = f" {own_key}" if own_key else ""
    if identity_policy_allows(denial.facts, denial.action):
        return f"In account {denial.account}, {describe_allowing(denial.facts, denial.action)}.{key}", None
    if denial.action and denial_remedies.find_said_grant(denial, denial.action) is not None:
        return f"Account {denial.account} must allow the call, too: by the text, it does.{key}", None
    if added is not None and commands.arn(denial.resource) == denial.resource:
        own = other_side_command(denial, added["Action"])
        if own is not None:
            return key.strip() or None, own
    actions = denial.action or "the action" if added is None else added["Action"]
    what = actions if isinstance(actions, str) else join_words(tuple(actions), "and")
    return (
        f"In account {denial.account}, an identity-based policy of the caller must allow {what} on the ARN of the resource, too.{key}",
        None,
    )


def _documented_statements(
    controller: Controller, statement: dict[str, Any], grant: Grant, partition: str
) -> list[dict[str, Any]]:
    """Return the statements that the documentation of a controller lists, the one with the denied action first."""
    documented = controller.build_statements(grant.action, grant.resources[0], partition)
    statements = [{"Sid": statement_id(_first_action(each)), **each} for each in documented]
    return statements if _first_action(documented[0]) == grant.action else [statement, *statements]


def _controller_steps(grant: Grant, denial: Denial, partition: str, *, has_policy: bool) -> tuple[str, ...]:
    """Return what a controller needs, and in the same step why its policy has ``*``."""
    hints = companion_actions.controller_hints(grant.action, denial.failure, partition)
    is_only_all = any(each.startswith(_ONLY_ALL) for each in grant.notes)
    why = f" {grant.action} supports no Resource but *." if has_policy and is_only_all else ""
    return tuple(f"{hint}{why}" for hint in hints)


def _first_action(statement: dict[str, Any]) -> str:
    actions: str | list[str] = statement["Action"]
    return actions if isinstance(actions, str) else actions[0]


def _policy_target(denial: Denial, name: str) -> tuple[str, str | None, str]:
    """Return what to attach a policy of this name to, a step about it, and the command that does it."""
    role, principal = denial.role, denial.principal
    if role is not None:
        step = generated_names.describe_stack_of_role(role.name)
        of_cdk = cdk_bootstrap.ROLE.match(role.name) if role.name.startswith("cdk-") else None
        if of_cdk is not None:
            # https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html
            step = "cdk bootstrap owns the role: change its template, too (cdk bootstrap --show-template), or the next bootstrap can undo it."
        suffix = "" if step or role is principal else ": the caller is a session of it"
        return f"the role {role.name}{suffix}", step, commands.put_policy(commands.role_name(role.name), name)
    if isinstance(principal, User):
        put = commands.put_policy(commands.user_name(principal.name), name, "user")
        return f"the user {principal.name}", None, put
    if isinstance(principal, FederatedUser):
        target = f"the user whose keys created the federated session {principal.name}; its session policy must allow it, too{', and without one, a session has almost no permissions' if denial.policy_type else ''}"
        return target, None, commands.put_policy("USER_NAME", name, "user")
    called = denial.caller
    if ":assumed-role/" in (denial.principal_text or "") and not called.endswith(("...", "…")):
        # The ARN of a session, of which a mask hides the role.
        called = "the role (ROLE_NAME follows assumed-role/)"
    elif called == "the caller" or called.endswith(("...", "…")):
        # No role can call GetFederationToken.
        called = "the user" if denial.lowercase_action == "sts:getfederationtoken" else UNKNOWN_CALLER
    is_user = "the user" in {denial.caller, called} or denial.caller.startswith("the user whose ")
    if is_user or ":user/" in called:
        return called, None, commands.put_policy("USER_NAME", name, "user")
    of_session = commands.role_name(long_role_name(denial.principal_text))
    return called, None, commands.put_policy(of_session, name)
