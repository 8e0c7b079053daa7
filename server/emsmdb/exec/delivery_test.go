package exec_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/server/emsmdb/object"
	"github.com/mapid/mapid/store"
)

// TestSubmitMessageBounces sends to people who can't have it, and checks what the sender learns, [MS-OXOMSG] 2.2.2: class
// and properties of the report, a row for each of them, and the message itself, so that it can be sent again.
func TestSubmitMessageBounces(t *testing.T) {
	t.Parallel()
	w := mailWorld(t)
	w.compose(nil, internal(0, 1, "bob"), internal(1, 1, "nobody"), outside(2, 2, "none@mapid.test"), internal(3, 1, "dave"), internal(4, 3, "carol"))
	w.write(3, mapi.TagHtml, []byte(strings.Repeat("x", 70_000)))
	one[*rop.SubmitMessageResponse](w, submitRequest(mapi.SubmitNone))
	w.send(epoch)
	w.sole("bob", store.SpecialInbox)
	sent := w.sole("alice", store.SpecialSentItems)
	report := w.sole("alice", store.SpecialInbox)
	for tag, want := range map[mapi.PropTag]prop.Value{
		mapi.TagMessageClass: prop.String("REPORT.IPM.Note.NDR"), mapi.TagOriginalMessageClass: prop.String("IPM.Note"), mapi.TagSubject: prop.String("Undeliverable: hello"),
		mapi.TagOriginalSubject: prop.String("hello"), mapi.TagParentKey: sent.props[mapi.TagSearchKey], mapi.TagOriginalSubmitTime: sent.props[mapi.TagClientSubmitTime],
		mapi.TagOriginalDisplayTo: prop.String("bob; nobody; dave"), mapi.TagReportingMessageTransferAgent: prop.String("dns;exch01.mapid.test"),
		mapi.TagOriginalSenderName: prop.String("Alice Adams"), mapi.TagReceivedByName: prop.String("Alice Adams"), mapi.TagOriginalMessageId: sent.props[mapi.TagInternetMessageId],
	} {
		if !report.props[tag].Equal(want) {
			t.Errorf("%s is %v, want %v", tag, report.props[tag], want)
		}
	}
	var rows []string
	for _, r := range report.rows {
		p := map[mapi.PropTag]prop.Value{}
		for _, x := range r.Props {
			p[x.Tag] = x.Value
		}
		rows = append(rows, fmt.Sprint(p[mapi.TagDisplayName].Str(), " ", p[mapi.TagNonDeliveryReportStatusCode].Int(), " ", p[mapi.TagNonDeliveryReportDiagCode].Int(), " ", p[mapi.TagNonDeliveryReportReasonCode].Int()))
		if r.Type != 1 || p[mapi.TagReportTime].IsZero() || !strings.Contains(p[mapi.TagSupplementaryInfo].Str(), "550") {
			t.Errorf("row %v of type %d", p, r.Type)
		}
	}
	slices.Sort(rows)
	if got, want := strings.Join(rows, ", "), "carol 522 13 0, dave 521 38 0, nobody 511 35 1, none@mapid.test 511 35 1"; got != want {
		t.Errorf("rows %s, want %s", got, want)
	}
	if text := report.text(mapi.TagBody); !strings.Contains(text, "none@mapid.test") || !strings.Contains(text, "#550 5.1.1") {
		t.Errorf("text %q", text)
	}
	w.wantOriginal(report, len(sent.rows))
}

// wantOriginal checks that a report has the message that it is on.
func (w *world) wantOriginal(report stocked, rows int) {
	w.t.Helper()
	var list []store.Attachment
	w.view(func(r store.Reader) (err error) { list, err = r.Attachments(report.Bag); return err })
	if len(list) != 1 || list[0].Method != mapi.AfEmbeddedMessage {
		w.t.Fatalf("attachments %+v", list)
	}
	inner := w.readBag(list[0].Embedded)
	if inner.text(mapi.TagSubject) != "hello" || inner.text(mapi.TagBody) != "text" || len(inner.rows) != rows {
		w.t.Errorf("the message in it has %d recipients: %v", len(inner.rows), inner.props)
	}
	w.view(func(r store.Reader) error {
		v, err := r.OpenProp(list[0].Embedded, mapi.TagHtml)
		if err == nil && v.Size() != 70_000 {
			w.t.Errorf("HTML of %d bytes", v.Size())
		}
		return err
	})
}

