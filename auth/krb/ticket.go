package krb

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jcmturner/gofork/encoding/asn1"
	"github.com/jcmturner/gokrb5/v8/asn1tools"
	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/iana"
	"github.com/jcmturner/gokrb5/v8/iana/asnAppTag"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/iana/nametype"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"
)

// Encryption types of tickets and keys.
const (
	AES128 int32 = 17 // aes128-cts-hmac-sha1-96
	AES256 int32 = 18 // aes256-cts-hmac-sha1-96
	RC4    int32 = 23 // rc4-hmac
)

// Ticket is a service ticket with what its client needs to use it.
type Ticket struct {
	client types.PrincipalName
	realm  string
	ticket messages.Ticket
	key    types.EncryptionKey
}

// TicketOptions say what ticket is wanted. Client and Service are required.
type TicketOptions struct {
	Client      string // alice
	Service     string // exchangeMDB/exch01.mapid.test; the keytab must hold its keys
	KeyType     int32  // of the service's key; 0 means AES256
	SessionType int32  // of the session key; 0 means KeyType
	Start, End  time.Time

	ClientRealm       string                  // "" means the service's
	KeyVersion        int                     // shown in the ticket; 0 means the keytab's
	Invalid           bool                    // the ticket is marked invalid
	AuthorizationData types.AuthorizationData // put into the ticket as it is
}

// Issue makes a ticket with the keytab's own keys, as its KDC would: whoever holds a service's keys can. It lets a server
// try itself, and tests do without a KDC.
func (k *Keytab) Issue(o TicketOptions) (*Ticket, error) {
	if o.KeyType == 0 {
		o.KeyType = AES256
	}
	if o.SessionType == 0 {
		o.SessionType = o.KeyType
	}
	found := k.filter(func(s serviceKey) bool { return s.principal == o.Service && s.key.KeyType == o.KeyType })
	if len(found) == 0 {
		return nil, fmt.Errorf("krb: the keytab holds no %s key of %s", etypeName(o.KeyType), o.Service)
	}
	by := found[len(found)-1]
	if o.ClientRealm == "" {
		o.ClientRealm = by.realm
	}
	if o.KeyVersion == 0 {
		o.KeyVersion = int(by.version)
	}
	t := &Ticket{client: types.NewPrincipalName(nametype.KRB_NT_PRINCIPAL, o.Client), realm: o.ClientRealm}
	t.key = types.EncryptionKey{KeyType: o.SessionType, KeyValue: make([]byte, keySize(o.SessionType))}
	if len(t.key.KeyValue) == 0 {
		return nil, errors.New("krb: unknown type of session key")
	}
	if _, err := rand.Read(t.key.KeyValue); err != nil {
		return nil, fmt.Errorf("krb: session key: %w", err)
	}
	part := messages.EncTicketPart{
		Flags: types.NewKrbFlags(), Key: t.key, CRealm: t.realm, CName: t.client, AuthTime: o.Start.UTC(),
		StartTime: o.Start.UTC(), EndTime: o.End.UTC(), AuthorizationData: o.AuthorizationData,
	}
	if o.Invalid {
		types.SetFlag(&part.Flags, 7) // [RFC4120] 5.3
	}
	plain, err := asn1.Marshal(part)
	if err != nil {
		return nil, fmt.Errorf("krb: ticket: %w", err)
	}
	sealed, err := crypto.GetEncryptedData(asn1tools.AddASNAppTag(plain, asnAppTag.EncTicketPart), by.key,
		keyusage.KDC_REP_TICKET, o.KeyVersion)
	if err != nil {
		return nil, fmt.Errorf("krb: ticket: %w", err)
	}
	t.ticket = messages.Ticket{TktVNO: iana.PVNO, Realm: by.realm, EncPart: sealed, SName: types.PrincipalName{
		NameType: nametype.KRB_NT_SRV_INST, NameString: strings.Split(o.Service, "/"),
	}}
	return t, nil
}

// Named returns the ticket under another service's name, which stands in it in clear.
func (t *Ticket) Named(service string) *Ticket {
	other := *t
	other.ticket.SName.NameString = strings.Split(service, "/")
	return &other
}
