"""Explain sign-ins and helper programs that returned no credentials."""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import upper_first
from iamtriage.arns._principals import IdentityCenterRole, User
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials.logins import kubectl_logins
from iamtriage.explaining._rules.credentials.logins.sign_in_places import explain_sign_in_elsewhere
from iamtriage.explaining._rules.credentials.profiles import other_users
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.common_causes import WRONG_SSO_SESSION
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.credentials.selected_profiles import (
    find_profile,
    find_signed_in_profile,
)
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.explaining._rules.shared.remedies import Commands, account_remedy, present, your_remedy
from iamtriage.explaining._rules.shared.texts.deployment_tools import TERRAFORM
from iamtriage.failures._failures import AccessDenied, ExpiredCredentials, Failure, MissingCredentials

# botocore.utils.SSOTokenLoader
_SSO_TOKEN_OF = lazy_pattern(r"(?a)Token for ([^\s\"']{1,200}) does not exist")
# https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-returncodes.html
_EXIT_CODE = lazy_pattern(r"(?a)aws failed with exit code (25[2-5])\b")
_EXIT_CODES = {
    "252": "its arguments in the kubeconfig are invalid for this version of the AWS CLI",
    "253": "its configuration or credentials are missing or invalid",
    "254": "AWS returned an error, such as a denial or expired credentials",
}
_EXECUTABLE = lazy_pattern(
    r"executable ([\w./-]{1,80}) (?:failed|not found)|exec: (?:fork/exec )?\"?([\w./-]{1,80})\"?: (?:executable file not found|no such file)"
)
_UPDATE_KUBECONFIG = "aws eks update-kubeconfig --name CLUSTER --region REGION"
# As the AWS CLI and aws-iam-authenticator, which are such helpers, report it.
_NO_CREDENTIALS_FOUND = lazy_pattern(
    r"NoCredentialProviders|no valid providers in chain|Unable to locate credentials"
)
OTHER_HOME = CauseType(
    "other-local-user",
    title="The call runs as another user",
    text="Another user signed in, or the sign-in is outside of the container.",
    meaning="The call runs as another user, in a container or with sudo, and reads other files.",
    fix="Run the call as the user who has the files, or set AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE.",
    recognised_by="The text shows sudo, a shell of root, cron, systemd or docker.",
    sign=r"\bdocker (?:run|exec|compose)\b|\bHOME=/root\b",
    commands=("printenv AWS_PROFILE",),
    of="profile-not-found",
)
HELPER_WITHOUT_CREDENTIALS = CauseType(
    "helper-without-credentials",
    title="The kubeconfig's helper found no AWS credentials",
    fix="Sign in for the profile that the kubeconfig names, then run kubectl again.",
    of="kubeconfig-helper",
)
HELPER_TIMEOUT = CauseType(
    "helper-timeout",
    title="The helper could not reach STS",
    fix="Check the network and the proxy of the machine. The helper must reach the STS endpoint on port 443: check the VPN, HTTPS_PROXY and NO_PROXY.",
    commands=("aws sts get-caller-identity",),
    recognised_by="The helper says that it could not connect to the endpoint.",
    sign=r"\bConnect timeout on endpoint URL|\bCould not connect to the endpoint URL",
    of="kubeconfig-helper",
)
NO_LOGIN_SESSION = CauseType(
    "no-login-session",
    title="The profile uses aws login, and it has no usable session",
    recognised_by="The SDK says that there is no login session, or that its credentials cannot be loaded.",
    fix="Run aws login.",
    sources=(pages.CLI_LOGIN,),
)
LOGIN_NOT_ALLOWED = CauseType(
    "login-not-allowed",
    title="The user or role is not allowed to create credentials with aws login",
    recognised_by="The SDK says that it cannot create or refresh login credentials due to insufficient permissions.",
    fix="Allow signin:CreateOAuth2Token and signin:AuthorizeOAuth2Access for the user or role.",
    sources=(pages.CLI_LOGIN,),
)
NO_SSO_LOGIN = CauseType(
    "no-sso-login",
    title="The SDK found no sign-in token for the profile's session",
    recognised_by='The SDK says "Error loading SSO Token" or a similar message.',
    fix="Sign in with aws sso login.",
    sources=(pages.SSO_LOGIN,),
)
KUBECONFIG_HELPER = CauseType(
    "kubeconfig-helper",
    title="The credential helper of the kubeconfig failed",
    meaning="kubectl runs a program to get a token, and this program failed or was not found.",
    recognised_by='kubectl says "getting credentials: exec", or the authenticator "could not get token".',
    fix="Run the helper by hand, and correct what it reports.",
    sources=(pages.EKS_KUBECONFIG,),
)


