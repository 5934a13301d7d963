"""Track constructs that span lines: documents, printed objects, tracebacks, boxes."""

from __future__ import annotations

import re

# The start of an object or list that continues on the next lines: a key, a JavaScript frame or a bracket, then "{".
_OPENER = re.compile(r"(?:\A|[)\]:=\[({,]|\)\]|=>)[ \t]{0,4}[{\[(]\Z")
_CLOSERS = "}])"
_ROOT = re.compile(r"<(?P<root>[A-Za-z][\w:.-]{0,80})[\s>]")
# {"events": [{…}, {…}]}, as the AWS CLI prints log events.
_MAX_LIST_DEPTH = 2
_ELEMENT_STARTS = frozenset("{[")
TRACEBACK = "Traceback (most recent call last):"
# "Response body:", "resulted in a `400 Bad Request` response:", "<?xml …?>", PowerShell's "run.ps1:12 char:1",
# "The above exception was the direct cause of the following exception:".
_ANNOUNCES = re.compile(
    r"(?:\b(?:[Bb]ody|[Rr]esponse|[Hh]eaders|[Tt]ext|exception|occurred):|\?>| char:\d{1,6})\Z"
)
# The status line of an HTTP response, whose headers and body follow.
_STATUS_LINE = re.compile(r"\bHTTP(?:/\d(?:\.\d)?)? \d{3}(?: [A-Z][A-Za-z -]{1,40})?\Z")
# curl writes "<" before each header, and also before the empty line after them.
_HEADER = re.compile(r"(?:[<*] )?[A-Za-z][\w-]{1,60} ?: |<\Z")
# What Guzzle writes after a part of a body.
_TRUNCATED = "(truncated...)"
_BOX_TOP, _BOX_BOTTOM = "╷", "╵"
_ENDS = ("}", "]", ">", _BOX_BOTTOM)


class Block:
    """The constructs that the lines of an entry have opened and not closed yet.

    Attributes:
        announces: Whether the next line belongs to the entry.
        expects_more: Whether the next line belongs to the entry, unless it has a time stamp.
        is_complete: Whether the document has ended.
        is_document: Whether the entry is a document, such as a JSON object.
        lists_headers: Whether the last line is in a list of response headers.
    """

    def __init__(self, *, is_document: bool) -> None:
        self.is_document = is_document
        self.is_complete = False
        self.announces = False
        self.expects_more = False
        self._depth = 0
        self._root = ""
        self._awaits_exception = False
        self._box = False
        self._is_response = False
        self.lists_headers = False

    @property
    def is_open(self) -> bool:
        """Whether the next line belongs to a construct, regardless of its content."""
        return self._depth > 0 or bool(self._root) or self._awaits_exception or self._box

    def add(self, content: str, text: str) -> None:
        """Process the next line of the entry."""
        if not text:
            return
        last = text[-1]
        if self._awaits_exception and not content[0].isspace():
            self._awaits_exception = False
        if last == ":" and text.endswith(TRACEBACK):
            self._awaits_exception = True
        if text.startswith(_BOX_TOP):
            self._box = True
        elif self._box and text.startswith(_BOX_BOTTOM):
            self._box = False
        # Short lines can be joined.
        for line in text.split("\n") if "\n" in text else (text,):
            self._track_brackets(line.strip())
        if last == ">" and text.find("<ErrorResponse ", 1) > 0:
            # Vault: "received error code 403 from STS: <ErrorResponse xmlns=…>"
            self._root = "ErrorResponse"
        if self.is_document or self._root:
            self._track_xml(text)
        end = text[-60:]
        self.announces = (
            # Only lines with these last characters can match.
            ((last in ":>" or last.isdigit()) and _ANNOUNCES.search(end[-40:]) is not None)
            or ("HTTP" in end and _STATUS_LINE.search(end) is not None)
            or (self._is_response and _HEADER.match(text) is not None)
        )
        self.expects_more = last == ":"
        self._is_response = self.announces and last != ":"
        self.lists_headers = (self.expects_more and text.endswith("headers:")) or (
            self.lists_headers and _HEADER.match(text) is not None
        )
        self.is_complete = (
            self.is_document and not self.is_open and not self.announces and text.endswith(_ENDS)
        )

    def continues_headers(self, content: str) -> bool:
        """Return whether a line is another header in a list of the SDK for C++."""
        return self.lists_headers and _HEADER.match(content) is not None

    def closes(self, content: str) -> int:
        """Return the depth of the object or list that a line ends, or 0 if it ends none."""
        return self._depth if self._depth and content.lstrip()[:1] in _CLOSERS else 0

    def is_element_start(self, content: str) -> bool:
        """Return whether a line starts an element of a document's outermost list, such as a log event."""
        return 0 < self._depth <= _MAX_LIST_DEPTH and content.strip() in _ELEMENT_STARTS

    def _track_brackets(self, text: str) -> None:
        if self._box or not text:
            return
        if self._depth and text[0] in _CLOSERS:
            self._depth -= 1
        if text[-1] in "{[(" and _OPENER.search(text[-8:]):
            self._depth += 1

    def _track_xml(self, text: str) -> None:
        """Track an XML document from the start of its root element to the end."""
        if not self._root and text[0] == "<":
            m = _ROOT.match(text, text.find("?>") + 2 if text.startswith("<?") else 0)
            self._root = m["root"] if m else ""
        if self._root and (f"</{self._root}>" in text or text.endswith(_TRUNCATED)):
            self._root = ""
