package exec_test

import (
	"context"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/server/emsmdb/exec"
)

func TestOpenMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.open("Re: Budget 2026")
	if r.SubjectPrefix != prop.NewTypedString("Re: ") || r.NormalizedSubject != prop.NewTypedString("Budget 2026") {
		t.Errorf("subject = %+v %+v", r.SubjectPrefix, r.NormalizedSubject)
	}
	if r.RecipientCount == 0 || int(r.RecipientCount) != len(r.RecipientRows) {
		t.Errorf("%d recipients, %d rows", r.RecipientCount, len(r.RecipientRows))
	}
	if w.handles[3] == free {
		t.Error("no handle")
	}
}

func TestOpenMessageRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.inbox()
	mid := w.find("Budget 2026")
	bob := one[*rop.LogonResponse](w, &rop.LogonRequest{
		Out: rop.Out{LogonID: 1, OutputHandleIndex: 7}, LogonFlags: mapi.LogonPrivate, OpenFlags: 0x01000001, Essdn: bobDN,
	})
	for _, tt := range []struct {
		name string
		req  rop.OpenMessageRequest
		want mapi.ErrorCode
	}{
		{"Unknown", rop.OpenMessageRequest{FolderID: l.FolderIDs[fidInbox], MessageID: mapi.NewID(1, 0xFFFFFF), CodePageID: 0x0FFF}, mapi.ErrNotFound},
		{"Zero", rop.OpenMessageRequest{FolderID: l.FolderIDs[fidInbox], CodePageID: 0x0FFF}, mapi.ErrNotFound},
		{"OtherMailboxesFolder", rop.OpenMessageRequest{FolderID: bob.FolderIDs[fidInbox], MessageID: mid, CodePageID: 0x0FFF}, mapi.ErrNotFound},
		{"UnknownFolder", rop.OpenMessageRequest{FolderID: mapi.NewID(1, 0xFFFFFF), MessageID: mid, CodePageID: 0x0FFF}, mapi.ErrNotFound},
		{"UnknownCodePage", rop.OpenMessageRequest{FolderID: l.FolderIDs[fidInbox], MessageID: mid, CodePageID: 4711}, mapi.ErrUnknownCodePage},
		{"Good", rop.OpenMessageRequest{FolderID: l.FolderIDs[fidInbox], MessageID: mid, CodePageID: 1251}, mapi.Success},
	} {
		tt.req.InOut = inOut(0, 3)
		if got := w.code(&tt.req); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	// Through another logon the message does not exist.
	req := &rop.OpenMessageRequest{
		InOut: rop.InOut{LogonID: 1, InputHandleIndex: 7, OutputHandleIndex: 3}, FolderID: bob.FolderIDs[fidInbox], MessageID: mid, CodePageID: 0x0FFF,
	}
	if got := w.code(req); got != mapi.ErrNotFound {
		t.Errorf("other logon: %v", got)
	}
}

func TestOpenMessageAccessLevel(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		profile string
		mode    uint8
		want    int64
	}{
		{"exchange2007", mapi.OpenModeReadOnly, 0}, {"exchange2007", mapi.OpenModeReadWrite, 1}, {"exchange2007", mapi.OpenModeBestAccess, 1},
		{"exchange2010-sp1", mapi.OpenModeReadOnly, 1}, {"exchange2010-sp1", mapi.OpenModeReadWrite, 1},
	} {
		w := newWorld(t, withProfile(tt.profile))
		l := w.inbox()
		one[*rop.OpenMessageResponse](w, &rop.OpenMessageRequest{
			InOut: inOut(0, 3), CodePageID: 0x0FFF, FolderID: l.FolderIDs[fidInbox], MessageID: w.find("Budget 2026"), OpenModeFlags: tt.mode,
		})
		if got := w.props(3, mapi.TagAccessLevel)[0].Int(); got != tt.want {
			t.Errorf("%s, mode %d: access level %d, want %d", tt.profile, tt.mode, got, tt.want)
		}
	}
}

