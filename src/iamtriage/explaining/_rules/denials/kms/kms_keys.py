"""Explain denials by AWS KMS, where the key policy always applies.

Source: https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, quote_argument
from iamtriage.actions._operations import actions_for
from iamtriage.explaining._cause_types import Cause
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._context.resources import find_stated_arn
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._explanations.remedies import Labelled, Remedy, change_commands
from iamtriage.explaining._rules.denials.conditions import encrypted_data
from iamtriage.explaining._rules.denials.conditions.request_conditions import concerns_no_resource
from iamtriage.explaining._rules.denials.denies.upload_encryption import why_decrypt
from iamtriage.explaining._rules.denials.kms import managed_keys
from iamtriage.explaining._rules.denials.policy_causes import (
    DENIES,
    KMS_BEHIND_SERVICE,
    KMS_KEY_POLICY,
    KMS_WRONG_REGION,
)
from iamtriage.explaining._rules.denials.policy_types import resource_policies
from iamtriage.explaining._rules.denials.shown_policies.stated_policies import find_own_allow
from iamtriage.explaining._rules.shared import commands, denial_remedies, pages
from iamtriage.explaining._rules.shared.allow_remedies import allow_remedy, with_statements
from iamtriage.explaining._rules.shared.common_causes import KMS_KEY_STATE
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.denial_remedies import authorization_details_remedy, region_argument
from iamtriage.explaining._rules.shared.ecs_starts import new_task_commands
from iamtriage.explaining._rules.shared.policy_principals import role_path_steps
from iamtriage.explaining._rules.shared.principal_words import try_parse_arn
from iamtriage.explaining._rules.shared.remedies import identity_remedy, owner_remedy, present
from iamtriage.explaining._rules.shared.wording import capitalize_start, denial_summary

_OPERATION = lazy_pattern(r"[A-Za-z][A-Za-z0-9]{1,80}", re.ASCII)
# https://repost.aws/knowledge-center/secrets-manager-cross-account-key
_OF_SECRETS_MANAGER = "Access to KMS is not allowed"
_IF_NO_ALLOW = "If nothing allows it yet, check policy.json{}, then replace the policy:"
# https://getsops.io/docs/#assuming-roles-and-using-kms-in-various-aws-accounts
_ROLE_IN_SOPS = "Or let SOPS assume a role of the key's account: in .sops.yaml, add +ROLE_ARN to the key's ARN, then run sops updatekeys where decrypting works."
_KEY_POLICY_NOTE = "Identity-based policies apply to a key only if its key policy enables them (the account's root as principal, kms:* as action). Then the caller also needs an Allow."


def add_encrypted_data(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the use of a key was denied within a call of another service, if it was."""
    context = denial.context
    operation = encrypted_data.called_operation(denial) or (context.operation and context.operation.value)
    if denial.resource is None and denial.deny == "implicit" and not concerns_no_resource(denial):
        remedies = tuple(_with_key(denial, each) for each in explanation.remedies)
        explanation = attrs.evolve(explanation, remedies=remedies)
    if denial.crosses_accounts is False and not any(each.has_principal for each in context.policies):
        remedies = tuple(map(encrypted_data.with_key_policy, explanation.remedies))
        explanation = attrs.evolve(explanation, remedies=remedies)
    if encrypted_data.ENVIRONMENT in denial.failure.text and explanation.topic != "kms-behind-service":
        if managed_keys.may_be_old_grant(denial):
            return explain_environment_key(denial)
        title = "If the role was deleted and re-created, set it on the function again"
        renew = attrs.evolve(managed_keys.renew_grant_remedy(denial), title=title)
        text = "Lambda uses this role. Whoever invokes the function needs no permission for the key."
        behind = KMS_BEHIND_SERVICE.cause("derived", text=text)
        causes = (*explanation.causes, behind, encrypted_data.OLD_GRANT)
        return attrs.evolve(explanation, causes=causes, remedies=(*explanation.remedies, renew))
    why: tuple[str, str] | None = None
    is_said = f"{operation} itself was not denied" in explanation.summary
    if is_said or not explanation.causes or explanation.topic == KMS_BEHIND_SERVICE.code:
        return explanation
    key = "a KMS key" if explanation.topic == "kms-key-unknown" else "this key"
    if operation and _OPERATION.fullmatch(operation) and not actions_for(operation, "kms"):
        data, bucket = encrypted_data.describe_data(operation), context.bucket
        # The most used service that has the operation.
        first = next((each.service for each in actions_for(operation)), "")
        service = first if encrypted_data.SERVICES.get(first, "")[1:] == (data,) else None
        name = f" {clip_text(context.key.value)}" if data == "object" and context.key else ""
        encrypted = f"The {data}{name} is encrypted with {key}{' (SSE-KMS)' if data == 'object' else ''}"
        if data == "object" and operation in encrypted_data.UPLOADS:
            is_valid = bucket is not None and commands.bucket(bucket.value) == bucket.value
            named = f" {bucket.value}" if bucket and is_valid else ""
            encrypted = f"S3 encrypts the upload with {key}, because the request or the default encryption of the bucket{named} specifies it"
        text = f"{encrypted}: {operation} itself was not denied, only the use of the key."
        # What each of two accounts has to allow matters more.
        is_own = denial.lowercase_action == "kms:decrypt" and not denial.crosses_accounts
        if (why := why_decrypt(operation) if is_own else None) is not None:
            text += f" {why[0]}"
    elif not operation and (service := encrypted_data.find_calling_service(denial)) is not None:
        name, data = encrypted_data.SERVICES[service]
        is_new = denial.lowercase_action.startswith(("kms:generatedatakey", "kms:encrypt"))
        verb = "would be" if is_new else "is"
        text = f"The {data} {verb} encrypted with {key}: the call to {name} itself was not denied, only the use of the key."
    else:
        return explanation
    behind, causes = KMS_BEHIND_SERVICE.cause("derived", text=text), explanation.causes
    # What is certain comes before what is possible.
    certain = 0 if causes[0].evidence == "possible" else 1
    remedies = tuple(_limit_to_service(denial, each, service) for each in explanation.remedies)
    if why is not None:
        remedies = (
            *(attrs.evolve(each, steps=(why[1], *each.steps)) for each in remedies[:1]),
            *remedies[1:],
        )
    return attrs.evolve(explanation, causes=(*causes[:certain], behind, *causes[certain:]), remedies=remedies)


