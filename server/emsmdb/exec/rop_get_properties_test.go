package exec_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/exec"
)

func TestGetPropertiesSpecificMissing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	v := w.props(1, mapi.TagDisplayName, mapi.Tag(0x7FFE, mapi.PtypInteger32), mapi.TagDisplayName.WithType(mapi.PtypInteger32))
	if v[0].Str() != "Inbox" || v[1].ErrorCode() != mapi.ErrNotFound || v[2].ErrorCode() != mapi.ErrNotFound {
		t.Errorf("values = %v", v)
	}
}

func TestGetPropertiesSpecificStringTypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withCodePage(1252))
	w.open("Grüße aus Köln")
	for _, tt := range []struct {
		name    string
		tag     mapi.PropTag
		unicode uint16
		want    prop.Value
	}{
		{"Unicode", mapi.TagSubject, 0, prop.String("Grüße aus Köln")},
		{"EightBit", mapi.TagSubject.WithType(mapi.PtypString8), 1, prop.String8("Gr\xfc\xdfe aus K\xf6ln")},
		{"UntypedUnicode", mapi.TagSubject.WithType(mapi.PtypUnspecified), 1, prop.String("Grüße aus Köln")},
		{"UntypedEightBit", mapi.TagSubject.WithType(mapi.PtypUnspecified), 0, prop.String8("Gr\xfc\xdfe aus K\xf6ln")},
		{"UntypedInteger", mapi.TagImportance.WithType(mapi.PtypUnspecified), 1, prop.Int32(1)},
	} {
		r := one[*rop.GetPropertiesSpecificResponse](w, &rop.GetPropertiesSpecificRequest{
			In: in(3), WantUnicode: tt.unicode, PropertyTags: []mapi.PropTag{tt.tag},
		})
		if got := r.RowData.Values[0]; !got.Equal(tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestGetPropertiesSpecificNoTags(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.logOn()
	if got := w.code(&rop.GetPropertiesSpecificRequest{In: in(0)}); got != mapi.ErrInvalidParameter {
		t.Errorf("code = %v", got)
	}
}

// TestGetPropertiesSpecificTooLarge checks that a value too large for the answer gives way and the others stay.
func TestGetPropertiesSpecificTooLarge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("A long text")
	v := w.props(3, mapi.TagSubject, mapi.TagBody)
	if v[0].Str() != "A long text" || v[1].ErrorCode() != mapi.ErrMemory {
		t.Errorf("values = %v", v)
	}
	// The same in a small buffer, with values that would fit a large one.
	w.open("Many recipients")
	req := &rop.GetPropertiesSpecificRequest{In: in(3), WantUnicode: 1, PropertyTags: []mapi.PropTag{mapi.TagSubject, mapi.TagDisplayTo}}
	out, err := w.exec.Run(context.Background(), w.session, exec.Input{Payload: w.payload(req), Max: 100})
	if err != nil {
		t.Fatal(err)
	}
	row := w.decode(out[0], req)[0].(*rop.GetPropertiesSpecificResponse).RowData
	if row.Values[0].Str() != "Many recipients" || row.Values[1].ErrorCode() != mapi.ErrMemory {
		t.Errorf("values = %v", row.Values)
	}
}

func TestGetPropertiesSpecificSizeLimit(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]mapi.ErrorCode{"exchange2007": mapi.ErrMemory, "exchange2010-sp1": mapi.Success} {
		w := newWorld(t, withProfile(profile))
		w.open("Welcome to the demo organisation")
		r := one[*rop.GetPropertiesSpecificResponse](w, &rop.GetPropertiesSpecificRequest{
			In: in(3), PropertySizeLimit: 10, WantUnicode: 1, PropertyTags: []mapi.PropTag{mapi.TagSubject, mapi.TagImportance},
		})
		v := r.RowData.Values
		if got := v[0].ErrorCode(); v[0].Type() == mapi.PtypErrorCode && got != want || want == mapi.Success && v[0].Str() == "" {
			t.Errorf("%s: %v", profile, v)
		}
		if v[1].Int() != 1 {
			t.Errorf("%s: importance = %v", profile, v[1])
		}
	}
}

