"""Explain callers for whom no Allow helps: the root user, a session of the role itself, and callers that the role trusts.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_permissions-to-switch.html.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import upper_first
from iamtriage._typing import NamedTuple
from iamtriage.arns._principals import User
from iamtriage.explaining._context.readers.documents import decode_members
from iamtriage.explaining._context.readers.kubernetes.controllers import Controller, find_controller
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials import resource_commands
from iamtriage.explaining._rules.denials.roles import role_calls
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import find_own_allow
from iamtriage.explaining._rules.shared import commands, pages, wording
from iamtriage.explaining._rules.shared.common_causes import EXPLICIT_DENY
from iamtriage.explaining._rules.shared.grants import denial_remedies
from iamtriage.explaining._rules.shared.kubernetes.clusters import find_cluster, find_iam_arns
from iamtriage.explaining._rules.shared.principals.principal_words import is_of_other_account, is_same_role
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.explaining._rules.sts.trust.trust_findings import TrustFindings

ROOT_ASSUMES_ROLE = CauseType(
    "root-assumes-role",
    title="The root user cannot assume roles",
    meaning="The call was made with the credentials of the root user.",
    recognised_by='AWS says "Roles may not be assumed by root accounts".',
    fix="Use an IAM user or a role to assume the role.",
    sources=(pages.ASSUME_ROLE,),
)
_ROOT_IN_TRUST = lazy_pattern(
    r"\btrust(?:ed)?\b[^\n]{0,120}\b(?P<arn>arn:aws[a-z-]{0,12}:iam::[0-9]{12}:root)\b|\"AWS\"\s?:\s?\"(?P<principal>arn:aws[a-z-]{0,12}:iam::[0-9]{12}:root)\""
)


_ROLE_NAME = lazy_pattern(r"(?a)(?<![\w:./-])role/([\w+=,.@-]{1,64}\w)")
_SAME_ACCOUNT = lazy_pattern(r"(?i:\b(?:same|this|my|our|own) (?:aws )?acc(?:oun)?t\b)")
_WHO = "aws sts get-caller-identity --profile PROFILE --query Arn --output text"


def explain_root_assumes(denial: Denial) -> Explanation:
    """Explain that an account's root user cannot assume roles."""
    text, stated = denial.failure.text, denial.context.role_arn
    role = commands.arn(denial.resource or (stated and stated.value), "ROLE_ARN")
    trusts, in_trust = "that the role trusts", _ROOT_IN_TRUST.search(text)
    named = {each[1] for each in _ROLE_NAME.finditer(text)}
    if role == "ROLE_ARN" and in_trust is not None and len(named) == 1 and _SAME_ACCOUNT.search(text):
        owner = in_trust["arn"] or in_trust["principal"]
        role = f"{owner.removesuffix('root')}role/{named.pop()}"
    needed = json.dumps({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role})
    name = "the role" if role == "ROLE_ARN" else f"the role {role.rpartition('/')[2]}"
    if role.endswith("/OrganizationAccountAccessRole"):
        trusts = "of the organization's management account, which the role trusts"
    why = f"Neither an identity-based policy nor the trust policy of {name} can allow it."
    if in_trust is not None:
        trusts = "of the account, which the role trusts"
        why += f" In the trust policy, {in_trust['arn'] or in_trust['principal']} stands for the account: its users and roles can assume the role if their own policies allow it. The root user cannot."
    stored, use = "aws configure list prints", None
    if 'provider "aws"' in text:
        stored = 'aws configure list or provider "aws" has'
    if "source_profile" in text:
        trusts += ", and set it as source_profile of the profile with role_arn"
    if "get-token" in text or "executable aws failed" in text:
        # The kubeconfig can have the profile for the exec plugin.
        role_option = commands.command("--role-arn", role)
        use = f"{find_cluster(denial.case).kubeconfig_command()} {role_option} --profile PROFILE"
    again = commands.repeat_command(
        denial.context.command, "sts", "assume-role", changes={"profile": "PROFILE"}
    )
    return denial.explain(
        f"The caller is the root user of an account, which cannot assume any role: use another identity to assume {name}.",
        ROOT_ASSUMES_ROLE.cause("reported", text=why),
        remedies=account_remedy(
            "Use IAM Identity Center or an IAM role for the call",
            f"Use an identity {trusts}. It needs the statement {needed}. The commands create a profile for it (for an IAM user, with aws configure instead).",
            f"Then sign in as the root user, and delete its access keys under Security credentials and where {stored} them.",
            commands=(
                "aws configure sso --profile PROFILE",
                use,
                Labelled.required("Check that this does not print root:", _WHO),
                None if again is None or use else Labelled("Then repeat the call:", again),
            ),
            url=pages.BEST_PRACTICES,
        ),
    )


