"""Explain that an issuer's certificate does not match the thumbprint of its IAM OIDC provider."""

from __future__ import annotations

from iamtriage.explaining._rules.basics import Case, CauseType, Explanation
from iamtriage.explaining._rules.credentials.tokens import issuers
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import quote_phrases
from iamtriage.explaining._rules.shared.remedies import account_remedy
from iamtriage.explaining._rules.sts.trust.trust_findings import evaluate_trust_policy
from iamtriage.failures._failures import InvalidIdentityToken

WRONG_THUMBPRINT = CauseType(
    "wrong-thumbprint",
    title="The certificate does not match the provider's thumbprint",
    text="IAM has the thumbprint of the CA that had signed the issuer's certificate before.",
    recognised_by="The message says that the OpenIDConnect provider's HTTPS certificate does not match the configured thumbprint.",
    fix="Update the thumbprint list of the identity provider.",
    sources=(pages.OIDC_PROVIDERS,),
)
# The last certificate that a host sends.
_THUMBPRINT = """thumbprint="$(openssl s_client -servername {0} -showcerts -connect {0}:443 < /dev/null | awk '/-BEGIN/ {{c = ""; on = 1}} on {{c = c $0 "\\n"}} /-END/ {{on = 0}} END {{printf "%s", c}}' | openssl x509 -fingerprint -sha1 -noout | sed 's/.*=//; s/://g')\""""


def explain_wrong_thumbprint(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    """Explain that the issuer's certificate does not match the thumbprint in IAM."""
    issuer = issuers.find_issuer(case, message)
    host = (issuer.url or "").removeprefix("https://").partition("/")[0] or "HOST"
    whose = f"The certificate of {host}" if issuer.url else "The issuer's certificate"
    findings = evaluate_trust_policy(case.facts, "sts:AssumeRoleWithWebIdentity")
    is_met = findings is not None and findings.allowed is True
    return case.explain(
        f"{whose} does not match the thumbprint of the IAM OIDC provider.",
        WRONG_THUMBPRINT.cause(
            "reported", (*quote_phrases(message, "configured thumbprint"), *issuer.because)
        ),
        remedies=account_remedy(
            "Update the provider's thumbprint",
            "It is that of the last certificate which the issuer's host sends, the top intermediate CA. The new list replaces the old one: add the old thumbprint while both are in use.",
            "IAM checks thumbprints only if the certificate is not from a trusted public CA. With such a certificate, none is needed.",
            commands=(
                _THUMBPRINT.format(host),
                commands.fill_command(
                    'aws iam update-open-id-connect-provider-thumbprint --open-id-connect-provider-arn {} --thumbprint-list "$thumbprint"',
                    issuers.build_provider_arn(case, issuer),
                ),
            ),
            url=f"{pages.OIDC_PROVIDERS.removesuffix('.html')}_verify-thumbprint.html",
        ),
        notes=(
            "The trust policy allows these claims, so neither has to change." if is_met else None,
            issuers.ROLE_NOT_EVALUATED,
        ),
    )
