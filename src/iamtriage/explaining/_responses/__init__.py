"""Restore the responses of AWS of which commands printed a part, or another form than JSON."""
