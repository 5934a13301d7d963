"""Find credentials that code passes to an SDK without a session token or values, and controllers that use none.

Lambda sets the variables of the execution role, and its users cannot:
https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html. For cert-manager, see
https://cert-manager.io/docs/configuration/acme/dns01/route53/ and
https://cert-manager.io/docs/configuration/acme/#ambient-credentials.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation
from iamtriage.explaining._rules.credentials.profiles import unread_sources
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy
from iamtriage.failures._failures import MissingCredentials

_EMPTY = (
    "Resolved credential object is not valid", "static credentials are empty",
    "Credentials must be an instance of", "Access key ID cannot be blank",
    "Secret access key cannot be blank",
)  # fmt: skip
GIVEN_EMPTY = lazy_pattern("|".join(_EMPTY))
"""How SDKs report credentials in code without values."""
NO_PROVIDER = lazy_pattern(
    r"\bCredential is missing\b|`credentials` not provided|NoMatchingAuthScheme|select an auth scheme to sign the request with"
)
"""How SDKs report a client without a source of credentials."""
_RUST = lazy_pattern(r"auth scheme|NoMatchingAuthScheme")
EMPTY_CREDENTIALS = CauseType(
    "empty-credentials",
    title="The program gives the SDK credentials without values",
    meaning="The code passes credentials whose access key ID or secret access key is empty or undefined. The SDK then does not look elsewhere.",
    recognised_by='The SDK says "Resolved credential object is not valid", "static credentials are empty", "Access key ID cannot be blank" or, in PHP, "Credentials must be an instance of".',
    fix="Leave the credentials out of the code, or set the values that they are read from.",
    sources=(pages.SDK_CREDENTIALS,),
)
NO_CREDENTIAL_PROVIDER = CauseType(
    "no-credential-provider",
    title="The client was created without a source of credentials",
    meaning="The default chain of providers is not part of the client: the browser build of the SDK for JavaScript has none, and in Rust, the configuration was not loaded with aws_config.",
    recognised_by='The SDK for JavaScript says "Credential is missing", or the SDK for Rust "NoMatchingAuthScheme".',
    fix="Create the client with credentials, or with the default chain.",
    sources=(pages.SDK_CREDENTIALS,),
)
# https://www.php.net/manual/en/ini.core.php#ini.variables-order and
# https://www.php.net/manual/en/install.fpm.configuration.php
_STEPS = {
    "CredentialsInterface": "In PHP, $_ENV is empty if variables_order has no E, as in php.ini-production: use getenv(). php-fpm passes on variables only with env[] in the pool or clear_env = no.",
    "Resolved credential object": "The SDK for JavaScript 3 expects accessKeyId, secretAccessKey and sessionToken. The response of AssumeRole has AccessKeyId, SecretAccessKey and SessionToken.",
}


def explain_empty_credentials(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that the code passes credentials without values."""
    if unread_sources.CACHED_CONFIGURATION.search(case.text):
        return unread_sources.explain_cached_configuration(case, message)
    summary = (
        "The program gives the SDK credentials whose access key ID or secret access key is empty or undefined"
    )
    title = "Leave the credentials out of the code, or set the values that they are read from"
    text = "The code sets the credentials itself, and a value is empty or undefined. The SDK then does not look elsewhere."
    default = "Without credentials in code, the SDK uses its default chain: environment variables, profiles, and the role of the machine or container."
    steps: tuple[str, ...] = (
        default,
        "If the code reads them from variables or a file, compare the names, and set the values where the code runs. An undefined variable raises no error.",
        *(step for words, step in _STEPS.items() if words in message),
    )
    if (program := clues.find_program(case.failure)) in {"Pulumi", "Terraform"}:
        summary = (
            f"The AWS provider of {program} is given an access key ID or secret access key that is empty"
        )
        text = "A provider that is given one key, or a session token, reads no profile."
        title = "Set both keys, or remove what sets them"
        of_pulumi = "aws:accessKey in pulumi config, AWS_ACCESS_KEY_ID" * (program == "Pulumi")
        places = of_pulumi or 'access_key in provider "aws" and backend "s3", their variables'
        steps = (f"Look at {places}, and .env files: without keys there, the profile or role is used.",)
    # Only the names, not the values.
    line, code = "env | grep -o '^AWS_[A-Z_]*'", ""
    if misspelled := find_misspelled_names(case.text):
        reads, defines, settings = zip(*misspelled, strict=True)
        read, defined = join_words(reads, "and"), join_words(defines, "and")
        are = "is" if len(misspelled) == 1 else "are"
        summary = (
            f"The program gives the SDK credentials without values: it reads {read}, which {are} undefined"
        )
        text = f"{defined} {are} defined. The SDK checks the values before it sends a request, so the keys themselves are not the cause."
        title = f"Read {defined} instead"
        steps = (f"Better, keep no keys in files of the code, and leave credentials out. {default}",)
        code = "\n".join(settings)
    return case.explain(
        f"{summary}.",
        clues.reported_cause(EMPTY_CREDENTIALS, message, *_EMPTY, text=text),
        remedies=your_remedy(title, *steps, commands=None if code else line, manifest=code or None),
        notes=credential_remedies.NO_CALL_MADE,
    )


