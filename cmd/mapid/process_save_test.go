package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/mapiclient"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
)

const aliceDN = "/o=mapid/ou=First Administrative Group/cn=Recipients/cn=alice"

// mailbox is a session on alice's mailbox, over RPC.
type mailbox struct {
	session *mapiclient.Session
	conn    *mapiclient.Conn
	logon   uint32
	inbox   mapi.ID
}

// openMailbox logs on to a server in another process.
func openMailbox(ctx context.Context, p *process) (*mailbox, error) {
	text, err := os.ReadFile(filepath.Join(p.data, "addresses.json"))
	if err != nil {
		return nil, err
	}
	var a struct{ Servers []struct{ EMSMDB []string } }
	if err := json.Unmarshal(text, &a); err != nil {
		return nil, err
	}
	m := new(mailbox)
	m.conn, err = mapiclient.Dial(ctx, mapiclient.Options{
		Address: a.Servers[0].EMSMDB[0], Service: auth.ServiceNTLM, Domain: "MAPID", User: "alice", Password: "Password1!",
	}, mapiclient.EMSMDB)
	if err != nil {
		return nil, err
	}
	if m.session, _, err = m.conn.Connect(ctx, mapiclient.ConnectRequest{UserDN: aliceDN}); err != nil {
		return nil, err
	}
	l, h, err := m.session.Logon(ctx, aliceDN)
	if err != nil {
		return nil, err
	}
	m.logon, m.inbox = h, l.FolderIDs[4]
	return m, nil
}

// do runs ROPs, all of which must succeed, and returns responses and handles.
func (m *mailbox) do(ctx context.Context, handles []uint32, reqs ...rop.Request) ([]rop.Response, []uint32, error) {
	reply, err := m.session.Execute(ctx, reqs, handles...)
	if err != nil {
		return nil, nil, err
	}
	for _, r := range reply.Responses {
		if h := r.Head(); h != nil && h.ReturnValue != 0 {
			return nil, nil, fmt.Errorf("%v: %w", r.RopID(), h.ReturnValue)
		}
	}
	return reply.Responses, reply.Handles, nil
}

// attached is how large the file of each message is: more than is kept beside the other properties.
const attached = 90_000

// mark is what every part of a version of a message says.
func mark(message, version int) string { return fmt.Sprintf("<%d.%d>", message, version) }

// write saves a message of several parts, which all have the mark, and then changes it: each of them at once. acked is
// told of every version whose save was answered.
func (m *mailbox) write(ctx context.Context, number int, acked func(version int)) error {
	_, handles, err := m.do(ctx, []uint32{m.logon, rop.NoHandle, rop.NoHandle, rop.NoHandle},
		&rop.CreateMessageRequest{InOut: rop.InOut{OutputHandleIndex: 1}, CodePageID: 0x0FFF, FolderID: m.inbox},
		&rop.CreateAttachmentRequest{InOut: rop.InOut{InputHandleIndex: 1, OutputHandleIndex: 2}})
	if err != nil {
		return err
	}
	for version := 1; version <= 2; version++ {
		text := mark(number, version)
		data := []byte(strings.Repeat(text, attached/len(text)))
		_, handles, err = m.do(ctx, handles,
			&rop.SetPropertiesRequest{In: rop.In{InputHandleIndex: 1}, PropertyValues: []prop.Tagged{
				{Tag: mapi.TagMessageClass, Value: prop.String("IPM.Crash")}, {Tag: mapi.TagSubject, Value: prop.String(text)},
				{Tag: mapi.TagBody, Value: prop.String(strings.Repeat(text, 300))},
			}},
			&rop.ModifyRecipientsRequest{In: rop.In{InputHandleIndex: 1}, RecipientRows: []rop.ModifyRecipientRow{{RowID: 0, RecipientType: 1, RecipientRow: &rop.RecipientRow{
				RecipientFlags: rop.RecipientTypeSMTP | rop.RecipientUnicode | rop.RecipientHasEmailAddress | rop.RecipientHasDisplayName,
				EmailAddress:   "x@x.test", DisplayName: text,
			}}}},
			&rop.OpenStreamRequest{InOut: rop.InOut{InputHandleIndex: 2, OutputHandleIndex: 3}, PropertyTag: mapi.TagAttachDataBinary, OpenModeFlags: mapi.OpenModeCreate})
		for err == nil && len(data) > 0 {
			n := min(len(data), 30_000)
			_, _, err = m.do(ctx, handles, &rop.WriteStreamRequest{In: rop.In{InputHandleIndex: 3}, Data: data[:n]})
			data = data[n:]
		}
		if err == nil {
			_, _, err = m.do(ctx, handles, &rop.CommitStreamRequest{In: rop.In{InputHandleIndex: 3}},
				&rop.SaveChangesAttachmentRequest{RespIn: rop.RespIn{ResponseHandleIndex: 1, InputHandleIndex: 2}, SaveFlags: mapi.SaveKeepOpenReadWrite},
				&rop.SaveChangesMessageRequest{RespIn: rop.RespIn{InputHandleIndex: 1}, SaveFlags: mapi.SaveKeepOpenReadWrite},
				&rop.ReleaseRequest{In: rop.In{InputHandleIndex: 3}})
		}
		if err != nil {
			return err
		}
		acked(version)
	}
	return m.session.Release(ctx, handles[1], handles[2])
}

