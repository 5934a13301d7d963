"""Find logins with IAM tokens that a database or a broker of Kafka rejects in its own words, and explain the broker's.

Sources: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html,
https://docs.aws.amazon.com/msk/latest/developerguide/iam-access-control.html and
https://github.com/redpanda-data/console/pull/223 (kafka:* instead of kafka-cluster:*).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import clues, commands
from iamtriage.explaining._rules.shared.remedies import identity_remedy
from iamtriage.failures._failures import AccessDenied
from iamtriage.policies._documents import allow

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial

_CONNECT = "kafka-cluster:Connect"
# What the server says, what shows that the password is a token of IAM, and the action that the login requires.
_LOGINS = (
    (
        lazy_pattern(
            r"Access denied for user '[^'\n]{1,80}'@'[^'\n]{1,255}'|password authentication failed for user \"[^\"\n]{1,63}\""
        ),
        lazy_pattern(
            r"\brds-db:|generate[-_]db[-_]auth[-_]token|BuildAuthToken|getAuthToken|RDS\.?Signer|AWSAuthenticationPlugin|\bIAM (?:DB |database )?auth"
        ),
        "rds-db:connect",
    ),
    (
        lazy_pattern(
            r"(?:Access denied: )?(?:SASL_AUTHENTICATION_FAILED|SASL [Aa]uthentication failed|SaslAuthentication(?:Failed)?(?:Error|Exception))"
        ),
        lazy_pattern(r"AWS_MSK_IAM|aws-msk-iam|MSKAuthTokenProvider|IAMLoginModule|\bkafka-cluster:"),
        _CONNECT,
    ),
)
KAFKA_LOGIN_NOT_ALLOWED = CauseType(
    "kafka-login-not-allowed",
    title="No policy allows the client to connect to the MSK cluster",
    text="Clients that authenticate with IAM need actions of kafka-cluster: on the cluster, its topics and its groups. Actions of kafka: only manage clusters, such as aws kafka describe-cluster.",
    recognised_by="A client with AWS_MSK_IAM fails at SASL authentication, and no policy in the text allows kafka-cluster:Connect.",
    fix="Allow kafka-cluster:Connect on the cluster, and the actions on its topics and groups.",
    sources=("https://docs.aws.amazon.com/msk/latest/developerguide/iam-access-control.html",),
)
_CLUSTER = lazy_pattern(
    r"(?P<start>arn:aws[a-z-]{0,12}:kafka:[a-z0-9-]{6,30}:\d{12}):cluster/(?P<name>[\w-]{1,64}/[0-9a-f-]{36}(?:-\w{1,4})?)",
    re.ASCII,
)
_BROKER = lazy_pattern(
    r"\b(?:b-\d{1,3}|boot-\w{4,12})\.(?P<name>[\w-]{1,64})\.[\w.]{2,40}\.kafka(?:-serverless)?\.(?P<region>[a-z0-9-]{6,30})\.amazonaws\.com",
    re.ASCII,
)
_ROLE = lazy_pattern(
    r"\b[Rr]ole[: ]{1,2}[`\"']?(?!of\b|with\b|has\b|is\b|and\b)(?P<name>[\w+=.@-]{2,64})", re.ASCII
)


def find_rejected_login(text: str) -> AccessDenied | None:
    """Return the login with an IAM token that a text shows to be rejected, or ``None``."""
    for message, token, action in _LOGINS:
        found = [*message.finditer(text)] if token.search(text) else []
        if found:
            best = next((each for each in found if "denied" in each[0]), found[0])
            return AccessDenied(text=text, span=best.span(), action=action)
    return None


def names_cluster(denial: Denial) -> bool:
    """Return whether the text names an MSK cluster, by its ARN or the host of a broker."""
    text = denial.failure.text
    return _CLUSTER.search(text) is not None or _BROKER.search(text) is not None


def explain_kafka_login(denial: Denial) -> Explanation:
    """Explain that a broker of Amazon MSK denied a client the connection."""
    text = denial.failure.text
    cluster, broker = _CLUSTER.search(text), _BROKER.search(text)
    start = f"arn:{clues.find_partition(denial.case)}:kafka:{commands.region(broker['region'] if broker else None)}:ACCOUNT_ID"
    name = f"{broker['name'] if broker else 'CLUSTER'}/CLUSTER_UUID_NAME"
    if cluster is not None:
        start, name = cluster["start"], cluster["name"]
    said = _ROLE.search(text)
    role = denial.role.name if denial.role else said["name"] if said else None
    who = f"the role {role}" if role else denial.caller
    policies = [each for each in denial.context.policies if not each.has_principal]
    allowed = [action.lower() for each in policies for action in each.allowed_actions]
    allows = any(each.startswith(("kafka-cluster:*", "kafka-cluster:con")) or each == "*" for each in allowed)
    manages = next((each for each in allowed if each.startswith("kafka:")), None)
    verdict = f"most likely, no policy of {who} allows {_CONNECT}"
    if allows:
        verdict = (
            f"a policy in the text allows {_CONNECT}, so compare its Resource with the ARN of the cluster"
        )
    elif manages is not None:
        verdict = f"the policy in the text allows {manages}, which only manages clusters, and not {_CONNECT}"
    works = "aws kafka " in text and "work" in text
    proven = "The call aws kafka describe-cluster proves only the identity." if works else None
    topics = ("kafka-cluster:DescribeTopic", "kafka-cluster:DescribeTopicDynamicConfiguration")
    return denial.explain(
        f"The MSK cluster {name.partition('/')[0]} rejected the IAM login of {who}: {verdict}.",
        KAFKA_LOGIN_NOT_ALLOWED.cause("possible" if allows or not policies else "derived", proven),
        topic="" if allows else "kafka-login",
        remedies=identity_remedy(
            f"Allow {who} {_CONNECT}, and the actions on topics and groups",
            "The ARN of the cluster does not include its topics and groups: these have ARNs of their own, with topic/ and group/.",
            "The policy is for reading. A consumer group also needs kafka-cluster:AlterGroup on the groups, and a producer kafka-cluster:WriteData on the topics.",
            f"Attach the policy to {who}.",
            statements=(
                allow((_CONNECT, "kafka-cluster:DescribeCluster"), f"{start}:cluster/{name}", sid="Connect"),
                allow((*topics, "kafka-cluster:ReadData"), f"{start}:topic/{name}/*", sid="Topics"),
                allow("kafka-cluster:DescribeGroup", f"{start}:group/{name}/*", sid="Groups"),
            ),
            commands=(
                None if cluster else "aws kafka list-clusters-v2 --query 'ClusterInfoList[].ClusterArn'",
                commands.put_policy(commands.role_name(role), "AllowKafkaClient"),
            ),
            url=KAFKA_LOGIN_NOT_ALLOWED.sources[0],
        ),
    )
