package exec_test

import (
	"slices"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/store"
)

func TestGetReceiveFolder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.logOn()
	for _, tt := range []struct {
		class, explicit string
		folder          int
		want            mapi.ErrorCode
	}{
		{"", "", fidInbox, 0},
		{"IPM", "IPM", fidInbox, 0},
		{"ipm.note", "IPM", fidInbox, 0},
		{"IPMX", "", fidInbox, 0},
		{"IPC.Microsoft", "IPC", fidRoot, 0},
		{"Report.IPM.Note.NDR", "REPORT.IPM", fidInbox, 0},
		{"Unknown.Class", "", fidInbox, 0},
		{".IPM", "", 0, mapi.ErrInvalidParameter},
		{"IPM.", "", 0, mapi.ErrInvalidParameter},
		{"IPM..Note", "", 0, mapi.ErrInvalidParameter},
		{"IPM\x07", "", 0, mapi.ErrInvalidParameter},
		{string(slices.Repeat([]byte("a"), 256)), "", 0, mapi.ErrInvalidParameter},
	} {
		req := &rop.GetReceiveFolderRequest{In: in(0), MessageClass: tt.class}
		if tt.want != 0 {
			if got := w.code(req); got != tt.want {
				t.Errorf("%.20q: %v", tt.class, got)
			}
			continue
		}
		r := one[*rop.GetReceiveFolderResponse](w, req)
		if r.FolderID != l.FolderIDs[tt.folder] || r.ExplicitMessageClass != tt.explicit {
			t.Errorf("%q: %v %q", tt.class, r.FolderID, r.ExplicitMessageClass)
		}
	}
}

func TestGetReceiveFolderTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.logOn()
	got := make(map[string]mapi.ID)
	for _, row := range one[*rop.GetReceiveFolderTableResponse](w, &rop.GetReceiveFolderTableRequest{In: in(0)}).Rows {
		got[row.Values[1].Str()] = row.Values[0].ObjectID()
	}
	for class, folder := range map[string]int{"": fidInbox, "IPM": fidInbox, "REPORT.IPM": fidInbox, "IPC": fidRoot} {
		if got[class] != l.FolderIDs[folder] {
			t.Errorf("%q: %v", class, got[class])
		}
	}
}

func TestLongTermIdFromIdAndBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.logOn()
	inbox := l.FolderIDs[fidInbox]
	lt := one[*rop.LongTermIdFromIdResponse](w, &rop.LongTermIdFromIdRequest{In: in(0), ObjectID: inbox}).LongTermID
	if lt != (prop.LongTermID{DatabaseGUID: l.ReplGUID, GlobalCounter: inbox.Counter()}) {
		t.Errorf("long-term id = %+v", lt)
	}
	if got := one[*rop.IdFromLongTermIdResponse](w, &rop.IdFromLongTermIdRequest{In: in(0), LongTermID: lt}).ObjectID; got != inbox {
		t.Errorf("id = %v", got)
	}
	foreign := prop.LongTermID{DatabaseGUID: mapi.MustGUID("80818283-8485-8687-8889-8a8b8c8d8e8f"), GlobalCounter: 42}
	id := one[*rop.IdFromLongTermIdResponse](w, &rop.IdFromLongTermIdRequest{In: in(0), LongTermID: foreign}).ObjectID
	if id.ReplID() <= 1 || id.Counter() != 42 {
		t.Errorf("foreign id = %v", id)
	}
	again := one[*rop.IdFromLongTermIdResponse](w, &rop.IdFromLongTermIdRequest{In: in(0), LongTermID: foreign}).ObjectID
	back := one[*rop.LongTermIdFromIdResponse](w, &rop.LongTermIdFromIdRequest{In: in(0), ObjectID: id}).LongTermID
	if again != id || back != foreign {
		t.Errorf("again %v, back %+v", again, back)
	}
}

