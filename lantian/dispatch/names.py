"""One form for the spellings of a body's name, for grouping and matching only; what is shown stays as it came."""

from __future__ import annotations

import re
import unicodedata

_SIGNS = re.compile(r"[\s\u200b\ufeff()（）\[\]【】「」《》<>·.,，、:：;；'\"“”‘’_\-—]+")
_PLACE = re.compile(r"^(中国)?(天津市|天津)")
_FORM = re.compile(
    r"(有限责任公司|股份有限公司|有限公司|特殊普通合伙企业?|特殊的?普通合伙|普通合伙企业?|有限合伙企业?|合伙企业)+$"
)


def name_key(name: str) -> str:
    """Fold width, signs, the city in front and the legal form behind.

    >>> name_key("天津恒信达知识产权代理有限公司") == name_key("恒信达知识产权代理 (有限公司)")
    True
    >>> name_key("甲律师事务所") == name_key("甲专利事务所")
    False
    """
    plain = _SIGNS.sub("", unicodedata.normalize("NFKC", name)).upper()
    short = _FORM.sub("", _PLACE.sub("", plain))
    return short if len(short) > 1 else plain
