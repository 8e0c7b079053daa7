// Package authclients runs security contexts against clients of other projects: live where they are installed, and
// always against what they were recorded to send.
package authclients

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/auth/krb"
	"github.com/mapid/mapid/auth/ntlm"
	"github.com/mapid/mapid/auth/spnego"
)

// accounts holds one account, alice, under any domain and as a user principal name.
type accounts struct{}

func (accounts) Account(_ context.Context, _, user string) (auth.Account, error) {
	if name, _, _ := strings.Cut(strings.ToLower(user), "@"); name == "alice" {
		return auth.Account{Name: "alice", Enabled: true, NTHash: ntlm.NTHash("Password1!")}, nil
	}
	return auth.Account{}, auth.ErrUnknownAccount
}

// counter is a source of bytes that a recording can be checked against later.
type counter byte

func (c *counter) Read(b []byte) (int, error) {
	for i := range b {
		*c++
		b[i] = byte(*c)
	}
	return len(b), nil
}

// mechanism returns the server's side at that time: ntlmssp, ntlmv1 (which is allowed there), spnego over NTLM, krb5 and
// negotiated (spnego over it). Its randomness is no secret: recordings must replay.
func mechanism(t *testing.T, name string, now time.Time, keytab []byte) auth.Mechanism {
	t.Helper()
	clock := func() time.Time { return now }
	if name == "krb5" || name == "negotiated" {
		keys, err := krb.ParseKeytab(keytab)
		if err != nil {
			t.Fatal(err)
		}
		m := krb.New(krb.Options{
			Keytab: keys, Accounts: accounts{}, Services: krb.Services("EXCH01", "exch01.mapid.test"), Rand: new(counter), Now: clock,
		})
		if name == "negotiated" {
			return spnego.New(m)
		}
		return m
	}
	m := ntlm.New(ntlm.Options{
		Accounts: accounts{}, NetBIOSDomain: "MAPID", NetBIOSComputer: "EXCH01", DNSDomain: "mapid.test",
		DNSComputer: "exch01.mapid.test", Require128: true, AllowV1: name == "ntlmv1", Rand: new(counter), Now: clock,
	})
	if name == "spnego" {
		return spnego.New(m)
	}
	return m
}

// line is one line of a conversation: a word and its arguments in bytes.
type line struct {
	word string
	args [][]byte
	text string // of refused
}

func parseLine(s string) (line, error) {
	f := strings.Fields(s)
	if len(f) == 0 {
		return line{}, errors.New("empty line")
	}
	l := line{word: f[0], text: strings.Join(f[1:], " ")}
	if l.word == "refused" {
		return l, nil
	}
	for _, a := range f[1:] {
		if a == "-" {
			a = ""
		}
		b, err := hex.DecodeString(a)
		if err != nil {
			return line{}, fmt.Errorf("%q: %w", s, err)
		}
		l.args = append(l.args, b)
	}
	return l, nil
}

func (l line) String() string {
	s := l.word
	for _, a := range l.args {
		if len(a) == 0 {
			s += " -"
		} else {
			s += " " + hex.EncodeToString(a)
		}
	}
	return s
}

// peer is the other side of a conversation.
type peer interface {
	read() (line, error)
	write(line) error
}

// talk plays the server until the client is satisfied or refuses; it returns the refusal of either side.
func talk(t *testing.T, server auth.Context, client peer) error {
	t.Helper()
	for {
		l, err := client.read()
		if err != nil {
			return err
		}
		switch l.word {
		case "token":
			out, done, err := server.Step(t.Context(), l.args[0])
			if err != nil {
				return errors.Join(err, client.write(line{word: "end"}))
			}
			answer := line{word: "token", args: [][]byte{out}}
			if done {
				answer.word = "last"
				if len(out) == 0 {
					answer = line{word: "done"}
				}
			}
			if err := client.write(answer); err != nil {
				return err
			}
		case "finished":
		case "sign", "seal":
			if err := message(server, client, l); err != nil {
				return err
			}
		case "accepted":
			return nil
		case "refused":
			return fmt.Errorf("the client refuses: %s", l.text)
		default:
			return fmt.Errorf("unknown line %s", l.word)
		}
	}
}

// message checks a protected message of the client and answers with one of the server's.
func message(server auth.Context, client peer, l line) error {
	reply := []byte("an answer of the server, longer than what it answers, and of no round length either")
	if l.word == "sign" {
		header, trailer, _ := bytes.Cut(l.args[1], l.args[0])
		if err := server.Verify(l.args[2], header, l.args[0], trailer); err != nil {
			return fmt.Errorf("verify: %w", err)
		}
		whole := bytes.Join([][]byte{header, reply, trailer}, nil)
		sig := make([]byte, server.SignatureSize(auth.LevelIntegrity))
		if err := server.Sign(sig, header, reply, trailer); err != nil {
			return fmt.Errorf("sign: %w", err)
		}
		return client.write(line{word: "sign", args: [][]byte{reply, whole, sig}})
	}
	var header, trailer []byte
	if len(l.args) == 5 {
		header, trailer = l.args[3], l.args[4]
	}
	b := bytes.Clone(l.args[1])
	if err := server.Unseal(l.args[2], header, b, trailer); err != nil || !bytes.Equal(b, l.args[0]) {
		return fmt.Errorf("unseal: %q, %w", b, err)
	}
	b = bytes.Clone(reply)
	sig := make([]byte, server.SignatureSize(auth.LevelPrivacy))
	if err := server.Seal(sig, header, b, trailer); err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	return client.write(line{word: "seal", args: append([][]byte{reply, b, sig}, l.args[3:]...)})
}

// program is a client that runs. It keeps the conversation.
type program struct {
	in  *bufio.Scanner
	out io.Writer
	log []string
}

func (p *program) read() (line, error) {
	if !p.in.Scan() {
		return line{}, errors.Join(io.ErrUnexpectedEOF, p.in.Err())
	}
	p.log = append(p.log, "client "+p.in.Text())
	return parseLine(p.in.Text())
}

func (p *program) write(l line) error {
	p.log = append(p.log, "server "+l.String())
	_, err := fmt.Fprintln(p.out, l)
	return err
}

// start runs a script of this folder with Debian's Python, whose packages the clients come in.
func start(t *testing.T, module, script string, args ...string) *program {
	t.Helper()
	return startIn(t, nil, module, script, args...)
}

// startIn is start with an environment.
func startIn(t *testing.T, env []string, module, script string, args ...string) *program {
	t.Helper()
	wanted(t)
	const python = "/usr/bin/python3"
	if err := exec.CommandContext(t.Context(), python, "-c", "import "+module).Run(); err != nil {
		missing(t, fmt.Sprintf("client not installed: Python's %s: %v", module, err))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute) // t.Context ends too early
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, python, append([]string{script}, args...)...)
	cmd.Env = env
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var trouble bytes.Buffer
	cmd.Stderr = &trouble
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &program{in: bufio.NewScanner(out), out: in}
	p.in.Buffer(nil, 1<<20)
	t.Cleanup(func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil || trouble.Len() > 0 {
			t.Logf("%s: %v\n%s", script, err, trouble.Bytes())
		}
		if t.Failed() {
			for _, l := range p.log {
				t.Logf("%.160s", l)
			}
		}
	})
	return p
}
