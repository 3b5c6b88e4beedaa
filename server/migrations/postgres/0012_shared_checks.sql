-- Checks without a password that the servers make for each other: one row for each service, so it does not grow. After
-- a crash of the database it is empty, which costs a check of each service. Times are as for the limits.
CREATE UNLOGGED TABLE shared_checks (
  service BYTEA PRIMARY KEY,
  -- Who checks, or has checked.
  claim BIGINT NOT NULL,
  begun BIGINT NOT NULL,
  -- As long as there is no report: whoever claimed it has it until then.
  until BIGINT NOT NULL,
  report TEXT CHECK (octet_length(report) <= 131072)
) WITH (fillfactor = 50);

-- Claims a check of the service, unless another claim or a report is young enough. `mine` is whether it was claimed;
-- otherwise `report` is null as long as the other one checks, and `age` is how long ago that began. What began longer
-- ago than `p_max_age` is not wanted, and neither is a report of a check that began longer ago than `p_time_to_live`.
CREATE FUNCTION shared_check_ask(
  p_service BYTEA, p_claim BIGINT, p_lease BIGINT, p_max_age BIGINT, p_time_to_live BIGINT,
  OUT mine BOOLEAN, OUT age BIGINT, OUT report TEXT)
LANGUAGE plpgsql AS
$$
DECLARE
  v_now BIGINT := limit_now();
BEGIN
  INSERT INTO shared_checks AS c (service, claim, begun, until) VALUES (p_service, p_claim, v_now, v_now + p_lease)
    ON CONFLICT (service) DO UPDATE
      SET claim = excluded.claim, begun = excluded.begun, until = excluded.until, report = NULL
      WHERE c.begun <= v_now - p_max_age
        OR (c.report IS NULL AND c.until <= v_now)
        OR (c.report IS NOT NULL AND c.begun <= v_now - p_time_to_live);
  mine := FOUND;
  SELECT greatest(limit_now() - c.begun, 0), c.report INTO age, report FROM shared_checks c WHERE c.service = p_service;
END
$$;
