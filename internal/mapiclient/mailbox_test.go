package mapiclient_test

import (
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"go.uber.org/zap/zaptest"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/mapiclient"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/server/emsmdb"
	"github.com/mapid/mapid/server/emsmdb/object"
	"github.com/mapid/mapid/store/sqlite"
)

const aliceDN = "/o=mapid/ou=First Administrative Group/cn=Recipients/cn=alice"

// newMailbox serves the demo organisation with the real services and returns alice's session, sealed, found through the
// endpoint mapper, and the seed.
func newMailbox(t *testing.T) (*mapiclient.Session, *seed.Seed) {
	t.Helper()
	st, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "mapid.db"), Durability: sqlite.Off})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	demo := seed.Demo()
	organization := seed.Organization{Name: "mapid", AdminGroup: "First Administrative Group", Domain: "mapid.test"}
	if err := seed.Apply(t.Context(), st, st, demo, seed.Options{Organization: organization}); err != nil {
		t.Fatal(err)
	}
	p, err := profile.ByName("exchange2010-sp1")
	if err != nil {
		t.Fatal(err)
	}
	var policy atomic.Pointer[emsmdb.Policy]
	policy.Store(&emsmdb.Policy{EncryptionRequired: true, MaximumConnections: 10})
	service := emsmdb.New(emsmdb.Options{Store: st, Directory: st, Profile: p, Policy: &policy, Logger: zaptest.NewLogger(t),
		Server: object.Server{Name: "EXCH01", FQDN: "exch01.mapid.test",
			DN: "/o=mapid/ou=First Administrative Group/cn=Configuration/cn=Servers/cn=EXCH01"}})
	w := newWorld(t)
	for _, i := range service.Interfaces() {
		w.server.Register(i, w.endpoints[storeAddress])
	}
	o := mapiclient.Options{Mapper: "exch01:135", Dial: w.dial, Service: auth.ServiceNTLM, Domain: "MAPID", User: "alice", Password: "Password1!"}
	c, err := mapiclient.Dial(t.Context(), o, mapiclient.EMSMDB)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	s, _, err := c.Connect(t.Context(), mapiclient.ConnectRequest{UserDN: aliceDN})
	if err != nil {
		t.Fatal(err)
	}
	return s, demo
}

// do runs one ROP that has to succeed.
func do[R rop.Response](t *testing.T, s *mapiclient.Session, req rop.Request, handles ...uint32) (R, []uint32) {
	t.Helper()
	resp, after, err := mapiclient.Do[R](t.Context(), s, req, handles...)
	if err != nil {
		t.Fatal(err)
	}
	return resp, after
}

func TestReadTheDemoInbox(t *testing.T) {
	t.Parallel()
	s, demo := newMailbox(t)
	logon, store, err := s.Logon(t.Context(), aliceDN)
	if err != nil {
		t.Fatal(err)
	}
	receive, _ := do[*rop.GetReceiveFolderResponse](t, s, &rop.GetReceiveFolderRequest{}, store)
	if receive.FolderID != logon.FolderIDs[4] {
		t.Errorf("mail is received in %v, the inbox is %v", receive.FolderID, logon.FolderIDs[4])
	}
	_, handles := do[*rop.OpenFolderResponse](t, s, &rop.OpenFolderRequest{InOut: rop.InOut{OutputHandleIndex: 1}, FolderID: receive.FolderID}, store)
	inbox := handles[1]

	columns := []mapi.PropTag{0x674A0014, 0x0037001F, 0x0E1B000B}
	reply, err := s.Execute(t.Context(), []rop.Request{
		&rop.GetContentsTableRequest{InOut: rop.InOut{OutputHandleIndex: 1}},
		&rop.SetColumnsRequest{In: rop.In{InputHandleIndex: 1}, PropertyTags: columns},
		&rop.QueryRowsRequest{In: rop.In{InputHandleIndex: 1}, ForwardRead: true, RowCount: 1000},
	}, inbox)
	if err != nil {
		t.Fatal(err)
	}
	rows := reply.Responses[2].(*rop.QueryRowsResponse).Rows
	var want, got []string
	seeded := map[string][]seed.Message{} // by subject, which replies share
	for _, m := range demo.Users[0].Messages {
		if m.Folder == "Inbox" {
			want = append(want, m.Subject)
			seeded[m.Subject] = append(seeded[m.Subject], m)
		}
	}
	for _, r := range rows {
		got = append(got, r.Values[1].Str())
		subject := r.Values[1].Str()
		readMessage(t, s, inbox, r.Values[0].ObjectID(), subject, seeded[subject], r.Values[2].Bool())
	}
	slices.Sort(want)
	slices.Sort(got)
	if len(want) < 25 || !slices.Equal(want, got) {
		t.Errorf("subjects are\n%q, want\n%q", got, want)
	}
	if count := reply.Responses[0].(*rop.GetContentsTableResponse).RowCount; int(count) != len(rows) {
		t.Errorf("the table has %d rows, %d were read", count, len(rows))
	}
	if err := s.Release(t.Context(), reply.Handles[1], inbox, store); err != nil {
		t.Error(err)
	}
	if err := s.Disconnect(t.Context()); err != nil {
		t.Error(err)
	}
}

