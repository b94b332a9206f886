"""Charts drawn on the server: every mark a link, nothing that the CSP forbids, words for those who do not see."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from django.template import Context, Template
from django.utils import translation

from lantian.core.messages import Unreadable
from lantian.office import charts_map, maps
from lantian.office.charts import Mark, bars, broken, meter, share_bar
from lantian.office.charts_map import district_map, shade, step_size
from lantian.office.maps import Land

HOSTILE = Mark("<甲>&", 3, "/a?b=1&c=2", 1)


@pytest.fixture
def land(tmp_path: Path) -> Land:
    return maps.land(tmp_path)


def marked(land: Land, **counts: int) -> dict[str, Mark]:
    """A mark for every district; `counts` by English name, one overdue where there are many."""
    return {
        area.code: Mark(
            area.name_zh,
            counts.get(area.name_en, 0),
            f"/leads/?office={area.code}",
            int(counts.get(area.name_en, 0) > 5),
        )
        for area in land.areas
    }


def drawn(land: Land, marks: dict[str, Mark], *others: Mark) -> str:
    with translation.override("zh-hans"):
        return str(district_map(marks, others, label="各区在办线索", unit="件", land=land))


def rendered(source: str, **context: object) -> str:
    return Template("{% load lantian_tags charts %}" + source).render(Context(context))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_chart_is_whole_and_carries_no_style_and_no_markup_of_its_data(land: Land, language: str) -> None:
    with translation.override(language):
        for page in (
            bars([HOSTILE], label="<x>", unit="件"),
            share_bar([HOSTILE], label="<x>"),
            meter(0.5, label="<x>"),
            district_map({"120104": HOSTILE}, [HOSTILE], label="<x>", unit="件", land=land),
        ):
            assert "style=" not in page and "<甲>" not in page and "<x>" not in page
            ElementTree.fromstring(f"<r>{page.replace('&#8194;', ' ')}</r>")


def test_a_chart_whose_marks_are_links_is_a_group_and_without_links_a_picture() -> None:
    assert 'role="group"' in bars([HOSTILE], label="x")
    assert 'role="img"' in bars([Mark("甲", 1)], label="x")


def test_an_empty_chart_divides_by_nothing() -> None:
    assert "NaN" not in bars([], label="空") + share_bar([Mark("甲", 0)], label="空")


def test_a_long_label_breaks_into_lines_and_the_numbers_stand_below_it() -> None:
    name = "Tianjin Binhai New Area Intellectual Property Administration Office"
    assert len(broken(name)) == 2 and " ".join(broken(name)) == name
    page = bars([Mark(name, 40, "/x", 12)], label="x", unit="leads")
    lines = [int(y) for y in re.findall(r'chart-label" x="0" y="(\d+)"', page)]
    numbers = int(re.findall(r'x="100%" y="(\d+)"', page)[0])
    assert numbers > max(lines) + 10


def test_every_district_is_drawn_once_as_a_link_with_a_title(land: Land) -> None:
    page = drawn(land, marked(land, Binhai=23))
    assert len(land.areas) == 16
    for area in land.areas:
        assert page.count(f'<a class="mark" href="/leads/?office={area.code}"') == 1
        assert f"<title>{area.name_zh} " in page
    assert "滨海新区 23 件, 1 件逾期" in page


def test_the_six_small_districts_are_enlarged(land: Land) -> None:
    small = {area.name_zh for area in land.areas if area.inset_path}
    assert small == {"和平区", "河东区", "河西区", "南开区", "河北区", "红桥区"}


def test_the_ranking_is_the_twin_most_first_then_most_overdue(land: Land) -> None:
    page = drawn(land, marked(land, Binhai=7, Xiqing=3), Mark("市局", 5, "/leads/?office=120000", 2))
    rows = re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a></th>', page)
    assert rows[:3] == ["滨海新区", "市局", "西青区"] and len(rows) == 17


def test_a_district_without_a_mark_says_no_number_and_opens_nothing(land: Land) -> None:
    page = drawn(land, {"120104": Mark("南开区", 2, "/x", 0)})
    assert page.count('<a class="mark"') == 1
    assert "西青区：不在本页范围" in page


@pytest.mark.parametrize(
    ("largest", "shades"), [(0, [0]), (1, [0, 1]), (4, [0, 1, 2, 3, 4]), (23, [0, 1, 1, 1, 1, 1, 1, 2])]
)
def test_five_shades_reach_from_nought_to_the_largest(largest: int, shades: list[int]) -> None:
    size = step_size([largest])
    assert [shade(value, size) for value in range(len(shades))] == shades
    assert shade(largest, size) == (4 if largest > 2 else largest)


def test_the_drawing_is_a_few_kilobytes_and_says_what_it_is_not(land: Land) -> None:
    assert sum(len(area.path) + len(area.inset_path) for area in land.areas) < 8_000
    assert "示意图，未标审图号" in drawn(land, marked(land))


def test_the_map_of_the_office_takes_the_place_of_ours(tmp_path: Path) -> None:
    square = {"type": "Polygon", "coordinates": [[[117, 39], [118, 39], [118, 40], [117, 40], [117, 39]]]}
    feature = {"type": "Feature", "properties": {"code": "120104", "name": "南开区"}, "geometry": square}
    (tmp_path / "map").mkdir()
    own = tmp_path / "map" / "districts.geojson"
    own.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    land = maps.land(tmp_path)
    assert [area.name_zh for area in land.areas] == ["南开区"]
    assert "未标审图号" not in drawn(land, marked(land))
    own.write_text('{"features": [{"properties": {}, "geometry": {"type": "Point", "coordinates": [1, 2]}}]}')
    with pytest.raises(Unreadable, match=re.escape("districts.geojson")):
        maps.land(tmp_path)


def test_a_label_lies_inside_its_district(land: Land) -> None:
    """The centre of gravity of Binhai lies on its edge; the label does not."""
    for area in land.areas:
        x, y = area.at
        assert 0 < x < land.width and 0 < y < land.height
    square = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (0.0, 0.0)]
    assert maps._holds(square, (5, 5)) and not maps._holds(square, (11, 5))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_labels_of_the_enlargement_cover_no_other(land: Land, language: str) -> None:
    marks = marked(land)
    small = [area for area in land.areas if area.inset_path]
    with translation.override(language):
        labels = [(area.inset_at, charts_map._box(area, marks)) for area in small]
    places = charts_map.spread(labels)
    sized = [(at, size) for at, (_, size) in zip(places, labels, strict=True)]
    pairs = [(one, other) for number, one in enumerate(sized) for other in sized[:number]]
    assert len(pairs) >= 10 and not any(charts_map._overlap(*one, *other) for one, other in pairs)


def test_marked_text_survives_passages_that_overlap_or_lie_outside() -> None:
    passages = [
        SimpleNamespace(start=a, end=b, number=n)
        for a, b, n in ((3, 5, 1), (4, 6, 2), (6, 99, 1), (50, 60, 3))
    ]
    page = rendered('{% marked_text t m side="a" %}', t="<b>甲乙丙丁</b>", m=passages)
    assert "<b>" not in page
    text = re.sub(r"<a [^>]*>.*?</a>|<[^>]+>", "", page)
    assert text.replace("&lt;", "<").replace("&gt;", ">") == "<b>甲乙丙丁</b>"
    assert rendered('{% marked_text t m side="b" %}', t=None, m=[]).strip() in ("", "—")


def test_the_tags_draw_what_the_functions_draw() -> None:
    assert rendered('{% bar_chart m label="x" %}', m=[HOSTILE]) == bars([HOSTILE], label="x")
    assert rendered("{% meter n %}", n=None) == ""
