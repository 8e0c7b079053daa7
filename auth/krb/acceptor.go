package krb

import (
	"context"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/iana/etypeID"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"github.com/mapid/mapid/auth"
)

// state is how far an exchange has come.
type state uint8

const (
	stateStart  state = iota
	stateWaits        // for the last token of DCE style, or for the server's answer
	stateDone         // established
	stateFailed       // refused
)

// acceptor is the server's side of one context: two tokens, or three in the DCE style of [MS-KILE] 3.4.5.1.
type acceptor struct {
	session
	mech     *mechanism
	state    state
	identity auth.Identity

	sessionKey types.EncryptionKey // of the ticket
	keys       keys
}

var (
	_ auth.Context = (*acceptor)(nil)
	_ auth.MICer   = (*acceptor)(nil)
)

// Identity returns who the context belongs to. After a refusal only Claimed is set, if the ticket could be read.
func (a *acceptor) Identity() auth.Identity { return a.identity }

// Step implements auth.Context: AP-REQ in, AP-REP out if the client wants proof, too; in DCE style AP-REP in.
func (a *acceptor) Step(ctx context.Context, token []byte) (out []byte, done bool, err error) {
	before := a.state
	if before == stateDone || before == stateFailed {
		return nil, false, malformed("token after the end of the exchange")
	}
	a.state = stateFailed
	if before == stateStart {
		out, done, err = a.accept(ctx, token)
	} else {
		done, err = true, a.confirm(token)
	}
	if err == nil && done {
		err = a.establish(a.keys, true, a.mech.Rand)
	}
	switch {
	case err != nil:
		a.identity = auth.Identity{Claimed: a.identity.Claimed}
		return nil, false, err
	case done:
		a.identity.KeyBits = a.bits
		a.sessionKey, a.keys = types.EncryptionKey{}, keys{}
		a.state = stateDone
	default:
		a.state = stateWaits
	}
	return out, done, nil
}

// accept judges an AP-REQ and answers it.
func (a *acceptor) accept(ctx context.Context, token []byte) (out []byte, done bool, err error) {
	message, framed, err := unframe(token, tagAPReq, idAPReq)
	if err != nil {
		return nil, false, err
	}
	r := new(request)
	err = a.mech.readAPReq(message, r)
	a.identity.Claimed = r.principal()
	if err != nil {
		return nil, false, a.mech.explain(err, r, framed)
	}
	account, err := a.mech.account(ctx, r)
	if err != nil {
		return nil, false, err
	}
	a.identity.Account, a.identity.Mechanism = account.Name, auth.ServiceKerberos
	a.sessionKey = r.ticket.Key
	a.keys = keys{
		base: r.ticket.Key, recvSeq: sequence(r.auth.SeqNumber), ordered: r.flags&(gssReplay|gssSequence) != 0,
		signOnly: r.flags&gssConf == 0,
	}
	if len(r.auth.SubKey.KeyValue) > 0 {
		a.keys.base = r.auth.SubKey
	}
	if r.flags&gssMutual == 0 {
		a.keys.sendSeq = a.keys.recvSeq
		return nil, true, nil
	}
	if out, err = a.reply(r); err != nil {
		return nil, false, err
	}
	if framed && r.flags&gssDCEStyle == 0 {
		out = frame(out, idAPRep)
	}
	return out, r.flags&gssDCEStyle == 0, nil
}

// reply makes the AP-REP and chooses the key of the session: with AES a fresh subkey of the server's, with RC4 the
// client's own, as Windows does.
func (a *acceptor) reply(r *request) ([]byte, error) {
	part := messages.EncAPRepPart{CTime: r.auth.CTime, Cusec: r.auth.Cusec}
	switch {
	case r.ticket.Key.KeyType != etypeID.RC4_HMAC:
		part.Subkey = types.EncryptionKey{KeyType: r.ticket.Key.KeyType, KeyValue: make([]byte, len(r.ticket.Key.KeyValue))}
		if _, err := io.ReadFull(a.mech.Rand, part.Subkey.KeyValue); err != nil {
			return nil, fmt.Errorf("krb: subkey: %w", err)
		}
	case r.auth.SubKey.KeyType == etypeID.RC4_HMAC:
		part.Subkey = r.auth.SubKey
	}
	if len(part.Subkey.KeyValue) > 0 {
		a.keys.base, a.keys.acceptorSubkey = part.Subkey, true
	}
	var err error
	if part.SequenceNumber, err = newSequence(a.mech.Rand); err != nil {
		return nil, err
	}
	a.keys.sendSeq = sequence(part.SequenceNumber)
	out, err := encodeAPRep(part, a.sessionKey)
	if err != nil {
		return nil, fmt.Errorf("krb: AP-REP: %w", err)
	}
	return out, nil
}

// newSequence returns a first sequence number. It leaves room for messages before it would need 32 bits, and it is
// not 0, which DER would leave out.
func newSequence(rand io.Reader) (int64, error) {
	var b [4]byte
	if _, err := io.ReadFull(rand, b[:]); err != nil {
		return 0, fmt.Errorf("krb: sequence number: %w", err)
	}
	return int64(binary.BigEndian.Uint32(b[:])&0x3FFFFFFF | 1), nil
}

// sequence is a first sequence number as tokens count: 32 bits, although some send them as a signed number.
func sequence(n int64) uint64 { return uint64(uint32(n)) }

// confirm judges the last token of DCE style, [MS-KILE] 3.4.5.1: an AP-REP of the client's with the server's sequence
// number in it. The client's own messages go on with the number of its AP-REQ nevertheless.
func (a *acceptor) confirm(token []byte) error {
	message, _, err := unframe(token, tagAPRep, idAPRep)
	if err != nil {
		return err
	}
	part, err := decodeAPRep(message, a.sessionKey)
	if err != nil {
		return err
	}
	var got, want [8]byte
	binary.BigEndian.PutUint64(got[:], sequence(part.SequenceNumber))
	binary.BigEndian.PutUint64(want[:], a.keys.sendSeq)
	if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
		return refuse(errorcode.KRB_AP_ERR_BADSEQ, "", "the client's AP-REP answers another one")
	}
	return nil
}

// account finds the account of a client: by its principal, by its user principal name, and by the names a domain
// controller put into the ticket. A client of another realm is nobody here, whatever it is called there.
func (m *mechanism) account(ctx context.Context, r *request) (auth.Account, error) {
	if !strings.EqualFold(r.ticket.CRealm, r.key.realm) {
		return auth.Account{}, fmt.Errorf("%w: %s is of another realm than this server", auth.ErrUnknownAccount, r.principal())
	}
	type name struct{ domain, user string }
	var names []name
	if user := r.ticket.CName.NameString; len(user) == 1 {
		if strings.Contains(user[0], "@") { // an enterprise name, [RFC6806] 5
			names = append(names, name{"", user[0]})
		} else {
			names = append(names, name{r.ticket.CRealm, user[0]}, name{"", r.principal()})
		}
	}
	if logon, ok := r.pacNames(); ok {
		names = append(names, name(logon))
	}
	for _, n := range names {
		account, err := m.Accounts.Account(ctx, n.domain, n.user)
		switch {
		case errors.Is(err, auth.ErrUnknownAccount):
			continue
		case err != nil:
			return auth.Account{}, fmt.Errorf("krb: looking up %q: %w", r.principal(), err)
		case !account.Enabled:
			return auth.Account{}, auth.ErrDisabled
		}
		return account, nil
	}
	return auth.Account{}, auth.ErrUnknownAccount
}
