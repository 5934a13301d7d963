"""Explain denials by policies that AWS or a landing zone attaches: of exposed keys, of an organization, of one Region.

Sources: https://docs.aws.amazon.com/controltower/latest/controlreference/mandatory-controls.html,
https://docs.aws.amazon.com/controltower/latest/controlreference/cannot-change-with-gr-api.html,
https://docs.aws.amazon.com/controltower/latest/userguide/drift.html and the sample policies in
https://github.com/awslabs/landing-zone-accelerator-on-aws.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import join_words, quote_words
from iamtriage.arns._principals import User
from iamtriage.explaining._context.readers.regions import find_called_region, find_working_regions
from iamtriage.explaining._context.readers.statements import find_said, is_administrator
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials.conditions import denied_regions
from iamtriage.explaining._rules.denials.conditions.deny_conditions import global_region
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import STATED_POLICY_ALLOWS
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_access_key
from iamtriage.explaining._rules.shared.grants import denial_remedies
from iamtriage.explaining._rules.shared.remedies import account_remedy, organization_remedy, your_remedy
from iamtriage.explaining._rules.shared.wording import capitalize_start, denial_summary, reason_lines

KEY_QUARANTINE = CauseType(
    "key-quarantine",
    title="AWS quarantined the user because of an exposed access key",
    meaning="AWS attached a quarantine policy to the user, because it found an access key of the user exposed publicly.",
    recognised_by="The denying policy is AWSCompromisedKeyQuarantine.",
    fix="Replace the exposed key and follow the support case. AWS asks to leave the quarantine policy in place until the case is closed.",
    sources=(pages.QUARANTINE, pages.EXPOSED_KEYS),
)
_QUARANTINE = lazy_pattern(r"(?a)AWSCompromisedKeyQuarantine(?:V\d{1,2})?")
LISTED_HOLDER = lazy_pattern(
    r"(?a)\blist-attached-(?:role|user)-policies\b[^\n]{0,200}?--(?:role|user)-name[ =][\"']?([\w+=,.@-]{1,64})"
)
"""The command whose output lists the policies of a role or user."""
# "The user ana has …"
_HOLDER = lazy_pattern(r"(?a)\b[Uu]ser [\"'`]?([\w+=,.@-]{1,64})[\"'`]? (?:had|has)\b")
_ADDRESS = lazy_pattern(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|(?=[^.]*:)[0-9a-fA-F:]{3,39}")
# The file with the key that somebody says went to a repository.
_PUSHED = lazy_pattern(
    r"(?a)\b(?:[Pp]ushed|[Cc]ommitted|[Cc]hecked in|[Uu]ploaded|[Pp]ublished|[Ll]eaked) (?:(?:my|our|the|an?) )?[`\"']?(?P<file>(?:[\w.-]{1,60}/){0,6}(?:\.env\b[\w.-]{0,20}|credentials\b|[\w-]{1,60}\.(?:env|tfvars|tfstate|ya?ml|json|ini|cfg|toml|properties|ipynb|py|js|ts|sh)\b))"
)
_SUPPORT_CASE = lazy_pattern(r"(?a)\b[Cc]ase(?: (?:ID|id|number|no\.?))?[ :#]{1,3}(\d{9,18})(?![\w-])")
# What people write of AWS's word that the incident is over: the policy does not go by itself.
_IS_OVER = lazy_pattern(
    r"(?i:\b(?:re)?closed (?:the |our |this |that )?(?:AWS )?(?:support )?(?:case|ticket|incident)\b"
    r"|\b(?:case|ticket|incident)(?: \d{5,18})?(?:(?: (?:is|was|has been|got)| =|:)?(?: now| already| since| then)? (?:re)?closed| (?:is|was)(?: now| already)? over)\b"
    r"|\byou (?:may|can)(?: now| safely)* (?:remove|detach|delete)\b[^\n.;?]{0,40}\b(?:policy|it|quarantine)\b"
    r"|\b(?:AWS|support|they)\b[^\n.;?]{0,40}\b(?:we|I|it|policy|quarantine) (?:may|can)(?: now| safely| be)* (?:removed?|detach(?:ed)?|deleted?)\b)"
)


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
    # "Resolved" is the state of a closed case, and no attempt to repair the call.
    text = denial.failure.text
    over = next(find_said(text.replace("esolved", "eclosed"), _IS_OVER), None)
    if over is not None:
        return _explain_leftover(denial, policy, text[over.start() : over.end()])
    name = commands.user_name(denial.principal.name if isinstance(denial.principal, User) else None)
    address = denial.failure.envelope.source_ip or ""
    caller, suspect = "", "If nobody in your organization made the denied call, an attacker most likely did. "
    runtime, pushed = denial.context.runtime_kind, next(find_said(denial.failure.text, _PUSHED), None)
    called = denial.context.command
    is_own = denial.failure.envelope.source == "aws-cli" or (called is not None and called.program == "aws")
    if is_own or runtime or denial.context.terraform or pushed:
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
    of_iam = global_region("iam", partition) or "REGION"
    denied_in = denial_remedies.region_argument(denial)
    region = of_iam if denied_in == "REGION" else denied_in
    also = "" if of_iam in {region, "REGION"} else f", such as {of_iam}, which has those of IAM"
    support = only_one(set(_SUPPORT_CASE.findall(denial.failure.text)))
    said = f"AWS's Support case {support}" if support else "AWS's Support case, or its e-mail,"
    # The key that the text names is deactivated before anything else.
    deactivate = f"aws iam update-{key} --status Inactive"
    which = denial.action if denial.lowercase_action == "iam:updateaccesskey" else "some of them"
    list_keys = commands.fill_command("aws iam list-access-keys --user-name {}", name)
    remedy = account_remedy(
        "Keep the policy: treat the user's access keys as compromised",
        f"{caller}Run the commands as an administrator whose keys are not exposed: the quarantine policy denies {which} to this user. Detach it last, when {said} says so.",
        f"Deactivate each key of the user.{leak} Programs fail until you give them a role, or a new key.",
        f"{suspect}Run lookup-events in each Region{also}. Remove users, keys and resources that you don't know, and revoke the sessions of roles that the key assumed.",
        commands=(
            *((deactivate, list_keys) if find_access_key(denial.case) else (list_keys, deactivate)),
            Labelled(
                "To deny the user everything, also in the console and in its sessions:",
                commands.fill_command(
                    f"aws iam attach-user-policy --user-name {{}} --policy-arn arn:{partition}:iam::aws:policy/AWSDenyAll",
                    name,
                ),
            ),
            Labelled(
                "To see what the key did, in each Region:",
                f"aws cloudtrail lookup-events --lookup-attributes AttributeKey=AccessKeyId,AttributeValue=ACCESS_KEY_ID --region {region}",
            ),
            Labelled("When everything works without the key:", f"aws iam delete-{key}"),
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


def _explain_leftover(denial: Denial, policy: str, said: str) -> Explanation:
    """Explain a denial by the policy that AWS attached, if the text says that the incident is over."""
    name = commands.user_name(denial.principal.name if isinstance(denial.principal, User) else None)
    partition = denial.location.partition or "aws"
    arn = f"arn:{partition}:iam::aws:policy/{policy}"
    text = f"AWS attached its managed policy {policy} when it found an access key of the user exposed publicly. It does not go when the key is deleted or the case is closed: somebody has to detach it. An Allow does not override its explicit deny."
    return denial.explain(
        denial_summary(denial, "the quarantine policy is still attached to the user, after the incident"),
        KEY_QUARANTINE.cause("reported" if denial.policy else "derived", reason_lines(denial), text=text),
        topic="compromised-key",
        remedies=account_remedy(
            "Detach the quarantine policy",
            f"The text says {quote_words(said)}, so it can go now. An administrator with other credentials detaches it: it denies iam:DetachUserPolicy to the user itself.",
            "First check that no exposed key is left, and none that you don't know. Better, give the program a role instead of a new key.",
            "The last command shows whether another quarantine policy or AWSDenyAll is left, which AWS or you attached in the incident.",
            commands=(
                commands.fill_command("aws iam list-access-keys --user-name {}", name),
                commands.fill_command(
                    f"aws iam detach-user-policy --user-name {{}} --policy-arn {arn}", name
                ),
                commands.fill_command("aws iam list-attached-user-policies --user-name {}", name),
            ),
            url=pages.QUARANTINE,
        ),
    )


_PAGE = "https://docs.aws.amazon.com/controltower/latest/controlreference/mandatory-controls.html"
LANDING_ZONE_RESOURCE = CauseType(
    "landing-zone-resource",
    title="The resource belongs to the landing zone",
    meaning="A landing zone, such as AWS Control Tower, created the resource. Its controls deny changes of what it created, to administrators, too.",
    recognised_by="The name of the resource contains aws-controltower, AWSControlTower or AWSAccelerator.",
    fix="Leave the resources of the landing zone out of the call. Their administrators change them in the landing zone.",
    sources=(_PAGE,),
    of="scp-deny",
)
_REGION_DENY = (
    "https://docs.aws.amazon.com/controltower/latest/controlreference/primary-region-deny-policy.html"
)
DENIED_REGION = CauseType(
    "denied-region",
    title="A policy denies calls in the Region",
    meaning="A service control policy denies most calls outside of some Regions, with a condition on aws:RequestedRegion. AWS Control Tower attaches one, if its landing zone denies Regions. Nothing in the account overrides it.",
    recognised_by="AWS gives no reason, and the text shows that calls of the same caller succeed in other Regions.",
    fix="Call only Regions that the organization allows, or ask its administrators to allow the Region.",
    sources=(_REGION_DENY,),
    of="scp-deny",
)
_NAMES = lazy_pattern(r"(?i)(?<![A-Za-z0-9])(?:(?P<tower>aws-?controltower)|AWSAccelerator)")
_OWN_ROLES = lazy_pattern(r"AWSControlTowerExecution\Z|AWSAccelerator|cdk-accel-")
# What handles a list of names.
_LOOP = lazy_pattern(r"\bfor \w{1,40} in\b|\bwhile (?:IFS=\S{0,8} )?read\b|\bxargs\b")


def add_landing_zone(denial: Denial, explanation: Explanation) -> Explanation:
    """Return the explanation of a ``Deny`` in a service control policy with what the name of the resource shows."""
    found = _NAMES.search(denial.resource or "")
    if found is None:
        return explanation
    # Few denials need what a decoded message is read into.
    from iamtriage.explaining._rules.denials.denies.stated_denies import find_stated_denies

    if find_stated_denies(denial):
        # The policy in the text says more than the name.
        return explanation
    owner, control = "the Landing Zone Accelerator on AWS", "its guardrails deny"
    if found["tower"]:
        owner = "AWS Control Tower"
        control = "one of its mandatory controls, which cannot be turned off, denies"
    mark = found[0]
    step = f"The call can work for resources without {mark} in their names: most likely, the Deny is only about these."
    in_loop = None
    if _LOOP.search(denial.failure.text) is not None:
        in_loop = (
            f"In the loop, add this to the command that lists the names: | tr '\\t' '\\n' | grep -v {mark}"
        )
    text = f"The resource belongs to {owner}: most likely, {control} its change. Only the administrators of the landing zone can change it, in its configuration or the management account."
    remedies = explanation.remedies
    if denial.role is not None and _OWN_ROLES.match(denial.role.name):
        text += f" Most likely, it exempts other roles, but not {denial.role.name}, which deploys the landing zone here."
    else:
        page = _PAGE if found["tower"] else None
        remedies = (your_remedy(f"Leave out the resources of {owner}", step, in_loop, url=page), *remedies)
    cause = LANDING_ZONE_RESOURCE.cause("derived", f"The name of the resource contains {mark}.", text=text)
    summary = f"{explanation.summary.removesuffix('.')}, most likely to protect the resources of {owner}."
    causes = (*explanation.causes, cause)
    return attrs.evolve(explanation, summary=summary, causes=causes, remedies=remedies)


_UNGOVERNED = lazy_pattern(
    r"(?i:\b(?:regions?(?: that(?:'s| is| are)| which (?:is|are))? (?:not|n't) governed|un-?governed regions?|non-governed regions?)\b)"
)


def add_ungoverned_region(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that AWS Control Tower denies the Region, if the text says that its landing zone does not govern it."""
    found = _UNGOVERNED.search(denial.failure.text)
    if found is None or not denied_regions.can_change_region(denial):
        return explanation
    text = "The control Region deny of AWS Control Tower is a service control policy, which denies most calls in other Regions. No Allow helps against it."
    cause = DENIED_REGION.cause("derived", f'The text says "{found[0]}".', text=text)
    known = (each for each in explanation.causes if each.evidence != "possible")
    return attrs.evolve(
        explanation,
        topic=DENIED_REGION.code,
        summary=f"{capitalize_start(denial.caller)} was denied {denial.action}: most likely, AWS Control Tower denies calls in the Region, which its landing zone does not govern.",
        causes=(cause, *known),
        remedies=(_call_allowed_regions(denial, denial.facts.region, "", ""), *explanation.remedies[1:]),
    )


