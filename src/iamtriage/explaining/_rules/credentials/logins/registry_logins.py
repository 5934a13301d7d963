"""Explain logins to registries of ECR: those of Docker's credential helper, and saved ones to the public registry.

The helper gives Docker no credentials if its call fails, and writes the error to ~/.ecr/log/ecr-login.log. A pull from
the public registry needs no login, and an old one prevents it. Sources:
https://docs.aws.amazon.com/AmazonECR/latest/userguide/security_iam_id-based-policy-examples.html and
https://karpenter.sh/docs/getting-started/getting-started-with-karpenter/ (a saved login prevents the pull of a chart).
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words, line_at, quote_words
from iamtriage.explaining._context.readers.statements import find_before
from iamtriage.explaining._rules.basics import (
    Case,
    Cause,
    CauseType,
    Denial,
    Evidence,
    Explanation,
    Labelled,
    Remedy,
)
from iamtriage.explaining._rules.credentials.keys.key_sources import find_namespace
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.commands import repeat_command
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, identity_remedy, your_remedy
from iamtriage.explaining._rules.shared.requirements import tasks
from iamtriage.explaining._rules.shared.texts import text_signs
from iamtriage.failures._failures import Failure, MissingCredentials
from iamtriage.policies._documents import allow
from iamtriage.policies._readers.elements import principal_names

HELPER_FAILED = lazy_pattern(r"docker-credential-|error (?:getting|storing) credentials - err: ")
"""How Docker reports that it could not start its credential helper, or that the helper failed."""
_NOT_STARTED = lazy_pattern(
    r"docker-credential-[\w.-]{1,40}[\"']?(?: CLI)?(?::| is)? (?:executable file |command )?(?:not (?:found|installed)|error=2|no such file|exec format|permission)"
    r"|does not have docker-credential-|docker-credential-[\w.-]{1,40} resolves to executable in current directory"
)
_HELPER = lazy_pattern(r"docker-credential-[a-z][a-z0-9-]{1,30}")
_STORES_NOTHING = lazy_pattern(r"error storing credentials - err: [^`]{0,80}`not implemented`")
_SHOW_SETTINGS = r"grep -nE 'credsStore|credHelpers|docker-credential|-login' ~/.docker/config.json"
REGISTRY_HELPER_MISSING = CauseType(
    "registry-helper-missing",
    title="Docker's credential helper is not installed or failed",
    meaning="The config file of Docker names a credential helper, and Docker cannot start it, or it ended with an error: it is not installed, not on the PATH of the process, built for another system, or has no credentials.",
    recognised_by='The text says that the executable docker-credential-ecr-login was not found, or "error getting credentials" for a registry of ECR.',
    fix="Install amazon-ecr-credential-helper where Docker runs, or remove ecr-login from ~/.docker/config.json.",
    sources=("https://github.com/awslabs/amazon-ecr-credential-helper", pages.ECR_LOGIN),
)
REGISTRY_HELPER_STORES_NOTHING = CauseType(
    "registry-helper-stores-nothing",
    title="The helper docker-credential-ecr-login cannot store a docker login",
    text="The helper docker-credential-ecr-login gets a login for each pull and push, and stores none. The command docker login asks it to store one.",
    recognised_by='The command docker login says "error storing credentials" and "not implemented".',
    fix="Remove docker login from the script: the helper signs in automatically.",
    sources=("https://github.com/awslabs/amazon-ecr-credential-helper",),
)


def explain_registry_helper(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that Docker's credential helper could not be started, or failed."""
    registry, region = clues.find_registry(case)
    named = _HELPER.search(message)
    helper = "docker-credential-ecr-login" if named is None else named[0]
    sign_in = credential_remedies.docker_login(registry, region)
    if _STORES_NOTHING.search(message):
        return case.explain(
            "No docker login is needed: Docker uses docker-credential-ecr-login, which cannot store a login.",
            clues.reported_cause(
                REGISTRY_HELPER_STORES_NOTHING, message, "error storing credentials", "not implemented"
            ),
            topic="registry-helper",
            remedies=your_remedy(
                "Pull and push without docker login",
                "Remove docker login from the script. The helper uses the same AWS credentials as the AWS CLI.",
                "Other registries need docker login: replace credsStore by credHelpers with the registries of ECR only.",
                commands=_SHOW_SETTINGS,
            ),
        )
    verdict, text = "failed", f"The program {helper} ended with an error."
    if _NOT_STARTED.search(message):
        verdict = "cannot be started where the command runs"
        text = f"The program {helper} is not installed, not on the PATH of the process, or built for another system."
    return case.explain(
        f"Docker is set up to use {helper} for the ECR registry {registry}, which {verdict}.",
        clues.reported_cause(REGISTRY_HELPER_MISSING, message, helper, text=text),
        topic="registry-helper",
        remedies=(
            your_remedy(
                "Install the helper where Docker runs, or remove it from Docker's config file",
                "Docker starts the program docker-credential-NAME. The NAME is the value of credsStore, or of credHelpers for the registry, in ~/.docker/config.json of the user who runs Docker.",
                "The helper is in the package amazon-ecr-credential-helper of Amazon Linux, Debian and Ubuntu. In CI, it must be in the image of the job. It needs AWS credentials, and writes errors to ~/.ecr/log/ecr-login.log.",
                "Helpers of a desktop, such as desktop, osxkeychain and pass, do not work in CI, over SSH or in WSL: remove credsStore there, and sign Docker in.",
                commands=(_SHOW_SETTINGS, f"command -v {helper}", "aws sts get-caller-identity"),
            ),
            sign_in,
        ),
        notes=credential_remedies.NO_CALL_MADE,
    )


