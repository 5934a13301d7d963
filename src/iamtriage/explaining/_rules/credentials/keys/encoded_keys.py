"""Find access keys in a Kubernetes Secret that end with a newline or another character, from their encoded values.

Nothing else of a value is said. https://kubernetes.io/docs/tasks/configmap-secret/managing-secret-using-kubectl/ encodes
with ``echo -n``, and a block with ``|`` ends with a newline: https://yaml.org/spec/1.2.2/#8112-block-chomping-indicator.
"""

from __future__ import annotations

import re
from base64 import b64decode

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.runtimes import search_present
from iamtriage.explaining._rules.basics import Case, Labelled, Remedy
from iamtriage.explaining._rules.credentials.keys.key_sources import (
    find_namespace,
    find_secret_object,
)
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import Failure

_NAME = r"(?P<{}>(?=[A-Za-z])[\w.-]{{0,60}}(?i:key|secret|token|password)[\w.-]{{0,40}})"
_VALUE = r"(?P<{}>[A-Za-z0-9+/]{{12,400}}={{0,2}})(?![\w+/=])"
# A member of the Secret, or a command with its output.
_ENCODED = lazy_pattern(
    rf"(?am)^[ \t]{{1,12}}[\"']?{_NAME.format('name')}[\"']?: ?[\"']?{_VALUE.format('value')}[\"']?,?[ \t]*\r?$"
    rf"|(?:\bbase64\b[^\n|]{{0,20}}<<< ?[\"']?)?\$\{{?{_NAME.format('variable')}\}}?[\"']?[^\n|]{{0,20}}(?:\| ?base64(?: (?:-w ?0|--wrap=0))?)?[ \t]*\r?\n[ \t]*{_VALUE.format('printed')}[ \t]*\r?$"
)
_BLOCK = lazy_pattern(
    rf"(?m)^[ \t]{{1,12}}{_NAME.format('name')}: \|\+?[ \t]*\r?\n[ \t]{{2,16}}(?=\S{{16,200}}[ \t]*\r?$)"
)
# A file whose content becomes the value.
_FROM_FILE = lazy_pattern(
    rf"--from-file[= ][\"']?(?:{_NAME.format('name')}=(?P<file>[\w./~-]{{1,120}})|(?P<path>(?:[\w.~-]{{0,60}}/){{0,6}}{_NAME.format('base')})(?![\w./=-]))"
)
# A command that writes a file with the newline of echo, or without one.
_WRITES = r"(?:\b(?P<echo>echo)(?P<without> -\w{{0,3}}n)?|\b(?P<printf>printf)) [^\n|;&]{{0,300}}?> ?[\"']?(?:[\w.~-]{{0,60}}/){{0,6}}{}(?![\w.-])"
# A decoded value with one character more than AWS gives a secret access key or an access key ID.
_COUNTED = lazy_pattern(
    rf"(?am)\.data(?:\.{_NAME.format('name')}|\[[\"']{_NAME.format('member')}[\"']\])\}}?[^\n|]{{0,80}}\|[ \t]*base64 (?:-d|-D|--decode)[ \t]*\|[ \t]*wc -[cm][ \t]*\r?\n[ \t]*(?P<length>41|21)[ \t]*\r?$"
    # A loop over several members, which prints the name of each.
    rf"|\.data(?:\.|\[[\"']?)\$\{{?\w{{1,20}}[^\n|]{{0,80}}\|[ \t]*base64 (?:-d|-D|--decode)[ \t]*\|[ \t]*wc -[cm];[ \t]*done[ \t]*\r?\n(?:[\w.-]{{1,60}}[ \t:=]{{1,12}}\d{{1,4}}[ \t]*\r?\n){{0,6}}?{_NAME.format('looped')}[ \t:=]{{1,12}}(?P<number>41|21)[ \t]*\r?$"
)
# What seals a Secret for Git: https://github.com/bitnami-labs/sealed-secrets
_SEALED = lazy_pattern(
    r"(?a)(?<![\w./-])(?P<file>(?:[\w.-]{1,60}/){0,6}[\w.-]{0,60}(?i:seal)[\w.-]{0,40}\.(?:ya?ml|json))(?![\w/-])|\bkubeseal\b|\bSealedSecret\b"
)
# KEDA reads the Secrets again after each failed call.
_READ_AGAIN = lazy_pattern(r"\bscaled(?:Object|Job)\b")
_SECRETS = ("kind: Secret", '"kind": "Secret"', "base64", "get secret", "describe secret")
# In a shell, echo without -n, or a here-string.
_ADDS_NEWLINE = lazy_pattern(
    r"\b(?P<echo>echo) (?!-\w{0,3}n)[^\n|]{1,200}\| ?base64\b|\bbase64\b[^\n]{0,20} ?(?P<string><<<) ?"
)
_ENDINGS = (
    (b"\r\n", "a carriage return and a newline"),
    (b"\n", "a newline"),
    (b"\r", "a carriage return"),
    (b" ", "a space"),
)


