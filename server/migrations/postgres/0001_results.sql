-- Times are milliseconds since 1970 in UTC, but for hours, which are hours since 1970. States, reasons and facts are
-- stored under their stable names.

CREATE TABLE services (
  id INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key TEXT NOT NULL UNIQUE
);

-- What each check has found. The columns stand in an order that needs no padding.
CREATE TABLE results (
  at BIGINT NOT NULL,
  service INTEGER NOT NULL,
  response_time INTEGER,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (at, service)
);

-- The same in sums: of each hour in columns, and of its steps of five minutes in `steps`, as JSON:
-- [[step from 0 to 11, ok, response_time, degraded, down, longest, timed], ...]. What is usual is left out at the end:
-- none degraded, none down, longest the same as response_time, timed as many as are not down. The steps have no rows of
-- their own, because a row and its index would take several times the room of what is in it. Each row is updated
-- for an hour, so its page has room for that (fillfactor).
CREATE TABLE hours (
  response_time BIGINT NOT NULL,
  hour INTEGER NOT NULL,
  service INTEGER NOT NULL,
  ok INTEGER NOT NULL,
  degraded INTEGER NOT NULL,
  down INTEGER NOT NULL,
  timed INTEGER NOT NULL,
  longest INTEGER NOT NULL,
  steps TEXT NOT NULL,
  PRIMARY KEY (hour, service)
) WITH (fillfactor = 80);

-- The last result of each service.
CREATE TABLE latest (
  service INTEGER PRIMARY KEY,
  at BIGINT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  response_time INTEGER
);
