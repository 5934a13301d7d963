"""Test in real shells that formatted commands still do the same."""

from __future__ import annotations

import json
import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage._rendering.shell import make_pasteable, width_of, wrap_command
from tests.rendering.hostile import PAYLOADS, texts
from tests.tables import check_rows

# For each call, prints the number of arguments, and the arguments.
PRINTER = r"""aws() { printf '%s\0' "$#" "$@"; }
kubectl() { aws kubectl "$@" "$(cat)"; }
"""
_IMPOSSIBLE = {"\0", *map(chr, range(0xD800, 0xE000))}

arguments = st.lists(
    texts.map(lambda text: "".join(c for c in text if c not in _IMPOSSIBLE)), min_size=1, max_size=6
)


def calls(command: str, shell: str = "sh") -> list[list[str]]:
    """The arguments of the commands when a shell runs the text."""
    done = subprocess.run(
        [shell],
        input=(PRINTER + command + "\n").encode(),
        capture_output=True,
        check=False,
        timeout=60,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
    )
    assert done.stderr == b"", (command, done.stderr)
    printed = iter(done.stdout.decode().split("\0")[:-1])
    return [[next(printed) for _ in range(int(count))] for count in printed]


# ----------------------------------------------------------------------------------------- continuation


@check_rows(
    ("command", "shown"),
    [
        pytest.param("aws sts get-caller-identity", "aws sts get-caller-identity", id="fits"),
        pytest.param(
            "aws iam get-role --role-name orders-api --query Role.Arn",
            "aws iam get-role --role-name orders-api \\\n    --query Role.Arn",
            id="options follow as far as they fit",
        ),
        pytest.param(
            "aws eks tag-resource --tags one=1111111111 two=2222222222 three=3333333333",
            "aws eks tag-resource \\\n    --tags one=1111111111 two=2222222222 \\\n    three=3333333333",
            id="values follow as far as they fit",
        ),
        pytest.param(
            "aws s3 ls --recursive s3://orders-api-with-a-long-name/and/a/long/prefix",
            "aws s3 ls \\\n    --recursive s3://orders-api-with-a-long-name/and/a/long/prefix",
            id="a word that is too long anyway stays with its option",
        ),
        pytest.param(
            "aws iam put-role-policy --policy-document '{\n  \"a\":   1\n}' --role-name orders-api --policy-name pass-role",
            "aws iam put-role-policy \\\n    --policy-document '{\n  \"a\":   1\n}' --role-name orders-api \\\n    --policy-name pass-role",
            id="a line feed in quotes stays",
        ),
        pytest.param(
            "aws iam put-role-policy --role-name orders-api --policy-document='{\n  \"a\": 1\n}'",
            "aws iam put-role-policy \\\n    --role-name orders-api \\\n    --policy-document='{\n  \"a\": 1\n}'",
            id="a line feed in the word of an option",
        ),
        pytest.param(
            "aws a --b 'one two three four five six seven eight nine ten' --c",
            "aws a \\\n    --b 'one two three four five six seven eight nine ten' \\\n    --c",
            id="blanks in quotes",
        ),
        pytest.param(
            "aws a --b one\\ two\\ three\\ four\\ five\\ six\\ seven --c",
            "aws a \\\n    --b one\\ two\\ three\\ four\\ five\\ six\\ seven \\\n    --c",
            id="escaped blanks",
        ),
        pytest.param(
            'aws a --b c --token "$(aws b --c d --e f)" --g',
            'aws a --b c --token "$(aws b --c d --e f)" \\\n    --g',
            id="a substitution stays whole",
        ),
        pytest.param(
            'version="$(aws iam get-policy --arn "$policy" --query Policy.Id)"',
            'version="$(aws iam get-policy \\\n    --arn "$policy" --query Policy.Id)"',
            id="the substitution of a variable",
        ),
        pytest.param(
            "kubectl get deploy -o jsonpath='{range .items[?(@.a)]}{.kind}/{.metadata.name}{end}'",
            "kubectl get deploy \\\n    -o jsonpath='{range .items[?(@.a)]}'\\\n'{.kind}/{.metadata.name}{end}'",
            id="a JSONPath template",
        ),
        pytest.param(
            'aws a --token "$(aws b --c d --e f)" --other-option --g',
            'aws a --token "$(aws b --c d --e f)" \\\n    --other-option --g',
            id="a command goes on after a substitution",
        ),
        pytest.param(
            "aws a --b \"$(printf 'x y')\" --other-option --g --long-option",
            "aws a \\\n    --b \"$(printf 'x y')\" --other-option --g --long-option",
            id="nothing is broken after a substitution with quotes",
        ),
        pytest.param(
            'curl -sH "X-token-of-metadata: $T" 10.0.0.1/latest/meta-data',
            'curl -sH "X-token-of-metadata: $T" \\\n    10.0.0.1/latest/meta-data',
            id="a short option has one value",
        ),
        pytest.param(
            "aws a --b c # and --this --is a --comment --of many words",
            "aws a \\\n    --b c # and --this --is a --comment --of many words",
            id="nothing is broken within a comment",
        ),
        pytest.param(
            "aws a --bbbbbbbbbbbbbbb c - -- --ddddddddddddddddd",
            "aws a --bbbbbbbbbbbbbbb c - -- \\\n    --ddddddddddddddddd",
            id="a dash alone is no option",
        ),
    ],
)
def test_long_commands_are_wrapped(command: str, shown: str) -> None:
    assert wrap_command(command, 44) == shown


