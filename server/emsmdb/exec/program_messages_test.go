package exec_test

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"

	"pgregory.net/rapid"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/wire"
)

// texts are values of properties, short and awkward.
var texts = []string{"", "x", "RE: x", "a\nb", "Größe 漢字 𝄞"}

// longText is a text of any length up to some that only streams carry.
func longText(t *rapid.T) string {
	n := rapid.SampledFrom([]int{0, 1, 100, 255, 4000, 16384, 40000, 70000}).Draw(t, "length")
	return strings.Repeat("0123456789abcdef", n/16+1)[:n] + strings.Repeat("ß", min(n, 1))
}

// utf16Bytes is a text as streams carry it.
func utf16Bytes(s string) (out []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}

// stream writes a property in pieces.
func (p *program) stream(index uint8, tag mapi.PropTag, data []byte) {
	must[*rop.OpenStreamResponse](p, &rop.OpenStreamRequest{InOut: inOut(index, atStream), PropertyTag: tag, OpenModeFlags: mapi.OpenModeCreate})
	piece := rapid.SampledFrom([]int{1000, 7777, 30000}).Draw(p.t, "piece")
	for chunk := range slices.Chunk(data, piece) {
		if r := must[*rop.WriteStreamResponse](p, &rop.WriteStreamRequest{In: in(atStream), Data: chunk}); int(r.WrittenSize) != len(chunk) {
			p.t.Fatalf("%d of %d bytes written", r.WrittenSize, len(chunk))
		}
	}
	must[*rop.CommitStreamResponse](p, &rop.CommitStreamRequest{In: in(atStream)})
	p.release(atStream)
}

// read reads a whole property through a stream; nil if there is none.
func (p *program) read(index uint8, tag mapi.PropTag) (out []byte) {
	switch r := do[*rop.OpenStreamResponse](p, &rop.OpenStreamRequest{InOut: inOut(index, atStream), PropertyTag: tag}); r.ReturnValue {
	case mapi.Success:
	case mapi.ErrNotFound:
		return nil
	default:
		p.t.Fatalf("opening %v: %v", tag, r.ReturnValue)
	}
	for {
		data := must[*rop.ReadStreamResponse](p, &rop.ReadStreamRequest{In: in(atStream), ByteCount: 30000}).Data
		if out = append(out, data...); len(data) == 0 {
			p.release(atStream)
			return out
		}
	}
}

// load of the messages of a folder.
func (p *program) loadMessages(folder mapi.ID, flags uint8) (out []*messageModel) {
	p.open(folder, atFolder)
	must[*rop.GetContentsTableResponse](p, &rop.GetContentsTableRequest{InOut: inOut(atFolder, atTable), TableFlags: flags})
	rows := p.rows(mapi.TagMid, mapi.TagMessageFlags, mapi.TagSubject)
	p.release(atFolder)
	for _, row := range rows {
		r := must[*rop.OpenMessageResponse](p, &rop.OpenMessageRequest{
			InOut: inOut(0, atMessage), CodePageID: 0x0FFF, FolderID: folder, MessageID: row.Values[0].ObjectID(),
		})
		m := p.loadMessage(atMessage, r.OpenedMessage)
		m.id = row.Values[0].ObjectID()
		if m.read != (row.Values[1].Bits()&uint64(mapi.MfRead) != 0) || m.subject != textOf(row.Values[2]) {
			p.t.Fatalf("the row says %v of %v", row.Values, m)
		}
		p.release(atMessage)
		out = append(out, m)
	}
	return out
}