_FEDERATION_PAGE = "https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html"
FEDERATED_USER_ASSUMES = CauseType(
    "federated-user-assumes-role",
    title="A federated user session cannot assume roles",
    text="A session of GetFederationToken can call no operation of STS but GetCallerIdentity, whatever policies allow.",
    recognised_by="The denied action is sts:AssumeRole, and the caller is a federated user.",
    fix="Assume the role with the access key of the IAM user, or with a session of GetSessionToken.",
    sources=(_FEDERATION_PAGE,),
)


def explain_federated_user(denial: Denial) -> Explanation:
    """Explain that a session of GetFederationToken cannot assume roles."""
    return denial.explain(
        f"{wording.capitalize_start(denial.caller or 'the federated user')}, a session of GetFederationToken, cannot assume any role.",
        FEDERATED_USER_ASSUMES.cause("derived"),
        topic="assume-role",
        remedies=your_remedy(
            "Assume the role with the IAM user that created the session",
            "Call AssumeRole with the user's own access key, or with a session of GetSessionToken, which can assume roles. The trust policy or a policy of the user must allow it.",
            "The command must not print federated-user. Environment variables take precedence over profiles: unset those of the session.",
            commands=commands.SHOW_CALLER,
            url=_FEDERATION_PAGE,
        ),
        notes="An Allow does not help: neither for the federated user nor in the trust policy of the role.",
    )


ASSUMES_ITSELF = CauseType(
    "role-assumes-itself",
    title="The role assumes itself",
    text="The caller is a session of the role that it assumes, so no other account is involved. The trust policy must allow even that explicitly: an Allow in the role's own policies is not enough.",
    recognised_by="The caller and the resource of a denied sts:AssumeRole are the same role.",
    fix="Use the credentials of the session: do not assume the role again.",
    sources=(
        "https://aws.amazon.com/blogs/security/announcing-an-update-to-iam-role-trust-policy-behavior/",
        pages.ASSUME_ROLE,
    ),
)


def assumes_itself(denial: Denial) -> bool:
    """Return whether the caller is a session of the role that it assumes."""
    return denial.lowercase_action == "sts:assumerole" and is_same_role(denial.role, denial.target_role)


# The errors of Terraform's AWS provider and S3 backend.
_PROVIDER_BLOCK = lazy_pattern(
    r"\bwith provider\[\"registry\.(?:terraform\.io|opentofu\.org)/hashicorp/aws\"\](?:[^\w]{1,40}on (?P<file>[\w./-]{1,100}\.tf) line (?P<line>\d{1,6}))?"
)
_BACKEND_BLOCK = lazy_pattern(
    r"\bInitializing the backend\b|\bError configuring S3 Backend\b|\bin backend \"s3\""
)
# https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#eks
_AUTH_CONFIG = lazy_pattern(r"\"awsAuthConfig\"\s?:\s?\{([^{}]{1,600})\}")
_NAMESPACE = lazy_pattern(r"\n {1,8}namespace: [\"']?([a-z0-9-]{1,63})\b")


class OwnRole(NamedTuple):
    """The setting of an object of Kubernetes that makes a controller assume its own role, and how to edit the object."""

    setting: str
    holder: str
    command: str

    @property
    def verdict(self) -> str:
        """Why the role is assumed again, as the end of a sentence."""
        return f"it has this role already, and {self.setting} of {self.holder} makes it assume the role again"


def _find_controller(denial: Denial) -> Controller | None:
    """Return the controller with a setting that makes it assume the role that it has."""
    found = find_controller(f"{denial.failure.text} {denial.facts.service_account or ''}")
    return found if found and found.role_setting and assumes_itself(denial) else None