@check_rows(
    "command",
    [
        pytest.param(
            "aws a --name 'it'\"'\"'s' --other \"a $HOME b\" --third \\'x\\ y --fourth $'x'", id="quotes"
        ),
        pytest.param(
            'v="$(aws a --bbbbbbbbbbbbbbb c --dddddddddddddd "$HOME" --e f)" && aws --g "${v:?}"',
            id="assignment",
        ),
        pytest.param('aws a -o jsonpath=\'{range .items[?(@.a=="b")]}{.c}{"\\n"}{end}\'', id="JSONPath"),
        pytest.param("aws a --b c --d e | kubectl apply -f - --namespace orders --dry-run=client", id="pipe"),
        pytest.param(
            "X=1 aws a --b c && aws --d e; (aws --f 'g  h' > /dev/stdout) & wait; aws --i j", id="list"
        ),
        pytest.param(
            "kubectl apply -f - --long-option x <<EOF\n  a --b c --d e --f g \\\n  h $HOME\nEOF",
            id="document",
        ),
        pytest.param(
            "kubectl apply -f - --long-option x <<'EOF'\n a --b c --d e --f g \\\n h $HOME\nEOF",
            id="quoted document",
        ),
        pytest.param(
            'aws a --b `printf "x --y  z"` --c "`printf \'x --y  z\'`" --d "$(printf \'q  r\')"',
            id="substitutions",
        ),
        pytest.param(
            'arn=$(printf %s \'a  b/c\' | tr a d) && aws --long-option "${arn##*/}" --other "$arn" --third $((1 + 2))',
            id="variable of a substitution",
        ),
        pytest.param("aws a --b c --long-long d # comment --not an --option at all\naws --e f", id="comment"),
        pytest.param(
            'aws a b#c --d "#" --e \'#\' --f \\# --g "${HOME#/}" --h ${HOME} --i $((1 + 2))',
            id="number signs",
        ),
        pytest.param(
            'aws a --b "x\\"y  z" --c "a\\\nb" --dddddddddddddd e\\\nf --gggggggggg h', id="backslashes"
        ),
        pytest.param(
            "aws a --b 'c\n  d' --eeeeeeeeeeeeeeee\naws  f\t --g\n\n  aws --hhhhhhhhhhhhhhhhhhhhhhhh",
            id="lines",
        ),
    ],
)
@check_rows("width", [20, 40, 60])
def test_wrapping_changes_nothing_in_a_shell(command: str, width: int) -> None:
    assert calls(wrap_command(command, width, "   ")) == calls(command) != []


@given(arguments, st.integers(20, 100), st.sampled_from(("", "    ")))
def test_wrapped_commands_pass_the_same_arguments(words: list[str], width: int, indent: str) -> None:
    [passed] = calls(wrap_command(shlex.join(["aws", *words]), width, indent))
    assert list(map(_parse, passed)) == list(map(_parse, words))


def test_long_json_is_broken_after_commas() -> None:
    policy = json.dumps({"Effect": "Allow", "Action": ["a:b, c"] * 3}, separators=(",", ":"))
    lines = wrap_command(f"aws iam put --policy '{policy}' --name x", 40, "  ").split("\n")
    assert lines == [
        "  aws iam put \\",
        """      --policy '{"Effect":"Allow",""",
        """  "Action":["a:b, c","a:b, c",""",
        """  "a:b, c"]}' --name x""",
    ]
    assert wrap_command(f"aws iam put --policy '{policy}x'", 40).count("\n") == 1


