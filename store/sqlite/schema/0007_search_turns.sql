-- Mailboxes take turns: the queue is read one mailbox at a time.
DROP INDEX search_queue_ticket;
CREATE INDEX search_queue_turn ON search_queue (mailbox, ticket);
