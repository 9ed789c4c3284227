-- The address of a ticket's issue at the tracker.
ALTER TABLE tickets ADD COLUMN issue TEXT;