def _parse(argument: str) -> object:
    """Return a value of JSON without its layout, and another argument as it is."""
    try:
        return json.loads(argument) if argument.startswith(("{", "[")) else argument
    except (ValueError, RecursionError):
        return argument


@given(st.lists(st.from_regex(r"-{0,2}[a-z日]{1,12}", fullmatch=True), max_size=12))
def test_lines_fit_if_words_do(words: list[str]) -> None:
    lines = wrap_command(" ".join(["aws", *words]), 40, "    ").split("\n")
    assert all(width_of(line) <= 40 for line in lines)
    assert all(line.endswith(" \\") for line in lines[:-1])


# ------------------------------------------------------------------------------------- characters that are not printable


@check_rows(
    ("command", "shown"),
    [
        pytest.param("aws 'a\nb' é", "aws 'a\nb' é", id="nothing to do"),
        pytest.param("aws 'a\x1b[31m\\'", r"aws $'a\033[31m\\'", id="single quotes"),
        pytest.param("aws 'a\u202eb'", r"aws $'a\342\200\256b'", id="as UTF-8"),
        pytest.param("aws 'a\x1b'\"'\"'b'", "aws $'a\\033'\"'\"'b'", id="one part of a word"),
        pytest.param(
            'aws "$HOME\x1b\\\x07\\"x"', 'aws "$HOME"$\'\\033\'"\\\\"$\'\\007\'"\\"x"', id="double quotes"
        ),
        pytest.param("aws a\u00a0b \\\x07", r"aws a$'\302\240'b $'\007'", id="no quotes"),
        pytest.param("aws\ta", "aws a", id="tab between words"),
        pytest.param("aws 'a\tb\nc\r'", r"aws $'a\tb\nc\r'", id="named"),
        pytest.param(
            "aws 'a\0b'",
            "# This cannot be pasted because of the characters written as escapes.\n# aws 'a\\x00b'",
            id="null",
        ),
        pytest.param(
            "aws 'a\ud800b'",
            "# This cannot be pasted because of the characters written as escapes.\n# aws 'a\\ud800b'",
            id="half a surrogate pair",
        ),
        pytest.param(
            'aws "$(x\x1b)"\nb',
            '# This cannot be pasted because of the characters written as escapes.\n# aws "$(x\\x1b)"\n# b',
            id="within a substitution in quotes",
        ),
    ],
)
def test_unprintable_characters_become_escapes(command: str, shown: str) -> None:
    assert make_pasteable(command) == shown


@given(arguments)
def test_bash_decodes_the_escapes(words: list[str]) -> None:
    shown = make_pasteable(shlex.join(["aws", *words]))
    assert shown.replace("\n", "").isprintable()
    assert calls(shown, "bash") == [words]
    assert calls(wrap_command(shown, 40, "  "), "bash") == [words]


@check_rows("character", ["\x1b", "\x07", "\u202e", "\u00a0", "\r", "\t"])
def test_escapes_in_double_quotes_and_without_quotes(character: str) -> None:
    for command in (
        f'aws "a{character}b\\{character}c" d\\{character}e "x$HOME{character}" ""',
        f'aws "a$"\\{character}',
    ):
        assert calls(make_pasteable(command), "bash") == calls(command, "bash")


@given(arguments)
def test_shell_without_the_escapes_runs_nothing_else(words: list[str]) -> None:
    [call] = calls(make_pasteable(shlex.join(["aws", *words])), "sh")
    assert len(call) == len(words)


@given(st.lists(texts, min_size=1, max_size=4))
def test_commands_that_cannot_be_pasted_run_nothing(words: list[str]) -> None:
    command = shlex.join(["aws", *words])
    shown = make_pasteable(command)
    assert shown.replace("\n", "").isprintable()
    if _IMPOSSIBLE & set(command):
        assert calls(shown) == []


@pytest.mark.parametrize("text", [text for text in PAYLOADS.values() if len(text) > 1000 and "\n" in text])
def test_long_arguments(text: str) -> None:
    assert calls(wrap_command(make_pasteable(shlex.join(["aws", text])), 80)) == [[text]]
