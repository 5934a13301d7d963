"""Explain logins of SMTP clients that Amazon SES rejects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import clues
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
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
# The key of the login works in a call of the API, which signs with the secret access key.
_KEY_WORKS = (
    r"(?i:\bsame (?:access |secret )?(?:keys?|credentials|pair)\b[^\n]{0,120}?\b(?:fine|ok|sends?|works?)\b)"
)
_TEMPORARY_KEY = r"(?:\blogin\(|(?i:user(?:_?name)?)[\"']?\s?[:=])\s?[\"']?ASIA[A-Z0-9]{8,40}"
_CALCULATE = "Or keep the access key ID as the user name, and calculate the password from the secret access key: save the script of the page below, and run the command. Its user needs ses:SendRawEmail."
_SCRIPT = "python3 smtp_credentials_generate.py SECRET_ACCESS_KEY {}"
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
    text="The SMTP password is not the secret access key itself, with which the SES API works. It is calculated from it for one Region.",
    recognised_by="The code or the settings in the text use a secret access key as the password, or the same key works with the API.",
    fix="Use the password of SMTP credentials.",
    sign=f"{_KEY_IN_LOGIN}|{_KEY_WORKS}",
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
    is_temporary = re.search(_TEMPORARY_KEY, case.text) is not None
    is_key = re.search(f"{_KEY_IN_LOGIN}|{_KEY_WORKS}", case.text) is not None
    if is_key:
        verdict = "the program sends a secret access key, which is not an SMTP password"
    elif is_temporary:
        verdict = "the user name is a temporary access key ID, which SMTP does not accept"
    return case.explain(
        f"Amazon SES does not accept the SMTP user name and password: {verdict}.",
        None if is_key else SMTP_LOGIN_REJECTED.cause("reported", clues.quote_phrases(case.text, _REJECTED)),
        SECRET_KEY_AS_SMTP_PASSWORD.cause(),
        None if "AKIA" in case.text else TEMPORARY_KEY_FOR_SMTP.cause(),
        topic="smtp-login",
        remedies=(
            account_remedy(
                f"Create SMTP credentials{where}, and use their user name and password",
                f"In the SES console{where}, choose SMTP settings, then Create SMTP credentials. SES creates an IAM user that is allowed ses:SendRawEmail, and shows the password once.",
                None if is_temporary else _CALCULATE,
                "Set both in the SMTP settings of the program.",
                commands=None if is_temporary else fill_command(_SCRIPT, region or "REGION"),
                url=_PAGE,
            ),
            your_remedy(
                "Or send with the SES API instead of SMTP",
                "SDKs sign SendEmail with the credentials of a role, which need no password. The role needs ses:SendEmail and ses:SendRawEmail on the identity.",
                url=_API_PAGE,
            ),
        ),
        notes="An IAM policy does not help: a sender without permission gets 554 Access denied.",
    )
