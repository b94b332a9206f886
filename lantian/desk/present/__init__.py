"""Rows turned into what a template shows: plain values, words in the reader's language, no decisions."""
