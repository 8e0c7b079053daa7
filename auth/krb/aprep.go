package krb

import (
	"fmt"
	"time"

	"github.com/jcmturner/gofork/encoding/asn1"
	"github.com/jcmturner/gokrb5/v8/asn1tools"
	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/iana"
	"github.com/jcmturner/gokrb5/v8/iana/asnAppTag"
	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/iana/msgtype"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"
)

// encAPRepPart is messages.EncAPRepPart without its subkey: one that is absent must not be encoded, [RFC4120] 5.5.2.
type encAPRepPart struct {
	CTime          time.Time `asn1:"generalized,explicit,tag:0"`
	Cusec          int       `asn1:"explicit,tag:1"`
	SequenceNumber int64     `asn1:"optional,explicit,tag:3"`
}

// encodeAPRep makes an AP-REP, [RFC4120] 3.2.4; a subkey without value is left out.
func encodeAPRep(part messages.EncAPRepPart, sessionKey types.EncryptionKey) ([]byte, error) {
	var plain []byte
	var err error
	if len(part.Subkey.KeyValue) > 0 {
		plain, err = asn1.Marshal(part)
	} else {
		plain, err = asn1.Marshal(encAPRepPart{part.CTime, part.Cusec, part.SequenceNumber})
	}
	if err != nil {
		return nil, err
	}
	plain = asn1tools.AddASNAppTag(plain, asnAppTag.EncAPRepPart)
	sealed, err := crypto.GetEncryptedData(plain, sessionKey, keyusage.AP_REP_ENCPART, 0)
	if err != nil {
		return nil, err
	}
	b, err := asn1.Marshal(messages.APRep{PVNO: iana.PVNO, MsgType: msgtype.KRB_AP_REP, EncPart: sealed})
	if err != nil {
		return nil, err
	}
	return asn1tools.AddASNAppTag(b, asnAppTag.APREP), nil
}

// decodeAPRep opens an AP-REP.
func decodeAPRep(token []byte, sessionKey types.EncryptionKey) (part messages.EncAPRepPart, err error) {
	var rep messages.APRep
	if err := guard("AP-REP", func() error { return rep.Unmarshal(token) }); err != nil {
		return part, malformed("%v", err)
	}
	plain, err := decrypt(rep.EncPart, sessionKey, keyusage.AP_REP_ENCPART)
	if err != nil {
		return part, refuse(errorcode.KRB_AP_ERR_BAD_INTEGRITY, "", "AP-REP does not decrypt: %v", err)
	}
	if err := guard("encrypted part of AP-REP", func() error { return part.Unmarshal(plain) }); err != nil {
		return part, malformed("%v", err)
	}
	return part, nil
}

// decrypt is crypto.DecryptEncPart for what a stranger encrypted: gokrb5 panics over a ciphertext that is shorter than
// its code and confounder, and does not compare the type of the key.
func decrypt(d types.EncryptedData, key types.EncryptionKey, usage uint32) (plain []byte, err error) {
	e, err := crypto.GetEtype(key.KeyType)
	if err != nil {
		return nil, err
	}
	if d.EType != key.KeyType {
		return nil, fmt.Errorf("encrypted with %s where the key is of type %s", etypeName(d.EType), etypeName(key.KeyType))
	}
	if least := e.GetHMACBitLength()/8 + e.GetConfounderByteSize(); len(d.Cipher) < least {
		return nil, fmt.Errorf("ciphertext of %d bytes where %d are the least", len(d.Cipher), least)
	}
	err = guard("decryption", func() error {
		plain, err = crypto.DecryptEncPart(d, key, usage)
		return err
	})
	return plain, err
}
