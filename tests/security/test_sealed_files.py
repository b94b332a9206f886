"""Files that may hold unpublished text: sealed in the store, opened by a job for its length, asked for by grant."""

from __future__ import annotations

import io
import os
import stat
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from lantian.core.messages import NotAllowed, WrongUse
from lantian.filings import grants
from lantian.filings.models import Patent, UnpublishedGrant
from lantian.office import clock, files, jobs, opened, sealing
from lantian.office.intake import actions as intake
from lantian.office.intake.spec import spec_of, tables
from lantian.office.models import IntakeBatch, Job, Post, StoredFile
from lantian.office.sealing import CHUNK, MAGIC, SALT, TAG, FileSealBroken
from tests.intaking import HEAD, begin, number, published, table, take
from tests.personas import acting, browser

pytestmark = pytest.mark.django_db
MARK = "一种机密热泵机组QZX9"
SECRET_ROWS = table((number(1), "unpublished", MARK, "2025-01-02"), (number(2), "", MARK, "gestern"))


@pytest.fixture
def store(tmp_path: Path, settings: object) -> Path:
    """A store of the test's own."""
    settings.FILES = tmp_path / "home" / "files"  # type: ignore[attr-defined]
    return tmp_path / "home" / "files"


def seal(content: bytes, size: int = 1000) -> bytes:
    return b"".join(sealing.seal(content[at : at + size] for at in range(0, len(content), size)))


def unseal(sealed: bytes) -> bytes:
    return b"".join(sealing.unseal(io.BytesIO(sealed)))