// TestSubmitMessageAgain resends a message as clients do from a report: only those get it who did not, [MS-OXOMSG] 3.3.5.1.3.
func TestSubmitMessageAgain(t *testing.T) {
	t.Parallel()
	w := mailWorld(t)
	w.submit([]prop.Tagged{number(mapi.TagMessageFlags, mapi.MfUnsent|mapi.MfResend)},
		func() rop.ModifyRecipientRow { r := internal(0, 1, "bob"); r.RecipientType = 0x81; return r }(), internal(1, 1, "erin"))
	w.send(epoch)
	w.sole("erin", store.SpecialInbox)
	if n := len(w.in("bob", store.SpecialInbox)); n != 0 {
		t.Errorf("bob has it %d times more", n)
	}
}

// TestSubmitMessageSuppressedReports has nobody told who wants to know nothing.
func TestSubmitMessageSuppressedReports(t *testing.T) {
	t.Parallel()
	for name, props := range map[string][]prop.Tagged{
		"AutoResponseSuppress": {number(mapi.TagAutoResponseSuppress, 2)}, "OfAReport": {{Tag: mapi.TagMessageClass, Value: prop.String("REPORT.IPM.Note.NDR")}},
	} {
		w := mailWorld(t)
		w.submit(props, internal(0, 1, "nobody"))
		w.send(epoch)
		if n := len(w.in("alice", store.SpecialInbox)); n != 0 {
			t.Errorf("%s: %d reports", name, n)
		}
	}
}

func TestSubmitMessageDeliveryReport(t *testing.T) {
	t.Parallel()
	w := mailWorld(t)
	w.submit([]prop.Tagged{yes(mapi.TagOriginatorDeliveryReportRequested)}, internal(0, 1, "bob"), internal(1, 2, "erin"))
	w.send(epoch)
	report := w.sole("alice", store.SpecialInbox)
	if report.text(mapi.TagMessageClass) != "REPORT.IPM.Note.DR" || report.text(mapi.TagSubject) != "Delivered: hello" || len(report.rows) != 2 {
		t.Fatalf("%d rows, %v", len(report.rows), report.props)
	}
	for _, r := range report.rows {
		if object.RecipientValue(&r, mapi.TagDeliverTime).IsZero() || !object.RecipientValue(&r, mapi.TagNonDeliveryReportDiagCode).IsZero() {
			t.Errorf("row %v", r.Props)
		}
	}
}

// TestSubmitMessageRecipientForms names bob in every way that a row can, [MS-OXCDATA] 2.8.3.2.
func TestSubmitMessageRecipientForms(t *testing.T) {
	t.Parallel()
	oneOff := msgprops.OneOffEntryID{DisplayName: "B", AddressType: "SMTP", EmailAddress: "bob@mapid.test"}.Bytes()
	columns := []mapi.PropTag{mapi.TagEntryId}
	row := func(id []byte) rop.ModifyRecipientRow {
		return rop.ModifyRecipientRow{RecipientType: 1, RecipientRow: &rop.RecipientRow{
			RecipientFlags: rop.RecipientUnicode | rop.RecipientHasDisplayName, DisplayName: "B", Properties: prop.Row{Values: []prop.Value{prop.Binary(id)}},
		}}
	}
	for name, c := range map[string]rop.ModifyRecipientRow{
		"DN": internal(0, 1, "BOB"), "Address": outside(0, 1, "Bob@MAPID.test"), "EntryID": row(msgprops.AddressBookEntryID{DN: bobDN}.Bytes()), "OneOff": row(oneOff),
		"Encapsulated": outside(0, 1, "IMCEAEX-_o=mapid_ou=First+20Administrative+20Group_cn=Recipients_cn=bob@mapid.test"),
		"OtherType": {RecipientType: 1, RecipientRow: &rop.RecipientRow{
			RecipientFlags: rop.RecipientUnicode | rop.RecipientHasDisplayName | rop.RecipientHasEmailAddress | rop.RecipientOtherAddressType,
			AddressType:    "EX", EmailAddress: bobDN, DisplayName: "B",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := mailWorld(t)
			w.compose(nil)
			if len(c.RecipientRow.Properties.Values) > 0 {
				w.modify(columns, c)
			} else {
				w.modify(nil, c)
			}
			one[*rop.SubmitMessageResponse](w, submitRequest(mapi.SubmitNone))
			w.send(epoch)
			if m := w.sole("bob", store.SpecialInbox); !m.props[mapi.TagMessageToMe].Bool() {
				t.Error("it is not to him")
			}
		})
	}
}

