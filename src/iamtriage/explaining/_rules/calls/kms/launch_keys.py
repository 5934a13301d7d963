"""Explain that an instance cannot start because of the KMS key of a volume.

Source: https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
"""

from __future__ import annotations

import re
from typing import Any

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._context.domains import find_domain
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.calls.kms import key_states
from iamtriage.explaining._rules.shared import clues, commands, remedies
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import KMS_KEY_STATE
from iamtriage.explaining._rules.shared.grants.service_access import linked_role_key_statements
from iamtriage.explaining._rules.shared.kubernetes.clusters import find_cluster
from iamtriage.explaining._rules.shared.principals.principal_words import LINKED_ROLE_SERVICES
from iamtriage.failures._failures import AwsError
from iamtriage.policies._documents import allow, list_actions
from iamtriage.policies._readers.elements import as_strings, principal_names

LAUNCH_WITHOUT_KEY = lazy_pattern(
    r"InvalidKMSKey|KMS key provided is in an incorrect state|inaccessible AWS KMS key|Client error on launch"
)
"""Words of instances that cannot start because of the key of a volume."""
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
# What launches instances, or is launched.
_OF_INSTANCES = lazy_pattern(
    r"\barn:aws[a-z-]{0,12}:(?:autoscaling|batch|ec2|eks|elasticmapreduce):[a-z0-9-]{2,30}:(\d{12}):(?!image/|snapshot/)",
    re.ASCII,
)
_NAMED_ACCOUNT = lazy_pattern(r"\baccount (\d{12})\b", re.ASCII)
_ALLOWED_ACCOUNT = lazy_pattern(
    r"\b[Kk]ey policy (?:already |now )?(?:lets|allows|permits|has|trusts) (?P<who>(?:the )?(?:account |arn:aws[a-z-]{0,12}:iam::)\d{12}(?::root)?)\b",
    re.ASCII,
)


def explain_launch_key(case: Case[AwsError], message: str) -> Explanation:
    """Explain that an instance could not start because of the KMS key of a volume."""
    by_hand = _WORKS_BY_HAND.search(case.text) is not None
    # An instance starts only with an enabled key.
    state = key_states.find_state(case.text) or ("Enabled" if by_hand else None)
    launcher = find_launcher(case.text)
    keys = {each[0] for each in key_states.KEY_ARN.finditer(case.text)}
    of_account = key_states.ACCOUNT_OF_ARN.match(next(iter(keys))) if len(keys) == 1 else None
    owner = None if of_account is None else of_account[2]
    key = f"the KMS key {keys.pop().rpartition('/')[2] if len(keys) == 1 else 'of their EBS volumes'}"
    role = _ROLE_OF_CLUSTER.search(case.text) if launcher == _CLUSTER_ROLE else None
    allowed = _find_allowed(case, role["arn"] if role else launcher)
    if role is not None:
        launcher += f" {role['arn'].rpartition('/')[2]}"
    why = f"the key policy of {key} does not allow {launcher}, or the key is disabled or pending deletion"
    if state in key_states.STATE_WORDS:
        why = f"{key} {key_states.STATE_WORDS[state]}"
    elif allowed:
        why = f"the key policy of {key} allows {allowed}, not {launcher}"
    elif state == "Enabled":
        why = f"most likely, the key policy of {key} does not allow {launcher}"
    elif "Client error on launch" in message and "InvalidKMSKey" not in message:
        why = f"most often, {why}"
    account = _account_of_instances(case, owner)
    if owner != account and account and launcher in _LAUNCHERS and _needs_only_grant(case, account, allowed):
        why = f"most likely, {launcher} has no grant for {key}, which is in account {owner}"
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
        KMS_KEY_STATE.cause("derived", shown) if state in key_states.STATE_WORDS else None,
        remedies=_launch_remedies(
            case, launcher, role and role["arn"], "Enabled" if allowed and state is None else state, allowed
        ),
        notes=None
        if allowed or case.context.account or _NAMED_ACCOUNT.search(case.text)
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
    account = key_states.ACCOUNT_OF_ARN.search(case.text)
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
    keys = list(key_states.KEY_ARN.finditer(case.text))
    # Several keys can be of several volumes or snapshots.
    found = keys[0] if len({each[0] for each in keys}) == 1 else None
    of_account = key_states.ACCOUNT_OF_ARN.search(found[0] if found else case.text)
    partition, key_account = (of_account[1], of_account[2]) if of_account else ("aws", None)
    region = clues.find_region(case)
    account = commands.account(_account_of_instances(case, key_account))
    is_shared = found is not None and account != key_account
    statements, grant = [_allow_through_ec2(partition, account, commands.region(region))], None
    lookup: list[str] = []
    if launcher in _LAUNCHERS:
        role = f"role/aws-service-role/{LINKED_ROLE_SERVICES[launcher]}.amazonaws.com/{launcher}"
        of_instances = f"arn:{partition}:iam::{account}"
        statements = linked_role_key_statements(
            f"{of_instances}:{'root' if is_shared else role}", grants_only_for_services=not is_shared
        )
        if found is not None and is_shared:
            grant = commands.create_grant_command(found[0], region, f"{of_instances}:{role}")
            if _needs_only_grant(case, account, allowed):
                return (_grant_remedy(launcher, account, grant),)
    elif launcher.startswith(_CLUSTER_ROLE):
        # https://docs.aws.amazon.com/eks/latest/userguide/auto-kms.html
        statements = linked_role_key_statements(role_arn or "CLUSTER_ROLE_ARN")
        if role_arn is None:
            lookup.append(
                find_cluster(case).eks_command("describe-cluster", query="cluster.roleArn", flag="--name")
            )
    which = None
    show = key_states.kms_command("get-key-policy", found, region, key_states.PRINT_POLICY)
    if found is None:
        if launcher in _LAUNCHERS:
            which = "A key of another account also needs a grant (create-grant)."
        lookup.append(fill_command("aws ec2 get-ebs-default-kms-key-id --region {}", commands.region(region)))
    if state is None:
        show_state = key_states.kms_command("describe-key", found, region, "--query KeyMetadata.KeyState")
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
            key_states.kms_command("put-key-policy", found, region, save),
            grant,
            claim
            and Labelled(
                "Then launch the node again:", fill_command("kubectl delete nodeclaim {}", claim["name"])
            ),
        ),
        statements=statements,
        url=VOLUME_KEY.sources[0],
    )
    if state not in key_states.STATE_WORDS:
        return (allow_launcher,)
    return key_states.enable_remedy(
        found, region, "pending" if state == "PendingDeletion" else ""
    ), allow_launcher