USES_HELPER = lazy_pattern(
    r"[\"']ecr-login[\"']|\b(?:with|use|uses|using|via) (?:the )?amazon-ecr-credential-helper\b"
)
"""What shows that Docker uses docker-credential-ecr-login."""
_HELPED_REGISTRY = lazy_pattern(r"(?a)[\"'](?P<host>\d{12}\.[\w.-]{1,200})[\"']\s?:\s?[\"']ecr-login[\"']")
_ROLE = lazy_pattern(r"(?a)\brole [`\"'](?P<name>[\w+=,.@-]{1,64})[`\"']")
# What people say of a role without further policies.
_HAS_NO_OTHER_POLICY = lazy_pattern(
    r"(?i)\brole\b[^\n]{0,160}\b(?:nothing else|only|no (?:other )?polic(?:y|ies))\b"
)
_ALLOWS_ECR = lazy_pattern(
    r"AmazonEC2ContainerRegistry\w|AmazonElasticContainerRegistry\w|AdministratorAccess|ecr:GetAuthorizationToken|ecr:\*"
)
_ACCOUNT = lazy_pattern(r"(?a)(?:arn:aws[a-z-]{0,12}:iam::)?(?P<account>\d{12})(?::root)?")
REGISTRY_HELPER_WITHOUT_LOGIN = CauseType(
    "registry-helper-without-login",
    title="The credential helper got no login to the registry",
    text="The helper docker-credential-ecr-login got no login, so docker has none: no docker login is needed.",
    meaning="Docker's config file names docker-credential-ecr-login. If its call GetAuthorizationToken fails, Docker only says that it has no credentials.",
    recognised_by='The registry says "no basic auth credentials", and the text shows that Docker uses the helper.',
    fix="Allow the caller ecr:GetAuthorizationToken on *, and the pull or push on the repository.",
    sources=("https://github.com/awslabs/amazon-ecr-credential-helper", pages.ECR_LOGIN),
)


