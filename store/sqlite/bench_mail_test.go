package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/delivery"
	"github.com/mapid/mapid/internal/mailconv"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/store"
)

// postOffice is a store with n users, all of them in the group everyone, at full durability.
func postOffice(b *testing.B, n int) (*Store, *delivery.Engine) {
	b.Helper()
	org := seed.Organization{Name: "mapid", AdminGroup: "First", Domain: "mapid.test"}
	s, err := Open(b.Context(), Options{Path: b.TempDir() + "/mail.db", Durability: Off, Replica: org.ReplicaGUID()})
	if err != nil {
		b.Fatal(err)
	}
	text := strings.Builder{}
	text.WriteString("users:\n")
	for i := range n {
		fmt.Fprintf(&text, "  - {name: u%d, password: x}\n", i)
	}
	text.WriteString("groups: [{name: everyone, dynamic: true}]\n")
	sd, err := seed.Parse("bench.yaml", []byte(text.String()), nil)
	if err == nil {
		err = seed.Apply(b.Context(), s, s, sd, seed.Options{Organization: org})
	}
	if err != nil {
		b.Fatal(err)
	}
	path := s.path
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	if s, err = Open(b.Context(), Options{Path: path, Durability: Full}); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	return s, delivery.New(delivery.Options{Store: s, Directory: s, Domain: "mapid.test", Host: "h", Outbound: seed.OutboundAccount})
}

// mailRow is what stands in the three tables of one message.
type mailRow struct {
	message    []any
	data, rows []byte
}

// newestMail reads the rows of the last message that came in.
func (s *Store) newestMail(b *testing.B) (m mailRow) {
	b.Helper()
	var bag int64
	err := s.writer.conn.each("SELECT * FROM message ORDER BY mid DESC LIMIT 1", nil, func(rows *sql.Rows) error {
		names, err := rows.Columns()
		if err != nil {
			return err
		}
		m.message = make([]any, len(names))
		into := make([]any, len(names))
		for i := range into {
			into[i] = &m.message[i]
		}
		err = rows.Scan(into...)
		for i, name := range names {
			if name == "bag" {
				bag = m.message[i].(int64)
			}
		}
		return err
	})
	if err == nil {
		err = s.writer.conn.row("SELECT bag.data, recipients.data FROM bag JOIN recipients ON recipients.bag = bag.id WHERE bag.id = ?", []any{bag}, &m.data, &m.rows)
	}
	if err != nil {
		b.Fatal(err)
	}
	return m
}

// insertMails inserts the rows of n messages in one commit, into as many folders.
func (s *Store) insertMails(b *testing.B, m mailRow, from, n int64) {
	b.Helper()
	query := "INSERT INTO message VALUES (" + strings.TrimSuffix(strings.Repeat("?,", len(m.message)), ",") + ")"
	s.run(b, "BEGIN IMMEDIATE")
	for i := from; i < from+n; i++ {
		row := append([]any(nil), m.message...)
		row[0], row[2], row[4] = apart+i%n, apart+i, apart+i // folder, mid, bag
		s.run(b, query, row...)
		s.run(b, "INSERT INTO bag (id, data) VALUES (?, ?)", apart+i, m.data)
		s.run(b, "INSERT INTO recipients (bag, data) VALUES (?, ?)", apart+i, m.rows)
	}
	s.run(b, "COMMIT")
}

// BenchmarkDeliverOne delivers mails of 10 KB to one mailbox, each for good before the next, and compares that with bare
// inserts of the same rows. The conversion is measured apart and does not count.
func BenchmarkDeliverOne(b *testing.B) {
	s, e := postOffice(b, 1)
	eml := []byte("From: x@y.test\r\nTo: u0@mapid.test\r\nSubject: ten\r\n\r\n" + strings.Repeat("0123456789012345678901234567890123456789 text\r\n", 10_000/47))
	env := delivery.Envelope{From: "x@y.test", To: []delivery.EnvelopeRecipient{{Address: "u0@mapid.test"}}, Data: eml}
	if err := e.Accept(b.Context(), env); err != nil {
		b.Fatal(err)
	}
	m := s.newestMail(b)
	var delivering, converting, bare time.Duration
	n := int64(0)
	for b.Loop() {
		at := time.Now()
		if err := e.Accept(context.Background(), env); err != nil {
			b.Fatal(err)
		}
		delivering += time.Since(at)
		at = time.Now()
		if _, err := mailconv.ReadBytes(eml, mailconv.ReadOptions{}); err != nil {
			b.Fatal(err)
		}
		converting += time.Since(at)
		at = time.Now()
		s.insertMails(b, m, n, 1)
		bare += time.Since(at)
		n++
	}
	b.ReportMetric(float64(bare.Microseconds())/float64(b.N), "µs-bare")
	b.ReportMetric(float64((delivering-converting).Microseconds())/float64(b.N), "µs-delivery")
	b.ReportMetric(float64(delivering-converting)/float64(bare), "times-bare")
}

// BenchmarkDeliverThousand sends a message to a list of 1,000 users, from the outbox into their mailboxes, and compares that
// with bare inserts of the same rows in one commit.
func BenchmarkDeliverThousand(b *testing.B) {
	const users = 1000
	s, e := postOffice(b, users)
	dir, err := s.Snapshot(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	sender, list := dir.ByName("u0"), dir.ByName("everyone")
	props := append(mailconv.PartyOf(sender).Props(msgprops.Sender()), mailconv.PartyOf(sender).Props(msgprops.SentRepresenting())...)
	props = append(props, prop.Tagged{Tag: mapi.TagSubject, Value: prop.String("to all")}, prop.Tagged{Tag: mapi.TagBody, Value: prop.String(strings.Repeat("0123456789", 1000))},
		prop.Tagged{Tag: mapi.TagDeleteAfterSubmit, Value: prop.Bool(true)})
	submit := func() {
		s.update(b, store.Scope{Mailboxes: []store.MailboxID{sender.Mailbox}}, func(tx store.Tx) error {
			box, err := tx.Mailbox(sender.Mailbox)
			if err != nil {
				return err
			}
			msg, err := tx.CreateMessage(store.NewMessage{Folder: box.Special[store.SpecialOutbox], Props: props, Recipients: []store.Recipient{
				{Type: mapi.RecipientTo, Props: mailconv.PartyOf(list).RecipientProps(0, mapi.RecipientTo)},
			}})
			if err == nil {
				_, err = tx.Submit(store.NewSubmission{Mailbox: box.ID, Message: msg.ID})
			}
			return err
		})
	}
	send := func() {
		if _, err := e.SendDue(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
	submit()
	send()
	m := s.newestMail(b)
	var sending, bare time.Duration
	n := int64(0)
	for b.Loop() {
		submit()
		at := time.Now()
		send()
		sending += time.Since(at)
		at = time.Now()
		s.insertMails(b, m, n, users)
		bare += time.Since(at)
		n += users
	}
	b.ReportMetric(float64(bare.Milliseconds())/float64(b.N), "ms-bare")
	b.ReportMetric(float64(sending.Milliseconds())/float64(b.N), "ms-delivery")
	b.ReportMetric(float64(sending)/float64(bare), "times-bare")
}
