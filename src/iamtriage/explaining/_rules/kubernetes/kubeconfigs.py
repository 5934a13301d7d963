"""Read a kubeconfig or a provider of Terraform, and explain that its token is for another cluster or principal.

A token of EKS is signed for one cluster: https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.names import find_kubeconfig_profile
from iamtriage.explaining._context.readers.unique_values import unique_value
from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._rules.kubernetes.cluster_access import find_needed_access
from iamtriage.explaining._rules.kubernetes.other_logins import OTHER_CLUSTER, OTHER_PRINCIPAL
from iamtriage.explaining._rules.kubernetes.stated_entries import is_listed
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.clusters import find_cluster
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.principal_mappings import build_cluster_principal
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal, underlying_role
from iamtriage.explaining._rules.shared.remedies import present, your_remedy
from iamtriage.explaining._rules.shared.wording import capitalize_start

if TYPE_CHECKING:
    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.clusters import AnyCase

_MAX_TEXT = 64_000
_CHARS_OF_USER = 2_000
_NAME = r"[\"']?(?P<{}>[\w.:@/-]{{1,200}})[\"']?"
_CONTEXT = lazy_pattern(
    rf"^ {{0,8}}- context:\s{{1,40}}cluster: {_NAME.format('cluster')}\s{{1,40}}(?:namespace: \S{{1,80}}\s{{1,40}})?user: {_NAME.format('user')}\s{{1,40}}name: {_NAME.format('name')}",
    re.MULTILINE,
)
_CURRENT = lazy_pattern(rf"^current-context: {_NAME.format('name')}", re.MULTILINE)
_USER = lazy_pattern(rf"^ {{0,8}}- name: {_NAME.format('name')}\s{{1,40}}user:", re.MULTILINE)
_CLUSTER_ARN = lazy_pattern(
    r"arn:aws[\w-]{0,12}:eks:(?P<region>[a-z0-9-]{5,30}):[0-9]{12}:cluster/(?P<name>[0-9A-Za-z][\w-]{0,99})"
)
_EKSCTL = lazy_pattern(r"(?P<name>[0-9A-Za-z][\w-]{0,99})\.(?P<region>[a-z0-9-]{5,30})\.eksctl\.io")
# An argument is an item of a list, on its own line or in brackets.
_NEXT = r"[\"']?\s{0,40}(?:,\s{0,4}|\n\s{0,40}- )[\"']?"
_OF_TOKEN = lazy_pattern(rf"(?:--cluster-name|--cluster-id|(?<![\w-])-i){_NEXT}(?P<name>[\w-]{{1,100}})")
_REGION_OF_TOKEN = lazy_pattern(rf"--region{_NEXT}(?P<region>[\w-]{{1,100}})")
_PROFILE_OF_TOKEN = lazy_pattern(rf"--profile{_NEXT}([\w.@+-]{{1,64}})", re.ASCII)
_ROLE_OF_TOKEN = lazy_pattern(
    rf"(?:--role-arn|--role|(?<![\w-])-r){_NEXT}(arn:aws[a-z-]{{0,12}}:iam::[0-9]{{12}}:role/[\w+=,.@/-]{{1,512}})",
    re.ASCII,
)

# The data sources of Terraform's provider: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/eks_cluster_auth
_DATA = lazy_pattern(
    r"\bdata \"(?P<type>aws_eks_cluster(?:_auth)?)\" \"(?P<label>[\w-]{1,64})\" \{\s{1,20}name\s{1,20}= \"(?P<name>[\w-]{1,100})\""
)
_HOST_OF_DATA = lazy_pattern(r"\bhost\s{1,20}= data\.aws_eks_cluster\.(?P<label>[\w-]{1,64})\.endpoint\b")
_TOKEN_OF_DATA = lazy_pattern(r"\bdata\.aws_eks_cluster_auth\.(?P<label>[\w-]{1,64})\.token\b")
# The role of Terraform's AWS provider, which the plugin of another provider does not assume:
# https://registry.terraform.io/providers/hashicorp/kubernetes/latest/docs#exec-plugins
_ASSUMED_ROLE = lazy_pattern(
    r"\bassume_role\s{0,4}\{[^}]{0,800}?\brole_arn\s{0,20}=\s{0,4}\"(?P<role>arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512})\"",
    re.ASCII,
)
_TOKEN_ARGUMENTS = lazy_pattern(r"\bargs\s{0,20}=\s{0,4}\[(?P<args>[^\]]{0,400}\"get-token\"[^\]]{0,800})\]")
_NO_POLICY = "Neither RBAC roles nor IAM policies help: the API server could not authenticate the caller."
_ONE_CLUSTER = "a token is valid for one cluster only, so the API server rejects it."


class OtherToken(NamedTuple):
    """A kubeconfig whose token is for another cluster than it calls.

    Attributes:
        context: The name of the context.
        user: The name of the user, whose plugin gets the token.
        called: The cluster that is called.
        region: Its Region.
        signed: The cluster of the token.
        signed_region: The Region of the token, if the plugin states it.
    """

    context: str
    user: str
    called: str
    region: str
    signed: str
    signed_region: str | None


def find_other_token(text: str) -> OtherToken | None:
    """Return the current context of a kubeconfig, if its token is for another cluster than it calls."""
    if "- context:" not in text or "exec:" not in text:
        return None
    text = text[:_MAX_TEXT]
    contexts = {each["name"]: each for each in _CONTEXT.finditer(text)}
    current = _CURRENT.search(text)
    context = contexts.get(current["name"]) if current else None
    if context is None and len(contexts) == 1:
        context = next(iter(contexts.values()))
    called = None
    if context is not None:
        called = _CLUSTER_ARN.fullmatch(context["cluster"]) or _EKSCTL.fullmatch(context["cluster"])
    if context is None or called is None:
        return None
    users = [*_USER.finditer(text)]
    user = next((each for each in users if each["name"] == context["user"]), None)
    if user is None:
        return None
    following = (each.start() for each in users if each.start() > user.end())
    end = min(next(following, len(text)), user.end() + _CHARS_OF_USER)
    signed = _OF_TOKEN.search(text, user.end(), end)
    if signed is None:
        return None
    region = _REGION_OF_TOKEN.search(text, user.end(), end)
    signed_region = None if region is None else region["region"]
    if signed["name"] == called["name"] and signed_region in {None, called["region"]}:
        return None
    return OtherToken(
        context["name"], user["name"], called["name"], called["region"], signed["name"], signed_region
    )


class OtherData(NamedTuple):
    """A provider of Terraform whose host and token are of two clusters.

    Attributes:
        called: The cluster of the host.
        signed: The cluster of the token.
        setting: What sets the cluster of the token.
    """

    called: str
    signed: str
    setting: str


def find_other_data(text: str) -> OtherData | None:
    """Return the clusters of the host and of the token in a provider of Terraform, if they differ."""
    if "aws_eks_cluster" not in text:
        return None
    text = text[:_MAX_TEXT]
    names = {(each["type"], each["label"]): each["name"] for each in _DATA.finditer(text)}
    hosts = {each["label"] for each in _HOST_OF_DATA.finditer(text)}
    host = names.get(("aws_eks_cluster", hosts.pop())) if len(hosts) == 1 else None
    tokens = {each["label"]: each[0] for each in _TOKEN_OF_DATA.finditer(text)}
    signed: dict[str | None, str] = {
        names.get(("aws_eks_cluster_auth", label)): words for label, words in tokens.items()
    }
    signed |= {each["name"]: "--cluster-name" for each in _OF_TOKEN.finditer(text)}
    if host is None or len(signed) != 1:
        return None
    ((name, setting),) = signed.items()
    return None if name is None or name == host else OtherData(host, name, setting)


def explain_other_data(case: AnyCase, found: OtherData) -> Explanation:
    """Explain that a provider of Terraform gets its token for another cluster than it calls."""
    called, signed = clip_text(found.called), clip_text(found.signed)
    name, place = "name", found.setting.removesuffix(".token")
    if found.setting.startswith("--"):
        name, place = "--cluster-name", "the args of the exec block"
    return _explain(
        case,
        f"Terraform calls the cluster {called} with a token for the cluster {signed}: {_ONE_CLUSTER}",
        OTHER_CLUSTER.cause(
            "derived",
            (f"The provider's host is that of the cluster {called}.",),
            text=f"The provider gets its token with {found.setting}, for {signed}.",
        ),
        f"Get the token for {called} in the provider",
        f"Set {name} to {called} in {place}, and run Terraform again.",
    )


def explain_other_token(case: AnyCase, found: OtherToken) -> Explanation:
    """Explain that a kubeconfig gets its token for another cluster than it calls."""
    is_region = found.signed == found.called
    other = f"a cluster in {found.signed_region}" if is_region else f"the cluster {found.signed}"
    option = "--region" if is_region else "--cluster-name"
    wrong, right = (found.signed_region or "", found.region) if is_region else (found.signed, found.called)
    update = "aws eks update-kubeconfig --name {} --region {}"
    arguments = [commands.cluster(found.called), commands.region(found.region)]
    if not found.context.startswith("arn:") and commands.cluster(found.context) == found.context:
        update += " --alias {}"
        arguments.append(found.context)
    return _explain(
        case,
        f"The kubeconfig calls the cluster {found.called} with a token for {other}: {_ONE_CLUSTER}",
        OTHER_CLUSTER.cause(
            "derived",
            (
                f"The context {clip_text(found.context)} calls {found.called} in {found.region}.",
                f"Its user {clip_text(found.user)} gets the token with {option} {wrong}.",
            ),
            text=f"The user of the context gets its token with {option} {wrong}, not {right}.",
        ),
        f"Get the token for {found.region if is_region else found.called}",
        f"The command updates the context. Or change {option} to {right} in the args of the user {clip_text(found.user)}.",
        commands=(fill_command(update, *arguments), "kubectl auth whoami"),
    )


def _explain(
    case: AnyCase, summary: str, cause: Cause, title: str, step: str, *, commands: tuple[str, ...] = ()
) -> Explanation:
    """Explain that the API server could not authenticate the caller by its token."""
    cluster = find_cluster(case)
    principal = build_cluster_principal(case.stated_principal, case.caller or "the caller")
    return case.explain(
        summary,
        cause,
        topic="kubernetes-login",
        remedies=(
            your_remedy(
                title,
                step,
                "If the API server still rejects the caller, the caller has no access: the next remedy shows who has.",
                commands=commands,
                url=pages.EKS_KUBECONFIG,
            ),
            principal.inspect_access_remedy(cluster),
        ),
        notes=(
            "Neither RBAC roles nor IAM policies help: the API server could not authenticate the caller.",
        ),
    )


def find_provider_role(case: AnyCase) -> str | None:
    """Return the role of Terraform's AWS provider, if the plugin of another provider does not assume it."""
    text = case.failure.text[:_MAX_TEXT]
    if "assume_role" not in text or "get-token" not in text:
        return None
    roles = {each["role"] for each in _ASSUMED_ROLE.finditer(text)}
    plugins = [each["args"] for each in _TOKEN_ARGUMENTS.finditer(text)]
    if len(roles) != 1 or not plugins or any("--role-arn" in each or "--profile" in each for each in plugins):
        return None
    role = roles.pop()
    name = getattr(underlying_role(case.principal) or case.principal, "name", None)
    return None if name == role.rpartition("/")[2] else role