// TestSubmitMessageUnresolved has a recipient of whom nothing but the name is known.
func TestSubmitMessageUnresolved(t *testing.T) {
	t.Parallel()
	w := mailWorld(t)
	w.submit(nil, rop.ModifyRecipientRow{RecipientType: 1, RecipientRow: &rop.RecipientRow{
		RecipientFlags: rop.RecipientUnicode | rop.RecipientHasDisplayName, DisplayName: "Somebody",
	}})
	w.send(epoch)
	report := w.sole("alice", store.SpecialInbox)
	if got := object.RecipientValue(&report.rows[0], mapi.TagNonDeliveryReportStatusCode); got.Int() != 513 {
		t.Errorf("status %v", got)
	}
}

// TestSubmitMessageExpandsLists sends to lists that contain each other, to members by name as well, and to all users:
// everybody gets it once, those elsewhere too, [MS-OXOMSG] 3.3.5.1.
func TestSubmitMessageExpandsLists(t *testing.T) {
	t.Parallel()
	w := mailWorld(t)
	w.submit(nil, internal(0, 1, "inner"), internal(1, 2, "bob"), internal(2, 1, "everyone"), outside(3, 1, "EXT@elsewhere.test"))
	w.send(epoch)
	for user, toMe := range map[string]bool{"bob": false, "carol": false, "erin": false} {
		if m := w.sole(user, store.SpecialInbox); m.props[mapi.TagMessageToMe].Bool() != toMe || m.props[mapi.TagMessageCcMe].Bool() != (user == "bob") || len(m.rows) != 4 {
			t.Errorf("%s: %v", user, m.props)
		}
	}
	captured := w.sole(seed.OutboundAccount, store.SpecialInbox)
	if captured.text(mapi.TagSubject) != "hello" || len(captured.rows) != 4 {
		t.Errorf("captured %v", captured.props)
	}
	subjects := []string{}
	for _, m := range w.in("alice", store.SpecialInbox) { // her own copy, and the report on dave
		subjects = append(subjects, m.text(mapi.TagSubject))
	}
	if slices.Sort(subjects); !slices.Equal(subjects, []string{"Undeliverable: hello", "hello"}) {
		t.Errorf("alice has %q", subjects)
	}
}

func TestSubmitMessageToAPublicFolder(t *testing.T) {
	t.Parallel()
	w := mailWorld(t)
	w.submit(nil, internal(0, 1, "local"))
	w.send(epoch)
	w.view(func(r store.Reader) error {
		box, err := r.PublicMailbox()
		if err != nil {
			return err
		}
		news, err := r.FolderByName(box.Special[store.SpecialIPMSubtree], "News")
		if err != nil {
			return err
		}
		local, err := r.FolderByName(news.ID, "Local")
		if local.ContentCount != 1 {
			t.Errorf("%d messages in the folder", local.ContentCount)
		}
		return err
	})
	if n := len(w.in("alice", store.SpecialInbox)); n != 0 {
		t.Errorf("%d reports", n)
	}
}

