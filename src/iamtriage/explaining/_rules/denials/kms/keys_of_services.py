"""Explain that a service cannot use the key that encrypts its data, or the environment variables of a function.

Source: https://docs.aws.amazon.com/kms/latest/developerguide/control-access-overview.html.
"""

from __future__ import annotations

from collections.abc import Sequence

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words, quote_argument
from iamtriage._typing import NamedTuple
from iamtriage.arns._principals import Principal, ServiceLinkedRole
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._context.resources import find_stated_arn
from iamtriage.explaining._rules.basics import Cause, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials.conditions import encrypted_data
from iamtriage.explaining._rules.denials.kms import function_grants, keys_of_data, managed_keys
from iamtriage.explaining._rules.denials.policy_causes import KMS_BEHIND_SERVICE, KMS_KEY_POLICY
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.common_causes import KMS_KEY_STATE
from iamtriage.explaining._rules.shared.credentials.credential_remedies import with_profile
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.grants import denial_remedies
from iamtriage.explaining._rules.shared.grants.denial_remedies import region_argument
from iamtriage.explaining._rules.shared.principals.principal_words import other_owner, try_parse_arn
from iamtriage.explaining._rules.shared.remedies import identity_remedy, owner_remedy
from iamtriage.explaining._rules.shared.texts.ecs_starts import find_task_role, new_task_commands
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.policies._readers.elements import as_strings

OPERATION = lazy_pattern(r"[A-Za-z][A-Za-z0-9]{1,80}")
_OF_EXECUTION_ROLE = "ResourceInitializationError"
# https://repost.aws/knowledge-center/secrets-manager-cross-account-key
_OF_SECRETS_MANAGER = "Access to KMS is not allowed"


def explain_service_encryption_key(denial: Denial) -> Explanation:
    """Explain that a service could not use the key that encrypts its data."""
    text, operation, arn = denial.failure.text, denial.operation, _find_data(denial)
    resource = try_parse_arn(arn)
    service = denial.service if denial.service != "kms" else None
    service = service or (None if resource is None else resource.service)
    if service is None and _OF_SECRETS_MANAGER in text:
        service = "secretsmanager"
    name, data = encrypted_data.find_data_name(denial, service), encrypted_data.describe_data(operation)
    if resource is not None:
        name = resource.resource.replace(":", "/").partition("/")[2] or resource.resource
    if service in encrypted_data.SHOW_KEYS:
        data = encrypted_data.SHOW_KEYS[service][2].partition("_")[0].lower()
    user = _find_user(denial, names_data=name is not None)
    kind, holder = denial_remedies.policy_holder(denial) or ("role", commands.role_name(user.name))
    key = commands.arn(encrypted_data.find_key(denial), "KEY_ARN")
    # A policy names a key by its ARN only: https://docs.aws.amazon.com/kms/latest/developerguide/cmks-in-iam-policies.html
    key = key if ":key/" in key else "KEY_ARN"
    places = (each.region for each in (resource, try_parse_arn(key)) if each is not None and each.region)
    region = next(places, encrypted_data.find_region_of_data(denial, service) or region_argument(denial))
    in_region = "" if region == "REGION" else f" --region {region}"
    alias = encrypted_data.find_alias(denial) if key == "KEY_ARN" else None
    # Of an unknown key, what it encrypts shows the most likely owner.
    of_data = other_owner(arn or "", user.principal) if key == "KEY_ARN" else None
    # Secrets Manager says something else of a disabled key.
    is_needed = key == "KEY_ARN" or _OF_SECRETS_MANAGER not in text
    find, lines = None, [f"aws kms describe-key --key-id {key}{in_region}"] * is_needed
    if alias is not None:
        find = f"The first command prints KEY_ARN: a policy accepts no alias ({alias}) as its resource."
        lines = [f"aws kms describe-key --key-id {alias}{in_region} --query KeyMetadata.Arn --output text"]
    elif key == "KEY_ARN" and (show := encrypted_data.show_key_command(denial, service, arn)) is not None:
        store = f"The first command prints {encrypted_data.SHOW_KEYS[service or ''][2]} and the SecretStore. "
        apart = "" if of_data else "a Deny applies. Or the caller is in another account, where "
        set_key = " ".join(managed_keys.SET_KEY.get(service or "", "").split()[2:3])
        find = f"{store if user.show_store is not None and name is None else ''}If KEY_ID ({show.split()[2]}) is None or aws/{service}, {apart}no Allow helps: the owner of the {data} has to give it a customer managed key{f' ({set_key})' if set_key else ''}."
        lines = [show, f"{lines[0].replace('KEY_ARN', 'KEY_ID')} --query KeyMetadata.Arn --output text"]
    elif key == "KEY_ARN":
        find = f"Find the key in the settings of the resource that contains the {data} (KmsKeyId)."
    statement = encrypted_data.key_statement(denial, service, region, resource, key)
    put = commands.put_policy(holder, "AllowUseOfKey", kind)
    owner = other_owner(key, user.principal)
    show = (
        f"aws kms get-key-policy --key-id {key}{in_region} --policy-name default --query Policy --output text"
    )
    # Only the owner's account can read the policy.
    lines = [] if owner else [*lines, show]
    if of_data is not None:
        lines[0] = Labelled(f"In account {of_data}:", lines[0])
        put = Labelled(f"Then, in the account of {user.words}:", put)
    elif holder == "ROLE_NAME":
        put = Labelled(f"Then, with ROLE_NAME of {user.place}:", put)
    of_key = encrypted_data.key_policy_step(key, user.principal, statement["Action"], user.words, resource)
    remedy = identity_remedy(
        f"Allow {user.words} to use the key",
        *((of_key, find) if of_data else (find, of_key)),
        commands=(
            *lines[: name is not None],
            user.show_store,
            *lines[name is not None :],
            user.show_caller,
            put,
            *new_task_commands(denial.failure.text, region),
        ),
        statements=(statement,),
        url=pages.KMS_ACCESS,
    )
    return denial.explain(
        f"{capitalize_start(user.called)} is not allowed to use the KMS key{f' {alias}' if alias else ''}{f' of account {owner}' if owner else ''} with which the {data}{f' {clip_text(name)}' if name else ''} is encrypted.",
        KMS_BEHIND_SERVICE.cause(
            "reported", text=_describe_denied(denial, as_strings(statement["Action"]), data)
        ),
        None if owner or of_data else KMS_KEY_POLICY.cause(),
        KMS_KEY_STATE.cause(text="The key is disabled or pending deletion.")
        if _OF_SECRETS_MANAGER not in text
        else None,
        remedies=remedy,
    )