// loadMessage reads an open message.
func (p *program) loadMessage(index uint8, opened rop.OpenedMessage) *messageModel {
	v := p.get(index, mapi.TagSubject, mapi.TagImportance, tagMessageCustom, mapi.TagMessageFlags, mapi.TagHasAttachments, mapi.TagDisplayTo)
	m := &messageModel{subject: textOf(v[0]), importance: int32(v[1].Int()), read: v[3].Bits()&uint64(mapi.MfRead) != 0}
	if v[2].Type() == mapi.PtypMultiInteger32 {
		m.custom = prop.Elements[int32](v[2])
	}
	m.body = wire.DecodeUTF16(p.read(index, mapi.TagBody))
	if int(opened.RecipientCount) > 0 {
		p.w.columns[int(index)] = opened.RecipientColumns
		for _, row := range must[*rop.ReadRecipientsResponse](p, &rop.ReadRecipientsRequest{In: in(index)}).RecipientRows {
			m.recipients = append(m.recipients, recipientModel{row.RowID, row.RecipientType, row.RecipientRow.DisplayName, row.RecipientRow.EmailAddress})
		}
	}
	if len(m.recipients) != int(opened.RecipientCount) {
		p.t.Fatalf("%d recipients of %d", len(m.recipients), opened.RecipientCount)
	}
	must[*rop.GetAttachmentTableResponse](p, &rop.GetAttachmentTableRequest{InOut: inOut(index, atTable)})
	for _, row := range p.rows(mapi.TagAttachNumber, mapi.TagAttachMethod) {
		number := uint32(row.Values[0].Int())
		must[*rop.OpenAttachmentResponse](p, &rop.OpenAttachmentRequest{InOut: inOut(index, atAttachment), AttachmentID: number})
		a := attachmentModel{number: number, name: textOf(p.get(atAttachment, mapi.TagAttachLongFilename)[0])}
		if row.Values[1].Int() == int64(mapi.AfEmbeddedMessage) {
			r := must[*rop.OpenEmbeddedMessageResponse](p, &rop.OpenEmbeddedMessageRequest{InOut: inOut(atAttachment, atOther), CodePageID: 0x0FFF})
			inner := p.get(atOther, mapi.TagSubject)
			a.embedded = &messageModel{subject: textOf(inner[0])}
			if int(r.RecipientCount) != 0 {
				p.t.Fatal("the embedded message has recipients")
			}
			p.release(atOther)
		} else {
			a.data = string(p.read(atAttachment, mapi.TagAttachDataBinary))
		}
		p.release(atAttachment)
		m.attachments = append(m.attachments, a)
	}
	if v[4].Bool() != (len(m.attachments) > 0) {
		p.t.Fatalf("PidTagHasAttachments = %v of %v", v[4], m.attachments)
	}
	var to []string
	for _, r := range m.recipients {
		if r.typ == 1 {
			to = append(to, r.name)
		}
	}
	if got := textOf(v[5]); got != strings.Join(to, "; ") {
		p.t.Fatalf("PidTagDisplayTo = %q of %q", got, to)
	}
	return m
}

