"""Explain that a KMS key cannot be used because of its state, or for the volumes of an instance.

Sources: https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html,
https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html,
https://repost.aws/knowledge-center/kms-launch-ec2-instance and, for the key policy that allows all callers of EC2,
https://karpenter.sh/docs/troubleshooting/#node-terminates-before-ready-on-failed-encrypted-ebs-volume.
"""

from __future__ import annotations

import re
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words, upper_first
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.domains import find_domain
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._explanations.remedies import Labelled, Remedy
from iamtriage.explaining._rules.calls.error_kind import code_evidence
from iamtriage.explaining._rules.calls.quotas import NOT_A_DENIAL
from iamtriage.explaining._rules.shared import clues, commands, pages, remedies
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import KMS_KEY_STATE
from iamtriage.explaining._rules.shared.kubernetes.clusters import find_cluster
from iamtriage.explaining._rules.shared.principals.principal_words import LINKED_ROLE_SERVICES
from iamtriage.explaining._rules.shared.requirements.services import linked_role_key_statements
from iamtriage.failures._failures import AwsError
from iamtriage.policies._documents import allow, list_actions
from iamtriage.policies._readers.elements import as_strings, principal_names

LAUNCH_WITHOUT_KEY = lazy_pattern(
    r"InvalidKMSKey|KMS key provided is in an incorrect state|inaccessible AWS KMS key|Client error on launch"
)
"""Words of instances that cannot start because of the key of a volume."""
KEY_ARN = lazy_pattern(r"arn:aws[a-z-]{0,12}:kms:[a-z0-9-]{1,30}:[0-9]{12}:key/[A-Za-z0-9-]{1,64}", re.ASCII)
"""The ARN of a KMS key."""
# Issues of EKS clusters, whose keys encrypt Secrets.
_OF_CLUSTER = lazy_pattern(r"KmsKey(?:Disabled|MarkedForDeletion)|KMS_KEY_(?:DISABLED|MARKED_FOR_DELETION)")
_LOST = lazy_pattern(r"KmsGrantRevoked|KMS_GRANT_REVOKED|KmsKeyNotFound|KMS_KEY_NOT_FOUND")
_STATES = "Enabled|Disabled|PendingDeletion|PendingImport"
# What describe-key prints as JSON, or as text with a query, and what people say of a key.
_STATED = lazy_pattern(
    rf"\bKeyState\W{{1,6}}({_STATES})\b|\bkms describe-key [^$]{{1,300}}? \"?({_STATES})\b"
    r"|\b(?i:key(?:/[a-z0-9-]{1,64})?(?: itself)? is (?:still |also )?(enabled|disabled))\b"
)
# "An instance with the same key that I start by hand works", "Same template, started by me: it runs".
_BY_HAND = r"\b(?:by hand|manual(?:ly)?|myself|by me|(?:from|in|via) the console|run-instances)\b"
_ALIKE = r"\b(?:same|this|that|identical) (?:\w+ ){0,2}(?:AMI|config\w*|image|key|launch template|settings|template)\b"
_WORKS_BY_HAND = lazy_pattern(
    rf"(?i:(?:{_ALIKE}[^.]{{0,120}}{_BY_HAND}|{_BY_HAND}[^.]{{0,80}}{_ALIKE})[^.]{{0,60}}(?<!not )(?<!n't )(?<!never )\b(?:boots|comes up|launches|runs|starts|works?|no problems?)\b)"
)
# The statement with which KMS creates a key policy, unless somebody writes one.
_DEFAULT_POLICY = lazy_pattern(
    r"(?i:\bEnable IAM User Permissions\b|\b(?:default|standard) (?:KMS )?(?:key )?policy\b|\b(?:key )?policy (?:of \S{1,120} )?(?:is|has) (?:still )?(?:only )?(?:the )?default\b)"
)
_ACCOUNT = lazy_pattern(r"arn:(aws[a-z-]{0,12}):[a-z0-9-]{2,30}:[a-z0-9-]{0,30}:([0-9]{12}):", re.ASCII)
# The service-linked roles that launch instances for others, and the words that show them.
_LAUNCHERS = {
    "AWSServiceRoleForAutoScaling": lazy_pattern(
        r"AsgInstanceLaunchFailures|Auto ?Scaling|autoscaling|to be in InService state|[Nn]ode ?group|Group did not stabilize"
    ),
    "AWSServiceRoleForEC2SpotFleet": lazy_pattern(r"\b[Ss]pot[ -]?[Ff]leet|\bsfr-[0-9a-f]{8}-"),
    # An instant fleet, as Karpenter's, launches with the caller's permissions.
    "AWSServiceRoleForEC2Fleet": lazy_pattern(r"\bEC2 ?Fleet\b|\bfleet-[0-9a-f]{8}-"),
    "AWSServiceRoleForEC2Spot": lazy_pattern(
        r"\bsir-[0-9a-z]{8}\b|\b[Rr]equest-?[Ss]pot-?[Ii]nstances\b|\b[Ss]pot[ _]?[Ii]nstance[ _]?[Rr]equest"
    ),
}
_AUTO_MODE = lazy_pattern(r"\bAuto ?Mode\b|eks\.amazonaws\.com/(?:nodeclass|compute-type)|\bNodeClass\b")
_KARPENTER = lazy_pattern(r"[Kk]arpenter|nodeclaim|NodeClaim")
# The role in the output of describe-cluster, in Terraform, or in words.
_ROLE_OF_CLUSTER = lazy_pattern(
    r"(?:\b(?i:cluster[ _-]?role)(?: ?ARN)?|\"roleArn\")[\"']?(?: is|\s?[:=])\s{0,4}[\"'`]?(?P<arn>arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512})",
    re.ASCII,
)
# The first one that is not ready.
_NODE_CLAIM = lazy_pattern(
    r"\bget nodeclaims?[^\n]{0,80}\nNAME[^\n]{0,200}\n(?:[^\n]{1,300}\n){0,50}?(?P<name>[a-z0-9][a-z0-9.-]{1,62})\s(?:(?!\sTrue\s)[^\n]){0,300}?\s(?:False|Unknown)\s"
)
STATE_WORDS = {
    "Disabled": "is disabled",
    "PendingDeletion": "is pending deletion",
    "PendingImport": "waits for its key material",
}
"""What is wrong with a key in a state."""
PRINT_POLICY = "--policy-name default --query Policy --output text"
"""The options that print a key policy."""
_SCALING = "AWSServiceRoleForAutoScaling"
_CLUSTER_ROLE, CALLER = "the cluster role", "the role that launches the instances"
"""Who launches instances."""
VOLUME_KEY = CauseType(
    "volume-key",
    title="EC2 cannot use the KMS key of a volume",
    meaning="The KMS key that encrypts a volume of the instance is not enabled, or its key policy does not allow the identity that launches the instance.",
    recognised_by='EC2, Auto Scaling or EKS says "The KMS key provided is in an incorrect state", "encrypted with an inaccessible AWS KMS key" or "Client error on launch".',
    fix="Enable the key, and allow the service-linked role or role that launches the instances in the key policy.",
    sources=(
        "https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html",
    ),
)


