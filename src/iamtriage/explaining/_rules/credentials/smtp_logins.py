"""Explain logins of SMTP clients that Amazon SES rejects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import clues
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import InvalidCredentials

_PAGE = "https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html"
_API_PAGE = "https://docs.aws.amazon.com/ses/latest/dg/send-email-api.html"
_REJECTED = "Authentication Credentials Invalid"
_HOST = lazy_pattern(
    r"\bemail-smtp(?:-fips)?\.(?P<region>[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-[0-9])\.amazonaws\.com\b"
)
# A login, or the setting of a password, with the name of a secret access key.
_KEY_IN_LOGIN = r"(?:\blogin\(|\bpass(?:word|wd)?[\"']?\s?[:=])[^\n]{0,160}?(?i:aws_?secret_?(?:access_?)?key|secret_?access_?key)[\"'\])]{0,4}"
_TEMPORARY_KEY = r"(?:\blogin\(|(?i:user(?:_?name)?)[\"']?\s?[:=])\s?[\"']?ASIA[A-Z0-9]{8,40}"
SMTP_LOGIN_REJECTED = CauseType(
    "smtp-login-rejected",
    title="Amazon SES does not accept the SMTP user name and password",
    text="The SMTP credentials were created for another Region, or their access key was deleted, or the password is not that of SMTP credentials.",
    recognised_by='The reply "535 Authentication Credentials Invalid" of an email-smtp host.',
    fix="Create SMTP credentials in the Region of the host.",
    sources=(_PAGE,),
)
SECRET_KEY_AS_SMTP_PASSWORD = CauseType(
    "secret-key-as-smtp-password",
    title="A secret access key is used as the SMTP password",
    text="The SMTP password is not the secret access key itself. It is calculated from it.",
    recognised_by="The code or the settings in the text use a secret access key as the password.",
    fix="Use the password of SMTP credentials.",
    sign=_KEY_IN_LOGIN,
    remedy="Create SMTP credentials",
    of="smtp-login-rejected",
)
TEMPORARY_KEY_FOR_SMTP = CauseType(
    "temporary-key-for-smtp",
    title="The user name is a temporary access key ID",
    text="SMTP credentials cannot come from temporary credentials, such as those of a role.",
    recognised_by="The text shows a login whose user name is an access key ID that begins with ASIA.",
    fix="Create SMTP credentials, which belong to an IAM user, or send with the SES API.",
    sign=_TEMPORARY_KEY,
    remedy="Create SMTP credentials",
    of="smtp-login-rejected",
)


def is_about_smtp(message: str) -> bool:
    """Return whether a message is the reply of an SMTP server to a login."""
    return _REJECTED in message


def explain_smtp_login(case: Case[InvalidCredentials]) -> Explanation:
    """Explain that the SMTP interface of Amazon SES rejects a login."""
    host = _HOST.search(case.text)
    region = host["region"] if host else case.facts.region
    where = f" in {region}" if region else ""
    verdict = "SMTP credentials have their own password, which is valid in one Region"
    if re.search(_KEY_IN_LOGIN, case.text):
        verdict = "the program sends a secret access key, which is not an SMTP password"
    elif re.search(_TEMPORARY_KEY, case.text):
        verdict = "the user name is a temporary access key ID, which SMTP does not accept"
    return case.explain(
        f"Amazon SES does not accept the SMTP user name and password: {verdict}.",
        SMTP_LOGIN_REJECTED.cause("reported", clues.quote_phrases(case.text, _REJECTED)),
        SECRET_KEY_AS_SMTP_PASSWORD.cause(),
        *(() if "AKIA" in case.text else (TEMPORARY_KEY_FOR_SMTP.cause(),)),
        topic="smtp-login",
        remedies=(
            account_remedy(
                f"Create SMTP credentials{where}, and use their user name and password",
                f"In the SES console{where}, choose SMTP settings, then Create SMTP credentials. SES creates an IAM user that is allowed ses:SendRawEmail, and shows the password once.",
                "To keep an existing IAM user, calculate the password from its secret access key and the Region. The page below has the code.",
                "In the program, use them instead of the access key, for example as SMTP_USERNAME and SMTP_PASSWORD.",
                url=_PAGE,
            ),
            your_remedy(
                "Or send with the SES API instead of SMTP",
                "SDKs sign SendEmail with the credentials of a role, which need no password. The role needs ses:SendEmail and ses:SendRawEmail on the identity.",
                url=_API_PAGE,
            ),
        ),
        notes=("An IAM policy does not help: a sender without permission gets 554 Access denied.",),
    )
