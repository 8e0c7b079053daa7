package exec_test

import (
	"slices"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
)

// set sets properties of the object at an index and returns the problems.
func (w *world) set(index uint8, props ...prop.Tagged) []prop.Problem {
	w.t.Helper()
	return one[*rop.SetPropertiesResponse](w, &rop.SetPropertiesRequest{In: in(index), PropertyValues: props}).PropertyProblems
}

// tagged is a value under a tag of its type.
func tagged(id uint16, v prop.Value) prop.Tagged {
	return prop.Tagged{Tag: mapi.Tag(id, v.Type()), Value: v}
}

// everyType has one value of each property type that can be stored, [MS-OXCDATA] 2.11.1.
func everyType() (props []prop.Tagged) {
	g1, g2 := mapi.MustGUID("00112233-4455-6677-8899-aabbccddeeff"), mapi.PsInternetHeaders
	for i, v := range []prop.Value{
		prop.Int16(-2), prop.Int32(-3), prop.Float32(1.5), prop.Float64(-2.25), prop.Currency(123456), prop.FloatingTime(36526.5),
		prop.Bool(true), prop.Int64(-1 << 62), prop.String("Grüße 🎉"), prop.Time(0x01C000000000000), prop.GUID(g1),
		prop.ServerID([]byte{1, 2, 3}), prop.Binary([]byte{0, 1, 0xFF}), prop.Binary(nil), prop.String(""),
		prop.Multi(mapi.PtypMultiInteger16, []int16{1, -1}), prop.Multi(mapi.PtypMultiInteger32, []int32{1, -1, 7}),
		prop.Multi(mapi.PtypMultiFloating32, []float32{1.5}), prop.Multi(mapi.PtypMultiFloating64, []float64{1.5, -1}),
		prop.Multi(mapi.PtypMultiCurrency, []int64{5}), prop.Multi(mapi.PtypMultiFloatingTime, []float64{2}),
		prop.Multi(mapi.PtypMultiInteger64, []int64{1 << 40}), prop.Multi(mapi.PtypMultiString, []string{"a", "", "ü"}),
		prop.Multi(mapi.PtypMultiTime, []mapi.FileTime{9}), prop.Multi(mapi.PtypMultiGuid, []mapi.GUID{g1, g2}),
		prop.Multi(mapi.PtypMultiBinary, []string{"", "\x00\x01"}),
	} {
		props = append(props, tagged(uint16(0x6800+i), v))
	}
	return props
}

// TestSetPropertiesOfEveryType: what is set can be read through the same handle at once, [MS-OXCPRPT] 3.2.5.4.
func TestSetPropertiesOfEveryType(t *testing.T) {
	t.Parallel()
	props := everyType()
	tags := make([]mapi.PropTag, len(props))
	for i := range props {
		tags[i] = props[i].Tag
	}
	w := newWorld(t)
	w.open("Three attachments")
	one[*rop.OpenAttachmentResponse](w, &rop.OpenAttachmentRequest{InOut: inOut(3, 4), OpenAttachmentFlags: mapi.OpenModeReadWrite})
	for index, name := range map[uint8]string{0: "logon", 1: "folder", 3: "message", 4: "attachment"} {
		if problems := w.set(index, props...); len(problems) != 0 {
			t.Errorf("%s: %v", name, problems)
		}
		for i, v := range w.props(index, tags...) {
			if !v.Equal(props[i].Value) {
				t.Errorf("%s: %v = %v, want %v", name, tags[i], v, props[i].Value)
			}
		}
		list := one[*rop.GetPropertiesListResponse](w, &rop.GetPropertiesListRequest{In: in(index)}).PropertyTags
		for _, tag := range tags {
			if !slices.Contains(list, tag) {
				t.Errorf("%s: %v is not listed", name, tag)
			}
		}
	}
	// Folders and logons keep it for everybody; a message does not before it is saved.
	w.logOn()
	w.open("Three attachments")
	for index, want := range map[uint8]prop.Value{0: props[0].Value, 1: props[0].Value, 3: prop.Error(mapi.ErrNotFound)} {
		if got := w.props(index, tags[0])[0]; !got.Equal(want) {
			t.Errorf("object %d opened again: %v, want %v", index, got, want)
		}
	}
}

