package emsmdb_test

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"testing"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/server/emsmdb"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Versions as clients send them.
var (
	outlook2003 = [3]uint16{0x0B00, 0x8000 | 5608, 0} // 11.0.5608.0
	outlook2007 = [3]uint16{0x0C00, 0x8000 | 6680, 5000}
	earlier2007 = [3]uint16{0x0C00, 0x8000 | 3600, 0} // before it knew ecNotEncrypted
)

func TestConnect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.connect(alice, aliceDN)
	if r.Session == 0 || r.Index == 0 || r.PollsMax != 60000 || r.RetryCount != 6 || r.RetryDelay != 10000 {
		t.Errorf("response = %+v", r)
	}
	if r.DNPrefix != "" || r.DisplayName != "Alice Adams" || r.TimeStamp == 0 {
		t.Errorf("response = %+v", r)
	}
	if r.ServerVersion != w.opts.Profile.Version.Words() || r.BestVersion != libmapi {
		t.Errorf("server %x, best %x", r.ServerVersion, r.BestVersion)
	}
	// CLIENT_CONTROL with compression and a day, EXORGINFO with public folders: vectors A5, A6, A7.
	if got := hex.EncodeToString(r.AuxOut); got != "0000040014001400"+"0c00010a04000000005c2605"+"0800011701000000" {
		t.Errorf("aux = %s", got)
	}
	if second := w.connect(alice, aliceDN); second.Session == r.Session || second.Index == r.Index {
		t.Error("two sessions share an id or an index")
	}
}

func TestConnectRefused(t *testing.T) {
	t.Parallel()
	clear := caller("alice", auth.LevelIntegrity)
	nobody := auth.Caller{Level: auth.LevelNone}
	blocked := emsmdb.Policy{Blocked: ranges(t, "11.0.0-11.65535.65535;12.6206.1000")}
	encrypted := emsmdb.Policy{EncryptionRequired: true}
	for _, tt := range []struct {
		name    string
		profile string
		policy  emsmdb.Policy
		caller  auth.Caller
		edit    func(*emsmdb.ConnectRequest)
		want    error
	}{
		{"Anonymous", "", emsmdb.Policy{}, nobody, nil, mapi.ErrAccessDenied},
		{"ClearWhereEncryptionIsRequired", "", encrypted, clear, nil, mapi.ErrNotEncrypted},
		{"ClearOutlook2003", "", encrypted, clear, version(outlook2003), mapi.ErrClientVerBlocked},
		{"ClearEarlyOutlook2007", "", encrypted, clear, version(earlier2007), mapi.ErrClientVerBlocked},
		{"PrivateWhereEncryptionIsRequired", "", encrypted, alice, nil, nil},
		{"ClearWhereItIsNot", "", emsmdb.Policy{}, clear, nil, nil},
		{"BlockedRange", "", blocked, alice, version(outlook2003), mapi.ErrClientVerBlocked},
		{"BlockedVersion", "", blocked, alice, nil, mapi.ErrClientVerBlocked},
		{"NotBlocked", "", blocked, alice, version(outlook2007), nil},
		{"UnknownUser", "", emsmdb.Policy{}, alice, dn(dnPrefix + "Recipients/cn=nobody"), mapi.ErrUnknownUser},
		{"SomebodyElse", "", emsmdb.Policy{}, bob, nil, mapi.ErrAccessDenied},
		{"SomebodyElse2007", "exchange2007", emsmdb.Policy{}, bob, nil, mapi.ErrRpcFormat},
		{"AdministratorForSomebodyElse", "", emsmdb.Policy{}, alice, dn(bobDN), nil},
		{"AdministratorFlag", "", emsmdb.Policy{}, bob, func(r *emsmdb.ConnectRequest) { r.UserDN, r.Flags = bobDN, 1 }, mapi.ErrLoginPerm},
		{"EmptyDN", "", emsmdb.Policy{}, alice, dn(""), mapi.ErrAccessDenied},
		{"EmptyDN2007", "exchange2007", emsmdb.Policy{}, alice, dn(""), nil},
		{"UnknownAccount", "", emsmdb.Policy{}, caller("ghost", auth.LevelPrivacy), nil, mapi.ErrLoginFailure},
		{"AuxOfSevenBytes", "", emsmdb.Policy{}, alice, aux(7), mapi.ErrRpcFailed},
		{"AuxOfSevenBytesRTM", "exchange2010-rtm", emsmdb.Policy{}, alice, aux(7), mapi.ErrInvalidParameter},
		{"AuxOfSevenBytes2007", "exchange2007", emsmdb.Policy{}, alice, aux(7), nil},
		{"AuxTooLarge", "", emsmdb.Policy{}, alice, aux(0x1009), emsmdb.ErrBadRequest},
		{"AuxTooLarge2007", "exchange2007", emsmdb.Policy{}, alice, aux(0x1009), mapi.ErrVersionMismatch},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.profile == "" {
				tt.profile = profile.Default
			}
			w := newWorld(t, withProfile(tt.profile), withPolicy(tt.policy))
			req := connectRequest(aliceDN)
			if tt.edit != nil {
				tt.edit(req)
			}
			r, err := w.service.Connect(context.Background(), tt.caller, req)
			if !errors.Is(err, tt.want) {
				t.Fatalf("error = %v, want %v", err, tt.want)
			}
			if tt.want != nil && (r.Session != 0 || r.AuxOut != nil || r.DisplayName != "") {
				t.Errorf("a refusal says %+v", r)
			}
			if want := 0; tt.want != nil && len(w.service.Sessions()) != want {
				t.Error("a refusal left a session")
			}
		})
	}
}