// TestSubmitMessageToAMovedPublicFolder finds the folder wherever it is and whatever it is called.
func TestSubmitMessageToAMovedPublicFolder(t *testing.T) {
	t.Parallel()
	w := mailWorld(t)
	err := w.store.Update(t.Context(), store.Scope{Mailboxes: []store.MailboxID{w.publicMailbox()}}, func(tx store.Tx) error {
		box, err := tx.PublicMailbox()
		if err != nil {
			return err
		}
		news, err := tx.FolderByName(box.Special[store.SpecialIPMSubtree], "News")
		if err != nil {
			return err
		}
		local, err := tx.FolderByName(news.ID, "Local")
		if err == nil {
			_, err = tx.MoveFolder(local.ID, store.FolderMove{Parent: box.Special[store.SpecialIPMSubtree], Name: "Elsewhere"})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w.submit(nil, internal(0, 1, "local"))
	w.send(epoch)
	w.view(func(r store.Reader) error {
		box, err := r.PublicMailbox()
		if err != nil {
			return err
		}
		f, err := r.FolderByName(box.Special[store.SpecialIPMSubtree], "Elsewhere")
		if f.ContentCount != 1 {
			t.Errorf("%d messages in the folder", f.ContentCount)
		}
		return err
	})
}

// TestSubmitMessageIntoReceiveFolder delivers by class, [MS-OXCSTOR] 3.2.5.2.
func TestSubmitMessageIntoReceiveFolder(t *testing.T) {
	t.Parallel()
	w := mailWorld(t)
	w.change("bob", func(tx store.Tx) error {
		box, err := tx.MailboxOf("bob")
		if err != nil {
			return err
		}
		return tx.SetReceiveFolder(box.ID, "IPM.Note.Special", box.Special[store.SpecialJunkEmail])
	})
	w.submit([]prop.Tagged{{Tag: mapi.TagMessageClass, Value: prop.String("IPM.Note.Special.Case")}}, internal(0, 1, "bob"))
	w.send(epoch)
	w.sole("bob", store.SpecialJunkEmail)
}

func TestSubmitMessageDeferred(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) prop.Value { return prop.Time(mapi.NewFileTime(epoch.Add(d))) }
	units := func(n, unit uint32) []prop.Tagged {
		return []prop.Tagged{number(mapi.TagDeferredSendNumber, n), number(mapi.TagDeferredSendUnits, unit)}
	}
	for name, c := range map[string]struct {
		profile string
		props   []prop.Tagged
		wait    time.Duration
	}{
		"Time":    {"exchange2010-sp1", []prop.Tagged{{Tag: mapi.TagDeferredSendTime, Value: at(time.Hour)}}, time.Hour},
		"Past":    {"exchange2010-sp1", []prop.Tagged{{Tag: mapi.TagDeferredSendTime, Value: at(-time.Hour)}}, 0},
		"Minutes": {"exchange2010-sp1", units(5, 0), 5 * time.Minute}, "Hours": {"exchange2010-sp1", units(2, 1), 2 * time.Hour},
		"Days": {"exchange2010-sp1", units(1, 2), 24 * time.Hour}, "Weeks": {"exchange2010-sp1", units(1, 3), 7 * 24 * time.Hour},
		"NoUnit": {"exchange2010-sp1", units(5, 9), 0}, "TooMany": {"exchange2010-sp1", units(1000, 0), 0},
		"TimeBeatsNumber":    {"exchange2010-sp1", append(units(5, 0), prop.Tagged{Tag: mapi.TagDeferredSendTime, Value: at(time.Hour)}), time.Hour},
		"DeliveryTimeIn2003": {"exchange2003", []prop.Tagged{{Tag: mapi.TagDeferredDeliveryTime, Value: at(time.Hour)}}, time.Hour},
		"SendTimeIn2003":     {"exchange2003", []prop.Tagged{{Tag: mapi.TagDeferredSendTime, Value: at(time.Hour)}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := mailWorld(t, withProfile(c.profile))
			w.submit(c.props, internal(0, 1, "bob"))
			if c.wait > 0 {
				if wait := w.send(epoch.Add(c.wait - time.Second)); wait != time.Second {
					t.Errorf("due in %v", wait)
				}
				if n := len(w.in("bob", store.SpecialInbox)); n != 0 || w.sole("alice", store.SpecialOutbox).Flags&mapi.MfSubmitted == 0 {
					t.Errorf("it was sent early")
				}
			}
			w.send(epoch.Add(c.wait))
			m := w.sole("bob", store.SpecialInbox)
			for _, tag := range []mapi.PropTag{mapi.TagDeferredSendTime, mapi.TagDeferredSendNumber, mapi.TagDeferredDeliveryTime} {
				if v := m.props[tag]; !v.IsZero() {
					t.Errorf("%s was delivered", tag)
				}
			}
		})
	}
}

// TestSubmitMessageSentCopy checks what becomes of the message itself, [MS-OXOMSG] 3.3.5.1.3.
func TestSubmitMessageSentCopy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		props func(w *world) []prop.Tagged
		want  store.Special // SpecialCount: nowhere
	}{
		"Default": {func(*world) []prop.Tagged { return nil }, store.SpecialSentItems},
		"Deleted": {func(*world) []prop.Tagged { return []prop.Tagged{yes(mapi.TagDeleteAfterSubmit)} }, store.SpecialCount},
		"NotDeleted": {func(w *world) []prop.Tagged {
			return []prop.Tagged{{Tag: mapi.TagDeleteAfterSubmit, Value: prop.Bool(false)}}
		}, store.SpecialSentItems},
		"EntryID": {func(w *world) []prop.Tagged {
			return []prop.Tagged{{Tag: mapi.TagSentMailEntryId, Value: w.entryIDOf(store.SpecialDrafts)}}
		}, store.SpecialDrafts},
		"ServerID": {func(w *world) []prop.Tagged {
			return []prop.Tagged{{Tag: mapi.TagSentMailSvrEID, Value: serverID(w.special(store.SpecialJunkEmail))}}
		}, store.SpecialJunkEmail},
		"ServerIDFirst": {func(w *world) []prop.Tagged {
			return []prop.Tagged{{Tag: mapi.TagSentMailSvrEID, Value: serverID(w.special(store.SpecialJunkEmail))}, {Tag: mapi.TagSentMailEntryId, Value: w.entryIDOf(store.SpecialDrafts)}}
		}, store.SpecialJunkEmail},
		"NoFolder": {func(w *world) []prop.Tagged {
			return []prop.Tagged{{Tag: mapi.TagSentMailSvrEID, Value: serverID(mapi.NewID(1, 0xFFFFFF))}}
		}, store.SpecialSentItems},
		"WhereItIs": {func(w *world) []prop.Tagged {
			return []prop.Tagged{{Tag: mapi.TagSentMailEntryId, Value: w.entryIDOf(store.SpecialOutbox)}}
		}, store.SpecialOutbox},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := mailWorld(t)
			w.submit(c.props(w), internal(0, 1, "bob"))
			w.send(epoch)
			if m := w.sole("bob", store.SpecialInbox); !m.props[mapi.TagSentMailSvrEID].IsZero() || !m.props[mapi.TagSentMailEntryId].IsZero() || !m.props[mapi.TagDeleteAfterSubmit].IsZero() {
				t.Errorf("what concerns the sender alone was delivered: %v", m.props)
			}
			total := 0
			for _, s := range []store.Special{store.SpecialOutbox, store.SpecialSentItems, store.SpecialDrafts, store.SpecialJunkEmail} {
				n := len(w.in("alice", s))
				total += n
				if n != 0 && s != c.want {
					t.Errorf("%d messages in folder %d", n, s)
				}
			}
			if c.want == store.SpecialCount {
				if total != 0 {
					t.Errorf("%d messages are left", total)
				}
				return
			}
			if m := w.sole("alice", c.want); m.Flags&(mapi.MfRead|mapi.MfSubmitted|mapi.MfUnsent) != mapi.MfRead {
				t.Errorf("flags %X", m.Flags)
			}
		})
	}
}