func TestIdFromLongTermIdRefused(t *testing.T) {
	t.Parallel()
	zero := prop.LongTermID{GlobalCounter: 5}
	for _, tt := range []struct {
		profile            string
		zeroID, zeroGUID   mapi.ErrorCode
		unknown, noCounter mapi.ErrorCode
	}{
		{"exchange2007", mapi.ErrNotFound, mapi.Success, mapi.ErrNotFound, mapi.ErrInvalidParameter},
		{"exchange2010-sp1", mapi.ErrNotFound, mapi.ErrInvalidParameter, mapi.ErrNotFound, mapi.ErrInvalidParameter},
		{"exchange2013", mapi.Success, mapi.ErrInvalidParameter, mapi.ErrNotFound, mapi.ErrInvalidParameter},
	} {
		w := newWorld(t, withProfile(tt.profile))
		l := w.logOn()
		for name, c := range map[string]struct {
			req  rop.Request
			want mapi.ErrorCode
		}{
			"ZeroID":    {&rop.LongTermIdFromIdRequest{In: in(0)}, tt.zeroID},
			"ZeroGUID":  {&rop.IdFromLongTermIdRequest{In: in(0), LongTermID: zero}, tt.zeroGUID},
			"Unknown":   {&rop.LongTermIdFromIdRequest{In: in(0), ObjectID: mapi.NewID(999, 5)}, tt.unknown},
			"NoCounter": {&rop.IdFromLongTermIdRequest{In: in(0), LongTermID: prop.LongTermID{DatabaseGUID: l.ReplGUID}}, tt.noCounter},
		} {
			if got := w.code(c.req); got != c.want {
				t.Errorf("%s, %s: %v, want %v", tt.profile, name, got, c.want)
			}
		}
	}
}

func TestGetNamesFromPropertyIds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.logOn()
	set := mapi.MustGUID("11223344-5566-7788-99aa-bbccddeeff00")
	names := []prop.Name{
		{Kind: prop.NameLID, GUID: set, LID: 0x8503},
		{Kind: prop.NameString, GUID: set, Text: "Keywords"},
		{Kind: prop.NameLID, GUID: mapi.MustGUID("00020328-0000-0000-c000-000000000046"), LID: 0x0037},
	}
	ids := func(flags uint8, names ...prop.Name) *rop.GetPropertyIdsFromNamesResponse {
		t.Helper()
		return w.run(&rop.GetPropertyIdsFromNamesRequest{In: in(0), Flags: flags, PropertyNames: names})[0].(*rop.GetPropertyIdsFromNamesResponse)
	}
	r := ids(0, names...)
	if r.ReturnValue != mapi.WarnWithErrors || !slices.Equal(r.PropertyIDs, []uint16{0, 0, 0x0037}) {
		t.Errorf("before: %v %04x", r.ReturnValue, r.PropertyIDs)
	}
	r = ids(mapi.NamesCreate, names...)
	if r.ReturnValue != mapi.Success || r.PropertyIDs[0] < 0x8000 || r.PropertyIDs[1] < 0x8000 || r.PropertyIDs[0] == r.PropertyIDs[1] {
		t.Fatalf("created: %v %04x", r.ReturnValue, r.PropertyIDs)
	}
	if again := ids(0, names...); again.ReturnValue != mapi.Success || !slices.Equal(again.PropertyIDs, r.PropertyIDs) {
		t.Errorf("again: %v %04x", again.ReturnValue, again.PropertyIDs)
	}
	back := one[*rop.GetNamesFromPropertyIdsResponse](w, &rop.GetNamesFromPropertyIdsRequest{In: in(0), PropertyIDs: append(slices.Clone(r.PropertyIDs), 0xFFFE)})
	if !slices.Equal(back.PropertyNames[:3], names) || back.PropertyNames[3].Kind != prop.NameNone {
		t.Errorf("names = %+v", back.PropertyNames)
	}
	all := ids(0)
	if all.ReturnValue != mapi.Success || !slices.Contains(all.PropertyIDs, r.PropertyIDs[0]) {
		t.Errorf("all = %v %04x", all.ReturnValue, all.PropertyIDs)
	}
	if got := ids(0x40, names...).ReturnValue; got != mapi.ErrInvalidParameter {
		t.Errorf("unknown flag: %v", got)
	}
}

func TestGetAddressTypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.logOn()
	if got := one[*rop.GetAddressTypesResponse](w, &rop.GetAddressTypesRequest{In: in(0)}).AddressTypes; !slices.Contains(got, "SMTP") || !slices.Contains(got, "EX") {
		t.Errorf("address types = %q", got)
	}
}

func TestStoreOperations(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.logOn()
	for _, req := range []rop.Request{
		&rop.SetSpoolerRequest{In: in(0)},
		&rop.RegisterNotificationRequest{InOut: inOut(0, 1), NotificationTypes: mapi.NotifyNewMail, WantWholeStore: true},
		&rop.RegisterNotificationRequest{InOut: inOut(0, 2), NotificationTypes: mapi.NotifyObjectModified, FolderID: l.FolderIDs[fidInbox]},
	} {
		if got := w.code(req); got != mapi.Success {
			t.Errorf("%T: %v", req, got)
		}
	}
	if w.handles[1] == free || w.handles[2] == free {
		t.Error("a subscription has no handle")
	}
	if got := w.code(&rop.RegisterNotificationRequest{InOut: inOut(0, 3), NotificationTypes: 2, FolderID: mapi.NewID(1, 0xFFFFFF)}); got != mapi.ErrNotFound {
		t.Errorf("unknown folder: %v", got)
	}
}

