package exec_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/server/emsmdb/exec"
	"github.com/mapid/mapid/server/emsmdb/object"
	"github.com/mapid/mapid/store"
)

// smtpRow is somebody outside.
func smtpRow(name, address string) *rop.RecipientRow {
	return &rop.RecipientRow{
		RecipientFlags: rop.RecipientTypeSMTP | rop.RecipientUnicode | rop.RecipientHasEmailAddress | rop.RecipientHasDisplayName | rop.RecipientSameName,
		EmailAddress:   address, DisplayName: name,
	}
}

// modify changes recipients of the message at index 3, which must succeed.
func (w *world) modify(columns []mapi.PropTag, rows ...rop.ModifyRecipientRow) {
	w.t.Helper()
	one[*rop.ModifyRecipientsResponse](w, &rop.ModifyRecipientsRequest{In: in(3), RecipientColumns: columns, RecipientRows: rows})
}

// to is a primary recipient outside.
func to(row uint32, name string) rop.ModifyRecipientRow {
	return rop.ModifyRecipientRow{RowID: row, RecipientType: 1, RecipientRow: smtpRow(name, strings.ToLower(name)+"@elsewhere.test")}
}

// recipients reads the recipients of the message at an index, in rows with columns.
func (w *world) recipients(index uint8, columns ...mapi.PropTag) []rop.ReadRecipientRow {
	w.t.Helper()
	w.columns[int(index)] = append([]mapi.PropTag{}, columns...)
	return one[*rop.ReadRecipientsResponse](w, &rop.ReadRecipientsRequest{In: in(index)}).RecipientRows
}