_READ_NAME = lazy_pattern(
    r"(?a)\b(?:accessKeyId|secretAccessKey|aws_(?:access_key_id|secret_access_key))[\"']?\s?[:=]\s?(?P<object>[A-Za-z_][\w.?!]{0,60}\.)(?P<name>[A-Za-z_]\w{2,40})\b"
)
# The response of AssumeRole and its relatives.
_OF_RESPONSE = {"accessKeyId": "AccessKeyId", "secretAccessKey": "SecretAccessKey"}
_DEFINED_NAME = lazy_pattern(r"(?a)(?<![\w.])(?P<name>[A-Za-z_]\w{2,40})[\"']?\s?[:=](?![=>])")


def find_misspelled_names(text: str) -> list[tuple[str, str, str]]:
    """Return the values that code passes as keys and the text defines in another spelling, with that and its code.

    >>> find_misspelled_names("{accessKeyId: 'A'}; {accessKeyId: config.access_key_id}")
    [('config.access_key_id', 'config.accessKeyId', 'accessKeyId: config.accessKeyId,')]
    """
    reads = list(_READ_NAME.finditer(text))
    starts = {each.start() for each in reads}  # the arguments of the client are no definition
    defined = [each["name"] for each in _DEFINED_NAME.finditer(text) if each.start() not in starts]
    spellings = {each.replace("_", "").lower(): each for each in defined} if reads else {}
    found: list[tuple[str, str, str]] = []
    for each in reads:
        name, spelling = each["name"], spellings.get(each["name"].replace("_", "").lower())
        if "AssumeRole" in text and each["object"].endswith("Credentials."):
            spelling = _OF_RESPONSE.get(name)
        if name not in defined and spelling is not None:
            read, right = each["object"] + name, each["object"] + spelling
            found.append((read, right, f"{each[0].replace(read, right)},"))
    return found


