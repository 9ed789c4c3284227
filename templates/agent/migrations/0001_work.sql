-- A migration that was deployed is never edited: the next change is a file of its own, 0002_….sql.
CREATE TABLE work (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    author TEXT NOT NULL,
    -- Seconds since 1970, or NULL while there is something to do.
    finished_at INTEGER
);
