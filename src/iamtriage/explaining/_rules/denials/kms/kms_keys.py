"""Explain denials by AWS KMS, where the key policy always applies.

Source: https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.labels import LISTS_CAUSES
from iamtriage._text import clip_text
from iamtriage.actions._operations import actions_for
from iamtriage.arns._principals import ServiceLinkedRole
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._rules.basics import Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials import policy_causes
from iamtriage.explaining._rules.denials.conditions import encrypted_data
from iamtriage.explaining._rules.denials.conditions.request_conditions import concerns_no_resource
from iamtriage.explaining._rules.denials.conditions.required_settings import find_small_upload, why_decrypt
from iamtriage.explaining._rules.denials.kms import function_grants, keys_of_data, keys_of_services
from iamtriage.explaining._rules.denials.policy_types import resource_policies
from iamtriage.explaining._rules.denials.resource_commands import role_path_steps
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import find_own_allow
from iamtriage.explaining._rules.denials.shown_policies.stated_policies import add_stated_policies
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.grants import allow_remedies, denial_remedies
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_arn
from iamtriage.explaining._rules.shared.remedies import UNKNOWN_CALLER, present
from iamtriage.explaining._rules.shared.requirements import companion_hints
from iamtriage.explaining._rules.shared.requirements.tasks import MULTIPART
from iamtriage.explaining._rules.shared.wording import denial_summary, find_forwarding_service

_IF_NO_ALLOW = "If nothing allows it, check policy.json{}, then replace the policy:"
# https://getsops.io/docs/#assuming-roles-and-using-kms-in-various-aws-accounts
_ROLE_IN_SOPS = "Or let SOPS assume a role of the key's account: in .sops.yaml, add +ROLE_ARN to the key's ARN, then run sops updatekeys where decrypting works."
_UPLOADS = lazy_pattern(r"(?i:\b(?:up ?loads?|up ?loaded|uploading|multipart|s3:PutObject)\b)")
_SEVERAL_REASONS = "KMS has one message for these reasons and does not say which one applies."
_KEY_POLICY_NOTE = "Identity-based policies apply to a key only if its key policy enables them (kms:* for the account's root). For a key of another account, both must allow the call."


def add_encrypted_data(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the use of a key was denied within a call of another service, if it was."""
    context = denial.context
    operation = encrypted_data.called_operation(denial) or (context.operation and context.operation.value)
    if not operation and denial.lowercase_action == "kms:decrypt" and _UPLOADS.search(denial.failure.text):
        # Only uploads need it.
        is_of_parts = "ultipart" in denial.failure.text or find_small_upload(denial.failure.text)
        operation = "UploadPart" if is_of_parts else operation
    if denial.resource is None and denial.deny == "implicit" and not concerns_no_resource(denial.action):
        remedies = tuple(_with_key(denial, each) for each in explanation.remedies)
        explanation = attrs.evolve(explanation, remedies=remedies)
    explanation = _complete_steps(denial, explanation)
    if encrypted_data.ENVIRONMENT in denial.failure.text and explanation.topic != "kms-behind-service":
        if function_grants.may_be_old_grant(denial):
            return keys_of_services.explain_environment_key(denial)
        renew = attrs.evolve(function_grants.renew_grant_remedy(denial), title=_describe_renewal(denial))
        text = "Lambda decrypts them with the execution role of the function. Whoever invokes the function needs no permission for the key."
        behind = policy_causes.KMS_BEHIND_SERVICE.cause("derived", text=text)
        causes = (*explanation.causes, behind, encrypted_data.OLD_GRANT)
        remedies = (*_for_execution_role(denial, explanation.remedies), renew)
        return attrs.evolve(explanation, causes=causes, remedies=remedies)
    why: tuple[str, str] | None = None
    is_said = f"{operation} itself was not denied" in explanation.summary
    if is_said or not explanation.causes or explanation.topic == policy_causes.KMS_BEHIND_SERVICE.code:
        return explanation
    key = "this key" if denial.resource else "a KMS key"
    if operation and keys_of_services.OPERATION.fullmatch(operation) and not actions_for(operation, "kms"):
        data, bucket = encrypted_data.describe_data(operation), context.bucket
        # The most used service that has the operation.
        first = next((each.service for each in actions_for(operation)), "")
        service = first if encrypted_data.SERVICES.get(first, "")[1:] == (data,) else None
        name = f" {clip_text(context.key.value)}" if data == "object" and context.key else ""
        encrypted = f"The {data}{name} is encrypted with {key}{' (SSE-KMS)' if data == 'object' else ''}"
        if data == "object" and operation in encrypted_data.UPLOADS:
            is_valid = bucket is not None and commands.bucket(bucket.value) == bucket.value
            named = f" {bucket.value}" if bucket and is_valid else ""
            by = "" if "KMSMasterKeyID" in denial.failure.text else "the request or "
            encrypted = f"S3 encrypts the upload with {key}, because {by}the default encryption of the bucket{named} specifies it"
        text = f"{encrypted}: {operation} itself was not denied, only the use of the key."
        # What each of two accounts has to allow matters more.
        is_own = denial.lowercase_action == "kms:decrypt" and not denial.crosses_accounts
        if (why := why_decrypt(operation) if is_own else None) is not None:
            # Which call of an upload was denied matters less.
            text = why[0] if operation in MULTIPART else f"{text} {why[0]}"
    elif (service := encrypted_data.find_calling_service(denial)) is not None and (
        not operation or find_forwarding_service(denial.failure.text)
    ):
        name, data = encrypted_data.SERVICES[service]
        is_new = denial.lowercase_action.startswith(("kms:generatedatakey", "kms:encrypt"))
        verb = "would be" if is_new else "is"
        text = f"The {data} {verb} encrypted with {key}: the call to {name} itself was not denied, only the use of the key."
    else:
        return explanation
    behind, causes = policy_causes.KMS_BEHIND_SERVICE.cause("derived", text=text), explanation.causes
    # What is certain comes before what is possible.
    certain = 0 if causes[0].evidence == "possible" else 1

    def build_remedies() -> tuple[Remedy, ...]:
        remedies = tuple(_limit_to_service(denial, each, service) for each in explanation.remedies)
        if why is None:
            return remedies
        first = (attrs.evolve(each, steps=(why[1], *each.steps)) for each in remedies[:1])
        return (*first, *remedies[1:])

    causes = (*causes[:certain], behind, *causes[certain:])
    return attrs.evolve(explanation, causes=causes, remedies=build_remedies)


