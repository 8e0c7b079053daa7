// Package smtp takes mail in by SMTP, RFC 5321, and hands it to whoever delivers it: with SIZE, PIPELINING, 8BITMIME,
// SMTPUTF8, DSN, CHUNKING, STARTTLS, and AUTH where the password is not in the clear or does not leave the machine. It
// sends nothing.
package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	gosmtp "github.com/emersion/go-smtp"
	"go.uber.org/zap"
)

// Options of a Server. All are required but TLS and Now.
type Options struct {
	Logger   *zap.Logger
	Hostname string      // what the server calls itself
	TLS      *tls.Config // for STARTTLS, which is not offered without
	Post     Post
	Logins   Logins
	// MaxSize is the largest mail in bytes, MaxRecipients the most recipients of one, MaxConnections the most
	// connections at a time. Timeout is how long a command, or all of a mail, may take to come.
	MaxSize        int64
	MaxRecipients  int
	MaxConnections int
	Timeout        time.Duration
	Now            func() time.Time
}

// Post takes mail. Its methods are safe for concurrent use. Their errors are told to the client: a *Refusal in its own
// words, any other as a passing trouble of the server, which is logged.
type Post interface {
	// Sender says whether mail is taken from that sender at all.
	Sender(ctx context.Context, from Sender) error
	// Recipient says whether mail to an address is taken from that sender.
	Recipient(ctx context.Context, from Sender, address string) error
	// Accept takes a mail. Once it has returned nil every recipient gets the mail exactly once, or its sender a report.
	Accept(ctx context.Context, m Mail) error
}

// Logins checks who a client says it is.
type Logins interface {
	// Login returns the account whose password that is. remote is where the client comes from. Any error means no.
	Login(ctx context.Context, remote, user, password string) (account string, err error)
}

// Sender is who sends a mail.
type Sender struct {
	Address string // the reverse path; empty for reports
	Account string // who logged on, or empty
}

// Notify are the reports that a sender wants of a recipient, RFC 3461 4.1.
type Notify uint8

// Reports. None of them set means that the sender did not say: failures are reported then.
const (
	NotifyNever Notify = 1 << iota
	NotifySuccess
	NotifyFailure
	NotifyDelay
)

// Recipient is one recipient of a mail.
type Recipient struct {
	Address  string
	Notify   Notify
	Original string // ORCPT, "rfc822;address", or empty
}

// Mail is a mail with its envelope.
type Mail struct {
	Sender
	Recipients []Recipient
	EnvelopeID string // ENVID
	HeaderOnly bool   // RET=HDRS: reports have the header of the mail alone
	Data       []byte // begins with the Received field of this server
}

// Refusal is a reply that says no. Status is an enhanced status code, RFC 3463, whose class 4 or 5 the reply has.
type Refusal struct {
	Status [3]int
	Text   string
}

// Error is the status and the text.
func (r *Refusal) Error() string {
	return fmt.Sprintf("%d.%d.%d %s", r.Status[0], r.Status[1], r.Status[2], r.Text)
}

// reply is a refusal as it goes to the client, RFC 5321 4.2.2.
func (r *Refusal) reply() *gosmtp.SMTPError {
	code := 550
	switch {
	case r.Status[0] == 4 && (r.Status[1] == 2 || r.Status[1] == 3 && r.Status[2] == 1):
		code = 452
	case r.Status[0] == 4:
		code = 451
	case r.Status == [3]int{5, 2, 2}, r.Status == [3]int{5, 2, 3}, r.Status == [3]int{5, 3, 4}:
		code = 552
	case r.Status[1] == 4, r.Status[1] == 6, r.Status[1] == 0:
		code = 554
	}
	return &gosmtp.SMTPError{Code: code, EnhancedCode: gosmtp.EnhancedCode(r.Status), Message: r.Text}
}

// maxLine is the longest line in bytes; RFC 5321 4.5.3.1.6 asks for 1,000, and mail in the wild has longer ones.
const maxLine = 64 << 10

// writeTimeout is how long a client may take to read a reply.
const writeTimeout = time.Minute

// Server takes mail on any number of listeners.
type Server struct {
	opts Options
	log  *zap.Logger
	smtp *gosmtp.Server

	base context.Context // the life of what is done for clients
	end  context.CancelFunc

	mu       sync.Mutex // guards what follows
	draining bool
	conns    map[*conn]struct{}

	accepting sync.WaitGroup // one for each Serve
}

// New returns a Server that does not listen yet.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{opts: o, log: o.Logger.Named("smtp"), conns: make(map[*conn]struct{})}
	s.base, s.end = context.WithCancel(context.Background())
	s.smtp = gosmtp.NewServer(gosmtp.BackendFunc(s.session))
	s.smtp.Domain, s.smtp.TLSConfig = o.Hostname, o.TLS
	s.smtp.MaxMessageBytes, s.smtp.MaxRecipients, s.smtp.MaxLineLength = o.MaxSize, o.MaxRecipients, maxLine
	s.smtp.ReadTimeout, s.smtp.WriteTimeout = o.Timeout, writeTimeout
	s.smtp.EnableSMTPUTF8, s.smtp.EnableDSN = true, true
	s.smtp.AllowInsecureAuth = true // sessions say where it is
	s.smtp.ErrorLog = zap.NewStdLog(s.log)
	return s
}

// Serve takes mail on l until Shutdown.
func (s *Server) Serve(l net.Listener) error {
	s.mu.Lock()
	if s.draining {
		s.mu.Unlock()
		return errors.Join(l.Close(), net.ErrClosed)
	}
	s.accepting.Add(1)
	s.mu.Unlock()
	defer s.accepting.Done()
	if err := s.smtp.Serve(&listener{l, s}); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("smtp: %w", err)
	}
	return nil
}

// Shutdown stops listening, ends connections that transfer no mail, and waits for the others until ctx ends; then it
// cuts them off.
func (s *Server) Shutdown(ctx context.Context) error {
	defer s.end()
	s.mu.Lock()
	s.draining = true
	s.mu.Unlock()
	for _, c := range s.connections() {
		c.hurry()
	}
	err := s.smtp.Shutdown(ctx)
	if err != nil {
		s.end()
		for _, c := range s.connections() {
			c.Close()
		}
	}
	s.accepting.Wait()
	return err
}
