-- The last in-house EAN given, in a row of its own, so that an import holds up no posting.
CREATE TABLE in_house_ean (id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1), last BIGINT NOT NULL);
INSERT INTO in_house_ean (id, last) VALUES (1, 0);
