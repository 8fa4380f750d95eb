-- Every deed of a person, a program or a verb, appended with the deed and never changed.
CREATE TABLE audit (
    id INTEGER NOT NULL PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, face TEXT NOT NULL, source TEXT, deed TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT,
    done INTEGER NOT NULL) STRICT;
CREATE INDEX audit_at ON audit (at);

-- What somebody may do at the tills, and in which branches (NULL: in all there are and will be); what a branch wants a supervisor for.
ALTER TABLE operator ADD COLUMN role TEXT;
ALTER TABLE operator ADD COLUMN branches TEXT;
ALTER TABLE branch ADD COLUMN supervised TEXT;

-- The hash of a PIN is where it is used, and no more in the row that every till has.
CREATE TABLE operator_pin (id BLOB NOT NULL PRIMARY KEY, branch INTEGER NOT NULL, operator INTEGER NOT NULL, pin_hash TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX operator_pin_of ON operator_pin (operator, branch);
INSERT INTO operator_pin (id, branch, operator, pin_hash)
SELECT randomblob(16), b.id, o.id, o.pin_hash FROM operator o CROSS JOIN branch b;
UPDATE operator SET pin_hash = '';
UPDATE tables_version SET version = 12;
