package exec_test

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
)

// TestLogonTellsTheLargestSubmission: a client that asks learns in KiB what RopSubmitMessage takes, [MS-OXCSTOR] 2.2.2.1.
func TestLogonTellsTheLargestSubmission(t *testing.T) {
	t.Parallel()
	w := mailWorld(t, withMaxSubmit(20))
	if v := w.props(0, mapi.TagMaximumSubmitMessageSize)[0]; v.Int() != 20 {
		t.Errorf("got %v", v)
	}
}
