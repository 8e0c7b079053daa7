package smtp

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"math/big"
	"net"
	"net/smtp"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"
)

// post keeps what it takes, and takes mail for addresses at mapid.test.
type post struct {
	mu     sync.Mutex
	taken  []Mail
	refuse error         // by Accept
	gate   chan struct{} // not nil: Accept waits for it
	begun  chan struct{}
}

func (p *post) Sender(_ context.Context, from Sender) error {
	if from.Address == "mallory@elsewhere.test" {
		return &Refusal{Status: [3]int{5, 7, 60}, Text: "not as her"}
	}
	return nil
}

func (p *post) Recipient(_ context.Context, from Sender, address string) error {
	switch {
	case strings.HasSuffix(address, "@mapid.test"):
		return nil
	case strings.HasSuffix(address, "@trouble.test"):
		return errors.New("the disk is on fire")
	case from.Account != "":
		return nil
	}
	return &Refusal{Status: [3]int{5, 7, 1}, Text: "log on to send there"}
}

func (p *post) Accept(_ context.Context, m Mail) error {
	if p.gate != nil {
		close(p.begun)
		<-p.gate
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refuse == nil {
		p.taken = append(p.taken, m)
	}
	return p.refuse
}

func (p *post) mails() []Mail {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.taken)
}

type logins struct{}

func (logins) Login(_ context.Context, _, user, password string) (string, error) {
	if !strings.EqualFold(user, "alice") || password != "Password1!" {
		return "", errors.New("wrong password")
	}
	return "alice", nil
}

// running is a server under test.
type running struct {
	*Server
	post    *post
	address string
	served  chan error
}

func start(t *testing.T, edit func(*Options)) *running {
	t.Helper()
	r := &running{post: new(post), served: make(chan error, 1)}
	o := Options{
		Logger: zaptest.NewLogger(t), Hostname: "exch01.mapid.test", Post: r.post, Logins: logins{}, MaxSize: 1 << 20, MaxRecipients: 10,
		MaxConnections: 5, Timeout: time.Minute, TLS: &tls.Config{Certificates: []tls.Certificate{certificate(t)}},
		Now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) },
	}
	if edit != nil {
		edit(&o)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.address, r.Server = l.Addr().String(), New(o)
	go func() { r.served <- r.Serve(l) }()
	t.Cleanup(func() {
		ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
		defer stop()
		r.Shutdown(ctx)
		if err := <-r.served; err != nil {
			t.Error(err)
		}
	})
	return r
}

func certificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"exch01.mapid.test"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// dialogue is a client that says just what it is told to.
type dialogue struct {
	t    *testing.T
	nc   net.Conn
	text *textproto.Conn
}

func (r *running) dial(t *testing.T) *dialogue {
	t.Helper()
	nc, err := net.Dial("tcp", r.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	nc.SetDeadline(time.Now().Add(30 * time.Second))
	return &dialogue{t, nc, textproto.NewConn(nc)}
}

// say sends lines and returns the reply to the last; all must be answered with that code.
func (d *dialogue) say(code int, lines ...string) string {
	d.t.Helper()
	var reply string
	for _, line := range lines {
		if _, err := d.nc.Write([]byte(line + "\r\n")); err != nil {
			d.t.Fatal(err)
		}
		reply = d.expect(code)
	}
	return reply
}

func (d *dialogue) expect(code int) string {
	d.t.Helper()
	got, text, err := d.text.ReadResponse(code)
	if err != nil {
		d.t.Fatalf("want %d, got %d %s (%v)", code, got, text, err)
	}
	return text
}

// hello greets and says EHLO.
func (d *dialogue) hello() string {
	d.expect(220)
	return d.say(250, "EHLO client.test")
}

func TestExtensions(t *testing.T) {
	t.Parallel()
	d := start(t, nil).dial(t)
	got := strings.Fields(d.hello())
	for _, want := range []string{"SIZE", "1048576", "PIPELINING", "8BITMIME", "SMTPUTF8", "DSN", "CHUNKING", "STARTTLS", "AUTH", "PLAIN", "LOGIN", "ENHANCEDSTATUSCODES"} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s in %v", want, got)
		}
	}
}

