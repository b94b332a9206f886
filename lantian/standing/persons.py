"""Two persons: whoever recorded, proposed or took in a thing does not decide about it, whatever posts he holds."""

from __future__ import annotations

from collections.abc import Iterable

from lantian.core.messages import Text
from lantian.office.actors import OfficerActor
from lantian.office.models import Post
from lantian.standing.errors import StandingRefused

SAME = Text(
    "登记人、受理人不能自己作出决定，请由另一人办理。",
    "Whoever recorded it or took it in does not decide about it; another person does.",
)


def refuse_same(posts: Iterable[int], by: OfficerActor, words: Text = SAME) -> None:
    """Raise `StandingRefused` when the account that acts holds one of these posts."""
    account = Post.objects.values_list("account_id", flat=True).get(pk=by.post_id)
    if Post.objects.filter(pk__in=list(posts), account_id=account).exists():
        raise StandingRefused(words.zh, words.en)
