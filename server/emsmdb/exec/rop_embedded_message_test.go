package exec_test

import (
	"fmt"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// embed makes or opens the embedded message of the attachment at an index at another one.
func (w *world) embed(attachment, index, mode uint8) *rop.OpenEmbeddedMessageResponse {
	w.t.Helper()
	return one[*rop.OpenEmbeddedMessageResponse](w, embedRequest(attachment, index, mode))
}

func embedRequest(attachment, index, mode uint8) *rop.OpenEmbeddedMessageRequest {
	return &rop.OpenEmbeddedMessageRequest{InOut: inOut(attachment, index), CodePageID: 0x0FFF, OpenModeFlags: mode}
}

// openAttachment opens an attachment of the message at an index at another one.
func (w *world) openAttachment(message, index uint8, number uint32) {
	w.t.Helper()
	one[*rop.OpenAttachmentResponse](w, &rop.OpenAttachmentRequest{
		InOut: inOut(message, index), AttachmentID: number, OpenAttachmentFlags: mapi.OpenModeBestAccess,
	})
}

// TestCreateEmbeddedMessage: it is saved into its attachment, that into its message, and that into the folder,
// [MS-OXCMSG] 3.2.5.16 and 3.1.5.16.
func TestCreateEmbeddedMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.created(text(mapi.TagSubject, "outer"))
	w.attach(4, number(mapi.TagAttachMethod, mapi.AfEmbeddedMessage))
	r := w.embed(4, 5, mapi.OpenModeCreate)
	if r.MessageID != 0 || r.RecipientCount != 0 || r.NormalizedSubject.Text != "" {
		t.Errorf("response = %+v", r)
	}
	v := w.props(5, mapi.TagMessageClass, mapi.TagMessageFlags, mapi.TagAccessLevel, mapi.TagMid, mapi.TagSearchKey)
	if v[0].Str() != "IPM.Note" || uint32(v[1].Bits()) != 0x409 || v[2].Int() != 1 || v[3].Type() != mapi.PtypErrorCode || len(v[4].Bytes()) != 16 {
		t.Errorf("new embedded message = %v", v)
	}
	w.set(5, text(mapi.TagSubject, "FW: inner"), text(mapi.TagBody, "text"))
	one[*rop.ModifyRecipientsResponse](w, &rop.ModifyRecipientsRequest{In: in(5), RecipientRows: []rop.ModifyRecipientRow{to(1, "Ann")}})
	if got := w.code(embedRequest(4, 6, mapi.OpenModeReadWrite)); got != mapi.ErrNotFound {
		t.Errorf("the attachment has the message before it is saved: %v", got)
	}
	if got := w.save(5); got != 0 {
		t.Errorf("an embedded message has id %v", got)
	}
	if r := w.embed(4, 6, mapi.OpenModeReadWrite); r.NormalizedSubject.Text != "inner" || r.SubjectPrefix.Text != "FW: " || r.RecipientCount != 1 {
		t.Errorf("response = %+v", r)
	}
	w.saveAttachment(4)
	w.openAt(7, id, mapi.OpenModeReadOnly)
	if got := w.code(&rop.OpenAttachmentRequest{InOut: inOut(7, 6)}); got != mapi.ErrNotFound {
		t.Errorf("another handle has the attachment before the message is saved: %v", got)
	}
	w.save(3)
	w.openAttachment(7, 6, 0)
	w.embed(6, 6, mapi.OpenModeReadOnly)
	v = w.props(6, mapi.TagSubject, mapi.TagBody, mapi.TagDisplayTo, mapi.TagLastModifierName, mapi.TagConversationTopic)
	if v[0].Str() != "FW: inner" || v[1].Str() != "text" || v[2].Str() != "Ann" || v[3].Str() != "Alice Adams" || v[4].Str() != "inner" {
		t.Errorf("embedded message = %v", v)
	}
	// All three handles go on.
	w.set(5, text(mapi.TagBody, "changed"))
	w.save(5)
	w.saveAttachment(4)
	w.save(3)
	if got := w.props(6, mapi.TagBody)[0].Str(); got != "changed" {
		t.Errorf("body %q after a change", got)
	}
}

