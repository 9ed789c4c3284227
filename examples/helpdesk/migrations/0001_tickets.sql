-- A migration that was deployed is never edited: the next change is a file of its own, 0002_….sql.
CREATE TABLE tickets (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    details TEXT NOT NULL,
    priority TEXT NOT NULL CHECK (priority IN ('low', 'normal', 'urgent')),
    -- `sub` at the identity provider, which stays when an address changes. Monitoring has neither.
    reporter TEXT,
    email TEXT,
    -- The id of the alert that opened it. A sender repeats an alert, and a ticket is opened once.
    alert TEXT UNIQUE,
    -- Seconds since 1970.
    opened_at INTEGER NOT NULL,
    closed_at INTEGER,
    resolution TEXT
);

CREATE INDEX tickets_of_reporter ON tickets (reporter);