// messageActions are what programs do with messages.
var messageActions = map[string]func(*program){
	"CreateMessage": func(p *program) {
		f, id := p.folder(false)
		associated := rapid.IntRange(0, 4).Draw(p.t, "associated") == 0
		must[*rop.CreateMessageResponse](p, &rop.CreateMessageRequest{InOut: inOut(0, atMessage), CodePageID: 0x0FFF, FolderID: id, AssociatedFlag: associated})
		m := &messageModel{importance: 1, read: true}
		p.edit(m, true)
		if p.save() {
			if associated {
				f.associated = append(f.associated, m)
			} else {
				f.messages = append(f.messages, m)
			}
		}
		p.release(atMessage)
	},
	"EditMessage": func(p *program) {
		f, m, folder, id := p.message()
		if m == nil {
			return
		}
		must[*rop.OpenMessageResponse](p, &rop.OpenMessageRequest{
			InOut: inOut(0, atMessage), CodePageID: 0x0FFF, FolderID: folder, MessageID: id, OpenModeFlags: mapi.OpenModeReadWrite,
		})
		edited := m.clone()
		p.edit(edited, false)
		if p.save() {
			f.messages[slices.Index(f.messages, m)] = edited
		}
		p.release(atMessage)
	},
	"SetReadFlags": func(p *program) {
		_, m, folder, id := p.message()
		if m == nil {
			return
		}
		m.read = rapid.Bool().Draw(p.t, "read")
		flags := mapi.ReadFlagSuppressReceipt
		if !m.read {
			flags |= mapi.ReadFlagClearReadFlag
		}
		p.open(folder, atFolder)
		must[*rop.SetReadFlagsResponse](p, &rop.SetReadFlagsRequest{In: in(atFolder), ReadFlags: flags, MessageIDs: []mapi.ID{id}})
	},
	"SetMessageReadFlag": func(p *program) {
		_, m, folder, id := p.message()
		if m == nil {
			return
		}
		m.read = rapid.Bool().Draw(p.t, "read")
		flags := mapi.ReadFlagSuppressReceipt
		if !m.read {
			flags |= mapi.ReadFlagClearReadFlag
		}
		p.open(folder, atFolder)
		must[*rop.OpenMessageResponse](p, &rop.OpenMessageRequest{InOut: inOut(0, atMessage), CodePageID: 0x0FFF, FolderID: folder, MessageID: id})
		must[*rop.SetMessageReadFlagResponse](p, &rop.SetMessageReadFlagRequest{
			RespIn: rop.RespIn{ResponseHandleIndex: atFolder, InputHandleIndex: atMessage}, ReadFlags: flags,
		})
		p.release(atMessage)
	},
	"CopyTo": func(p *program) { // a message into a new one
		_, m, folder, id := p.message()
		if m == nil {
			return
		}
		to, target := p.folder(false)
		must[*rop.OpenMessageResponse](p, &rop.OpenMessageRequest{InOut: inOut(0, atOther), CodePageID: 0x0FFF, FolderID: folder, MessageID: id})
		must[*rop.CreateMessageResponse](p, &rop.CreateMessageRequest{InOut: inOut(0, atMessage), CodePageID: 0x0FFF, FolderID: target})
		r := must[*rop.CopyToResponse](p, &rop.CopyToRequest{SrcDst: rop.SrcDst{SourceHandleIndex: atOther, DestHandleIndex: atMessage}, WantSubObjects: true})
		if len(r.PropertyProblems) > 0 {
			p.t.Fatalf("problems %v", r.PropertyProblems)
		}
		if p.save() {
			c := m.clone()
			c.read = true // as every new message of a client's own
			for i := range c.attachments {
				c.attachments[i].number = uint32(i) // they are new ones there
			}
			to.messages = append(to.messages, c)
		}
		p.release(atMessage)
		p.release(atOther)
	},
	"MoveMessages": func(p *program) { p.moveCopy(false) },
	"CopyMessages": func(p *program) { p.moveCopy(true) },
	"DeleteMessages": func(p *program) {
		f, m, folder, id := p.message()
		if m == nil {
			return
		}
		p.open(folder, atFolder)
		if rapid.Bool().Draw(p.t, "for good") {
			must[*rop.HardDeleteMessagesResponse](p, &rop.HardDeleteMessagesRequest{In: in(atFolder), MessageIDs: []mapi.ID{id}})
		} else {
			must[*rop.DeleteMessagesResponse](p, &rop.DeleteMessagesRequest{In: in(atFolder), MessageIDs: []mapi.ID{id}})
		}
		f.messages = slices.DeleteFunc(f.messages, func(o *messageModel) bool { return o == m })
	},
}

// message draws a normal message and finds it on the server: one that looks the same, as those can't be told apart.
func (p *program) message() (*folderModel, *messageModel, mapi.ID, mapi.ID) {
	var folders []*folderModel
	for _, f := range p.root.all() {
		if len(f.messages) > 0 {
			folders = append(folders, f)
		}
	}
	if len(folders) == 0 {
		return nil, nil, 0, 0
	}
	f := rapid.SampledFrom(folders).Draw(p.t, "folder")
	m := rapid.SampledFrom(f.messages).Draw(p.t, "message")
	folder := p.find(f)
	list := p.loadMessages(folder, 0)
	for _, have := range list {
		if have.String() == m.String() {
			return f, m, folder, have.id
		}
	}
	p.t.Fatalf("%q has no message %v, but %v", f.name, m, list)
	return nil, nil, 0, 0
}

