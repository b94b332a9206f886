CALL protect('filings_unpublishedtext');
