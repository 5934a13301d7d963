"""Explain logins of kubectl that fail because of the kubeconfig or of the credentials that sign its token.

kubectl signs its token with the credentials of the shell. The command ``aws eks get-token`` calls nothing, so the API
server is the first to reject them, with the status 401:
https://docs.aws.amazon.com/eks/latest/userguide/cluster-auth.html. Versions of the credential API that were removed:
https://github.com/aws/aws-cli/issues/6920, https://github.com/aws/containers-roadmap/issues/1736 and
https://docs.aws.amazon.com/cli/latest/reference/eks/update-kubeconfig.html.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, quote_words
from iamtriage.explaining._context.readers.kubernetes.kubectl_output import (
    find_kubeconfig_file,
    find_written_file,
)
from iamtriage.explaining._context.readers.names import find_kubeconfig_profile
from iamtriage.explaining._context.readers.statements import find_working
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import Failure, MissingCredentials

# An error of a call that needs only valid credentials, or one about the cluster.
_REJECTED = lazy_pattern(
    r"\((?:ExpiredToken(?:Exception)?|InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch)\)"
    r" when calling the (?:GetCallerIdentity|DescribeCluster|ListClusters|\w{1,20}AccessEntr\w{1,3}) operation"
)
_LOGIN = lazy_pattern(
    r"You must be logged in to the server|the server has asked for the client to provide credentials"
)
# What shows that later calls have other credentials.
_NEW_CREDENTIALS = lazy_pattern(
    r"(?m)Successfully logged in|:assumed-role/[\w+=,.@-]{1,64}/|[$#%>❯] aws (?:sso )?login\b"
    r"|^[^\n]{0,60}(?:\b(?:export|unset|setx?) |\$env:)AWS_(?:ACCESS_KEY_ID|SESSION_TOKEN|PROFILE)\b|^[\s{]{0,8}\"[Aa]rn\":"
)
_CALL = lazy_pattern(r"(?m)^[^\n]{0,200}\baws (?:sts|eks|configure) [^\n]*$")
_PROFILE = r"[\"']?(?P<name>[\w.@:+/-]{1,64})[\"']?"
_PROFILE_OF_CALL = lazy_pattern(
    rf"(?a) --profile[ =]{_PROFILE}|\bAWS_PROFILE={_PROFILE.replace('name', 'variable')} aws "
)
# What shows that kubectl uses a profile.
_PROFILE_OF_LOGIN = lazy_pattern(
    rf"(?a)\bAWS_PROFILE[\"']?(?:[=:]|\s{{1,20}}value:) ?{_PROFILE}(?! aws )|\bupdate-kubeconfig\b[^\n]{{0,300}}? --profile[ =]{_PROFILE.replace('name', 'written')}"
)
_CHARS_BEFORE = 2_000
_KINDS = frozenset({"expired_credentials", "invalid_credentials", "signature_mismatch"})


# A kubeconfig with a token of its own does not use the credentials of AWS.
_USERS = "users:"
_STORED_TOKEN = lazy_pattern(r"(?m)^[ \t]{1,12}token: \S")


def has_rejected_credentials(text: str, login: int) -> bool:
    """Return whether AWS rejects the credentials with which kubectl signed the token of the login at a position."""
    found = list(_REJECTED.finditer(text))
    if not found or (_USERS in text and _STORED_TOKEN.search(text)):
        return False
    # Credentials that are rejected after the login were no better at the login.
    last = found[-1]
    start, end = (last.end(), login) if last.start() < login else (login, last.start())
    if _is_of_other_profile(text, last.start()):
        return False
    return not (_NEW_CREDENTIALS.search(text, start, end) or _NEW_CREDENTIALS.search(text, last.end()))


def _is_of_other_profile(text: str, position: int) -> bool:
    """Return whether the call before a position names a profile, and nothing shows that kubectl uses it, too."""
    calls = list(_CALL.finditer(text, max(position - _CHARS_BEFORE, 0), position))
    named = _PROFILE_OF_CALL.search(calls[-1][0]) if calls else None
    used = {each["name"] or each["written"] for each in _PROFILE_OF_LOGIN.finditer(text)}
    return named is not None and (named["name"] or named["variable"]) not in used


def add_rejected_login(case: Case[Failure], explanation: Explanation) -> Explanation:
    """Add that the API server rejects the login of kubectl for the same reason."""
    text, found = case.failure.text, _LOGIN.search(case.failure.text)
    if found is None or case.failure.kind not in _KINDS or not has_rejected_credentials(text, found.start()):
        return explanation
    quoted = f'The text says "{found[0]}".'
    first = explanation.causes[0]
    if quoted in first.because:
        return explanation
    return attrs.evolve(
        explanation,
        summary=f"{explanation.summary} kubectl signs its token with the same credentials, so its 401 has this cause, too.",
        causes=(attrs.evolve(first, because=(*first.because, quoted)), *explanation.causes[1:]),
        notes=("Neither an access entry nor aws-auth has to change for this.", *explanation.notes),
    )


API_VERSION = "exec plugin: invalid apiVersion"
OTHER_VERSION = "exec plugin is configured to use API version"
_OLD_ANSWER = 'no kind "ExecCredential" is registered for version "client.authentication.k8s.io/v1alpha1"'
API_VERSIONS = (API_VERSION, OTHER_VERSION, _OLD_ANSWER)
"""How clients report that they and the program that gets the token use different versions."""
_UPDATE = "aws eks update-kubeconfig --name CLUSTER --region REGION"
SHOW_HELPER = "kubectl config view --minify --output jsonpath='{.users[].user.exec}'"
HELPER = "aws eks get-token --cluster-name CLUSTER --region REGION"
"""The command that a kubeconfig runs to get a token."""
_BY_HAND = "sed -i.old 's#client.authentication.k8s.io/v1alpha1#client.authentication.k8s.io/v1beta1#' {}"
KUBECONFIG_API_VERSION = CauseType(
    "kubeconfig-api-version",
    title="The kubeconfig uses a removed version of the credential API",
    text="The kubeconfig asks for client.authentication.k8s.io/v1alpha1, which kubectl 1.24 removed.",
    recognised_by='kubectl says "exec plugin: invalid apiVersion", or the text shows v1alpha1 of the credential API.',
    fix="Update the AWS CLI, and run aws eks update-kubeconfig again.",
    sign=r"\bclient\.authentication\.k8s\.io/v1alpha1\b",
    commands=("aws --version", "aws eks update-kubeconfig"),
    sources=(pages.EKS_KUBECONFIG, "https://github.com/aws/aws-cli/issues/6920"),
)

# What aws --version prints, and the first versions that write v1beta1.
_CLI_VERSION = lazy_pattern(r"\baws-cli/(\d{1,2})\.(\d{1,3})(?:\.\d{1,4})?")
_FIRST_CLI_WITH_V1BETA1 = {1: 24, 2: 7}


# What kubectl version prints of itself.
_CLIENT_VERSION = lazy_pattern(
    r"\b(?:Client Version: |clientVersion\b[^{}]{0,10}\{[^{}]{0,300}?gitVersion\"?: ?\"?)v?(\d{1,2}\.\d{1,3}(?:\.\d{1,3})?)(?![\w.])"
)


def explain_api_version(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that kubectl, the kubeconfig and the program that gets the token disagree about the version."""
    update = "The AWS CLI 1.24, 2.7 and later write v1beta1: update it if aws --version prints an older one. If the old kubeconfig has --profile or --role-arn, add it to the command."
    too_old, title = "", "Update the AWS CLI, and write the kubeconfig again"
    if (found := _CLI_VERSION.search(case.failure.text)) is not None:
        major, minor, cli = int(found[1]), int(found[2]), found[0].replace("aws-cli/", "AWS CLI ")
        if minor < _FIRST_CLI_WITH_V1BETA1.get(major, 0):
            too_old = f"the {cli} is too old"
            update = f"The {cli} is too old: only {major}.{_FIRST_CLI_WITH_V1BETA1[major]} and later write v1beta1. Update it (which -a aws lists older copies), then run the command. The kubeconfig then has v1beta1."
        else:
            title = "Write the kubeconfig again"
            update = f"The {cli} writes v1beta1: run the command with it, for each cluster in the file. If kubectl then reports that the plugin returned v1alpha1, an older aws is first in the PATH (which -a aws)."
    text = case.failure.text
    client = _CLIENT_VERSION.search(text)
    kubectl = f"kubectl {client[1]}" if client else "this kubectl"
    file, written, stated = find_kubeconfig_file(text), find_written_file(text), find_kubeconfig_profile(text)
    line, by_hand = _UPDATE, ""
    if stated is not None and (profile := clues.safe_name(stated.value)):
        line += f" --profile {profile}"
        update = update.replace(
            " If the old kubeconfig has --profile or --role-arn, add it to the command.", ""
        )
    other = ""
    if file is not None:
        by_hand = f" in {file}"
        line += f" --kubeconfig {file}"
        if (
            written is not None
            and file.lstrip("~").removeprefix("$HOME") not in written
            and written.lstrip("~") not in file
        ):
            other = f" The earlier update wrote to {clip_text(written)}, but kubectl reads {file}."
    fix = f"Or set apiVersion to client.authentication.k8s.io/v1beta1 by hand{by_hand or ': in the kubeconfig'}, or in what generates it, such as Terraform."
    if too_old:
        fix += " Update the AWS CLI even then: an older one can return v1alpha1."
    if file is not None:
        fix += " Commit the change if others use the file."
    if _OLD_ANSWER in message:
        return case.explain(
            f"The program that gets the token returns it in a version of client.authentication.k8s.io that the client no longer reads: {too_old or 'most likely, the AWS CLI is too old'}.",
            clues.reported_cause(
                KUBECONFIG_API_VERSION,
                message,
                _OLD_ANSWER,
                text="Clients of Kubernetes 1.24 and later read only v1beta1 and v1.",
            ),
            topic="kubeconfig-helper",
            remedies=your_remedy(
                "Update the AWS CLI where the client runs, and ask it for v1beta1",
                "The AWS CLI 1.24, 2.7 and later return v1beta1. If the client runs aws-iam-authenticator, update that one, or let it run aws eks get-token.",
                "Set the version to client.authentication.k8s.io/v1beta1: apiVersion in the kubeconfig, or api_version in the exec block of Terraform.",
                commands=("aws --version", "which -a aws"),
            ),
            notes="No permission is missing: the client made no request.",
        )
    return case.explain(
        f"The program that gets the token and the kubeconfig use different versions of client.authentication.k8s.io: {too_old or 'most likely, the AWS CLI is too old'}."
        if OTHER_VERSION in message
        else f"The kubeconfig is too old for {kubectl}: it uses client.authentication.k8s.io/v1alpha1, which kubectl 1.24 removed{f', and {too_old}' if too_old else ''}.{other}",
        clues.reported_cause(
            KUBECONFIG_API_VERSION,
            message,
            API_VERSION,
            OTHER_VERSION,
            text="kubectl accepts a token only in the version that the kubeconfig names, and kubectl 1.24 removed v1alpha1."
            if OTHER_VERSION in message
            else "Since version 1.24, kubectl accepts only v1beta1 and v1. Older versions also accept v1alpha1.",
        ),
        topic="kubeconfig-helper",
        remedies=your_remedy(
            title,
            update,
            fix,
            commands=(
                line,
                Labelled("Or, by hand:", _BY_HAND.format(file)) if file is not None else None,
                "kubectl config view --minify --output 'jsonpath={.users[0].user.exec.apiVersion}'",
            ),
        ),
        notes=f"No permission of {principal_words.describe_principal(case.principal, case.caller)} is missing, neither in IAM nor in the cluster: kubectl made no request.",
    )


