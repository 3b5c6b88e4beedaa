-- Times are milliseconds since 1970 in UTC, but for hours, which are hours since 1970. States, reasons and facts are
-- stored under their stable names.

CREATE TABLE services (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE
) STRICT;

-- What each check has found. The time comes first in this key and that of `hours`, so that new rows stand at the end
-- and the pages of the file are full.
CREATE TABLE results (
  at INTEGER NOT NULL,
  service INTEGER NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  response_time INTEGER,
  PRIMARY KEY (at, service)
) STRICT, WITHOUT ROWID;

-- The same in sums: of each hour in columns, and of its steps of five minutes in `steps`, as JSON:
-- [[step from 0 to 11, ok, response_time, degraded, down, longest, timed], ...]. What is usual is left out at the end:
-- none degraded, none down, longest the same as response_time, timed as many as are not down. The steps have no rows of
-- their own, because a row and its index would take several times the room of what is in it.
CREATE TABLE hours (
  hour INTEGER NOT NULL,
  service INTEGER NOT NULL,
  ok INTEGER NOT NULL,
  degraded INTEGER NOT NULL,
  down INTEGER NOT NULL,
  timed INTEGER NOT NULL,
  response_time INTEGER NOT NULL,
  longest INTEGER NOT NULL,
  steps TEXT NOT NULL,
  PRIMARY KEY (hour, service)
) STRICT, WITHOUT ROWID;

-- The last result of each service.
CREATE TABLE latest (
  service INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  response_time INTEGER
) STRICT;
