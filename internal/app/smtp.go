package app

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/config"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/server/smtp"
)

// smtpTimeout is how long a client of SMTP may take for a command, or for all of a mail, RFC 5321 4.5.3.2.
const smtpTimeout = 5 * time.Minute

// openSMTP opens the port for mail from elsewhere, if there is to be one.
func (a *App) openSMTP(ctx context.Context) error {
	port := a.cfg.Listen.SMTP
	if port == config.PortOff {
		return nil
	}
	certificates, err := a.smtpTLS()
	if err != nil {
		return err
	}
	for _, address := range a.cfg.Listen.Address {
		l, err := listenTCP(ctx, address, int(port), "mail by SMTP", "listen.smtp")
		if err != nil {
			return err
		}
		a.doors = append(a.doors, l)
		if port == 0 { // one number on every address
			port = config.Port(l.Addr().(*net.TCPAddr).Port)
		}
	}
	a.mail = smtp.New(smtp.Options{
		Logger: a.log, Hostname: a.cfg.SMTP.Hostname, TLS: certificates, Post: post{a}, Logins: logins{a.users, newThrottle(a.opts.Now)},
		MaxSize: int64(a.cfg.Limits.SMTPMessageSize), MaxRecipients: a.cfg.Limits.RecipientsPerMessage, MaxConnections: a.cfg.Limits.SMTPConnections,
		Timeout: smtpTimeout, Now: a.opts.Now,
	})
	return nil
}

// smtpTLS is what STARTTLS shows. A certificate of the server's own is made when the first client wants one.
func (a *App) smtpTLS() (*tls.Config, error) {
	switch a.cfg.SMTP.TLSCert {
	case config.NoTLS:
		return nil, nil
	case "":
		own := sync.OnceValues(func() (*tls.Certificate, error) { return ownCertificate(a.cfg.SMTP.Hostname, a.opts.Now()) })
		return &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return own() }}, nil
	default:
		c, err := tls.LoadX509KeyPair(a.cfg.SMTP.TLSCert, a.cfg.SMTP.TLSKey)
		if err != nil {
			return nil, fmt.Errorf("cannot read the certificate %s: %w", a.cfg.SMTP.TLSCert, err)
		}
		return &tls.Config{Certificates: []tls.Certificate{c}}, nil
	}
}

// ownCertificate makes a certificate that is signed by itself.
func ownCertificate(hostname string, now time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	c := &x509.Certificate{
		SerialNumber: new(big.Int).SetUint64(uint64(now.UnixNano())), Subject: pkix.Name{CommonName: hostname}, DNSNames: []string{hostname},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// logins checks passwords that come in clear. It implements smtp.Logins.
type logins struct {
	accounts *accounts
	throttle *throttle
}

// Login returns the account whose password that is; who guesses waits for the answer.
func (l logins) Login(ctx context.Context, remote, user, password string) (string, error) {
	name, err := l.check(ctx, user, password)
	if pause := l.throttle.pause(remote, user, err); pause > 0 {
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	return name, err
}

func (l logins) check(ctx context.Context, user, password string) (string, error) {
	domain, name, ok := strings.Cut(user, `\`)
	if !ok {
		domain, name = "", user
	}
	account, err := l.accounts.Account(ctx, domain, name)
	if err != nil {
		return "", err
	}
	hash := seed.NTHash(password)
	switch {
	case subtle.ConstantTimeCompare(hash[:], account.NTHash[:]) != 1:
		return "", auth.ErrWrongPassword
	case !account.Enabled:
		return "", auth.ErrDisabled
	}
	return account.Name, nil
}
