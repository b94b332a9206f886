"""Official papers: templates as data, versions, approvals, numbers, PDF/A in GB/T 9704 layout and DOCX.

A paper is drafted from a template whose fields are bound to a record; a missing field blocks it, and what the
officer typed freely is marked as such. Issuer, document code and remedy clause come from the competence matrix
and the unit's plate: no row, no paper. Writes: `actions`; reads: `queries`; what may follow what: `states`.
Files are made by a job, outside of every act. No picture of a seal is ever put on a paper.
"""
