package msgprops_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
)

func TestSplitSubject(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ subject, prefix string }{
		{"RE: Hello", "RE: "},
		{"Fw: Hello", "Fw: "},
		{"AW: Hallo", "AW: "},
		{"Övr: x", "Övr: "},
		{"R: x", "R: "},
		{"RE:Hello", ""},
		{"Note: x", ""},
		{"R2: x", ""},
		{"R-E: x", ""},
		{": x", ""},
		{"a b: x", ""},
		{"RE: ", "RE: "},
		{"", ""},
		{"RE: FW: x", "RE: "},
	} {
		got := msgprops.SplitSubject(c.subject)
		if got.Prefix != c.prefix || got.String() != c.subject {
			t.Errorf("%q: got %+v", c.subject, got)
		}
	}
}

func TestSplitSubjectAt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		subject, prefix string
		want            msgprops.Subject
	}{
		{"Antwort: x", "Antwort: ", msgprops.Subject{Prefix: "Antwort: ", Normalized: "x"}},
		{"RE: x", "", msgprops.Subject{Normalized: "RE: x"}},
		{"FW: x", "RE: ", msgprops.Subject{Prefix: "FW: ", Normalized: "x"}},
	} {
		if got := msgprops.SplitSubjectAt(c.subject, c.prefix); got != c.want {
			t.Errorf("%q at %q: got %+v", c.subject, c.prefix, got)
		}
	}
}

func FuzzSplitSubject(f *testing.F) {
	f.Add("RE: Hello", "RE: ")
	f.Add("\xff: x", "")
	f.Fuzz(func(t *testing.T, subject, prefix string) {
		if got := msgprops.SplitSubject(subject); got.String() != subject || len(got.Prefix) > 4*3+2 {
			t.Fatalf("%q: %+v", subject, got)
		}
		if got := msgprops.SplitSubjectAt(subject, prefix); got.String() != subject {
			t.Fatalf("%q at %q: %+v", subject, prefix, got)
		}
	})
}

