"""Epochs: which cluster counted the transactions of an event.

PostgreSQL counts transactions per cluster. After a dump and restore, or a major upgrade, the count begins anew, and
a number that stands with an old event comes again. `lantian migrate` opens an epoch wherever the cluster is not the
one of the last; an event takes the last epoch by default and none in a foreign cluster.
"""

from __future__ import annotations

from django.db import connection, transaction

from lantian.core.messages import Refused

_BEGIN = """
INSERT INTO office_epoch (number, cluster, began_at)
SELECT coalesce(max(number), 0) + 1, (SELECT system_identifier FROM pg_control_system()), now()
FROM office_epoch
HAVING (SELECT cluster FROM office_epoch ORDER BY number DESC LIMIT 1)
    IS DISTINCT FROM (SELECT system_identifier FROM pg_control_system())
"""
_CURRENT = """
SELECT coalesce((SELECT cluster FROM office_epoch ORDER BY number DESC LIMIT 1)
    = (SELECT system_identifier FROM pg_control_system()), false)
"""


class ForeignCluster(Refused):
    """The database has moved to another server and no epoch was opened there yet."""


@transaction.atomic
def begin() -> bool:
    """Open an epoch when the cluster is another one than the last epoch's; runs as owner. True when opened."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE office_epoch IN EXCLUSIVE MODE")
        cursor.execute(_BEGIN)
        return bool(cursor.rowcount == 1)


def current() -> bool:
    """Whether the last epoch is this cluster's."""
    with connection.cursor() as cursor:
        cursor.execute(_CURRENT)
        return bool(cursor.fetchone()[0])


def check() -> None:
    """Raise `ForeignCluster` when acts would have no epoch."""
    if not current():
        raise ForeignCluster(
            "数据库已迁到另一台服务器（恢复或升级之后）；请先运行 lantian migrate。",
            "The database has moved to another server (a restore or an upgrade); run lantian migrate first.",
        )
