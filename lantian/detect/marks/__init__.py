"""Marks that are near each other, in three alphabets, without comparing all with all.

`alphabets`: what a character is in each alphabet (itself after folding, its sounds, its look-alikes). `keys`: sums
that do not depend on order, of a whole mark and of the mark without one character. `index`: sorted keys of stored
marks; a question is a search for equal keys, and the kind of key that met says how near two marks are.
"""
