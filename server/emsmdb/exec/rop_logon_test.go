package exec_test

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/store"
)

func TestLogonPrivate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.logOn()
	for i, id := range r.FolderIDs {
		if id == 0 || id.ReplID() != 1 {
			t.Errorf("folder %d has id %v", i, id)
		}
	}
	if r.ResponseFlags != 0x07 || r.ReplID != 1 || r.ReplGUID != organization.ReplicaGUID() || r.MailboxGUID.IsZero() {
		t.Errorf("response = %+v", r)
	}
	if want := (rop.LogonTime{Seconds: 6, Minutes: 52, Hour: 16, DayOfWeek: 1, Day: 30, Month: 6, Year: 2003}); r.LogonTime != want {
		t.Errorf("time = %+v, want %+v", r.LogonTime, want)
	}
	if w.handles[0] == free {
		t.Error("no handle was given")
	}
}

// TestLogonOfChangedMailbox shows that a mailbox that is kept in memory is looked at again once it has changed.
func TestLogonOfChangedMailbox(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tags := []mapi.PropTag{mapi.TagMessageSizeExtended, mapi.TagComment}
	if flags := w.logOn().ResponseFlags; flags != 0x07 {
		t.Errorf("flags = %#x", flags)
	}
	before := w.props(0, tags...)
	mailbox := w.entry("alice").Mailbox
	scope := store.Scope{Mailboxes: []store.MailboxID{mailbox}}
	err := w.store.Update(t.Context(), scope, func(tx store.Tx) error {
		m, err := tx.Mailbox(mailbox)
		if err != nil {
			return err
		}
		if _, err := tx.CreateMessage(store.NewMessage{Folder: m.Special[store.SpecialInbox]}); err != nil {
			return err
		}
		return tx.SetMailboxProps(mailbox, []prop.Tagged{
			{Tag: mapi.TagOutOfOfficeState, Value: prop.Bool(true)}, {Tag: mapi.TagComment, Value: prop.String("away")},
		}, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	after := w.props(0, tags...)
	if after[0].Int() <= before[0].Int() || after[1].Str() != "away" {
		t.Errorf("properties %v became %v", before, after)
	}
	if flags := w.logOn().ResponseFlags; flags != 0x07|mapi.LogonResponseOOF {
		t.Errorf("flags = %#x", flags)
	}
}

func TestLogonRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		profile string
		user    string
		req     *rop.LogonRequest
		want    mapi.ErrorCode
	}{
		{"UnknownUser", "exchange2010-sp1", "alice", logonRequest(dnPrefix + "Recipients/cn=nobody"), mapi.ErrUnknownUser},
		{"UnknownUser2003", "exchange2003", "alice", logonRequest(dnPrefix + "Recipients/cn=nobody"), mapi.ErrLoginFailure},
		{"List", "exchange2010-sp1", "alice", logonRequest(dnPrefix + "Recipients/cn=team"), mapi.ErrUnknownUser},
		{"SomebodyElse", "exchange2010-sp1", "bob", logonRequest(carolDN), mapi.ErrLoginPerm},
		{"SomebodyElse2007", "exchange2007", "bob", logonRequest(carolDN), mapi.ErrAccessDenied},
		{"AdminPrivilegeOfAnOrdinaryUser", "exchange2010-sp1", "bob",
			&rop.LogonRequest{LogonFlags: mapi.LogonPrivate, OpenFlags: 0x01000001, Essdn: aliceDN}, mapi.ErrLoginPerm},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withProfile(tt.profile), asUser(tt.user))
			if got := w.code(tt.req); got != tt.want {
				t.Errorf("code = %v, want %v", got, tt.want)
			}
			if w.handles[0] != free {
				t.Errorf("handle = %08X after a failure", w.handles[0])
			}
		})
	}
}

func TestLogonAdministrator(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := one[*rop.LogonResponse](w, &rop.LogonRequest{LogonFlags: mapi.LogonPrivate, OpenFlags: 0x01000001, Essdn: bobDN})
	if r.FolderIDs[fidInbox] == 0 {
		t.Error("no inbox")
	}
}

func TestLogonDisabledMailbox(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]mapi.ErrorCode{
		"exchange2003": mapi.ErrMailboxDisabled, "exchange2007": mapi.ErrLoginFailure, "exchange2010-sp1": mapi.ErrUnknownUser,
	} {
		off, admin := false, true
		w := newWorld(t, withProfile(profile), withSeed(&seed.Seed{Users: []seed.User{
			{Name: "alice", Password: "x", Admin: &admin}, {Name: "bob", Password: "x", Enabled: &off},
		}}))
		req := &rop.LogonRequest{LogonFlags: mapi.LogonPrivate, OpenFlags: 0x01000001, Essdn: bobDN}
		if got := w.code(req); got != want {
			t.Errorf("%s: %v, want %v", profile, got, want)
		}
	}
}

func TestLogonUnknownCodePage(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]mapi.ErrorCode{"exchange2007": mapi.ErrUnknownCodePage, "exchange2010-sp1": mapi.Success} {
		w := newWorld(t, withProfile(profile), withCodePage(4711))
		if got := w.code(logonRequest(aliceDN)); got != want {
			t.Errorf("%s: %v, want %v", profile, got, want)
		}
	}
}

func TestLogonReplacesItsID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	old := w.handles[1]
	w.logOn()
	w.handles[1] = old
	if got := w.code(&rop.GetContentsTableRequest{InOut: inOut(1, 2)}); got != mapi.ErrInvalidObject {
		t.Errorf("a folder of the logon that was replaced: %v", got)
	}
	if st := w.session.Stats(); len(st.Logons) != 1 || st.Handles != 1 {
		t.Errorf("stats = %+v", st)
	}
}
