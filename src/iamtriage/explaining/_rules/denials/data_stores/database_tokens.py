"""Find what a text says of the tokens with which a program logs in to a database of Amazon RDS.

Source: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import Remedy
from iamtriage.explaining._rules.shared.remedies import your_remedy

_PAGE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html"
# "after `15 minutes`", "works for 15 min", "every 15 minutes": the life of a token.
_LIFETIME = lazy_pattern(
    r"\b(?:after|every|for|within|in) (?:the first |about |around |exactly |roughly |approximately |~)?[`'\"*]{0,2}(?:15|fifteen)[ -]?min(?:ute)?s?\b"
)
# "I am able to connect: … generate-db-auth-token …", "generate-db-auth-token … works".
_COMMAND = "generate-db-auth-token"
_OTHER_TOKEN_WORKS = lazy_pattern(
    r"\b(?:able to (?:connect|log ?in)|(?<!not )(?<!n't )works?(?: fine| well)?|success(?:fully)?)\b[:!,.]{0,2}\s{0,3}[^\n]{0,60}\bgenerate-db-auth-token\b"
    r"|\bgenerate-db-auth-token\b[^\n]{0,200}?(?:\bthen (?:logging|logged) in\b|(?<!not )(?<!n't )\b(?:works|worked|connects|succeeds|succeeded|am able to|was able to)\b)(?![^\n.]{0,20}\bnot\b)"
)


class TokenUse(NamedTuple):
    """What is wrong with the tokens of a program.

    Attributes:
        reason: The reason, as the end of a sentence.
        because: What the text says.
        text: What that shows.
        remedy: What to do.
        is_allowed: Whether the login is allowed, as it works at first.
    """

    reason: str
    because: str
    text: str
    remedy: Remedy
    is_allowed: bool = False


def find_token_use(text: str) -> TokenUse | None:
    """Return what is wrong with the tokens of a program, if a text says when or with which tokens the login works."""
    if (said := _LIFETIME.search(text)) is not None:
        return TokenUse(
            "most likely, the token has expired, because the program uses the same one for a new connection",
            f"The text says {quote_words(said[0])}.",
            "A token is valid for 15 minutes. Open connections stay open, so only new ones, such as those of a pool, fail. The login as such is allowed.",
            your_remedy(
                "Generate a new token for each new connection",
                "Generate it where the program opens a connection, such as in the hook of its pool or the password function of its driver, not once at the start.",
                "If the program has a setting for IAM authentication and makes the tokens itself, update it, and check that no fixed password is set next to it.",
                url=_PAGE,
            ),
            is_allowed=True,
        )
    if _COMMAND not in text or (said := _OTHER_TOKEN_WORKS.search(text)) is None:
        return None
    return TokenUse(
        "a token of the AWS CLI works, so the program makes another token, or with another identity",
        "The text says that the login works with a token of aws rds generate-db-auth-token.",
        "The database accepts tokens of this user. The program's token is for another host, port, Region or user, or its identity lacks rds-db:connect.",
        your_remedy(
            "Compare the program's token with that of the AWS CLI",
            "Both must begin with the same HOST:PORT/?Action=connect&DBUser=USER, without https://, and have the same Region in X-Amz-Credential.",
            "If they do, the identities differ: compare what aws sts get-caller-identity prints in both places. The access key ID in X-Amz-Credential shows it, too.",
            "Tokens are secret for 15 minutes: don't share them.",
            url=_PAGE,
        ),
    )
