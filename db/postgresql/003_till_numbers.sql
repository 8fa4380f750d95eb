-- The last till number given: never given again, also when the records are restored from a backup older than an enrolment.
ALTER TABLE counter ADD COLUMN till bigint NOT NULL DEFAULT 0;
UPDATE counter SET till = (SELECT coalesce(max(id), 0) FROM till);
