"""Find and open the files and S3 objects that inputs are read from."""