def explain_key_state(case: Case[AwsError], message: str) -> Explanation:
    """Explain that a KMS key is disabled, pending deletion or pending import."""
    is_disabled = re.search(r"is disabled|KmsKeyDisabled|KMS_KEY_DISABLED", message) is not None
    state = "disabled" if is_disabled else "disabled, pending deletion, or pending import"
    if re.search(r"pending deletion|MarkedForDeletion|MARKED_FOR_DELETION", message):
        state = "pending deletion"
    found = KEY_ARN.search(message)
    key = f"The KMS key{' ' + found[0].rpartition('/')[2] if found else ''}"
    if (lost := _LOST.search(message)) is not None:
        region = commands.region(found[0].split(":")[3] if found else clues.find_region(case))
        return _explain_lost_key(case, key, region, is_revoked="grant" in lost[0].lower())
    remedy = enable_remedy(found, clues.find_region(case), "" if is_disabled else state)
    if _OF_CLUSTER.search(message):
        # https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html
        cluster = find_cluster(case).name
        key += f" that encrypts the Secrets of the cluster{' ' + clip_text(cluster) if cluster else ''}"
        needed = "The cluster cannot read its Secrets without this key, and the encryption cannot be removed: enable the key within 30 days, and never delete it."
        remedy = attrs.evolve(remedy, steps=(needed, remedy.steps[1]))
    return case.explain(
        f"{key} is {state}, so nobody can use it. No permission is missing.",
        KMS_KEY_STATE.cause("reported", code_evidence(case.failure), text=f"The key is {state}."),
        remedies=remedy,
    )


