"""P06: data that cannot be: shares above 100 percent, ranges the wrong way round, below absolute zero.

For review only, for good: whether data are invented is for an examiner to judge, and a slip of the pen looks
the same. Terse genuine texts, designs above all, give no data and no finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import polars as pl

from lantian.detect.contract import Detector, Found, Ground, Reads

_SHARE = re.compile(
    r"(?:占比|质量分数|质量占比|含量|效率|纯度|孔隙率)(?:为|达到|可达|是|:|：)?(\d{3,4})(?:\.\d+)?%"
)
_RANGE = re.compile(r"(?<![\d.\-—~～])(\d+(?:\.\d+)?)℃(?:至|到|~|～|—)(\d+(?:\.\d+)?)℃")
_COLD = re.compile(r"(?<![\d℃%~～])-(\d{3,4})(?:\.\d+)?℃")
_SUM = re.compile(r"质量(?:分数|百分比)[^。；]{0,40}?((?:[^\d。；%]{1,8}\d+(?:\.\d+)?%){3,})")
_PART = re.compile(r"(\d+(?:\.\d+)?)%")
LIKELY = r"(占比|质量|含量|效率|纯度|孔隙率|℃)"


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each application with impossible data."""
    texts = [name for name in ("abstract", "claim") if ground.has(f"patents.{name}")]
    rows = ground.tables["patents"].filter(pl.col("kind").ne_missing("design"))
    rows = rows.with_columns(text=pl.concat_str(texts, separator="\n", ignore_nulls=True))
    for row in rows.filter(pl.col("text").str.contains(LIKELY)).iter_rows(named=True):
        odd = impossible(row["text"])
        if odd:
            name = next(iter(row["applicants"] or ()), None) or ""
            number = next(iter(row["applicant_ids"] or ()), None)
            yield Found(
                kind="applicant",
                no=number or f"{name}|{row['application_no']}",
                name=name,
                anchor=f"patents:{row['application_no']}",
                score=1 - 0.5 ** len(odd),
                strength="weak",
                says=ground.rules.say("data", count=len(odd), quoted="”“".join(odd[:3])),
                evidence=[],
                members=[row["agency_code"]] if row["agency_code"] else [],
            )


def impossible(text: str) -> list[str]:
    """Return the passages of a text that give data that cannot be.

    >>> impossible("效率达到130%，在200℃至150℃下烧结，冷却到-20℃")
    ['效率达到130%', '200℃至150℃']
    """
    odd = [found.group() for found in _SHARE.finditer(text) if int(found[1]) > 100]
    odd += [found.group() for found in _RANGE.finditer(text) if float(found[1]) > float(found[2])]
    odd += [found.group() for found in _COLD.finditer(text) if int(found[1]) > 273]
    for found in _SUM.finditer(text):
        if sum(float(part) for part in _PART.findall(found[1])) > 101:
            odd.append(found.group())
    return odd


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
    review_only=True,
)
