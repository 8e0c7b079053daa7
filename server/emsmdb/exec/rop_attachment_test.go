package exec_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
	"github.com/mapid/mapid/store"
)

// attach makes an attachment of the message at index 3 at another one and returns its number.
func (w *world) attach(index uint8, props ...prop.Tagged) uint32 {
	w.t.Helper()
	n := one[*rop.CreateAttachmentResponse](w, &rop.CreateAttachmentRequest{InOut: inOut(3, index)}).AttachmentID
	w.set(index, props...)
	return n
}

// attachments lists numbers and names of the attachments of the message at an index, by way of a table at index 2.
func (w *world) attachments(index uint8) (numbers []uint32, names []string) {
	w.t.Helper()
	one[*rop.GetAttachmentTableResponse](w, &rop.GetAttachmentTableRequest{InOut: inOut(index, 2)})
	one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(2), PropertyTags: []mapi.PropTag{mapi.TagAttachNumber, mapi.TagAttachLongFilename}})
	for _, row := range w.rows(1000).Rows {
		numbers = append(numbers, uint32(row.Values[0].Bits()))
		names = append(names, row.Values[1].Str())
	}
	return numbers, names
}

func fileNamed(name string) prop.Tagged { return text(mapi.TagAttachLongFilename, name) }

func fileData(data string) prop.Tagged {
	return prop.Tagged{Tag: mapi.TagAttachDataBinary, Value: prop.Binary([]byte(data))}
}

// TestCreateAttachmentInitialProperties: [MS-OXCMSG] 3.2.5.13 <30> to <32>.
func TestCreateAttachmentInitialProperties(t *testing.T) {
	t.Parallel()
	now := prop.Time(mapi.NewFileTime(epoch))
	for _, tt := range []struct {
		profile     string
		size, level uint32
	}{{"exchange2007", 0x40, 1}, {"exchange2010-sp1", 0x40, 1}, {"exchange2013", 0, 0}} {
		w := newWorld(t, withProfile(tt.profile))
		w.create()
		if n := w.attach(4); n != 0 {
			t.Errorf("%s: number %d", tt.profile, n)
		}
		tags := []mapi.PropTag{
			mapi.TagAttachNumber, mapi.TagAttachSize, mapi.TagAccessLevel, mapi.TagRenderingPosition, mapi.TagCreationTime, mapi.TagLastModificationTime, mapi.TagAttachMethod,
		}
		want := []prop.Value{prop.Int32(0), prop.Uint32(tt.size), prop.Uint32(tt.level), prop.Int32(-1), now, now, prop.Int32(0)}
		for i, v := range w.props(4, tags...) {
			if !v.Equal(want[i]) {
				t.Errorf("%s: %v = %v, want %v", tt.profile, tags[i], v, want[i])
			}
		}
	}
}