// TestRecipientRows checks rows of a user of the directory, a list and somebody outside, [MS-OXCDATA] 2.8.3.
func TestRecipientRows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.open("Many recipients")
	byName := make(map[string]rop.OpenRecipientRow)
	for _, row := range r.RecipientRows {
		byName[row.RecipientRow.DisplayName] = row
	}
	alice, ok := byName["Alice Adams"]
	if !ok || alice.RecipientType != 1 || alice.CodePageID != 1252 {
		t.Fatalf("alice = %+v", alice)
	}
	flags := rop.RecipientTypeX500 | rop.RecipientUnicode | rop.RecipientHasDisplayName | rop.RecipientSameName
	if got := alice.RecipientRow; got.RecipientFlags&^(rop.RecipientHasSimpleName|rop.RecipientResponsibility) != flags || !strings.EqualFold(got.X500DN, aliceDN) || got.AddressPrefixUsed != 0 {
		t.Errorf("alice's row = %+v", got)
	}
	team := byName["The Team"]
	if team.RecipientRow.DisplayType != 1 {
		t.Errorf("the list's row = %+v", team.RecipientRow)
	}
	for name, row := range byName {
		if row.RecipientType == 2 { // the copy goes outside
			want := rop.RecipientTypeSMTP | rop.RecipientHasEmailAddress
			if row.RecipientRow.RecipientFlags&want != want || row.RecipientRow.EmailAddress != "stranger@elsewhere.test" {
				t.Errorf("%s = %+v", name, row.RecipientRow)
			}
		}
	}
	for _, tag := range r.RecipientColumns {
		switch tag.ID() {
		case mapi.TagDisplayName.ID(), mapi.TagEmailAddress.ID(), mapi.TagAddressType.ID(), mapi.TagEntryId.ID(), mapi.TagRecipientType.ID():
			t.Errorf("%v is a column although the row has a field for it", tag)
		}
	}
}

// TestRecipientRowsOfAnOldClient checks the strings of clients that can't read Unicode rows.
func TestRecipientRowsOfAnOldClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withClient(profile.Version{Major: 10}))
	for _, row := range w.open("Budget 2026").RecipientRows {
		if row.RecipientRow.RecipientFlags&rop.RecipientUnicode != 0 || row.RecipientRow.DisplayName != "Alice Adams" {
			t.Errorf("row = %+v", row.RecipientRow)
		}
	}
}

func TestReadRecipients(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	opened := w.open("Many recipients")
	w.columns[3] = opened.RecipientColumns
	all := one[*rop.ReadRecipientsResponse](w, &rop.ReadRecipientsRequest{In: in(3)})
	if len(all.RecipientRows) != int(opened.RecipientCount) {
		t.Fatalf("%d rows of %d", len(all.RecipientRows), opened.RecipientCount)
	}
	for i, row := range all.RecipientRows {
		if row.RecipientRow.DisplayName != opened.RecipientRows[i].RecipientRow.DisplayName {
			t.Errorf("row %d: %q", i, row.RecipientRow.DisplayName)
		}
	}
	third := all.RecipientRows[2].RowID
	some := one[*rop.ReadRecipientsResponse](w, &rop.ReadRecipientsRequest{In: in(3), RowID: third})
	if len(some.RecipientRows) != len(all.RecipientRows)-2 || some.RecipientRows[0].RowID != third {
		t.Errorf("from %d: %d rows", third, len(some.RecipientRows))
	}
	if got := w.code(&rop.ReadRecipientsRequest{In: in(3), RowID: 0xFFFF}); got != mapi.ErrNotFound {
		t.Errorf("unknown row: %v", got)
	}
	if got := w.code(&rop.ReadRecipientsRequest{In: in(1)}); got != mapi.ErrNullObject {
		t.Errorf("of a folder: %v", got)
	}
}

// TestReadRecipientsInPieces reads through a small buffer what the response of opening did not hold.
func TestReadRecipientsInPieces(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	opened := w.open("Many recipients")
	w.columns[3] = opened.RecipientColumns
	seen := 0
	for from := uint32(0); seen < int(opened.RecipientCount); {
		req := &rop.ReadRecipientsRequest{In: in(3), RowID: from}
		out, err := w.exec.Run(context.Background(), w.session, exec.Input{Payload: w.payload(req), Max: 1200})
		if err != nil {
			t.Fatal(err)
		}
		rows := w.decode(out[0], req)[0].(*rop.ReadRecipientsResponse).RecipientRows
		if len(rows) == 0 || len(out[0]) > 1200 {
			t.Fatalf("%d rows in %d bytes", len(rows), len(out[0]))
		}
		skip := 0
		if from != 0 {
			skip = 1 // the row asked for was seen already
		}
		seen += len(rows) - skip
		if last := rows[len(rows)-1].RowID; last == from {
			break
		} else {
			from = last
		}
	}
	if seen != int(opened.RecipientCount) {
		t.Errorf("%d rows of %d", seen, opened.RecipientCount)
	}
}

func TestReadRecipientsTooSmall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.columns[3] = w.open("Many recipients").RecipientColumns
	req := &rop.ReadRecipientsRequest{In: in(3)}
	out, err := w.exec.Run(context.Background(), w.session, exec.Input{Payload: w.payload(req), Max: 60})
	if err != nil {
		t.Fatal(err)
	}
	if got := w.decode(out[0], req)[0].Head().ReturnValue; got != mapi.ErrBufferTooSmall {
		t.Errorf("code = %v", got)
	}
}

func TestGetAttachmentTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("Three attachments")
	one[*rop.GetAttachmentTableResponse](w, &rop.GetAttachmentTableRequest{InOut: inOut(3, 2)})
	one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(2), PropertyTags: []mapi.PropTag{
		mapi.TagAttachNumber, mapi.TagAttachLongFilename, mapi.TagAttachMethod, mapi.TagAttachSize, mapi.TagRenderingPosition,
	}})
	rows := w.rows(10).Rows
	if len(rows) != 3 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, want := range []string{"one.txt", "a rather long file name.csv", "Überblick.txt"} {
		v := rows[i].Values
		if v[0].Int() != int64(i) || v[1].Str() != want || uint32(v[2].Bits()) != mapi.AfByValue || v[3].Int() == 0 || v[4].Type() != mapi.PtypInteger32 {
			t.Errorf("row %d: %v", i, v)
		}
	}
	one[*rop.OpenAttachmentResponse](w, &rop.OpenAttachmentRequest{InOut: inOut(3, 4), AttachmentID: 1})
	if v := w.props(4, mapi.TagAttachDataBinary, mapi.TagAttachNumber); v[0].Str() != "a,b\r\n1,2\r\n" || v[1].Int() != 1 {
		t.Errorf("attachment = %v", v)
	}
	if got := w.code(&rop.OpenAttachmentRequest{InOut: inOut(3, 4), AttachmentID: 9}); got != mapi.ErrNotFound {
		t.Errorf("unknown number: %v", got)
	}
	if got := w.code(&rop.OpenAttachmentRequest{InOut: inOut(1, 4)}); got != mapi.ErrNullObject {
		t.Errorf("of a folder: %v", got)
	}
}

func TestOpenEmbeddedMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("FW: The original message")
	one[*rop.OpenAttachmentResponse](w, &rop.OpenAttachmentRequest{InOut: inOut(3, 4)})
	if v := w.props(4, mapi.TagAttachMethod)[0]; uint32(v.Bits()) != mapi.AfEmbeddedMessage {
		t.Fatalf("method = %v", v)
	}
	r := one[*rop.OpenEmbeddedMessageResponse](w, &rop.OpenEmbeddedMessageRequest{InOut: inOut(4, 5), CodePageID: 0x0FFF})
	if r.NormalizedSubject.Text == "" || r.RecipientCount == 0 {
		t.Errorf("response = %+v", r)
	}
	v := w.props(5, mapi.TagSubject, mapi.TagBody, mapi.TagMessageClass, mapi.TagMid, mapi.TagMessageFlags, mapi.TagHasAttachments)
	if v[0].Str() != r.SubjectPrefix.Text+r.NormalizedSubject.Text || v[1].Str() == "" || v[2].Str() != "IPM.Note" {
		t.Errorf("properties = %v", v)
	}
	if v[3].ErrorCode() != mapi.ErrNotFound || v[4].Type() != mapi.PtypInteger32 || v[5].Type() != mapi.PtypBoolean {
		t.Errorf("computed properties = %v", v[3:])
	}
	one[*rop.GetAttachmentTableResponse](w, &rop.GetAttachmentTableRequest{InOut: inOut(5, 6)})
}

func TestOpenEmbeddedMessageOfAFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("Minutes of the meeting")
	one[*rop.OpenAttachmentResponse](w, &rop.OpenAttachmentRequest{InOut: inOut(3, 4)})
	if got := w.code(&rop.OpenEmbeddedMessageRequest{InOut: inOut(4, 5), CodePageID: 0x0FFF}); got != mapi.ErrNotFound {
		t.Errorf("code = %v", got)
	}
}