# A job or container, as people and CI systems name it, and the image that it runs in.
_JOB = lazy_pattern(
    r"(?i:\b(?:pipelines?|ci|ci/cd|cicd|runners?|gitlab|jenkins|(?:github|gitea) actions|bitbucket|circleci|images?|containers?|docker run|dockerfile)\b)"
)
_IMAGE = lazy_pattern(
    r"(?a)\b(?<!\bset )(?i:image(?: is)?|FROM|using docker image)(?: ?[:=])? ?[`'\"]?(?P<image>(?:[a-z0-9.-]{1,60}/){1,4}[a-z0-9._-]{1,60}(?::[\w.-]{1,60})?)(?<![.:])"
)


# Where the same works, and what gives a job its credentials.
_ELSEWHERE = lazy_pattern(
    r"(?i:\b(?:kubectl|kubeconfig|helm|aws|shell|laptop|locally|host|controller|machine|workstation)\b)"
)
_OWN_CREDENTIALS = lazy_pattern(
    r"\bAmazonWebServicesCredentialsBinding\b|\bwithAWS\b|\brole-to-assume\b|\bAWS_(?:ACCESS_KEY_ID|ROLE_ARN|WEB_IDENTITY_TOKEN_FILE)\b|\baws_access_key_id\b"
)


