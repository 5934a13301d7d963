"""Explain denials by the policy that AWS attaches to a user whose access key is exposed."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.arns._principals import User
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Labelled
from iamtriage.explaining._rules.denials.conditions.deny_conditions import global_region
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_access_key
from iamtriage.explaining._rules.shared.remedies import account_remedy
from iamtriage.explaining._rules.shared.wording import denial_summary, reason_lines

KEY_QUARANTINE = CauseType(
    "key-quarantine",
    title="AWS quarantined the user because of an exposed access key",
    meaning="AWS attached a quarantine policy to the user, because it found an access key of the user exposed publicly.",
    recognised_by="The denying policy is AWSCompromisedKeyQuarantine.",
    fix="Replace the exposed key and follow the support case. AWS asks to leave the quarantine policy in place until the case is closed.",
    sources=(pages.QUARANTINE, pages.EXPOSED_KEYS),
)
_QUARANTINE = lazy_pattern(r"AWSCompromisedKeyQuarantine(?:V\d{1,2})?", re.ASCII)
LISTED_HOLDER = lazy_pattern(
    r"\blist-attached-(?:role|user)-policies\b[^\n]{0,200}?--(?:role|user)-name[ =][\"']?([\w+=,.@-]{1,64})",
    re.ASCII,
)
"""The command whose output lists the policies of a role or user."""
# "The user ana has …"
_HOLDER = lazy_pattern(r"\b[Uu]ser [\"'`]?([\w+=,.@-]{1,64})[\"'`]? (?:had|has)\b", re.ASCII)
_ADDRESS = lazy_pattern(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|(?=[^.]*:)[0-9a-fA-F:]{3,39}", re.ASCII)
# The file with the key that somebody says went to a repository.
_PUSHED = lazy_pattern(
    r"\b(?:[Pp]ushed|[Cc]ommitted|[Cc]hecked in|[Uu]ploaded|[Pp]ublished|[Ll]eaked) (?:(?:my|our|the|an?) )?[`\"']?(?P<file>(?:[\w.-]{1,60}/){0,6}(?:\.env\b[\w.-]{0,20}|credentials\b|[\w-]{1,60}\.(?:env|tfvars|tfstate|ya?ml|json|ini|cfg|toml|properties|ipynb|py|js|ts|sh)\b))",
    re.ASCII,
)
_SUPPORT_CASE = lazy_pattern(r"\b[Cc]ase(?: (?:ID|id|number|no\.?))?[ :#]{1,3}(\d{9,18})(?![\w-])", re.ASCII)


def explain_quarantine(denial: Denial) -> Explanation | None:
    """Explain a denial by the policy that AWS attaches to users with publicly exposed keys, if it is one."""
    policy = _find_quarantine(denial)
    return None if policy is None else _explain(denial, policy)


def _find_quarantine(denial: Denial) -> str | None:
    """Return the policy that AWS attached to the user, if AWS names it as the denying one or the text shows it."""
    if denial.policy is not None:
        name = denial.policy.rpartition("/")[2]
        return name if _QUARANTINE.fullmatch(name) else None
    text = denial.failure.text
    found = next(find_said(text, _QUARANTINE), None)
    holders = {*LISTED_HOLDER.findall(text), *_HOLDER.findall(text)}
    is_own = isinstance(denial.principal, User) and holders <= {denial.principal.name}
    return found[0] if found is not None and is_own else None


def _explain(denial: Denial, policy: str) -> Explanation:
    """Explain a denial by the policy that AWS attaches to users with publicly exposed keys."""
    name = commands.user_name(denial.principal.name if isinstance(denial.principal, User) else None)
    address = denial.failure.envelope.source_ip or ""
    caller, suspect = "", "If nobody in your organization made the denied call, an attacker most likely did. "
    runtime, pushed = denial.context.runtime_kind, next(find_said(denial.failure.text, _PUSHED), None)
    if denial.failure.envelope.source == "aws-cli" or runtime or denial.context.terraform or pushed:
        # Somebody reads the answer to a call of their own.
        suspect = ""
    elif _ADDRESS.fullmatch(address):
        key = find_access_key(denial.case)
        used = f" with the key {key}" if key else ""
        caller = f"The denied call came{used} from {address}: unless you know that address, it is most likely an attacker's. "
        suspect = ""
    leak = ""
    if pushed is not None:
        leak = f" Most likely, one leaked with {pushed['file']}: a later commit that removes the file does not undo that."
    key = commands.fill_command("access-key --user-name {} --access-key-id ACCESS_KEY_ID", name)
    partition = denial.location.partition or "aws"
    region = global_region("iam", partition) or "REGION"
    support = only_one(set(_SUPPORT_CASE.findall(denial.failure.text)))
    said = f"AWS's Support case {support}" if support else "AWS's Support case, or its e-mail,"
    # The key that the text names is deactivated before anything else.
    deactivate = f"aws iam update-{key} --status Inactive"
    list_keys = commands.fill_command("aws iam list-access-keys --user-name {}", name)
    remedy = account_remedy(
        "Keep the policy: treat the user's access keys as compromised",
        f"{caller}Run the commands as an administrator whose keys are not exposed: the policy denies some of them to this user. Detach it only when {said} says so.",
        f"Deactivate each key of the user.{leak} Programs that use one fail until they get a role.",
        f"{suspect}Repeat lookup-events in each Region. Remove users, keys and resources that you don't know, and revoke the sessions of roles that the key assumed.",
        commands=(
            *((deactivate, list_keys) if find_access_key(denial.case) else (list_keys, deactivate)),
            f"aws cloudtrail lookup-events --lookup-attributes AttributeKey=AccessKeyId,AttributeValue=ACCESS_KEY_ID --region {region}",
            Labelled(
                "To stop the user's console sign-in and own sessions, too:",
                commands.fill_command(
                    f"aws iam attach-user-policy --user-name {{}} --policy-arn arn:{partition}:iam::aws:policy/AWSDenyAll",
                    name,
                ),
            ),
            Labelled("As soon as no program needs the key:", f"aws iam delete-{key}"),
        ),
        url=pages.ROTATE_KEYS,
    )
    text = f"AWS attaches its managed policy {policy}{'' if denial.policy else ', which the text shows,'} when it finds an access key of the user exposed publicly. An Allow does not override its explicit deny."
    return denial.explain(
        denial_summary(denial, "AWS quarantined the user because an access key is exposed"),
        KEY_QUARANTINE.cause("reported" if denial.policy else "derived", reason_lines(denial), text=text),
        topic="compromised-key",
        remedies=remedy,
    )