// TestSaveChangesAttachment: an attachment is the message's once it is saved, and everybody's once the message is,
// [MS-OXCMSG] 3.2.5.15.
func TestSaveChangesAttachment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.created(text(mapi.TagSubject, "With a file"))
	w.openAt(5, id, mapi.OpenModeReadOnly)
	w.attach(4, fileNamed("a.txt"), fileData("hello"), number(mapi.TagAttachMethod, mapi.AfByValue))
	if numbers, _ := w.attachments(3); len(numbers) != 0 {
		t.Errorf("the message has attachments %v before one is saved", numbers)
	}
	if w.props(3, mapi.TagHasAttachments)[0].Bool() {
		t.Error("the message says that it has attachments before one is saved")
	}
	w.saveAttachment(4)
	if numbers, names := w.attachments(3); len(numbers) != 1 || names[0] != "a.txt" {
		t.Errorf("the message has attachments %v %v", numbers, names)
	}
	if v := w.props(3, mapi.TagHasAttachments, mapi.TagMessageFlags); !v[0].Bool() || uint32(v[1].Bits())&mapi.MfHasAttach == 0 {
		t.Errorf("the message says %v", v)
	}
	if numbers, _ := w.attachments(5); len(numbers) != 0 {
		t.Errorf("another handle sees %v before the message is saved", numbers)
	}
	w.save(3)
	if numbers, _ := w.attachments(5); !slices.Equal(numbers, []uint32{0}) {
		t.Errorf("another handle sees %v", numbers)
	}
	one[*rop.OpenAttachmentResponse](w, &rop.OpenAttachmentRequest{InOut: inOut(5, 6)})
	v := w.props(6, mapi.TagAttachDataBinary, mapi.TagAttachMethod, mapi.TagAttachSize)
	if v[0].Str() != "hello" || uint32(v[1].Bits()) != mapi.AfByValue || v[2].Int() <= 5 {
		t.Errorf("attachment = %v", v)
	}
	// The handle that made it goes on.
	w.set(4, fileNamed("b.txt"))
	w.saveAttachment(4)
	w.save(3)
	if _, names := w.attachments(5); !slices.Equal(names, []string{"b.txt"}) {
		t.Errorf("another handle sees %v after a change", names)
	}
	if v := w.props(6, mapi.TagAttachDataBinary)[0]; v.Str() != "hello" {
		t.Errorf("the data is %v after a change of the name", v)
	}
}

// TestAttachmentMethods: by value, by reference, embedded and OLE, [MS-OXCMSG] 2.2.2.9.
func TestAttachmentMethods(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create()
	for _, tt := range []struct {
		method uint32
		props  []prop.Tagged
	}{
		{mapi.AfNone, nil},
		{mapi.AfByValue, []prop.Tagged{fileData("data")}},
		{mapi.AfByReference, []prop.Tagged{text(mapi.TagAttachLongPathname, `\\server\share\file.doc`)}},
		{mapi.AfByReferenceOnly, []prop.Tagged{text(mapi.TagAttachLongPathname, `C:\file.doc`)}},
		{mapi.AfByWebReference, []prop.Tagged{text(mapi.TagAttachLongPathname, "https://elsewhere.test/file.doc")}},
		{mapi.AfStorage, []prop.Tagged{
			{Tag: mapi.TagAttachDataObject.WithType(mapi.PtypBinary), Value: prop.Binary([]byte("\xd0\xcf\x11\xe0"))},
			{Tag: mapi.TagAttachTag, Value: prop.Binary([]byte{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x14, 0x03, 0x0A, 0x03, 0x02, 0x01})},
		}},
	} {
		n := w.attach(4, append(tt.props, number(mapi.TagAttachMethod, tt.method))...)
		w.saveAttachment(4)
		id := w.save(3)
		w.openAt(5, id, mapi.OpenModeReadOnly)
		one[*rop.OpenAttachmentResponse](w, &rop.OpenAttachmentRequest{InOut: inOut(5, 6), AttachmentID: n})
		if got := uint32(w.props(6, mapi.TagAttachMethod)[0].Bits()); got != tt.method {
			t.Errorf("method %d, want %d", got, tt.method)
		}
		for _, p := range tt.props {
			if got := w.props(6, p.Tag)[0]; !got.Equal(p.Value) {
				t.Errorf("method %d: %v = %v", tt.method, p.Tag, got)
			}
		}
	}
}

