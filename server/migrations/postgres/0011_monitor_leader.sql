-- Which of several servers monitors: the one that has the lease, which it renews. The lease is in this table and no
-- lock of a connection, because a server that is frozen keeps its connections. Times are as for the limits.
CREATE TABLE monitor_leader (
  one BOOLEAN PRIMARY KEY DEFAULT true CHECK (one),
  server BIGINT NOT NULL,
  until BIGINT NOT NULL
) WITH (fillfactor = 50);

-- Takes or renews the lease; returns whether this server has it.
CREATE FUNCTION monitor_lead(p_server BIGINT, p_lease BIGINT) RETURNS BOOLEAN LANGUAGE plpgsql AS
$$
BEGIN
  INSERT INTO monitor_leader AS l (server, until) VALUES (p_server, limit_now() + p_lease)
    ON CONFLICT (one) DO UPDATE SET server = excluded.server, until = excluded.until
      WHERE l.server = p_server OR l.until <= limit_now();
  RETURN FOUND;
END
$$;

-- Tells the other servers that the history has changed.
CREATE FUNCTION history_changed() RETURNS TRIGGER LANGUAGE plpgsql AS
$$
BEGIN
  PERFORM pg_notify('mailguide_history', '');
  RETURN NULL;
END
$$;

CREATE TRIGGER changed AFTER INSERT ON results FOR EACH STATEMENT EXECUTE FUNCTION history_changed();
CREATE TRIGGER changed AFTER INSERT OR UPDATE ON incidents FOR EACH STATEMENT EXECUTE FUNCTION history_changed();
CREATE TRIGGER changed AFTER INSERT ON changes FOR EACH STATEMENT EXECUTE FUNCTION history_changed();
CREATE TRIGGER changed AFTER INSERT OR UPDATE ON facts FOR EACH STATEMENT EXECUTE FUNCTION history_changed();
CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON site_state
  FOR EACH STATEMENT EXECUTE FUNCTION history_changed();
