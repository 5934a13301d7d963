"""Write trees of CloudTrail files, as a trail writes them to a bucket."""
