"""How the schema came to be what it is: one file for each released change, never edited later.

A column that is added must be allowed to be empty: the digest of a row leaves out what is empty,
so the rows that were there before keep theirs.
"""