// TestAttachmentByStream: the data of files comes in pieces.
func TestAttachmentByStream(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create()
	w.attach(4, fileNamed("large.bin"), number(mapi.TagAttachMethod, mapi.AfByValue))
	one[*rop.OpenStreamResponse](w, &rop.OpenStreamRequest{InOut: inOut(4, 5), PropertyTag: mapi.TagAttachDataBinary, OpenModeFlags: mapi.OpenModeCreate})
	piece := bytes.Repeat([]byte("0123456789abcdef"), 1024)
	const pieces = 40
	for range pieces {
		one[*rop.WriteStreamResponse](w, &rop.WriteStreamRequest{In: in(5), Data: piece})
	}
	one[*rop.CommitStreamResponse](w, &rop.CommitStreamRequest{In: in(5)})
	w.saveAttachment(4)
	id := w.save(3)
	for name, at := range map[string]func() uint8{
		"the stream that wrote it": func() uint8 {
			one[*rop.SeekStreamResponse](w, &rop.SeekStreamRequest{In: in(5)})
			return 5
		},
		"another message handle": func() uint8 {
			w.openAt(6, id, mapi.OpenModeReadOnly)
			one[*rop.OpenAttachmentResponse](w, &rop.OpenAttachmentRequest{InOut: inOut(6, 7)})
			one[*rop.OpenStreamResponse](w, &rop.OpenStreamRequest{InOut: inOut(7, 7), PropertyTag: mapi.TagAttachDataBinary})
			return 7
		},
	} {
		index := at()
		var got []byte
		for {
			part := one[*rop.ReadStreamResponse](w, &rop.ReadStreamRequest{In: in(index), ByteCount: 0x7000}).Data
			if len(part) == 0 {
				break
			}
			got = append(got, part...)
		}
		if !bytes.Equal(got, bytes.Repeat(piece, pieces)) {
			t.Errorf("%s reads %d bytes", name, len(got))
		}
	}
	if v := w.props(4, mapi.TagAttachSize)[0]; v.Int() < pieces*int64(len(piece)) {
		t.Errorf("size %v", v)
	}
}

// TestDeleteAttachment: for others it is deleted once the message is saved, [MS-OXCMSG] 3.2.5.14.
func TestDeleteAttachment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.twoFiles()
	w.openAt(5, id, mapi.OpenModeReadOnly)
	one[*rop.DeleteAttachmentResponse](w, &rop.DeleteAttachmentRequest{In: in(3)})
	if _, names := w.attachments(3); !slices.Equal(names, []string{"two.txt"}) {
		t.Errorf("attachments %v", names)
	}
	if got := w.code(&rop.OpenAttachmentRequest{InOut: inOut(3, 6)}); got != mapi.ErrNotFound {
		t.Errorf("opening it: %v", got)
	}
	if got := w.code(&rop.DeleteAttachmentRequest{In: in(3)}); got != mapi.ErrNotFound {
		t.Errorf("deleting it again: %v", got)
	}
	if numbers, _ := w.attachments(5); len(numbers) != 2 {
		t.Errorf("another handle sees %v", numbers)
	}
	w.save(3)
	if numbers, _ := w.attachments(5); !slices.Equal(numbers, []uint32{1}) {
		t.Errorf("another handle sees %v after the save", numbers)
	}
	one[*rop.DeleteAttachmentResponse](w, &rop.DeleteAttachmentRequest{In: in(3), AttachmentID: 1})
	if w.props(3, mapi.TagHasAttachments)[0].Bool() {
		t.Error("the message says that it has attachments")
	}
	w.save(3)
	if v := w.props(5, mapi.TagHasAttachments, mapi.TagMessageFlags); v[0].Bool() || uint32(v[1].Bits())&mapi.MfHasAttach != 0 {
		t.Errorf("another handle says %v", v)
	}
}

// twoFiles makes a message with two attachments. It stays open at index 3.
func (w *world) twoFiles() mapi.ID {
	w.t.Helper()
	w.create()
	for _, name := range []string{"one.txt", "two.txt"} {
		w.attach(4, fileNamed(name), fileData(name))
		w.saveAttachment(4)
	}
	return w.save(3)
}

// TestDeleteAttachmentThatIsOpen: its handle can't be saved any more.
func TestDeleteAttachmentThatIsOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.twoFiles()
	one[*rop.OpenAttachmentResponse](w, &rop.OpenAttachmentRequest{InOut: inOut(3, 4), OpenAttachmentFlags: mapi.OpenModeReadWrite})
	w.set(4, fileNamed("changed.txt"))
	one[*rop.DeleteAttachmentResponse](w, &rop.DeleteAttachmentRequest{In: in(3)})
	for range 2 {
		if got := w.code(saveAttachmentRequest(4, 0)); got != mapi.ErrObjectDeleted {
			t.Errorf("save: %v", got)
		}
		w.save(3)
	}
	if _, names := w.attachments(3); !slices.Equal(names, []string{"two.txt"}) {
		t.Errorf("attachments %v", names)
	}
}

