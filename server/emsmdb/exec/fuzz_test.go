package exec_test

import (
	"context"
	"encoding/binary"
	"runtime"
	"testing"

	"go.uber.org/zap"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/exec"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// FuzzRun feeds ROP lists to a session with objects of every kind. Whatever comes, the answer is well-framed and within
// the client's room, memory stays in proportion to the request, and the session can be logged on to afterwards.
func FuzzRun(f *testing.F) {
	w := newWorld(f, withSeed(numbered(20)))
	e := exec.New(exec.Options{Env: w.env, Logger: zap.NewNop(), Handles: 64, Logons: 4, Notifications: 4})
	facts := &object.Session{Account: "alice", User: *w.entry("alice"), CodePage: 1252, LCIDString: 1033, LCIDSort: 1033}
	l := w.logOn()
	columns := []mapi.PropTag{mapi.TagMid, mapi.TagSubject}
	// What is run first in every session: a logon at 0, a folder at 1, a table at 2.
	prepare := []rop.Request{
		logonRequest(aliceDN), &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: l.FolderIDs[fidInbox]},
		&rop.GetContentsTableRequest{InOut: inOut(1, 2)}, &rop.SetColumnsRequest{In: in(2), PropertyTags: columns},
	}
	list := func(reqs ...rop.Request) []byte {
		p := w.payload(reqs...)
		return p[2 : len(p)-4*len(w.handles)]
	}
	for _, req := range []rop.Request{
		&rop.QueryRowsRequest{In: in(2), ForwardRead: true, RowCount: 50}, &rop.SeekRowRequest{In: in(2), Origin: 2, RowCount: -3},
		&rop.SortTableRequest{In: in(2), SortOrders: []prop.SortOrder{{Tag: mapi.TagSubject, Order: prop.Descending}}},
		&rop.RestrictRequest{In: in(2), Restriction: prop.ExistRestriction{Tag: mapi.TagSubject}},
		&rop.FindRowRequest{In: in(2), Restriction: prop.ExistRestriction{Tag: mapi.TagBody}},
		modifyRules(0, namedRule("x", 1, 1), namedRule("y", 1, 0)), &rop.GetRulesTableRequest{InOut: inOut(1, 3)}, modifyPermissions(0, w.permission(mapi.PermissionAdd, "alice", 0, 1)),
		&rop.UpdateDeferredActionMessagesRequest{In: in(0), ServerEntryID: make([]byte, 21)}, &rop.GetPropertiesAllRequest{In: in(0)}, &rop.GetPropertiesAllRequest{In: in(1), WantUnicode: 1},
		&rop.GetPropertiesSpecificRequest{In: in(1), PropertyTags: []mapi.PropTag{mapi.TagEntryId, 0x30010000}},
		&rop.GetHierarchyTableRequest{InOut: inOut(1, 3), TableFlags: mapi.TableDepth}, &rop.ReleaseRequest{In: in(0)},
		&rop.GetPropertyIdsFromNamesRequest{In: in(0), PropertyNames: []prop.Name{{Kind: prop.NameString, Text: "x"}}},
		&rop.OpenStreamRequest{InOut: inOut(1, 3), PropertyTag: mapi.TagDisplayName}, &rop.ReadStreamRequest{In: in(3), ByteCount: 0xBABE, MaximumByteCount: 9},
		&rop.IdFromLongTermIdRequest{In: in(0)}, &rop.GetReceiveFolderRequest{In: in(0), MessageClass: "IPM"}, &rop.QueryColumnsAllRequest{In: in(2)},
		newFolderRequest(1, 3, "New"), &rop.DeleteFolderRequest{In: in(1), DeleteFolderFlags: 0x15, FolderID: l.FolderIDs[fidInbox]},
		moveFolder(1, 1, l.FolderIDs[fidInbox], "x"), copyFolder(1, 1, l.FolderIDs[fidOutbox], "x", true), &rop.ProgressRequest{In: in(1), WantCancel: true},
		transfer(1, 1, true, 0, l.FolderIDs[fidInbox]), &rop.DeleteMessagesRequest{In: in(1), WantAsynchronous: true, MessageIDs: make([]mapi.ID, 300)},
		&rop.EmptyFolderRequest{In: in(1), WantAsynchronous: true}, &rop.SetReadFlagsRequest{In: in(1)}, &rop.SetMessageStatusRequest{In: in(1)},
	} {
		f.Add(list(req), uint16(0x7FFF))
		f.Add(list(req, req), uint16(100))
	}
	for _, program := range append(messagePrograms(l.FolderIDs[fidInbox]), streamPrograms(l.FolderIDs[fidInbox])...) {
		f.Add(list(program...), uint16(0x7FFF))
	}
	f.Fuzz(func(t *testing.T, ropsList []byte, max uint16) {
		if len(ropsList) > 0x4000 {
			return
		}
		s := e.NewSession(facts)
		defer s.Close()
		w.handles = []uint32{free, free, free, free, free, free, free, free}
		out, err := e.Run(context.Background(), s, exec.Input{Payload: w.payload(prepare...), Max: rop.MaxPayload})
		if err != nil {
			t.Fatal(err)
		}
		payload := binary.LittleEndian.AppendUint16(nil, uint16(2+len(ropsList)))
		payload = append(append(payload, ropsList...), out[0][len(out[0])-32:]...)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		out, err = e.Run(context.Background(), s, exec.Input{Payload: payload, Max: int(max), Chain: true, Overhead: 8})
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 32<<20 {
			t.Errorf("%d bytes allocated for a request of %d", n, len(payload))
		}
		if s.Broken() {
			t.Fatal("a handler panicked")
		}
		if err != nil {
			if _, ok := mapi.CodeOf(err); !ok {
				t.Errorf("error = %v", err)
			}
		} else if got := out[0]; len(got) > int(max) || int(binary.LittleEndian.Uint16(got)) != len(got)-32 {
			t.Errorf("answer of %d bytes where %d fit, %x", len(got), max, got[:2])
		}
		w.handles = []uint32{free, free, free, free, free, free, free, free}
		if out, err = e.Run(context.Background(), s, exec.Input{Payload: w.payload(prepare...), Max: rop.MaxPayload}); err != nil {
			t.Fatalf("the session is unusable: %v", err)
		}
		if r := new(rop.LogonResponse); r.Head() == nil || binary.LittleEndian.Uint32(out[0][4:]) != 0 {
			t.Errorf("log-on afterwards: %x", out[0][:8])
		}
	})
}