func version(v [3]uint16) func(*emsmdb.ConnectRequest) {
	return func(r *emsmdb.ConnectRequest) { r.ClientVersion = v }
}

func dn(s string) func(*emsmdb.ConnectRequest) {
	return func(r *emsmdb.ConnectRequest) { r.UserDN = s }
}

func aux(n int) func(*emsmdb.ConnectRequest) {
	return func(r *emsmdb.ConnectRequest) { r.AuxIn = make([]byte, n) }
}

func ranges(t testing.TB, s string) []emsmdb.VersionRange {
	t.Helper()
	r, err := emsmdb.ParseVersionRanges(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestConnectWithoutPublicFolders: clients before Outlook 2007 must say that they can do without, [MS-OXCRPC] 3.1.4.1.
func TestConnectWithoutPublicFolders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(&seed.Seed{Users: []seed.User{{Name: "alice", Password: "x"}}}))
	if r := w.connect(alice, aliceDN); hex.EncodeToString(r.AuxOut[len(r.AuxOut)-8:]) != "0800011700000000" { // vector A6
		t.Errorf("aux = %x", r.AuxOut)
	}
	req := connectRequest(aliceDN)
	req.ClientVersion = outlook2003
	if _, err := w.service.Connect(context.Background(), alice, req); !errors.Is(err, mapi.ErrClientVerBlocked) {
		t.Errorf("error = %v", err)
	}
	req.Flags = mapi.ConnectNoPublicFolderNeeded
	if _, err := w.service.Connect(context.Background(), alice, req); err != nil {
		t.Errorf("with the flag: %v", err)
	}
}

func TestConnectPolicyIsLive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	clear := caller("alice", auth.LevelConnect)
	running := w.connect(clear, aliceDN)
	w.policy.Store(&emsmdb.Policy{EncryptionRequired: true})
	if _, err := w.service.Connect(context.Background(), clear, connectRequest(aliceDN)); !errors.Is(err, mapi.ErrNotEncrypted) {
		t.Errorf("the next connect: %v", err)
	}
	if out := w.execute(clear, executeRequest(running.Session, buffer(0))); len(out) != 1 {
		t.Error("the running session was touched")
	}
	w.policy.Store(&emsmdb.Policy{})
	w.connect(clear, aliceDN)
}