func TestMailIsTakenWhole(t *testing.T) {
	t.Parallel()
	r := start(t, func(o *Options) { o.TLS = nil })
	const body = "From: x@elsewhere.test\r\nSubject: dots\r\n\r\n.one\r\n..two\r\n\xfc\r\n"
	if err := smtp.SendMail(r.address, nil, "x@elsewhere.test", []string{"alice@mapid.test", "bob@mapid.test"}, []byte(body)); err != nil {
		t.Fatal(err)
	}
	got := r.post.mails()
	if len(got) != 1 || got[0].Address != "x@elsewhere.test" || got[0].Account != "" || len(got[0].Recipients) != 2 || got[0].Recipients[1].Address != "bob@mapid.test" {
		t.Fatalf("%+v", got)
	}
	head, rest, _ := strings.Cut(string(got[0].Data), "02 Jan 2026 03:04:05 +0000\r\n")
	if rest != body {
		t.Errorf("got %q", rest)
	}
	if !strings.HasPrefix(head, "Return-Path: <x@elsewhere.test>\r\nReceived: from localhost ([127.0.0.1])\r\n\tby exch01.mapid.test with ESMTP id ") {
		t.Errorf("trace field %q", head)
	}
}

func TestEnvelopeWithReports(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	d := r.dial(t)
	d.hello()
	d.say(250, "MAIL FROM:<> RET=HDRS ENVID=QQ+2B314 BODY=8BITMIME SIZE=20 SMTPUTF8", "RCPT TO:<alice@mapid.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;Al+2Bice@Elsewhere.test",
		"RCPT TO:<bob@mapid.test> NOTIFY=NEVER", "RCPT TO:<müller@mapid.test>")
	d.say(354, "DATA")
	d.say(250, "Subject: x\r\n\r\nx\r\n.")
	m := r.post.mails()[0]
	want := []Recipient{
		{"alice@mapid.test", NotifySuccess | NotifyFailure, "rfc822;Al+ice@Elsewhere.test"}, {"bob@mapid.test", NotifyNever, ""}, {"müller@mapid.test", 0, ""},
	}
	if m.Address != "" || !m.HeaderOnly || m.EnvelopeID != "QQ+314" || !slices.Equal(m.Recipients, want) {
		t.Errorf("%+v", m)
	}
}

func TestChunks(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	d := r.dial(t)
	d.hello()
	d.say(250, "MAIL FROM:<x@elsewhere.test>", "RCPT TO:<alice@mapid.test>")
	d.nc.Write([]byte("BDAT 12\r\nSubject: a\r\n"))
	d.expect(250)
	d.nc.Write([]byte("BDAT 8 LAST\r\n\r\n\r\n.\r\nb"))
	d.expect(250)
	// A mail that is given up is not taken.
	d.say(250, "MAIL FROM:<x@elsewhere.test>", "RCPT TO:<alice@mapid.test>")
	d.nc.Write([]byte("BDAT 12\r\nSubject: b\r\n"))
	d.expect(250)
	d.say(250, "RSET", "NOOP")
	got := r.post.mails()
	if len(got) != 1 || !strings.HasSuffix(string(got[0].Data), "Subject: a\r\n\r\n\r\n.\r\nb") {
		t.Errorf("%+v", got)
	}
}

