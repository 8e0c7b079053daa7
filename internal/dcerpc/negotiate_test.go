package dcerpc

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/ndr"
)

func featureSyntax(mask byte) SyntaxID {
	s := SyntaxID{Major: 1}
	copy(s.UUID[:], featurePrefix[:])
	s.UUID[8] = mask
	return s
}

func offer(id uint16, abstract SyntaxID, transfers ...SyntaxID) PresContext {
	return PresContext{ID: id, Abstract: abstract, Transfers: transfers}
}

func TestBindPresentation(t *testing.T) {
	t.Parallel()
	accepted := PresResult{Transfer: NDR20}
	unknown := PresResult{Result: ResultProviderReject, Reason: ReasonAbstractSyntax}
	transfer := PresResult{Result: ResultProviderReject, Reason: ReasonTransferSyntax}
	features := func(mask uint16) PresResult { return PresResult{Result: ResultNegotiateAck, Reason: mask} }
	newer := SyntaxID{UUID: echoID.UUID, Major: 1, Minor: 3}
	older := SyntaxID{UUID: echoID.UUID, Major: 1}
	tests := []struct {
		name   string
		offers []PresContext
		want   []PresResult // nil = bind_nak 0 and the end
	}{
		{"One", []PresContext{offer(0, echoID, NDR20)}, []PresResult{accepted}},
		{"OlderMinor", []PresContext{offer(0, older, NDR20)}, []PresResult{accepted}},
		{"NewerMinor", []PresContext{offer(0, newer, NDR20)}, []PresResult{unknown}},
		{"OtherMajor", []PresContext{offer(0, SyntaxID{UUID: echoID.UUID, Major: 2}, NDR20)}, []PresResult{unknown}},
		{"Unknown", []PresContext{offer(0, emsmdbID, NDR20)}, []PresResult{unknown}},
		{"Mgmt", []PresContext{offer(0, MgmtID, NDR20)}, []PresResult{accepted}},
		{"NDR64Alone", []PresContext{offer(0, echoID, ndr64)}, []PresResult{transfer}},
		{"NDR64AndNDR20", []PresContext{offer(0, echoID, ndr64, NDR20)}, []PresResult{accepted}},
		{
			"Windows64Bit", // what 64-bit clients offer: the interface in each syntax, and features
			[]PresContext{offer(0, echoID, NDR20), offer(1, echoID, ndr64), offer(2, echoID, featureSyntax(3))},
			[]PresResult{accepted, transfer, features(3)},
		},
		{"TwoInterfaces", []PresContext{offer(0, echoID, NDR20), offer(1, otherID, NDR20)}, []PresResult{accepted, accepted}},
		{"SameInterfaceTwice", []PresContext{offer(0, echoID, NDR20), offer(1, echoID, NDR20)}, []PresResult{accepted, transfer}},
		{"UnknownFirst", []PresContext{offer(0, emsmdbID, NDR20), offer(1, echoID, NDR20)}, []PresResult{unknown, accepted}},
		{"FeaturesUnknownBits", []PresContext{offer(0, echoID, featureSyntax(0xFF))}, []PresResult{features(3)}},
		{"FeaturesNone", []PresContext{offer(0, echoID, featureSyntax(0))}, []PresResult{features(0)}},
		{"FeaturesNotFirst", []PresContext{offer(0, echoID, NDR20, featureSyntax(3))}, []PresResult{accepted}},
		{"FeaturesTwice", []PresContext{offer(0, echoID, featureSyntax(1)), offer(1, echoID, featureSyntax(2))}, nil},
		{"NoTransferSyntax", []PresContext{offer(0, echoID)}, nil},
		{"NoContext", nil, nil},
		{"ChangedInOnePDU", []PresContext{offer(0, echoID, NDR20), offer(0, otherID, NDR20)}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newWorld(t, Options{}).peer()
			p.send(bindPDU(TypeBind, 7, 0, tt.offers...))
			u := p.recv()
			if tt.want == nil {
				if diff := cmp.Diff(&BindNak{}, u.Body); diff != "" || u.CallID != 7 {
					t.Errorf("bind_nak (-want +got):\n%s", diff)
				}
				p.ended()
				return
			}
			ack, ok := u.Body.(*BindAck)
			if !ok {
				t.Fatalf("answer %+v", u.Body)
			}
			if diff := cmp.Diff(tt.want, ack.Results); diff != "" {
				t.Errorf("results (-want +got):\n%s", diff)
			}
			if ack.Group == 0 || ack.Address != "1032" || u.Flags != flagsWhole || u.CallID != 7 {
				t.Errorf("bind_ack: %+v", u)
			}
		})
	}
}

