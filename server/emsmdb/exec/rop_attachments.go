package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// getAttachmentTable implements RopGetAttachmentTable, [MS-OXCMSG] 3.2.5.17.
func (e *Executor) getAttachmentTable(ctx context.Context, c *Call, req *rop.GetAttachmentTableRequest) (*rop.GetAttachmentTableResponse, error) {
	t, err := c.Message().AttachmentTable(ctx, req.TableFlags)
	if err != nil {
		return nil, err
	}
	c.SetOutput(t)
	return &rop.GetAttachmentTableResponse{}, nil
}

// openAttachment implements RopOpenAttachment, [MS-OXCMSG] 3.2.5.12.
func (e *Executor) openAttachment(ctx context.Context, c *Call, req *rop.OpenAttachmentRequest) (*rop.OpenAttachmentResponse, error) {
	a, err := c.Message().OpenAttachment(ctx, req.AttachmentID, req.OpenAttachmentFlags)
	if err != nil {
		return nil, err
	}
	c.SetOutput(a)
	return &rop.OpenAttachmentResponse{}, nil
}

// openEmbeddedMessage implements RopOpenEmbeddedMessage, [MS-OXCMSG] 3.2.5.16.
func (e *Executor) openEmbeddedMessage(ctx context.Context, c *Call, req *rop.OpenEmbeddedMessageRequest) (*rop.OpenEmbeddedMessageResponse, error) {
	m, opened, err := c.Attachment().OpenEmbedded(ctx, req.CodePageID, req.OpenModeFlags)
	if err != nil {
		return nil, err
	}
	c.SetOutput(m)
	const overhead = 1 + 8
	return &rop.OpenEmbeddedMessageResponse{MessageID: m.ID(), OpenedMessage: openedMessage(m, opened, c.Room()-headLen-overhead)}, nil
}