def _limit_to_service(denial: Denial, remedy: Remedy, service: str | None) -> Remedy:
    """Return a remedy that allows the use of a key only through the service that was called."""
    region = region_argument(denial)
    partition = getattr(denial.resource_arn, "partition", denial.location.partition)
    condition = encrypted_data.via_service(service, region, partition)
    if remedy.policy is None or service is None or condition is None:
        return remedy
    is_limited = any("Condition" in each for each in remedy.policy["Statement"])
    if is_limited or remedy.layer is None or region == "REGION":
        return remedy
    statements = encrypted_data.change_key_statements(remedy.policy, "Condition", condition)
    step = f"The condition kms:ViaService limits it to calls of {encrypted_data.SERVICES[service][0]}."
    steps = (*remedy.steps, *((step,) if remedy.layer == "identity" else ()))
    return attrs.evolve(with_statements(remedy, statements), steps=steps)


def _with_key(denial: Denial, remedy: Remedy) -> Remedy:
    """Return a remedy for the caller with how to find the key that the message does not name."""
    if remedy.policy is None or remedy.layer != "identity":
        return remedy
    key, show_key = commands.arn(encrypted_data.find_key(denial), "KEY_ARN"), None
    find = "The message does not name the key. It is most likely the one in the text."
    if ":key/" not in key:
        key, show_key = "KEY_ARN", encrypted_data.key_of_data_command(denial)
        find = f"The message does not name the key: {'the first command prints it' if show_key else 'what holds the data names it (such as KmsKeyId)'}."
        if show_key and "KMSKeyArn" in show_key:
            find += " None means the AWS managed key aws/lambda: then set the role again instead."
    actions, principal = [denial.action or "kms:Decrypt"], denial.role or denial.principal
    of_key = encrypted_data.key_policy_step(key, principal, actions, denial.caller)
    statements = encrypted_data.change_key_statements(remedy.policy, "Resource", key)
    return attrs.evolve(
        remedy,
        steps=(find, f"{remedy.steps[0]} {of_key}", *remedy.steps[1:]),
        commands=(*present(show_key), *remedy.commands),
        policy={**remedy.policy, "Statement": statements},
    )