func TestPitfall20SessionsOfAUserAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withLimits(emsmdb.Limits{SessionsPerUser: 2}), withPolicy(emsmdb.Policy{MaximumConnections: 3}))
	first := w.connect(alice, aliceDN)
	w.connect(alice, aliceDN)
	refused := func(c auth.Caller, dn string) {
		t.Helper()
		if _, err := w.service.Connect(context.Background(), c, connectRequest(dn)); !errors.Is(err, emsmdb.ErrTooBusy) {
			t.Errorf("error = %v", err)
		}
	}
	refused(alice, aliceDN)
	w.connect(bob, bobDN)
	refused(bob, bobDN)
	if err := w.service.Disconnect(context.Background(), alice, first.Session); err != nil {
		t.Fatal(err)
	}
	w.connect(bob, bobDN)
}

func TestConnectLinking(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		profile string
		stamp   func(uint32) uint32
		index   func(uint16) uint32
		echoes  bool
		name    string
	}{
		{"exchange2010-sp1", func(s uint32) uint32 { return s ^ 0x80000000 }, func(i uint16) uint32 { return uint32(i) }, true, "2010EchoesWhateverCame"},
		{"exchange2007", func(s uint32) uint32 { return s }, func(i uint16) uint32 { return uint32(i) }, true, "2007Links"},
		{"exchange2007", func(s uint32) uint32 { return s ^ 0x80000000 }, func(i uint16) uint32 { return uint32(i) }, false, "2007WrongStamp"},
		{"exchange2007", func(s uint32) uint32 { return s }, func(i uint16) uint32 { return uint32(i) + 7 }, false, "2007WrongIndex"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withProfile(tt.profile))
			first := w.connect(alice, aliceDN)
			req := connectRequest(aliceDN)
			req.Link, req.TimeStamp = tt.index(first.Index), tt.stamp(first.TimeStamp)
			r, err := w.service.Connect(context.Background(), alice, req)
			if err != nil {
				t.Fatal(err)
			}
			if got := r.TimeStamp == req.TimeStamp; got != tt.echoes && req.TimeStamp != first.TimeStamp {
				t.Errorf("time stamp %08x for %08x", r.TimeStamp, req.TimeStamp)
			}
			if r.Index == first.Index {
				t.Error("a linked session has the other's index")
			}
		})
	}
}

func TestConnectAuxByProfile(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		profile string
		types   []byte
	}{
		{"exchange2007", []byte{0x0A, 0x17, 0x16}},
		{"exchange2010-sp1", []byte{0x0A, 0x17}},
		{"exchange2013", []byte{0x0A, 0x17, 0x46, 0x4B}},
	} {
		w := newWorld(t, withProfile(tt.profile))
		r := w.connect(alice, aliceDN)
		payloads, err := rop.ReadPayloads(r.AuxOut, 0x1008)
		if err != nil {
			t.Fatal(err)
		}
		var types []byte
		for b := payloads[0].Bytes; len(b) >= 4; b = b[int(b[0])|int(b[1])<<8:] {
			types = append(types, b[3])
		}
		if !slices.Equal(types, tt.types) {
			t.Errorf("%s: blocks %x, want %x", tt.profile, types, tt.types)
		}
	}
}

func TestConnectAuxDoesNotFit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for max, want := range map[int]int{0: 0, 7: 0, 8: 8, 15: 8, 19: 16, 20: 20, 28: 28, 0x1008: 28} {
		req := connectRequest(aliceDN)
		req.AuxOutMax = max
		r, err := w.service.Connect(context.Background(), alice, req)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.AuxOut) != want {
			t.Errorf("room for %d: %d bytes, want %d", max, len(r.AuxOut), want)
		}
	}
}

// TestConnectReadsAux checks what is taken of a client's blocks: vectors A1 to A4, and blocks nobody knows.
func TestConnectReadsAux(t *testing.T) {
	t.Parallel()
	const (
		clientInfo  = "3000010240420f00010020002800000000000000000000000000000002000000500043003100000061006e006e000000"
		sessionInfo = "1c00020401000000443322116655778899aabbccddeeff002a000000"
		processInfo = "3400010b01000000443322116655778899aabbccddeeff001c0000004f00550054004c004f004f004b002e004500580045000000"
		unknown     = "0600077fabcd"
	)
	w := newWorld(t)
	req := connectRequest(aliceDN)
	req.AuxIn = sealed(unhex(t, unknown+sessionInfo+clientInfo+processInfo), rop.ExtLast|rop.ExtXorMagic)
	if _, err := w.service.Connect(context.Background(), alice, req); err != nil {
		t.Fatal(err)
	}
	want := emsmdb.ClientInfo{Process: "OUTLOOK.EXE", Machine: "PC1", User: "ann", Mode: emsmdb.ModeCached}
	if got := w.service.Sessions()[0].Client; got != want {
		t.Errorf("client = %+v, want %+v", got, want)
	}
}

