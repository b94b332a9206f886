"""What is handed up with a proposal: evidence, notices and records of hearings, and the package that was sent."""

from __future__ import annotations

from django.db import models

from lantian.standing.models.marks import ListEntry


class ListPaper(models.Model):
    """A file on an entry of a list; append-only. One of the kind `package` is what was sent, whole."""

    class Kind(models.TextChoices):
        EVIDENCE = "evidence", "证据材料"
        NOTICE = "notice", "告知文书和送达回证"
        HEARING = "hearing", "听证、陈述申辩记录"
        PACKAGE = "package", "已报送的材料包"

    entry = models.ForeignKey(ListEntry, models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=10, choices=Kind)
    title = models.CharField(max_length=120)
    file = models.ForeignKey("office.StoredFile", models.PROTECT, related_name="+")
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()
