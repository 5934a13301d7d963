"""Find placeholders that nobody filled in: in the names that a request has, and in the patterns of a policy."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared.remedies import your_remedy

# What a shell, a template or a build system replaces. $LATEST and $default are names of AWS, and an escaped character is
# one of punctuation.
_REFERENCE = lazy_pattern(
    r"(?a)\$\{(?:(?:env|self|opt|cf|ssm|param|sls|file):|(?P<cloudformation>AWS::)|(?P<iam>aws:))?(?P<braced>[A-Za-z_][\w.()/'\"\[\]-]{0,60})\}"
    r"|\{\{-?\s?(?P<template>[\w.$:/ |\"'-]{1,60}?)\s?-?\}\}|#\{(?P<ruby>[\w.]{1,40})\}|%(?P<windows>[A-Z_]{3,30})%"
    r"|\$\((?P<substitution>[^()\n]{1,60})\)|(?<![\w$])\$(?!LATEST\b)(?P<bare>[A-Z][A-Z0-9_]{2,40})\b"
    r"|(?<![\w.-])(?P<quoted>(?:data\.)?aws_[a-z0-9_]{2,60}\.[\w-]{1,60}(?:\[\d{1,3}\])?\.(?:id|arn|name|bucket|url|key_id|key_arn)|var\.[a-z0-9]{1,30}_\w{1,60})(?=[:/-]|\Z)"
)
# What documentation has in place of a value. In an error, people mask values like this.
_WORD = lazy_pattern(
    r"(?a)<(?!(?i:redacted|masked|hidden|removed|omitted)\b)[A-Za-z][\w .-]{1,40}>|\{\{[^{}\n]{1,60}\}\}|%[A-Z_]{3,30}%|#\{[\w.]{1,40}\}"
    r"|(?<![A-Za-z0-9_-])(?:YOUR[_-][A-Za-z_-]{2,30}|(?:AWS_)?ACCOUNT(?:_?ID)?|(?:AWS_)?REGION|[A-Z]{3,20}_NAME)(?![A-Za-z0-9_-])"
)
_MAX_WORDS = 3


class Unfilled(NamedTuple):
    """A placeholder that reached AWS as it is written.

    Attributes:
        words: The placeholder.
        step: Where it is filled in.
    """

    words: str
    step: str


def find_unfilled(name: str) -> Unfilled | None:
    """Return the first placeholder of a template or shell in the name of a resource.

    >>> find_unfilled("arn:aws:s3:::orders-${STAGE}/app.zip").words
    '${STAGE}'
    >>> find_unfilled("arn:aws:s3:::orders/${*}"), find_unfilled("function:orders:$LATEST")
    (None, None)
    """
    found = _REFERENCE.search(name)
    if found is None:
        return None
    words = clip_text(found[0])
    variable = found["bare"] or found["braced"] or ""
    if found["cloudformation"]:
        step = f"CloudFormation fills in {words} only in Fn::Sub: write !Sub before the string."
    elif found["iam"]:
        step = f"IAM fills in {words} only in policies: pass the value itself in the call."
    elif found["template"]:
        step = f"A template has {words}: render it with its values (in Helm, helm template shows the result), and do not apply the source."
    elif found["quoted"]:
        step = f"Terraform takes {words} in quotes as text: write it without quotes or, in a longer string, as ${{{words}}}."
    elif variable.startswith(("var.", "local.", "data.", "module.")):
        step = f"Terraform fills in {words} only in its own files: pass the text through templatefile(), or write the value."
    elif found["substitution"]:
        step = f"A shell runs {words} only outside of single quotes, and not in JSON, YAML or the settings of a program."
    elif variable:
        step = f"A shell fills in {words} only outside of single quotes, and not in JSON, YAML or the settings of a program. Check that {variable.rpartition('.')[2]} is set where that happens."
    else:
        step = f"Check what replaces {words} in this setting, and that it runs before the call."
    return Unfilled(words, step)


def fill_remedy(unfilled: Unfilled) -> Remedy:
    """Return the remedy that fills in a placeholder where the call gets the name."""
    return your_remedy(
        f"Fill in {unfilled.words}, and repeat the call",
        unfilled.step,
        "Print the name before the call. If it fails again, the new message has the right name.",
    )


def fill_in(pattern: str, arn: str) -> tuple[str, str] | None:
    """Return a pattern of a policy with the values of an ARN for its placeholders, and the first of these.

    >>> fill_in("arn:aws:sqs:eu-west-1:<ACCOUNT_ID>:orders", "arn:aws:sqs:eu-west-1:111122223333:orders")
    ('arn:aws:sqs:eu-west-1:111122223333:orders', '<ACCOUNT_ID>')
    >>> fill_in("arn:aws:sqs:eu-west-1:<ACCOUNT_ID>:films", "arn:aws:sqs:eu-west-1:111122223333:orders") is None
    True
    """
    words, literals = _WORD.findall(pattern), _WORD.split(pattern)
    # A value ends where the next part of the ARN begins, and a wildcard can only be the end.
    is_clear = all(":" in each or "/" in each for each in literals[1:-1])
    if not words or not is_clear or len(words) > _MAX_WORDS or "*" in pattern.removesuffix("*"):
        return None
    literals = [re.escape(each).replace(r"\*", ".*").replace(r"\?", ".") for each in literals]
    found = re.fullmatch("([^:/*]{1,128})".join(literals), arn)
    if found is None:
        return None
    values = iter(found.groups())
    return _WORD.sub(lambda _: next(values), pattern), clip_text(words[0])
