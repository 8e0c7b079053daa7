package profile_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/wire"
)

func get(t *testing.T, name string) *profile.Profile {
	t.Helper()
	p, err := profile.ByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestNames(t *testing.T) {
	t.Parallel()
	want := []string{"exchange2003", "exchange2007", "exchange2010-rtm", "exchange2010-sp1", "exchange2013", "exchange2016"}
	if d := cmp.Diff(want, profile.Names()); d != "" {
		t.Error(d)
	}
	last := profile.Version{}
	for _, name := range profile.Names() {
		p := get(t, strings.ToUpper(name))
		if p.Name != name || p.Product == "" || p.Version.Compare(last) <= 0 {
			t.Errorf("%s: name %q, product %q, version %s after %s", name, p.Name, p.Product, p.Version, last)
		}
		last = p.Version
	}
	if p := get(t, profile.Default); p.Name != "exchange2010-sp1" {
		t.Errorf("the default is %s", p.Name)
	}
}

func TestUnknownNameListsAll(t *testing.T) {
	t.Parallel()
	_, err := profile.ByName("exchange2019")
	if err == nil {
		t.Fatal("exchange2019 is known")
	}
	for _, want := range append(profile.Names(), "exchange2019") {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not name %s", err, want)
		}
	}
}

// A caller that changes its profile must not change anybody else's.
func TestProfilesAreSeparate(t *testing.T) {
	t.Parallel()
	a, b := get(t, "exchange2007"), get(t, "exchange2007")
	a.Interfaces.RFR.Services[0] = profile.AuthNone
	a.EMSMDB.OSVersion.Major = 99
	if b.Interfaces.RFR.Accepts(profile.AuthNone) || b.EMSMDB.OSVersion.Major == 99 {
		t.Error("two profiles share memory")
	}
}

// The bytes are those of the published builds.
func TestVersionWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, bytes string }{
		{"exchange2003", "\x06\x00\xd6\x1d\x01\x00"},
		{"exchange2007", "\x03\x08\x53\x80\x06\x00"},
		{"exchange2010-rtm", "\x00\x0e\x7f\x82\x15\x00"},
		{"exchange2010-sp1", "\x01\x0e\xda\x80\x0f\x00"},
		{"exchange2013", "\x00\x0f\x4f\x83\x20\x00"},
		{"exchange2016", "\x01\x0f\xe1\x80\x2a\x00"},
	} {
		var w wire.Writer
		for _, word := range get(t, c.name).Version.Words() {
			w.U16(word)
		}
		if string(w.Buf) != c.bytes {
			t.Errorf("%s: % x, want % x", c.name, w.Buf, c.bytes)
		}
	}
}

func TestVersionOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		words [3]uint16
		want  string
	}{
		{"OldFormHasNoMinor", [3]uint16{0x000C, 0x183E, 0x03E8}, "12.0.6206.1000"},
		{"Extended", [3]uint16{0x0E03, 0x807B, 0x0004}, "14.3.123.4"},
		{"Outlook2010", [3]uint16{0x0E00, 0x9298, 0x03E8}, "14.0.4760.1000"},
	} {
		v := profile.VersionOf(c.words)
		if v.String() != c.want || v.Words() != c.words {
			t.Errorf("%s: %s, words %04X", c.name, v, v.Words())
		}
	}
	if v := get(t, "exchange2003").Version.Normalized(); v.String() != "6.0.7638.1" || !v.AtLeast(6, 0, 6755, 0) || v.AtLeast(8, 0, 0, 0) {
		t.Errorf("2003 reaches clients as %s", v)
	}
	if got := get(t, "exchange2013").Version.Application(); got != "Exchange/15.00.0847.032" {
		t.Errorf("X-ServerApplication %s", got)
	}
}

