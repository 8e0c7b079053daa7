package exec_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
)

// copyTo is a request from one index to another.
func copyTo(from, to, flags uint8, sub bool, excluded ...mapi.PropTag) *rop.CopyToRequest {
	return &rop.CopyToRequest{SrcDst: rop.SrcDst{SourceHandleIndex: from, DestHandleIndex: to}, WantSubObjects: sub, CopyFlags: flags, ExcludedTags: excluded}
}

func copyProperties(from, to, flags uint8, tags ...mapi.PropTag) *rop.CopyPropertiesRequest {
	return &rop.CopyPropertiesRequest{SrcDst: rop.SrcDst{SourceHandleIndex: from, DestHandleIndex: to}, CopyFlags: flags, PropertyTags: tags}
}

// copiedNumber and the others are properties that tests copy.
var (
	copiedNumber = mapi.Tag(0x6840, mapi.PtypInteger32)
	copiedText   = mapi.Tag(0x6841, mapi.PtypString)
	copiedBlob   = mapi.Tag(0x6842, mapi.PtypBinary)
)

// fillIn gives the object at an index the three of them.
func (w *world) fillIn(index uint8, n int) {
	w.t.Helper()
	w.set(index, prop.Tagged{Tag: copiedNumber, Value: prop.Int32(int32(n))}, prop.Tagged{Tag: copiedText, Value: prop.String(fmt.Sprint("text ", n))})
	w.write(index, copiedBlob, pattern(100_000+n))
}

// wantFilled compares them.
func (w *world) wantFilled(what string, index uint8, n int) {
	w.t.Helper()
	if v := w.props(index, copiedNumber, copiedText); v[0].Int() != int64(n) || v[1].Str() != fmt.Sprint("text ", n) {
		w.t.Errorf("%s: %v", what, v)
	}
	if got := w.stream(index, copiedBlob); !bytes.Equal(got, pattern(100_000+n)) {
		w.t.Errorf("%s: %d bytes", what, len(got))
	}
}

// newMessageAt makes a new message of the inbox at an index.
func (w *world) newMessageAt(index uint8) {
	w.t.Helper()
	one[*rop.CreateMessageResponse](w, &rop.CreateMessageRequest{InOut: inOut(1, index), CodePageID: 0x0FFF, FolderID: w.folderID(1)})
}

// attachmentNumbers lists the attachments of the message at an index.
func (w *world) attachmentNumbers(index uint8) (numbers []int64) {
	w.t.Helper()
	one[*rop.GetAttachmentTableResponse](w, &rop.GetAttachmentTableRequest{InOut: inOut(index, 2)})
	one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(2), PropertyTags: []mapi.PropTag{mapi.TagAttachNumber}})
	for _, row := range w.rows(100).Rows {
		numbers = append(numbers, row.Values[0].Int())
	}
	return numbers
}

// recipientCount counts the recipients of the message at an index.
func (w *world) recipientCount(index uint8) int {
	w.t.Helper()
	w.columns[int(index)] = []mapi.PropTag{mapi.TagObjectType, mapi.TagDisplayType, mapi.TagSmtpAddress, mapi.TagAddressBookDisplayNamePrintable}
	r := w.run(&rop.ReloadCachedInformationRequest{In: in(index)})[0].(*rop.ReloadCachedInformationResponse)
	return int(r.RecipientCount)
}

// TestCopyToMessage: a message with everything in it, [MS-OXCPRPT] 3.2.5.8; nothing is there for others before the save.
func TestCopyToMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("Three attachments")
	w.fillIn(3, 1)
	w.newMessageAt(4)
	w.set(4, prop.Tagged{Tag: mapi.TagSubject, Value: prop.String("to be replaced")}, prop.Tagged{Tag: mapi.Tag(0x6850, mapi.PtypBoolean), Value: prop.Bool(true)})
	if p := one[*rop.CopyToResponse](w, copyTo(3, 4, 0, true)).PropertyProblems; len(p) != 0 {
		t.Errorf("problems %v", p)
	}
	check := func(what string) {
		t.Helper()
		w.wantFilled(what, 4, 1)
		if v := w.props(4, mapi.TagSubject, mapi.Tag(0x6850, mapi.PtypBoolean)); v[0].Str() != "Three attachments" || !v[1].Bool() {
			t.Errorf("%s: %v", what, v)
		}
		if got := w.attachmentNumbers(4); len(got) != 3 {
			t.Errorf("%s: attachments %v", what, got)
		}
		if a, b := w.recipientCount(3), w.recipientCount(4); a != b || a == 0 {
			t.Errorf("%s: %d recipients, %d in the copy", what, a, b)
		}
		one[*rop.OpenAttachmentResponse](w, &rop.OpenAttachmentRequest{InOut: inOut(4, 5), AttachmentID: 1})
		if got := w.stream(5, mapi.TagAttachDataBinary); string(got) != "a,b\r\n1,2\r\n" {
			t.Errorf("%s: the attachment is %q", what, got)
		}
	}
	check("before the save")
	id := w.save(4)
	w.openAt(4, id, mapi.OpenModeReadWrite)
	check("after the save")
	if a, b := w.props(3, mapi.TagEntryId)[0], w.props(4, mapi.TagEntryId)[0]; a.Equal(b) {
		t.Error("both have one entry id")
	}
	// What is written to one afterwards is not the other's.
	w.openStream(4, 5, copiedBlob, mapi.OpenModeReadWrite)
	w.put(5, []byte("changed"))
	one[*rop.CommitStreamResponse](w, &rop.CommitStreamRequest{In: in(5)})
	w.wantFilled("the source", 3, 1)
}