def _describe_renewal(denial: Denial) -> str:
    """Return when to set the role of a function again, which gets it a new grant."""
    if denial.policy_type == "resource" and not encrypted_data.CUSTOMER_KEY.search(denial.failure.text):
        # Lambda uses aws/lambda by a grant, and its policy cannot be changed.
        return "If the key is aws/lambda, or the role was deleted and re-created, set the role on the function again"
    return "If the role was deleted and re-created, set it on the function again"


def _complete_steps(denial: Denial, explanation: Explanation) -> Explanation:
    """Add what the key policy must have, and leave out what only other services need."""
    notes = explanation.notes
    is_shown = any(each.has_principal for each in denial.context.policies)
    needs_key_policy = denial.crosses_accounts is False and not is_shown
    if needs_key_policy and keys_of_data.enables_iam(denial.failure.text):
        needs_key_policy = False
        notes = (
            "The key policy has the statement for the account's root, so it does not have to change.",
            *notes,
        )

    def build_remedies() -> tuple[Remedy, ...]:
        remedies = explanation.remedies
        if needs_key_policy:
            remedies = tuple(map(encrypted_data.with_key_policy, remedies))
        if denial.operation is None or f"kms:{denial.operation}" != denial.action:
            return remedies
        # The program calls KMS itself.
        return tuple(
            attrs.evolve(each, steps=tuple(step for step in each.steps if step != companion_hints.DATA_KEYS))
            for each in remedies
        )

    return attrs.evolve(explanation, remedies=build_remedies, notes=notes)


def _limit_to_service(denial: Denial, remedy: Remedy, service: str | None) -> Remedy:
    """Return a remedy that allows the use of a key only through the service that was called."""
    region = denial_remedies.region_argument(denial)
    partition = getattr(denial.resource_arn, "partition", denial.location.partition)
    condition = encrypted_data.via_service(service, region, partition)
    if remedy.policy is None or service is None or condition is None:
        return remedy
    is_limited = any("Condition" in each for each in remedy.policy["Statement"])
    if is_limited or remedy.layer is None or region == "REGION":
        return remedy
    statements = _change_key_statements(remedy.policy, "Condition", condition)
    step = f"The condition kms:ViaService limits it to calls of {encrypted_data.SERVICES[service][0]}."
    steps = (*remedy.steps, *((step,) if remedy.layer == "identity" else ()))
    return attrs.evolve(denial_remedies.with_statements(remedy, statements), steps=steps)


def _for_execution_role(denial: Denial, remedies: tuple[Remedy, ...]) -> tuple[Remedy, ...]:
    """Return remedies of which the first one is for the role of a function, if the message hides who calls."""
    if denial.caller != "the caller" or not remedies:
        return remedies
    first, role = remedies[0], "the execution role of the function"
    show = "aws lambda get-function-configuration --function-name FUNCTION_NAME --query '[Role,KMSKeyArn]' --output text"
    changed = attrs.evolve(
        first,
        title=first.title.replace("the caller", role),
        steps=tuple(each.replace(UNKNOWN_CALLER, role) for each in first.steps),
        commands=(show, *first.commands),
    )
    return (changed, *remedies[1:])


