CALL protect('filings_unpublishedtext');
-- A grant holds no secret itself; giving and ending it leave events.
CREATE CONSTRAINT TRIGGER demand_event AFTER INSERT OR UPDATE ON filings_unpublishedgrant DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION demand_event();