def explain_no_provider(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that a client has no source of credentials."""
    quoted = clues.quote_phrases(
        message,
        "Credential is missing",
        "`credentials` not provided",
        "NoMatchingAuthScheme",
        "select an auth scheme to sign the request with",
    )[:1]
    if _RUST.search(message):
        text = "The configuration of the client has no credentials provider. A configuration that is built by hand has none."
        title = "Load the configuration with aws_config"
        steps: tuple[str, ...] = (
            "Create the client from aws_config::load_defaults(BehaviorVersion::latest()).await: it has the default chain.",
            "If the configuration is built by hand, set credentials_provider and region.",
        )
    else:
        text = "The code runs the browser build of the SDK for JavaScript, which has no default chain, and passes no credentials."
        title = "Use the Node.js build on servers, and temporary credentials in browsers"
        steps = (
            "On a server or in Lambda, let the bundler build for Node.js: platform node in esbuild, target node in webpack. Or leave @aws-sdk out of the bundle.",
            "In a browser, pass the option credentials, for example fromCognitoIdentityPool. Never put access keys into a page.",
            "In an app that renders on the server, make the call on the server only.",
        )
    return case.explain(
        "The client was created without a source of credentials.",
        NO_CREDENTIAL_PROVIDER.cause("reported", quoted, text=text),
        remedies=your_remedy(title, *steps),
        notes=credential_remedies.NO_CALL_MADE,
    )


# A setting or the first argument of a constructor, and what passes the session token, too.
_TOKENS = {
    "accessKeyId": "sessionToken",
    "aws_access_key_id": "aws_session_token",
    "access_key_id": "session_token",
    "key": "token",  # of the AWS SDK for PHP
    # Settings of Django: https://github.com/etianen/django-s3-storage/issues/68
    "AWS_ACCESS_KEY_ID": "AWS_SESSION_TOKEN",
    "AWS_S3_ACCESS_KEY_ID": "AWS_SESSION_TOKEN",
    "AwsBasicCredentials.create": "AwsSessionCredentials.create",
    "BasicAWSCredentials": "BasicSessionCredentials",
}
_DOT_NET = lazy_pattern(
    r"\bGetEnvironmentVariable\b|\bAmazon\.(?:S3|Runtime|[A-Z]\w{2,30})\b|\bvar \w{1,40} ?= ?new\b"
)
# The value is an environment variable, or a member of credentials from STS.
_VALUE = (
    r"[\w.:*&!$\[(\"'>-]{0,60}?(?:(?P<variable>AWS_ACCESS_KEY(?:_ID)?\b)"
    r"|[cC]red(?:s|ential|entials)?[\"'\])!?]{0,3}(?:\.|->|::|\[)[\"']?(?:get)?[aA]ccess_?[kK]ey_?[iI]d)"
)
_IN_SETTINGS = r"AWS_(?:S3_)?ACCESS_KEY_ID(?=[\"']? ?[:=] ?(?:\w{1,20}\.)?(?:environ|getenv|env|config)\b)"
_PASSED = (
    rf"(?:(?<![\w-])(?P<quote>[\"']?)(?P<setting>aws_access_key_id|access_key_id|accessKeyId|(?<=['\"])key|{_IN_SETTINGS})(?P=quote) ?(?:=>|[:=]) ?"
    r"|\b(?P<call>AwsBasicCredentials\.create|BasicAWSCredentials|NewStaticCredentials(?:Provider)?|Aws::Credentials\.new|Credentials::new)\(\s{0,8})"
)
_KEYS = lazy_pattern(f"{_PASSED}{_VALUE}")
# Any value, for a text that says that the key is temporary.
_ANY_KEYS = lazy_pattern(
    rf"{_PASSED}(?P<variable>)(?=[\"']A[KS]IA|(?!A[KS]IA)[A-Za-z_$@][\w.$\[(>-]{{0,60}}|[\"'](?:\.{{3}}|…|<|\*|[xX]{{3}}))"
)
_TOKEN = lazy_pattern(r"(?i)(?:session|security)_?token|[\"']token[\"']|, ?\w{0,20}tok(?:en)?\w{0,20}\)")
_SECRET = lazy_pattern(r"(?i)secret")
_CLOSING = lazy_pattern(r"[\"']?[\])]{0,3}")
_OBJECT = lazy_pattern(r"\bcredentials[\"']?\s?[:=]\s?\{[^{}]{0,80}\Z")
_CHARS_BEFORE, _CHARS_AFTER = 150, 400
_PAIRS = {"(": ")", "[": "]", "{": "}"}


class KeysInCode(NamedTuple):
    """Code that passes an access key without a session token, and what passes it from the environment."""

    words: str
    token: str
    argument: str | None
    is_setting: bool = True

    @property
    def is_from_environment(self) -> bool:
        """Whether the values are those of environment variables."""
        return self.argument is not None

    @property
    def missing(self) -> str:
        """What is missing, as an addition to a clause."""
        return f" ({self.token} is missing)" if self.is_setting else ""


def find_keys_in_code(text: str, *, is_temporary: bool | None = None) -> KeysInCode | None:
    """Return the code that passes an access key without a session token.

    Args:
        text: The text.
        is_temporary: Whether the text has the access key ID of a session. Then the key can have any value.

    >>> found = find_keys_in_code('client("s3", aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"], aws_secret_access_key=s)')
    >>> found.token
    'aws_session_token'
    """
    found = _KEYS.search(text) or (_ANY_KEYS.search(text) if is_temporary else None)
    if found is None:
        return None
    around = _find_arguments(text, found)
    is_file = found["variable"] == "" and around[:1] not in _PAIRS
    if is_file or _TOKEN.search(around) or not _SECRET.search(around):
        return None
    name = found["setting"] or found["call"]
    token = _TOKENS.get(name, name)
    if name == "BasicAWSCredentials" and _DOT_NET.search(text):
        token = "SessionAWSCredentials"  # noqa: S105 (a class)
    words = f"{name} and the secret" if found["setting"] else f"{name}(…)"
    if name.startswith("AWS_"):
        words = f"{name} and {name.replace('ACCESS_KEY_ID', 'SECRET_ACCESS_KEY')}"
    if _OBJECT.search(text, max(found.start() - _CHARS_BEFORE, 0), found.start()):
        words = "the whole object credentials (an empty one fails, too)"
    argument = None if not found["variable"] else _pass_token(found, token)
    if not found["setting"]:
        token = f"the token as the third argument of {token}"
    return KeysInCode(words, token, argument, bool(found["setting"]))


def _find_arguments(text: str, found: re.Match[str]) -> str:
    """Return what stands in the same brackets as a key that code passes: the variables of a shell can follow."""
    start, opened, depth = max(found.start() - _CHARS_BEFORE, 0), found.start(), 0
    if found["call"]:
        opened = text.index("(", opened)
    else:
        for opened in range(found.start() - 1, start - 1, -1):
            depth += (text[opened] in ")]}") - (text[opened] in _PAIRS)
            if depth < 0:
                break
        else:
            return text[start : found.end() + _CHARS_AFTER]
    depth = 0
    for end in range(opened, min(found.end() + _CHARS_AFTER, len(text))):
        depth += (text[end] in _PAIRS) - (text[end] in ")]}")
        if depth == 0:
            return text[opened : end + 1]
    return text[start : found.end() + _CHARS_AFTER]


def _pass_token(found: re.Match[str], token: str) -> str:
    """Return how code passes the session token, written like the access key."""
    closing = "".join(_CLOSING.findall(found.string, found.end(), found.end() + 4)[:1])
    begin = found[0] if found["setting"] else found[0].partition("(")[2].lstrip()
    if not found["setting"] and "::" not in token:
        closing = closing[:-1] if closing.count(")") > begin.count("(") else closing
    quote, opened = closing.rstrip("])"), sum(map(begin.count, "(["))
    written = f"{begin}{quote}{closing[len(quote) :][:opened]}"
    if found["setting"]:
        written = written.replace(found["setting"], token, 1)
    # A variable of temporary credentials is not set everywhere, such as on a computer.
    written = re.sub(r"\benviron\[([^\[\]]{1,80})\]", r"environ.get(\1)", written)
    written = re.sub(rf"\b{found['variable']}\b", "AWS_SESSION_TOKEN", written)
    return written if found["setting"] else f"{written} as the third argument of {token}"


KEDA_KEYS = r"awsAccessKeyID not found|exist in the deployment environment"
_OPERATOR = lazy_pattern(r"\bidentityOwner: ?[\"']?operator|\bauthenticationRef:")
TRIGGER_WITHOUT_IDENTITY = CauseType(
    "keda-trigger-without-identity",
    title="The trigger of KEDA has no identity, so KEDA looks for access keys",
    meaning="Without authenticationRef and identityOwner, KEDA reads access keys from the environment of the scaled workload.",
    recognised_by='KEDA says "awsAccessKeyID not found", or that a variable "doesn\'t exist in the deployment environment".',
    fix="Set identityOwner: operator in the trigger, or add a TriggerAuthentication with podIdentity.",
    sources=("https://keda.sh/docs/latest/scalers/aws-sqs/", "https://github.com/kedacore/keda/issues/6418"),
)


def explain_keda_keys(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that a trigger of KEDA names no identity."""
    text = case.failure.text
    is_shown = "triggers:" in text and _OPERATOR.search(text) is None
    found = ": the trigger has neither identityOwner: operator nor an authenticationRef" if is_shown else ""
    return case.explain(
        f"KEDA found no access keys for a trigger, and did not call AWS{found}.",
        TRIGGER_WITHOUT_IDENTITY.cause(
            "derived" if is_shown else "possible", clues.quote_phrases(message, *KEDA_KEYS.split("|"))
        ),
        remedies=(
            cluster_remedy(
                "Let the trigger use the identity of the KEDA operator",
                "Add identityOwner: operator under metadata of the trigger, then apply the ScaledJob or ScaledObject again.",
                "The role of the operator needs the actions of the trigger, such as sqs:GetQueueAttributes on the queue.",
            ),
            cluster_remedy(
                "Or use a TriggerAuthentication",
                "Create one with spec.podIdentity.provider: aws in the namespace of the workload, and set authenticationRef.name in the trigger.",
                url="https://keda.sh/docs/latest/authentication-providers/aws/",
            ),
        ),
        notes="This is not a denial by IAM: KEDA stopped before the first call.",
    )


AMBIENT_OFF = lazy_pattern(r"perhaps you meant to enable ambient credentials")
"""What cert-manager says if an issuer has no credentials of its own, and may use no others."""
_ISSUER = lazy_pattern(
    r"(?m)^kind: *(?P<kind>(?:Cluster)?Issuer)[ \t\r]*$(?:\n(?!---)[^\n]{0,200}){0,12}?\n(?:[ \t]{1,4}|metadata: *\{ *)name: *[\"']?(?P<name>[a-z0-9][a-z0-9.-]{0,252})"
)
_KIND = lazy_pattern(r"\b(?:Cluster)?Issuer\b")
AMBIENT_CREDENTIALS_OFF = CauseType(
    "ambient-credentials-off",
    title="A cert-manager issuer is not allowed to use the credentials of the pod",
    meaning="By default, cert-manager uses the credentials of its pod (IRSA, EKS Pod Identity, the node) for a ClusterIssuer, but not for an Issuer.",
    recognised_by='cert-manager says "perhaps you meant to enable ambient credentials".',
    fix="Use a ClusterIssuer, start the controller with --issuer-ambient-credentials, or give the Issuer its own credentials.",
    sources=("https://cert-manager.io/docs/configuration/acme/dns01/route53/",),
)


def explain_ambient_credentials(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that an issuer of cert-manager may not use the credentials of the controller."""
    text = case.failure.text
    issuers = {each["kind"]: each["name"] for each in _ISSUER.finditer(text)}
    kinds = set(issuers) or {*_KIND.findall(text)}
    is_cluster = kinds == {"ClusterIssuer"}
    kind = "ClusterIssuer" if is_cluster else "Issuer"
    named = f"the {kind} {clip_text(issuers[kind])}" if kind in issuers else f"the {kind}"
    if not kinds:
        named = "the issuer (most likely an Issuer, not a ClusterIssuer)"
    flag = "--cluster-issuer-ambient-credentials=true" if is_cluster else "--issuer-ambient-credentials=true"
    default = "A namespaced Issuer uses none by default; a ClusterIssuer does."
    if is_cluster:
        default = (
            "The controller runs with --cluster-issuer-ambient-credentials=false, which is not the default."
        )
    allow = cluster_remedy(
        f"Start the controller with {flag.partition('=')[0]}",
        "The command is for the Helm chart. It replaces extraArgs: add the arguments that are set already.",
        commands=f"helm upgrade cert-manager jetstack/cert-manager --namespace cert-manager --reuse-values --set 'extraArgs={{{flag}}}'",
    )
    own = cluster_remedy(
        f"Or give {named} its own credentials",
        "Set accessKeyID and secretAccessKeySecretRef of the route53 solver, or, in newer versions, auth.kubernetes.serviceAccountRef and role.",
    )
    change = cluster_remedy(
        f"Make {named} a ClusterIssuer",
        "Write kind: ClusterIssuer without metadata.namespace. cert-manager reads Secrets of a ClusterIssuer, such as keys, from its own namespace.",
        "Set issuerRef.kind: ClusterIssuer in the Certificates, or the annotation cert-manager.io/cluster-issuer on Ingresses.",
        "A ClusterIssuer can be used from each namespace: limit it with dnsZones in the solver's selector.",
    )
    return case.explain(
        f"AWS was not called: cert-manager does not use its own credentials (IRSA, the node's role) for {named}.",
        clues.reported_cause(
            AMBIENT_CREDENTIALS_OFF,
            message,
            "perhaps you meant to enable ambient credentials",
            text=f"{default} The role, its policy and its trust policy are not the cause: the controller calls AWS{'' if is_cluster else ', whatever the namespace of the Issuer'}.",
        ),
        topic="no-credentials",
        remedies=(allow, own) if is_cluster else (change, allow, own),
        notes=None
        if is_cluster
        else f"With {flag}, everyone who may create an Issuer in any namespace can use the role.",
    )