// TestMessageProperties checks what every message computes, [MS-OXCMSG] 2.2.1.
func TestMessageProperties(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("Three attachments")
	l := one[*rop.LogonResponse](w, logonRequest(aliceDN))
	w.open("Three attachments")
	mid := w.props(3, mapi.TagMid)[0].ObjectID()
	lt := func(id mapi.ID) prop.LongTermID {
		return prop.LongTermID{DatabaseGUID: l.ReplGUID, GlobalCounter: id.Counter()}
	}
	inbox := l.FolderIDs[fidInbox]
	for _, tt := range []struct {
		tag  mapi.PropTag
		want prop.Value
	}{
		{mapi.TagFolderId, prop.ID(inbox)},
		{mapi.TagEntryId, prop.Binary(msgprops.MessageEntryID{
			ProviderUID: l.MailboxGUID, Type: msgprops.EntryPrivateMessage, Folder: lt(inbox), Message: lt(mid),
		}.Bytes())},
		{mapi.TagParentEntryId, prop.Binary(msgprops.FolderEntryID{
			ProviderUID: l.MailboxGUID, Type: msgprops.EntryPrivateFolder, Folder: lt(inbox),
		}.Bytes())},
		{mapi.TagSourceKey, prop.Binary(msgprops.GID(lt(mid)))},
		{mapi.TagHasAttachments, prop.Bool(true)},
		{mapi.TagRead, prop.Bool(true)},
		{mapi.TagMessageClass, prop.String("IPM.Note")},
		{mapi.TagAssociated, prop.Bool(false)},
		{mapi.TagSubject, prop.String("Three attachments")},
		{mapi.TagRecordKey, prop.Error(mapi.ErrNotFound)},
		{mapi.TagObjectType, prop.Error(mapi.ErrNotFound)},
	} {
		if got := w.props(3, tt.tag)[0]; !got.Equal(tt.want) {
			t.Errorf("%v = %v, want %v", tt.tag, got, tt.want)
		}
	}
	v := w.props(3, mapi.TagMessageFlags, mapi.TagChangeKey, mapi.TagPredecessorChangeList, mapi.TagMessageSize, mapi.TagAccess)
	if flags := uint32(v[0].Bits()); flags&(mapi.MfHasAttach|mapi.MfRead) != mapi.MfHasAttach|mapi.MfRead || flags&mapi.MfFAI != 0 {
		t.Errorf("flags = %#x", flags)
	}
	if len(v[1].Bytes()) != 22 || v[2].Str() != "\x16"+v[1].Str() {
		t.Errorf("change key %x, predecessors %x", v[1].Bytes(), v[2].Bytes())
	}
	if v[3].Int() == 0 || v[4].Bits() != uint64(mapi.AccessModify|mapi.AccessRead|mapi.AccessDelete) {
		t.Errorf("size %v, access %v", v[3], v[4])
	}
}

func TestLogonProperties(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.logOn()
	entryID := prop.Binary(msgprops.AddressBookEntryID{DN: aliceDN}.Bytes())
	for _, tt := range []struct {
		tag  mapi.PropTag
		want prop.Value
	}{
		{mapi.TagMailboxOwnerEntryId, entryID},
		{mapi.TagMailboxOwnerName, prop.String("Alice Adams")},
		{mapi.TagUserEntryId, entryID},
		{mapi.TagUserName, prop.String("Alice Adams")},
		{mapi.TagStoreEntryId, prop.Binary(msgprops.MailboxStoreEntryID("EXCH01", aliceDN))},
		{mapi.TagCodePageId, prop.Int32(1252)},
		{mapi.TagLocaleId, prop.Int32(1033)},
		{mapi.TagSortLocaleId, prop.Int32(1033)},
		{mapi.TagOutOfOfficeState, prop.Bool(false)},
		{mapi.TagStoreState, prop.Int32(0)},
		{mapi.TagSerializedReplidGuidMap, prop.Binary(append([]byte{1, 0}, l.ReplGUID[:]...))},
		{mapi.TagProhibitSendQuota, prop.Error(mapi.ErrNotFound)},
		{mapi.TagIpmSubtreeEntryId, prop.Binary(msgprops.FolderEntryID{
			ProviderUID: l.MailboxGUID, Type: msgprops.EntryPrivateFolder,
			Folder: prop.LongTermID{DatabaseGUID: l.ReplGUID, GlobalCounter: l.FolderIDs[fidIPM].Counter()},
		}.Bytes())},
	} {
		if got := w.props(0, tt.tag)[0]; !got.Equal(tt.want) {
			t.Errorf("%v = %v, want %v", tt.tag, got, tt.want)
		}
	}
	if v := w.props(0, mapi.TagContentCount, mapi.TagMessageSizeExtended); v[0].Int() < 25 || v[1].Int() == 0 {
		t.Errorf("count and size = %v", v)
	}
}

