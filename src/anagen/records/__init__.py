"""The records of a practice: what was said, planned, done, seen and counted, and by whom.

Nothing is overwritten: a correction is a new version that supersedes the old one, and every write
appends to a hash-chained audit in the same transaction. `store` opens the records, `entry` writes
them, `current` reads them.
"""
