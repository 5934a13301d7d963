"""Explain that a program lacks a module or package of its SDK, which it needs for a web identity or a profile.

Sources: https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html and
https://github.com/aws/aws-sdk-java-v2/blob/master/core/auth/src/main/java/software/amazon/awssdk/auth/credentials/internal/ProfileCredentialsUtils.java.
"""

from __future__ import annotations

import re

from iamtriage._patterns import cached_pattern, lazy_pattern
from iamtriage._text import join_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled
from iamtriage.explaining._rules.credentials.workloads.credential_endpoints import INSTANCE_SESSION
from iamtriage.explaining._rules.credentials.workloads.pod_roles import variables_command
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.texts.text_signs import is_about_pods
from iamtriage.failures._failures import MissingCredentials

MISSING_MODULE = lazy_pattern(
    r"(?:'(?P<profile>[^'\n]{1,64})' profile, )?the '(?P<module>sts|sso|ssooidc|signin)' service module must be on the class ?path"
    # The SDK 1 says it for a profile with a role, and, whether there is a web identity or not, for the provider of these.
    r"|(?<!WebIdentityTokenCredentialsProvider: )To use assume role profiles the (?P<of_role>aws-java-sdk-sts) module must be"
    r"|\A(?=[\s\S]{0,60000}?(?:\bAWS_WEB_IDENTITY_TOKEN_FILE\b(?! (?:is |are )?(?:not|un|missing))|eks\.amazonaws\.com/(?:role-arn|serviceaccount)|\bIRSA\b|\b[Ss]ervice ?[Aa]ccount\b[^\n.]{0,60}\b(?:role|annotat)))[\s\S]{0,60000}?the aws-java-sdk-sts module must be"
)
"""What the SDK for Java says if a web identity or a profile needs a module, such as for IRSA: https://github.com/aws/aws-sdk-java-v2/issues/2961."""
_VERSION_OF_OTHERS = "the version of the other modules unless a BOM sets it"
# AWS's answer to a request that the SDK sent nevertheless.
_ANSWERED = lazy_pattern(
    r"\bAccess ?Denied(?:Exception)?\b|\b(?:not authorized to perform|UnauthorizedOperation)\b"
)
MODULE_MISSING = CauseType(
    "sdk-module-missing",
    title="The program lacks a module of the SDK",
    text="The SDK for Java uses web identities and some profiles only with a module that is not on the class path.",
    recognised_by="The SDK says that a module, package or feature for STS, IAM Identity Center or aws login is missing.",
    fix="Add the module, such as the dependency software.amazon.awssdk:sts.",
    sources=("https://github.com/aws/aws-sdk-java-v2/issues/2961",),
)


HTTP_CLIENTS = lazy_pattern(
    r"(?:\b(?P<provider>\w{4,60}Provider)\([^()\n]{0,200}\): )?(?:Multiple HTTP implementations were found on the class ?path|Unable to load an HTTP implementation from any provider)"
)
"""What the SDK for Java 2 says if it has no HTTP client, or several, for the call that gets credentials."""
HTTP_CLIENT_UNCLEAR = CauseType(
    "sdk-http-client-unclear",
    title="The SDK for Java has no HTTP client to get credentials with, or several",
    recognised_by='The SDK says "Multiple HTTP implementations were found on the classpath", or that it cannot load one.',
    fix="Keep one HTTP client on the class path, or choose one.",
    sources=("https://docs.aws.amazon.com/sdk-for-java/latest/developer-guide/http-configuration.html",),
)


def explain_http_clients(case: Case[MissingCredentials], _message: str) -> Explanation:
    """Explain that a Java program cannot get credentials because its SDK has no HTTP client, or several."""
    found = next(HTTP_CLIENTS.finditer(case.text))
    are_several = "Multiple" in found[0]
    what = "several HTTP clients, and it does not choose one" if are_several else "no HTTP client"
    of_token = (found["provider"] or "").startswith("WebIdentityToken")
    wanted = "the role of the web identity token, such as IRSA" if of_token else "credentials"
    return case.explain(
        f"The SDK for Java did not get {wanted}: its class path has {what}.",
        HTTP_CLIENT_UNCLEAR.cause(
            "reported",
            text="The call that gets the credentials needs one, even if the program sets another for its own calls. "
            "The SDK then tries the next provider, such as the role of the node.",
        ),
        topic="no-credentials",
        remedies=your_remedy(
            "Choose one HTTP client" if are_several else "Add an HTTP client",
            "Exclude the others from the dependencies (mvn dependency:tree lists them), or start the program with the option below. It names Apache's client; for url-connection-client, the class is software.amazon.awssdk.http.urlconnection.UrlConnectionSdkHttpService."
            if are_several
            else "Add the dependency software.amazon.awssdk:apache-client or url-connection-client, with the version of the other modules.",
            manifest="-Dsoftware.amazon.awssdk.http.service.impl=software.amazon.awssdk.http.apache.ApacheSdkHttpService"
            if are_several
            else None,
            manifest_language="text",
        ),
        notes=credential_remedies.NO_CALL_MADE,
    )


