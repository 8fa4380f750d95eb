-- The last in-house EAN given, in a row of its own, so that an import holds up no posting.
CREATE TABLE in_house_ean (id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), last INTEGER NOT NULL) STRICT;
INSERT INTO in_house_ean (id, last) SELECT 1, in_house_ean FROM counter;
ALTER TABLE counter DROP COLUMN in_house_ean;