// moveCopy moves or copies a message.
func (p *program) moveCopy(isCopy bool) {
	f, m, folder, id := p.message()
	if m == nil {
		return
	}
	to := rapid.SampledFrom(p.root.all()).Draw(p.t, "to")
	p.open(p.find(to), atOther)
	p.open(folder, atFolder)
	must[*rop.MoveCopyMessagesResponse](p, &rop.MoveCopyMessagesRequest{
		SrcDst: rop.SrcDst{SourceHandleIndex: atFolder, DestHandleIndex: atOther}, MessageIDs: []mapi.ID{id}, WantCopy: isCopy,
	})
	p.release(atOther)
	if !isCopy {
		f.messages = slices.DeleteFunc(f.messages, func(o *messageModel) bool { return o == m })
	}
	to.messages = append(to.messages, m.clone())
}

// save saves the message, or now and then lets go of what was changed.
func (p *program) save() bool {
	if rapid.IntRange(0, 5).Draw(p.t, "forget") == 0 {
		return false
	}
	flags := rapid.SampledFrom([]uint8{0, mapi.SaveKeepOpenReadOnly, mapi.SaveKeepOpenReadWrite, mapi.SaveForce}).Draw(p.t, "save flags")
	must[*rop.SaveChangesMessageResponse](p, &rop.SaveChangesMessageRequest{
		RespIn: rop.RespIn{ResponseHandleIndex: atMessage, InputHandleIndex: atMessage}, SaveFlags: flags,
	})
	return true
}

// edit changes the message at atMessage, and the model.
func (p *program) edit(m *messageModel, fresh bool) {
	if fresh || rapid.Bool().Draw(p.t, "properties") {
		m.subject, m.importance = rapid.SampledFrom(texts).Draw(p.t, "subject"), int32(rapid.IntRange(0, 2).Draw(p.t, "importance"))
		m.custom = rapid.SliceOfN(rapid.Int32(), 1, 3).Draw(p.t, "custom")
		p.set(atMessage, prop.Tagged{Tag: mapi.TagSubject, Value: prop.String(m.subject)}, prop.Tagged{Tag: mapi.TagImportance, Value: prop.Int32(m.importance)},
			prop.Tagged{Tag: tagMessageCustom, Value: prop.Multi(mapi.PtypMultiInteger32, m.custom)})
	}
	switch rapid.IntRange(0, 3).Draw(p.t, "body") {
	case 0:
		m.body = longText(p.t)
		p.stream(atMessage, mapi.TagBody, utf16Bytes(m.body))
	case 1:
		m.body = rapid.SampledFrom(texts).Draw(p.t, "short body")
		p.set(atMessage, prop.Tagged{Tag: mapi.TagBody, Value: prop.String(m.body)})
	case 2:
		if rapid.Bool().Draw(p.t, "delete property") {
			must[*rop.DeletePropertiesResponse](p, &rop.DeletePropertiesRequest{In: in(atMessage), PropertyTags: []mapi.PropTag{tagMessageCustom}})
			m.custom = nil
		}
	}
	p.editRecipients(m)
	p.editAttachments(m)
}

func (p *program) editRecipients(m *messageModel) {
	switch rapid.IntRange(0, 5).Draw(p.t, "recipients") {
	case 0:
		must[*rop.RemoveAllRecipientsResponse](p, &rop.RemoveAllRecipientsRequest{In: in(atMessage)})
		m.recipients = nil
	case 1, 2:
		var rows []rop.ModifyRecipientRow
		for range rapid.IntRange(1, 3).Draw(p.t, "rows") {
			id := uint32(rapid.IntRange(0, 4).Draw(p.t, "row"))
			if slices.ContainsFunc(rows, func(r rop.ModifyRecipientRow) bool { return r.RowID == id }) {
				continue
			}
			m.recipients = slices.DeleteFunc(m.recipients, func(r recipientModel) bool { return r.row == id })
			if rapid.IntRange(0, 3).Draw(p.t, "remove") == 0 {
				rows = append(rows, rop.ModifyRecipientRow{RowID: id})
				continue
			}
			name := rapid.SampledFrom([]string{"Zoë", "Bob", "漢字"}).Draw(p.t, "name")
			r := recipientModel{id, uint8(rapid.IntRange(1, 3).Draw(p.t, "type")), name, fmt.Sprintf("r%d@elsewhere.test", id)}
			rows = append(rows, rop.ModifyRecipientRow{RowID: id, RecipientType: r.typ, RecipientRow: &rop.RecipientRow{
				RecipientFlags: rop.RecipientTypeSMTP | rop.RecipientUnicode | rop.RecipientHasDisplayName | rop.RecipientHasEmailAddress,
				DisplayName:    r.name, EmailAddress: r.address,
			}})
			m.recipients = append(m.recipients, r)
		}
		must[*rop.ModifyRecipientsResponse](p, &rop.ModifyRecipientsRequest{In: in(atMessage), RecipientRows: rows})
		slices.SortFunc(m.recipients, func(a, b recipientModel) int { return int(a.row) - int(b.row) })
	}
}

