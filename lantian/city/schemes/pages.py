"""Captured pages: touting that W01 and W02 must find, and lawful offers, warnings and reports beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from lantian.city.schemes.pool import Pool, Rows, Scheme

_FIRST: Final = datetime(2026, 5, 4, 2, 0, tzinfo=UTC)
_POSING: Final = (
    "我们是国家知识产权局授权的受理窗口，专利、商标一站办理，详询客服。",
    "官方指定代理机构，商标注册请认准本平台。",
    "您好，我这边是商标局的，您的商标即将被抢注，请尽快联系工作人员。",
)
_OFFERS: Final = (
    "专业代理发明专利申请，价格优惠，微信咨询。",
    "代写实用新型专利，下单即办，电话联系。",
)
_TOUTS: Final = (
    "专利发明人可加名，评职称首选，专利当月转让。",
    "有内部渠道，专利加急授权，三个月下证。",
    "专利包授权，不授权全额退款，微信联系。",
)
_WARNINGS: Final = (
    "市知识产权局提醒：谨防冒充国家知识产权局工作人员推销商标注册。",
    "严禁以专利发明人挂名、包授权等方式招揽业务，发现请举报。",
    "本机构不承诺授权，任何所谓内部渠道均为虚假宣传，专利审查依法进行。",
)
_PLAIN: Final = "本店经营茶叶、糕点，欢迎到店品尝，电话预订九折。"


def plant(pool: Pool, rows: Rows) -> Iterator[Scheme]:
    """Plant every kind as often as the size asks; lawful look-alikes as often."""
    pages = rows.setdefault("captures", [])
    for number in range(pool.size.schemes):
        rng = pool.stream("page", number)
        firm = {"advertiser": (one := pool.firm()).name, "advertiser_id": one.number, "phone": one.phone}
        agency = rng.choice(list(pool.agencies)).row
        house = {"advertiser": agency["name"], "phone": agency["phone"]}
        yield _scheme(("W01",), "posing", _page(pages, rng, rng.choice(_POSING), **firm))
        yield _scheme(("W02",), "unlicensed_offer", _page(pages, rng, rng.choice(_OFFERS), **firm))
        yield _scheme(
            ("W02",), "touting", _page(pages, rng, rng.choice(_TOUTS), **rng.choice((firm, house, {})))
        )
        yield _scheme((), "lawful_offer", _page(pages, rng, rng.choice(_OFFERS), **house))
        yield _scheme((), "lawful_warning", _page(pages, rng, rng.choice(_WARNINGS)))
        for _ in range(10):
            _page(pages, rng, _PLAIN, **firm)


def further(pool: Pool, rows: Rows) -> Iterator[Scheme]:
    """Plant poses of agencies themselves, and of somebody unnamed: last, so that no page before changes."""
    pages = rows["captures"]
    for number in range(pool.size.schemes):
        rng = pool.stream("further page", number)
        agency = rng.choice(list(pool.agencies)).row
        house = {"advertiser": agency["name"], "phone": agency["phone"]}
        yield _scheme(("W01",), "posing_agency", _page(pages, rng, rng.choice(_POSING), **house))
        yield _scheme(("W01",), "posing_unnamed", _page(pages, rng, rng.choice(_POSING)))


def _page(pages: list[dict[str, Any]], rng: Random, text: str, **advertiser: str | None) -> str:
    id = f"C{len(pages) + 1:06d}"
    body = f"首页 {text} 版权所有"
    pages.append(
        {
            "capture_id": id,
            "url": f"https://page{len(pages) + 1}.example/",
            "platform": rng.choice(("website", "short_video", "marketplace")),
            "captured_at": _FIRST + timedelta(minutes=rng.randint(0, 200_000)),
            "title": "服务介绍",
            "text": body,
            "sha256": hashlib.sha256(body.encode()).hexdigest(),
            **advertiser,
        }
    )
    return id


def _scheme(detectors: tuple[str, ...], planted: str, id: str) -> Scheme:
    return Scheme(detectors, planted, "page", (), id, (), [f"captures:{id}"])