// stored returns the recipients of a message as the store has them.
func (w *world) stored(id mapi.ID) (list []store.Recipient) {
	w.t.Helper()
	err := w.store.View(context.Background(), store.Scope{}, func(r store.Reader) error {
		m, err := r.Message(store.MessageID(id.Counter()))
		if err != nil {
			return err
		}
		list, err = r.Recipients(m.Bag)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// TestModifyRecipientsRowForms: every form of a row, by its RecipientFlags, [MS-OXCDATA] 2.8.3, and the properties that
// others then find.
func TestModifyRecipientsRowForms(t *testing.T) {
	t.Parallel()
	const unicode, email, name = rop.RecipientUnicode, rop.RecipientHasEmailAddress, rop.RecipientHasDisplayName
	none := prop.Value{}
	addressBook := func(typ uint32, dn string) prop.Value {
		return prop.Binary(msgprops.AddressBookEntryID{Type: typ, DN: dn}.Bytes())
	}
	oneOff := func(name, kind, address string, noRich bool) prop.Value {
		return prop.Binary(msgprops.OneOffEntryID{DisplayName: name, AddressType: kind, EmailAddress: address, NoRichText: noRich}.Bytes())
	}
	str := prop.String
	for _, tt := range []struct {
		name string
		row  rop.RecipientRow
		want map[mapi.PropTag]prop.Value
	}{
		{"X500DN", rop.RecipientRow{RecipientFlags: rop.RecipientTypeX500 | unicode | name | rop.RecipientSameName, X500DN: bobDN, DisplayName: "Bob"}, map[mapi.PropTag]prop.Value{
			mapi.TagAddressType: str("EX"), mapi.TagEmailAddress: str(bobDN), mapi.TagDisplayName: str("Bob"), mapi.TagTransmittableDisplayName: str("Bob"),
			mapi.TagEntryId: addressBook(0, bobDN), mapi.TagSearchKey: prop.Binary([]byte("EX:" + strings.ToUpper(bobDN) + "\x00")),
			mapi.TagSmtpAddress: str("bob@mapid.test"), mapi.TagObjectType: prop.Uint32(mapi.ObjectMailUser), mapi.TagDisplayType: prop.Int32(0),
		}},
		{"X500DNList", rop.RecipientRow{RecipientFlags: rop.RecipientTypeX500 | unicode, DisplayType: 1, X500DN: dnPrefix + "Recipients/cn=team"}, map[mapi.PropTag]prop.Value{
			mapi.TagDisplayName: str("The Team"), mapi.TagObjectType: prop.Uint32(mapi.ObjectDistributionList), mapi.TagDisplayType: prop.Int32(1),
			mapi.TagEntryId: addressBook(1, dnPrefix+"Recipients/cn=team"),
		}},
		{"X500DNUnknown", rop.RecipientRow{RecipientFlags: rop.RecipientTypeX500 | unicode | name, X500DN: "/o=x/cn=y", DisplayName: "Y"}, map[mapi.PropTag]prop.Value{
			mapi.TagEmailAddress: str("/o=x/cn=y"), mapi.TagSmtpAddress: none,
		}},
		{"X500DNPrefix", rop.RecipientRow{RecipientFlags: rop.RecipientTypeX500 | unicode, AddressPrefixUsed: uint8(len(dnPrefix + "Recipients/cn=")), X500DN: "bob"}, map[mapi.PropTag]prop.Value{
			mapi.TagEmailAddress: str(bobDN), mapi.TagDisplayName: str("Bob Brown"),
		}},
		{"X500DNPrefixTooLong", rop.RecipientRow{RecipientFlags: rop.RecipientTypeX500 | unicode, AddressPrefixUsed: 255, X500DN: "bob"}, map[mapi.PropTag]prop.Value{
			mapi.TagEmailAddress: str("bob"),
		}},
		{"SMTP", *smtpRow("Ann", "ann@x.test"), map[mapi.PropTag]prop.Value{
			mapi.TagAddressType: str("SMTP"), mapi.TagEmailAddress: str("ann@x.test"), mapi.TagDisplayName: str("Ann"), mapi.TagTransmittableDisplayName: str("Ann"),
			mapi.TagSmtpAddress: str("ann@x.test"), mapi.TagEntryId: oneOff("Ann", "SMTP", "ann@x.test", false),
			mapi.TagSearchKey: prop.Binary([]byte("SMTP:ANN@X.TEST\x00")), mapi.TagSendRichInfo: prop.Bool(true), mapi.TagResponsibility: prop.Bool(false),
			mapi.TagObjectType: prop.Uint32(mapi.ObjectMailUser),
		}},
		{"EightBit", rop.RecipientRow{RecipientFlags: rop.RecipientTypeSMTP | email | name, EmailAddress: "j@x.test", DisplayName: "J\xfcrgen"}, map[mapi.PropTag]prop.Value{
			mapi.TagDisplayName: str("Jürgen"), mapi.TagTransmittableDisplayName: none,
		}},
		{"TransmittableName", rop.RecipientRow{
			RecipientFlags: rop.RecipientTypeSMTP | unicode | email | name | rop.RecipientHasTransmittableName, EmailAddress: "a@x.test", DisplayName: "Ann", TransmittableDisplayName: "'Ann'",
		}, map[mapi.PropTag]prop.Value{mapi.TagTransmittableDisplayName: str("'Ann'"), mapi.TagDisplayName: str("Ann")}},
		{"SimpleName", rop.RecipientRow{
			RecipientFlags: rop.RecipientTypeSMTP | unicode | email | name | rop.RecipientHasSimpleName, EmailAddress: "a@x.test", DisplayName: "Änn", SimpleDisplayName: "Aenn",
		}, map[mapi.PropTag]prop.Value{mapi.TagAddressBookDisplayNamePrintable: str("Aenn")}},
		{"NoRichText", rop.RecipientRow{RecipientFlags: rop.RecipientTypeSMTP | unicode | email | name | rop.RecipientNoRichText, EmailAddress: "a@x.test", DisplayName: "A"}, map[mapi.PropTag]prop.Value{
			mapi.TagSendRichInfo: prop.Bool(false), mapi.TagEntryId: oneOff("A", "SMTP", "a@x.test", true),
		}},
		{"Responsibility", rop.RecipientRow{RecipientFlags: rop.RecipientTypeSMTP | unicode | rop.RecipientResponsibility}, map[mapi.PropTag]prop.Value{mapi.TagResponsibility: prop.Bool(true)}},
		{"MsMail", rop.RecipientRow{RecipientFlags: rop.RecipientTypeMsMail | unicode | email, EmailAddress: "NET/PO/U"}, map[mapi.PropTag]prop.Value{
			mapi.TagAddressType: str("MS"), mapi.TagEmailAddress: str("NET/PO/U"), mapi.TagSmtpAddress: none, mapi.TagDisplayName: none,
		}},
		{"Fax", rop.RecipientRow{RecipientFlags: rop.RecipientTypeFax | unicode | email, EmailAddress: "+49 30"}, map[mapi.PropTag]prop.Value{mapi.TagAddressType: str("FAX")}},
		{"ProfessionalOfficeSystem", rop.RecipientRow{RecipientFlags: rop.RecipientTypeProfsOffice | unicode | email, EmailAddress: "x"}, map[mapi.PropTag]prop.Value{mapi.TagAddressType: str("PROFS")}},
		{"OtherType", rop.RecipientRow{RecipientFlags: rop.RecipientOtherAddressType | unicode | email, AddressType: "MOBILE", EmailAddress: "0170"}, map[mapi.PropTag]prop.Value{
			mapi.TagAddressType: str("MOBILE"), mapi.TagEntryId: oneOff("", "MOBILE", "0170", false), mapi.TagSearchKey: prop.Binary([]byte("MOBILE:0170\x00")),
		}},
		{"NoType", rop.RecipientRow{RecipientFlags: unicode | name, DisplayName: "Unresolved"}, map[mapi.PropTag]prop.Value{
			mapi.TagDisplayName: str("Unresolved"), mapi.TagAddressType: none, mapi.TagEmailAddress: none, mapi.TagSearchKey: none,
		}},
		{"PersonalDL1", rop.RecipientRow{RecipientFlags: rop.RecipientTypePersonalDL1 | unicode | name, EntryID: []byte{1, 2}, SearchKey: []byte{3}, DisplayName: "Friends"}, map[mapi.PropTag]prop.Value{
			mapi.TagAddressType: str("MAPIPDL"), mapi.TagEntryId: prop.Binary([]byte{1, 2}), mapi.TagSearchKey: prop.Binary([]byte{3}),
			mapi.TagObjectType: prop.Uint32(mapi.ObjectDistributionList), mapi.TagDisplayType: prop.Uint32(mapi.DisplayPrivateDL),
		}},
		{"PersonalDL2", rop.RecipientRow{RecipientFlags: rop.RecipientTypePersonalDL2 | unicode, EntryID: []byte{4}}, map[mapi.PropTag]prop.Value{
			mapi.TagAddressType: str("MAPIPDL"), mapi.TagEntryId: prop.Binary([]byte{4}),
		}},
		{"Nothing", rop.RecipientRow{}, map[mapi.PropTag]prop.Value{mapi.TagAddressType: none, mapi.TagDisplayName: none}},
		{"ReservedBits", rop.RecipientRow{RecipientFlags: 0x7800 | rop.RecipientTypeSMTP | unicode | email, EmailAddress: "a@x.test"}, map[mapi.PropTag]prop.Value{mapi.TagEmailAddress: str("a@x.test")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.create()
			w.modify(nil, rop.ModifyRecipientRow{RowID: 7, RecipientType: 2, RecipientRow: &tt.row})
			id := w.save(3)
			list := w.stored(id)
			if len(list) != 1 || list[0].RowID != 7 || list[0].Type != mapi.RecipientCc {
				t.Fatalf("recipients = %+v", list)
			}
			for tag, want := range tt.want {
				if got := object.RecipientValue(&list[0], tag); !got.Equal(want) {
					t.Errorf("%v = %v, want %v", tag, got, want)
				}
			}
			w.openAt(4, id, mapi.OpenModeReadOnly)
		})
	}
}

// TestModifyRecipientsRoundTrip: a client gets the rows back that it gave.
func TestModifyRecipientsRoundTrip(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create()
	const base = rop.RecipientUnicode | rop.RecipientHasDisplayName
	given := []rop.RecipientRow{
		{RecipientFlags: rop.RecipientTypeX500 | base | rop.RecipientSameName, X500DN: bobDN, DisplayName: "Bob Brown"},
		{RecipientFlags: rop.RecipientTypeSMTP | base | rop.RecipientHasEmailAddress | rop.RecipientSameName, EmailAddress: "a@x.test", DisplayName: "A"},
		{RecipientFlags: rop.RecipientTypeSMTP | base | rop.RecipientHasEmailAddress | rop.RecipientHasTransmittableName | rop.RecipientHasSimpleName | rop.RecipientNoRichText,
			EmailAddress: "b@x.test", DisplayName: "B", SimpleDisplayName: "b", TransmittableDisplayName: "'B'"},
		{RecipientFlags: rop.RecipientOtherAddressType | base | rop.RecipientHasEmailAddress | rop.RecipientSameName | rop.RecipientResponsibility, AddressType: "MOBILE", EmailAddress: "1", DisplayName: "M"},
		{RecipientFlags: rop.RecipientTypePersonalDL1 | base | rop.RecipientSameName, EntryID: []byte{1}, SearchKey: []byte{2}, DisplayName: "L"},
		{RecipientFlags: rop.RecipientTypeFax | base | rop.RecipientHasEmailAddress | rop.RecipientSameName, EmailAddress: "2", DisplayName: "F"},
		{RecipientFlags: base | rop.RecipientSameName, DisplayName: "Unresolved"},
	}
	columns := []mapi.PropTag{mapi.TagRecipientTrackStatus, mapi.TagRecipientDisplayName}
	var rows []rop.ModifyRecipientRow
	for i := range given {
		given[i].Properties = prop.Row{Values: []prop.Value{prop.Int32(int32(i)), prop.String("n" + fmt.Sprint(i))}}
		rows = append(rows, rop.ModifyRecipientRow{RowID: uint32(10 * i), RecipientType: uint8(1 + i%3), RecipientRow: &given[i]})
	}
	w.modify(columns, rows...)
	for i, row := range w.recipients(3, columns...) {
		if row.RowID != uint32(10*i) || row.RecipientType != uint8(1+i%3) || row.CodePageID != 1252 {
			t.Errorf("row %d: %+v", i, row)
		}
		var a, b wire.Writer
		row.RecipientRow.Encode(&a, columns)
		given[i].Encode(&b, columns)
		if string(a.Bytes()) != string(b.Bytes()) {
			t.Errorf("row %d: %+v, given %+v", i, row.RecipientRow, given[i])
		}
	}
}

// TestModifyRecipientsOfAnOldClient: rows with 8-bit strings come back in the message's code page.
func TestModifyRecipientsOfAnOldClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.inbox()
	one[*rop.CreateMessageResponse](w, &rop.CreateMessageRequest{InOut: inOut(1, 3), CodePageID: 1251, FolderID: l.FolderIDs[fidInbox]})
	column := mapi.TagRecipientDisplayName.WithType(mapi.PtypString8)
	w.modify([]mapi.PropTag{column}, rop.ModifyRecipientRow{RowID: 0, RecipientType: 1, RecipientRow: &rop.RecipientRow{
		RecipientFlags: rop.RecipientTypeSMTP | rop.RecipientHasDisplayName, DisplayName: "\xc0\xed\xed\xe0",
		Properties: prop.Row{Values: []prop.Value{prop.String8("\xc0")}},
	}})
	rows := w.recipients(3, column)
	if rows[0].RecipientRow.DisplayName != "Анна" || rows[0].RecipientRow.Properties.Values[0].Str() != "\xc0" {
		t.Errorf("row = %+v", rows[0])
	}
	list := w.stored(w.save(3))
	if got := object.RecipientValue(&list[0], mapi.TagRecipientDisplayName).Str(); got != "А" {
		t.Errorf("column %q", got)
	}
}

// TestModifyRecipients: rows are added, replaced whole and removed by their ids, [MS-OXCMSG] 3.2.5.5.
func TestModifyRecipients(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create()
	columns := []mapi.PropTag{mapi.TagRecipientTrackStatus}
	first := to(5, "Ann")
	first.RecipientRow.Properties = prop.Row{Values: []prop.Value{prop.Int32(3)}}
	w.modify(columns, first, to(2, "Ben"), to(9, "Cid"))
	names := func(index uint8) (s string) {
		for _, row := range w.recipients(index, columns...) {
			s += fmt.Sprintf("%d=%s ", row.RowID, row.RecipientRow.DisplayName)
		}
		return s
	}
	if got := names(3); got != "2=Ben 5=Ann 9=Cid " {
		t.Errorf("added: %s", got)
	}
	w.modify(nil, to(5, "Dan"), rop.ModifyRecipientRow{RowID: 2}, rop.ModifyRecipientRow{RowID: 77}, to(0, "Eve"))
	if got := names(3); got != "0=Eve 5=Dan 9=Cid " {
		t.Errorf("changed: %s", got)
	}
	if v := w.recipients(3, columns...)[1].RecipientRow.Properties.Values[0]; v.Type() != mapi.PtypErrorCode {
		t.Errorf("a property of the row that was replaced is left: %v", v)
	}
	id := w.save(3)
	w.columns[4] = w.openAt(4, id, mapi.OpenModeReadWrite).RecipientColumns
	if got := w.props(4, mapi.TagDisplayTo)[0].Str(); got != "Eve; Dan; Cid" {
		t.Errorf("display list %q", got)
	}
	// Changes show in their own handle only, until they are saved.
	w.modify(nil, rop.ModifyRecipientRow{RowID: 0})
	if got := len(one[*rop.ReadRecipientsResponse](w, &rop.ReadRecipientsRequest{In: in(4)}).RecipientRows); got != 3 {
		t.Errorf("the other handle has %d recipients", got)
	}
	w.save(3)
	if got := len(one[*rop.ReadRecipientsResponse](w, &rop.ReadRecipientsRequest{In: in(4)}).RecipientRows); got != 2 {
		t.Errorf("the other handle has %d recipients after the save", got)
	}
}

// TestModifyRecipientsTypes: flags of the type stand elsewhere in the property, [MS-OXOMSG] 2.2.3.1.2.
func TestModifyRecipientsTypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create()
	given := map[uint8]uint32{
		1: mapi.RecipientTo, 2: mapi.RecipientCc, 3: mapi.RecipientBcc, 0x11: mapi.RecipientTo | mapi.RecipientFailed,
		0x81: mapi.RecipientTo | mapi.RecipientSent, 0x92: mapi.RecipientCc | mapi.RecipientFailed | mapi.RecipientSent, 0: 0,
	}
	for typ := range given {
		row := to(uint32(typ), fmt.Sprintf("N%02x", typ))
		row.RecipientType = typ
		w.modify(nil, row)
	}
	for _, row := range w.recipients(3) {
		if row.RecipientType != uint8(row.RowID) {
			t.Errorf("row %d has type %#x", row.RowID, row.RecipientType)
		}
	}
	for _, r := range w.stored(w.save(3)) {
		if want := given[uint8(r.RowID)]; r.Type != want || uint32(object.RecipientValue(&r, mapi.TagRecipientType).Bits()) != want {
			t.Errorf("row %d has type %#x, want %#x", r.RowID, r.Type, want)
		}
	}
	v := w.props(3, mapi.TagDisplayTo, mapi.TagDisplayCc, mapi.TagDisplayBcc)
	if v[0].Str() != "N01; N11; N81" || v[1].Str() != "N02; N92" || v[2].Str() != "N03" {
		t.Errorf("display lists = %v", v)
	}
}

// TestModifyRecipientsColumnsOfFields: clients must not give as columns what rows have fields for; where they do, the
// fields win, [MS-OXCMSG] 2.2.3.5.1.
func TestModifyRecipientsColumnsOfFields(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create()
	row := to(1, "Ann")
	columns := []mapi.PropTag{mapi.TagDisplayName, mapi.TagEntryId, mapi.TagRecipientTrackStatus}
	row.RecipientRow.Properties = prop.Row{Values: []prop.Value{prop.String("Other"), prop.Binary([]byte{9}), prop.Error(mapi.ErrNotFound)}}
	w.modify(columns, row)
	list := w.stored(w.save(3))
	if got := object.RecipientValue(&list[0], mapi.TagDisplayName).Str(); got != "Ann" {
		t.Errorf("name %q", got)
	}
	if got := object.RecipientValue(&list[0], mapi.TagEntryId).Bytes(); len(got) != 1 {
		t.Errorf("entry id %x: the client's own is better than a made one", got)
	}
	if got := object.RecipientValue(&list[0], mapi.TagRecipientTrackStatus); !got.IsZero() {
		t.Errorf("an error became a property: %v", got)
	}
}

// TestRemoveAllRecipients: also of a message that has none, [MS-OXCMSG] 3.2.5.4.
func TestRemoveAllRecipients(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create()
	remove := &rop.RemoveAllRecipientsRequest{In: in(3), Reserved: 0xFFFFFFFF}
	one[*rop.RemoveAllRecipientsResponse](w, remove)
	w.modify(nil, to(1, "Ann"), to(2, "Ben"))
	id := w.save(3)
	w.columns[4] = w.openAt(4, id, mapi.OpenModeReadOnly).RecipientColumns
	one[*rop.RemoveAllRecipientsResponse](w, remove)
	if got := w.code(&rop.ReadRecipientsRequest{In: in(3)}); got != mapi.ErrNotFound {
		t.Errorf("reading none: %v", got)
	}
	if got := len(one[*rop.ReadRecipientsResponse](w, &rop.ReadRecipientsRequest{In: in(4)}).RecipientRows); got != 2 {
		t.Errorf("the other handle has %d", got)
	}
	w.save(3)
	if got := w.code(&rop.ReadRecipientsRequest{In: in(4)}); got != mapi.ErrNotFound {
		t.Errorf("the other handle after the save: %v", got)
	}
	if got := w.props(3, mapi.TagDisplayTo)[0]; got.Str() != "" {
		t.Errorf("display list %v", got)
	}
}

// TestRecipientsRefused: what is no message has no recipients, and what is open for reading keeps them.
func TestRecipientsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withProfile("exchange2007"))
	id := w.created()
	w.modify(nil, to(1, "Ann"))
	w.save(3)
	w.openAt(4, id, mapi.OpenModeReadOnly)
	w.contents(mapi.TagMid)
	for index, want := range map[uint8]mapi.ErrorCode{
		0: mapi.ErrNullObject, 1: mapi.ErrNullObject, 2: mapi.ErrNullObject, 4: mapi.ErrAccessDenied, 6: mapi.ErrNullObject,
	} {
		for _, req := range []rop.Request{
			&rop.ModifyRecipientsRequest{In: in(index), RecipientRows: []rop.ModifyRecipientRow{to(1, "Eve")}}, &rop.RemoveAllRecipientsRequest{In: in(index)},
		} {
			if got := w.code(req); got != want {
				t.Errorf("%T on object %d: %v, want %v", req, index, got, want)
			}
		}
	}
	for _, req := range []rop.Request{&rop.ReloadCachedInformationRequest{In: in(1)}, &rop.ReadRecipientsRequest{In: in(2)}} {
		if got := w.code(req); got != mapi.ErrNullObject {
			t.Errorf("%T: %v", req, got)
		}
	}
	if got := w.stored(id); len(got) != 1 {
		t.Errorf("%d recipients", len(got))
	}
}