def describe_own_setting(denial: Denial) -> str | None:
    """Return where the credentials of the caller are from, and what asks for the role again, if that is known."""
    if (controller := _find_controller(denial)) is None:
        return None
    setting = controller.role_setting.partition(" of the ")[0]
    return f"The caller is a session of the role: the pod got it by its service account, and {setting} asks STS for the same role once more. Its trust policy does not allow the role itself."


def find_own_role(denial: Denial) -> OwnRole | None:
    """Return the setting in the text that names the role that the caller has already."""
    text, role = denial.failure.text, denial.role
    controller = _find_controller(denial)
    if role is None or controller is None or "kind: " not in text:
        return None
    setting, _, kinds = controller.role_setting.partition(" of the ")
    found = re.search(
        rf"\bkind: (?P<kind>{kinds.replace(' or ', '|')})\n(?:[ \w.:/-]{{0,200}}\n){{0,20}}? *(?:metadata: ?\{{[^{{}}\n]{{0,100}}?\b)?name: [\"']?(?P<name>[a-z0-9.-]{{1,253}})[\"']?(?: ?[,}}][^\n]{{0,100}})?\n"
        rf"(?:(?!---)[^\n]{{0,400}}\n){{0,80}}?[^\n]{{0,200}}?\b\w{{0,40}}[rR]ole\w{{0,40}}: [\"']?arn:[\w:-]{{1,60}}:role/\S{{0,200}}\b{re.escape(role.name)}\b",
        text,
    )
    if found is None or not kinds:
        return None
    command = commands.fill_command(f"kubectl edit {found['kind'].lower()} {{}}", found["name"])
    if not found["kind"].startswith("Cluster"):
        space = _NAMESPACE.search(found[0])
        command += f" --namespace {commands.namespace(space[1]) if space else 'NAMESPACE'}"
    return OwnRole(setting, f"the {found['kind']} {found['name']}", command)


def own_credentials_remedy(denial: Denial, own: OwnRole | None) -> Remedy:
    """Return the remedy for a caller that assumes the role that it has, in the settings of what calls."""
    if own is not None:
        return your_remedy(
            f"Remove the role from {own.holder}",
            f"Remove {own.setting}; the rest stays. The trust policy needs no change.",
            "The setting is only for another role, such as one of the account with the resources. That role must then trust this one.",
            commands=own.command,
            url=pages.ASSUME_ROLE,
        )
    text = denial.failure.text
    then = f"The trust policy needs no change for that. Or use another role there. {role_calls.tag_session_step(denial)}".rstrip()
    remove = "Remove the call of AssumeRole, or its setting: role_arn in the profile, backend or Airflow connection, assume_role in the Terraform provider, role-to-assume in a second step of the workflow."
    if (found := _PROVIDER_BLOCK.search(text)) is not None:
        place = f" ({found['file']} line {found['line']})" if found["file"] else ""
        remove = f"Remove assume_role from the provider block of Terraform{place}. Keep what gives the run the role, such as role-to-assume of the workflow. If people need assume_role, make it conditional, such as by a dynamic block."
    elif _BACKEND_BLOCK.search(text) is not None:
        remove = "Remove assume_role or role_arn from the backend block of Terraform, and run terraform init -reconfigure."
    if (controller := _find_controller(denial)) is not None:
        remove = f"Remove {controller.role_setting}: {controller.name} already has the role in its pod."
        remove += _corrected_configuration(text)
        then = "The trust policy needs no change, and no permission is missing for this error. The setting is only for another role, such as one of the account with the resources."
    return your_remedy(
        f"Use the credentials that {denial.caller} has, without assuming it again",
        remove,
        then,
        url=pages.ASSUME_ROLE,
    )


def as_other_way(denial: Denial, remedy: Remedy | None) -> Remedy | None:
    """Return the remedy for a trust policy, which is another way for a role that assumes itself, if no setting is known that asks for it."""
    if remedy is None or not assumes_itself(denial):
        return remedy
    placed = (each.search(denial.failure.text) for each in (_PROVIDER_BLOCK, _BACKEND_BLOCK))
    if _find_controller(denial) or any(placed):
        return None
    return attrs.evolve(remedy, title="Or let the role trust itself")


