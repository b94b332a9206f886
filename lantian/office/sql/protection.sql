-- Protection that a mistake in Python cannot lift. Runs as the owner; the application has another role.

-- Units that the present transaction may see. Unset or empty means none: it fails closed.
CREATE FUNCTION scope() RETURNS bigint[]
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(nullif(current_setting('app.units', true), ''), '{}')::bigint[]
$$;

-- No event, no act: at commit, a changed protected row must have company in the audit.
CREATE FUNCTION demand_event() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM office_auditevent WHERE xid = pg_current_xact_id()) THEN
        RAISE EXCEPTION 'no event, no act: % of % without an audit event', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;

-- A table whose rows only the units in seen_by may see or change, and never without an event.
CREATE PROCEDURE protect(t regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY seen ON %s FOR SELECT USING (seen_by && (SELECT scope())::bigint[])', t);
    EXECUTE format('CREATE POLICY changed ON %s FOR UPDATE USING (seen_by && (SELECT scope())::bigint[]) WITH CHECK (true)', t);
    EXECUTE format('CREATE POLICY added ON %s FOR INSERT WITH CHECK (true)', t);
    EXECUTE format('CREATE CONSTRAINT TRIGGER demand_event AFTER INSERT OR UPDATE ON %s DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION demand_event()', t);
    EXECUTE format('CREATE INDEX ON %s USING gin (seen_by)', t);
END
$$;

-- Rows of a protected record's history: whoever may see the record may see them, also who joined later.
CREATE PROCEDURE protect_with(t regclass, record regclass, link text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY seen ON %s FOR SELECT USING (EXISTS (SELECT FROM %s record WHERE record.id = %I))', t, record, link);
    EXECUTE format('CREATE POLICY added ON %s FOR INSERT WITH CHECK (EXISTS (SELECT FROM %s record WHERE record.id = %I))', t, record, link);
    EXECUTE format('CREATE CONSTRAINT TRIGGER demand_event AFTER INSERT OR UPDATE ON %s DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION demand_event()', t);
END
$$;

-- A table that only grows: the application lacks the grants, the trigger stops the owner's own mistakes.
CREATE PROCEDURE append_only(t regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t);
END
$$;
