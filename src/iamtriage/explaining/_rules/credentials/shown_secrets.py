"""Find what is wrong with the secret access key that a text shows, without repeating it."""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern

__all__ = ("find_secret_problem",)

_SHOWN_SECRET = lazy_pattern(
    r"\b(?i:aws_secret_access_key|secret_?access_?key|secret_?key)[\"']?[ \t]{0,4}[=:][ \t]{0,4}"
    r"(?:(?P<mark>[\"'])(?P<quoted>[^\"'\n]{30,60})(?P=mark)|(?P<plain>[A-Za-z0-9/+=]{30,60})(?![\w/+=*]))"
)
_SECRET_FORM = lazy_pattern(r"(?=\S*[a-z])(?=\S*[A-Z])(?=\S*\d)[A-Za-z0-9/+]{30,60}")
_SECRET_LENGTH = 40
# https://kubernetes.io/docs/tasks/configmap-secret/managing-secret-using-kubectl/ encodes with echo -n.
_ECHO = lazy_pattern(r"\becho (?!-\w{0,3}n)[^\n|]{1,200}\| ?base64\b(?! (?:-[dD]\b|--decode\b))")


def find_secret_problem(text: str) -> str | None:
    """Return what is wrong with a secret access key that a text shows, as a clause, or ``None``.

    The clause says nothing about the secret itself.
    """
    found = _SHOWN_SECRET.search(text)
    if found is None and "base64" in text and _ECHO.search(text) is not None:
        return "the encoded value ends with a newline, which echo adds before base64"
    if found is None:
        return None
    value = found["quoted"] if found["quoted"] is not None else found["plain"]
    stripped = value.strip()
    if stripped != value:
        where = "begins" if value != value.lstrip() else "ends"
        return f"the secret access key in the text {where} with a space inside the quotes"
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html shows its form.
    if len(stripped) != _SECRET_LENGTH and _SECRET_FORM.fullmatch(stripped):
        return f"the secret access key in the text has {len(stripped)} characters instead of {_SECRET_LENGTH}"
    return None
