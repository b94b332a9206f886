"""The job that sets an issued paper: PDF and DOCX are made outside every transaction, then kept with their digests."""

from __future__ import annotations

from lantian.office import audit, files, jobs
from lantian.office.models import Paper
from lantian.office.papers import queries
from lantian.office.papers.docx import set_docx
from lantian.office.papers.letter import Letter, set_pdf


@jobs.job("papers")
def set_paper(running: jobs.Running, *, paper: str) -> None:
    """Make and keep the files of one issued paper; run again it changes nothing."""
    with running.step():
        row = Paper.objects.select_related("plate").get(key=paper)
        if row.pdf_id and row.docx_id:
            return
        letter = letter_of(row)
    pdf, docx = set_pdf(letter), set_docx(letter)
    with running.step():
        row = Paper.objects.select_for_update(of=("self",)).get(key=paper)
        name = str(row.number).replace("/", "_")
        keep = {"seen_by": row.seen_by, "by": running.actor}
        row.pdf = files.keep(name=f"{name}.pdf", chunks=[pdf], **keep)  # type: ignore[arg-type]
        row.docx = files.keep(name=f"{name}.docx", chunks=[docx], **keep)  # type: ignore[arg-type]
        row.save(update_fields=["pdf", "docx"])
        detail = {"pdf": row.pdf.sha256, "docx": row.docx.sha256}
        audit.record(audit.Kind.PAPER_SET, by=running.actor, about=("paper", row.key), detail=detail)
        running.advance("", 1, 1)


def letter_of(paper: Paper) -> Letter:
    """An issued paper as it is set: the version that stands, number, plate, date."""
    assert paper.number is not None and paper.dated is not None
    content = queries.content(queries.latest(paper))
    return Letter(content, paper.number, paper.plate.name_zh, paper.dated)
