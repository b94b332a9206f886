"""Lantian (蓝天): supervision of patent and trademark agencies."""
