CREATE TABLE incidents (
  service INTEGER NOT NULL,
  began INTEGER NOT NULL,
  ended INTEGER,
  reason TEXT NOT NULL,
  PRIMARY KEY (service, began)
) STRICT, WITHOUT ROWID;

CREATE INDEX incidents_by_time ON incidents (began);

CREATE TABLE changes (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  subject TEXT NOT NULL,
  fact TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL
) STRICT;

CREATE INDEX changes_by_time ON changes (at);

-- What each service showed of itself, as JSON.
CREATE TABLE facts (
  service INTEGER PRIMARY KEY,
  facts TEXT NOT NULL
) STRICT;

-- What is true of the whole site.
CREATE TABLE site_state (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
