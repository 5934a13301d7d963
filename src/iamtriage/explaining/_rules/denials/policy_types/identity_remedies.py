"""Build the remedies of denials that identity-based policies, or none at all, account for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.actions._lookup import find_action
from iamtriage.arns._principals import Role, Root, ServiceLinkedRole, User
from iamtriage.explaining._rules.basics import Denial, Labelled, Remedy
from iamtriage.explaining._rules.shared import commands, pages, wording
from iamtriage.explaining._rules.shared.grants import denial_remedies
from iamtriage.explaining._rules.shared.grants.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.principals.principal_words import long_role_name
from iamtriage.explaining._rules.shared.remedies import (
    Commands,
    account_remedy,
    as_alternative,
    owner_remedy,
    present,
)
from iamtriage.explaining._rules.shared.requirements.companion_actions import AGENT_OF_NODE
from iamtriage.explaining._rules.shared.requirements.required_grants import required_grant
from iamtriage.explaining._rules.shared.texts.text_signs import find_controller_of_denial

if TYPE_CHECKING:
    from iamtriage.explaining._context.readers.kubernetes.controllers import Controller

_SERVICE_LINKED_ROLE = lazy_pattern(
    r":role/aws-service-role/(?P<service>[a-z0-9.-]{3,100}\.amazonaws\.com(?:\.cn)?)/"
)
_RELEASE = lazy_pattern(
    r"(?a)aws-load-balancer-controller(?::|[^\n]{0,200}[ \t])(v[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3})\b"
)
_CHART = lazy_pattern(r"(?a)\bchart(?: version)?[ :=-]{1,2}\"?v?1\.([0-9]{1,2})\.([0-9]{1,2})\b")
# The release with which the numbers of charts and releases began to agree.
_FIRST_CHART = (5, 0)
# A policy that somebody wrote instead of attaching the one of AWS.
_OWN_POLICY = lazy_pattern(
    r"(?i:\b(?:our|my|its|a|an) (?:(?:own|hardened|custom|restricted|tightened|minimal|narrower?|self-written) ){1,3}(?:IAM )?polic(?:y|ies)\b|\bpolic(?:y|ies) (?:instead of|rather than) the (?:AWS|managed|Amazon))"
)
_ATTACHED_POLICY = lazy_pattern(r"\barn:aws[a-z-]{0,12}:iam::\d{12}:policy/[\w+=,.@/-]{1,512}")
# The default version of a policy, as the AWS CLI lists it.
_DEFAULT_VERSION = lazy_pattern(
    r"\bTrue\s{1,20}(\d{4}-\d\d-\d\d)T|\"IsDefaultVersion\":\s?true,\s{0,80}\"CreateDate\":\s?\"(\d{4}-\d\d-\d\d)"
)
# A StorageClass whose name or parameters say that its volumes are encrypted.
_ENCRYPTED_VOLUME = lazy_pattern(
    r"(?a)\bStorageClass:?\s{1,8}\"?[a-z0-9.-]{0,60}(?:enc|kms)|\bencrypted[\"']?\s?[:=]\s?[\"']?true\b|\bkmsKeyId\b"
)
# https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html
_KEY_STEP = "It does not allow the use of a KMS key. If the StorageClass names a customer managed key, also allow kms:CreateGrant, kms:Decrypt, kms:DescribeKey, kms:GenerateDataKeyWithoutPlaintext and kms:ReEncrypt* on it."


def missing_allow_remedies(denial: Denial) -> tuple[Remedy, ...]:
    """Return the remedies if no identity-based policy allows the action, or if AWS gives no reason."""
    is_stated = denial.policy_type == "identity"
    # The message says already what an encoded part that is cut off would confirm.
    is_needed = not (is_stated and denial.action and denial_remedies.is_encoded_message_cut(denial))
    details = present(denial_remedies.authorization_details_remedy(denial) if is_needed else None)
    may_allow = denial.service == "kms" or (not is_stated and denial.can_have_resource_policy)
    if may_allow and denial.action and isinstance(denial.role, ServiceLinkedRole):
        from iamtriage.explaining._rules.denials.policy_types.resource_policies import resource_remedy

        return (resource_remedy(denial), *details)
    if denial.action is None:
        from iamtriage.explaining._rules.shared.grants.unnamed_calls import unnamed_call_remedies

        # A controller's policy allows all that it calls.
        managed = () if denial.actions or denial.principal_text else present(_managed_policy_remedy(denial))
        remedies = (*managed, *unnamed_call_remedies(denial))
    else:
        is_plain = denial.deny == "implicit" or denial.principal_text is None
        managed = present(_managed_policy_remedy(denial) if is_plain else None)
        grants = _grant_remedies(denial)
        is_own = False
        if managed and grants:
            from iamtriage.explaining._context.readers.statements import find_said

            is_own = any(find_said(denial.failure.text, _OWN_POLICY))
        if is_own:
            step = "Add the statement to the role's own policy, and to what creates it, too."
            grants = (attrs.evolve(grants[0], steps=(*grants[0].steps, step)), *grants[1:])
        # Creating the role once is simpler than any policy.
        is_first = find_service_of_linked_role(denial) is None and not is_own
        preferred, other = (managed, grants) if is_first else (grants, managed)
        if preferred:
            other = (*map(as_alternative, other[:1]), *other[1:])
        remedies = (*preferred, *other)
        if not is_stated or not remedies + details:
            remedies = (*remedies, _locate_policy_remedy(denial, is_first=not remedies))
    # An encoded message contains more than any guess.
    is_encoded = denial.failure.encoded_message or denial_remedies.is_encoded_message_cut(denial)
    if is_encoded and details and denial.action_evidence == "derived" and denial.action and remedies:
        first, *others = remedies
        named = attrs.evolve(first, title=f"{first.title}, if the decoded message names it")
        remedies = (named, *others)
    return (*details, *remedies) if is_encoded and not is_stated else (*remedies, *details)


def _grant_remedies(denial: Denial) -> tuple[Remedy, ...]:
    """Return the remedies that allow the action, in the account of the caller and in that of the resource."""
    grant, of_owner = _grant_remedy(denial), _cross_account_remedy(denial)
    if grant is not None and of_owner is not None and of_owner.policy is not None:
        from iamtriage.explaining._rules.denials.resource_commands import policy_of

        [statement, *_] = of_owner.policy["Statement"]
        step = wording.other_side_step(denial, policy_of(denial).name, statement)
        grant = attrs.evolve(grant, steps=(*grant.steps, wording.capitalize_start(step)))
    service = find_service_of_linked_role(denial)
    if grant is not None and service is not None:
        grant = _create_or_allow_role(denial, grant, service)
    return present(grant, of_owner)


def _managed_policy_remedy(denial: Denial) -> Remedy | None:
    """Return the remedy that gives a Kubernetes controller all that it needs, if AWS has a policy for it."""
    controller = find_controller_of_denial(denial.action or f"{denial.service}:", denial.failure)
    role = denial.role
    if controller is None or not (denial.action is None or denial_remedies.identity_allow_helps(denial)):
        return None
    if controller.policy_file is not None:
        return None if isinstance(denial.principal, User) else _policy_file_remedy(denial, controller, role)
    path = controller.managed_policy
    if path is None or f"{path.rpartition('/')[2]}" in denial.failure.text:
        # One that the text lists is attached already.
        return None
    arn = f"arn:{denial.location.partition or 'aws'}:iam::aws:policy/{path}"
    grant = required_grant(denial)
    on_star = " (whose resource is *)" if grant is not None and grant.resources == ("*",) else ""
    step = f"It allows what {controller.name} normally calls."
    if denial.action is not None:
        step += f" The denied action alone{on_star} can lead to the next denial."
    return account_remedy(
        f"Attach the AWS managed policy {path.rpartition('/')[2]} to {denial.caller}",
        AGENT_OF_NODE if denial.service == "eks-auth" else step,
        controller.policy_note or None,
        _KEY_STEP if _ENCRYPTED_VOLUME.search(denial.failure.text) and "EBS" in path else None,
        commands=commands.attach_policy(commands.role_name(None if role is None else role.name), arn),
        url=pages.MANAGE_POLICIES,
    )


# The first release of the AWS Load Balancer Controller whose policy allows tags in the calls that create resources.
_WITH_TAGS = "v2.4.7"
_BEFORE_TAGS = lazy_pattern(r"\bv2\.(?:[0-3]\.[0-9]{1,2}|4\.[0-6])\b")


def _find_release(text: str) -> str:
    """Return the last release of a history, in the image or in the output of helm after the chart.

    Charts 1.x have release 2.x.
    """
    charts = [(int(minor), int(patch)) for minor, patch in _CHART.findall(text)]
    of_chart = "v2.{}.{}".format(*max(charts)) if charts and max(charts) >= _FIRST_CHART else "VERSION"
    return next(reversed(_RELEASE.findall(text)), of_chart)


def _policy_file_remedy(denial: Denial, controller: Controller, role: Role | None) -> Remedy:
    """Return the remedy that gives a controller the policy that its release documents."""
    partition = denial.location.partition or "aws"
    suffix = {"aws-cn": "_cn", "aws-us-gov": "_us-gov"}.get(partition, "")
    version = _find_release(denial.failure.text)
    whose = "the controller's release"
    if denial.lowercase_action == "elasticloadbalancing:addtags" and _BEFORE_TAGS.search(denial.failure.text):
        version, whose = _WITH_TAGS, f"release {_WITH_TAGS} of the controller"
    url = (controller.policy_file or "").replace("SUFFIX", suffix).replace("VERSION", version)
    tag = "" if version != "VERSION" else " VERSION is its tag, such as v2.13.0."
    action = (denial.action or "").replace(":Describe", ":Modify")
    is_known = action != denial.action and find_action(action) is not None
    following = f", such as of {action}" if is_known else ""
    next_denial = f" The denied action alone can lead to the next denial{following}." if denial.action else ""
    grant = required_grant(denial)
    on_star = " with the Resource *" if grant is not None and grant.resources == ("*",) else ""
    title = f"Give {denial.caller} the policy of {whose}"
    older = "An older policy of the controller can stay attached."
    name = role.name if role else long_role_name(denial.principal_text)
    if any(each in denial.failure.text for each in ("assumed-role/eksctl-", "wellKnownPolicies")):
        older = "eksctl created the role, with the policy of the eksctl release if wellKnownPolicies is set. Also add the ARN of the new policy to attachPolicyARNs of the service account, so that the stack of the role keeps it."
    policy_name = f"AWSLoadBalancerController-{version}"
    policy_arn = f"arn:{partition}:iam::{commands.account(denial.account)}:policy/{policy_name}"
    lines: Commands = (
        f"aws iam create-policy --policy-name {policy_name} --policy-document file://policy.json",
        commands.attach_policy(commands.role_name(name), policy_arn),
    )
    shown = denial.failure.text.partition(f"list-attached-role-policies --role-name {name}")[2]
    attached, changed = set(_ATTACHED_POLICY.findall(shown)), _DEFAULT_VERSION.search(shown)
    if len(attached) == 1:
        arn = attached.pop()
        shown = clip_text(arn.rpartition("/")[2])
        since = f", last changed on {changed[changed.lastindex or 0]}," if changed else ""
        title = f"Update {shown} to the policy of {whose}"
        older = f"{shown}{since} is from an older release, and lacks actions that the controller calls."
        lines = (commands.change_policy(commands.arn(arn, "POLICY_ARN")),)
    return account_remedy(
        title,
        f"Each release documents its policy, which allows {denial.action or 'all that it calls'}{on_star}, and an upgrade of the chart does not change IAM.{tag}{next_denial}",
        older,
        commands=(f"curl -f -o policy.json {url}", *lines),
        url=pages.LOAD_BALANCER_CONTROLLER,
    )


def find_service_of_linked_role(denial: Denial) -> str | None:
    """Return the service whose service-linked role the caller tried to create, if its name is known."""
    if denial.lowercase_action != "iam:createservicelinkedrole":
        return None
    found = _SERVICE_LINKED_ROLE.search(denial.resource or "")
    return found["service"] if found else None


def linked_role_remedy(denial: Denial) -> Remedy | None:
    """Return the remedy that leaves the boundary of the caller: somebody else creates a service-linked role."""
    service = find_service_of_linked_role(denial)
    if service is None:
        return None
    return account_remedy(
        f"Create the service-linked role of {service} once, without this boundary",
        "An identity that the boundary does not limit has to run this. The role most likely does not exist in the account yet; it is created once per account. Then repeat the call. If IAM says that its name has been taken, it exists already.",
        commands=commands.fill_command("aws iam create-service-linked-role --aws-service-name {}", service),
        url=pages.SERVICE_LINKED,
    )


def _create_or_allow_role(denial: Denial, grant: Remedy, service: str) -> Remedy:
    """Return the remedy that creates a service-linked role, or allows the caller to do so."""
    controller = find_controller_of_denial(denial.action or "", denial.failure)
    again = "retry the call" if controller is None else "the controller retries automatically"
    create = commands.fill_command("aws iam create-service-linked-role --aws-service-name {}", service)
    label = f"Or, to let {denial.caller} create it:"
    return attrs.evolve(
        grant,
        title=f"Create the service-linked role of {service}",
        steps=(
            # https://github.com/terraform-aws-modules/terraform-aws-eks/issues/823
            f"Once the role exists, {again}: the caller then needs no iam:CreateServiceLinkedRole{', only iam:GetRole on the role' if service.startswith('eks') else ''}. If IAM says that its name has been taken, it exists already.",
            *grant.steps,
        ),
        commands=(create, *(Labelled(label, each) for each in grant.commands[:1]), *grant.commands[1:]),
        url=pages.SERVICE_LINKED,
    )


def _cut_step(denial: Denial) -> str | None:
    """Return what is unknown because the text cuts the message off."""
    if not denial_remedies.is_message_cut(denial):
        return None
    shown = denial_remedies.cut_resource(denial)
    name = f" The name of the resource begins with {clip_text(shown)}: complete it." if shown else ""
    return f"The text is cut off: the whole message, or errorMessage in the CloudTrail record, can name the reason. An Allow helps if no policy of the caller allows the action yet.{name}"


def _suspicion_step(denial: Denial) -> str | None:
    """Return what to ask first if a record shows a call with which attackers switch a protection off."""
    if denial.failure.envelope.source != "cloudtrail":
        return None
    protected = denial_remedies.find_protected(denial)
    if protected is None:
        return None
    return f"First ask who uses {denial.caller} whether the call is meant: it ends the protection of {protected}. If not, allow nothing, and treat the credentials as compromised."


_ONLY_DECODES = "Or let an administrator of the account decode the message. Only that shows which action was denied, such as the call itself or iam:PassRole for a role in it, and why: the call stays denied until that is fixed."


def _grant_remedy(denial: Denial) -> Remedy | None:
    """Return the remedy that allows the action, or the alternative for service-linked roles."""
    if isinstance(denial.role, ServiceLinkedRole):
        return account_remedy(
            "Allow the role in the resource's policy, or let the service use another role",
            f"{denial.role.name} is a service-linked role: only its service can change its policies.",
            "If the resource has a policy, as a bucket has, allow the role there.",
            "If the service accepts a service role that you create, give that role a policy for this action.",
            url=pages.SERVICE_LINKED,
        )
    if not denial_remedies.identity_allow_helps(denial):
        return None
    cut_step = _cut_step(denial)
    allow = allow_remedy(denial, first_step=cut_step or _suspicion_step(denial))
    if allow is None:
        return None
    if denial.lowercase_action == "sts:decodeauthorizationmessage":
        return attrs.evolve(allow, steps=(_ONLY_DECODES, *allow.steps))
    if cut_step is None:
        return allow
    return attrs.evolve(allow, title=wording.put_check_first("Get the whole message", allow.title))


# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
_DATA_EVENTS = lazy_pattern(
    r"s3:(?:Get|Put|Delete)Object\w*|lambda:InvokeFunction|sns:Publish|sqs:(?:Send|Receive|Delete)Message|kinesis:(?:Put|Get)Records?"
    r"|dynamodb:(?:Batch)?(?:Get|Put|Update|Delete|Write)Item|dynamodb:(?:Query|Scan)|logs:PutLogEvents|cloudwatch:PutMetricData"
)


def _locate_policy_remedy(denial: Denial, *, is_first: bool) -> Remedy:
    from iamtriage.explaining._rules.shared.grants.unnamed_calls import cloudtrail_command

    simulation, later = simulation_commands(denial), "" if is_first else ", if the call is still denied"
    has_record = _DATA_EVENTS.fullmatch(denial.action or "") is None
    lines = (*simulation, cloudtrail_command(denial)) if has_record else simulation
    if not lines:
        from iamtriage.explaining._rules.denials.resource_commands import policy_commands, policy_of

        lines = policy_commands(denial, policy_of(denial).show_command)
    about_simulator = "The simulator evaluates the caller's identity-based policies and permissions boundary, but no session policies."
    return account_remedy(
        f"{wording.FIND_POLICY} {'limits' if denial.deny == 'implicit' else 'denies'} it{later}",
        about_simulator if simulation else None,
        "The CloudTrail record of the call can contain more than the message."
        if has_record
        else "CloudTrail has a record of the call only if a trail logs data events.",
        commands=lines,
        url=pages.ACCESS_DENIED,
    )


def simulation_commands(denial: Denial) -> tuple[str, ...]:
    """Return the command for the IAM policy simulator, if caller and action are known."""
    grant = required_grant(denial)
    has_policies = not isinstance(denial.principal, Root) and not denial_remedies.is_user_of_service(denial)
    if grant is None or not grant.known or not has_policies:
        return ()
    role, arn = denial.role, None
    if role is not None and not role.lacks_its_path:
        arn = str(role)
    elif isinstance(denial.principal, User):
        arn = str(denial.principal)
    arn = commands.arn(None if denial.has_masked_account else arn, "PRINCIPAL_ARN")
    words = ["--policy-source-arn", arn, "--action-names", grant.action]
    if grant.resources != ("*",):
        # A note says that a name can lack its path.
        is_whole = len(grant.resources) == 1 and not (grant.notes or grant.has_placeholders)
        target = grant.resources[0] if is_whole and denial.resource_arn is None else denial.resource
        words += ("--resource-arns", commands.arn(target, "RESOURCE_ARN"))
    return (commands.command("aws", "iam", "simulate-principal-policy", *words),)


def _cross_account_remedy(denial: Denial) -> Remedy | None:
    """Return the remedy for the resource's owner, if it is in another account."""
    if not denial.crosses_accounts:
        return None
    from iamtriage.explaining._rules.denials.policy_types.resource_policies import resource_remedy
    from iamtriage.explaining._rules.shared.requirements.resource_policies import RESOURCE_POLICIES

    if denial.service in RESOURCE_POLICIES:
        return resource_remedy(denial)
    return owner_remedy(
        f"Or assume a role of account {denial.resource_account}",
        "The owner creates a role with the permission, whose trust policy allows the caller. The caller assumes it.",
        f"If resources of {denial.service} have resource-based policies or are shared with AWS RAM, their owner can allow the caller that way.",
        url=pages.OTHER_ACCOUNTS,
    )