// TestSaveChangesMessageConflictDropsAttachments is difference M22 with an attachment: a save after another handle's
// succeeds and drops it, which its own handle then tells.
func TestSaveChangesMessageConflictDropsAttachments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.twoFiles()
	w.openAt(5, id, mapi.OpenModeReadWrite)
	w.set(5, text(mapi.TagBody, "first"))
	w.attach(4, fileNamed("three.txt"))
	w.saveAttachment(4)
	w.save(5)
	w.save(3)
	if _, names := w.attachments(3); !slices.Equal(names, []string{"one.txt", "two.txt"}) {
		t.Errorf("attachments %v", names)
	}
	if got := w.code(saveAttachmentRequest(4, 0)); got != mapi.ErrObjectDeleted {
		t.Errorf("saving the attachment: %v", got)
	}
}

// TestForcedSaveReplacesAttachments: two handles gave the same number; the forced one wins, whole.
func TestForcedSaveReplacesAttachments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.twoFiles()
	w.openAt(5, id, mapi.OpenModeReadWrite)
	n := one[*rop.CreateAttachmentResponse](w, &rop.CreateAttachmentRequest{InOut: inOut(5, 6)}).AttachmentID
	w.set(6, fileNamed("first.txt"), fileData("first"))
	w.saveAttachment(6)
	if m := w.attach(4, fileNamed("second.txt")); m != n {
		t.Fatalf("numbers %d and %d: the test tests nothing", n, m)
	}
	w.saveAttachment(4)
	w.save(5)
	one[*rop.SaveChangesMessageResponse](w, saveRequest(3, mapi.SaveForce))
	w.openAt(5, id, mapi.OpenModeReadOnly)
	if _, names := w.attachments(5); !slices.Equal(names, []string{"one.txt", "two.txt", "second.txt"}) {
		t.Errorf("attachments %v", names)
	}
	w.openAttachment(5, 6, n)
	if got := w.props(6, mapi.TagAttachDataBinary)[0]; got.Type() != mapi.PtypErrorCode {
		t.Errorf("data of the other attachment is left: %v", got)
	}
}

// TestAttachmentNumbersAreNotUsedAgain: [MS-OXCMSG] 2.2.2.6.
func TestAttachmentNumbersAreNotUsedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.twoFiles()
	one[*rop.DeleteAttachmentResponse](w, &rop.DeleteAttachmentRequest{In: in(3), AttachmentID: 1})
	if n := w.attach(4); n != 2 { // never saved
		t.Errorf("number %d after a deletion", n)
	}
	if n := w.attach(4, fileNamed("three.txt")); n != 3 {
		t.Errorf("number %d after one that was not saved", n)
	}
	w.saveAttachment(4)
	w.save(3)
	if numbers, names := w.attachments(3); !slices.Equal(numbers, []uint32{0, 3}) || names[1] != "three.txt" {
		t.Errorf("attachments %v %v", numbers, names)
	}
	one[*rop.DeleteAttachmentResponse](w, &rop.DeleteAttachmentRequest{In: in(3), AttachmentID: 3})
	id := w.save(3)
	if n := w.attach(4); n != 4 {
		t.Errorf("number %d on the same handle after the save", n)
	}
	w.openAt(3, id, mapi.OpenModeReadWrite)
	if n := w.attach(4); n < 4 {
		t.Errorf("number %d on another handle", n)
	}
}