// readMessage opens a message of a folder and compares subject, recipients, body and attachments with the seed.
func readMessage(t *testing.T, s *mapiclient.Session, folder uint32, id mapi.ID, subject string, want []seed.Message, attachments bool) {
	t.Helper()
	props, _ := do[*rop.GetPropertiesSpecificResponse](t, s, &rop.GetPropertiesSpecificRequest{PropertyTags: []mapi.PropTag{0x67480014}}, folder)
	opened, handles := do[*rop.OpenMessageResponse](t, s, &rop.OpenMessageRequest{InOut: rop.InOut{OutputHandleIndex: 1}, CodePageID: 0x0FFF,
		FolderID: props.RowData.Values[0].ObjectID(), OpenModeFlags: 3, MessageID: id}, folder)
	message := handles[1]
	if got := opened.SubjectPrefix.Text + opened.NormalizedSubject.Text; got != subject {
		t.Errorf("opened %q as %q", subject, got)
	}
	if opened.RecipientCount > 0 {
		read, _ := do[*rop.ReadRecipientsResponse](t, s, &rop.ReadRecipientsRequest{}, message)
		if len(read.RecipientRows) == 0 || read.RecipientRows[0].RecipientRow.DisplayName == "" {
			t.Errorf("%q: recipients are %v", subject, read.RecipientRows)
		}
	}
	all, _ := do[*rop.GetPropertiesListResponse](t, s, &rop.GetPropertiesListRequest{}, message)
	bodies := []mapi.PropTag{0x1000001F, 0x10130102} // plain text, or HTML where that is what the sender wrote
	if len(want) > 0 && want[0].HTML != "" && want[0].Body == "" {
		bodies[0] = 0 // the server makes a text of it
	}
	i := slices.IndexFunc(bodies, func(tag mapi.PropTag) bool { return slices.Contains(all.PropertyTags, tag) })
	if i < 0 {
		t.Fatalf("%q has no body among %v", subject, all.PropertyTags)
	}
	stream, handles := do[*rop.OpenStreamResponse](t, s, &rop.OpenStreamRequest{InOut: rop.InOut{OutputHandleIndex: 1}, PropertyTag: bodies[i]}, message)
	body, _ := do[*rop.ReadStreamResponse](t, s, &rop.ReadStreamRequest{ByteCount: 4096}, handles[1])
	text := string(body.Data)
	if i == 0 {
		text = wire.DecodeUTF16(body.Data)
	}
	if !slices.ContainsFunc(want, func(m seed.Message) bool {
		whole := []string{strings.ReplaceAll(m.Body, "\n", "\r\n"), m.HTML}[i]
		return text == whole || int(stream.StreamSize) > len(body.Data) && len(body.Data) == 4096 && strings.HasPrefix(whole, text)
	}) {
		t.Errorf("%q: the body is %q, the seed has %v", subject, text, want)
	}
	if attachments {
		readAttachments(t, s, message)
	}
	if err := s.Release(t.Context(), handles[1], message); err != nil {
		t.Error(err)
	}
}

func readAttachments(t *testing.T, s *mapiclient.Session, message uint32) {
	t.Helper()
	reply, err := s.Execute(t.Context(), []rop.Request{
		&rop.GetAttachmentTableRequest{InOut: rop.InOut{OutputHandleIndex: 1}},
		&rop.SetColumnsRequest{In: rop.In{InputHandleIndex: 1}, PropertyTags: []mapi.PropTag{0x0E210003, 0x37050003}},
		&rop.QueryRowsRequest{In: rop.In{InputHandleIndex: 1}, ForwardRead: true, RowCount: 10},
	}, message)
	if err != nil {
		t.Fatal(err)
	}
	rows := reply.Responses[2].(*rop.QueryRowsResponse).Rows
	if len(rows) == 0 {
		t.Error("a message with attachments has none")
	}
	for _, r := range rows {
		number := uint32(r.Values[0].Int())
		_, handles := do[*rop.OpenAttachmentResponse](t, s, &rop.OpenAttachmentRequest{InOut: rop.InOut{OutputHandleIndex: 1}, AttachmentID: number}, message)
		if r.Values[1].Int() != 1 { // by value; the others embed a message
			embedded, _ := do[*rop.OpenEmbeddedMessageResponse](t, s, &rop.OpenEmbeddedMessageRequest{InOut: rop.InOut{OutputHandleIndex: 1}, CodePageID: 0x0FFF}, handles[1])
			if embedded.NormalizedSubject.Text == "" {
				t.Error("an embedded message has no subject")
			}
			continue
		}
		_, handles = do[*rop.OpenStreamResponse](t, s, &rop.OpenStreamRequest{InOut: rop.InOut{OutputHandleIndex: 1}, PropertyTag: 0x37010102}, handles[1])
		if data, _ := do[*rop.ReadStreamResponse](t, s, &rop.ReadStreamRequest{ByteCount: 4096}, handles[1]); len(data.Data) == 0 {
			t.Errorf("attachment %d is empty", number)
		}
	}
}