def explain_missing_module(case: Case[MissingCredentials], _message: str) -> Explanation:
    """Explain that a Java program cannot use a web identity or a profile without a module of the SDK."""
    said = next(MISSING_MODULE.finditer(case.text))
    text, of_sdk_1 = case.failure.text, said["module"] is None
    profile = said["profile"]
    is_of_profile = bool(profile or said["of_role"])
    group, prefix = ("com.amazonaws", "aws-java-sdk-") if of_sdk_1 else ("software.amazon.awssdk", "")
    module = said["module"] or "sts"
    # A profile of IAM Identity Center requires both.
    names = [f"{prefix}{each}" for each in (("sso", "ssooidc") if module.startswith("sso") else (module,))]
    lines = "\n".join(
        f"<dependency>\n  <groupId>{group}</groupId>\n  <artifactId>{each}</artifactId>\n</dependency>"
        for each in names
    )
    modules = join_words([f"{group}:{each}" for each in names], "and")
    what = f"module{'s' if len(names) > 1 else ''} {join_words(names, 'and')}"
    step = f"Add {modules}, with {_VERSION_OF_OTHERS} (in Maven as shown), then build and deploy again."
    user = (
        f"the profile {profile}"
        if profile
        else "a profile with role_arn"
        if is_of_profile
        else "a web identity, such as that of an EKS pod (IRSA)"
    )
    summary = f"The SDK for Java found no credentials: the class path lacks the module {prefix}{module}, which it needs for {user}."
    answered = None if of_sdk_1 or profile else _ANSWERED.search(text, case.failure.span[1])
    why, rest = None, "The profile is not the problem."
    if not is_of_profile:
        why = "With this module, the SDK exchanges the token of the web identity for credentials."
        rest = "AWS has not checked the role yet."
    cause = MODULE_MISSING.cause("reported", text=why)
    if answered is not None:
        cause = MODULE_MISSING.cause("derived", f'The text says "{answered[0]}".')
        role = (clues.find_role_arn(text) or "").rpartition("/")[2]
        node = INSTANCE_SESSION.search(text)
        whose = f"those of the node, the role {node[1]}" if node else "usually those of the node"
        summary = f"The SDK for Java skips {f'the role {role}' if role else 'the role of the service account'}: the class path lacks the module {module}, which it needs for the token of the pod (IRSA). The call was then made with the next credentials in the chain, {whose}."
    is_in_pod = case.facts.service_account is not None or is_about_pods(case.text)
    # The provider can say it without a token, too.
    has_token = any(each in text for each in ("AWS_WEB_IDENTITY_TOKEN_FILE", "eks.amazonaws.com/"))
    check = None
    if is_in_pod and not (is_of_profile or has_token or answered):
        check = Labelled("This prints which variables the pod has:", variables_command(case))
    return case.explain(
        summary,
        cause,
        topic="no-credentials",
        remedies=your_remedy(
            f"Add the {what} to the program",
            step,
            "Without a build, such as with Spark: aws-java-sdk-bundle contains it, and spark-submit --packages adds it. Or update to a release of the program with the SDK for Java 2: AWS no longer supports the SDK 1."
            if of_sdk_1
            else None,
            check
            and "If the pod lacks AWS_ROLE_ARN or AWS_WEB_IDENTITY_TOKEN_FILE, its service account has no role: annotate it (eks.amazonaws.com/role-arn), or create a Pod Identity association, which does not need the module.",
            manifest=lines,
            commands=check,
            url=pages.SDK_CREDENTIALS if is_of_profile else pages.EKS_IRSA_SDK,
        ),
        notes=(
            f"The other providers in the message are the rest of the chain: no access keys are needed. {rest}",
            None if answered else credential_remedies.NO_CALL_MADE,
            None
            if is_of_profile
            else "Do not give the role of the node this permission: all pods on the node could use it."
            if answered
            else "IMDS does not replace the module: the program would then have the role of the node.",
        ),
    )