func TestEncryptionRequiredDefault(t *testing.T) {
	t.Parallel()
	got := map[string]bool{}
	for _, name := range profile.Names() {
		got[name] = get(t, name).EncryptionRequired
	}
	want := map[string]bool{"exchange2003": false, "exchange2007": false, "exchange2010-rtm": true, "exchange2010-sp1": false,
		"exchange2013": true, "exchange2016": true}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestReferralRefusesNTLMIn2007Only(t *testing.T) {
	t.Parallel()
	for _, name := range profile.Names() {
		i := get(t, name).Interfaces
		if got, want := i.RFR.Accepts(profile.AuthNTLM), name != "exchange2007"; got != want {
			t.Errorf("%s: RFR accepts NTLM: %v", name, got)
		}
		if !i.EMSMDB.Accepts(profile.AuthNTLM) || !i.RFR.Accepts(profile.AuthNegotiate) || i.EMSMDB.Accepts(profile.AuthNone) {
			t.Errorf("%s: %+v", name, i)
		}
		if got, want := i.AsyncEMSMDB.Offered, name != "exchange2003"; got != want {
			t.Errorf("%s: AsyncEMSMDB: %v", name, got)
		}
	}
}

// Cells of the sheet of differences, one row of the sheet per case, in the order of Names.
func TestCells(t *testing.T) {
	t.Parallel()
	type P = profile.Profile
	code := func(c mapi.ErrorCode) profile.Refusal { return profile.Refusal{Code: c} }
	fault, ok := profile.Refusal{Fault: 0x6F7}, profile.Refusal{}
	for _, c := range []struct {
		row  string
		get  func(*P) any
		want [6]any
	}{
		{"R7", func(p *P) any { return p.EMSMDB.Push }, [6]any{true, true, false, false, false, false}},
		{"R11", func(p *P) any { return p.EMSMDB.ConnectAuxTooLarge }, [6]any{code(0x80040110), code(0x80040110), fault, fault, fault, fault}},
		{"R12", func(p *P) any { return p.EMSMDB.ConnectAuxTooSmall }, [6]any{ok, ok, code(0x80070057), code(0x80040115), code(0x80040115), code(0x80040115)}},
		{"R13", func(p *P) any { return p.EMSMDB.ConnectEmptyDN }, [6]any{ok, ok, code(0x80070005), code(0x80070005), code(0x80070005), code(0x80070005)}},
		{"R14", func(p *P) any { return p.EMSMDB.ConnectWeakIdentity.Code }, [6]any{mapi.ErrorCode(0x4B6), mapi.ErrorCode(0x4B6), mapi.ErrAccessDenied, mapi.ErrAccessDenied, mapi.ErrAccessDenied, mapi.ErrAccessDenied}},
		{"R19", func(p *P) any { return p.EMSMDB.EchoesFlags }, [6]any{false, false, true, true, false, false}},
		{"R20", func(p *P) any { return p.EMSMDB.RequestOver8007 }, [6]any{code(0x4B6), code(0x4B6), code(0x4B6), code(0x4B6), code(0x80040115), code(0x80040115)}},
		{"R21", func(p *P) any { return p.EMSMDB.RequestTooLarge }, [6]any{code(0x4B6), code(0x4B6), code(0x4B6), code(0x4B6), fault, fault}},
		{"R23", func(p *P) any { return p.EMSMDB.OutTooSmall }, [6]any{code(0x4B6), code(0x4B6), code(0x80040115), code(0x80040115), ok, ok}},
		{"R26", func(p *P) any { return p.EMSMDB.ExecuteAuxTooSmall }, [6]any{ok, ok, code(0x80040115), code(0x80040115), ok, ok}},
		{"R27", func(p *P) any { return p.EMSMDB.ExecuteAuxOut }, [6]any{true, true, false, false, true, true}},
		{"R31", func(p *P) any { return p.EMSMDB.AsyncBadHandleCompletes }, [6]any{false, false, false, false, true, true}},
		{"O12", func(p *P) any { return p.ROP.MaxTooBig }, [6]any{profile.TooBigROP, profile.TooBigROP, profile.TooBigCall, profile.TooBigCall, profile.TooBigCall, profile.TooBigCall}},
		{"O20", func(p *P) any { return p.ROP.CopyToStream }, [6]any{true, true, false, true, true, true}},
		{"O23", func(p *P) any { return p.ROP.LockAndCloneStream }, [6]any{true, true, false, false, false, false}},
		{"O26", func(p *P) any { return p.ROP.SeekRowFractional }, [6]any{true, true, false, true, true, true}},
		{"O27", func(p *P) any { return p.ROP.PutBufferExtended }, [6]any{false, true, true, true, true, true}},
		{"L10", func(p *P) any { return p.Logon.SupportsProgress }, [6]any{false, false, false, true, true, true}},
		{"L23", func(p *P) any { return p.Logon.MailboxDisabled }, [6]any{mapi.ErrMailboxDisabled, mapi.ErrLoginFailure, mapi.ErrUnknownUser, mapi.ErrUnknownUser, mapi.ErrUnknownUser, mapi.ErrUnknownUser}},
		{"L24", func(p *P) any { return p.Logon.BadCodePage }, [6]any{mapi.ErrUnknownCodePage, mapi.ErrUnknownCodePage, mapi.Success, mapi.Success, mapi.ErrUnknownCodePage, mapi.ErrUnknownCodePage}},
		{"L30", func(p *P) any { return p.Logon.UnknownUser }, [6]any{mapi.ErrLoginFailure, mapi.ErrUnknownUser, mapi.ErrUnknownUser, mapi.ErrUnknownUser, mapi.ErrUnknownUser, mapi.ErrUnknownUser}},
		{"L35", func(p *P) any { return p.Logon.ZeroGUIDToID }, [6]any{true, true, false, false, false, true}},
		{"L39", func(p *P) any { return p.Logon.BadPerUserPrivate }, [6]any{mapi.ErrFormat, mapi.ErrFormat, mapi.ErrInvalidParameter, mapi.ErrInvalidParameter, mapi.Success, mapi.ErrCorruptData}},
		{"F11", func(p *P) any { return p.Folder.CreateDenied }, [6]any{mapi.ErrAccessDenied, mapi.ErrAccessDenied, mapi.ErrNoCreateSubfolderRight, mapi.ErrNoCreateSubfolderRight, mapi.ErrAccessDenied, mapi.ErrAccessDenied}},
		{"F28", func(p *P) any { return p.Folder.BadHierarchyFlags }, [6]any{mapi.Success, mapi.Success, mapi.ErrNoSupport, mapi.ErrNoSupport, mapi.ErrNoSupport, mapi.ErrNoSupport}},
		{"M11", func(p *P) any { return p.Message.ForceSave }, [6]any{uint8(0x0C), uint8(0x0C), uint8(4), uint8(4), uint8(4), uint8(4)}},
		{"M19", func(p *P) any { return p.Message.InitialFlags }, [6]any{uint32(9), uint32(9), uint32(0x409), uint32(0x409), uint32(0x409), uint32(0x409)}},
		{"M20", func(p *P) any { return p.Message.InitialAccess }, [6]any{uint32(3), uint32(3), uint32(3), uint32(3), uint32(7), uint32(7)}},
		{"M24", func(p *P) any { return p.Message.SaveReadOnly }, [6]any{mapi.Success, mapi.Success, mapi.ErrGeneralFailure, mapi.ErrGeneralFailure, mapi.ErrGeneralFailure, mapi.Success}},
		{"U1", func(p *P) any { return p.Submit.ConversationID }, [6]any{false, false, true, true, true, true}},
		{"T8", func(p *P) any { return p.Table.QueryBeforeColumns }, [6]any{true, true, false, false, false, false}},
		{"T16", func(p *P) any { return p.Table.BackwardsEnd }, [6]any{uint8(0), uint8(0), uint8(2), uint8(2), uint8(2), uint8(2)}},
		{"P4", func(p *P) any { return p.Property.SizeLimit }, [6]any{true, true, false, false, false, false}},
		{"P16", func(p *P) any { return p.Property.WritesThrough }, [6]any{true, true, false, false, true, true}},
		{"X14", func(p *P) any { return p.FastTransfer.EmptyParentKey }, [6]any{mapi.Success, mapi.Success, mapi.ErrInvalidParameter, mapi.Success, mapi.Success, mapi.Success}},
		{"X20", func(p *P) any { return p.FastTransfer.FolderContentWarning }, [6]any{false, true, false, false, false, false}},
		{"X41", func(p *P) any { return p.FastTransfer.FailOnConflict }, [6]any{false, false, false, true, true, true}},
		{"N5", func(p *P) any { return p.Notify.NeedsView }, [6]any{false, false, true, true, true, true}},
		{"N11", func(p *P) any { return p.Notify.NewMailFlags }, [6]any{true, true, true, true, false, true}},
		{"A6", func(p *P) any { return p.Rules.StateBits2007 }, [6]any{false, true, false, false, false, false}},
		{"A19", func(p *P) any { return p.Rules.ExtendedRules }, [6]any{2, 2, 0, 0, 0, 0}},
		{"A24", func(p *P) any { return p.Rules.SizeLimit }, [6]any{32768, 262144, 262144, 262144, 262144, 262144}},
		{"A24Disabled", func(p *P) any { return p.Rules.DisabledLimit }, [6]any{500, 500, 500, 500, 0, 0}},
		{"B8", func(p *P) any { return p.AddressBook.ResortAnySort }, [6]any{false, false, false, false, true, true}},
		{"H1", func(p *P) any { return p.HTTP.Offered }, [6]any{false, false, false, false, true, true}},
	} {
		t.Run(c.row, func(t *testing.T) {
			t.Parallel()
			var got [6]any
			for i, name := range profile.Names() {
				got[i] = c.get(get(t, name))
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}