// TestEmbeddedMessageNeedsEverySave: whatever is not saved up to the folder is not there.
func TestEmbeddedMessageNeedsEverySave(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name              string
		inner, att, outer bool
		want              string
	}{
		{"All", true, true, true, "changed"},
		{"NotTheMessage", true, true, false, "old"},
		{"NotTheAttachment", true, false, true, "old"},
		{"NotTheEmbedded", false, true, true, "old"},
	} {
		w := newWorld(t)
		w.create()
		w.attach(4)
		w.embed(4, 5, mapi.OpenModeCreate)
		w.set(5, text(mapi.TagBody, "old"))
		w.save(5)
		w.saveAttachment(4)
		id := w.save(3)
		w.set(5, text(mapi.TagBody, "changed"))
		for _, step := range []struct {
			do   bool
			what func()
		}{{tt.inner, func() { w.save(5) }}, {tt.att, func() { w.saveAttachment(4) }}, {tt.outer, func() { w.save(3) }}} {
			if step.do {
				step.what()
			}
		}
		w.openAt(6, id, mapi.OpenModeReadOnly)
		w.openAttachment(6, 6, 0)
		w.embed(6, 6, mapi.OpenModeReadOnly)
		if got := w.props(6, mapi.TagBody)[0].Str(); got != tt.want {
			t.Errorf("%s: body %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestOpenEmbeddedMessageModes is difference M16 and [MS-OXCMSG] 2.2.3.16.1.
func TestOpenEmbeddedMessageModes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		profile string
		mode    uint8
		level   int64
		modify  mapi.ErrorCode
	}{
		{"exchange2007", mapi.OpenModeReadOnly, 0, mapi.ErrAccessDenied},
		{"exchange2007", mapi.OpenModeReadWrite, 1, mapi.Success},
		{"exchange2007", mapi.OpenModeCreate, 1, mapi.Success},
		{"exchange2010-sp1", mapi.OpenModeReadOnly, 1, mapi.Success},
		{"exchange2016", mapi.OpenModeReadWrite, 1, mapi.Success},
	} {
		w := newWorld(t, withProfile(tt.profile))
		w.create()
		w.attach(4)
		w.embed(4, 5, mapi.OpenModeCreate)
		w.set(5, text(mapi.TagSubject, "kept"))
		w.save(5)
		r := w.embed(4, 6, tt.mode)
		if r.NormalizedSubject.Text != "kept" {
			t.Errorf("%s, mode %d: %+v", tt.profile, tt.mode, r)
		}
		if got := w.props(6, mapi.TagAccessLevel)[0].Int(); got != tt.level {
			t.Errorf("%s, mode %d: level %d", tt.profile, tt.mode, got)
		}
		if got := w.code(&rop.ModifyRecipientsRequest{In: in(6), RecipientRows: []rop.ModifyRecipientRow{to(1, "Ann")}}); got != tt.modify {
			t.Errorf("%s, mode %d: modifying %v, want %v", tt.profile, tt.mode, got, tt.modify)
		}
	}
}

// TestOpenEmbeddedMessageOfReadOnlyAttachment: nothing below can be written.
func TestOpenEmbeddedMessageOfReadOnlyAttachment(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withProfile("exchange2013"))
	w.create()
	w.attach(4)
	w.embed(4, 5, mapi.OpenModeCreate)
	w.save(5)
	w.saveAttachment(4)
	w.attach(4)
	w.saveAttachment(4)
	id := w.save(3)
	w.openAt(6, id, mapi.OpenModeReadOnly)
	w.openAttachment(6, 5, 0)
	for mode, want := range map[uint8]mapi.ErrorCode{
		mapi.OpenModeReadOnly: mapi.Success, mapi.OpenModeReadWrite: mapi.ErrAccessDenied, mapi.OpenModeCreate: mapi.ErrAccessDenied,
	} {
		if got := w.code(embedRequest(5, 7, mode)); got != want {
			t.Errorf("mode %d: %v, want %v", mode, got, want)
		}
	}
	w.embed(5, 7, mapi.OpenModeReadOnly)
	if got := w.props(7, mapi.TagAccessLevel)[0].Int(); got != 0 {
		t.Errorf("level %d", got)
	}
	w.openAttachment(6, 5, 1)
	if got := w.code(embedRequest(5, 7, mapi.OpenModeReadOnly)); got != mapi.ErrNotFound {
		t.Errorf("an attachment without a message: %v", got)
	}
}

// TestCreateEmbeddedMessageSetsMethod: an attachment that a message was saved into is one of that kind.
func TestCreateEmbeddedMessageSetsMethod(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create()
	w.attach(4)
	w.embed(4, 5, mapi.OpenModeCreate)
	w.save(5)
	if got := uint32(w.props(4, mapi.TagAttachMethod)[0].Bits()); got != mapi.AfEmbeddedMessage {
		t.Errorf("method %d", got)
	}
}

