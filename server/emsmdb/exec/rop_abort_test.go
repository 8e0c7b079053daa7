package exec_test

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
)

// TestAbort checks that there is never anything to abort, [MS-OXCTABL] 3.2.5.6.
func TestAbort(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inbox := w.inbox().FolderIDs[fidInbox]
	w.open("Three attachments")
	for _, tt := range []struct {
		name string
		req  rop.Request
		want mapi.ErrorCode
	}{
		{"HierarchyTable", &rop.GetHierarchyTableRequest{InOut: inOut(1, 2)}, mapi.ErrUnableToAbort},
		{"ContentsTable", &rop.GetContentsTableRequest{InOut: inOut(1, 2)}, mapi.ErrUnableToAbort},
		{"AttachmentTable", &rop.GetAttachmentTableRequest{InOut: inOut(3, 2)}, mapi.ErrNoSupport},
		{"NotATable", &rop.OpenFolderRequest{InOut: inOut(0, 2), FolderID: inbox}, mapi.ErrNoSupport},
	} {
		if got := w.code(tt.req); got != mapi.Success {
			t.Fatalf("%s: %v", tt.name, got)
		}
		if got := w.code(&rop.AbortRequest{In: in(2)}); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
