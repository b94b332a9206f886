-- What a capture says of itself is written once: only who sees it may change.
CREATE FUNCTION shares_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'seen_by' <> to_jsonb(OLD) - 'seen_by' THEN
        RAISE EXCEPTION 'a row of % is shared, never changed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CALL protect('filings_capturerequest');
CREATE TRIGGER shares_only BEFORE UPDATE ON filings_capturerequest FOR EACH ROW EXECUTE FUNCTION shares_only();
CALL protect('filings_capture');
CALL searched_as('capture', 'filings_capture');
CREATE TRIGGER shares_only BEFORE UPDATE ON filings_capture FOR EACH ROW EXECUTE FUNCTION shares_only();
CREATE TRIGGER refuse_change BEFORE DELETE OR TRUNCATE ON filings_capture FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CALL protect_with('filings_capturepart', 'filings_capture', 'capture_id');
CALL append_only('filings_capturepart');
CALL protect_with('filings_capturereading', 'filings_capture', 'capture_id');
CALL append_only('filings_capturereading');
CALL protect_with('filings_capturerecord', 'filings_capture', 'capture_id');
CALL append_only('filings_capturerecord');

-- The office's own words serve every office's comparisons; uploading them leaves an event.
CALL append_only('filings_lexicon');
CREATE CONSTRAINT TRIGGER demand_event AFTER INSERT ON filings_lexicon DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION demand_event();
CALL append_only('filings_lexiconword');
CREATE CONSTRAINT TRIGGER demand_event AFTER INSERT ON filings_lexiconword DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION demand_event();
