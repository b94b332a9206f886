"""P06: what no experiment gives, and what a template left behind.

Data that cannot be: shares above 100 percent, parts that sum to more (a range counts with its lower end), ranges the
wrong way round, below absolute zero, days that no calendar has. Templates: places not filled in, and words a drafting
programme says of itself. For review only, for good: whether data are invented is for an examiner to judge, and a slip
of the pen looks the same. Terse genuine texts, designs above all, give no data and no finding. How predictable a text
is (perplexity) is not measured: genuine claims of one field are as predictable as made ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import polars as pl

from lantian.detect.contract import Detector, Found, Ground, Reads

_SHARE = re.compile(
    r"(?:占比|质量分数|质量占比|含量|效率|纯度|孔隙率)(?:为|达到|可达|是|:|：)?(\d{3,4})(?:\.\d+)?%"
)
_RAISED = re.compile("提高|提升|增加|增大|改善|节省|相比")
"""Before a share these say by how much something grew: any percentage can be."""
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "-"))
"""Hyphens and minus signs as publications print them: all are read as one."""
_RANGE = re.compile(r"(?<![\d.\-—~～])(\d+(?:\.\d+)?)℃(?:至|到|~|～|—)(\d+(?:\.\d+)?)℃")
_COLD = re.compile(r"(?<![\d℃%~～\-—])-(\d{3,4})(?:\.\d+)?℃")
_AMOUNT = r"\d+(?:\.\d+)?%?(?:(?:至|到|~|～|—|-)\d+(?:\.\d+)?)?%"
_NAME = r"(?![^\d。；%]{0,8}(?:之和|总和|合计|总量|共计))[^\d。；%]{1,8}"
_SUM = re.compile(rf"质量(?:分数|百分比)[^。；]{{0,40}}?((?:{_NAME}{_AMOUNT}){{3,}})")
_LOWEST = re.compile(r"(\d+(?:\.\d+)?)%?(?:(?:至|到|~|～|—|-)\d+(?:\.\d+)?)?%")
_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)年(\d{1,2})月(?:(\d{1,2})日)?(?:(?:至|到|~|～|—)((?:19|20)\d\d)年(\d{1,2})月)?"
)
LIKELY = r"占比|质量|含量|效率|纯度|孔隙率|℃|年\d+月"
_SLOT = re.compile(
    r"[【\[（(]\s*(?:请|此处|在此|待)(?:填|插入|输入|补充)[^】\])）]{0,20}[】\])）]|(?:此处|在此处)(?:填写|插入|输入)|_{4,}"
    r"|(?:一种|所述)(?:×|[Xx＊*]){2,}(?=[一-鿿])|作为(?:一个|一款)?(?:人工智能|AI)(?:语言)?模型|以下是(?:一篇|一份|为您)[^。]{0,12}专利"
)
UNFILLED = r"填写|插入|输入|待填|待补充|____|××|[Xx]{2}|＊＊|\*\*|语言模型|人工智能模型|AI模型|以下是"


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each application with impossible data."""
    texts = [name for name in ("abstract", "claim") if ground.has(f"patents.{name}")]
    rows = ground.tables["patents"].filter(pl.col("kind").ne_missing("design"))
    rows = rows.with_columns(text=pl.concat_str(texts, separator="\n", ignore_nulls=True))
    likely = pl.col("text").str.contains(f"{LIKELY}|{UNFILLED}")
    for row in rows.filter(likely).iter_rows(named=True):
        data, slots = impossible(row["text"]), unfilled(row["text"])
        odd = [*data, *slots]
        if odd:
            key = "both" if data and slots else "data" if data else "slots"
            name = next(iter(row["applicants"] or ()), None) or ""
            number = next(iter(row["applicant_ids"] or ()), None)
            yield Found(
                kind="applicant",
                no=number or f"{name}|{row['application_no']}",
                name=name,
                anchor=f"patents:{row['application_no']}",
                score=1 - 0.5 ** len(odd),
                strength="weak",
                says=ground.rules.say(key, count=len(odd), quoted="”“".join(odd[:3])),
                evidence=[],
                members=[row["agency_code"]] if row["agency_code"] else [],
            )


def impossible(text: str) -> list[str]:
    """Return the passages of a text that give data that cannot be.

    >>> impossible("效率达到130%，在200℃至150℃下烧结，冷却到-20℃")
    ['效率达到130%', '200℃至150℃']
    """
    text = text.translate(_DASHES)
    shares = (found for found in _SHARE.finditer(text) if int(found[1]) > 100)
    odd = [one.group() for one in shares if not _RAISED.search(text, max(one.start() - 8, 0), one.start())]
    odd += [found.group() for found in _RANGE.finditer(text) if float(found[1]) > float(found[2])]
    odd += [found.group() for found in _COLD.finditer(text) if int(found[1]) > 273]
    for found in _SUM.finditer(text):
        # A range counts with its lower end: only if these exceed the whole no choice within the ranges fits.
        if sum(float(part) for part in _LOWEST.findall(found[1])) > 101:
            odd.append(found.group())
    return odd + [found.group() for found in _DATE.finditer(text) if not _dated(*found.groups())]


def _dated(year: str, month: str, day: str | None, to_year: str | None, to_month: str | None) -> bool:
    """Whether a day or month is in the calendar, and a span of months runs forward."""
    try:
        begins = date(int(year), int(month), int(day or 1))
        return to_year is None or date(int(to_year), int(to_month or 1), 28) >= begins.replace(day=1)
    except ValueError:
        return False


def unfilled(text: str) -> list[str]:
    """Return what a template left in a text: places not filled in, words of a drafting programme.

    >>> unfilled("本发明公开了一种XX装置，包括【此处填写技术特征】。"), unfilled("一种XXL号服装")
    (['一种XX', '【此处填写技术特征】'], [])
    """
    return [found.group() for found in _SLOT.finditer(text)]


DETECTOR = Detector(
    id="P06",
    subject="applicant",
    reads=(
        Reads(
            "patents",
            ("application_no", "disclosure"),
            also=("kind", "applicants", "applicant_ids", "agency_code"),
            one_of=("abstract", "claim"),
        ),
    ),
    limits=(),
    find=find,
    version="2",
    review_only=True,
)
