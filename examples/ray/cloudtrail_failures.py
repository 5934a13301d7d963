"""Read the failures of CloudTrail files with Ray Data, and write them as Parquet, partitioned by date.

    python cloudtrail_failures.py s3://amzn-s3-demo-bucket/AWSLogs/ s3://amzn-s3-demo-results/failures/

It needs ``ray[data]`` and ``iamtriage[arrow]`` on each node. A file that cannot be read ends the job with its
path.
"""

from __future__ import annotations

import argparse
import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import ray
from pyarrow.fs import FileSelector, FileSystem

from iamtriage.arrow import cloudtrail

FILES_PER_BATCH = 16


def read_files(files: pa.Table, filesystem: FileSystem) -> pa.Table:
    """Return the failures of a batch of files; this runs on the workers."""
    records: list[str] = []
    for path in files["path"].to_pylist():
        with filesystem.open_input_file(path) as file:
            content = file.readall()
        try:
            text = gzip.decompress(content)
            # Most files of a quiet account have no failure, and are not decoded.
            trail: Any = json.loads(text) if b'"errorCode"' in text else {"Records": []}
            records.extend(json.dumps(record) for record in trail["Records"] if "errorCode" in record)
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            msg = f"cannot read {path}: {error}"
            raise ValueError(msg) from error
    found = cloudtrail(pa.table({"record": pa.array(records, pa.string())}), "record", dictionaries=False)
    found = found.filter(found["kind"].is_valid())
    dates = pa.array([time and time[:10] for time in found["time"].to_pylist()], pa.string())
    return found.append_column("date", dates)


def find_failures(path: str) -> ray.data.Dataset:
    """Return the failures of the CloudTrail files below a path or an ``s3://`` URI."""
    filesystem, root = FileSystem.from_uri(path if "://" in path else Path(path).absolute().as_uri())
    listed = filesystem.get_file_info(FileSelector(root, recursive=True))
    paths = [each.path for each in listed if "_CloudTrail_" in each.path and each.path.endswith(".json.gz")]
    if not paths:
        msg = f"no CloudTrail files below {path}"
        raise FileNotFoundError(msg)
    files = ray.data.from_items([{"path": each} for each in paths])
    options: dict[str, Any] = {"filesystem": filesystem}
    return files.map_batches(
        read_files, batch_format="pyarrow", batch_size=FILES_PER_BATCH, fn_kwargs=options
    )


def main() -> None:
    """Read the arguments, and run the job."""
    parser = argparse.ArgumentParser(description="Write the failures of CloudTrail files as Parquet.")
    parser.add_argument(
        "trail", help="a folder or prefix with CloudTrail files, such as s3://BUCKET/AWSLogs/"
    )
    parser.add_argument("results", help="the folder or prefix to write to")
    arguments = parser.parse_args()
    find_failures(arguments.trail).write_parquet(arguments.results, partition_cols=["date"])


if __name__ == "__main__":
    main()