func TestTellVersion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.logOn()
	if got := w.code(&rop.TellVersionRequest{In: in(0), Version: [3]uint16{14, 1, 218}}); got != mapi.Success {
		t.Error(got)
	}
}

func TestGetStoreState(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]mapi.ErrorCode{"exchange2007": mapi.Success, "exchange2010-sp1": mapi.ErrNotImplemented} {
		w := newWorld(t, withProfile(profile))
		w.logOn()
		if got := w.code(&rop.GetStoreStateRequest{In: in(0)}); got != want {
			t.Errorf("%s: %v", profile, got)
		}
	}
}

func TestGetStoreStateOfPublicFolders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withProfile("exchange2007"))
	w.run(&rop.LogonRequest{OpenFlags: mapi.OpenPublic})
	if got := w.code(&rop.GetStoreStateRequest{In: in(0)}); got != mapi.ErrNoSupport {
		t.Error(got)
	}
}

func TestGetReceiveFolderTableWithoutRows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.logOn()
	table := &rop.GetReceiveFolderTableRequest{In: in(0)}
	id := w.entry("alice").Mailbox
	for _, row := range one[*rop.GetReceiveFolderTableResponse](w, table).Rows {
		w.change("alice", func(tx store.Tx) error { return tx.SetReceiveFolder(id, row.Values[1].Str(), 0) })
	}
	if got := w.code(table); got != mapi.ErrNoReceiveFolder {
		t.Error(got)
	}
}

func TestPublicLogon(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(&seed.Seed{
		Users:         []seed.User{{Name: "alice", Password: "Password1!"}},
		PublicFolders: []seed.PublicFolder{{Path: "Announcements"}},
	}))
	r := one[*rop.LogonResponse](w, &rop.LogonRequest{OpenFlags: mapi.OpenPublic})
	if r.LogonFlags != 0 || r.FolderIDs[0] == 0 || r.FolderIDs[1] == 0 || r.ReplGUID != organization.ReplicaGUID() || !r.PerUserGUID.IsZero() {
		t.Errorf("response = %+v", r)
	}
	w.hierarchy(r.FolderIDs[1], 0, mapi.TagDisplayName, mapi.TagEntryId)
	rows := w.rows(10).Rows
	if len(rows) != 1 || rows[0].Values[0].Str() != "Announcements" {
		t.Fatalf("rows = %v", rows)
	}
	if id := rows[0].Values[1].Str(); id[4:8] != "\x1a\x44\x73\x90" || id[20] != 3 {
		t.Errorf("entry id = %x", id)
	}
	for _, req := range []rop.Request{
		&rop.GetReceiveFolderRequest{In: in(0)}, &rop.GetReceiveFolderTableRequest{In: in(0)}, &rop.SetSpoolerRequest{In: in(0)},
	} {
		if got := w.code(req); got != mapi.ErrNoSupport {
			t.Errorf("%T: %v", req, got)
		}
	}
}

func TestPitfall21LogonWithoutReplidMapping(t *testing.T) {
	t.Parallel()
	second := func(dn string) *rop.LogonRequest {
		return &rop.LogonRequest{Out: rop.Out{LogonID: 1, OutputHandleIndex: 1}, LogonFlags: mapi.LogonPrivate, OpenFlags: mapi.OpenUseAdminPrivilege, Essdn: dn}
	}
	for _, tt := range []struct {
		profile     string
		same, other mapi.ErrorCode
	}{
		{"exchange2007", mapi.Success, mapi.Success},
		{"exchange2010-sp1", mapi.Success, mapi.ErrWrongServer},
		{"exchange2013", mapi.ErrInvalidParameter, mapi.ErrInvalidParameter},
	} {
		w := newWorld(t, withProfile(tt.profile))
		w.logOn()
		if got := w.code(second(aliceDN)); got != tt.same {
			t.Errorf("%s, same mailbox: %v", tt.profile, got)
		}
		resp := w.run(second(bobDN))[0].(*rop.LogonResponse)
		if resp.ReturnValue != tt.other {
			t.Errorf("%s, other mailbox: %v", tt.profile, resp.ReturnValue)
		}
		if resp.ReturnValue == mapi.ErrWrongServer && (resp.ServerName != serverDN || resp.LogonFlags != mapi.LogonPrivate) {
			t.Errorf("redirect = %+v", resp)
		}
	}
}