def _with_key(denial: Denial, remedy: Remedy) -> Remedy:
    """Return a remedy for the caller with how to find the key that the message does not name."""
    if remedy.policy is None or remedy.layer != "identity":
        return remedy
    key = commands.arn(encrypted_data.find_key(denial), "KEY_ARN")
    lookup: tuple[str, ...] = ()
    find = "The message does not name the key. It is most likely the one in the text."
    if ":key/" not in key:
        key, (where, lookup) = "KEY_ARN", keys_of_data.look_up_arn(denial)
        find = f"The message does not name the key: {where}."
    actions, principal = [denial.action or "kms:Decrypt"], denial.role or denial.principal
    of_key = encrypted_data.key_policy_step(key, principal, actions, denial.caller)
    statements = _change_key_statements(remedy.policy, "Resource", key)
    return attrs.evolve(
        remedy,
        steps=(find, f"{remedy.steps[0]} {of_key}", *remedy.steps[1:]),
        commands=(*lookup, *remedy.commands),
        policy={**remedy.policy, "Statement": statements},
    )


def explain_three_reasons(denial: Denial) -> Explanation:
    """Explain the message that names three possible reasons."""
    if (elsewhere := keys_of_data.explain_key_elsewhere(denial)) is not None:
        return elsewhere
    accounts, is_sops = "", encrypted_data.KEY_OF_SOPS.search(denial.failure.text) is not None
    of_key = encrypted_data.with_key_of_text(denial)
    across = allow_remedies.allow_remedy(of_key) if of_key.crosses_accounts else None
    of_owner, inspect = resource_policies.resource_remedy(of_key), keys_of_services.inspect_key_remedy(denial)
    remedies: tuple[Remedy | None, ...] = (inspect, of_owner, across)
    if of_owner.policy is not None and denial.principal is not None and not of_key.crosses_accounts:
        [show] = (each for each in inspect.commands if " get-key-policy " in each)
        change = show.rpartition(" --query ")[0].replace(" get-key-policy ", " put-key-policy ", 1)
        path = role_path_steps(of_key)
        omitted = {resource_policies.IF_OTHER_ACCOUNT, *path}
        check = next(at for at, each in enumerate(inspect.steps) if each.startswith("Check "))
        found = "If describe-key finds no key, Region or account is wrong. If a Deny matches, scope it down."
        first = " ".join((found, *inspect.steps[check + 1 :]))
        steps = (first, *path, *(each for each in of_owner.steps[1:] if each not in omitted))
        label = _IF_NO_ALLOW.format(" and the role's ARN in it" if path else "")
        put, where = Labelled.required(label, f"{change} --policy file://policy.json"), ""
        lines = (*inspect.commands, put)
        if (other := keys_of_data.find_other_owner(of_key)) is not None:
            accounts = f". The {other[0]} is in account {other[1]}, most likely with its key, the caller in {denial.account}: the key policy and a policy of the caller must both allow it"
            [statement], where = of_owner.policy["Statement"], f", in account {other[1]}"
            own = allow_remedies.other_side_command(of_key, statement["Action"], "KEY_ARN")
            lines = (*(each for each in lines if " list-grants " not in each), *present(own))
        inspect = attrs.evolve(
            of_owner,
            title=f"Check the key's Region and policy, then allow {denial.caller}{where}",
            # A short explanation must not hide what another account has to allow.
            steps=(*inspect.steps[:check], *steps),
            commands=lines,
        )
        remedies = (inspect, across)
    if of_key.crosses_accounts:
        named = "" if denial.resource else " in the text"
        accounts = f". The key{named} is in account {of_key.resource_account}, the caller in {denial.account}: both must allow it"
        if is_sops:
            of_owner = attrs.evolve(of_owner, steps=(of_owner.steps[0], _ROLE_IN_SOPS, *of_owner.steps[1:]))
        is_allowed = find_own_allow(of_key) or allow_remedies.allows_in_both_accounts(of_owner)
        remedies = (of_owner, *present(None if is_allowed else across), inspect)
    # Remedies can leave no space for the causes.
    place = "its key policy"
    is_linked = isinstance(denial.role, ServiceLinkedRole)
    if isinstance(denial.role, ServiceLinkedRole) and of_key.crosses_accounts:
        # Nobody can change the policies of the caller, to which its account grants the key instead.
        remedies = (of_owner, inspect)
        place, accounts = f"the key policy in account {of_key.resource_account}", ""
    verdict = f"the key is not in this Region, {place} does not allow it, or a Deny there matches"
    is_in_region = denial.resource_arn is not None and denial.resource_arn.region == denial.facts.region
    if is_in_region:
        verdict = f"{place} does not allow it, a Deny there matches, or the key does not exist"
    verdict += accounts
    verdict += "" if accounts else LISTS_CAUSES
    text = f"Neither the key policy nor a grant allows {denial.caller}.{' The Region is not the reason: SOPS calls that of the key.' if is_sops else ''}"
    return denial.explain(
        denial_summary(denial, verdict),
        policy_causes.KMS_KEY_POLICY.cause(text=text),
        None if is_sops or is_in_region else policy_causes.KMS_WRONG_REGION.cause(),
        policy_causes.DENIES["resource"].cause(text="A Deny statement in the key policy matches."),
        topic=policy_causes.KMS_KEY_POLICY.code,
        remedies=(*remedies, denial_remedies.authorization_details_remedy(denial)),
        notes=() if is_linked else _KEY_POLICY_NOTE,
    )