class EncodedFlaw(NamedTuple):
    """A value that ends with a character that is not a part of it.

    Attributes:
        name: The name of the member or of the variable.
        ending: What it ends with.
        source: What has added that, as the end of a sentence, if the text shows it.
        is_block: Whether it is a block of YAML, which is not encoded.
        file: The file whose content it is.
        is_certain: Whether the text shows the newline.
        length: How many characters it has, as a command counted.
    """

    name: str
    ending: str
    source: str = ""
    is_block: bool = False
    file: str | None = None
    is_certain: bool = True
    length: int | None = None

    def describe(self) -> str:
        """Return what is wrong with the value, as a clause."""
        if self.file is not None:
            return f"{'' if self.is_certain else 'most likely, '}{clip_text(self.file)} ends with a newline{self.source}, which --from-file keeps in {self.name}"
        if self.length is not None:
            return f"{self.name} has {self.length} characters instead of {self.length - 1}, because of {self.ending} at the end{self.source}"
        if self.is_block:
            return f"{self.name} is a block of YAML with |, which ends with a newline (write |- instead)"
        return f"{self.name} decodes to a value with {self.ending} at the end{self.source}"


def find_flaw(text: str, part: str, *, without: str = "\n") -> EncodedFlaw | None:
    r"""Return the flaw of the first value whose name has a part, such as ``"secret"``, and not another one.

    >>> find_flaw("kind: Secret\ndata:\n  SECRET_KEY: czNjcjN0LXZhbHVlCg==\n", "secret").describe()
    'SECRET_KEY decodes to a value with a newline at the end'
    >>> find_flaw("kind: Secret\ndata:\n  SECRET_KEY: czNjcjN0LXZhbHVl\n", "secret")
    """
    if (of_file := _find_file(text, part, without)) is not None:
        return of_file
    if not any(each in text for each in _SECRETS):
        return None
    for counted in _COUNTED.finditer(text):
        name = counted["name"] or counted["member"] or counted["looped"]
        length = int(counted["length"] or counted["number"])
        is_meant = part in name.lower() and without not in name.lower()
        is_longer = length == (41 if "secret" in name.lower() else 21)
        if is_meant and is_longer and (added := _find_added(text)):
            return EncodedFlaw(name, "a newline", added, length=length)
    for found in _BLOCK.finditer(text):
        if part in found["name"].lower() and without not in found["name"].lower():
            return EncodedFlaw(found["name"], "a newline", is_block=True)
    for found in _ENCODED.finditer(text):
        name, value = found["name"] or found["variable"], found["value"] or found["printed"]
        ending = _find_ending(value)
        if part in name.lower() and without not in name.lower() and ending is not None:
            return EncodedFlaw(name, ending, _find_added(text) if "newline" in ending else "")
    return None


def adds_to_secret(text: str) -> bool:
    """Return whether a command adds a newline to the secret before it encodes that, whatever the text shows of the value."""
    return any("secret" in found[0].lower() for found in _ADDS_NEWLINE.finditer(text))


def _find_added(text: str) -> str:
    """Return what adds a newline to a value before it is encoded, as the end of a sentence, or nothing."""
    added = _ADDS_NEWLINE.search(text)
    return "" if added is None else f", which {'echo adds without -n' if added['echo'] else '<<< adds'}"