func TestPipelining(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	d := r.dial(t)
	d.hello()
	d.nc.Write([]byte("MAIL FROM:<x@elsewhere.test>\r\nRCPT TO:<alice@mapid.test>\r\nRCPT TO:<nobody@elsewhere.test>\r\nDATA\r\n"))
	for _, code := range []int{250, 250, 550, 354} {
		d.expect(code)
	}
	d.say(250, "Subject: x\r\n\r\nx\r\n.")
	if m := r.post.mails(); len(m) != 1 || len(m[0].Recipients) != 1 {
		t.Errorf("%+v", m)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	d := r.dial(t)
	d.expect(220)
	d.say(502, "MAIL FROM:<x@elsewhere.test>")
	d.say(250, "EHLO client.test")
	d.say(552, "MAIL FROM:<x@elsewhere.test> SIZE=1048577")
	d.say(501, "MAIL FROM:<x")
	d.say(550, "MAIL FROM:<mallory@elsewhere.test>")
	d.say(250, "MAIL FROM:<x@elsewhere.test>")
	if text := d.say(550, "RCPT TO:<y@elsewhere.test>"); text != "5.7.1 log on to send there" {
		t.Errorf("relaying: %q", text)
	}
	if text := d.say(451, "RCPT TO:<y@trouble.test>"); strings.Contains(text, "fire") {
		t.Errorf("the client is told of the server's inside: %q", text)
	}
	d.say(502, "DATA")
	for range 10 {
		d.say(250, "RCPT TO:<alice@mapid.test>")
	}
	d.say(452, "RCPT TO:<alice@mapid.test>")
	for _, c := range []struct {
		status [3]int
		code   int
	}{
		{[3]int{5, 2, 2}, 552}, {[3]int{5, 1, 1}, 550}, {[3]int{5, 2, 1}, 550}, {[3]int{5, 4, 6}, 554}, {[3]int{5, 6, 0}, 554}, {[3]int{4, 2, 2}, 452}, {[3]int{4, 3, 0}, 451},
	} {
		r.post.refuse = &Refusal{c.status, "no"}
		d.say(250, "RSET", "MAIL FROM:<x@elsewhere.test>", "RCPT TO:<alice@mapid.test>")
		d.say(354, "DATA")
		d.say(c.code, "Subject: x\r\n\r\nx\r\n.")
	}
	if n := len(r.post.mails()); n != 0 {
		t.Errorf("%d mails were taken", n)
	}
}

func TestMailOverTheSizeIsRefusedAndTheSessionGoesOn(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	d := r.dial(t)
	d.hello()
	d.say(250, "MAIL FROM:<x@elsewhere.test>", "RCPT TO:<alice@mapid.test>")
	d.say(354, "DATA")
	line := strings.Repeat("x", 998) + "\r\n"
	d.nc.Write([]byte(strings.Repeat(line, 1100)))
	d.say(552, ".")
	d.say(250, "MAIL FROM:<x@elsewhere.test>", "RCPT TO:<alice@mapid.test>")
	d.nc.Write([]byte("BDAT 1048577 LAST\r\n" + strings.Repeat(line, 1049)[:1048577]))
	d.expect(552)
	d.say(250, "NOOP")
	if n := len(r.post.mails()); n != 0 {
		t.Errorf("%d mails were taken", n)
	}
}

func TestEndlessLineEndsTheConnection(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string][]string{"Command": nil, "Data": {"MAIL FROM:<x@elsewhere.test>", "RCPT TO:<alice@mapid.test>"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, nil)
			d := r.dial(t)
			d.hello()
			d.say(250, begin...)
			if begin != nil {
				d.say(354, "DATA")
			}
			go d.nc.Write([]byte(strings.Repeat("x", maxLine+4096)))
			if code, _, err := d.text.ReadResponse(500); err != nil && code != 554 && code != 0 {
				t.Errorf("%d %v", code, err)
			}
			if n := len(r.post.mails()); n != 0 {
				t.Errorf("%d mails were taken", n)
			}
		})
	}
}

func TestMailThatIsCutOffIsNotTaken(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	for _, last := range []string{"DATA\r\nSubject: x\r\n\r\nx\r\n", "BDAT 100 LAST\r\nSubject: x\r\n", "BDAT 4\r\na: b"} {
		d := r.dial(t)
		d.hello()
		d.say(250, "MAIL FROM:<x@elsewhere.test>", "RCPT TO:<alice@mapid.test>")
		d.nc.Write([]byte(last))
		d.nc.Close()
	}
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	if err := r.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	if got := r.post.mails(); len(got) != 0 {
		t.Errorf("%+v was taken", got)
	}
}