// TestCopyToSelection: exclusions, sub-objects and NoOverwrite, [MS-OXCPRPT] 2.2.11.1.
func TestCopyToSelection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tt := range []struct {
		name                    string
		req                     *rop.CopyToRequest
		number                  int64 // of copiedNumber afterwards; the destination has 2
		attachments, recipients bool  // were copied
	}{
		{"All", copyTo(3, 4, 0, true), 1, true, true},
		{"WithoutSubObjects", copyTo(3, 4, 0, false), 1, false, false},
		{"Excluded", copyTo(3, 4, 0, true, copiedNumber), 2, true, true},
		{"ExcludedWithAnotherType", copyTo(3, 4, 0, true, copiedNumber.WithType(mapi.PtypUnspecified)), 2, true, true},
		{"ExcludedRecipients", copyTo(3, 4, 0, true, mapi.TagMessageRecipients), 1, true, false},
		{"ExcludedAttachments", copyTo(3, 4, 0, true, mapi.TagMessageAttachments), 1, false, true},
		{"NoOverwrite", copyTo(3, 4, mapi.CopyNoOverwrite, true), 2, true, true},
		{"Asynchronous", &rop.CopyToRequest{SrcDst: rop.SrcDst{SourceHandleIndex: 3, DestHandleIndex: 4}, WantAsynchronous: true, WantSubObjects: true}, 1, true, true},
	} {
		w.open("Three attachments")
		w.set(3, prop.Tagged{Tag: copiedNumber, Value: prop.Int32(1)}, prop.Tagged{Tag: copiedText, Value: prop.String("x")})
		w.newMessageAt(4)
		w.set(4, prop.Tagged{Tag: copiedNumber, Value: prop.Int32(2)})
		one[*rop.CopyToResponse](w, tt.req)
		if v := w.props(4, copiedNumber, copiedText); v[0].Int() != tt.number || v[1].Str() != "x" {
			t.Errorf("%s: %v", tt.name, v)
		}
		if got := len(w.attachmentNumbers(4)) > 0; got != tt.attachments {
			t.Errorf("%s: attachments %v", tt.name, got)
		}
		if got := w.recipientCount(4) > 0; got != tt.recipients {
			t.Errorf("%s: recipients %v", tt.name, got)
		}
	}
}

// TestCopyToReplacesParts: recipients and attachments are replaced, or with NoOverwrite left alone if there are any.
func TestCopyToReplacesParts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for flags, want := range map[uint8]int{0: 3, mapi.CopyNoOverwrite: 1} {
		w.open("Three attachments")
		w.newMessageAt(4)
		one[*rop.CreateAttachmentResponse](w, &rop.CreateAttachmentRequest{InOut: inOut(4, 5)})
		w.set(5, prop.Tagged{Tag: mapi.TagAttachMethod, Value: prop.Uint32(mapi.AfByValue)}, prop.Tagged{Tag: mapi.TagAttachDataBinary, Value: prop.Binary([]byte("own"))})
		w.saveAttachment(5)
		one[*rop.CopyToResponse](w, copyTo(3, 4, flags, true))
		if got := w.attachmentNumbers(4); len(got) != want {
			t.Errorf("flags %d: attachments %v", flags, got)
		}
		id := w.save(4)
		w.openAt(4, id, mapi.OpenModeReadOnly)
		if got := w.attachmentNumbers(4); len(got) != want {
			t.Errorf("flags %d, saved: attachments %v", flags, got)
		}
	}
}

