"""Rule books: dated, cited values as data. Nothing here is code; `lantian.core.rulebook` reads it."""