func (w *world) entryIDOf(s store.Special) (v prop.Value) {
	w.t.Helper()
	w.view(func(r store.Reader) error {
		box, err := r.MailboxOf(w.setup.user)
		v = prop.Binary(msgprops.FolderEntryID{ProviderUID: box.GUID, Type: msgprops.EntryPrivateFolder,
			Folder: prop.LongTermID{DatabaseGUID: w.store.ReplicaGUID(), GlobalCounter: uint64(box.Special[s])}}.Bytes())
		return err
	})
	return v
}

// serverID is the server id of a folder, [MS-OXCDATA] 2.11.1.4.
func serverID(folder mapi.ID) prop.Value {
	b := make([]byte, 21)
	b[0] = 1
	for i := range 8 {
		b[1+i] = byte(uint64(folder) >> (8 * i))
	}
	return prop.ServerID(b)
}

func TestSubmitMessageRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		user    string
		options []option
		props   []prop.Tagged
		to      []rop.ModifyRecipientRow
		flags   uint8
		want    mapi.ErrorCode
	}{
		"NoRecipients": {to: nil, want: mapi.ErrNoRecipients},
		"UnknownFlag":  {to: []rop.ModifyRecipientRow{internal(0, 1, "bob")}, flags: 4, want: mapi.ErrInvalidParameter},
		"Pitfall27Quota": {user: "erin", props: []prop.Tagged{{Tag: mapi.TagHtml, Value: prop.BinaryString(strings.Repeat("x", 2000))}},
			to: []rop.ModifyRecipientRow{internal(0, 1, "bob")}, want: mapi.ErrQuotaExceeded},
		"TooLarge": {props: []prop.Tagged{{Tag: mapi.TagHtml, Value: prop.BinaryString(strings.Repeat("x", 30_000))}}, options: []option{withMaxSubmit(20)},
			to: []rop.ModifyRecipientRow{internal(0, 1, "bob")}, want: mapi.ErrMaxSubmission},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.user != "" {
				c.options = append(c.options, asUser(c.user))
			}
			w := mailWorld(t, c.options...)
			w.compose(c.props, c.to...)
			if code := w.code(submitRequest(c.flags)); code != c.want {
				t.Errorf("got %v, want %v", code, c.want)
			}
			w.send(epoch)
			if n := len(w.in("bob", store.SpecialInbox)); n != 0 {
				t.Errorf("bob has %d messages", n)
			}
		})
	}
}