func (p *program) editAttachments(m *messageModel) {
	if len(m.attachments) > 0 && rapid.IntRange(0, 4).Draw(p.t, "delete attachment") == 0 {
		i := rapid.IntRange(0, len(m.attachments)-1).Draw(p.t, "which")
		must[*rop.DeleteAttachmentResponse](p, &rop.DeleteAttachmentRequest{In: in(atMessage), AttachmentID: m.attachments[i].number})
		m.attachments = slices.Delete(m.attachments, i, i+1)
	}
	if rapid.IntRange(0, 2).Draw(p.t, "attach") != 0 {
		return
	}
	number := must[*rop.CreateAttachmentResponse](p, &rop.CreateAttachmentRequest{InOut: inOut(atMessage, atAttachment)}).AttachmentID
	if slices.ContainsFunc(m.attachments, func(a attachmentModel) bool { return a.number == number }) {
		p.t.Fatalf("attachment %d is there already", number)
	}
	a := attachmentModel{number: number, name: rapid.SampledFrom([]string{"a.txt", "Größe.bin"}).Draw(p.t, "file")}
	p.set(atAttachment, prop.Tagged{Tag: mapi.TagAttachLongFilename, Value: prop.String(a.name)})
	if rapid.IntRange(0, 3).Draw(p.t, "embed") == 0 {
		p.embed(&a)
	} else {
		a.data = longText(p.t)
		p.set(atAttachment, prop.Tagged{Tag: mapi.TagAttachMethod, Value: prop.Int32(int32(mapi.AfByValue))})
		p.stream(atAttachment, mapi.TagAttachDataBinary, []byte(a.data))
	}
	if rapid.IntRange(0, 5).Draw(p.t, "forget attachment") != 0 {
		must[*rop.SaveChangesAttachmentResponse](p, &rop.SaveChangesAttachmentRequest{
			RespIn: rop.RespIn{ResponseHandleIndex: atAttachment, InputHandleIndex: atAttachment}, SaveFlags: mapi.SaveKeepOpenReadWrite,
		})
		m.attachments = append(m.attachments, a)
	}
	p.release(atAttachment)
}

// embed puts a message into the attachment.
func (p *program) embed(a *attachmentModel) {
	a.embedded = &messageModel{subject: rapid.SampledFrom(texts).Draw(p.t, "inner subject")}
	p.set(atAttachment, prop.Tagged{Tag: mapi.TagAttachMethod, Value: prop.Int32(int32(mapi.AfEmbeddedMessage))})
	must[*rop.OpenEmbeddedMessageResponse](p, &rop.OpenEmbeddedMessageRequest{InOut: inOut(atAttachment, atOther), CodePageID: 0x0FFF, OpenModeFlags: mapi.OpenModeCreate})
	p.set(atOther, prop.Tagged{Tag: mapi.TagSubject, Value: prop.String(a.embedded.subject)})
	must[*rop.SaveChangesMessageResponse](p, &rop.SaveChangesMessageRequest{
		RespIn: rop.RespIn{ResponseHandleIndex: atOther, InputHandleIndex: atOther}, SaveFlags: mapi.SaveKeepOpenReadWrite,
	})
	p.release(atOther)
}
