package msgprops_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
)

func TestPartyInARole(t *testing.T) {
	t.Parallel()
	bob := msgprops.Party{Name: "Bob", AddressType: "EX", Address: "/o=L/ou=E/cn=Recipients/cn=bob", SMTP: "bob@l.test", RichText: true}
	for _, c := range []struct {
		name  string
		party msgprops.Party
		want  map[string]prop.Value
	}{
		{"OfTheAddressBook", bob, map[string]prop.Value{
			"PidTagSenderName": prop.String("Bob"), "PidTagSenderAddressType": prop.String("EX"),
			"PidTagSenderEmailAddress": prop.String(bob.Address), "PidTagSenderEntryId": prop.Binary(unhex(t, addressBob)),
			"PidTagSenderSearchKey": prop.Binary([]byte("EX:/O=L/OU=E/CN=RECIPIENTS/CN=BOB\x00")), "PidTagSenderSmtpAddress": prop.String("bob@l.test"),
		}},
		{"Outside", msgprops.Outsider("Al", "a@b"), map[string]prop.Value{
			"PidTagSenderName": prop.String("Al"), "PidTagSenderAddressType": prop.String("SMTP"),
			"PidTagSenderEmailAddress": prop.String("a@b"), "PidTagSenderEntryId": prop.Binary(unhex(t, oneOffAl)),
			"PidTagSenderSearchKey": prop.Binary([]byte("SMTP:A@B\x00")), "PidTagSenderSmtpAddress": prop.String("a@b"),
		}},
	} {
		if d := cmp.Diff(c.want, values(c.party.Props(msgprops.Sender()))); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

func TestPartyAsRecipient(t *testing.T) {
	t.Parallel()
	got := values(msgprops.Outsider("", "a@b").RecipientProps(3, mapi.RecipientCc))
	for tag, want := range map[string]prop.Value{
		"PidTagDisplayName": prop.String("a@b"), "PidTagRecipientDisplayName": prop.String("a@b"), "PidTagRecipientType": prop.Int32(2),
		"PidTagRecipientOrder": prop.Int32(3), "PidTagSendRichInfo": prop.Bool(false), "PidTagObjectType": prop.Int32(6), "PidTagRecipientFlags": prop.Int32(1),
	} {
		if !got[tag].Equal(want) {
			t.Errorf("%s: got %v, want %v", tag, got[tag], want)
		}
	}
}

func TestShortFileName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"a.txt": "a.txt", "README": "README", "quarterly report.html": "quarte~1.htm", "über.pdf": "_ber~1.pdf", "archive.tar.gz": "archiv~1.gz", "": "",
	} {
		if got := msgprops.ShortFileName(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}