func TestAlterPresentation(t *testing.T) {
	t.Parallel()
	accepted := PresResult{Transfer: NDR20}
	unknown := PresResult{Result: ResultProviderReject, Reason: ReasonAbstractSyntax}
	transfer := PresResult{Result: ResultProviderReject, Reason: ReasonTransferSyntax}
	strange := SyntaxID{UUID: ndr.MustUUID("00000000-0000-0000-0000-000000000001"), Major: 1}
	tests := []struct {
		name   string
		bound  PresContext
		offers []PresContext
		want   []PresResult // nil = protocol error and the end
	}{
		{"Second", offer(0, echoID, NDR20), []PresContext{offer(1, otherID, NDR20)}, []PresResult{accepted}},
		{"SameInterfaceAgain", offer(0, echoID, NDR20), []PresContext{offer(1, echoID, NDR20)}, []PresResult{accepted}},
		{"ListedAgain", offer(0, echoID, NDR20), []PresContext{offer(0, echoID, NDR20)}, []PresResult{accepted}},
		{
			"ListedAgainTwice", offer(0, echoID, NDR20),
			[]PresContext{offer(0, echoID, NDR20), offer(0, echoID, NDR20)}, []PresResult{accepted, transfer},
		},
		{"ListedAgainUnknownSyntax", offer(0, echoID, NDR20), []PresContext{offer(0, echoID, strange)}, []PresResult{transfer}},
		{"ListedAgainWithNDR64", offer(0, echoID, NDR20), []PresContext{offer(0, echoID, NDR20, ndr64)}, nil},
		{"ListedAgainAsOffered", offer(0, echoID, NDR20, ndr64), []PresContext{offer(0, echoID, NDR20, ndr64)}, []PresResult{accepted}},
		{"OtherInterface", offer(0, echoID, NDR20), []PresContext{offer(0, otherID, NDR20)}, nil},
		{"Unknown", offer(0, echoID, NDR20), []PresContext{offer(1, emsmdbID, NDR20)}, []PresResult{unknown}},
		{"AfterRejection", offer(0, emsmdbID, NDR20), []PresContext{offer(0, echoID, NDR20)}, []PresResult{accepted}},
		{"NoContext", offer(0, echoID, NDR20), nil, nil},
		{"NoTransferSyntax", offer(0, echoID, NDR20), []PresContext{offer(1, otherID)}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newWorld(t, Options{}).peer()
			bound := p.bind(0, tt.bound).Body.(*BindAck)
			alter := bindPDU(TypeAlterContext, 2, 0, tt.offers...)
			alter.Body.(*Bind).Group = 0xFFFF // means nothing here: a connection does not change its group
			p.send(alter)
			u := p.recv()
			if tt.want == nil {
				want := &FaultBody{AllocHint: 32, Status: StatusProtocolError}
				if diff := cmp.Diff(want, u.Body); diff != "" || u.Flags != flagsWhole|FlagDidNotExecute {
					t.Errorf("fault (-want +got):\n%s", diff)
				}
				p.ended()
				return
			}
			want := &BindAck{MaxXmit: MaxFragment, MaxRecv: MaxFragment, Group: bound.Group, Results: tt.want}
			if diff := cmp.Diff(want, u.Body); diff != "" || u.Type != TypeAlterResp {
				t.Errorf("alter_context_resp (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBindFragmentSizes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name             string
		xmit, recv, want uint16
	}{
		{"Windows", 5840, 5840, 5840},
		{"Huge", 65535, 65535, 5840},
		{"Zero", 0, 0, 2048},
		{"SmallestLegal", 1432, 1432, 2048},
		{"OneSmall", 65535, 0, 2048},
		{"RoundedDown", 65535, 3199, 3192},
		{"RoundedDownOther", 3199, 65535, 3192},
		{"Samba", 4280, 4280, 4280},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, Options{})
			p := w.peer()
			b := bindPDU(TypeBind, 1, 0, offer(0, echoID, NDR20))
			b.Body.(*Bind).MaxXmit, b.Body.(*Bind).MaxRecv = tt.xmit, tt.recv
			p.send(b)
			ack, ok := p.recv().Body.(*BindAck)
			if !ok || ack.MaxXmit != tt.want || ack.MaxRecv != tt.want {
				t.Fatalf("bind_ack = %+v, want %d both ways", ack, tt.want)
			}
			// Whatever was agreed, a request of Windows' size is taken, and answers keep to the agreement.
			stub := pattern(MaxFragment - requestSize)
			p.send(requestPDU(2, flagsWhole, opEcho, stub))
			var got []byte
			for last := false; !last; {
				u := p.recv()
				if u.FragLength > tt.want {
					t.Errorf("fragment of %d bytes", u.FragLength)
				}
				got = append(got, u.Body.(*Response).Stub...)
				last = u.Flags&FlagLast != 0
			}
			if diff := cmp.Diff(stub, got); diff != "" {
				t.Error("stub came back changed")
			}
		})
	}
}

