"""Restore the responses of AWS, and the files, of which commands printed a part, another form or a change."""