// survivors reads every message that write made and returns the version of each, which all its parts must have.
func (m *mailbox) survivors(ctx context.Context, t *testing.T) map[int]int {
	t.Helper()
	_, handles, err := m.do(ctx, []uint32{m.logon, rop.NoHandle, rop.NoHandle},
		&rop.OpenFolderRequest{InOut: rop.InOut{OutputHandleIndex: 1}, FolderID: m.inbox},
		&rop.GetContentsTableRequest{InOut: rop.InOut{InputHandleIndex: 1, OutputHandleIndex: 2}},
		&rop.SetColumnsRequest{In: rop.In{InputHandleIndex: 2}, PropertyTags: []mapi.PropTag{mapi.TagMid, mapi.TagMessageClass, mapi.TagSubject}})
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[int]int)
	for {
		resps, _, err := m.do(ctx, handles, &rop.QueryRowsRequest{In: rop.In{InputHandleIndex: 2}, ForwardRead: true, RowCount: 100})
		if err != nil {
			t.Fatal(err)
		}
		rows := resps[0].(*rop.QueryRowsResponse).Rows
		if len(rows) == 0 {
			return found
		}
		for _, row := range rows {
			if row.Values[1].Str() != "IPM.Crash" {
				continue
			}
			text := row.Values[2].Str()
			var number, version int
			if _, err := fmt.Sscanf(text, "<%d.%d>", &number, &version); err != nil || version <= found[number] {
				t.Errorf("subject %q: %v", text, err)
			}
			found[number] = version
			m.checkWhole(ctx, t, row.Values[0].ObjectID(), text)
		}
	}
}

// checkWhole checks that every part of a message has the mark.
func (m *mailbox) checkWhole(ctx context.Context, t *testing.T, id mapi.ID, text string) {
	t.Helper()
	resps, handles, err := m.do(ctx, []uint32{m.logon, rop.NoHandle, rop.NoHandle, rop.NoHandle},
		&rop.OpenMessageRequest{InOut: rop.InOut{OutputHandleIndex: 1}, CodePageID: 0x0FFF, FolderID: m.inbox, MessageID: id},
		&rop.GetPropertiesSpecificRequest{In: rop.In{InputHandleIndex: 1}, WantUnicode: 1, PropertyTags: []mapi.PropTag{mapi.TagBody, mapi.TagDisplayTo}},
		&rop.OpenAttachmentRequest{InOut: rop.InOut{InputHandleIndex: 1, OutputHandleIndex: 2}},
		&rop.OpenStreamRequest{InOut: rop.InOut{InputHandleIndex: 2, OutputHandleIndex: 3}, PropertyTag: mapi.TagAttachDataBinary})
	if err != nil {
		t.Errorf("%s: %v", text, err)
		return
	}
	v := resps[1].(*rop.GetPropertiesSpecificResponse).RowData.Values
	if v[0].Str() != strings.Repeat(text, 300) || v[1].Str() != text {
		t.Errorf("%s has a body of %d characters and is to %q", text, len(v[0].Str()), v[1].Str())
	}
	var data []byte
	for {
		resps, _, err := m.do(ctx, handles, &rop.ReadStreamRequest{In: rop.In{InputHandleIndex: 3}, ByteCount: 30_000})
		if err != nil {
			t.Fatal(err)
		}
		piece := resps[0].(*rop.ReadStreamResponse).Data
		if len(piece) == 0 {
			break
		}
		data = append(data, piece...)
	}
	if !bytes.Equal(data, []byte(strings.Repeat(text, attached/len(text)))) {
		t.Errorf("%s has a file of %d bytes", text, len(data))
	}
	if err := m.session.Release(ctx, handles[1:]...); err != nil {
		t.Error(err)
	}
}

// TestKilledServerKeepsMessagesWhole kills a server while sessions save messages and change them: after each restart
// every save that was answered is there, and every message is there whole or not at all.
func TestKilledServerKeepsMessagesWhole(t *testing.T) {
	t.Parallel()
	const writers = 3
	data := filepath.Join(t.TempDir(), "data")
	acked := make(map[int]int)
	next := 0
	for round := range 4 {
		p := serve(t, data)
		enough := make(chan struct{})
		var all sync.WaitGroup
		var mu sync.Mutex // guards acked, next and left
		left := 8 + 5*round
		for range writers {
			all.Go(func() {
				m, err := openMailbox(t.Context(), p)
				if err != nil {
					t.Error(err)
					return
				}
				defer m.conn.Close()
				for err == nil { // until the server is gone
					mu.Lock()
					next++
					number := next
					mu.Unlock()
					err = m.write(t.Context(), number, func(version int) {
						mu.Lock()
						defer mu.Unlock()
						acked[number] = version
						if left--; left == 0 {
							close(enough)
						}
					})
				}
				if code, ok := mapi.CodeOf(err); ok {
					t.Errorf("a save failed: %v", code)
				}
			})
		}
		gone := make(chan struct{})
		go func() {
			all.Wait()
			close(gone)
		}()
		select {
		case <-enough:
		case <-gone:
			t.Fatal("nobody saves any more")
		}
		if err := p.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		p.ended()
		<-gone

		again := serve(t, data)
		m, err := openMailbox(t.Context(), again)
		if err != nil {
			t.Fatal(err)
		}
		found := m.survivors(t.Context(), t)
		for number, version := range acked {
			if found[number] < version {
				t.Errorf("round %d: version %d of message %d was answered, version %d is there", round, version, number, found[number])
			}
		}
		if err := m.conn.Close(); err != nil {
			t.Error(err)
		}
		if err := again.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		again.ended()
	}
	if len(acked) < 20 {
		t.Errorf("only %d messages were saved", len(acked))
	}
}