def explain_three_reasons(denial: Denial) -> Explanation:
    """Explain the message that names three possible reasons."""
    accounts, is_sops = "", encrypted_data.KEY_OF_SOPS.search(denial.failure.text) is not None
    of_key = encrypted_data.with_key_of_text(denial)
    across = allow_remedy(of_key) if of_key.crosses_accounts else None
    of_owner, inspect = resource_policies.resource_remedy(of_key), _inspect_key_remedy(denial)
    remedies: tuple[Remedy | None, ...] = (inspect, of_owner, across)
    if of_owner.policy is not None and denial.principal is not None and not of_key.crosses_accounts:
        [show] = (each for each in inspect.commands if " get-key-policy " in each)
        change = show.rpartition(" --query ")[0].replace(" get-key-policy ", " put-key-policy ", 1)
        path = role_path_steps(of_key)
        omitted = {resource_policies.IF_OTHER_ACCOUNT, *path}
        check = next(at for at, each in enumerate(inspect.steps) if each.startswith("Check "))
        found = "If describe-key fails, Region or account is wrong. If a Deny matches, scope it down."
        first = " ".join((found, *inspect.steps[check + 1 :]))
        steps = (first, *path, *(each for each in of_owner.steps[1:] if each not in omitted))
        label = _IF_NO_ALLOW.format(" (add the role's path to its ARN, if it has one)" if path else "")
        put = Labelled(label, f"{change} --policy file://policy.json")
        inspect = attrs.evolve(
            of_owner,
            title=f"Check the key's Region and policy, then allow {denial.caller}",
            # A short explanation must not hide what another account has to allow.
            steps=(*inspect.steps[:check], *steps),
            commands=inspect.commands,
        )
        inspect = change_commands(inspect, (*inspect.commands, put.command), put)
        remedies = (inspect, across)
    if denial.crosses_accounts:
        accounts = f". The key is in account {denial.resource_account}, the caller in {denial.account}: both must allow it"
        if is_sops:
            of_owner = attrs.evolve(of_owner, steps=(of_owner.steps[0], _ROLE_IN_SOPS, *of_owner.steps[1:]))
        remedies = (of_owner, *present(None if find_own_allow(denial) else across), inspect)
    verdict = "KMS names three possible reasons, and does not say which one applies"
    if accounts:
        # Then the causes have less space.
        verdict = (
            f"the key is not in this Region, or its key policy does not allow it, or denies it{accounts}"
        )
    text = f"Neither the key policy nor a grant allows {denial.caller}.{' The Region is not the reason: SOPS calls that of the key.' if is_sops else ''}"
    return denial.explain(
        denial_summary(denial, verdict),
        KMS_KEY_POLICY.cause(text=text),
        None if is_sops else KMS_WRONG_REGION.cause(),
        DENIES["resource"].cause(text="A Deny statement in the key policy matches."),
        remedies=(*remedies, authorization_details_remedy(denial)),
        notes=_KEY_POLICY_NOTE,
    )


def explain_unknown_key(denial: Denial) -> Explanation:
    """Explain the old message about the key of a ciphertext."""
    if encrypted_data.ENVIRONMENT in denial.failure.text:
        return explain_environment_key(denial)
    of_key = attrs.evolve(encrypted_data.with_key_of_text(denial), action="kms:Decrypt")
    if of_key.crosses_accounts:
        summary = f"KMS cannot decrypt, most likely because {denial.caller} is in account {denial.account}, and the key in account {of_key.resource_account}: both the key policy and an identity-based policy of the caller must allow kms:Decrypt{f', and {own} does already' if (own := find_own_allow(of_key)) else ''}."
        return attrs.evolve(explain_three_reasons(of_key), summary=summary, topic="kms-key-unknown")
    arn = try_parse_arn(encrypted_data.find_key(denial))
    controller = find_controller(denial.failure.text) if denial.principal_text is None else None
    caller = denial.caller if controller is None else f"the role of {controller.name}"
    key, place, called = ": the key", "this Region", ""
    if (data := encrypted_data.name_called_data(denial)) is not None:
        key = f" {data[0]}: its key"
        called = f" {data[1]} itself was not denied."
    wrong_region = "The data is encrypted with a key of another Region or account, or the key was deleted."
    if arn is not None:
        key = f"{f' {data[0]}' if data else ''}, most likely with the key {arn.resource.removeprefix('key/')} of account {arn.account} in {arn.region}: it"
        place = "the Region of the call"
        wrong_region = f"The call goes to another Region than {arn.region}, the data is encrypted with another key, or the key was deleted."
    text = f"Neither the key policy nor an identity-based policy of {denial.caller} allows kms:Decrypt."
    return denial.explain(
        f"KMS cannot decrypt{key} does not exist in {place}, or {caller} is not allowed to use it.{called}",
        KMS_KEY_POLICY.cause(text=text),
        KMS_WRONG_REGION.cause(text=wrong_region),
        topic="kms-key-unknown",
        remedies=(
            _inspect_key_remedy(denial),
            allow_remedy(of_key, title=f"If the key policy leaves it to IAM, allow kms:Decrypt for {caller}"),
        ),
        notes=("KMS has one message for these reasons and does not say which one applies.", _KEY_POLICY_NOTE),
    )