func TestSetMessageReadFlag(t *testing.T) {
	t.Parallel()
	const read, ever = mapi.MfRead, mapi.MfEverRead
	for _, tt := range []struct {
		name    string
		profile string
		subject string // "Welcome …" is read, "Lunch …" as well, "Weekly newsletter" is not
		flags   uint8
		want    uint32
		code    mapi.ErrorCode
	}{
		{"Read", "exchange2010-sp1", "Weekly newsletter", 0, read | ever, 0},
		{"Read2007", "exchange2007", "Weekly newsletter", 0, read, 0},
		{"Unread", "exchange2010-sp1", "Welcome to the demo organisation", mapi.ReadFlagClearReadFlag | mapi.ReadFlagSuppressReceipt, 0, 0},
		{"SuppressReceipt", "exchange2010-sp1", "Weekly newsletter", mapi.ReadFlagSuppressReceipt, read | ever, 0},
		{"ReceiptOnly", "exchange2010-sp1", "Weekly newsletter", mapi.ReadFlagGenerateReceiptOnly, 0, 0},
		{"ClearNotifyOnly", "exchange2010-sp1", "Weekly newsletter", mapi.ReadFlagClearNotifyRead, 0, 0},
		{"UnknownFlag", "exchange2010-sp1", "Weekly newsletter", 0x80, 0, mapi.ErrInvalidParameter},
		{"ClearAndReceipt", "exchange2010-sp1", "Weekly newsletter", mapi.ReadFlagClearReadFlag | mapi.ReadFlagGenerateReceiptOnly, 0, mapi.ErrInvalidParameter},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withProfile(tt.profile))
			w.open(tt.subject)
			before := w.props(3, mapi.TagChangeKey)[0]
			req := &rop.SetMessageReadFlagRequest{RespIn: rop.RespIn{ResponseHandleIndex: 1, InputHandleIndex: 3}, ReadFlags: tt.flags}
			resp := w.run(req)[0].(*rop.SetMessageReadFlagResponse)
			if resp.ReturnValue != tt.code || resp.HandleIndex != 1 || resp.ReadStatusChanged {
				t.Errorf("response = %+v", resp)
			}
			v := w.props(3, mapi.TagMessageFlags, mapi.TagChangeKey, mapi.TagRead)
			if got := uint32(v[0].Bits()) & (read | ever); got != tt.want {
				t.Errorf("flags = %#x, want %#x", got, tt.want)
			}
			if !v[1].Equal(before) {
				t.Error("the change key changed with the read state")
			}
			if v[2].Bool() != (tt.want&read != 0) {
				t.Errorf("PidTagRead = %v", v[2])
			}
		})
	}
}

func TestStream(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("A long text")
	r := one[*rop.OpenStreamResponse](w, &rop.OpenStreamRequest{InOut: inOut(3, 4), PropertyTag: mapi.TagBody})
	if r.StreamSize < 64<<10 {
		t.Fatalf("size = %d", r.StreamSize)
	}
	if got := one[*rop.GetStreamSizeResponse](w, &rop.GetStreamSizeRequest{In: in(4)}).StreamSize; got != r.StreamSize {
		t.Errorf("RopGetStreamSize = %d, RopOpenStream said %d", got, r.StreamSize)
	}
	var all []byte
	for {
		part := one[*rop.ReadStreamResponse](w, &rop.ReadStreamRequest{In: in(4), ByteCount: 0x7000}).Data
		if len(part) == 0 {
			break
		}
		all = append(all, part...)
	}
	if uint32(len(all)) != r.StreamSize {
		t.Errorf("read %d bytes of %d", len(all), r.StreamSize)
	}
	text := wire.DecodeUTF16(all)
	if !strings.HasPrefix(text, "Line 1 of a long text") || strings.Count(text, "\n") < 500 {
		t.Errorf("text starts %.40q", text)
	}
	// The same in the code page.
	r8 := one[*rop.OpenStreamResponse](w, &rop.OpenStreamRequest{InOut: inOut(3, 5), PropertyTag: mapi.TagBody.WithType(mapi.PtypString8)})
	if int(r8.StreamSize) != len(text) {
		t.Errorf("8-bit size = %d, want %d", r8.StreamSize, len(text))
	}
	if got := one[*rop.ReadStreamResponse](w, &rop.ReadStreamRequest{In: in(5), ByteCount: 10}).Data; string(got) != "Line 1 of " {
		t.Errorf("8-bit text = %q", got)
	}
}

