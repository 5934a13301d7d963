"""Find what a database, a cache or a broker of Kafka denies in its own words: logins with IAM tokens, and requests.

Sources: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html and
https://github.com/redpanda-data/console/pull/223 (a broker of Amazon MSK).
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.readers.sdk_frames import KAFKA_DENIAL
from iamtriage.failures._failures import AccessDenied

# The ports of brokers for clients with IAM: https://docs.aws.amazon.com/msk/latest/developerguide/port-info.html
_WITH_IAM = lazy_pattern(
    r"AWS_MSK_IAM|aws[-_]msk[-_]iam|MSKAuthTokenProvider|IAMLoginModule|\bkafka-cluster:|\.kafka(?:-serverless)?\.[a-z0-9-]{5,20}\.amazonaws\.com(?:\.cn)?:9[01]98\b"
)
# "A static password, no IAM", and a token for another server than a cache.
_NO_TOKEN = lazy_pattern(
    r"(?i:(?:\b(?:no|not|without|never)|n't)(?: (?:an?|any|by|enabled?|have|the|through|use|using|via|with)){0,3} IAM\b[ _-]?\w{0,20}|\bIAM (?:auth|token)\w{0,11} (?:is |are |works? )?(?:only )?(?:for|of) (?:Amazon |AWS |the |our ){0,2}(?:RDS|Aurora|MSK|Kafka|database|Postgres|MySQL)\w{0,5})"
)
# What the server says, what shows that the password is a token of IAM, and the action that the login requires. What a
# client did after its login tells the action of its request.
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
        _WITH_IAM,
        "kafka-cluster:Connect",
    ),
    (KAFKA_DENIAL, _WITH_IAM, None),
    *(
        (lazy_pattern(r"WRONGPASS invalid username-password pair[^\n]{0,40}"), lazy_pattern(sign), action)
        for sign, action in (
            (
                r"(?i:\bmemorydb:connect|\bmemorydb\b[^\n]{0,80}\biam\b|\biam\b[^\n]{0,80}\bmemorydb\b)",
                "memorydb:connect",
            ),
            (
                r"(?i:\belasticache:connect|\belasticache\b[^\n]{0,80}\biam\b|\biam[ _-]?(?:auth|token|provider|credential)|\b(?:auth(?:entication)?[ _-]mode|authentication)[\"' :=]{1,4}iam\b)",
                "elasticache:Connect",
            ),
        )
    ),
)


def find_rejected_login(text: str) -> AccessDenied | None:
    """Return the login with an IAM token that a text shows to be rejected, or ``None``."""
    for message, token, action in _LOGINS:
        found = [*message.finditer(text)] if token.search(text) else []
        if found and _NO_TOKEN.search(text) and token.search(_NO_TOKEN.sub("", text)) is None:
            continue
        if found:
            best = next((each for each in found if "denied" in each[0]), found[0])
            resource = None
            if action is not None and "WRONGPASS" in best[0]:
                from iamtriage.explaining._rules.denials.data_stores.cache_logins import read_cache_login

                resource = read_cache_login(text, action).missing
            return AccessDenied(text=text, span=best.span(), action=action, resource=resource)
    return None
