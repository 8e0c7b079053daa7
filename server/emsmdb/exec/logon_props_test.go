package exec_test

import (
	"context"
	"slices"
	"testing"
	"unicode/utf16"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/server/emsmdb/object"
	"github.com/mapid/mapid/store"
)

// logonOf opens a logon without ROPs.
func (w *world) logonOf(user, dn string, openFlags uint32) *object.Logon {
	w.t.Helper()
	s := &object.Session{Account: user, User: *w.entry(user), CodePage: 1252, LCIDString: 1033, LCIDSort: 1031}
	l, err := w.env.Logon(context.Background(), s, object.LogonRequest{
		Flags: mapi.LogonPrivate, OpenFlags: openFlags | mapi.OpenUsePerMdbReplidMapping, Essdn: dn,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return l
}

// codes are the results per property of a change, 0 where there is no problem.
func codes(t *testing.T, n int) func([]object.Problem, error) []mapi.ErrorCode {
	return func(problems []object.Problem, err error) []mapi.ErrorCode {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		out := make([]mapi.ErrorCode, n)
		for _, p := range problems {
			out[p.Index] = p.Code
		}
		return out
	}
}

// TestLogonPropertiesWritable: [MS-OXCSTOR] 2.2.2.1.2, by version.
func TestLogonPropertiesWritable(t *testing.T) {
	t.Parallel()
	const denied = mapi.ErrAccessDenied
	props := []prop.Tagged{
		{Tag: mapi.TagComment, Value: prop.String("a comment")},
		{Tag: mapi.TagDisplayName, Value: prop.String("My mailbox")},
		{Tag: mapi.TagDeleteAfterSubmit, Value: prop.Bool(true)},
		{Tag: mapi.TagOutOfOfficeState, Value: prop.Bool(true)},
		{Tag: mapi.TagSentMailSvrEID, Value: prop.ServerID([]byte("\x01\x01\x00\x00\x00\x00\x00\x00\x0e\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"))},
		{Tag: mapi.PropTag(0x12340102), Value: prop.Binary([]byte("of the client's own"))},
	}
	tags := make([]mapi.PropTag, len(props))
	for i := range props {
		tags[i] = props[i].Tag
	}
	for profile, want := range map[string][]mapi.ErrorCode{
		"exchange2007": {0, 0, 0, 0, 0, 0}, "exchange2010-sp1": {0, 0, 0, 0, 0, 0},
		"exchange2013": {denied, denied, denied, 0, 0, 0}, "exchange2016": {denied, denied, denied, 0, 0, 0},
	} {
		w := newWorld(t, withProfile(profile))
		l := w.logonOf("alice", aliceDN, 0)
		results := codes(t, len(props))
		if got := results(l.SetProps(t.Context(), props)); !slices.Equal(got, want) {
			t.Errorf("%s: set %v", profile, got)
		}
		values, err := w.logonOf("alice", aliceDN, 0).Get(t.Context(), tags)
		if err != nil {
			t.Fatal(err)
		}
		for i := range props {
			if same := values[i].Equal(props[i].Value); same != (want[i] == 0) {
				t.Errorf("%s: %v = %v", profile, tags[i], values[i])
			}
		}
		if got := results(l.DeleteProps(t.Context(), tags)); !slices.Equal(got, want) {
			t.Errorf("%s: deleted %v", profile, got)
		}
		if values, err = l.Get(t.Context(), tags[4:]); err != nil || values[0].ErrorCode() != mapi.ErrNotFound || values[1].ErrorCode() != mapi.ErrNotFound {
			t.Errorf("%s: after deleting %v, %v", profile, values, err)
		}
	}
}

// TestLogonPropertiesReadOnly: [MS-OXCSTOR] 2.2.2.1.1. The others of the request are set.
func TestLogonPropertiesReadOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.logonOf("alice", aliceDN, 0)
	readOnly := []mapi.PropTag{
		mapi.TagMailboxOwnerEntryId, mapi.TagMailboxOwnerName, mapi.TagUserEntryId, mapi.TagUserName, mapi.TagStoreEntryId,
		mapi.TagStoreRecordKey, mapi.TagEntryId, mapi.TagRecordKey, mapi.TagMappingSignature, mapi.TagStoreSupportMask,
		mapi.TagStoreState, mapi.TagContentCount, mapi.TagMessageSize, mapi.TagMessageSizeExtended, mapi.TagProhibitSendQuota,
		mapi.TagProhibitReceiveQuota, mapi.TagStorageQuotaLimit, mapi.TagExtendedRuleSizeLimit, mapi.TagLocaleId,
		mapi.TagSortLocaleId, mapi.TagCodePageId, mapi.TagSerializedReplidGuidMap, mapi.TagHierarchyServer,
		mapi.TagTestLineSpeed, mapi.TagValidFolderMask, mapi.TagIpmSubtreeEntryId, mapi.TagMaximumSubmitMessageSize,
	}
	before, err := l.Get(t.Context(), readOnly)
	if err != nil {
		t.Fatal(err)
	}
	var props []prop.Tagged
	for _, tag := range readOnly {
		props = append(props, prop.Tagged{Tag: tag, Value: anyValue(tag.Type())})
	}
	props = append(props, prop.Tagged{Tag: mapi.TagComment, Value: prop.String("set")})
	for _, got := range [][]mapi.ErrorCode{
		codes(t, len(props))(l.SetProps(t.Context(), props)), append(codes(t, len(readOnly))(l.DeleteProps(t.Context(), readOnly)), 0),
	} {
		for i, tag := range readOnly {
			if got[i] != mapi.ErrAccessDenied {
				t.Errorf("%v: %v", tag, got[i])
			}
		}
		if got[len(readOnly)] != mapi.Success {
			t.Errorf("PidTagComment: %v", got[len(readOnly)])
		}
	}
	after, err := l.Get(t.Context(), readOnly)
	if err != nil || !slices.EqualFunc(before, after, prop.Value.Equal) {
		t.Errorf("before %v, after %v, %v", before, after, err)
	}
	comment, err := l.Get(t.Context(), []mapi.PropTag{mapi.TagComment})
	if err != nil || comment[0].Str() != "set" {
		t.Errorf("comment = %v, %v", comment, err)
	}
}

// anyValue is some value of a type.
func anyValue(typ mapi.PropType) prop.Value {
	switch typ {
	case mapi.PtypString:
		return prop.String("x")
	case mapi.PtypInteger32:
		return prop.Int32(4711)
	case mapi.PtypInteger64:
		return prop.Int64(4711)
	}
	return prop.Binary([]byte("x"))
}

// TestLogonPropertiesOfADelegate: only who owns a mailbox changes its properties.
func TestLogonPropertiesOfADelegate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	props := []prop.Tagged{{Tag: mapi.TagComment, Value: prop.String("bob was here")}}
	for _, tt := range []struct {
		name, user string
		flags      uint32
		want       mapi.ErrorCode
	}{
		{"Delegate", "bob", 0, mapi.ErrAccessDenied},
		{"Owner", "alice", 0, 0},
	} {
		if got := codes(t, 1)(w.logonOf(tt.user, aliceDN, tt.flags).SetProps(t.Context(), props)); got[0] != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

// TestLogonPropertyImpossibleTypes: a value that can't be one.
func TestLogonPropertyImpossibleTypes(t *testing.T) {
	t.Parallel()
	l := newWorld(t).logonOf("alice", aliceDN, 0)
	got := codes(t, 2)(l.SetProps(t.Context(), []prop.Tagged{
		{Tag: mapi.TagComment.WithType(mapi.PtypErrorCode), Value: prop.Error(mapi.ErrNotFound)},
		{Tag: mapi.TagComment.WithType(mapi.PtypObject), Value: prop.Object()},
	}))
	if got[0] != mapi.ErrInvalidType || got[1] != mapi.ErrInvalidType {
		t.Errorf("codes %v", got)
	}
}

// TestAdditionalRenEntryIdsExIsOneValue: what is written on the logon is read on the root and on the inbox,
// [MS-OXOSFLD] 2.2.5.
func TestAdditionalRenEntryIdsExIsOneValue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.logonOf("alice", aliceDN, 0)
	tags := []mapi.PropTag{mapi.TagAdditionalRenEntryIdsEx}
	value := prop.Binary([]byte{0x01, 0x80, 0, 0, 0, 0})
	if got := codes(t, 1)(l.SetProps(t.Context(), []prop.Tagged{{Tag: tags[0], Value: value}})); got[0] != 0 {
		t.Fatal(got)
	}
	bags := []object.Bag{l}
	for _, place := range []int{fidRoot, fidInbox} {
		f, err := l.OpenFolder(t.Context(), l.FolderIDs()[place], 0)
		if err != nil {
			t.Fatal(err)
		}
		bags = append(bags, f)
	}
	for i, b := range bags {
		if v, err := b.Get(t.Context(), tags); err != nil || !v[0].Equal(value) {
			t.Errorf("bag %d: %v, %v", i, v, err)
		}
	}
	if got := codes(t, 1)(l.DeleteProps(t.Context(), tags)); got[0] != 0 {
		t.Fatal(got)
	}
	for i, b := range bags {
		if v, err := b.Get(t.Context(), tags); err != nil || v[0].ErrorCode() != mapi.ErrNotFound {
			t.Errorf("bag %d after deleting: %v, %v", i, v, err)
		}
	}
}

// TestLogonPropertyWrittenInPieces: a value in a stage is set at once, and the stage is gone.
func TestLogonPropertyWrittenInPieces(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.logonOf("alice", aliceDN, 0)
	var text []byte
	for _, u := range utf16.Encode([]rune("Zoë 𝄞")) {
		text = append(text, byte(u), byte(u>>8))
	}
	for _, tt := range []struct {
		tag  mapi.PropTag
		data []byte
		want prop.Value
	}{
		{mapi.TagComment, text, prop.String("Zoë 𝄞")},
		{mapi.TagComment.WithType(mapi.PtypString8), text, prop.String("Zoë 𝄞")},
		{mapi.TagAdditionalRenEntryIdsEx, []byte("abc"), prop.Binary([]byte("abc"))},
	} {
		var id store.StageID
		err := w.store.Update(t.Context(), store.Scope{}, func(tx store.Tx) (err error) {
			if id, err = tx.NewStage(); err != nil {
				return err
			}
			return tx.WriteStage(id, 0, tt.data)
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := l.SetStaged(t.Context(), store.Staged{Tag: tt.tag, Stage: id}); err != nil {
			t.Fatalf("%v: %v", tt.tag, err)
		}
		v, err := l.Get(t.Context(), []mapi.PropTag{tt.tag})
		if err != nil || !v[0].Equal(tt.want) {
			t.Errorf("%v = %v, %v", tt.tag, v, err)
		}
		err = w.store.View(t.Context(), store.Scope{}, func(r store.Reader) error { _, err := r.OpenStage(id); return err })
		if err == nil {
			t.Errorf("%v: the stage is still there", tt.tag)
		}
	}
	if err := l.SetStaged(t.Context(), store.Staged{Tag: mapi.TagUserName}); err != mapi.ErrAccessDenied {
		t.Errorf("a read-only property: %v", err)
	}
}

// TestLogonQuotaProperties: [MS-OXCSTOR] 2.2.2.1.1.3 to 2.2.2.1.1.5, in KiB, and absent where there is no limit.
func TestLogonQuotaProperties(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(&seed.Seed{Users: []seed.User{
		{Name: "alice", Password: "x", Quota: &seed.Quota{Warning: 10, Send: 20, Receive: 30}}, {Name: "bob", Password: "x"},
	}}))
	tags := []mapi.PropTag{mapi.TagStorageQuotaLimit, mapi.TagProhibitSendQuota, mapi.TagProhibitReceiveQuota}
	v, err := w.logonOf("alice", aliceDN, 0).Get(t.Context(), tags)
	if err != nil || v[0].Int() != 10 || v[1].Int() != 20 || v[2].Int() != 30 {
		t.Errorf("alice: %v, %v", v, err)
	}
	v, err = w.logonOf("bob", bobDN, 0).Get(t.Context(), tags)
	for i := range tags {
		if err != nil || v[i].ErrorCode() != mapi.ErrNotFound {
			t.Errorf("bob: %v, %v", v, err)
		}
	}
}

// TestPitfall27QuotaIsNotAFullDisk: a mailbox does not grow beyond its hard limit. What is there can still be read, changed to something
// smaller and deleted, and then there is room again. The limit obeys the directory as it is now.
func TestPitfall27QuotaIsNotAFullDisk(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(&seed.Seed{Users: []seed.User{{Name: "alice", Password: "x", Quota: &seed.Quota{Warning: 10, Send: 40, Receive: 60}}}}))
	l := w.inbox()
	save := func(size int) mapi.ErrorCode {
		w.ok(
			&rop.CreateMessageRequest{InOut: inOut(0, 3), CodePageID: 0x0FFF, FolderID: l.FolderIDs[fidInbox]},
			&rop.SetPropertiesRequest{In: in(3), PropertyValues: []prop.Tagged{{Tag: 0x68130102, Value: prop.Binary(make([]byte, size))}}},
		)
		return w.code(&rop.SaveChangesMessageRequest{RespIn: rop.RespIn{ResponseHandleIndex: 3, InputHandleIndex: 3}, SaveFlags: mapi.SaveKeepOpenReadWrite})
	}
	if got := save(20 << 10); got != mapi.Success {
		t.Fatalf("within the limits: %v", got)
	}
	first := w.props(3, mapi.TagMid)[0].ObjectID()
	if got := save(24 << 10); got != mapi.Success {
		t.Fatalf("over the limit for sending, under the hard one: %v", got)
	}
	before := w.messagesOf(l.FolderIDs[fidInbox])
	if got := save(24 << 10); got != mapi.ErrShutoffQuota {
		t.Errorf("over the hard limit: %v", got)
	}
	if got := w.messagesOf(l.FolderIDs[fidInbox]); got != before {
		t.Errorf("%d messages became %d", before, got)
	}
	w.ok(&rop.HardDeleteMessagesRequest{In: in(1), MessageIDs: []mapi.ID{first}})
	if got := w.code(&rop.SaveChangesMessageRequest{RespIn: rop.RespIn{ResponseHandleIndex: 3, InputHandleIndex: 3}}); got != mapi.Success {
		t.Errorf("the same message once there is room: %v", got)
	}
	entry := *w.entry("alice")
	entry.Quota.Receive = 0
	if err := w.store.Update(t.Context(), store.Scope{Directory: true}, func(tx store.Tx) error { _, err := tx.PutEntry(entry); return err }); err != nil {
		t.Fatal(err)
	}
	if got := save(24 << 10); got != mapi.Success {
		t.Errorf("without a limit: %v", got)
	}
}