def explain_helper_without_login(case: Case[Failure], reported: tuple[str, ...]) -> Explanation:
    """Explain that the credential helper gave Docker no login."""
    text, (registry, region) = case.failure.text, clues.find_registry(case)
    account, partition = registry.partition(".")[0], clues.find_partition(case)
    helped = {each["host"] for each in _HELPED_REGISTRY.finditer(text)}
    if helped and registry not in helped:
        named = join_words([clip_text(each) for each in sorted(helped)[:3]], "and")
        name = your_remedy(
            "Name the registry in credHelpers of ~/.docker/config.json",
            f'Add "{registry}": "ecr-login" to credHelpers.',
            commands=_SHOW_SETTINGS,
        )
        return case.explain(
            f"Docker has no login to the ECR registry {registry}: its config file names docker-credential-ecr-login for {named} only.",
            REGISTRY_HELPER_WITHOUT_LOGIN.cause(
                "derived", reported, text="Docker asks the helper only for the registries in credHelpers."
            ),
            topic="registry-helper",
            remedies=name,
        )
    roles = {each["name"] for each in _ROLE.finditer(text)}
    role = min(roles) if len(roles) == 1 else None
    lacks_policy = _HAS_NO_OTHER_POLICY.search(text) is not None and _ALLOWS_ECR.search(text) is None
    path = r"(?:v2/)?([a-z0-9][a-z0-9._/-]{0,200}?)(?=[:@\s]|/(?:manifests|blobs)/)"
    image = re.search(rf"{re.escape(registry)}/{path}", text)
    actions = tuple(tasks.PUSH_ACTIONS if tasks.is_of_push(text) else tasks.PULL_ACTIONS)
    arn = f"arn:{partition}:ecr:{region}:{account}:repository/{image[1] if image else 'REPOSITORY'}"
    who = f"the role {role}" if role else "the caller"
    others = _find_trusted_accounts(case) - {account}
    allowed = None
    if others:
        allowed = f"The repository policy allows the account {join_words(sorted(others), 'and')}, which is right but not enough: the role's own policies in that account must allow the pull, too."
    policy = identity_remedy(
        f"Allow {who} to sign in to ECR and to {'push' if tasks.is_of_push(text) else 'pull'}",
        f"The login requires {tasks.LOGIN_ACTION}, which can be allowed only on *: a repository policy does not allow it.",
        allowed,
        f"Attach the policy to {who}.",
        statements=(allow(tasks.LOGIN_ACTION, "*", sid="SignIn"), allow(actions, arn, sid="UseRepository")),
        commands=commands.put_policy(commands.role_name(role), "AllowEcr"),
        url=pages.ECR_LOGIN,
    )
    check = your_remedy(
        "Look up why the helper got no login",
        commands={
            "As the user and with the credentials of the Docker client, this prints the helper's error:": commands.fill_command(
                "aws ecr get-login-password --region {} > /dev/null", region
            ),
            "The helper also writes it to its log:": "tail ~/.ecr/log/ecr-login.log",
            "Whose credentials it uses:": "aws sts get-caller-identity",
        },
    )
    reason = f"most likely, {who} is not allowed to call {tasks.LOGIN_ACTION}, or it has no AWS credentials"
    if lacks_policy:
        reason = f"{who} has no permission for ECR"
    return case.explain(
        f"Docker got no login to the ECR registry {registry} from docker-credential-ecr-login: {reason}.",
        REGISTRY_HELPER_WITHOUT_LOGIN.cause("derived", reported),
        topic="registry-helper",
        remedies=(policy, check) if lacks_policy else (check, policy),
    )


def explain_kaniko(case: Case[Failure], reported: tuple[str, ...]) -> Explanation:
    """Explain that kaniko, whose image has the credential helper and no Docker, has no login to the registry.

    Source: https://github.com/GoogleContainerTools/kaniko#pushing-to-amazon-ecr
    """
    registry, _ = clues.find_registry(case)
    text = "The config file of kaniko does not name the helper docker-credential-ecr-login for the registry, or has an old login, or the helper finds no AWS credentials."
    configure = your_remedy(
        "Let kaniko sign in with the helper that its image contains",
        "Set /kaniko/.docker/config.json to this: no docker login is needed.",
        "The helper uses the AWS credentials of the pod or job: the role of its service account or node, or keys in its environment.",
        "If the same build worked before, name the earlier version of kaniko in the image's tag: latest and debug change.",
        manifest=f'{{"credHelpers": {{"{registry}": "ecr-login"}}}}\n',
        manifest_language="text",
        url="https://github.com/GoogleContainerTools/kaniko#pushing-to-amazon-ecr",
    )
    of_helper = explain_helper_without_login(case, ()).remedies
    return case.explain(
        f"kaniko has no login that the ECR registry {registry} accepts.",
        REGISTRY_HELPER_WITHOUT_LOGIN.cause("possible", reported, text=text),
        topic="registry-helper",
        remedies=(configure, *(each for each in of_helper if each.policy is not None)),
    )


def _find_trusted_accounts(case: Case[Failure]) -> set[str]:
    """Return the accounts that a repository policy in the text allows."""
    found: set[str] = set()
    for policy in case.context.resource_policies:
        if "ecr:" not in str(policy.content):
            continue
        for statement in policy.allows:
            names = (_ACCOUNT.match(each) for each in principal_names(statement, "AWS"))
            found.update(each["account"] for each in names if each is not None)
    return found


