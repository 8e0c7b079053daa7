-- Numbers of property values that messages are looked up by, NULL of one that is not there, 0 of one that no number tells,
-- which all have that were stored before this.
ALTER TABLE message ADD COLUMN class_key INTEGER DEFAULT 0;
ALTER TABLE message ADD COLUMN search_key INTEGER DEFAULT 0;
ALTER TABLE message ADD COLUMN internet_id INTEGER DEFAULT 0;
ALTER TABLE message ADD COLUMN thread INTEGER DEFAULT 0;
ALTER TABLE message ADD COLUMN source_key INTEGER DEFAULT 0;
CREATE INDEX message_class_key ON message (folder, part, class_key) WHERE class_key IS NOT NULL;
CREATE INDEX message_search_key ON message (folder, part, search_key) WHERE search_key IS NOT NULL;
CREATE INDEX message_internet_id ON message (folder, part, internet_id) WHERE internet_id IS NOT NULL;
CREATE INDEX message_thread ON message (folder, part, thread) WHERE thread IS NOT NULL;
CREATE INDEX message_source_key ON message (folder, part, source_key) WHERE source_key IS NOT NULL;
