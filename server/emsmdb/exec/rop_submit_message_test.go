package exec_test

import (
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mapi"

	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

func TestSubmitMessageDelivers(t *testing.T) {
	t.Parallel()
	w := mailWorld(t)
	w.submit(nil, internal(0, 1, "bob"), internal(1, 2, "alice"), internal(2, 3, "carol"))
	queued := w.sole("alice", store.SpecialOutbox)
	if queued.Flags&(mapi.MfSubmitted|mapi.MfUnsent) != mapi.MfSubmitted || queued.text(mapi.TagSenderName) != "Alice Adams" ||
		queued.text(mapi.TagSentRepresentingEmailAddress) != aliceDN || queued.props[mapi.TagClientSubmitTime].IsZero() || queued.props[mapi.TagContentFilterSpamConfidenceLevel].Int() != -1 {
		t.Errorf("queued with flags %X: %v", queued.Flags, queued.props)
	}
	w.send(epoch)
	sent := w.sole("alice", store.SpecialSentItems)
	if n := len(w.in("alice", store.SpecialOutbox)); n != 0 || sent.Flags&(mapi.MfSubmitted|mapi.MfUnsent|mapi.MfRead) != mapi.MfRead || len(sent.rows) != 3 {
		t.Errorf("%d left, sent with flags %X to %d", n, sent.Flags, len(sent.rows))
	}
	for user, want := range map[string]struct {
		toMe, ccMe, recipMe bool
		rows                int
	}{"bob": {true, false, true, 2}, "alice": {false, true, true, 2}, "carol": {false, false, true, 3}} {
		m := w.sole(user, store.SpecialInbox)
		if m.props[mapi.TagMessageToMe].Bool() != want.toMe || m.props[mapi.TagMessageCcMe].Bool() != want.ccMe || m.props[mapi.TagMessageRecipientMe].Bool() != want.recipMe || len(m.rows) != want.rows {
			t.Errorf("%s: %d recipients, %v", user, len(m.rows), m.props)
		}
		if m.text(mapi.TagBody) != "text" || m.text(mapi.TagInternetMessageId) != sent.text(mapi.TagInternetMessageId) || !m.props[mapi.TagSearchKey].Equal(sent.props[mapi.TagSearchKey]) ||
			m.text(mapi.TagReceivedByEmailAddress) != dnPrefix+"Recipients/cn="+user || m.text(mapi.TagDisplayBcc) != "" || m.Received == 0 {
			t.Errorf("%s: %v", user, m.props)
		}
		if h := m.text(mapi.TagTransportMessageHeaders); !strings.HasPrefix(h, "Received: from exch01.mapid.test") || !strings.Contains(h, "From: Alice Adams <alice@mapid.test>\r\n") || strings.Contains(h, "carol") {
			t.Errorf("%s: header %q", user, h)
		}
		if m.Flags&mapi.MfFromMe != 0 != (user == "alice") || m.Flags&(mapi.MfUnmodified|mapi.MfRead|mapi.MfUnsent|mapi.MfSubmitted) != mapi.MfUnmodified {
			t.Errorf("%s: flags %X", user, m.Flags)
		}
	}
}

func TestSubmitMessageSavesFirst(t *testing.T) {
	t.Parallel()
	w := mailWorld(t)
	w.compose(nil, internal(0, 1, "bob"))
	one[*rop.SubmitMessageResponse](w, submitRequest(mapi.SubmitPreProcess))
	w.send(epoch)
	if m := w.sole("bob", store.SpecialInbox); m.text(mapi.TagSubject) != "hello" {
		t.Errorf("got %v", m.props)
	}
}
