-- Who keeps a record of standing may come to be seen by another office; nothing else of it ever changes.
CREATE FUNCTION keeps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'seen_by' <> to_jsonb(OLD) - 'seen_by' THEN
        RAISE EXCEPTION '% is never changed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CREATE PROCEDURE never_changed(t regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER keeps BEFORE UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION keeps()', t);
    EXECUTE format('CREATE TRIGGER refuse_change BEFORE DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t);
END
$$;
CALL protect('standing_creditevent');
CALL never_changed('standing_creditevent');
CALL protect_with('standing_eventchange', 'standing_creditevent', 'event_id');
CALL append_only('standing_eventchange');
CALL protect('standing_reckoning');
CALL never_changed('standing_reckoning');
CALL protect('standing_rehearsal');
CALL protect_with('standing_rehearsedmove', 'standing_rehearsal', 'rehearsal_id');
CALL append_only('standing_rehearsedmove');
CALL protect('standing_repair');
CALL protect('standing_objection');
CALL protect('standing_confirmedfact');
CALL never_changed('standing_confirmedfact');
CALL protect_with('standing_facttakenback', 'standing_confirmedfact', 'fact_id');
CALL append_only('standing_facttakenback');
CALL protect('standing_supervisionclass');
CALL never_changed('standing_supervisionclass');
CALL protect('standing_listentry');
CALL protect_with('standing_liststep', 'standing_listentry', 'entry_id');
CALL append_only('standing_liststep');
CALL protect('standing_listspell');
CALL two_axes('standing_listspell', 'subject_id WITH =, list_id WITH =');
-- Official grades are published; they are held on two axes and not hidden.
CALL two_axes('standing_officialgrade', 'subject_id WITH =');
CALL two_axes('standing_qualitygrade', 'subject_id WITH =, round WITH =');
CALL protect('standing_guidanceplan');
CALL protect_with('standing_planstep', 'standing_guidanceplan', 'plan_id');
CALL append_only('standing_planstep');
CALL protect_with('standing_planmark', 'standing_guidanceplan', 'plan_id');
CALL append_only('standing_planmark');
CALL protect_with('standing_listpaper', 'standing_listentry', 'entry_id');
CALL append_only('standing_listpaper');