// TestCopyMove: what Move does by version, [MS-OXCPRPT] notes 2, 3, 6 to 9.
func TestCopyMove(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]struct {
		properties, objects bool // are removed from the source
		both, unknown       mapi.ErrorCode
	}{
		"exchange2003": {true, true, 0, 0}, "exchange2007": {true, true, 0, 0},
		"exchange2010-sp1": {false, true, mapi.ErrInvalidParameter, mapi.ErrInvalidParameter},
		"exchange2013":     {false, false, mapi.ErrInvalidParameter, mapi.ErrInvalidParameter},
	} {
		w := newWorld(t, withProfile(profile))
		w.open("Three attachments")
		w.newMessageAt(4)
		w.set(3, prop.Tagged{Tag: copiedNumber, Value: prop.Int32(1)}, prop.Tagged{Tag: copiedText, Value: prop.String("x")})
		one[*rop.CopyPropertiesResponse](w, copyProperties(3, 4, mapi.CopyMove, copiedNumber))
		if gone := w.props(3, copiedNumber)[0].Type() == mapi.PtypErrorCode; gone != want.properties {
			t.Errorf("%s: RopCopyProperties removed it: %v", profile, gone)
		}
		one[*rop.CopyToResponse](w, copyTo(3, 4, mapi.CopyMove, true))
		if gone := w.props(3, copiedText)[0].Type() == mapi.PtypErrorCode; gone != want.objects {
			t.Errorf("%s: RopCopyTo removed it: %v", profile, gone)
		}
		if got := len(w.attachmentNumbers(3)); (got == 0) != want.objects {
			t.Errorf("%s: %d attachments are left", profile, got)
		}
		if got := len(w.attachmentNumbers(4)); got != 3 {
			t.Errorf("%s: %d attachments were moved", profile, got)
		}
		for _, req := range []rop.Request{copyProperties(3, 4, 3, copiedNumber), copyTo(3, 4, 3, true)} {
			if got := w.code(req); got != want.both {
				t.Errorf("%s, %T with both flags: %v", profile, req, got)
			}
		}
		for _, req := range []rop.Request{copyProperties(3, 4, 0x40, copiedNumber), copyTo(3, 4, 0x40, true)} {
			if got := w.code(req); got != want.unknown {
				t.Errorf("%s, %T with an unknown flag: %v", profile, req, got)
			}
		}
		if got := w.code(copyProperties(1, 1, mapi.CopyMove, copiedText)); got != mapi.ErrNoSupport {
			t.Errorf("%s: moving properties of a folder: %v", profile, got)
		}
	}
}

// TestCopyRefused: objects that do not go together, [MS-OXCPRPT] 3.2.5.8.
func TestCopyRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("Three attachments")
	one[*rop.OpenAttachmentResponse](w, &rop.OpenAttachmentRequest{InOut: inOut(3, 4)})
	id := w.find("Budget 2026")
	w.openAt(5, id, mapi.OpenModeReadOnly)
	level := w.props(5, mapi.TagAccessLevel)[0].Int()
	for _, tt := range []struct {
		name     string
		from, to uint8
		want     mapi.ErrorCode
	}{
		{"MessageToFolder", 3, 1, mapi.ErrNoSupport}, {"MessageToAttachment", 3, 4, mapi.ErrNoSupport}, {"Logon", 0, 0, mapi.ErrNoSupport},
		{"MessageToLogon", 3, 0, mapi.ErrNoSupport}, {"NoDestination", 3, 6, mapi.ErrDstNullObject}, {"NoSource", 6, 3, mapi.ErrNullObject},
	} {
		for _, req := range []rop.Request{copyTo(tt.from, tt.to, 0, true), copyProperties(tt.from, tt.to, 0, copiedNumber)} {
			resp := w.run(req)[0]
			if got := resp.Head().ReturnValue; got != tt.want {
				t.Errorf("%s, %T: %v, want %v", tt.name, req, got, tt.want)
			}
			if r, ok := resp.(*rop.CopyToResponse); ok && tt.want == mapi.ErrDstNullObject && r.DestHandleIndex != uint32(tt.to) {
				t.Errorf("%s: index %d", tt.name, r.DestHandleIndex)
			}
		}
	}
	if got := w.code(copyTo(3, 5, 0, true)); (got == mapi.ErrAccessDenied) != (level == 0) {
		t.Errorf("to a read-only message: %v", got)
	}
}

