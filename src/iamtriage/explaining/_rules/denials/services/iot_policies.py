"""Explain that AWS IoT gives a device no credentials of a role alias."""

from __future__ import annotations

from iamtriage._patterns import REGION, lazy_pattern
from iamtriage._text import clip_text, quote_words
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Labelled
from iamtriage.explaining._rules.shared import clues, commands
from iamtriage.explaining._rules.shared.grants.service_access import find_account
from iamtriage.explaining._rules.shared.remedies import account_remedy
from iamtriage.policies._masked_arns import find_partition

_ALIAS_ACTION = "iot:AssumeRoleWithCertificate"
_ALIAS_PATH = lazy_pattern(r"\brole-aliases/(?P<alias>[\w=,@-]{1,128})/credentials")
_PRINTED = lazy_pattern(r"\baws iot get-policy\b[^\n]{0,200}? --policy-name[ =](?P<name>[\w+=,.@-]{1,128})")
_CREDENTIALS_HOST = lazy_pattern(rf"\.credentials\.iot\.({REGION})\.")
_CREDENTIALS_PAGE = "https://docs.aws.amazon.com/iot/latest/developerguide/authorizing-direct-aws.html"
ROLE_ALIAS_NOT_ALLOWED = CauseType(
    "role-alias-not-allowed",
    title="The IoT policy of the certificate does not allow the role alias",
    text=f"The credential provider of AWS IoT gives a device the credentials of a role only if the AWS IoT policy of its certificate allows {_ALIAS_ACTION} on the role alias.",
    recognised_by="The text has a path of the credential provider (role-aliases/…/credentials), which answered 403.",
    fix=f"Allow {_ALIAS_ACTION} on the role alias in the AWS IoT policy that is attached to the certificate.",
    sources=(
        _CREDENTIALS_PAGE,
        "https://docs.aws.amazon.com/greengrass/v2/developerguide/troubleshooting.html",
    ),
)


def explain_role_alias(denial: Denial) -> Explanation | None:
    """Explain that a device gets no credentials, or return ``None`` if the credential provider denied nothing."""
    text = denial.failure.text
    found = _ALIAS_PATH.search(text)
    if found is None or denial.failure.action is not None or denial.operation is not None:
        return None
    if "403" not in text:
        return None
    alias, printed = found["alias"], _PRINTED.search(text)
    host = _CREDENTIALS_HOST.search(text)
    region = commands.region(host[1] if host else clues.find_region(denial.case))
    account = commands.account(find_account(text))
    name = printed["name"] if printed else "IOT_POLICY_NAME"
    partition = find_partition(region) or denial.location.partition or "aws"
    resource = f"arn:{partition}:iot:{region}:{account}:rolealias/{alias}"
    remedy = account_remedy(
        f"Allow {_ALIAS_ACTION} in the AWS IoT policy of the certificate",
        f"If an AWS IoT policy allows it already, attach that one to the certificate: aws iot attach-policy --policy-name {name} --target CERTIFICATE_ARN.",
        "Add the statement, and keep the others. It belongs in the AWS IoT policy, not in a policy of the IAM role: that has the permissions of the credentials, and trusts credentials.iot.amazonaws.com.",
        None
        if printed
        else "list-attached-policies with the certificate's ARN as --target names the policy.",
        manifest=f'{{"Effect": "Allow", "Action": "{_ALIAS_ACTION}", "Resource": "{resource}"}}\n',
        manifest_language="text",
        commands=(
            f"aws iot get-policy --policy-name {name} --query policyDocument --output text --region {region} > policy.json",
            Labelled(
                "Then, with the statement added to policy.json:",
                f"aws iot create-policy-version --policy-name {name} --policy-document file://policy.json --set-as-default --region {region}",
            ),
        ),
        url=_CREDENTIALS_PAGE,
    )
    return denial.explain(
        f"AWS IoT gave the device no credentials of the role alias {clip_text(alias)}: most likely, no AWS IoT policy of its certificate allows {_ALIAS_ACTION} on it.",
        ROLE_ALIAS_NOT_ALLOWED.cause(
            "possible",
            f"The text says {quote_words(found[0])}, and that the answer was 403.",
        ),
        topic=ROLE_ALIAS_NOT_ALLOWED.code,
        remedies=remedy,
        notes="What the device could not download or call afterwards follows from this.",
    )
