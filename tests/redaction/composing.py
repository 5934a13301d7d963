"""Compose texts of a notation, a name, a secret and what surrounds them.

They are for properties and fuzzers: which secret is in a text is known.
"""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from tests.redaction.notations import NOTATIONS, TOOL_NOTATIONS

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

__all__ = ("SURROUNDINGS", "Composed", "check_composed", "compose")


def _each_line(start: str) -> Callable[[str], str]:
    return lambda text: "\n".join(start + line for line in text.split("\n"))


# What can be around a text. Each changes it in a way that keeps what it says.
SURROUNDINGS: dict[str, Callable[[str], str]] = {
    "nothing": str,
    "lines": lambda text: f"before\n{text}\nafter",
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "log lines": _each_line("2031-04-05T06:07:08Z web1 | "),
    "log lines of Python": _each_line("2031-04-05 06:07:08,123 INFO orders: "),
    "quotation": _each_line("> "),
    "trace": _each_line("+ "),
    "indent": _each_line("    "),
    "tab": _each_line("\t"),
    "prompt": lambda text: f"$ {text}",
    "code block": lambda text: f"text\n```\n{text}\n```\n",
    "colors": lambda text: f"\x1b[32m{text}\x1b[0m",
    "HTML": html.escape,
    "JSON": lambda text: json.dumps({"log": text}),
    "JSON in JSON": lambda text: json.dumps({"m": json.dumps({"log": text})}),
    "Python": repr,
    "query": lambda text: "x=" + quote(text, safe=""),
    "shell": lambda text: 'sh -c "' + text.replace('"', '\\"') + '"',
    "CSV": lambda text: 'id,body\n1,"' + text.replace('"', '""') + '"\n',
    "string of a shell": lambda text: "sh -c '" + text.replace("'", "'\\''") + "'",
    "logfmt": lambda text: f"level=info msg={json.dumps(text)}",
}

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ALNUM = _LETTERS + "0123456789"


def _mixed(rng: random.Random, low: int, high: int, more: str = "") -> str:
    """Return a value with digits, upper and lower case, and others between letters."""
    middle = [rng.choice(_ALNUM + more) for _ in range(rng.randint(low, high) - 6)]
    fixed = [rng.choice("abcdefghijkmnpq"), rng.choice("ABCDEFGHJKLMNPQ"), rng.choice("23456789")]
    return "".join([*fixed, *middle, fixed[1], fixed[2], fixed[0]])


# Values by the kind of the secret.
_VALUES: dict[str, Callable[[random.Random], str]] = {
    "key": lambda rng: _mixed(rng, 40, 40, "+/"),
    "session": lambda rng: "IQoJb3JpZ2luX2Vj" + _mixed(rng, 150, 250, "+/") + "==",
    "token": lambda rng: _mixed(rng, 20, 60),
    "web": lambda rng: _mixed(rng, 20, 60, "-_"),
    "password": lambda rng: _mixed(rng, 10, 20),
    "signs": lambda rng: _mixed(rng, 12, 20, "!*+-._~"),
    "weak": lambda rng: rng.choice(("hunter2", "s3cr3t99", "letmein123", "tr0ub4dor", "orders2031")),
}
_PASSWORDS = ("password", "signs", "weak")
_NAMES: tuple[tuple[str, tuple[str, ...]], ...] = (
    *(
        (name, _PASSWORDS)
        for name in (
            "DB_PASSWORD", "MYSQL_ROOT_PASSWORD", "REDIS_PASSWORD_PROD", "spring.datasource.password", "PGPASSWORD", "SMTP_PASS",
            "dbPassword", "ADMIN_PWD", "LDAP_BIND_PASSWORD", "TF_VAR_db_password",
        )
    ),
    *((name, ("token", "web")) for name in ("API_KEY", "CLIENT_SECRET", "SLACK_BOT_TOKEN", "refresh_token", "VAULT_TOKEN")),
    *((name, ("token",)) for name in ("GITHUB_TOKEN", "SECRET_KEY_BASE", "ENCRYPTION_KEY", "accessToken", "private_key")),
    ("AWS_SECRET_ACCESS_KEY", ("key",)),
    ("AWS_SESSION_TOKEN", ("session",)),
)  # fmt: skip
_ALL_NOTATIONS = {**NOTATIONS, **TOOL_NOTATIONS}
# In a URL, a slash or a plus sign would be encoded. Other commands take a value that has none.
_UNENCODED = frozenset(
    {"curl -u", "pip", "git remote", "zip", "net use", "htpasswd", "smbclient", "pgpass", "netrc", "mysql -p"}
)


class Composed(NamedTuple):
    """A text with a secret in it.

    Attributes:
        text: The text.
        secret: The secret.
        notation: How it is written.
        surrounding: What is around it.
    """

    text: str
    secret: str
    notation: str
    surrounding: str

    def find_forms(self) -> list[str]:
        """Return the forms of the secret that are in the text: as it is, or encoded."""
        encoded = quote(self.secret, safe="")
        forms = {self.secret, encoded, quote(encoded, safe=""), html.escape(self.secret)}
        return sorted(form for form in forms if form in self.text)


def compose(rng: random.Random) -> Composed:
    """Return a text composed of a notation, a name, a secret and a surrounding."""
    name, kinds = rng.choice(_NAMES)
    notation = rng.choice(tuple(_ALL_NOTATIONS))
    kind = rng.choice(kinds)
    if kind in {"key", "session"} and notation in _UNENCODED:
        kind = "token"
    if notation == "prompt":
        # Words of a prompt are separated by spaces, also a suffix.
        name = "DB_PASSWORD"
    secret = _VALUES[kind](rng)
    surrounding = rng.choice(tuple(SURROUNDINGS))
    text = SURROUNDINGS[surrounding](_ALL_NOTATIONS[notation](name, secret))
    return Composed(text, secret, notation, surrounding)


# These hide more than the secret: the old value, or the escapes of a quote, too.
_WIDER = frozenset({"tf plan ~", "shell in a string of a shell", "shell quoted by Python"})


def check_composed(composed: Composed, redact: Callable[[str], str]) -> None:
    """Check that redaction hides the secret of a text, and changes nothing else."""
    text, forms = composed.text, composed.find_forms()
    shown = redact(text)
    assert not [form for form in forms if form in shown], (composed, shown)
    assert redact(shown) == shown, (composed, shown, "redacted twice")
    if composed.surrounding == "query":
        assert " " not in shown, (composed, shown)
        assert "[" not in shown, (composed, shown)
    elif composed.notation not in _WIDER and len(forms) == 1 and text.count(forms[0]) == 1:
        before, _, after = text.partition(forms[0])
        assert shown.startswith(before), (composed, shown)
        assert shown.endswith(after), (composed, shown)
    try:
        json.loads(text)
    except ValueError:
        return
    json.loads(shown)