def explain_unknown_key(denial: Denial) -> Explanation:
    """Explain the old message about the key of a ciphertext."""
    if encrypted_data.ENVIRONMENT in denial.failure.text:
        return keys_of_services.explain_environment_key(denial)
    if (elsewhere := keys_of_data.explain_key_elsewhere(denial)) is not None:
        return elsewhere
    of_key = attrs.evolve(encrypted_data.with_key_of_text(denial), action="kms:Decrypt")
    is_key = of_key.crosses_accounts
    other = ("key", of_key.resource_account) if is_key else keys_of_data.find_other_owner(of_key)
    if other is not None:
        summary = f"KMS cannot decrypt, most likely because {denial.caller} is in account {denial.account}, and the {other[0]} in account {other[1]}: both the key policy and an identity-based policy of the caller must allow kms:Decrypt{f', and {own} does already' if (own := find_own_allow(of_key)) else ''}."
        explanation = attrs.evolve(explain_three_reasons(of_key), summary=summary, topic="kms-key-unknown")
        return _compare_policies(of_key, explanation)
    arn = try_parse_arn(encrypted_data.find_key(denial))
    controller = find_controller(denial.failure.text) if denial.principal_text is None else None
    caller = denial.caller if controller is None else f"the role of {controller.name}"
    key, place, called = ": the key", "this Region", ""
    if (data := keys_of_data.name_called_data(denial)) is not None:
        key = f" {data[0]}: its key"
        called = f" {data[1]} itself was not denied."
    wrong_region = "The data is encrypted with a key of another Region or account, or the key was deleted."
    if arn is not None:
        key = f"{f' {data[0]}' if data else ''}, most likely with the key {arn.resource.removeprefix('key/')} of account {arn.account} in {arn.region}: it"
        place = "the Region of the call"
        wrong_region = f"The call goes to another Region than {arn.region}, the data is encrypted with another key, or the key was deleted."
    text = f"Neither the key policy nor an identity-based policy of {denial.caller} allows kms:Decrypt."
    explanation = denial.explain(
        f"KMS cannot decrypt{key} does not exist in {place}, or {caller} is not allowed to use it.{called}",
        policy_causes.KMS_KEY_POLICY.cause(text=text),
        policy_causes.KMS_WRONG_REGION.cause(text=wrong_region),
        topic="kms-key-unknown",
        remedies=(
            keys_of_services.inspect_key_remedy(denial),
            allow_remedies.allow_remedy(
                of_key, title=f"If the key policy leaves it to IAM, allow kms:Decrypt for {caller}"
            ),
        ),
        notes=(_SEVERAL_REASONS, _KEY_POLICY_NOTE),
    )
    return explanation if arn is None else _compare_policies(of_key, explanation)


def _compare_policies(of_key: Denial, explanation: Explanation) -> Explanation:
    """Add what the caller's policies in the text say about the key, which the message does not name."""
    compared = add_stated_policies(of_key, explanation)
    if compared is explanation or compared.summary == explanation.summary:
        return compared
    remedies = compared.remedies
    if not of_key.crosses_accounts:
        title = f"Allow kms:Decrypt for {of_key.caller}"
        of_caller = (attrs.evolve(each, title=title) for each in remedies if each.layer == "identity")
        remedies = (*of_caller, *(each for each in remedies if each.layer != "identity"))
    summary = f"{compared.summary} KMS says the same of a key that does not exist."
    notes = tuple(each for each in compared.notes if each != _SEVERAL_REASONS)
    return attrs.evolve(compared, summary=summary, remedies=remedies, notes=notes)


def _change_key_statements(policy: Mapping[str, Any], member: str, value: object) -> list[dict[str, Any]]:
    """Return the statements of a policy with another value in those that allow the use of a key."""
    statements: list[dict[str, Any]] = policy["Statement"]
    return [{**each, member: value} if "kms:" in str(each["Action"]) else each for each in statements]