def explain_provider_role(case: AnyCase, role: str) -> Explanation:
    """Explain that the plugin of a provider does not assume the role of Terraform's AWS provider."""
    cluster, name = find_cluster(case), clip_text(role.rpartition("/")[2])
    caller = build_cluster_principal(case.stated_principal, "the caller of Terraform").description
    check = fill_command("--role-arn {}", commands.arn(role, "ROLE_ARN"))
    return _explain(
        case,
        f"The API server rejected {caller}: aws eks get-token in the exec block does not use the assume_role of the AWS provider, so the token is not that of the role {name}.",
        OTHER_PRINCIPAL.cause(
            "derived",
            ("The args of the exec block have neither --role-arn nor --profile.",),
            text=f"The AWS provider assumes the role {name}. The exec block runs the AWS CLI with the credentials of the shell, as {caller}.",
        ),
        f"Get the token as the role {name} in the exec block",
        f'Add "--role-arn", "{clip_text(role)}" to the args of each exec block. Or use the data source aws_eks_cluster_auth, which the AWS provider reads with its role.',
        commands=(
            f"{cluster.eks_command('get-token')} {check} > /dev/null",
            cluster.eks_command("list-access-entries"),
        ),
    )


def explain_pinned_identity(case: AnyCase) -> Explanation | None:
    """Explain that a kubeconfig sets the profile or role of its token, if the shell uses another principal."""
    text = case.failure.text[:_MAX_TEXT]
    if "get-token" not in text and "aws-iam-authenticator" not in text:
        return None
    runs = (run for run in find_runs(case.failure) if run.command.words[:2] == ("sts", "get-caller-identity"))
    asked = {run.profile for run in runs}
    # A caller of the kubeconfig's profile is not that of the shell.
    is_of_shell = is_derived(case.facts, "caller") and asked == {"default"}
    caller = case.stated_principal if is_of_shell else None
    shell, assumed = clues.find_shell_profile(text), unique_value(_ROLE_OF_TOKEN, text)
    argument = unique_value(_PROFILE_OF_TOKEN, text)
    stated = argument or find_kubeconfig_profile(text)
    profile = None if stated is None else clues.safe_name(stated.value)
    role = None if assumed is None else try_parse_principal(assumed.value)
    if role is not None and caller is not None:
        setting, used = f"--role-arn {role}", f"the role {clip_text(str(role).rpartition('/')[2])}"
        own_role = underlying_role(caller)
        if is_listed(case.failure, role) or (
            own_role is not None and str(role).endswith(f"/{own_role.name}")
        ):
            return None
    elif assumed is not None or profile is None or profile in {shell, *asked} or not (shell or caller):
        return None
    else:
        setting, used = (
            f"--profile {profile}" if argument else f"AWS_PROFILE={profile}",
            f"the profile {profile}",
        )
    cluster, access = find_cluster(case), find_needed_access(case)
    own = build_cluster_principal(caller, "your principal", source=case.text)
    other = build_cluster_principal(role, f"the principal of {used}", source=case.text)
    mine = f"the shell's profile {shell}" if shell else own.description
    has_entry = is_listed(case.failure, caller)
    update, check = cluster.kubeconfig_command(), None
    if shell:
        update = fill_command(f"{update} --profile {{}}", commands.profile(shell))
    if role is None:
        check = fill_command("aws sts get-caller-identity --profile {}", commands.profile(profile))
    effect = (
        f" {capitalize_start(own.description)} has an access entry and needs no new one." if has_entry else ""
    )
    rewrite = your_remedy(
        f"Update the kubeconfig for {mine}",
        f"Or remove {setting.partition(' ')[0]} from the exec block of the kubeconfig's user.",
        "Then kubectl auth whoami prints the user name in the cluster.",
        commands=present(update, check, "kubectl auth whoami"),
        url=pages.EKS_KUBECONFIG,
    )
    title = f"If kubectl is meant to use {used}, create an access entry for it"
    grant = other.create_entry_remedy(
        cluster, policy=access.policy, namespace=access.namespace, title=title, steps=(access.reason,)
    )
    remedies = (rewrite, grant) if has_entry or role is None else (grant, rewrite)
    return case.explain(
        f"kubectl does not use {mine}: the kubeconfig sets {setting} for the token, so the cluster rejected {other.description}.",
        OTHER_PRINCIPAL.cause(
            "derived",
            (f"The exec block of the kubeconfig has {setting}",),
            text=f"The credentials of the shell have no effect on the token.{effect}",
        ),
        topic="kubernetes-login",
        remedies=(*remedies, own.inspect_access_remedy(cluster)),
        notes=(_NO_POLICY,),
    )
