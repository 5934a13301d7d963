"""Explain logins to Vault or OpenBao that STS rejects: the server sends the request that its client has signed.

Sources: https://developer.hashicorp.com/vault/docs/auth/aws and https://developer.hashicorp.com/vault/api-docs/auth/aws.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import clues, commands
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.explaining._rules.sts.findings import GLOBAL_HOST_REGIONAL_CREDENTIALS
from iamtriage.sts._endpoints import find_endpoint
from iamtriage.sts._evidence import GLOBAL_HOST

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import CredentialScope, InvalidCredentials, MissingCredentials

_PAGE = "https://developer.hashicorp.com/vault/docs/auth/aws"
_RELAY = lazy_pattern(
    r"error making upstream request: received error code [0-9]{3} from STS|/v1/auth/aws[\w/-]{0,60}/login\b",
    re.ASCII,
)
_STS_OF_RELAY = lazy_pattern(
    r"\bsts_endpoint\b[\s\"'=:]{1,40}https://sts\.(?P<region>[a-z0-9-]{5,30})\.amazonaws", re.ASCII
)
_RELAYS = "Vault does not sign the login: it forwards the client's signed request to the STS endpoint in Vault's configuration."
UNSIGNED_RELAY = CauseType(
    "unsigned-relay",
    title="The client of Vault sent a login without a signature",
    text=f"{_RELAYS} The client found no credentials to sign with.",
    recognised_by='Vault says "received error code 403 from STS" with the code MissingAuthenticationToken.',
    fix="Give the client AWS credentials.",
    sources=(_PAGE,),
)


def is_relayed(text: str) -> bool:
    """Return whether a server sent the request that a client signed to STS."""
    return _RELAY.search(text) is not None


def explain_relayed_scope(
    case: Case[CredentialScope] | Case[InvalidCredentials],
    because: tuple[str, ...],
    signed_region: str | None,
) -> Explanation:
    """Explain that Vault sends the signed request of a client to the STS endpoint of another Region."""
    configured = _STS_OF_RELAY.search(case.text)
    called = f"the global endpoint https://{GLOBAL_HOST}, its default"
    if configured is not None:
        called = f"https://sts.{configured['region']}.amazonaws.com, which its configuration names"
    configure = _configure_remedy(signed_region)
    sign = _sign_remedy(configured["region"] if configured else "us-east-1")
    return case.explain(
        f"The Vault server sent the client's STS request to {called}, but the client signed it for {signed_region or 'another Region'}.",
        GLOBAL_HOST_REGIONAL_CREDENTIALS.cause(
            "derived", because, text=f"{_RELAYS} The signature and the endpoint must be for the same Region."
        ),
        topic="sts-endpoint",
        remedies=(sign, configure) if configured else (configure, sign),
        notes="The secret access key is not the problem, and no permission is missing.",
    )


def explain_unsigned_relay(case: Case[MissingCredentials]) -> Explanation:
    """Explain that the client of Vault sent a login without a signature."""
    return case.explain(
        "The login to Vault carries no signature: the client found no AWS credentials to sign with.",
        UNSIGNED_RELAY.cause("reported", clues.quote_phrases(case.text, "Missing Authentication Token")),
        topic="unsigned-request",
        remedies=your_remedy(
            "Give the client of Vault AWS credentials, and log in again",
            "The first command prints the identity of the credentials. Run it where the login runs: as the same user, in the same container.",
            "In a container on EC2, the instance metadata service needs a hop limit of 2; a pod or an ECS task needs its own role.",
            commands=("aws sts get-caller-identity", "vault login -method=aws"),
            url=_PAGE,
        ),
        notes="The Vault server's own credentials are not used here.",
    )


def _configure_remedy(region: str | None) -> Remedy:
    endpoint = find_endpoint(region or "")
    # Not REGION, which can become the Region that Vault already calls.
    values = ("https://sts.CLIENT_REGION.amazonaws.com", "CLIENT_REGION")
    if endpoint is not None:
        values = (endpoint.url, endpoint.signing_region)
    return account_remedy(
        "Set the STS endpoint of Vault to the Region of its clients",
        "A Vault administrator does this, for the mount of the auth method. All clients of the mount must then sign for this Region. In China and GovCloud, set iam_endpoint, too.",
        commands=(
            "vault read auth/aws/config/client",
            fill_command("vault write auth/aws/config/client sts_endpoint={} sts_region={}", *values),
        ),
        url=_PAGE,
    )


def _sign_remedy(region: str | None) -> Remedy:
    name = commands.region(region)
    return your_remedy(
        f"Sign the login for {name}, the Region that Vault calls",
        "Set region in the login. In Vault Agent, set region in the config of auto_auth; with an SDK, set the Region of the STS client that signs.",
        commands=fill_command("vault login -method=aws region={}", name),
        url=_PAGE,
    )
