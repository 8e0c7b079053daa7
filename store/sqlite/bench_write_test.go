package sqlite

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// run runs statements on the writer's connection, which sleeps.
func (s *Store) run(b *testing.B, query string, args ...any) {
	b.Helper()
	if err := s.writer.conn.exec(query, args...); err != nil {
		b.Fatal(err)
	}
}

// update is Update that ends the benchmark on an error.
func (s *Store) update(b *testing.B, scope store.Scope, fn func(store.Tx) error) {
	b.Helper()
	if err := s.Update(b.Context(), scope, fn); err != nil {
		b.Fatal(err)
	}
}

const (
	stream = 100 << 20  // bytes that are streamed
	piece  = 256 << 10  // bytes that are handed over at once
	apart  = int64(1e9) // bag ids and values that the store does not use itself
)

// BenchmarkBareChunks is the yardstick of BenchmarkStages: 100 MB in rows of 64 KiB, at full durability, four rows to a
// commit or all in one, and read again.
func BenchmarkBareChunks(b *testing.B) {
	data := bytes.Repeat([]byte("0123456789abcdef"), chunkSize/16)
	for name, rows := range map[string]int{"Write4ToACommit": piece / chunkSize, "WriteAllInOneCommit": stream / chunkSize} {
		b.Run(name, func(b *testing.B) {
			s, _, _ := benchStore(b, Full)
			b.SetBytes(stream)
			value := apart
			for b.Loop() {
				value++
				for n := range stream / chunkSize {
					if n%rows == 0 {
						s.run(b, "BEGIN IMMEDIATE")
					}
					s.run(b, "INSERT INTO chunk (value, n, data) VALUES (?, ?, ?)", value, int64(n), data)
					if (n+1)%rows == 0 {
						s.run(b, "COMMIT")
					}
				}
			}
		})
	}
	b.Run("Read", func(b *testing.B) {
		s, _, _ := benchStore(b, Full)
		for n := range stream / chunkSize {
			s.run(b, "INSERT INTO chunk (value, n, data) VALUES (?, ?, ?)", apart, int64(n), data)
		}
		b.SetBytes(stream)
		for b.Loop() {
			err := s.View(b.Context(), store.Scope{}, func(r store.Reader) error {
				var got []byte
				for n := range stream / chunkSize {
					if err := r.(*reader).c.row("SELECT data FROM chunk WHERE value = ? AND n = ?", []any{apart, int64(n)}, &got); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

// writeStage streams 100 MB into a new stage.
func writeStage(b *testing.B, s *Store, data []byte) (id store.StageID) {
	b.Helper()
	s.update(b, store.Scope{}, func(tx store.Tx) (err error) { id, err = tx.NewStage(); return err })
	for off := int64(0); off < stream; off += int64(len(data)) {
		s.update(b, store.Scope{}, func(tx store.Tx) error { return tx.WriteStage(id, off, data) })
	}
	return id
}

// BenchmarkStages streams 100 MB in and out, takes the value over, copies and deletes what has it.
func BenchmarkStages(b *testing.B) {
	for _, size := range []int{piece, 31 << 10} {
		b.Run(fmt.Sprintf("Write%dKiB", size>>10), func(b *testing.B) {
			s, _, _ := benchStore(b, Full)
			data := bytes.Repeat([]byte("0123456789abcdef"), size/16)
			b.SetBytes(stream)
			for b.Loop() {
				writeStage(b, s, data)
			}
		})
	}
	b.Run("Read", func(b *testing.B) {
		s, _, _ := benchStore(b, Full)
		id := writeStage(b, s, make([]byte, piece))
		b.SetBytes(stream)
		p := make([]byte, piece)
		for b.Loop() {
			for off := int64(0); off < stream; off += piece { // a look of its own for each, as a client's reads are
				err := s.View(b.Context(), store.Scope{}, func(r store.Reader) error {
					v, err := r.OpenStage(id)
					if err == nil {
						_, err = v.ReadAt(p, off)
					}
					if err == io.EOF {
						err = nil
					}
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("AdoptCopyDelete", func(b *testing.B) {
		s, scope, folder := benchStore(b, Full)
		data := make([]byte, piece)
		for b.Loop() {
			b.StopTimer()
			id := writeStage(b, s, data)
			b.StartTimer()
			var m store.Message
			s.update(b, scope, func(tx store.Tx) (err error) {
				m, err = tx.CreateMessage(store.NewMessage{Folder: folder, Edit: &store.ContentEdit{Attachments: []store.AttachmentEdit{
					{Method: mapi.AfByValue, Edit: store.Edit{Staged: []store.Staged{{Tag: mapi.TagAttachDataBinary, Stage: id}}}},
				}}})
				return err
			})
			var c store.Message
			s.update(b, scope, func(tx store.Tx) (err error) { c, err = tx.CopyMessage(m.ID, folder); return err })
			s.update(b, scope, func(tx store.Tx) error { return tx.DeleteMessage(m.ID, true) })
			s.update(b, scope, func(tx store.Tx) error { return tx.DeleteMessage(c.ID, true) })
		}
	})
}

// BenchmarkBareRecipients is the yardstick of BenchmarkSaveRecipients: a message, and a row for each recipient.
func BenchmarkBareRecipients(b *testing.B) {
	s, _, folder := benchStore(b, Full)
	m := thousand(folder)
	h := hotOf(bagOf(m.Props))
	data, err := bagOf(m.Props).encode()
	if err != nil {
		b.Fatal(err)
	}
	s.run(b, "CREATE TABLE bare (bag INTEGER, row INTEGER, type INTEGER, data BLOB, PRIMARY KEY (bag, row)) WITHOUT ROWID")
	n := apart
	for b.Loop() {
		n++
		s.run(b, "BEGIN IMMEDIATE")
		s.run(b, insertMessage, append(append([]any{int64(folder), int64(0), n, int64(1), n, int64(0), int64(0), int64(2500), n, int64(1),
			int64(1), int64(1), int64(1), int64(0), int64(2), int64(0)}, h.columns[:]...), none[:]...)...)
		s.run(b, "INSERT INTO bag (id, data) VALUES (?, ?)", n, data)
		for _, r := range m.Recipients {
			data, err := bagOf(r.Props).encode()
			if err != nil {
				b.Fatal(err)
			}
			s.run(b, "INSERT INTO bare (bag, row, type, data) VALUES (?, ?, ?, ?)", n, int64(r.RowID), int64(r.Type), data)
		}
		s.run(b, "COMMIT")
	}
}

// thousand is benchMessage with 1,000 recipients.
func thousand(folder store.FolderID) store.NewMessage {
	m := benchMessage(folder, 1)
	one := m.Recipients[0]
	m.Recipients = nil
	for i := range 1000 {
		r := store.Recipient{RowID: uint32(i), Type: one.Type, Props: append([]prop.Tagged(nil), one.Props...)}
		r.Props[0].Value = prop.String(fmt.Sprint("Recipient number ", i))
		m.Recipients = append(m.Recipients, r)
	}
	return m
}

// BenchmarkSaveRecipients saves a message with 1,000 recipients.
func BenchmarkSaveRecipients(b *testing.B) {
	s, scope, folder := benchStore(b, Full)
	m := thousand(folder)
	for b.Loop() {
		s.update(b, scope, func(tx store.Tx) error { _, err := tx.CreateMessage(m); return err })
	}
}

// BenchmarkChange is what changes of one small message cost, without the disk.
func BenchmarkChange(b *testing.B) {
	s, scope, folder := benchStore(b, Off)
	fillBench(b, s, scope, folder, 1000)
	var d store.Folder
	s.update(b, scope, func(tx store.Tx) (err error) {
		d, err = tx.CreateFolder(store.NewFolder{Mailbox: scope.Mailboxes[0], Parent: folder, Type: store.FolderGeneric, Special: store.SpecialCount, Name: "d"})
		return err
	})
	var m store.Message
	fresh := func(tx store.Tx) (err error) { m, err = tx.CreateMessage(benchMessage(d.ID, 1)); return err }
	s.update(b, scope, fresh)
	set := store.MessageEdit{ContentEdit: store.ContentEdit{Edit: store.Edit{Set: []prop.Tagged{{Tag: mapi.TagSubject, Value: prop.String("changed")}}}}}
	n := uint32(0)
	for _, c := range []struct {
		name string
		fn   func(store.Tx) error
	}{
		{"Create", fresh},
		{"Save", func(tx store.Tx) error { _, err := tx.SaveMessage(m.ID, set); return err }},
		{"Flags", func(tx store.Tx) error {
			n ^= mapi.MfRead
			_, err := tx.SetMessageFlags(m.ID, n, mapi.MfRead)
			return err
		}},
		{"Move", func(tx store.Tx) (err error) { m, err = tx.MoveMessage(m.ID, d.ID); return err }},
		{"Copy", func(tx store.Tx) error { _, err := tx.CopyMessage(m.ID, d.ID); return err }},
		{"CreateAndDelete", func(tx store.Tx) error {
			if err := fresh(tx); err != nil {
				return err
			}
			return tx.DeleteMessage(m.ID, true)
		}},
		{"CreateAndDeleteSoftly", func(tx store.Tx) error {
			if err := fresh(tx); err != nil {
				return err
			}
			return tx.DeleteMessage(m.ID, false)
		}},
	} {
		if c.name == "Save" {
			s.update(b, scope, fresh)
		}
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				s.update(b, scope, c.fn)
			}
		})
	}
}

// BenchmarkDeleteFolder deletes a folder of 1,000 messages for good.
func BenchmarkDeleteFolder(b *testing.B) {
	s, scope, folder := benchStore(b, Off)
	for b.Loop() {
		b.StopTimer()
		var d store.Folder
		s.update(b, scope, func(tx store.Tx) (err error) {
			d, err = tx.CreateFolder(store.NewFolder{Mailbox: scope.Mailboxes[0], Parent: folder, Type: store.FolderGeneric, Special: store.SpecialCount, Name: "d"})
			return err
		})
		fillBench(b, s, scope, d.ID, 1000)
		b.StartTimer()
		s.update(b, scope, func(tx store.Tx) error { return tx.DeleteFolder(d.ID, true) })
	}
}