def _explain_lost_key(case: Case[AwsError], key: str, region: str, *, is_revoked: bool) -> Explanation:
    """Explain that a cluster has lost the key of its Secrets for good."""
    # https://docs.aws.amazon.com/eks/latest/userguide/envelope-encryption.html
    cluster, event = find_cluster(case).name, "RevokeGrant" if is_revoked else "ScheduleKeyDeletion"
    of_cluster = f"the cluster{' ' + clip_text(cluster) if cluster else ''}"
    state = f"{key} of {of_cluster} no longer exists"
    if is_revoked:
        state = f"The grant with which {of_cluster} uses the key was revoked"
    return case.explain(
        f"{state}, and EKS cannot recover such a cluster.",
        KMS_KEY_STATE.cause(
            "reported", code_evidence(case.failure), text="The cluster can no longer decrypt its Secrets."
        ),
        remedies=remedies.cluster_remedy(
            "Move the workloads to a new cluster",
            "Save the manifests that the cluster still returns, and create the Secrets again from their source.",
            f"The command shows who {'revoked the grant' if is_revoked else 'scheduled the deletion'}.",
            commands=f"aws cloudtrail lookup-events --region {region} --lookup-attributes AttributeKey=EventName,AttributeValue={event} --max-results 10",
            url="https://docs.aws.amazon.com/eks/latest/userguide/envelope-encryption.html",
        ),
        notes=NOT_A_DENIAL,
    )


def enable_remedy(found: re.Match[str] | None, region: str | None, state: str) -> Remedy:
    """Return the remedy that enables a key, and cancels its deletion first if its state may be that."""
    account = _ACCOUNT.match(found[0]) if found else None
    in_account = f", in account {account[2]}" if account else ""
    show, cancel, enable = (
        kms_command(verb, found, region, options)
        for verb, options in (
            ("describe-key", "--query 'KeyMetadata.[KeyState,DeletionDate]'"),
            ("cancel-key-deletion", ""),
            ("enable-key", ""),
        )
    )
    if state.startswith("pending"):
        return remedies.owner_remedy(
            f"Cancel the deletion of the key now, and enable it{in_account}",
            "It is urgent: when the waiting period of 7 to 30 days ends, the key and the data that it encrypts are lost for good.",
            "The first command requires kms:CancelKeyDeletion and leaves the key Disabled, so the second one, with kms:EnableKey, is necessary, too. Check the other keys that were deleted with it: CloudTrail lists them, and who did it (EventName ScheduleKeyDeletion).",
            commands=(cancel, enable),
            url=pages.KMS_KEY_STATE,
        )
    return remedies.owner_remedy(
        f"Check the key's state, and enable it again{in_account}",
        "Find out first who disabled it, and why (EventName DisableKey or ScheduleKeyDeletion in CloudTrail). After a deletion, the data that it encrypted is lost.",
        "If KeyState is PendingDeletion, cancel the deletion (cancel-key-deletion), which leaves the key Disabled. Then enable it (kms:EnableKey).",
        commands=(
            show,
            Labelled("If the state is PendingDeletion:", cancel) if state else None,
            Labelled(f"{'Then, or if' if state else 'If'} the state is Disabled:", enable),
        ),
        url=pages.KMS_KEY_STATE,
    )


def find_state(text: str) -> str | None:
    """Return the state of a key that a text shows."""
    stated = _STATED.search(text)
    state = next(filter(None, stated.groups())) if stated else None
    # People write it in small letters.
    return state and upper_first(state)


