CREATE TABLE incidents (
  service INTEGER NOT NULL,
  began BIGINT NOT NULL,
  ended BIGINT,
  reason TEXT NOT NULL,
  PRIMARY KEY (service, began)
);

CREATE INDEX incidents_by_time ON incidents (began);

CREATE TABLE changes (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at BIGINT NOT NULL,
  subject TEXT NOT NULL,
  fact TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL
);

CREATE INDEX changes_by_time ON changes (at);

-- What each service showed of itself, as JSON.
CREATE TABLE facts (
  service INTEGER PRIMARY KEY,
  facts TEXT NOT NULL
);

-- What is true of the whole site.
CREATE TABLE site_state (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
