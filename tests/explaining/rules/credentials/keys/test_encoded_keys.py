"""Keys in a Kubernetes Secret that end with a newline: their encoded values and blocks of YAML show it, and nothing else is said."""

from __future__ import annotations

from base64 import b64encode

from iamtriage import explain
from tests.tables import check_rows

# Neither is a key of AWS.
_SECRET = "notAkey0notAkey1notAkey2notAkey3notAkey4"
_MISMATCH = "An error occurred (SignatureDoesNotMatch) when calling the PutItem operation: The request signature we calculated does not match the signature you provided. Check your key and signing method.\n"
_MANIFEST = "apiVersion: v1\nkind: Secret\nmetadata: {{ name: till-keys, namespace: shop }}\ndata:\n  AWS_SECRET_ACCESS_KEY: {}\n"


def _encode(value: str) -> str:
    return b64encode(value.encode()).decode()


_READ = "value=$(kubectl get secret "
_WITH_NEWLINE = _encode(f"{_SECRET}\n")


@check_rows(
    ("shown", "says", "command"),
    [
        (f'$ echo "$AWS_SECRET_ACCESS_KEY" | base64\n{_WITH_NEWLINE}\n' + _MANIFEST.format(_WITH_NEWLINE), "AWS_SECRET_ACCESS_KEY decodes to a value with a newline at the end, which echo adds without -n", _READ),
        (_MANIFEST.format(_WITH_NEWLINE), "AWS_SECRET_ACCESS_KEY decodes to a value with a newline at the end.", _READ),
        (f'{{\n  "kind": "Secret",\n  "data": {{\n    "secret-key": "{_encode(_SECRET + chr(13) + chr(10))}"\n  }},\n  "metadata": {{"name": "till-keys", "namespace": "shop"}}\n}}', "secret-key decodes to a value with a carriage return and a newline at the end", _READ),
        (f'$ base64 <<< "$SECRET_KEY"\n{_WITH_NEWLINE}\n', "SECRET_KEY decodes to a value with a newline at the end, which <<< adds", "value=$(kubectl get secret SECRET_NAME "),
        (f"kind: Secret\nmetadata:\n  name: till-keys\nstringData:\n  AWS_SECRET_ACCESS_KEY: |\n    {_SECRET}\n", "AWS_SECRET_ACCESS_KEY is a block of YAML with |, which ends with a newline (write |- instead)", _READ),
        ("$ wc -c key.txt\n41 key.txt\n$ kubectl create secret generic till-keys -n shop --from-file=AWS_SECRET_ACCESS_KEY=key.txt\n", ": key.txt ends with a newline, which --from-file keeps in AWS_SECRET_ACCESS_KEY", _READ),
        ("$ kubectl create secret generic till-keys --from-file=secret-key=./key.txt\n", "most likely, ./key.txt ends with a newline, which --from-file keeps in secret-key", _READ),
    ],
    ids=["echo and manifest", "manifest", "JSON", "here-string", "block", "file", "file of unknown length"],
)  # fmt: skip
def test_value_that_ends_with_a_newline(shown: str, says: str, command: str) -> None:
    explanation = explain(_MISMATCH + shown)
    assert says in f"{explanation.summary}"
    assert explanation.remedies[0].commands[0].startswith(command)
    # Only how it ends is said.
    assert _SECRET not in str(explanation)
    assert _WITH_NEWLINE not in str(explanation)


@check_rows(
    "shown",
    [
        _MANIFEST.format(_encode(_SECRET)),
        f"kind: Secret\nstringData:\n  AWS_SECRET_ACCESS_KEY: |-\n    {_SECRET}\n",
        # A file with the key ID, and one of something else.
        "$ kubectl create secret generic till-keys --from-file=AWS_ACCESS_KEY_ID=id.txt\n",
        # Another member, and text that is no secret.
        f"kind: Secret\ndata:\n  config.yaml: {_WITH_NEWLINE}\n",
        "kind: Secret\ndata:\n  SECRET_KEY: PLACEHOLDERPLACEHOLDER\n",
    ],
    ids=["no newline", "chomped block", "key ID", "another member", "not encoded"],
)
def test_value_without_a_newline(shown: str) -> None:
    assert "most often, the secret access key is wrong" in explain(_MISMATCH + shown).summary


