package mapiclient

import (
	"context"
	"fmt"

	"github.com/mapid/mapid/internal/ndr"
)

// Opnums of RFR, [MS-OXABREF] 3.1.4.
const (
	opGetNewDSA           = 0
	opGetFQDNFromServerDN = 1
)

// NewDSA asks for the address book server of a user, RfrGetNewDSA, [MS-OXABREF] 3.1.4.1.
func (c *Conn) NewDSA(ctx context.Context, userDN string) (server string, err error) {
	var w ndr.Writer
	w.U32(0)
	w.String8(userDN)
	w.Pointer(false)     // ppszUnused
	if w.Pointer(true) { // ppszServer
		w.Pointer(false) // has no name yet
	}
	out, err := c.Call(ctx, RFR, opGetNewDSA, w.Stub())
	if err != nil {
		return "", fmt.Errorf("RfrGetNewDSA: %w", err)
	}
	r := ndr.NewReader(out)
	//lint:ignore SA4000 a pointer to a pointer: each call reads one
	if r.Pointer() && r.Pointer() {
		r.String8(1 << 10)
	}
	//lint:ignore SA4000 a pointer to a pointer: each call reads one
	if r.Pointer() && r.Pointer() {
		server = r.String8(1 << 10)
	}
	if err := result(r); err != nil {
		return "", fmt.Errorf("RfrGetNewDSA: %w", err)
	}
	return server, nil
}

// FQDNFromServerDN asks for the host of a mailbox server, RfrGetFQDNFromServerDN, [MS-OXABREF] 3.1.4.2.
func (c *Conn) FQDNFromServerDN(ctx context.Context, serverDN string) (fqdn string, err error) {
	var w ndr.Writer
	w.U32(0)
	w.U32(uint32(len(serverDN) + 1))
	w.String8(serverDN)
	out, err := c.Call(ctx, RFR, opGetFQDNFromServerDN, w.Stub())
	if err != nil {
		return "", fmt.Errorf("RfrGetFQDNFromServerDN: %w", err)
	}
	r := ndr.NewReader(out)
	if r.Pointer() {
		fqdn = r.String8(1 << 10)
	}
	if err := result(r); err != nil {
		return "", fmt.Errorf("RfrGetFQDNFromServerDN: %w", err)
	}
	return fqdn, nil
}
