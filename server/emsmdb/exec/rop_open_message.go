package exec

import (
	"context"

	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// minOpenMessage is the part of the response that is always there, without subject and recipients.
const minOpenMessage = 1 + 1 + 1 + 2 + 2 + 1

// openMessage implements RopOpenMessage, [MS-OXCMSG] 3.2.5.1.
func (e *Executor) openMessage(ctx context.Context, c *Call, req *rop.OpenMessageRequest) (*rop.OpenMessageResponse, error) {
	m, opened, err := c.Logon().OpenMessage(ctx, object.OpenMessageRequest{
		CodePage: req.CodePageID, Folder: req.FolderID, Message: req.MessageID, Mode: req.OpenModeFlags,
	})
	if err != nil {
		return nil, err
	}
	c.SetOutput(m)
	return &rop.OpenMessageResponse{OpenedMessage: openedMessage(m, opened, c.Room()-headLen)}, nil
}

// maxOpenRows is the most recipients that the response of opening a message lists.
const maxOpenRows = 255

// openedMessage makes what three responses tell of a message: as many recipients as fit into room bytes,
// [MS-OXCMSG] 2.2.3.1.2.
func openedMessage(m *object.Message, o *object.Opened, room int) rop.OpenedMessage {
	out := rop.OpenedMessage{
		HasNamedProperties: o.HasNamedProperties, RecipientCount: uint16(min(len(o.Recipients), 0xFFFF)),
		RecipientColumns: o.Columns,
	}
	if o.HasPrefix {
		out.SubjectPrefix = prop.NewTypedString(o.SubjectPrefix)
	}
	if o.HasSubject {
		out.NormalizedSubject = prop.NewTypedString(o.NormalizedSubject)
	}
	room -= minOpenMessage + stringSize(o.SubjectPrefix) + stringSize(o.NormalizedSubject) + 4*len(o.Columns)
	rows := newRecipientWriter(m, o.Columns)
	for i := range o.Recipients {
		if len(out.RecipientRows) == maxOpenRows {
			break
		}
		row := rows.row(&o.Recipients[i])
		if room -= openRowOverhead + rows.size(&row); room < 0 {
			break
		}
		out.RecipientRows = append(out.RecipientRows, rop.OpenRecipientRow{
			RecipientType: rowType(o.Recipients[i].Type), CodePageID: rows.page(), RecipientRow: row,
		})
	}
	return out
}

// openRowOverhead is what stands before each RecipientRow.
const openRowOverhead = 1 + 2 + 2 + 2

// stringSize is an upper bound for the text of a TypedString.
func stringSize(s string) int { return 2*len(s) + 2 }