def explain_launch_key(case: Case[AwsError], message: str) -> Explanation:
    """Explain that an instance could not start because of the KMS key of a volume."""
    by_hand = _WORKS_BY_HAND.search(case.text) is not None
    # An instance starts only with an enabled key.
    state = find_state(case.text) or ("Enabled" if by_hand else None)
    launcher = find_launcher(case.text)
    keys = {each[0] for each in KEY_ARN.finditer(case.text)}
    key = f"the KMS key {keys.pop().rpartition('/')[2] if len(keys) == 1 else 'of their EBS volumes'}"
    role = _ROLE_OF_CLUSTER.search(case.text) if launcher == _CLUSTER_ROLE else None
    allowed = _find_allowed(case, role["arn"] if role else launcher)
    if role is not None:
        launcher += f" {role['arn'].rpartition('/')[2]}"
    why = f"the key policy of {key} does not allow {launcher}, or the key is disabled or pending deletion"
    if state in STATE_WORDS:
        why = f"{key} {STATE_WORDS[state]}"
    elif allowed:
        why = f"the key policy of {key} allows {allowed}, not {launcher}"
    elif state == "Enabled":
        why = f"most likely, the key policy of {key} does not allow {launcher}"
    elif "Client error on launch" in message and "InvalidKMSKey" not in message:
        why = f"most often, {why}"
    if state == "Enabled" and "incorrect state" in message:
        why += ". The message is misleading: the key is enabled"
    quoted = clues.quote_phrases(
        message,
        "The KMS key provided is in an incorrect state",
        "encrypted with an inaccessible AWS KMS key",
        "Client error on launch",
    )
    whose = "" if launcher == CALLER else f", here {launcher}"
    if by_hand:
        whose += ": your launch by hand works with your own permissions"
    if role is not None and _SCALING in allowed and "ode group" in case.text:
        whose += f". Managed node groups can use the key because {_SCALING} launches theirs"
    if allowed and ":root" not in allowed:
        whose += (
            ". An IAM policy does not help, because the key policy has no statement for the account (root)"
        )
    elif allowed:
        whose += ". Its IAM policy cannot be edited, so the account's root in the key policy does not help it"
    shown = ("The text shows KeyState.",) if state is not None else ()
    return case.explain(
        f"The instances could not start: {why}.",
        VOLUME_KEY.cause(
            "derived" if allowed else "reported" if "KMS" in " ".join(quoted) else "possible",
            () if allowed else quoted,
            text=f"EC2 uses the KMS key of a volume with the permissions of whoever launches the instance{whose}. The node role or instance profile needs none.",
        ),
        KMS_KEY_STATE.cause("derived", shown) if state in STATE_WORDS else None,
        remedies=_launch_remedies(
            case, launcher, role and role["arn"], "Enabled" if allowed and state is None else state, allowed
        ),
        notes=None
        if allowed or case.context.account
        else f"If the key is in another account, its key policy must allow the account of the instances. That account then creates a grant for {launcher} (aws kms create-grant).",
    )


def _find_allowed(case: Case[AwsError], launcher: str) -> str:
    """Return whom the key policy in the text allows, if it does not allow the service-linked role or the cluster role.

    The account's root as principal does not allow a service-linked role, because no policy of the role has permissions
    for keys. It allows IAM policies of the cluster role.
    """
    found = [
        name
        for policy in case.context.resource_policies
        for each in policy.allows
        if any(action.startswith("kms:") for action in as_strings(each.get("Action")))
        for name in principal_names(each, "AWS") or ["*"]
    ]
    account = _ACCOUNT.search(case.text)
    if not found and account is not None and _DEFAULT_POLICY.search(case.text):
        found = [f"arn:{account[1]}:iam::{account[2]}:root"]
    is_known = launcher in _LAUNCHERS or (":role/" in launcher and not any(":root" in name for name in found))
    if not is_known or any(name == "*" or launcher in name for name in found):
        return ""
    names = tuple(
        dict.fromkeys(
            name.rpartition("/")[2] if ":role/aws-service-role/" in name else name for name in found
        )
    )
    return f"only {join_words(names, 'and')}" if names else ""


def find_launcher(text: str) -> str:
    """Return who launches the instances, and so has to be allowed to use the key."""
    if _AUTO_MODE.search(text):
        return _CLUSTER_ROLE
    if _KARPENTER.search(text):
        return CALLER
    return next((role for role, words in _LAUNCHERS.items() if words.search(text)), CALLER)