func TestUserEntryIDIsNotReadIn2007(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withProfile("exchange2007"))
	w.logOn()
	if v := w.props(0, mapi.TagUserEntryId)[0]; v.ErrorCode() != mapi.ErrNotFound {
		t.Errorf("value = %v", v)
	}
}

func TestGetPropertiesListAndAllAgree(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("Minutes of the meeting")
	one[*rop.OpenAttachmentResponse](w, &rop.OpenAttachmentRequest{InOut: inOut(3, 4)})
	for index, must := range map[uint8][]mapi.PropTag{
		0: {mapi.TagMailboxOwnerName, mapi.TagMessageSize},
		1: {mapi.TagDisplayName, mapi.TagContentCount, mapi.TagEntryId},
		3: {mapi.TagSubject, mapi.TagBody, mapi.TagMessageFlags, mapi.TagEntryId, mapi.TagHasAttachments},
		4: {mapi.TagAttachNumber, mapi.TagAttachSize, mapi.TagAttachMethod, mapi.TagAttachDataBinary, mapi.TagAttachLongFilename},
	} {
		list := one[*rop.GetPropertiesListResponse](w, &rop.GetPropertiesListRequest{In: in(index)}).PropertyTags
		all := one[*rop.GetPropertiesAllResponse](w, &rop.GetPropertiesAllRequest{In: in(index), WantUnicode: 1}).PropertyValues
		if len(all) != len(list) {
			t.Errorf("object %d: %d tags, %d values", index, len(list), len(all))
		}
		if !slices.IsSorted(list) {
			t.Errorf("object %d: tags are not sorted", index)
		}
		for _, tag := range must {
			if !slices.Contains(list, tag) {
				t.Errorf("object %d: %v is not listed", index, tag)
			}
		}
		for _, v := range all {
			if v.Value.IsZero() {
				t.Errorf("object %d: %v has no value", index, v.Tag)
			}
		}
	}
}

func TestGetPropertiesAllEightBit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("Grüße aus Köln")
	for _, v := range one[*rop.GetPropertiesAllResponse](w, &rop.GetPropertiesAllRequest{In: in(3)}).PropertyValues {
		if v.Tag.ID() == mapi.TagSubject.ID() && v.Value.Str() != "Gr\xfc\xdfe aus K\xf6ln" {
			t.Errorf("subject = %q", v.Value.Str())
		}
		if v.Tag.Type() == mapi.PtypString {
			t.Errorf("%v is Unicode", v.Tag)
		}
	}
}

func TestGetPropertiesOfATable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	w.contents(mapi.TagMid)
	for _, req := range []rop.Request{
		&rop.GetPropertiesSpecificRequest{In: in(2), PropertyTags: []mapi.PropTag{mapi.TagMid}},
		&rop.GetPropertiesAllRequest{In: in(2)},
		&rop.GetPropertiesListRequest{In: in(2)},
	} {
		if got := w.code(req); got != mapi.ErrNoSupport {
			t.Errorf("%T: %v", req, got)
		}
	}
}

func TestNativeBody(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]map[string]prop.Value{
		"exchange2010-sp1": {
			"Welcome to the demo organisation": prop.Uint32(mapi.NativeBodyPlainText),
			"HTML without a plain text":        prop.Uint32(mapi.NativeBodyHTML),
			"No text at all":                   prop.Uint32(mapi.NativeBodyUndefined),
		},
		"exchange2007": {"Welcome to the demo organisation": prop.Error(mapi.ErrNotFound)},
	} {
		w := newWorld(t, withProfile(profile))
		for subject, v := range want {
			w.open(subject)
			got := w.props(3, mapi.TagNativeBody)[0]
			if strings.HasPrefix(subject, "No") && got.Type() == mapi.PtypInteger32 && got.Bits() == uint64(mapi.NativeBodyPlainText) {
				continue // an empty plain text is stored
			}
			if !got.Equal(v) {
				t.Errorf("%s, %q: %v, want %v", profile, subject, got, v)
			}
		}
	}
}
