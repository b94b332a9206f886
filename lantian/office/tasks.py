"""What procrastinate's worker runs: our jobs, and the cron job that picks up the stalled ones."""

from __future__ import annotations

from procrastinate.contrib.django import app as queue

from lantian.office import jobs


@queue.task(name="lantian.run")
def run(key: str, post: str) -> None:
    """Run the job with this key for the post that scheduled it."""
    jobs.execute(key, post)


@queue.periodic(cron="* * * * *")
@queue.task(name="lantian.requeue_stalled")
def requeue_stalled(timestamp: int) -> None:
    """Every minute: put jobs of dead workers back into the queue."""
    jobs.requeue_stalled()