// TestCopyToMessageCycle: a message is not copied into one that is in it, however deep, [MS-OXCPRPT] 3.2.5.8.
func TestCopyToMessageCycle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create()
	for _, step := range [][3]uint8{{3, 4, 5}, {5, 6, 7}} {
		one[*rop.CreateAttachmentResponse](w, &rop.CreateAttachmentRequest{InOut: inOut(step[0], step[1])})
		one[*rop.OpenEmbeddedMessageResponse](w, &rop.OpenEmbeddedMessageRequest{InOut: inOut(step[1], step[2]), CodePageID: 0x0FFF, OpenModeFlags: mapi.OpenModeCreate})
	}
	for _, to := range []uint8{5, 7} {
		if got := w.code(copyTo(3, to, 0, true)); got != mapi.ErrMessageCycle {
			t.Errorf("to %d: %v", to, got)
		}
	}
	if got := w.code(copyTo(7, 3, 0, true)); got != mapi.Success {
		t.Errorf("the other way: %v", got)
	}
}

// TestCopyToEmbedded: messages in messages are copied whole, and from one that is embedded to one that is not.
func TestCopyToEmbedded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create()
	one[*rop.CreateAttachmentResponse](w, &rop.CreateAttachmentRequest{InOut: inOut(3, 4)})
	one[*rop.OpenEmbeddedMessageResponse](w, &rop.OpenEmbeddedMessageRequest{InOut: inOut(4, 5), CodePageID: 0x0FFF, OpenModeFlags: mapi.OpenModeCreate})
	w.fillIn(5, 3)
	w.save(5)
	w.saveAttachment(4)
	w.newMessageAt(6)
	one[*rop.CopyToResponse](w, copyTo(3, 6, 0, true))
	id := w.save(6)
	w.run(&rop.ReleaseRequest{In: in(3)}, &rop.ReleaseRequest{In: in(4)}, &rop.ReleaseRequest{In: in(5)})
	w.openAt(3, id, mapi.OpenModeReadWrite)
	one[*rop.OpenAttachmentResponse](w, &rop.OpenAttachmentRequest{InOut: inOut(3, 4), OpenAttachmentFlags: mapi.OpenModeReadWrite})
	one[*rop.OpenEmbeddedMessageResponse](w, &rop.OpenEmbeddedMessageRequest{InOut: inOut(4, 5), CodePageID: 0x0FFF})
	w.wantFilled("the copy in the copy", 5, 3)
	// Attachment to attachment, with the message in it and without.
	for sub, want := range map[bool]mapi.ErrorCode{true: 0, false: mapi.ErrNotFound} {
		one[*rop.CreateAttachmentResponse](w, &rop.CreateAttachmentRequest{InOut: inOut(6, 5)})
		one[*rop.CopyToResponse](w, copyTo(4, 5, 0, sub))
		if got := w.code(&rop.OpenEmbeddedMessageRequest{InOut: inOut(5, 2), CodePageID: 0x0FFF}); got != want {
			t.Errorf("sub-objects %v: %v", sub, got)
		}
	}
}

// TestCopyProperties: [MS-OXCPRPT] 3.2.5.7. What was not copied is told by its place.
func TestCopyProperties(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("Three attachments")
	w.fillIn(3, 4)
	w.newMessageAt(4)
	missing := mapi.Tag(0x68FF, mapi.PtypString)
	got := one[*rop.CopyPropertiesResponse](w, copyProperties(3, 4, 0, copiedNumber, missing, copiedText, mapi.TagEntryId, copiedBlob)).PropertyProblems
	if want := []prop.Problem{{Index: 1, Tag: missing, Code: mapi.ErrNotFound}, {Index: 3, Tag: mapi.TagEntryId, Code: mapi.ErrComputed}}; !slices.Equal(got, want) {
		t.Errorf("problems %v, want %v", got, want)
	}
	w.wantFilled("the copy", 4, 4)
	w.set(4, prop.Tagged{Tag: copiedNumber, Value: prop.Int32(9)})
	one[*rop.CopyPropertiesResponse](w, copyProperties(3, 4, mapi.CopyNoOverwrite, copiedNumber))
	if v := w.props(4, copiedNumber)[0]; v.Int() != 9 {
		t.Errorf("overwritten by %v", v)
	}
	one[*rop.CopyPropertiesResponse](w, copyProperties(3, 4, 0, copiedNumber, mapi.TagMessageAttachments, mapi.TagMessageRecipients))
	if v := w.props(4, copiedNumber)[0]; v.Int() != 4 || len(w.attachmentNumbers(4)) != 3 || w.recipientCount(4) == 0 {
		t.Errorf("%v, %v attachments, %d recipients", v, w.attachmentNumbers(4), w.recipientCount(4))
	}
	w.set(1, prop.Tagged{Tag: copiedNumber, Value: prop.Int32(5)})
	w.openFolder(w.logOn().FolderIDs[fidInbox], 1, 0)
	w.makeFolder(1, 5, "Copied to")
	one[*rop.CopyPropertiesResponse](w, copyProperties(1, 5, 0, copiedNumber))
	if v := w.props(5, copiedNumber)[0]; v.Int() != 5 {
		t.Errorf("a folder's property is %v", v)
	}
}