_COUNTED = "$ kubectl -n shop get secret till-keys -o jsonpath='{{.data.{}}}' | base64 -d | wc -c\n{}\n"
_ECHO = 'made with: echo "$SECRET" | base64\n'


@check_rows(
    ("pod", "line"),
    [
        ("till-29381040-x7k2q ", "kubectl create job till-again --from=cronjob/till --namespace shop"),
        ("till-7c9f8d6b5-x7k2q ", "kubectl rollout restart deployment/NAME --namespace shop"),
        ("", "kubectl rollout restart deployment/NAME --namespace shop"),
        ("a-29381040-x7k2q b-29381040-x7k2q ", "kubectl rollout restart deployment/NAME --namespace shop"),
    ],
    ids=["CronJob", "Deployment", "unknown", "two"],
)
def test_counted_value_with_the_newline_of_echo(pod: str, line: str) -> None:
    explanation = explain(f"{pod}{_MISMATCH}{_COUNTED.format('AWS_SECRET_ACCESS_KEY', 41)}{_ECHO}")
    says = "AWS_SECRET_ACCESS_KEY has 41 characters instead of 40, because of a newline at the end, which echo adds without -n"
    assert says in explanation.summary
    first = explanation.remedies[0]
    assert line in first.commands
    assert first.steps[0].startswith("The access key stays as it is")
    # The text has no encoded value.
    assert "Base64 is no encryption" not in str(explanation)


_LOOP = "$ for k in {0}; do printf '%s ' $k; kubectl -n shop get secret till-keys -o jsonpath=\"{{.data.$k}}\" | base64 -d | wc -c; done\n{1}\n"


def test_counted_value_of_a_sealed_secret() -> None:
    counted = _LOOP.format("id secret", "id 20\nsecret 41")
    remedy = explain(f"{_MISMATCH}{counted}{_ECHO}$ git log -1 -- apps/till.sealed.yaml\n").remedies[0]
    read, seal, apply, restart, count = remedy.commands
    # The controller unseals it later.
    assert getattr(count, "label", "").startswith("This soon prints 40, ")
    assert read.startswith(f"{_READ}till-keys --namespace shop --output 'jsonpath={{.data.secret}}' ")
    assert seal.endswith(" | kubeseal --format yaml --merge-into apps/till.sealed.yaml")
    assert apply == "kubectl apply --filename apps/till.sealed.yaml"
    assert restart.startswith("kubectl rollout restart ")
    assert any("a change of the Secret alone is undone" in each for each in remedy.steps)


def test_secret_that_nothing_seals() -> None:
    shown = f"{_MISMATCH}{_LOOP.format('id secret', 'secret 41')}{_ECHO}We do not use kubeseal.\n"
    lines = explain(shown).remedies[0].commands
    assert "kubeseal" not in "\n".join(lines)
    assert getattr(lines[-1], "label", "").startswith("This prints 40, ")


def test_keda_reads_a_secret_again() -> None:
    shown = '{"scaledObject.Name": "till"} ' + _MISMATCH + _LOOP.format("id secret", "secret 41") + _ECHO
    lines = "\n".join(explain(shown).remedies[0].commands)
    assert "kubectl patch secret till-keys" in lines
    assert "rollout restart" not in lines


@check_rows(
    "shown",
    [
        _LOOP.format("id secret", "id 20\nsecret 40") + _ECHO,
        _LOOP.format("id secret", "id 20\nsecret 41") + _ECHO.replace("echo", "printf %s"),
        _LOOP.format("user pass", "user 20\npass 41") + _ECHO,
        _COUNTED.format("AWS_SECRET_ACCESS_KEY", 40) + _ECHO,
        _COUNTED.format("AWS_SECRET_ACCESS_KEY", 41),
        _COUNTED.format("AWS_SECRET_ACCESS_KEY", 21) + _ECHO,
        _COUNTED.format("AWS_SECRET_ACCESS_KEY", 41) + _ECHO.replace("echo", "echo -n"),
        _COUNTED.format("DB_PASSWORD", 41) + _ECHO,
    ],
    ids=[
        "loop, right length",
        "loop, printf",
        "loop, other values",
        "right length",
        "no echo",
        "other length",
        "echo -n",
        "other value",
    ],
)
def test_a_length_alone_does_not_show_what_added_a_newline(shown: str) -> None:
    assert "because of a newline at the end" not in explain(_MISMATCH + shown).summary
