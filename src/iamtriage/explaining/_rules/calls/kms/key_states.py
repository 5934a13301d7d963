"""Explain that a KMS key cannot be used because of its state, or for the volumes of an instance.

Sources: https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html,
https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html,
https://repost.aws/knowledge-center/kms-launch-ec2-instance and, for the key policy that allows all callers of EC2,
https://karpenter.sh/docs/troubleshooting/#node-terminates-before-ready-on-failed-encrypted-ebs-volume.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, upper_first
from iamtriage.explaining._rules.basics import Case, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.calls.error_kind import code_evidence
from iamtriage.explaining._rules.calls.quotas import NOT_A_DENIAL
from iamtriage.explaining._rules.shared import clues, commands, pages, remedies
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import KMS_KEY_STATE
from iamtriage.explaining._rules.shared.kubernetes.clusters import find_cluster
from iamtriage.failures._failures import AwsError

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
ACCOUNT_OF_ARN = lazy_pattern(r"arn:(aws[a-z-]{0,12}):[a-z0-9-]{2,30}:[a-z0-9-]{0,30}:([0-9]{12}):", re.ASCII)
STATE_WORDS = {
    "Disabled": "is disabled",
    "PendingDeletion": "is pending deletion",
    "PendingImport": "waits for its key material",
}
"""What is wrong with a key in a state."""
PRINT_POLICY = "--policy-name default --query Policy --output text"
"""The options that print a key policy."""


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
    if "pending import" in message:
        state, remedy = (
            "waiting for its key material, which was never imported, has expired or was deleted",
            _import_remedy(found, clues.find_region(case)),
        )
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
    account = ACCOUNT_OF_ARN.match(found[0]) if found else None
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


def _import_remedy(found: re.Match[str] | None, region: str | None) -> Remedy:
    """Return the remedy that imports the material of a key with the origin EXTERNAL.

    https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys.html
    """
    return remedies.owner_remedy(
        "Import the key material",
        "If the key had material before, it must be the same, or what it encrypted stays unreadable. Encrypt the material with the public key that the first command returns, and import it with the token of the same answer.",
        commands=(
            kms_command(
                "get-parameters-for-import",
                found,
                region,
                "--wrapping-algorithm RSAES_OAEP_SHA_256 --wrapping-key-spec RSA_4096",
            ),
            Labelled(
                "Then, with the files:",
                kms_command(
                    "import-key-material",
                    found,
                    region,
                    "--encrypted-key-material fileb://encrypted.bin --import-token fileb://token.bin --expiration-model KEY_MATERIAL_DOES_NOT_EXPIRE",
                ),
            ),
        ),
        url="https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys.html",
    )


def find_state(text: str) -> str | None:
    """Return the state of a key that a text shows."""
    stated = _STATED.search(text)
    state = next(filter(None, stated.groups())) if stated else None
    # People write it in small letters.
    return state and upper_first(state)


def kms_command(verb: str, found: re.Match[str] | None, region: str | None, options: str = "") -> str:
    """Return an ``aws kms`` command for a key, in its Region: KMS of another Region does not accept the ARN."""
    region = found[0].split(":")[3] if found else region
    in_region = "" if region is None else f" --region {commands.region(region)}"
    key = commands.arn(found and found[0], "KEY_ARN")
    return fill_command(f"aws kms {verb} --key-id {{}}{in_region} {options}".rstrip(), key)