def explain_no_sso_login(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that the profile has no sign-in to IAM Identity Center."""
    found = _SSO_TOKEN_OF.search(message)
    # botocore names the sso-session, or the start URL of a profile without one.
    session = None if found is None or "://" in found[1] else clues.safe_name(found[1])
    described = f"the session {session}" if session else "the profile"
    login = credential_remedies.SSO_LOGIN
    steps, show = login.steps, None
    lines: Commands = login.commands
    other, profile = other_users.find_other_shell(case), find_profile(case)
    # A profile whose sign-in succeeded has another session.
    signed_in = find_signed_in_profile(case.failure.text) if other is None else None
    if session is not None and profile in {None, signed_in}:
        step = f"The sign-in is valid for all profiles with sso_session = {session} in ~/.aws/config."
        steps = (step, *steps[1:])
        lines = (commands.fill_command("aws sso login --sso-session {}", commands.profile(session)),)
    if "getting credentials: exec" in case.text:
        why = "kubectl uses the profile in the exec section of the kubeconfig, or AWS_PROFILE. To print the section:"
        show = Labelled(why, kubectl_logins.SHOW_HELPER)
    login = your_remedy(login.title, *steps, commands=(*lines, show), url=login.url)
    reported = clues.reported_cause(NO_SSO_LOGIN, message, "Error loading SSO Token")
    if (elsewhere := explain_sign_in_elsewhere(case, session, reported)) is not None:
        return elsewhere
    cache = "the token cache" if other is None else f"the token cache {other.files},"
    causes = (
        WRONG_SSO_SESSION.cause() if "aws sso login" in case.text and other is None else None,
        OTHER_HOME.cause() if other is None else OTHER_HOME.cause("derived", other.because, text=other.why),
    )
    return case.explain(
        f"There is no IAM Identity Center sign-in for {described}: {cache} has no token for it. No permission is missing.",
        reported,
        *causes,
        remedies=present(other and other.remedy, login),
    )


def add_other_user(explanation: Explanation, case: Case[Failure]) -> Explanation:
    """Add that a command used the credentials of another user, if the text shows that it works without sudo."""
    other = None if case.stands_alone else other_users.find_other_user(case)
    if other is None or not other.because:
        return explanation
    return attrs.evolve(
        explanation,
        summary=f"{explanation.summary.rstrip('.')}: the credentials are those {other.files}.",
        causes=(*explanation.causes[:1], OTHER_HOME.cause("derived", other.because, text=other.why)),
        remedies=(other.remedy, *explanation.remedies),
    )


def explain_no_login_session(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that there is no session of ``aws login``."""
    profile = find_profile(case)
    return case.explain(
        f"The profile{f' {profile}' if profile else ''} has no usable session of aws login.",
        clues.reported_cause(
            NO_LOGIN_SESSION, message, "loading login session token", "redeeming a login authorization code"
        ),
        remedies=credential_remedies.CONSOLE_LOGIN,
    )


def explain_login_not_allowed(denial: Denial) -> Explanation:
    """Explain that the user or role that signed in with ``aws login`` is not allowed to create credentials."""
    return _explain_denied_login(denial, denial.case, "The text names the action signin:CreateOAuth2Token.")


def explain_denied_renewal(case: Case[ExpiredCredentials], message: str) -> Explanation:
    """Explain the same of an answer of the sign-in service, whose code is that of any other rejection."""
    return _explain_denied_login(case, case, clues.quote_phrases(message, "INSUFFICIENT_PERMISSIONS"))


_GROUP = lazy_pattern(
    r"(?a)\b[Mm]y (?:own |IAM |user ){0,2}group(?: is(?: called)?)?:? [`\"'](?P<name>[\w+=,.@-]{1,128})[`\"']"
)
_OR_ATTACH = {"role": "Or, for a role:", "group": "Or, for all users of the group:"}


def _explain_denied_login(
    whole: Denial | Case[ExpiredCredentials],
    case: Case[AccessDenied] | Case[ExpiredCredentials],
    because: str | tuple[str, ...],
) -> Explanation:
    caller = case.principal or principal_words.parse_masked_principal(case.caller)
    who = caller if isinstance(caller, User) else principal_words.underlying_role(caller)
    partition = clues.find_partition(case)
    policy = f"arn:{partition}:iam::aws:policy/SignInLocalDevelopmentAccess"
    name, subject = "the user or role", "the user or role that signed in with aws login"
    to = f"{name} that signed in to the console, which shows its name"
    kinds = {"user": "USER_NAME", "role": "ROLE_NAME"}
    more = " For an IAM Identity Center user, attach it to the permission set, or sign in with aws sso login instead."
    # Only a permission set changes the role of one.
    if who is not None and not isinstance(who, IdentityCenterRole):
        name = subject = to = f"the {who.kind} {who.name}"
        kinds = {who.kind: who.name}
        more = f" An administrator of account {who.account} does that." if who.account.strip("0") else ""
    if "user" in kinds and (group := _GROUP.search(case.text)) is not None:
        kinds["group"] = group["name"]
    (_, first), *others = [(kind, commands.attach_policy(each, policy, kind)) for kind, each in kinds.items()]
    remedy = account_remedy(
        f"Allow {name} to use aws login",
        f"Attach SignInLocalDevelopmentAccess to {to}. It allows signin:AuthorizeOAuth2Access and signin:CreateOAuth2Token on arn:{partition}:signin:*:*:oauth2/public-client/*.{more}",
        "If it is attached, look for a Deny: a service or resource control policy, or a permissions boundary, can deny signin actions.",
        commands=(
            first,
            *(Labelled(_OR_ATTACH[kind], line) for kind, line in others),
            Labelled(f"Then, as {name}:", "aws login"),
        ),
    )
    return whole.explain(
        f"{upper_first(subject)} is not allowed to call signin:CreateOAuth2Token, with which aws login creates and refreshes credentials.",
        LOGIN_NOT_ALLOWED.cause("reported", because),
        remedies=remedy,
        notes="The credentials are neither missing nor expired: without the permission, aws login fails again.",
    )


_LACKING = "The profile or role in the kubeconfig has no AWS credentials, or expired ones."
_LACKING_IN_TERRAFORM = 'The environment of Terraform has no AWS credentials, or expired ones: the helper does not use those of provider "aws".'
_READS_FILE = lazy_pattern(r"\bconfig_paths?\b|(?i:kubeconfig)|\.kube/config")
_IN_ARGO_CD = "kubectl exec --namespace argocd statefulset/argocd-application-controller -- argocd-k8s-auth aws --cluster-name CLUSTER"
_RUN_IN_ARGO_CD = your_remedy(
    "Run the helper in Argo CD's pod",
    "Its own error says what is wrong. It calls STS with the role of the service account: set one on argocd-application-controller and argocd-server, by a Pod Identity association or an annotation (IRSA).",
    "That role must be allowed to assume the roleARN in awsAuthConfig of the cluster secret, whose trust policy must allow it, too.",
    commands=(
        _IN_ARGO_CD,
        Labelled("If the cluster secret has a roleARN:", f"{_IN_ARGO_CD} --role-arn ROLE_ARN"),
    ),
    url="https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#eks",
)


def explain_kubeconfig_helper(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that the kubeconfig's credential helper failed."""
    found, exit_code = _EXECUTABLE.search(message), _EXIT_CODE.search(message)
    name = clues.safe_name(next(filter(None, found.groups()), None)) if found else None
    reason = None if exit_code is None else _EXIT_CODES.get(exit_code[1])
    because = () if name is None else (f"The text names the program {name}.",)
    if exit_code is not None:
        because = (f"The AWS CLI ended with exit code {exit_code[1]}.",)
    outcome, summary = "failed", "The helper that gets credentials for the cluster {}."
    lacking, runs, is_argo_cd = _LACKING, "the kubeconfig", name == "argocd-k8s-auth"
    others: tuple[Remedy, ...] = (_RUN_BY_HAND, _WRITE_AGAIN)
    if TERRAFORM.search(case.failure.text) and not _READS_FILE.search(case.failure.text):
        lacking, runs, others = _LACKING_IN_TERRAFORM, "Terraform's provider", (_RUN_AS_TERRAFORM,)
    if is_argo_cd:
        runs = "Argo CD"
        lacking = "The service accounts of Argo CD's pods have no role, or that role is not allowed to assume the one in the cluster secret."
    causes: tuple[Cause, ...] = (HELPER_WITHOUT_CREDENTIALS.cause(text=lacking), HELPER_TIMEOUT.cause())
    if "Client.Timeout exceeded" in message:
        causes = causes[::-1]
    first: tuple[Remedy, ...] = ()
    other = other_users.find_other_shell(case)
    # The helper's own error takes precedence over a file that was not found.
    if _NO_CREDENTIALS_FOUND.search(message):
        outcome = "found no AWS credentials"
        causes = (HELPER_WITHOUT_CREDENTIALS.cause("derived"),)
        if other is None:
            first = (credential_remedies.CONFIGURE_CREDENTIALS,)
    elif any(each in message for each in kubectl_logins.API_VERSIONS):
        return kubectl_logins.explain_api_version(case, message)
    elif "not found" in message or "no such file" in message:
        install = kubectl_logins.install_cli_remedy(case.failure.text)
        if name == "aws-iam-authenticator":
            # https://docs.aws.amazon.com/eks/latest/userguide/create-kubeconfig.html
            install = your_remedy(
                "Let the kubeconfig use the AWS CLI instead",
                "The command writes an entry that gets the token with aws eks get-token. aws-iam-authenticator is then not needed. Add --profile or --role-arn if the old entry has one.",
                commands=_UPDATE_KUBECONFIG,
            )
        outcome, causes, first = "was not found", (), (install,)
        # A path in the kubeconfig can be that of another computer.
        others = (_WRITE_AGAIN,) if name and "/" in name else ()
        because = ("Without a token, the client sends no request to the cluster.",)
        summary = f"The Kubernetes client could not start {name or 'the program'}, which gets the token for the cluster: it {{}}. Neither AWS nor the cluster denied anything."
        if (line := other_users.find_command_with_sudo(case)) is not None:
            outcome = "was not found: sudo does not search the PATH of your shell"
            path = your_remedy(
                "Run the command without sudo, or pass your PATH to it",
                "sudo searches only the directories of secure_path in /etc/sudoers.",
                'If the command needs root, write sudo env "PATH=$PATH" instead of sudo.',
                commands=line,
                url=pages.EKS_KUBECONFIG,
            )
            first = (path, install)
        other = None
    if other is not None:
        causes = (OTHER_HOME.cause("derived", other.because, text=other.why), *causes)
        first = (other.remedy,)
    if reason is not None:
        summary = f"kubectl got no token: aws eks get-token failed because {reason}."
    text = f"The program that {runs} runs to get a token {outcome}."
    return case.explain(
        summary.format(outcome),
        KUBECONFIG_HELPER.cause("reported", because, text=text),
        *causes,
        remedies=(_RUN_IN_ARGO_CD,) if is_argo_cd else (*first, *others),
    )


_RUN_BY_HAND = your_remedy(
    "Run the helper by hand",
    "Run it as the user, in the container and with the profile that the kubeconfig uses. Its own error says what is wrong.",
    "If its credentials are missing or expired, sign in again, for example with aws sso login. The cluster is not the cause.",
    commands=(kubectl_logins.HELPER, "aws sts get-caller-identity"),
)
_RUN_AS_TERRAFORM = your_remedy(
    "Run the helper where Terraform runs, and give it the credentials of the cluster",
    'Its own error says what is wrong. Its args are in the exec block of the provider kubernetes or helm. The block does not use profile, access_key or assume_role of provider "aws".',
    "Add --profile or --role-arn to the args, or set AWS_PROFILE. If the same run creates the cluster, create it in a separate run.",
    commands=(kubectl_logins.HELPER, "aws sts get-caller-identity"),
    url="https://registry.terraform.io/providers/hashicorp/kubernetes/latest/docs#exec-plugins",
)
_WRITE_AGAIN = your_remedy(
    "Write the kubeconfig again",
    "An old kubeconfig can name a helper, a profile or a role that no longer exists.",
    commands=_UPDATE_KUBECONFIG,
)
