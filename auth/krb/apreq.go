package krb

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/iana/flags"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"
)

// Object identifiers of the mechanism, without tag and length. Windows 2000 misspelt it, and its successors may too.
const (
	oidKRB5   = "\x2A\x86\x48\x86\xF7\x12\x01\x02\x02"
	oidMSKRB5 = "\x2A\x86\x48\x82\xF7\x12\x01\x02\x02"
)

// Token identifiers of [RFC4121] 4.1, in front of a message in its frame.
const (
	idAPReq = 0x0100
	idAPRep = 0x0200
	idError = 0x0300
)

// Application tags of the messages, [RFC4120] 5.10.
const (
	tagAPReq = 0x6E
	tagAPRep = 0x6F
	tagError = 0x7E
)

// unframe takes a message out of the frame of [RFC2743] 3.1. DCE style has no frame: such a message is returned as it is.
// Nothing may stand behind the message.
func unframe(token []byte, tag asn1.Tag, id uint16) (message []byte, framed bool, err error) {
	in := cryptobyte.String(token)
	if !in.PeekASN1Tag(asn1.Tag(0).Constructed() | 0x40) {
		var message cryptobyte.String
		if !in.ReadASN1Element(&message, tag) || !in.Empty() {
			return nil, false, malformed("no message of the kind that is due")
		}
		return message, false, nil
	}
	var body, oid cryptobyte.String
	var got uint16
	if !in.ReadASN1(&body, asn1.Tag(0).Constructed()|0x40) || !in.Empty() || !body.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) ||
		string(oid) != oidKRB5 && string(oid) != oidMSKRB5 || !body.ReadUint16(&got) || got != id || !body.PeekASN1Tag(tag) {
		return nil, false, malformed("no Kerberos token of the kind that is due")
	}
	return body, true, nil
}

// frame puts a message into the frame of [RFC2743] 3.1.
func frame(message []byte, id uint16) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.Tag(0).Constructed()|0x40, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.OBJECT_IDENTIFIER, func(b *cryptobyte.Builder) { b.AddBytes([]byte(oidKRB5)) })
		b.AddUint16(id)
		b.AddBytes(message)
	})
	return b.BytesOrPanic()
}

// gssFlags are the context flags in an authenticator's checksum, [RFC4121] 4.1.1.1.
type gssFlags uint32

// Context flags.
const (
	gssDelegate gssFlags = 0x0001
	gssMutual   gssFlags = 0x0002
	gssReplay   gssFlags = 0x0004
	gssSequence gssFlags = 0x0008
	gssConf     gssFlags = 0x0010
	gssInteg    gssFlags = 0x0020
	gssDCEStyle gssFlags = 0x1000 // [MS-KILE] 3.2.1
)

// checksumGSS is the type of the authenticator's checksum that carries the flags, [RFC4121] 4.1.1.
const checksumGSS = 0x8003

// checksumFlags reads the flags. Channel bindings and delegated credentials are passed over: over RPC nobody needs them.
func checksumFlags(c types.Checksum) (gssFlags, error) {
	if c.CksumType != checksumGSS {
		return 0, refuse(errorcode.KRB_AP_ERR_INAPP_CKSUM, "", "authenticator with a checksum of type %d", c.CksumType)
	}
	if len(c.Checksum) < 24 || binary.LittleEndian.Uint32(c.Checksum) != 16 {
		return 0, malformed("checksum of %d bytes", len(c.Checksum))
	}
	return gssFlags(binary.LittleEndian.Uint32(c.Checksum[20:])), nil
}

// request is an opened AP-REQ.
type request struct {
	service types.PrincipalName // whom the ticket is for, as the client says
	realm   string
	ticket  messages.EncTicketPart
	auth    types.Authenticator
	flags   gssFlags
	key     serviceKey // that opened the ticket
}

// principal is the client as name@REALM, or empty if the ticket was not opened.
func (r *request) principal() string {
	if len(r.ticket.CName.NameString) == 0 {
		return ""
	}
	return r.ticket.CName.PrincipalNameString() + "@" + r.ticket.CRealm
}

