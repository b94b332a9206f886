"""Uploads go straight to disk, and no further than the limit: what passes it is read away, not kept."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler
from django.http import HttpRequest

from lantian.core.messages import Text


class Bounded(TemporaryFileUploadHandler):
    """Django's handler, with an end: the request is marked, so that the form can say why there is no file."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file, unless the request is too long already."""
        super().new_file(*args, **kwargs)
        self.taken = 0
        if (self.content_length or 0) > settings.UPLOAD_LIMIT + 2**20:
            self._refuse()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a part, up to the limit."""
        self.taken += len(raw_data)
        if self.taken > settings.UPLOAD_LIMIT:
            self._refuse()
        super().receive_data_chunk(raw_data, start)

    def _refuse(self) -> None:
        self.file.close()
        if self.request is not None:
            self.request.META["lantian.too_large"] = True
        raise SkipFile


def too_large(request: HttpRequest) -> Text | None:
    """What to say when a file of this request passed the limit; None when none did."""
    if not request.META.get("lantian.too_large"):
        return None
    most = settings.UPLOAD_LIMIT // 2**20
    return Text(
        f"文件超过 {most} MB，没有收下。请拆分后上传，或请管理员在服务器上用命令 lantian intake 导入。",
        f"The file is larger than {most} MB and was not kept. Split it, or ask the administrator to take it in "
        "with the command lantian intake.",
    )
