"""Returns in an office's own workbook: places in its cells name figures, everything else stays as it was drawn.

A place reads `{{figure|span}}` or `{{figure|span|office}}`, in Chinese or by the figure's id; spans are 本月, 更正 and
累计. `{{单位}}`, `{{年}}`, `{{月}}` and `{{填报日期}}` stand for words. Pure: bytes in, bytes out.
"""
