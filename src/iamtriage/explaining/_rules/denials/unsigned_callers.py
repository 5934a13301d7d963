"""Explain denials of requests without a signature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.common_causes import UNSIGNED_CALL
from iamtriage.explaining._rules.shared.remedies import owner_remedy, your_remedy
from iamtriage.explaining._rules.shared.wording import allow_still_required, denial_summary, reason_lines

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.denials.resource_policies import (
    RESOURCE_DENY,
    RESOURCE_NO_ALLOW,
    narrow_deny_remedy,
    policy_commands,
    policy_of,
)

_SIGNING_NAMES = frozenset({"execute-api", "es", "aoss", "appsync"})


def explain_unsigned_request(denial: Denial) -> Explanation:
    """Explain a denial of a request without a signature."""
    name = policy_of(denial).name
    causes = [UNSIGNED_CALL.cause("reported", ("The message says: User: anonymous",))]
    if denial.is_explicit:
        text = f"A Deny statement in the {name} matches the request. Signing alone does not lift it. {allow_still_required(denial)}"
        causes.append(RESOURCE_DENY.cause("derived", reason_lines(denial), text=text))
    elif denial.policy_type == "resource":
        text = f"The {name} does not allow anonymous callers."
        causes.append(RESOURCE_NO_ALLOW.cause("reported", text=text))
    signing_name = denial.service if denial.service in _SIGNING_NAMES else "of the service"
    verdict, title, remedies = "the call was not signed", "Sign the request", []
    if denial.is_explicit:
        # A Deny matches signed requests, too, unless its conditions say otherwise.
        causes.reverse()
        verdict = f"a Deny statement in the {name} matches the request, which was not signed"
        title = "If the Deny exempts certain principals: sign the request"
        # Most often the client has to sign, which no change of the policy replaces.
        remedies = [narrow_deny_remedy(denial, name, shows_change=False)]
    return denial.explain(
        denial_summary(denial, verdict),
        *causes,
        topic="anonymous-call",
        remedies=(
            *remedies,
            your_remedy(
                title,
                f"Give the client credentials and sign with Signature Version 4, the service name {signing_name} and the region of the endpoint. Use a client library or proxy that signs.",
                f"Allow {denial.action or 'the action'} for the role or user that signs, in its own policy or in the {name}.",
                *((_OPENSEARCH_USERS,) if denial.service == "es" else ()),
                url="https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html",
            ),
            owner_remedy(
                f"Or allow unsigned requests from known addresses only, in the {name}",
                _NETWORK_OF_DOMAIN if denial.service == "es" else _NETWORK,
                commands=policy_commands(denial, policy_of(denial).show_command),
                url=pages.API_GATEWAY_POLICY if denial.service == "execute-api" else pages.OPENSEARCH_POLICY,
            ),
        ),
        notes=(
            f"No policy of a user or role applies to an unsigned request. Don't open the {name} to everyone{'' if denial.is_explicit else ': sign the request'}.",
        ),
    )


# https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html
_OPENSEARCH_USERS = "A user of the internal user database (fine-grained access control) signs in with basic authentication, which the domain's access policy sees as anonymous: it works only if that policy allows it."


_NETWORK = "Allow them only with a condition on aws:SourceIp, aws:SourceVpc or aws:SourceVpce. Without a condition, the resource is open to everyone."
# https://docs.aws.amazon.com/opensearch-service/latest/developerguide/vpc.html
_NETWORK_OF_DOMAIN = "Allow them only with a condition on aws:SourceIp. Without a condition, the domain is open to everyone. Access to a domain in a VPC is limited by its security groups."
