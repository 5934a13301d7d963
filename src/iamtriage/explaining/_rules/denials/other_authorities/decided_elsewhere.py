"""Define the cause of denials that neither IAM nor Kubernetes decided."""

from __future__ import annotations

from iamtriage._text import quote_words
from iamtriage.explaining._rules.basics import CauseType, Explanation, Remedy

_ALB = (
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html"
)
_LOGIN_ONLY = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html"
DECIDED_ELSEWHERE = CauseType(
    "decided-elsewhere",
    title="Another system than IAM denied the request",
    text="A database, a web firewall, a registry, Google Cloud, Azure, GitHub, Vault or Docker denied it by its own rules.",
    meaning="The message comes from a system with rules of its own. IAM policies have no effect on it.",
    recognised_by="The message is that of PostgreSQL, MySQL, a load balancer, CloudFront, ECR Public, Docker Hub, Google Cloud, Azure, GitHub, Vault or the Docker daemon.",
    fix="Change the permissions or rules of the system that denied the request.",
    sources=(_ALB, _LOGIN_ONLY),
)


def explain_elsewhere(
    words: str, summary: str, *remedies: Remedy, notes: tuple[str, ...] = ()
) -> Explanation:
    """Explain a denial of which a text has the words of another system."""
    return Explanation(
        failure=None,
        topic=DECIDED_ELSEWHERE.code,
        summary=summary,
        causes=(DECIDED_ELSEWHERE.cause("reported", f"The text says {quote_words(words)}.", text="IAM policies have no effect on this decision."),),
        remedies=remedies,
        notes=notes,
    )  # fmt: skip