func TestSubmitMessageOnlyMessages(t *testing.T) {
	t.Parallel()
	w := mailWorld(t)
	request := func(at uint8) *rop.SubmitMessageRequest { return &rop.SubmitMessageRequest{In: in(at)} }
	if code := w.code(request(0)); code != mapi.ErrNullObject {
		t.Errorf("a logon: %v", code)
	}
	one[*rop.CreateMessageResponse](w, &rop.CreateMessageRequest{InOut: inOut(0, 3), CodePageID: 0x0FFF, FolderID: w.special(store.SpecialInbox), AssociatedFlag: true})
	w.modify(nil, internal(0, 1, "bob"))
	if code := w.code(request(3)); code != mapi.ErrAccessDenied {
		t.Errorf("an associated message: %v", code)
	}
	w.publicLogon(false)
	if code := w.code(abortRequest(1, 1)); code != mapi.ErrNoSupport {
		t.Errorf("in public folders: %v", code)
	}
}

// TestSubmitMessageSender checks in whose name mail goes out, [MS-OXOMSG] 3.2.4.1, and what happens to mail in the name of
// somebody for whom the user may not send.
func TestSubmitMessageSender(t *testing.T) {
	t.Parallel()
	bob := func(w *world) []prop.Tagged {
		return []prop.Tagged{{Tag: mapi.TagSentRepresentingEntryId, Value: w.addressOf("bob")}, {Tag: mapi.TagSentRepresentingName, Value: prop.String("Bob Brown")}}
	}
	meeting := prop.Tagged{Tag: mapi.TagMessageClass, Value: prop.String("IPM.Schedule.Meeting.Request")}
	for name, c := range map[string]struct {
		profile             string
		attribute           string
		props               func(w *world) []prop.Tagged
		sender, represented string
		code                mapi.ErrorCode
		refused             bool
	}{
		"Own": {props: func(*world) []prop.Tagged { return nil }, sender: "Alice Adams", represented: "Alice Adams"},
		"Pitfall25EmptyIsNone": {props: func(*world) []prop.Tagged {
			return []prop.Tagged{{Tag: mapi.TagSentRepresentingEntryId, Value: prop.Binary(nil)}, {Tag: mapi.TagSentRepresentingName, Value: prop.String("")}, {Tag: mapi.TagSentRepresentingEmailAddress, Value: prop.String("")}}
		}, sender: "Alice Adams", represented: "Alice Adams"},
		"OnBehalf":                 {attribute: "delegates", props: bob, sender: "Alice Adams", represented: "Bob Brown"},
		"As":                       {attribute: "send_as", props: bob, sender: "Bob Brown", represented: "Bob Brown"},
		"Pitfall25MeetingForwards": {props: func(w *world) []prop.Tagged { return append(bob(w), meeting) }, sender: "Alice Adams", represented: "Bob Brown"},
		"NotAllowed":               {props: bob, refused: true},
		"NotAllowedIn2003":         {profile: "exchange2003", props: bob, code: mapi.ErrAccessDenied},
		"Stranger": {props: func(*world) []prop.Tagged {
			return []prop.Tagged{{Tag: mapi.TagSentRepresentingAddressType, Value: prop.String("SMTP")}, {Tag: mapi.TagSentRepresentingEmailAddress, Value: prop.String("x@elsewhere.test")}}
		}, refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.profile == "" {
				c.profile = "exchange2010-sp1"
			}
			w := mailWorld(t, withProfile(c.profile))
			if c.attribute != "" {
				w.setAttribute("bob", c.attribute, "alice")
			}
			w.compose(c.props(w), internal(0, 1, "erin"))
			if code := w.code(submitRequest(mapi.SubmitNone)); code != c.code {
				t.Fatalf("got %v, want %v", code, c.code)
			}
			w.send(epoch)
			list := w.in("erin", store.SpecialInbox)
			if c.refused || c.code != mapi.Success {
				if len(list) != 0 {
					t.Errorf("erin has %d messages", len(list))
				}
				if !c.refused {
					return
				}
				report := w.sole("alice", store.SpecialInbox)
				if got := object.RecipientValue(&report.rows[0], mapi.TagNonDeliveryReportStatusCode); got.Int() != 571 {
					t.Errorf("status %v", got)
				}
				return
			}
			m := w.sole("erin", store.SpecialInbox)
			if m.text(mapi.TagSenderName) != c.sender || m.text(mapi.TagSentRepresentingName) != c.represented {
				t.Errorf("from %q for %q, want %q for %q", m.text(mapi.TagSenderName), m.text(mapi.TagSentRepresentingName), c.sender, c.represented)
			}
		})
	}
}