// TestEmbeddedMessageDepth: messages in messages up to a limit, each saved into the next.
func TestEmbeddedMessageDepth(t *testing.T) {
	t.Parallel()
	const depth = 6
	w := newWorld(t, withLimits(object.Limits{Depth: depth}))
	for len(w.handles) < 2*depth+8 {
		w.handles = append(w.handles, free)
	}
	w.create()
	message := uint8(3)
	for level := range depth {
		attachment := message + 1
		one[*rop.CreateAttachmentResponse](w, &rop.CreateAttachmentRequest{InOut: inOut(message, attachment)})
		w.embed(attachment, attachment+1, mapi.OpenModeCreate)
		message = attachment + 1
		w.set(message, text(mapi.TagSubject, fmt.Sprint("level ", level+1)))
	}
	if got := w.code(&rop.CreateAttachmentRequest{InOut: inOut(message, message+1)}); got != mapi.Success {
		t.Errorf("a file in the innermost: %v", got)
	}
	if got := w.code(embedRequest(message+1, message+2, mapi.OpenModeCreate)); got != mapi.ErrMaxAttachment {
		t.Errorf("a message in the innermost: %v", got)
	}
	for ; message > 3; message -= 2 {
		w.save(message)
		w.saveAttachment(message - 1)
	}
	id := w.save(3)
	w.openAt(3, id, mapi.OpenModeReadOnly)
	for level := range depth {
		w.openAttachment(3, 3, 0)
		w.embed(3, 3, mapi.OpenModeReadOnly)
		if got, want := w.props(3, mapi.TagSubject)[0].Str(), fmt.Sprint("level ", level+1); got != want {
			t.Errorf("subject %q, want %q", got, want)
		}
	}
}

// TestEmbeddedMessageAttachments: what hangs on an embedded message can be changed and deleted as elsewhere.
func TestEmbeddedMessageAttachments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create()
	w.attach(4)
	w.embed(4, 5, mapi.OpenModeCreate)
	inner := func(n string) {
		one[*rop.CreateAttachmentResponse](w, &rop.CreateAttachmentRequest{InOut: inOut(5, 6)})
		w.set(6, fileNamed(n))
		w.saveAttachment(6)
	}
	inner("one.txt")
	inner("two.txt")
	saveAll := func() {
		w.save(5)
		w.saveAttachment(4)
		w.save(3)
	}
	saveAll()
	one[*rop.DeleteAttachmentResponse](w, &rop.DeleteAttachmentRequest{In: in(5)})
	w.openAttachment(5, 6, 1)
	w.set(6, fileNamed("changed.txt"))
	w.saveAttachment(6)
	inner("three.txt")
	if numbers, names := w.attachments(5); fmt.Sprint(numbers, names) != "[1 2] [changed.txt three.txt]" {
		t.Errorf("attachments %v %v", numbers, names)
	}
	saveAll()
	id := w.save(3)
	w.openAt(6, id, mapi.OpenModeReadOnly)
	w.openAttachment(6, 6, 0)
	w.embed(6, 6, mapi.OpenModeReadOnly)
	if numbers, names := w.attachments(6); fmt.Sprint(numbers, names) != "[1 2] [changed.txt three.txt]" {
		t.Errorf("saved attachments %v %v", numbers, names)
	}
	if v := w.props(6, mapi.TagHasAttachments, mapi.TagMessageFlags); !v[0].Bool() || uint32(v[1].Bits())&mapi.MfHasAttach == 0 {
		t.Errorf("the embedded message says %v", v)
	}
}

// TestSetMessageReadFlagUnsaved: a message that is not in a folder has no read state to set there.
func TestSetMessageReadFlagUnsaved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create()
	w.attach(4)
	w.embed(4, 5, mapi.OpenModeCreate)
	w.save(5)
	for index, want := range map[uint8]mapi.ErrorCode{
		3: mapi.ErrMessageNotSaved, 5: mapi.ErrNoSupport, 4: mapi.ErrNullObject, 1: mapi.ErrNullObject,
	} {
		req := &rop.SetMessageReadFlagRequest{RespIn: rop.RespIn{ResponseHandleIndex: 1, InputHandleIndex: index}}
		if got := w.code(req); got != want {
			t.Errorf("object %d: %v, want %v", index, got, want)
		}
	}
	w.save(3)
	one[*rop.SetMessageReadFlagResponse](w, &rop.SetMessageReadFlagRequest{
		RespIn: rop.RespIn{ResponseHandleIndex: 1, InputHandleIndex: 3}, ReadFlags: mapi.ReadFlagClearReadFlag | mapi.ReadFlagSuppressReceipt,
	})
	if got := w.props(3, mapi.TagRead)[0]; !got.Equal(prop.Bool(false)) {
		t.Errorf("read %v", got)
	}
}
