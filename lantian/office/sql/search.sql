-- What is asked of the protected search entries in the present transaction; empty means nothing is asked.
CREATE FUNCTION asked() RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(nullif(current_setting('app.asked', true), ''), '{}')::text[]
$$;

-- One form for what looks alike, as `office.search.fold`.
CREATE FUNCTION folded(t text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT lower(normalize(t, NFKC)) $$;

-- Pairs of neighbouring signs within a line, as `office.search.bigrams`; plpgsql, three times as fast as generate_series.
CREATE FUNCTION bigrams(t text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    signs text[] := string_to_array(t, NULL);
    pairs text[] := '{}';
BEGIN
    FOR i IN 1 .. coalesce(array_length(signs, 1), 0) - 1 LOOP
        IF signs[i] <> E'\n' AND signs[i + 1] <> E'\n' THEN
            pairs := pairs || (signs[i] || signs[i + 1]);
        END IF;
    END LOOP;
    RETURN pairs;
END
$$;

-- Initials of pinyin syllables set apart by blanks.
CREATE FUNCTION initials(pinyin text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT regexp_replace(pinyin, '(\S)\S*\s*', '\1', 'g') $$;

-- Entries of protected records. A kind that no room has declared is seen by nobody.
ALTER TABLE office_searchentry ENABLE ROW LEVEL SECURITY;
CREATE POLICY asked ON office_searchentry AS RESTRICTIVE FOR SELECT USING (grams @> (SELECT asked())::text[]);
CREATE CONSTRAINT TRIGGER demand_event AFTER INSERT OR UPDATE ON office_searchentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION demand_event();

-- Whoever may see a record may see and write its entry.
CREATE PROCEDURE searched_as(kind text, record regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE POLICY seen_as_%s ON office_searchentry USING (kind = %L AND EXISTS (SELECT FROM %s record WHERE record.key = office_searchentry.key))', kind, kind, record);
END
$$;
