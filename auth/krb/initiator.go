package krb

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"github.com/jcmturner/gofork/encoding/asn1"
	"github.com/jcmturner/gokrb5/v8/asn1tools"
	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/iana"
	"github.com/jcmturner/gokrb5/v8/iana/asnAppTag"
	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/iana/flags"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/iana/msgtype"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"github.com/mapid/mapid/auth"
)

// InitiatorOptions configure the client's side of a context. Only Ticket is required.
type InitiatorOptions struct {
	Ticket *Ticket
	// Standard makes the exchange that of [RFC4121]: framed, two tokens. DCE/RPC's way is the default.
	Standard bool
	// OneSided leaves out the server's proof, in the standard exchange.
	OneSided bool
	// NoSubkey leaves the client's part of the key out.
	NoSubkey bool
	// Unordered does not ask for sequence numbers to be checked, as Windows does not at connect level.
	Unordered bool

	Now  func() time.Time // nil means time.Now
	Rand io.Reader        // nil means crypto/rand
}

// NewInitiator returns the client's side of a context. Its first Step takes a nil token.
func NewInitiator(o InitiatorOptions) auth.Context {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	return &initiator{options: o}
}

// initiator is the client's side of one context.
type initiator struct {
	session
	options InitiatorOptions
	state   state
	auth    types.Authenticator
}

var (
	_ auth.Context = (*initiator)(nil)
	_ auth.MICer   = (*initiator)(nil)
)

// Identity returns the client itself, once the exchange is over.
func (i *initiator) Identity() auth.Identity {
	if i.state != stateDone {
		return auth.Identity{}
	}
	name := i.options.Ticket.client.PrincipalNameString()
	return auth.Identity{
		Account: name, Claimed: name + "@" + i.options.Ticket.realm, Mechanism: auth.ServiceKerberos, KeyBits: i.bits,
	}
}

// Step implements auth.Context: nil in, AP-REQ out; AP-REP in, and in DCE style AP-REP out.
func (i *initiator) Step(_ context.Context, token []byte) (out []byte, done bool, err error) {
	before := i.state
	i.state = stateFailed
	var k keys
	switch {
	case before == stateStart && len(token) == 0:
		out, err = i.request()
		done = i.options.OneSided
		k.sendSeq, k.recvSeq = sequence(i.auth.SeqNumber), sequence(i.auth.SeqNumber)
	case before == stateWaits:
		out, k, err = i.confirm(token)
		done = true
	default:
		err = malformed("token out of turn")
	}
	if err == nil && done {
		k.ordered = !i.options.Unordered
		if len(k.base.KeyValue) == 0 {
			k.base = i.options.Ticket.key
			if len(i.auth.SubKey.KeyValue) > 0 {
				k.base = i.auth.SubKey
			}
		}
		err = i.establish(k, false, i.options.Rand)
	}
	switch {
	case err != nil:
		return nil, false, err
	case done:
		i.state = stateDone
	default:
		i.state = stateWaits
	}
	return out, done, nil
}

// flags are the context flags this client asks for.
func (i *initiator) flags() gssFlags {
	f := gssConf | gssInteg
	if !i.options.OneSided {
		f |= gssMutual
	}
	if !i.options.Unordered {
		f |= gssReplay | gssSequence
	}
	if !i.options.Standard {
		f |= gssDCEStyle
	}
	return f
}

// request makes the AP-REQ.
func (i *initiator) request() ([]byte, error) {
	t := i.options.Ticket
	now := i.options.Now().UTC()
	sum := binary.LittleEndian.AppendUint32(nil, 16)
	sum = binary.LittleEndian.AppendUint32(append(sum, make([]byte, 16)...), uint32(i.flags()))
	i.auth = types.Authenticator{
		AVNO: iana.PVNO, CRealm: t.realm, CName: t.client, CTime: now.Truncate(time.Second), Cusec: now.Nanosecond() / 1000,
		Cksum: types.Checksum{CksumType: checksumGSS, Checksum: sum},
	}
	var err error
	if i.auth.SeqNumber, err = newSequence(i.options.Rand); err != nil {
		return nil, err
	}
	if !i.options.NoSubkey {
		i.auth.SubKey = types.EncryptionKey{KeyType: t.key.KeyType, KeyValue: make([]byte, len(t.key.KeyValue))}
		if _, err := io.ReadFull(i.options.Rand, i.auth.SubKey.KeyValue); err != nil {
			return nil, fmt.Errorf("krb: subkey: %w", err)
		}
	}
	plain, err := asn1.Marshal(i.auth)
	if err != nil {
		return nil, fmt.Errorf("krb: authenticator: %w", err)
	}
	sealed, err := crypto.GetEncryptedData(asn1tools.AddASNAppTag(plain, asnAppTag.Authenticator), t.key,
		keyusage.AP_REQ_AUTHENTICATOR, 0)
	if err != nil {
		return nil, fmt.Errorf("krb: authenticator: %w", err)
	}
	m := messages.APReq{
		PVNO: iana.PVNO, MsgType: msgtype.KRB_AP_REQ, APOptions: types.NewKrbFlags(), Ticket: t.ticket,
		EncryptedAuthenticator: sealed,
	}
	if !i.options.OneSided {
		types.SetFlag(&m.APOptions, flags.APOptionMutualRequired)
	}
	b, err := m.Marshal()
	if err != nil {
		return nil, fmt.Errorf("krb: AP-REQ: %w", err)
	}
	if i.options.Standard {
		b = frame(b, idAPReq)
	}
	return b, nil
}

// confirm judges the server's AP-REP and answers it in DCE style.
func (i *initiator) confirm(token []byte) (out []byte, k keys, err error) {
	if refusal := readError(token); refusal != nil {
		return nil, k, refusal
	}
	message, framed, err := unframe(token, tagAPRep, idAPRep)
	if err != nil {
		return nil, k, err
	}
	if framed != i.options.Standard {
		return nil, k, malformed("frame where none is due, or none where one is")
	}
	part, err := decodeAPRep(message, i.options.Ticket.key)
	if err != nil {
		return nil, k, err
	}
	if !part.CTime.Equal(i.auth.CTime) || part.Cusec != i.auth.Cusec {
		return nil, k, refuse(errorcode.KRB_AP_ERR_MUT_FAIL, "", "the server's AP-REP answers another request")
	}
	if k.acceptorSubkey = len(part.Subkey.KeyValue) > 0; k.acceptorSubkey {
		k.base = part.Subkey
		if err := checkSessionKey(k.base); err != nil {
			return nil, k, err
		}
	}
	k.sendSeq, k.recvSeq = sequence(i.auth.SeqNumber), sequence(part.SequenceNumber)
	if i.options.Standard {
		return nil, k, nil
	}
	// The last token carries the server's number; the messages go on with the client's own.
	out, err = encodeAPRep(messages.EncAPRepPart{CTime: part.CTime, Cusec: part.Cusec, SequenceNumber: part.SequenceNumber},
		i.options.Ticket.key)
	if err != nil {
		return nil, k, fmt.Errorf("krb: AP-REP: %w", err)
	}
	return out, k, nil
}
