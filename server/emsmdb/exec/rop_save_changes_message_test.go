package exec_test

import (
	"strings"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

// TestSaveChangesMessage: what is saved is there for everybody, whole, under the MID that the response tells,
// [MS-OXCMSG] 3.2.5.3.
func TestSaveChangesMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.created(text(mapi.TagSubject, "RE: Hello"), text(mapi.TagBody, "Hi there"), number(mapi.TagImportance, 2))
	tags := []mapi.PropTag{
		mapi.TagMid, mapi.TagSubject, mapi.TagSubjectPrefix, mapi.TagNormalizedSubject, mapi.TagBody, mapi.TagImportance,
		mapi.TagConversationTopic, mapi.TagMessageFlags, mapi.TagLastModifierName, mapi.TagCreatorName,
	}
	want := []prop.Value{
		prop.ID(id), prop.String("RE: Hello"), prop.String("RE: "), prop.String("Hello"), prop.String("Hi there"), prop.Int32(2),
		prop.String("Hello"), prop.Uint32(mapi.MfRead | mapi.MfEverRead | mapi.MfUnsent | mapi.MfUnmodified), prop.String("Alice Adams"), prop.String("Alice Adams"),
	}
	other := w.with("alice")
	other.logOn()
	other.openAt(3, id, mapi.OpenModeReadOnly)
	for name, at := range map[string]*world{"same handle": w, "other session": other} {
		for i, v := range at.props(3, tags...) {
			if !v.Equal(want[i]) {
				t.Errorf("%s: %v = %v, want %v", name, tags[i], v, want[i])
			}
		}
	}
}

// TestSaveChangesMessageComputes: what the server sets at a save, [MS-OXCMSG] 3.2.5.3 and 2.2.1.
func TestSaveChangesMessageComputes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.created(text(mapi.TagSubject, "Hello"))
	v := w.props(3, mapi.TagEntryId, mapi.TagSourceKey, mapi.TagChangeKey, mapi.TagPredecessorChangeList, mapi.TagMessageSize, mapi.TagLocalCommitTime,
		mapi.TagInternetCodepage, mapi.TagMessageLocaleId, mapi.TagMessageCodepage, mapi.TagConversationId, mapi.TagHasNamedProperties)
	for i, size := range []int{70, 22, 22, 23} {
		if len(v[i].Bytes()) != size {
			t.Errorf("id %d has %d bytes", i, len(v[i].Bytes()))
		}
	}
	if v[4].Int() <= 0 || v[5].FileTime() != mapi.NewFileTime(epoch) {
		t.Errorf("size %v, commit time %v", v[4], v[5])
	}
	if v[6].Int() != 28591 || v[7].Int() != 1033 || v[8].Int() != 1252 || len(v[9].Bytes()) != 16 || v[10].Bool() {
		t.Errorf("properties = %v", v[6:])
	}
	key, size := v[2], v[4].Int()
	w.set(3, text(mapi.TagBody, "a longer text than none"), text(mapi.Tag(w.named("Colour"), mapi.PtypString), "red"))
	w.save(3)
	v = w.props(3, mapi.TagChangeKey, mapi.TagMessageSize, mapi.TagHasNamedProperties)
	if v[0].Equal(key) || v[1].Int() <= size || !v[2].Bool() {
		t.Errorf("after a change: %v", v)
	}
}

// named returns the id of a named property of the logon at index 0.
func (w *world) named(name string) uint16 {
	w.t.Helper()
	return one[*rop.GetPropertyIdsFromNamesResponse](w, &rop.GetPropertyIdsFromNamesRequest{
		In: in(0), Flags: 2, PropertyNames: []prop.Name{{Kind: prop.NameString, GUID: mapi.PsPublicStrings, Text: name}},
	}).PropertyIDs[0]
}

