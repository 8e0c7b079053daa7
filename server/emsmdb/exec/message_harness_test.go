package exec_test

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
)

// create logs on and makes a new message of the inbox at index 3.
func (w *world) create() *rop.LogonResponse {
	w.t.Helper()
	l := w.inbox()
	one[*rop.CreateMessageResponse](w, &rop.CreateMessageRequest{InOut: inOut(1, 3), CodePageID: 0x0FFF, FolderID: l.FolderIDs[fidInbox]})
	return l
}

// created makes, fills and saves a message of the inbox. It stays open at index 3.
func (w *world) created(props ...prop.Tagged) mapi.ID {
	w.t.Helper()
	w.create()
	w.set(3, props...)
	return w.save(3)
}

func saveRequest(index, flags uint8) *rop.SaveChangesMessageRequest {
	return &rop.SaveChangesMessageRequest{RespIn: rop.RespIn{ResponseHandleIndex: 1, InputHandleIndex: index}, SaveFlags: flags}
}

func saveAttachmentRequest(index, flags uint8) *rop.SaveChangesAttachmentRequest {
	return &rop.SaveChangesAttachmentRequest{RespIn: rop.RespIn{ResponseHandleIndex: 3, InputHandleIndex: index}, SaveFlags: flags}
}

// save saves the message at an index, which must succeed, and keeps it open for writing.
func (w *world) save(index uint8) mapi.ID {
	w.t.Helper()
	r := one[*rop.SaveChangesMessageResponse](w, saveRequest(index, mapi.SaveKeepOpenReadWrite))
	if r.InputHandleIndex != index {
		w.t.Errorf("input handle index %d", r.InputHandleIndex)
	}
	return r.MessageID
}

// saveAttachment saves the attachment at an index, which must succeed.
func (w *world) saveAttachment(index uint8) {
	w.t.Helper()
	one[*rop.SaveChangesAttachmentResponse](w, saveAttachmentRequest(index, mapi.SaveKeepOpenReadWrite))
}

// openAt opens a message of the logon at index 0 at another one.
func (w *world) openAt(index uint8, id mapi.ID, mode uint8) *rop.OpenMessageResponse {
	w.t.Helper()
	return one[*rop.OpenMessageResponse](w, openRequest(index, id, mode))
}

func openRequest(index uint8, id mapi.ID, mode uint8) *rop.OpenMessageRequest {
	return &rop.OpenMessageRequest{InOut: inOut(0, index), CodePageID: 0x0FFF, MessageID: id, OpenModeFlags: mode}
}

// number is a 32-bit property.
func number(tag mapi.PropTag, n uint32) prop.Tagged {
	return prop.Tagged{Tag: tag, Value: prop.Uint32(n)}
}