// TestOpenAttachmentModes: [MS-OXCMSG] 2.2.3.12.1.
func TestOpenAttachmentModes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withProfile("exchange2007"))
	id := w.twoFiles()
	w.openAt(5, id, mapi.OpenModeReadOnly)
	for _, tt := range []struct {
		name    string
		message uint8
		mode    uint8
		want    mapi.ErrorCode
		level   int64
	}{
		{"ReadOnly", 3, mapi.OpenModeReadOnly, mapi.Success, 0},
		{"ReadWrite", 3, mapi.OpenModeReadWrite, mapi.Success, 1},
		{"BestAccess", 3, mapi.OpenModeBestAccess, mapi.Success, 1},
		{"ReadOnlyMessage", 5, mapi.OpenModeReadOnly, mapi.Success, 0},
		{"ReadOnlyMessageReadWrite", 5, mapi.OpenModeReadWrite, mapi.ErrAccessDenied, 0},
		{"ReadOnlyMessageBestAccess", 5, mapi.OpenModeBestAccess, mapi.Success, 0},
		{"Unknown", 3, 0x10, mapi.ErrInvalidParameter, 0},
	} {
		if got := w.code(&rop.OpenAttachmentRequest{InOut: inOut(tt.message, 4), OpenAttachmentFlags: tt.mode}); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		} else if got == mapi.Success && w.props(4, mapi.TagAccessLevel)[0].Int() != tt.level {
			t.Errorf("%s: level is not %d", tt.name, tt.level)
		}
	}
}

// TestAttachmentsOfReadOnlyMessage: nothing can be added, deleted or saved.
func TestAttachmentsOfReadOnlyMessage(t *testing.T) {
	t.Parallel()
	for profile, save := range map[string]mapi.ErrorCode{"exchange2007": mapi.Success, "exchange2013": mapi.ErrGeneralFailure} {
		w := newWorld(t, withProfile(profile))
		id := w.twoFiles()
		w.openAt(3, id, mapi.OpenModeReadOnly)
		one[*rop.OpenAttachmentResponse](w, &rop.OpenAttachmentRequest{InOut: inOut(3, 4), OpenAttachmentFlags: mapi.OpenModeBestAccess})
		for req, want := range map[rop.Request]mapi.ErrorCode{
			&rop.CreateAttachmentRequest{InOut: inOut(3, 5)}:                                    mapi.ErrAccessDenied,
			&rop.DeleteAttachmentRequest{In: in(3)}:                                             mapi.ErrAccessDenied,
			&rop.SetPropertiesRequest{In: in(4), PropertyValues: []prop.Tagged{fileNamed("x")}}: mapi.ErrAccessDenied,
			saveAttachmentRequest(4, 0):                                                         save,
		} {
			if got := w.code(req); got != want {
				t.Errorf("%s, %T: %v, want %v", profile, req, got, want)
			}
		}
		if numbers, _ := w.attachments(3); len(numbers) != 2 {
			t.Errorf("%s: attachments %v", profile, numbers)
		}
	}
}

// TestSaveChangesAttachmentFlags: which SaveFlags there are, and no combinations of them, [MS-OXCMSG] 3.2.5.15.
func TestSaveChangesAttachmentFlags(t *testing.T) {
	t.Parallel()
	for profile, readOnly := range map[string]int64{"exchange2007": 0, "exchange2010-sp1": 1} {
		for flags, want := range map[uint8]mapi.ErrorCode{
			0: mapi.Success, 1: mapi.Success, 2: mapi.Success, 4: mapi.Success, 0x0A: mapi.Success, 0x0C: mapi.Success,
			3: mapi.ErrNoSupport, 5: mapi.ErrNoSupport, 6: mapi.ErrNoSupport, 7: mapi.ErrNoSupport,
		} {
			w := newWorld(t, withProfile(profile))
			w.create()
			w.attach(4, fileNamed("a.txt"))
			if got := w.code(saveAttachmentRequest(4, flags)); got != want {
				t.Errorf("%s, flags %#x: %v, want %v", profile, flags, got, want)
			}
			level := int64(1)
			if flags == 1 {
				level = readOnly
			}
			if got := w.props(4, mapi.TagAccessLevel)[0].Int(); got != level {
				t.Errorf("%s, flags %#x: level %d, want %d", profile, flags, got, level)
			}
		}
	}
}