// TestSaveChangesMessageConflict is difference M22: a save after another handle's, [MS-OXCMSG] 3.2.5.3 <25>.
func TestSaveChangesMessageConflict(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		profile string
		flags   uint8
		want    mapi.ErrorCode
		body    string
	}{
		{"exchange2007", mapi.SaveKeepOpenReadWrite, mapi.ErrObjectModified, "first"},
		{"exchange2007", mapi.SaveForce, mapi.ErrObjectModified, "first"}, // there the flag is 0x0C
		{"exchange2007", 0x0C, mapi.Success, "second"},
		{"exchange2010-sp1", mapi.SaveKeepOpenReadWrite, mapi.Success, "first"}, // it succeeds, and nothing is saved
		{"exchange2010-sp1", 0, mapi.Success, "first"},
		{"exchange2010-sp1", mapi.SaveForce, mapi.Success, "second"},
		{"exchange2016", mapi.SaveForce, mapi.Success, "second"},
	} {
		w := newWorld(t, withProfile(tt.profile))
		id := w.created(text(mapi.TagBody, "new"))
		w.openAt(3, id, mapi.OpenModeReadWrite)
		w.openAt(4, id, mapi.OpenModeReadWrite)
		w.set(3, text(mapi.TagBody, "first"))
		w.set(4, text(mapi.TagBody, "second"))
		if got := w.props(3, mapi.TagBody)[0].Str(); got != "first" {
			t.Errorf("%s: the other handle's change shows: %q", tt.profile, got)
		}
		w.save(3)
		if got := w.code(saveRequest(4, tt.flags)); got != tt.want {
			t.Errorf("%s, flags %#x: %v, want %v", tt.profile, tt.flags, got, tt.want)
		}
		w.openAt(5, id, mapi.OpenModeReadOnly)
		if got := w.props(5, mapi.TagBody)[0].Str(); got != tt.body {
			t.Errorf("%s, flags %#x: %q is saved, want %q", tt.profile, tt.flags, got, tt.body)
		}
	}
}

// TestSaveChangesMessageConflictKeepsChanges: a save that fails leaves the handle as it was, so that the client can
// force it.
func TestSaveChangesMessageConflictKeepsChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withProfile("exchange2007"))
	id := w.created(text(mapi.TagBody, "new"))
	w.openAt(4, id, mapi.OpenModeReadWrite)
	w.set(3, text(mapi.TagBody, "first"))
	w.set(4, text(mapi.TagBody, "second"))
	w.save(3)
	for range 2 {
		if got := w.code(saveRequest(4, mapi.SaveKeepOpenReadOnly)); got != mapi.ErrObjectModified {
			t.Fatalf("save: %v", got)
		}
	}
	v := w.props(4, mapi.TagBody, mapi.TagAccessLevel, mapi.TagSubject)
	if v[0].Str() != "second" || v[1].Int() != 1 || v[2].Type() != mapi.PtypErrorCode {
		t.Errorf("handle = %v", v)
	}
	if got := w.code(saveRequest(4, 0x0C)); got != mapi.Success {
		t.Fatalf("forced: %v", got)
	}
	w.set(4, text(mapi.TagBody, "third"))
	w.save(4) // the forced save was this handle's own
	if got := w.code(saveRequest(3, 0)); got != mapi.ErrObjectModified {
		t.Errorf("the other handle: %v", got)
	}
}

// TestSaveChangesMessageReadFlagIsNoConflict: marking a message as read is no change of it, [MS-OXCMSG] 3.2.5.11.
func TestSaveChangesMessageReadFlagIsNoConflict(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withProfile("exchange2007"))
	id := w.created(text(mapi.TagBody, "new"))
	w.openAt(4, id, mapi.OpenModeReadWrite)
	one[*rop.SetMessageReadFlagResponse](w, &rop.SetMessageReadFlagRequest{
		RespIn: rop.RespIn{ResponseHandleIndex: 1, InputHandleIndex: 4}, ReadFlags: mapi.ReadFlagClearReadFlag | mapi.ReadFlagSuppressReceipt,
	})
	w.set(3, text(mapi.TagBody, "changed"))
	w.save(3)
	if got := uint32(w.props(3, mapi.TagMessageFlags)[0].Bits()); got&mapi.MfRead != 0 {
		t.Errorf("flags %#x: the save undid the read state", got)
	}
}

