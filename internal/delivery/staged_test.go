package delivery_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mailconv"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// TestStagedFilesReachTheStore reads a mail with large files straight into stages of the store, and takes it out again as
// mail that is written from there.
func TestStagedFilesReachTheStore(t *testing.T) {
	t.Parallel()
	s := open(t)
	large := strings.Repeat("0123456789abcdef", 600<<10/16)
	part := "Content-Type: application/x-large; name=large.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(large)) + "\r\n"
	eml := "Subject: large\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\ntext\r\n--a\r\n" + part + "--a\r\nContent-Type: application/x-small\r\n\r\nsmall\r\n" +
		"--a\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + part + "--b--\r\n--a--\r\n"
	var stored store.Message
	var box store.Mailbox
	err := s.View(t.Context(), store.Scope{}, func(r store.Reader) (err error) {
		box, err = r.MailboxOf("alice")
		return err
	})
	if err == nil {
		err = s.Update(t.Context(), store.Scope{Mailboxes: []store.MailboxID{box.ID}}, func(tx store.Tx) error {
			m, err := mailconv.Read(strings.NewReader(eml), mailconv.ReadOptions{Stage: tx})
			if err != nil {
				return err
			}
			if m.Attachments[0].Content.Stage == 0 || m.Attachments[1].Content.Stage != 0 {
				t.Errorf("got stages %v", m.Attachments)
			}
			n, err := m.New(func(names []prop.Name) ([]uint16, error) { return tx.RegisterNames(box.ID, names) }, func() [16]byte { return [16]byte{1} }, mapi.MfRead)
			if err != nil {
				return err
			}
			n.Folder = box.Special[store.SpecialInbox]
			stored, err = tx.CreateMessage(n)
			return err
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = s.View(t.Context(), store.Scope{}, func(r store.Reader) error {
		m, err := mailconv.Load(r, box.ID, stored.Bag)
		if err != nil {
			return err
		}
		return mailconv.Write(&out, m, mailconv.WriteOptions{})
	})
	if err != nil {
		t.Fatal(err)
	}
	again, err := mailconv.ReadBytes(out.Bytes(), mailconv.ReadOptions{})
	if err != nil || len(again.Attachments) != 3 || again.Get(mapi.TagBody).Str() != "text" {
		t.Fatalf("got %d attachments, %v", len(again.Attachments), err)
	}
	for i, want := range []string{large, "small"} {
		if data, err := io.ReadAll(again.Attachments[i].Content.Open()); err != nil || string(data) != want {
			t.Errorf("file %d has %d bytes, %v", i, len(data), err)
		}
	}
	if inner := again.Attachments[2].Embedded; inner == nil || inner.Attachments[0].Content.Bytes != large {
		t.Error("the file of the embedded message is not whole")
	}
}
