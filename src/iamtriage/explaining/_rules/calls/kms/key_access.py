"""Explain that a service cannot use the KMS key of a call or a new volume, with what the key policy in the text says.

EBS checks the key after CreateVolume has answered, so the next call does not find the volume. Sources:
https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html and
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.Keys.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._context.readers.statements import find_working, is_administrator
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled
from iamtriage.explaining._rules.calls.error_kind import code_evidence
from iamtriage.explaining._rules.calls.kms import key_states, launch_keys
from iamtriage.explaining._rules.calls.quotas import NOT_A_DENIAL
from iamtriage.explaining._rules.shared import clues, commands, pages, remedies
from iamtriage.explaining._rules.shared.common_causes import KMS_KEY_STATE
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.remedies import resource_policy_remedy, save_step
from iamtriage.failures._failures import AwsError
from iamtriage.policies._documents import allow
from iamtriage.policies._readers.elements import principal_names

KEY_NOT_ACCESSIBLE = CauseType(
    "key-not-accessible",
    title="A service cannot use a KMS key",
    meaning="The KMS key does not exist in the Region, is not enabled, or the caller is not allowed to use it.",
    recognised_by='The error code KMSKeyNotAccessibleFault, or a message such as "The specified KMS key does not exist, is not enabled or you do not have permissions to access it".',
    fix="Correct the key, enable it, or allow the caller to use it.",
    sources=(pages.KMS_ACCESS, pages.KMS_KEY_STATE),
)
# Roles and users by their ARN or as role/NAME.
_PRINCIPAL = lazy_pattern(
    r"\b(?:assumed-)?(?:role|user)/(?:[\w+=,.@-]{1,64}/(?=\w{1,64}/))?([\w+=,.@-]{1,63}[\w+=@-])", re.ASCII
)
_GRANT = "kms:CreateGrant"
_CHANGE = "kms:PutKeyPolicy"


def compare_key_policy(case: Case[AwsError], key: re.Match[str], call: str) -> Explanation | None:
    """Explain that the key policy in the text does not let the only principal that uses the key create a grant.

    Args:
        case: The failure.
        key: The ARN of the key.
        call: What the explanation calls the call.
    """
    policies = case.context.resource_policies
    if len(policies) != 1 or not policies[0].is_whole or policies[0].has_references:
        return None
    statements = policies[0].allows
    account, region = key[0].split(":")[4], key[0].split(":")[3]
    allowed, granted = _find_allowed(statements, "kms:Decrypt"), _find_allowed(statements, _GRANT)
    if any(each in {"*", account} or each.endswith(f"::{account}:root") for each in (*allowed, *granted)):
        return None
    users = {each for each in allowed if ":role/" in each or ":user/" in each}
    if len(users) != 1 or users & granted:
        return None
    user = users.pop()
    in_policy = {each.rpartition("/")[2] for each in (*allowed, *granted)}
    in_policy |= {name.rpartition("/")[2] for each in statements for name in principal_names(each)}
    others = set(_PRINCIPAL.findall(case.text)) - in_policy
    if others:
        # The caller, whom the key policy does not name at all.
        return None
    noun, name = user.split(":")[-1].split("/")[0], user.rpartition("/")[2]
    changing = sorted(_find_allowed(statements, _CHANGE))
    who = join_words(tuple(clip_text(each.rpartition(":")[2]) for each in changing), "and")
    in_iam = (
        "AdministratorAccess does not help"
        if is_administrator(case.text)
        else "An Allow in IAM does not help"
    )
    return case.explain(
        f"A KMS key of {call} cannot be used: the key policy in the text does not allow {_GRANT} to the {noun} {clip_text(name)}.",
        KEY_NOT_ACCESSIBLE.cause(
            "derived",
            code_evidence(case.failure),
            text=f"The service creates a grant in the name of the caller, to use the key later. {in_iam}: the key policy has no statement for the account (root), so only the principals that it names can use the key.",
        ),
        remedies=resource_policy_remedy(
            f"Allow the {noun} {clip_text(name)} {_GRANT} in the key policy",
            f"{who} can change the key policy." if who else None,
            save_step("the key policy"),
            statements=(
                allow(
                    [_GRANT, "kms:ListGrants", "kms:RevokeGrant"],
                    "*",
                    principal={"AWS": user},
                    condition={"Bool": {"kms:GrantIsForAWSResource": "true"}},
                ),
            ),
            commands=(
                key_states.kms_command("get-key-policy", key, region, key_states.PRINT_POLICY),
                key_states.kms_command(
                    "put-key-policy", key, region, "--policy-name default --policy file://policy.json"
                ),
            ),
            url=pages.KMS_ACCESS,
        ),
    )


def _find_allowed(statements: Iterable[Mapping[str, Any]], action: str) -> set[str]:
    """Return the principals that statements allow an action."""
    return {name for each in statements if names_action(each, action) for name in principal_names(each)}


_NEEDED_BY_SERVICES = (
    "kms:DescribeKey, kms:CreateGrant and, depending on the service, kms:GenerateDataKey* and kms:Decrypt"
)
KEY_ACCESS = lazy_pattern(
    r"specified KMS key (?:(?!\. ).){0,160}?(?:\bis not accessible|\bnot enabled|permissions? to access it)\b|\bKMS key not accessible\b"
)
"""Words of services that cannot use a key."""


def explain_key_access(case: Case[AwsError], message: str) -> Explanation:
    """Explain that a service cannot use a KMS key, for one of three reasons that it does not distinguish."""
    found = key_states.KEY_ARN.search(message) or key_states.KEY_ARN.search(case.text)
    called, region = case.failure.envelope.operation, clues.find_region(case)
    call = f"the call {called}" if called and called.isalnum() else "the call"
    key_region = found[0].split(":")[3] if found else region
    if found is not None and region is not None and key_region != region:
        return _explain_other_region(case, found, call, region)
    state = key_states.find_state(case.text)
    if state in key_states.STATE_WORDS:
        return case.explain(
            f"The KMS key of {call} {key_states.STATE_WORDS[state]}, as the text shows.",
            KEY_NOT_ACCESSIBLE.cause("reported", code_evidence(case.failure), text="The key is not enabled."),
            remedies=key_states.enable_remedy(found, region, "pending" if state == "PendingDeletion" else ""),
            notes=NOT_A_DENIAL,
        )
    if found is not None and (compared := compare_key_policy(case, found, call)) is not None:
        return compared
    verdict = f"it does not exist in {region or 'this Region'}, is not enabled, or no policy allows the caller to use it"
    check = "If describe-key finds no key, its ID, Region or account is wrong. KeyState must be Enabled."
    if state == "Enabled":
        verdict, check = "it is enabled, so most likely no policy allows the caller to use it", ""
    return case.explain(
        f"A KMS key of {call} cannot be used: {verdict}.",
        KEY_NOT_ACCESSIBLE.cause(
            "reported",
            code_evidence(case.failure),
            text="The service does not say which of these reasons applies.",
        ),
        remedies=remedies.owner_remedy(
            "Check the key policy" if state else "Check the key's Region, state and key policy",
            check or None,
            f"The key policy must allow the caller, or enable IAM policies: then the caller needs {_NEEDED_BY_SERVICES}. If the key is in another account, both are required, and it must be customer managed: only its own account can use an AWS managed key, such as aws/rds.",
            commands=(
                None
                if state
                else key_states.kms_command(
                    "describe-key", found, region, "--query 'KeyMetadata.[KeyState,Enabled]'"
                ),
                key_states.kms_command("get-key-policy", found, region, key_states.PRINT_POLICY),
            ),
            url=pages.KMS_ACCESS,
        ),
    )


def _explain_other_region(case: Case[AwsError], found: re.Match[str], call: str, region: str) -> Explanation:
    """Explain that a call names a key of another Region."""
    # https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html
    key_region, key = found[0].split(":")[3], found[0].rpartition("/")[2]
    command = case.context.command
    options = command.options if command else ()
    named = rf"\b(\w{{0,30}}(?i:kms|key)\w{{0,20}})[\"']?\s?(?:=>|[:=])\s?[\"']?{re.escape(found[0])}"
    option = next((f"--{name}" for name, value in options if value == found[0]), None)
    option = option or only_one(set(re.findall(named, case.failure.text)), "the setting of the key")
    default = f"Without {option}, most services use their own AWS managed key of the Region, such as aws/rds."
    if _COPIES_SNAPSHOT.search(case.failure.text):
        # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CopyDBSnapshot.html
        default = "A copy of an encrypted snapshot in another Region must name a key there: without it, the copy fails."
    replicate = commands.fill_command(
        "aws kms replicate-key --key-id {} --region {} --replica-region {}", found[0], key_region, region
    )
    is_multi_region = key.startswith("mrk-")
    no_copy = "The key itself cannot be copied: its ID does not begin with mrk-, so it has no replicas."
    return case.explain(
        f"The KMS key is in {key_region}, and {call} goes to {region}: a service can use only keys in its own Region.",
        KEY_NOT_ACCESSIBLE.cause(
            "derived",
            code_evidence(case.failure),
            text=f"For a service in {region}, this key does not exist.",
        ),
        remedies=remedies.owner_remedy(
            f"Use a key of {region}",
            f"Put the ARN of a key of {region} into {option}. {default}",
            None if is_multi_region else no_copy,
            f"Or make the call in {key_region}, if that is where the resource belongs.",
            commands=(
                Labelled("The replica of the key:", replicate) if is_multi_region else None,
                commands.fill_command(
                    "aws kms list-aliases --region {} --query 'Aliases[].[AliasName,TargetKeyId]' --output text",
                    region,
                ),
                None
                if is_multi_region
                else Labelled("If there is none:", f"aws kms create-key --region {region}"),
            ),
            url=pages.KMS_ACCESS,
        ),
        notes=f"The same message also reports a key that is not enabled, or a caller without {_NEEDED_BY_SERVICES}: check that only if a key of {region} fails, too.",
    )


_COPIES_SNAPSHOT = lazy_pattern(r"(?i:copy[-_]?db[-_]?(?:cluster[-_]?)?snapshot)")
_REQUIREMENTS = "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html"
VOLUME_DISCARDED = CauseType(
    "volume-discarded",
    title="EBS discards a new volume whose KMS key the caller cannot use",
    meaning="CreateVolume succeeds, because EBS checks the key later. If the caller is not allowed to use it, EBS deletes the volume, and the next call does not find it.",
    recognised_by="A new volume is not found, or its client token belongs to a deleted volume, and the text shows that volumes are encrypted or that the EBS CSI driver creates them.",
    fix="Allow the caller to use the KMS key.",
    sources=(_REQUIREMENTS, "https://github.com/kubernetes-sigs/aws-ebs-csi-driver/issues/3010"),
)
_DRIVER = lazy_pattern(r"Could not create volume \\?\"|\bebs\.csi\.aws\.com|\bebs-csi-")
_CREATES = lazy_pattern(r"create-volume\b|\bCreateVolume\b|\baws_ebs_volume\b")
_ENCRYPTED = lazy_pattern(
    r"\b(?P<key>kms_?-?key_?-?id)\b[\"']?[ :=]{1,4}[\"']?(?!null)\w|\b(?P<setting>encrypted)[\"']?\s?[:=]\s?[\"']?true\b|--(?P<option>encrypted)\b",
    re.IGNORECASE,
)
_KEY = lazy_pattern(
    r"\barn:(?P<partition>aws[a-z-]{0,12}):kms:(?P<region>[a-z0-9-]{1,30}):(?P<account>[0-9]{12}):key/[A-Za-z0-9-]{1,64}",
    re.ASCII,
)
_ROLE = lazy_pattern(
    r"\brole(?: of [\w -]{1,40},)?(?:[ /]|-name[ =])[`\"']?(?P<name>[A-Za-z0-9][\w+=.@]{0,40}[-_][\w+=.@-]{1,40})(?<!\.)",
    re.ASCII,
)
_IDEMPOTENT = lazy_pattern(
    r"parameters on this idempotent request|IdempotentParameterMismatch", re.IGNORECASE
)
_DISCARDED = lazy_pattern(r"\bThe volume '(vol-[0-9a-f]{8,17})' does not exist", re.ASCII)
_UNENCRYPTED = lazy_pattern(r"(?i:\b(?:un-?encrypted|without encryption)\b)")
_CLAIM = lazy_pattern(
    r"(?:\bpvc[ /]|for claim \\?\"(?P<namespace>[a-z0-9-]{1,63})/)(?P<name>[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?)(?= -n | --namespace|\\?\")"
)
_CLASS = lazy_pattern(r"\bStorageClass \\?\"(?P<name>[a-z0-9][a-z0-9.-]{0,252})\\?\"")
_ROLE_OF_DRIVER = "role_arn=$(kubectl get serviceaccount ebs-csi-controller-sa --namespace kube-system --output 'jsonpath={.metadata.annotations.eks\\.amazonaws\\.com/role-arn}')"
_USES = ("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncrypt*")


def explain_discarded_volume(case: Case[AwsError]) -> Explanation | None:
    """Explain that EBS discarded a new volume, most likely because of its KMS key, if a new one is gone."""
    text, code = case.failure.text, clues.error_code(case.failure)
    encrypted, is_of_driver = _ENCRYPTED.search(text), _DRIVER.search(text) is not None
    is_created = is_of_driver and "Could not create volume" in text
    if code == "InvalidVolume.NotFound":
        is_created = is_created or (encrypted is not None and _CREATES.search(text) is not None)
    if not is_created or code not in {"InvalidVolume.NotFound", "IdempotentParameterMismatch"}:
        return None
    keys = {each[0]: each for each in _KEY.finditer(text)}
    key = next(iter(keys.values())) if len(keys) == 1 else None
    arn = commands.arn(key[0] if key else None, "KEY_ARN")
    region = commands.region(key["region"] if key else clues.find_region(case))
    role = only_one({each["name"] for each in _ROLE.finditer(text)})
    caller = (
        f"the role {role}" if role else "the role of the EBS CSI driver" if is_of_driver else "the caller"
    )
    of_key = f"the KMS key {key[0].rpartition('/')[2]}" if key else "the KMS key of the volume"
    evidence = code_evidence(case.failure)
    if encrypted is not None:
        settings = (each[each.lastgroup or 0] for each in _ENCRYPTED.finditer(text))
        by = f"The StorageClass {named[1]}" if (named := _CLASS.search(text)) else "The text"
        works = find_working(text, _UNENCRYPTED) is not None
        evidence = (
            f"{by} sets {join_words(tuple(dict.fromkeys(settings)), 'and')}{', and volumes without encryption work' if works else ''}.",
        )
    more = (
        " AmazonEBSCSIDriverPolicy does not allow the use of a customer managed key." if is_of_driver else ""
    )
    if _IDEMPOTENT.search(text):
        both = "InvalidVolume.NotFound and the error about the idempotent request are consequences"
        one = "The error about the idempotent request is a consequence"
        more += f" {both if 'InvalidVolume.NotFound' in text else one}."
    # Newer drivers make a new request at each attempt.
    repeats = len(set(_DISCARDED.findall(text))) <= 1
    found = _CLAIM.search(text) if repeats else None
    claim = found and commands.fill_command(
        "kubectl delete pvc {} --namespace {}",
        found["name"],
        commands.namespace(found["namespace"] or case.facts.namespace),
    )
    of_set = " (a StatefulSet does so if you delete its pod, too)"
    finds_role = is_of_driver and role is None
    put = commands.put_policy(role or "ROLE_NAME", "UseVolumeKey")
    put = put.replace("ROLE_NAME", '"${role_arn##*/}"') if finds_role else put
    return case.explain(
        f"EBS accepted the new volume and then discarded it: most likely, {caller} is not allowed to use {of_key}.",
        VOLUME_DISCARDED.cause(
            "derived" if encrypted is not None else "possible",
            evidence,
            text=f"EBS checks the key only after CreateVolume has succeeded, and no error names it.{more}",
        ),
        KMS_KEY_STATE.cause(text="The key is disabled, pending deletion or in another Region."),
        remedies=remedies.identity_remedy(
            f"Allow {caller} to use {of_key}",
            None if is_of_driver else "Attach the policy to the caller's role.",
            f"The key policy must allow {caller}, too, or arn:{key['partition'] if key else 'aws'}:iam::{key['account'] if key else 'ACCOUNT_ID'}:root, as the default one does.{'' if key else ' If nothing names the key, it is the default that the first command prints.'}",
            f"Then delete the pending PersistentVolumeClaim, and create it again{of_set}: otherwise, the driver repeats the old request."
            if is_of_driver and not claim and repeats
            else "The driver retries automatically."
            if not repeats
            else None,
            "With EKS Pod Identity, the role is in the association instead of the annotation."
            if finds_role
            else None,
            statements=(
                allow(_USES, arn, sid="UseKey"),
                allow(
                    "kms:CreateGrant",
                    arn,
                    sid="GrantKeyToEbs",
                    condition={"Bool": {"kms:GrantIsForAWSResource": "true"}},
                ),
            ),
            commands=(
                f"aws ec2 get-ebs-default-kms-key-id --region {region}" if key is None else None,
                _ROLE_OF_DRIVER if finds_role else None,
                put,
                claim
                and Labelled.required(f"Then delete the pending claim, and create it again{of_set}:", claim),
                Labelled(
                    "To see the key policy:",
                    commands.fill_command(
                        "aws kms get-key-policy --key-id {} --region {} --policy-name default --query Policy --output text",
                        *(arn, region),
                    ),
                ),
            ),
            url=_REQUIREMENTS,
        ),
    )


# The start of an instance that exists already, and whose role makes the call.
_STARTS = lazy_pattern(r"\bStartInstances\b|\bstart-instances\b|\b[Ss]tart(?:ing|ed)? instances\b")
_KEY_ACTIONS = lazy_pattern(r"\bkms:[A-Z*]")
_STARTING_ROLE = lazy_pattern(
    r"\b[Rr]ole [`\"']?(?P<name>[\w+=,.@-]{2,64})[`\"']? (?:has|with|allows|may)\b", re.ASCII
)
_OTHER_STARTS = lazy_pattern(r"(?i:\b(?:console|admin(?:istrator)?|by hand|manually|myself)\b)")


def explain_missing_grant(case: Case[AwsError], message: str) -> Explanation | None:
    """Explain that whoever starts an instance can lack the permission with which EC2 uses the key of its volume."""
    is_started = launch_keys.LAUNCH_WITHOUT_KEY.search(message) and _STARTS.search(case.text)
    is_by_caller = is_started and launch_keys.find_launcher(case.text) == launch_keys.CALLER
    if not is_by_caller or _KEY_ACTIONS.search(case.text):
        return None
    role, key = _STARTING_ROLE.search(case.text), key_states.KEY_ARN.search(case.text)
    name = commands.role_name(role and role["name"])
    who = f"the role {name}" if role else "whoever starts it"
    region = commands.region(key[0].split(":")[3] if key else clues.find_region(case))
    condition = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    return case.explain(
        f"EC2 accepted the start of the instance, but then could not use the KMS key of an encrypted volume: most likely, {who} lacks kms:CreateGrant on it.",
        launch_keys.VOLUME_KEY.cause(
            "possible",
            "A start by somebody else works, so the key and its state are fine."
            if find_working(case.text, _OTHER_STARTS)
            else None,
            text="EC2 gets a grant for the key with the permissions of whoever calls StartInstances, not with those of the instance.",
        ),
        remedies=remedies.identity_remedy(
            f"Allow kms:CreateGrant on the key of the volume for {'the role that starts the instance' if role is None else who}",
            "The key policy must allow it, too: a statement for the account (root) is enough. Otherwise, add the role to it.",
            "Then start the instance again.",
            statements=(
                allow(
                    "kms:CreateGrant",
                    commands.arn(key and key[0], "KEY_ARN"),
                    sid="VolumeGrant",
                    condition=condition,
                ),
            ),
            commands=(
                commands.put_policy(name, "AllowVolumeGrant"),
                Labelled(
                    "To check: each failed start has a CreateGrant with AccessDenied.",
                    f"aws cloudtrail lookup-events --region {region} --lookup-attributes AttributeKey=EventName,AttributeValue=CreateGrant --max-results 5 --query 'Events[].CloudTrailEvent' --output text",
                ),
            ),
            url="https://repost.aws/knowledge-center/kms-iam-ec2-permission",
        ),
        notes=None if role and key else "Volumes with the key aws/ebs need no such permission.",
    )