class _User(NamedTuple):
    """Who uses a key: what the summary and the steps call it, where to look it up, and with which commands."""

    called: str
    words: str
    place: str
    principal: Principal | None = None
    name: str | None = None
    show_store: str | None = None
    show_caller: str | None = None


def _find_user(denial: Denial, *, names_data: bool) -> _User:
    """Return who was not allowed to use the key: the caller, or the role of External Secrets Operator."""
    caller, principal = denial.caller, denial.role or denial.principal
    if (
        denial.principal_text is not None
        or encrypted_data.EXTERNAL_SECRETS.search(denial.failure.text) is None
    ):
        if caller != "the caller":
            return _User(caller, caller, caller, principal)
        show = with_profile(
            find_profile(denial.case), "aws sts get-caller-identity --query Arn --output text"
        )
        place = "the caller's role (for a user, put-user-policy)"
        return _User(caller, caller, place, principal, show_caller=show)
    name, stated = encrypted_data.stated_store_role(denial)
    if name is not None:
        role = f"the role {name}"
        return _User(f"{role} of External Secrets Operator", role, role, stated or principal, name)
    return _User(
        "the role that External Secrets Operator uses for its SecretStore",
        "the role of the SecretStore",
        "the role of the SecretStore or of its service account (kubectl get secretstores,clustersecretstores -A -o yaml)",
        show_store=encrypted_data.show_store_command(denial, names_data=names_data),
    )


def _find_data(denial: Denial) -> str | None:
    """Return the ARN of what the key encrypts."""
    if denial.resource_arn is not None and denial.resource_arn.service in encrypted_data.SHOW_KEYS:
        return denial.resource
    return find_stated_arn(denial.failure, lambda each: each.split(":")[2] in encrypted_data.SHOW_KEYS)


def _describe_denied(denial: Denial, actions: Sequence[str], data: str) -> str:
    """Return what KMS denied, and what it did not."""
    text, operation = denial.failure.text, denial.operation
    is_start = _OF_EXECUTION_ROLE in text
    # What reads a secret only decrypts.
    is_read = is_start or encrypted_data.EXTERNAL_SECRETS.search(text) is not None
    named = f" ({join_words(actions, 'or')})" if is_read else ""
    denied = f"The use of the KMS key was denied{named}, not that of the {data}."
    if operation and OPERATION.fullmatch(operation):
        denied = f"The use of the KMS key was denied, not the call {operation}."
    task_role = find_task_role(text) if is_start else None
    no_effect = ": an Allow there has no effect" if "kms:" in text else ""
    of_role = f" ECS reads it with the execution role, not with the task role {task_role}{no_effect}."
    return denied + (of_role if task_role else "")


