package object

import (
	"context"
	"io"

	"github.com/mapid/mapid/internal/mapi"
)

func isBody(tag mapi.PropTag) bool { return false }

func replacedBodies(ctx context.Context, obj Editable, tag mapi.PropTag) error { return nil }

func (m *Message) convertBody(ctx context.Context, tag mapi.PropTag, w io.Writer) error {
	return mapi.ErrNotFound
}