def _launch_remedies(
    case: Case[AwsError], launcher: str, role_arn: str | None, state: str | None, allowed: str
) -> tuple[Remedy, ...]:
    keys = list(KEY_ARN.finditer(case.text))
    # Several keys can be of several volumes or snapshots.
    found = keys[0] if len({each[0] for each in keys}) == 1 else None
    of_account = _ACCOUNT.search(found[0] if found else case.text)
    partition, key_account = (of_account[1], of_account[2]) if of_account else ("aws", None)
    stated, region = case.context.account, clues.find_region(case)
    account = commands.account(stated.value if stated else key_account)
    is_shared = found is not None and account != key_account
    statements, grant = [_allow_through_ec2(partition, account, commands.region(region))], None
    lookup: list[str | Labelled] = []
    if launcher in _LAUNCHERS:
        role = f"role/aws-service-role/{LINKED_ROLE_SERVICES[launcher]}.amazonaws.com/{launcher}"
        of_instances = f"arn:{partition}:iam::{account}"
        statements = linked_role_key_statements(
            f"{of_instances}:{'root' if is_shared else role}", grants_only_for_services=not is_shared
        )
        if found is not None and is_shared:
            grant = commands.create_grant_command(found[0], region, f"{of_instances}:{role}")
    elif launcher.startswith(_CLUSTER_ROLE):
        # https://docs.aws.amazon.com/eks/latest/userguide/auto-kms.html
        statements = linked_role_key_statements(role_arn or "CLUSTER_ROLE_ARN")
        if role_arn is None:
            lookup.append(
                find_cluster(case).eks_command("describe-cluster", query="cluster.roleArn", flag="--name")
            )
    which = None
    show = kms_command("get-key-policy", found, region, PRINT_POLICY)
    if found is None:
        if launcher in _LAUNCHERS:
            which = "A key of another account also needs a grant (create-grant)."
        lookup.append(fill_command("aws ec2 get-ebs-default-kms-key-id --region {}", commands.region(region)))
    if state is None:
        show_state = kms_command("describe-key", found, region, "--query KeyMetadata.KeyState")
        of_volume = (
            "For this key (alias/aws/ebs is not the cause), or that of the launch template or snapshot:"
        )
        lookup.append(show_state if found else Labelled(of_volume, show_state))
    save = "--policy-name default --policy file://policy.json"
    title = f"Allow {launcher} in the key policy" if state else "Check the key's state, and then its policy"
    if state and allowed and ":root" not in allowed and "AWSServiceRole" not in allowed:
        # Without the account's root in it, no IAM policy allows anybody else to change it.
        title = f"As {clip_text(allowed.rpartition('/')[2])}, a{title[1:]}"
    claim = _NODE_CLAIM.search(case.failure.text)
    again = ", then re-create the node group" if "CREATE_FAILED" in case.text else ""
    allow_launcher = remedies.resource_policy_remedy(
        f"{title}{again}",
        None if state else which,
        remedies.save_step("the key policy"),
        grant and f"Then run create-grant in account {account}: the key is in account {key_account}.",
        commands=(
            *lookup,
            show
            if state
            else Labelled(
                "If it prints Enabled (Disabled: run enable-key; PendingDeletion: cancel-key-deletion first):",
                show,
            ),
            kms_command("put-key-policy", found, region, save),
            grant,
            claim
            and Labelled(
                "Then launch the node again:", fill_command("kubectl delete nodeclaim {}", claim["name"])
            ),
        ),
        statements=statements,
        url=VOLUME_KEY.sources[0],
    )
    if state not in STATE_WORDS:
        return (allow_launcher,)
    return enable_remedy(found, region, "pending" if state == "PendingDeletion" else ""), allow_launcher


def _allow_through_ec2(partition: str, account: str, region: str) -> dict[str, Any]:
    """Return the key policy statement that allows all callers of EC2 in an account, as that of the key aws/ebs does."""
    service = f"ec2.{region}.{find_domain(partition)}"
    condition = {"StringEquals": {"kms:ViaService": service, "kms:CallerAccount": account}}
    actions = list_actions("kms", "Encrypt Decrypt ReEncrypt* GenerateDataKey* CreateGrant DescribeKey")
    return allow(actions, "*", sid="UseThroughEC2", principal={"AWS": "*"}, condition=condition)


def kms_command(verb: str, found: re.Match[str] | None, region: str | None, options: str = "") -> str:
    """Return an ``aws kms`` command for a key, in its Region: KMS of another Region does not accept the ARN."""
    region = found[0].split(":")[3] if found else region
    in_region = "" if region is None else f" --region {commands.region(region)}"
    key = commands.arn(found and found[0], "KEY_ARN")
    return fill_command(f"aws kms {verb} --key-id {{}}{in_region} {options}".rstrip(), key)