// readAPReq opens and judges an AP-REQ, [RFC4120] 3.2.3. What could be read before a refusal is in r.
func (m *mechanism) readAPReq(b []byte, r *request) error {
	var in messages.APReq
	if err := guard("AP-REQ", func() error { return in.Unmarshal(b) }); err != nil {
		return malformed("%v", err)
	}
	if len(in.Ticket.SName.NameString) == 0 { // gokrb5 looks at the first part
		return malformed("ticket for nobody")
	}
	r.service, r.realm = in.Ticket.SName, in.Ticket.Realm
	if types.IsFlagSet(&in.APOptions, flags.APOptionUseSessionKey) {
		return refuse(errorcode.KRB_AP_ERR_NOKEY, "", "user-to-user authentication is not offered")
	}
	if err := m.openTicket(&in.Ticket, r); err != nil {
		return err
	}
	if err := m.checkTimes(&in.Ticket, &r.ticket); err != nil {
		return err
	}
	plain, err := decrypt(in.EncryptedAuthenticator, r.ticket.Key, keyusage.AP_REQ_AUTHENTICATOR)
	if err != nil {
		return refuse(errorcode.KRB_AP_ERR_BAD_INTEGRITY, "", "authenticator does not decrypt: %v", err)
	}
	if err := guard("authenticator", func() error { return r.auth.Unmarshal(plain) }); err != nil {
		return malformed("%v", err)
	}
	if err := m.checkAuthenticator(r); err != nil {
		return err
	}
	switch seen, full := m.replays.seen(m.Now(), in.EncryptedAuthenticator.Cipher); {
	case seen:
		return refuse(errorcode.KRB_AP_ERR_REPEAT, "somebody repeats what was recorded, or a network device repeats packets",
			"the request of %s was made before", r.principal())
	case full:
		return refuse(errorcode.KRB_ERR_GENERIC, "", "too many requests within %s to remember", m.replays.keep)
	}
	if r.flags, err = checksumFlags(r.auth.Cksum); err != nil {
		return err
	}
	if types.IsFlagSet(&in.APOptions, flags.APOptionMutualRequired) || r.flags&gssDCEStyle != 0 {
		r.flags |= gssMutual
	}
	return nil
}

// openTicket decrypts a ticket with the keys it may be meant for.
func (m *mechanism) openTicket(t *messages.Ticket, r *request) error {
	candidates, err := m.Keytab.find(t, m.services)
	if err != nil {
		return err
	}
	var failure error
	for _, k := range candidates {
		plain, err := decrypt(t.EncPart, k.key, keyusage.KDC_REP_TICKET)
		if err != nil {
			failure = err
			continue
		}
		r.key = k
		if err := guard("encrypted part of the ticket", func() error { return r.ticket.Unmarshal(plain) }); err != nil {
			return malformed("%v", err)
		}
		return checkSessionKey(r.ticket.Key)
	}
	// [RFC4120] has KRB_AP_ERR_BAD_INTEGRITY for this; Windows' servers and what is written about them have the next.
	return refuse(errorcode.KRB_AP_ERR_MODIFIED,
		"the keytab does not hold the password the KDC has: export it again, and see that no two accounts have this principal",
		"the ticket for %s@%s, key version %d, %s, does not decrypt: %v", strings.Join(t.SName.NameString, "/"), t.Realm,
		t.EncPart.KVNO, etypeName(t.EncPart.EType), failure)
}

// checkTimes judges when a ticket is valid.
func (m *mechanism) checkTimes(t *messages.Ticket, part *messages.EncTicketPart) error {
	now, start := m.Now(), part.StartTime
	if start.IsZero() {
		start = part.AuthTime
	}
	if start.Sub(now) > m.MaxSkew || types.IsFlagSet(&part.Flags, flags.Invalid) {
		return refuse(errorcode.KRB_AP_ERR_TKT_NYV, m.clockRemedy(), "the ticket is valid from %s on, and here it is %s", stamp(start), stamp(now))
	}
	if now.Sub(part.EndTime) > m.MaxSkew {
		return refuse(errorcode.KRB_AP_ERR_TKT_EXPIRED, "the client has to get a new ticket: log on again, or klist purge; see to the clocks, too",
			"the ticket for %s expired at %s, and here it is %s", strings.Join(t.SName.NameString, "/"), stamp(part.EndTime), stamp(now))
	}
	return nil
}

// checkAuthenticator judges what must agree with the ticket and with the clock.
func (m *mechanism) checkAuthenticator(r *request) error {
	if !r.auth.CName.Equal(r.ticket.CName) || r.auth.CRealm != r.ticket.CRealm {
		return refuse(errorcode.KRB_AP_ERR_BADMATCH, "", "the ticket is %s's, and the request %s@%s's", r.principal(),
			r.auth.CName.PrincipalNameString(), r.auth.CRealm)
	}
	at := r.auth.CTime.Add(time.Duration(r.auth.Cusec) * time.Microsecond)
	if skew := at.Sub(m.Now()); skew > m.MaxSkew || -skew > m.MaxSkew {
		direction := "ahead of"
		if skew < 0 {
			direction, skew = "behind", -skew
		}
		return refuse(errorcode.KRB_AP_ERR_SKEW, m.clockRemedy(), "the clock of %s is %s %s this server's", r.principal(),
			skew.Round(time.Second), direction)
	}
	if len(r.auth.SubKey.KeyValue) > 0 {
		return checkSessionKey(r.auth.SubKey)
	}
	return nil
}

func (m *mechanism) clockRemedy() string {
	return fmt.Sprintf("set the clocks: they may be %s apart", m.MaxSkew)
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
