"""What procrastinate's worker runs: our jobs, and the cron job that picks up the stalled ones."""

from __future__ import annotations

from django.db import close_old_connections
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app as queue

from lantian.office import jobs, search

# A restart of the database takes seconds; after these tries the job waits for the cron job below.
TRIES = RetryStrategy(max_attempts=5, exponential_wait=2, retry_exceptions=set(jobs.LOST_CONNECTION))


@queue.task(name=jobs.TASK, retry=TRIES)
def run(key: str, post: str) -> None:
    """Run the job with this key for the post that scheduled it."""
    close_old_connections()  # a connection that died while the worker was idle is replaced, not found out in the job
    jobs.execute(key, post)


@queue.periodic(cron="* * * * *")
@queue.task(name="lantian.requeue_stalled", queueing_lock="requeue_stalled", lock="requeue_stalled")
def requeue_stalled(timestamp: int) -> None:
    """Every minute: put jobs of dead workers, and open jobs that the queue gave up, back into it."""
    close_old_connections()
    jobs.requeue_stalled()


@queue.periodic(cron="* * * * *")
@queue.task(name="lantian.refresh_search", queueing_lock="refresh_search", lock="refresh_search")
def refresh_search(timestamp: int) -> None:
    """Every minute: make what was taken in findable."""
    close_old_connections()
    search.refresh()