def _account_of_instances(case: Case[AwsError], key_account: str | None) -> str | None:
    """Return the account of the instances: the only one that the text states, or names beside that of the key."""
    if (stated := case.context.account) is not None:
        return stated.value
    of_instances = set(_OF_INSTANCES.findall(case.text))
    if len(of_instances) > 1:
        return None
    return only_one(of_instances or set(_NAMED_ACCOUNT.findall(case.text)) - {key_account}, key_account)


def _needs_only_grant(case: Case[AwsError], account: str, allowed: str) -> bool:
    """Return whether the policy of a key of another account allows the account of the instances, as far as the text says."""
    said = (each["who"] for each in find_said(case.text, _ALLOWED_ACCOUNT))
    return f"{account}:root" in allowed or any(account in who for who in said)


def _grant_remedy(launcher: str, account: str, command: str) -> Remedy:
    """Return how to let a service-linked role use a key whose policy allows the account of the role."""
    return remedies.account_remedy(
        f"Create a grant for {launcher}, in account {account}",
        "The key policy allows this account, but no policy can be attached to a service-linked role: only a grant gives it the key.",
        "Whoever runs the command needs kms:CreateGrant for the key in an identity-based policy.",
        "Then launch the instances again.",
        commands=command,
        url=VOLUME_KEY.sources[0],
    )


def _allow_through_ec2(partition: str, account: str, region: str) -> dict[str, Any]:
    """Return the key policy statement that allows all callers of EC2 in an account, as that of the key aws/ebs does."""
    service = f"ec2.{region}.{find_domain(partition)}"
    condition = {"StringEquals": {"kms:ViaService": service, "kms:CallerAccount": account}}
    actions = list_actions("kms", "Encrypt Decrypt ReEncrypt* GenerateDataKey* CreateGrant DescribeKey")
    return allow(actions, "*", sid="UseThroughEC2", principal={"AWS": "*"}, condition=condition)