// TestSaveChangesMessageAccessLevel: SaveFlags say what becomes of the access, [MS-OXCMSG] 2.2.3.3.1 <13>.
func TestSaveChangesMessageAccessLevel(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		profile string
		flags   uint8
		level   int64
		again   mapi.ErrorCode // of a further save
	}{
		{"exchange2007", mapi.SaveKeepOpenReadOnly, 0, mapi.Success},
		{"exchange2007", 0x09, 0, mapi.Success},
		{"exchange2007", mapi.SaveKeepOpenReadWrite, 1, mapi.Success},
		{"exchange2007", 0x0A, 1, mapi.Success},
		{"exchange2010-sp1", mapi.SaveKeepOpenReadOnly, 1, mapi.Success},
		{"exchange2010-sp1", mapi.SaveForce, 1, mapi.Success},
		{"exchange2010-sp1", 0, 1, mapi.Success},
		{"exchange2010-sp1", 0xF0, 1, mapi.Success}, // other bits are ignored
	} {
		w := newWorld(t, withProfile(tt.profile))
		w.create()
		if got := w.code(saveRequest(3, tt.flags)); got != mapi.Success {
			t.Errorf("%s, flags %#x: %v", tt.profile, tt.flags, got)
		}
		if got := w.props(3, mapi.TagAccessLevel)[0].Int(); got != tt.level {
			t.Errorf("%s, flags %#x: level %d, want %d", tt.profile, tt.flags, got, tt.level)
		}
		if got := w.code(saveRequest(3, tt.flags)); got != tt.again {
			t.Errorf("%s, flags %#x, again: %v", tt.profile, tt.flags, got)
		}
	}
}

// TestSaveChangesMessageReadOnly is difference M24: saving what was opened for reading, [MS-OXCMSG] 3.2.5.3 <27>.
func TestSaveChangesMessageReadOnly(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]mapi.ErrorCode{
		"exchange2007": mapi.Success, "exchange2013": mapi.ErrGeneralFailure, "exchange2016": mapi.Success,
	} {
		w := newWorld(t, withProfile(profile))
		id := w.created(text(mapi.TagBody, "new"))
		w.openAt(4, id, mapi.OpenModeReadOnly)
		if got := w.code(&rop.SetPropertiesRequest{In: in(4), PropertyValues: []prop.Tagged{text(mapi.TagBody, "changed")}}); got != mapi.ErrAccessDenied {
			t.Errorf("%s: setting a property: %v", profile, got)
		}
		if got := w.code(saveRequest(4, 0)); got != want {
			t.Errorf("%s: %v, want %v", profile, got, want)
		}
		if got := w.props(3, mapi.TagBody)[0].Str(); got != "new" {
			t.Errorf("%s: body %q", profile, got)
		}
	}
}

// TestSaveChangesMessageReadOnlyProperties is difference M23: pending changes of what clients may only read,
// [MS-OXCMSG] 3.2.5.3 <26>.
func TestSaveChangesMessageReadOnlyProperties(t *testing.T) {
	t.Parallel()
	long := prop.Time(mapi.NewFileTime(epoch.Add(-time.Hour)))
	for _, p := range []prop.Tagged{
		{Tag: mapi.TagHasAttachments, Value: prop.Bool(true)},
		number(mapi.TagMessageSize, 0),
		number(mapi.TagAccess, 1),
		number(mapi.TagAccessLevel, 0),
		number(mapi.TagObjectType, 5),
		{Tag: mapi.TagRecordKey, Value: prop.Binary([]byte{1})},
		number(mapi.TagMessageStatus, 0x1000),
		{Tag: mapi.TagCreationTime, Value: long},
		{Tag: mapi.TagLastModificationTime, Value: long},
		number(mapi.TagMessageFlags, mapi.MfRead),
		number(mapi.TagMessageFlags, mapi.MfSubmitted),
	} {
		for profile, want := range map[string]mapi.ErrorCode{"exchange2007": mapi.Success, "exchange2010-sp1": mapi.ErrGeneralFailure} {
			w := newWorld(t, withProfile(profile))
			w.created()
			before := w.props(3, p.Tag)[0]
			if problems := w.set(3, p); len(problems) != 0 {
				t.Errorf("%s, %v: %v", profile, p.Tag, problems)
			}
			if got := w.code(saveRequest(3, mapi.SaveKeepOpenReadWrite)); got != want {
				t.Errorf("%s, %v: %v, want %v", profile, p.Tag, got, want)
			}
			if got := w.props(3, p.Tag)[0]; !got.Equal(before) && p.Tag != mapi.TagMessageSize && p.Tag != mapi.TagMessageFlags {
				t.Errorf("%s: %v = %v, was %v", profile, p.Tag, got, before)
			}
		}
	}
}

