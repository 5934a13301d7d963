"""Check that readers find at words what a search at every place of a text finds."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from iamtriage._reading.readers import code_words, pairs, traces
from iamtriage._reading.vocabulary.codes import is_code, is_known
from iamtriage._reading.vocabulary.grammar import VAULT
from iamtriage._reading.vocabulary.masks import ARN, find_arn_end
from iamtriage._reading.vocabulary.readable import Readable
from tests.strategies import known, soup

_PARTS = st.sampled_from(
    [
        *(
            "AccessDenied",
            "Client.",
            "InvalidGroup.NotFound",
            "NotFound",
            "MyException",
            "Error",
            "403",
            "_403",
            "500",
        ),
        *(
            "HTTP ",
            "status code: ",
            "StatusCode: ",
            "Status(",
            "http_status",
            "code",
            "Code",
            "errorCode",
            "message",
        ),
        *(
            "statusCode",
            "x-amzn-requestid",
            "x-amz-id-2",
            "requestId",
            "Request ID",
            "Status Code",
            "a.code",
            "name",
        ),
        *(
            ": ",
            ":",
            "=",
            " = ",
            '"',
            "'",
            " ",
            "\n",
            ", ",
            "(",
            ")",
            ".",
            "-",
            "[",
            "]",
            "{",
            "User: ",
            "Access Denied",
        ),
        *(
            "ErrorCode ",
            "Some(",
            " => ",
            "é",
            "\x1e",
            "u'",
            '":code": ',
            "Forbidden",
            "resulted in a `403` response",
        ),
    ]
)
_TEXTS = st.one_of(
    st.lists(_PARTS, max_size=24).map("".join), soup, known.map(lambda case: getattr(case, "text", ""))
)
# Roles of keys that say something in every text.
_ROLES = {"code", "status_code", "request_id", "host_id", "message"}
_ARN_PARTS = st.sampled_from(
    [
        *(
            "arn:aws:iam::",
            "111122223333",
            ":",
            "/",
            "role",
            "user/ana",
            "<my account>",
            "[id]",
            "*",
            "__NAME X__",
        ),
        *(
            "1111 2222 3333",
            '"my account"',
            " ",
            "'",
            "(redacted account)",
            "${ACCOUNT}",
            "%Account%",
            "é",
            "_",
            "xxxx xxxx xxxx",
        ),
    ]
)


@given(_TEXTS)
def test_codes_start_at_words_that_can_be_codes(text: str) -> None:
    starts = Readable(text).code_starts()
    for pattern in (code_words._BEFORE_COLON, code_words._BEFORE_MESSAGE, code_words._LABELLED):
        for m in pattern.finditer(text):
            if is_code(m["code"]) or is_known(m["code"]):
                assert m.start() in starts, m


@given(_TEXTS)
def test_keys_are_found_at_words(text: str) -> None:
    # Words of one key are in one entry of a log.
    text = text.replace("\x1e", "\n")
    expected = [m.span("key") for m in pairs._PAIR.finditer(text) if pairs._role(m) in _ROLES]
    found = [m.span("key") for m in pairs._find_pairs(Readable(text)) if pairs._role(m) in _ROLES]
    assert found == expected


@given(_TEXTS)
def test_statuses_are_found_at_numbers(text: str) -> None:
    found = {(piece.start, piece.end) for piece in traces.read_statuses(Readable(text))}
    for m in traces._STATUS.finditer(text):
        number = m.start(m.lastgroup or 0)
        is_separate = re.search(
            r"(?<![0-9])[345][0-9]{2}(?![0-9A-Za-z_])", text[max(0, number - 1) : number + 4]
        )
        if is_separate and not VAULT.match(text, number + 3) and not traces._is_smtp_reply(text, m):
            assert m.span() in found, m


@given(
    st.lists(_ARN_PARTS, max_size=12).map("".join),
    st.sampled_from(["", "arn:aws:sts::111122223333:assumed-role/a/b"]),
)
def test_end_of_arn_is_that_of_the_whole_pattern(rest: str, beginning: str) -> None:
    text = beginning + rest
    m = re.compile(ARN).match(text)
    assert find_arn_end(text, 0) == (m.end() if m else -1)