// TestBindFlags shows which flags a server repeats.
func TestBindFlags(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                string
		flags               Flags
		wantBind, wantAlter Flags
	}{
		{"None", 0, 3, 3},
		{"HeaderSign", FlagHeaderSign, 7, 7},
		{"Multiplex", FlagMultiplex, 0x13, 3},
		{"Reserved", 0x08, 3, 3},
		{"DidNotExecute", FlagDidNotExecute, 3, 3},
		{"Maybe", FlagMaybe, 3, 3},
		{"Object", FlagObject, 3, 3},
		{"All", 0xFF, 0x17, 7},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newWorld(t, Options{}).peer()
			if u := p.bind(tt.flags, offer(0, echoID, NDR20)); u.Flags != tt.wantBind {
				t.Errorf("bind_ack flags = %#x, want %#x", u.Flags, tt.wantBind)
			}
			p.send(bindPDU(TypeAlterContext, 2, tt.flags, offer(0, echoID, NDR20)))
			if u := p.recv(); u.Type != TypeAlterResp || u.Flags != tt.wantAlter {
				t.Errorf("%s flags = %#x, want %#x", u.Type, u.Flags, tt.wantAlter)
			}
		})
	}
}

func TestBindServices(t *testing.T) {
	t.Parallel()
	trailer := func(service auth.Service, level auth.Level) *SecTrailer {
		return &SecTrailer{Type: uint8(service), Level: uint8(level), ContextID: 0x000BA250}
	}
	tests := []struct {
		name    string
		trailer *SecTrailer
		offer   PresContext
		token   string
		want    NakReason // 99 = it is acknowledged
	}{
		{"Offered", trailer(auth.ServiceKerberos, auth.LevelPrivacy), offer(0, echoID, NDR20), "hello", 99},
		{"OfferedByServerNotInterface", trailer(auth.ServiceNTLM, auth.LevelPrivacy), offer(0, echoID, NDR20), "hello", NakAuthType},
		{"OtherInterface", trailer(auth.ServiceNTLM, auth.LevelPrivacy), offer(0, otherID, NDR20), "hello", 99},
		{"Mgmt", trailer(auth.ServiceNTLM, auth.LevelPrivacy), offer(0, MgmtID, NDR20), "hello", 99},
		{"NotOffered", trailer(auth.ServiceNegotiate, auth.LevelPrivacy), offer(0, echoID, NDR20), "hello", NakAuthType},
		{"Schannel", trailer(68, auth.LevelPrivacy), offer(0, echoID, NDR20), "hello", NakAuthType},
		{"TokenWithoutService", trailer(auth.ServiceNone, auth.LevelConnect), offer(0, echoID, NDR20), "none", NakAuthType},
		{"LevelNone", trailer(auth.ServiceKerberos, auth.LevelNone), offer(0, echoID, NDR20), "hello", NakUnspecified},
		{"Level0", trailer(auth.ServiceKerberos, 0), offer(0, echoID, NDR20), "hello", NakUnspecified},
		{"Level7", trailer(auth.ServiceKerberos, 7), offer(0, echoID, NDR20), "hello", NakUnspecified},
		{"LevelCall", trailer(auth.ServiceKerberos, auth.LevelCall), offer(0, echoID, NDR20), "hello", NakChecksum},
		{"Garbage", trailer(auth.ServiceKerberos, auth.LevelPrivacy), offer(0, echoID, NDR20), "garbage", NakChecksum},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, Options{Mechanisms: []auth.Mechanism{toy{service: auth.ServiceKerberos}, toy{service: auth.ServiceNTLM}}})
			w.echo.Services = []auth.Service{auth.ServiceKerberos}
			p := w.peer()
			b := bindPDU(TypeBind, 1, 0, tt.offer)
			b.Trailer, b.Token = tt.trailer, []byte(tt.token)
			p.send(b)
			u := p.recv()
			nak, refused := u.Body.(*BindNak)
			switch {
			case !refused && tt.want == 99:
				if *u.Trailer != *tt.trailer || string(u.Token) != "challenge" {
					t.Errorf("bind_ack: %+v %q", u.Trailer, u.Token)
				}
			case !refused || nak.Reason != tt.want:
				t.Errorf("answer %+v, want bind_nak %d", u.Body, tt.want)
			default:
				p.ended()
			}
		})
	}
}