func TestSeekStream(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("Three attachments")
	one[*rop.OpenAttachmentResponse](w, &rop.OpenAttachmentRequest{InOut: inOut(3, 4), AttachmentID: 1})
	one[*rop.OpenStreamResponse](w, &rop.OpenStreamRequest{InOut: inOut(4, 5), PropertyTag: mapi.TagAttachDataBinary}) // "a,b\r\n1,2\r\n"
	for _, step := range []struct {
		name   string
		origin uint8
		offset int64
		at     uint64
		code   mapi.ErrorCode
		next   string
	}{
		{"Beginning", 0, 2, 2, 0, "b\r\n1,2\r\n"},
		{"Current", 1, -5, 5, 0, "1,2\r\n"},
		{"End", 2, -5, 5, 0, "1,2\r\n"},
		{"BeyondTheEnd", 2, 10, 20, 0, ""},
		{"BeforeTheBeginning", 0, -1, 0, mapi.ErrStreamSeek, ""},
		{"TooFar", 0, 1<<31 + 1, 0, mapi.ErrStreamSeek, ""},
		{"Farther", 1, 1<<63 - 1, 0, mapi.ErrStreamSeek, ""},
		{"BadOrigin", 3, 0, 0, mapi.ErrStreamInvalidParameter, ""},
	} {
		req := &rop.SeekStreamRequest{In: in(5), Origin: step.origin, Offset: step.offset}
		if step.code != 0 {
			if got := w.code(req); got != step.code {
				t.Errorf("%s: %v, want %v", step.name, got, step.code)
			}
			continue
		}
		if got := one[*rop.SeekStreamResponse](w, req).NewPosition; got != step.at {
			t.Errorf("%s: position %d", step.name, got)
		}
		if got := one[*rop.ReadStreamResponse](w, &rop.ReadStreamRequest{In: in(5), ByteCount: 100}).Data; string(got) != step.next {
			t.Errorf("%s: %q", step.name, got)
		}
	}
}

func TestOpenStreamRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("Budget 2026")
	w.contents(mapi.TagMid)
	for _, tt := range []struct {
		name  string
		index uint8
		tag   mapi.PropTag
		mode  uint8
		want  mapi.ErrorCode
	}{
		{"Missing", 3, mapi.Tag(0x6800, mapi.PtypBinary), 0, mapi.ErrNotFound},
		{"Integer", 3, mapi.TagImportance, 0, mapi.ErrNoSupport},
		{"SecurityDescriptor", 1, mapi.Tag(0x0E6A, mapi.PtypString), 0, mapi.ErrNoSupport}, // [MS-OXCPERM] 4.1
		{"UnknownMode", 3, mapi.TagBody, 7, mapi.ErrInvalidParameter},
		{"Table", 2, mapi.TagBody, 0, mapi.ErrNoSupport},
		{"BestAccess", 3, mapi.TagBody, mapi.OpenModeBestAccess, mapi.Success},
	} {
		if got := w.code(&rop.OpenStreamRequest{InOut: inOut(tt.index, 4), PropertyTag: tt.tag, OpenModeFlags: tt.mode}); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestReadStreamExtended(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("A long text")
	one[*rop.OpenStreamResponse](w, &rop.OpenStreamRequest{InOut: inOut(3, 4), PropertyTag: mapi.TagBody})
	r := one[*rop.ReadStreamResponse](w, &rop.ReadStreamRequest{In: in(4), ByteCount: rop.ByteCountExtended, MaximumByteCount: 100})
	if len(r.Data) != 100 {
		t.Errorf("%d bytes", len(r.Data))
	}
	payload := w.payload(&rop.ReadStreamRequest{In: in(4), ByteCount: rop.ByteCountExtended, MaximumByteCount: 0x80000001})
	if _, err := w.raw(payload); err != mapi.ErrRpcFormat { //nolint:errorlint // a bare code
		t.Errorf("error = %v", err)
	}
}

// TestOpenStreamByProfile: [MS-OXCPRPT] 2.2.14. Of folders there are only streams of binaries; those that the server
// computes are none in older versions.
func TestOpenStreamByProfile(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		profile                string
		computed, attachString mapi.ErrorCode
	}{
		{"exchange2007", mapi.ErrNoSupport, mapi.ErrNoSupport},
		{"exchange2010-sp1", mapi.ErrNoSupport, mapi.Success},
		{"exchange2013", mapi.Success, mapi.Success},
	} {
		w := newWorld(t, withProfile(tt.profile))
		w.open("Three attachments")
		one[*rop.OpenAttachmentResponse](w, &rop.OpenAttachmentRequest{InOut: inOut(3, 4)})
		for _, c := range []struct {
			index uint8
			tag   mapi.PropTag
			want  mapi.ErrorCode
		}{
			{1, mapi.TagIpmAppointmentEntryId, mapi.Success},
			{1, mapi.TagParentEntryId, tt.computed},
			{1, mapi.TagDisplayName, mapi.ErrNoSupport},
			{4, mapi.TagAttachLongFilename, tt.attachString},
			{4, mapi.TagAttachDataBinary, mapi.Success},
			{0, mapi.TagMailboxOwnerEntryId, mapi.ErrNoSupport},
		} {
			if got := w.code(&rop.OpenStreamRequest{InOut: inOut(c.index, 5), PropertyTag: c.tag}); got != c.want {
				t.Errorf("%s, %v of object %d: %v, want %v", tt.profile, c.tag, c.index, got, c.want)
			}
		}
	}
}
