"""Captures, their files, readings and records of evidence; requests; lexicons. Rows say once what they say.

Of a capture and a request only `seen_by` may change: who sees it. Everything below them only grows.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lantian.core.messages import Text
from lantian.office.keys import new_key

WAYS = {
    "fetched": Text("系统采集", "captured by the system"),
    "saved": Text("上传保存的网页", "a saved page, uploaded"),
    "picture": Text("上传屏幕图片", "a picture of a screen, uploaded"),
}
PLATFORMS = {
    "website": Text("网站", "website"),
    "search_ad": Text("搜索广告", "search advertisement"),
    "marketplace": Text("电商平台", "marketplace"),
    "short_video": Text("短视频", "short video"),
    "messages": Text("即时通讯、公众号", "messages, public accounts"),
    "call": Text("电话、短信", "call or text message"),
    "other": Text("其他", "other"),
}
PARTS = {
    "body": Text("原始文件", "the file as it came"),
    "headers": Text("响应头和跳转", "headers and redirects"),
    "robots": Text("robots.txt", "robots.txt"),
    "picture": Text("页面图片", "picture of the page"),
    "drawing": Text("本系统绘制的图片（不是原始文件）", "picture drawn by the system (not the original)"),
}
RESULTS = {
    "same": Text("与线索材料一致", "as in the capture"),
    "changed": Text("内容已变化", "the content has changed"),
    "gone": Text("页面已不存在", "the page is gone"),
}
LEXICONS = {
    "state_body": Text("国家机关及其简称", "state bodies and their short names"),
    "person": Text("人名", "persons"),
    "place": Text("地名", "places"),
    "event": Text("事件", "events"),
    "well_known_mark": Text("知名商标和字号", "well-known marks and names"),
}


class CaptureRequest(models.Model):
    """An officer's request that the house captures an address of a configured host."""

    key = models.CharField(max_length=26, unique=True, default=new_key)
    url = models.TextField()
    purpose = models.CharField(max_length=200)
    unit = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    job = models.OneToOneField("office.Job", models.PROTECT, related_name="capture_request")
    at = models.DateTimeField()
    seen_by = ArrayField(models.BigIntegerField())


class Capture(models.Model):
    """A page, or a picture of a screen, as it was at a moment. `how`: in what way it was made, in words."""

    key = models.CharField(max_length=26, unique=True, default=new_key)
    way = models.CharField(max_length=8)
    platform = models.CharField(max_length=12)
    url = models.TextField(blank=True)
    final_url = models.TextField(blank=True)
    status = models.IntegerField(null=True)
    captured_at = models.DateTimeField()
    how = models.CharField(max_length=500)
    sha256 = models.CharField(max_length=64)
    unit = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    request = models.OneToOneField(CaptureRequest, models.PROTECT, null=True, related_name="capture")
    seen_by = ArrayField(models.BigIntegerField())

    class Meta:
        indexes = [models.Index(fields=["-captured_at"], name="captures_by_time")]


class CapturePart(models.Model):
    """One file of a capture, sealed; a `drawing` is our own rendering of the body, never the original."""

    capture = models.ForeignKey(Capture, models.PROTECT, related_name="parts")
    role = models.CharField(max_length=8)
    file = models.ForeignKey("office.StoredFile", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["capture", "role"], name="one_part_a_role")]


class CaptureReading(models.Model):
    """What a capture says, as extracted (no post) or as an officer typed it; the newest one counts."""

    capture = models.ForeignKey(Capture, models.PROTECT, related_name="readings")
    number = models.IntegerField()
    title = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    advertiser = models.CharField(max_length=120, blank=True)
    advertiser_id = models.CharField(max_length=18, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    post = models.ForeignKey("office.Post", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["capture", "number"], name="readings_in_order")]


class CaptureRecord(models.Model):
    """Evidence taken again by two officers: when, where, with what, how, and what came of it."""

    capture = models.ForeignKey(Capture, models.PROTECT, related_name="records")
    number = models.IntegerField()
    taken_at = models.DateTimeField()
    place = models.CharField(max_length=200)
    officers = ArrayField(models.CharField(max_length=40), size=2)
    certificates = ArrayField(models.CharField(max_length=40), size=2)
    surroundings = models.CharField(max_length=500)
    steps = models.TextField()
    result = models.CharField(max_length=8)
    sha256 = models.CharField(max_length=64, blank=True)
    trusted_time = models.CharField(max_length=120, blank=True)
    file = models.ForeignKey("office.StoredFile", models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["capture", "number"], name="records_in_order")]


class Lexicon(models.Model):
    """One version of the office's own words of a kind; the newest version of a kind counts."""

    key = models.CharField(max_length=26, unique=True, default=new_key)
    kind = models.CharField(max_length=16)
    number = models.IntegerField()
    source = models.CharField(max_length=200)
    file = models.ForeignKey("office.StoredFile", models.PROTECT, related_name="+")
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "number"], name="versions_of_a_lexicon")]


class LexiconWord(models.Model):
    """One word of a version, with whom it belongs to where that matters."""

    lexicon = models.ForeignKey(Lexicon, models.PROTECT, related_name="words")
    name = models.CharField(max_length=120)
    owner = models.CharField(max_length=120, blank=True)
    owner_id = models.CharField(max_length=18, blank=True)
    classes = ArrayField(models.SmallIntegerField(), default=list)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lexicon", "name"], name="a_word_once_a_version")]