func TestLogOn(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	b64 := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	for name, c := range map[string]struct {
		lines []string // all but the last ask for more
		code  int
	}{
		"Plain":            {[]string{"AUTH PLAIN " + b64("\x00alice\x00Password1!")}, 235},
		"PlainAsked":       {[]string{"AUTH PLAIN", b64("alice\x00alice\x00Password1!")}, 235},
		"Login":            {[]string{"AUTH LOGIN", b64("ALICE"), b64("Password1!")}, 235},
		"LoginWithName":    {[]string{"AUTH LOGIN " + b64("alice"), b64("Password1!")}, 235},
		"WrongPassword":    {[]string{"AUTH PLAIN " + b64("\x00alice\x00password1!")}, 535},
		"WrongLogin":       {[]string{"AUTH LOGIN", b64("nobody"), b64("x")}, 535},
		"AsSomebodyElse":   {[]string{"AUTH PLAIN " + b64("bob\x00alice\x00Password1!")}, 535},
		"Garbage":          {[]string{"AUTH PLAIN " + b64("alice")}, 454},
		"NotBase64":        {[]string{"AUTH PLAIN *!"}, 454},
		"Cancelled":        {[]string{"AUTH LOGIN", "*"}, 501},
		"UnknownMechanism": {[]string{"AUTH CRAM-MD5"}, 504},
	} {
		t.Run(name, func(t *testing.T) {
			d := r.dial(t)
			d.hello()
			for _, line := range c.lines[:len(c.lines)-1] {
				d.say(334, line)
			}
			d.say(c.code, c.lines[len(c.lines)-1])
			d.say(250, "MAIL FROM:<alice@mapid.test>")
			if want := map[bool]int{true: 250, false: 550}[c.code == 235]; true {
				d.say(want, "RCPT TO:<y@elsewhere.test>")
			}
			d.say(221, "QUIT")
		})
	}
}

func TestPasswordsAreNotAskedForInClear(t *testing.T) {
	t.Parallel()
	s := New(Options{Logger: zaptest.NewLogger(t), Logins: logins{}})
	far := &session{server: s, remote: "192.0.2.1:5"}
	if got := far.AuthMechanisms(); got != nil {
		t.Errorf("offered from afar: %v", got)
	}
	if _, err := far.Auth("PLAIN"); err == nil || !strings.Contains(err.Error(), "STARTTLS") {
		t.Errorf("got %v", err)
	}
	far.secure = true
	if len(far.AuthMechanisms()) == 0 {
		t.Error("not offered under TLS")
	}
}

func TestStartTLSForgetsWhatCameBefore(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	d := r.dial(t)
	d.hello()
	d.say(250, "MAIL FROM:<x@elsewhere.test>", "RCPT TO:<alice@mapid.test>")
	d.nc.Write([]byte("STARTTLS\r\nNOOP\r\n")) // what is sent ahead belongs to nobody
	d.expect(220)
	c := tls.Client(d.nc, &tls.Config{InsecureSkipVerify: true, ServerName: "exch01.mapid.test"})
	if err := c.Handshake(); err != nil {
		t.Fatal(err)
	}
	d.nc, d.text = c, textproto.NewConn(c)
	d.say(502, "MAIL FROM:<x@elsewhere.test>")
	if got := d.say(250, "EHLO client.test"); strings.Contains(got, "STARTTLS") {
		t.Error("offers TLS again")
	}
	d.say(502, "DATA")
	d.say(250, "MAIL FROM:<x@elsewhere.test>", "RCPT TO:<alice@mapid.test>")
	d.say(354, "DATA")
	d.say(250, "Subject: x\r\n\r\nx\r\n.")
	if m := r.post.mails(); len(m) != 1 || !strings.Contains(string(m[0].Data), "with ESMTPS id") {
		t.Errorf("%+v", m)
	}
}