def _find_file(text: str, part: str, without: str) -> EncodedFlaw | None:
    """Return the flaw of a value that is the content of a file, to which editors and echo add a newline."""
    for found in _FROM_FILE.finditer(text):
        named, file = found["name"] or found["base"], found["file"] or found["path"]
        if part not in named.lower() or without in named.lower():
            continue
        name, length = re.escape(file.rpartition("/")[2]), 21 if without == "secret" else 41
        counted = re.search(
            rf"{name}[^\n]{{0,40}}\n?\s{{0,12}}(?:{length}\b|[^\n]{{0,20}}\b{length} )|\b{length} [^\n]{{0,40}}{name}",
            text,
        )
        written = re.search(_WRITES.format(name), text)
        if written is not None and (written["without"] or written["printf"]):
            continue
        source = "" if written is None else " (echo adds it without -n)"
        return EncodedFlaw(named, "a newline", source, file=file, is_certain=bool(counted or written))
    return None


def _find_ending(value: str) -> str | None:
    try:
        decoded = b64decode(value, validate=True)
    except ValueError:
        return None
    is_text = decoded.rstrip().isascii() and decoded.rstrip().decode("ascii").isprintable()
    return next((name for end, name in _ENDINGS if is_text and decoded.endswith(end)), None)


def store_again_remedy(case: Case[Failure], flaw: EncodedFlaw) -> Remedy:
    """Return the remedy that stores a value in its Secret again, without what it ends with."""
    text, member = case.failure.text, flaw.name
    namespace, name = find_namespace(case), re.sub(r"\ANAME\Z", "SECRET_NAME", find_secret_object(text))
    of_secret, member_path = f"{name} --namespace {namespace}", member.replace(".", "\\.")
    show = f"kubectl get secret {of_secret} --output 'jsonpath={{.data.{member_path}}}' | base64 -d"
    apply, change = (
        None,
        f'kubectl patch secret {of_secret} --patch "{{\\"stringData\\": {{\\"{member}\\": \\"${{value:?}}\\"}}}}"',
    )
    in_source = "In the manifest, encode with printf %s (or echo -n), or write the value in stringData, which is not encoded: otherwise, the next apply brings it back."
    if (sealed := search_present(_SEALED, text)) is not None:
        file = sealed["file"] or "SEALED_FILE"
        in_source = "The sealed file in Git has the newline, too: a change of the Secret alone is undone. kubeseal encodes the value itself."
        change = f'printf %s "${{value:?}}" | kubectl create secret generic {of_secret} --from-file={member}=/dev/stdin --dry-run=client --output json | kubeseal --format yaml --merge-into {file}'
        apply = Labelled.required("Then commit the file, and apply it:", f"kubectl apply --filename {file}")
    elif flaw.is_block:
        in_source = "In the manifest, write |- instead of |: otherwise, the next apply brings it back."
    elif flaw.file is not None:
        in_source = f"If you create the Secret again, pass --from-literal, or remove the newline from {clip_text(flaw.file)} first (printf adds none)."
    return your_remedy(
        f"Store {member} in the Kubernetes Secret again, without {flaw.ending} at the end",
        "The access key stays as it is: it needs no rotation for this.",
        "If the value is lost or wrong, create a new key pair: AWS shows a secret only once.",
        in_source,
        f"{'' if flaw.file or flaw.length else 'If others can read this text, replace the key after all. '}Better, give the service account a role (IRSA or EKS Pod Identity), and delete the keys.",
        commands=(
            f"value=$({show} | tr -d '[:space:]')",
            change,
            apply,
            None if _READ_AGAIN.search(text) else clusters.renew_pods_command(case, namespace),
            Labelled.required(
                f"This {'soon ' if sealed else ''}prints 40, the length of a secret access key:",
                f"{show} | wc -c",
            )
            if "secret" in member.lower()
            else f"{show} | wc -c",
        ),
        url="https://kubernetes.io/docs/tasks/configmap-secret/managing-secret-using-kubectl/",
    )
