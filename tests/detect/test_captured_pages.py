"""W01 and W02: what captured pages offer, with context, matched to the register."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from lantian.core.rulebook import BadRulebook, NotInForce, shipped
from lantian.detect import phrases
from lantian.detect.phrases import FILE, beside_names, business_scope, kinds, plain, read, said
from tests.detect.tables import ON, agency, open_findings, run

Row = dict[str, Any]
HOUSE = agency(kinds=["patent"])


def capture(text: str, **columns: Any) -> Row:
    return {
        "capture_id": "C1", "url": "https://one.example/", "advertiser": "某咨询公司", "advertiser_id": None,
        "phone": "022-55", "title": "服务", "text": text, **columns,
    }  # fmt: skip


def pages(id: str, text: str, **columns: Any) -> list[Row]:
    return open_findings(run(id, captures=[capture(text, **columns)], agencies=[HOUSE]))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("专业代理发明专利申请，电话咨询", "专利代理"),
        ("专 利 代 理 服务，微 信 联系", "专利代理"),
        ("专利发明人可以加名，评职称", "挂名"),
        ("有内部渠道，专利加急授权", "内部渠道"),
        ("专利包授权，不成功全额退款", "承诺授权"),
        ("曾获得多项荣誉，专业代理发明专利申请，电话咨询", "专利代理"),
        ("成功案例上千，专利包授权", "承诺授权"),
        ("不成功包退，专利包授权", "承诺授权"),
    ],
)
def test_an_offer_is_found_with_its_words(text: str, words: str) -> None:
    (found,) = pages("W02", text)
    assert (found["subject_kind"], found["subject_no"]) == ("page", "C1")
    assert words in found["reason_zh"] and "不在专利代理机构名录中" in found["reason_zh"]


@pytest.mark.parametrize(
    "text",
    [
        "谨防“包授权”骗局，专利审查依法进行",
        "严禁发明人挂名申请专利，欢迎举报",
        "本店经营茶叶，电话订购",
        "我们不从事专利代理业务，请联系有资质的机构",
        "解读专利代理条例，咨询电话12345",
        "本公司2019年前曾从事专利代理业务，现转营软件开发，联系电话见页脚",
        "我司专利代理资格证已注销，现已停止代理专利申请，有事请电话联系",
        "某公司宣传“专利包授权”，被处罚五万元",
        "专利包授权吗？审查员怎么说",
        "我们不做任何承诺：专利申请不包授权",
        "专利审查不存在内部渠道",
        "专利发明人挂名？我们不接受挂名",
        "有人自称国家知识产权局授权受理窗口，请核实专利业务人员身份",
        "市局查处一起冒名案：当事人称其为官方指定代理机构，骗取专利商标费用",
        "我这边不是商标局的，是某事务所",
        "",
    ],
)
def test_a_warning_a_report_and_an_ordinary_page_are_no_offers(text: str) -> None:
    assert not pages("W02", text) and not pages("W01", text)


@pytest.mark.parametrize(
    "who",
    [
        {"advertiser_id": HOUSE["credit_code"]},
        {"advertiser": HOUSE["name"]},
        {"advertiser": None, "phone": HOUSE["phone"]},
    ],
    ids=["by code", "by name", "by phone"],
)
def test_a_licensed_agency_may_offer_its_services_but_no_grants(who: Row) -> None:
    assert not pages("W02", "专业代理发明专利申请，电话咨询", **who)
    (found,) = pages("W02", "专利包授权，不授权全额退款", **who)
    assert HOUSE["name"] in found["reason_zh"] and HOUSE["credit_code"] in found["members"]


def test_an_agency_whose_licence_was_revoked_is_not_licensed() -> None:
    gone = HOUSE | {"status": "revoked"}
    row = capture("专业代理发明专利申请，电话咨询", advertiser=HOUSE["name"])
    assert open_findings(run("W02", captures=[row], agencies=[gone]))


@pytest.mark.parametrize(
    "text",
    [
        "国家知识产权局授权受理窗口，专利商标一站办理",
        "官方指定代理机构，商标注册请认准",
        "您好，我这边是商标局的，您的商标要被抢注了",
    ],
)
def test_posing_as_a_state_body_is_found(text: str) -> None:
    (found,) = pages("W01", text)
    assert "冒用国家机关名义" in found["reason_zh"]


def test_the_offices_own_names_count_near_a_word_of_authority_and_not_on_the_bodys_own_page() -> None:
    names = [{"name": "溟岚市专利服务中心", "kind": "state_body"}]
    text = "溟岚市专利服务中心指定合作，欢迎来电"

    def found(text: str, **columns: Any) -> list[Row]:
        rows = [capture(text, **columns)]
        return open_findings(run("W01", captures=rows, agencies=[HOUSE], protected_names=names))

    assert found(text)
    assert not found("地址在溟岚市专利服务中心旁边")
    assert not found("我司与溟岚市专利服务中心无任何指定关系")
    assert found(f"地址在溟岚市专利服务中心旁边，营业时间九点到十七点，节假日照常营业。{text}")
    assert not found(text, advertiser="溟岚市专利服务中心")


def test_a_name_of_the_office_is_its_signs_and_no_expression() -> None:
    """Whatever signs a listed name has, it stands for itself and holds nothing up."""
    names = [{"name": name, "kind": "state_body"} for name in ("(某+)+$", ".*", "[", "某某中心\\")]
    rows = [capture(f"{'某' * 40}官方授权"), capture("认准 (某+)+$ 官方授权", capture_id="C2")]
    found = open_findings(run("W01", captures=rows, agencies=[HOUSE], protected_names=names))
    assert [one["subject_no"] for one in found] == ["C2"]


def test_odd_pages_are_no_fault() -> None:
    rows = [
        capture(text, capture_id=f"C{place}", title=None)
        for place, text in enumerate(["🙂" * 9, "专利" * 200_000, None])
    ]
    assert not open_findings(run("W02", captures=rows, agencies=[HOUSE]))


def test_the_phrases_are_dated_and_cited_and_a_faulty_book_is_refused() -> None:
    assert set(kinds("W01", ON)) == {"posing"}
    assert set(kinds("W02", ON)) == {"offer", "inventors", "fast_track", "guarantee"}
    book = shipped(FILE)
    with pytest.raises(BadRulebook):
        read(book.replace('forbidden_to = "unlicensed"', 'forbidden_to = "some"'))
    with pytest.raises(Exception, match="posing"):
        kinds("W01", date(2019, 1, 1))


def test_what_counts_beside_a_listed_name_and_in_a_scope_is_dated_and_cited() -> None:
    changed = shipped(FILE).replace('near = "授权|指定|', 'near = "特约|指定|')
    beside = beside_names(ON, read(changed))
    assert beside.near.search("特约服务") and not beside.near.search("授权")
    assert business_scope(ON).search("专利申请代理服务") and not business_scope(ON).search("企业管理咨询")
    for asked in (beside_names, business_scope):
        with pytest.raises(NotInForce):
            asked(date(2019, 1, 1))


@pytest.mark.parametrize("id", ["W01", "W02"])
def test_a_finding_tells_by_its_parameters_which_phrases_it_goes_by(
    id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "国家知识产权局授权受理窗口，专业代理发明专利申请，电话咨询"
    (before,) = pages(id, text)
    changed = read(shipped(FILE).replace("within = 16", "within = 17"))
    monkeypatch.setattr(phrases, "shipped_book", lambda: changed)
    (after,) = pages(id, text)
    assert before["reason_zh"] == after["reason_zh"] and before["parameters"] != after["parameters"]


def test_a_phrase_is_told_with_a_few_words_around_it() -> None:
    (one, *_) = said(plain("我司承诺：专利 包授权，欢迎咨询"), kinds("W02", ON)["guarantee"])
    assert "包授权" in one.words and len(one.words) < 40