// TestCopyToFolder: a folder's properties, and with sub-objects the messages and folders in it, but for those excluded.
func TestCopyToFolder(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		excluded []mapi.PropTag
		sub      bool
		messages int64
		folders  int64
	}{
		"Alone": {nil, false, 0, 0}, "All": {nil, true, 1, 1}, "WithoutMessages": {[]mapi.PropTag{mapi.TagContainerContents}, true, 0, 1},
		"WithoutFolders": {[]mapi.PropTag{mapi.TagContainerHierarchy}, true, 1, 0},
	} {
		w := newWorld(t)
		w.inbox()
		w.makeFolder(1, 4, "Source")
		w.makeFolder(4, 6, "Below")
		w.makeFolder(1, 5, "Destination")
		w.set(4, prop.Tagged{Tag: copiedNumber, Value: prop.Int32(7)}, prop.Tagged{Tag: mapi.TagComment, Value: prop.String("about it")})
		one[*rop.CreateMessageResponse](w, &rop.CreateMessageRequest{InOut: inOut(4, 3), CodePageID: 0x0FFF, FolderID: w.folderID(4)})
		w.save(3)
		if p := one[*rop.CopyToResponse](w, copyTo(4, 5, 0, tt.sub, append(tt.excluded, mapi.TagDisplayName)...)).PropertyProblems; len(p) != 0 {
			t.Errorf("%s: problems %v", name, p)
		}
		v := w.props(5, copiedNumber, mapi.TagComment, mapi.TagContentCount, mapi.TagFolderChildCount, mapi.TagDisplayName)
		if v[0].Int() != 7 || v[1].Str() != "about it" || v[2].Int() != tt.messages || v[3].Int() != tt.folders || v[4].Str() != "Destination" {
			t.Errorf("%s: %v", name, v)
		}
		if v := w.props(4, mapi.TagContentCount, mapi.TagFolderChildCount); v[0].Int() != 1 || v[1].Int() != 1 {
			t.Errorf("%s: the source has %v", name, v)
		}
	}
}

// TestCopyToFolderErrors: cycles and names that are taken, [MS-OXCPRPT] 3.2.5.8.
func TestCopyToFolderErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	w.makeFolder(1, 4, "Source")
	w.makeFolder(4, 6, "Below")
	w.makeFolder(1, 5, "Destination")
	w.makeFolder(5, 3, "below")
	for _, tt := range []struct {
		name     string
		from, to uint8
		sub      bool
		want     mapi.ErrorCode
	}{
		{"IntoItself", 4, 4, true, mapi.ErrFolderCycle}, {"IntoOneBelow", 4, 6, true, mapi.ErrFolderCycle},
		{"NameTaken", 4, 5, true, mapi.ErrDuplicateName}, {"NameTakenWithoutSubObjects", 4, 5, false, 0},
	} {
		if got := w.code(copyTo(tt.from, tt.to, 0, tt.sub, mapi.TagDisplayName)); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	p := one[*rop.CopyToResponse](w, copyTo(4, 5, 0, false)).PropertyProblems
	if len(p) != 1 || p[0].Tag != mapi.TagDisplayName || p[0].Code != mapi.ErrDuplicateName {
		t.Errorf("the name is taken: %v", p)
	}
}

// TestCopyToFolderAsynchronous: what is in a folder is copied step by step if the client can wait, [MS-OXCPRPT] 3.2.5.20.
func TestCopyToFolderAsynchronous(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.withProgress()
	w.fill(w.makeFolder(1, 4, "Source"), many(150, 0)...)
	w.makeFolder(1, 5, "Destination")
	req := copyTo(4, 5, 0, true, mapi.TagDisplayName)
	req.WantAsynchronous = true
	if p := one[*rop.ProgressResponse](w, req); p.CompletedTaskCount != 100 || p.TotalTaskCount != 150 {
		t.Errorf("%+v", p)
	}
	if p := one[*rop.CopyToResponse](w, &rop.ProgressRequest{In: in(4)}).PropertyProblems; len(p) != 0 {
		t.Errorf("problems %v", p)
	}
	if v := w.props(5, mapi.TagContentCount)[0]; v.Int() != 150 {
		t.Errorf("%d messages", v.Int())
	}
}
