"""Explain that a browser, which does not sign requests, cannot open the dashboards of an OpenSearch domain.

Sources: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/dashboards.html and
https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ac.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._rules.denials.known_policies import list_resource_statements
from iamtriage.explaining._rules.denials.resource_policies import policy_commands, policy_of
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.common_causes import UNSIGNED_CALL
from iamtriage.explaining._rules.shared.remedies import owner_remedy, resource_policy_remedy, save_step
from iamtriage.explaining._rules.shared.services import find_domain
from iamtriage.policies._documents import allow

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial

_DASHBOARDS = lazy_pattern(r"/_plugin/(?:kibana|dashboards)\b|/_dashboards\b")
# A program that calls the API of the dashboards can sign.
_PROGRAM = lazy_pattern(r"\bcurl\b|\bosd-xsrf\b|\bkbn-xsrf\b|/api/saved_objects")
_DASHBOARDS_PAGE = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/dashboards.html"
_MAX_NAMES = 3


def is_in_browser(denial: Denial) -> bool:
    """Return whether a person opened the dashboards of a domain in a browser."""
    text = denial.failure.text
    is_open = denial.service == "es" and not denial.is_explicit
    return is_open and _DASHBOARDS.search(text) is not None and _PROGRAM.search(text) is None


def explain_dashboards(denial: Denial) -> Explanation:
    """Explain that the browser of a person is an anonymous caller."""
    policy, domain = policy_of(denial), find_domain(denial.failure.text)
    allowed = list_resource_statements(denial, ":domain/")
    named = list(dict.fromkeys(clip_text(name) for names, _ in allowed for name in names))
    only = (
        f" The access policy in the text allows only {join_words(named[:_MAX_NAMES], 'and')}."
        if named
        else ""
    )
    arn = next((resource for _, resource in allowed), None)
    if arn is None:
        region, name = (domain["region"], domain["domain"]) if domain else ("REGION", "DOMAIN")
        partition = denial.location.partition or "aws"
        arn = f"arn:{partition}:es:{region}:{commands.account(denial.account)}:domain/{name}/*"
    sign_in = owner_remedy(
        "Let people sign in to the dashboards, with Amazon Cognito or SAML",
        "Turn it on in the security configuration of the domain. With Cognito, the access policy must allow the role of the identity pool. SAML requires fine-grained access control.",
        "Or run a proxy that signs with your credentials, such as aws-sigv4-proxy, and open the dashboards through it. The access policy must allow your role or user.",
        url=_DASHBOARDS_PAGE,
    )
    by_address = resource_policy_remedy(
        f"For a few people: allow their addresses in the {policy.name}",
        save_step(f"the {policy.name}"),
        "Replace YOUR_ADDRESS (curl https://checkip.amazonaws.com). Without the condition, the domain is open to everyone.",
        "For all others: turn on Amazon Cognito or SAML authentication for the dashboards, or run a proxy that signs with your credentials, such as aws-sigv4-proxy.",
        statements=(
            allow(
                "es:ESHttp*",
                arn,
                principal={"AWS": "*"},
                condition={"IpAddress": {"aws:SourceIp": "YOUR_ADDRESS/32"}},
            ),
        ),
        commands=policy_commands(denial, policy.show_command, policy.change_command),
        url=pages.OPENSEARCH_POLICY,
    )
    is_in_vpc = domain is not None and domain["kind"] == "vpc"
    return denial.explain(
        f"The browser was denied {denial.action or 'access'}: it does not sign requests, and the sign-in to the AWS console does not reach the domain's endpoint.",
        UNSIGNED_CALL.cause("reported", text=f"The domain sees an anonymous caller.{only}"),
        topic="anonymous-call",
        # A condition on addresses has no effect for a domain in a VPC.
        remedies=(sign_in,) if is_in_vpc else (by_address, sign_in),
        notes=("No policy of your user or role applies to an unsigned request.",),
    )
