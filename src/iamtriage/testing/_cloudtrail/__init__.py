"""Generate the files that a CloudTrail trail writes to a bucket."""
