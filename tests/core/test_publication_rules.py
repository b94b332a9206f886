"""Publication by rule: every period, the last day, and field by field what leaves the house."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.core import lists, matters, publicity
from lantian.core.competence import Field
from lantian.core.messages import WrongUse
from lantian.core.publicity import HIDDEN, NotPublishable, Profile, Treatment
from lantian.core.rulebook import BadRulebook, Confidence, shipped

DAY = date(2026, 11, 16)
BEFORE = date(2026, 3, 31)
# By hand: K leaves as it is, C cleaned, · stays in the house. Columns: enterprise, natural person.
TRUTH = """
document             KK
office               KK
decided_on           KK
name                 KK
number               KC
legal_representative K·
address              K·
id_number            ··
phone                ··
email                ··
bank_account         ··
act                  CC
facts                CC
legal_basis          KK
content              CC
"""
LETTERS = {"K": Treatment.KEEP, "C": Treatment.CLEAN, "·": Treatment.REMOVE}
LINES = [line.split() for line in TRUTH.strip().splitlines()]
WHOLE = {code: f"{code}的内容" for code, _ in LINES}


def test_the_table_by_hand_is_whole() -> None:
    assert [code for code, _ in LINES] == [code for code, _ in publicity.fields(DAY)]


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize(("code", "letters"), LINES)
def test_each_field_leaves_or_stays_as_the_table_says(code: str, letters: str, profile: Profile) -> None:
    wanted = LETTERS[letters[list(Profile).index(profile)]]
    found = publicity.redact(WHOLE, profile, DAY)
    assert publicity.treatment(code, profile, DAY) is wanted
    assert (code in dict(found.leaves)) == (wanted is not Treatment.REMOVE)
    assert (code in {one.field for one in found.removed}) == (wanted is Treatment.REMOVE)


@pytest.mark.parametrize(
    "personal",
    [
        "120104199001011234",
        "12010419900101123X",
        "120104 19900101 1234",
        "13800138000",
        "138 0013 8000",
        "１３８００１３８０００",
        "022-23456789",
        "someone@example.org",
        "6222020200112233445",
        "6222 0202 0011 2233",
    ],
)
def test_personal_data_in_running_text_is_hidden(personal: str) -> None:
    found = publicity.redact({"facts": f"当事人（{personal}）承认。"}, Profile.ENTERPRISE, DAY)
    assert dict(found.leaves)["facts"] == f"当事人（{HIDDEN}）承认。"
    assert [one.what for one in found.removed] == [personal]


@pytest.mark.parametrize(
    "public",
    [
        "91120104MA05T1234X",
        "911201047257410001",
        "202410123456.7",
        "ZL202310123456.7",
        "津知罚〔2026〕13号",
        "罚款100000元",
        "2026年3月2日",
    ],
)
def test_what_identifies_the_matter_is_not_hidden(public: str) -> None:
    assert publicity.redact({"facts": public}, Profile.ENTERPRISE, DAY).leaves == (("facts", public),)


def test_a_marked_passage_is_hidden_wherever_it_stands_and_must_stand_somewhere() -> None:
    text = {"facts": "甲公司委托，甲公司付款", "content": "没收自甲公司所得"}
    found = publicity.redact(text, Profile.ENTERPRISE, DAY, ["甲公司"])
    assert "甲公司" not in str(found.leaves) and len(found.removed) == 3
    with pytest.raises(NotPublishable, match="stand in no field"):
        publicity.redact(text, Profile.ENTERPRISE, DAY, ["乙公司"])


@given(st.text(max_size=60), st.text(min_size=1, max_size=8).filter(lambda text: text.strip() == text))
def test_no_marked_passage_ever_leaves(around: str, secret: str) -> None:
    found = publicity.redact({"facts": f"起{around}{secret}{around}止"}, Profile.PERSON, DAY, [secret])
    assert secret not in dict(found.leaves)["facts"].replace(HIDDEN, "\0") or secret == "\0"


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(NotPublishable, match="no such fields"):
        publicity.redact({"wage": "1"}, Profile.PERSON, DAY)


@pytest.mark.parametrize("matter", publicity.matters())
def test_statutory_channels_come_before_ours_and_the_earliest_period_binds(matter: str) -> None:
    for profile in Profile:
        found = publicity.clocks(matter, DAY, profile)
        statutory = [one.channel.statutory for one in found]
        assert statutory == sorted(statutory, reverse=True)
        dues = [one.deadline.due for one in found if one.deadline]
        binding = publicity.binding(found)
        assert (binding.due if binding else None) == min(dues, default=None)


def test_every_list_that_is_published_has_its_matter_and_no_other() -> None:
    published = {
        id for id, versions in lists.book().versions.items() if versions[-1].values["published"] == "yes"
    }
    assert published == set(publicity.matters()) - {"penalty", "penalty_patent", "check_result"}


def test_the_seven_days_are_marked_as_remembered_and_the_order_as_read() -> None:
    found = {one.channel.code: one.deadline for one in publicity.clocks("penalty", DAY, Profile.ENTERPRISE)}
    assert found["gsxt"] and found["gsxt"].confidence is Confidence.TEXT
    assert found["site"] and found["site"].confidence is Confidence.MEMORY
    assert publicity.matter("penalty", DAY).confidence is Confidence.UNVERIFIED
    assert publicity.matter("penalty", date(2026, 3, 31)).confidence is Confidence.TEXT


@pytest.mark.parametrize("on", [DAY, date(2026, 3, 31)])
def test_a_penalty_in_patent_matters_rests_on_its_own_measures_and_every_period_says_it_is_taken_over(
    on: date,
) -> None:
    """Law section 16: Order 45 is for market and drug regulators (art. 18); patent cases rest on art. 45."""
    rule = publicity.matter("penalty_patent", on)
    assert rule.basis.cite().zh == "专利代理管理办法 第45条" and rule.confidence is Confidence.UNVERIFIED
    assert rule.note and "适用与否未核实" in rule.note.zh and "法制机构" in rule.note.zh
    term = publicity.term("penalty_patent", on, "ordinary")
    periods = [
        *(one.deadline for one in publicity.clocks("penalty_patent", on, Profile.ENTERPRISE) if one.deadline),
        matters.withdrawal("penalty_patent", on, on),
        publicity.until(term, on).reckoned,
        publicity.early(term, on),
    ]
    assert len(periods) == 6
    for one in periods:
        assert one and one.confidence is Confidence.UNVERIFIED
        assert one.steps[-1].text_zh == "期限参照第45号令，适用与否未核实。"


@pytest.mark.parametrize(
    ("law", "matter"),
    [
        (Field.PATENT_AGENCY, "penalty_patent"),
        (Field.PRACTITIONER, "penalty_patent"),
        (Field.UNLICENSED, "penalty_patent"),
        (Field.TRADEMARK_AGENCY, "penalty"),
        (Field.APPLICANT, "penalty"),
        (None, "penalty"),
    ],
)
def test_the_field_of_law_decides_by_which_rule_a_penalty_is_published(
    law: Field | None, matter: str
) -> None:
    assert matters.matter_in("penalty", law, DAY) == matter
    assert matters.matter_in("samr_serious", law, DAY) == "samr_serious"


def test_after_a_repair_and_for_the_result_of_a_check_the_period_has_the_doubt_of_its_own_rule() -> None:
    """Order 45 art. 11 speaks of penalties that were changed or annulled, no more."""
    annulled, repaired = (matters.withdrawal("penalty", DAY, DAY, repaired=one) for one in (False, True))
    assert (annulled.rule, annulled.confidence) == ("penalty_withdraw", Confidence.TEXT)
    assert (repaired.rule, repaired.confidence) == ("publicity_withdraw_removed", Confidence.UNVERIFIED)
    before = matters.withdrawal("penalty", date(2026, 3, 2), date(2026, 3, 2), repaired=True)
    assert before.confidence is Confidence.MEMORY
    check = matters.withdrawal("check_result", DAY, DAY, repaired=True)
    assert (check.rule, check.confidence) == ("check_result_withdraw", Confidence.UNVERIFIED)


@pytest.mark.parametrize("matter", ["penalty", "penalty_patent"])
@pytest.mark.parametrize("on", [DAY, date(2026, 3, 31)])
def test_a_penalty_by_simple_procedure_is_not_published(matter: str, on: date) -> None:
    assert not publicity.term(matter, on, "simple").published


def test_a_warning_alone_and_a_prolonged_fine_are_refused() -> None:
    with pytest.raises(NotPublishable, match="Not to be published"):
        publicity.until(publicity.term("penalty", DAY, "warning"), DAY)
    with pytest.raises(NotPublishable, match="ban"):
        publicity.until(publicity.term("penalty", DAY, "minor"), DAY, date(2030, 1, 1))
    with pytest.raises(WrongUse, match="known: warning"):
        publicity.term("penalty", DAY, "forever")


def test_a_party_of_another_province_is_forwarded_and_the_other_channels_stay() -> None:
    """Order 45 art. 10: ten working days to forward, ten more from the receipt for whoever publishes there."""
    found = {
        one.channel.code: one for one in publicity.clocks("penalty", DAY, Profile.ENTERPRISE, elsewhere=True)
    }
    assert found["gsxt"].deadline and found["gsxt"].deadline.rule == "penalty_publicity_forward"
    assert str(found["gsxt"].deadline.due) == "2026-11-30"
    assert found["gsxt"].receives == "penalty_publicity_receiving" and not found["site"].receives
    assert all(
        not one.receives for one in publicity.clocks("check_result", DAY, Profile.ENTERPRISE, elsewhere=True)
    )


@pytest.mark.parametrize(
    ("term", "rule", "day"),
    [
        ("minor", "ndrc_minor_max", "2027-02-16"),
        ("ordinary", "ndrc_general_min", "2027-02-16"),
        ("barring", "ndrc_serious_min", "2027-11-16"),
    ],
)
def test_credit_china_ends_by_an_order_of_its_own_since_that_order(term: str, rule: str, day: str) -> None:
    (found,) = publicity.others(publicity.term("penalty", DAY, term), DAY).items()
    assert (found[0], found[1].rule, str(found[1].due)) == ("credit_china", rule, day)
    assert publicity.others(publicity.term("penalty", BEFORE, term), BEFORE) == {}


def test_the_months_before_an_early_end_are_a_rule_with_its_own_doubt() -> None:
    first = publicity.early(publicity.term("penalty", DAY, "ordinary"), DAY)
    assert first and (str(first.due), first.confidence) == ("2027-05-16", Confidence.UNVERIFIED)
    before = publicity.early(publicity.term("penalty", BEFORE, "ordinary"), BEFORE)
    assert before and before.confidence is Confidence.MEMORY
    assert publicity.early(publicity.term("penalty", DAY, "barring"), DAY) is None


@given(st.dates(date(2021, 9, 1), date(2026, 11, 30)), st.dates(date(2021, 9, 1), date(2040, 1, 1)))
def test_a_ban_never_shortens_a_publication(published: date, ban_until: date) -> None:
    barring = publicity.term("penalty", DAY, "barring")
    plain, prolonged = publicity.until(barring, published), publicity.until(barring, published, ban_until)
    assert plain.last and prolonged.last == max(plain.last, ban_until)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('{ channel = "gsxt" }', '{ channel = "wall" }', "there is no 'wall'"),
        ('withdraw = "penalty_withdraw"', 'withdraw = "never"', "there is no 'never'"),
        ('stands_for = "penalty"', 'stands_for = "gossip"', "there is no 'gossip'"),
        ('ends = "publicity_end_minor"', 'ends = "soon"', "there is no 'soon'"),
        ('early = "samr_penalty_early_end"', 'early = "soon"', "there is no 'soon'"),
        ('elsewhere = "penalty_publicity_forward"', 'elsewhere = "post"', "there is no 'post'"),
        ('ends = "ndrc_minor_max"', 'ends = "some_day"', "there is no 'some_day'"),
        ("[[rule.early_end]]", "[[rule.early]]", "early"),
        (
            'person = "remove" },\n  { code = "address"',
            'person = "blur" },\n  { code = "address"',
            "keep | clean",
        ),
        ("pattern = '[A-Za-z0-9._%+-]{1,64}+@", "pattern = '([A-Za-z0-9._%+-]{1,64}+@", "email"),
        ("pattern = '[A-Za-z0-9._%+-]{1,64}+@", "pattern = '([A-Za-z0-9._%+-]+)+@", "without end"),
        ("pattern = '[A-Za-z0-9._%+-]{1,64}+@", "pattern = '(?:[a-z]{1,20}){1,20}@", "steps"),
    ],
)
def test_a_book_that_names_what_is_not_there_is_refused(old: str, new: str, told: str) -> None:
    text = shipped(publicity.FILE)
    assert old in text
    with pytest.raises(BadRulebook, match=told.replace("|", r"\|")):
        publicity.read_book(text.replace(old, new))