// streamPrograms write and copy properties of a new message at index 3.
func streamPrograms(inbox mapi.ID) [][]rop.Request {
	create := &rop.CreateMessageRequest{InOut: inOut(1, 3), CodePageID: 0x0FFF, FolderID: inbox}
	open := func(tag mapi.PropTag, mode uint8) rop.Request {
		return &rop.OpenStreamRequest{InOut: inOut(3, 4), PropertyTag: tag, OpenModeFlags: mode}
	}
	return [][]rop.Request{
		{
			create, open(mapi.TagBody.WithType(mapi.PtypString8), mapi.OpenModeCreate), &rop.WriteStreamRequest{In: in(4), Data: []byte("text\xff")},
			&rop.SeekStreamRequest{In: in(4), Origin: 2, Offset: 300_000}, &rop.WriteStreamRequest{In: in(4), Data: []byte("end")},
			&rop.SetStreamSizeRequest{In: in(4), StreamSize: 262_145}, &rop.CommitStreamRequest{In: in(4)}, open(mapi.TagHtml, 0), &rop.ReadStreamRequest{In: in(4), ByteCount: 99},
		},
		{
			create, open(mapi.TagRtfCompressed, mapi.OpenModeCreate), &rop.WriteStreamRequest{In: in(4), Data: pack(`{\rtf1 a\par}`)}, &rop.ReleaseRequest{In: in(4)},
			&rop.GetPropertiesSpecificRequest{In: in(3), PropertyTags: allBodies}, saveRequest(3, mapi.SaveKeepOpenReadWrite),
		},
		{
			create, &rop.SetPropertiesRequest{In: in(3), PropertyValues: everyType()}, &rop.CreateMessageRequest{InOut: inOut(1, 5), CodePageID: 0x0FFF, FolderID: inbox},
			copyTo(3, 5, 0, true, mapi.TagBody), copyProperties(5, 3, mapi.CopyNoOverwrite, mapi.TagSubject, mapi.TagMessageAttachments), copyTo(1, 1, 0, true),
			&rop.DeletePropertiesRequest{In: in(3), PropertyTags: []mapi.PropTag{mapi.TagSubject, mapi.TagEntryId}}, &rop.QueryNamedPropertiesRequest{In: in(5)},
		},
	}
}

// messagePrograms make messages with recipients, attachments and messages in messages.
func messagePrograms(inbox mapi.ID) [][]rop.Request {
	create := &rop.CreateMessageRequest{InOut: inOut(1, 3), CodePageID: 0x0FFF, FolderID: inbox}
	attach := func(message, index uint8) rop.Request {
		return &rop.CreateAttachmentRequest{InOut: inOut(message, index)}
	}
	return [][]rop.Request{
		{
			create, &rop.ModifyRecipientsRequest{In: in(3), RecipientColumns: []mapi.PropTag{mapi.TagRecipientTrackStatus}, RecipientRows: []rop.ModifyRecipientRow{
				to(1, "Ann"), {RowID: 2, RecipientType: 0x81, RecipientRow: &rop.RecipientRow{RecipientFlags: rop.RecipientTypeX500, AddressPrefixUsed: 9, X500DN: bobDN}},
				{RowID: 3, RecipientRow: &rop.RecipientRow{RecipientFlags: rop.RecipientTypePersonalDL1, EntryID: []byte{1}}}, {RowID: 1},
			}},
			&rop.ReadRecipientsRequest{In: in(3)}, &rop.ReloadCachedInformationRequest{In: in(3)}, saveRequest(3, mapi.SaveForce), &rop.RemoveAllRecipientsRequest{In: in(3)},
		},
		{
			create, attach(3, 4), &rop.OpenEmbeddedMessageRequest{InOut: inOut(4, 5), CodePageID: 0x0FFF, OpenModeFlags: mapi.OpenModeCreate},
			attach(5, 6), saveAttachmentRequest(6, 0), saveRequest(5, 0), saveAttachmentRequest(4, mapi.SaveForce), saveRequest(3, mapi.SaveKeepOpenReadOnly),
			&rop.DeleteAttachmentRequest{In: in(5)}, &rop.DeleteAttachmentRequest{In: in(3)}, &rop.GetAttachmentTableRequest{InOut: inOut(3, 2)},
			&rop.OpenAttachmentRequest{InOut: inOut(3, 4), OpenAttachmentFlags: mapi.OpenModeReadWrite}, saveRequest(3, 0),
		},
	}
}
