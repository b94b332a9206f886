"""Kinds of register facts, with their words."""

from __future__ import annotations

from enum import StrEnum

from lantian.core.messages import Text


class FactKind(StrEnum):
    """What a register fact says. The register stands before the dot where two registers may disagree."""

    AGENCY_NAME = "agency.name"
    AGENCY_ADDRESS = "agency.address"
    AGENCY_STATUS = "agency.status"
    COMPANY_NAME = "company.name"
    COMPANY_ADDRESS = "company.address"
    COMPANY_STATUS = "company.status"
    PRACTITIONER_NAME = "practitioner.name"
    LICENCE = "licence"
    ENROLMENT = "enrolment"
    MEMBER = "member"
    STAFF = "staff"
    BRANCH = "branch"
    EMPLOYMENT = "employment"
    PRACTICE = "practice"
    LISTED = "listed"
    PLACE = "place"
    CHANGE = "change"


KIND_TEXTS: dict[FactKind, Text] = {
    FactKind.AGENCY_NAME: Text("名称（代理机构名录）", "name in the agency directory"),
    FactKind.AGENCY_ADDRESS: Text("地址（代理机构名录）", "address in the agency directory"),
    FactKind.AGENCY_STATUS: Text("执业状态（代理机构名录）", "status in the agency directory"),
    FactKind.COMPANY_NAME: Text("名称（市场主体登记）", "name in the market register"),
    FactKind.COMPANY_ADDRESS: Text("住所（市场主体登记）", "address in the market register"),
    FactKind.COMPANY_STATUS: Text("登记状态（市场主体登记）", "status in the market register"),
    FactKind.PRACTITIONER_NAME: Text("姓名", "name"),
    FactKind.LICENCE: Text("执业许可", "licence"),
    FactKind.ENROLMENT: Text("商标代理备案", "enrolment as trademark agency"),
    FactKind.MEMBER: Text("合伙人、股东和负责人", "partners, shareholders and heads"),
    FactKind.STAFF: Text("商标代理从业人员", "trademark staff"),
    FactKind.BRANCH: Text("分支机构", "branches"),
    FactKind.EMPLOYMENT: Text("执业机构", "practises at"),
    FactKind.PRACTICE: Text("执业状态", "status of practice"),
    FactKind.LISTED: Text("是否在名录中", "in the directory"),
    FactKind.CHANGE: Text("登记变更", "change in a register"),
    FactKind.PLACE: Text("承办单位（人工确定）", "office, placed by hand"),
}
# Two registers say the same thing: a difference is itself a ground (专利代理管理办法 第十八条、第三十七条).
TWINS: tuple[tuple[FactKind, FactKind], ...] = (
    (FactKind.AGENCY_NAME, FactKind.COMPANY_NAME),
    (FactKind.AGENCY_ADDRESS, FactKind.COMPANY_ADDRESS),
)
