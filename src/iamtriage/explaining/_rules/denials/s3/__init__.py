"""Explain denials by Amazon S3, and by stores with its API."""