func TestConnectMalformedAuxBlocksAreIgnored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, blocks := range []string{"00000102", "ff00010240", "0400010200", "0800010bffffffff", "30000102"} {
		req := connectRequest(aliceDN)
		req.AuxIn = sealed(unhex(t, blocks), rop.ExtLast)
		if _, err := w.service.Connect(context.Background(), alice, req); err != nil {
			t.Errorf("%s: %v", blocks, err)
		}
	}
}

func TestConnectDisplayNameInCodePage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(&seed.Seed{Users: []seed.User{{Name: "alice", Password: "x", DisplayName: "Zoë Łąka"}}}))
	for page, want := range map[uint32]string{1252: "Zo\xeb ?aka", 1250: "Zo\xeb \xa3\xb9ka", 65001: "Zoë Łąka"} {
		req := connectRequest(aliceDN)
		req.CodePage = page
		r, err := w.service.Connect(context.Background(), alice, req)
		if err != nil {
			t.Fatal(err)
		}
		if r.DisplayName != want {
			t.Errorf("%d: %q, want %q", page, r.DisplayName, want)
		}
	}
}

func TestConnectDNPrefixOf2003(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withProfile("exchange2003"))
	if r := w.connect(alice, aliceDN); r.DNPrefix != "/O=MAPID/OU=FIRST ADMINISTRATIVE GROUP/CN=RECIPIENTS/CN=" {
		t.Errorf("prefix = %q", r.DNPrefix)
	}
}

func TestParseVersionRanges(t *testing.T) {
	t.Parallel()
	v := func(a, b, c, d uint16) profile.Version {
		return profile.Version{Major: a, Minor: b, Build: c, Revision: d}
	}
	for _, tt := range []struct {
		text    string
		in, out []profile.Version
	}{
		{"12.6680.5000", []profile.Version{v(12, 0, 6680, 5000)}, []profile.Version{v(12, 0, 6680, 5001), v(12, 0, 6679, 0)}},
		{"14.0.0-14.32767.65535", []profile.Version{v(14, 0, 0, 0), v(14, 0, 4760, 1000)}, []profile.Version{v(15, 0, 0, 0), v(12, 0, 0, 0)}},
		{"-11.8000.0", []profile.Version{v(5, 0, 0, 0), v(11, 0, 8000, 0)}, []profile.Version{v(11, 0, 8000, 1)}},
		{"15.0.0-", []profile.Version{v(15, 0, 0, 0), v(16, 0, 1, 1)}, []profile.Version{v(14, 0, 9999, 0)}},
		{"0.0.0-5.65535.65535;7.0.0;8.02.4-11.65535.65535", []profile.Version{v(5, 0, 1, 1), v(7, 0, 0, 0), v(11, 0, 5608, 0)}, []profile.Version{v(6, 0, 0, 0), v(12, 0, 0, 0)}},
		{"12", []profile.Version{v(12, 0, 1, 2), v(12, 3, 1, 2)}, []profile.Version{v(13, 0, 0, 0)}},
		{" ; ", nil, []profile.Version{v(1, 0, 0, 0)}},
	} {
		list := ranges(t, tt.text)
		contains := func(v profile.Version) bool {
			return slices.ContainsFunc(list, func(r emsmdb.VersionRange) bool { return r.Contains(v) })
		}
		for _, x := range tt.in {
			if !contains(x) {
				t.Errorf("%q does not contain %v", tt.text, x)
			}
		}
		for _, x := range tt.out {
			if contains(x) {
				t.Errorf("%q contains %v", tt.text, x)
			}
		}
	}
	for _, bad := range []string{"-", "x.1.2", "1.2.3.4.5", "70000.0.0", "12.0.0-11.0.0", "1.-2.3"} {
		if _, err := emsmdb.ParseVersionRanges(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}