// TestSetPropertiesNoReplicate: as RopSetProperties, [MS-OXCPRPT] 2.2.6.
func TestSetPropertiesNoReplicate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("Budget 2026")
	for _, index := range []uint8{0, 1, 3} {
		req := &rop.SetPropertiesNoReplicateRequest{In: in(index), PropertyValues: []prop.Tagged{
			tagged(0x6800, prop.Int32(5)), {Tag: mapi.TagStoreRecordKey, Value: prop.Binary([]byte{1})},
		}}
		got := one[*rop.SetPropertiesNoReplicateResponse](w, req).PropertyProblems
		if len(got) != 1 || got[0].Index != 1 || got[0].Tag != mapi.TagStoreRecordKey {
			t.Errorf("object %d: problems %v", index, got)
		}
		if v := w.props(index, mapi.Tag(0x6800, mapi.PtypInteger32))[0]; v.Int() != 5 {
			t.Errorf("object %d: %v", index, v)
		}
		del := one[*rop.DeletePropertiesNoReplicateResponse](w, &rop.DeletePropertiesNoReplicateRequest{
			In: in(index), PropertyTags: []mapi.PropTag{mapi.Tag(0x6800, mapi.PtypInteger32), mapi.TagStoreRecordKey},
		}).PropertyProblems
		if len(del) != 1 || del[0].Index != 1 {
			t.Errorf("object %d: problems of deleting %v", index, del)
		}
		if v := w.props(index, mapi.Tag(0x6800, mapi.PtypInteger32))[0]; v.ErrorCode() != mapi.ErrNotFound {
			t.Errorf("object %d after deleting: %v", index, v)
		}
	}
}

// TestSetPropertiesProblems: each refused property by its place in the request, its tag as it was sent and a code; the
// others are set, [MS-OXCDATA] 2.7.
func TestSetPropertiesProblems(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("Budget 2026")
	for _, tt := range []struct {
		name  string
		index uint8
		props []prop.Tagged
		want  []prop.Problem
	}{
		{"Message", 3, []prop.Tagged{
			tagged(0x6800, prop.Int32(1)), {Tag: mapi.TagEntryId, Value: prop.Binary([]byte{1})}, tagged(0x6801, prop.Int32(2)),
			{Tag: mapi.TagMid, Value: prop.Int64(1)}, tagged(0x6802, prop.Object()),
		}, []prop.Problem{{Index: 1, Tag: mapi.TagEntryId, Code: mapi.ErrComputed}, {Index: 3, Tag: mapi.TagMid, Code: mapi.ErrComputed}, {Index: 4, Tag: 0x6802000D, Code: mapi.ErrInvalidType}}},
		{"Folder", 1, []prop.Tagged{
			{Tag: mapi.TagContentCount, Value: prop.Int32(7)}, tagged(0x6800, prop.Int32(1)),
		}, []prop.Problem{{Index: 0, Tag: mapi.TagContentCount, Code: mapi.ErrComputed}}},
		{"FolderNameOfEightBits", 1, []prop.Tagged{
			tagged(0x6800, prop.Int32(1)), {Tag: mapi.TagDisplayName.WithType(mapi.PtypString8), Value: prop.String8("")},
		}, []prop.Problem{{Index: 1, Tag: mapi.TagDisplayName.WithType(mapi.PtypString8), Code: mapi.ErrInvalidParameter}}},
		{"Logon", 0, []prop.Tagged{
			{Tag: mapi.TagMailboxOwnerName, Value: prop.String("Mallory")}, tagged(0x6800, prop.Int32(1)),
		}, []prop.Problem{{Index: 0, Tag: mapi.TagMailboxOwnerName, Code: mapi.ErrAccessDenied}}},
	} {
		got := w.set(tt.index, tt.props...)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
		if v := w.props(tt.index, mapi.Tag(0x6800, mapi.PtypInteger32))[0]; v.Int() != 1 {
			t.Errorf("%s: the property beside is %v", tt.name, v)
		}
	}
}