// TestReloadCachedInformation tells what opening told, as it is now, [MS-OXCMSG] 3.2.5.7.
func TestReloadCachedInformation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create()
	empty := one[*rop.ReloadCachedInformationResponse](w, &rop.ReloadCachedInformationRequest{In: in(3)})
	if empty.HasNamedProperties || empty.RecipientCount != 0 || empty.NormalizedSubject.Text != "" {
		t.Errorf("new message: %+v", empty)
	}
	w.set(3, text(mapi.TagSubject, "RE: x"), text(mapi.Tag(w.named("Colour"), mapi.PtypString), "red"))
	w.modify(nil, to(1, "Ann"))
	for _, when := range []string{"before", "after"} {
		r := one[*rop.ReloadCachedInformationResponse](w, &rop.ReloadCachedInformationRequest{In: in(3), Reserved: 7})
		if !r.HasNamedProperties || r.RecipientCount != 1 || len(r.RecipientRows) != 1 || r.SubjectPrefix.Text != "RE: " || r.NormalizedSubject.Text != "x" {
			t.Errorf("%s the save: %+v", when, r)
		}
		w.save(3)
	}
}

// TestModifyRecipientsTooMany: a message takes so many and no more, and keeps what it had.
func TestModifyRecipientsTooMany(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withLimits(object.Limits{Recipients: 3}))
	w.create()
	w.modify(nil, to(1, "A"), to(2, "B"), to(3, "C"))
	if got := w.code(&rop.ModifyRecipientsRequest{In: in(3), RecipientRows: []rop.ModifyRecipientRow{to(4, "D")}}); got != mapi.ErrTooManyRecipients {
		t.Errorf("a fourth: %v", got)
	}
	w.modify(nil, rop.ModifyRecipientRow{RowID: 1}, to(4, "D"))
	if got := w.stored(w.save(3)); len(got) != 3 || got[2].RowID != 4 {
		t.Errorf("recipients = %v", got)
	}
}

