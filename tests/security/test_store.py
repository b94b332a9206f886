"""The store of files: for its owner only, nothing of a refused upload stays, orphans go and nothing else."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from lantian.core.messages import Refused
from lantian.office import files, orphans
from lantian.office.cluster import private_home
from lantian.office.models import StoredFile
from tests.conftest import Database
from tests.early import ROOT
from tests.personas import acting, browser

DAY = 86_400


@pytest.fixture
def store(tmp_path: Path, settings: object) -> Path:
    """A store of the test's own."""
    settings.FILES = tmp_path / "home" / "files"  # type: ignore[attr-defined]
    return tmp_path / "home" / "files"


def keep(content: bytes, login: str = "city", *, sealed: bool = False) -> Path:
    with acting(login) as by:
        kept = files.keep(name="f.csv", chunks=[content], seen_by=by.units, by=by, sealed=sealed)
        return files.path_of(kept)


def lying(store: Path) -> list[str]:
    """Names of the files that lie in the store."""
    return sorted(path.name for path in store.rglob("*") if path.is_file())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.django_db
def test_files_and_their_folders_are_for_their_owner_only(store: Path) -> None:
    before = os.umask(0)
    try:
        path = keep(b"a,b\n")
    finally:
        os.umask(before)
    assert mode(path) == 0o600
    assert {mode(folder) for folder in (store, path.parent, path.parent.parent)} == {0o700}


def test_the_data_folder_is_closed_to_others_also_when_it_was_open(tmp_path: Path) -> None:
    home = tmp_path / "open"
    home.mkdir(mode=0o755)
    private_home(home)
    assert mode(home) == 0o700


@pytest.mark.django_db
def test_nothing_of_a_refused_upload_stays_on_disk(store: Path) -> None:
    file = SimpleUploadedFile("x.csv", b"a,b\n1,2\n")
    assert browser("city").post(reverse("intake"), {"table": "patents", "file": file}).status_code == 422
    assert lying(store) == []
    with acting("city"):
        assert not StoredFile.objects.filter(sha256=hashlib.sha256(b"a,b\n1,2\n").hexdigest()).exists()


@pytest.mark.django_db
def test_a_refused_upload_takes_nobody_elses_file_along(store: Path) -> None:
    path = keep(b"a,b\n1,2\n", "nankai")
    file = SimpleUploadedFile("x.csv", b"a,b\n1,2\n")
    assert browser("city").post(reverse("intake"), {"table": "patents", "file": file}).status_code == 422
    assert path.read_bytes() == b"a,b\n1,2\n"


@pytest.mark.django_db
def test_a_file_that_somebody_kept_in_the_meantime_is_not_taken_back(store: Path) -> None:
    with (
        pytest.raises(Refused),
        acting("city") as by,
        files.kept(name="a.csv", chunks=[b"same"], seen_by=by.units, by=by),
    ):
        path = keep(b"same", "nankai")
        raise Refused("不行", "no")
    assert path.read_bytes() == b"same"
    assert lying(store) == [path.name]


def aged(path: Path, days: float) -> Path:
    os.utime(path, (time.time() - days * DAY,) * 2)
    return path


def orphan(store: Path, content: bytes, days: float) -> Path:
    digest = hashlib.sha256(content).hexdigest()
    path = store / digest[:2] / digest[2:4] / digest
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return aged(path, days)


@pytest.mark.django_db
def test_the_application_sweeps_nothing_because_it_sees_one_office_only(store: Path) -> None:
    path = aged(keep(b"known"), 9)
    with pytest.raises(orphans.SweepRefused, match="owner of the tables"):
        orphans.sweep()
    assert path.exists()


def test_the_owner_sweeps_old_orphans_and_leaves_what_is_known_or_young(
    database: Database, tmp_path: Path
) -> None:
    from django.conf import settings

    home = tmp_path / "home"
    before, settings.FILES = settings.FILES, home / "files"
    try:
        known = aged(keep(b"known"), 9)
        sealed = aged(keep(b"known, sealed", sealed=True), 9)
    finally:
        settings.FILES = before
    orphan(home / "files", b"old", 2)
    nobodys = known.with_name(known.name + files.SEALED)  # that content is known, but not sealed
    nobodys.write_bytes(b"old")
    aged(nobodys, 2)
    young = orphan(home / "files", b"young", 0.5)
    aged_part = home / "files" / ".incoming-0a"
    aged_part.write_bytes(b"part")
    aged(aged_part, 2)
    key = Path(os.environ["LANTIAN_HOME"]) / "secret.key"
    variables = {**database.variables, "LANTIAN_HOME": str(home), "LANTIAN_SECRET_KEY_FILE": str(key)}
    done = subprocess.run(
        [sys.executable, "-m", "lantian", "files", "sweep"],
        env=variables, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "removed\t3\n"), done.stderr
    assert lying(home / "files") == sorted([known.name, sealed.name, young.name])


def test_a_database_without_files_sweeps_nothing(database: Database, store: Path) -> None:
    """A store beside a database that was not restored yet is no heap of orphans."""
    from tests.security.catalogue import connected

    path = orphan(store, b"not restored yet", 9)
    with connected(database.superuser_url) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("TRUNCATE office_storedfile CASCADE")
    variables = {**database.variables, "DATABASE_URL": database.owner_url, "LANTIAN_HOME": str(store.parent)}
    variables["LANTIAN_SECRET_KEY_FILE"] = str(Path(os.environ["LANTIAN_HOME"]) / "secret.key")
    done = subprocess.run(
        [sys.executable, "-m", "lantian", "files", "sweep"],
        env=variables, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1 and path.exists()