def _corrected_configuration(text: str) -> str:
    """Return the configuration of the text without the role, as a sentence after a space, or an empty string."""
    found = _AUTH_CONFIG.search(text)
    config = decode_members(found[1]) if found else {}
    if config.pop("roleARN", None) is None:
        return ""
    return f' Keep the rest: "awsAuthConfig": {json.dumps(config)}.'


# "The trust policy has my user", "I added … to the trust policy".
_TRUSTS = lazy_pattern(
    r"\b[Tt]rust (?:policy|relationship)\b[^\n]{0,60}?\b(?:has|names|lists|allows|contains|includes|trusts)\b[^\n.]{0,60}?(?:\bmy\b|:iam::)"
    r"|\b(?:added|put)\b(?=[^\n]{0,240}?\b(?:to|in|into) the trust (?:policy|relationship)\b)(?:(?!\bthe trust\b)[^\n]){0,120}?(?:\bmy\b|:iam::)"
)


# "The trust policy of the role web …"
_OF_ROLE = lazy_pattern(
    r"(?a)\b[Tt]rust (?:policy|relationship) of (?:the |our |my )?role [`\"']?(?!(?:in|that|which|there|already|now|has|names|lists|allows|contains|includes|trusts)\b)(?P<name>[\w+=,.@-]{1,64})"
)


def says_trusted(denial: Denial) -> bool:
    """Return whether somebody says that the trust policy allows the caller, but that the caller's policies must, too.

    That is so in another account, and if the trust policy names the caller's account as a whole.
    """
    if role_calls.is_recreated(denial):
        return False
    named = _find_trusted(denial)
    return any(denial.crosses_accounts or _names_root(each, denial) for each in named)


def says_named(denial: Denial) -> bool:
    """Return whether somebody says that the trust policy of a role in the caller's account names the caller itself."""
    is_within = denial.account is not None and not denial.crosses_accounts
    return is_within and any(not _names_root(each, denial) for each in _find_trusted(denial))


def _find_trusted(denial: Denial) -> Iterator[list[str]]:
    """Yield the principals that words about a trust policy name, if they are the caller or its account."""
    told = denial.failure.text
    for said in find_said(told, _TRUSTS) if "rust policy" in told or "rust relationship" in told else ():
        text, end = said.string, said.string.find("\n", said.end())
        of_role = _OF_ROLE.match(text, said.start())
        if of_role is not None and of_role["name"] != denial.target_role_name:
            continue
        named = find_iam_arns(text[said.start() : len(text) if end == -1 else end])
        others = [each for each in named if each != denial.resource]
        name: str = getattr(denial.role or denial.principal, "name", "")
        own = (f"/{name}", f":{denial.account}:root")
        if not others or any(f":{denial.account}:" in each and each.endswith(own) for each in others):
            yield others


def _names_root(named: list[str], denial: Denial) -> bool:
    return any(each.endswith(f":{denial.account}:root") for each in named)


# "I have sts:AssumeRole on that ARN in our task role"
_HAS_ACTION = lazy_pattern(
    r"\b(?:have|has|had|got|includes?|contains?|allows?|grants?|with|gave|attached|added)\b[^\n.;:]{0,40}\bsts:AssumeRole\b(?![^\n.;]{0,60}\b[Tt]rust)"
)


def says_allowed(denial: Denial) -> bool:
    """Return whether the text says or shows that a policy of the caller allows it to assume the role."""
    is_said = next(find_said(denial.failure.text, _HAS_ACTION), None) is not None
    return is_said or bool(find_own_allow(denial))


def either_side_step(denial: Denial, statement: dict[str, Any]) -> str:
    """Return which policy lacks the Allow, by the trust policy that the first command prints."""
    shown = json.dumps(statement)
    is_of_helper = denial.target_role_name is None and "could not get token" in denial.failure.text
    where = " The role is that of the kubeconfig (-r or --role-arn in kubectl config view --minify) or of its profile."
    if is_of_other_account(denial.resource, denial.account):
        return f"The roles are in different accounts. Where the role to assume is, its trust policy must have the statement {shown}; this policy is for account {denial.account}."
    return f"The first command prints the role's trust policy. If it allows the account as a whole, attach this policy. Otherwise, add the statement {shown} to the trust policy instead: within one account, that is enough.{where * is_of_helper}"