// TestModifyRecipientsMalformed: rows that lie about their sizes fail the call and nothing else, [MS-OXCROPS] 3.2.5.1.
func TestModifyRecipientsMalformed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create()
	w.modify(nil, to(1, "Ann"))
	le := func(n uint16) []byte { return []byte{byte(n), byte(n >> 8)} }
	head := []byte{byte(rop.ModifyRecipients), 0, 3}
	for name, body := range map[string][]byte{
		"MillionRows":      join(le(0), le(0xFFFF), []byte{1, 0, 0, 0, 1}),
		"MillionColumns":   join(le(0xFFFF), le(1)),
		"SizeBeyondEnd":    join(le(0), le(1), []byte{1, 0, 0, 0, 1}, le(500), le(3)),
		"RowShorter":       join(le(0), le(1), []byte{1, 0, 0, 0, 1}, le(1), []byte{3}),
		"TextNotEnded":     join(le(0), le(1), []byte{1, 0, 0, 0, 1}, le(6), le(0x0008|0x0200), []byte{'a', 0, 'b', 0}),
		"MoreColumns":      join(le(0), le(1), []byte{1, 0, 0, 0, 1}, le(4), le(0), le(9)),
		"EntryIDBeyondRow": join(le(0), le(1), []byte{1, 0, 0, 0, 1}, le(6), le(0x0006), le(0xFFFF), le(0)),
	} {
		list := append(append([]byte(nil), head...), body...)
		payload := join(le(uint16(len(list)+2)), list)
		for _, h := range w.handles {
			payload = append(payload, byte(h), byte(h>>8), byte(h>>16), byte(h>>24))
		}
		_, err := w.exec.Run(context.Background(), w.session, exec.Input{Payload: payload, Max: rop.MaxPayload})
		if err != mapi.ErrRpcFormat { //nolint:errorlint // a bare code
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := w.recipients(3); len(got) != 1 || got[0].RecipientRow.DisplayName != "Ann" {
		t.Errorf("recipients = %+v", got)
	}
}

func join(parts ...[]byte) (b []byte) {
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}