def install_cli_remedy(text: str) -> Remedy:
    """Return how a job, a container or a computer gets the AWS CLI, which a kubeconfig runs."""
    if _JOB.search(text) is None:
        return your_remedy(
            "Install the AWS CLI where the call runs: in the image of the job or container, or on the computer",
            "The PATH there must contain aws. It also needs credentials of a principal that has access to the cluster.",
            commands=("aws --version", "aws sts get-caller-identity", f"{HELPER} > /dev/null"),
            url=pages.EKS_KUBECONFIG,
        )
    images = {each["image"] for each in _IMAGE.finditer(text)}
    has = (
        f"The image {clip_text(images.pop())} has no aws"
        if len(images) == 1
        else "The PATH of the job or container has no aws"
    )
    works, given = find_working(text, _ELSEWHERE), _OWN_CREDENTIALS.search(text)
    where = "" if works is None else f" The text says {quote_words(works)}: aws is installed there."
    credentials = "A kubeconfig has no credentials: give the job its own, preferably a role with OIDC."
    if given is not None:
        credentials = f"The job has credentials of its own ({given[0]}), with which aws signs the token."
    # https://github.com/alpine-docker/k8s
    return your_remedy(
        "Run the job in an image with kubectl and the AWS CLI",
        f"{has}: use one that has both, such as alpine/k8s, or install the AWS CLI 2 in it.{where}",
        f"{credentials} A profile in a copied kubeconfig does not exist there, so write the kubeconfig in the job.",
        'aws eks get-token requires no IAM permission. If kubectl then says "You must be logged in to the server", the cluster does not know the user or role of the job: that is when it needs an access entry, or an entry in aws-auth.',
        commands=("aws --version", "aws sts get-caller-identity", _UPDATE),
        url=pages.EKS_KUBECONFIG,
    )