// TestSaveChangesMessageFlags: which flags are the client's before the first save, [MS-OXCMSG] 2.2.1.6.
func TestSaveChangesMessageFlags(t *testing.T) {
	t.Parallel()
	const all = 0xFFFFFFFF
	for _, tt := range []struct {
		profile   string
		set, want uint32
	}{
		{"exchange2010-sp1", all, mapi.MfRead | mapi.MfEverRead | mapi.MfUnsent | mapi.MfResend | mapi.MfUnmodified},
		{"exchange2007", all, mapi.MfRead | mapi.MfUnsent | mapi.MfResend | mapi.MfUnmodified},
		{"exchange2010-sp1", 0, mapi.MfUnmodified},
		{"exchange2010-sp1", mapi.MfRead, mapi.MfRead | mapi.MfEverRead | mapi.MfUnmodified},
		{"exchange2010-sp1", mapi.MfSubmitted | mapi.MfFAI, mapi.MfUnmodified},
	} {
		w := newWorld(t, withProfile(tt.profile))
		w.created(number(mapi.TagMessageFlags, tt.set))
		if got := uint32(w.props(3, mapi.TagMessageFlags)[0].Bits()); got != tt.want {
			t.Errorf("%s, %#x: flags %#x, want %#x", tt.profile, tt.set, got, tt.want)
		}
		w.set(3, text(mapi.TagBody, "changed"))
		w.save(3)
		if got := uint32(w.props(3, mapi.TagMessageFlags)[0].Bits()); got != tt.want&^mapi.MfUnmodified {
			t.Errorf("%s, %#x: flags %#x after a change", tt.profile, tt.set, got)
		}
	}
}

// TestSaveChangesMessagePendingReceipts: what a sender asked for waits in the flags of a message that is not the
// user's own draft, [MS-OXCMSG] 2.2.1.6.
func TestSaveChangesMessagePendingReceipts(t *testing.T) {
	t.Parallel()
	yes := prop.Bool(true)
	for flags, want := range map[uint32]uint32{0: mapi.MfNotifyRead | mapi.MfNotifyUnread, mapi.MfUnsent: 0, mapi.MfRead: 0} {
		w := newWorld(t)
		w.created(number(mapi.TagMessageFlags, flags), prop.Tagged{Tag: mapi.TagReadReceiptRequested, Value: yes},
			prop.Tagged{Tag: mapi.TagNonReceiptNotificationRequested, Value: yes})
		if got := uint32(w.props(3, mapi.TagMessageFlags)[0].Bits()) & (mapi.MfNotifyRead | mapi.MfNotifyUnread); got != want {
			t.Errorf("flags %#x: %#x is pending, want %#x", flags, got, want)
		}
	}
}

// TestSaveChangesMessageOfOthers: what is no message can't be saved as one.
func TestSaveChangesMessageOfOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	w.contents(mapi.TagMid)
	for index := range uint8(3) {
		if got := w.code(saveRequest(index, 0)); got != mapi.ErrNoSupport {
			t.Errorf("object %d: %v", index, got)
		}
	}
}

// TestSaveChangesMessageSubject: prefix and normalized subject follow the subject, and show before the save,
// [MS-OXCMSG] 2.2.1.46.
func TestSaveChangesMessageSubject(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create()
	for _, tt := range []struct {
		name                  string
		set                   []prop.Tagged
		subject, prefix, rest string
	}{
		{"Subject", []prop.Tagged{text(mapi.TagSubject, "RE: Budget")}, "RE: Budget", "RE: ", "Budget"},
		{"OtherSubject", []prop.Tagged{text(mapi.TagSubject, "Lunch")}, "Lunch", "", "Lunch"},
		{"Parts", []prop.Tagged{text(mapi.TagSubjectPrefix, "FW: "), text(mapi.TagNormalizedSubject, "Dinner")}, "FW: Dinner", "FW: ", "Dinner"},
	} {
		w.set(3, tt.set...)
		for _, when := range []string{"before", "after"} {
			v := w.props(3, mapi.TagSubject, mapi.TagSubjectPrefix, mapi.TagNormalizedSubject)
			if v[0].Str() != tt.subject || v[1].Str() != tt.prefix || v[2].Str() != tt.rest {
				t.Errorf("%s, %s the save: %v", tt.name, when, v)
			}
			w.save(3)
		}
		r := one[*rop.ReloadCachedInformationResponse](w, &rop.ReloadCachedInformationRequest{In: in(3)})
		if r.SubjectPrefix.Text != tt.prefix || r.NormalizedSubject.Text != tt.rest {
			t.Errorf("%s: told as %q and %q", tt.name, r.SubjectPrefix.Text, r.NormalizedSubject.Text)
		}
	}
}