class _Package(NamedTuple):
    """What an SDK says about a package that it needs for some credentials, and what installs it."""

    sign: str
    sdk: str
    command: str
    step: str
    url: str


_PACKAGES = (
    # ServiceClientHelpers.LoadServiceFromAssembly in https://github.com/aws/aws-sdk-net
    _Package(
        r"\b(?P<name>AWSSDK\.[A-Z]\w{2,40}) could not be found or loaded\. This assembly must be available",
        "the SDK for .NET",
        "dotnet add package {}",
        "Add the package to the project that starts the program, with the same major version as its other AWSSDK packages. Trimming removes an assembly that no code refers to: keep it with TrimmerRootAssembly.",
        pages.SDK_CREDENTIALS,
    ),
    _Package(
        r"\brequires following cargo feature\(s\) enabled: (?P<name>[a-z-]{2,40})",
        "the SDK for Rust",
        "cargo add aws-config --features {}",
        "sso and credentials-process are on by default: default-features = false turns them off. If you cannot build the program, export the credentials instead: aws configure export-credentials --format env.",
        "https://docs.rs/crate/aws-config/latest/features",
    ),
    _Package(
        r"\bYou will need to pip install [\\\"'`]{0,3}(?P<name>botocore\[crt\])",
        "the SDK for Python",
        'python3 -m pip install "{}"',
        "Install it in the environment that runs the program: the virtual environment, or with uvx or pipx that of the tool (uvx --with, pipx inject).",
        "https://docs.aws.amazon.com/sdkref/latest/guide/feature-login-credentials.html",
    ),
    _Package(
        r"\bCannot find (?:module|package) '(?P<name>@aws-sdk/(?:client-s(?:ts|so|so-oidc|ignin)|credential-[a-z-]{4,40}))'",
        "the SDK for JavaScript",
        "npm install {}",
        "Install it in the project that runs, with the version of the other @aws-sdk packages. A bundler must not leave it out.",
        pages.SDK_CREDENTIALS,
    ),
)
MISSING_PACKAGE = lazy_pattern("|".join(each.sign.replace("?P<name>", "?:") for each in _PACKAGES))
"""What other SDKs say about a package that they lack."""
_SERIES_OF_NET = lazy_pattern(r"\bAWSSDK\.[A-Z][\w.]{1,60}\"\s{1,40}Version=\"(\d{1,2}\.\d{1,3})\.")
# What the package is for.
_USES = (
    (r"(?i:sso)", "profiles of IAM Identity Center"),
    (r"(?i:signin|login|crt)", "the credentials of aws login"),
    (r"(?i:process)", "credential_process"),
    (r"", "assuming a role, also with a web identity (IRSA)"),
)


def explain_missing_package(case: Case[MissingCredentials], _message: str) -> Explanation:
    """Explain that a program lacks a package of its SDK."""
    package, found = next(
        (each, found)
        for each in _PACKAGES
        if (found := cached_pattern(each.sign).search(case.text)) is not None
    )
    name = found["name"]
    use = next(use for sign, use in _USES if re.search(sign, name))
    both = "AWSSDK.SSO" in name
    what = join_words(["AWSSDK.SSO", "AWSSDK.SSOOIDC"], "and") if both else name
    if package.command.startswith("cargo"):
        what = f"the feature {name} of aws-config"
    lines = tuple(
        package.command.format(each) for each in (("AWSSDK.SSO", "AWSSDK.SSOOIDC") if both else (name,))
    )
    series = set(_SERIES_OF_NET.findall(case.failure.text))
    if package.command.startswith("dotnet") and len(series) == 1:
        # The latest version can be of another series than the other packages, such as 4 beside 3.7.
        lines = tuple(f'{each} --version "{next(iter(series))}.*"' for each in lines)
    return case.explain(
        f"The program found no credentials: it lacks {what}, which {package.sdk} needs for {use}.",
        MODULE_MISSING.cause(
            "reported",
            f'The text says "{found[0].strip()}".',
            text="The credentials are configured, but the program cannot use them without this part of the SDK.",
        ),
        topic="no-credentials",
        remedies=your_remedy(
            f"Add {what} to the program",
            package.step,
            "Then build and deploy again." if package.sdk != "the SDK for Python" else None,
            commands=lines,
            url=package.url,
        ),
        notes=(
            "The profile, the role and its trust policy are not the problem, and no access keys are needed.",
            credential_remedies.NO_CALL_MADE,
        ),
    )