// TestSetPropertiesCodePages: 8-bit strings are those of the message's code page, on messages and attachments, or of the
// session's; what is stored can be read in both types, [MS-OXCPRPT] 3.2.5.1.
func TestSetPropertiesCodePages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withCodePage(1250))
	l := w.inbox()
	mid := w.find("Three attachments")
	one[*rop.OpenMessageResponse](w, &rop.OpenMessageRequest{
		InOut: inOut(0, 3), CodePageID: 1251, FolderID: l.FolderIDs[fidInbox], MessageID: mid, OpenModeFlags: mapi.OpenModeReadWrite,
	})
	one[*rop.OpenAttachmentResponse](w, &rop.OpenAttachmentRequest{InOut: inOut(3, 4), OpenAttachmentFlags: mapi.OpenModeReadWrite})
	for _, tt := range []struct {
		index       uint8
		bytes, text string
	}{{1, "\xb9\xe6", "ąć"}, {3, "\xc4\xe0", "Да"}, {4, "\xcd\xe5\xf2", "Нет"}} {
		const id, many = 0x6810, 0x6811
		if p := w.set(tt.index, tagged(id, prop.String8(tt.bytes)), tagged(many, prop.Multi(mapi.PtypMultiString8, []string{tt.bytes, "x"}))); len(p) != 0 {
			t.Errorf("object %d: %v", tt.index, p)
		}
		v := w.props(tt.index, mapi.Tag(id, mapi.PtypString), mapi.Tag(id, mapi.PtypString8), mapi.Tag(id, mapi.PtypUnspecified),
			mapi.Tag(many, mapi.PtypMultiString), mapi.Tag(many, mapi.PtypMultiString8))
		for i, want := range []prop.Value{
			prop.String(tt.text), prop.String8(tt.bytes), prop.String(tt.text),
			prop.Multi(mapi.PtypMultiString, []string{tt.text, "x"}), prop.Multi(mapi.PtypMultiString8, []string{tt.bytes, "x"}),
		} {
			if !v[i].Equal(want) {
				t.Errorf("object %d, value %d: %v, want %v", tt.index, i, v[i], want)
			}
		}
		w.set(tt.index, tagged(id, prop.String("日本")))
		if got := w.props(tt.index, mapi.Tag(id, mapi.PtypString8))[0].Str(); got != "??" {
			t.Errorf("object %d: text that the code page does not have is %q", tt.index, got)
		}
	}
}

// TestSetPropertiesTwice: of two values of one property in a request the last counts, and one of another type replaces
// it.
func TestSetPropertiesTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("Budget 2026")
	for _, index := range []uint8{0, 1, 3} {
		if p := w.set(index, tagged(0x6800, prop.Int32(1)), tagged(0x6800, prop.Int32(2))); len(p) != 0 {
			t.Errorf("object %d: %v", index, p)
		}
		if v := w.props(index, mapi.Tag(0x6800, mapi.PtypInteger32))[0]; v.Int() != 2 {
			t.Errorf("object %d: %v", index, v)
		}
		w.set(index, tagged(0x6801, prop.String8("eight")), tagged(0x6801, prop.String("sixteen")))
		if v := w.props(index, mapi.Tag(0x6801, mapi.PtypString8))[0]; v.Str() != "sixteen" {
			t.Errorf("object %d: %v", index, v)
		}
	}
}

// TestSetPropertiesReadOnlyMessage: a message opened for reading is not changed.
func TestSetPropertiesReadOnlyMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.inbox()
	one[*rop.OpenMessageResponse](w, &rop.OpenMessageRequest{
		InOut: inOut(0, 3), CodePageID: 0x0FFF, FolderID: l.FolderIDs[fidInbox], MessageID: w.find("Three attachments"), OpenModeFlags: mapi.OpenModeReadOnly,
	})
	one[*rop.OpenAttachmentResponse](w, &rop.OpenAttachmentRequest{InOut: inOut(3, 4), OpenAttachmentFlags: mapi.OpenModeReadOnly})
	level := w.props(3, mapi.TagAccessLevel)[0].Int()
	for _, index := range []uint8{3, 4} {
		for _, req := range []rop.Request{
			&rop.SetPropertiesRequest{In: in(index), PropertyValues: []prop.Tagged{tagged(0x6800, prop.Int32(1))}},
			&rop.DeletePropertiesRequest{In: in(index), PropertyTags: []mapi.PropTag{mapi.TagSubject}},
			&rop.OpenStreamRequest{InOut: inOut(index, 5), PropertyTag: mapi.TagAttachDataBinary, OpenModeFlags: mapi.OpenModeCreate},
		} {
			if got := w.code(req); (got == mapi.Success) != (index == 3 && level == 1) {
				t.Errorf("object %d, %T: %v with access level %d", index, req, got, level)
			}
		}
	}
}