def explain_environment_key(denial: Denial) -> Explanation:
    """Explain that Lambda could not decrypt the environment variables of a function."""
    function = encrypted_data.function_of(denial)
    what = "the function's environment variables"
    if function != "FUNCTION_NAME":
        what = f"the environment variables of the function {function}"
    failed = f"Lambda could not decrypt {what}"
    key = KMS_BEHIND_SERVICE.cause("reported", text=f"{failed}.")
    is_managed = encrypted_data.MANAGED_KEY.search(denial.failure.text) is not None
    because, is_certain = function_grants.find_recreation_signs(denial.failure)
    renew = function_grants.renew_grant_remedy(denial, is_certain=is_certain)
    remedies: tuple[Remedy, ...] = (renew,) if is_managed else (renew, inspect_key_remedy(denial))
    notes: tuple[str, ...] = ()
    if function_grants.may_be_old_grant(denial):
        role = "its role" if denial.role is None else f"its role {denial.role.name}"
        # A message that names the role names no other caller.
        others = ". Your own credentials and permissions are not the problem" if denial.role is None else ""
        reason = f"{'' if is_certain else 'most likely, '}{role} was re-created, and the grant on the {'key aws/lambda' if is_managed else 'KMS key'} is for the old one{others}"
        text = function_grants.describe_grant(
            is_managed=is_managed,
            has_reasons=is_certain and is_managed and "does not exist in this region" in denial.failure.text,
        )
        grant = encrypted_data.KMS_GRANT_OF_OTHER_ROLE.cause(
            "derived" if because else "possible", because, text=text
        )
        causes: tuple[Cause, ...] = (grant, key)
    else:
        reason = "the execution role is not allowed to use the KMS key"
        if "does not exist in this region" in denial.failure.text:
            reason = "the KMS key is missing or in another Region, or does not allow the execution role"
        key = KMS_BEHIND_SERVICE.cause("reported", text=encrypted_data.USED_BY_ROLE)
        causes = (key, KMS_KEY_POLICY.cause(text=encrypted_data.ROLE_LACKS_KEY), encrypted_data.OLD_GRANT)
        remedies, notes = remedies[::-1], (encrypted_data.ENVIRONMENT_NOTE,)
    summary = f"{failed}: {reason}."
    return denial.explain(summary, *causes, topic="kms-behind-service", remedies=remedies, notes=notes)


def inspect_key_remedy(denial: Denial) -> Remedy:
    """Return the remedy that checks a key's Region, policy and grants."""
    key = encrypted_data.find_key(denial) or "KEY_ID"
    key = commands.arn(key, "KEY_ID") if ":" in key else key
    arn = try_parse_arn(key)
    # The called operation can be one of another service, which uses the key for the caller. Only a decryption has a
    # ciphertext: a command that encrypts can be a test of the author.
    is_kms = denial.lowercase_action.startswith("kms:") and "iphertext refers" not in denial.failure.text
    action = denial.action if is_kms else "kms:Decrypt"
    region = commands.region(arn.region) if arn is not None and arn.region else region_argument(denial)
    title, show_key, find = "Check the key's Region and key policy", None, None
    if key == "KEY_ID":
        title = "Find the key, and check its Region and key policy"
        show_key = keys_of_data.key_of_data_command(denial)
        find = keys_of_data.find_key_step(denial, show_key)
    show = commands.fill_command("aws kms describe-key --key-id {} --region {}", key, region)
    # The owner's account needs only the ID, which fits into a line.
    argument = quote_argument(key.partition(":key/")[2] or key)
    if key.startswith("alias/") or ":alias/" in key:
        # The other calls accept no alias: https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html
        argument = f'"$({show} --query KeyMetadata.Arn --output text)"'
    elif show_key is not None and encrypted_data.ENVIRONMENT not in denial.failure.text:
        # What a service prints can be an alias.
        argument, show = "KEY_ARN", f"{show} --query 'KeyMetadata.[Arn,KeyState,KeyManager]' --output text"
    owner = None if arn is None else arn.account
    across = "For a key in another account, a policy of the caller must allow"
    if owner is not None and denial.account is None:
        across = f"If the caller is not in account {owner}, an identity-based policy of the caller must allow"
    elif owner is not None:
        across = f"The key is in account {owner}, the caller in account {denial.account}: an identity-based policy of the caller must allow"
    # An alias or ID without an ARN is always one of the caller's account.
    is_same = encrypted_data.KEY_NAME.fullmatch(key) is not None or denial.account == owner is not None
    other_side = (
        None
        if is_same or isinstance(denial.role, ServiceLinkedRole)
        else f"{across} {action} on the key's ARN, too."
    )
    # A controller made the call if its caller is unknown.
    controller = find_controller(denial.failure.text) if denial.principal_text is None else None
    caller, find_role, show_role = denial.caller, None, None
    if controller is not None:
        find_role = f"The caller is {controller.name}. The last command prints the annotation with its role. Without one, it has the role of a Pod Identity association or of the node."
        show_role = f"kubectl get serviceaccount {controller.service_account} --namespace {controller.namespace or 'NAMESPACE'} --output yaml"
    elif encrypted_data.ENVIRONMENT in denial.failure.text:
        caller = "the function's role"
        other_side = other_side and other_side.replace("the caller", caller)
    elif caller == "the caller":
        caller = "the caller (aws sts get-caller-identity where the call runs)"
    return owner_remedy(
        title,
        find,
        f"Check the key policy and the grants for an Allow for {caller}.",
        other_side,
        find_role,
        commands=(
            show_key,
            show,
            f"aws kms get-key-policy --key-id {argument} --policy-name default --region {region} --query Policy --output text",
            f"aws kms list-grants --key-id {argument} --region {region}",
            show_role,
        ),
        url=pages.KMS_KEY_POLICY,
    )
