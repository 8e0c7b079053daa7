package trace

import (
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
)

// TestUnaskedOperation: what the server tells of its own accord has an answer and no request, and its row is readable.
func TestUnaskedOperation(t *testing.T) {
	t.Parallel()
	type told struct {
		*rop.NotifyResponse
		Event   string
		Columns []mapi.PropTag
		Row     *prop.Row
	}
	var out strings.Builder
	s := &textSink{output: output{w: &out}, render: newRenderer(true)}
	err := s.event(&Event{Kind: Operation, Op: &Op{
		Name: "RopNotify", IsROP: true, Response: &told{
			NotifyResponse: &rop.NotifyResponse{NotificationHandle: 0x7}, Event: "TableRowAdded", Columns: []mapi.PropTag{mapi.TagSubject},
			Row: &prop.Row{Values: []prop.Value{prop.String("the subject")}},
		},
	}})
	if err == nil {
		_, err = out.Write(s.buf)
	}
	text := out.String()
	if err != nil || strings.Contains(text, "> RopNotify") || !strings.Contains(text, "< RopNotify ecNone") ||
		!strings.Contains(text, "NotificationHandle: 0x7") || !strings.Contains(text, "PidTagSubject") || !strings.Contains(text, "the subject") {
		t.Errorf("%v\n%s", err, text)
	}
}
