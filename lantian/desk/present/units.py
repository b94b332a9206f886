"""Units of detectors' limits in words: the rule book writes them in English, pages in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from lantian.desk.present.words import language

UNITS: Mapping[str, str] = {
    "Nice class": "尼斯分类号",
    "applicants": "个申请人",
    "applications": "件申请",
    "applications (one an hour over five working days of eight)": "件申请（五个工作日、每天八小时、每小时一件）",
    "applications for each hundred insured": "件申请（每百名参保人员）",
    "applications for each registered practitioner in a year": "件申请（每名登记执业人员每年）",
    "characters": "个字",
    "classes": "个类别",
    "days": "天",
    "different marks": "个不同商标",
    "different marks near one name, where each only shares characters": "个不同商标（仅多数文字相同、近似同一名称的）",
    "different names": "个不同名称",
    "faults": "项问题",
    "fields": "项",
    "filings": "件申请",
    "findings": "条提示",
    "firms": "家企业",
    "grades": "级",
    "insured people": "名参保人员",
    "insured staff": "名参保人员",
    "judgements": "条研判",
    "kinds": "种",
    "marks": "件商标",
    "marks struck off for want of use": "件因不使用被撤销的商标",
    "names": "个名称",
    "owners": "个权利人",
    "parties": "个申请人",
    "partners": "名合伙人",
    "partners or full-time lawyers": "名合伙人或者专职律师",
    "per mille": "‰",
    "percent": "%",
    "percent (one for rounding)": "%（多出的1%留给四舍五入）",
    "percent likeness": "%（相似度）",
    "percent likeness: from here a text withdrawn and filed again by one agency is P04's": (
        "%（相似度；从此起，同一机构撤回后再提交的归P04）"
    ),
    "percent of a full tie": "%（以一项完整联系为100%）",
    "percent of a sure finding": "%（以确定无疑为100%）",
    "percent of persons": "%（占人数）",
    "percent of shareholders": "%（占股东人数）",
    "percent of the burst": "%（占集中提交的件数）",
    "percent of the doubt that each further case leaves": "%（占余下的疑问）",
    "percent of the later text": "%（占在后文本）",
    "percent of the mark": "%（占商标字数）",
    "percent of the others' share": "%（以其他机构的比例为100%）",
    "percent of the own usual rate": "%（以自身通常水平为100%）",
    "percent of the peers' mean": "%（以同行平均为100%）",
    "percent of the peers' share": "%（以同行的比例为100%）",
    "percent of the published ones": "%（占已公布件数）",
    "percent of the score within the class": "%（以同类别的分值为100%）",
    "percent of the text": "%（占文本）",
    "percent of those registered": "%（占登记人数）",
    "percent, over all agencies and days": "%（就全部机构和全部日期）",
    "percent: marks for each insured person": "%（商标数比参保人数）",
    "persons": "名自然人",
    "petitions against one mark": "件（针对同一商标）",
    "petitions in 365 days": "件（365天内）",
    "practitioners": "名专利代理师",
    "sections of the classification": "个分类部",
    "shareholders": "名股东",
    "signs": "种迹象",
    "times the expected number": "倍（比预期数）",
    "years": "年",
}
"""English unit as the rule book has it → Chinese; a test holds this against the shipped book."""


def unit_words(unit: str) -> str:
    """A unit in the language of the screen; one of an office's own book stays as it is written."""
    return unit if language().startswith("en") else UNITS.get(unit, unit)
