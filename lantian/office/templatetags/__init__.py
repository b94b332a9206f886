"""Template tags shared by every face: charts, dates, pills, marked passages."""