func TestBindRefused(t *testing.T) {
	t.Parallel()
	bad := func(change func(b []byte) []byte) []byte {
		return change(bindPDU(TypeBind, 1, 0, offer(0, echoID, NDR20)).Encode())
	}
	tests := []struct {
		name string
		pdu  []byte
		want NakReason
	}{
		{"OtherVersion", bad(func(b []byte) []byte { b[0] = 4; return b }), NakVersion},
		{"OtherMinor", bad(func(b []byte) []byte { b[1] = 1; return b }), NakVersion},
		{"BadRepresentation", bad(func(b []byte) []byte { b[5] = 1; return b }), NakVersion},
		{"TokenDoesNotFit", bad(func(b []byte) []byte { b[10] = 0xFF; return b }), NakVersion},
		{"CountTooLarge", bad(func(b []byte) []byte { b[24] = 9; return b }), NakVersion},
		{"UnknownGroup", bad(func(b []byte) []byte { b[20] = 1; return b }), NakUnspecified},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newWorld(t, Options{}).peer()
			p.sendRaw(tt.pdu)
			u := p.recv()
			if diff := cmp.Diff(&BindNak{Reason: tt.want}, u.Body); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			p.ended()
		})
	}
}

func TestBindTwice(t *testing.T) {
	t.Parallel()
	p := newWorld(t, Options{}).peer()
	p.bind(0, offer(0, echoID, NDR20))
	p.send(bindPDU(TypeBind, 2, 0, offer(1, otherID, NDR20)))
	if diff := cmp.Diff(&BindNak{}, p.recv().Body); diff != "" {
		t.Errorf("second bind (-want +got):\n%s", diff)
	}
	p.ended()
}

// TestBindContextLimit fills the table of presentation contexts.
func TestBindContextLimit(t *testing.T) {
	t.Parallel()
	l := DefaultLimits()
	l.Contexts = 2
	p := newWorld(t, Options{Limits: l}).peer()
	p.bind(0, offer(0, echoID, NDR20))
	p.send(bindPDU(TypeAlterContext, 2, 0, offer(1, otherID, NDR20)))
	p.recv()
	p.send(bindPDU(TypeAlterContext, 3, 0, offer(2, MgmtID, NDR20)))
	want := []PresResult{{Result: ResultProviderReject, Reason: ReasonLocalLimit}}
	if diff := cmp.Diff(want, p.recv().Body.(*BindAck).Results); diff != "" {
		t.Errorf("third context (-want +got):\n%s", diff)
	}
}