// TestSaveChangesMessageIsATransaction: changes of one handle do not show in another before they are saved.
func TestSaveChangesMessageIsATransaction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.created(text(mapi.TagSubject, "old"))
	w.openAt(4, id, mapi.OpenModeReadWrite)
	w.set(3, text(mapi.TagSubject, "new"), number(mapi.TagImportance, 0))
	one[*rop.DeletePropertiesResponse](w, &rop.DeletePropertiesRequest{In: in(3), PropertyTags: []mapi.PropTag{mapi.TagSensitivity}})
	if v := w.props(4, mapi.TagSubject, mapi.TagImportance, mapi.TagSensitivity); v[0].Str() != "old" || v[1].Int() != 1 || v[2].Int() != 0 || v[2].Type() != mapi.PtypInteger32 {
		t.Errorf("the other handle has %v", v)
	}
	w.contents(mapi.TagMid, mapi.TagSubject)
	for _, row := range w.rows(1000).Rows {
		if row.Values[1].Str() == "new" {
			t.Error("the folder shows what is not saved")
		}
	}
	w.save(3)
	if v := w.props(4, mapi.TagSubject, mapi.TagSensitivity); v[0].Str() != "new" || v[1].Type() != mapi.PtypErrorCode {
		t.Errorf("the other handle has %v after the save", v)
	}
}

// TestSaveChangesMessageDeleted: a message that is gone can't be saved or looked at any more.
func TestSaveChangesMessageDeleted(t *testing.T) {
	t.Parallel()
	for _, hard := range []bool{true, false} {
		w := newWorld(t)
		id := w.created(text(mapi.TagBody, "new"))
		w.set(3, text(mapi.TagBody, "changed"))
		w.change("alice", func(tx store.Tx) error { return tx.DeleteMessage(store.MessageID(id.Counter()), hard) })
		for _, flags := range []uint8{0, mapi.SaveForce} {
			if got := w.code(saveRequest(3, flags)); got != mapi.ErrObjectDeleted {
				t.Errorf("hard %v, flags %d: %v", hard, flags, got)
			}
		}
		if got := w.code(&rop.GetPropertiesListRequest{In: in(3)}); got != mapi.ErrObjectDeleted {
			t.Errorf("hard %v, properties: %v", hard, got)
		}
	}
}

// TestSaveChangesMessageMoved: a moved message is another one.
func TestSaveChangesMessageMoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.created(text(mapi.TagBody, "new"))
	outbox := w.logOn().FolderIDs[5]
	w.openAt(3, id, mapi.OpenModeReadWrite)
	w.change("alice", func(tx store.Tx) error {
		_, err := tx.MoveMessage(store.MessageID(id.Counter()), store.FolderID(outbox.Counter()))
		return err
	})
	w.set(3, text(mapi.TagBody, "changed"))
	if got := w.code(saveRequest(3, mapi.SaveForce)); got != mapi.ErrObjectDeleted {
		t.Errorf("save: %v", got)
	}
}

// TestSaveChangesMessageFolderGone: the folder of a new message was deleted meanwhile.
func TestSaveChangesMessageFolderGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	w.makeFolder(1, 2, "Short-lived")
	fid := w.props(2, mapi.TagFolderId)[0].ObjectID()
	one[*rop.CreateMessageResponse](w, &rop.CreateMessageRequest{InOut: inOut(2, 3), CodePageID: 0x0FFF, FolderID: fid})
	w.change("alice", func(tx store.Tx) error { return tx.DeleteFolder(store.FolderID(fid.Counter()), true) })
	if got := w.code(saveRequest(3, 0)); got != mapi.ErrNotFound {
		t.Errorf("save: %v", got)
	}
	if got := w.props(3, mapi.TagMessageClass)[0].Str(); got != "IPM.Note" {
		t.Errorf("the message is gone with it: class %q", got)
	}
}

