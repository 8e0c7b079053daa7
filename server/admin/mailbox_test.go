package admin

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestUsersAreThoseOfTheSeed(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	var names []string
	for _, u := range call[UserList](a, "GET", "/api/v1/users", "").Users {
		names = append(names, u.Name)
	}
	slices.Sort(names)
	if got := strings.Join(names, " "); got != "alice bob carol" {
		t.Errorf("got %s", got)
	}
	u := call[User](a, "GET", "/api/v1/users/ALICE", "")
	if u.Name != "alice" || u.DN != "/o=mapid/ou=First Administrative Group/cn=Recipients/cn=alice" || u.Mail != "alice@mapid.test" || !u.Enabled {
		t.Errorf("got %+v", u)
	}
	a.refused(404, "GET", "/api/v1/users/healthmailbox", "", nil) // the server's own
	a.refused(404, "GET", "/api/v1/users/team", "", nil)          // a group
}

func TestFolders(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	byPath := make(map[string]Folder)
	for _, f := range call[FolderList](a, "GET", "/api/v1/mailboxes/alice/folders", "").Folders {
		byPath[f.Path] = f
	}
	if byPath["/"].Type != "root" || byPath["/"].Parent != byPath["/"].ID {
		t.Errorf("root %+v", byPath["/"])
	}
	if inbox := byPath["Inbox"]; inbox.Messages < 25 || inbox.Unread == 0 || inbox.Unread >= inbox.Messages || inbox.Class != "IPF.Note" {
		t.Errorf("Inbox %+v", inbox)
	}
	for _, path := range []string{"Calendar", "Sent Items", "/Top of Information Store", "/Common Views"} {
		if byPath[path].ID == "" {
			t.Errorf("no folder %q", path)
		}
	}
	a.refused(404, "GET", "/api/v1/mailboxes/nobody/folders", "", nil)
}

func TestMessages(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	get := func(query string) MessageList {
		return call[MessageList](a, "GET", "/api/v1/mailboxes/alice/messages"+query, "")
	}
	all := get("")
	if all.Total < 25 || len(all.Messages) != all.Total {
		t.Fatalf("%d of %d messages", len(all.Messages), all.Total)
	}
	if !slices.IsSortedFunc(all.Messages, func(x, y MessageSummary) int { return y.Received.Compare(x.Received) }) {
		t.Error("not newest first")
	}
	seen := make(map[bool]bool)
	for _, m := range all.Messages {
		seen[m.Read] = true
		if m.From == "" || m.Size <= 0 || m.Received.IsZero() || !strings.HasPrefix(m.Class, "IPM.") {
			t.Errorf("%+v", m)
		}
	}
	if len(seen) != 2 {
		t.Error("want a mix of read and unread")
	}
	part := get("?limit=3&offset=2")
	if part.Total != all.Total || len(part.Messages) != 3 || part.Messages[0] != all.Messages[2] {
		t.Errorf("part %+v", part)
	}
	if got := get("?offset=100000"); len(got.Messages) != 0 || got.Total != all.Total {
		t.Errorf("behind the end: %d of %d", len(got.Messages), got.Total)
	}
	subject := all.Messages[4].Subject
	if got := get("?q=" + url.QueryEscape(strings.ToUpper(subject))); got.Total == 0 || !strings.EqualFold(got.Messages[0].Subject, subject) {
		t.Errorf("search for %q: %+v", subject, got)
	}
	if got := get("?q=no-such-text"); got.Total != 0 {
		t.Errorf("search for nothing found %d", got.Total)
	}
	for _, folder := range []string{all.Folder, "inbox", "/Top of Information Store/Inbox"} {
		if got := get("?folder=" + url.QueryEscape(folder)); got.Total != all.Total || got.Folder != all.Folder {
			t.Errorf("folder %q: %d in %s", folder, got.Total, got.Folder)
		}
	}
	for _, query := range []string{"?limit=-1", "?limit=x", "?limit=1001", "?offset=-5"} {
		a.refused(400, "GET", "/api/v1/mailboxes/alice/messages"+query, "", nil)
	}
	a.refused(404, "GET", "/api/v1/mailboxes/alice/messages?folder=Nowhere", "", nil)
}

func TestFolderOfAnotherMailboxIsNotFound(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	inbox := call[MessageList](a, "GET", "/api/v1/mailboxes/alice/messages", "").Folder
	a.refused(404, "GET", "/api/v1/mailboxes/bob/messages?folder="+inbox, "", nil)
}

func TestMessage(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	list := call[MessageList](a, "GET", "/api/v1/mailboxes/alice/messages", "")
	i := slices.IndexFunc(list.Messages, func(m MessageSummary) bool { return m.Attachments })
	if i < 0 {
		t.Fatal("no message with an attachment")
	}
	sum := list.Messages[i]
	m := call[Message](a, "GET", "/api/v1/messages/"+sum.ID, "")
	if m.ID != sum.ID || m.Folder != list.Folder || m.User != "alice" || len(m.Attachments) == 0 || len(m.Recipients) == 0 {
		t.Errorf("%+v", m)
	}
	found := false
	for _, p := range m.Properties {
		if p.Name == "PidTagSubject" {
			found = p.Tag == "0x0037001F" && p.Value == sum.Subject
		}
	}
	if !found {
		t.Errorf("no PidTagSubject %q in %+v", sum.Subject, m.Properties)
	}
	for _, id := range []string{"0001-FFFFFFFFFFFF", "0002-000000000001", "x", "0", "-", "0001-"} {
		a.refused(404, "GET", "/api/v1/messages/"+id, "", nil)
	}
}