_HOST = "public.ecr.aws"
_HELM = lazy_pattern(r"\bhelm\b|oci://|\bmanifests [\w.+-]{1,60}\]")
_LOGIN = lazy_pattern(r"(?i:\b(?:log(?:ged|s)?[ -]?in|sign(?:ed|s)?[ -]in|(?:used?|ran) (?:this|it))\b)")
SAVED_PUBLIC_LOGIN = CauseType(
    "saved-public-registry-login",
    title="A saved login to public.ecr.aws has expired",
    text="The client sends the password of an earlier login to public.ecr.aws, which is valid for 12 hours. The registry rejects it.",
    recognised_by='The registry public.ecr.aws answers "403 Forbidden" or "Your authorization token has expired".',
    fix="Delete the saved login: docker logout public.ecr.aws, helm registry logout public.ecr.aws.",
    sources=("https://docs.aws.amazon.com/AmazonECR/latest/public/public-registry-auth.html",),
)


def is_about_public_registry(text: str) -> bool:
    """Return whether a text names the public registry of ECR, and no private one."""
    return _HOST in text and ".dkr.ecr." not in text


def find_old_login(text: str) -> str | None:
    """Return the clause that says that somebody signed in more than 12 hours ago."""
    return find_before(text, _LOGIN)


def explain_public_registry(case: Case[Failure] | Denial) -> Explanation:
    """Explain that the public registry rejected a pull or push."""
    text = case.failure.text
    reported = clues.quote_phrases(text, "authorization token has expired")
    login = f"aws ecr-public get-login-password --region us-east-1 | docker login --username AWS --password-stdin {_HOST}"
    if tasks.is_of_push(text):
        return case.explain(
            f"A push to {_HOST} requires a login that is at most 12 hours old.",
            SAVED_PUBLIC_LOGIN.cause(
                "reported" if reported else "possible",
                reported,
                text="There is no valid login to the registry: each lasts for 12 hours.",
            ),
            topic="expired-registry-login",
            remedies=your_remedy(
                "Sign docker in to the public registry",
                "The public registry has separate logins (ecr-public), only in us-east-1. They require ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken.",
                commands=login,
            ),
        )
    is_helm = _HELM.search(text) is not None
    logouts: tuple[str, ...] = (f"docker logout {_HOST}",)
    title = "Delete the saved login"
    again = repeat_command(case.context.command, "upgrade") or repeat_command(case.context.command, "pull")
    step = None if again else "Then pull again, without a login."
    stores: str | None = (
        f"With credsStore or credHelpers in config.json, the password is in that store: an empty entry {_HOST} does not mean that none is saved."
    )
    if is_helm:
        # Helm reads Docker's file, too: https://pkg.go.dev/oras.land/oras-go/pkg/auth/docker (NewClientWithDockerFallback).
        logouts, stores = (f"helm registry logout {_HOST}", *logouts), None
        login = login.replace("docker login", "helm registry login")
    if text_signs.PULLED_BY_KUBELET.search(text):
        title, logouts, stores = "Delete the login from the pod's pull secret", (), None
        step = f"Remove {_HOST} from imagePullSecrets of the pod and its service account, or from the node's config of containerd."
    ago = find_old_login(text)
    evidence: Evidence = "reported" if reported else "possible" if ago is None else "derived"
    because = reported or (() if ago is None else (f"The text says {quote_words(ago)}.",))
    even = ", even AdministratorAccess," if "AdministratorAccess" in text else ""
    who = "Most likely, the" if evidence == "possible" else "The"
    return case.explain(
        f"{who} client sends a saved login to {_HOST} that has expired. IAM permissions{even} do not matter: the registry allows anonymous pulls.",
        SAVED_PUBLIC_LOGIN.cause(evidence, because),
        topic="expired-registry-login",
        remedies=your_remedy(
            title,
            step,
            stores,
            commands=(
                *logouts,
                again and Labelled("Then pull again:", again),
                Labelled("Or sign in again (with ecr-public, not ecr), for a higher rate of pulls:", login),
            ),
        ),
    )