// TestSaveChangesAttachmentSize is difference M15: a client that sets the size, [MS-OXCMSG] 2.2.3.15 <16>.
func TestSaveChangesAttachmentSize(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]mapi.ErrorCode{"exchange2007": mapi.Success, "exchange2010-sp1": mapi.ErrGeneralFailure} {
		w := newWorld(t, withProfile(profile))
		w.create()
		w.attach(4, fileNamed("a.txt"), number(mapi.TagAttachSize, 99999))
		if got := w.code(saveAttachmentRequest(4, 0)); got != want {
			t.Errorf("%s: %v, want %v", profile, got, want)
		}
		if got := w.props(4, mapi.TagAttachSize)[0].Int(); got == 99999 {
			t.Errorf("%s: size %d", profile, got)
		}
	}
}

// TestAttachmentsRefused: what is no message has no attachments, what is no attachment can't be saved as one.
func TestAttachmentsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.twoFiles()
	one[*rop.OpenAttachmentResponse](w, &rop.OpenAttachmentRequest{InOut: inOut(3, 4)})
	for _, tt := range []struct {
		req  rop.Request
		want mapi.ErrorCode
	}{
		{&rop.CreateAttachmentRequest{InOut: inOut(1, 5)}, mapi.ErrNullObject},
		{&rop.CreateAttachmentRequest{InOut: inOut(4, 5)}, mapi.ErrNullObject},
		{&rop.CreateAttachmentRequest{InOut: inOut(7, 5)}, mapi.ErrNullObject},
		{&rop.DeleteAttachmentRequest{In: in(0)}, mapi.ErrNullObject},
		{&rop.DeleteAttachmentRequest{In: in(3), AttachmentID: 0xFFFFFFFF}, mapi.ErrNotFound},
		{&rop.OpenAttachmentRequest{InOut: inOut(0, 5)}, mapi.ErrNullObject},
		{&rop.OpenAttachmentRequest{InOut: inOut(3, 5), AttachmentID: 77}, mapi.ErrNotFound},
		{&rop.GetAttachmentTableRequest{InOut: inOut(1, 5)}, mapi.ErrNullObject},
		{saveAttachmentRequest(3, 0), mapi.ErrNoSupport},
		{saveAttachmentRequest(1, 0), mapi.ErrNoSupport},
		{&rop.OpenEmbeddedMessageRequest{InOut: inOut(3, 5), CodePageID: 0x0FFF}, mapi.ErrNullObject},
		{&rop.OpenEmbeddedMessageRequest{InOut: inOut(4, 5), CodePageID: 1}, mapi.ErrUnknownCodePage},
		{&rop.OpenEmbeddedMessageRequest{InOut: inOut(4, 5), CodePageID: 0x0FFF, OpenModeFlags: 3}, mapi.ErrInvalidParameter},
	} {
		if got := w.code(tt.req); got != tt.want {
			t.Errorf("%T %+v: %v, want %v", tt.req, tt.req.Header(), got, tt.want)
		}
	}
}

// TestGetValidAttachments is difference O19: only Exchange 2003 and 2007 have the ROP, [MS-OXCMSG] 2.2.3.18 <18>.
func TestGetValidAttachments(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withProfile("exchange2007"))
	w.twoFiles()
	one[*rop.DeleteAttachmentResponse](w, &rop.DeleteAttachmentRequest{In: in(3)})
	r := one[*rop.GetValidAttachmentsResponse](w, &rop.GetValidAttachmentsRequest{In: in(3)})
	if !slices.Equal(r.AttachmentIDs, []uint32{1}) {
		t.Errorf("attachments %v", r.AttachmentIDs)
	}
	later := newWorld(t)
	later.create()
	if got := later.code(&rop.GetValidAttachmentsRequest{In: in(3)}); got != later.profile.ROP.Unsupported || got == mapi.Success {
		t.Errorf("later: %v", got)
	}
}