// TestSubmitMessageByADelegate sends from somebody else's mailbox: in the owner's name.
func TestSubmitMessageByADelegate(t *testing.T) {
	t.Parallel()
	w := mailWorld(t)
	w.setAttribute("alice", "delegates", "bob")
	w.permit(w.special(store.SpecialOutbox), "bob", mapi.RoleEditor)
	outbox := w.special(store.SpecialOutbox)
	bob := w.delegate("bob")
	one[*rop.CreateMessageResponse](bob, &rop.CreateMessageRequest{InOut: inOut(0, 3), CodePageID: 0x0FFF, FolderID: outbox})
	bob.modify(nil, internal(0, 1, "erin"))
	one[*rop.SubmitMessageResponse](bob, submitRequest(mapi.SubmitNone))
	w.send(epoch)
	m := w.sole("erin", store.SpecialInbox)
	if m.text(mapi.TagSenderName) != "Bob Brown" || m.text(mapi.TagSentRepresentingName) != "Alice Adams" {
		t.Errorf("from %q for %q", m.text(mapi.TagSenderName), m.text(mapi.TagSentRepresentingName))
	}
	w.sole("alice", store.SpecialSentItems)
}

// TestSubmitMessageLoops bounces mail that has passed too many servers.
func TestSubmitMessageLoops(t *testing.T) {
	t.Parallel()
	w := mailWorld(t)
	header := strings.Repeat("Received: from a by b; Mon, 30 Jun 2003 16:52:06 +0000\r\n", 31)
	w.submit([]prop.Tagged{{Tag: mapi.TagTransportMessageHeaders, Value: prop.String(header)}}, internal(0, 1, "bob"))
	w.send(epoch)
	report := w.sole("alice", store.SpecialInbox)
	if got := object.RecipientValue(&report.rows[0], mapi.TagNonDeliveryReportStatusCode); got.Int() != 546 {
		t.Errorf("status %v", got)
	}
}

// TestSubmitMessageWithFiles delivers attachments, large values and embedded messages whole.
func TestSubmitMessageWithFiles(t *testing.T) {
	t.Parallel()
	w := mailWorld(t)
	w.compose(nil, internal(0, 1, "bob"), internal(1, 1, "erin"))
	w.attach(4, prop.Tagged{Tag: mapi.TagAttachDataBinary, Value: prop.BinaryString(strings.Repeat("0123456789", 3000))}, number(mapi.TagAttachMethod, mapi.AfByValue))
	w.saveAttachment(4)
	one[*rop.SubmitMessageResponse](w, submitRequest(mapi.SubmitNone))
	w.send(epoch)
	for _, user := range []string{"bob", "erin"} {
		m := w.sole(user, store.SpecialInbox)
		w.view(func(r store.Reader) error {
			list, err := r.Attachments(m.Bag)
			if err != nil || len(list) != 1 {
				t.Fatalf("%s: attachments %v, %v", user, list, err)
			}
			v, err := r.OpenProp(list[0].Bag, mapi.TagAttachDataBinary)
			if err == nil && v.Size() != 30_000 {
				t.Errorf("%s: %d bytes", user, v.Size())
			}
			return err
		})
	}
	if err := w.store.Check(t.Context()); err != nil {
		t.Error(err)
	}
}
