package smtp

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"
	"go.uber.org/zap"
)

// session is what one client has said since it greeted. What it asks for may run beside a reset, since chunks are
// taken by a goroutine of their own.
type session struct {
	server   *Server
	conn     *conn
	helo     string
	remote   string // host:port
	secure   bool
	loopback bool

	mu      sync.Mutex // guards what follows
	account string     // who logged on
	mail    Mail       // without Data
}

// session begins a session.
func (s *Server) session(c *gosmtp.Conn) (gosmtp.Session, error) {
	nc := c.Conn()
	t := &session{server: s, helo: c.Hostname(), remote: nc.RemoteAddr().String()}
	if secured, ok := nc.(*tls.Conn); ok {
		t.secure, nc = true, secured.NetConn()
	}
	t.conn = nc.(*conn) // what the listener returned
	if a, ok := nc.RemoteAddr().(*net.TCPAddr); ok {
		t.loopback = a.IP.IsLoopback()
	}
	return t, nil
}

// AuthMechanisms tells how to log on: not at all where others could read the password.
func (t *session) AuthMechanisms() []string {
	if !t.secure && !t.loopback {
		return nil
	}
	return []string{sasl.Plain, sasl.Login}
}

// Auth begins a log-on.
func (t *session) Auth(mechanism string) (sasl.Server, error) {
	offered := t.AuthMechanisms()
	switch {
	case len(offered) == 0:
		return nil, &gosmtp.SMTPError{Code: 538, EnhancedCode: gosmtp.EnhancedCode{5, 7, 11}, Message: "Use STARTTLS first: the password would be readable on the way"}
	case mechanism == sasl.Plain && slices.Contains(offered, mechanism):
		return sasl.NewPlainServer(func(identity, user, password string) error {
			if identity != "" && !strings.EqualFold(identity, user) {
				return gosmtp.ErrAuthFailed // nobody logs on as somebody else
			}
			return t.login(user, password)
		}), nil
	case mechanism == sasl.Login:
		return &loginServer{login: t.login}, nil
	}
	return nil, gosmtp.ErrAuthUnknownMechanism
}

func (t *session) login(user, password string) error {
	account, err := t.server.opts.Logins.Login(t.server.base, t.remote, user, password)
	if err != nil {
		t.server.log.Warn("logon refused", zap.String("user", user), zap.String("remote", t.remote), zap.Error(err))
		return gosmtp.ErrAuthFailed
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.account = account
	return nil
}

// loginServer is LOGIN, draft-murchison-sasl-login: it asks for the name and then for the password.
type loginServer struct {
	login func(user, password string) error
	user  *string
	asked bool
}

// Next takes the client's answer to the last question.
func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	switch {
	case response == nil && !l.asked:
		l.asked = true
		return []byte("Username:"), false, nil
	case l.user == nil:
		user := string(response)
		l.user, l.asked = &user, true
		return []byte("Password:"), false, nil
	}
	return nil, true, l.login(*l.user, string(response))
}

// Mail begins a mail.
func (t *session) Mail(from string, o *gosmtp.MailOptions) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	sender := Sender{Address: from, Account: t.account}
	if err := t.server.opts.Post.Sender(t.server.base, sender); err != nil {
		return t.refused("sender", err)
	}
	t.mail = Mail{Sender: sender, EnvelopeID: o.EnvelopeID, HeaderOnly: o.Return == gosmtp.DSNReturnHeaders}
	return nil
}

// notify are the reports by their names.
var notify = map[gosmtp.DSNNotify]Notify{
	gosmtp.DSNNotifyNever: NotifyNever, gosmtp.DSNNotifySuccess: NotifySuccess, gosmtp.DSNNotifyFailure: NotifyFailure,
	gosmtp.DSNNotifyDelayed: NotifyDelay,
}

// Rcpt adds a recipient.
func (t *session) Rcpt(to string, o *gosmtp.RcptOptions) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.server.opts.Post.Recipient(t.server.base, t.mail.Sender, to); err != nil {
		return t.refused("recipient", err)
	}
	r := Recipient{Address: to}
	for _, n := range o.Notify {
		r.Notify |= notify[n]
	}
	if o.OriginalRecipient != "" {
		r.Original = strings.ToLower(string(o.OriginalRecipientType)) + ";" + o.OriginalRecipient
	}
	t.mail.Recipients = append(t.mail.Recipients, r)
	return nil
}

// refused turns an error of the post into a reply.
func (t *session) refused(what string, err error) error {
	if r, ok := errors.AsType[*Refusal](err); ok {
		return r.reply()
	}
	t.server.log.Error("mail not taken", zap.String("at", what), zap.String("remote", t.remote), zap.Error(err))
	return (&Refusal{Status: [3]int{4, 3, 0}, Text: "the server cannot do this now, try again later"}).reply()
}

// Data takes the mail itself.
func (t *session) Data(r io.Reader) error {
	t.mu.Lock()
	m := t.mail
	t.mu.Unlock()
	if !t.conn.transfer(true) {
		return (&Refusal{Status: [3]int{4, 3, 2}, Text: "the server is shutting down"}).reply()
	}
	defer t.conn.transfer(false)
	id := rand.Text()
	data := bytes.NewBufferString(t.received(&m, id))
	_, err := data.ReadFrom(r)
	if err == nil && t.conn.ended.Load() {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		if e, ok := errors.AsType[*gosmtp.SMTPError](err); ok {
			return e
		}
		return (&Refusal{Status: [3]int{5, 6, 0}, Text: "the mail did not come whole: " + err.Error()}).reply()
	}
	m.Data = data.Bytes()
	// A mail that has come whole is taken even if the client leaves now: it may be gone because it thinks it is done.
	if err := t.server.opts.Post.Accept(context.WithoutCancel(t.server.base), m); err != nil {
		return t.refused("mail", err)
	}
	t.server.log.Debug("mail taken", zap.String("id", id), zap.Int("recipients", len(m.Recipients)), zap.Int("bytes", len(m.Data)))
	return nil
}

// received are the trace fields of the server that delivers, RFC 5321 4.4.
func (t *session) received(m *Mail, id string) string {
	with := "ESMTP" // RFC 3848
	if t.secure {
		with += "S"
	}
	if m.Account != "" {
		with += "A"
	}
	host, _, _ := net.SplitHostPort(t.remote)
	if strings.Contains(host, ":") {
		host = "IPv6:" + host
	}
	forWhom := ""
	if len(m.Recipients) == 1 {
		forWhom = "\r\n\tfor <" + m.Recipients[0].Address + ">"
	}
	return fmt.Sprintf("Return-Path: <%s>\r\nReceived: from %s ([%s])\r\n\tby %s with %s id %s%s;\r\n\t%s\r\n", m.Address, atom(t.helo), host, t.server.opts.Hostname, with, id, forWhom,
		t.server.opts.Now().UTC().Format("Mon, 02 Jan 2006 15:04:05 -0700"))
}

// atom keeps what a client calls itself from being anything but a word of the field.
func atom(name string) string {
	name = strings.Map(func(r rune) rune {
		if r <= ' ' || r == 0x7F || strings.ContainsRune("();<>\\\"", r) {
			return -1
		}
		return r
	}, name)
	return strings.ToValidUTF8(name[:min(len(name), 255)], "")
}

// Reset forgets the mail that was begun.
func (t *session) Reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.mail = Mail{}
}

// Logout ends the session.
func (t *session) Logout() error { return nil }