func TestConnectionsAreLimited(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	var all []*dialogue
	for range 5 {
		d := r.dial(t)
		d.expect(220)
		all = append(all, d)
	}
	r.dial(t).expect(421)
	all[0].say(221, "QUIT")
	for code := 0; code != 220; { // once the place is free
		code, _, _ = r.dial(t).text.ReadResponse(220)
	}
}

func TestShutdownWaitsForTheMailThatIsTaken(t *testing.T) {
	t.Parallel()
	r := start(t, func(o *Options) {
		p := o.Post.(*post)
		p.gate, p.begun = make(chan struct{}), make(chan struct{})
	})
	idle, d := r.dial(t), r.dial(t)
	idle.hello()
	d.hello()
	d.say(250, "MAIL FROM:<x@elsewhere.test>", "RCPT TO:<alice@mapid.test>")
	d.say(354, "DATA")
	d.nc.Write([]byte("Subject: x\r\n\r\nx\r\n.\r\n"))
	<-r.post.begun
	ended := make(chan error, 1)
	go func() { ended <- r.Shutdown(t.Context()) }()
	idle.expect(421)
	close(r.post.gate)
	d.expect(250)
	d.expect(421)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if len(r.post.mails()) != 1 {
		t.Error("the mail was not taken")
	}
}

func TestShutdownCutsOffWhoDoesNotEnd(t *testing.T) {
	t.Parallel()
	r := start(t, func(o *Options) {
		p := o.Post.(*post)
		p.gate, p.begun = make(chan struct{}), make(chan struct{})
	})
	d := r.dial(t)
	d.hello()
	d.say(250, "MAIL FROM:<x@elsewhere.test>", "RCPT TO:<alice@mapid.test>")
	d.say(354, "DATA")
	d.nc.Write([]byte("Subject: x\r\n\r\nx\r\n.\r\n"))
	<-r.post.begun
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := r.Shutdown(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(r.post.gate)
}

// FuzzDialogue: whatever a client says, the server answers or closes, and takes no mail that did not end.
func FuzzDialogue(f *testing.F) {
	f.Add("EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<alice@mapid.test>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n")
	f.Add("HELO x\r\nMAIL FROM:<a@b> SIZE=99999999999999999999\r\nBDAT 5 LAST\r\nab\r\n")
	f.Add("EHLO x\r\nAUTH LOGIN\r\n=\r\n\r\nAUTH PLAIN =\r\n")
	f.Add("EHLO \xff\r\nMAIL FROM:<\"a b\"@[1.2.3.4]>\r\nRCPT TO:<@a,@b:alice@mapid.test> NOTIFY=NEVER,SUCCESS ORCPT=utf-8;\\x{41}\r\n")
	f.Fuzz(func(t *testing.T, said string) {
		p := new(post)
		s := New(Options{Logger: zap.NewNop(), Hostname: "h", Post: p, Logins: logins{}, MaxSize: 1 << 12, MaxRecipients: 3, MaxConnections: 1, Timeout: 5 * time.Second})
		client, server := net.Pipe()
		l := &one{c: make(chan net.Conn, 1), closed: make(chan struct{})}
		l.c <- server
		served := make(chan error, 1)
		go func() { served <- s.Serve(l) }()
		go func() {
			client.Write([]byte(said))
			client.Close()
		}()
		buf := make([]byte, 4096)
		for {
			if _, err := client.Read(buf); err != nil {
				break
			}
		}
		if err := s.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
		for _, m := range p.mails() {
			if len(m.Recipients) == 0 || len(m.Recipients) > 3 || len(m.Data) > 1<<12+1024 {
				t.Errorf("took %+v", m)
			}
		}
	})
}

// one is a listener with one connection.
type one struct {
	c      chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *one) Accept() (net.Conn, error) {
	select {
	case c := <-l.c:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *one) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *one) Addr() net.Addr { return &net.TCPAddr{} }
