"""Rows of casework."""

from lantian.casework.models.leads import Lead, LeadStep

__all__ = ["Lead", "LeadStep"]