def lying(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def holding(folder: Path, mark: str = MARK) -> list[Path]:
    """Files below a folder in which a mark is met, in any encoding that a file of ours might have."""
    words = [mark.encode(code) for code in ("utf-8", "gb18030", "utf-16-le")]
    return [path for path in lying(folder) if any(word in path.read_bytes() for word in words)]


def end_all_grants() -> None:
    with acting("admin") as by:
        for given in UnpublishedGrant.objects.filter(ended_at=None):
            grants.end(key=given.key, by=by)


# The seal.


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_is_sealed_opens_again_whatever_its_size(size: int) -> None:
    content = os.urandom(size)
    assert unseal(seal(content, size=70_001)) == content


def test_equal_contents_look_different_and_show_nothing() -> None:
    content = MARK.encode() * 10
    assert seal(content) != seal(content)
    assert MARK.encode() not in seal(content)


def _parts(sealed: bytes) -> tuple[bytes, list[bytes]]:
    head, body = sealed[: len(MAGIC) + SALT], sealed[len(MAGIC) + SALT :]
    step = CHUNK + TAG
    return head, [body[at : at + step] for at in range(0, len(body), step)]


def test_chunks_changed_moved_left_out_cut_off_or_of_another_file_do_not_open(settings: object) -> None:
    sealed, other = seal(os.urandom(3 * CHUNK)), seal(os.urandom(3 * CHUNK))
    head, (one, two, three) = _parts(sealed)
    _, (foreign, *_) = _parts(other)
    flipped = bytes([one[0] ^ 1]) + one[1:]
    forged: Iterable[bytes] = (
        head + flipped + two + three,
        head + two + one + three,
        head + one + three,
        head + one + two,
        head + one + two + three + three,
        head + foreign + two + three,
        head + one + two + three[:-1],
        head,
        b"",
        b"application_no\n1\n" * 9,
    )
    for content in forged:
        with pytest.raises(FileSealBroken):
            unseal(content)
    settings.SECRET_KEY = "another"  # type: ignore[attr-defined]
    with pytest.raises(FileSealBroken):
        unseal(sealed)


def test_a_sealed_file_in_the_place_of_another_does_not_open(store: Path) -> None:
    with acting("city") as by:
        first, second = (
            files.keep(name="f", chunks=[name], seen_by=by.units, by=by, sealed=True) for name in (b"1", b"2")
        )
    files.path_of(first).write_bytes(files.path_of(second).read_bytes())
    with pytest.raises(FileSealBroken):
        list(files.content(first))


# At rest.


def test_tables_with_secret_columns_keep_their_files_sealed_and_others_do_not() -> None:
    assert [spec.name for spec in tables() if spec.sealed] == ["patents", "patent_changes"]
    assert not spec_of("agencies").sealed


def test_the_planted_text_lies_nowhere_below_the_data_folder_in_clear(store: Path) -> None:
    batch = take(SECRET_ROWS)
    assert batch.new == 1 and batch.refused == 1 and batch.errors_file is not None
    assert len(lying(store)) == 2  # the original and the refused rows
    assert holding(store.parent) == []
    assert holding(store, number(2)) == []
    assert all(path.read_bytes().startswith(MAGIC) for path in lying(store))


def test_an_upload_through_the_desk_is_sealed_too(store: Path) -> None:
    upload = SimpleUploadedFile("x.csv", SECRET_ROWS)
    assert browser("city").post(reverse("intake"), {"table": "patents", "file": upload}).status_code == 302
    (path,) = lying(store)
    assert path.name.endswith(files.SEALED) and holding(store.parent) == []


def test_the_same_file_twice_is_known_by_the_digest_of_its_content(store: Path) -> None:
    first, second = take(SECRET_ROWS), take(SECRET_ROWS)
    assert first.file_id == second.file_id and second.same == 1
    with acting("city"):
        assert StoredFile.objects.get(pk=first.file_id).size == len(SECRET_ROWS)


def test_a_file_in_the_clear_is_not_taken_into_a_table_that_seals() -> None:
    with acting("city") as by:
        file = files.keep(name="f.csv", chunks=[SECRET_ROWS], seen_by=by.units, by=by)
        with pytest.raises(WrongUse):
            intake.start(table="patents", file=file, by=by)


# In the clear for a moment.


def test_a_sealed_file_is_open_to_its_owner_only_and_only_for_the_length_of_the_work(store: Path) -> None:
    with acting("city") as by:
        file = files.keep(name="f.csv", chunks=[SECRET_ROWS], seen_by=by.units, by=by, sealed=True)
    with pytest.raises(RuntimeError), opened.opened(file) as path:
        assert path.read_bytes() == SECRET_ROWS
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert not path.is_relative_to(store)
        raise RuntimeError
    assert lying(store.parent / "opened") == []


def test_what_a_killed_work_left_open_is_swept_and_what_is_being_read_stays(store: Path) -> None:
    with acting("city") as by:
        file = files.keep(name="f.csv", chunks=[SECRET_ROWS], seen_by=by.units, by=by, sealed=True)
    with opened.opened(file) as path:
        left = path.with_name("left")
        left.write_bytes(SECRET_ROWS)
        assert opened.sweep() == 1
        assert path.exists() and not left.exists()


def test_an_upload_that_broke_off_is_swept_when_it_is_old(tmp_path: Path, settings: object) -> None:
    settings.FILES, settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "files", tmp_path  # type: ignore[attr-defined]
    old, young = tmp_path / "old.upload", tmp_path / "young.upload"
    for path in (old, young):
        path.write_bytes(SECRET_ROWS)
    os.utime(old, (time.time() - 86_400,) * 2)
    assert opened.sweep() == 1
    assert young.exists() and not old.exists()


def test_uploads_on_their_way_lie_in_the_private_data_folder() -> None:
    folder = Path(configured.FILE_UPLOAD_TEMP_DIR)
    assert folder.is_relative_to(configured.HOME)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


# By grant.


@pytest.mark.parametrize("how", [intake.start, intake.preview])
def test_taking_such_a_file_in_needs_a_grant_and_the_refusal_says_who_gives_it(how: object) -> None:
    end_all_grants()
    with pytest.raises(NotAllowed, match="administrator") as refused:
        begin(SECRET_ROWS, how=how)  # type: ignore[arg-type]
    assert "系统管理员" in refused.value.text.zh


def test_a_register_needs_no_grant() -> None:
    end_all_grants()
    assert begin("机构名称,统一社会信用代码\n某所,x\n".encode(), into="agencies").table == "agencies"


def test_the_trademark_division_is_told_who_takes_such_files_in() -> None:
    with pytest.raises(NotAllowed, match="patent division"):
        begin(SECRET_ROWS, login="marks")


def test_a_preview_is_not_confirmed_without_a_grant() -> None:
    batch = begin(SECRET_ROWS, how=intake.preview)
    end_all_grants()
    with acting("city") as by, pytest.raises(NotAllowed):
        intake.confirm(batch=batch, by=by)


def test_a_job_whose_grant_has_ended_opens_nothing(store: Path) -> None:
    batch = begin(SECRET_ROWS)
    end_all_grants()
    assert batch.job is not None
    jobs.execute(batch.job.key, Post.objects.get(account__login="city").key)
    with acting("city"):
        job = Job.objects.get(pk=batch.job.pk)
    assert (job.state, "授权" in job.fault_zh) == (Job.State.FAILED, True)
    assert not Patent.objects.filter(application_no=number(1)).exists()


def test_nothing_is_kept_of_an_upload_without_a_grant_and_the_page_says_so_beforehand(store: Path) -> None:
    end_all_grants()
    client = browser("city")
    assert "须有专门授权" in client.get(reverse("intake")).content.decode()
    upload = SimpleUploadedFile("x.csv", SECRET_ROWS)
    answer = client.post(reverse("intake"), {"table": "patents", "file": upload})
    assert answer.status_code == 422 and "系统管理员" in answer.content.decode()
    assert lying(store) == []


def _refused_rows(client: Client, batch: IntakeBatch) -> tuple[int, str]:
    answer = client.get(reverse("intake_errors", args=[batch.key]))
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return answer.status_code, body.decode()


def test_the_refused_rows_go_to_the_holder_of_a_grant_only(store: Path) -> None:
    batch = take(table(published(1), (number(2)[:-1] + "?", "published", "公开方法", ""), head=HEAD))
    client = browser("city")
    status, body = _refused_rows(client, batch)
    assert status == 200 and "公开方法" in body
    assert lying(store.parent / "opened") == []
    end_all_grants()
    status, body = _refused_rows(client, batch)
    assert status == 403 and "公开方法" not in body and "系统管理员" in body
    assert _refused_rows(browser("marks"), batch)[0] == 403


def test_a_grant_of_today_lets_the_same_file_in_tomorrow_only_while_it_holds() -> None:
    end_all_grants()
    with acting("admin") as by:
        post = Post.objects.get(account__login="city")
        grants.give(post=post, purpose="核查", valid_to=clock.today() + timedelta(days=1), by=by)
    assert take(SECRET_ROWS).new == 1
    UnpublishedGrant.objects.filter(ended_at=None).update(
        valid_from=clock.today() - timedelta(days=1), valid_to=clock.today()
    )
    with pytest.raises(NotAllowed):
        begin(SECRET_ROWS)


def test_a_grant_leaves_its_event_or_does_not_come_to_be() -> None:
    city = Post.objects.get(account__login="city")
    with pytest.raises(IntegrityError, match="no event, no act"), transaction.atomic():
        UnpublishedGrant.objects.create(
            post=city, purpose="x", valid_from=clock.today(), valid_to=clock.today() + timedelta(days=1),
            given_by=city, given_at=clock.now(),
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