def explain_service_encryption_key(denial: Denial) -> Explanation:
    """Explain that a service could not use the key that encrypts its data."""
    text, operation = denial.failure.text, denial.operation
    arn = find_stated_arn(denial.failure, lambda each: each.split(":")[2] in encrypted_data.SHOW_KEYS)
    if denial.resource_arn is not None and denial.resource_arn.service in encrypted_data.SHOW_KEYS:
        arn = denial.resource
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
    caller, title, show_store = denial.caller, f"Allow {denial.caller} to use the key", None
    role = caller if caller.startswith("the execution role") else "the role that makes the call"
    if denial.principal_text is None and encrypted_data.EXTERNAL_SECRETS.search(text):
        caller = "the role that External Secrets Operator uses for its SecretStore"
        title = "Allow the role of the SecretStore to use the key"
        show_store = encrypted_data.show_store_command(denial, names_data=name is not None)
        role = "the role of the SecretStore or of its service account (kubectl get secretstores,clustersecretstores -A -o yaml)"
    stated_name, stated = (None, None) if show_store is None else encrypted_data.stated_store_role(denial)
    kind, holder = denial_remedies.policy_holder(denial) or ("role", commands.role_name(stated_name))
    if stated_name is not None:
        caller = f"the role {stated_name} of External Secrets Operator"
        title, show_store = f"Allow the role {stated_name} to use the key", None
        role = f"the role {stated_name}"
    key = commands.arn(encrypted_data.find_key(denial), "KEY_ARN")
    # A policy names a key by its ARN only: https://docs.aws.amazon.com/kms/latest/developerguide/cmks-in-iam-policies.html
    key = key if ":key/" in key else "KEY_ARN"
    places = (each.region for each in (resource, try_parse_arn(key)) if each is not None and each.region)
    region = next(places, encrypted_data.find_region_of_data(denial, service) or region_argument(denial))
    in_region = "" if region == "REGION" else f" --region {region}"
    alias = encrypted_data.find_alias(denial) if key == "KEY_ARN" else None
    find, lines = None, [f"aws kms describe-key --key-id {key}{in_region}"]
    if alias is not None:
        find = f"The first command prints KEY_ARN: a policy accepts no alias ({alias}) as its resource."
        lines = [f"aws kms describe-key --key-id {alias}{in_region} --query KeyMetadata.Arn --output text"]
    elif key == "KEY_ARN" and (show := encrypted_data.show_key_command(denial, service, arn)) is not None:
        store = f"The first command prints {encrypted_data.SHOW_KEYS[service or ''][2]} and the SecretStore. "
        find = f"{store if show_store is not None and name is None else ''}If KEY_ID ({show.split()[2]}) is None or aws/{service}, no Allow is missing: a Deny applies, or another account owns the {data}."
        lines = [show, f"{lines[0].replace('KEY_ARN', 'KEY_ID')} --query KeyMetadata.Arn --output text"]
    elif key == "KEY_ARN":
        find = f"Find the key in the settings of the resource that contains the {data} (KmsKeyId)."
    statement = encrypted_data.key_statement(denial, service, region, resource, key)
    put = commands.put_policy(holder, "AllowUseOfKey", kind)
    remedy = identity_remedy(
        title,
        find,
        encrypted_data.key_policy_step(key, stated or denial.role, statement["Action"]),
        commands=(
            *lines[: name is not None],
            show_store,
            *lines[name is not None :],
            f"aws kms get-key-policy --key-id {key}{in_region} --policy-name default --query Policy --output text",
            put if holder != "ROLE_NAME" else Labelled(f"Then, with ROLE_NAME of {role}:", put),
            *new_task_commands(denial.failure.text, region),
        ),
        statements=(statement,),
        url=pages.KMS_ACCESS,
    )
    called = f"the call {operation}" if operation and _OPERATION.fullmatch(operation) else "the call itself"
    named = f" {clip_text(name)}" if name else ""
    may_be_disabled = _OF_SECRETS_MANAGER not in text
    return denial.explain(
        f"{capitalize_start(caller)} is not allowed to use the KMS key{f' {alias}' if alias else ''} with which the {data}{named} is encrypted.",
        KMS_BEHIND_SERVICE.cause("reported", text=f"The use of the KMS key was denied, not {called}."),
        KMS_KEY_POLICY.cause(),
        KMS_KEY_STATE.cause(text="The key is disabled or pending deletion.") if may_be_disabled else None,
        remedies=remedy,
    )