def is_named_in_account(denial: Denial, findings: TrustFindings | None) -> bool:
    """Return whether the trust policy of a role in the caller's account names the caller itself, which is enough.

    If AWS names a type of policy, its reason is better than a policy of the text.
    """
    if (denial.policy_type, denial.deny) != (None, None) or denial.account is None or denial.crosses_accounts:
        return False
    if findings is None:
        return says_named(denial) and not role_calls.is_recreated(denial)
    return findings.allowed is True and not findings.needs_identity_allow


def explain_named_caller(
    denial: Denial, findings: TrustFindings | None, not_trusted: CauseType
) -> Explanation:
    """Explain that a trust policy allows the caller alone, so IAM has another one, or another policy denies the call."""
    role, caller, name = denial.target_role_text, denial.caller, denial.target_role_name
    is_supplied = findings is not None and findings.cause.evidence == "supplied"
    shown = "the supplied trust policy" if is_supplied else "the trust policy in the text"
    is_user = isinstance(denial.principal, User)
    kind, owner = ("user", denial.principal) if is_user else ("role", denial.role)
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    limits = " or" if is_user else ", its permissions boundary or session policy, or"
    is_printed = name is not None and re.search(
        rf"\baws iam get-role [^\n]*{re.escape(name)}\b", denial.failure.text
    )
    text = f"A Deny in a policy of {caller}{limits} a service control policy blocks the call."
    other = not_trusted.cause(
        text=f"IAM has another trust policy for {role}: the change was not saved, or {shown} is of another role or account."
    )
    look = f"look for a Deny of sts:AssumeRole in the policies of {caller} and of the organization"
    boundary = commands.show_boundary_command(kind, getattr(owner, "name", f"{kind.upper()}_NAME"))
    show = "aws iam get-role --role-name {} --query 'Role.[Arn,AssumeRolePolicyDocument]'"
    remedy = account_remedy(
        "Compare the trust policy in IAM with the one that names the caller, then look for a Deny",
        f"The first command prints the trust policy in IAM. If it does not name {caller}, save the one that does.",
        f"If it does, {look}. The second command prints the permissions boundary.",
        commands=(commands.fill_command(show, name or "ROLE_NAME"), boundary),
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_permissions-to-switch.html",
    )
    if is_printed:
        remedy = account_remedy(
            "Look for the policy that blocks the call",
            f"{upper_first(look)}. The command prints the permissions boundary.",
            commands=boundary,
            url=pages.EVALUATION,
        )
    cause = "another policy blocks the call"
    if not is_printed:
        cause = f"IAM has another trust policy for the role, or {cause}"
    return denial.explain(
        wording.denial_summary(
            denial, f"{shown} names {caller}, which is enough within one account. So most likely, {cause}"
        ),
        None if findings is None else findings.cause,
        None if is_printed else other,
        EXPLICIT_DENY.cause(text=text),
        topic="assume-role",
        remedies=(remedy, denial_remedies.authorization_details_remedy(denial)),
        notes=f"No identity-based policy of {caller} has to allow sts:AssumeRole, and an Allow does not help against a Deny.",
    )


def account_note(denial: Denial, findings: TrustFindings | None) -> str | None:
    """Return a note on which policies have to allow a role, unless the known trust policy says it."""
    if denial.crosses_accounts:
        if role_calls.is_recreated(denial) if findings is None else findings.result is not None:
            return None
        return f"The caller is in account {denial.account}, the role in {denial.resource_account}. The trust policy can also allow the caller's account as a whole."
    if resource_commands.calls_other_account(denial):
        return f"The caller is in another account than the role: a policy of {denial.caller} must allow {denial.action} on the role, too."
    return f"Within one account, a trust policy that names the caller itself is enough. If it names the account, a policy of {denial.caller} must allow {denial.action} on the role, too."