func TestConversationIndex(t *testing.T) {
	t.Parallel()
	id := [16]byte(unhex(t, "C85C39B2C024428381B13C0C5C3FDEB4"))
	// The first is what Outlook 2007 wrote at that time.
	for _, c := range []struct {
		name      string
		newLayout bool
		want      string
	}{
		{"Outlook2007", false, "01D046C6FC06C85C39B2C024428381B13C0C5C3FDEB4"},
		{"NewLayout", true, "0101D046C6FCC85C39B2C024428381B13C0C5C3FDEB4"},
	} {
		got := msgprops.ConversationIndex(0x01D046C6FC061234, id, c.newLayout)
		if d := cmp.Diff(strings.ToLower(c.want), hex.EncodeToString(got)); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

func TestConversationID(t *testing.T) {
	t.Parallel()
	index := unhex(t, "01D046C6FC06C85C39B2C024428381B13C0C5C3FDEB4")
	for _, c := range []struct {
		name     string
		index    []byte
		tracking bool
		topic    string
		want     string
	}{
		{"FromIndex", index, true, "Hello World", "c85c39b2c024428381b13c0c5c3fdeb4"},
		{"NotTracked", index, false, "Hello World", hashHelloWorld},
		{"IndexTooShort", index[:21], true, "hello world", hashHelloWorld},
		{"NoIndex", nil, true, "Hello WORLD\x00rest", hashHelloWorld},
		{"UpperCaseBeyondASCII", nil, false, "Grüsse", hashGruesse},
		{"At255Characters", nil, false, strings.Repeat("a", 300), hash255},
		{"Neither", nil, true, "", ""},
	} {
		id, ok := msgprops.ConversationID(c.index, c.tracking, c.topic)
		got := ""
		if ok {
			got = hex.EncodeToString(id[:])
		}
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

var rules2010 = msgprops.Rules{InitialFlags: 0x409, InitialAccess: 3, SetsCreator: true, SetsDisplayLists: true, ConversationTopic: true, ConversationID: true}

func values(props []prop.Tagged) map[string]prop.Value {
	m := map[string]prop.Value{}
	for _, p := range props {
		m[p.Tag.Name()] = p.Value
	}
	return m
}

func TestNewMessage(t *testing.T) {
	t.Parallel()
	by := msgprops.Person{Name: "Alice Adams", EntryID: []byte{1}}
	got := values(msgprops.NewMessage(msgprops.Created{Now: 77, By: by, SearchKey: [16]byte{9}, Locale: 0x407, CodePage: 1252, FAI: true}, rules2010))
	want := map[string]prop.Value{
		"PidTagImportance": prop.Int32(1), "PidTagMessageClass": prop.String("IPM.Note"), "PidTagSensitivity": prop.Int32(0),
		"PidTagMessageFlags": prop.Int32(0x449), "PidTagHasAttachments": prop.Bool(false), "PidTagAccess": prop.Int32(3), "PidTagAccessLevel": prop.Int32(1),
		"PidTagCreationTime": prop.Time(77), "PidTagLastModificationTime": prop.Time(77), "PidTagSearchKey": prop.Binary(append([]byte{9}, make([]byte, 15)...)),
		"PidTagMessageLocaleId": prop.Int32(0x407), "PidTagHasNamedProperties": prop.Bool(false),
		"PidTagDisplayTo": prop.String(""), "PidTagDisplayCc": prop.String(""), "PidTagDisplayBcc": prop.String(""),
		"PidTagCreatorName": prop.String("Alice Adams"), "PidTagCreatorEntryId": prop.Binary([]byte{1}),
		"PidTagLastModifierName": prop.String("Alice Adams"), "PidTagLastModifierEntryId": prop.Binary([]byte{1}),
		"PidTagLocaleId": prop.Int32(0x407), "PidTagMessageCodepage": prop.Int32(1252),
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	plain := values(msgprops.NewMessage(msgprops.Created{}, msgprops.Rules{TrustSender: true}))
	if _, ok := plain["PidTagDisplayTo"]; ok || plain["PidTagTrustSender"].Int() != 1 || !plain["PidTagCreatorName"].IsZero() {
		t.Errorf("got %v", plain)
	}
}

// saved is a message whose properties in set the client has just set, and whose others were there before.
func saved(set, before map[mapi.PropTag]string) msgprops.Saved {
	get := func(tag mapi.PropTag) prop.Value {
		if s, ok := set[tag]; ok {
			return prop.String(s)
		}
		if s, ok := before[tag]; ok {
			return prop.String(s)
		}
		return prop.Value{}
	}
	return msgprops.Saved{Get: get, Changed: func(tag mapi.PropTag) bool { _, ok := set[tag]; return ok }, Now: 5, By: msgprops.Person{Name: "Bob"}}
}

func TestSaveSubject(t *testing.T) {
	t.Parallel()
	type m = map[mapi.PropTag]string
	const subject, prefix, normalized = mapi.TagSubject, mapi.TagSubjectPrefix, mapi.TagNormalizedSubject
	reHello := m{subject: "RE: Hello", prefix: "RE: ", normalized: "Hello"}
	for _, c := range []struct {
		name        string
		set, before m
		want        msgprops.Subject
	}{
		{"SubjectAlone", m{subject: "RE: Hello"}, nil, msgprops.Subject{Prefix: "RE: ", Normalized: "Hello"}},
		{"PartsAlone", m{prefix: "", normalized: "Hello World"}, nil, msgprops.Subject{Normalized: "Hello World"}},
		{"LongPrefixSet", m{subject: "Antwort: x", prefix: "Antwort: "}, nil, msgprops.Subject{Prefix: "Antwort: ", Normalized: "x"}},
		{"EmptyPrefixSet", m{subject: "RE: x", prefix: ""}, nil, msgprops.Subject{Normalized: "RE: x"}},
		{"WrongPrefixSet", m{subject: "FW: x", prefix: "RE: "}, nil, msgprops.Subject{Prefix: "FW: ", Normalized: "x"}},
		{"SubjectReplaced", m{subject: "FW: Bye"}, reHello, msgprops.Subject{Prefix: "FW: ", Normalized: "Bye"}},
		{"SubjectReplacedWhereNoPrefixWas", m{subject: "RE: x"}, m{subject: "x", prefix: "", normalized: "x"}, msgprops.Subject{Prefix: "RE: ", Normalized: "x"}},
		{"NormalizedReplaced", m{normalized: "Bye"}, reHello, msgprops.Subject{Prefix: "RE: ", Normalized: "Bye"}},
		{"PrefixReplaced", m{prefix: "FW: "}, reHello, msgprops.Subject{Prefix: "FW: ", Normalized: "Hello"}},
		{"Untouched", nil, reHello, msgprops.Subject{Prefix: "RE: ", Normalized: "Hello"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := values(msgprops.Save(saved(c.set, c.before), rules2010))
			want := map[string]string{"PidTagSubject": c.want.String(), "PidTagSubjectPrefix": c.want.Prefix, "PidTagNormalizedSubject": c.want.Normalized}
			for name, text := range want {
				if got[name].Str() != text || got[name].Type() != mapi.PtypString {
					t.Errorf("%s: got %q, want %q", name, got[name].Str(), text)
				}
			}
		})
	}
	if got := values(msgprops.Save(saved(nil, nil), rules2010)); !got["PidTagSubject"].IsZero() {
		t.Error("a message without a subject gets one")
	}
}

func TestSave(t *testing.T) {
	t.Parallel()
	s := saved(map[mapi.PropTag]string{mapi.TagSubject: "RE: Hello World"}, nil)
	s.Recipients = []msgprops.Recipient{{Type: mapi.RecipientTo, DisplayName: "Bob"}, {Type: mapi.RecipientCc, DisplayName: "Carol"},
		{Type: mapi.RecipientTo | mapi.RecipientSent, DisplayName: "Alice"}, {Type: 9, DisplayName: "Nobody"}}
	s.Attachments, s.FirstSave, s.Named, s.Locale, s.CodePage, s.Internet = 1, true, true, 0x407, 1252, 28591
	hash := unhex(t, hashHelloWorld)
	want := map[string]prop.Value{
		"PidTagSubject": prop.String("RE: Hello World"), "PidTagSubjectPrefix": prop.String("RE: "), "PidTagNormalizedSubject": prop.String("Hello World"),
		"PidTagDisplayTo": prop.String("Bob; Alice"), "PidTagDisplayCc": prop.String("Carol"), "PidTagDisplayBcc": prop.String(""),
		"PidTagLastModifierName": prop.String("Bob"), "PidTagLastModifierEntryId": prop.Binary(nil), "PidTagCreatorName": prop.String("Bob"),
		"PidTagCreatorEntryId": prop.Binary(nil), "PidTagLastModificationTime": prop.Time(5), "PidTagLocalCommitTime": prop.Time(5),
		"PidTagHasAttachments": prop.Bool(true), "PidTagMessageFlags": prop.Uint32(mapi.MfHasAttach | mapi.MfUnmodified), "PidTagHasNamedProperties": prop.Bool(true),
		"PidTagConversationTopic": prop.String("Hello World"), "PidTagConversationId": prop.Binary(hash),
		"PidTagLocaleId": prop.Int32(0x407), "PidTagMessageLocaleId": prop.Int32(0x407), "PidTagMessageCodepage": prop.Int32(1252),
		"PidTagInternetCodepage": prop.Int32(28591),
	}
	if d := cmp.Diff(want, values(msgprops.Save(s, rules2010))); d != "" {
		t.Error(d)
	}
	old := values(msgprops.Save(s, msgprops.Rules{}))
	if !old["PidTagConversationTopic"].IsZero() || !old["PidTagConversationId"].IsZero() {
		t.Error("a version that computes no conversation does")
	}
}

// TestSaveFlags checks which flags a save sets and clears, [MS-OXCMSG] 2.2.1.6.
func TestSaveFlags(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name         string
		flags        uint32
		first        bool
		read, unread bool // reports asked for
		want         uint32
	}{
		{"FirstUnsent", mapi.MfUnsent | mapi.MfRead, true, true, true, mapi.MfUnsent | mapi.MfRead | mapi.MfUnmodified},
		{"FirstReceived", 0, true, true, true, mapi.MfUnmodified | mapi.MfNotifyRead | mapi.MfNotifyUnread},
		{"FirstReceivedReadReportOnly", 0, true, true, false, mapi.MfUnmodified | mapi.MfNotifyRead},
		{"FirstReceivedNoReport", 0, true, false, false, mapi.MfUnmodified},
		{"FirstReadAlready", mapi.MfRead, true, true, true, mapi.MfUnmodified | mapi.MfRead},
		{"Again", mapi.MfUnsent | mapi.MfUnmodified, false, true, true, mapi.MfUnsent},
	} {
		get := map[mapi.PropTag]prop.Value{
			mapi.TagMessageFlags: prop.Uint32(c.flags), mapi.TagReadReceiptRequested: prop.Bool(c.read), mapi.TagNonReceiptNotificationRequested: prop.Bool(c.unread),
		}
		s := msgprops.Saved{FirstSave: c.first, Get: func(tag mapi.PropTag) prop.Value { return get[tag] }, Changed: func(mapi.PropTag) bool { return false }}
		if got := uint32(values(msgprops.Save(s, rules2010))["PidTagMessageFlags"].Bits()); got != c.want {
			t.Errorf("%s: got %X, want %X", c.name, got, c.want)
		}
	}
}

// TestSaveKeepsTimeOfFirstSave checks that a client says when an imported message was changed.
func TestSaveKeepsTimeOfFirstSave(t *testing.T) {
	t.Parallel()
	for _, first := range []bool{true, false} {
		s := saved(map[mapi.PropTag]string{mapi.TagLastModificationTime: "set"}, nil)
		s.FirstSave = first
		if got := values(msgprops.Save(s, rules2010))["PidTagLastModificationTime"]; got.IsZero() != first {
			t.Errorf("first save %v: %v", first, got)
		}
	}
}

func TestMessageFlags(t *testing.T) {
	t.Parallel()
	if got := msgprops.MessageFlags(mapi.MfRead|mapi.MfHasAttach, 0); got != mapi.MfRead {
		t.Errorf("without attachments: %X", got)
	}
	if got := msgprops.WithRead(mapi.MfUnsent, true, true); got != mapi.MfUnsent|mapi.MfRead|mapi.MfEverRead {
		t.Errorf("read: %X", got)
	}
	if got := msgprops.WithRead(mapi.MfRead|mapi.MfEverRead, false, false); got != mapi.MfEverRead {
		t.Errorf("unread in 2007: %X", got)
	}
}

func TestDisplayNameOf(t *testing.T) {
	t.Parallel()
	smtp := prop.Tagged{Tag: mapi.TagSmtpAddress, Value: prop.String("a@b")}
	name := prop.Tagged{Tag: mapi.TagDisplayName, Value: prop.String("Al")}
	if got := msgprops.DisplayNameOf([]prop.Tagged{smtp, name}); got != "Al" {
		t.Errorf("got %q", got)
	}
	if got := msgprops.DisplayNameOf([]prop.Tagged{smtp}); got != "a@b" {
		t.Errorf("got %q", got)
	}
}

func TestSize(t *testing.T) {
	t.Parallel()
	props := []prop.Tagged{{Tag: mapi.TagSubject, Value: prop.String("Hi")}, {Tag: mapi.TagImportance, Value: prop.Int32(1)}}
	if got := msgprops.Size(props); got != 4+6+4+4 {
		t.Errorf("got %d", got)
	}
}

// MD5 of the topics in upper case as UTF-16LE, computed by another program.
const (
	hashHelloWorld = "1c53bb5d5f2fe5a910102c9e1fdc14eb"
	hashGruesse    = "7221b5b8c8f3ad4c4fa0e8b080e405fc"
	hash255        = "344aecc001e07300497e21b99263ecd5"
)