// TestDeleteProperties: what is deleted is gone for the same handle at once, [MS-OXCPRPT] 3.2.5.5; one that is not there
// is no problem, one that the server computes is.
func TestDeleteProperties(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("Budget 2026")
	for _, tt := range []struct {
		index   uint8
		refused mapi.PropTag
		code    mapi.ErrorCode
	}{
		{0, mapi.TagStoreEntryId, mapi.ErrAccessDenied}, {1, mapi.TagFolderType, mapi.ErrComputed}, {3, mapi.TagMessageSize, mapi.ErrComputed},
	} {
		w.set(tt.index, tagged(0x6800, prop.Int32(1)), tagged(0x6801, prop.String("x")))
		req := &rop.DeletePropertiesRequest{In: in(tt.index), PropertyTags: []mapi.PropTag{
			mapi.Tag(0x6800, mapi.PtypInteger32), tt.refused, mapi.Tag(0x6801, mapi.PtypString8), mapi.Tag(0x6802, mapi.PtypString), mapi.Tag(0x6800, mapi.PtypInteger32),
		}}
		got := one[*rop.DeletePropertiesResponse](w, req).PropertyProblems
		if want := []prop.Problem{{Index: 1, Tag: tt.refused, Code: tt.code}}; !slices.Equal(got, want) {
			t.Errorf("object %d: problems %v, want %v", tt.index, got, want)
		}
		for _, v := range w.props(tt.index, mapi.Tag(0x6800, mapi.PtypInteger32), mapi.Tag(0x6801, mapi.PtypString)) {
			if v.ErrorCode() != mapi.ErrNotFound {
				t.Errorf("object %d: %v", tt.index, v)
			}
		}
		all := one[*rop.GetPropertiesAllResponse](w, &rop.GetPropertiesAllRequest{In: in(tt.index), WantUnicode: 1}).PropertyValues
		if slices.ContainsFunc(all, func(p prop.Tagged) bool { return p.Tag.ID() == 0x6800 || p.Tag.ID() == 0x6801 }) {
			t.Errorf("object %d still has what was deleted", tt.index)
		}
	}
}

// TestSetPropertiesBadInput: counts that the request can't hold and types that have no encoding fail the call; the
// session goes on.
func TestSetPropertiesBadInput(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("Budget 2026")
	for name, body := range map[string]string{
		"MillionValues":   "\x0a\x00\x03\x04\x00\xff\xff\x00\x00",
		"MillionElements": "\x0a\x00\x03\x0c\x00\x01\x00\x03\x10\x00\x68\xff\xff\xff\x7f\x00\x00",
		"UnknownType":     "\x0a\x00\x03\x08\x00\x01\x00\x99\x00\x00\x68\x00\x00",
		"SizeTooSmall":    "\x0a\x00\x03\x02\x00\x01\x00\x03\x00\x00\x68\x01\x00\x00\x00",
	} {
		payload := append([]byte{byte(2 + len(body)), 0}, body...)
		for range w.handles {
			payload = append(payload, 0xFF, 0xFF, 0xFF, 0xFF)
		}
		if _, err := w.raw(payload); err != mapi.ErrRpcFormat { //nolint:errorlint // a bare code
			t.Errorf("%s: %v", name, err)
		}
	}
	if v := w.props(3, mapi.TagSubject)[0]; v.Str() != "Budget 2026" {
		t.Errorf("subject afterwards = %v", v)
	}
}
