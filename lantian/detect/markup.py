"""Visible words of HTML, in one pass over the text however broken it is.

Python's own parser takes time that grows with the square of some hostile pages (a comment opened again and again);
this one only ever looks forward. It knows what a reader sees: no scripts, no styles, no comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

_SILENT = frozenset(("template", "svg", "math", "object", "canvas", "head"))
_RAW = frozenset(("script", "style", "iframe", "noembed", "noframes", "xmp", "plaintext"))
_LINES = frozenset(
    ("p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "footer", "header",
     "table", "ul", "ol", "dl", "dt", "dd", "form", "nav", "blockquote", "pre", "hr", "option", "body")
)  # fmt: skip
_NAME = re.compile(r"[A-Za-z][^\s/>]*")
_SPOKEN = re.compile(r"""\b(?:alt|placeholder|aria-label)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""", re.IGNORECASE)
_CLOSING = {name: re.compile(f"</{name}", re.IGNORECASE) for name in (*_RAW, "title")}
_LONGEST_TAG = 10_000


def words_of(html: str) -> tuple[str, str]:
    """Title and visible text of a page, entities resolved, one line a block; spaces are as they came."""
    reader = _Reader()
    for kind, value in _tokens(html):
        getattr(reader, kind)(value)
    return unescape("".join(reader.title)), unescape("".join(reader.pieces))


class _Reader:
    """Collects what a reader would see."""

    def __init__(self) -> None:
        self.title, self.pieces = list[str](), list[str]()
        self._silent = ""

    def named(self, words: str) -> None:
        """The page's title: the first one counts, wherever it stands."""
        if not self.title:
            self.title.append(words)

    def said(self, words: str) -> None:
        """Words."""
        if not self._silent:
            self.pieces.append(words)

    def opened(self, tag: str) -> None:
        """An element begins; what it says in an attribute counts."""
        name = _name(tag)
        if name == "body":  # a head that is not closed ends here
            self._silent = ""
        if self._silent:
            return
        if name in _SILENT and not tag.endswith("/"):
            self._silent = name
            return
        self.pieces.append("\n" if name in _LINES else "")
        self.pieces += [f" {found.strip(_QUOTES)} " for found in _SPOKEN.findall(tag[:_LONGEST_TAG])]

    def closed(self, tag: str) -> None:
        """An element ends."""
        name = _name(tag)
        if self._silent:
            self._silent = "" if name == self._silent else self._silent
        elif name in _LINES:
            self.pieces.append("\n")


_QUOTES = "\"'"


def _tokens(html: str) -> Iterator[tuple[str, str]]:
    """(said, words), (opened, tag), (closed, tag), (named, title); what is not closed ends with the page."""
    at = 0
    while (begin := html.find("<", at)) >= 0:
        yield "said", html[at:begin]
        if html.startswith("<!--", begin):
            at = _after(html, "-->", begin + 4)
            continue
        closing = html.startswith("/", begin + 1)
        if not _NAME.match(html, begin + 1 + closing):
            markup = html[begin + 1 : begin + 2] in ("!", "?", "/")
            at = _after(html, ">", begin) if markup else begin + 1
            yield "said", "" if markup else "<"
            continue
        at = _after(html, ">", begin)
        tag = html[begin + 1 + closing : at - 1]
        yield ("closed" if closing else "opened"), tag
        name = _name(tag)
        if not closing and name in _CLOSING:
            end = _CLOSING[name].search(html, at)
            inside, at = html[at : end.start() if end else len(html)], end.start() if end else len(html)
            yield ("named" if name == "title" else "said"), inside if name == "title" else ""
    yield "said", html[at:]


def _after(html: str, sign: str, begin: int) -> int:
    """The place behind the next sign, or the end of the page."""
    found = html.find(sign, begin)
    return found + len(sign) if found >= 0 else len(html)


def _name(tag: str) -> str:
    found = _NAME.match(tag)
    return found[0].casefold() if found else ""
