"""Check the types of frames: the argument determines the library.

pandas has types only with pandas-stubs, which this project does not install, so its frame is Any here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_type

import polars as pl

from iamtriage import scan, to_frame, to_record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iamtriage import Failure


def polars_frames(failures: Iterable[Failure], text: str) -> None:
    assert_type(to_frame(failures, library="polars"), pl.DataFrame)
    assert_type(to_frame(scan(text), library="polars"), pl.DataFrame)
    assert_type(to_frame([to_record(each) for each in failures], library="polars"), pl.DataFrame)


def refused(failure: Failure) -> None:
    to_frame([], library="arrow")  # type: ignore[call-overload]
    to_frame("text")  # type: ignore[arg-type]
    to_frame(failure)  # type: ignore[call-overload]
