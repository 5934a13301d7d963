"""Find credentials that code passes to an SDK without a session token or values, and controllers that use none.

Lambda sets the variables of the execution role, and its users cannot:
https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html. For cert-manager, see
https://cert-manager.io/docs/configuration/acme/dns01/route53/ and
https://cert-manager.io/docs/configuration/acme/#ambient-credentials.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import MissingCredentials

NO_PROVIDER = lazy_pattern(
    r"\bCredential is missing\b|`credentials` not provided|NoMatchingAuthScheme|select an auth scheme to sign the request with"
)
"""How SDKs report a client without a source of credentials."""
_RUST = lazy_pattern(r"auth scheme|NoMatchingAuthScheme")
NO_CREDENTIAL_PROVIDER = CauseType(
    "no-credential-provider",
    title="The client was created without a source of credentials",
    meaning="The default chain of providers is not part of the client: the browser build of the SDK for JavaScript has none, and in Rust, the configuration was not loaded with aws_config.",
    recognised_by='The SDK for JavaScript says "Credential is missing", or the SDK for Rust "NoMatchingAuthScheme".',
    fix="Create the client with credentials, or with the default chain.",
    sources=(pages.SDK_CREDENTIALS,),
)


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
        remedies=your_remedy(title, *steps, url=pages.SDK_CREDENTIALS),
        notes=credential_remedies.NO_CALL_MADE,
    )


# The value is an environment variable, or a member of credentials from STS.
_VALUE = (
    r"[\w.:*&!$\[(\"'>-]{0,60}?(?:(?P<variable>AWS_ACCESS_KEY(?:_ID)?\b)"
    r"|[cC]red(?:s|ential|entials)?[\"'\])!?]{0,3}(?:\.|->|::|\[)[\"']?(?:get)?[aA]ccess_?[kK]ey_?[iI]d)"
)
