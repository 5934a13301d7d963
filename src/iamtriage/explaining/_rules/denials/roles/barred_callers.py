"""Explain callers that cannot assume a role, whatever policies allow: the root user, and a session of the role itself."""

from __future__ import annotations

import json
import re
from typing import NamedTuple, cast

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._explanations.remedies import Labelled, Remedy
from iamtriage.explaining._rules.denials.roles import role_calls
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.kubernetes.clusters import find_cluster
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.explaining._rules.shared.wording import capitalize_start

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


_ROLE_NAME = lazy_pattern(r"(?<![\w:./-])role/([\w+=,.@-]{1,64}\w)", re.ASCII)
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
    if "get-token" in text:
        # The kubeconfig can have the profile for the exec plugin.
        role_option = commands.command("--role-arn", role)
        use = f"{find_cluster(denial.case).kubeconfig_command()} {role_option} --profile PROFILE"
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
                Labelled("Check that this does not print root:", _WHO),
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
        f"{capitalize_start(denial.caller or 'the federated user')}, a session of GetFederationToken, cannot assume any role.",
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
    target, role = denial.target_role, denial.role
    if role is None or target is None or denial.lowercase_action != "sts:assumerole":
        return False
    return (role.account, role.name) == (target.account, target.name)


# The errors of Terraform's AWS provider and S3 backend.
_PROVIDER_BLOCK = lazy_pattern(
    r"\bwith provider\[\"registry\.(?:terraform\.io|opentofu\.org)/hashicorp/aws\"\](?:[^\w]{1,40}on (?P<file>[\w./-]{1,100}\.tf) line (?P<line>\d{1,6}))?"
)
_BACKEND_BLOCK = lazy_pattern(
    r"\bInitializing the backend\b|\bError configuring S3 Backend\b|\bin backend \"s3\""
)
# https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#eks
_AUTH_CONFIG = lazy_pattern(r"\"awsAuthConfig\"\s?:\s?(\{[^{}]{1,600}\})")
_NAMESPACE = lazy_pattern(r"\n {1,8}namespace: [\"']?([a-z0-9-]{1,63})\b")


class OwnRole(NamedTuple):
    """The setting of an object of Kubernetes that makes a controller assume its own role, and how to edit the object."""

    setting: str
    holder: str
    command: str

    @property
    def reason(self) -> str:
        """Where the credentials of the caller are from."""
        return f"The caller is a session of the role: the pod got it by its service account, and {self.setting} asks STS for the same role once more. Its trust policy does not allow the role itself."

    @property
    def verdict(self) -> str:
        """Why the role is assumed again, as the end of a sentence."""
        return f"it has this role already, and {self.setting} of {self.holder} makes it assume the role again"


def find_own_role(denial: Denial) -> OwnRole | None:
    """Return the setting in the text that names the role that the caller has already."""
    text, role = denial.failure.text, denial.role
    if role is None or "kind: " not in text or not assumes_itself(denial):
        return None
    controller = find_controller(text)
    setting, _, kinds = ("" if controller is None else controller.role_setting).partition(" of the ")
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
    controller = find_controller(f"{denial.failure.text} {denial.facts.service_account or ''}")
    text = denial.failure.text
    remove = "Remove the call of AssumeRole, or its setting: role_arn in the profile or backend, assume_role in the Terraform provider, role-to-assume in a second step of the workflow."
    if (found := _PROVIDER_BLOCK.search(text)) is not None:
        place = f" ({found['file']} line {found['line']})" if found["file"] else ""
        remove = f"Remove assume_role from the provider block of Terraform{place}. Keep what gives the run the role, such as role-to-assume of the workflow. If people need assume_role, make it conditional, such as by a dynamic block."
    elif _BACKEND_BLOCK.search(text) is not None:
        remove = "Remove assume_role or role_arn from the backend block of Terraform, and run terraform init -reconfigure."
    if controller is not None and controller.role_setting:
        remove = f"Remove {controller.role_setting}: {controller.name} already has the role in its pod."
        remove += _corrected_configuration(text)
    return your_remedy(
        f"Use the credentials that {denial.caller} has, without assuming it again",
        remove,
        f"The trust policy needs no change for that. Or use another role there, or let the role trust itself: name it as Principal in its trust policy. {role_calls.tag_session_step(denial)}".rstrip(),
        url=pages.ASSUME_ROLE,
    )


def as_other_way(denial: Denial, remedy: Remedy | None) -> Remedy | None:
    """Return the remedy for a trust policy, which is only another way for a role that assumes itself."""
    if remedy is None or not assumes_itself(denial):
        return remedy
    return attrs.evolve(remedy, title="Or let the role trust itself")


def _corrected_configuration(text: str) -> str:
    """Return the configuration of the text without the role, as a sentence after a space, or an empty string."""
    found = _AUTH_CONFIG.search(text)
    try:
        config: object = json.loads(found[1]) if found else None
    except ValueError:
        config = None
    if not isinstance(config, dict) or "roleARN" not in config:
        return ""
    kept = {key: value for key, value in cast("dict[str, object]", config).items() if key != "roleARN"}
    return f' Keep the rest: "awsAuthConfig": {json.dumps(kept)}.'
