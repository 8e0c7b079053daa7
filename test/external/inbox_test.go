package another

import (
	"slices"
	"testing"

	"github.com/mapid/mapid/mapidtest"
)

func TestInbox(t *testing.T) {
	s := mapidtest.Start(t, mapidtest.Seed(`
users:
  - name: erin
    password: s3cret
    messages: [{folder: Inbox, from: erin, to: [erin], subject: Hello}]
`))
	if got := s.LogOn("erin", "s3cret").Subjects("Inbox"); !slices.Contains(got, "Hello") {
		t.Errorf("the Inbox holds %q", got)
	}
}
