"""Fuzz redact: on any text and parsed document, with and without identifiers.

It stops on any exception, on an inserted secret that remains, if redacting a redacted text changes it, and if
anything but the secret in a composed text changes.
"""

from __future__ import annotations

import json
import random

import atheris
from harness import LAST_INPUT, Provider, compose, ensure, make_text, make_tree, run

with atheris.instrument_imports(include=["iamtriage"]):
    import iamtriage
    import iamtriage.redaction._redact

from tests.redaction.composing import check_composed
from tests.redaction.composing import compose as compose_secret

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYDEMODEMOKY"
KEYS = ("password", "message", "token", "SecretAccessKey", "user", "data", "kind", "name", "error")
VALUES = ("hunter2-hunter2", "AccessDenied", "arn:aws:iam::111122223333:role/app", "a=b", "Secret", "x: y")
SEEDS = ("token: not found", "password=%s", '{"a":"x\\npassword: hunter2hunter2","b":{"c":1}}')


def check_redacted(text: str) -> None:
    LAST_INPUT[:] = [text]
    for identifiers in (False, True):
        once = iamtriage.redact(text, identifiers=identifiers)
        again = iamtriage.redact(once, identifiers=identifiers)
        ensure(again == once, "redacting twice differs from redacting once", (once, again))


def check_secret(text: str) -> None:
    """Check that a secret on a separate line is redacted, regardless of the text before it."""
    planted = f"{text}\n\nAWS_SECRET_ACCESS_KEY={SECRET}\n"
    LAST_INPUT[:] = [planted]
    ensure(SECRET not in iamtriage.redact(planted), "a planted secret is left", planted)


def check_json(document: object) -> None:
    """Check that redacted JSON is still JSON."""
    text = json.dumps(document)
    LAST_INPUT[:] = [text]
    json.loads(iamtriage.redact(text))


def check_input(data: Provider) -> None:
    choice = data.ConsumeIntInRange(0, 4)
    if choice == 0:
        check_json(make_tree(data, KEYS, VALUES))
    elif choice == 1:
        check_secret(compose(data))
    elif choice == 2:
        composed = compose_secret(random.Random(data.ConsumeIntInRange(0, 2**62)))  # noqa: S311 -- no secret is made
        LAST_INPUT[:] = [composed]
        check_composed(composed, iamtriage.redact)
    else:
        check_redacted(make_text(data))


def check_seeds() -> None:
    for seed in SEEDS:
        check_redacted(seed)
        check_secret(seed)


if __name__ == "__main__":
    run(check_input, check_seeds)