def explain_environment_key(denial: Denial) -> Explanation:
    """Explain that Lambda could not decrypt the environment variables of a function."""
    function = encrypted_data.function_of(denial)
    what = "the function's environment variables"
    if function != "FUNCTION_NAME":
        what = f"the environment variables of the function {function}"
    failed = f"Lambda could not decrypt {what}"
    key = KMS_BEHIND_SERVICE.cause("reported", text=f"{failed}.")
    is_managed = encrypted_data.MANAGED_KEY.search(denial.failure.text) is not None
    because, is_certain = managed_keys.find_recreated_role(denial.failure.text)
    renew = managed_keys.renew_grant_remedy(denial, is_certain=is_certain)
    remedies: tuple[Remedy, ...] = (renew,) if is_managed else (renew, _inspect_key_remedy(denial))
    notes: tuple[str, ...] = ()
    if managed_keys.may_be_old_grant(denial):
        role = "its role" if denial.role is None else f"its role {denial.role.name}"
        # A message that names the role names no other caller.
        others = ". Your own credentials and permissions are not the problem" if denial.role is None else ""
        reason = f"{'' if is_certain else 'most likely, '}{role} was re-created, and the grant on the {'key aws/lambda' if is_managed else 'KMS key'} is for the old one{others}"
        text = managed_keys.describe_grant(is_managed=is_managed)
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


def _inspect_key_remedy(denial: Denial) -> Remedy:
    key = encrypted_data.find_key(denial) or "KEY_ID"
    key = commands.arn(key, "KEY_ID") if ":" in key else key
    arn = try_parse_arn(key)
    # The called operation can be one of another service, which uses the key for the caller.
    action = denial.action if denial.lowercase_action.startswith("kms:") else "kms:Decrypt"
    region = commands.region(arn.region) if arn is not None and arn.region else region_argument(denial)
    title, show_key, find = "Check the key's Region and key policy", None, None
    if key == "KEY_ID":
        title = "Find the key, and check its Region and key policy"
        show_key = encrypted_data.key_of_data_command(denial)
        find = encrypted_data.find_key_step(denial, show_key)
    show = commands.fill_command("aws kms describe-key --key-id {} --region {}", key, region)
    # The owner's account needs only the ID, which fits into a line.
    argument = quote_argument(key.partition(":key/")[2] or key)
    if key.startswith("alias/") or ":alias/" in key:
        # The other calls accept no alias: https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html
        argument = f'"$({show} --query KeyMetadata.Arn --output text)"'
    elif show_key is not None and encrypted_data.ENVIRONMENT not in denial.failure.text:
        # What a service prints can be an alias.
        argument, show = "KEY_ARN", f"{show} --query 'KeyMetadata.[Arn,KeyState]' --output text"
    owner = None if arn is None else arn.account
    across = "For a key in another account, a policy of the caller must allow"
    if owner is not None and denial.account is None:
        across = f"If the caller is not in account {owner}, an identity-based policy of the caller must allow"
    elif owner is not None:
        across = f"The key is in account {owner}, the caller in account {denial.account}: an identity-based policy of the caller must allow"
    # An alias or ID without an ARN is always one of the caller's account.
    is_same = encrypted_data.KEY_NAME.fullmatch(key) is not None or denial.account == owner is not None
    other_side = None if is_same else f"{across} {action} on the key's ARN, too."
    # A controller made the call if its caller is unknown.
    controller = find_controller(denial.failure.text) if denial.principal_text is None else None
    caller, find_role, show_role = denial.caller, None, None
    if controller is not None:
        find_role = f"The caller is {controller.name}. The last command prints the annotation with its role. Without an annotation, it uses the role of a Pod Identity association or of the node."
        show_role = f"kubectl get serviceaccount {controller.service_account} --namespace {controller.namespace or 'NAMESPACE'} --output yaml"
    elif encrypted_data.ENVIRONMENT in denial.failure.text:
        caller = "the function's role"
        other_side = other_side and other_side.replace("the caller", caller)
    elif caller == "the caller":
        caller = "the caller (aws sts get-caller-identity where the call runs)"
    show_policy = f"aws kms get-key-policy --key-id {argument} --policy-name default --region {region} --query Policy --output text"
    return owner_remedy(
        title,
        find,
        f"Check the key policy and the grants for an Allow for {caller}.",
        other_side,
        find_role,
        commands=(
            show_key,
            show,
            Labelled("Then, with KEY_ARN filled in:", show_policy) if argument == "KEY_ARN" else show_policy,
            f"aws kms list-grants --key-id {argument} --region {region}",
            show_role,
        ),
        url=pages.KMS_KEY_POLICY,
    )
