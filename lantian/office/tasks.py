"""What procrastinate's worker runs: our jobs, and the cron job that picks up the stalled ones."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app as queue

from lantian.office import jobs, search

# A restart of the database takes seconds; after these tries the job stays for the administrator.
TRIES = RetryStrategy(max_attempts=5, exponential_wait=2, retry_exceptions=set(jobs.LOST_CONNECTION))


@queue.task(name="lantian.run", retry=TRIES)
def run(key: str, post: str) -> None:
    """Run the job with this key for the post that scheduled it."""
    jobs.execute(key, post)


@queue.periodic(cron="* * * * *")
@queue.task(name="lantian.requeue_stalled")
def requeue_stalled(timestamp: int) -> None:
    """Every minute: put jobs of dead workers back into the queue."""
    jobs.requeue_stalled()


@queue.periodic(cron="* * * * *")
@queue.task(name="lantian.refresh_search", queueing_lock="refresh_search", lock="refresh_search")
def refresh_search(timestamp: int) -> None:
    """Every minute: make what was taken in findable."""
    search.refresh()
