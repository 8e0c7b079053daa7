package sqlite

import (
	"context"
	"crypto/md5" //nolint:gosec // numbers that come in no order
	"encoding/binary"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// benchStore opens a store with one mailbox and returns the id of its root folder.
func benchStore(b *testing.B, d Durability) (*Store, store.Scope, store.FolderID) {
	b.Helper()
	s, err := Open(b.Context(), Options{Path: filepath.Join(b.TempDir(), "store.db"), Durability: d})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	var mb store.Mailbox
	err = s.Update(b.Context(), store.Scope{}, func(tx store.Tx) (err error) {
		mb, err = tx.CreateMailbox(store.NewMailbox{GUID: mapi.GUID{1}, Account: "alice"})
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return s, store.Scope{Mailboxes: []store.MailboxID{mb.ID}}, mb.Special[store.SpecialRoot]
}

// benchMessage is a message with 30 properties, a body of 2 KB and two recipients.
func benchMessage(folder store.FolderID, n int) store.NewMessage {
	text := func(tag mapi.PropTag, s string) prop.Tagged { return prop.Tagged{Tag: tag, Value: prop.String(s)} }
	m := store.NewMessage{Folder: folder, Props: []prop.Tagged{
		text(mapi.TagMessageClass, "IPM.Note"), text(mapi.TagSubject, fmt.Sprint("Subject number ", n)), text(mapi.TagSubjectPrefix, ""),
		text(mapi.TagNormalizedSubject, fmt.Sprint("Subject number ", n)), text(mapi.TagDisplayTo, "Alice Adams; Bob Brown"),
		text(mapi.TagSentRepresentingName, "Carol Clark"), text(mapi.TagSenderName, "Carol Clark"), text(mapi.TagConversationTopic, "Subject number"),
		text(mapi.TagInternetMessageId, fmt.Sprintf("<%d@mapid.test>", n)), text(mapi.TagBody, strings.Repeat("0123456789abcdef", 128)),
		{Tag: mapi.TagMessageDeliveryTime, Value: prop.Time(mapi.FileTime(134000000000000000 + uint64(n)*1e7))},
		{Tag: mapi.TagClientSubmitTime, Value: prop.Time(mapi.FileTime(134000000000000000 + uint64(n)*1e7))},
		{Tag: mapi.TagImportance, Value: prop.Int32(1)}, {Tag: mapi.TagSensitivity, Value: prop.Int32(0)}, {Tag: mapi.TagIconIndex, Value: prop.Int32(-1)},
		{Tag: mapi.TagFlagStatus, Value: prop.Int32(0)},
	}}
	// Keys as the server makes them, and a conversation of its own.
	id := md5.Sum([]byte(fmt.Sprint(n)))
	clock := binary.BigEndian.AppendUint64(nil, 134000000000000000+uint64(n)*1e7)
	m.Props = append(m.Props, prop.Tagged{Tag: mapi.TagSearchKey, Value: prop.Binary(append(clock, id[:8]...))},
		prop.Tagged{Tag: mapi.TagConversationIndex, Value: prop.Binary(append(append([]byte{1}, clock[:5]...), id[:]...))})
	for i := range 12 {
		m.Props = append(m.Props, prop.Tagged{Tag: mapi.Tag(uint16(0x6800+i), mapi.PtypInteger32), Value: prop.Int32(int32(n))})
	}
	for i, name := range []string{"Alice Adams", "Bob Brown"} {
		m.Recipients = append(m.Recipients, store.Recipient{RowID: uint32(i), Type: 1, Props: []prop.Tagged{
			text(mapi.TagDisplayName, name), text(mapi.TagAddressType, "EX"), text(mapi.TagEmailAddress, "/o=mapid/ou=First Administrative Group/cn=Recipients/cn=x"),
		}})
	}
	return m
}

// bagOf makes a bag of properties that are not large.
func bagOf(props []prop.Tagged) bag {
	g := make(bag, len(props))
	for _, p := range props {
		g[p.Tag.ID()] = bagValue{value: p.Value}
	}
	return g
}

// fillBench adds n messages, many to a transaction.
func fillBench(b *testing.B, s *Store, scope store.Scope, folder store.FolderID, n int) {
	b.Helper()
	for done := 0; done < n; {
		err := s.Update(b.Context(), scope, func(tx store.Tx) error {
			for range min(1000, n-done) {
				if _, err := tx.CreateMessage(benchMessage(folder, done)); err != nil {
					return err
				}
				done++
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

var durabilities = map[string]Durability{"Normal": Normal, "Full": Full}

// none are the lookup columns of a bare row: it stands in no index of theirs.
var none [len(lookupColumns)]any

// BenchmarkBareInsert is the yardstick of the next ones: a hot row and a bag of 2 KB in a transaction of their own, on
// the same connection settings, without anything of ours between.
func BenchmarkBareInsert(b *testing.B) {
	for name, d := range durabilities {
		b.Run(name, func(b *testing.B) {
			s, _, folder := benchStore(b, d)
			h := hotOf(bagOf(benchMessage(folder, 1).Props))
			bag := make([]byte, 2500)
			c := s.writer.conn // the writer sleeps
			b.ResetTimer()
			for i := range b.N {
				args := append(append([]any{int64(folder), int64(0), int64(i + 1000), int64(1), int64(i + 1000), int64(0), int64(0), int64(2500), int64(i), int64(1),
					int64(1), int64(1), int64(1), int64(0), int64(2), int64(0)}, h.columns[:]...), none[:]...)
				for _, step := range []struct {
					query string
					args  []any
				}{{"BEGIN IMMEDIATE", nil}, {insertMessage, args}, {"INSERT INTO bag (id, data) VALUES (?, ?)", []any{int64(i + 1000), bag}}, {"COMMIT", nil}} {
					if err := c.exec(step.query, step.args...); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// BenchmarkSave is one session that saves messages.
func BenchmarkSave(b *testing.B) {
	for name, d := range durabilities {
		b.Run(name, func(b *testing.B) {
			s, scope, folder := benchStore(b, d)
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				m := benchMessage(folder, n)
				n++
				if err := s.Update(b.Context(), scope, func(tx store.Tx) error { _, err := tx.CreateMessage(m); return err }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSaveLargeFolder is BenchmarkSave into a folder of 100,000 messages.
func BenchmarkSaveLargeFolder(b *testing.B) {
	s, scope, folder := benchStore(b, Normal)
	fillBench(b, s, scope, folder, 100_000)
	n := 0
	for b.Loop() {
		m := benchMessage(folder, n)
		n++
		if err := s.Update(b.Context(), scope, func(tx store.Tx) error { _, err := tx.CreateMessage(m); return err }); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSave50Writers is 50 sessions that save messages at once, at full durability.
func BenchmarkSave50Writers(b *testing.B) {
	s, scope, folder := benchStore(b, Full)
	b.SetParallelism(50)
	b.RunParallel(func(pb *testing.PB) {
		for n := 0; pb.Next(); n++ {
			m := benchMessage(folder, n)
			if err := s.Update(context.Background(), scope, func(tx store.Tx) error { _, err := tx.CreateMessage(m); return err }); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// hotTags are twelve columns that need no bag.
var hotTags = []mapi.PropTag{
	mapi.TagMid, mapi.TagMessageClass, mapi.TagMessageFlags, mapi.TagMessageStatus, mapi.TagImportance, mapi.TagHasAttachments, mapi.TagSubject,
	mapi.TagSentRepresentingName, mapi.TagMessageDeliveryTime, mapi.TagMessageSize, mapi.TagIconIndex, mapi.TagFlagStatus,
}

// BenchmarkScan reads a folder of 2,000 messages; BareSQL is the same query without making values.
func BenchmarkScan(b *testing.B) {
	s, scope, folder := benchStore(b, Off)
	const rows = 2000
	fillBench(b, s, scope, folder, rows)
	perRow := func(b *testing.B) { b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/rows, "µs/row") }
	for name, tags := range map[string][]mapi.PropTag{
		"SortKey": {mapi.TagMessageDeliveryTime}, "12Columns": hotTags, "12ColumnsAndBag": append([]mapi.PropTag{mapi.TagConversationTopic}, hotTags...),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				n := 0
				err := s.View(b.Context(), store.Scope{}, func(r store.Reader) error {
					return r.Scan(store.Selection{Folder: folder}, tags, func(store.MessageID, []prop.Value) error { n++; return nil })
				})
				if err != nil || n != rows {
					b.Fatal(n, err)
				}
			}
			perRow(b)
		})
	}
	b.Run("BareSQL", func(b *testing.B) {
		c, err := openConn(b.Context(), s.readDB)
		if err != nil {
			b.Fatal(err)
		}
		defer c.close()
		query := planFor(hotTags).query("message", " WHERE message.folder = ? AND message.part = ? ORDER BY message.mid")
		for b.Loop() {
			n := 0
			res, err := c.c.QueryContext(context.Background(), query, int64(folder), int64(0))
			if err != nil {
				b.Fatal(err)
			}
			columns, _ := res.Columns()
			dest := make([]any, len(columns))
			for i := range dest {
				dest[i] = new(any)
			}
			for res.Next() {
				n++
				if err := res.Scan(dest...); err != nil {
					b.Fatal(err)
				}
			}
			if err := res.Close(); err != nil || n != rows {
				b.Fatal(n, err)
			}
		}
		perRow(b)
	})
}

// BenchmarkWindow reads 50 rows of 12 columns out of 100,000, and finds them in the order of time.
func BenchmarkWindow(b *testing.B) {
	s, scope, folder := benchStore(b, Off)
	fillBench(b, s, scope, folder, 100_000)
	var middle store.Position
	sel := store.Selection{Folder: folder}
	view := func(b *testing.B, fn func(store.Reader) error) {
		if err := s.View(b.Context(), store.Scope{}, fn); err != nil {
			b.Fatal(err)
		}
	}
	view(b, func(r store.Reader) error {
		list, err := r.Page(sel, store.Position{}, true, 50_000)
		middle = list[len(list)-1]
		return err
	})
	b.Run("Page", func(b *testing.B) {
		for b.Loop() {
			view(b, func(r store.Reader) error {
				list, err := r.Page(sel, middle, true, 50)
				if len(list) != 50 {
					b.Fatal(len(list))
				}
				return err
			})
		}
	})
	for name, step := range map[string]uint64{"RowsNeighbours": 2, "RowsScattered": 3998} {
		b.Run(name, func(b *testing.B) {
			var ids []store.MessageID
			for i := range uint64(50) {
				ids = append(ids, store.MessageID(3+i*step))
			}
			for b.Loop() {
				view(b, func(r store.Reader) error {
					rows, err := r.Rows(sel, ids, hotTags)
					if err == nil && (rows[0] == nil || rows[49] == nil) {
						b.Fatal("rows are missing")
					}
					return err
				})
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/1000/float64(b.N)/50, "µs/row")
		})
	}
}

// BenchmarkRead is what opening things costs.
func BenchmarkRead(b *testing.B) {
	s, scope, folder := benchStore(b, Off)
	fillBench(b, s, scope, folder, 1000)
	var m store.Message
	for name, fn := range map[string]func(store.Reader) error{
		"Nothing":    func(store.Reader) error { return nil },
		"Folder":     func(r store.Reader) error { _, err := r.Folder(folder); return err },
		"MailboxOf":  func(r store.Reader) error { _, err := r.MailboxOf("alice"); return err },
		"Message":    func(r store.Reader) (err error) { m, err = r.Message(1003); return err },
		"Recipients": func(r store.Reader) error { _, err := r.Recipients(m.Bag); return err },
		"Props":      func(r store.Reader) error { _, err := r.Props(m.Bag); return err },
		"ThreeProps": func(r store.Reader) error {
			_, err := r.Props(m.Bag, mapi.TagSubject, mapi.TagImportance, mapi.TagBody)
			return err
		},
	} {
		if err := s.View(b.Context(), store.Scope{}, func(r store.Reader) (err error) { m, err = r.Message(1003); return err }); err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := s.View(b.Context(), store.Scope{}, fn); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkOpen opens an existing store of 10,000 messages and closes it.
func BenchmarkOpen(b *testing.B) {
	path := filepath.Join(b.TempDir(), "store.db")
	s, err := Open(b.Context(), Options{Path: path})
	if err != nil {
		b.Fatal(err)
	}
	var mb store.Mailbox
	err = s.Update(b.Context(), store.Scope{}, func(tx store.Tx) (err error) {
		mb, err = tx.CreateMailbox(store.NewMailbox{GUID: mapi.GUID{1}, Account: "alice"})
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	fillBench(b, s, store.Scope{Mailboxes: []store.MailboxID{mb.ID}}, mb.Special[store.SpecialRoot], 10_000)
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := Open(b.Context(), Options{Path: path})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		s.Close()
		b.StartTimer()
	}
}
