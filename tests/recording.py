"""A log handler for tests."""

from __future__ import annotations

import logging


class RecordingHandler(logging.Handler):
    """Stores the records that it handles."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)
