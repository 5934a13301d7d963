"""Find logins with IAM tokens that a database or a broker of Kafka rejects in its own words.

Sources: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html and
https://github.com/redpanda-data/console/pull/223 (a broker of Amazon MSK).
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage.failures._failures import AccessDenied

# What the server says, what shows that the password is a token of IAM, and the action that the login requires.
_LOGINS = (
    (
        lazy_pattern(
            r"Access denied for user '[^'\n]{1,80}'@'[^'\n]{1,255}'(?! to database)|password authentication failed for user \"[^\"\n]{1,63}\""
        ),
        lazy_pattern(
            r"\brds-db:|generate[-_]db[-_]auth[-_]token|BuildAuthToken|getAuthToken|RDS\.?Signer|\brds-signer\b|AWSAuthenticationPlugin|\bIAM (?:DB |database )?auth"
        ),
        "rds-db:connect",
    ),
    (
        lazy_pattern(
            r"(?:Access denied: )?(?:SASL_AUTHENTICATION_FAILED|SASL [Aa]uthentication failed|SaslAuthentication(?:Failed)?(?:Error|Exception))"
        ),
        lazy_pattern(r"AWS_MSK_IAM|aws-msk-iam|MSKAuthTokenProvider|IAMLoginModule|\bkafka-cluster:"),
        "kafka-cluster:Connect",
    ),
)


def find_rejected_login(text: str) -> AccessDenied | None:
    """Return the login with an IAM token that a text shows to be rejected, or ``None``."""
    for message, token, action in _LOGINS:
        found = [*message.finditer(text)] if token.search(text) else []
        if found:
            best = next((each for each in found if "denied" in each[0]), found[0])
            return AccessDenied(text=text, span=best.span(), action=action)
    return None
