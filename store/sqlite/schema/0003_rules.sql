-- Rules are read whole, so that they need no bag of their own: data is a list of properties as they travel.
DROP TABLE rule;
CREATE TABLE rule (
	folder   INTEGER NOT NULL,
	id       INTEGER NOT NULL,             -- global counter
	sequence INTEGER NOT NULL,
	state    INTEGER NOT NULL,
	data     BLOB NOT NULL,
	PRIMARY KEY (folder, id)
) WITHOUT ROWID;