// TestCreateAttachmentTooMany: [MS-OXCMSG] 3.2.5.13.
func TestCreateAttachmentTooMany(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withLimits(object.Limits{Attachments: 2}))
	w.twoFiles()
	if got := w.code(&rop.CreateAttachmentRequest{InOut: inOut(3, 4)}); got != mapi.ErrMaxAttachment {
		t.Errorf("a third: %v", got)
	}
	one[*rop.DeleteAttachmentResponse](w, &rop.DeleteAttachmentRequest{In: in(3)})
	w.attach(4)
	w.saveAttachment(4)
	w.save(3)
}

// TestTwoHandlesOfOneAttachment: handles of one message see what each other have saved, and nothing else.
func TestTwoHandlesOfOneAttachment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.twoFiles()
	open := func(index uint8) {
		one[*rop.OpenAttachmentResponse](w, &rop.OpenAttachmentRequest{InOut: inOut(3, index), OpenAttachmentFlags: mapi.OpenModeReadWrite})
	}
	open(4)
	open(5)
	w.set(4, fileNamed("first.txt"))
	if got := w.props(5, mapi.TagAttachLongFilename)[0].Str(); got != "one.txt" {
		t.Errorf("the other handle has %q before the save", got)
	}
	w.set(5, fileData("second"))
	w.saveAttachment(4)
	w.saveAttachment(5)
	w.save(3)
	open(6)
	if v := w.props(6, mapi.TagAttachLongFilename, mapi.TagAttachDataBinary); v[0].Str() != "first.txt" || v[1].Str() != "second" {
		t.Errorf("attachment = %v: a change is lost", v)
	}
}

// TestAttachmentSurvivesItsMessageHandle: clients release in any order.
func TestAttachmentSurvivesItsMessageHandle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.twoFiles()
	one[*rop.OpenAttachmentResponse](w, &rop.OpenAttachmentRequest{InOut: inOut(3, 4)})
	w.run(&rop.ReleaseRequest{In: in(3)})
	if got := w.props(4, mapi.TagAttachLongFilename)[0].Str(); got != "one.txt" {
		t.Errorf("name %q", got)
	}
}

// TestReleaseDropsStages: what was written in pieces and never saved is forgotten with the last handle.
func TestReleaseDropsStages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create()
	write := func(from, index uint8, tag mapi.PropTag) {
		one[*rop.OpenStreamResponse](w, &rop.OpenStreamRequest{InOut: inOut(from, index), PropertyTag: tag, OpenModeFlags: mapi.OpenModeCreate})
		for range 20 {
			one[*rop.WriteStreamResponse](w, &rop.WriteStreamRequest{In: in(index), Data: []byte(strings.Repeat("x", 0x7000))})
		}
		one[*rop.CommitStreamResponse](w, &rop.CommitStreamRequest{In: in(index)})
	}
	w.attach(4)
	write(3, 5, mapi.TagRtfCompressed)
	write(4, 6, mapi.TagAttachDataBinary)
	w.saveAttachment(4)
	w.set(3, prop.Tagged{Tag: mapi.TagRtfCompressed, Value: prop.Binary([]byte("short"))}) // takes the place of a stage
	w.run(&rop.ReleaseRequest{In: in(6)})
	write(4, 6, mapi.TagAttachDataBinary)
	if n := w.stages(); n == 0 {
		t.Error("nothing is staged: the test tests nothing")
	}
	w.run(&rop.ReleaseRequest{In: in(5)}, &rop.ReleaseRequest{In: in(6)}, &rop.ReleaseRequest{In: in(3)}, &rop.ReleaseRequest{In: in(4)})
	if n := w.stages(); n != 0 {
		t.Errorf("%d stages are left", n)
	}
}

// stages counts the stages of the store, which numbers them from 1 up.
func (w *world) stages() (n int) {
	w.t.Helper()
	err := w.store.View(w.t.Context(), store.Scope{}, func(r store.Reader) error {
		for id := range store.StageID(1000) {
			if _, err := r.OpenStage(id); err == nil {
				n++
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}
