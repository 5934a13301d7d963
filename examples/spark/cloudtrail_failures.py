"""Read the failures of CloudTrail files with Spark, and write them as Parquet, partitioned by date.

    spark-submit cloudtrail_failures.py s3://amzn-s3-demo-bucket/AWSLogs/ s3://amzn-s3-demo-results/failures/

It runs on EMR, Glue, or any other Spark with PySpark 3.5 or later and ``iamtriage[arrow]`` on its executors.
The exit status is 1 if a file could not be read.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql import Observation, SparkSession
from pyspark.sql import functions as f

from iamtriage.arrow import PLAIN_SCHEMA, cloudtrail

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import DataFrame

COLUMNS = ", ".join(
    f"`{field.name}` {'INT' if pa.types.is_integer(field.type) else 'STRING'}" for field in PLAIN_SCHEMA
)


def read_failures(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield the failures of batches with a column ``record``; this runs on the executors."""
    for batch in batches:
        found = cloudtrail(batch, "record", dictionaries=False)
        yield found.filter(found["kind"].is_valid())


def find_failures(spark: SparkSession, path: str, read: Observation) -> DataFrame:
    """Return the failures of the CloudTrail files below a path.

    Args:
        spark: The session.
        path: A folder or prefix with ``.json.gz`` files.
        read: Records the number of files, and of those that could not be read.
    """
    files = spark.read.text(
        path, wholetext=True, recursiveFileLookup=True, pathGlobFilter="*_CloudTrail_*.json.gz"
    )
    # A schema of strings keeps each record as its JSON text, so that only the JVM splits the files.
    trail = files.select(f.from_json("value", "Records array<string>").alias("trail"))
    is_damaged = f.col("trail.Records").isNull()
    trail = trail.observe(
        read, f.count(f.lit(1)).alias("files"), f.count(f.when(is_damaged, 1)).alias("damaged")
    )
    records = trail.select(f.explode("trail.Records").alias("record"))
    return records.where(f.col("record").contains('"errorCode"')).mapInArrow(read_failures, COLUMNS)


def main() -> int:
    """Read the arguments, run the job, and return the exit status."""
    parser = argparse.ArgumentParser(description="Write the failures of CloudTrail files as Parquet.")
    parser.add_argument(
        "trail", help="a folder or prefix with CloudTrail files, such as s3://BUCKET/AWSLogs/"
    )
    parser.add_argument("results", help="the folder or prefix to write to; it is replaced")
    arguments = parser.parse_args()
    spark = SparkSession.builder.appName("iamtriage").getOrCreate()
    read = Observation("read")
    failures = find_failures(spark, arguments.trail, read).withColumn("date", f.substring("time", 1, 10))
    failures.write.mode("overwrite").partitionBy("date").parquet(arguments.results)
    counts = read.get
    print(f"{counts['files']} files read, {counts['damaged']} of them damaged")
    return 1 if counts["damaged"] else 0


if __name__ == "__main__":
    sys.exit(main())
