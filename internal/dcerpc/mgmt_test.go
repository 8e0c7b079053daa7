package dcerpc

import (
	"encoding/hex"
	"testing"
)

func TestMgmtIsServerListening(t *testing.T) {
	t.Parallel()
	s := newServer(t, Options{})
	p := connect(t, s, s.NewEndpoint("test", TransportTCP))
	p.send(bindPDU(1, 0, MgmtID))
	ack, ok := p.recv().Body.(*BindAck)
	if !ok || len(ack.Results) != 1 || ack.Results[0].Result != ResultAccept || ack.Results[0].Transfer != NDR20 {
		t.Fatalf("bind_ack: %+v", ack)
	}
	p.send(requestPDU(2, 2, nil))
	u := p.recv()
	r, ok := u.Body.(*Response)
	if !ok || u.CallID != 2 {
		t.Fatalf("response: %+v", u)
	}
	if got, want := hex.EncodeToString(r.Stub), "0000000001000000"; got != want {
		t.Errorf("stub = %s, want %s", got, want)
	}
}
