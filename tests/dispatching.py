"""Letters with lists for the tests of dispatch: taken in, split, forwarded, as an office does it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date

from lantian.dispatch import actions, queries, sending
from lantian.dispatch.actions import Letter
from lantian.dispatch.models import Dispatch, DispatchRow, ReturnSheet
from lantian.dispatch.sending import Forwarded, Forwarding
from lantian.office import files
from lantian.office.models import Job
from lantian.registry.models import Agency
from tests.personas import acting, run_job

TODAY = date(2026, 11, 22)
DUE = date(2026, 12, 4)
HEADERS = ("序号", "申请号", "专利代理机构", "机构代码", "申请人", "申请人地址", "备注", "备注")
ABNORMAL = Letter(
    kind="abnormal",
    sender="国家知识产权局专利局",
    sender_no="国知办函运字〔2026〕118号",
    title="2026年第四批非正常专利申请核查清单",
    dated=date(2026, 11, 16),
    received_on=date(2026, 11, 20),
    deadline=date(2026, 12, 18),
    instruction="请逐条核查并于12月18日前书面反馈。",
)


def agencies_of(district: int, count: int = 3) -> list[Agency]:
    """Agencies of the small city whose place is settled."""
    found = Agency.objects.filter(subject__district_code=str(district)).select_related("subject")
    return list(found.order_by("id")[:count])


def a_list(rows: Sequence[Sequence[str]], headers: Sequence[str] = HEADERS) -> bytes:
    """A sender's list as a file."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([headers, *rows])
    return out.getvalue().encode("utf-8-sig")


def line(number: int, agency: str = "", code: str = "", applicant: str = "", address: str = "") -> list[str]:
    """One row of such a list; application numbers are the sender's text, zeros in front and all."""
    return [f"{number:03}", f"2026{number:08}.X", agency, code, applicant, address, "", ""]


def received(
    rows: Sequence[Sequence[str]], letter: Letter = ABNORMAL, headers: Sequence[str] = HEADERS
) -> Dispatch:
    """A letter taken in by the city and split."""
    with acting("city") as by:
        file = files.keep(name="清单.csv", chunks=[a_list(rows, headers)], seen_by=by.units, by=by)
        row = actions.receive(letter=letter, list_file=file, by=by)
    run_job(row.job)
    return fresh(row)


def forwarded(row: Dispatch, *units: int, letters: bool = False) -> Forwarded:
    """The letter forwarded to these offices, sheets written."""
    with acting("city") as by:
        how = Forwarding(DUE, contact="陶知远 022-00000000", letters=letters)
        done = sending.forward(key=row.key, units=units, how=how, version=fresh(row).version, by=by)
    run_job(fresh(row).job)
    return done


def fresh(row: Dispatch) -> Dispatch:
    """The letter as it stands, seen by the city."""
    with acting("city"):
        found = queries.find(row.key)
        assert found is not None
        return found


def rows_of(row: Dispatch, unit: int | None = None) -> list[DispatchRow]:
    """The rows of a letter, or those of one office, in the sender's order."""
    with acting("city"):
        found = row.rows.select_related("dispatch", "holder").order_by("place")
        return list(found.filter(holder=unit) if unit else found)


def sheet_of(row: Dispatch, unit: int) -> ReturnSheet:
    """The sheet of one office."""
    with acting("city"):
        return ReturnSheet.objects.select_related("file", "dispatch").get(dispatch=row, unit=unit)


def ended(job: Job | None) -> Job:
    """A job run to its end."""
    assert job is not None
    run_job(job)
    with acting("city"):
        return Job.objects.get(pk=job.pk)
