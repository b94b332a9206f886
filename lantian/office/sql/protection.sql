-- Protection that a mistake in Python cannot lift. Runs as the owner; the application has another role.

-- Equality of plain columns in an exclusion constraint; a trusted extension, the owner may create it.
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Units that the present transaction may see. Unset or empty means none: it fails closed.
CREATE FUNCTION scope() RETURNS bigint[]
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(nullif(current_setting('app.units', true), ''), '{}')::bigint[]
$$;

-- The epoch of events written now; none in a cluster that has opened none (after a restore, before the migration).
CREATE FUNCTION current_epoch() RETURNS integer
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    last office_epoch;
BEGIN
    SELECT * INTO last FROM office_epoch ORDER BY number DESC LIMIT 1;
    IF last.cluster IS DISTINCT FROM (SELECT system_identifier FROM pg_control_system()) THEN
        RAISE EXCEPTION 'this cluster has no epoch: run lantian migrate' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN last.number;
END
$$;

-- No event, no act: at commit, a changed protected row must have company in the audit. Numbers of transactions come
-- again in another cluster, so the epoch counts too.
CREATE FUNCTION demand_event() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM office_auditevent
        WHERE epoch = (SELECT max(number) FROM office_epoch) AND xid = pg_current_xact_id()) THEN
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

-- Facts on two axes: a row may only be closed on the axis `known`, once; nothing else about it ever changes.
CREATE FUNCTION closes_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT upper_inf(OLD.known) OR lower(NEW.known) <> lower(OLD.known)
        OR to_jsonb(NEW) - 'known' <> to_jsonb(OLD) - 'known' THEN
        RAISE EXCEPTION 'a fact in % is closed, never changed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;

-- What is held at one moment says one thing about one day; `key` is written as in an exclusion constraint.
CREATE PROCEDURE two_axes(t regclass, key text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ADD EXCLUDE USING gist (%s, valid WITH &&) WHERE (upper_inf(known))', t, key);
    EXECUTE format('CREATE TRIGGER closes_only BEFORE UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION closes_only()', t);
    EXECUTE format('CREATE TRIGGER refuse_change BEFORE DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t);
END
$$;
