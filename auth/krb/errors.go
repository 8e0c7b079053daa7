package krb

import (
	"errors"
	"fmt"
	"time"

	"github.com/jcmturner/gokrb5/v8/iana"
	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/iana/msgtype"
	"github.com/jcmturner/gokrb5/v8/messages"

	"github.com/mapid/mapid/auth"
)

// Error is a refusal with the error code Kerberos has for it, [RFC4120] 7.5.9.
type Error struct {
	Code   int32  // KRB_AP_ERR_...
	Reason string // what is wrong
	Remedy string // what the operator can do about it; empty if there is nothing to do here
	Cause  error  // one of the refusals of package auth

	token []byte // a KRB-ERROR for the client, or nil
}

var _ auth.Explained = (*Error)(nil)

// Token returns the KRB-ERROR that tells the client, [RFC4120] 5.9.1, or nil if there is none.
func (e *Error) Token() []byte { return e.token }

// explain puts the KRB-ERROR into a refusal of a request that could be read. Clients report it, and Windows sets its
// clock by it.
func (m *mechanism) explain(err error, r *request, framed bool) error {
	var e *Error
	if !errors.As(err, &e) || len(r.service.NameString) == 0 {
		return err
	}
	now := m.Now().UTC()
	message := messages.KRBError{
		PVNO: iana.PVNO, MsgType: msgtype.KRB_ERROR, STime: now.Truncate(time.Second), Susec: now.Nanosecond() / 1000,
		ErrorCode: e.Code, Realm: r.realm, SName: r.service,
	}
	if b, err := message.Marshal(); err == nil {
		e.token = b
		if framed {
			e.token = frame(b, idError)
		}
	}
	return e
}

// Error returns code, reason and remedy.
func (e *Error) Error() string {
	s := fmt.Sprintf("krb: %s: %s", errorcode.Lookup(e.Code), e.Reason)
	if e.Remedy != "" {
		s += "; " + e.Remedy
	}
	return s
}

// Unwrap returns the refusal of package auth.
func (e *Error) Unwrap() error { return e.Cause }

// refuse returns a refusal of a ticket.
func refuse(code int32, remedy, reason string, args ...any) *Error {
	return &Error{Code: code, Reason: fmt.Sprintf(reason, args...), Remedy: remedy, Cause: auth.ErrBadTicket}
}

// malformed returns a refusal of bytes that are no Kerberos message.
func malformed(reason string, args ...any) error {
	return fmt.Errorf("%w: krb: %s", auth.ErrBadToken, fmt.Sprintf(reason, args...))
}

// guard turns a panic of gokrb5 over what a client sent into a refusal.
func guard(what string, f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: %v", what, p)
		}
	}()
	return f()
}

// readError returns what a KRB-ERROR of a server says, or nil for anything else.
func readError(token []byte) error {
	b, _, err := unframe(token, tagError, idError)
	var message messages.KRBError
	if err != nil || guard("KRB-ERROR", func() error { return message.Unmarshal(b) }) != nil {
		return nil
	}
	return refuse(message.ErrorCode, "", "the server refuses, at %s by its clock", stamp(message.STime))
}
