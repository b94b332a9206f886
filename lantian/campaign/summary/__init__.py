"""The yearly summary: figures counted from records, text by rule around them, typical cases, versions, sending.

What comes from records, what an officer typed and what he wrote freely stays told apart in every version.
"""
