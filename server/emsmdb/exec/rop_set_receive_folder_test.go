package exec_test

import (
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
)

func setReceive(folder mapi.ID, class string) *rop.SetReceiveFolderRequest {
	return &rop.SetReceiveFolderRequest{In: in(0), FolderID: folder, MessageClass: class}
}

func (w *world) receiveFolder(class string) (mapi.ID, string) {
	w.t.Helper()
	r := one[*rop.GetReceiveFolderResponse](w, &rop.GetReceiveFolderRequest{In: in(0), MessageClass: class})
	return r.FolderID, r.ExplicitMessageClass
}

func TestSetReceiveFolder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.inbox()
	inbox := l.FolderIDs[fidInbox]
	first, second := w.makeFolder(1, 2, "First"), w.makeFolder(1, 3, "Second")
	for _, tt := range []struct {
		name     string
		folder   mapi.ID
		class    string
		ask      string
		want     mapi.ID
		explicit string
	}{
		{"Adds", first, "MY.Class", "MY.Class.Sub", first, "MY.Class"},
		{"ReplacesWithoutRegardToCase", second, "my.CLASS", "MY.Class", second, "my.CLASS"},
		{"SeveralClassesOneFolder", second, "Other", "Other", second, "Other"},
		{"Default", first, "", "Anything", first, ""},
		{"Removes", 0, "My.Class", "MY.Class", first, ""},
		{"RemovesWhatIsNotThere", 0, "Never", "Never", first, ""},
	} {
		one[*rop.SetReceiveFolderResponse](w, setReceive(tt.folder, tt.class))
		if got, class := w.receiveFolder(tt.ask); got != tt.want || class != tt.explicit {
			t.Errorf("%s: %v %q, want %v %q", tt.name, got, class, tt.want, tt.explicit)
		}
	}
	if got, class := w.receiveFolder("IPM.Note"); got != inbox || class != "IPM" {
		t.Errorf("IPM.Note: %v %q", got, class)
	}
}

func TestSetReceiveFolderRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inbox := w.logOn().FolderIDs[fidInbox]
	for _, tt := range []struct {
		name   string
		folder mapi.ID
		class  string
		want   mapi.ErrorCode
	}{
		{"IPM", inbox, "ipm", mapi.ErrAccessDenied},
		{"ReportIPM", inbox, "Report.ipm", mapi.ErrAccessDenied},
		{"RemoveIPM", 0, "IPM", mapi.ErrAccessDenied},
		{"RemoveDefault", 0, "", mapi.ErrGeneralFailure},
		{"LeadingDot", inbox, ".A", mapi.ErrInvalidParameter},
		{"TrailingDot", inbox, "A.", mapi.ErrInvalidParameter},
		{"TwoDots", inbox, "A..B", mapi.ErrInvalidParameter},
		{"Control", inbox, "A\x1F", mapi.ErrInvalidParameter},
		{"NotASCII", inbox, "A\xE9", mapi.ErrInvalidParameter},
		{"TooLong", inbox, strings.Repeat("A", 256), mapi.ErrInvalidParameter},
		{"UnknownFolder", mapi.NewID(1, 0xFFFFFF), "A", mapi.ErrNotFound},
	} {
		if got := w.code(setReceive(tt.folder, tt.class)); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestSetReceiveFolderPublic(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.publicLogon(true)
	if got := w.code(setReceive(l.FolderIDs[1], "A")); got != mapi.ErrNoSupport {
		t.Errorf("%v", got)
	}
}