def _call_allowed_regions(denial: Denial, called: str | None, loop: str, alone: str) -> Remedy:
    return your_remedy(
        "Call only the Regions that the organization allows",
        f"Leave out the others, such as {called}.{loop}"
        if called
        else "Leave out the Regions that it denies.",
        f"To check, an administrator of the management account runs the commands, and looks for aws:RequestedRegion.{alone}",
        f"Only they can exempt the caller (ArnNotLike on aws:PrincipalArn). A policy of AWS Control Tower changes only in its landing zone settings: govern {called or 'the Region'} there.",
        commands=(
            *commands.list_control_policies(commands.account(denial.account)),
            "aws organizations describe-policy --policy-id POLICY_ID --query Policy.Content --output text",
        ),
        url=_REGION_DENY,
    )


def add_denied_region(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that most likely, a policy denies the Region, if the text shows that calls succeed in other ones."""
    from iamtriage.explaining._rules.denials.denies.stated_denies import find_stated_denies

    if global_region(denial.service, denial.location.partition) or find_stated_denies(denial):
        # The Region of the client does not matter, or the policy in the text says which ones do.
        return explanation
    text, (start, end) = denial.failure.text, denial.failure.span
    working = find_working_regions(text, start, end)
    # The ARN of the message says more than the text around it.
    called = denial.resource_arn.region if denial.resource_arn is not None else None
    called = called or (denial.facts.region if denial.facts.region not in working else None)
    called = called or find_called_region(text, start, working)
    if (
        not working
        or called in {None, *working}
        or denied_regions.other_model_region(denial)
        or denial.service == "s3"
        or not denied_regions.can_change_region(denial)
    ):
        return explanation
    others, admin = join_words(working, "and"), is_administrator(text)
    is_stated = denial.policy_type is not None
    loop = (
        f" A loop over all Regions can also catch {denial.failure.envelope.code or 'this error'} and go on."
    )
    loop = loop if len(working) > 1 or _LOOP.search(text) is not None else ""
    policy = "a service control policy denies" if admin or is_stated else "a policy denies"
    allows = "AdministratorAccess does not help against it" if admin else "no Allow helps against it"
    alone = " If there is none, look for such a condition in the policies of the caller."
    if admin or is_stated:
        alone = ""
    reason = "" if is_stated else ", and the message gives no reason"
    because = f"The text shows that calls succeed in {others}{reason}."
    text = f"Such a Deny has the condition aws:RequestedRegion. AWS Control Tower has one for Regions that its landing zone does not govern, and {allows}."
    cause = DENIED_REGION.cause("derived", because, text=text)
    remedy = _call_allowed_regions(denial, called, loop, alone)
    # The cause says that no Allow helps.
    vain = STATED_POLICY_ALLOWS.code
    known = (each for each in explanation.causes if each.evidence != "possible" and each.code != vain)
    # The encoded message decides.
    decode = explanation.remedies[:1] if denial.failure.encoded_message else ()
    return attrs.evolve(
        explanation,
        topic=explanation.topic if is_stated else DENIED_REGION.code,
        summary=f"{capitalize_start(denial.caller)} was denied {denial.action} in {called}, but calls in {others} succeed: most likely, {policy} that Region.",
        causes=(*known, cause) if is_stated else (cause, *known),
        remedies=(*decode, remedy),
        notes=(),
    )


_DRIFT = "https://docs.aws.amazon.com/controltower/latest/userguide/drift.html"
LANDING_ZONE_CONTROL = CauseType(
    "landing-zone-control",
    title="The policy is a control of AWS Control Tower",
    meaning="AWS Control Tower attaches service control policies as its controls (guardrails), and keeps them as they are. They protect what it set up in the account.",
    recognised_by="The text names a policy aws-guardrails-…, or shows its statement, such as GRCONFIGENABLED.",
    fix="Leave what AWS Control Tower manages out of the call or the code. Its administrators change controls in AWS Control Tower, and not the policy by hand.",
    sources=(_PAGE, _DRIFT),
    of="scp-deny",
)
_CONTROL = lazy_pattern(r"GR[A-Z_]{5,60}|CT[A-Z0-9]{2,20}PV[0-9]{1,3}")
_GUARDRAIL = lazy_pattern(r"\baws-guardrails-\w{4,16}\b")
_RECORDER = lazy_pattern(r"config:\w*(?:configurationrecorder|deliverychannel|retentionconfiguration)")


def add_control(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that AWS Control Tower manages the policy of a Deny, which nobody should change by hand."""
    from iamtriage.explaining._rules.denials.denies.stated_denies import find_stated_denies

    stated = find_stated_denies(denial)
    name = next(find_said(denial.failure.text, _GUARDRAIL), None)
    is_control = any(_CONTROL.fullmatch(each.sid or "") for each in stated)
    if not is_control and (stated or name is None):
        return explanation
    named = f" {name[0]}" if name is not None else ""
    text = f"The policy{named} is a control (guardrail) that AWS Control Tower manages: it binds administrators of the account, too."
    own = tuple(each for each in explanation.remedies if each.who == "you")
    if not own:
        own = (_leave_out_remedy(denial),)
    change = organization_remedy(
        "Or have the control changed in AWS Control Tower, and not the policy by hand",
        "A change of the policy in AWS Organizations is drift: Control Tower reports it, and a reset of the control or of the landing zone undoes it. A mandatory control cannot be turned off.",
        "If the account really needs the change, administrators of Control Tower make it with the role AWSControlTowerExecution, which the controls exempt and the management account can assume.",
        url=_DRIFT,
    )
    cause = LANDING_ZONE_CONTROL.cause("derived", text=text)
    return attrs.evolve(explanation, causes=(*explanation.causes, cause), remedies=(*own, change))


def _leave_out_remedy(denial: Denial) -> Remedy:
    if _RECORDER.match(denial.lowercase_action):
        return your_remedy(
            "Leave the Config recorder and its delivery channel to AWS Control Tower",
            "Control Tower sets them up in each account that it enrolls, and an account has one such recorder per Region. Take them out of the code for these accounts (aws configservice describe-configuration-recorders shows the one of Control Tower). Rules of AWS Config can stay.",
            url=_PAGE,
        )
    return your_remedy(
        "Leave the call out, or make it without what the control forbids",
        "Accounts that AWS Control Tower governs differ from others here: take the call out of the code for them.",
        url=_PAGE,
    )