// TestDeletedMessageUnderItsHandles: every handle of a message that is gone says so.
func TestDeletedMessageUnderItsHandles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create()
	w.attach(4)
	w.embed(4, 5, mapi.OpenModeCreate)
	w.save(5)
	w.saveAttachment(4)
	id := w.save(3)
	one[*rop.GetAttachmentTableResponse](w, &rop.GetAttachmentTableRequest{InOut: inOut(3, 2)})
	w.change("alice", func(tx store.Tx) error { return tx.DeleteMessage(store.MessageID(id.Counter()), true) })
	for _, req := range []rop.Request{
		&rop.GetPropertiesListRequest{In: in(3)},
		&rop.GetPropertiesSpecificRequest{In: in(3), PropertyTags: []mapi.PropTag{mapi.TagSubject}},
		&rop.GetPropertiesListRequest{In: in(4)},
		&rop.GetPropertiesSpecificRequest{In: in(4), PropertyTags: []mapi.PropTag{mapi.TagAttachLongFilename}},
		&rop.GetPropertiesListRequest{In: in(5)},
		&rop.GetPropertiesSpecificRequest{In: in(5), PropertyTags: []mapi.PropTag{mapi.TagSubject}},
		&rop.ReadRecipientsRequest{In: in(3)},
		&rop.ReloadCachedInformationRequest{In: in(3)},
		&rop.ModifyRecipientsRequest{In: in(3), RecipientRows: []rop.ModifyRecipientRow{to(1, "Ann")}},
		&rop.OpenAttachmentRequest{InOut: inOut(3, 6)},
		&rop.CreateAttachmentRequest{InOut: inOut(3, 6)},
		&rop.DeleteAttachmentRequest{In: in(3)},
		&rop.SetMessageReadFlagRequest{RespIn: rop.RespIn{ResponseHandleIndex: 1, InputHandleIndex: 3}},
		saveRequest(3, mapi.SaveForce),
	} {
		if got := w.code(req); got != mapi.ErrObjectDeleted {
			t.Errorf("%T on object %d: %v", req, req.Header().Input, got)
		}
	}
	if got := w.code(openRequest(3, id, mapi.OpenModeReadOnly)); got != mapi.ErrNotFound {
		t.Errorf("opening it: %v", got)
	}
}

// TestOpenMessageInAnotherFolder: a folder opens the messages that are in it, [MS-OXCMSG] 3.2.5.1.
func TestOpenMessageInAnotherFolder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.created()
	l := w.logOn()
	for i, want := range map[int]mapi.ErrorCode{fidInbox: mapi.Success, 5: mapi.ErrNotFound, fidRoot: mapi.ErrNotFound} {
		req := openRequest(3, id, mapi.OpenModeReadOnly)
		req.FolderID = l.FolderIDs[i]
		if got := w.code(req); got != want {
			t.Errorf("folder %d of the logon: %v, want %v", i, got, want)
		}
	}
	for name, req := range map[string]*rop.OpenMessageRequest{
		"UnknownMessage": openRequest(3, mapi.NewID(1, 0xFFFFFF), 0), "ZeroMessage": openRequest(3, 0, 0), "OtherReplica": openRequest(3, mapi.NewID(9, id.Counter()), 0),
	} {
		if got := w.code(req); got != mapi.ErrNotFound {
			t.Errorf("%s: %v", name, got)
		}
	}
	// Bits of the mode without a meaning are ignored.
	w.openAt(3, id, 0xF8|mapi.OpenModeReadWrite)
}

// TestMessageClassOfAnyLength checks difference M28: that classes should have less than 128 characters is a rule for
// clients, [MS-OXCMSG] 2.2.1.3. What they set is what they read; rows have the first 255 characters, as of any text.
func TestMessageClassOfAnyLength(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"exchange2003", "exchange2010-sp1", "exchange2016"} {
		w := newWorld(t, withProfile(profile))
		for _, n := range []int{127, 128, 255, 256} {
			class := "IPM." + strings.Repeat("x", n-4)
			id := w.created(text(mapi.TagMessageClass, class))
			w.openAt(5, id, mapi.OpenModeReadOnly)
			if got := w.props(5, mapi.TagMessageClass)[0].Str(); got != class {
				t.Errorf("%s: class of %d characters: %q", profile, n, got)
			}
			if row := w.listed(1, 0, mapi.TagMessageClass)[id]; row == nil || row[0].Str() != class[:min(n, 255)] {
				t.Errorf("%s: row of a class of %d characters: %v", profile, n, row)
			}
		}
	}
}