_KUBELET_PULL = lazy_pattern(r"(?i:\bfailed to pull image\b)|\b(?:ErrImagePull|ImagePullBackOff)\b")
_LOCAL_CALL = lazy_pattern(r"\b(?:docker|podman|nerdctl) (?:pull|push|build)\b")
_PULL_SECRET = lazy_pattern(
    r"(?m)(?:^[ \t]{0,8}(?P<listed>[a-z0-9][a-z0-9.-]{0,252}) {1,80}kubernetes\.io/dockerconfigjson {1,40}\d{1,3} {1,40}(?P<age>\d[\ddhmsy]{1,12})"
    r"|\bimagePullSecrets:\s{1,40}- ?name: [\"']?(?P<named>[a-z0-9][a-z0-9.-]{0,252})"
    r"|\bcreate secret docker-registry (?P<created>[a-z0-9][a-z0-9.-]{0,252})"
    r"|\b[Ss]ecret [\"'`]?(?P<said>(?:[a-z0-9.-]{1,40}[.-])?(?:ecr|regcred|aws)(?:[.-][a-z0-9.-]{0,40}[a-z0-9])?)(?![\w-]))"
)
COMMAND_NAMESPACE = lazy_pattern(
    r"\b(?:kubectl|flux) [^\n|;]{0,300}?(?<!\S)(?:-n|--namespace)[ =]?(?P<name>[a-z0-9][a-z0-9-]{0,62})(?!\S)"
)
"""A command about one namespace of a cluster."""
# The names that AWS and tutorials give such a secret, and those of the secrets of other registries.
_OF_ECR = lazy_pattern(
    r"\A(?!.*(?:hub|\bgcr|ghcr|git|quay|harbor|nexus|jfrog|artifactory|\bacr\b)).*(?:ecr|regcred|aws|pull)"
)
_SHOW_SECRETS = "kubectl get pods --namespace {} --output custom-columns=pod:.metadata.name,secrets:.spec.imagePullSecrets[*].name"


def explain_old_pull_secret(case: Case[Failure], reported: Cause) -> Explanation | None:
    """Explain that the login in an image pull secret has expired, or return ``None`` if no kubelet pulls."""
    text = case.failure.text
    is_pull = _KUBELET_PULL.search(line_at(text, case.failure.span[0]))
    if not is_pull and (not _KUBELET_PULL.search(text) or _LOCAL_CALL.search(text)):
        return None
    if "no imagePullSecrets" in text:
        return None
    name, age = find_pull_secret(case)
    which = f"The login to ECR in the image pull secret {name} has expired{f': the secret is {age} old' if age else ''}."
    if name is None:
        which = "The login to ECR that the kubelet sends has expired: it is from an image pull secret of the pod, or saved on the node."
    return case.explain(
        f"{which} No permission is missing.", reported, remedies=renew_pull_secret(case, name)
    )


def find_pull_secret(case: Case[Failure]) -> tuple[str | None, str | None]:
    """Return the name of the only image pull secret for ECR that a text names, and its age if that is a day or more."""
    text = case.failure.text
    found = list(_PULL_SECRET.finditer(text))
    names = (each["listed"] or each["named"] or each["created"] or each["said"] for each in found)
    name = only_one(set(names))
    # A secret can hold the login to another registry, and the command replaces it.
    server = f"{name} --docker-server={clues.find_registry(case)[0]}"
    if name is None or not (_OF_ECR.search(name) or server in text):
        return None, None
    return name, next((each["age"] for each in found if each["age"] and "d" in each["age"]), None)


def renew_pull_secret(case: Case[Failure], name: str | None) -> Remedy:
    """Return the remedy that replaces the login in an image pull secret, by a name that the text need not have."""
    namespaces = {each["name"] for each in COMMAND_NAMESPACE.finditer(case.failure.text)}
    namespace = only_one(namespaces) or find_namespace(case)
    registry, region = clues.find_registry(case)
    login = commands.fill_command("$(aws ecr get-login-password --region {})", region)
    create = f'kubectl create secret docker-registry {name or "SECRET_NAME"} --namespace {namespace} --docker-server={registry} --docker-username=AWS --docker-password="{login}" --dry-run=client -o yaml | kubectl apply -f -'
    return cluster_remedy(
        f"Renew the image pull secret {name}" if name else "Renew the image pull secret of the pod",
        "The kubelet pulls with the secret, so docker login does not help. It tries again by itself.",
        "ECR fixes the 12 hours: let a CronJob renew the secret every 6 hours. Better, remove imagePullSecrets where the nodes sign in for each pull, with their role: nodes of EKS do, and others with ecr-credential-provider.",
        commands=create
        if name
        else (_SHOW_SECRETS.format(namespace), Labelled("With the name of the secret:", create)),
    )
