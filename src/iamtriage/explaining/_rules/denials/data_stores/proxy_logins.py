"""Explain that Amazon RDS Proxy has no secret for a database user, whom the database itself knows.

Sources: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.troubleshooting.html,
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-secrets-arns.html and
https://docs.aws.amazon.com/cli/latest/reference/rds/modify-db-proxy.html (--auth replaces all settings).
"""

from __future__ import annotations

import re

from iamtriage._patterns import REGION, lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.basics import CauseType, Explanation, Labelled
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.remedies import identity_remedy, present
from iamtriage.policies._documents import allow

PROXY_LACKS_SECRET = CauseType(
    "proxy-lacks-secret",
    title="RDS Proxy has no secret for the database user",
    text="The proxy logs in to the database with secrets of Secrets Manager, one for each database user. It knows no other users, also if the database does.",
    recognised_by='RDS Proxy says "This RDS proxy has no credentials for the role".',
    fix="Create a secret with the user name and the password, and add it to the proxy.",
    sources=("https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.troubleshooting.html",),
)
_MESSAGE = lazy_pattern(
    r"(?a)This RDS [Pp]roxy has no credentials for the role [\"'`]?(?P<user>[\w.-]{0,62}\w)"
)
_HOST = lazy_pattern(
    rf"(?a)(?<![\w.-])(?P<name>[a-z][a-z0-9-]{{0,62}})\.(?:endpoint\.)?proxy-[a-z0-9]{{8,20}}\.(?P<region>{REGION})\.rds\.amazonaws\.com"
)
_SECRET = lazy_pattern(
    r"(?a)arn:(?P<partition>aws[a-z-]{0,12}):secretsmanager:(?P<region>[a-z0-9-]{5,30}):(?P<account>\d{12}):secret:(?P<name>[\w/+=.@-]{1,400})-[A-Za-z0-9]{6}(?![\w-])"
)
_ENTRY = lazy_pattern(r"\{[^{}]{0,600}\"SecretArn\"[^{}]{0,600}\}")
_SETTING = lazy_pattern(
    r"(?a)\"(?P<key>AuthScheme|SecretArn|IAMAuth|ClientPasswordAuthType|Description|UserName)\": ?\"(?P<value>[\w:/+=.@-]{1,500})\""
)
_UNKNOWN = "PROXY_NAME"
_KEPT = ("IAMAuth", "ClientPasswordAuthType")
_ROLE = lazy_pattern(
    r"(?a)arn:aws[a-z-]{0,12}:iam::\d{12}:role/(?:[\w+=,.@-]{1,64}/){0,4}(?P<name>[\w+=,.@-]{1,64})"
)
_KNOWN_USER = lazy_pattern(
    r"\busername\\?\"?\s?:\s?\\?\"(?P<user>[\w.-]{1,63})\\?\"|\busername[\"']?\n\"?(?P<printed>[\w.-]{1,63})\"?(?=\n|\Z)"
)


class _Proxy(NamedTuple):
    """What a text shows of a proxy, with placeholders for the rest.

    Attributes:
        name: Its name.
        region: Its Region.
        account: Its account.
        partition: Its partition.
        entries: The entries of its list of secrets, as the AWS CLI takes them.
        role: The name of its role.
        prefix: The beginning of the names of its secrets.
        settings: The other settings of an entry.
    """

    name: str
    region: str
    account: str
    partition: str
    entries: tuple[str, ...]
    role: str
    prefix: str
    settings: str


def explain_proxy_login(text: str, facts: Facts) -> Explanation | None:
    """Explain that a proxy has no secret for a database user, ``None`` for other texts."""
    found = _MESSAGE.search(text) if "RDS" in text else None
    if found is None:
        return None
    user, proxy = clip_text(found["user"]), _read_proxy(text, facts)
    known = {each["user"] or each["printed"] for each in _KNOWN_USER.finditer(text)} - {found["user"]}
    only = (
        f" The proxy has one for {join_words(sorted(map(clip_text, known)), 'and')} only."
        if len(known) == 1
        else ""
    )
    name = f"{proxy.prefix}{found['user']}"
    secret = f"arn:{proxy.partition}:secretsmanager:{proxy.region}:{proxy.account}:secret:{name}-??????"
    entries = proxy.entries or ("AuthScheme=SECRETS,SecretArn=OTHER_SECRET_ARN,IAMAuth=DISABLED",)
    listed = " ".join((*entries, f'"AuthScheme=SECRETS,SecretArn=$secret_arn,{proxy.settings}"'))
    create = commands.fill_command(
        f'secret_arn=$(aws secretsmanager create-secret --name {{}} --secret-string "$(jq -n --arg password "${{{{password:?}}}}" {{}})" --region {proxy.region} --query ARN --output text)',
        name,
        f'{{username: "{found["user"]}", password: $password}}',
    )
    modify = f"aws rds modify-db-proxy --db-proxy-name {proxy.name} --region {proxy.region} --auth {listed}"
    remedy = identity_remedy(
        f"Add a secret for {user} to the proxy{'' if proxy.name == _UNKNOWN else f' {proxy.name}'}",
        f"--auth replaces the whole list, so it repeats {'the entries of the proxy' if proxy.entries else 'each entry that describe-db-proxies prints, in place of OTHER_SECRET_ARN'}.",
        f"policy.json allows the role of the proxy ({clip_text(proxy.role)}) to read the secret. With a customer managed key, the role needs kms:Decrypt on it, too.",
        commands=present(
            None
            if proxy.entries
            else f"aws rds describe-db-proxies --db-proxy-name {proxy.name} --region {proxy.region} --query 'DBProxies[0].[RoleArn,Auth]'",
            commands.put_policy(proxy.role, f"ReadSecretOf-{re.sub(r'[^A-Za-z0-9]', '-', found['user'])}"),
            Labelled(
                f"Run this alone, and paste the password that {user} has in the database:",
                "read -rs password",
            ),
            Labelled("Then:", create),
            modify,
        ),
        statements=(allow("secretsmanager:GetSecretValue", secret),),
        url="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-secrets-arns.html",
    )
    return Explanation(
        failure=None,
        topic=PROXY_LACKS_SECRET.code,
        summary=f"RDS Proxy has no secret for the database user {user}, so it does not let the user in. The role in the message is this user, not an IAM role.{only}",
        causes=(PROXY_LACKS_SECRET.cause("reported"),),
        remedies=(remedy,),
        notes=("The user in the database, its privileges and its password are not the cause.",),
    )


def _read_proxy(text: str, facts: Facts) -> _Proxy:
    hosts = {(each["name"], each["region"]) for each in _HOST.finditer(text)}
    name, region = only_one(hosts) or (_UNKNOWN, None)
    secrets = {each[0]: each for each in _SECRET.finditer(text)}
    first = next(iter(secrets.values()), None)
    entries = [dict(_SETTING.findall(each[0])) for each in _ENTRY.finditer(text)]
    roles = {each["name"] for each in _ROLE.finditer(text)}
    folder, slash, _ = first["name"].rpartition("/") if first else ("", "", "")
    return _Proxy(
        name,
        commands.region(region or (first["region"] if first else facts.region)),
        first["account"] if first else "ACCOUNT_ID",
        first["partition"] if first else "aws",
        tuple(",".join(f"{key}={value}" for key, value in each.items()) for each in entries if each),
        only_one(roles) or "PROXY_ROLE_NAME",
        f"{folder}{slash}" if slash else f"{name}-",
        ",".join(f"{key}={value}" for key, value in entries[0].items() if key in _KEPT)
        if entries
        else "IAMAuth=DISABLED",
    )
