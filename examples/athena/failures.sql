-- Reduce CloudTrail records in Athena or Trino to those that iamtriage reads, and write them as Parquet:
-- the failed calls of some days, with the members that iamtriage.arrow.cloudtrail uses.
--
-- The table and its partitions: https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table-partition-projection.html.
-- Replace the names of the table and the bucket, and the days.
UNLOAD (
    SELECT
        eventtime, eventsource, eventname, awsregion, sourceipaddress, useragent, errorcode, errormessage,
        requestid, eventid, useridentity, resources
    FROM cloudtrail_logs_pp
    WHERE "timestamp" BETWEEN '2026/11/01' AND '2026/11/30'
        AND errorcode <> ''  -- a call without an error code succeeded
)
TO 's3://amzn-s3-demo-bucket/failed-calls/2026-11/'
WITH (format = 'PARQUET', compression = 'ZSTD')
