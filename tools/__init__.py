"""Generate the data files of iamtriage from published sources."""
